"""What can go wrong between us and an LMS, by what it means for what was asked."""

from __future__ import annotations


class LmsError(Exception):
    """Something went wrong with an LMS: what, where, and what to do."""


class Refused(LmsError):
    """The LMS said no, and would say it again: nothing was stored by this request as a whole."""


class Busy(LmsError):
    """The LMS did not take the request now; nothing was stored.

    Attributes:
        after: seconds that the LMS asked us to wait, where it said so.
    """

    def __init__(self, says: str, after: float | None = None) -> None:
        super().__init__(says)
        self.after = after


class Unanswered(Busy):
    """No answer that can be relied on: what was asked may have been done, or not, or half."""
