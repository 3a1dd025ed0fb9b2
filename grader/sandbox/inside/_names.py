"""The name of a class, whatever its metaclass does."""

from __future__ import annotations

from typing import Any

_LONGEST = 200
# Taken from ``type`` itself: asking the class would ask its metaclass first.
_name = type.__dict__["__qualname__"].__get__
_module = type.__dict__["__module__"].__get__


def name_of(kind: type) -> str:
    """Return ``module.Class``; it runs no code of the class.

    >>> name_of(type(1))
    'builtins.int'
    """
    return f"{_text(_module, kind)}.{_text(_name, kind)}"


def _text(get: Any, kind: type) -> str:
    try:
        text = get(kind)
    except AttributeError:  # deleted by the code
        return "?"
    return text[:_LONGEST] if type(text) is str else "?"
