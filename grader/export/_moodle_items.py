"""The headings of grade items in an export of Moodle's gradebook.

Source: moodle/moodle grade/export/lib.php, format_column_name: ``Module: Title (Real)``, and the
same with the words for feedback, percentage or letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from grader.export._fill import Notes
from grader.export._match import folded
from grader.export._plan import Given
from grader.export._table import Row

_SECONDS = re.compile(r"\d{9,10}", re.ASCII)
_DAY, _YEAR = 86_400, 366 * 86_400
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


def note_age(header: Row, rows: Sequence[Row], into: Given, notes: Notes) -> None:
    """Note an export that is old, by the second in its last column, the same in every row.

    Source: moodle/moodle grade/export/txt/grade_export_txt.php, the column ``timeexported``.
    """
    last = len(header.cells) - 1
    seconds = {row.at(last) for row in rows}
    if len(seconds) != 1 or not _SECONDS.fullmatch(text := seconds.pop()):
        return
    age = into.now.timestamp() - int(text)
    day = datetime.fromtimestamp(int(text), UTC).date()
    if age < -_DAY:
        says = f"by '{header.at(last)}' the file is of {day}, which is still to come"
    elif age > _YEAR:
        says = f"by '{header.at(last)}' the file is of {day}, over a year ago"
    else:
        return
    notes.add("stale", f"{says}; export the grades again", unsafe=True)


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
