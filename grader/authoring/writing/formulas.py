"""A formula: other signs for a product, other brackets, other orders."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any


def formula(options: Mapping[str, Any], value: Any) -> list[str]:
    """Return a formula in many ways of writing it.

    >>> formula({"defines": ["p"]}, "2*x + 1")[:4]
    ['p = 2*x + 1', 'p = 2 * x + 1', 'p = 1 + 2*x', 'p = 2·x + 1']
    """
    if not isinstance(value, str) or not value.strip():
        raise TypeError("this is no formula")
    lead = f"{options['defines'][0]} = " if options.get("defines") and "=" not in value else ""
    plain = " ".join(value.split())
    bodies = [
        plain,
        re.sub(r"(?<!\*)\*(?!\*)", " * ", plain),
        _turned(plain),
        re.sub(r"(?<!\*)\*(?!\*)", "·", plain),
        re.sub(r"(?<!\*)\*(?!\*)", "×", plain),
        plain.replace("**", "^"),
        plain.replace(" ", ""),
        f"({plain})",
        plain.replace("-", "−"),
        f"1*({plain})",
        _turned(plain.replace(" ", "")),
        f"(({plain}))",
        re.sub(r"([+\-])", r" \1 ", plain.replace(" ", "")).strip() if "e-" not in plain else plain,
    ]
    made = [f"{lead}{body}" for body in bodies]
    made += [f"${lead}{plain.replace('**', '^')}$" if _is_latex(plain) else f"{lead}{plain} "]
    made += [f"`{lead}{plain}`", f"{lead}\n{plain}" if not lead else f"{lead}{plain}\n"]
    made += [
        f"Answer: {lead}{plain}" if lead else f"\n{plain}",
        f"**{lead}**{plain}" if not lead else f"- {lead}{plain}",
    ]
    return made


def _is_latex(plain: str) -> bool:
    """Whether the text means the same between dollars: no names of several letters, no calls."""
    return not re.search(r"[A-Za-z]{2,}|/|\^\(|\*\*\(", plain)


def _turned(plain: str) -> str:
    """The formula with the two sides of each sum and product exchanged.

    >>> _turned("2*x + 1")
    '1 + 2*x'
    """
    try:
        tree = ast.parse(plain.replace("^", "**"), mode="eval")
    except SyntaxError:
        return plain
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            node.left, node.right = node.right, node.left
    return ast.unparse(tree).replace(" * ", "*")
