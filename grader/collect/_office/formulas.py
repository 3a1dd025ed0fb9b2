"""Formulas of Office documents as one line of text: ``(a)/(b)``, ``x^{2}``, ``sqrt(x)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

Node = Any
"""An element of a document's tree; the library that makes them has no types."""

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DEEPEST = 40
"""Formulas within formulas; what lies deeper is written as ``…``."""
_BEFORE, _AFTER = re.compile(r"[\w)}\].]\s*$"), re.compile(r"\s*[\w({\[\\]")
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u20d7": "vec"}
_GROWN = {"∑": "sum", "∏": "prod"}
_UNREAD = frozenset([f"{M}{tag}" for tag in ("rPr", "ctrlPr", "argPr")])


def linear(node: Node, depth: int = 0) -> str:
    """Return a formula, or a part of one, as text."""
    if depth > DEEPEST:
        return "…"
    made: list[tuple[str, bool]] = []
    for child in node:
        tag = child.tag
        if not isinstance(tag, str) or tag in _UNREAD or tag.endswith("Pr"):
            continue
        if tag == f"{M}t":
            made.append((child.text or "", False))
            continue
        rule = _RULES.get(tag.removeprefix(M)) if tag.startswith(M) else None
        text = rule(child, depth + 1) if rule else linear(child, depth + 1)
        made.append((text, tag == f"{M}f"))
    return _row(made)


def _row(made: Sequence[tuple[str, bool]]) -> str:
    """Texts side by side; a fraction that touches a factor is put in brackets."""
    out = ""
    for place, (text, fraction) in enumerate(made):
        after = made[place + 1][0] if place + 1 < len(made) else ""
        if fraction and (_BEFORE.search(out[-8:]) or _AFTER.match(after)):
            text = f"({text})"  # noqa: PLW2901  # the text as it stands in this row
        out += text
    return out.strip() if len(made) > 1 else out


def _child(node: Node, tag: str, depth: int) -> str:
    found = node.find(f"{M}{tag}")
    return linear(found, depth).strip() if found is not None else ""


def _property(node: Node, tag: str, default: str) -> str:
    """The value of a property such as the sign of a bracket; empty where it is hidden."""
    for holder in node:
        if isinstance(holder.tag, str) and holder.tag.endswith("Pr"):
            found = holder.find(f"{M}{tag}")
            if found is not None:
                return str(found.get(f"{M}val", default))
    return default


def _fraction(node: Node, depth: int) -> str:
    above, below = _child(node, "num", depth), _child(node, "den", depth)
    if _property(node, "type", "bar") == "noBar":
        return f"binom({above}, {below})"
    return f"({above})/({below})"


def _scripts(node: Node, depth: int) -> str:
    base = _child(node, "e", depth)
    low, high = _child(node, "sub", depth), _child(node, "sup", depth)
    if "/" in base and not base.endswith("}"):
        base = f"({base})"
    return base + _script("_", low) + _script("^", high)


def _script(sign: str, text: str) -> str:
    return f"{sign}{{{text}}}" if text else ""


def _before(node: Node, depth: int) -> str:
    low, high = _child(node, "sub", depth), _child(node, "sup", depth)
    return _script("_", low) + _script("^", high) + _child(node, "e", depth)


def _root(node: Node, depth: int) -> str:
    degree, body = _child(node, "deg", depth), _child(node, "e", depth)
    return f"({body})^{{1/{degree}}}" if degree else f"sqrt({body})"


def _nary(node: Node, depth: int) -> str:
    sign = _property(node, "chr", "∫")
    low, high = _child(node, "sub", depth), _child(node, "sup", depth)
    name = f"\\{_GROWN[sign]}" if sign in _GROWN else sign
    return f"{name}{_script('_', low)}{_script('^', high)} {_child(node, 'e', depth)}"


def _delimited(node: Node, depth: int) -> str:
    opened, closed = _property(node, "begChr", "("), _property(node, "endChr", ")")
    between = _property(node, "sepChr", "|")
    held = [linear(e, depth).strip() for e in node.findall(f"{M}e")]
    return f"{opened}{between.join(held)}{closed}"


def _function(node: Node, depth: int) -> str:
    name, body = _child(node, "fName", depth), _child(node, "e", depth)
    return f"{name}{body}" if body.startswith(("(", "[", "{")) else f"{name}({body})"


def _accent(node: Node, depth: int) -> str:
    name = _ACCENTS.get(_property(node, "chr", "\u0302"), "hat")
    return f"\\{name}{{{_child(node, 'e', depth)}}}"


def _bar(node: Node, depth: int) -> str:
    return f"\\bar{{{_child(node, 'e', depth)}}}"


def _matrix(node: Node, depth: int) -> str:
    rows = (
        ", ".join(linear(e, depth).strip() for e in row.findall(f"{M}e"))
        for row in node.findall(f"{M}mr")
    )
    return f"[{', '.join(f'[{row}]' for row in rows)}]"


def _array(node: Node, depth: int) -> str:
    return "; ".join(linear(e, depth).strip() for e in node.findall(f"{M}e"))


def _limit(node: Node, depth: int) -> str:
    sign = "_" if node.tag == f"{M}limLow" else "^"
    return _child(node, "e", depth) + _script(sign, _child(node, "lim", depth))


def _run(node: Node, depth: int) -> str:
    del depth
    return "".join(t.text or "" for t in node if t.tag in (f"{M}t", f"{W}t"))


_RULES: dict[str, Callable[[Node, int], str]] = {
    "r": _run,
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _before,
    "rad": _root,
    "nary": _nary,
    "d": _delimited,
    "func": _function,
    "acc": _accent,
    "bar": _bar,
    "m": _matrix,
    "eqArr": _array,
    "limLow": _limit,
    "limUpp": _limit,
}
