"""Proof that marks come out the same: each is made again from what is stored, and compared.

Nothing is written. A result that differs tells in which part, both values, and which of the things
it was made from is another now; where none is, the stored result itself was changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.codec import NotPlain
from grader.gradebook.book import Book, find_assignment
from grader.gradebook.decisions import comments_of, decisions
from grader.gradebook.people import people
from grader.gradebook.results import CHUNK, holding, states, summaries
from grader.gradebook.store import Lost, Store
from grader.gradebook.submissions import Held, files_of, held_of
from grader.gradebook.tables import result
from grader.marking.decided import Decision, decided
from grader.pipeline.assignment import Assignment
from grader.pipeline.grading import mark_record
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.keys import result_key
from grader.pipeline.records import Collecting, Record
from grader.report.summary import Summary, summary
from grader.variants import VariantProblem, redrawn, secret, seed_of
from grader.variants.ledger import dealt

State = Literal["same", "same marks", "differs", "lost"]
_BESIDE = (
    *("assignment", "student", "variant", "claims", "files"),
    *("isolation", "problems", "unreadable", "shown", "pictures"),
)
EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the gradebook keeps of one hand-in that has a result."""

    held: Held
    owner: str
    evidence: str
    """Hash of the record."""
    evidence_key: str
    result_key: str
    summary: Summary
    decisions: tuple[Decision, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    paths: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that came out otherwise; ``part`` is empty for what is of no part."""

    part: str
    what: str
    stored: Any
    now: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of one hand-in."""

    hand_in: str
    state: State
    differences: tuple[Difference, ...] = ()
    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What it was made from and is another now: then and now."""
    why: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "hand_in": self.hand_in,
            "state": self.state,
            "why": self.why,
            "changed": {name: list(pair) for name, pair in self.changed.items()},
            "differences": [
                {"part": d.part, "what": d.what, "stored": d.stored, "now": d.now}
                for d in self.differences
            ],
        }


def of_part(one: Replayed, part: str) -> Replayed:
    """Return what came of one part of a hand-in: what differs in others is left out.

    What is of no part, such as files that are read otherwise, may concern each of them.
    """
    own = tuple(d for d in one.differences if d.part == part or _is_shared(d))
    if one.state != "differs" or own or not one.differences:
        return replace(one, differences=own)
    return replace(one, state="same marks" if one.changed else "same", differences=(), why="")


def _is_shared(difference: Difference) -> bool:
    return not difference.part and difference.what.startswith(EVIDENCE)


def kept(book: Book, name: str, only: frozenset[str] = frozenset()) -> Iterator[Kept]:
    """Yield what is kept of the hand-ins of an assignment that have a result, by label.

    A few are in memory at a time. ``only`` names students, or hand-ins by label.
    """
    roster = people(book)
    wanted = only | {own for one in only if (own := roster.whose(one)) is not None}
    held = [(roster.whose(one.key) or one.key, one) for one in held_of(book, name)]
    chosen = [(o, one) for o, one in held if not only or {o, one.key, one.label} & wanted]
    number = book.read(lambda connection: find_assignment(connection, name)) or 0
    found = book.read(lambda connection: states(connection, number, None))
    for at in range(0, len(chosen), CHUNK):
        some = [pair for pair in chosen[at : at + CHUNK] if pair[1].id in found]
        ids = [one.id for _, one in some]
        files = files_of(book, ids)

        def ask(connection: Connection, ids: Sequence[int] = ids) -> tuple[Any, ...]:
            now = holding(connection, ids)
            known = zip(now, summaries(connection, list(now.values())), strict=True)
            keys = sa.select(result.c.id, result.c.key).where(result.c.id.in_(now.values()))
            by_id = {row.id: row.key for row in connection.execute(keys)}
            own = {of: by_id[to] for of, to in now.items()}
            return dict(known), own, decisions(connection, ids), comments_of(connection, ids)

        told, keys, made, said = book.read(ask)
        for owner, one in some:
            state = found[one.id]
            if state.evidence is None or one.id not in told:
                continue
            there = [f for f in files.get(one.id, ()) if f.sha256]
            yield Kept(
                held=one,
                owner=owner,
                evidence=state.evidence.sha256,
                evidence_key=state.evidence.key,
                result_key=keys[one.id],
                summary=told[one.id],
                decisions=made.get(one.id, ()),
                comments=said.get(one.id, ()),
                paths=tuple((file.name, book.store.path(file.sha256)) for file in there),
            )


@dataclass(slots=True, kw_only=True)
class Replaying:
    """Makes results again, in each process of a run; ``collecting`` reads hand-ins again too."""

    assignment: Assignment
    files: Path
    collecting: Collecting | None = None

    def __call__(self, one: Kept, /) -> Replayed:
        """Return whether a result comes out the same."""
        store = Store(self.files)
        try:
            data = store.get(one.evidence)
            record = Record.from_bytes(data)
        except (Lost, NotPlain, OSError) as error:
            why = "its evidence is damaged" if isinstance(error, NotPlain) else str(error)
            return Replayed(hand_in=one.held.label, state="lost", why=why)
        made = decided(mark_record(self.assignment, record, one.evidence), one.decisions)
        now = summary(made, record.problems, unreadable=record.unreadable)
        found = list(_differences(one.summary, now))
        if self.collecting is not None:
            found += self._read_again(self.collecting, one, record, data)
        other = self._other_numbers(one, record)
        changed = _changed(one.summary, now)
        if found or other:
            why = other or _reason(self.assignment, one, found, changed)
            return Replayed(
                hand_in=one.held.label,
                state="differs",
                differences=tuple(found),
                changed=changed,
                why=why,
            )
        state: State = "same marks" if changed else "same"
        return Replayed(hand_in=one.held.label, state=state, changed=changed)

    def close(self) -> None:
        """End the worker that reads hand-ins."""
        if self.collecting is not None:
            self.collecting.close()

    def _other_numbers(self, one: Kept, record: Record) -> str:
        """Why a student's numbers are not those that would be dealt out now, "" if they are."""
        rubric, own = self.assignment.rubric, record.variant
        if rubric.variants is None:
            return "" if own is None else "it was read with numbers, and the rubric has none now"
        if own is None:
            return self._numberless(one, record)
        try:
            seed = seed_of(secret(self.assignment.course), rubric.assignment, one.owner)
        except VariantProblem as error:
            return str(error)
        if redrawn(rubric, seed, own.tries, own.id) is None:
            return (
                f"its numbers (variant {own.id}) are not those that would be dealt out now: the "
                "secret in .grader/variants/ is another, or `variants: numbers:` was changed"
            )
        return ""

    def _numberless(self, one: Kept, record: Record) -> str:
        """Why a hand-in without numbers is to be read again, "" where it still has none."""
        if not record.lacks_numbers:
            return "it was read before numbers varied"
        name = self.assignment.rubric.assignment
        if one.owner not in dealt(self.assignment.course, name):
            return ""
        return (
            f"a paper was dealt to its owner since; `grader grade {name} --failed` reads it by that"
        )

    def _read_again(
        self, collecting: Collecting, one: Kept, record: Record, data: bytes
    ) -> Iterator[Difference]:
        """Read the files as received once more, and compare what was collected."""
        missing = [name for name, path in one.paths if not path.is_file()]
        if missing:
            what = f"{missing[0]} is not in the store any more"
            yield Difference(part="", what=EVIDENCE, stored="as received", now=what)
            return
        hand_in = HandIn(
            student=one.held.label,
            paths=one.paths,
            twin=one.held.twin,
            key=one.held.key,
            variant=record.variant,
        )
        again = collecting(hand_in).record
        if again.to_bytes() == data:
            return
        told = False
        for part in dict.fromkeys((*record.evidence, *again.evidence)):
            findings, own = record.evidence.get(part, {}), again.evidence.get(part, {})
            for name in dict.fromkeys((*findings, *own)):
                if repr(findings.get(name)) != repr(own.get(name)):
                    then, now = (_short(some.get(name)) for some in (findings, own))
                    told = True
                    yield Difference(part=part, what=f"{EVIDENCE}: {name}", stored=then, now=now)
        for name in _BESIDE:
            then, now = getattr(record, name), getattr(again, name)
            if then != now:
                what, told = f"{EVIDENCE}: {name}", True
                yield Difference(part="", what=what, stored=_short(then), now=_short(now))
        if not told:  # never "the same" where the bytes are not
            yield Difference(part="", what=EVIDENCE, stored="other bytes", now="other bytes")


def _differences(stored: Summary, now: Summary) -> Iterator[Difference]:
    then_data, now_data = json.loads(stored.json), json.loads(now.json)
    yield from _in(
        "", {**then_data, "parts": 0, "made_from": 0}, {**now_data, "parts": 0, "made_from": 0}
    )
    then_parts = {part["id"]: part for part in then_data["parts"]}
    now_parts = {part["id"]: part for part in now_data["parts"]}
    for id_ in dict.fromkeys((*then_parts, *now_parts)):
        yield from _in(id_, then_parts.get(id_, {}), now_parts.get(id_, {}))
    then_cells, now_cells = ({cell.id: cell for cell in one.cells} for one in (stored, now))
    for id_ in dict.fromkeys((*then_cells, *now_cells)):
        one, other = then_cells.get(id_), now_cells.get(id_)
        for name in ("state", "earned", "proposed", "why", "detail", "mistakes"):
            then, new = getattr(one, name, None), getattr(other, name, None)
            if then != new:
                what = f"{name} in the table of the class"
                yield Difference(part=id_, what=what, stored=_short(then), now=_short(new))
    for name in ("earned", "settled", "unreadable"):
        then, new = getattr(stored, name), getattr(now, name)
        if then != new:
            what = f"{name} in the table of the class"
            yield Difference(part="", what=what, stored=_short(then), now=_short(new))


def _in(part: str, stored: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*stored, *now)):
        if stored.get(name) != now.get(name):
            yield Difference(part=part, what=name, stored=stored.get(name), now=now.get(name))


def _changed(stored: Summary, now: Summary) -> dict[str, tuple[str, str]]:
    then, new = (json.loads(one.json)["made_from"] for one in (stored, now))
    return {
        name: (then.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys((*then, *new))
        if then.get(name) != new.get(name)
    }


def _reason(
    assignment: Assignment,
    one: Kept,
    found: Sequence[Difference],
    changed: Mapping[str, tuple[str, str]],
) -> str:
    if all(d.what.startswith(EVIDENCE) for d in found):
        return "the files as received are read otherwise now"
    if changed:
        return f"another {', '.join(changed)} than then"
    if result_key(assignment, one.evidence, one.decisions, one.comments) == one.result_key:
        return "all that it was made from is the same: the stored result itself was changed"
    return "all that it was made from is the same, but grader's own marking is another"


def _short(value: Any) -> str:
    text = str(value) if isinstance(value, Fraction | str) else repr(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
