"""How long does an export of 10,000 students with 36 parts take, and how large is it?

Run: ``python tests/benchmarks/bench_export.py [STUDENTS] [FORMAT ...]``. Each format gets the
file that its LMS would have exported for the class, one in ten rows filled in already.
"""

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from grader.export import Given, Line, Marks, Part, PartMark, formats  # noqa: E402

PARTS = 36
PAGE = 30_000
"""Bytes of a feedback page."""


def the_class(count: int) -> Marks:
    """A class whose students have every id, a page, and one open mark in fifty."""
    parts = tuple(Part(id=str(n), title=f"Question {n}", points=Fraction(1)) for n in range(PARTS))
    return Marks(
        assignment="exam",
        title="Exam",
        possible=Fraction(PARTS),
        parts=parts,
        lines=tuple(a_student(number) for number in range(count)),
    )


def a_student(number: int) -> Line:
    """One student; pages differ."""
    waits = number % 50 == 7
    own = tuple(
        PartMark(id=str(n), points=None if waits and n == 3 else Fraction(number % 4, 3))
        for n in range(PARTS)
    )
    words = "\n".join(f'{n}: x < y, see C:\\ and "z"' for n in range(6))
    body = "".join(f"<p>{number * n} is not what was asked, see part {n}</p>" for n in range(900))
    return Line(
        key=f"{number:07}",
        name=f"First{number} Last{number}",
        first=f"First{number}",
        last=f"Last{number}",
        email=f"s{number}@uni.example",
        ids={"ID": str(5_000_000 + number), "Username": f"s{number}"},
        points=None if waits else Fraction(number % 36),
        open=("3",) if waits else (),
        parts=own,
        feedback=words,
        report=body.encode()[:PAGE],
        files=(
            f"lastfirst{number}_{5_000_000 + number}_{9_000_000 + number}_exam.ipynb",
            f"First{number} Last{number}_{number + 1}_assignsubmission_file/exam.ipynb",
        ),
    )


def canvas(marks: Marks) -> str:
    """A gradebook of Canvas with 36 more assignments."""
    more = [f"Homework {n} ({n})" for n in range(PARTS)]
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exam (99)", *more]
    rows = [head, ["    Points Possible", "", "", "", "", "36", *["5"] * PARTS]]
    for at, line in enumerate(marks.lines):
        ids = [line.ids["ID"], line.key, line.email, "Section 1"]
        rows.append([f'"{line.last}, {line.first}"', *ids, mark_at(at), *["4.5"] * PARTS])
    return "\n".join(map(",".join, rows)) + "\n"


def moodle(marks: Marks) -> str:
    """A gradebook of Moodle with 36 more items."""
    more = [f'"Assignment: Homework {n} (Real)"' for n in range(PARTS)]
    head = ['"First name"', '"Last name"', '"ID number"', '"Email address"']
    rows = [[*head, '"Assignment: Exam (Real)"', *more]]
    for at, line in enumerate(marks.lines):
        own = [line.first, line.last, line.key, line.email, mark_at(at) or "-"]
        rows.append([*own, *["4.50"] * PARTS])
    return "\n".join(map(",".join, rows)) + "\n"


def worksheet(marks: Marks) -> str:
    """A grading worksheet of Moodle."""
    head = 'Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade",'
    head += '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    rows = [head + '"Feedback comments"']
    for at, line in enumerate(marks.lines):
        when = '"Monday, 2 November 2026, 10:00 AM"'
        rows.append(
            f'"Participant {at + 1}","{line.name}",{line.key},{line.email},"Submitted",'
            f"{mark_at(at)},36.00,Yes,{when},-,"
        )
    return "\n".join(rows) + "\n"


def mark_at(at: int) -> str:
    """What stands in a row before: one in ten has a mark."""
    return "3" if at % 10 == 0 else ""


FILES: dict[str, Callable[[Marks], str] | None] = {
    "canvas": canvas,
    "canvas-rubric": None,
    "canvas-feedback": None,
    "moodle": moodle,
    "moodle-worksheet": worksheet,
    "moodle-feedback": worksheet,
}


def measure(name: str, marks: Marks) -> None:
    """Plan one export and print a row."""
    make = FILES.get(name)
    given = None if make is None else Given(f"{name}.csv", make(marks).encode())
    one = formats.build(name, {"feedback": True, "parts": True} if name == "moodle" else {})
    started, worked = time.perf_counter(), time.process_time()
    plan = one.plan(marks, given)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    size = len(plan.output) / 1e6
    stops = " ".join(sorted({concern.code for concern in plan.stops()})) or "-"
    print(
        f"{name:<18} {seconds:>6.2f} s {cpu:>6.2f} s CPU {size:>8.1f} MB {len(plan.changes):>7} changes  {stops}"
    )


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    whole = the_class(size)
    print(f"{size} students, {PARTS} parts, pages of {PAGE // 1000} kB")
    for chosen in sys.argv[2:] or FILES:
        measure(chosen, whole)
