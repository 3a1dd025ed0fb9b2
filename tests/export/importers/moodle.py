"""How Moodle reads what we write, ported from its importers; it shares no code with ours.

Each rule names the file of moodle/moodle that it was read in.
"""

import io
import re
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser


class Aborted(Exception):
    """Moodle refuses the whole file."""


def csv(data: bytes, separator: str = ",", encoding: str = "utf-8") -> list[list[str]]:
    """load_csv_content of lib/csvlib.class.php, with PHP's fgetcsv and its escape."""
    text = data.decode(encoding).removeprefix("\ufeff")
    text = re.sub(r"\r\n?", "\n", text).strip()
    rows = []
    at = 0
    while at < len(text):
        row, at = _record(text, at, separator)
        if len(row) > 1 or row[0] is not None:
            rows.append([cell or "" for cell in row])
    if any(len(row) != len(rows[0]) for row in rows):
        raise Aborted("csvweirdcolumns")
    return rows


def _record(text: str, at: int, separator: str):
    """php_fgetcsv of php-src ext/standard/file.c: blanks before a quote, backslash escapes."""
    row: list[str | None] = []
    while True:
        began = at
        while at < len(text) and text[at] in " \t\v\f" and text[at] != separator:
            at += 1
        if at < len(text) and text[at] == '"':
            at += 1
            value = ""
            while at < len(text):
                if text[at] == "\\" and at + 1 < len(text):
                    value += text[at : at + 2]
                    at += 2
                elif text.startswith('""', at):
                    value += '"'
                    at += 2
                elif text[at] == '"':
                    at += 1
                    break
                else:
                    value += text[at]
                    at += 1
            rest = re.compile(f"[^{separator}\n]*").match(text, at)
            value, at = value + rest.group(), rest.end()
        else:
            rest = re.compile(f"[^{separator}\n]*").match(text, began)
            value, at = rest.group(), rest.end()
        row.append(value)
        if at < len(text) and text[at] == separator:
            at += 1
            continue
        return ([None] if row == [""] else row), at + 1


def number(text: str, decimal: str = ".") -> float | None:
    """unformat_float of lib/moodlelib.php: nothing is null, a local decimal mark is a point."""
    text = text.replace(" ", "").replace("\u00a0", "").replace(decimal, ".")
    if text == "":
        return None
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        raise ValueError(text)
    return float(text)


@dataclass
class Assignment:
    """An assignment: students by their number in it, and what stands there."""

    students: dict[int, str]
    maximum: float = 100
    scale: tuple[str, ...] = ()
    locked: frozenset[str] = frozenset()
    grades: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


ENGLISH = {
    "grade": "Grade",
    "recordid": "Identifier",
    "lastmodifiedgrade": "Last modified (grade)",
    "comments": "Feedback comments",
    "hiddenuser": "Participant ",
    "decimal": ".",
}
GERMAN = {
    "grade": "Bewertung",
    "recordid": "ID",
    "lastmodifiedgrade": "Zuletzt geändert (Bewertung)",
    "comments": "Feedback als Kommentar",
    "hiddenuser": "Teilnehmer/in",
    "decimal": ",",
}


def worksheet(data: bytes, site: Assignment, words=ENGLISH, separator=",", encoding="utf-8"):
    """Import a grading worksheet into the assignment.

    mod/assign/feedback/offline/importgradeslib.php (init, next) and locallib.php
    (process_import_grades).
    """
    header, *rows = csv(data, separator, encoding)
    places = {what: _last(header, words[what]) for what in words if what != "decimal"}
    if None in (places["grade"], places["recordid"], places["lastmodifiedgrade"]):
        raise Aborted("invalidgradeimport")
    for row in rows:
        digits = row[places["recordid"]][len(words["hiddenuser"]) :]
        user = site.students.get(int(digits)) if digits.isdigit() else None
        if user is None:
            continue
        _grade(site, user, row[places["grade"]], words["decimal"])
        if places["comments"] and row[places["comments"]] != site.comments.get(user, ""):
            site.comments[user] = row[places["comments"]]


def _last(header: list[str], heading: str) -> int | None:
    places = [at for at, text in enumerate(header) if text == heading]
    return places[-1] if places else None


def _grade(site: Assignment, user: str, text: str, decimal: str) -> None:
    """One row of process_import_grades; a row may be passed over without a word."""
    if site.scale:
        value = site.scale.index(text) + 1 if text in site.scale else None
        most = len(site.scale)
    else:
        try:
            value = number(text, decimal)
        except ValueError:
            value = float((re.match(r"-?[\d.]+", text) or ["0"])[0])
        most = site.maximum
    if value is None or value < 0 or user in site.locked or value > most:
        return
    site.grades[user] = value


@dataclass
class Item:
    """A grade item of the gradebook, and its students by each of their fields."""

    users: list[dict[str, str]]
    maximum: float = 100
    decimal: str = "."
    locked: frozenset[str] = frozenset()
    grades: dict[str, float | None] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)


def gradebook(data: bytes, item: Item, mapping: dict[str, str], separator=",") -> None:
    """Import a gradebook: headings are mapped by hand to a field of users, a grade, a feedback.

    grade/import/csv/classes/load_data.php (prepare_import_grade_data) and grade/import/lib.php.
    """
    header, *rows = csv(data, separator)
    header = [text.strip() for text in header]
    grades, feedback = dict(item.grades), dict(item.feedback)
    for row in rows:
        user = grade = told = None
        has_grade = False
        for heading, value in zip(header, (cell.strip() for cell in row), strict=True):
            to = mapping.get(heading, "")
            if to in ("idnumber", "email", "username"):
                user = _found(item.users, to, value)
            elif to == "grade":
                has_grade = True
                try:
                    grade = None if value in ("", "-") else number(value, item.decimal)
                except ValueError as error:
                    raise Aborted(f"badgrade {value}") from error
            elif to == "feedback":
                told = value
        if user is None:
            raise Aborted("usermappingerrorusernotfound")
        if has_grade:
            if user in item.locked:
                raise Aborted("gradelocked")
            if grade is not None and not 0 <= grade <= item.maximum:
                raise Aborted("gradevaluetoobig")
            grades[user] = grade
        if told is not None:
            feedback[user] = told
    item.grades, item.feedback = grades, feedback


def _found(users: list[dict[str, str]], field_name: str, value: str) -> str:
    def same(one: str) -> bool:
        if field_name in ("email", "username"):
            return one.casefold() == value.casefold()
        return one == value

    own = [user["key"] for user in users if same(user.get(field_name, ""))]
    if len(own) != 1:
        raise Aborted(f"usermappingerror {field_name} {value!r}")
    return own[0]


PLUGINS = {("assignsubmission", "file"), ("assignsubmission", "onlinetext")} | {
    ("assignfeedback", kind) for kind in ("file", "comments", "offline", "editpdf")
}


def feedback_files(data: bytes, students: dict[int, str]) -> dict[str, dict[str, bytes]]:
    """import_zip_files of mod/assign/feedback/file/importziplib.php: files by student."""
    found: dict[str, dict[str, bytes]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            named = _owner(entry.filename, students)
            if named is not None:
                found.setdefault(named[0], {})[named[1]] = archive.read(entry)
    return found


def _owner(path: str, students: dict[int, str]) -> tuple[str, str] | None:
    """is_valid_filename_for_import."""
    parts = path.split("/")
    if parts[-1].startswith((".", "~")):
        return None
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) < 4 or not re.fullmatch(r"\d+", info[1]):
            continue
        user = students.get(int(info[1]))
        if user is None or (info[2], info[3]) not in PLUGINS:
            continue
        return user, "/".join([info[4] if len(info) > 4 else "", *parts]).lstrip("/")
    return None


def shown(text: str) -> str:
    """What a student reads of a comment in HTML."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.pieces: list[str] = []

        def handle_data(self, data: str) -> None:
            self.pieces.append(data)

        def handle_starttag(self, tag: str, attrs: list) -> None:
            self.pieces.append("\n" if tag == "br" else "")

    reader = Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.pieces)
