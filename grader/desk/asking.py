"""A student asks that a mark is looked at again: one open request for a part, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.desk.limits import NotTaken
from grader.gradebook.audit import log
from grader.gradebook.book import Book
from grader.gradebook.standings import Standing
from grader.gradebook.tables import request, request_answer

LONGEST = 4_000
_OUTCOMES = {
    "changed": "The mark was changed",
    "kept": "The mark stays",
    "reopened": "It is looked at again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked, and what was answered last ("" while nobody has)."""

    part: str
    text: str
    at: datetime
    outcome: str = ""
    answer: str = ""

    @property
    def open(self) -> bool:
        """Whether it waits for a person."""
        return self.outcome in ("", "reopened")

    @property
    def told(self) -> str:
        """How it stands, in words for the student."""
        words = _OUTCOMES.get(self.outcome, "It waits for the course staff")
        return f"{words}: {self.answer}" if self.answer else f"{words}."


def ask(book: Book, name: str, standing: Standing, part: str, text: str) -> None:
    """Write down that a student asks for another look.

    Args:
        book: the gradebook; its author is in the log for good, so it is no student's name.
        name: the assignment.
        standing: where the student stands; the request is about the result that it shows.
        part: which part of the assignment.
        text: what should be looked at.

    Raises:
        NotTaken: when it is empty or too long, or one about this part is open.
    """
    words = text.strip()
    if not words:
        raise NotTaken("write what should be looked at, and why")
    if len(words) > LONGEST:
        raise NotTaken(f"{LONGEST} letters are the most; shorten it")

    def do(connection: Connection) -> None:
        if any(one.part == part and one.open for one in _asked(connection, standing)):
            raise NotTaken(f"your request about part {part} is still open; wait for its answer")
        connection.execute(
            sa.insert(request).values(
                submission_id=standing.submission_id,
                part=part,
                text=words,
                author=book.author,
                at=book.now(),
                result_id=standing.result_id,
            )
        )
        log(connection, book, "request", assignment=name, who=standing.key, data={"part": part})

    book.write(do)


def asked(book: Book, standing: Standing) -> list[Request]:
    """Return what a student asked about a hand-in, the newest first."""
    return book.read(lambda connection: _asked(connection, standing))


def _asked(connection: Connection, standing: Standing) -> list[Request]:
    query = sa.select(request).where(request.c.submission_id == standing.submission_id)
    found = connection.execute(query.order_by(request.c.id.desc())).all()
    answers = (
        sa.select(request_answer)
        .where(request_answer.c.request_id.in_([row.id for row in found]))
        .order_by(request_answer.c.id)
    )
    last = {row.request_id: row for row in connection.execute(answers)}
    made = []
    for row in found:
        answer = last.get(row.id)
        made.append(
            Request(
                part=row.part,
                text=row.text,
                at=row.at,
                outcome=answer.outcome if answer is not None else "",
                answer=answer.text if answer is not None else "",
            )
        )
    return made
