"""What a report says about each part, in words: templates only lay it out.

Nothing is decided here. Points are added up where a page shows a sum, and never changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

from grader.model import (
    Answer,
    Evidence,
    Finding,
    Found,
    Mark,
    MistakeSeen,
    PartResult,
    Result,
    Why,
)
from grader.report import Problem
from grader.report.text import shortened
from grader.rubric import Part, Rubric

State: TypeAlias = Literal["right", "partly", "wrong", "missing", "waits"]

STATES: Mapping[State, str] = {
    "right": "right",
    "partly": "partly right",
    "wrong": "wrong",
    "missing": "no answer",
    "waits": "waits for a person",
}

WAITS: Mapping[Why, tuple[str, str]] = {
    "key": ("Key not given", "the instructor’s key for this part has not been given yet"),
    "figure": ("Drawing", "a drawing is looked at by a person"),
    "conversion": ("Lost in conversion", "something was lost when the file was converted"),
    "conflict": ("Readings conflict", "the answer can be read in more than one way"),
    "text": ("Free text", "no rule decides these words with certainty"),
    "not-run": ("Code not run", "what the code does is judged by a person"),
    "ours": ("Grader’s fault", "the grader could not do this; it costs no points"),
}
"""Why a part waits: a label, and the words where the marking gives none."""

_ROLES = {"accept": "Accepted", "follow": "Carried through", "otherwise": "In part"}
_MISTAKE = "Known mistake"

_NAME, _QUOTE, _REASON, _ANSWER, _PLACES = 120, 600, 1500, 20_000, 8
NONE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A way that the rubric knows and that was recognised, with its words for the student."""

    role: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One criterion as the student sees it."""

    label: str
    state: State
    possible: Fraction
    earned: Fraction | None
    proposed: Fraction | None
    read: str
    reason: str
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the answer as handed in, and where it stands."""

    kind: str
    text: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One part as the student sees it.

    ``whole`` is what the part as a whole adds to or takes from its criteria; ``named`` and
    ``also`` say why.
    """

    id: str
    ask: str
    state: State
    possible: Fraction
    earned: Fraction | None
    proposed: Fraction | None
    waits: str
    detail: str
    read: str
    where: tuple[str, ...]
    checks: tuple[Check, ...]
    whole: Fraction
    named: tuple[Named, ...]
    also: tuple[str, ...]
    lost: tuple[str, ...]
    pieces: tuple[Piece, ...]
    left: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """One student's report."""

    title: str
    result: Result
    problems: tuple[str, ...]
    parts: tuple[Feedback, ...]

    @property
    def student(self) -> str:
        """The student's id, not longer than fits a heading."""
        return shortened(self.result.student, _NAME)

    @property
    def files(self) -> list[tuple[str, str]]:
        """The files that were handed in, and the start of their digests."""
        return [(shortened(name, _NAME), digest[:12]) for name, digest in self.result.files]

    @cached_property
    def open(self) -> tuple[Feedback, ...]:
        """The parts that wait for a person."""
        return tuple(part for part in self.parts if part.state == "waits")

    @property
    def settled(self) -> Fraction:
        """Points of the parts that are decided."""
        return settled(self.result)

    @property
    def waiting(self) -> Fraction:
        """What the open parts are worth."""
        return sum((part.possible for part in self.open), NONE)

    @property
    def missed(self) -> Fraction:
        """What the decided parts lack."""
        return self.result.possible - self.settled - self.waiting

    @property
    def tally(self) -> list[tuple[State, int]]:
        """How many parts are in which state."""
        counts = Counter(part.state for part in self.parts)
        return [(state, counts[state]) for state in STATES if counts[state]]


def report(
    rubric: Rubric, result: Result, evidence: Evidence, problems: Iterable[Problem]
) -> Report:
    """Return what one student's report says."""
    asked = {part.id: part for part in rubric.parts}
    parts = tuple(_part(asked[part.id], part, evidence.get(part.id, {})) for part in result.parts)
    return Report(
        title=rubric.title,
        result=result,
        parts=parts,
        problems=tuple(_problem(result.student, p) for p in sorted(set(problems))),
    )


def settled(result: Result) -> Fraction:
    """Return the points of the parts that are decided."""
    return sum((part.earned for part in result.parts if part.earned is not None), NONE)


def state(part: PartResult) -> State:
    """Return how a part stands: its verdict, or that it waits."""
    return "waits" if part.review or part.verdict == "open" else part.verdict


def _problem(student: str, problem: Problem) -> str:
    path = problem.path.removeprefix(student).removeprefix("/")
    return shortened(f"{path}: {problem.what}" if path else problem.what, _REASON)


def _part(asked: Part, part: PartResult, findings: Mapping[str, Finding]) -> Feedback:
    answer = findings.get("answer")
    handed = (
        answer.value if isinstance(answer, Found) and isinstance(answer.value, Answer) else Answer()
    )
    pieces, left = _pieces(handed)
    checks = tuple(_checks(asked, part, findings))
    taken = {id_ for mark in part.marks for id_ in mark.mistakes}
    said = {mark.reason for mark in part.marks} | {part.detail}
    places = [str(place) for place in part.where]
    if len(places) > _PLACES:
        places[_PLACES:] = [f"{len(places) - _PLACES} more places"]
    return Feedback(
        id=part.id,
        ask=asked.ask,
        state=state(part),
        possible=part.possible,
        earned=part.earned,
        proposed=part.proposed,
        waits=WAITS[part.why][0] if part.why else "",
        detail=shortened(part.detail or (WAITS[part.why][1] if part.why else ""), _REASON),
        read=shortened(part.read, _QUOTE),
        where=tuple(shortened(place, _NAME) for place in places),
        checks=checks,
        whole=_whole(part),
        named=_named(asked, (s for s in part.mistakes if s.id not in taken)),
        also=tuple(shortened(reason, _REASON) for reason in part.reasons if reason not in said),
        lost=tuple(shortened(lost, _REASON) for lost in handed.lost[:_PLACES]),
        pieces=pieces,
        left=left,
    )


def _whole(part: PartResult) -> Fraction:
    each = [mark.earned if mark.earned is not None else mark.proposed for mark in part.marks]
    if part.proposed is None or any(points is None for points in each):
        return NONE
    return part.proposed - sum((points for points in each if points is not None), NONE)


def _checks(asked: Part, part: PartResult, findings: Mapping[str, Finding]) -> Iterator[Check]:
    marks = part.marks if _differ(part.marks) else (_joined(part.marks),)
    criteria = {criterion.id: criterion for criterion in asked.criteria}
    seen = {mistake.id: mistake for mistake in part.mistakes}
    for mark in marks:
        criterion = criteria.get(mark.id)
        label = criterion.says if criterion else ""
        if not label and len(marks) > 1:
            label = mark.id.replace("-", " ").replace("_", " ")
        found = findings.get(criterion.reading) if criterion else None
        quote = found.quote if isinstance(found, Found) else ""
        named = _named(asked, (seen[id_] for id_ in mark.mistakes if id_ in seen))
        reason = "" if mark.reason in (part.detail, *(n.says for n in named)) else mark.reason
        if mark.detail not in (part.detail, mark.reason, ""):
            reason = f"{reason} ({mark.detail})" if reason else mark.detail
        if label or named or (reason and (mark.why is None or mark.proposed is not None)):
            yield Check(
                label=label,
                state=_state(part, mark),
                possible=mark.possible,
                earned=mark.earned,
                proposed=mark.proposed,
                read="" if quote == part.read else shortened(quote, _QUOTE),
                reason=shortened(reason, _REASON),
                named=named,
            )


def _differ(marks: tuple[Mark, ...]) -> bool:
    """Whether criteria say different things; those of a missing answer all say the same."""
    if any(mark.earned or mark.proposed or mark.mistakes for mark in marks):
        return True
    return len({(mark.reason, mark.why, mark.detail, mark.proposed) for mark in marks}) > 1


def _joined(marks: tuple[Mark, ...]) -> Mark:
    first = marks[0]
    return Mark(
        id="",
        possible=sum((mark.possible for mark in marks), NONE),
        earned=first.earned,
        proposed=first.proposed,
        reason=first.reason,
        why=first.why,
        detail=first.detail,
    )


def _state(part: PartResult, mark: Mark) -> State:
    if mark.earned is None:
        return "waits"
    if part.verdict == "missing":
        return "missing"
    if mark.earned == mark.possible:
        return "right"
    return "partly" if mark.earned else "wrong"


def _named(asked: Part, seen: Iterable[MistakeSeen]) -> tuple[Named, ...]:
    mistakes = tuple(seen)
    if not mistakes:
        return ()
    roles = {a.id: _ROLES.get(role, _MISTAKE) for c in asked.criteria for role, a in c.attempts()}
    return tuple(
        Named(
            role=roles.get(mistake.id, _MISTAKE),
            says=shortened(mistake.says or mistake.id.replace("-", " "), _REASON),
        )
        for mistake in mistakes
    )


def _pieces(answer: Answer) -> tuple[tuple[Piece, ...], int]:
    """The answer's pieces up to what a page can bear, and how many characters are left out."""
    shown = []
    room = _ANSWER
    left = 0
    for piece in answer.pieces:
        text = piece.text[:room]
        left += len(piece.text) - len(text)
        room -= len(text)
        if text.strip():
            shown.append(
                Piece(kind=piece.kind, text=text, place=shortened(str(piece.place), _NAME))
            )
    return tuple(shown), left
