r"""Formulas in plain, Unicode and LaTeX spelling, read into trees.

Precedence is that of school: powers bind tightest and from the right, -x^2 is -(x^2), and a product
without a sign binds like one with a sign, so that 1/2x is (1/2)x and a/b c is (a/b)c. A function
without brackets takes the product that follows, up to a sign, a bracket or another function:
sin 2x is sin(2x), sin x/2 is sin(x)/2, sin x cos x is sin(x)cos(x). A root without brackets takes
one number or name: √2x is (√2)x.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from grader.notation.grammar import DEEPEST, Parser
from grader.notation.options import Notation
from grader.notation.token import NotAFormula, Tokens
from grader.notation.tokens import tokenize
from grader.notation.tree import Node, children
from grader.notation.words import Vocabulary

__all__ = ["DEEPEST", "NotAFormula", "height", "parse"]


def parse(
    text: str,
    notation: Notation,
    *,
    names: Collection[str] = (),
    functions: Collection[str] = (),
    juxtaposed: Literal["product", "name"] = "product",
    case: bool = True,
    relations: bool = False,
) -> Node:
    r"""Read a formula.

    Args:
        text: what was written, in plain signs or LaTeX.
        notation: how numbers are written, and which letters are constants.
        names: the variables that are known; a longer one is preferred where letters run together.
        functions: names of further functions; their arguments stand in brackets.
        juxtaposed: whether letters that run together and are no known names are a product of
            letters or one name.
        case: whether x and X are two names.
        relations: whether ``=``, ``<`` and so on may stand in it, once.

    Raises:
        NotAFormula: with a hint for whoever wrote it.

    >>> parse("2x", Notation()) == parse(r"2 \cdot x", Notation())
    True
    """
    words = Vocabulary(notation, names, functions, juxtaposed, case)
    return _tree(tokenize(text, notation, words), words, notation, relations)


def _tree(tokens: Tokens, words: Vocabulary, notation: Notation, relations: bool) -> Node:
    declared = frozenset(words.declared.values())
    node = Parser(tokens.text, tokens.tokens, notation, declared).whole(relations)
    if height(node) > 2 * DEEPEST:
        raise NotAFormula("the formula is nested too deeply")
    return node


def height(node: Node) -> int:
    """Return how many nodes lie above each other at most."""
    level, count = [node], 0
    while level:
        level, count = [below for one in level for below in children(one)], count + 1
    return count
