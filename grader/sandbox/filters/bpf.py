"""A small assembler for classic BPF, as far as a seccomp filter needs it.

A program is a list of steps with labels; jumps go forward only, at most 255 steps far, as the
kernel's format has it (linux/filter.h). Both machines of ours have the lower half of an argument
first in memory.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

ALLOW: Final = 0x7FFF0000
KILL_PROCESS: Final = 0x80000000
_ERRNO = 0x00050000

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _GREATER, _AT_LEAST, _ANY_BIT = 0x15, 0x25, 0x35, 0x45
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16  # struct seccomp_data
_NEXT = ""
_FARTHEST = 255


def error(number: int) -> int:
    """Return what a filter answers so that a call fails with this errno."""
    return _ERRNO | number


@dataclass(frozen=True, slots=True)
class _Step:
    code: int
    value: int
    yes: str = _NEXT
    no: str = _NEXT


@dataclass(slots=True)
class Assembly:
    """A program in the making: one method a step, labels where ``mark`` puts them.

    A jump names the label for its yes and its no; an empty name means the next step.
    """

    steps: list[_Step] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)

    def mark(self, label: str) -> None:
        """Give the next step a name to jump to."""
        if label in self.labels:
            raise ValueError(f"label {label!r} stands twice")
        self.labels[label] = len(self.steps)

    def load_number(self) -> None:
        """Look at the call's number from now on."""
        self.steps.append(_Step(_LOAD, _NUMBER_AT))

    def load_arch(self) -> None:
        """Look at the machine whose way of calling was used."""
        self.steps.append(_Step(_LOAD, _ARCH_AT))

    def load_argument(self, position: int) -> None:
        """Look at the lower 32 bits of an argument."""
        self.steps.append(_Step(_LOAD, _ARGUMENTS_AT + 8 * position))

    def keep_bits(self, mask: int) -> None:
        """Keep these bits of what is looked at."""
        self.steps.append(_Step(_AND, mask))

    def if_equal(self, value: int, yes: str = _NEXT, no: str = _NEXT) -> None:
        """Jump by whether what is looked at is ``value``."""
        self.steps.append(_Step(_EQUAL, value, yes, no))

    def if_greater(self, value: int, yes: str = _NEXT, no: str = _NEXT) -> None:
        """Jump by whether what is looked at is more than ``value``."""
        self.steps.append(_Step(_GREATER, value, yes, no))

    def if_at_least(self, value: int, yes: str = _NEXT, no: str = _NEXT) -> None:
        """Jump by whether what is looked at is ``value`` or more."""
        self.steps.append(_Step(_AT_LEAST, value, yes, no))

    def if_any_bit(self, bits: int, yes: str = _NEXT, no: str = _NEXT) -> None:
        """Jump by whether one of ``bits`` is set."""
        self.steps.append(_Step(_ANY_BIT, bits, yes, no))

    def answer(self, verdict: int) -> None:
        """End here with this verdict."""
        self.steps.append(_Step(_RETURN, verdict))

    def program(self) -> bytes:
        """Return the program as an array of ``struct sock_filter``.

        Raises:
            ValueError: a label is missing, or a jump is too far or goes back.
        """
        return b"".join(
            struct.pack(
                "<HBBI",
                step.code,
                self._distance(place, step.yes),
                self._distance(place, step.no),
                step.value,
            )
            for place, step in enumerate(self.steps)
        )

    def _distance(self, place: int, label: str) -> int:
        if label == _NEXT:
            return 0
        if label not in self.labels:
            raise ValueError(f"no step is named {label!r}")
        distance = self.labels[label] - place - 1
        if not 0 <= distance <= _FARTHEST:
            raise ValueError(f"step {place} cannot jump {distance} steps, to {label!r}")
        return distance
