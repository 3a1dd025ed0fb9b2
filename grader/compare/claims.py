"""Claims: what a text claims of one of several subjects, and whether it gives a reason for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from grader.compare import comparators
from grader.compare._statements import quoted, said, strings, unreadable
from grader.compare._subjects import Named, Wording
from grader.compare._topics import Claim, Topic, topics
from grader.model import Verdict, unsure, wrong
from grader.prose import Phrases, find

_SMALL_TEXT = """
the a an is are was were be been being to of in on at by for with from as that which because
since so if than then it its this these those they we i you he has have had do does did can
could will would not no never and or but when while after before into only all each every
both our their there here between per curve line graph shape value s error errors always
also again just very first finally second third i ii iii iv v e g therefore thus hence due
reason why whereas however model models complexity more over time typical monotonically first later
initially afterwards eventually beginning start end until point certain some move moves
opposite directions way ways own respectively continuously steadily gradually slowly
monotone monotonic keeps along entire whole range everywhere level left right middle optimum
minimum reaches reach has final starts begins ends last other squared side plot figure
picture sketch drawn train training test testing
"""
_SMALL = frozenset(_SMALL_TEXT.split())
_CAUSE = re.compile(
    r" (?:because|since|as|due|thanks|owing|once|so|therefore|hence|thus|reasons?|caus\w*|why|=>"
    r"|:) "
)
_ORDER = re.compile(
    r"\b(?:then|again|after|afterwards|until|later|eventually|first|initially|beyond|finally)\b",
    re.IGNORECASE,
)

Half = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class _Part:
    """Half a verdict: whether it is there, whether that is certain, and in words."""

    there: bool
    sure: bool
    says: str
    claimed: str = ""
    """The claim that was made in place of the right one."""


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Half for the claim that the truth names, half for a reason."""

    subject: str
    """Which of the subjects is judged."""
    subjects: Mapping[str, Sequence[str]]
    """All subjects with the phrases that name them."""
    claims: Mapping[str, Sequence[str]]
    """All claims with the phrases that make them; they exclude one another."""
    before: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Words that make a claim only where they stand before a subject, such as “lower bias”."""
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """More phrases that name a subject where they are the label of an item or a row."""
    sequences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Claims that two others in a row amount to: ``dips: [falls, rises]``."""
    neutral: Sequence[str] = ()
    """Phrases that name no subject and claim nothing, such as “as complexity increases”."""
    turned: Sequence[str] = ()
    """Phrases of a text that looks at it the other way round."""
    because: Sequence[str] = ()
    """Phrases that give a reason."""
    untrue: Sequence[str] = ()
    """Phrases that give a false reason: certainly none where no right one stands beside it."""
    empty: Sequence[str] = ()
    """Phrases that look like a reason and are none."""
    apart: bool = False
    """A reason can hold even where the claim does not."""

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return half for the claim and half for the reason."""
        if not isinstance(truth, str):
            return unsure("there is nothing to compare the claim with")
        if fault := unreadable(value):
            return unsure(fault)
        statements = tuple(said(value))
        if not statements:
            return wrong("nothing is said")
        found = topics(statements, self._wording())
        topic = found.get(self.subject, Topic())
        if not topic.claims and not topic.regions:
            none = f"nothing is said about the {self.subject}"
            # Where no course of anything is told, such words only stand in another subject.
            told = topic.mentioned and any(other.claims for other in found.values())
            return unsure(none + " by itself") if told else wrong(none)
        claim = self._claim(topic.claims, truth)
        reason = self._reason(topic, claim)
        credit = Half * claim.there + Half * reason.there
        return Verdict(
            credit=credit,
            certain=claim.sure and reason.sure,
            reason=f"{self.subject}: {claim.says}; {reason.says}",
            mistakes=(f"claimed-{claim.claimed}",) if claim.claimed else (),
        )

    def _wording(self) -> Wording:
        return Wording(
            subjects=_named(self.subjects),
            claims=_named(self.claims),
            before=_named(self.before),
            labels=_named(self.labels),
            neutral=strings(self.neutral),
            turned=strings(self.turned),
        )

    def _claim(self, claims: Sequence[Claim], truth: str) -> _Part:
        parts = list(strings(self.sequences.get(truth, ())))
        claims = self._joined(claims, truth)
        firm = [c.name for c in claims if not c.denied and c.firm]
        any_ = [c.name for c in claims if not c.denied]
        right = truth in any_ or (bool(parts) and _runs(any_, parts))
        allowed = {truth, *parts} if right else {truth}
        against = [c for c in claims if c.firm and not c.denied and c.name not in allowed]
        against += [c for c in claims if c.firm and c.denied and c.name == truth]
        turned = any(c.turned for c in claims)
        # Half of a course in two steps, told with words of order: the other half may be unread.
        half = (
            bool(parts)
            and {c.name for c in against} < set(parts)
            and any(_ORDER.search(c.text) for c in against)
        )
        turned = turned or half
        if right and not against:
            return _Part(True, True, "the course is right")
        if right:
            return _Part(False, False, f"the course is told in two ways: {quoted(against[0].text)}")
        if against and not turned:
            made = next((c.name for c in against if not c.denied), "")
            return _Part(False, True, f"the course is not right: {quoted(against[0].text)}", made)
        if against or firm or any_:
            return _Part(False, False, "how the course is meant is not clear")
        return _Part(False, False, "no course was recognised")

    def _joined(self, claims: Sequence[Claim], truth: str) -> list[Claim]:
        """Two claims that one sentence puts in order are one claim, unless that is the truth."""
        found = list(claims)
        for name, pair in self.sequences.items():
            for one, two in pairwise(claims):
                same = (
                    one.text == two.text
                    and one.firm
                    and two.firm
                    and not (one.denied or two.denied)
                )
                if (
                    name != truth
                    and same
                    and [one.name, two.name] == list(pair)
                    and _ORDER.search(one.text)
                ):
                    found = [c for c in found if c is not one and c is not two]
                    found.append(replace(one, name=name))
        return found

    def _reason(self, topic: Topic, claim: _Part) -> _Part:
        phrases = strings(self.because)
        told = any(_asserted(phrases, region) for region in topic.regions)
        false = any(_asserted(strings(self.untrue), region) for region in topic.regions)
        if told and false and claim.there:
            return _Part(True, False, "a reason is given, and a false one beside it")
        if told:
            if claim.there or not claim.sure:
                return _Part(True, True, "a reason is given")
            return _Part(False, not self.apart, "a reason is given for a course that is not right")
        if not claim.there and claim.sure:
            return _Part(False, True, "no reason for the right course")
        if false:
            return _Part(False, True, "the reason does not hold")
        left = [w for region in topic.rest for w in self._left(region)]
        if not left and not any(
            _asserted(phrases, line) for line in topic.around if _CAUSE.search(line)
        ):
            return _Part(False, True, "no reason is given")
        return _Part(False, False, "the reason was not recognised")

    def _left(self, region: str) -> list[str]:
        """Words of a region that could carry a reason."""
        return [w for w in region.split() if w.isalpha() and w not in _SMALL]


def _asserted(phrases: Phrases, line: str) -> bool:
    return any(not hit.denied for hit in find(phrases, line))


def _runs(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether the parts come in their order among the names."""
    rest = iter(names)
    return all(any(name == part for name in rest) for part in parts)


def _named(value: Mapping[str, Sequence[str]]) -> Named:
    return tuple((name, strings(phrases)) for name, phrases in value.items())
