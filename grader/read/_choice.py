"""Which of an answer's numbers is its result, and what competes with it.

The weights of ``_candidates`` say how a number is introduced; the rubric's options say what it
should stand near to. Two results that differ are never quietly decided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from grader.expression import Comma
from grader.model import Answer, Finding, Found, Missing, Number
from grader.read._candidates import MOST, Candidate, candidates, same
from grader.read._contended import contended
from grader.read._cues import CONCLUDED, FINAL, LABELLED, RESULT, RIVAL, SAID, TOTAL, UNSOLVED
from grader.read._lines import may_be_lost
from grader.read._measured import compound, factor_of, is_close, measured, scaled
from grader.read._other_signs import other_sign, restated
from grader.read._other_statistics import other_statistic
from grader.read._rivals import added, found_of, miscalculated, rivals

_NEAR, _NEAR_AGAIN = 25, 8
_TERMS, _MARGIN, _SHORT = 8, 10, 3
_REFERRED = re.compile(
    r"\b(?:table|equation|eqn?|figure|fig|part|question|section|problem|exercise|theorem|lemma)s?"
    r"[\s.(#]{1,4}$",
    re.IGNORECASE,
)
_REFERRED_IN = 24
"""So many signs before a number hold every match, and a boundary before it."""
_IN_WORDS = re.compile(r"\b(?:one|zero|none|nil|half|halves|third|quarter)\b", re.IGNORECASE)
_MARKED = re.compile(r"(?:[-−–]\s+|>\s*)[-−–]?\d[\d.,]*.{0,20}")
_SAID_FIRST = re.compile(
    r"^\W*(?:(?:it|there|that|answer|the answer)\s+(?:is|are)\W+)?(?:(?:just|only|exactly)\s+)?"
    r"(?:one|zero|none|nil|(?:a\s+|one\s+)?half)\b(?!\s+(?:of|in|hundred|thousand|million|can|has|could|would|way)\b)"
    r"|\b(?:is|are)\s+(?:(?:just|only|exactly)\s+)?(?:one|zero|none|nil)\b(?!\s+(?:of|hundred|thousand|million)\b)",
    re.IGNORECASE,
)
"""A number that is said in a word which is often none."""
_BEFORE, _LOOKED_AT = 4, 200
_CLAUSE_END = re.compile(
    r"[\s$*_`)\]]*(?:[.,;]|$|(?:because|since|as|so|and|but)\b)", re.IGNORECASE
)
_LEADING = re.compile(
    r"[,;.(]|\b(?:and|so|or|then|with|but|which|of|for|at|from|if|when|where|after|in)\b"
)
_CLAUSE = re.compile(r"[,;:.(=→]|\b(?:and|so|or|then|with|but|which|plus)\b")
_ASIDE = re.compile(r"\([^()]*\)")
_PART = r"\s+(?:weights|bn|batch|gammas?|betas?|norm\w*|bias\w*|scales?|shifts?|dense)\b"
"""Words for a part of what is counted, behind the word for its kind."""
GIVEN = "only the numbers of the question stand there"
_DIGIT = re.compile(r"\d")
_PAIRED = re.compile(
    r"[\s$*_]*(?:,|&|\+|(?:,\s*)?\b(?:and|plus|to|with)\b)[\s$*_]*(-?\d{1,12}(?:\.\d{1,12})?)(?![\w%])"
)
"""The second of two numbers that are named as a pair."""
_MORE = re.compile(
    r"^\W{0,3}(?:\w+\W+){0,2}(?:more|additional|extra|further)\b(?!\s+than\s+\d)|^\W{0,3}(?:more|additional|extra)\b",
    re.IGNORECASE,
)
_MORE_BEFORE = re.compile(
    r"\b(?:additional|extra|another|further|increase\s+(?:of|by)|increased\s+by)\W+(?:\w+\W+){0,1}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is known about the number asked for, without its value."""

    near: Sequence[str] = ()
    away: Sequence[str] = ()
    settings: Sequence[float | str] = ()
    units: Mapping[str, float | str] = field(default_factory=dict)
    more: float | str | None = None
    percent: str = "as-written"
    least: float | str | None = None
    most: float | str | None = None
    comma: Comma | None = None
    whole: bool = False
    counted: Sequence[str] = ()
    """Words for the kind of thing that is asked, of which a total may hold other kinds too."""
    told: bool = False
    """Whether the answer itself tells what stands near from what does not."""

    def __post_init__(self) -> None:
        """Refuse what is no number, or a factor that is none.

        Raises:
            ValueError: with the option that cannot be used.
        """
        numbers = [*self.settings, *self.units.values(), self.more, self.least, self.most]
        for number in numbers:
            try:
                Fraction(str(number if number is not None else 0))
            except (ValueError, ZeroDivisionError) as error:
                raise ValueError(f"'{number}' is no number; write 40, 0.5 or '1/60'") from error


def choose(answer: Answer, wanted: Wanted) -> Finding:
    """Return the number that an answer gives as its result, with its rivals."""
    every = [restated(c) for c in candidates(answer, wanted.comma)]
    wanted = _narrowed(every, wanted)
    named = [_named(c, wanted) for c in every]
    everything = compound([_fitted(c, wanted) for c in named], wanted.units)
    everything = [_adding_up(c, everything, wanted) for c in everything]
    everything = _named_apart(everything, wanted)
    standing = [c for c in everything if not c.denied]
    kept = [c for c in standing if not _is_setting(c, wanted)]
    kept = [c for c in kept if not _refers(c)] or kept
    named = [c for c in standing if _is_setting(c, wanted) and _is_result(c, wanted)]
    kept = kept or named  # "the variance is 4" is an answer, though the question has a 4 as well
    if not kept:
        given = (
            "said"
            if any(c.base >= SAID and (c.near or c.base < LABELLED) for c in standing)
            else ""
        )
        return _nothing(answer, given if standing else "taken back" if everything else "unread")
    best = max(kept, key=lambda c: (c.weight, c.order))
    if best.base == UNSOLVED:
        return Missing(
            why="no result was found", doubt="an equation stands there, but not its solution"
        )
    best = _finest(best, kept)
    return replace(
        found_of(best),
        others=(
            *rivals(best, kept, standing),
            *_more(best, wanted, len(everything)),
            *(miscalculated(best) if wanted.whole and not _ends_a_pair(best, wanted) else ()),
            *added(best, kept),
            *(() if best.near else (found_of(c) for c in named if not same(c.number, best.number))),
        ),
        doubt=_doubt(best, kept, everything, wanted)
        or _untold(best, answer, wanted)
        or contended(best, kept, everything, answer)
        or other_sign(best, everything)
        or _meant_otherwise(best, answer),
    )


def _meant_otherwise(best: Candidate, answer: Answer) -> str:
    """Say what the whole answer may mean instead: “just one: 2”, and “- 2” alone on its line."""
    if _MARKED.fullmatch(answer.text.strip()):
        return (
            "a sign stands before the number that may be its own, or that of a list or a quotation"
        )
    if best.base >= FINAL or _SAID_FIRST.search(answer.text[:_LOOKED_AT]) is None:
        return ""
    return "another number is said in a word"


def _refers(candidate: Candidate) -> bool:
    """Whether it is the number of a table, an equation or a part that is referred to."""
    before = candidate.line.text[max(0, candidate.start - _REFERRED_IN) : candidate.start]
    return _REFERRED.search(before) is not None


def _named(candidate: Candidate, wanted: Wanted) -> Candidate:
    """Read ``s^2 = 4.57`` as a result where ``s^2`` is what is asked for, not as an equation in s."""
    if candidate.base != UNSOLVED or len(candidate.chain) < 2:
        return candidate
    first = candidate.chain[0]
    left = candidate.line.text[first.start : first.end]
    if (name := next((w for w in wanted.near if _plain(w) == _plain(left)), None)) is None:
        return candidate
    weight = candidate.weight + LABELLED - UNSOLVED
    return replace(candidate, base=LABELLED, weight=weight, label=f"{candidate.label} {name}")


def _plain(name: str) -> str:
    """A name as it is compared: spaces, brackets and signs of formulas say nothing."""
    return re.sub(r"[\s${}\\_*]", "", name.replace("**", "^").replace("²", "^2")).casefold()


def _more(best: Candidate, wanted: Wanted, count: int) -> list[Found]:
    """A bare number below the base may be meant as so many more, or as the whole."""
    if (
        wanted.more is None
        or count > 1
        or not best.mentioned
        or best.base >= TOTAL
        or _says_more(best)
    ):
        return []
    if best.number.value >= Fraction(str(wanted.more)):
        return []
    return [
        replace(
            found_of(best), value=replace(best.number, value=_sum(best.number.value, wanted.more))
        )
    ]


def _says_more(candidate: Candidate) -> bool:
    return bool(_MORE.search(candidate.after) or _MORE_BEFORE.search(f"{candidate.label} "))


def _fitted(candidate: Candidate, wanted: Wanted) -> Candidate:
    """Weigh a candidate by the rubric's words, and convert its unit."""
    number, weight = candidate.number, candidate.weight
    around = _around(candidate)
    near = _mentions(f"{candidate.led_by} {around}", wanted.near)
    if near:
        weight += _NEAR if SAID <= weight < TOTAL else _NEAR_AGAIN
        weight = max(weight, TOTAL) if wanted.told else weight
        if _is_result(candidate, wanted):
            weight = max(weight, RIVAL)
    elif _mentions(around, wanted.away) and not candidate.led_by:
        weight -= _NEAR
    candidate = measured(candidate, wanted.units)
    factor = factor_of(candidate, wanted.units)
    if factor is not None:
        weight += 15
        number = scaled(number, factor)
    elif candidate.measured == "other":
        weight -= 2 * _NEAR
    if wanted.more is not None and _says_more(candidate):
        number = replace(number, value=_sum(number.value, wanted.more))
    if wanted.percent == "fraction" and not number.percent and 1 < number.value <= 100:
        number = replace(scaled(number, Fraction(1, 100)), percent=True)
    if wanted.whole:
        number = _whole(candidate, number)
    if _outside(number, wanted) or (wanted.whole and Fraction(number.value).denominator != 1):
        weight -= 2 * _NEAR
    return replace(candidate, number=number, weight=weight, near=near)


def _narrowed(every: Sequence[Candidate], wanted: Wanted) -> Wanted:
    """Where an answer tells trainable from non-trainable, a total of both is not what is asked."""
    around = [_around(candidate) for candidate in every]
    told = [
        word
        for word in wanted.near
        if any(_word(f"non-{word}").search(text) for text in around)
        and any(_word(word).search(text) for text in around)
    ]
    if not told:
        return wanted
    others = [word for word in wanted.near if word not in told]
    return replace(wanted, near=told, away=[*wanted.away, *others], told=True)


def _named_apart(every: list[Candidate], wanted: Wanted) -> list[Candidate]:
    """Let a number that is said to be of the kind that is asked win: “660 trainable, 720 total”."""
    if not wanted.counted:
        return every
    own = [c for c in every if not c.denied and _of_kind(c, wanted.counted)]
    if not own or any(not same(c.number, own[0].number) for c in own):
        return every
    return [
        replace(c, weight=max(c.weight, FINAL), near=True)
        if same(c.number, own[0].number)
        else replace(c, weight=min(c.weight, 0), denied=True)
        for c in every
    ]


def _untold(best: Candidate, answer: Answer, wanted: Wanted) -> str:
    """Another number, or one that is left out, is said to be of the kind that is asked."""
    if not wanted.counted or _of_kind(best, wanted.counted):
        return ""
    words = "|".join(map(re.escape, wanted.counted))
    told = re.finditer(
        rf"\d[\d,.]*\s+(?:(?:are|is|not|of them|params?|parameters|weights)\s+){{0,2}}(?:{words})\b"
        rf"|\d[\d,]*[^.,;\n\d]{{0,40}}\b(?:non[- ]?|un|not\s+)(?:train|learn)",
        answer.text,
        re.IGNORECASE,
    )
    own = f"{best.number.value}"
    if all(re.match(rf"{own}\b", one.group().replace(",", "")) for one in told):
        return ""
    return "it is told apart what is trained and what is not, but not for this number"


def _of_kind(candidate: Candidate, kind: Sequence[str]) -> bool:
    """Whether such a word stands right behind a number, or titles it."""
    words = "|".join(map(re.escape, kind))
    own = rf"(?<!non-)(?<!non )(?<!not )\b(?:{words})\b"
    after = candidate.line.text[candidate.end : candidate.end + 60]
    behind = re.match(rf"[\s*$_]*(?:\w+\s+){{0,2}}?(?:{own})(?!{_PART})", after, re.IGNORECASE)
    if behind and not re.search(r"\bnon|\bnot\b", behind.group(), re.IGNORECASE):
        return True
    return bool(
        re.search(
            rf"{own}(?:\s+(?:params?|parameters|weights))?\W{{0,4}}(?:(?:is|are|=)\W{{0,3}})?$",
            candidate.label,
            re.IGNORECASE,
        )
    )


def _adding_up(candidate: Candidate, every: Sequence[Candidate], wanted: Wanted) -> Candidate:
    """Names of the parts speak for their sum, not against it: 600 weights and 30 biases: 630."""
    if candidate.near or not _mentions(_around(candidate), wanted.away):
        return candidate
    if candidate.base < RESULT:
        return candidate
    before = [c for c in every if c.line is candidate.line and c.order < candidate.order][-_TERMS:]
    own = candidate.chain[0].number
    total = Fraction(own.value) if own is not None and len(candidate.chain) > 1 else Fraction(0)
    for place, part in enumerate(reversed(before)):
        total += Fraction(part.number.value)
        if total == candidate.number.value and (place or len(candidate.chain) > 1):
            return replace(candidate, weight=max(candidate.base, CONCLUDED))
    return candidate


def _around(candidate: Candidate) -> str:
    """The words that lead to a number, and those that follow it in its clause."""
    after = _CLAUSE.split(_ASIDE.sub(" ", candidate.after), maxsplit=1)[0]
    return f"{candidate.label[-120:]} {after[:60]}"


def _mentions(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words begins a word of the text; short ones have to be whole words."""
    return any(_word(word).search(text) for word in words)


@lru_cache(maxsize=512)
def _word(word: str) -> re.Pattern[str]:
    ending = r"(?![a-z])" if len(word) < _SHORT and word[-1:].isalpha() else ""
    return re.compile(rf"(?<!non-)(?<!non )(?<![a-z]){re.escape(word)}{ending}", re.IGNORECASE)


def _sum(value: Fraction | float, base: float | str) -> Fraction | float:
    return (
        value + Fraction(str(base))
        if isinstance(value, Fraction)
        else value + float(Fraction(str(base)))
    )


def _whole(candidate: Candidate, number: Number) -> Number:
    """Read 122.304 as a whole number where only that can be meant."""
    tokens = candidate.run.tokens
    if len(tokens) != 1 or Fraction(number.value).denominator == 1:
        return number
    other = next((r for r in tokens[0].readings if r.value.denominator == 1), None)
    if other is None:
        return number
    return replace(
        number, value=other.value, decimals=0, significant=other.significant, slack=other.slack
    )


def _outside(number: Number, wanted: Wanted) -> bool:
    if wanted.least is not None and number.value < Fraction(str(wanted.least)):
        return True
    return wanted.most is not None and number.value > Fraction(str(wanted.most))


def _is_setting(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether a number only repeats the question."""
    number = candidate.run.number
    if not candidate.run.plain or number is None or not _is_given(number.value, wanted):
        return False
    if candidate.base < CONCLUDED:
        return True
    # the sum of 17 and 25 is 42: the first is named as one of a pair, whatever leads to it
    pair = _PAIRED.match(candidate.line.text, candidate.end)
    return pair is not None and _is_given(Fraction(pair[1]), wanted)


def _is_result(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether a number ends its clause, and the words before it name what is asked: ``the variance is``."""
    if candidate.base < SAID or _CLAUSE_END.match(candidate.after) is None:
        return False
    words = _LEADING.split(candidate.label)[-1].split()[-_BEFORE:]
    return _mentions(" ".join(words), wanted.near)


def _ends_a_pair(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether its equation begins with the second of such a pair: “sum of 17 and 25 = 42”."""
    first = candidate.chain[0]
    lead = candidate.line.text[max(0, first.start - 40) : first.end]
    last = lead[len(lead) - (first.end - first.start) :]
    return any(
        pair.end() == len(lead) and pair[1] == last and _is_given(Fraction(pair[1]), wanted)
        for pair in _PAIRED.finditer(lead)
    )


def _is_given(value: Fraction | float, wanted: Wanted) -> bool:
    """Whether a number stands in the question."""
    return any(value == Fraction(str(setting)) for setting in wanted.settings)


def _finest(best: Candidate, kept: list[Candidate]) -> Candidate:
    """Of several ways in which the result is given take the one with most digits."""
    alike = [c for c in kept if c.weight >= RESULT and same(c.number, best.number)]
    return (
        max(
            alike,
            key=lambda c: (
                (c is best, 0) if not _is_finer(c, best) else (True, c.number.significant or 0)
            ),
            default=best,
        )
        if alike
        else best
    )


def _is_finer(one: Candidate, other: Candidate) -> bool:
    return (one.number.significant or 0) > (other.number.significant or 0) > 0


def _names_given(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether a number of the question stands right behind what is asked: "median 5, mean 5.8"."""
    name = candidate.label.split()[-1:] or [""]
    words = name[0].rstrip(":=").isalpha() and _mentions(name[0], wanted.near)
    return words and _is_setting(candidate, wanted)


def _doubt(best: Candidate, kept: list[Candidate], every: list[Candidate], wanted: Wanted) -> str:
    if best.order > MOST or kept[-1].order > MOST:
        return "more numbers stand here than are read"
    if _signs_lost(best):
        return "signs may have been lost in a calculation whose result is not printed"
    if not best.near and best.base < FINAL and _tells_apart(kept, wanted):
        return "the answer tells apart what is asked and what is not, without a number for it"
    if not best.near and (other := other_statistic(best.label, wanted.near)):
        return other
    if not best.near and any(_names_given(c, wanted) for c in every if not c.denied):
        return "a number of the question stands behind the name of what is asked"
    if _named_twice(best, kept):
        return "several values stand here with names of their own, and none is marked as the result"
    if best.measured == "other":
        return "the number has another unit than those that the rubric knows"
    if not best.measured and any(
        c.measured == "asked" and not is_close(c.number, best.number) for c in kept
    ):
        return "another number has the unit that is asked for"
    if best.weight >= RESULT:
        return ""
    alike = [c for c in kept if c.near >= best.near and c.weight >= best.weight - _MARGIN]
    others = [c for c in alike if not same(c.number, best.number)]
    return "several numbers stand here, and none is marked as the result" if others else ""


def _named_twice(best: Candidate, kept: list[Candidate]) -> bool:
    """Whether ``x = 4, y = 3`` stands there, and nothing tells which of them is asked for."""
    if best.near or best.base != LABELLED or len(best.chain) > 1:
        return False
    named = [c for c in kept if c.base == LABELLED and c.line is best.line and len(c.chain) == 1]
    return any(not same(c.number, best.number) for c in named)


def _tells_apart(kept: list[Candidate], wanted: Wanted) -> bool:
    """Whether some numbers are said to be what is asked, and others not to be: non-trainable."""
    return any(c.near for c in kept) and any(
        _word(f"non-{word}").search(_around(c)) for c in kept for word in wanted.near
    )


def _signs_lost(best: Candidate) -> bool:
    tokens = best.run.tokens
    glued = any(a.kind == "close" and b.kind == "number" for a, b in pairwise(tokens))
    return (best.run.lost or glued) and not best.run.plain


def _nothing(answer: Answer, why: str) -> Missing:
    if why == "taken back":
        return Missing(
            why="no number is given as the result", doubt="every number in the answer is taken back"
        )
    if may_be_lost(answer):
        return Missing(why="no number was found", doubt="the number may stand in an image")
    if _IN_WORDS.search(answer.text):
        return Missing(why="no number was found", doubt="a number may be said in a word there")
    if why == "unread" and _DIGIT.search(answer.text):
        return Missing(
            why="no number was found", doubt="digits stand there, but could not be read as a number"
        )
    if why == "said":
        return Missing(why=GIVEN, doubt="a number of the question is given as if it were a result")
    return Missing(why="no number was found" if why else GIVEN)
