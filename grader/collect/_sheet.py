"""JSON answer sheets: what stands in them, exactly as written, and what is wrong with them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT = 100_000
_MAX_ITEMS = 2_000
_ID = re.compile(r"\W*[a-z]{0,8}\W*\d", re.IGNORECASE)
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Object(dict[str, Any]):
    """A JSON object that remembers the earlier values of keys that it repeats."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        """Take the pairs as written; the last one of a key wins, as in every JSON reader."""
        super().__init__(pairs)
        self.repeated: dict[str, list[Any]] = {}
        if len(self) < len(pairs):
            for key, value in pairs:
                self.repeated.setdefault(key, []).append(value)
            self.repeated = {
                key: values for key, values in self.repeated.items() if len(values) > 1
            }


class Literal(str):
    """A number or constant as written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of a sheet: its key, its text, and the texts of the same key before it.

    ``wrong`` says why one of its values is no answer; empty where all are.
    """

    key: str
    text: str
    earlier: tuple[str, ...] = ()
    wrong: str = ""


@dataclass(slots=True)
class Sheet:
    """What a sheet holds; ``unread`` where some of it, or all, was not, ``cut`` where by us."""

    student: str | None = None
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unread: bool = False
    cut: str = ""


def parse(text: str) -> Sheet:
    r"""Return what a sheet holds; never raises.

    >>> parse('{"student": "Ada", "answers": {"2.1": [1.50, 2]}}').entries
    [Entry(key='2.1', text='1.50\n2', earlier=(), wrong='')]
    """
    sheet = Sheet(unread=True)
    try:
        root = json.loads(
            text,
            object_pairs_hook=Object,
            parse_int=Literal,
            parse_float=Literal,
            parse_constant=float,
        )
    except json.JSONDecodeError as error:
        sheet.problems.append(
            f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
        )
        return sheet
    except (ValueError, RecursionError):
        sheet.problems.append("this JSON is nested too deeply to be read")
        return sheet
    if not isinstance(root, Object):
        sheet.problems.append('the sheet is no object; write {"student": …, "answers": {…}}')
        return sheet
    _student(root, sheet)
    _answers(root, sheet)
    return sheet


def _student(root: Object, sheet: Sheet) -> None:
    who = root.get("student")
    if isinstance(who, str):
        sheet.student = " ".join(clean(who).split())[:200]
    elif who is not None:
        sheet.problems.append("'student' is no text")


def _answers(root: Object, sheet: Sheet) -> None:
    found = _entries(root, sheet)
    if found is None:
        sheet.problems.append("there is no object 'answers'")
        return
    sheet.unread = False
    if len(found) > _MAX_ITEMS:
        _cut(sheet, f"only the first {_MAX_ITEMS} answers of the sheet were read")
    for key, value in list(found.items())[:_MAX_ITEMS]:
        if found is root and key == "student":
            continue
        values = found.repeated.get(key, [value])[-_MAX_ITEMS:]
        if len(values) > 1:
            sheet.problems.append(f"'{_short(key)}' is answered more than once")
        wrong = next((what for v in values if (what := _no_answer(v))), "")
        if wrong:
            sheet.problems.append(f"{_short(key)}: {wrong}")
        texts = [] if wrong else [as_text(v) for v in values]
        if any(len(t) > MAX_TEXT for t in texts):
            _cut(
                sheet,
                f"only the first {MAX_TEXT} characters of the answer to '{_short(key)}' were read",
            )
            texts = [t[:MAX_TEXT] for t in texts]
        sheet.entries.append(Entry(key, texts[-1] if texts else "", tuple(texts[:-1]), wrong))


def _entries(root: Object, sheet: Sheet) -> Object | None:
    """The entries of a sheet, of all objects 'answers' that it has; None where it has none."""
    given = root.repeated.get("answers", [root.get("answers")])
    if given == [None] and any(_ID.match(key) for key in root):
        sheet.problems.append(
            "the answers do not stand under 'answers'; they were read all the same"
        )
        given = [root]
    for key in root.repeated:
        how = "all are read" if key == "answers" else "the last one counts"
        sheet.problems.append(f"'{_short(key)}' stands in the sheet more than once; {how}")
    objects = [one for one in given if isinstance(one, Object)]
    if len(objects) < len(given):
        return None
    if len(objects) == 1:
        return objects[0]
    return Object([(k, v) for one in objects for k in one for v in one.repeated.get(k, [one[k]])])


def _cut(sheet: Sheet, what: str) -> None:
    sheet.problems.append(what)
    sheet.unread = True
    sheet.cut = sheet.cut or what


def _no_answer(value: Any) -> str:
    """Why a value is no answer; empty for a text, a number, a list of those, and null.

    >>> _no_answer(["1", True]), _no_answer(None)
    ('a true or false in a list is no answer; write a text, a number or a list', '')
    """
    if isinstance(value, list):
        what = next((f"{kind} in a list" for v in value if (kind := _kind(v))), "")
    else:
        what = "" if value is None else _kind(value)
    return f"{what} is no answer; write a text, a number or a list" if what else ""


def _kind(value: Any) -> str:
    """The kind of a value that is neither text nor number; empty for those."""
    if isinstance(value, bool):
        return "a true or false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, float):
        return "a number without end"
    return "" if isinstance(value, str) else "a null"


def _short(key: str) -> str:
    return clean(key)[:40]


def clean(text: str) -> str:
    """Return text without control characters and lone surrogates."""
    text = _BAD.sub(" ", text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_text(value: str | list[str] | None) -> str:
    r"""Return an answer as text that reads back: the items of a list on lines.

    >>> as_text(["B", "C"]), as_text(None)
    ('B\nC', '')
    """
    if value is None:
        return ""
    return clean(value) if isinstance(value, str) else "\n".join(clean(v) for v in value)
