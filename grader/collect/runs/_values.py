"""Values on their way into a box and out of it."""

from __future__ import annotations

from typing import Any

from grader import codec


def sent(value: Any) -> Any:
    """Return a value as a box takes it.

    Raises:
        ValueError: when a box cannot be given such a value.
    """
    try:
        return codec.to_wire(value)
    except codec.NotPlain as error:
        raise ValueError(f"a box cannot be given this: {error}") from error


def field(outcome: Any, name: str) -> Any:
    """Return one entry of what a step gave, None where it gave no such thing."""
    value = outcome.value
    return value.get(name) if isinstance(value, dict) else None
