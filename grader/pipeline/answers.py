"""The answers of a hand-in as texts: made of its evidence once, for those who review a class."""

from __future__ import annotations

import json
from collections.abc import Mapping

from grader.codec import NotPlain
from grader.gradebook.store import Lost, Store
from grader.model import Answer, Found
from grader.pipeline.records import Record

_LONGEST = 20_000
"""Characters of an answer that are looked at together with those of others."""

Texts = Mapping[str, tuple[str, str]]
"""By part: an answer, and ``text`` or ``code``; parts without an answer are left out."""


def answers(store: Store, sha256: str) -> Texts:
    """Return the answers of stored evidence; none where it is gone, damaged or of an older form."""
    try:
        kept = store.derived(sha256, "answers", lambda data: packed(Record.from_bytes(data)))
        return {part: (text, kind) for part, (text, kind) in json.loads(kept).items()}
    except (Lost, NotPlain, ValueError, AttributeError, TypeError):
        return {}


def packed(record: Record) -> bytes:
    """Return the answers of a record as JSON: by part a text and its kind."""
    texts = {}
    for part, findings in record.evidence.items():
        found = findings.get("answer")
        if isinstance(found, Found) and isinstance(found.value, Answer):
            texts[part] = _told(found.value)
    return json.dumps(texts, ensure_ascii=True, sort_keys=True).encode()


def _told(answer: Answer) -> tuple[str, str]:
    kinds = {piece.kind for piece in answer.pieces}
    code = bool(kinds) and kinds <= {"code", "output"}
    text = "\n\n".join(piece.text for piece in answer.pieces)
    return text[:_LONGEST], "code" if code else "text"
