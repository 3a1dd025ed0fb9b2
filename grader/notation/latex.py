r"""LaTeX commands that may stand in a formula, and what sign or word each of them is.

All others (``\input``, ``\def``, ``\sum`` …) are refused by name: nothing is ever expanded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.notation.spellings import FUNCTIONS, GREEK_NAMES


class Command(NamedTuple):
    """What a command stands for: the kind of a token and its text."""

    kind: str
    text: str


_BLANK = Command("blank", "")
_WRAPS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
_MOST_WRAPS = 4
_BOX = re.compile(r"\\(?:boxed|fbox)\s{0,9}\{")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_COMMAND = re.compile(r"\\([a-zA-Z]+\*?|[\s\S]?)")
_WORD_IN = re.compile(r"\s{0,20}\{\s{0,20}([^\W\d_]{1,40})\s{0,20}\}")
_BAR = re.compile(r"\s{0,20}(?:\||\\[lr]?vert(?![a-zA-Z]))")
_DOT = re.compile(r"\s{0,20}\.(?!\d)")

_WORDS = frozenset(
    [
        "text",
        "textrm",
        "textit",
        "textbf",
        "mbox",
        "operatorname",
        "operatorname*",
        "mathrm",
        "mathit",
    ]
)
_STYLES = frozenset(("mathbf", "mathsf", "boldsymbol", "bm", "boxed", "mathrm", "mathit"))
_BLANKS = [
    "displaystyle",
    "space",
    "textstyle",
    "scriptstyle",
    "limits",
    "nolimits",
    "quad",
    "qquad",
    "thinspace",
    "left",
    "right",
    "big",
    "Big",
    "bigg",
    "Bigg",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "biggl",
    "biggr",
    "Biggl",
    "Biggr",
    "hfill",
]

COMMANDS: dict[str, Command] = {
    **{name: Command("word", name) for name in FUNCTIONS if name.isalpha()},
    **dict.fromkeys((*_BLANKS, *_STYLES, ",", ";", ":", "!", ">", " ", "\n"), _BLANK),
    **dict.fromkeys(("cdot", "times", "ast", "bullet", "cdotp"), Command("operator", "*")),
    "div": Command("operator", "/"),
    **dict.fromkeys(("le", "leq", "leqslant"), Command("relation", "<=")),
    **dict.fromkeys(("ge", "geq", "geqslant"), Command("relation", ">=")),
    **dict.fromkeys(("ne", "neq"), Command("relation", "!=")),
    "lt": Command("relation", "<"),
    "gt": Command("relation", ">"),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), Command("fraction", "")),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), Command("binomial", "")),
    "sqrt": Command("root", "\\sqrt"),
    "lvert": Command("open", "|"),
    "rvert": Command("close", "|"),
    **dict.fromkeys(("vert", "mid"), Command("bar", "|")),
    "lfloor": Command("open", "⌊"),
    "rfloor": Command("close", "⌋"),
    "lceil": Command("open", "⌈"),
    "rceil": Command("close", "⌉"),
    **dict.fromkeys(("{", "lbrace"), Command("open", "{")),
    **dict.fromkeys(("}", "rbrace"), Command("close", "}")),
    "lbrack": Command("open", "["),
    "rbrack": Command("close", "]"),
    "%": Command("after", "%"),
    **dict.fromkeys(("degree", "textdegree"), Command("after", "°")),
    "infty": Command("word", "inf"),
    "imath": Command("word", "i"),
    "jmath": Command("word", "j"),
    **{name: Command("word", name) for name in GREEK_NAMES},
    **{f"var{name}": Command("word", name) for name in GREEK_NAMES},
}


_BEFORE_LETTERS = frozenset(FUNCTIONS) & frozenset(COMMANDS) | {"cdot", "times"}


def unwrapped(text: str) -> str:
    r"""Return a formula without the signs that set it apart in a text, and without its box.

    >>> unwrapped(r" \(x^2\) ")
    'x^2'
    >>> unwrapped(r"$\boxed{k \ge 2}$")
    'k \\ge 2'
    """
    text = text.strip()
    for _ in range(_MOST_WRAPS):
        inner = _inside(text)
        if inner is None:
            return text
        text = inner.strip()
    return text


def _inside(text: str) -> str | None:
    """What stands within the outermost signs, or None where there are none."""
    for start, end in _WRAPS:
        if len(text) > len(start) + len(end) and text.startswith(start) and text.endswith(end):
            inner = text[len(start) : -len(end)]
            return None if start in inner else inner
    box = _BOX.match(text)
    if box is None or not text.endswith("}"):
        return None
    inner, depth = text[box.end() : -1], 0
    for brace in _BRACE.finditer(inner):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if depth < 0:
            return None
    return inner if depth == 0 and inner.strip() else None


def command(text: str, start: int) -> tuple[int, Command] | str:
    """Read the command that begins with the backslash at ``start``.

    Returns:
        Where it ends and what it is; its own name where it is not known here.
    """
    found = _COMMAND.match(text, start)
    name = found.group(1) if found else ""
    end = found.end() if found else start + 1
    if name in _WORDS:
        word = _WORD_IN.match(text, end)
        if word and word.group(1).isalpha():
            return word.end(), Command("word", word.group(1))
        if name not in _STYLES:
            return name
    if name in ("left", "right"):
        bar = _BAR.match(text, end)
        if bar:
            return bar.end(), Command("open" if name == "left" else "close", "|")
        dot = _DOT.match(text, end)
        return (dot.end() if dot else end), _BLANK
    if name.endswith("*"):
        name, end = name[:-1], end - 1
    known = COMMANDS.get(name)
    if known is None:
        return _run_together(name, end)
    return end, known


def _run_together(name: str, end: int) -> tuple[int, Command] | str:
    r"""A function with one or two letters stuck to it: \lnx, \cdotab."""
    for stuck in (1, 2):
        whole = name[:-stuck]
        if whole in _BEFORE_LETTERS:
            return end - stuck, COMMANDS[whole]
    return name
