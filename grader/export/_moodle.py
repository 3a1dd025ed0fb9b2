"""What the files of Moodle have in common: headings in its languages, ids, texts as HTML.

Headings are the strings of Moodle's language packs (mod_assign: recordid, lastmodifiedgrade,
gradecanbechanged; assignfeedback_comments: pluginname; core: gradenoun, feedback). They are
compared without case; a file in another language is read with the options that name its columns.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

from grader.export._marks import Line, Marks
from grader.export._match import folded
from grader.export._plan import Unusable
from grader.export._table import Row

ESCAPE = "\\"
"""Moodle reads and writes CSV with PHP's escape (moodle/moodle public/lib/csvlib.class.php)."""
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "identifier": (
        "Identifier", "ID", "Identifiant", "Identificador", "Identificativo", "Identificatie",
        "Identifikatzailea", "Identifikatorius", "Идентификатор", "識別碼", "المُعرَّف",
    ),
    "grade": (
        "Grade", "Bewertung", "Note", "Calificación", "Qualificació", "Cualificación", "Nota",
        "Valutazione", "Beoordeling", "Cijfer", "Kalifikazioa", "Betyg", "Ocena", "Оценка", "評点",
        "評定", "成绩", "成績",
    ),
    "modified": (
        "Last modified (grade)", "Zuletzt geändert (Bewertung)", "Dernière modification (note)",
        "Última modificación (calificación)", "Darrera modificació (qualificació)",
        "Última modificação (nota)", "Ultima modifica (valutazione)",
        "Laatst gewijzigd (beoordeling)", "Senast modifierat (betyg)",
        "Ostatnia modyfikacja (ocena)", "Последнее изменение (оценка)", "最終更新日時 (評定)",
        "最后修改（教师）", "最後修改的(得分)", "最後修改（老師）",
    ),
    "change": (
        "Grade can be changed", "Bewertung kann geändert werden", "La note peut être modifiée",
        "La calificación puede ser cambiada", "La calificación puede cambiarse",
        "Nota pode ser alterada", "A nota pode ser alterada.", "La valutazione può essere cambiata",
        "Betyg kan ändras", "A cualificación pode seren cambiada", "允许更改成绩",
    ),
    "feedback": (
        "Feedback comments", "Feedback als Kommentar", "Feedback par commentaires",
        "Comentarios de retroalimentación", "Comentários de feedback", "Comentaris de retroacció",
    ),
    "name": (
        "Full name", "Vollständiger Name", "Nom complet", "Nombre completo", "Nome completo",
        "Volledige naam",
    ),
    "first": ("First name", "Vorname", "Prénom", "Nombre", "Nome", "Voornaam"),
    "last": (
        "Last name", "Surname", "Nachname", "Nom", "Nom de famille", "Apellido(s)", "Apellidos",
        "Sobrenome", "Apelido", "Cognome", "Achternaam",
    ),
    "idnumber": (
        "ID number", "idnumber", "ID-Nummer", "Matrikelnummer", "Numéro d'identification",
        "Número de ID", "Número ID", "Número de identificação", "Número de identificación",
        "Codice identificativo",
    ),
    "email": (
        "Email address", "email", "E-Mail-Adresse", "Adresse de courriel", "Dirección de correo",
        "Dirección de correo electrónico", "Endereço de email", "Indirizzo email", "E-mailadres",
    ),
    "username": (
        "Username", "Anmeldename", "Nom d'utilisateur", "Nombre de usuario",
        "Identificação de usuário", "Gebruikersnaam",
    ),
}  # fmt: skip
_KNOWN = {what: {folded(text) for text in texts} for what, texts in _HEADINGS.items()}
_NO = frozenset(
    ("no", "nein", "non", "nee", "não", "nej", "nie", "ez", "нет", "いいえ", "否", "非")
)
_HIDDEN = frozenset(
    (
        "participant", "teilnehmerin", "participante", "partecipante", "deelnemer", "deltagare",
        "участник", "参与者",
    )
)  # fmt: skip
"""Names in blind marking (mod_assign: hiddenuser), without what a file's name cannot have."""
_UNIQUE = re.compile(r"([^/]*?)_(\d+)_assign(?:submission|feedback)_[a-z]+")
_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_GUARDED = re.compile(r"'(?=[\s]*[=+\-@\t\r])")


def means(heading: str, what: str) -> bool:
    """Whether a heading is Moodle's word for something, in one of its languages.

    >>> means("Zuletzt geändert (Bewertung)", "modified"), means("Note", "grade")
    (True, True)
    """
    return folded(heading.replace("’", "'")) in _KNOWN[what]


def refused(text: str) -> bool:
    """Whether a cell says No in one of the languages."""
    return folded(text) in _NO


def place_of(header: Row, wanted: str, what: str) -> int | None:
    """The column that an option names, or that is known by its heading; None where none is.

    Args:
        header: the row of headings.
        wanted: a heading, or the number of a column counted from 1; empty for the known one.
        what: what the column holds.

    Raises:
        Unusable: when the option names no column, or several are known.
    """
    texts = header.texts
    if wanted:
        found = [at for at, text in enumerate(texts) if folded(text) == folded(wanted)]
        if not found and wanted.isdecimal() and 0 < int(wanted) <= len(texts):
            found = [int(wanted) - 1]
    else:
        found = [at for at, text in enumerate(texts) if means(text, what)]
        if not found:
            return None
    if len(found) != 1:
        said = "several columns are" if found else "no column is"
        listed = ", ".join(texts)
        raise Unusable(f"{said} '{wanted or what}'; the file has: {listed}")
    return found[0]


def identity(header: Row, rows: Sequence[Row], marks: Marks) -> list[int]:
    """The columns that name a person: those of Moodle's users, and the roster's own ids."""
    roster = {folded(column) for line in marks.lines for column in line.ids}
    users = set(user_columns(header, rows))
    return [
        at
        for at, text in enumerate(header.texts)
        if at in users or (folded(text) in roster and not means(text, "identifier"))
    ]


def user_columns(header: Row, rows: Sequence[Row]) -> list[int]:
    """The columns by which Moodle itself knows a user: id number, e-mail address, username."""
    found = []
    for at, text in enumerate(header.texts):
        known = any(means(text, what) for what in ("idnumber", "email", "username"))
        cells = [row.at(at) for row in rows[:20] if row.at(at)]
        if known or (bool(cells) and all(map(_ADDRESS.fullmatch, cells))):
            found.append(at)
    return found


def bare(text: str) -> str:
    """A cell without the quote that Moodle puts before what looks like a formula.

    Source: moodle/moodle core dataformat escape_spreadsheet_formula.

    >>> bare("'=Ann"), bare("'Ann'")
    ('=Ann', "'Ann'")
    """
    return text[1:] if _GUARDED.match(text) else text


def unique_of(line: Line) -> str:
    """The number of a student in one assignment, as the names in its download have it; or nothing.

    A folder of a group has the group's number, which may be another student's: only folders
    that have the student's own name, or none in blind marking, are believed.
    Source: moodle/moodle mod/assign/classes/downloader.php.

    >>> unique_of(Line(key="7", name="Lee, Ann", files=("Ann Lee_12_assignsubmission_file/a.py",)))
    '12'
    >>> unique_of(Line(key="7", name="Lee, Ann", files=("Team 3_12_assignsubmission_file/a.py",)))
    ''
    """
    own = _words(line.name)
    found = set()
    for name in line.files:
        for prefix, number in _UNIQUE.findall(name):
            words = _words(prefix)
            if not own or words == own or "".join(words) in _HIDDEN:
                found.add(number)
    return found.pop() if len(found) == 1 else ""


def _words(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", folded(name).replace("_", " ")))


def as_html(text: str, *, breaks: bool = True) -> str:
    r"""A plain text as Moodle shows it: it takes comments for HTML, and PHP a ``\`` for an escape.

    Source: moodle/moodle mod/assign/feedback/comments/locallib.php, set_editor_text.

    >>> as_html('x < y "so"\nz\\')
    'x &lt; y &quot;so&quot;<br>z&#92;'
    """
    text = html.escape(text.strip(), quote=False).replace('"', "&quot;")
    if text.endswith(ESCAPE):
        text = text[:-1] + "&#92;"
    return "<br>".join(text.splitlines()) if breaks else text
