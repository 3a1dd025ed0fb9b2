"""A self-check shown in a notebook: plain text, and HTML in which nothing runs.

Colours are the notebook's own, so that light and dark need no rules; states are words.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.kit.trying import Tried
from grader.report.selfcheck import CheckReport, PartCheck, ReadingCheck

ONCE = (
    "Public checks run your code as you, on your machine; they prove nothing to the course, "
    "and other inputs are graded too."
)
_STATES = {
    "found": "found",
    "missing": "missing",
    "malformed": "found, and something asked for could not be read",
    "unread": "not readable",
}
_TRIED = {
    "passed": "passes",
    "failed": "does not pass",
    "stopped": "stopped",
    "absent": "not run",
    "note": "note",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``grader.check`` gives: ``report`` and ``tried`` as data, and how they are shown."""

    report: CheckReport
    tried: dict[str, Sequence[Tried]] = field(default_factory=dict)
    says: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """As text, with nothing in it that a terminal would obey."""
        return "\n".join(_inert(line) for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield from self.says
        for part in self.report.parts:
            yield f"{part.id}: {_state(part)}"
            for reading in part.readings:
                yield f"    {reading.name}: {_read(reading)}"
            for one in self.tried.get(part.id, ()):
                yield f"    public check {_try(one)}"
                if one.printed:
                    yield f"        it printed: {' '.join(one.printed.split())}"
        for path, what in self.report.problems:
            yield f"problem: {path}: {what}"
        if len(self.report.parts) > 1:
            yield f"{self.report.found} of {len(self.report.parts)} parts have an answer."

    def _repr_html_(self) -> str:
        """As HTML: escaped, without script, style or link; formulas are not rendered in it."""
        parts = "".join(self._part(part) for part in self.report.parts)
        said = "".join(f"<p>{_safe(line)}</p>" for line in self.says)
        wrong = "".join(f"<li>{_safe(path)}: {_safe(w)}</li>" for path, w in self.report.problems)
        problems = f"<p>Problems:</p><ul>{wrong}</ul>" if wrong else ""
        count = f"<p>{self.report.found} of {len(self.report.parts)} parts have an answer.</p>"
        return (
            '<section class="tex2jax_ignore mathjax_ignore" aria-label="Self-check">'
            f"{said}{parts}{problems}{count if len(self.report.parts) > 1 else ''}</section>"
        )

    def _part(self, part: PartCheck) -> str:
        items = [f"{_safe(one.name)}: {_safe(_read(one))}" for one in part.readings]
        for one in self.tried.get(part.id, ()):
            printed = f"<pre>{_safe(one.printed, lines=True)}</pre>" if one.printed else ""
            items.append(f"public check {_safe(_try(one))}{printed}")
        inner = "".join(f"<li>{item}</li>" for item in items)
        listed = f"<ul>{inner}</ul>" if inner else ""
        return f"<p><strong>{_safe(part.id)}</strong>: {_safe(_state(part))}</p>{listed}"


def _state(part: PartCheck) -> str:
    told = _STATES[part.state]
    told += f" at {', '.join(part.where)}" if part.where else ""
    told += f": {part.why}" if part.why else ""
    told += f"; unclear: {part.doubt}" if part.doubt else ""
    told += f" [{part.points} points]" if part.points else ""
    return told


def _read(one: ReadingCheck) -> str:
    told = one.why if one.state != "found" else (f"read as “{one.quote}”" if one.quote else "read")
    told += "".join(f"; also possible: “{other}”" for other in one.others[:1])
    told += f"; unclear: {one.doubt}" if one.doubt else ""
    return f"{told}. How to write it: {one.hint}" if one.hint else told


def _try(one: Tried) -> str:
    told = f"{_TRIED[one.state]}: {one.text}"
    return f"{told}; {one.what}" if one.what else told


def _inert(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _safe(text: str, *, lines: bool = False) -> str:
    kept = "\n".join(map(_inert, text.splitlines())) if lines else _inert(text)
    return html.escape(kept)
