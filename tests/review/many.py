"""A gradebook of many students and parts, written straight into its tables."""

from fractions import Fraction

import sqlalchemy as sa

from grader.gradebook import Book
from grader.gradebook.book import assignment_id
from grader.gradebook.tables import cell, evidence, result, standing, submission
from tests.gradebook.making import NOON, sha


def fill(book: Book, students: int, parts: int, *, of: str = "midterm", every: int = 4) -> None:
    """Each answer to a part whose number is a multiple of ``every`` waits, the others have marks."""
    digest = sha("text")
    ids = range(1, students + 1)

    def do(connection):
        number = assignment_id(connection, of)
        connection.execute(sa.insert(submission), [
            {"id": n, "assignment_id": number, "key": f"s{n}", "attempt": 1, "label": f"s{n:05}",
             "digest": digest, "received": NOON} for n in ids])  # fmt: skip
        connection.execute(sa.insert(evidence), [
            {"id": n, "submission_id": n, "key": digest, "sha256": digest, "blobs": [],
             "made": NOON, "isolation": "none"} for n in ids])  # fmt: skip
        connection.execute(sa.insert(result), [
            {"id": n, "submission_id": n, "evidence_id": n, "key": digest, "made": NOON,
             "earned": None, "settled": Fraction(0), "open": 1, "unreadable": False,
             "problems": [], "data": "{}"} for n in ids])  # fmt: skip
        connection.execute(sa.insert(cell), [
            {"result_id": n, "position": p, "part": str(p), "detail": "", "mistakes": [],
             "state": "waits" if p % every == 0 else "right", "why": None,
             "earned": None if p % every == 0 else Fraction(1), "proposed": None}
            for n in ids for p in range(1, parts + 1)])  # fmt: skip
        connection.execute(sa.insert(standing), [{"submission_id": n, "result_id": n} for n in ids])

    book.write(do)
