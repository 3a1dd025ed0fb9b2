"""Answer sheets: ``answers.json``, one entry per part."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from grader.collect import Files, Gathered, Plan, Transcript, _sheet, collectors
from grader.collect._gather import TWICE, single
from grader.collect._labels import Tree, components
from grader.collect._lines import read, split
from grader.model import Broken, Finding, Found, Missing, Place


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Reads ``{"student": "…", "answers": {"2.1": …}}``: a text, a number, or a list of those.

    ``null`` is no answer. Any other value is said to be none, and the part goes to a person.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".json",)
    rank: ClassVar[int] = 0

    def fits(self, data: bytes) -> bool:
        """Return False: other files are JSON too."""
        del data
        return False

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return the answers of a sheet; never raises on any bytes."""
        del beside
        raw = read(data, file)
        sheet = _sheet.parse(raw.text) if raw.text or not raw.unread else _sheet.Sheet(unread=True)
        problems = [*raw.problems, *(f"{file}: {problem}" for problem in sheet.problems)]
        tree = Tree(plan.parts)
        found: dict[str, list[Finding]] = {}
        loose: list[Place] = []
        for entry in sheet.entries:
            part = _part(tree, entry.key)
            place = Place(
                file=f"{file}#{_sheet.clean(entry.key)[:40]}", start=1, end=1, unit="entry"
            )
            if part is None:
                problems.append(f"{file}: {_unknown(entry.key, tree.ids)}")
                loose += [place] if entry.wrong or entry.earlier or entry.text.strip() else []
                continue
            if entry.wrong:
                broken = Broken(why=entry.wrong, cause="conversion")
                found.setdefault(tree.ids[part], []).append(broken)
                continue
            for text in (*entry.earlier, entry.text):
                found.setdefault(tree.ids[part], []).append(
                    _placed(single(plan, part, text), place)
                )
        order = [id_ for id_ in tree.ids if id_ in found]
        answers = {id_: _one(found[id_]) for id_ in order}
        return Gathered(
            answers=answers,
            claims=sheet.student,
            problems=tuple(problems),
            unread=raw.unread or sheet.unread,
            cut=raw.cut or sheet.cut,
            loose=tuple(loose),
            transcript=Transcript(lines=split(raw.text), code=True),
        )


def _part(tree: Tree, key: str) -> int | None:
    if key in tree.ids:
        return tree.ids.index(key)
    words = [c for c in components(key) if c.isdigit() or len(c) == 1]
    if words and words[0] in ("q", "p"):
        words = words[1:]
    known = tree.part(tuple(words)) if words else None
    return known[0] if known and known[1] == 1.0 else None


def _unknown(key: str, ids: Sequence[str]) -> str:
    shown = _sheet.clean(key)[:40]
    near = difflib.get_close_matches(shown, ids, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"there is no part '{shown}'{hint}"


def _placed(finding: Finding, place: Place) -> Finding:
    if not isinstance(finding, Found):
        return finding
    pieces = tuple(replace(piece, place=place) for piece in finding.value.pieces)
    return replace(finding, value=replace(finding.value, pieces=pieces), where=(place,))


def _one(findings: Sequence[Finding]) -> Finding:
    """The finding of entries for one part: several that differ are a person's to decide."""
    broken = next((f for f in findings if isinstance(f, Broken)), None)
    if broken is not None:
        return broken
    full = [f for f in findings if isinstance(f, Found)]
    if not full:
        return findings[-1] if findings else Missing(why="no answer found")
    texts = {" ".join(f.value.text.split()) for f in full}
    return full[-1] if len(texts) == 1 else replace(full[-1], doubt=TWICE)
