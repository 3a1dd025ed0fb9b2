"""Printed equations: every ``left = right`` of an answer, and whether it is true.

    read: {kind: equations, only: "false"}

The value is a list of mappings ``{label, lhs, rhs, left, value, holds, restored, approx, quote,
line}``. ``holds`` is true, false or null; it is false only where both sides are numbers, and
no slip of a conversion or of notation explains the difference. ``left`` and ``value`` are the
sides as numbers. A name alone on the left is a label, not a claim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from grader.expression import Comma, Equality, Token, check
from grader.model import Answer, Finding, Found, Missing, Number, Place
from grader.read import readers
from grader.read._lines import Line, lines
from grader.read._runs import Run, is_shape, is_variable, runs_of, tokens_of

_RESTORED_AT_MOST = 40
_MOST = 400
_QUOTE = 160
_UNIT = 4
_SMALL = 100
_RELATION = re.compile(r"[=≈≃≅~∼≡≒]|\\(?:approx|simeq|cong|sim|equiv)")
_LATEX = re.compile(r"\\(?:text|mathrm|mathbf|textbf|left|right|quad)\b|[${}&]|\\[,;! ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """One printed relation between two neighbours of a chain."""

    label: str
    lhs: str
    rhs: str
    left: Number | None
    value: Number | None
    holds: bool | None
    restored: bool
    approx: bool
    quote: str
    place: Place
    start: int
    """Where the right side begins in its line."""
    end: int

    def plain(self) -> dict[str, Any]:
        """The equation as plain data."""
        return {
            "label": self.label,
            "lhs": self.lhs,
            "rhs": self.rhs,
            "left": self.left,
            "value": self.value,
            "holds": self.holds,
            "restored": self.restored,
            "approx": self.approx,
            "quote": self.quote,
            "line": self.place.start,
        }


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Equations:
    """Reads all equations, or only those that are certainly false."""

    only: Literal["all", "false"] = "all"
    comma: Comma | None = None
    """What a comma before three digits means in this answer."""

    def read(self, answer: Answer) -> Finding:
        """Return the equations in the order of the answer."""
        found = printed(answer, self.comma)
        if self.only == "false":
            found = [equation for equation in found if equation.holds is False]
        if not found:
            which = "false equation" if self.only == "false" else "equation"
            return Missing(why=f"no {which} is printed")
        return Found(
            value=[equation.plain() for equation in found],
            where=tuple(dict.fromkeys(equation.place for equation in found)),
            quote="; ".join(dict.fromkeys(equation.quote for equation in found))[: 3 * _QUOTE],
        )


def printed(answer: Answer, comma: Comma | None = None) -> list[Equation]:
    """Return every printed equation of an answer with numbers on at least one side."""
    scan = _Scan(comma)
    for line in lines(answer):
        scan.line(line)
        if len(scan.found) >= _MOST:
            break
    return scan.found


class _Scan:
    """Walks through lines; a line that begins with a relation goes on with the one before."""

    def __init__(self, comma: Comma | None) -> None:
        self.comma = comma
        self.found: list[Equation] = []
        self.before: Line | None = None
        self.restorations = 0

    def line(self, line: Line) -> None:
        """Take the equations of one line."""
        if _RELATION.search(line.text):
            self._related(line)
        self.before = None if line.cell else line

    def _related(self, line: Line) -> None:
        tokens = tokens_of(line.text, self.comma)
        found = runs_of(line.text, self.comma)
        label = ""
        for place, token in enumerate(tokens):
            if token.kind != "relation" or token.text not in "=≈":
                continue
            left = self._left(line, tokens, found, place)
            if left is None or left.run.symbolic:
                label = label_before(line.text, tokens, found, place) or label
            right = _after(found, place)
            if right is not None:
                self._equation(line, tokens, place, left, right, label)

    def _line_before(self) -> Operand | None:
        """What the line before ends with, when that is a number or an expression."""
        if self.before is None:
            return None
        tokens = tokens_of(self.before.text, self.comma)
        found = runs_of(self.before.text, self.comma)
        ends = bool(found) and found[-1].last == len(tokens) - 1
        return Operand(self.before, tokens, found[-1]) if ends else None

    def _left(
        self, line: Line, tokens: Sequence[Token], found: Sequence[Run], place: int
    ) -> Operand | None:
        if place == 0 and not line.cell:
            return self._line_before()
        run = _before(tokens, found, place)
        return None if run is None else Operand(line, tokens, run)

    def _equation(
        self,
        line: Line,
        tokens: Sequence[Token],
        place: int,
        left: Operand | None,
        right: Run,
        label: str,
    ) -> None:
        if right.number is None and (left is None or left.run.number is None) and not right.lost:
            return
        approx = tokens[place].text == "≈"
        outcome = self._outcome(line, left, Operand(line, tokens, right), approx)
        start = left.run.start if left is not None and left.line is line else tokens[place].start
        self.found.append(
            Equation(
                label=label or line.head,
                lhs=label if left is None else left.text,
                rhs=line.text[right.start : right.end],
                left=outcome.left,
                value=outcome.right or right.number,
                holds=outcome.holds,
                restored=outcome.restored,
                approx=approx,
                quote=line.text[start : right.end].strip()[:_QUOTE],
                place=line.place,
                start=right.start,
                end=right.end,
            )
        )

    def _outcome(self, line: Line, left: Operand | None, right: Operand, approx: bool) -> Equality:
        if left is None or left.run.symbolic or right.run.symbolic:
            return Equality(holds=None, right=right.run.number)
        restoring = self.restorations < _RESTORED_AT_MOST
        outcome = check(left.run.tokens, right.run.tokens, approx=approx, restoring=restoring)
        if outcome.holds:
            return outcome
        self.restorations += 1
        joined = self._joined(line, left, right, approx)
        if joined is not None:
            return joined
        certain = left.line is line and left.is_claim(right) and right.is_whole()
        return outcome if certain else replace(outcome, holds=None)

    def _joined(self, line: Line, left: Operand, right: Operand, approx: bool) -> Equality | None:
        """A line that begins with a sign may go on with the sum of the line before."""
        if line.marker not in _SIGNS or left.line is not line or left.run.first != 0:
            return None
        before = self._line_before()
        if before is None or before.run.number is None:
            return None
        sign = Token("operator", line.marker, 0, 1)
        tokens = (*before.run.tokens, sign, *left.run.tokens)
        outcome = check(tokens, right.run.tokens, approx=approx, restoring=False)
        return outcome if outcome.holds else None


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of an equation, with the line that it stands in."""

    line: Line
    tokens: Sequence[Token]
    run: Run

    @property
    def text(self) -> str:
        """The side as it is written."""
        return self.line.text[self.run.start : self.run.end]

    def _near(self, place: int) -> Token | None:
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def is_claim(self, right: Operand) -> bool:
        """Whether this left side is arithmetic that claims something, not a label or a part of more."""
        before, after = self._near(self.run.first - 1), self._near(self.run.last + 1)
        worded = (before is not None and before.kind == "name") or (
            after is not None and after.kind == "name"
        )
        if self.run.units == "doubtful" or (
            before is not None and not _may_precede(before, self._near(self.run.first - 2))
        ):
            return False
        signs = [token for token in self.run.tokens if token.kind == "operator"]
        if not signs and not any(
            token.kind in ("fraction", "root", "function") for token in self.run.tokens
        ):
            number = self.run.number
            large = number is not None and not -_SMALL < number.value < _SMALL
            return large and not worded and not right.run.plain and len(right.run.tokens) > 1
        return not (is_shape(self.run, self.line.text) and (worded or _is_kernel(self.run)))

    def is_whole(self) -> bool:
        """Whether this right side ends where its run ends."""
        after = self._near(self.run.last + 1)
        if self.run.units == "doubtful" or after is None:
            return self.run.units != "doubtful"
        if after.kind == "operator":
            following = self._near(self.run.last + 2)
            return (
                after.text == "-"
                and not after.glued
                and following is not None
                and following.kind == "name"
            )
        if after.kind == "name":
            return not after.glued and after.text.lower() not in _GO_ON
        return after.kind in ("mark", "relation", "break", "close", "open", "bar")


_SIGNS = ("+", "-", "*")
_GO_ON = frozenset(
    {"times", "by", "x", "multiplied", "plus", "minus", "divided", "over", "mod", "to", "per"}
)


def _may_precede(before: Token, earlier: Token | None) -> bool:
    if before.kind == "mark":
        dots = before.text == "." and earlier is not None and earlier.text == "." and before.glued
        return before.text in ",;:.?!" and not dots
    return before.kind in ("name", "relation", "break", "open", "bar")


def _is_kernel(run: Run) -> bool:
    sides = [token.text for token in run.tokens if token.kind == "number"]
    return len(sides) == 2 and sides[0] == sides[1]


def _before(tokens: Sequence[Token], found: Sequence[Run], place: int) -> Run | None:
    """Return the run that ends at a relation; words between them may name its unit."""
    run = next((run for run in reversed(found) if run.last < place), None)
    if run is None:
        return None
    between = tokens[run.last + 1 : place]
    if not between:
        return run
    words = len(between) <= _UNIT and all(token.kind == "name" for token in between)
    label = run.plain or run.symbolic or all(is_variable(token) for token in between)
    return run if words and not label else None


def _after(found: Sequence[Run], place: int) -> Run | None:
    return next((run for run in found if run.first == place + 1), None)


def label_before(text: str, tokens: Sequence[Token], found: Sequence[Run], place: int) -> str:
    """Return the words that stand before a relation, back to the last punctuation mark."""
    start = 0
    for index in range(place - 1, -1, -1):
        token = tokens[index]
        if (
            token.kind in ("relation", "break", "bar")
            or (token.kind == "mark" and token.text in ",;:!?.")
            or any(run.last == index and run.plain for run in found)
        ):
            start = token.end
            break
    return _LATEX.sub(" ", text[start : tokens[place].start]).strip(" *_")[:_QUOTE]
