"""The ways to earn credit on a criterion: each is tried, and the best that is recognised counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from grader.model import (
    Broken,
    Evidence,
    Finding,
    Found,
    Frame,
    Number,
    Opaque,
    Series,
    Tensor,
    Verdict,
    unsure,
)
from grader.rubric import Attempt, Criterion, Part

Call = Callable[[str, Mapping[str, Any]], Any]
"""Calls a reference function by name; ValueError means that the given values make no sense."""

NOTHING = Fraction(0)


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

    credit: Fraction = field(init=False)
    """Credit of the criterion that this way earns."""

    def __post_init__(self) -> None:
        """Work out the credit, which is asked for again and again."""
        own, most = self.verdict.credit, self.attempt.credit
        object.__setattr__(self, "credit", own if most == 1 else own * most)


class Ways:
    """Tries all ways of one part's criteria on the evidence."""

    def __init__(self, part: Part, evidence: Evidence, call: Call, keys: Mapping[str, Any]) -> None:
        """Take what ``marking.mark`` takes, for one part."""
        self.part = part
        self.evidence = evidence
        self.findings: Mapping[str, Finding] = evidence.get(part.id, {})
        self.call = call
        self.keys = keys

    def finding(self, name: str) -> Finding:
        """Return what a reader of this part found."""
        if name == "answer":
            return self.findings["answer"]
        return self.findings.get(name, Broken(why=f"'{name}' was not collected"))

    def best(self, criterion: Criterion, finding: Finding) -> tuple[Try | None, list[str]]:
        """Return the way that earns most, and why a person should look at it."""
        tries = list(self._tries(criterion, finding))
        best = max(tries, key=_order, default=None)
        rivals = [t for t in tries if not t.verdict.certain]
        doubts = [
            t.verdict.reason for t in rivals if best is None or best.credit < t.attempt.credit
        ]
        if best is not None and best.verdict.certain and best.credit == 1:
            doubts = []
        doubts += self._conflicts(criterion, finding, best)
        return named(tries, elementwise(tries, best)), doubts

    def _tries(self, criterion: Criterion, finding: Finding) -> Iterator[Try]:
        truth = _as_asked(criterion.expect)
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
            tried = self.attempt(criterion, role, attempt, finding)
            if tried is not None:
                explained = explained or (role == "mistakes" and tried.verdict.credit > 0)
                yield tried
                if tried.verdict.certain and tried.credit == 1:
                    return

    def attempt(
        self, criterion: Criterion, role: Any, attempt: Attempt, finding: Finding
    ) -> Try | None:
        """Try one way; None where it does not apply to what was read."""
        own = self.finding(attempt.of) if attempt.of else finding
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
        if verdict.invalid or verdict.unread or (own.doubt and own is not finding):
            # What could not be read may still be right: a person reads “three” as 3.
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
        if type(value) in _AS_IS:
            return value
        if (
            isinstance(value, dict)
            and "reading" in value
            and set(value) <= {"reading", "or", "only"}
        ):
            return self._earlier(value)
        if isinstance(value, dict) and set(value) == {"inputs"}:
            return self._inputs(str(value["inputs"]))
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

    def _inputs(self, name: str) -> Any:
        """The inputs of a run's calls, and nothing of what the student's code made of them."""
        found = self.findings.get(name)
        if not isinstance(found, Found) or not isinstance(found.value, dict):
            raise NoReading(name)
        return [
            {word: as_made(case[word]) for word in ("args", "kwargs")}
            for case in found.value["cases"]
        ]

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
                if other.quote == finding.quote:
                    return [f"“{finding.quote}” can be read in two ways"]
                return [f"two readings compete: “{finding.quote}” and “{other.quote}”"]
        return []


@lru_cache(maxsize=1024)
def _as_asked(source: str | None) -> Attempt:
    """The truth as a way to earn credit, for as many criteria as courses have; nobody changes it."""
    return Attempt.model_construct(
        id="",
        of=None,
        source=source,
        given={},
        compare=None,
        credit=Fraction(1),
        guard=None,
        whole=False,
        flag="",
        says="",
    )


def _order(tried: Try) -> tuple[Fraction, bool]:
    """What earns most counts, then what is certain; a mistake that is not there tells nothing."""
    told = tried.role == "truth" or tried.verdict.credit > 0
    return tried.credit, tried.verdict.certain and told


def elementwise(tries: list[Try], best: Try | None) -> Try | None:
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


def named(tries: list[Try], best: Try | None) -> Try | None:
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


_AS_IS = frozenset({str, int, float, bool, complex, bytes, type(None)})


def as_made(value: Any) -> Any:
    """Return an input of a call as the reference made it: an array stays one, and is its own.

    What was read of a student goes to a reference as ``plain`` data; this is the course's own.
    """
    if isinstance(value, list | tuple):
        return [as_made(item) for item in value]
    if isinstance(value, dict):
        return {key: as_made(item) for key, item in value.items()}
    return (
        value.copy() if getattr(value, "shape", ()) and hasattr(value, "tolist") else plain(value)
    )


def plain(value: Any) -> Any:
    """Return a reading as a reference function takes it: numbers, strings, lists, dicts.

    Arrays, tensors and columns become lists; a value that was not taken out of a box is a dict
    that says so.
    """
    kind = type(value)
    if kind in _AS_IS:  # most of what is read; the rest asks many questions of each value
        return value
    if kind is dict:
        return {k: v if type(v) in _AS_IS else plain(v) for k, v in value.items()}
    if kind is list or kind is tuple:
        return [item if type(item) in _AS_IS else plain(item) for item in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Tensor):
        return value.array.tolist()
    if isinstance(value, Series):
        return plain(value.data)
    if isinstance(value, Frame):
        columns = zip(value.columns, value.data, strict=False)
        return {str(name): plain(column) for name, column in columns}
    if isinstance(value, Opaque):
        return {"opaque": value.type, "why": value.why}
    if isinstance(value, Number):
        return plain(value.value)
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
