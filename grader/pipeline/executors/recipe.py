"""What a process on another machine is started from: which assignment, which boxes, what is kept.

It holds no rubric and no boxes: each machine loads the one and makes the other, and refuses to work
where they are not those of the machine that asked.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Self

from grader.pipeline.assignment import Assignment, load_assignment
from grader.pipeline.boxes import Boxes, boxes_for
from grader.pipeline.crew import Work
from grader.pipeline.executors.needs import NoRoom
from grader.pipeline.grading import Grading
from grader.pipeline.solution import check_solution
from grader.sandbox.doctor import NotEnough


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to start grading in a process on any machine; picklable.

    Args:
        load: loads the assignment there; ``Assignment.origin``, or ``Carried``.
        made_with: what marks rest on here. A machine on which it is something else is refused.
        boxes: options of ``boxes_for``; None to make none and run nothing.
        make: makes the work from ``assignment=`` and ``boxes=``: ``partial(Grading, …)`` with the
            options that can be pickled.
        seen: a file that the machine which asks has made for this run; another one that does not
            see it shares no folder, and would keep for itself what it writes.
    """

    load: Callable[[], Assignment]
    made_with: Mapping[str, str]
    boxes: Mapping[str, Any] | None = field(default_factory=dict)
    make: Callable[..., Work] = field(default_factory=lambda: partial(Grading, out=None))
    seen: Path | None = None

    @classmethod
    def of(
        cls, assignment: Assignment, *, carried_from: Path | None = None, **options: Any
    ) -> Self:
        """Return the recipe of an assignment.

        Args:
            assignment: what marks rest on.
            carried_from: the course folder, where machines do not share it: what the assignment
                is made of goes along then.
            options: ``boxes``, ``make`` and ``seen``.
        """
        load = assignment.origin
        if carried_from is not None:
            load = Carried.of(carried_from, assignment)
        return cls(load=load, made_with=dict(assignment.made_with), **options)

    def start(self) -> Work:
        """Load the assignment, make boxes, try the course's solution in them, return the work.

        Raises:
            NoRoom: when this machine does not see the course of the one that asked, or has another
                rubric, reference, key or version.
            NotEnough: when code is to be run, and this machine makes no boxes that are good enough.
            SolutionFails: when the course's own solution does not pass here.
        """
        if self.seen is not None and not self.seen.exists():
            raise NoRoom(
                f"{socket.gethostname()} does not see {self.seen.parent} of the machine that grades: "
                "share the course's folder under the same path, or, with Ray, send files along "
                "(--carry)"
            )
        with ExitStack() as stack:
            assignment = self.load()
            if isinstance(self.load, Carried):
                stack.callback(self.load.clear)
            _compare(self.made_with, assignment.made_with)
            boxes = None
            if self.boxes is not None:
                boxes = boxes_for(assignment, **_hiding(self.boxes, self.load))
                stack.callback(boxes.close)
                _check(assignment, boxes)
            work = self.make(assignment=assignment, boxes=boxes)
            stack.callback(work.close)
            return _Started(work, stack.pop_all())


@dataclass(frozen=True, slots=True)
class Carried:
    """The files of a course that an assignment is made of, which go along with the work.

    Names are relative to the course; ``paper`` and ``keys`` of an instructor's own lie beside it.
    """

    name: str
    files: Mapping[str, bytes]
    own: Mapping[str, bytes]
    _folders: list[TemporaryDirectory[str]] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(cls, course: Path, assignment: Assignment) -> Self:
        """Return the files of an assignment of a course.

        Raises:
            NoRoom: when its paper or its solution lies outside the course.
        """
        name = assignment.rubric.assignment
        named = [assignment.rubric.paper, assignment.rubric.solution, f"rubrics/{name}.yaml"]
        paths = [course / one for one in named if one]
        paths += sorted((course / "reference").rglob("*.py"))
        files = {}
        for path in paths:
            inside = path.resolve().is_relative_to(course.resolve())
            if not inside or ".." in PurePosixPath(path).parts:
                raise NoRoom(
                    f"{path} lies outside the course and cannot go along; share the folder"
                )
            files[path.relative_to(course).as_posix()] = path.read_bytes()
        for inner, data in assignment.files.items():
            files[f"{assignment.rubric.run.files}/{inner}"] = data
        loaded = getattr(assignment.origin, "keywords", {})
        own = {key: path.read_bytes() for key, path in loaded.items() if isinstance(path, Path)}
        return cls(name, files, own)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the files lie on this machine, after loading."""
        return tuple(Path(folder.name) for folder in self._folders)

    def clear(self) -> None:
        """Take the files away again."""
        while self._folders:
            self._folders.pop().cleanup()

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another machine as files alone."""
        return type(self), (self.name, dict(self.files), dict(self.own))

    def __call__(self) -> Assignment:
        """Write the files below a folder of this process, and load the assignment."""
        folder = TemporaryDirectory(prefix="grader-course-")
        self._folders.append(folder)
        course = Path(folder.name) / "course"
        for name, data in self.files.items():
            _write(course / name, data)
        own = {key: Path(folder.name) / key for key in self.own}
        for key, path in own.items():
            _write(path, self.own[key])
        return load_assignment(course, self.name, **own)


class _Started:
    """Work that ends its boxes as well."""

    def __init__(self, work: Work, stack: ExitStack) -> None:
        self._work, self._stack = work, stack

    def __call__(self, item: Any, /) -> Any:
        return self._work(item)

    def close(self) -> None:
        self._stack.close()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _hiding(options: Mapping[str, Any], load: Callable[[], Assignment]) -> dict[str, Any]:
    """The options of boxes, from which the carried course is hidden too."""
    carried = load.folders if isinstance(load, Carried) else ()
    return {**options, "hidden": [*options.get("hidden", ()), *carried]}


def _compare(here: Mapping[str, str], there: Mapping[str, str]) -> None:
    other = [name for name in here if there.get(name) != here[name]]
    if other:
        raise NoRoom(
            f"this machine has another {', '.join(other)} of the assignment than the one that "
            "grades; share the course folder, or install the same version of grader"
        )


def _check(assignment: Assignment, boxes: Boxes) -> None:
    """Refuse a machine that would run less than the others do."""
    for why in _lacks(boxes):
        raise NotEnough(f"a machine of the cluster is not as it has to be: {why}")
    if boxes.running is not None:
        check_solution(assignment, boxes.running, boxes.reader(), boxes.worlds)


def _lacks(boxes: Boxes) -> Iterator[str]:
    yield from filter(None, (boxes.refused, boxes.untrained))
