"""What a wrong formula may be besides: words read as products of letters, and other readings.

Nothing here decides: where a text holds words, or another reading of it is right, a person does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from grader.notation.clean import Unreadable
from grader.notation.formula import NotAFormula
from grader.notation.latex import unwrapped
from grader.notation.units import read_unit
from grader.notation.words import LONGEST, Piece, Vocabulary

if TYPE_CHECKING:
    from grader.compare._formulas import Formulas

_RUN = re.compile(r"(?<!\\)(?<![^\W\d_])[^\W\d_]+")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_SURE = 4
"""Letters from which on a run is a word even right behind a number."""
_GOES_ON = re.compile(
    r"[+*/^=<>≤≥≠·×÷&,;)\]}{|]|\\(?:end|right|cdot|times|div|leq?|geq?|neq?)(?![a-zA-Z])"
)
_OPEN_END = re.compile(r"(?:[-+*/^=<>≤≥≠·×÷&,(\[{|]|\\\\|\\[A-Za-z]+(?:\{[A-Za-z*]+\})?)$")
_RULER = re.compile(r"[-–—=_*]{2,}$")

_LABEL = re.compile(r"[^:\n]{1,80}:(?!=)\s*(?=\S)")
_TIMES = re.compile(r"(?<=[\w)\]])\s+[xX]\s+(?=[\w(\\])")
_ADDED = re.compile(r"(?<=[\w)\]}])\s*\(\s*\+([^()]{1,40})\)")
_CALLED = re.compile(r"\s*[^\W\d_]\w{0,20}\s?\(\s?[^\W\d_](?:\s?,\s?[^\W\d_]){0,3}\s?\)\s*=(?!=)")
_ORDER = re.compile(r"\s*\\?(?:mathcal\s?\{\s?O\s?\}|O|Θ|Ω|Theta|Omega)\s?\((.{1,200})\)\s*")
_SUBJECT = re.compile(r"\s*([^\W\d_]\w{0,20})\s*=(?!=)")
_LAST = re.compile(r"\s+\[?([^\W\d_][^\s\[\]]{0,20})\]?\s*$")
_REACH = (
    re.compile(r"(\^|\*\*)\s?([-−+]?\d[\d.]*[^\W\d_]\w*|[-−+]?[^\W\d_]\w+)(?![\w({])"),
    re.compile(r"(\^|\*\*)\s?([-−+]?[\w.]+(?:\^[\w.]+)?/[\w.]+)(?![\w({])"),
    re.compile(r"(√|(?<![^\W\d_])sqrt\s?|\\sqrt\s?)(\d[\d.]*[^\W\d_]\w*|(?<=√)\w{2,})(?![\w({])"),
    re.compile(
        r"((?<![^\W\d_])(?:a?(?:sin|cos|tan|cot)h?|exp|ln|lg|log)(?![^\W\d_]))"
        r"\s+([-−+]?[\w.^]+(?:[*/][\w.^]+)+)(?![\w({])"
    ),
)
"""An exponent, or what a root or function is taken of, that may be all that is written together."""


def refuse_lines(text: str) -> None:
    """Refuse lines below each other, of which nothing says that they are one formula.

    Raises:
        NotAFormula: where they could be read as a product, or a ruler as minus signs.
    """
    if "\n" not in text:
        return
    rows = [row.strip() for row in unwrapped(text).splitlines() if row.strip()]
    depth = 0
    for before, after in pairwise(rows):
        depth += sum(sign in "([{" for sign in before) - sum(sign in ")]}" for sign in before)
        ruled = _RULER.match(before) or _RULER.match(after)
        if ruled or not (depth > 0 or _OPEN_END.search(before) or _GOES_ON.match(after)):
            raise NotAFormula("several lines are written: write the formula in one line")


def word_in(text: str, truth: str, options: Formulas) -> str:
    """The first word of a text that is hardly a product of letters, or nothing.

    A letter is foreign that is neither in the truth nor among the names of the options.
    """
    plain = _COMMAND.sub(" ", text)
    known = _known(truth, options)
    vocabulary = _vocabulary(options, known)
    apart = ""
    for found in _RUN.finditer(plain):
        word = found.group()
        if word.casefold() in options.JOINING:
            continue
        if word in known or not _is_foreign(vocabulary, word, known):
            continue
        if options.juxtaposed == "product":
            if _stands_apart(plain, found):
                return word
        elif apart:  # one unknown name is a wrong name, two side by side are words
            return f"{apart} {word}"
        apart = word if re.match(r"\s+[^\W\d_]", plain[found.end() :]) else ""
    return ""


def other_texts(text: str, truth: str, options: Formulas) -> Iterator[str]:
    """Other ways to read a text: how far a power reaches, what is a label, a unit, a times sign."""
    known = _known(truth, options)
    for reach in _REACH:
        yield reach.sub(r"\1(\2)", text)
    yield _LABEL.sub("", text, count=1)
    yield _ADDED.sub(r" + \1", text)
    order = _ORDER.fullmatch(text)
    if order:
        yield order[1]
    if not known & {"x", "X"}:
        yield _TIMES.sub(" * ", text)
    subject = _SUBJECT.match(truth)
    if subject:
        yield _CALLED.sub(f"{subject[1]} =", text, count=1)
    last = _LAST.search(text)
    if last and not known & set(last[1]) and _is_unit(last[1]):
        yield text[: last.start()]


def _is_unit(text: str) -> bool:
    try:
        return bool(read_unit(text).parts)
    except Unreadable:
        return False


def _stands_apart(text: str, found: re.Match[str]) -> bool:
    """Whether a short run is no factor stuck to a number; of two letters, between blanks."""
    before, after = text[: found.start()][-1:], text[found.end() :][:1]
    count = len(found.group())
    if count >= _SURE:
        return True
    if before.isdigit() or before == "_":
        return False
    return count > 2 or bool(
        (not before or before.isspace()) and (not after or after in " \n\t:,.(") and before + after
    )


def _is_foreign(vocabulary: Vocabulary, word: str, known: Collection[str]) -> bool:
    """Whether two letters of a word or more are no known name, and one of them no constant.

    What has no vowel (mgh) can be no word, but a function (ld) whose name is of two letters.
    """
    if not 1 < len(word) <= LONGEST:
        return False
    if len(word) > 2 and word.isascii() and not _VOWEL.search(word):
        return False
    foreign = [
        piece.symbol
        for piece in _pieces(vocabulary, word)
        if piece.symbol and piece.symbol.name not in known
    ]
    foreign = [one for one in foreign if not (one.constant and len(one.name) > 1)]
    return len(foreign) > 1 and not all(one.constant for one in foreign)


def _known(truth: str, options: Formulas) -> frozenset[str]:
    """The names of the truth and of the options, and the constants that the truth has."""
    names = {*options.listed(), *options.constants, *options.functions, *options.names}
    names |= {other for others in options.names.values() for other in others}
    for option in ("before", "solved_for", "left", "name", "arguments"):
        given = getattr(options, option, ())
        names |= {given} if isinstance(given, str) else set(given)
    vocabulary = _vocabulary(options, names - {""})
    for word in _RUN.findall(_COMMAND.sub(" ", truth)):
        pieces = _pieces(vocabulary, word) if len(word) <= LONGEST else ()
        found = {piece.symbol.name for piece in pieces if piece.symbol}
        names |= {word, *found} if found else set()
    return frozenset(names - {""})


def _vocabulary(options: Formulas, names: Collection[str]) -> Vocabulary:
    return Vocabulary(options, names, options.functions, "product", options.case)


def _pieces(vocabulary: Vocabulary, word: str) -> tuple[Piece, ...]:
    return vocabulary.read(word, "", followed=True, glued=False)[0]
