"""A small course for tests of the gradebook: students hand in texts and get points for two parts."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from grader.gradebook import Book
from grader.gradebook.decisions import decisions
from grader.gradebook.people import enrol
from grader.gradebook.results import Gathered, Marked, exact, holding, record
from grader.gradebook.roster_file import read_roster
from grader.gradebook.runs import begin, end
from grader.gradebook.submissions import Arrived, Held, Received, take_in
from grader.marking.decided import decided
from grader.model import PartResult, Result
from grader.report.summary import Summary, summary

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
POSSIBLE = Fraction(10)


def sha(text: str | bytes) -> str:
    """The name of bytes in the store."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def arrived(key: str, text: str = "text", minutes: float = 0, name: str = "a.md") -> Arrived:
    """A hand-in of one file."""
    file = Received(name=name, sha256=sha(text), size=len(text))
    return Arrived(
        key=key,
        received=NOON + timedelta(minutes=minutes),
        files=(file,),
        origin=f"/course/hand-ins/{key}",
    )


def hand_in(
    book: Book, key: str, text: str = "text", minutes: float = 0, *, of: str = "midterm"
) -> Held:
    """Take one hand-in in, with its file and evidence in the store."""
    book.store.put(text.encode())
    return take_in(book, of, [arrived(key, text, minutes)])[0]


def roster(book: Book, text: str, *, replace: bool = False):
    """Enrol students from a table."""
    return enrol(book, read_roster(text.encode()), replace=replace)


def part(name: str, earned: Fraction | None, possible: Fraction = POSSIBLE / 2) -> PartResult:
    """One part's marks."""
    return PartResult(
        id=name, possible=possible, earned=earned, proposed=None,
        verdict="open" if earned is None else "partly", why=None if earned is not None else "unclear",
        detail="", read="", where=(), reasons=(), mistakes=(), marks=(),
    )  # fmt: skip


def graded(held: Held, points: Mapping[str, Fraction | None], chosen: Sequence = ()) -> Summary:
    """What marking gives for a hand-in, with the decisions of people in it."""
    result = Result(
        student=held.label, claims=None, files=(), isolation="none",
        made_from={"rubric": "0"}, parts=tuple(part(name, value) for name, value in points.items()),
    )  # fmt: skip
    return summary(decided(result, chosen))


def marked(
    book: Book, held: Held, points: Mapping[str, Fraction | None], key: str = "first"
) -> Marked:
    """A hand-in that has been marked; evidence and a picture are in the store."""
    evidence = book.store.put(f"evidence of {held.key} {held.digest}".encode(), packed=True)
    picture = book.store.put(f"picture of {held.key}".encode())
    chosen = book.read(lambda connection: decisions(connection, [held.id])).get(held.id, ())
    return Marked(
        submission_id=held.id,
        evidence=Gathered(key=sha("plan"), sha256=evidence, blobs=(picture,), isolation="none"),
        key=sha(key + repr(chosen)),
        summary=graded(held, points, chosen),
    )


def grade(
    book: Book,
    points: Mapping[Held, Mapping[str, Fraction | None]],
    key: str = "first",
    *,
    kind: str = "grade",
    of: str = "midterm",
) -> int:
    """Record results in a run of their own, and return its number."""
    run = begin(book, of, kind, {})
    record(
        book, 1, [marked(book, held, own, key) for held, own in points.items()], stand=True, run=run
    )
    end(book, of, run, "applied", {"hand_ins": len(points)})
    return run


def earned(book: Book, held: Held) -> dict[str, Fraction | None]:
    """What the result that holds gives for each part."""

    def ask(connection):
        result = holding(connection, [held.id])[held.id]
        return exact(connection, [result])[result]

    return book.read(ask)


def both(a: object, b: object = 0) -> dict[str, Fraction]:
    """Points for the two parts."""
    return {"1": Fraction(a), "2": Fraction(b)}


def at_once(*works: Callable[[], object]) -> None:
    """Do several things at the same time; the first error of any is raised."""
    gate = threading.Barrier(len(works))

    def one(work: Callable[[], object]) -> None:
        gate.wait(60)
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(one, work) for work in works]:
            done.result()
