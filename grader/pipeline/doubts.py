"""What a person has to know of a class's marks before they leave: what is not of now, or not sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.export import Concern, Marks
from grader.gradebook.book import Book
from grader.gradebook.policy import Policy
from grader.gradebook.submissions import known
from grader.pipeline.arrivals import arrivals
from grader.pipeline.hand_ins import hand_ins
from grader.pipeline.receipts import receipts

_NAMED = 6
"""So many students are named."""


def clocks(course: Path, marks: Marks, policy: Policy) -> Iterator[Concern]:
    """Whose lateness rests on a time that the LMS did not say, or that it gainsays.

    Args:
        course: its folder, with the receipts of what was taken in.
        marks: those that count.
        policy: of the course; without a due time nobody is late.
    """
    if policy.deadline(marks.assignment).due is None:
        return
    found = {one.student: one for one in receipts(course, marks.assignment).values() if one.latest}
    pairs = [(line, found[line.key]) for line in marks.lines if line.key in found]
    guessed = [line.key for line, one in pairs if line.late_seconds > 0 and one.clock == "download"]
    if guessed:
        says = (
            "late by the file times in the download alone, as the LMS does not say when they came"
        )
        mends = (
            "`grader extend` gives a later due time, `grader intake --received` says it at first"
        )
        yield Concern(code="clock", says=f"{named(guessed)}: {says}; {mends}", unsafe=True)
    denied = [line.key for line, one in pairs if one.late and line.late_seconds <= 0]
    if denied:
        says = "the LMS calls them late, and by our clock they are on time"
        yield Concern(code="clock", says=f"{named(denied)}: {says}", unsafe=True)


def ungraded(book: Book, course: Path, name: str) -> tuple[Concern, ...]:
    """Return a concern where files below ``submissions/`` were not taken into the gradebook yet.

    Args:
        book: the gradebook.
        course: its folder.
        name: the assignment.
    """
    folder = course / "submissions" / name
    if not folder.is_dir():
        return ()
    shown = (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
    arrived = arrivals(book, hand_ins(shown), remember=False)
    held = known(book, name, arrived)
    new = [one.key for one, there in zip(arrived, held, strict=True) if there is None]
    if not new:
        return ()
    says = f"{named(new)}: handed in anew and not graded; `grader grade {name}` does it"
    return (Concern(code="stale", says=says, unsafe=True),)


def named(keys: Sequence[str]) -> str:
    """Return a few of some students, and how many more."""
    own = list(dict.fromkeys(keys))
    more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
    return ", ".join(own[:_NAMED]) + more
