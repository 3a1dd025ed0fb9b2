"""Blocks of an otter source notebook: raw cells, or fences, that begin and end questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from grader.convert._notebooks import Cell

_BOUND = re.compile(
    r"#\s+(?P<edge>begin|end)\s+(?P<kind>question|prompt|solution|tests)\b", re.IGNORECASE
)
_CONFIG = re.compile(r"#\s+assignment\s+config\b", re.IGNORECASE)
_FENCE = re.compile(r"\s*```\s*otter\s*$")
_OLD = re.compile(
    r"\s*(?:\"\"\"|```)\s*\n\s*BEGIN (?P<kind>QUESTION|ASSIGNMENT)\b(?P<rest>.*?)(?:\"\"\"|```)",
    re.DOTALL,
)
_TEST_CONFIG = re.compile(r"(?:.\s*=\s*)?\"\"?\"?\s*#\s*BEGIN\s*TEST\s*CONFIG", re.IGNORECASE)
_TEST_CONFIG_ENDS = re.compile(r"\"\"?\"?\s*#\s*END\s*TEST\s*CONFIG", re.IGNORECASE)
_IGNORED = re.compile(r"#\s*IGNORE\s*$")
_OLD_TEST = re.compile(r"\s*#+\s*(?P<hidden>HIDDEN\s+)?TESTS?\b\s*#*\s*$", re.IGNORECASE)


def unfenced(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Return cells with what stands in ```` ```otter ```` fences as raw cells of their own."""
    for cell in cells:
        if cell.kind != "markdown" or "```" not in cell.source:
            yield cell
            continue
        kept: list[str] = []
        fence: list[str] | None = None
        for line in cell.lines:
            if fence is None and _FENCE.match(line):
                if any(one.strip() for one in kept):
                    yield replace(cell, source="\n".join(kept).strip("\n"))
                kept, fence = [], []
            elif fence is not None and line.strip() == "```":
                yield replace(cell, kind="raw", source="\n".join(fence))
                fence = None
            elif fence is not None:
                fence.append(line)
            else:
                kept.append(line)
        rest = [*kept, *(fence or [])]
        if any(one.strip() for one in rest):
            yield replace(cell, source="\n".join(rest).strip("\n"))


def bound(cell: Cell) -> tuple[str, str]:
    """Return ``("begin", "question")`` of a cell that is an edge of a block, else two empty texts."""
    hit = _BOUND.match(cell.source.lstrip()) if cell.kind == "raw" else None
    return (hit["edge"].lower(), hit["kind"].lower()) if hit else ("", "")


def is_assignment(cell: Cell) -> bool:
    """Whether a cell holds the settings of the assignment."""
    return cell.kind == "raw" and _CONFIG.match(cell.source.lstrip()) is not None


def is_left_out(cell: Cell) -> bool:
    """Whether a cell is left out of everything: ``## Ignore ##``."""
    first = cell.source.strip().split("\n")[0].lower()
    return re.fullmatch(r"(?:<!--)?\s*#*\s*ignore\s*#*\s*(?:-->)?", first) is not None


def settings(source: str) -> dict[str, Any]:
    """Return the settings of a cell, which are YAML below its first comment.

    Raises:
        ValueError: when they are no YAML, or no mapping.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415  # heavy
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        made = YAML(typ="safe", pure=True).load(source)
    except YAMLError as error:
        raise ValueError(
            f"its settings are no YAML ({' '.join(str(error).split())[:200]})"
        ) from error
    if made is None:
        return {}
    if not isinstance(made, dict):
        raise ValueError("its settings are not written as 'name: value'")
    return {str(key): value for key, value in made.items()}


def test_settings(lines: Sequence[str]) -> tuple[dict[str, Any], int]:
    """Return the settings of a test cell, and the index of the line behind them.

    Raises:
        ValueError: when they cannot be read.
    """
    if not lines or not _TEST_CONFIG.match(lines[0]):
        hidden = bool(lines) and lines[0].lstrip().startswith("#")
        hidden = hidden and re.search(r"\bhidden\b", lines[0], re.IGNORECASE) is not None
        return ({"hidden": True}, 1) if hidden else ({}, 0)
    end = next((n for n, line in enumerate(lines) if _TEST_CONFIG_ENDS.match(line)), None)
    if end is None:
        raise ValueError("its settings do not end (END TEST CONFIG)")
    return settings("\n".join(lines[1:end])), end + 1


def old_question(cell: Cell) -> tuple[str, dict[str, Any]] | None:
    """Return the kind and the settings of a fence of otter's first format, None where there is none.

    Raises:
        ValueError: when its settings cannot be read.
    """
    hit = _OLD.search(cell.source) if cell.kind in ("markdown", "raw") else None
    return (hit["kind"].lower(), settings(hit["rest"])) if hit else None


def without_fence(source: str) -> str:
    """Return a text without the fence of otter's first format."""
    return _OLD.sub("", source).strip()


def old_test(cell: Cell) -> tuple[bool, str] | None:
    """Return whether a test cell of the first format is hidden, and its source; else None."""
    first = cell.lines[0] if cell.kind == "code" else ""
    hit = _OLD_TEST.match(first)
    return (bool(hit["hidden"]), "\n".join(cell.lines[1:])) if hit else None


def without_ignored(source: str) -> str:
    """Return source without the lines that otter leaves out of all it writes (``# IGNORE``)."""
    kept: list[str] = []
    within = False
    for line in source.split("\n"):
        if re.match(r"\s*#\s*BEGIN\s*IGNORE\s*", line, re.IGNORECASE):
            within = True
        elif within:
            within = not line.rstrip().endswith("# END IGNORE")
        elif not _IGNORED.search(line):
            kept.append(line)
    return "\n".join(kept)
