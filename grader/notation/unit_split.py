"""Where the number of a quantity ends and its unit begins.

>>> split("9.81 m/s^2")
Parts(number='9.81', unit='m/s^2', before='')
>>> split("$5 / kg")
Parts(number='5', unit='/kg', before='$')
>>> split("3x10^8m/s").number, split("20 °C").unit
('3x10^8', '°C')
"""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.notation import unit_names
from grader.notation.clean import clean

_SIGNS = str.maketrans({
    "μ": "µ", "Ω": "Ω", "K": "K", "Å": "Å", "º": "°", "℃": " °C ", "℉": " °F ",
    "÷": "/", "⋅": "·", "∙": "·", "•": "·", "′": " arcmin ", "″": " arcsec ", "／": "/",
})  # fmt: skip
_GROUP = re.compile(
    r"\\(?:mathrm|mathsf|mathit|mathbf|text|textrm|textit|operatorname|mbox|hbox|rm|si|unit|ensuremath)"
    r"\s{0,5}\{((?:[^{}]|\{[^{}]{0,40}\}){0,200})\}"
)
_BOTH = re.compile(r"\\(?:SI|qty)\s{0,5}\{([^{}]{0,200})\}\s{0,5}\{([^{}]{0,200})\}")
_BOXED = re.compile(r"\\boxed\s{0,5}\{((?:[^{}]|\{[^{}]{0,200}\}){0,400})\}")
_QUOTIENT = re.compile(
    r"\\[dt]?frac\s{0,5}\{([^{}]{0,100}(?:\{[^{}]{0,20}\})?)\}\s{0,5}\{([^{}]{0,100}(?:\{[^{}]{0,20}\})?)\}"
)
_SUP = re.compile(r"<sup>\s{0,5}([^<>]{1,20})</sup>", re.IGNORECASE)
_DEGREE = re.compile(r"\^\s{0,5}\{?\s{0,5}\\circ\s{0,5}\}?|\\(?:degree|textdegree|deg)(?![a-zA-Z])")
_SCALE = re.compile(r"(?:°|\bdeg)\s{0,5}([CF])(?![^\W\d_])")
_COMMANDS = {
    "cdot": "·", "times": "×", "%": "%", "$": "$", "mu": "µ", "micro": "micro", "Omega": "Ω",
    "euro": "€", "pounds": "£", "angstrom": "Å", "AA": "Å", "celsius": "°C", "of": "",
    "degreeCelsius": "°C", "percent": "%", "square": "square", "cubic": "cubic",
    "left": "", "right": "", ",": " ", ";": " ", ":": " ", "!": "", " ": " ", "quad": " ", "/": "/",
}  # fmt: skip
_COMMAND = re.compile(r"\\([a-zA-Z]{1,20}|[%$,;:! /])")
_PER_CENT = re.compile(r"\bper\s{1,5}cent(?![^\W\d_])", re.IGNORECASE)
_TOTHE = re.compile(r"\\tothe\s{0,5}\{\s{0,5}([+-]?\d{1,3})\s{0,5}\}")
_WORD = re.compile(r"US\$|\\?[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹]+|[%‰°$€£¥¢₹₩₽√()\[\]{}]")
_NUMBER_WORDS = frozenset((
    "pi", "π", "inf", "infinity", "infty", "oo", "i", "j", "e", "exp", "sqrt", "cbrt", "root", "ln",
    "log", "lg", "lb", "abs", "frac", "dfrac", "tfrac", "sin", "cos", "tan", "cot", "sec", "csc",
    "asin", "acos", "atan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "hundred",
    "thousand", "million", "mio", "billion", "trillion", "lakh", "lac", "crore", "bn", "Bn", "mn",
    "tn",
))  # fmt: skip
_CALLED = frozenset((
    "sqrt", "ln", "log", "lg", "lb", "abs", "sin", "cos", "tan", "cot", "sec", "csc", "exp", "root",
))  # fmt: skip
_TIMES_TEN = re.compile(r"[xX]\s*10(?!\d)")
_EXPONENT = re.compile(r"[eE][+-]?\d")
_MONEY = re.compile(
    r"([+-]?)\s{0,5}((?:US)?[$€£¥₹₩₽]|[A-Za-z]{2,4})\.?\s{0,5}(?=[-+]?\s{0,3}[.\d])"
)
_PRODUCT = re.compile(
    r"(?P<sign>-?)\s?\((?P<inner>-?[\d.][^()+-]{0,100}(?:[eE^][+-]?\d+[^()+-]{0,100})?)\)\s?[/*]"
)
_BRACKETED = re.compile(r"\(\s?([+-]?[\d.,]{1,40}(?:[eE][+-]?\d{1,6})?)\s?\)")
_SIZED = re.compile(r"[-+]?[\d.,' ]{1,40}(?:[KkMBG]|bn|Bn|mn|tn)")


class Parts(NamedTuple):
    """The texts of the number and of the unit, and a currency that stands before the number."""

    number: str
    unit: str
    before: str = ""


def split(text: str) -> Parts:
    """Return the number's text and the unit's.

    Raises:
        Unreadable: where the text is too long or damaged.
    """
    text = _opened(_unbracketed(_plain(text)))
    money = _MONEY.match(text)
    if money and money[2] in unit_names.CURRENCIES:
        return _with_money(text, money)
    start = _start(text)
    return _tidied(text[:start].rstrip(), text[start:].strip())


def _with_money(text: str, money: re.Match[str]) -> Parts:
    """A currency before its amount: $5, £1,234.56, $5 / kg, $5M."""
    rest = text[money.end() :].strip()
    if _SIZED.fullmatch(rest):
        return Parts(money[1] + rest, "", money[2])
    start = _start(rest)
    number, unit, _ = _tidied(rest[:start].rstrip(), rest[start:].strip())
    return Parts(money[1] + number, unit, money[2])


def _tidied(number: str, unit: str) -> Parts:
    """Move a sign of multiplication away, and a slash to the unit: 5*m, 3 /s, 10 1/s."""
    if unit:
        if number.endswith("/"):
            number, unit = number[:-1].rstrip(), f"/{unit}"
            if re.search(r"\d\s+1$", number):
                number = number[:-1].rstrip()
        elif number.endswith(("*", "·", "×")):
            number = number.rstrip("*·×").rstrip()
    if unit.endswith((".", ",", ";")) and len(unit) > 1:
        unit = unit[:-1].rstrip()
    plain = _BRACKETED.fullmatch(number)
    return Parts(plain[1] if plain else number, unit)


def _start(text: str) -> int:
    """Where the unit begins; the end of the text where there is none."""
    depth = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if word in "([{":
            if not depth and _opens_unit(text, match.end()):
                return match.start()
            depth += 1
        elif word in ")]}":
            depth = max(0, depth - 1)
        elif not depth and not _is_of_number(text, match):
            return match.start()
    return len(text)


def _opens_unit(text: str, at: int) -> bool:
    """Whether a bracket begins with the word of a unit."""
    while at < len(text) and text[at] in " ([{":
        at += 1
    match = _WORD.match(text, at)
    return match is not None and not _is_of_number(text, match)


def _is_of_number(text: str, match: re.Match[str]) -> bool:
    word, start, end = match.group(), match.start(), match.end()
    before = text[:start].rstrip()[-1:]
    if word == "√":
        return not before.isdigit() or text[end : end + 1].strip("( ").isdigit()
    if word[0] in "xX" and _TIMES_TEN.match(text, start):
        return True
    if _EXPONENT.match(text, start) and text[start - 1 : start].isdigit() and len(word) == 1:
        return True
    name = word.removeprefix("\\")
    if name not in _NUMBER_WORDS:
        return False
    if name in _CALLED and name != word[1:]:
        # “5 lb” is a weight, “lb(8)” a logarithm.
        return text[end : end + 1] in "( ^_" and "(" in text[end : end + 6]
    return True


def _unbracketed(text: str) -> str:
    """Take off brackets around the whole text."""
    for _ in range(3):
        if not (text.startswith("(") and text.endswith(")")):
            return text
        depth = 0
        for at, sign in enumerate(text):
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if not depth and at < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


def _opened(text: str) -> str:
    """Take the brackets off a product before what it is divided by: (600 N)/m."""
    match = _PRODUCT.match(text)
    if not match or _start(match["inner"]) == len(match["inner"]):
        return text
    return match["sign"] + match["inner"] + text[match.end() - 1 :]


def _plain(text: str) -> str:
    """Return the text in plain signs: LaTeX of units, Unicode, tags of exponents."""
    text = clean(text).translate(_SIGNS)
    if "<" in text:
        text = _SUP.sub(r"^(\1)", text)
    if "\\" in text or text.startswith("$"):
        text = _without_latex(text)
    if "per" in text:
        text = _PER_CENT.sub("percent", text)
    if "°" in text or "deg" in text:
        text = _SCALE.sub(r"°\1", text)
    return " ".join(text.split())


def _without_latex(text: str) -> str:
    text = _without_dollars(text)
    text = _DEGREE.sub("°", text)
    text = _TOTHE.sub(r"^(\1)", text)
    for _ in range(3):
        text = _BOXED.sub(r"\1", text)
        text = _BOTH.sub(r"\1 \2", text)
        text = _GROUP.sub(r" \1 ", text)
        text = _QUOTIENT.sub(_quotient, text)
    return _COMMAND.sub(_command, text)


def _without_dollars(text: str) -> str:
    for sign in ("$$", "$"):
        inner = text[len(sign) : len(text) - len(sign)]
        whole = text.startswith(sign) and text.endswith(sign) and len(text) > 2 * len(sign)
        if whole and sign not in inner.replace("\\$", ""):
            return inner.strip()
    for opening, closing in (("\\(", "\\)"), ("\\[", "\\]")):
        if text.startswith(opening) and text.endswith(closing):
            return text[2:-2].strip()
    return text


def _quotient(match: re.Match[str]) -> str:
    """A fraction of units becomes one with a slash; one of numbers stays."""
    top, bottom = match.groups()
    if any(_is_unit_text(part) for part in (top, bottom)):
        return f" ({top})/({bottom}) "
    return match.group()


def _is_unit_text(text: str) -> bool:
    return any(
        not _is_of_number(text, word)
        for word in _WORD.finditer(text)
        if word.group() not in "()[]{}"
    )


def _command(match: re.Match[str]) -> str:
    name = match[1]
    if name in _COMMANDS:
        return _COMMANDS[name] if len(name) == 1 else f" {_COMMANDS[name]} ".replace("  ", " ")
    known = name in unit_names.PREFIX_NAMES or name in ("per", "squared", "cubed")
    if known or unit_names.find(name):
        return f" {name} "
    return match.group()
