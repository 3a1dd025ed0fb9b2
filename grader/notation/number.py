"""One number, from the first sign of an answer to the last.

    >>> read_number("3x10^8").shown
    '300000000'
    >>> read_number("2 1/2").real
    Fraction(5, 2)
    >>> [reading.shown for reading in read_number("1,234").readings]
    ['1234', '1.234']
    >>> read_number("12 kg")
    Traceback (most recent call last):
    ...
    grader.notation.clean.Unreadable: “kg” is no part of a number; write the number alone

Digits, powers of ten, fractions, percent and magnitudes are read here; any other arithmetic by
``grader.notation.formula``, which is loaded when it is first needed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.notation.clean import Unreadable, clean, first_odd
from grader.notation.literal import MOST_ZEROS, Digits, late, scan, shifted
from grader.notation.options import Form, Notation
from grader.notation.tree import Div, Neg, Node, Num

_PLAIN = re.compile(r"([+-]?)(\d{1,15})(?:\.(\d{1,15}))?")
_SIGNS = re.compile(r"[+\-\s]*")
_POWER = r"""(?x)\s*(?:[*×·⋅xX✕]|\\times|\\cdot|\\ast)?\s*10\s*
    (?:(?:\^|\*\*)\s*[{(]?\s*(?P<plain>[+-]?\s*\d{1,6})\s*[})]?|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,6})
    |<sup>\s*(?P<tag>[+-]?\d{1,6})\s*</sup>)\s*$"""
_BRACKETED = r"([+-]?)\s*\(\s*([0-9.,][^()]*?)\s*\)"
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_PERCENT = r"(?i)\s*(?:\\?%|percent(?:age)?|per\s?cent|pct\.?)\s*$"
_MAGNITUDE = (
    r"\s*(?:\\text\{\s*)?(?P<word>[KkMBG]|bn|Bn|mn|tn|hundred|thousand|million|mio|billion|trillion"
    r"|lakh|lac|crore)s?\}?\s*$"
)
_SIZES = {
    "k": 3, "m": 6, "b": 9, "g": 9, "bn": 9, "mn": 6, "tn": 12, "hundred": 2, "thousand": 3,
    "million": 6, "mio": 6, "billion": 9, "trillion": 12, "lakh": 5, "lac": 5, "crore": 7,
}  # fmt: skip
_INFINITY = r"(?i)([+-]?)\s*(?:inf(?:inity)?|oo|∞|\\infty)"
_FRACTION = r"(?P<sign>[+-]?)\s*(?:(?P<whole>\d{1,18})\s+(?=\d))?(?P<top>[+-]?\d{1,40})\s*/\s*(?P<bottom>[+-]?\d{1,40})"
_DEGREES = r"[^A-Za-z\\]+\s*(?:°|\^\s*\{?\s*\\?circ\s*\}?|\\degree)"
_REPEATING = (
    r"(?P<sign>[+-]?)\s*(?P<whole>\d{1,30})\.(?P<part>\d{0,30})"
    r"(?:\((?P<again>\d{1,30})\)|\\overline\{(?P<over>\d{1,30})\})"
)
_LATEX_FRACTION = (
    r"(?P<sign>[+-]?)\s*(?P<whole>\d{1,18})?\s*\\[dt]?frac\s*"
    r"(?:\{\s*(?P<top>[+-]?\d{1,40})\s*\}\s*\{\s*(?P<bottom>[+-]?\d{1,40})\s*\}|(?P<one>\d)\s*(?P<two>\d))"
)
_WRAPPERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("\\boxed{", "}"))
_KNOWN = set("0123456789+-*/^.,()[]{}|!%eE'_ √π∞°×·÷\\²³¹⁰⁴⁵⁶⁷⁸⁹⁻½⅓⅔¼¾⅕⅛=")
_NAMES = {
    "integer": "a whole number",
    "decimal": "a decimal number",
    "scientific": "a power of ten",
    "fraction": "a fraction",
    "mixed": "a mixed number",
    "percent": "a percentage",
    "magnitude": "a number with a word or letter for its size",
    "constant": "a number with π, e or a root",
    "expression": "arithmetic that is not worked out",
    "complex": "a complex number",
    "infinity": "infinity",
}


class OtherForm(Unreadable):
    """A number that is written in a form that is not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A number and how it was written.

    ``real`` is exact where the text is, or right to 50 digits (``exact`` false); it is a float only
    where it is infinite. ``digits`` holds what the digits show, and is None for arithmetic.
    ``others`` are readings that the conventions leave open; ``also`` such as are meant to be
    accepted too (10 % as 10).
    """

    real: Fraction | float
    imag: Fraction = Fraction(0)
    exact: bool = True
    form: Form = "expression"
    digits: Digits | None = None
    reduced: bool = True
    others: tuple[Written, ...] = ()
    also: tuple[Written, ...] = ()
    text: str = ""
    """The text it was read from, where that is short."""

    @property
    def told(self) -> str:
        """The number as it was written, for people; in plain digits where that is not known."""
        return self.text or self.shown

    @property
    def readings(self) -> tuple[Written, ...]:
        """This reading and those that the conventions leave open, the likeliest first."""
        return (self, *self.others)

    @property
    def doubtful(self) -> bool:
        """Whether nobody can tell which reading is meant: 1,234."""
        return self.digits is not None and self.digits.doubtful

    @property
    def shown(self) -> str:
        """The number in plain digits, for people."""
        real = shown(self.real)
        if not self.imag:
            return real
        imaginary = f"{shown(abs(self.imag))}i" if abs(self.imag) != 1 else "i"
        if not self.real:
            return f"-{imaginary}" if self.imag < 0 else imaginary
        return f"{real} {'-' if self.imag < 0 else '+'} {imaginary}"


def shown(value: Fraction | float) -> str:
    """Return a number in plain digits: all of them where they end soon, else 15.

    >>> shown(Fraction(5, 2)), shown(Fraction(1, 3)), shown(Fraction(10) ** 40)
    ('2.5', '1/3', '1e+40')
    """
    if isinstance(value, float):
        return f"{value:.15g}"
    top, bottom = value.numerator, value.denominator
    if abs(top) < 10**21 and bottom == 1:
        return str(top)
    if bottom < 10**4 and abs(top) < 10**9 and _endless(bottom):
        return f"{top}/{bottom}"
    return _fifteen(value)


def _endless(bottom: int) -> bool:
    while bottom % 2 == 0:
        bottom //= 2
    while bottom % 5 == 0:
        bottom //= 5
    return bottom != 1


def _fifteen(value: Fraction) -> str:
    try:
        return f"{float(value):.15g}" if not value or float(value) else "a very small number"
    except OverflowError:
        return "a very large number"


DEFAULT = Notation()


def read_number(text: str, notation: Notation = DEFAULT) -> Written:
    """Return the number that the whole text is.

    Raises:
        Unreadable: where it is none, or not written as the notation allows; with a hint.
    """
    quick = _quickly(text, notation)
    if quick is not None:
        return quick
    plain = clean(text)
    if "\n" in plain or "\r" in plain:
        raise Unreadable("write one number, in one line")
    body = _without_affixes(_unwrapped(" ".join(plain.split())), notation.affixes)
    if not body:
        raise Unreadable("nothing is written")
    written = _signed(body, notation)
    if written.form not in notation.forms:
        raise OtherForm(f"this is {_NAMES[written.form]}; {_asked(notation)}")
    return replace(written, text=body) if len(body) <= _TOLD and body.isprintable() else written


_TOLD = 40


def _quickly(text: str, notation: Notation) -> Written | None:
    """Read plain digits without any of the machinery; nearly all answers are such."""
    match = _PLAIN.fullmatch(text)
    if match is None or notation.decimal == ",":
        return None
    sign, whole, part = match.groups()
    if part and len(part) == 3 and notation.decimal == "auto" and whole[0] != "0":
        return None
    form: Form = "decimal" if part else "integer"
    if form not in notation.forms:
        return None
    places = len(part) if part else 0
    number = int(whole + part) if part else int(whole)
    shown_digits = (whole + (part or "")).lstrip("0")
    most = len(shown_digits) or max(1, places)
    least = most if part else (len(shown_digits.rstrip("0")) or 1)
    scale = 10**places
    digits = Digits(Fraction(number, scale), form, places, most, least, Fraction(1, scale))
    value = -digits.value if sign == "-" else digits.value
    return Written(real=value, form=form, digits=digits, text=text)


def _unwrapped(text: str) -> str:
    """Take off what LaTeX writes around a formula: $…$, and a box in it."""
    if not text.startswith(("$", "\\")):
        return text
    for _ in range(2):
        for opening, closing in _WRAPPERS:
            inner = text[len(opening) : len(text) - len(closing)]
            both = text.startswith(opening) and text.endswith(closing)
            if both and len(text) >= len(opening) + len(closing) and opening not in inner:
                text = inner.strip()
                break
    return text


def _without_affixes(text: str, affixes: tuple[str, ...]) -> str:
    """Take off the words that stand before or after and mean nothing, each once per side."""
    for affix in affixes:
        if affix and text.startswith(affix):
            text = text[len(affix) :].lstrip()
        elif affix and text[:1] in "+-" and text[1:].lstrip().startswith(affix):
            text = text[0] + text[1:].lstrip()[len(affix) :].lstrip()
        if affix and text.endswith(affix) and text != affix:
            text = text[: -len(affix)].rstrip()
    return text


def _signed(text: str, notation: Notation) -> Written:
    body, percent = _cut(text, _PERCENT)
    if percent:
        return _percentage(body, text, notation)
    size = late(_MAGNITUDE).search(text) if notation.magnitudes and text[-1:].isalpha() else None
    if size is not None and text[: size.start()].strip()[-1:].isdigit():
        return _sized(text[: size.start()], _SIZES[size["word"].lower()], notation)
    return (
        _in_digits(text, notation)
        or _by_rule(text)
        or _repeating(text, notation)
        or _arithmetic(text, notation)
    )


def _cut(text: str, pattern: str) -> tuple[str, bool]:
    if not text.endswith(("%", "t", "T", "e", "E", ".")):
        return text, False
    match = late(pattern).search(text)
    return (text[: match.start()], True) if match and match.start() else (text, False)


def _percentage(body: str, text: str, notation: Notation) -> Written:
    if notation.percent == "refused":
        raise Unreadable("no percent sign is wanted here; write the number itself")
    points = _in_digits(body, notation) or _by_rule(body)
    if points is None and _is_one_group(body):
        points = _arithmetic(body, notation)
    if points is None:
        return _arithmetic(text, notation)  # 10 % + 20 %: each sign belongs to its own term
    as_fraction = _scaled(points, -2, "percent")
    if notation.percent == "points":
        return _scaled(points, 0, "percent")
    if notation.percent == "either":
        return replace(as_fraction, also=(_scaled(points, 0, "percent"),))
    return as_fraction


def _is_one_group(text: str) -> bool:
    """Whether brackets hold a text from end to end, or no sign joins terms in it."""
    return not re.search(r"[-+*/×·÷^%]", text.strip("+- ")) or bool(
        re.fullmatch(r"[+-]?\([^()]*\)", text)
    )


def _sized(body: str, zeros: int, notation: Notation) -> Written:
    number = _in_digits(body, notation)
    if number is None:
        raise Unreadable(f"“{_short(body)}” is no number")
    return _scaled(number, zeros, "magnitude")


def _scaled(number: Written, zeros: int, form: Form) -> Written:
    size = Fraction(10) ** zeros
    digits = number.digits
    if digits is not None:
        digits = shifted(digits, zeros, form, all_count=zeros != 0)
    real = number.real if isinstance(number.real, float) else number.real * size
    others = tuple(_scaled(other, zeros, form) for other in number.others)
    return replace(
        number, real=real, imag=number.imag * size, form=form, digits=digits, others=others
    )


def _in_digits(text: str, notation: Notation) -> Written | None:
    """Read a sign, digits and perhaps a power of ten, to the end."""
    bracketed = late(_BRACKETED).fullmatch(text)
    if bracketed is not None:
        text = bracketed[1] + bracketed[2]
    signs = _SIGNS.match(text)
    start = signs.end() if signs else 0
    minus = text[:start].count("-") % 2 == 1
    if len(text[:start].replace(" ", "")) > 1:
        return None
    end, readings = scan(text, start, notation)
    if end == start:
        return None
    if not readings:
        if end == len(text):
            raise Unreadable(_why_no_digits(text, notation))
        return None
    if end < len(text):
        power = late(_POWER).match(text, end)
        if power is not None and text[start:end] != "10":
            return _powered(readings, power, minus=minus)
        power = late(_POWER).match(text, start) if text[start:end] == "10" else power
        return None if power is None else _powered((_ONE,), power, minus=minus)
    return _from_digits(readings, minus=minus)


_ONE = Digits(Fraction(1))


def _powered(readings: tuple[Digits, ...], power: re.Match[str], *, minus: bool) -> Written:
    exponent = power["plain"] or power["tag"] or power["raised"].translate(_RAISED)
    zeros = int(exponent.replace(" ", ""))
    if abs(zeros) > MOST_ZEROS:
        raise Unreadable("the exponent is too large")
    moved = tuple(shifted(reading, zeros, "scientific", all_count=True) for reading in readings)
    return _from_digits(moved, minus=minus)


def _from_digits(readings: tuple[Digits, ...], *, minus: bool) -> Written:
    made = [
        Written(real=-reading.value if minus else reading.value, form=reading.form, digits=reading)
        for reading in readings
    ]
    return replace(made[0], others=tuple(made[1:])) if len(made) > 1 else made[0]


def _by_rule(text: str) -> Written | None:
    """Read a fraction of whole numbers, a mixed number, or infinity."""
    infinite = late(_INFINITY).fullmatch(text)
    if infinite is not None:
        return Written(real=-math.inf if infinite[1] == "-" else math.inf, form="infinity")
    match = late(_FRACTION).fullmatch(text) or late(_LATEX_FRACTION).fullmatch(text)
    return None if match is None else _quotient(match)


def _quotient(match: re.Match[str]) -> Written | None:
    parts = match.groupdict()
    top = int(parts["top"] or parts.get("one") or 0)
    bottom = int(parts["bottom"] or parts.get("two") or 0)
    if not bottom:
        raise Unreadable("it divides by zero")
    value = Fraction(top, bottom)
    reduced = bottom > 0 and math.gcd(top, bottom) == 1
    form: Form = "fraction"
    if parts["whole"]:
        if top < 0 or bottom < 0:
            return None
        value += int(parts["whole"])
        form, reduced = "mixed", reduced and top < bottom
    sign = -1 if parts["sign"] == "-" else 1
    written = Written(real=sign * value, form=form, reduced=reduced)
    if not parts["whole"] or len(parts["top"] or "") != _GROUP:
        return written
    # 1 234/5 is a thousand and more, over five; 2 100/300 is rather two and a third.
    whole = Fraction(int(parts["whole"] + parts["top"]), bottom)
    grouped = Written(real=sign * whole, form="fraction", reduced=whole.denominator == bottom)
    improper = top >= bottom or parts["top"].startswith("0")
    first, second = (grouped, written) if improper else (written, grouped)
    return replace(first, others=(second,))


_GROUP = 3
"""Digits that a blank may group."""


def _repeating(text: str, notation: Notation) -> Written | None:
    r"""Read a repeating decimal: 0.1(6) and 0.1\overline{6} are one sixth."""
    match = late(_REPEATING).fullmatch(text)
    if match is None or notation.decimal == ",":
        return None
    whole, part, again = match["whole"], match["part"], match["again"] or match["over"]
    nines = 10 ** len(part) * (10 ** len(again) - 1)
    value = Fraction(int(whole + part)) / 10 ** len(part) + Fraction(int(again), nines)
    return Written(real=-value if match["sign"] == "-" else value, form="decimal")


def _arithmetic(text: str, notation: Notation) -> Written:
    from grader.notation import formula, roots, values  # noqa: PLC0415  # most are plain digits
    from grader.notation.unit_names import PI  # noqa: PLC0415

    if ":" in text:
        raise Unreadable("a colon is no part of a number; write a fraction with /")
    others: tuple[Written, ...] = ()
    try:
        tree = formula.parse(text, notation)
        if notation.odd_roots == "real":
            tree = roots.with_real_roots(tree)
        value = values.evaluate(tree, angles=notation.angles, log=notation.log)
    except formula.NotAFormula as error:
        raise Unreadable(_why(text, notation) or str(error)) from None
    except values.Undefined as error:
        raise Unreadable(_why(text, notation) or str(error)) from None
    if "/" in text and notation.after_slash == "flagged":
        other = _arithmetic(text, replace(notation, after_slash="product"))
        if (other.real, other.imag) != (value.real, value.imag):
            others = (other,)
    if late(_DEGREES).fullmatch(text) and isinstance(value.real, Fraction):
        others = (*others, Written(real=value.real * PI / 180, exact=False, form="constant"))
    form: Form = "complex" if value.imag else "expression" if value.exact else "constant"
    reduced = form != "expression" or _is_reduced(tree)
    return Written(
        real=value.real,
        imag=value.imag,
        exact=value.exact,
        form=form,
        reduced=reduced,
        others=others,
    )


def _is_reduced(tree: Node) -> bool:
    """Whether a formula is a fraction in lowest terms: nothing is left to work out in 6÷8."""
    match tree:
        case Neg(of):
            return _is_reduced(of)
        case Num():
            return True
        case Div(Num(top), Num(bottom)):
            whole = top.denominator == bottom.denominator == 1
            return whole and bottom > 0 and math.gcd(int(top), int(bottom)) == 1
        case _:
            return False


def _why(text: str, notation: Notation) -> str:
    """Say in words why a text is no number, where that is plain; else leave it to the parser."""
    odd = first_odd(text, "".join(_KNOWN) + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if odd:
        return f"{odd} is no part of a number; write the number alone"
    if "=" in text:
        return "write the value alone, without an equals sign"
    words = re.findall(r"[A-Za-z]+", text)
    digits = any(sign.isdigit() for sign in text)
    if words and not digits:
        return f"“{_short(text)}” is no number; write it in digits"
    if len(words) == 1 and text.endswith(words[0]) and words[0] not in ("e", "i", "j", "pi"):
        return f"“{words[0][:30]}” is no part of a number; write the number alone"
    if not words and re.search(r"\d[,;\s]+\d", text) and not re.search(r"[*/^()+]", text):
        return _why_no_digits(text, notation)
    return ""


def _why_no_digits(text: str, notation: Notation) -> str:
    if len(text) > 1_000:
        return "there are more digits than any answer has"
    mark = {".": "a point", ",": "a comma"}.get(notation.decimal, "a point or a comma")
    return f"“{_short(text)}” is not one number; the decimal mark is {mark}"


def _asked(notation: Notation) -> str:
    names = [_NAMES[form] for form in notation.forms]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"write it as {listed}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
