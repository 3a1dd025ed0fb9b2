"""The answers of a class as texts, read from stored evidence, each hand-in once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.codec import NotPlain
from grader.gradebook import Book
from grader.gradebook.store import Lost
from grader.model import Answer, Found
from grader.pipeline.records import Record

_KEPT = 20_000


@dataclass(slots=True)
class Texts:
    """Answers by the hash of their evidence."""

    held: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def of(self, book: Book, sha256: str, part: str) -> tuple[str, str]:
        """Return the text of an answer, "" where there is none, and ``text`` or ``code``."""
        if sha256 not in self.held:
            if len(self.held) > _KEPT:
                self.held.clear()
            self.held[sha256] = _texts(book, sha256)
        return self.held[sha256].get(part, ("", "text"))


def _texts(book: Book, sha256: str) -> dict[str, tuple[str, str]]:
    """The answers of one hand-in. Of a record only these are made: a class has thousands."""
    try:
        found = json.loads(book.store.get(sha256))["evidence"]
        return {part: _text(findings["answer"]) for part, findings in found.items()}
    except (Lost, ValueError):
        return {}
    except (AttributeError, KeyError, TypeError):  # nothing was found somewhere, or an older form
        return _slowly(book, sha256)


def _text(answer: Any) -> tuple[str, str]:
    if answer["$"] != "Found" or answer["value"]["$"] != "Answer":
        return "", "text"
    pieces = answer["value"].get("pieces", [])
    return _told([piece["kind"] for piece in pieces], [piece["text"] for piece in pieces])


def _slowly(book: Book, sha256: str) -> dict[str, tuple[str, str]]:
    try:
        found = Record.from_bytes(book.store.get(sha256)).evidence
    except (Lost, NotPlain):
        return {}
    texts = {}
    for part, findings in found.items():
        answer = findings.get("answer")
        if isinstance(answer, Found) and isinstance(answer.value, Answer):
            pieces = answer.value.pieces
            texts[part] = _told([one.kind for one in pieces], [one.text for one in pieces])
    return texts


def _told(kinds: Sequence[str], texts: Sequence[str]) -> tuple[str, str]:
    code = bool(kinds) and set(kinds) <= {"code", "output"}
    return "\n\n".join(texts)[:20_000], "code" if code else "text"
