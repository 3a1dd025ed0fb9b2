"""Waiting and asking again: with back-off, jitter and a cap; what writes is never asked blindly."""

from __future__ import annotations

import email.utils
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from grader.lms._errors import Busy, LmsError

_T = TypeVar("_T")
LONGEST = 300.0
"""Seconds that we wait at most where the LMS asks for a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How often and how long to wait.

    Attributes:
        first: seconds before the second try, at most.
        most: seconds before any try, at most, where the LMS asks for no longer pause.
        tries: how often something is asked in all.
        job: seconds that a job of the LMS may take.
    """

    first: float = 1.0
    most: float = 60.0
    tries: int = 6
    job: float = 900.0

    def seconds(self, tried: int, after: float | None) -> float:
        """Return how long to wait after so many tries.

        >>> Pauses().seconds(1, 7.0) >= 7.0, Pauses().seconds(30, None) <= 60.0
        (True, True)
        """
        cap = min(self.most, self.first * 2 ** min(tried - 1, 20))
        jitter = random.uniform(cap / 2, cap)  # noqa: S311  # spreads load, keeps no secret
        return jitter if after is None else min(after, LONGEST) + jitter / 10

    def wait(self, tried: int, after: float | None = None) -> None:
        """Wait before the next try."""
        time.sleep(self.seconds(tried, after))


def read(ask: Callable[[], _T], pauses: Pauses) -> _T:
    """Return what a question that changes nothing is answered with, asked again while it fails.

    Raises:
        LmsError: when the LMS refuses, or when it does not answer however often it is asked.
    """
    for tried in range(1, pauses.tries):
        try:
            return ask()
        except Busy as busy:
            pauses.wait(tried, busy.after)
    try:
        return ask()
    except Busy as busy:
        raise LmsError(f"{busy}; asked {pauses.tries} times. Try again later") from busy


def asked_for(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, be it a number or a date.

    >>> asked_for("3"), asked_for(None), asked_for("soon"), asked_for("-1")
    (3.0, None, None, 0.0)
    """
    if header is None:
        return None
    text = header.strip()
    try:
        seconds = float(text)
        return None if math.isnan(seconds) else min(max(0.0, seconds), LONGEST)
    except ValueError:
        pass
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
