"""The headings of grade items in an export of Moodle's gradebook.

Source: moodle/moodle grade/export/lib.php, format_column_name: ``Module: Title (Real)``, and the
same with the words for feedback, percentage or letter.
"""

from __future__ import annotations

import re

from grader.export._match import folded
from grader.export._table import Row

_EXTRA = re.compile(r"(.*\S)\s*\(([^()]*)\)")
_MODULE = re.compile(r"[^:：]*[:：]\s*(.*)")
_FEEDBACK = frozenset(
    ("feedback", "rückmeldung", "retroalimentación", "comentarios", "commentaires")
)
_OTHER = frozenset(
    (
        "percentage", "letter", "prozentsatz", "prozent", "buchstabe", "pourcentage", "lettre",
        "porcentaje", "porcentagem", "letra", "percentuale", "lettera",
    )
)  # fmt: skip


def items(header: Row, wanted: str) -> list[int]:
    """The columns of a grade item: by heading, else by title; those of points before others."""
    texts = header.texts
    exact = [at for at, text in enumerate(texts) if text == wanted.strip()]
    if exact:
        return exact
    found = []
    for at, text in enumerate(texts):
        named = _EXTRA.fullmatch(text)
        extra = folded(named[2]) if named else ""
        if extra in _FEEDBACK or extra in _OTHER:
            continue
        if folded(wanted) in (folded(text), folded(title_of(text)), folded(_alone(text))):
            found.append(at)
    return found


def title_of(heading: str) -> str:
    """The item's name with its module, without how it is shown: ``Assignment: HW (Real)``."""
    found = _EXTRA.fullmatch(heading)
    return found[1] if found else heading


def _alone(heading: str) -> str:
    found = _MODULE.fullmatch(title_of(heading))
    return found[1] if found else heading


def is_feedback(heading: str, title: str) -> bool:
    found = _EXTRA.fullmatch(heading)
    if found is None:
        return False
    return folded(found[1]) == folded(title) and folded(found[2]) in _FEEDBACK
