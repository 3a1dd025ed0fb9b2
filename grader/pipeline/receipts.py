"""What was taken in from downloads: whose, from where, under which names, and with which bytes.

It lies in ``COURSE/.grader/intake/ASSIGNMENT.json``. While a download is taken in, each student's
record goes into a journal first, so that a run that stops half-way leaves nothing unknown.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.pipeline.files import digest_of, write

_PLAIN: dict[str, type] = {"str": str, "int": int, "bool": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file as it was written: ``name`` in the hand-in's folder, ``whole`` in the download."""

    name: str
    whole: str
    sha256: str
    size: int
    mtime: int
    """Seconds since 1970, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One folder that was made from a download."""

    student: str
    item: str
    """What the download calls it."""
    kind: str
    download: str
    """SHA-256 of the download."""
    source: str
    """The download's file name."""
    how: str
    """By what evidence it is this student's."""
    latest: bool = True
    """Whether it is the student's newest attempt in its download."""
    attempt: int = 0
    received: str = ""
    """ISO 8601."""
    clock: str = ""
    """Who says when: ``lms``, ``given`` (by a person) or ``download`` (its file's own time)."""
    late: bool | None = None
    name: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    """All students of a group's hand-in."""
    order: int = 0
    """A number of the LMS's own that is higher in what was handed in later; 0 where there is none."""
    files: tuple[Kept, ...] = ()


class DamagedReceipts(ValueError):
    """What intake remembers cannot be read: where it lies, and what to do."""


def receipts(course: Path, assignment: str) -> dict[str, Receipt]:
    """Return what intake made for an assignment, by folder; empty where it made nothing.

    Raises:
        DamagedReceipts: when the file is damaged, or is there and cannot be read.
    """
    found: dict[str, Receipt] = {}
    try:
        data = json.loads(_place(course, assignment).read_text("utf-8"))
        found = {name: _receipt(one) for name, one in data["folders"].items()}
    except FileNotFoundError:
        pass
    except OSError as error:
        raise DamagedReceipts(
            f"{_place(course, assignment)} cannot be read ({error.strerror or type(error).__name__})"
        ) from error
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise DamagedReceipts(
            f"{_place(course, assignment)} is damaged ({type(error).__name__}); move it away, "
            "and the folders that it tells of, and take the download in again"
        ) from error
    for name, one in _journal(course, assignment):
        if is_as_written(course / "submissions" / assignment / name, one):
            found[name] = one
    return found


def downloaded(course: Path, assignment: str) -> Mapping[str, tuple[str, ...]]:
    """Return the names that each student's files had in the LMS's download, newest attempt.

    Feedback that goes back to the LMS has to be called the same.
    """
    return {
        one.student: tuple(file.whole for file in one.files)
        for one in receipts(course, assignment).values()
        if one.latest
    }


def lms_ids(course: Path, assignment: str) -> Mapping[str, Mapping[str, str]]:
    """Return what the LMS calls each student, by the name of the id."""
    return {
        one.student: dict(one.ids)
        for one in receipts(course, assignment).values()
        if one.latest and one.ids
    }


def forget(course: Path, ids: Collection[str]) -> tuple[Path, ...]:
    """Take a student out of all receipts; return the downloads that still hold their hand-ins.

    Args:
        course: its folder.
        ids: all ids of the student.

    Raises:
        Busy: when an intake is at work.
        DamagedReceipts: when receipts cannot be read.
    """
    held: set[str] = set()
    for file in sorted((course / ".grader" / "intake").glob("*.json")):
        with journal(course, file.stem) as records:
            own = {name for name, one in records.folders.items() if one.student in ids}
            held |= {records.folders.pop(name).download for name in own}
            for name, one in records.folders.items():
                left = tuple(who for who in one.shared if who not in ids)
                records.folders[name] = replace(one, shared=left)
    found = (course / ".grader" / "received").glob("*.*")
    return tuple(sorted(path for path in found if path.name.partition(".")[0] in held))


def owners(folder: Path) -> Mapping[str, str]:
    """Return whose each folder below ``submissions/ASSIGNMENT`` is, as far as intake made it."""
    whole = folder.absolute()
    if whole.parent.name != "submissions" or not whole.name:
        return {}
    try:
        found = receipts(whole.parent.parent, whole.name)
    except (OSError, ValueError):
        return {}
    return {name: one.student for name, one in found.items()}


def is_as_written(folder: Path, receipt: Receipt) -> bool:
    """Whether a folder holds what intake wrote there, and nothing else.

    Files of another time, as where the course was copied, are compared by their bytes.
    """
    if folder.is_symlink() or not folder.is_dir():
        return False
    known = {one.name: one for one in receipt.files}
    found: dict[str, bool] = {}
    for place, inner, names in os.walk(folder):
        for name in (*names, *(one for one in inner if Path(place, one).is_symlink())):
            file = Path(place, name)
            status = file.lstat()
            if name == ".DS_Store":
                continue
            if not stat.S_ISREG(status.st_mode):
                return False
            one = known.get(file.relative_to(folder).as_posix())
            if one is None or one.size != status.st_size:
                return False
            found[one.name] = int(status.st_mtime) == one.mtime or digest_of(file) == one.sha256
    return found.keys() == known.keys() and all(found.values())


class Journal:
    """Records while a download is taken in; made by ``journal``."""

    def __init__(self, course: Path, assignment: str) -> None:
        self._course, self._assignment = course, assignment
        self.folders = receipts(course, assignment)
        self._file = _place(course, assignment, "journal").open("a", encoding="utf-8")

    def note(self, folder: str, receipt: Receipt) -> None:
        """Write down what is about to be put in place."""
        self._file.write(json.dumps([folder, asdict(receipt)]) + "\n")
        self._file.flush()
        self.folders[folder] = receipt

    def close(self) -> None:
        """Write all records, and forget the journal."""
        self._file.close()
        data = {
            "version": 1,
            "assignment": self._assignment,
            "folders": {name: asdict(one) for name, one in sorted(self.folders.items())},
        }
        text = json.dumps(data, indent=1, ensure_ascii=False)
        write(_place(self._course, self._assignment), text.encode("utf-8", "backslashreplace"))
        _place(self._course, self._assignment, "journal").unlink(missing_ok=True)


class Busy(OSError):
    """Somebody else takes in a download for the same assignment."""


@contextmanager
def journal(course: Path, assignment: str) -> Iterator[Journal]:
    """Open the records of an assignment for writing; one process at a time.

    Raises:
        Busy: when another process writes them.
        DamagedReceipts: when they are damaged.
    """
    folder = _place(course, assignment).parent
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / f"{assignment}.lock", assignment):
        opened = Journal(course, assignment)
        try:
            yield opened
        except BaseException:
            opened._file.close()  # noqa: SLF001  # the journal stays: the next run reads it
            raise
        opened.close()


@contextmanager
def _alone(path: Path, assignment: str) -> Iterator[None]:
    try:
        import fcntl  # noqa: PLC0415  # not on every system
    except ImportError:
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(f"another intake for {assignment} is at work; wait for its end") from error
        yield
    with suppress(OSError):
        path.unlink()


def _place(course: Path, assignment: str, ending: str = "json") -> Path:
    return course / ".grader" / "intake" / f"{assignment}.{ending}"


def _journal(course: Path, assignment: str) -> Iterator[tuple[str, Receipt]]:
    """Records of a run that stopped; a last line that was not written whole is none."""
    try:
        text = _place(course, assignment, "journal").read_text("utf-8", "replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            name, data = json.loads(line)
            yield str(name), _receipt(data)


def _receipt(data: dict[str, Any]) -> Receipt:
    files = tuple(Kept(**one) for one in data.pop("files"))
    made = Receipt(**{**data, "files": files, "shared": tuple(data.pop("shared", ()))})
    _check(made)
    for one in files:
        _check(one)
    if made.received:
        datetime.fromisoformat(made.received)
    return made


def _check(one: Receipt | Kept) -> None:
    for each in fields(one):
        if not _fits(getattr(one, each.name), str(each.type)):
            raise TypeError(f"{each.name} is no {each.type}")


def _fits(value: Any, kind: str) -> bool:
    """Whether a value is of a kind that stands in ``Receipt`` or ``Kept``."""
    if kind.startswith("Mapping"):
        own = isinstance(value, dict)
        return own and all(isinstance(one, str) for pair in value.items() for one in pair)
    if kind == "tuple[str, ...]":
        return all(isinstance(one, str) for one in value)
    if kind == "bool | None":
        return value is None or isinstance(value, bool)
    return kind not in _PLAIN or type(value) is _PLAIN[kind]
