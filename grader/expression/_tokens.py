"""Text to tokens: numbers, names, operators, brackets, relations and all else, with places.

LaTeX commands and their Unicode and plain twins become the same token. Words stay words:
whether a word is a variable or prose is for the reader of the tokens to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from grader.expression._emphasis import is_power, without_italics
from grader.expression._evaluate import FUNCTIONS
from grader.expression._literals import RUN, Comma, scan
from grader.expression._symbols import (
    CLOSING,
    FUNCTION_SPELLINGS,
    GREEK,
    GREEK_LETTERS,
    LATEX_CLOSING,
    LATEX_NAMES,
    LATEX_OPENING,
    OPENING,
    OPERATORS,
    RELATIONS,
    SUBSCRIPT,
    SUPERSCRIPT,
    VULGAR,
)
from grader.expression._times import with_times
from grader.expression._token import Kind, Token, whole_number
from grader.expression._tree import Literal

_STYLES = (
    r"text|mathrm|mathbf|mathit|mathsf|mathbb|mathcal|operatorname\*?|textbf|textit|textrm|mbox"
    r"|emph|bm|boldsymbol"
)
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\u00a0\u2009\u202f\u2007\u200b\ufeff]+|\\[,;:!>\ ]|\\q?quad(?![a-zA-Z])|\$+|&|`+
        |\\(?:left|right|[bB]igg?[lrm]?|displaystyle|limits|hline)(?![a-zA-Z])(?:\.(?!\d))?|\\[()\[\]])
    |(?P<number>{RUN})
    |(?P<styled>\\(?:{_STYLES})\s*\{{\s*(?:[A-Za-z]+\d*|[{GREEK_LETTERS}]\d*)\s*\}})
    |(?P<style>\\(?:{_STYLES}|boxed|fbox|underline|hat|tilde|bar|overline)(?![a-zA-Z]))
    |(?P<fraction>\\[dtc]?frac(?![a-zA-Z]))
    |(?P<root>\\sqrt(?![a-zA-Z])|√|∛)
    |(?P<command>\\[A-Za-z]+|\\\*\\\*|\\[*^])
    |(?P<break>\\\\|\n|\r)
    |(?P<name>[A-Za-z]+\d*|[{GREEK_LETTERS}]\d*)
    |(?P<subscript>\\?_(?:\{{[^{{}}\n]{{0,40}}\}}|\d+|[A-Za-z]+)|[₀₁₂₃₄₅₆₇₈₉]+)
    |(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    |(?P<vulgar>[½⅓⅔¼¾⅕⅛])
    |(?P<long>==>|-->|=/=|=>|->|==|:=|<=|>=|!=|\*\*)
    |(?P<open>\\\{{|[({{\[⌊⌈])
    |(?P<close>\\\}}|[)}}\]⌋⌉])
    |(?P<one>[\s\S])
    """,
    re.VERBOSE,
)


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
        self.text = without_italics(text)
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
            start, position = found.span()
            if kind == "space":
                continue
            if kind == "number":
                position = self._number(found.group(), start, position)
            elif kind != "style":
                self._take(kind, found.group(), start, position)
            self.stop = position
        return with_times(self.tokens, self.names)

    def _take(self, kind: str, text: str, start: int, end: int) -> None:
        if kind == "name":
            self._name(text, start, end)
        elif kind == "styled":
            self._name(text[text.index("{") + 1 : -1].strip(), start, end)
        elif kind == "subscript":
            self._subscript(text, end)
        elif kind == "superscript":
            self._superscript(text, start, end)
        elif kind == "vulgar":
            self._vulgar(text, start, end)
        elif kind == "open":
            self._open(OPENING[text[-1]], start, end)
        elif kind == "close":
            self._add("close", CLOSING[text[-1]], start, end)
        elif kind in ("fraction", "root", "break"):
            self._add(_FIXED[kind], text, start, end)
        elif kind == "command":
            self._command(text, start, end)
        else:
            self._sign(text, start, end)

    def _add(self, kind: Kind, text: str, start: int, end: int) -> None:
        glued = start == self.stop and start > 0
        self.tokens.append(Token(kind, text, start, end, (), glued))

    def _open(self, bracket: str, start: int, end: int) -> None:
        """A sigma before a bracket is the logistic function."""
        last = self.tokens[-1] if self.tokens else None
        if last is not None and last.kind == "name" and last.text == "sigma":
            self.tokens[-1] = replace(last, kind="function", text="sigmoid")
        self._add("open", bracket, start, end)

    def _number(self, text: str, start: int, end: int) -> int:
        if " " in text and self._has_neighbour(start, end):
            end = start + text.index(" ")
        stop, readings = scan(self.text, start, end, self.comma)
        kind: Kind = "number" if readings else "other"
        glued = start == self.stop and start > 0
        self.tokens.append(Token(kind, text[: stop - start], start, stop, readings, glued))
        return stop

    def _has_neighbour(self, start: int, end: int) -> bool:
        """Whether blanks cannot group digits here, as other numbers stand beside: 224 224 3."""
        return bool(_NUMBER_NEXT.match(self.text, end)) or bool(
            _NUMBER_LAST.search(self.text[max(0, start - 3) : start])
        )

    def _name(self, text: str, start: int, end: int) -> None:
        lower = text.lower()
        function = FUNCTION_SPELLINGS.get(lower, lower)
        if function in FUNCTIONS:
            self._add("function", function, start, end)
            return
        letters = text.rstrip("0123456789")
        digits = text[len(letters) :]
        name = GREEK.get(letters, letters)
        self._add("name", f"{name}_{digits}" if digits else name, start, end)

    def _subscript(self, text: str, end: int) -> None:
        inner = _NOT_PLAIN.sub("", text.translate(SUBSCRIPT).lstrip("\\_"))
        last = self.tokens[-1] if self.tokens else None
        if last is None or last.kind not in ("name", "function") or not inner:
            self._add("other", text, end - len(text), end)
        elif last.kind == "name":
            self.tokens[-1] = replace(last, text=f"{last.text}_{inner}", end=end)
        else:
            bases = {"2": "log2", "10": "log10", "e": "ln"} if last.text == "log" else {}
            self.tokens[-1] = replace(last, text=bases.get(inner, last.text), end=end)

    def _superscript(self, text: str, start: int, end: int) -> None:
        digits = text.translate(SUPERSCRIPT)
        self._add("operator", "^", start, start)
        if digits[0] == "-":
            self.tokens.append(Token("operator", "-", start, start + 1, (), glued=True))
        self.tokens.append(whole_number(digits.lstrip("+-"), start, end))

    def _vulgar(self, text: str, start: int, end: int) -> None:
        value = Fraction(*VULGAR[text])
        last = self.tokens[-1] if self.tokens else None
        if last is not None and last.kind == "number" and last.readings[0].value.denominator == 1:
            value += last.readings[0].value
            start = self.tokens.pop().start
        self._add("number", text, start, end)
        self.tokens[-1] = replace(self.tokens[-1], readings=(Literal(value),))

    def _sign(self, text: str, start: int, end: int) -> None:
        if text == "**":
            if is_power(self.text, start, end):
                self._add("operator", "^", start, end)
        elif text == "~":
            if _DIGIT_NEXT.match(self.text, end):
                self._add("relation", "≈", start, end)
        elif text in OPERATORS:
            self._add("operator", OPERATORS[text], start, end)
        elif text in RELATIONS:
            self._add("relation", RELATIONS[text], start, end)
        elif text in ",;:.?!":
            self._add("mark", text, start, end)
        elif text == "|":
            self._add("bar", text, start, end)
        elif text != "_":
            self._add("other", text, start, end)

    def _command(self, command: str, start: int, end: int) -> None:
        name = command[1:].removeprefix("var")
        if command in OPERATORS:
            self._add("operator", OPERATORS[command], start, end)
        elif command in RELATIONS:
            self._add("relation", RELATIONS[command], start, end)
        elif command in LATEX_OPENING:
            self._add("open", LATEX_OPENING[command], start, end)
        elif command in LATEX_CLOSING:
            self._add("close", LATEX_CLOSING[command], start, end)
        elif name in LATEX_NAMES:
            self._add("name", name, start, end)
        elif name.lower() in FUNCTIONS:
            self._add("function", name.lower(), start, end)
        else:
            self._add("other", command, start, end)


_FIXED: dict[str, Kind] = {"fraction": "fraction", "root": "root", "break": "break"}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_NUMBER_NEXT, _NUMBER_LAST = re.compile(r" \d"), re.compile(r"\d $")
_DIGIT_NEXT = re.compile(r"\s*\$?[\d.]")
