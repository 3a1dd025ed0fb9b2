"""Marks that course tools leave in notebooks: comments of otter, placeholders, empty forms."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLACEHOLDER = re.compile(
    r"[\s>*_#]{0,12}(?:(?:type|write|enter|put) (?:your )?(?:answer|response|solution) here"
    r"(?:,? (?:and )?replac(?:e|ing) this text)?|YOUR ANSWER HERE"
    r"|double[- ]click (?:here )?to (?:edit|write|type|add).{0,60})[.…!]{0,3}[\s*_]{0,8}",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"<!--\s{0,20}(?:BEGIN|END) (?:QUESTION|SOLUTION|TESTS?|PROMPT)\b", re.IGNORECASE
)
_CONFIG = re.compile(
    r"\s{0,8}#?\s{0,8}(?:BEGIN|END) (?:QUESTION|SOLUTION|TESTS?|PROMPT|ASSIGNMENT)\b", re.IGNORECASE
)
_NAME = re.compile(r"\bname\s{0,8}:\s{0,8}[\"']?(?P<name>[\w.-]{1,60})")
_FENCE = re.compile(r"\s{0,3}(?P<mark>`{3,}|~{3,})(?P<rest>.{0,200})")
_MOST = 60
"""Lines of one mark."""


def is_placeholder(line: str) -> bool:
    """Whether a line is the text that a template asks to be replaced.

    >>> is_placeholder("_Type your answer here, replacing this text._"), is_placeholder("Green")
    (True, False)
    """
    return len(line) < 200 and _PLACEHOLDER.fullmatch(line) is not None


def without_marks(lines: Sequence[str]) -> tuple[list[str], str]:
    r"""Return lines without otter's comments and without placeholders, and the question's name.

    >>> without_marks(["<!-- BEGIN QUESTION -->", "a", "<!--", "BEGIN QUESTION", "name: q1", "-->"])
    (['a'], 'q1')
    """
    kept: list[str] = []
    name, at = "", 0
    while at < len(lines):
        two = lines[at] + " " + lines[at + 1] if at + 1 < len(lines) else lines[at]
        if "<!--" in lines[at] and _MARK.match(two.lstrip()[:80]):
            end = _closed(lines, at)
            found = _NAME.search("\n".join(lines[at:end])[:4_000])
            name = found["name"] if found else name
            behind = lines[end - 1].rpartition("-->")[2].strip()
            kept += [behind] if behind else []
            at = end
            continue
        if not is_placeholder(lines[at]):
            kept.append(lines[at])
        at += 1
    return kept, name


def _closed(lines: Sequence[str], at: int) -> int:
    near = range(at, min(at + _MOST, len(lines)))
    return next((n + 1 for n in near if "-->" in lines[n]), at + 1)


def config(lines: Sequence[str]) -> tuple[bool, str]:
    """Whether a raw cell is otter's own, and the name of the question that it holds."""
    first = next((line for line in lines if line.strip()), "")
    if not _CONFIG.match(first):
        return False, ""
    found = _NAME.search("\n".join(lines[:_MOST]))
    return True, found["name"] if found else ""


def closed(lines: Sequence[str]) -> list[str]:
    """Return lines of a cell with a fence closed that stays open: a cell ends all it holds."""
    opened = ""
    for line in lines:
        hit = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if hit is None:
            continue
        if not opened:
            opened = hit["mark"] if "`" not in hit["rest"] else ""
        elif hit["mark"].startswith(opened) and not hit["rest"].strip():
            opened = ""
    return [*lines, opened] if opened else list(lines)
