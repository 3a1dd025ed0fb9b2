"""What a judging function notes while it looks at an answer."""

from __future__ import annotations

from collections.abc import Sequence


class Notes:
    """Reasons, and whether all of them are sure.

    >>> notes = Notes()
    >>> notes.say("one is missing")
    >>> notes.say("it may be in the drawing", sure=False)
    >>> notes.reasons, notes.certain
    (['one is missing', 'it may be in the drawing'], False)
    """

    def __init__(self, doubts: Sequence[object] = ()) -> None:
        """Begin with doubts that the reading itself has."""
        self.reasons = [str(doubt) for doubt in doubts]
        self.certain = not doubts

    def say(self, reason: str, *, sure: bool = True) -> None:
        """Note a reason; one that is not sure leaves the answer to a person."""
        self.reasons.append(reason)
        self.certain = self.certain and sure
