"""Sizes and sums under a name: 32×32×672, and what its parts add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def shape(options: Mapping[str, Any], value: Sequence[int]) -> list[str]:
    """Return a size in many notations, behind the name that it belongs to.

    >>> shape({"name": "a", "names": {"a": ["plain"]}}, [4, 4, 8])[0]
    'plain: 4 x 4 x 8'
    """
    name = _named(options)
    lead = f"{name}: " if name else ""
    joined = [sep.join(map(str, value)) for sep in (" x ", "x", " × ", "×", " * ", " X ", " by ")]
    latex = " \\times ".join(map(str, value))
    bare = [*joined, f"${latex}$", f"$({', '.join(map(str, value))})$"]
    bare += [f"({', '.join(map(str, value))})", f"[{', '.join(map(str, value))}]"]
    made = [f"{lead}{text}" for text in bare]
    first = joined[0]
    if name:
        made += [f"{name} = {first}", f"{name} → {first}", f"- {name}: {first}"]
        made += [f"**{name}**: {first}", f"The {name} output is {first}.", f"{name}:\n{first}"]
        made += [
            f"| module | size |\n|---|---|\n| {name} | {first} |",
            f"{name} -> {joined[1]}",
            f"{name} is {joined[3]}",
        ]
    return made


def tally(options: Mapping[str, Any], value: Mapping[str, int]) -> list[str]:
    """Return a sum with its terms, behind the name that it belongs to."""
    name = _named(options)
    total = sum(value.values())
    terms = list(value.items())
    return [
        f"{name}: {' + '.join(str(v) for v in value.values())} = {total}",
        f"{name}: total {total}",
        f"{name} = {total}",
        f"{name}: total {total:,}",
        f"{name}: " + ", ".join(f"{k}: {v}" for k, v in terms) + f", total: {total}",
        f"{name}:\n" + "\n".join(f"- {k}: {v}" for k, v in terms) + f"\n- total: {total}",
        f"{name}:\n" + "\n".join(f"- {k}: {v:,}" for k, v in terms) + f"\n- total: {total:,}",
        f"**{name}**: total = {total}",
        f"{name}: ${' + '.join(str(v) for v in value.values())} = {total}$",
    ]


def _named(options: Mapping[str, Any]) -> str:
    words = options.get("names", {}).get(options.get("name", ""), ())
    return str(next(iter(words), options.get("name", "")))
