"""Words in formulas: names, functions, constants, or several of them run together (``xy``)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal, NamedTuple

from grader.notation.options import Notation
from grader.notation.spellings import FUNCTIONS, GREEK, GREEK_NAMES, INFINITE
from grader.notation.token import NotAFormula
from grader.notation.tree import Sym

LONGEST = 60
"""Letters of a word that is split."""
_LONGEST_PIECE = 12
_ENDING_IN_DIGITS = sorted((n for n in FUNCTIONS if n[-1].isdigit()), key=len, reverse=True)
_GREEK = str.maketrans(GREEK)
_SIMPLE = re.compile(r"[0-9]+|[^\W\d_]+[0-9]*")
"""What is written below a name without braces."""
_NO_BRACES = str.maketrans("", "", "_{} ")


class Piece(NamedTuple):
    """A name or constant, or a function (then ``symbol`` is None)."""

    symbol: Sym | None
    function: str = ""


class _Way(NamedTuple):
    """The best way to split the rest of a word: first of all, with few unknown names."""

    unknown: int
    pieces: tuple[Piece, ...]
    used: bool = False


class Vocabulary:
    """What words mean in one formula."""

    def __init__(
        self,
        notation: Notation,
        names: Collection[str],
        functions: Collection[str],
        juxtaposed: Literal["product", "name"],
        case: bool,
    ) -> None:
        self.case = case
        self.names = {self._key(name): name for name in names}
        self.declared = {self._key(name): name for name in functions}
        self.juxtaposed = juxtaposed
        self.constants = {
            name: "i" for name in ("i", "j") if getattr(notation, name) == "imaginary"
        }
        if notation.e == "constant":
            self.constants["e"] = "e"

    def knows(self, name: str) -> bool:
        """Whether a word is one of the names given."""
        return self._key(name) in self.names

    def read(
        self, word: str, suffix: str, *, followed: bool, glued: bool
    ) -> tuple[tuple[Piece, ...], bool]:
        """Return what a word with a subscript is.

        Args:
            word: letters only, at most ``LONGEST``.
            suffix: what is written below after it, or the digits right after it.
            followed: whether something follows that a function can be taken of.
            glued: whether the suffix is digits right behind it, without a mark that lowers them.

        Returns:
            The factors, and whether the suffix belongs to the last of them.
        """
        whole = self._known(word + suffix) if suffix else None
        if whole:
            return (whole,), True
        fixed = self._known(word) or self._fixed(word)
        spelled = FUNCTIONS.get((word + suffix).casefold()) if suffix.isdigit() else None
        if spelled and followed:
            return (Piece(None, spelled),), True
        if glued and followed and not fixed:
            self._refuse_glued(word, suffix)
        if fixed and (not suffix or glued or fixed.symbol is None):
            if fixed.symbol is None and not followed and self.names:
                way = self._split(word, suffix, followed)
                if not way.unknown:
                    return way.pieces, way.used
            return (fixed,), False
        if len(word) == 1:
            return (self._name(word, suffix),), bool(suffix)
        if not suffix and not self.names and self._greek(word):
            return (self._name(word, ""),), False
        if self.juxtaposed == "product" or self.names:
            way = self._split(word, suffix, followed)
            called = not way.unknown and any(piece.symbol is None for piece in way.pieces)
            if self.juxtaposed == "product" or called:  # sinx is sin(x), but ab is a name
                return way.pieces, way.used
        return (self._name(word, suffix),), bool(suffix)

    def _refuse_glued(self, word: str, suffix: str) -> None:
        """Refuse a function whose name ends in digits with letters stuck to it: Batan2(1, 1).

        Raises:
            NotAFormula: where it is one, which a product of letters and ``atan`` is not.
        """
        whole = (word + suffix).casefold()
        for name in _ENDING_IN_DIGITS:
            if whole.endswith(name) and len(whole) > len(name):
                before = (word + suffix)[: -len(name)]
                raise NotAFormula(f"“{word}{suffix}” is no function: write {before}*{name}(…)")

    def _key(self, name: str) -> str:
        key = name.translate(_GREEK).translate(_NO_BRACES)
        return key if self.case else key.casefold()

    def _known(self, word: str) -> Piece | None:
        key = self._key(word)
        if key in self.declared:
            return Piece(None, self.declared[key])
        return Piece(Sym(self.names[key])) if key in self.names else None

    def _fixed(self, word: str) -> Piece | None:
        """A constant or a function that everybody knows."""
        if word in self.constants:
            return Piece(Sym(self.constants[word], constant=True))
        if word in ("π", "ϖ"):
            return Piece(Sym("pi", constant=True))
        if len(word) == 1:
            return None
        folded = word.casefold()
        if folded == "pi":
            return Piece(Sym("pi", constant=True))
        if folded in INFINITE:
            return Piece(Sym("inf", constant=True))
        function = FUNCTIONS.get(folded)
        return Piece(None, function) if function else None

    def _greek(self, word: str) -> bool:
        return word in GREEK_NAMES or (not self.case and word.casefold() in GREEK_NAMES)

    def _name(self, word: str, suffix: str) -> Piece:
        name = word.translate(_GREEK)
        if not self.case:
            name, suffix = name.casefold(), suffix.casefold()
        if suffix and not _SIMPLE.fullmatch(suffix):
            suffix = f"{{{suffix}}}"
        return Piece(Sym(f"{name}_{suffix}" if suffix else name))

    def _split(self, word: str, suffix: str, followed: bool) -> _Way:
        """The word as a product, from its end to its beginning: at most 12 pieces at each letter."""
        length = len(word)
        ways = [_Way(0, ())] * (length + 1)
        for start in range(length - 1, -1, -1):
            best: _Way | None = None
            for end in range(min(length, start + _LONGEST_PIECE), start, -1):
                last = end == length
                way = self._piece(word[start:end], suffix if last else "", followed or not last)
                if way is None:
                    continue
                rest = ways[end]
                used = way.used if last else rest.used
                way = _Way(way.unknown + rest.unknown, way.pieces + rest.pieces, used)
                if best is None or (way.unknown, len(way.pieces)) < (
                    best.unknown,
                    len(best.pieces),
                ):
                    best = way
            ways[start] = best or _Way(0, ())
        return ways[0]

    def _piece(self, part: str, suffix: str, followed: bool) -> _Way | None:
        whole = self._known(part + suffix) if suffix else None
        if whole:
            return _Way(0, (whole,), used=True)
        fixed = self._known(part) or self._fixed(part)
        if fixed and fixed.symbol is None:
            return _Way(0, (fixed,)) if followed else None
        if fixed and not suffix:
            return _Way(0, (fixed,))
        if len(part) == 1 or self._greek(part):
            return _Way(1 if self.names else 0, (self._name(part, suffix),), bool(suffix))
        return None
