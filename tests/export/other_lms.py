"""A small class for exports, and classes of hostile names and ids."""

import csv
import io
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from grader.export import Given, Line, Marks, Part, PartMark, Plan, formats
from grader.export._match import folded

PARTS = (
    Part(id="Q1", title="The mean", points=Fraction(2)),
    Part(id="Q2", title="Is a < b & c?", points=Fraction(3)),
)
ANN = Line(
    key="007",
    name="Ann Lee",
    first="Ann",
    last="Lee",
    email="ann@example.org",
    section="A",
    ids={"Username": "alee"},
    points=Fraction(9, 2),
    parts=(
        PartMark(id="Q1", points=Fraction(2)),
        PartMark(id="Q2", points=Fraction(5, 2), feedback="Off by one: a < b"),
    ),
    feedback="Q2: Off by one: a < b",
    words=("attempt 2 of 3",),
    received=datetime(2026, 11, 2, 13, 5, 0, tzinfo=UTC),
    attempt=2,
    report=b"<!doctype html><p>Ann",
)
BOB = Line(
    key="0042",
    name='=Bob "B", O\'Neil',
    first="=Bob",
    last='"B", O\'Neil',
    email="bob@example.org",
    ids={"Username": "bob"},
    points=None,
    open=("Q2",),
    parts=(PartMark(id="Q1", points=Fraction(1)), PartMark(id="Q2", points=None)),
    received=datetime(2026, 11, 3, 0, 0, 1, tzinfo=UTC),
    late_seconds=1,
    attempt=1,
    report=b"<!doctype html><p>Bob",
)
ZOE = Line(key="x_9", name="Zoe\u0308 Ünal", ids={"Username": "zoe"}, handed_in=False)
DAN = Line(
    key="d4",
    name="Dan",
    ids={"Username": "dan"},
    points=Fraction(0),
    parts=(PartMark(id="Q1", points=Fraction(0)), PartMark(id="Q2", points=Fraction(0))),
    attempt=1,
    received=datetime(2026, 11, 1, 8, 0, 0, tzinfo=UTC),
    report=b"<!doctype html><p>Dan",
)
CLASS = Marks(
    assignment="hw1",
    title="Homework 1",
    possible=Fraction(5),
    parts=PARTS,
    lines=(ANN, BOB, ZOE, DAN),
)


def made(
    name: str, marks: Marks, into: bytes | None = None, file: str = "in.csv", **options: Any
) -> Plan:
    """The plan of a format."""
    if name == "xlsx":
        pytest.importorskip(
            "openpyxl", reason="NOT TESTED: openpyxl (grader[lms]) is not installed"
        )
    given = None if into is None else Given(file, into)
    return formats.build(name, options).plan(marks, given)


def codes(plan: Plan) -> list[str]:
    """The concerns' codes, each once."""
    return sorted({one.code for one in plan.concerns})


def stops(plan: Plan, but: tuple[str, ...] = ("overwrites",)) -> list[str]:
    """The codes of those that stop the writing, but for what every file of the class has."""
    return sorted({one.code for one in plan.stops()} - set(but))


def said(plan: Plan, code: str) -> str:
    """What is said under one code."""
    return "\n".join(one.says for one in plan.concerns if one.code == code)


def table_bytes(
    rows: list[list[str]], delimiter: str = ",", end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL
) -> bytes:
    """A table as an LMS would write it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue().encode()


def rows_of(data: bytes, delimiter: str = ",", encoding: str = "utf-8-sig") -> list[list[str]]:
    """A table as an importer reads it."""
    text = data.decode(encoding)
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


SIGNS = "aZ09 ,;\"'_=+-@#|()[]<>&\u00e9e\u0301\u05d0\u0627\u202e\u4e2d\U0001f600\t"
names = st.text(SIGNS, min_size=1, max_size=12)
ids = st.text("0127aZ_-.@=\u00e9\u05d0", min_size=1, max_size=8).filter(
    lambda text: text.strip() == text
)


@st.composite
def classes(draw: st.DrawFn, own: st.SearchStrategy[str] = ids) -> Marks:
    """Marks of a class whose students are named as nobody would wish."""
    keys = draw(st.lists(own, min_size=1, max_size=6, unique_by=folded))
    lines = []
    for key in keys:
        kind = draw(st.sampled_from(["final", "final", "open", "missing"]))
        points = Fraction(draw(st.integers(0, 500)), 100)
        lines.append(
            Line(
                key=key,
                name=draw(names),
                points=points if kind == "final" else None,
                open=("Q1",) if kind == "open" else (),
                handed_in=kind != "missing",
                feedback=draw(names),
                parts=()
                if kind == "missing"
                else (PartMark(id="Q1", points=points if kind == "final" else None),),
            )
        )
    return Marks(
        assignment="hw1",
        title="Homework 1",
        possible=Fraction(5),
        parts=PARTS[:1],
        lines=tuple(lines),
    )


def expected(marks: Marks) -> dict[str, Fraction]:
    """The marks that may go out."""
    return {
        line.key: line.points for line in marks.lines if line.points is not None and not line.open
    }
