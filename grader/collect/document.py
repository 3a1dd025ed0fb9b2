"""Documents: Markdown and plain text, in which prompts and answers stand in any arrangement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.collect import Gathered, Plan, collectors
from grader.collect._blocks import split
from grader.collect._finding import finding
from grader.collect._lines import decode


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Finds each part's answer in a document by structure, wording and order."""

    def gather(self, plan: Plan, file: str, data: bytes) -> Gathered:
        """Return the answers that a document holds; never raises on any bytes."""
        decoded = decode(data, file)
        ids = {p.id: p.id for p in plan.parts}
        at: str | None = None
        got: dict[str, list[tuple[int, str]]] = {}
        for n, line in enumerate(decoded.lines, 1):
            found = re.match(r"\s*#*\s*(?:\*\*)?(?:Q|P|Problem |Question )?([\w.]+)[:.)]?(?:\*\*)?(?:\s|$)", line)
            if found and found.group(1) in ids and found.group(1) != at:
                at = found.group(1)
                line = line[found.end():]
            if at:
                got.setdefault(at, []).append((n, line))
        answers = {}
        for part, rows in got.items():
            pieces = split("\n".join(t for _, t in rows), file, rows[0][0])
            answers[part] = finding(pieces)
        return Gathered(answers=answers, problems=decoded.problems)
