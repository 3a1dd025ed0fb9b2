"""JSON answer sheets: what stands in them, exactly as written, and what is wrong with them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT = 100_000
_MAX_ITEMS = 2_000
_MAX_DEPTH = 6
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
    """One answer of a sheet: its key, its text, and the texts of the same key before it."""

    key: str
    text: str
    earlier: tuple[str, ...] = ()


@dataclass(slots=True)
class Sheet:
    """What a sheet holds."""

    student: str | None = None
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse(text: str) -> Sheet:
    r"""Return what a sheet holds; never raises.

    >>> parse('{"student": "Ada", "answers": {"2.1": [1.50, 2]}}').entries
    [Entry(key='2.1', text='1.50\n2', earlier=())]
    """
    sheet = Sheet()
    try:
        root = json.loads(
            text,
            object_pairs_hook=Object,
            parse_int=Literal,
            parse_float=Literal,
            parse_constant=Literal,
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
    found = root.get("answers")
    if found is None and any(re.match(r"\W*[a-z]{0,8}\W*\d", key, re.IGNORECASE) for key in root):
        sheet.problems.append(
            "the answers do not stand under 'answers'; they were read all the same"
        )
        found = root
    if not isinstance(found, Object):
        sheet.problems.append("there is no object 'answers'")
        return
    for key in root.repeated:
        sheet.problems.append(
            f"'{_short(key)}' stands in the sheet more than once; the last one counts"
        )
    for key, value in list(found.items())[:_MAX_ITEMS]:
        if found is root and key == "student":
            continue
        texts = [as_text(v) for v in found.repeated.get(key, [value])]
        if len(texts) > 1:
            sheet.problems.append(f"'{_short(key)}' is answered more than once")
        if any(len(t) > MAX_TEXT for t in texts):
            sheet.problems.append(
                f"the answer to '{_short(key)}' was cut after {MAX_TEXT} characters"
            )
            texts = [t[:MAX_TEXT] for t in texts]
        sheet.entries.append(Entry(key, texts[-1], tuple(texts[:-1])))


def _short(key: str) -> str:
    return clean(key)[:40]


def clean(text: str) -> str:
    """Return text without control characters and lone surrogates."""
    text = _BAD.sub(" ", text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_text(value: Any, depth: int = 0) -> str:
    r"""Return a JSON value as text that reads back: items on lines, keys before colons.

    >>> as_text({"a": "B", "b": ["C", "D"]}), as_text(None), as_text(True)
    ('a: B\nb: C, D', '', 'True')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return str(value)
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        items = list(value.items())[:_MAX_ITEMS]
        lines = [f"{clean(k)}: {as_text(v, depth + 1)}" for k, v in items]
    else:
        lines = [as_text(v, depth + 1) for v in value[:_MAX_ITEMS]]
    return ("\n" if depth == 0 else ", ").join(lines)
