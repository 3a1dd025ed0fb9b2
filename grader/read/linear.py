"""The coefficients of a linear combination as it is written out: -4 + 0.04*40 + 0.8*x2.

    read: {kind: linear, variables: [{names: [X1, hours], value: 40}, {names: [X2, gpa], value: 3.5}]}

A variable stands there by name or by its value. The value is
``{"intercept": c, "coefficients": [a, b, …]}``, numbers; 0 where a variable is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import Answer, Finding, Found, Missing
from grader.read import readers

_LATEX = re.compile(r"\\(?:left|right|text|mathrm|,|;|!)|\$")
_INDEX = re.compile(r"_\{(\w)\}")
_BREAK = re.compile(r"\be\s*(?:\^|\*\*)|\\?\bexp\b|\\d?frac|[{}\[\]=]")
_TIMES = re.compile(r"\\times|\\cdot|[·⋅×∗]")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_FACTOR = r"(?:\d+(?:\.\d+)?|\.\d+)"
_NAME = r"[A-Za-z][A-Za-z]*_?\d?"
_TERM = rf"[+-]\s*(?:{_FACTOR}\s*(?:\*\s*)?\(?\s*(?:{_NAME}|{_FACTOR})\s*\)?|{_FACTOR}|{_NAME})"
_CHAIN = re.compile(
    rf"(?<![\w.)])(?:[+-]\s*)?(?:{_FACTOR}\s*(?:\*\s*)?\(?\s*(?:{_NAME}|{_FACTOR})\s*\)?|{_FACTOR}|{_NAME})(?:\s*{_TERM}){{1,5}}"
)
_ONE = re.compile(rf"([+-]?)\s*(?:({_FACTOR})\s*(?:\*\s*)?)?\(?\s*({_NAME}|{_FACTOR})?\s*\)?$")
_LONGEST = 2_000


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Options: each variable with its ``names``, and the ``value`` that may stand for it.

    >>> from grader.model import Piece, Place
    >>> place = Place(file="a.md", start=1, end=1)
    >>> piece = Piece(kind="prose", text="z = -4 + 0.04*40 + 0.8*x2", place=place)
    >>> kind = Linear(variables=({"names": ["x1"], "value": 40}, {"names": ["x2"], "value": 3.5}))
    >>> kind.read(Answer(pieces=(piece,))).value
    {'intercept': -4.0, 'coefficients': [0.04, 0.8]}
    """

    variables: Sequence[Mapping[str, Any]]

    def read(self, answer: Answer) -> Finding:
        """Return the last combination in which at least one variable stands beside a constant."""
        found = None
        for piece in answer.of("prose", "math", "output", "table"):
            for line in piece.text.splitlines():
                for match in _CHAIN.finditer(_plain(line[:_LONGEST])):
                    value = self._combination(match[0])
                    if value is not None:
                        found = Found(value=value, where=(piece.place,), quote=match[0].strip())
        return found or Missing(why="no linear combination is written out")

    def _combination(self, text: str) -> dict[str, Any] | None:
        constants: list[float] = []
        coefficients: list[float | None] = [None] * len(self.variables)
        for term in re.split(r"(?=[+-])", text.replace(" ", "")):
            if not term:
                continue
            match = _ONE.match(term)
            if match is None:
                return None
            sign = -1.0 if match[1] == "-" else 1.0
            factors = [part for part in (match[2], match[3]) if part]
            place = self._variable(factors)
            if place is None:
                numbers = [_number(factor) for factor in factors]
                if None in numbers:
                    return None
                product = sign
                for number in numbers:
                    product *= number or 0.0
                constants.append(product)
                continue
            if coefficients[place] is not None:
                return None
            other = factors[0] if len(factors) == 2 else "1"
            number = _number(other)
            if number is None:
                return None
            coefficients[place] = sign * number
        if len(constants) != 1 or coefficients[0] is None:
            return None
        return {"intercept": constants[0], "coefficients": [c or 0.0 for c in coefficients]}

    def _variable(self, factors: list[str]) -> int | None:
        """Which variable the last factor of a term is; a value needs its coefficient, but the last."""
        last = factors[-1] if factors else ""
        for place, variable in enumerate(self.variables):
            names = {_folded(name) for name in variable["names"]}
            if _folded(last) in names:
                return place
            value = _number(last)
            lone = len(factors) == 1 and not variable.get("alone", False)
            if value is not None and value == float(variable["value"]) and not lone:
                return place
        return None


def _plain(line: str) -> str:
    text = _TIMES.sub("*", line.replace("−", "-").replace("–", "-"))
    text = _BREAK.sub(" ; ", _INDEX.sub(r"_\1", _LATEX.sub(" ", text)))
    return _DECIMAL_COMMA.sub(".", text).replace("^", " ")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()
