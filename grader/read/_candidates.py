"""All numbers of an answer that could be its result, weighed by how they are introduced.

Nothing here knows which value is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from grader.expression import Comma, Token, agree
from grader.expression import about as announced
from grader.model import Answer, Number
from grader.prose.number_words import with_digits
from grader.read._cues import REVISION, SENTENCE, Introduced
from grader.read._lines import Line, lines
from grader.read._runs import Run, is_shape, is_variable, runs_of, tokens_of

_BOLD = re.compile(r"\*\*[^*\n]{1,80}\*\*|__[^_\n]{1,80}__")
_ARROW = r"(?:[→⇒]|[-=]>|\\(?:Rightarrow|rightarrow|implies|to))\s*[$*]{0,3}\s*$"
_ARROW_BEFORE = re.compile(_ARROW)
_RELATION_BEFORE = re.compile(rf"(?:[=≈]|\\approx)\s*[$*]{{0,3}}\s*$|{_ARROW}")
_LIST = re.compile(r"[,;(]|\b(?:and|plus|with|while)\b")
MOST = 300
_NEAR, _SENTENCE = 24, 200
_UNITS_AT_MOST = 4
_ROUGH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A number that may be the answer, with what speaks for it."""

    number: Number
    weight: int
    base: int
    """The weight before the rubric's words count."""
    line: Line
    start: int
    end: int
    order: int
    """Its place among the numbers of the answer."""
    label: str
    """Words that lead to it, in its sentence."""
    after: str
    """Words that follow it."""
    led_by: str
    """The sentence that an arrow before it draws together, or nothing."""
    run: Run
    chain: tuple[Run, ...]
    """All sides of the equation that it ends."""
    near: bool = False
    """Whether words that the rubric gives stand beside it."""
    concluded: bool = False
    """Whether its sentence begins with a word such as so."""
    denied: bool = False
    alternative: bool = False
    """Whether it follows an "or"."""
    measured: Literal["", "asked", "other"] = ""
    """Whether its unit is one that the rubric knows, or another one."""

    @property
    def mentioned(self) -> bool:
        """Whether it is told in words, not worked out."""
        return len(self.chain) == 1 and not _follows_relation(self.line.text, self.chain[0])


def same(one: Number, other: Number) -> bool:
    """Whether two numbers are one value, given with more or fewer digits."""
    return agree(one, other)


def candidates(answer: Answer, comma: Comma | None = None) -> list[Candidate]:
    """Return all numbers that an answer could mean as its result, in order of the text."""
    scan = _Scan(comma)
    for line in lines(answer):
        text = with_digits(line.text)
        scan.line(line if text == line.text else replace(line, text=text))
        if len(scan.found) > MOST:
            break
    return scan.settled()


class _Scan:
    """Walks through lines, and remembers where the student took something back."""

    def __init__(self, comma: Comma | None) -> None:
        self.comma = comma
        self.found: list[Candidate] = []
        self.revised_at = 0
        self.lead = ""
        self.order = 0

    def line(self, line: Line) -> None:
        """Take the candidates of one line."""
        text = line.text
        every = (chain[_names_first(chain) :] for chain in chains_of(text, self.comma))
        chains = [chain for chain in every if _holds_numbers(chain)]
        revisions = [found.start() for found in REVISION.finditer(text)]
        bold = [found.span() for found in _BOLD.finditer(text)]
        previous = sentence = 0
        for index, chain in enumerate(chains):
            self.order += 1
            stop = chains[index + 1][0].start if index + 1 < len(chains) else len(text)
            start, end = chain[0].start, chain[-1].end
            if any(previous <= place < start for place in revisions):
                self.revised_at = self.order
            breaks = [found.end() for found in SENTENCE.finditer(text, previous, start)]
            sentence = breaks[-1] if breaks else sentence
            self._chain(line, chain, _Around(sentence, previous, stop, bool(breaks)), bold)
            previous = end
        if chains and any(place >= previous for place in revisions):
            self.order += 1
            self.revised_at = self.order
        self.lead = "" if chains or line.cell else text

    def _chain(
        self, line: Line, chain: Sequence[Run], around: _Around, bold: Sequence[tuple[int, int]]
    ) -> None:
        run = _result(chain)
        if run is None or run.number is None:
            return
        text = line.text
        first = around.opens or not text[around.sentence : around.previous].strip()
        before = text[max(around.sentence, around.previous) : chain[0].start]
        after, *rest = SENTENCE.split(text[chain[-1].end : around.stop], maxsplit=1)
        worked = len(chain) > 1 or _follows_relation(text, chain[0])
        arrow = _ARROW_BEFORE.search(before) is not None
        label = before if first or worked else _LIST.split(before)[-1]
        introduced = Introduced(
            label=f"{line.head} {'' if before.strip() else self.lead} {label}".strip(),
            before=before,
            after=after,
            sentence=text[around.sentence : chain[0].start],
            worked=worked,
            plain=run.plain,
            shape=len(run.tokens) > 1 and is_shape(run, text),
            unsolved=chain[0].symbolic,
            alone=first and (bool(rest) or around.stop == len(text)),
            first=self.order == 1,
            titled=line.cell and bool(line.head),
            bold=any(start <= run.start and run.end <= end for start, end in bold),
            boxed="\\boxed" in text[max(0, run.start - 12) : run.start],
        )
        weight = introduced.weight
        approximate = introduced.approximate or _is_about(text, run, self.comma)
        self.found.append(
            Candidate(
                number=announced(run.number, approx=approximate, unit=introduced.unit),
                weight=weight,
                base=weight,
                line=line,
                start=run.start,
                end=run.end,
                order=self.order,
                label=introduced.label,
                after=after,
                led_by=text[around.sentence : run.start][-_SENTENCE:] if arrow else "",
                run=run,
                chain=tuple(chain),
                concluded=introduced.concluded,
                denied=introduced.denied,
                alternative=introduced.alternative,
            )
        )

    def settled(self) -> list[Candidate]:
        """Return what was found; what the student took back counts as denied."""
        last = max((c.order for c in self.found), default=0)
        limit = self.revised_at if self.revised_at <= last else 0
        if not limit:
            return self.found
        return [replace(c, denied=c.denied or c.order < limit) for c in self.found]


@dataclass(frozen=True, slots=True)
class _Around:
    """Where a number's sentence begins, the number before ends, and the next one begins."""

    sentence: int
    previous: int
    stop: int
    opens: bool
    """Whether its sentence begins after the number before."""


def chains_of(text: str, comma: Comma | None = None) -> Iterator[list[Run]]:
    """Group the runs of a line that relations join: ``a = b ≈ c``."""
    tokens = tokens_of(text, comma)
    chain: list[Run] = []
    for run in runs_of(text, comma):
        if chain and _joined(tokens, chain[-1], run, worked=len(chain) > 1):
            chain.append(run)
            continue
        if chain:
            yield chain
        chain = [run]
    if chain:
        yield chain


def chain_result(chain: Sequence[Run]) -> Number | None:
    """The number that a chain of equal things comes to."""
    run = _result(chain)
    return None if run is None else run.number


def _names_first(chain: Sequence[Run]) -> int:
    """How many runs at the beginning of a chain only name what it defines, as in P(A) = 0.4."""
    named = 0
    while (
        named < len(chain) - 1
        and chain[named].symbolic
        and not any(token.kind == "operator" for token in chain[named].tokens)
    ):
        named += 1
    return named


def _holds_numbers(chain: Sequence[Run]) -> bool:
    return any(token.kind == "number" for run in chain for token in run.tokens)


def _joined(tokens: Sequence[Token], one: Run, other: Run, *, worked: bool = False) -> bool:
    between = tokens[one.last + 1 : other.first]
    if not between or between[-1].kind != "relation" or between[-1].text not in "=≈→":
        return False
    words = between[:-1]
    if between[-1].text == "→" and one.plain:
        return False
    if not words:
        return True
    if not all(token.kind == "name" for token in words) or len(words) > _UNITS_AT_MOST:
        return False
    # "2*3 = 6 maps = 12" goes on from a number that is worked out; "6 maps = 12" does not.
    return (worked or not one.plain) and not any(is_variable(token) for token in words)


def _result(chain: Sequence[Run]) -> Run | None:
    """The run that says what a chain comes to: its last, in the most digits shown."""
    numeric = [run for run in chain if run.number is not None]
    if not numeric:
        return None
    last = next((run for run in reversed(numeric) if run.plain), numeric[-1])
    if last is not numeric[-1] and not _equal(last, numeric[-1]):
        last = numeric[-1]
    finer = [
        run for run in numeric if run.plain and _equal(run, last) and _digits(run) > _digits(last)
    ]
    finer += [run for run in numeric if run.plain and _is_rounded(last, run)]
    return max(finer, key=_digits, default=last)


def _is_rounded(rough: Run, run: Run) -> bool:
    """Whether a number ends in thousands, to which the other one rounds: 61706 ≈ 62,000."""
    if rough.number is None or run.number is None or not rough.plain:
        return False
    rounded, value = Fraction(rough.number.value), Fraction(run.number.value)
    if rounded == 0 or rounded % _ROUGH or value % _ROUGH == 0:
        return False
    zeros = len(str(rounded)) - len(str(rounded).rstrip("0"))
    return 2 * abs(value - rounded) <= Fraction(10) ** zeros


def _equal(one: Run, other: Run) -> bool:
    return one.number is not None and other.number is not None and same(one.number, other.number)


def _digits(run: Run) -> int:
    return (run.number.significant or 0) if run.number is not None else 0


def _follows_relation(text: str, run: Run) -> bool:
    return _RELATION_BEFORE.search(text[max(0, run.start - _NEAR) : run.start]) is not None


def _is_about(text: str, run: Run, comma: Comma | None) -> bool:
    tokens = tokens_of(text, comma)
    before = tokens[run.first - 1] if run.first else None
    return before is not None and before.kind == "relation" and before.text == "≈"
