"""Where each hand-in goes, and what that does to what is there already.

Nothing is written here: a dry run asks the same as the run.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.gradebook.people import People
from grader.intake import Download, Entry, Item
from grader.pipeline.allotting import Allotted, Unplaced, when
from grader.pipeline.folder_names import folder_name
from grader.pipeline.hand_ins import named
from grader.pipeline.receipts import Kept, Receipt, is_as_written

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One hand-in on its way into its folder."""

    folder: str
    allotted: Allotted
    download: Download
    item: Item
    time: datetime
    clock: str
    latest: bool
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One hand-in and its folder: put there, or there already."""

    place: Place
    folder: str
    written: bool
    replaces: str = ""
    """The download whose hand-in was there before, empty where there was none."""


@dataclass(slots=True, kw_only=True)
class Received:
    """What taking in did, or would do, by folder below ``submissions/ASSIGNMENT``."""

    placed: list[Placed] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)

    @property
    def written(self) -> list[str]:
        """Folders that were written."""
        return [one.folder for one in self.placed if one.written]

    @property
    def same(self) -> list[str]:
        """Folders that held the same already."""
        return [one.folder for one in self.placed if not one.written]

    @property
    def untimed(self) -> int:
        """How many have their file's own time, as nobody said when they were handed in."""
        return sum(one.written and one.place.clock == "download" for one in self.placed)

    def note(self, place: Place, folder: str, *, written: bool = False, replaces: str = "") -> None:
        """Note where a hand-in is."""
        one = Placed(place=place, folder=folder, written=written, replaces=replaces)
        self.placed.append(one)

    def is_same(self, place: Place) -> bool:
        """Whether a hand-in was in its own folder already."""
        return any(one.place is place and one.folder == place.folder for one in self.placed)


def newer(place: Place, there: Receipt) -> str:
    """Say why what is there is newer than a hand-in, "" where nothing says that it is."""
    if place.clock == there.clock == "lms":
        if place.time < datetime.fromisoformat(there.received):
            return f"{place.folder} holds a newer one, of {there.received}"
    elif place.download.kind == there.kind and 0 < place.item.order < there.order:
        return (
            f"{place.folder} holds a newer one, from {there.source}: the number of its attachment "
            f"is {there.order}, and of this {place.item.order}"
        )
    return ""


def places_of(
    one: Allotted, taken: dict[str, str], zone: ZoneInfo, given: datetime | None
) -> Iterator[Place]:
    """Where each attempt goes: the newest into the student's folder, others beside it."""
    base = folder_name(one.student)
    if taken.setdefault(base.casefold(), one.student) != one.student:
        mark = hashlib.sha256(one.student.encode("utf-8", "replace")).hexdigest()[:8]
        base = f"{base}-{mark}"  # another's id differs from this one in case alone
        taken[base.casefold()] = one.student
    for number, (download, item) in enumerate(one.items, 1):
        time, clock = _time(item, zone, given)
        latest = number == len(one.items)
        yield Place(
            folder=base if latest else f"{base}~{number}",
            allotted=one,
            download=download,
            item=item,
            time=time,
            clock=clock,
            latest=latest,
            attempt=item.attempt or (number if len(one.items) > 1 else 0),
        )


def _time(item: Item, zone: ZoneInfo, given: datetime | None) -> tuple[datetime, str]:
    """When a hand-in came, and who says so."""
    if (told := when(item.received, zone)) is not None:
        return told, "lms"
    if given is not None:
        return given, "given"
    times = [time for file in item.files if (time := when(file.entry.time, zone))]
    return max(times, default=datetime.now(UTC)), "download"


def blocked(
    home: Path, records: Mapping[str, Receipt], allotted: Sequence[Allotted], people: People
) -> dict[str, Unplaced]:
    """Return, by student, why what is there already is not replaced.

    Args:
        home: ``submissions/ASSIGNMENT``.
        records: what intake made there.
        allotted: what is about to be put there.
        people: the course's roster.
    """
    there: dict[str, str] = {}
    for path in home.iterdir() if home.is_dir() else ():
        if path.name.startswith("."):
            continue
        known = records.get(path.name)
        key = known.student if known else unicodedata.normalize("NFC", named(path))
        student = people.whose(key) or key
        if known is None:
            there[student] = f"{path.name} is there, and intake did not make it; move it away first"
        elif not is_as_written(path, known):
            there[student] = (
                f"{path.name} was changed by hand since it was taken in; move it away first"
            )
        elif student != key:
            there[student] = f"{path.name} is this student's, under another id; move it away first"
    return {
        one.student: Unplaced(name=one.items[-1][1].label, why=there[one.student])
        for one in allotted
        if one.student in there
    }


def receipt_of(place: Place, digest: str, files: tuple[Kept, ...]) -> Receipt:
    """Return the receipt of a hand-in from the download with a hash."""
    one, item = place.allotted, place.item
    who = item.who[0] if item.who else None
    return Receipt(
        student=one.student,
        item=item.label,
        kind=place.download.kind,
        download=digest,
        source=place.download.source.name,
        how="; ".join((one.how, *item.evidence)),
        latest=place.latest,
        attempt=place.attempt,
        received=place.time.isoformat(),
        clock=place.clock,
        late=item.late,
        name=who.name if who else "",
        ids=dict(who.ids) if who and len(item.who) == 1 else {},
        shared=one.shared,
        order=item.order,
        files=files,
    )


def contents(files: Sequence[Kept]) -> set[tuple[str, str]]:
    """Return the names and hashes of files."""
    return {(one.name, one.sha256) for one in files}


class Damaged(OSError):
    """A file of a download that cannot be read."""


def blocks(download: Download, entry: Entry, name: str) -> Iterator[bytes]:
    """Yield the bytes of one file.

    Raises:
        Damaged: when it cannot be read.
    """
    try:
        with download.source.open(entry) as stream:
            while block := stream.read(_BLOCK):
                yield block
    except Exception as error:
        raise Damaged(
            f"{name} cannot be read ({str(error) or type(error).__name__}); download it again, "
            "or put this hand-in in place by hand"
        ) from error
