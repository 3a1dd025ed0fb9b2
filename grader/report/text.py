"""Text from hand-ins that stays text: nothing in it is obeyed, reordered or unseen.

HTML is escaped by Jinja2; what is done here comes before that, and is all there is for Markdown.
"""

from __future__ import annotations

import re

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARKS}{{4}}){_MARKS}+")

_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_SPECIAL = re.compile(r"[\\`*_\[\]{}<>&~|$^#]|=(?==)|:(?=[A-Za-z+/_-])|(?<=[A-Za-z])\.(?=[A-Za-z])")
_LINKS = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=[wW]{3})(?=\.)")
_SPACE = re.compile(r"\s+")
_BACKTICKS = re.compile("`+")
JOINER = "\N{WORD JOINER}"


def visible(text: str) -> str:
    r"""Return text whose control, bidi and other unseen characters can be seen and do nothing.

    Line ends become newlines, lone surrogates their numbers, and piles of combining marks are
    levelled, so that they do not cover what stands around them.

    >>> visible("a\u202ec\x1b[0m\ud800")
    'a⟨U+202E⟩c⟨U+001B⟩[0m⟨U+D800⟩'
    """
    if text.isascii() and text.isprintable():
        return text
    return _PILE.sub(r"\1⟨…⟩", _UNSEEN.sub(_seen, _LINE_ENDS.sub("\n", text)))


def _seen(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"


def shortened(text: str, most: int) -> str:
    """Return text of at most ``most`` characters, and a note where it was cut.

    >>> shortened("abcdef", 4)
    'abcd … (2 more characters)'
    """
    left = len(text) - most
    return text if left <= 0 else f"{text[:most].rstrip()} … ({left} more characters)"


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def escaped(text: str) -> Markdown:
    r"""Return text as one line of Markdown in which no renderer finds anything but text.

    Some renderers make links after all escapes are gone; a word joiner stops them. Text can
    hold none of its own, as ``visible`` shows it.

    >>> print(escaped("[x](https:a) <b> *c*"))
    \[x\](https\:a) &lt;b&gt; \*c\*
    """
    if text.isalnum() and text.isascii():
        return Markdown(text)
    line = _LINKS.sub(JOINER, _SPACE.sub(" ", visible(text)))
    return Markdown(_SPECIAL.sub(lambda m: _ENTITIES.get(m[0], f"\\{m[0]}"), line))


def code(text: str) -> Markdown:
    """Return text as a code span of Markdown, in which nothing is interpreted.

    >>> code("a `b`")
    '`` a `b` ``'
    """
    line = _SPACE.sub(" ", visible(text)).strip()
    longest = max(map(len, _BACKTICKS.findall(line)), default=0)
    fence = "`" * (longest + 1)
    return Markdown(f"{fence} {line} {fence}" if longest else f"`{line or ' '}`")
