"""Files of our own making: what goes out for whom, and CSV whose text no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from fractions import Fraction
from functools import lru_cache

from grader.export._fill import Notes, called, owed
from grader.export._guard import formula, inert, parted
from grader.export._marks import Line, Marks, number
from grader.export._plan import Change


def csv_of(
    rows: Iterable[Sequence[str]],
    separator: str = ",",
    *,
    bom: bool = False,
    keys: Collection[int] = (),
    end: str = "\r\n",
) -> bytes:
    """Return a CSV (RFC 4180) in UTF-8; each cell that a spreadsheet would run is made text.

    Args:
        rows: of cells.
        separator: between cells.
        bom: whether to start with the mark of UTF-8.
        keys: places of cells by which an importer knows a student: they stay as they are.
        end: of each line.
    """
    text = "".join(
        separator.join(
            _cell(cell if at in keys else inert(cell), separator) for at, cell in enumerate(row)
        )
        + end
        for row in rows
    )
    return (b"\xef\xbb\xbf" if bom else b"") + text.encode("utf-8", "replace")


def _cell(text: str, separator: str) -> str:
    if parted(text) or separator in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def note_key(line: Line, key: str, notes: Notes) -> None:
    """Note a key that starts as a formula in a file whose importer wants it as it is."""
    if formula(key):
        says = (
            f"{called(line)}: '{key}' starts as a formula, and is written as it is, since the "
            "student is found by it; do not open the file in a spreadsheet"
        )
        notes.add("formula", says, unsafe=True)


def note_formulas(lines: Iterable[Line], notes: Notes) -> None:
    """Note ids that have a quote in front, in files that people read."""
    for line in lines:
        for key in filter(formula, (line.key, line.email)):
            says = f"{called(line)}: '{key}' starts as a formula; a quote stands in front of it"
            notes.add("formula", says)


def shown(value: Fraction, mark: str = ".") -> str:
    """Points as files hold them, as ``number`` writes them; each value is worked out once."""
    return _shown(value.numerator, value.denominator, mark)


@lru_cache(maxsize=10_000)
def _shown(numerator: int, denominator: int, mark: str) -> str:
    return number(Fraction(numerator, denominator), mark=mark)


def plain(value: Fraction | None) -> int | float | None:
    """Points as a number of JSON or of a spreadsheet, at most two decimals.

    >>> plain(Fraction(2, 3)), plain(Fraction(2)), plain(None)
    (0.67, 2, None)
    """
    return None if value is None else _plain(value.numerator, value.denominator)


@lru_cache(maxsize=10_000)
def _plain(numerator: int, denominator: int) -> int | float:
    text = _shown(numerator, denominator, ".")
    return float(text) if "." in text else int(text)


def state(line: Line) -> str:
    """In one word where a mark stands: 'final', 'open', or 'missing' where nothing came.

    >>> state(Line(key="7", handed_in=False)), state(Line(key="7", open=("Q1",)))
    ('missing', 'open')
    """
    if line.open:
        return "open"
    if line.points is not None:
        return "final"
    return "open" if line.handed_in else "missing"


def moment(line: Line) -> str:
    """When it came in, in UTC as ISO 8601; empty where nothing did."""
    if line.received is None:
        return ""
    when = line.received
    if when.tzinfo is not None:
        when = when.astimezone(UTC)
    return when.isoformat(timespec="seconds")


def outgoing(
    marks: Marks, notes: Notes, at: str, *, zero: bool = False
) -> tuple[list[tuple[Line, Fraction]], tuple[Change, ...]]:
    """The marks that go out, and each as a change; the others are noted.

    Args:
        marks: of the class.
        notes: takes who waits for a person, and who handed nothing in.
        at: where the marks stand in the file.
        zero: whether a missing hand-in is nought points.
    """
    due = [(line, owed(line, notes, zero=zero)) for line in marks.lines]
    out = [(line, points) for line, points in due if points is not None]
    changes = tuple(
        Change(who=called(line), at=at, before="", after=shown(points)) for line, points in out
    )
    return out, changes


def id_under(line: Line, *headings: str) -> str:
    """The student's id under the first of some roster headings, whatever their case and spaces.

    >>> id_under(Line(key="7", ids={"Org Defined ID": "007"}), "orgdefinedid")
    '007'
    """
    plain = {heading.casefold().replace(" ", ""): text for heading, text in line.ids.items()}
    return next((plain[name] for name in headings if plain.get(name)), "")


def names_of(line: Line) -> tuple[str, str]:
    """First and last name; a whole name of one piece, or of which the parts are unknown, is last.

    >>> names_of(Line(key="7", name="Lee, Ann")), names_of(Line(key="7", name="Ann Lee"))
    (('Ann', 'Lee'), ('', 'Ann Lee'))
    """
    if line.first or line.last:
        return line.first, line.last
    if line.name.count(",") == 1:
        last, first = line.name.split(",")
        return first.strip(), last.strip()
    return "", line.name


def part_points(line: Line) -> dict[str, Fraction | None]:
    """What a student has for each part; None for each that waits for a person."""
    return {one.id: None if one.id in line.open else one.points for one in line.parts}
