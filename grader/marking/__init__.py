"""Marking: (rubric, expected values, evidence) -> marks. Pure: no file, no clock, no process.

For each criterion the truth is tried first, then what the rubric accepts beside it, then
follow-through from the student's own earlier readings, then each known mistake, then partial
methods. The best way that is recognised counts. Whatever is not certain becomes a proposal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from grader.marking.repairs import as_written, cost_of, is_better
from grader.marking.ways import NOTHING, Call, Try, Ways, plain
from grader.model import (
    Answer,
    Broken,
    Evidence,
    Finding,
    Found,
    Mark,
    Missing,
    MistakeSeen,
    PartResult,
    Place,
    Why,
)
from grader.rubric import REPAIR, Adjustment, Criterion, Part, Rubric

__all__ = ["Call", "mark", "plain"]

_REMARKS = 8
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def mark(
    rubric: Rubric, evidence: Evidence, call: Call, keys: Mapping[str, Any]
) -> tuple[PartResult, ...]:
    """Return the marks of all parts, in rubric order.

    Args:
        rubric: what is asked and how it is compared.
        evidence: what was read from the submission; read only.
        call: calls a reference function.
        keys: part id to the instructor's key, for parts whose answer no reference computes.
    """
    return tuple(_result(rubric, part, evidence, call, keys) for part in rubric.parts)


def _result(
    rubric: Rubric, part: Part, evidence: Evidence, call: Call, keys: Mapping[str, Any]
) -> PartResult:
    """The marks of a part; where its code was repaired, of the better run at the rubric's cost."""
    repaired = _Marker(rubric, part, evidence, call, keys).result()
    if REPAIR not in evidence.get(part.id, {}):
        return repaired
    written = _Marker(rubric, part, as_written(evidence, part.id), call, keys).result()
    return written if is_better(written, repaired) else repaired


class _Marker:
    """Marks one part."""

    def __init__(
        self,
        rubric: Rubric,
        part: Part,
        evidence: Evidence,
        call: Call,
        keys: Mapping[str, Any],
    ) -> None:
        self.costs = rubric.run.repair
        self.part = part
        self.by_run: set[str] = set()
        """Criteria that a run of the code decided."""
        self.keys = keys
        self.ways = Ways(part, evidence, call, keys)
        self.findings = self.ways.findings

    def result(self) -> PartResult:
        answer = self.findings.get("answer", Missing(why="no answer found"))
        if isinstance(answer, Broken):
            return self._unmarked(answer)
        if isinstance(answer, Missing) and not answer.doubt:
            return self._missing(answer)
        marks = tuple(self._criterion(criterion) for criterion in self.part.criteria)
        if isinstance(answer, Missing):
            marks = tuple(_open(m, "text", answer.doubt) for m in marks)
        elif answer.doubt:
            why: Why = _cause(answer.value)
            marks = tuple(_open(m, why, answer.doubt) for m in marks)
        repair = self.findings.get(REPAIR)
        if isinstance(repair, Found) and repair.doubt:
            decided = (m.id in self.by_run and bool(m.earned) for m in marks)
            pairs = zip(marks, decided, strict=True)
            marks = tuple(_open(m, "conflict", repair.doubt) if it else m for m, it in pairs)
        part = self._sum(marks)
        return replace(part, verdict="missing") if isinstance(answer, Missing) else part

    # -- one criterion

    def _criterion(self, criterion: Criterion) -> Mark:
        run = self.findings.get(criterion.ran.read) if criterion.ran is not None else None
        if criterion.ran is None or run is None:
            return self._as_handed_in(criterion)
        if isinstance(run, Missing) and not run.doubt and criterion.ran.stops == "nothing":
            self.by_run.add(criterion.id)
            return Mark(
                id=criterion.id,
                possible=criterion.points,
                earned=NOTHING,
                proposed=NOTHING,
                reason=run.why,
            )
        if isinstance(run, Found) and not run.doubt:
            as_run = criterion.as_run()
            best, doubts = self.ways.best(as_run, run)
            if best is not None:
                self.by_run.add(criterion.id)
                mark = self._award(as_run, run, best, doubts)
                return replace(mark, why=_why_of(run)) if mark.why == "text" else mark
        return self._undecided(criterion, run)

    def _undecided(self, criterion: Criterion, run: Finding) -> Mark:
        """The proposal from the hand-in itself, where a run of its code did not tell."""
        if isinstance(run, Found):
            why: Why = _why_of(run)
            detail = run.doubt or "what the code gives when it is run does not tell"
        elif isinstance(run, Missing):
            why, detail = run.cause or "undecided", run.doubt or run.why
        else:
            why, detail = run.cause, run.why
        return replace(self._as_handed_in(criterion), earned=None, why=why, detail=detail)

    def _as_handed_in(self, criterion: Criterion) -> Mark:
        finding = self.ways.finding(criterion.reading)
        if isinstance(finding, Broken):
            return Mark(
                id=criterion.id,
                possible=criterion.points,
                earned=None,
                proposed=None,
                reason=finding.why,
                why=finding.cause,
                detail=finding.why,
            )
        if criterion.key and self.part.id not in self.keys and not _certainly_missing(finding):
            return Mark(
                id=criterion.id,
                possible=criterion.points,
                earned=None,
                proposed=None,
                reason="waits for the instructor's key",
                why="key",
                detail="no key was given for this part",
            )
        best, doubts = self.ways.best(criterion, finding)
        return self._award(criterion, finding, best, doubts)

    def _award(
        self, criterion: Criterion, finding: Finding, best: Try | None, doubts: list[str]
    ) -> Mark:
        credit = best.credit if best else NOTHING
        why: Why = "conflict" if any("compete" in doubt for doubt in doubts) else "text"
        if isinstance(finding, Found) and finding.doubt and (best is None or not best.attempt.of):
            doubts = [*doubts, finding.doubt]
        if isinstance(finding, Missing) and credit < 1 and (finding.doubt or self._pictured()):
            doubts = [*doubts, finding.doubt or "the answer may stand in an image"]
        if best is not None and not best.verdict.certain:
            doubts = [*doubts, best.verdict.reason]
            why = "unread" if best.verdict.invalid or best.verdict.unread else why
        if (
            criterion.review == "unsure"
            and credit < 1
            and not _recognised(best)
            and self._shows_working()
        ):
            doubts = [*doubts, "the working may earn points that no rule recognised"]
        if criterion.review == "always" and not _surely_nothing(finding, best):
            doubts, why = [*doubts, _ALWAYS[criterion.why]], criterion.why
        points = credit * criterion.points
        mark = Mark(
            id=criterion.id,
            possible=criterion.points,
            earned=points,
            proposed=points,
            reason=_reason(finding, best),
            mistakes=_mistakes(best),
        )
        if best is not None and best.verdict.invalid:
            mark = replace(mark, proposed=None)  # nothing was read, so there is nothing to propose
        return _open(mark, why, doubts[0]) if doubts else mark

    def _pictured(self) -> bool:
        """Whether an image stands in the answer, or something was lost in it."""
        answer = self.findings.get("answer")
        if not isinstance(answer, Found) or not isinstance(answer.value, Answer):
            return False
        return bool(answer.value.lost or answer.value.of("image")) or "![" in answer.value.text

    def _shows_working(self) -> bool:
        """Whether there is more than a bare value: some equations, or a sentence with numbers."""
        answer = self.findings.get("answer")
        if not isinstance(answer, Found) or not isinstance(answer.value, Answer):
            return False
        text = answer.value.text
        numbers = len(_NUMBER.findall(text))
        return numbers > 1 and (text.count("=") > 1 or (len(text.split()) > 12 and numbers > 3))

    # -- the whole part

    def _sum(self, marks: tuple[Mark, ...]) -> PartResult:
        known = [m.earned if m.earned is not None else m.proposed for m in marks]
        points: Fraction | None = sum((k for k in known if k is not None), NOTHING)
        if any(k is None for k in known):
            points = None
        opened = next((m for m in marks if m.why), None)
        why, detail = (opened.why, opened.detail) if opened else (None, "")
        reasons = [*(m.reason for m in marks if m.reason), *self._remarks()]
        seen = {s.id: s for m in marks for s in self._seen(m)}
        if points is not None:
            for adjustment in self.part.adjust:
                if adjustment.when != "always" and (adjustment.when == "run") != bool(self.by_run):
                    continue
                tried = self._adjustment(adjustment)
                if tried is None or not (tried.verdict.credit or not tried.verdict.certain):
                    continue
                remark = adjustment.cost is None and adjustment.cap is None
                if not remark and _adjusted(points, adjustment, Fraction(1)) == points:
                    continue  # it could cost nothing more
                after = _adjusted(points, adjustment, tried.verdict.credit)
                if after == points and tried.verdict.certain and not remark:
                    continue
                if not tried.verdict.certain:
                    why, detail = why or "text", detail or tried.verdict.reason
                if tried.verdict.credit:
                    points = after
                    seen[adjustment.id] = MistakeSeen(id=adjustment.id, says=adjustment.says)
                    reasons += [tried.verdict.reason] if tried.verdict.reason else []
            repair = cost_of(self.findings, self.costs, [m for m in marks if m.id in self.by_run])
            if repair is not None:
                points = max(NOTHING, points - repair.cost)
                seen[repair.mistake.id] = repair.mistake
        return self._part(points, why, detail, tuple(reasons), tuple(seen.values()), marks)

    def _remarks(self) -> Iterator[str]:
        """What does not fit together in the answer itself, whatever it earns."""
        for finding in self.findings.values():
            if isinstance(finding, Found):
                yield from finding.notes
        printed = self.findings.get("printed")
        if isinstance(printed, Found) and isinstance(printed.value, list):
            for equation in printed.value[:_REMARKS]:
                yield f"this printed equation does not hold: “{equation['quote']}”"

    def _adjustment(self, adjustment: Adjustment) -> Try | None:
        criterion = self.part.criteria[0]
        finding = self.ways.finding(adjustment.of or criterion.reading)
        return self.ways.attempt(criterion, "mistakes", adjustment, finding)

    def _seen(self, mark: Mark) -> Iterator[MistakeSeen]:
        criterion = next(c for c in self.part.criteria if c.id == mark.id)
        for id_ in mark.mistakes:
            attempts = (*criterion.as_run().attempts(), *criterion.attempts())
            says = next((a.says for _, a in attempts if a.id == id_), "")
            yield MistakeSeen(id=id_, says=says)

    def _part(
        self,
        points: Fraction | None,
        why: Why | None,
        detail: str,
        reasons: tuple[str, ...],
        seen: tuple[MistakeSeen, ...],
        marks: tuple[Mark, ...],
    ) -> PartResult:
        earned = None if why else points
        verdict: Any = (
            "open"
            if points is None
            else "right"
            if points == self.part.points
            else ("partly" if points else "wrong")
        )
        return PartResult(
            id=self.part.id,
            possible=self.part.points,
            earned=earned,
            proposed=points,
            verdict=verdict,
            why=why,
            detail=detail,
            read=self._read(),
            where=self._where(),
            reasons=reasons,
            mistakes=seen,
            marks=marks,
        )

    def _read(self) -> str:
        names = dict.fromkeys(criterion.reading for criterion in self.part.criteria)
        found = (self.findings.get(name) for name in names)
        quotes = (f.quote for f in found if isinstance(f, Found) and f.quote)
        return "; ".join(dict.fromkeys(quotes))

    def _where(self) -> tuple[Place, ...]:
        answer = self.findings.get("answer")
        return answer.where if isinstance(answer, Found) else ()

    def _unmarked(self, broken: Broken) -> PartResult:
        marks = tuple(
            Mark(
                id=c.id,
                possible=c.points,
                earned=None,
                proposed=None,
                reason=broken.why,
                why=broken.cause,
                detail=broken.why,
            )
            for c in self.part.criteria
        )
        return self._part(None, broken.cause, broken.why, (broken.why,), (), marks)

    def _missing(self, missing: Missing) -> PartResult:
        marks = tuple(
            Mark(id=c.id, possible=c.points, earned=NOTHING, proposed=NOTHING, reason=missing.why)
            for c in self.part.criteria
        )
        part = self._part(NOTHING, None, "", (missing.why,), (), marks)
        return replace(part, verdict="missing")


_ALWAYS: Mapping[Why, str] = {
    "key": "waits for the instructor's key",
    "figure": "a drawing is looked at by a person",
    "conversion": "something was lost when the file was converted",
    "conflict": "two readings compete",
    "text": "free text is read by a person",
    "unread": "the answer could not be read",
    "not-run": "the code was not run; this proposal rests on its source and on what it printed",
    "stopped": "the code stopped when it was run",
    "unfinished": "the code did not end within its limits",
    "undecided": "what the code gave when it was run does not tell",
    "ours": "the grader could not do this",
}


def _why_of(run: Found) -> Why:
    """Why what came out of a run decides nothing: a call did not end, or it stopped."""
    cases = run.value.get("cases") if isinstance(run.value, Mapping) else None
    ends = {one.get("ended") for one in cases or () if isinstance(one, Mapping)}
    if ends & {"timeout", "cpu", "memory", "output", "killed"}:
        return "unfinished"
    return "stopped" if run.doubt and "raised" in ends else "undecided"


def _certainly_missing(finding: Finding) -> bool:
    return isinstance(finding, Missing) and not finding.doubt


def _open(mark: Mark, why: Why, detail: str) -> Mark:
    return replace(mark, earned=None, why=mark.why or why, detail=mark.detail or detail)


def _recognised(best: Try | None) -> bool:
    """Whether a way explains the value in full, be it a mistake that earns nothing."""
    if best is None:
        return False
    return (best.credit > 0 and best.verdict.credit == 1) or bool(best.verdict.mistakes)


def _surely_nothing(finding: Finding, best: Try | None) -> bool:
    """Whether nothing of the kind stands there, so that there is nothing to look at."""
    return isinstance(finding, Missing) and not finding.doubt and best is None


def _cause(answer: Any) -> Why:
    """Why an answer that is doubted waits: what was lost, a picture, or two readings."""
    if answer.lost:
        return "conversion"
    pictured = answer.pieces and all(p.kind in ("image", "heading") for p in answer.pieces)
    return "figure" if pictured else "conflict"


def _adjusted(points: Fraction, adjustment: Adjustment, credit: Fraction) -> Fraction:
    if adjustment.cap is not None:
        return min(points, adjustment.cap) if credit else points
    return max(NOTHING, points - (adjustment.cost or NOTHING) * credit)


def _mistakes(best: Try | None) -> tuple[str, ...]:
    if best is None:
        return ()
    named = best.role == "mistakes" and best.attempt.id and best.verdict.credit
    own = (best.attempt.id,) if named else ()
    return tuple(dict.fromkeys((*own, *best.verdict.mistakes)))


def _reason(finding: Finding, best: Try | None) -> str:
    if best is None:
        return finding.why if isinstance(finding, Missing | Broken) else "not recognised"
    if best.attempt.says and best.verdict.credit:
        return best.attempt.says
    return best.verdict.reason
