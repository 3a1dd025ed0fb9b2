"""Marking: (rubric, expected values, evidence) -> marks. Pure: no file, no clock, no process.

For each criterion the truth is tried first, then what the rubric accepts beside it, then
follow-through from the student's own earlier readings, then each known mistake, then partial
methods. The best way that is recognised counts. Whatever is not certain becomes a proposal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from grader.model import (
    Answer,
    Broken,
    Evidence,
    Finding,
    Found,
    Mark,
    Missing,
    MistakeSeen,
    Number,
    PartResult,
    Place,
    Verdict,
    Why,
    unsure,
)
from grader.rubric import Adjustment, Attempt, Criterion, Part, Rubric

Call = Callable[[str, Mapping[str, Any]], Any]
"""Calls a reference function by name; ValueError means that the given values make no sense."""

NOTHING = Fraction(0)
_REMARKS = 8
_NUMBER = re.compile(r"\d+")


class NoReading(LookupError):
    """An earlier reading that a way of marking rests on is not there."""


class Doubted(NoReading):
    """A reading that a way of marking rests on is there, but not for certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One way that was tried: what it says, and the credit it is worth."""

    role: Literal["truth", "accept", "follow", "mistakes", "otherwise"]
    attempt: Attempt
    verdict: Verdict

    @property
    def credit(self) -> Fraction:
        """Credit of the criterion that this way earns."""
        return self.verdict.credit * self.attempt.credit


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
    return tuple(_Marker(part, evidence, call, keys).result() for part in rubric.parts)


class _Marker:
    """Marks one part."""

    def __init__(self, part: Part, evidence: Evidence, call: Call, keys: Mapping[str, Any]) -> None:
        self.part = part
        self.evidence = evidence
        self.findings: Mapping[str, Finding] = evidence.get(part.id, {})
        self.call = call
        self.keys = keys

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
            why: Why = "conversion" if answer.value.lost else "conflict"
            marks = tuple(_open(m, why, answer.doubt) for m in marks)
        return self._sum(marks)

    # -- one criterion

    def _criterion(self, criterion: Criterion) -> Mark:
        finding = self._finding(criterion.reading)
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
        best, doubts = self._best(criterion, finding)
        return self._award(criterion, finding, best, doubts)

    def _finding(self, name: str) -> Finding:
        if name == "answer":
            return self.findings["answer"]
        return self.findings.get(name, Broken(why=f"'{name}' was not collected"))

    def _best(self, criterion: Criterion, finding: Finding) -> tuple[Try | None, list[str]]:
        tries = list(self._tries(criterion, finding))
        best = max(tries, key=lambda t: (t.credit, t.verdict.certain), default=None)
        rivals = [t for t in tries if not t.verdict.certain]
        doubts = [
            t.verdict.reason for t in rivals if best is None or best.credit < t.attempt.credit
        ]
        if best is not None and best.verdict.certain and best.credit == 1:
            doubts = []
        doubts += self._conflicts(criterion, finding, best)
        return _named(tries, _elementwise(tries, best)), doubts

    def _tries(self, criterion: Criterion, finding: Finding) -> Iterator[Try]:
        truth = Attempt.model_construct(
            id="",
            of=None,
            source=criterion.expect,
            given={},
            compare=None,
            credit=Fraction(1),
            guard=None,
            whole=False,
            flag="",
            says="",
        )
        explained = False
        for role, attempt in (("truth", truth), *criterion.attempts()):
            if (
                attempt is not truth
                and attempt.source is None
                and attempt.compare is None
                and role != "follow"
            ):
                continue  # words only, for a mistake that a judgement names
            if role == "otherwise" and explained:
                continue
            tried = self._try(criterion, role, attempt, finding)
            if tried is not None:
                explained = explained or (role == "mistakes" and tried.verdict.credit > 0)
                yield tried
                if tried.verdict.certain and tried.credit == 1:
                    return

    def _try(
        self, criterion: Criterion, role: Any, attempt: Attempt, finding: Finding
    ) -> Try | None:
        own = self._finding(attempt.of) if attempt.of else finding
        if not isinstance(own, Found):
            return None
        compare = (attempt.compare or criterion.compare).built
        try:
            truth = self._truth(criterion, role, attempt)
        except Doubted as error:
            rests = role in ("truth", "follow")
            return Try(role=role, attempt=attempt, verdict=unsure(str(error))) if rests else None
        except (NoReading, ValueError):
            return None
        verdict = compare.compare(own.value, truth)
        if own.doubt and own is not finding:
            verdict = replace(verdict, certain=False)
        if attempt.whole and verdict.credit < 1:
            verdict = replace(verdict, credit=NOTHING, each=())
        if attempt.flag and verdict.credit:
            verdict = replace(verdict, certain=False, reason=attempt.flag)
        return Try(role=role, attempt=attempt, verdict=verdict)

    def _truth(self, criterion: Criterion, role: str, attempt: Attempt) -> Any:
        if role == "truth" and criterion.key:
            if self.part.id not in self.keys:
                raise NoReading("the instructor's key")
            return self.keys[self.part.id]
        inherited = criterion.expect if role == "follow" else None
        source = attempt.source or inherited
        if source is None:
            return None
        given = {
            k: self._resolve(v)
            for k, v in {**criterion.given, **attempt.given}.items()
            if v is not None
        }
        if attempt.guard and not self.call(attempt.guard, given):
            raise NoReading("the earlier value makes this part trivial")
        return self.call(source, given)

    def _resolve(self, value: Any) -> Any:
        if (
            isinstance(value, dict)
            and "reading" in value
            and set(value) <= {"reading", "or", "only"}
        ):
            return self._earlier(value)
        if isinstance(value, dict):
            return {key: self._resolve(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._resolve(item) for item in value]
        return value

    def _earlier(self, value: Mapping[str, Any]) -> Any:
        """A reading of this part or an earlier one; ``or`` stands in where there certainly is none.

        ``only`` names the keys that are wanted of a reading that is a mapping.
        """
        part, slash, name = str(value["reading"]).rpartition("/")
        findings = self.evidence.get(part, {}) if slash else self.findings
        found = findings.get(name)
        if isinstance(found, Found) and not found.doubt:
            only = value.get("only")
            if only is not None and isinstance(found.value, dict):
                return plain({key: found.value[key] for key in only if key in found.value})
            return plain(found.value)
        if isinstance(found, Broken) or (found is not None and found.doubt):
            raise Doubted(f"it rests on {value['reading']}, which could not be read for certain")
        if "or" in value:
            return value["or"]
        raise NoReading(str(value["reading"]))

    def _conflicts(self, criterion: Criterion, finding: Finding, best: Try | None) -> list[str]:
        """A rival reading that would earn another credit makes the mark a person's."""
        if not isinstance(finding, Found):
            return []
        earned = best.credit if best else NOTHING
        for other in finding.others:
            tries = [
                t for t in self._tries(criterion, replace(other, others=())) if not t.attempt.of
            ]
            if max((t.credit for t in tries), default=NOTHING) != earned:
                return [f"two readings compete: “{finding.quote}” and “{other.quote}”"]
        return []

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
        return numbers > 1 and (text.count("=") > 1 or (len(text.split()) > 12 and numbers > 2))

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
                    reasons.append(tried.verdict.reason)
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
        finding = self._finding(adjustment.of or criterion.reading)
        return self._try(criterion, "mistakes", adjustment, finding)

    def _seen(self, mark: Mark) -> Iterator[MistakeSeen]:
        criterion = next(c for c in self.part.criteria if c.id == mark.id)
        for id_ in mark.mistakes:
            says = next((a.says for _, a in criterion.attempts() if a.id == id_), "")
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
    "not-run": "the code was not run; this proposal rests on its source and on what it printed",
    "ours": "the grader could not do this",
}


def _certainly_missing(finding: Finding) -> bool:
    return isinstance(finding, Missing) and not finding.doubt


def _open(mark: Mark, why: Why, detail: str) -> Mark:
    return replace(mark, earned=None, why=mark.why or why, detail=mark.detail or detail)


def _recognised(best: Try | None) -> bool:
    return best is not None and best.credit > 0 and best.verdict.credit == 1


def _surely_nothing(finding: Finding, best: Try | None) -> bool:
    """Whether nothing of the kind stands there, so that there is nothing to look at."""
    return isinstance(finding, Missing) and not finding.doubt and best is None


def _adjusted(points: Fraction, adjustment: Adjustment, credit: Fraction) -> Fraction:
    if adjustment.cap is not None:
        return min(points, adjustment.cap) if credit else points
    return max(NOTHING, points - (adjustment.cost or NOTHING) * credit)


def _elementwise(tries: list[Try], best: Try | None) -> Try | None:
    """Where values have elements, each element earns the best credit that any way gives it."""
    each = [t for t in tries if t.verdict.each and t.verdict.certain and not t.attempt.whole]
    if best is None or len(each) < 2 or best.credit == 1 or not best.verdict.certain:
        return best
    length = min(len(t.verdict.each) for t in each)
    if any(len(t.verdict.each) != length for t in each):
        return best
    columns = [
        max(c * t.attempt.credit for t in each for c in (t.verdict.each[i],)) for i in range(length)
    ]
    credit = sum(columns, NOTHING) / length
    if credit <= best.credit:
        return best
    used = [
        t
        for t in each
        if t.role == "mistakes"
        and t.attempt.id
        and any(t.verdict.each[i] * t.attempt.credit == columns[i] != 0 for i in range(length))
    ]
    truth = each[0]
    verdict = replace(truth.verdict, credit=credit, mistakes=tuple(t.attempt.id for t in used))
    return Try(
        role="truth",
        attempt=truth.attempt.model_copy(update={"credit": Fraction(1)}),
        verdict=verdict,
    )


def _named(tries: list[Try], best: Try | None) -> Try | None:
    """A mistake that explains the whole reading is named, also where it earns nothing more."""
    seen = [
        t.attempt.id
        for t in tries
        if t.role == "mistakes" and t.verdict.certain and t.verdict.credit == 1 and t.attempt.id
    ]
    if best is None or best.credit == 1 or not seen:
        return best
    names = tuple(dict.fromkeys((*best.verdict.mistakes, *seen)))
    return replace(best, verdict=replace(best.verdict, mistakes=names))


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


def plain(value: Any) -> Any:
    """Return a reading as a reference function takes it: numbers, strings, lists, dicts."""
    if isinstance(value, Number):
        return plain(value.value)
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
