"""Drawings: whether an answer draws something, for a person or a run of the code to judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.model import Answer, Broken, Finding, Missing
from grader.read import readers
from grader.read._prose import doubt, stated


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Never reads a value: an image, a sketch in signs and words about one wait for a person.

    Missing where the answer holds nothing at all.
    """

    calls: Sequence[str] = (
        "plot",
        "plt.",
        "ax.",
        "scatter",
        "ggplot",
        "curve(",
        "lines(",
        "fill_between",
        "Figure(",
    )
    """What code holds that draws."""

    def read(self, answer: Answer) -> Finding:
        """Return why the drawing is open, or that there is none."""
        code = "\n".join(piece.text for piece in answer.of("code"))
        held = [call for call in self.calls if call in code]
        if any(re.search(r"(?<!\w)" + re.escape(call), code) for call in held):
            return Broken(why="a drawing by code, which was not run", cause="not-run")
        words = stated(answer)
        if (
            isinstance(words, Missing)
            and not code.strip()
            and not answer.of("output", "image")
            and not doubt(answer)
        ):
            return Missing(why=words.why)
        return Broken(why="a drawing is looked at by a person", cause="figure")
