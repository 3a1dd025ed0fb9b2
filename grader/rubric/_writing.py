"""Text with numbers in it: Jinja2 in its sandbox, decimals as people write them."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

DIGITS = 15
"""Significant digits: as many as a float holds of any decimal number."""


def written(text: str, numbers: Mapping[str, Any], **more: Any) -> str:
    """Return a text of Jinja2 with numbers in it, decimals as people write them.

    Raises:
        ValueError: a name that is none of the numbers, or no Jinja2.

    >>> written("{{ 0.1 + x }} and {{ A }}", {"x": 0.2, "A": [[1, 2.5]]})
    '0.3 and [[1, 2.5]]'
    """
    from jinja2 import TemplateError  # noqa: PLC0415  # few rubrics have numbers to write

    try:
        return str(_compiled(text).render({**numbers, **more}))
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        at = f"line {line}: " if line else ""
        raise ValueError(f"{at}{error.message or type(error).__name__}") from error
    except (ArithmeticError, LookupError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


@functools.lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:
    """The template of a text, which is written for each student."""
    return _environment().from_string(text)


@functools.cache
def _environment() -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: Any) -> Any:
    """A value as it is written on paper: 0.3, 0.00001, and lists of such."""
    if isinstance(value, bool) or not isinstance(value, float | list | tuple):
        return value
    if isinstance(value, list | tuple):
        return f"[{', '.join(str(_shown(item)) for item in value)}]"
    if not math.isfinite(value):
        return value
    text = format(Decimal(format(value, f".{DIGITS}g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
