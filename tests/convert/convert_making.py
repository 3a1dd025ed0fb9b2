"""Small notebooks of our own in the formats of nbgrader and otter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def cell(kind: str, source: str, metadata: Any = None, shown: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": kind, "metadata": metadata or {}, "source": source}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    if shown is not None:
        data = {"text/plain": shown}
        result = {"output_type": "execute_result", "data": data, "metadata": {}}
        made["outputs"] = [{**result, "execution_count": 1}]
    return made


def marked(
    id_: str, source: str, kind: str = "code", version: int = 3, **marks: Any
) -> dict[str, Any]:
    plain = {"grade": False, "solution": False, "locked": False, "schema_version": version}
    return cell(kind, source, {"nbgrader": {**plain, "grade_id": id_, **marks}})


def solution(id_: str, source: str) -> dict[str, Any]:
    return marked(id_, source, solution=True)


def graded(id_: str, points: Any, source: str) -> dict[str, Any]:
    return marked(id_, source, grade=True, locked=True, points=points)


def text(source: str) -> dict[str, Any]:
    return cell("markdown", source)


def raw(source: str) -> dict[str, Any]:
    return cell("raw", source)


def code(source: str, shown: str | None = None) -> dict[str, Any]:
    return cell("code", source, None, shown)


def question(settings: str, answer: str, *of_tests: dict[str, Any]) -> list[dict[str, Any]]:
    """An otter question with its blocks."""
    return [
        raw(f"# BEGIN QUESTION\n{settings}"),
        text("Write what is asked for here, please."),
        raw("# BEGIN SOLUTION"),
        code(answer),
        raw("# END SOLUTION"),
        *([raw("# BEGIN TESTS"), *of_tests, raw("# END TESTS")] if of_tests else []),
        raw("# END QUESTION"),
    ]


def save(path: Path, cells: Sequence[dict[str, Any]], language: str = "python") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    spec = {"name": language, "language": language, "display_name": language}
    data = {
        "cells": list(cells),
        "metadata": {"kernelspec": spec},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    path.write_text(json.dumps(data), "utf-8")
    return path
