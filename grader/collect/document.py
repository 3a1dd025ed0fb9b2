"""Documents: Markdown and plain text, in which prompts and answers stand in any arrangement."""

from __future__ import annotations

from dataclasses import dataclass

from grader.collect import Gathered, Plan, collectors
from grader.collect._gather import gather
from grader.collect._lines import decode


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Finds each part's answer in a document by structure, wording and order."""

    def gather(self, plan: Plan, file: str, data: bytes) -> Gathered:
        """Return the answers that a document holds; never raises on any bytes."""
        decoded = decode(data, file)
        answers, problems = gather(plan, file, decoded.lines)
        return Gathered(
            answers=answers,
            problems=(*decoded.problems, *problems),
            unread=decoded.unread,
            cut=decoded.cut,
        )
