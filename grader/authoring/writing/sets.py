"""Sets, lists, intervals and plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.authoring.writing.numbers import decimal


def sequence(options: Mapping[str, Any], value: Any) -> list[str]:
    """Return elements in their order, between many brackets; a label of the reader before each."""
    said = [v if isinstance(v, str) else decimal(v) for v in value]
    joined = ", ".join(said)
    made = [joined, f"{{{joined}}}", f"[{joined}]", f"({joined})", "; ".join(said)]
    made += [f"${joined}$", f"$\\{{{joined}\\}}$", " and ".join(said), " or ".join(said)]
    made += ["\n".join(said), ",".join(said), f"{{{','.join(said)}}}", f"[{','.join(said)}]"]
    made += [f"{{ {joined} }}", f"[ {joined} ]", "{" + "; ".join(said) + "}"]
    label = next(iter(options.get("labels", ())), "")
    if label:
        made += [" or ".join(f"{label} = {v}" for v in said)]
        made += [", ".join(f"{label}_{at} = {v}" for at, v in enumerate(said, start=1))]
    return made


def intervals(_options: Mapping[str, Any], value: Any) -> list[str]:
    """Return an interval that the reference wrote as text, in other spacings and signs."""
    if not isinstance(value, str):
        raise TypeError("this is no text")
    plain = " ".join(value.split())
    made = [
        plain,
        plain.replace(" ", ""),
        f"${plain}$",
        plain.replace(",", ", ").replace("  ", " "),
    ]
    return [*made, plain.replace("-", "−"), f" {plain} "]


def text(_options: Mapping[str, Any], value: Any) -> list[str]:
    """Return text as it is, and with what writing leaves around it."""
    if not isinstance(value, str):
        raise TypeError("this is no text")
    return [value, f" {value} ", f"{value}\n", f"\n{value}", f"  {value}"]
