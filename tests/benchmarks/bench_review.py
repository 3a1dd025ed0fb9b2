"""How quick are the queries of the review at 2,000 students and 36 parts?

Run: ``python tests/benchmarks/bench_review.py [STUDENTS] [PARTS]``. Rows are written straight into
a gradebook in a temporary folder; each line tells one function and its time.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[2]))

from grader.gradebook import Book, open_book  # the repository comes first
from grader.gradebook.acts import decide, seen_now, undo
from grader.review import waiting
from tests.review.many import fill

Made = TypeVar("Made")
NAME, ONE = "midterm", Fraction(1)


def timed(what: str, do: Callable[[], Made]) -> Made:
    """Do something and print how long it took."""
    began = time.perf_counter()
    made = do()
    print(f"{what:34} {1000 * (time.perf_counter() - began):7.0f} ms")
    return made


def measure(book: Book, students: int, parts: int) -> None:
    """Print the times."""
    timed("fill", lambda: fill(book, students, parts))
    ids = list(range(1, students + 1))
    for _ in range(2):
        timed("what waits", lambda: waiting(book, NAME))
    timed("what waits, of those that count", lambda: waiting(book, NAME, only=ids))
    for some in (ids, ids[:50]):
        seen = timed(f"seen, {len(some)}", lambda s=some: book.read(lambda c: seen_now(c, "4", s)))
        timed(
            f"decide, {len(some)}",
            lambda s=seen: decide(book, NAME, "4", ONE, reason="r", seen=s, possible=ONE),
        )
        timed(f"undo, {len(some)}", lambda: undo(book, NAME))


def main() -> None:
    """Measure."""
    students, parts = (int(one) for one in (*sys.argv[1:3], *("2000", "36")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        book = open_book(Path(folder), author="bench")
        measure(book, students, parts)
        book.close()


if __name__ == "__main__":
    main()
