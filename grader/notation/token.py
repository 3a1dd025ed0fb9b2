"""What the signs of a formula are, and the refusal of a text that is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.notation.tree import Node

Kind: TypeAlias = Literal[
    "number",
    "symbol",
    "function",
    "operator",
    "relation",
    "open",
    "close",
    "bar",
    "comma",
    "after",
    "raised",
    "fraction",
    "binomial",
    "root",
    "end",
]


class NotAFormula(ValueError):
    """A text that is no formula; the message is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A sign with its place; numbers, names and raised exponents hold their node."""

    kind: Kind
    text: str
    start: int
    node: Node | None = None
    end: int = 0


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as tokens, the last of which is the end."""

    text: str
    tokens: list[Token]
