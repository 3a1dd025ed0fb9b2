"""The grammar of units: products, slashes, powers, brackets.

product  factor, then more of them after a sign of multiplication, a slash, ``per``, or a blank
factor   atom with an exponent; ``square metre``, ``metre squared``, ``sqrt(Hz)``
atom     word, number (``m/100``), or a product in brackets
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.notation import unit_names
from grader.notation.clean import Unreadable
from grader.notation.unit_names import PI, Known
from grader.notation.unit_tokens import Token, number_raised
from grader.notation.unit_words import Vocabulary, meant, named

Product = tuple[list[tuple[Known, Fraction]], Fraction]
"""Units with their exponents, and a number that they are multiplied by."""

DEEPEST, HIGHEST = 10, 60
"""Brackets in each other, and the largest exponent, that are read."""
TWICE = "more than one number is written; write one number with its unit"
_BEFORE = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
_AFTER = {"squared": 2, "cubed": 3}


def raised(number: Fraction, power: Fraction) -> Fraction:
    """Return a positive number to a power: exact where that is whole, else to 40 digits."""
    if power.denominator == 1:
        return Fraction(number ** int(power))
    from decimal import Context, Decimal  # noqa: PLC0415  # roots of units are rare

    context = Context(prec=45)
    base = context.divide(Decimal(number.numerator), Decimal(number.denominator))
    exponent = context.divide(Decimal(power.numerator), Decimal(power.denominator))
    return Fraction(context.power(base, exponent))


class Reader:
    """One reading of the tokens: what follows a slash is divided by to the end, or once.

    ``doubt`` is a second meaning of a word, of which each text is read in both ways.
    """

    def __init__(
        self,
        tokens: list[Token],
        vocabulary: Vocabulary,
        define: Callable[[str], Product],
        *,
        rest: bool,
    ) -> None:
        self.tokens, self.vocabulary, self.rest, self.define = tokens, vocabulary, rest, define
        self.at, self.depth, self.second, self.doubt = 0, 0, False, False

    def read(self) -> list[Product]:
        """Return the reading, and a second one where a word has two meanings."""
        found = [self._once()]
        if self.doubt:
            self.second = True
            found.append(self._once())
        return found

    def _once(self) -> Product:
        self.at = self.depth = 0
        if not self.tokens:
            return [], Fraction(1)
        parts, scale = self._product()
        if self.at < len(self.tokens):
            raise Unreadable(self._stuck())
        return parts, scale

    def _stuck(self) -> str:
        token = self.tokens[self.at]
        if token.text in "()":
            return f"a bracket “{token.text}” is too many in the unit"
        if token.kind in ("number", "sign"):
            return TWICE
        return f"“{token.text}” is out of place in the unit"

    def _peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _takes(self, *texts: str) -> bool:
        token = self._peek()
        if token is not None and token.text in texts:
            self.at += 1
            return True
        return False

    def _product(self) -> Product:
        parts: list[tuple[Known, Fraction]] = []
        scale, side = Fraction(1), 1
        slashes = ("/",) if "per" in self.vocabulary.own else ("/", "per")
        first = True
        while True:
            explicit = first
            if self._takes(*slashes):
                side, explicit = -1, True
            elif not first:
                if self._times():
                    explicit = True
                elif not self._is_start():
                    return parts, scale
                side = side if self.rest else 1
            more, size = self._factor(explicit=explicit)
            parts += [(known, power * side) for known, power in more]
            scale *= size if side == 1 else 1 / size
            first = False

    def _times(self) -> bool:
        """A sign of multiplication; a hyphen between two words is one too (lb-ft)."""
        token = self._peek()
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        hyphen = (
            token is not None
            and token.text == "-"
            and not token.apart
            and following is not None
            and following.kind == "word"
        )
        if token is None or not (token.kind == "times" or hyphen):
            return False
        if following is None:
            if token.text == ".":
                return False
            raise Unreadable(f"nothing stands after “{token.text}” in the unit")
        self.at += 1
        return True

    def _is_start(self) -> bool:
        token = self._peek()
        return token is not None and (token.kind == "word" or token.text == "(")

    def _factor(self, *, explicit: bool) -> Product:
        token = self._peek()
        if token is None:
            raise Unreadable("nothing stands where a unit should follow")
        if token.text in _BEFORE and self.at + 1 < len(self.tokens):
            self.at += 1
            self._takes(".")
            parts, scale = self._atom(explicit=False)
            return _to(parts, scale, Fraction(_BEFORE[token.text]))
        if token.text in ("√", "sqrt"):
            self.at += 1
            parts, scale = self._factor(explicit=True)
            return _to(parts, scale, Fraction(1, 2))
        parts, scale = self._atom(explicit=explicit)
        power = self._exponent(number=token.kind == "number")
        if token.kind == "number" and self._is_start():
            raise Unreadable(TWICE)
        if token.text == "ms" and power < 0 and self.vocabulary.together:
            # Per millisecond by the rules, and yet how many write metres per second.
            self.doubt = True
            if self.second:
                return [*self._meant("m")[0], *_to(self._meant("s")[0], scale, power)[0]], scale
        if token.kind == "word" and self.vocabulary.definition(token.text) is None:
            # Of units written together (kgm^2) the exponent is that of the last.
            return [*parts[:-1], *_to(parts[-1:], scale, power)[0]], scale
        return _to(parts, scale, power)

    def _atom(self, *, explicit: bool) -> Product:
        token = self._peek()
        if token is None:
            raise Unreadable("nothing stands where a unit should follow")
        if token.text == "(":
            return self._bracketed()
        self.at += 1
        if token.kind == "number" and explicit:
            number = Fraction(token.text) if len(token.text) < 20 else Fraction(0)
            if not number:
                raise Unreadable("a unit cannot hold this number")
            return [], number
        if explicit and token.text in ("pi", "π"):
            return [], PI
        if token.kind == "word":
            return self._word(token)
        self.at -= 1
        raise Unreadable(self._stuck())

    def _bracketed(self) -> Product:
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("there are too many brackets in the unit")
        found = self._product()
        if not self._takes(")"):
            raise Unreadable("a bracket in the unit is not closed")
        self.depth -= 1
        return found

    def _word(self, token: Token) -> Product:
        following = self._peek()
        joined = self._joined(token)
        if joined:
            return self._meant(joined)
        prefix = unit_names.prefix_of(token.text)
        further = self.vocabulary.definition(token.text) is not None
        if prefix and not further and not unit_names.find(token.text):
            return self._prefixed(token.text, prefix)
        if token.text == "M" and following and not further:
            return self._mega(following)
        return self._meant(token.text)

    def _joined(self, token: Token) -> str:
        """A name of two words (nautical mile, light-year), or an empty text."""
        hyphen = 1 if self._takes("-") else 0
        following = self._peek()
        name = f"{token.text}_{following.text}" if following and following.kind == "word" else ""
        if name and named(name):
            self.at += 1
            return name
        self.at -= hyphen
        return ""

    def _mega(self, following: Token) -> Product:
        """M before another unit: moles per litre, or mega; nobody can tell."""
        if following.kind != "word" or following.text == "per":
            return self._meant("M")
        if not following.apart:
            return self._prefixed("M", ("M", Fraction(10**6)))
        self.doubt = True
        if not self.second:
            return self._meant("M")
        return self._prefixed("M", ("M", Fraction(10**6)))

    def _prefixed(self, word: str, prefix: tuple[str, Fraction]) -> Product:
        """A prefix that stands apart from its unit."""
        start = self.at
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "times":
            self.at += 1
        token = self._peek()
        if token is None or token.kind != "word":
            self.at = start
            return self._meant(word)
        self.at += 1
        parts = self._meant(token.text)[0]
        if not parts:
            raise Unreadable(f"“{word}” stands before no unit")
        (known, power), *more = parts
        larger = Known(prefix[0] + known.symbol, prefix[1] * known.factor, known.bases)
        return [(larger, power), *more], Fraction(1)

    def _meant(self, word: str) -> Product:
        definition = self.vocabulary.definition(word)
        if definition is not None:
            return self.define(definition)
        options = meant(word, self.vocabulary)
        self.doubt = self.doubt or len(options) > 1
        known = options[1] if self.second and len(options) > 1 else options[0]
        return [(one, Fraction(1)) for one in known], Fraction(1)

    def _exponent(self, *, number: bool) -> Fraction:
        token = self._peek()
        if token is None:
            return Fraction(1)
        if token.kind == "word" and token.text in _AFTER:
            self.at += 1
            return Fraction(_AFTER[token.text])
        if token.kind == "raised":
            self.at += 1
            return _bounded(number_raised(token.text))
        if token.kind == "power":
            self.at += 1
            return _bounded(self._power())
        if token.apart or number:
            return Fraction(1)
        return _bounded(self._direct(token))

    def _direct(self, token: Token) -> Fraction:
        """Digits right behind a symbol: m2, s-2."""
        if token.kind == "number":
            self.at += 1
            return Fraction(token.text[:20])
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        if token.kind == "sign" and following and following.kind == "number":
            if following.apart:
                return Fraction(1)
            self.at += 2
            return Fraction(token.text + following.text[:20])
        return Fraction(1)

    def _power(self) -> Fraction:
        bracket = self._takes("(")
        sign = -1 if self._takes("-") else 1
        self._takes("+")
        value = self._digits()
        if bracket and self._takes("/"):
            bottom = self._digits()
            if not bottom:
                raise Unreadable("an exponent in the unit divides by zero")
            value /= bottom
        if bracket and not self._takes(")"):
            raise Unreadable("a bracket around an exponent is not closed")
        return sign * value

    def _digits(self) -> Fraction:
        token = self._peek()
        if token is None or token.kind != "number" or len(token.text) > 20:
            raise Unreadable("an exponent in the unit is no number")
        self.at += 1
        return Fraction(token.text)


def _bounded(power: Fraction) -> Fraction:
    if abs(power) > HIGHEST or power.denominator > HIGHEST:
        raise Unreadable("an exponent in the unit is too large")
    return power


def _to(parts: list[tuple[Known, Fraction]], scale: Fraction, power: Fraction) -> Product:
    if power == 1:
        return parts, scale
    total = [(known, exponent * power) for known, exponent in parts]
    for _, exponent in total:
        _bounded(exponent)
    return total, raised(scale, power)
