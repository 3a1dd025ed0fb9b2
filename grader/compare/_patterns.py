"""Patterns that a value of a program may answer to, and the facts they are held against."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

ABSENT = object()
"""Stands for an argument that is not given."""
DEEPEST = 12
_CLOSE = 1e-6


class Patterns:
    """Holds the facts of one program, and what the reference computed."""

    def __init__(self, facts: Mapping[str, Any], truth: Any) -> None:
        self.facts = facts
        self.truth = truth
        self.kept: dict[str, list[Mapping[str, Any]]] = {}

    def facts_of(self, name: str) -> list[Mapping[str, Any]]:
        """All facts of one kind; what is no mapping counts as an empty one, so indices stay."""
        if name not in self.kept:
            found = self.facts.get(name)
            known = found if isinstance(found, list | tuple) else ()
            self.kept[name] = [item if isinstance(item, dict) else {} for item in known]
        return self.kept[name]

    def candidates(self, names: tuple[str, ...]) -> list[tuple[int, Mapping[str, Any]]]:
        """The calls whose names end like one of these, with their indices."""
        calls = list(enumerate(self.facts_of("calls")))
        if "*" in names:
            return calls
        ends = tuple(names)
        return [
            (i, c) for i, c in calls if isinstance(n := c.get("name"), str) and n.endswith(ends)
        ]

    def fits(self, value: Any, pattern: Any, depth: int = 0) -> bool:
        """Whether a value answers to a pattern."""
        if depth > DEEPEST:
            return False
        if isinstance(pattern, Mapping):
            return self._mapped(value, pattern, depth)
        if isinstance(pattern, list | tuple):
            return (
                isinstance(value, list | tuple)
                and len(value) == len(pattern)
                and all(self.fits(v, p, depth + 1) for v, p in zip(value, pattern, strict=True))
            )
        if isinstance(pattern, bool) or pattern is None:
            return value is pattern
        if isinstance(pattern, int | float):
            return is_number(value) and abs(value - pattern) <= _CLOSE * max(1e-3, abs(pattern))
        return isinstance(value, str) and value == pattern

    def _mapped(self, value: Any, pattern: Mapping[str, Any], depth: int) -> bool:
        if "truth" in pattern:
            held = (
                self.truth.get(pattern["truth"], ABSENT)
                if isinstance(self.truth, Mapping)
                else ABSENT
            )
            return (
                held is not ABSENT
                and not (isinstance(held, Mapping) and "truth" in held)
                and self.fits(value, held, depth + 1)
            )
        if "in" in pattern:
            held = pattern["in"]
            if isinstance(held, Mapping) and "truth" in held:
                held = self.truth.get(held["truth"]) if isinstance(self.truth, Mapping) else None
            return any(self.fits(value, one, depth + 1) for one in items(held))
        if "first" in pattern:
            return (
                isinstance(value, list | tuple)
                and bool(value)
                and self.fits(value[0], pattern["first"], depth + 1)
            )
        if "absent" in pattern:
            return (value is ABSENT) is pattern["absent"]
        if "not" in pattern:
            return not self.fits(value, pattern["not"], depth + 1)
        if "near" in pattern:
            return is_near(value, pattern["near"], pattern.get("by", 0))
        if "min" in pattern or "max" in pattern:
            return is_number(value) and pattern.get("min", -math.inf) <= value <= pattern.get(
                "max", math.inf
            )
        if "number" in pattern:
            return is_number(value) is pattern["number"]
        if "matches" in pattern:
            return matches(pattern["matches"], written(value, self.facts_of("calls")))
        if "contains" in pattern:
            held = [*value, *value.values()] if isinstance(value, Mapping) else items(value)
            return any(self.fits(item, pattern["contains"], depth + 1) for item in held)
        if "text" in pattern:
            return (isinstance(value, Mapping) and "text" in value) is pattern["text"]
        if "call" in pattern:
            return self._made_by(value, strings(pattern["call"]))
        if "terms" in pattern:
            terms = value.get("terms") if isinstance(value, Mapping) else None
            return (
                isinstance(terms, Mapping)
                and (
                    not isinstance(pattern["terms"], Mapping) or same_terms(terms, pattern["terms"])
                )
                and ("plus" not in pattern or bool(value.get("plus")) is bool(pattern["plus"]))
            )
        return (
            isinstance(value, Mapping)
            and bool(pattern)
            and all(self.fits(value.get(k, ABSENT), p, depth + 1) for k, p in pattern.items())
        )

    def _made_by(self, value: Any, names: tuple[str, ...]) -> bool:
        if not isinstance(value, Mapping):
            return False
        calls = self.facts_of("calls")
        made = [name for name in items(value.get("calls")) if isinstance(name, str)]
        index = value.get("call")
        if isinstance(index, int) and 0 <= index < len(calls):
            made += [str(calls[index].get("name")), *map(str, items(calls[index].get("calls")))]
        return any(ends_with(name, names) for name in made)


def argument(call: Mapping[str, Any], key: Any) -> Any:
    """The argument under one of its names or positions; ``"*"`` is all of them as a list."""
    args, kw = items(call.get("args")), call.get("kw", {})
    if not isinstance(kw, Mapping):
        kw = {}
    if key == "*":
        return [*args, *kw.values()]
    for name in str(key).split("|"):
        if name in kw:
            return kw[name]
        if name.isdigit() and int(name) < len(args):
            return args[int(name)]
    return ABSENT


def ends_with(name: Any, wanted: Iterable[str]) -> bool:
    return isinstance(name, str) and any(
        one in {"*", name} or name.endswith("." + one) for one in wanted
    )


def strings(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return (
        tuple(item for item in value if isinstance(item, str))
        if isinstance(value, list | tuple)
        else ()
    )


def items(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def indices(value: Any, depth: int = 0) -> Iterator[int]:
    """Indices of the calls that a value is made of, in order."""
    if depth > DEEPEST:
        return
    if isinstance(value, Mapping):
        index = value.get("call")
        if isinstance(index, int) and not isinstance(index, bool) and index >= 0:
            yield index
        if isinstance(value.get("dict"), Mapping):
            yield from indices(list(value["dict"].values()), depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from indices(item, depth + 1)


def is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_near(value: Any, wanted: Any, by: Any) -> bool:
    if isinstance(wanted, list | tuple):
        return (
            isinstance(value, list | tuple)
            and len(value) == len(wanted)
            and all(is_near(v, w, by) for v, w in zip(value, wanted, strict=True))
        )
    return (
        is_number(value)
        and is_number(wanted)
        and is_number(by)
        and abs(value - wanted) <= by * (1 + 1e-12)
    )


def same_terms(terms: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return set(terms) == set(map(str, wanted)) and all(
        is_number(terms[str(k)]) and abs(terms[str(k)] - v) <= _CLOSE for k, v in wanted.items()
    )


def written(value: Any, calls: list[Mapping[str, Any]]) -> str:
    """A value as text: a string itself, else its source."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        index = value.get("call")
        if isinstance(index, int) and 0 <= index < len(calls):
            return str(calls[index].get("text", ""))
        return str(value.get("text", ""))
    return str(value) if isinstance(value, int | float) else ""


@functools.lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: Any, text: Any) -> bool:
    return (
        isinstance(pattern, str)
        and isinstance(text, str)
        and compiled(pattern).search(text) is not None
    )


def full(pattern: Any, text: Any) -> bool:
    return (
        isinstance(pattern, str)
        and isinstance(text, str)
        and compiled(pattern).fullmatch(text) is not None
    )
