"""Downloads into a course: the original bytes are kept, and each hand-in is put where ``grade`` looks.

A student's folder is written whole or not at all. What intake did not make is never replaced, nor
what somebody changed by hand since.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from grader.gradebook.people import People
from grader.intake import Download
from grader.pipeline.allotting import Allotted, Unplaced
from grader.pipeline.files import copy_once, digest_of, write_once
from grader.pipeline.folder_names import Names
from grader.pipeline.receipts import Journal, Kept, Receipt, is_as_written, journal, receipts
from grader.pipeline.taking_in import (
    Damaged,
    Place,
    Received,
    blocked,
    blocks,
    contents,
    newer,
    places_of,
    receipt_of,
)


def receive(
    course: Path,
    assignment: str,
    allotted: Sequence[Allotted],
    downloads: Sequence[Download],
    zone: ZoneInfo,
    *,
    people: People | None = None,
    received: datetime | None = None,
    dry_run: bool = False,
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
        dry_run: whether only to find out what would be done; nothing is written then.

    Raises:
        OSError: when something cannot be written.
        Busy: when another intake for the assignment is at work.
        DamagedReceipts: when the receipts of earlier intakes are damaged.
    """
    done = Received()
    home = course / "submissions" / assignment
    places = partial(_all_places, home, allotted, people or People(), zone, received, done)
    if dry_run:
        intake = _Intake(home, receipts(course, assignment), done)
        for place in places(intake.known):
            intake.weigh(place)
        return done
    home.mkdir(parents=True, exist_ok=True)
    _recover(home)
    with journal(course, assignment) as records:
        kept = {id(one): keep(course, one) for one in downloads}
        intake = _Intake(home, dict(records.folders), done)
        for place in places(intake.known):
            _put(intake, place, records, kept[id(place.download)])
    return done


def _all_places(
    home: Path,
    allotted: Sequence[Allotted],
    people: People,
    zone: ZoneInfo,
    received: datetime | None,
    done: Received,
    known: Mapping[str, Receipt],
) -> Iterator[Place]:
    """Where everything goes that nothing speaks against."""
    why_not = blocked(home, known, allotted, people)
    taken = {name.casefold(): one.student for name, one in known.items()}
    for one in allotted:
        if one.student in why_not:
            done.unplaced.append(why_not[one.student])
        else:
            yield from places_of(one, taken, zone, received)


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


@dataclass(frozen=True, slots=True)
class _Intake:
    """What is there before, and what was found out; nothing is written."""

    home: Path
    known: Mapping[str, Receipt]
    done: Received

    def weigh(
        self, place: Place, part: Path | None = None, digest: str = ""
    ) -> tuple[Kept, ...] | None:
        """Note what becomes of a hand-in; return its files where they have to be put in place.

        They are unpacked into ``part`` where that is named. ``digest`` is the download's.
        """
        before = self.known.get(place.folder)
        there = before if before and is_as_written(self.home / place.folder, before) else None
        if there is not None and _is_of(there, place, digest):
            self.done.note(place, place.folder)
            return None
        try:
            files = tuple(_written(part, place))
        except Damaged as error:
            self._unplaced(place, str(error))
            return None
        if there is not None and contents(files) == contents(there.files):
            self.done.note(place, place.folder)
            return None
        if there is not None and (why := newer(place, there)):
            if (own := self._attempt(place, files)) is None:
                self._unplaced(place, why)
            else:
                self.done.note(place, own)
            return None
        self.done.note(place, place.folder, written=True, replaces=there.source if there else "")
        return files

    def _attempt(self, place: Place, files: tuple[Kept, ...]) -> str | None:
        """The folder in which a hand-in is already as an earlier attempt."""
        for name, one in self.known.items():
            if one.student == place.allotted.student and contents(one.files) == contents(files):
                return name
        return None

    def _unplaced(self, place: Place, why: str) -> None:
        self.done.unplaced.append(Unplaced(name=place.item.label, why=why))


def _is_of(there: Receipt, place: Place, digest: str) -> bool:
    """Whether what is there was made of this very hand-in."""
    own = (digest, place.item.label, place.allotted.student)
    return (there.download, there.item, there.student) == own


def _put(intake: _Intake, place: Place, records: Journal, digest: str) -> None:
    folder, known = intake.home / place.folder, records.folders.get(place.folder)
    part = intake.home / f".{place.folder}.part"
    shutil.rmtree(part, ignore_errors=True)
    if (files := intake.weigh(place, part, digest)) is not None:
        records.note(place.folder, receipt_of(place, digest, files))
        _swap(part, folder)
        return
    shutil.rmtree(part, ignore_errors=True)
    if known is not None and place.item.order > known.order and intake.done.is_same(place):
        records.note(place.folder, replace(known, order=place.item.order))  # handed in once more


def _written(part: Path | None, place: Place) -> Iterator[Kept]:
    """Read all files of a hand-in, into a folder where one is named."""
    if part is not None:
        part.mkdir(parents=True)
    names = Names()
    seconds = place.time.timestamp()
    for file in place.item.files:
        name = names.free(file.name)
        target = None if part is None else part / name
        digest, size = hashlib.sha256(), 0
        with _out(target) as out:
            for block in blocks(place.download, file.entry, file.name):
                digest.update(block)
                size += len(block)
                out.write(block)
        if target is not None:
            os.utime(target, (seconds, seconds))
        yield Kept(
            name=name, whole=file.entry.path, sha256=digest.hexdigest(), size=size, mtime=int(seconds // 1)
        )  # fmt: skip


def _out(target: Path | None) -> IO[bytes]:
    if target is None:
        return Path(os.devnull).open("wb")
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.open("xb")


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
