"""The zip of a kit: where to look, what is published, how to use it; nothing of the key."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from grader import __version__
from grader.pipeline import Assignment
from grader.pipeline.published import published
from grader.report.selfcheck import asked

FILE = "kit.json"
FORMAT = 1
_THEN = (1980, 1, 1, 0, 0, 0)
_FENCE = re.compile(r"[^\w. -]+")


def kit(assignment: Assignment, package: tuple[str, bytes] | None = None, file: str = "") -> bytes:
    """Return the kit of an assignment as a zip; the same input gives the same bytes.

    Args:
        assignment: as loaded; of it only the plan, the wording and what is published is taken.
        package: name and bytes of a wheel of this grader to take along.
        file: what the zip is called where it is given out; its README names it.
    """
    data = kit_data(assignment)
    name = assignment.rubric.assignment
    content = {FILE: (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()}
    if assignment.paper.strip():
        content["paper.md"] = assignment.paper.encode()
    if package is not None:
        content[package[0]] = package[1]
    content["README.md"] = _readme(assignment, name, file, package).encode()
    return _zip(content)


def kit_data(assignment: Assignment) -> dict[str, Any]:
    """Return what ``kit.json`` holds.

    Words that an answer holds (``find: answers``), and options of readers that tell of the answer,
    are left out. So an answer without any label may be found by grading and not by a kit, and a
    kit may be sure of what a person has to look at.
    """
    plan = json.loads(json.dumps(asdict(assignment.plan), ensure_ascii=False))
    for part, own in zip(plan["parts"], assignment.rubric.parts, strict=True):
        part["answers"] = []
        for name, spec in own.readers().items():
            part["readings"][name] = [spec.kind, published(spec)]
    return {
        "format": FORMAT,
        "grader": __version__,
        "assignment": assignment.rubric.assignment,
        "title": assignment.rubric.title,
        "plan": plan,
        "parts": [
            {
                "id": one.id,
                "ask": one.ask,
                "points": one.points,
                "readings": [list(reading) for reading in one.readings],
                "public": [dict(check) for check in one.public],
            }
            for one in asked(assignment.rubric)
        ],
    }


def _readme(assignment: Assignment, name: str, file: str, package: tuple[str, bytes] | None) -> str:
    text = files("grader.kit").joinpath("README.txt").read_text("utf-8")
    install = f"./{package[0]}" if package else f"grader=={__version__}"
    values = {
        "@TITLE@": " ".join(assignment.rubric.title.split()),
        "@ASSIGNMENT@": _FENCE.sub("", name),
        "@FILE@": _FENCE.sub("", file or f"{name}.kit.zip"),
        "@INSTALL@": install,
    }
    for key, value in values.items():
        text = text.replace(key, value)
    return text.replace("\r\n", "\n")


def _zip(content: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name, _THEN)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content[name])
    return out.getvalue()
