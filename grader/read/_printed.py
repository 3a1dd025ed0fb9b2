"""Printed equations and whether they are true: what stands on both sides of every ``=``.

An equation is called false only where both sides are surely arithmetic: a label, a size such as
3x3, or a part of something longer claims nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from grader.expression import Comma, Equality, Token, check
from grader.model import Answer, Number, Place
from grader.read._lines import Line, blanked, lines
from grader.read._runs import Run, is_shape, is_variable, runs_of, tokens_of

_RESTORED_AT_MOST = 40
_MOST = 400
_QUOTE = 160
_UNIT = 4
_LABEL = 40
_SMALL = 100
_RELATION = re.compile(r"[=≈≃≅~∼≡≒]|\\(?:approx|simeq|cong|sim|equiv)")
_ROW = re.compile(r"^\W{0,6}[A-Za-z]{2,14}\.? #?\d{1,2}(?= {1,4}\$)")
"""``Obs 3 $\\sqrt{13} = 3.6$``: a row's number is no factor of the formula behind it."""
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
    doubtful: bool
    """Whether it is false as it stands, but a slip or a conversion may be to blame."""
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
            "doubtful": self.doubtful,
            "approx": self.approx,
            "quote": self.quote,
            "line": self.place.start,
        }


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
            if "$" in line.text:
                line = replace(line, text=blanked(line.text, _ROW))
            self._related(_Parts(line, self.comma))
        self.before = None if line.cell else line

    def _related(self, parts: _Parts) -> None:
        label = ""
        for place, token in enumerate(parts.tokens):
            if token.kind != "relation" or token.text not in "=≈":
                continue
            left = self._left(parts, place)
            if left is None or left.run.symbolic:
                label = parts.label_before(place) or label
            right = parts.begins.get(place + 1)
            if right is not None:
                self._equation(parts, place, left, Operand(parts, right), label)

    def _left(self, parts: _Parts, place: int) -> Operand | None:
        if place == 0 and not parts.line.cell:
            return self._line_before()
        run = parts.before(place)
        return None if run is None else Operand(parts, run)

    def _line_before(self) -> Operand | None:
        """What the line before ends with, when that is a number or an expression."""
        if self.before is None:
            return None
        parts = _Parts(self.before, self.comma)
        run = parts.ends.get(len(parts.tokens) - 1)
        return None if run is None else Operand(parts, run)

    def _equation(
        self, parts: _Parts, place: int, left: Operand | None, right: Operand, label: str
    ) -> None:
        known = left is not None and left.run.number is not None
        if right.run.number is None and not right.run.lost and not known:
            return
        approx = parts.tokens[place].text == "≈"
        outcome = self._outcome(parts, left, right, approx=approx)
        own = left is not None and left.parts is parts
        start = left.run.start if left is not None and own else parts.tokens[place].start
        text = parts.line.text
        self.found.append(
            Equation(
                label=label or parts.line.head,
                lhs=label if left is None else left.text,
                rhs=right.text,
                left=outcome.left,
                value=outcome.right or right.run.number,
                holds=outcome.holds,
                restored=outcome.restored,
                doubtful=outcome.doubtful,
                approx=approx,
                quote=text[start : right.run.end].strip()[:_QUOTE],
                place=parts.line.place,
                start=right.run.start,
                end=right.run.end,
            )
        )

    def _outcome(
        self, parts: _Parts, left: Operand | None, right: Operand, *, approx: bool
    ) -> Equality:
        if left is None or left.run.symbolic or right.run.symbolic:
            return Equality(holds=None, right=right.run.number)
        restoring = self.restorations < _RESTORED_AT_MOST
        outcome = check(left.run.tokens, right.run.tokens, approx=approx, restoring=restoring)
        if outcome.holds:
            return outcome
        self.restorations += 1
        joined = self._joined(parts, left, right, approx=approx)
        if joined is not None:
            return joined
        if left.parts is parts and left.is_claim(right) and right.is_whole():
            return outcome
        return replace(outcome, holds=None, doubtful=False)

    def _joined(
        self, parts: _Parts, left: Operand, right: Operand, *, approx: bool
    ) -> Equality | None:
        """A line that begins with a sign may go on with the sum of the line before."""
        marker = parts.line.marker
        if marker not in _SIGNS or left.parts is not parts or left.run.first != 0:
            return None
        before = self._line_before()
        if before is None or before.run.number is None:
            return None
        tokens = (*before.run.tokens, Token("operator", marker, 0, 1), *left.run.tokens)
        outcome = check(tokens, right.run.tokens, approx=approx, restoring=False)
        return outcome if outcome.holds else None


class _Parts:
    """The tokens of a line, and its runs by where they begin and end."""

    def __init__(self, line: Line, comma: Comma | None) -> None:
        self.line = line
        self.tokens = tokens_of(line.text, comma)
        runs = runs_of(line.text, comma)
        self.begins = {run.first: run for run in runs}
        self.ends = {run.last: run for run in runs}

    def before(self, place: int) -> Run | None:
        """Return the run that ends at a relation; words between them may name its unit."""
        last = place - 1
        while last >= 0 and place - last <= _UNIT and last not in self.ends:
            if self.tokens[last].kind != "name":
                return None
            last -= 1
        run = self.ends.get(last)
        if run is None or last == place - 1:
            return run
        variables = all(is_variable(token) for token in self.tokens[last + 1 : place])
        return None if run.plain or run.symbolic or variables else run

    def label_before(self, place: int) -> str:
        """Return the words that stand before a relation, back to the last punctuation mark."""
        start = 0
        for index in range(place - 1, max(-1, place - _LABEL), -1):
            token, run = self.tokens[index], self.ends.get(index)
            mark = token.kind == "mark" and token.text in ",;:!?."
            if mark or token.kind in ("relation", "break", "bar") or (run and run.plain):
                start = token.end
                break
        text = self.line.text[start : self.tokens[place].start]
        return _LATEX.sub(" ", text).strip(" *_")[-_QUOTE:]


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of an equation, with the line that it stands in."""

    parts: _Parts
    run: Run

    @property
    def text(self) -> str:
        """The side as it is written."""
        return self.parts.line.text[self.run.start : self.run.end]

    def _near(self, place: int) -> Token | None:
        tokens = self.parts.tokens
        return tokens[place] if 0 <= place < len(tokens) else None

    def is_claim(self, right: Operand) -> bool:
        """Whether this left side is arithmetic that claims something, and no label."""
        before, after = self._near(self.run.first - 1), self._near(self.run.last + 1)
        if self.run.units == "doubtful" or (after is not None and after.kind == "name"):
            return False
        if before is not None and not _may_precede(before, self._near(self.run.first - 2)):
            return False
        worded = before is not None and before.kind == "name"
        if not any(token.kind in _ARITHMETIC for token in self.run.tokens):
            number = self.run.number
            large = number is not None and not -_SMALL < number.value < _SMALL
            return large and not worded and not right.run.plain and len(right.run.tokens) > 1
        return not (is_shape(self.run, self.parts.line.text) and (worded or _is_kernel(self.run)))

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


_ARITHMETIC = frozenset({"operator", "fraction", "root", "function"})
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
