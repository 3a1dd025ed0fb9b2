"""Text to tokens: numbers, names, operators, brackets, relations and all else, with places.

LaTeX commands and their Unicode and plain twins become the same token. Words stay words:
whether a word is a variable or prose is for the reader of the tokens to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal as Choice
from typing import TypeAlias

from grader.expression._literals import RUN, Comma, scan
from grader.expression._tree import FUNCTIONS, Literal

Kind: TypeAlias = Choice[
    "number", "name", "function", "operator", "open", "close", "fraction", "root", "bar",
    "relation", "mark", "break", "other",
]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text and what it is; ``text`` is the canonical form."""

    kind: Kind
    text: str
    start: int
    end: int
    readings: tuple[Literal, ...] = ()
    glued: bool = False
    """Whether nothing stands between this token and the one before it."""


GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "π": "pi", "Σ": "Sigma", "Π": "Pi", "Δ": "Delta", "Ω": "Omega", "Φ": "Phi",
}
_LATEX_NAMES = {*GREEK.values(), "varepsilon", "varphi", "ell"}
_OPERATORS = {
    **dict.fromkeys(["+"], "+"),
    **dict.fromkeys(["-", "−", "–", "‐", "‑", "﹣", "－"], "-"),
    **dict.fromkeys(["*", "×", "·", "⋅", "∙", "∗", "＊", "✕", "✖", "⨯", "\\*", "\\times", "\\cdot", "\\ast"], "*"),
    **dict.fromkeys(["/", "÷", "∕", "⁄", "\\div"], "/"),
    **dict.fromkeys(["^", "**", "\\*\\*", "\\^"], "^"),
}
_RELATIONS = {
    **dict.fromkeys(["=", "==", "≡", "\\equiv", ":="], "="),
    **dict.fromkeys(["≈", "≃", "≅", "~", "∼", "\\approx", "\\simeq", "\\cong", "\\sim", "≒"], "≈"),
    **dict.fromkeys(["→", "⇒", "=>", "->", "-->", "==>", "⟹", "➔", "➜", "↦", "\\Rightarrow", "\\rightarrow",
                     "\\to", "\\implies", "\\Longrightarrow", "\\longrightarrow", "⟶"], "→"),
    **dict.fromkeys(["∴", "\\therefore"], "∴"),
    **dict.fromkeys(["<", ">", "≤", "≥", "≠", "<=", ">=", "!=", "=/=", "\\le", "\\leq", "\\ge", "\\geq", "\\ne",
                     "\\neq", "\\lt", "\\gt", "\\propto", "∝", "±", "\\pm"], "<"),
}
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}
_SYNONYMS = {"lg": "log10", "sigm": "sigmoid", "logistic": "sigmoid", "expit": "sigmoid", "squareroot": "sqrt"}

_GREEK = "Α-Ωα-ωϕϵµ"
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\u00a0\u2009\u202f\u2007\u200b\ufeff]+|\\[,;:!>\ ]|\\q?quad(?![a-zA-Z])|\$+|&|`+
        |\\(?:left|right|[bB]igg?[lrm]?|displaystyle|limits|hline)(?![a-zA-Z])(?:\.(?!\d))?|\\[()\[\]])
    |(?P<number>{RUN})
    |(?P<styled>\\(?:text|mathrm|mathbf|mathit|mathsf|operatorname\*?|textbf|textit|textrm|mbox|emph)\s*\{{\s*
        (?P<inner>[A-Za-z]+\d*|[{_GREEK}]\d*)\s*\}})
    |(?P<style>\\(?:text|mathrm|mathbf|mathit|mathsf|operatorname\*?|textbf|textit|textrm|mbox|emph|boxed|fbox
        |underline|bm|boldsymbol|hat|tilde|bar|overline)(?![a-zA-Z]))
    |(?P<fraction>\\[dtc]?frac(?![a-zA-Z]))
    |(?P<root>\\sqrt(?![a-zA-Z])|√|∛)
    |(?P<command>\\[A-Za-z]+|\\\*\\\*|\\[*^])
    |(?P<break>\\\\|\n|\r)
    |(?P<name>[A-Za-z]+\d*|[{_GREEK}]\d*)
    |(?P<subscript>\\?_(?:\{{[^{{}}\n]{{0,40}}\}}|[A-Za-z0-9]+)|[₀₁₂₃₄₅₆₇₈₉]+)
    |(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    |(?P<vulgar>[½⅓⅔¼¾⅕⅛])
    |(?P<long>==>|-->|=/=|=>|->|==|:=|<=|>=|!=|\*\*)
    |(?P<open>\\\{{|[({{\[⌊⌈])
    |(?P<close>\\\}}|[)}}\]⌋⌉])
    |(?P<one>[\s\S])
    """,
    re.VERBOSE,
)
_OPENING = {"(": "(", "{": "(", "[": "(", "⌊": "⌊", "⌈": "⌈"}
_CLOSING = {")": ")", "}": ")", "]": ")", "⌋": "⌋", "⌉": "⌉"}
_COMMAND_BRACKETS = {"\\lfloor": ("open", "⌊"), "\\lceil": ("open", "⌈"), "\\rfloor": ("close", "⌋"),
                     "\\rceil": ("close", "⌉"), "\\lbrace": ("open", "("), "\\rbrace": ("close", ")")}


def tokenize(text: str, comma: Comma | None = None, names: Collection[str] = ()) -> list[Token]:
    """Return the tokens of a text in order; whitespace and LaTeX's own spacing fall away.

    Args:
        text: plain text, Markdown or LaTeX.
        comma: what a comma before three digits means, where the caller knows.
        names: known variables; an ``x`` among them is never a multiplication sign.
    """
    return _Tokenizer(text, comma, frozenset(names)).run()


class _Tokenizer:
    """One pass over a text."""

    def __init__(self, text: str, comma: Comma | None, names: frozenset[str]) -> None:
        self.text = _without_emphasis(text)
        self.comma = comma
        self.names = names
        self.tokens: list[Token] = []
        self.stop = 0

    def run(self) -> list[Token]:
        text, position, length = self.text, 0, len(self.text)
        match = _TOKEN.match
        while position < length:
            found = match(text, position)
            if found is None:
                break
            kind = found.lastgroup or "one"
            position = found.end()
            if kind == "space":
                continue
            position = self._take(kind, found.group(), found.start(), position) or position
            self.stop = position
        return _with_times(self.tokens, self.names)

    def _take(self, kind: str, text: str, start: int, end: int) -> int | None:
        if kind == "number":
            return self._number(text, start, end)
        if kind == "name":
            self._name(text, start, end)
        elif kind == "styled":
            inner = text[text.index("{") + 1 : -1].strip()
            self._name(inner, start, end)
        elif kind == "subscript":
            self._subscript(text, start, end)
        elif kind == "superscript":
            self._superscript(text, start, end)
        elif kind == "vulgar":
            self._vulgar(text, start, end)
        elif kind in ("open", "close"):
            table = _OPENING if kind == "open" else _CLOSING
            self._add("open" if kind == "open" else "close", table[text[-1]], start, end)
        elif kind in ("fraction", "root", "break"):
            self._add(_FIXED[kind], text, start, end)
        elif kind != "style":
            self._sign(text, start, end)
        return None

    def _add(self, kind: Kind, text: str, start: int, end: int,
             readings: tuple[Literal, ...] = ()) -> None:
        self.tokens.append(Token(kind, text, start, end, readings, start == self.stop and start > 0))

    def _number(self, text: str, start: int, end: int) -> int:
        stop, readings = scan(self.text, start, end, self.comma)
        self._add("number" if readings else "other", text[: stop - start], start, stop, readings)
        return stop

    def _name(self, text: str, start: int, end: int) -> None:
        lower = text.lower()
        function = _SYNONYMS.get(lower, lower)
        if function in FUNCTIONS:
            self._add("function", function, start, end)
            return
        letters = text.rstrip("0123456789")
        digits = text[len(letters):]
        name = GREEK.get(letters, letters)
        self._add("name", f"{name}_{digits}" if digits else name, start, end)

    def _subscript(self, text: str, start: int, end: int) -> None:
        inner = re.sub(r"[^A-Za-z0-9]+", "", text.translate(_SUBSCRIPT).lstrip("\\_"))
        if not self.tokens or self.tokens[-1].kind not in ("name", "function") or not inner:
            self._add("other", text, start, end)
            return
        last = self.tokens.pop()
        if last.kind == "function":
            name = f"log{inner}" if last.text == "log" and inner in ("2", "10") else last.text
            self._add_as(last, "function", "ln" if inner == "e" else name, end)
        else:
            self._add_as(last, "name", f"{last.text}_{inner}", end)

    def _add_as(self, last: Token, kind: Kind, text: str, end: int) -> None:
        self.tokens.append(Token(kind, text, last.start, end, (), last.glued))

    def _superscript(self, text: str, start: int, end: int) -> None:
        digits = text.translate(_SUPERSCRIPT)
        self._add("operator", "^", start, start)
        self.stop = start
        if digits[0] in "+-":
            if digits[0] == "-":
                self._add("operator", "-", start, start + 1)
            digits = digits[1:]
        value = Literal(Fraction(int(digits[:50])), 0, len(digits))
        self._add("number", digits, start, end, (value,))

    def _vulgar(self, text: str, start: int, end: int) -> None:
        value = Fraction(*_VULGAR[text])
        last = self.tokens[-1] if self.tokens else None
        if last and last.kind == "number" and last.readings[0].value.denominator == 1:
            self.tokens.pop()
            value += last.readings[0].value
            start = last.start
        self._add("number", text, start, end, (Literal(value),))

    def _sign(self, text: str, start: int, end: int) -> None:
        if text in _COMMAND_BRACKETS:
            kind, bracket = _COMMAND_BRACKETS[text]
            self._add("open" if kind == "open" else "close", bracket, start, end)
        elif text == "**":
            if _is_power(self.text, start, end):
                self._add("operator", "^", start, end)
        elif text == "~":
            if re.match(r"\s*\$?[\d.]", self.text[end : end + 4]):
                self._add("relation", "≈", start, end)
        elif text in _OPERATORS:
            self._add("operator", _OPERATORS[text], start, end)
        elif text in _RELATIONS:
            self._add("relation", _RELATIONS[text], start, end)
        elif text in ",;:.?!":
            self._add("mark", text, start, end)
        elif text == "|":
            self._add("bar", text, start, end)
        elif text[0] == "\\":
            self._command(text[1:], start, end)
        elif text != "_":
            self._add("other", text, start, end)

    def _command(self, command: str, start: int, end: int) -> None:
        name = command.removeprefix("var")
        if name in _LATEX_NAMES or command in ("Sigma", "Delta", "Omega", "Phi", "Pi"):
            self._add("name", name, start, end)
        elif command.lower() in FUNCTIONS:
            self._add("function", command.lower(), start, end)
        else:
            self._add("other", command, start, end)


_FIXED: dict[str, Kind] = {"fraction": "fraction", "root": "root", "break": "break"}
_ITALIC = re.compile(r"(?<![\w)\]}*\\])\*(?=[^\s*])([^*\n]*)(?<=[^\s*\\])\*(?![\w(\[*{])")


def _without_emphasis(text: str) -> str:
    """Blank the asterisks of Markdown italics; places in the text stay as they are."""
    if "*" not in text:
        return text
    return _ITALIC.sub(_blanked, text)


def _blanked(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - 3) : found.start()].rstrip(" ")
    if before[-1:].isdigit() or before[-1:] in (")", "]", "}", "=", "+"):
        return found.group()
    return f" {found[1]} "


def _is_power(text: str, start: int, end: int) -> bool:
    """Two asterisks between operands, spaced alike on both sides, are a power, not bold."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    spaced = before[-1:].isspace()
    if spaced != after[:1].isspace():
        return False
    left, right = before.rstrip(" ")[-1:], after.lstrip(" ")[:1]
    return bool(left) and (left.isalnum() or left in ")]}") and bool(right) and (right.isalnum() or right in "([{-−\\.")


def _with_times(tokens: list[Token], names: frozenset[str]) -> list[Token]:
    """Read an ``x`` between numbers as a multiplication sign."""
    if not any(t.kind == "name" and "x" in t.text.lower() for t in tokens):
        return tokens
    variables = names | _sure_variables(tokens)
    result: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind == "name" and re.fullmatch(r"[A-Z](x[A-Z])+", token.text):
            result += _letters(token.text, token.start)
            continue
        last = result[-1] if result else None
        if token.kind == "name" and last is not None and token.text not in variables:
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            split = _split_times(token, last, following)
            if split:
                result += split
                continue
        result.append(token)
    return result


def _sure_variables(tokens: list[Token]) -> frozenset[str]:
    """Names such as x1 that stand where only an operand can: then 0.05x1 is a product with x1."""
    found = set()
    for index, token in enumerate(tokens):
        if token.kind == "name" and re.fullmatch(r"[xX]_\d+", token.text):
            before = tokens[index - 1] if index else None
            if before is None or before.kind in ("operator", "open", "relation", "break", "mark") or (
                before.kind in ("number", "close", "name") and not token.glued
                and not (index + 1 < len(tokens) and tokens[index + 1].glued and tokens[index + 1].kind == "name")
                and before.kind != "number"
            ):
                found.add(token.text)
    return frozenset(
        t.text for t in tokens if found and t.kind == "name" and re.fullmatch(r"[xX]_\d+", t.text))


def _split_times(token: Token, last: Token, following: Token | None) -> list[Token] | None:
    operand = last.kind in ("number", "close") or (last.kind == "name" and len(last.text) == 1)
    if not operand or token.text[0] not in "xX":
        return None
    sign = Token("operator", "*", token.start, token.start + 1, (), token.glued)
    rest = token.text[1:]
    if not rest:
        opens = following is not None and (
            following.kind in ("number", "open") or (following.kind == "name" and len(following.text) == 1))
        return [sign] if opens and (last.kind != "name" or not token.glued) else None
    if rest[0] == "_" and rest[1:].isdigit() and last.kind != "name":
        digits = rest[1:]
        if token.end - token.start != len(digits) + 1:
            return None
        literal = Literal(Fraction(int(digits[:50])), 0, len(digits))
        return [sign, Token("number", digits, token.start + 1, token.end, (literal,), True)]
    if re.fullmatch(r"[A-Z](x[A-Z])*", rest) and token.glued:
        return [sign, *_letters(rest, token.start + 1)]
    return None


def _letters(text: str, start: int) -> list[Token]:
    """Tokens of CxCxK."""
    return [Token("operator", "*", start + i, start + i + 1, (), True) if letter == "x"
            else Token("name", letter, start + i, start + i + 1, (), True)
            for i, letter in enumerate(text)]
