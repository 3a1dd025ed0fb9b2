"""JUnit XML, for build servers: a suite a student, a case a part.

As Jenkins and GitLab read it (jenkinsci/xunit-plugin, ``junit-10.xsd``): a case that waits for a
person is skipped, one with fewer points than possible failed. Text is escaped, and signs that XML
cannot hold are replaced, so that nothing in it is more than text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from grader.export import formats
from grader.export._fill import Notes
from grader.export._marks import Line, Marks, Part
from grader.export._own import moment, outgoing, part_points, shown, state
from grader.export._plan import Given, Plan, takes_none

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
    "\t": "&#9;", "\n": "&#10;", "\r": "&#13;",
})  # fmt: skip


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Junit:
    """One ``testsuite`` a student; who handed nothing in has skipped cases only."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".xml"

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the file.

        Raises:
            Unusable: when a file is given.
        """
        takes_none(into)
        notes = Notes()
        _, changes = outgoing(marks, notes, "testsuite")
        suites = [_suite(line, marks) for line in marks.lines]
        tests = len(marks.parts) * len(suites)
        failed, skipped = (sum(counts) for counts in _columns(suites))
        head = (
            f'<testsuites name="{_attribute(marks.title or marks.assignment)}" tests="{tests}" '
            f'failures="{failed}" errors="0" skipped="{skipped}">'
        )
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', head]
        lines += [text for text, _, _ in suites]
        lines.append("</testsuites>\n")
        return Plan(
            output="\n".join(lines).encode("utf-8"), changes=changes, concerns=tuple(notes.concerns)
        )


def _columns(suites: list[tuple[str, int, int]]) -> Iterator[list[int]]:
    yield [failed for _, failed, _ in suites]
    yield [skipped for _, _, skipped in suites]


def _suite(line: Line, marks: Marks) -> tuple[str, int, int]:
    """One student's suite, how many of its cases failed, and how many were skipped."""
    where, got = state(line), part_points(line)
    feedback = {one.id: one.feedback for one in line.parts}
    owner = _attribute(line.key)
    cases, failed, skipped = [], 0, 0
    for part in marks.parts:
        points = got.get(part.id)
        if points is None:
            why = "nothing was handed in" if where == "missing" else "a person has to look"
            inner = f'<skipped message="{why}"/>'
            skipped += 1
        elif points >= part.points:
            inner = ""
        else:
            inner = _failure(points, part, feedback.get(part.id, ""))
            failed += 1
        name = _attribute(f"{part.id} {part.title}".strip())
        cases.append(f'<testcase classname="{owner}" name="{name}" time="0">{inner}</testcase>')
    when = moment(line).removesuffix("+00:00")
    stamp = f' timestamp="{when}"' if when else ""
    head = (
        f'<testsuite name="{owner}" tests="{len(marks.parts)}" failures="{failed}" errors="0" '
        f'skipped="{skipped}" time="0"{stamp}>'
    )
    return (
        "\n".join([head, _properties(line, marks, where), *cases, "</testsuite>"]),
        failed,
        skipped,
    )


def _properties(line: Line, marks: Marks, where: str) -> str:
    pairs = [("name", line.name), ("status", where), ("possible", shown(marks.possible))]
    if where == "final" and line.points is not None:
        pairs.append(("points", shown(line.points)))
    if line.open:
        pairs.append(("open", " ".join(line.open)))
    inner = "".join(f'<property name="{n}" value="{_attribute(v)}"/>' for n, v in pairs if v)
    return f"<properties>{inner}</properties>"


def _failure(points: Fraction, part: Part, feedback: str) -> str:
    says = f"{shown(points)} of {shown(part.points)} points"
    return f'<failure message="{says}" type="points">{_text(feedback)}</failure>'


def _attribute(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text).translate(_QUOTED)


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text).translate(_SIGNS)
