"""Gradescope's ``results.json``: of one student, or of each in a zip.

Schema and meaning: gradescope/autograder_samples, docs/specs.md. ``score`` stands at the top or on
each test; the one at the top overrides their sum; without it Gradescope adds up the scores that
are there. So while a part waits for a person there is no score at the top and none on that test,
and the whole result is shown ``after_published`` only: a student who may not see the tests does
not see a total either, so that the sum of the parts decided is never taken for a mark.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from grader.export import formats
from grader.export._fill import Notes, called, owed
from grader.export._marks import Line, Marks, Part
from grader.export._match import folded
from grader.export._own import part_points, plain, state
from grader.export._plan import Change, Given, Plan, Unusable, takes_none
from grader.export._zip import zipped

Visibility = Literal["hidden", "after_due_date", "after_published", "visible"]
WAITS = "A person has to look at this part; it has no points yet."
_UNSAFE = re.compile('[\x00-\x1f\x7f\ud800-\udfff<>:"/\\\\|?*]')


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Gradescope:
    """``results.json`` as an autograder there would have written it."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".zip"
    student: str = ""
    """Id of the one student whose ``results.json`` is wanted; a zip of all where empty."""
    visibility: Visibility = "visible"
    """When students see the tests."""
    stdout_visibility: Visibility = "hidden"
    """When students see what the autograder printed."""
    missing: Literal["leave", "zero"] = "leave"
    """What to write where nothing was handed in."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the file, or a zip with ``ID/results.json`` for each student.

        Raises:
            Unusable: when the student that was asked for is not one of the class.
        """
        takes_none(into)
        notes, parts = Notes(), {part.id: part for part in marks.parts}
        lines = [self._one(marks)] if self.student else marks.lines
        made = [(line, self._bytes(line, parts)) for line in lines if self._goes(line, notes)]
        if self.student and not made:
            raise Unusable(
                f"{called(lines[0])} handed nothing in; --option missing=zero writes a 0"
            )
        if self.student:
            output = made[0][1]
        else:
            names = _folders([line.key for line, _ in made])
            for (line, _), name in zip(made, names, strict=True):
                if name != line.key:
                    notes.add("name", f"{called(line)}: the folder is called '{name}'")
            files = zip(names, (data for _, data in made), strict=True)
            output = zipped((f"{name}/results.json", data) for name, data in files)
        changes = tuple(
            Change(who=called(line), at="results.json", before="", after=_said(line))
            for line, _ in made
        )
        return Plan(output=output, changes=changes, concerns=tuple(notes.concerns))

    def _goes(self, line: Line, notes: Notes) -> bool:
        """Whether a student has a file; one whose mark is open has one, without a total."""
        if state(line) != "open":
            return owed(line, notes, zero=self.missing == "zero") is not None
        says = (
            f"{called(line)} waits for a person ({', '.join(line.open) or 'all'}): no total, and "
            "shown after publishing only, since Gradescope adds up the other parts"
        )
        notes.add("open", says)
        return True

    def _one(self, marks: Marks) -> Line:
        wanted = folded(self.student)
        found = [line for line in marks.lines if folded(line.key) == wanted]
        found = found or [
            line for line in marks.lines if wanted in {folded(one) for one in line.every_id}
        ]
        if len(found) != 1:
            raise Unusable(f"{len(found)} students have the id '{self.student}'; one is wanted")
        return found[0]

    def _bytes(self, line: Line, parts: dict[str, Part]) -> bytes:
        made = results(line, parts.values())
        hides = self.visibility != "hidden" and state(line) == "open"
        made["visibility"] = "after_published" if hides else self.visibility
        made["stdout_visibility"] = self.stdout_visibility
        return (json.dumps(made) + "\n").encode("ascii")


def results(line: Line, parts: Iterable[Part]) -> dict[str, Any]:
    """The content of one student's ``results.json``, visibility left to the caller.

    An open part's test has no ``score`` and no ``status``, and then there is none at the top.
    """
    where = state(line)
    made: dict[str, Any] = {}
    if where != "open":
        made["score"] = plain(line.points) or 0
    said = [*line.words, *filter(None, [line.feedback])]
    if line.open:
        said.insert(0, f"No mark yet: a person has to look at {', '.join(line.open)}.")
    elif where == "open":
        said.insert(0, "No mark yet: a person has to look at this.")
    elif where == "missing":
        said.insert(0, "Nothing was handed in.")
    made["output"] = "\n".join(said)
    made["output_format"] = "text"
    got = part_points(line)
    feedback = {one.id: one.feedback for one in line.parts}
    made["tests"] = [
        _test(part, got.get(part.id), feedback.get(part.id, ""), waits=where == "open")
        for part in parts
    ]
    made["extra_data"] = {"status": where, "open": list(line.open)}
    return made


def _test(part: Part, points: Any, feedback: str, *, waits: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"name": part.title or part.id, "number": part.id}
    made["max_score"] = plain(part.points)
    made["output_format"] = "text"
    if points is not None:
        made["score"] = plain(points)
        made["status"] = "passed" if points >= part.points else "failed"
        made["output"] = feedback
    elif waits:
        made["output"] = f"{WAITS}\n{feedback}".strip()
    else:
        made["score"], made["status"] = 0, "failed"
        made["output"] = feedback or "Nothing was handed in."
    return made


def _said(line: Line) -> str:
    points = plain(line.points)
    return "open" if state(line) == "open" else str(points or 0)


def _folders(keys: list[str]) -> list[str]:
    """One folder a student, of a name that every system takes; no two are the same in any case."""
    taken: set[str] = set()
    names = []
    for key in keys:
        plain_key = _UNSAFE.sub("_", unicodedata.normalize("NFC", key)).strip(". ") or "_"
        name, count = plain_key, 1
        while name.casefold() in taken:
            count += 1
            name = f"{plain_key}-{count}"
        taken.add(name.casefold())
        names.append(name)
    return names
