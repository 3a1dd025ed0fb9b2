"""The signs of a formula: numbers, names, functions, operators and brackets, with their places.

Plain, Unicode and LaTeX spellings of the same sign become the same token. One pass, linear in the
length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from grader.notation.clean import Unreadable, clean, first_odd
from grader.notation.latex import command, unwrapped
from grader.notation.literal import Digits, scan
from grader.notation.options import Notation
from grader.notation.spellings import (
    ARGUMENTS,
    LOWERED,
    OPENING,
    OPERATORS,
    RAISED,
    RELATIONS,
    VULGAR,
)
from grader.notation.token import Kind, NotAFormula, Token, Tokens
from grader.notation.tree import Div, Neg, Node, Num, Sym
from grader.notation.words import LONGEST, Vocabulary

MOST = 4_000
"""Tokens of a formula that are read."""
_BOTH_SIGNS = "“±” stands for two formulas: write one of them, or each where several are asked for"
_MOST_WORDS = 200
"""Words of several letters that are taken apart."""

_APART = Notation(decimal=".", thousands="")
"""How numbers are written where commas part them."""
_STYLED = re.compile("[\U0001d400-\U0001d7ff]")
_BLANK = re.compile(r"[\s~&\u2061-\u2064]+")
_SPECIAL = "".join((*RAISED, *LOWERED, *VULGAR, "ºª"))
_WORD = re.compile(rf"(?:(?![{re.escape(_SPECIAL)}])[^\W\d_])+")
_SUFFIX = re.compile(
    r"\\?_\{\s?(?:\\(?:text|mathrm|rm)\s?\{([^\W_]{1,40})\}|([\w,+\- ]{1,40}))\s?\}"
    r"|_\(([\w,+\- ]{1,40})\)|\\?_([0-9]+|[^\W\d_]+[0-9]*)"
    rf"|([{''.join(LOWERED)}]+)|([0-9]+(?![.,]?[0-9]))"
)
_PRIMES = re.compile(r"'+|′+|″|\^\s?\{?\s?(?:\\prime\s?)+\}?")
_SUBSCRIPT = re.compile(rf"\\?_|[{''.join(LOWERED)}]")
_RAISED = re.compile(rf"[{''.join(RAISED)}]+")
_RAISED_PARTS = re.compile(r"([+-]?)([0-9]+|[nix])")
_CIRCLE = re.compile(r"\^\s?(?:\{\s?\\circ\s?\}|\\circ(?![a-zA-Z]))|\\degree(?![a-zA-Z])")
_RELATION = re.compile(r"[<>=!]=|=[<>]|<>|[=<>≤≥≠⩽⩾]")
_TIMES = re.compile(r"[xX]\s{0,4}(?=10\s{0,3}(?:\^|\*\*|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]))")
_EXPONENT = re.compile(r"[eE][+\-]?[0-9]")
_TIMES_SPACED = re.compile(r"\s[xX]\s+(?=[0-9.])|[xX](?=[0-9])")
_MAXIMA = re.compile(r"%(pi|e|i)(?![a-zA-Z0-9])")
_BEFORE_CONSTANTS = frozenset(("operator", "open", "comma", "relation", "function"))
_ENDS = frozenset("+-*/^)]},;=<>!%|")
_FIXED: dict[str, tuple[Kind, str]] = {
    "√": ("root", "sqrt"),
    "∛": ("root", "cbrt"),
    "∜": ("root", "4"),
    "|": ("bar", "|"),
    "∣": ("bar", "|"),
    ",": ("comma", ","),
    ";": ("comma", ";"),
    "!": ("after", "!"),
    "%": ("after", "%"),
    "°": ("after", "°"),
    "º": ("after", "°"),
    "∞": ("symbol", "inf"),
    **{sign: ("open", sign) for sign in OPENING},
    **{sign: ("close", sign) for sign in ")]}⌋⌉"},
}


def tokenize(text: str, notation: Notation, words: Vocabulary) -> Tokens:
    """Return the tokens of a text.

    Args:
        text: what was written.
        notation: how numbers are written.
        words: what words mean.

    Raises:
        NotAFormula: for a sign or command that no formula has, a number that the notation does not
            allow, or a text that is too long.
    """
    try:
        plain = _STYLED.sub(_upright, unwrapped(clean(text)))
    except Unreadable as error:
        raise NotAFormula(str(error)) from None
    reader = _Tokenizer(plain, notation, words)
    reader.run()
    return Tokens(plain, reader.tokens)


def _upright(match: re.Match[str]) -> str:
    """The plain letter for one in italics, as equation editors write them."""
    return unicodedata.normalize("NFKC", match.group())


_MOST_RAISED = 40
"""Digits of a raised exponent that are read."""


class _Tokenizer:
    """One pass over a text."""

    def __init__(self, text: str, notation: Notation, words: Vocabulary) -> None:
        self.text = text
        self.at = 0
        self.tokens: list[Token] = []
        self.words = words
        self.notation = notation
        self.lists: list[bool] = []
        self.split = 0

    def run(self) -> None:
        text, length = self.text, len(self.text)
        while self.at < length:
            if len(self.tokens) > MOST:
                raise NotAFormula(f"the formula is too long: more than {MOST:,} signs")
            sign = text[self.at]
            blank = _BLANK.match(text, self.at)
            if blank:
                self.at = blank.end()
            elif "0" <= sign <= "9" or (sign in ".," and text[self.at + 1 : self.at + 2].isdigit()):
                self._number()
            elif sign == "\\":
                self._command()
            else:
                self._sign(sign)
        self._add("end", "", length)

    def _add(self, kind: Kind, text: str, end: int, node: Node | None = None) -> None:
        if kind == "open":
            last = self.tokens[-1] if self.tokens else None
            self.lists.append(last is not None and self._has_list(last))
        elif kind == "close" and self.lists:
            self.lists.pop()
        self.tokens.append(Token(kind, text, self.at, node, end))
        self.at = end

    def _has_list(self, before: Token) -> bool:
        """Whether commas part what stands in the bracket behind a token."""
        if before.kind == "function":
            return before.text in ARGUMENTS or before.text in self.words.declared.values()
        return before.kind == "symbol" and before.end == self.at

    def _number(self) -> None:
        listed = bool(self.lists and self.lists[-1])
        if self.text[self.at] == "," and (listed or self.notation.decimal == "."):
            self._add("comma", ",", self.at + 1)
            return
        if listed and self.notation.decimal != ",":
            end, readings = self._in_list()
        else:
            end, readings = scan(self.text, self.at, self.notation)
        if end == self.at:
            raise NotAFormula(f"“{self.text[self.at]}” is not expected before digits")
        shown = self.text[self.at : end]
        if not readings:
            raise NotAFormula(f"“{shown[:40]}” is not a number in the notation of this question")
        if _EXPONENT.match(self.text, end) and self._has_e():
            raise NotAFormula(f"“{shown[:20]}e” can be read in two ways: write *10^ or *e")
        reading = readings[0]
        self._add("number", shown, end, Num(reading.value, reading.form))
        self._times()

    def _has_e(self) -> bool:
        return self.notation.e == "constant" and not self.words.knows("e")

    def _in_list(self) -> tuple[int, tuple[Digits, ...]]:
        """A number among the arguments of a function, which commas part."""
        comma = self.text.find(",", self.at)
        part = self.text[self.at : comma] if comma >= 0 else self.text[self.at :]
        length, readings = scan(part, 0, _APART)
        return self.at + length, readings

    def _times(self) -> None:
        """An x between digits is a multiplication sign, unless it is the name of a variable."""
        if self.words.knows("x"):
            if _TIMES.match(self.text, self.at) and not self.words.knows("x10"):
                raise NotAFormula("“x10” can be read in two ways: write *10 or x*10")
            return
        blank = _BLANK.match(self.text, self.at)
        start = blank.end() if blank else self.at
        times = _TIMES.match(self.text, start)
        if times is None:
            spaced = _TIMES_SPACED.match(self.text, start - 1 if blank else start)
            alone = spaced is not None and (bool(blank) or bool(self.words.names))
            times = spaced if alone else None
        if times:
            self._add("operator", "*", times.end())

    def _sign(self, sign: str) -> None:
        text = self.text
        if text.startswith("**", self.at):
            self._add("operator", "^", self.at + 2)
            return
        circle = _CIRCLE.match(text, self.at) if sign == "^" else None
        constant = _MAXIMA.match(text, self.at) if sign == "%" else None
        relation = _RELATION.match(text, self.at)
        raised = _RAISED.match(text, self.at)
        word = _WORD.match(text, self.at)
        if circle:
            self._add("after", "°", circle.end())
        elif constant and (not self.tokens or self.tokens[-1].kind in _BEFORE_CONSTANTS):
            node = Sym(constant.group(1), constant=True)
            self._add("symbol", constant.group(), constant.end(), node)
        elif relation:
            self._add("relation", RELATIONS[relation.group()], relation.end())
        elif raised:
            self._raised(raised.group())
        elif sign in OPERATORS:
            self._add("operator", OPERATORS[sign], self.at + 1)
        elif sign in _FIXED:
            kind, name = _FIXED[sign]
            infinity = Sym(name, constant=True) if kind == "symbol" else None
            self._add(kind, name, self.at + 1, infinity)
        elif sign in VULGAR:
            top, bottom = VULGAR[sign]
            self._add("number", sign, self.at + 1, Div(Num(Fraction(top)), Num(Fraction(bottom))))
        elif word:
            self._word(word.group(), word.end())
        elif _SUBSCRIPT.match(text, self.at):
            self._subscript(sign)
        elif sign in "±∓":
            raise NotAFormula(_BOTH_SIGNS)
        else:
            raise NotAFormula(f"{first_odd(sign, '')} cannot stand in a formula")

    def _raised(self, text: str) -> None:
        """Raised digits: an exponent."""
        parts = _RAISED_PARTS.fullmatch("".join(RAISED[sign] for sign in text))
        if parts is None:
            raise NotAFormula(f"the raised signs “{text[:20]}” are no exponent: write ^( )")
        sign, inner = parts.groups()
        if len(inner) > _MOST_RAISED:
            raise NotAFormula("the exponent is too large")
        node: Node = Num(Fraction(int(inner))) if inner.isdigit() else self._letter(inner)
        self._add("raised", text, self.at + len(text), Neg(node) if sign == "-" else node)

    def _letter(self, letter: str) -> Node:
        pieces, _ = self.words.read(letter, "", followed=False, glued=False)
        return pieces[0].symbol or Sym(letter)

    def _subscript(self, sign: str) -> None:
        """What is written below a function: the base of a logarithm."""
        last = self.tokens[-1] if self.tokens else None
        if last is None or last.kind != "function":
            raise NotAFormula("a subscript may stand only after a name")
        if sign not in LOWERED:
            self._add("operator", "_", self.at + (2 if sign == "\\" else 1))
            return
        found = _SUFFIX.match(self.text, self.at)
        digits = "".join(LOWERED[one] for one in found.group()) if found else ""
        if not found or not digits.isdigit():
            raise NotAFormula("the base of a logarithm is a number: write log_2(x)")
        self._add("operator", "_", self.at)
        self._add("number", digits, found.end(), Num(Fraction(int(digits))))

    def _command(self) -> None:
        circle = _CIRCLE.match(self.text, self.at)
        if circle:
            self._add("after", "°", circle.end())
            return
        if self.text.startswith("\\_", self.at):
            self._subscript("\\")
            return
        found = command(self.text, self.at)
        if found in ("pm", "mp"):
            raise NotAFormula(_BOTH_SIGNS)
        if isinstance(found, str):
            shown = found if found.isprintable() else ""
            raise NotAFormula(f"the command “\\{shown[:40]}” cannot stand in a formula")
        end, known = found
        if known.kind == "blank":
            self.at = end
        elif known.kind == "word":
            self._word(known.text, end)
        else:
            self._add(known.kind, known.text, end)  # type: ignore[arg-type]

    def _word(self, word: str, end: int) -> None:
        if len(word) > LONGEST:
            raise NotAFormula(f"the word “{word[:20]}…” is too long for a name")
        self.split += len(word) > 1
        if self.split > _MOST_WORDS:
            raise NotAFormula("this is a text of many words, not a formula")
        suffix, stop = self._suffix(word, end)
        primes = _PRIMES.match(self.text, stop)
        following = self.text[stop : stop + 20].lstrip()
        followed = bool(following) and (following[0] not in _ENDS or following[0] in "^-|")
        glued = stop == end + len(suffix)
        pieces, used = self.words.read(word, suffix, followed=followed, glued=glued)
        end = stop if used else end
        for piece in pieces:
            last = piece is pieces[-1]
            symbol = piece.symbol
            if symbol and last and primes and (used or not suffix) and not symbol.constant:
                symbol = Sym(symbol.name + "'" * (2 if "″" in primes.group() else _count(primes)))
                end = primes.end()
            stop = end if last else self.at
            self._add("symbol" if symbol else "function", piece.function or word, stop, symbol)

    def _suffix(self, word: str, end: int) -> tuple[str, int]:
        """The subscript or the digits right behind a word, and where they end."""
        folded = word.casefold()
        known = self.words.juxtaposed == "product" or folded == "log"
        if known and folded.endswith("log") and _SUBSCRIPT.match(self.text, end):
            return "", end
        found = _SUFFIX.match(self.text, end)
        if found is None:
            return "", end
        suffix = next(group for group in found.groups() if group)
        suffix = "".join(suffix.split())
        return "".join(LOWERED.get(sign, sign) for sign in suffix), found.end()


def _count(primes: re.Match[str]) -> int:
    text = primes.group()
    return text.count("\\prime") or len(text)
