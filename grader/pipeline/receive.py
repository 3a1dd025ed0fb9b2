"""Downloads into a course: the original bytes are kept, and each hand-in is put where ``grade`` looks.

A student's folder is written whole or not at all. What intake did not make is never replaced, nor
what somebody changed by hand since.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.gradebook.people import People
from grader.intake import Download, Entry, Item
from grader.pipeline.allotting import Allotted, Unplaced, when
from grader.pipeline.files import copy_once, digest_of, write_once
from grader.pipeline.folder_names import Names, folder_name
from grader.pipeline.hand_ins import named
from grader.pipeline.receipts import Journal, Kept, Receipt, is_as_written, journal

_BLOCK = 1 << 20


@dataclass(slots=True, kw_only=True)
class Received:
    """What taking in did, by folder below ``submissions/ASSIGNMENT``."""

    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    untimed: int = 0
    """Hand-ins of which nobody said when they were handed in: they have their file's own time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One hand-in on its way into its folder."""

    folder: str
    allotted: Allotted
    download: Download
    item: Item
    time: datetime
    clock: str
    latest: bool
    attempt: int


def receive(
    course: Path,
    assignment: str,
    allotted: Sequence[Allotted],
    downloads: Sequence[Download],
    zone: ZoneInfo,
    *,
    people: People | None = None,
    received: datetime | None = None,
) -> Received:
    """Put hand-ins into ``submissions/ASSIGNMENT``, and keep the downloads as they came.

    Args:
        course: its folder.
        assignment: its name.
        allotted: what is whose.
        downloads: all of them, still open.
        zone: of times that name none.
        people: the course's roster.
        received: when those were handed in of which the LMS does not say it.

    Raises:
        OSError: when something cannot be written.
        Busy: when another intake for the assignment is at work.
        DamagedReceipts: when the receipts of earlier intakes are damaged.
    """
    done = Received()
    home = course / "submissions" / assignment
    home.mkdir(parents=True, exist_ok=True)
    _recover(home)
    with journal(course, assignment) as records:
        kept = {id(one): keep(course, one) for one in downloads}
        why_not = blocked(home, records.folders, allotted, people or People())
        taken = {name.casefold(): one.student for name, one in records.folders.items()}
        for one in allotted:
            if one.student in why_not:
                done.unplaced.append(why_not[one.student])
                continue
            for place in _places(one, taken, zone, received):
                _put(home, place, records, kept[id(place.download)], done)
    return done


def keep(course: Path, download: Download) -> str:
    """Keep a download's bytes under ``.grader/received``, once; return their SHA-256.

    A folder is kept as a list of its files, each under its own hash.
    """
    home, path = course / ".grader" / "received", download.source.path
    if path.is_file():
        digest = digest_of(path)
        _kept(home / f"{digest}{path.suffix.casefold()}", path)
        return digest
    rows = {}
    for entry in download.source.entries:
        if not entry.trouble:
            file = path / entry.whole
            sha = digest_of(file)
            _kept(home / "files" / sha, file)
            rows[entry.whole] = {"sha256": sha, "bytes": entry.size}
    data = json.dumps(rows, indent=1, sort_keys=True).encode("utf-8", "backslashreplace")
    digest = hashlib.sha256(data).hexdigest()
    write_once(home / f"{digest}.json", data)
    return digest


def _kept(place: Path, source: Path) -> None:
    copy_once(place, source)
    with suppress(OSError):
        place.chmod(0o444)


def _places(
    one: Allotted, taken: dict[str, str], zone: ZoneInfo, given: datetime | None
) -> Iterator[_Place]:
    """Where each attempt goes: the newest into the student's folder, others beside it."""
    base = folder_name(one.student)
    if taken.setdefault(base.casefold(), one.student) != one.student:
        mark = hashlib.sha256(one.student.encode("utf-8", "replace")).hexdigest()[:8]
        base = f"{base}-{mark}"  # another's id differs from this one in case alone
        taken[base.casefold()] = one.student
    for number, (download, item) in enumerate(one.items, 1):
        time, clock = _time(item, zone, given)
        latest = number == len(one.items)
        yield _Place(
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


def _put(home: Path, place: _Place, records: Journal, digest: str, done: Received) -> None:
    folder, known = home / place.folder, records.folders.get(place.folder)
    there = known is not None and is_as_written(folder, known)
    if known is not None and there:
        if (known.download, known.item, known.student) == (digest, place.item.label, place.allotted.student):  # fmt: skip
            done.same.append(place.folder)
            return
        if place.clock == known.clock == "lms" and place.time < datetime.fromisoformat(known.received):  # fmt: skip
            why = f"{place.folder} holds a newer one, of {known.received}"
            done.unplaced.append(Unplaced(name=place.item.label, why=why))
            return
    part = home / f".{place.folder}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        files = tuple(_written(part, place))
    except _Damaged as error:
        shutil.rmtree(part, ignore_errors=True)
        done.unplaced.append(Unplaced(name=place.item.label, why=str(error)))
        return
    if known is not None and there and _contents(files) == _contents(known.files):
        shutil.rmtree(part, ignore_errors=True)
        done.same.append(place.folder)
        return
    records.note(place.folder, _receipt(place, digest, files))
    _swap(part, folder)
    done.written.append(place.folder)
    done.untimed += place.clock == "download"


def _contents(files: Sequence[Kept]) -> set[tuple[str, str]]:
    return {(one.name, one.sha256) for one in files}


class _Damaged(OSError):
    """A file of a download that cannot be read."""


def _written(part: Path, place: _Place) -> Iterator[Kept]:
    part.mkdir(parents=True)
    names = Names()
    seconds = place.time.timestamp()
    for file in place.item.files:
        name = names.free(file.name)
        target = part / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with target.open("xb") as out:
            for block in _blocks(place.download, file.entry, file.name):
                digest.update(block)
                size += len(block)
                out.write(block)
        os.utime(target, (seconds, seconds))
        yield Kept(
            name=name, whole=file.entry.path, sha256=digest.hexdigest(), size=size, mtime=int(seconds // 1)
        )  # fmt: skip


def _blocks(download: Download, entry: Entry, name: str) -> Iterator[bytes]:
    try:
        with download.source.open(entry) as stream:
            while block := stream.read(_BLOCK):
                yield block
    except Exception as error:
        raise _Damaged(
            f"{name} cannot be read ({str(error) or type(error).__name__}); download it again, "
            "or put this hand-in in place by hand"
        ) from error


def _receipt(place: _Place, digest: str, files: tuple[Kept, ...]) -> Receipt:
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
        files=files,
    )


def _swap(part: Path, folder: Path) -> None:
    """Put a folder in another's place; where that stops half-way, ``_recover`` ends it."""
    old = folder.with_name(f".{folder.name}.old")
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _recover(home: Path) -> None:
    """Put back, or away, what a run that was stopped left."""
    for old in home.glob(".*.old"):
        folder = home / old.name[1 : -len(".old")]
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)
    for part in home.glob(".*.part"):
        shutil.rmtree(part, ignore_errors=True)
