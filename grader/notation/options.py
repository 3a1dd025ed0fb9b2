"""The conventions by which a written value is read: every one is an option, with its default."""

from __future__ import annotations

import functools
import inspect
import sys
import types
import typing
from dataclasses import dataclass
from typing import Literal, TypeAlias

Form: TypeAlias = Literal[
    "integer",
    "decimal",
    "scientific",
    "fraction",
    "mixed",
    "percent",
    "magnitude",
    "constant",
    "expression",
    "complex",
    "infinity",
]
FORMS: tuple[Form, ...] = typing.get_args(Form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How numbers are written. A number that is not written so is invalid, not wrong.

    Raises:
        ValueError: when an option has a value that it cannot have.
    """

    decimal: Literal[".", ",", "either", "auto"] = "auto"
    """The decimal mark. ``auto``: a point is decimal, and a comma is what the answer itself shows;
    where it shows neither (1,234) both are tried, and a difference is flagged. ``either``: both
    marks are decimal, and neither groups digits."""
    thousands: str = "auto"
    """The marks that may group digits, such as ``", '"``; ``""`` for none. ``auto``: comma or point
    (where it is not the decimal mark), blanks, apostrophes and underscores."""
    groups: Literal["strict", "indian", "loose"] = "loose"
    """``strict``: groups of three; ``indian``: 12,34,567; ``loose``: either of them."""
    percent: Literal["fraction", "points", "either", "refused"] = "fraction"
    """What 10 % is: 0.1, 10, either of both, or no valid answer."""
    e: Literal["constant", "name"] = "constant"
    """Whether e is Euler's number or a name like any other."""
    i: Literal["imaginary", "name"] = "imaginary"
    """Whether i is the imaginary unit."""
    j: Literal["imaginary", "name"] = "name"
    """Whether j is the imaginary unit."""
    log: Literal["natural", "ten"] = "natural"
    """The base of a ``log`` without a base; ``ln`` is always natural, ``lg`` always ten."""
    angles: Literal["radians", "degrees"] = "radians"
    """What sines are taken of, where no ° stands."""
    after_slash: Literal["flagged", "factor", "product"] = "flagged"
    """What 1/2x is: x/2 (``factor``), 1/(2x) (``product``), or x/2 unless only 1/(2x) is right, which
    a person then decides."""
    odd_roots: Literal["real", "principal"] = "real"
    """Whether (-8)^(1/3) is -2 or the complex principal value."""
    magnitudes: bool = True
    """Whether K, M, bn, lakh and crore may follow a number."""
    forms: tuple[Form, ...] = FORMS
    """The ways of writing that are allowed; another is invalid."""
    affixes: tuple[str, ...] = ()
    """Words or signs that may stand before or after the number and mean nothing: ``$``, ``kg``."""

    def __post_init__(self) -> None:
        """Refuse values that an option cannot have."""
        check_choices(self, Notation)
        if not self.forms or not set(self.forms) <= set(FORMS):
            raise ValueError(f"'forms' lists some of {', '.join(FORMS)}")
        if self.decimal in (".", ",") and self.decimal in self.thousands:
            raise ValueError(f"'{self.decimal}' cannot be the decimal mark and group digits too")


def check_choices(options: object, cls: type) -> None:
    """Raise ValueError where an option of ``cls`` is none of its choices, or of another type.

    Only options whose type is a choice of words, bool, int, float or str are looked at: it takes
    microseconds, and needs no schema library.
    """
    for name, allowed in choices_of(cls).items():
        value = getattr(options, name)
        if isinstance(allowed, tuple):
            if value not in allowed:
                told = ", ".join(repr(choice) for choice in allowed)
                raise ValueError(f"'{name}' is one of {told}; got {value!r}")
        elif allowed is bool and not isinstance(value, bool):
            raise ValueError(f"'{name}' is true or false; got {value!r}")


@functools.cache
def choices_of(cls: type) -> dict[str, tuple[str, ...] | type]:
    """Return the options of a dataclass that are a choice of words, with these words, or a bool."""
    found: dict[str, tuple[str, ...] | type] = {}
    for owner in reversed(cls.__mro__):
        names = vars(sys.modules[owner.__module__])
        for name, written in inspect.get_annotations(owner).items():
            if written == "bool":
                found[name] = bool
            elif isinstance(written, str) and not written.startswith(_NO_CHOICE):
                alone = types.SimpleNamespace(__annotations__={name: written})
                hint = typing.get_type_hints(alone, names)[name]
                if typing.get_origin(hint) is Literal:
                    found[name] = typing.get_args(hint)
    return found


_NO_CHOICE = (
    "int",
    "float",
    "str",
    "tuple",
    "dict",
    "list",
    "ClassVar",
    "Any",
    "Mapping",
    "Sequence",
)
"""Beginnings of types that are no choice of words: reading all types takes milliseconds."""
