"""From a result and its evidence to what one student's report says; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from grader.model import (
    Answer,
    Evidence,
    Finding,
    Found,
    Mark,
    MistakeSeen,
    PartResult,
    Place,
    Result,
)
from grader.report import Problem
from grader.report.feedback import (
    NONE,
    ROLES,
    WAITS,
    Check,
    Feedback,
    Link,
    Named,
    Piece,
    Report,
    State,
    state,
)
from grader.report.figures import Gallery
from grader.report.handed_in import NOTHING, Book, HandedIn
from grader.report.plots import plots
from grader.report.quotes import spans
from grader.report.text import shortened
from grader.rubric import DRAWN, Part, Rubric

_MISTAKE, _REPAIRED = "Known mistake", "Repaired"

_NAME, _PROBLEM, _QUOTE, _REASON, _ANSWER = 120, 300, 600, 1500, 20_000
_COMMENT = 5000
_MANY = 12
_LINES = 24


def report(
    rubric: Rubric,
    result: Result,
    evidence: Evidence,
    problems: Iterable[Problem],
    hand_in: HandedIn = NOTHING,
    comments: Sequence[tuple[str, str]] = (),
) -> Report:
    """Return what one student's report says.

    A comment on a part that the rubric no longer has stands above all parts.
    """
    asked = {part.id: part for part in rubric.parts}
    book = Book(hand_in, {part.id: evidence.get(part.id, {}) for part in result.parts})
    figures = Gallery(hand_in.pictures, hand_in.blobs, elsewhere=book.gallery)
    parts = tuple(
        replace(
            _part(asked[part.id], part, evidence.get(part.id, {}), book, figures),
            comments=_comments(comments, part.id),
        )
        for part in result.parts
    )
    whole = {part for part, _ in comments} - {part.id for part in parts}
    return Report(
        title=rubric.title,
        student=shortened(result.student, _NAME),
        files=tuple((shortened(name, _NAME), digest[:12]) for name, digest in result.files),
        result=result,
        parts=parts,
        comments=tuple(text for of in sorted(whole) for text in _comments(comments, of)),
        problems=tuple(_problem(result.student, p) for p in sorted(set(problems))),
        sheets=book.sheets,
        unshown=book.unshown,
    )


def _comments(comments: Sequence[tuple[str, str]], of: str) -> tuple[str, ...]:
    return tuple(shortened(text, _COMMENT) for part, text in comments if part == of)


def _problem(student: str, problem: Problem) -> str:
    path = shortened(problem.path.removeprefix(student).removeprefix("/"), _NAME)
    what = shortened(problem.what, _PROBLEM)
    return f"{path}: {what}" if path else what


def _part(
    asked: Part, part: PartResult, findings: Mapping[str, Finding], book: Book, figures: Gallery
) -> Feedback:
    answer = findings.get("answer")
    handed = (
        answer.value if isinstance(answer, Found) and isinstance(answer.value, Answer) else Answer()
    )
    names = dict.fromkeys(criterion.reading for criterion in asked.criteria)
    readings = [f for name in names if isinstance(f := findings.get(name), Found) and f.quote]
    pieces, left = _pieces(handed, readings, book, figures)
    drawn, more = plots(findings.get(DRAWN), book)
    checks = tuple(_checks(asked, part))
    taken = {id_ for mark in part.marks for id_ in mark.mistakes}
    said = {mark.reason for mark in part.marks} | {part.detail}
    return Feedback(
        id=part.id,
        ask=asked.ask,
        state=state(part),
        possible=part.possible,
        earned=part.earned,
        proposed=_offered(part),
        waits=WAITS[part.why][0] if part.why else "",
        detail=shortened(part.detail or (WAITS[part.why][1] if part.why else ""), _REASON),
        read=_quotes(part, readings),
        where=_places(part.where, book),
        checks=checks,
        whole=_whole(part),
        named=_named(asked, (s for s in part.mistakes if s.id not in taken)),
        also=_some([reason for reason in part.reasons if reason not in said], _REASON),
        lost=_some(handed.lost, _REASON),
        pieces=pieces,
        left=left,
        plots=drawn,
        plots_left=more,
        trained=_trained(asked, findings),
    )


def _offered(part: PartResult) -> Fraction | None:
    """What is proposed: nothing where no way of the rubric was recognised, and a person marks it."""
    speaks = part.earned is not None or part.proposed or part.mistakes
    return part.proposed if speaks else None


def _trained(asked: Part, findings: Mapping[str, Finding]) -> tuple[str, ...]:
    """What was seen of a part's training, in lines."""
    for name in asked.runs:
        found = findings.get(name)
        if isinstance(found, Found) and isinstance(found.value, Mapping):
            lines = found.value.get("told")
            if isinstance(lines, list):
                return tuple(shortened(str(line), _REASON) for line in lines[:_LINES])
    return ()


def _quotes(part: PartResult, readings: Iterable[Found]) -> tuple[str, ...]:
    """What was read, one quote per reading where the part's own words come apart that way."""
    quotes = [*dict.fromkeys(found.quote for found in readings)]
    if "; ".join(quotes) != part.read:
        quotes = [part.read]
    return _some([quote for quote in quotes if quote], _QUOTE)


def _places(places: Sequence[Place], book: Book) -> tuple[Link, ...]:
    links = [book.link(place) for place in places[:_MANY]]
    if len(places) > _MANY:
        links.append(Link(f"… and {len(places) - _MANY} more"))
    return tuple(links)


def _some(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """Texts of bounded length and number."""
    shown = [shortened(text, most) for text in texts[:_MANY]]
    if len(texts) > _MANY:
        shown.append(f"… and {len(texts) - _MANY} more")
    return tuple(shown)


def _whole(part: PartResult) -> Fraction:
    each = [mark.earned if mark.earned is not None else mark.proposed for mark in part.marks]
    if part.proposed is None or any(points is None for points in each):
        return NONE
    return part.proposed - sum((points for points in each if points is not None), NONE)


def _checks(asked: Part, part: PartResult) -> Iterator[Check]:
    alone = len(part.marks) == 1 and part.verdict != "missing"
    marks = part.marks if alone or _differ(part.marks) else (_joined(part.marks),)
    criteria = {criterion.id: criterion for criterion in asked.criteria}
    seen = {mistake.id: mistake for mistake in part.mistakes}
    for mark in marks:
        criterion = criteria.get(mark.id)
        label = criterion.says if criterion else ""
        if not label and len(marks) > 1:
            label = mark.id.replace("-", " ").replace("_", " ")
        named = _named(asked, (seen[id_] for id_ in mark.mistakes if id_ in seen))
        reason = "" if mark.reason in (part.detail, *(n.says for n in named)) else mark.reason
        if mark.detail not in (part.detail, mark.reason, ""):
            reason = f"{reason} ({mark.detail})" if reason else mark.detail
        if label or named or (reason and (mark.why is None or mark.proposed is not None)):
            yield Check(
                label=label[:1].upper() + label[1:],
                state=_state(part, mark),
                possible=mark.possible,
                earned=mark.earned,
                proposed=mark.proposed,
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
    roles = {a.id: ROLES.get(role, _MISTAKE) for c in asked.criteria for role, a in c.attempts()}
    return tuple(
        Named(
            role=_REPAIRED
            if mistake.id.startswith("repaired-")
            else roles.get(mistake.id, _MISTAKE),
            says=shortened(mistake.says or mistake.id.replace("-", " "), _REASON),
        )
        for mistake in mistakes
    )


def _pieces(
    answer: Answer, readings: Sequence[Found], book: Book, figures: Gallery
) -> tuple[tuple[Piece, ...], int]:
    """The answer's pieces up to what a page can bear, and how many characters are left out."""
    shown = []
    room = _ANSWER
    left = 0
    for piece in answer.pieces:
        text = piece.text[:room]
        left += len(piece.text) - len(text)
        room -= len(text)
        if text.strip():
            runs = figures.runs(piece.place.file, text, spans(piece, readings))
            shown.append(Piece(kind=piece.kind, runs=tuple(runs), place=book.link(piece.place)))
    return tuple(shown), left
