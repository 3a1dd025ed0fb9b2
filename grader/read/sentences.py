"""Sentences: what an answer states in words, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.model import Answer, Finding, Found, Missing
from grader.prose import Statement
from grader.read import readers
from grader.read._corrections import takes_back
from grader.read._prose import doubt, hesitation, prose_of, stated

_QUOTE = 200


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """Reads the statements of an answer as a list of ``{text, label, kind, head}``.

    Code, output, images and questions are left out, and so is what the writer took back.
    ``label`` is what stands before the colon of a "label: statement" line or in the first cell
    of a row; ``kind`` is sentence, item or row; ``head`` says that it opens its line.
    """

    most: int = 200
    """So many statements are kept."""

    def read(self, answer: Answer) -> Finding:
        """Return the statements in order."""
        found = stated(answer)
        if isinstance(found, Missing):
            return found
        value = [_plain(statement) for statement in found[: self.most]]
        quote = " ".join(prose_of(answer).split())
        return Found(
            value=value,
            where=tuple(piece.place for piece in answer.pieces),
            quote=quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1] + "…",
            doubt=doubt(answer) or hesitation(answer) or takes_back(found),
        )


def _plain(statement: Statement) -> dict[str, Any]:
    return {
        "text": statement.text,
        "label": statement.label,
        "kind": statement.kind,
        "head": statement.head,
    }
