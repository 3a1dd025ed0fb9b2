"""What a student is told of an upload: where it stands, in one plain sentence. No points, no key."""

from __future__ import annotations

from grader.desk.line import Place
from grader.desk.rows import HandedIn

_MINUTE, _HOUR = 60, 3600


def standing(row: HandedIn, place: Place | None = None) -> str:
    """Return how an upload stands.

    Args:
        row: the upload.
        place: where it waits, if it does.
    """
    if row.state == "waits":
        return _waiting(place)
    if row.state == "runs":
        return "It is being read now." if row.purpose == "check" else "It is being graded now."
    if row.purpose == "check":
        return "It was read." if row.state == "done" else _UNREAD
    if row.state == "failed":
        return _KEPT
    attempt = row.told.get("attempt")
    which = f"It is your attempt {attempt}. " if isinstance(attempt, int) else ""
    if row.told.get("graded"):
        return f"{which}It is graded; marks are in your report once the course releases them."
    return f"{which}It is kept, and the course grades it later."


def for_staff(row: HandedIn) -> str:
    """Return how an upload stands, for the course staff."""
    attempt = row.told.get("attempt")
    which = f"attempt {attempt}, " if isinstance(attempt, int) else ""
    if row.state != "done":
        return f"{row.state}, try {row.told.get('tries', 0)}"
    if row.purpose == "check":
        return "read"
    return f"{which}graded" if row.told.get("graded") else f"{which}to be graded by the course"


_KEPT = (
    "It is kept, whole. Something went wrong here while it was graded; the course staff is told, "
    "and you need not do anything."
)
_UNREAD = "It could not be read, by a fault of ours; the course staff is told. You can ask for it once more."


def _waiting(place: Place | None) -> str:
    if place is None:
        return "It waits."
    before = place.before
    ahead = (
        "You are next."
        if not before
        else f"It waits; {before} {'is' if before == 1 else 'are'} before it."
    )
    return f"{ahead} {_when(place.seconds)}"


def _when(seconds: float | None) -> str:
    if seconds is None:
        return "Nobody knows yet how long that takes."
    return f"By how long the last ones took, that may be {span(seconds)}."


def span(seconds: float) -> str:
    """Return a time as an estimate is said: in steps that promise no more than it knows.

    >>> span(4), span(75), span(60 * 47), span(3600 * 5.2)
    ('less than a minute', 'about 2 minutes', 'about 50 minutes', 'about 6 hours')
    """
    if seconds < _MINUTE:
        return "less than a minute"
    if seconds < _HOUR:
        minutes = -int(-seconds // _MINUTE)
        rounded = minutes if minutes <= 10 else -(-minutes // 5) * 5
        return f"about {rounded} minute{'s' if rounded > 1 else ''}"
    hours = -int(-seconds // _HOUR)
    return f"about {hours} hour{'s' if hours > 1 else ''}"


def size(count: int) -> str:
    """Return a size as people write it.

    >>> size(1), size(999), size(1234), size(5_600_000)
    ('1 byte', '999 bytes', '1.2 kB', '5.6 MB')
    """
    if count < 1_000:
        return f"{count} byte{'' if count == 1 else 's'}"
    if count < 1_000_000:
        return f"{count / 1_000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"
