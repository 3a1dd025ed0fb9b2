"""How Canvas reads what we write, ported from its importers; it shares no code with ours.

Each rule names the file of instructure/canvas-lms that it was read in.
"""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath


class Refused(Exception):
    """Canvas refuses the whole file."""


@dataclass(frozen=True)
class User:
    """A student of the course."""

    id: int
    name: str
    sortable: str = ""
    sis: str = ""
    login: str = ""


@dataclass(frozen=True)
class Assignment:
    """An assignment of the course."""

    id: int
    title: str
    points: str = "10"


@dataclass
class Course:
    """What Canvas holds before the import; ``unassigned`` are pairs of user and assignment."""

    users: list[User]
    assignments: list[Assignment]
    unassigned: set[tuple[int, int]] = field(default_factory=set)
    custom: tuple[str, ...] = ()


@dataclass
class Import:
    """What Canvas would change: grades by user and assignment; None stands for a new one."""

    grades: dict[tuple[str, str], str] = field(default_factory=dict)
    new_users: list[str] = field(default_factory=list)
    new_assignments: list[str] = field(default_factory=list)
    points: dict[str, str] = field(default_factory=dict)
    read_only: set[str] = field(default_factory=set)


def parsed(text: str, separator: str) -> list[list[str | None]]:
    """Ruby's CSV with its defaults: strict quotes, an empty cell without quotes is nil."""
    rows: list[list[str | None]] = []
    at = 0
    end = re.search(r"\r\n|\n|\r", text)
    newline = end.group() if end else "\n"
    while at < len(text):
        row: list[str | None] = []
        while True:
            if text.startswith('"', at):
                closing = re.compile(r'"((?:[^"]|"")*)"').match(text, at)
                if closing is None:
                    raise Refused("Unclosed quoted field")
                row.append(closing.group(1).replace('""', '"'))
                at = closing.end()
            else:
                plain = re.compile(f'[^{separator}"\r\n]*').match(text, at)
                row.append(plain.group() or None)
                at = plain.end()
            if text.startswith(separator, at):
                at += 1
                continue
            if text.startswith(newline, at):
                at += len(newline)
                break
            if at == len(text):
                break
            raise Refused(f"Illegal quoting or line end near {text[at : at + 10]!r}")
        rows.append([] if row == [None] else row)
    return rows


def separator_of(text: str) -> str:
    """identify_delimiter: over the first three lines (lib/gradebook_importer.rb)."""
    lines = text.splitlines(keepends=True)[:3]
    counts = {}
    for mark in ";,":
        counts[mark] = 0
        try:
            sizes = [len((parsed(line, mark) or [[]])[0]) for line in lines]
        except Refused:
            continue
        if len(set(sizes)) == 1:
            counts[mark] = sizes[0]
    return ";" if counts[";"] > counts[","] else ","


def normalised(cell: str | None) -> str | None:
    """decimal_comma_to_period (lib/gradebook_importer.rb)."""
    if cell is None or not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *whole, last = re.split("[,.]", cell)
    return last if not whole else "".join(whole) + "." + last


TOTALS = re.compile(
    "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade"
    "|Override Score|Override Grade|Override Status"
)


def gradebook(data: bytes, course: Course) -> Import:
    """parse! of lib/gradebook_importer.rb."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("invalid byte sequence in UTF-8") from error
    mark = separator_of(text)
    rows = [row for row in parsed(text, mark) if not _skipped(row)]
    rows = [[normalised(cell) for cell in row] for row in rows]
    header = rows[0] if rows else []
    one = len(header) > 3 and "Student" in (header[0] or "") and "ID" in (header[1] or "")
    two = (
        len(header) > 4
        and "LastName" in (header[0] or "")
        and "FirstName" in (header[1] or "")
        and "ID" in (header[2] or "")
    )
    if not (one or two):
        raise Refused("Invalid header row")
    names = 2 if header[0] == "LastName" and header[1] == "FirstName" else 1
    count = base = names + 2
    sis = login = None
    if re.search(r"SIS\s+Login\s+ID", _at(header, base - 1)):
        login, count = base - 1, count + 1
    elif re.search(r"SIS\s+User\s+ID", _at(header, base - 1)) and re.search(
        r"SIS\s+Login\s+ID", _at(header, base)
    ):
        sis, login = base - 1, base
        more = bool(re.search(r"Integration\s+ID", _at(header, base + 1)))
        count += 2 + more
        count += bool(re.search(r"Root\s+Account", _at(header, base + 1 + more)))
    if "Section" not in _at(header, count - 1):
        raise Refused("Invalid header row")
    taken = [h for h in header[count:] if not TOTALS.search(h or "") and h not in course.custom]
    result = Import()
    columns: dict[str, int] = {}
    for heading in taken:
        found = re.fullmatch(r"(.*)\s\((\d+)\)", heading or "", re.DOTALL)
        known = next((a for a in course.assignments if found and str(a.id) == found[2]), None)
        known = known or next((a for a in course.assignments if a.title == heading), None)
        key = str(known.id) if known else f"new:{found[1] if found else heading}"
        if not known:
            result.new_assignments.append(key[4:])
        columns[key] = header.index(heading)
    for row in rows[1:]:
        if "Points Possible" in _at(row, 0):
            for key, at in columns.items():
                result.points[key] = _at(row, at)
                if re.search(r"read\s+only", _at(row, at)):
                    result.read_only.add(key)
            continue
        said = [cell for cell in row if cell is not None]
        if all(
            re.search(r"^\s*(Muted|Manual Posting.*)?\s*$", c, re.IGNORECASE | re.MULTILINE)
            for c in said
        ):
            continue
        user = _user(row, names, sis, login, course, result)
        for key, at in columns.items():
            grade = _at(row, at).strip()
            if user.isdigit() and key.isdigit() and (int(user), int(key)) in course.unassigned:
                grade = ""
            result.grades[user, key] = grade
    for key in result.read_only:
        result.grades = {pair: g for pair, g in result.grades.items() if pair[1] != key}
    return result


def _user(row, names, sis, login, course, result) -> str:
    """process_student: id, SIS id, login, exact name, else a new one."""
    by_id = next((u for u in course.users if str(u.id) == _at(row, names)), None)
    by_sis = next((u for u in course.users if sis and u.sis and u.sis == _at(row, sis)), None)
    by_login = next(
        (u for u in course.users if login and u.login and u.login == _at(row, login)), None
    )
    name = f"{_at(row, 1)} {_at(row, 0)}".strip() if names == 2 else _at(row, 0)
    by_name = next((u for u in course.users if name in (u.name, u.sortable)), None)
    user = by_id or by_sis or by_login or by_name
    if user is None:
        result.new_users.append(name)
        return f"new:{name}"
    return str(user.id)


def _at(row: list[str | None], at: int) -> str:
    return (row[at] or "") if at < len(row) else ""


def _skipped(row: list[str | None]) -> bool:
    """skip_lines of csv_stream: separators and spaces, at least one."""
    return bool(row) and not "".join(cell or "" for cell in row).strip(";, ")


def rubrics(data: bytes) -> dict[str | None, list[dict]]:
    """parse of lib/rubric_csv_importer.rb, and process_rubrics of app/models/rubric_import.rb."""
    header, *rows = parsed(data.decode("utf-8"), ",")
    places = {"name": [], "description": [], "points": []}
    for at, heading in enumerate(header):
        for what, own in places.items():
            if f"rating {what}" in (heading or "").lower():
                own.append(at)
                break
    found: dict[str | None, list[dict]] = {}
    for row in rows:
        cell = dict(zip(header[:4], [*row, *[None] * 4][:4], strict=True))
        ratings = []
        for at, name_at in enumerate(places["name"]):
            if name_at >= len(row) or row[name_at] is None:
                continue
            points = row[places["points"][at]]
            if points is None:
                raise Refused("undefined method tr for nil")
            number = re.match(r"\s*-?\d*\.?\d*", points.replace(",", ".")).group()
            ratings.append((row[name_at], round(float(number or 0), 2)))
        found.setdefault(cell["Rubric Name"], []).append(
            {
                "name": cell["Criteria Name"],
                "description": cell["Criteria Description"],
                "range": (cell["Criteria Enable Range"] or "").lower() in ("true", "1"),
                "ratings": ratings,
            }
        )
    if not found:
        raise Refused("The file is empty or does not contain valid rubric data.")
    for name, criteria in found.items():
        if not (name or "").strip():
            raise Refused("Missing 'Rubric Name' in some rows.")
        for criterion in criteria:
            if not (criterion["name"] or "").strip():
                raise Refused(f"Missing 'Criteria Name' for {name}")
            if not criterion["ratings"]:
                raise Refused(f"Missing ratings for {criterion['name']}")
    return found


def owner(path: str, submissions: dict[str, set[str]], anonymous=None) -> tuple[str, str] | None:
    """infer_comment_context_from_filename of app/models/abstract_assignment.rb.

    ``submissions`` are the attachments of each user; ``anonymous`` the user of each anonymous id.
    """
    name = PurePosixPath(path).name
    pieces = [piece for piece in name.split("_") if piece != "LATE"]
    if pieces[0] == "anon":
        user = (anonymous or {}).get(pieces[1])
        attachment = pieces[2] if len(pieces) > 2 else None
    else:
        numbers = [piece for piece in pieces if re.fullmatch(r"[0-9]+", piece)][:2]
        user = numbers[0] if numbers else None
        attachment = numbers[1] if len(numbers) > 1 else None
    if pieces[-1].startswith("link") or name.startswith("._"):
        attachment = None
    if user is None or attachment is None or attachment not in submissions.get(user, set()):
        return None
    return user, attachment
