"""The marks as JSON, for programs: everything that an export may say, and nothing open as a number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from grader.export import formats
from grader.export._fill import Notes
from grader.export._marks import Line, Marks
from grader.export._own import moment, outgoing, part_points, plain, state
from grader.export._plan import Given, Plan, takes_none

VERSION = 1
"""Counted up when a field changes its meaning."""


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Json:
    """One object: the assignment, its parts, and the students in order, a line each."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".json"

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the file; points are numbers of two decimals, or null.

        Raises:
            Unusable: when a file is given.
        """
        takes_none(into)
        notes = Notes()
        _, changes = outgoing(marks, notes, "points")
        head = {
            "version": VERSION,
            "assignment": marks.assignment,
            "title": marks.title,
            "possible": plain(marks.possible),
            "parts": [
                {"id": part.id, "title": part.title, "points": plain(part.points)}
                for part in marks.parts
            ],
        }
        students = ",\n".join(json.dumps(_student(line)) for line in marks.lines)
        output = f'{json.dumps(head)[:-1]}, "students": [\n{students}\n]}}\n'.encode("ascii")
        return Plan(output=output, changes=changes, concerns=tuple(notes.concerns))


def _student(line: Line) -> dict[str, Any]:
    where, got = state(line), part_points(line)
    return {
        "id": line.key,
        "name": line.name,
        "email": line.email,
        "section": line.section,
        "ids": dict(line.ids),
        "status": where,
        "points": plain(line.points) if where == "final" else None,
        "open": list(line.open),
        "attempt": line.attempt,
        "received": moment(line) or None,
        "late_seconds": line.late_seconds,
        "feedback": line.feedback,
        "words": list(line.words),
        "parts": [
            {"id": part.id, "points": plain(got[part.id]), "feedback": part.feedback}
            for part in line.parts
        ],
    }
