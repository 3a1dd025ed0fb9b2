"""Pushing as `grader push` does, with short pauses: for tests, in this process or in another.

As a program: LMS URL TOKEN-VARIABLE FOLDER COUNT, for a class of COUNT students with comments.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from grader.export import Marks
from grader.lms import (
    Canvas,
    Journal,
    Moodle,
    Outcome,
    Pauses,
    Push,
    Token,
    Wish,
    guarded,
    place,
    plan,
    push,
)
from tests.lms.conftest import line, marks

QUICK = Pauses(first=0.01, most=0.02, tries=4, job=5)


def pushed(
    lms: str,
    url: str,
    token: str,
    folder: Path,
    what: Marks,
    *,
    write: bool = True,
    timeout: float = 5.0,
    **wish: object,
) -> tuple[Push, Outcome | None]:
    """Plan, and push where nothing stops it."""
    held, asked = Token(token), Wish(**wish)
    kind, ids = (Canvas, (11, 22)) if lms == "canvas" else (Moodle, (5, 140))
    with guarded(held), closing(kind(url, *ids, held, pauses=QUICK, timeout=timeout)) as client:
        target = client.target()
        journal = Journal(place(folder), target.key)
        with journal.alone():
            found = plan(what, client, target, asked, journal)
            if not write or found.stops(asked.despite):
                return found, None
            return found, push(found, client, journal, QUICK)


def class_of(count: int, comment: str = "Well done, {}.") -> Marks:
    return marks(*(line(f"s{n:03}", str(n % 21), feedback=comment.format(n)) for n in range(count)))


if __name__ == "__main__":
    lms_, url_, token_, folder_, count_ = sys.argv[1:]
    _, done = pushed(lms_, url_, token_, Path(folder_), class_of(int(count_)), comments=True)
    print(len(done.verified) if done else "stopped")
