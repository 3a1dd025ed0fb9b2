"""The roster of a course from a table as text: what it says of students, and what is wrong with it.

Columns may be in any order, under the names that Canvas, Moodle, Blackboard, D2L and people give
them in English, German, French and Spanish. Cells are data: ids keep leading zeros, and what
looks like a formula is text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 200_000_000
"""Bytes of the largest roster that is read."""
_SHOWN = 60


class RosterError(ValueError):
    """A roster that cannot be used at all: what is wrong, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """One student; ``others`` are all other cells by their header."""

    id: str
    name: str = ""
    email: str = ""
    section: str = ""
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Students in the order of the file, and what a person should know of it."""

    rows: tuple[Enrolled, ...]
    problems: tuple[str, ...]


_NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        "student id", "studentid", "student number", "sid", "matriculation number", "sis user id",
        "sis id", "org defined id", "orgdefinedid", "id number", "matrikelnummer", "matrikelnr",
        "studentennummer", "numero etudiant", "numero d etudiant", "matricule",
        "matricula", "numero de estudiante", "numero de matricula", "numero de identificacion",
        "numero d identification", "id", "user id",
        "sis login id", "login id", "login", "username", "user name", "benutzername", "anmeldename",
        "nom d utilisateur", "nombre de usuario", "usuario", "email", "email address", "e mail",
        "e mail address", "e mail adresse", "adresse de courriel", "correo electronico",
        # Moodle's number for one assignment alone: the last resort
        "identifier", "kennung", "identifiant", "identificador",
    ),
    "name": (
        "name", "full name", "student", "student name", "display name", "vollstandiger name",
        "vor und nachname", "nom complet", "nombre completo", "nombre y apellidos",
    ),
    "first": ("first name", "firstname", "given name", "vorname", "prenom", "nombre"),
    "last": ("last name", "lastname", "surname", "family name", "nachname", "familienname", "nom", "nom de famille", "apellido", "apellidos", "apellido s"),
    "email": ("email", "e mail", "email address", "e mail address", "mail", "e mail adresse", "adresse de courriel", "courriel", "adresse e mail", "adresse mail", "correo", "correo electronico", "direccion de correo", "direccion de correo electronico"),
    "section": ("section", "sections", "group", "groups", "class", "gruppe", "gruppen", "ubungsgruppe", "kurs", "groupe", "groupes", "seccion", "grupo", "grupos", "cohort"),
}  # fmt: skip
_OTHER_IDS = frozenset(
    ["canvas id", "integration id", "external id", "external person key", "display id", "eid",
     "netid", "net id", "uni id", "campus id", "lms id", "moodle id", "anonymous id", "github",
     "github username", "sourcedid", "lis person sourcedid", "org defined id", "identificatore"]
)  # fmt: skip
_ID_WORDS = re.compile(
    r"(?:(?:canvas|moodle|blackboard|brightspace|d2l|sakai|gradescope|lms|sis|lti|github|my)\s)?"
    r"(?:(?:user|student|person|learner|candidate|university|campus|login)\s?)?(?:id|number|name|login|email)"
)
_NO_IDS = frozenset(
    ["name", "number", "student name", "person name", "learner name", "candidate name", "user"]
)
_END_OF_LINE = "end of line indicator"
"""Brightspace ends rows with this column, and writes a ``#`` before ids so that they stay text."""
_LINES_BEFORE = 4
"""How many lines may stand before the one that names the columns, as in Sakai's grades.csv."""
_TEST = re.compile(r"student,\s*test|test\s+student", re.IGNORECASE)


def read_roster(data: bytes, name: str = "roster") -> Roster:
    """Return the students in a roster (CSV, TSV or with semicolons).

    Raises:
        RosterError: if it is too large, empty, no table, or has no column of ids.
    """
    if len(data) > LARGEST:
        raise RosterError(f"{name}: {len(data)} bytes; a roster has at most {LARGEST}")
    text, problems = _decoded(data, name)
    header, rows = _headed(text, name)
    header, rows = _without_marks(header, rows)
    return _collected(iter(rows), header, _columns(header, rows), name, problems)


def id_header(header: str) -> bool:
    """Return whether a heading names ids of people, so that its cells may stand for a student.

    >>> [id_header(h) for h in ("SIS Login ID", "E-Mail", "user_id", "HW 1 (55)", "Section", "Name")]
    [True, True, True, False, False, False]
    """
    plain = folded(header)
    if plain in _OTHER_IDS or plain in _NAMES["id"] or plain in _NAMES["email"]:
        return True
    return plain not in _NO_IDS and _ID_WORDS.fullmatch(plain) is not None


def load_roster(path: Path) -> Roster:
    """Return the students in a file.

    Raises:
        RosterError: if it cannot be read or used.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise RosterError(f"{path.name}: cannot be read ({error.strerror})") from error
    if size > LARGEST:
        raise RosterError(f"{path.name}: {size} bytes; a roster has at most {LARGEST}")
    return read_roster(data, path.name)


def _decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(codec), []
            except UnicodeDecodeError as error:
                raise RosterError(f"{name}: damaged {codec} text at byte {error.start}") from error
    head = data[:200]
    for codec, half in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(half) > 1 and half.count(0) * 2 > len(half):
            try:
                return data.decode(codec), [f"{name}: read as {codec.upper()}, it has no mark"]
            except UnicodeDecodeError as error:
                raise RosterError(f"{name}: damaged {codec} text at byte {error.start}") from error
    for codec, said in (("utf-8", ""), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return text, [
            f"{name}: no UTF-8, read as {said}; look at the names with accents"
        ] if said else []
    raise AssertionError("Latin-1 reads any bytes")


Rows = list[tuple[int, list[str]]]


def _headed(text: str, name: str) -> tuple[list[str], Rows]:
    """The line that names the columns, and those below it.

    It is the first; where that names no ids, one of the next that does.
    """
    first: tuple[int, list[str]] | None = None
    for mark in _marks(text):
        rows = list(_table(text, name, mark))
        first = first or (rows[0] if rows else None)
        for at, (_, cells) in enumerate(rows[: _LINES_BEFORE + 1]):
            if "id" in _columns(cells, []):
                return cells, rows[at + 1 :]
    if first is None:
        raise RosterError(f"{name}: empty; its first line has to name the columns")
    seen = ", ".join(_shown(cell) for cell in first[1][:12])
    raise RosterError(
        f"{name}:{first[0]}: no column is called 'id', 'student id', 'login' or 'email'; it has: {seen}"
    )


def _without_marks(header: list[str], rows: Rows) -> tuple[list[str], Rows]:
    """A table of Brightspace's without what it adds to cells: ``#`` before ids and at the end."""
    if not header or folded(header[-1]) != _END_OF_LINE:
        return header, rows
    width = len(header) - 1
    ids = {at for at, head in enumerate(header) if id_header(head)}
    return header[:-1], [
        (
            number,
            [cell.removeprefix("#") if at in ids else cell for at, cell in enumerate(cells[:width])]
            + [cell for cell in cells[width:] if cell != "#"],
        )
        for number, cells in rows
    ]


def _marks(text: str) -> list[str]:
    """Separators by how often the first line has them."""
    lines = (line for line in text.replace("\0", "").splitlines() if line.strip())
    first = next((line for line in lines if not re.fullmatch(r"sep=.\s*", line)), "")
    return sorted(",;\t", key=first.count, reverse=True)


def _table(text: str, name: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of the line that it ends in."""
    lines = text.replace("\0", "").splitlines(keepends=True)
    if lines and re.fullmatch(r"sep=.\s*", lines[0]):
        lines[0] = "\n"  # a word to spreadsheets alone
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=mark)
    try:
        for row in reader:
            cells = [unicodedata.normalize("NFC", cell).strip() for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise RosterError(
            f"{name}:{reader.line_num}: no table ({error}); is a quote not closed?"
        ) from error


def folded(header: str) -> str:
    """Return a heading as it is compared: plain words in one case, without accents and signs."""
    plain = unicodedata.normalize("NFKD", header.replace("ß", "ss")).casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))


def _columns(header: list[str], rows: Rows) -> dict[str, int]:
    """Where each meaning stands; of several the one whose name says it best.

    A column of ids that is empty in all rows is none: Moodle's ``ID number`` often is.
    """
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        places.setdefault(folded(cell), place)
    found: dict[str, int] = {}
    for meaning, names in _NAMES.items():
        all_ = [places[n] for n in names if n in places]
        full = [at for at in all_ if _is_filled(rows, at)] if meaning == "id" else all_
        known = next(iter(full or all_), None)
        if known is not None:
            found[meaning] = known
    if "name" not in found and "first" not in found and "last" in found:
        found["name"] = found.pop("last")  # French "nom" alone is the name
    if "name" not in found and "last" not in found and "first" in found:
        found["name"] = found.pop("first")
    return found


def _is_filled(rows: Rows, place: int) -> bool:
    return any(place < len(cells) and cells[place] for _, cells in rows)


def _collected(
    rows: Iterator[tuple[int, list[str]]],
    header: list[str],
    columns: dict[str, int],
    name: str,
    problems: list[str],
) -> Roster:
    kept: dict[str, tuple[Enrolled, list[int]]] = {}
    differing: dict[str, list[int]] = {}
    for number, cells in rows:
        if "points possible" in cells[0].casefold() or all(not c or c.startswith("Manual Posting") or c == "Muted" for c in cells):  # fmt: skip
            continue  # rows of a Canvas export that are no students
        one = _enrolled(header, cells, columns)
        at = f"{name}:{number}"
        if len(cells) > len(header) and any(cells[len(header) :]):
            problems.append(
                f"{at}: {len(cells)} cells under {len(header)} headers; look at its quotes"
            )
        if _TEST.fullmatch(one.name):
            problems.append(f"{at}: test student '{_shown(one.name)}', not on the roster")
        elif not one.id:
            problems.append(f"{at}: no id ('{_shown(one.name)}'), not on the roster")
        elif one.id not in kept:
            kept[one.id] = (one, [number])
        else:
            kept[one.id][1].append(number)
            if kept[one.id][0] != one:
                differing.setdefault(one.id, []).append(number)
    for key, (_, numbers) in kept.items():
        if len(numbers) > 1:
            lines = ", ".join(map(str, numbers))
            said = (
                "rows that differ, none taken; correct the file"
                if key in differing
                else "equal rows, taken once"
            )
            problems.append(f"{name}: id '{_shown(key)}' in lines {lines}: {said}")
    good = tuple(one for key, (one, _) in kept.items() if key not in differing)
    return Roster(rows=good, problems=tuple(problems))


def _enrolled(header: list[str], cells: list[str], columns: dict[str, int]) -> Enrolled:
    def cell(meaning: str) -> str:
        place = columns.get(meaning)
        return cells[place] if place is not None and place < len(cells) else ""

    ours = set(columns.values())
    whole = cell("name") or " ".join(filter(None, (cell("first"), cell("last"))))
    others = {
        head or f"column {place + 1}": text
        for place, (head, text) in enumerate(zip(header, cells, strict=False))
        if place not in ours and text
    }
    return Enrolled(
        id=cell("id"), name=whole, email=cell("email"), section=cell("section"), others=others
    )


def _shown(text: str) -> str:
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"
