"""Documents: Markdown and plain text, in which prompts and answers stand in any arrangement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.collect import Files, Gathered, Plan, Transcript, collectors
from grader.collect._gather import transcribed
from grader.collect._lines import decode


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Finds each part's answer in a document by structure, wording and order."""

    suffixes: ClassVar[tuple[str, ...]] = (".md", ".markdown", ".txt", ".text")
    rank: ClassVar[int] = 2

    def fits(self, data: bytes) -> bool:
        """Return False: any text may be something else as well."""
        del data
        return False

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return the answers that a document holds; never raises on any bytes."""
        decoded = decode(data, file)
        transcript = Transcript(
            lines=decoded.lines,
            problems=decoded.problems,
            unread=decoded.unread,
            cut=decoded.cut,
        )
        return transcribed(plan, file, transcript, beside)
