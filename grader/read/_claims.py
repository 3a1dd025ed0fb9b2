"""Which of several things is said to have most, and which least.

``most: A1, least: A5`` · "the first is the largest, the fifth the smallest" · ``A1 > A3 = A4 > A2``
· "the 7x7 layer needs most, the dilated one fewest". What is denied is no claim.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.read._formulas import Formula
from grader.read._item_labels import labels
from grader.read._layer_stack import stack

_SUPERLATIVE = re.compile(
    r"""(?<![A-Za-z])(?:
    (?P<least>(?:fewer|less|lower|smaller|cheaper|lighter)(?=[^.;\n]{0,50}\bthan\s+(?:all|any|every|each|the\s+(?:other|rest)))|least(?!\s+efficient)|min(?:imum|imal|\.)?(?![a-z])|lowest|small?est|fewest|cheapest|lightest|tiniest
        |most\s+(?:efficient|economical|compact|light\w*|parameter[\s-]efficient|cheap))
    |(?P<most>(?:more|higher|larger|bigger|greater|heavier)(?=[^.;\n]{0,50}\bthan\s+(?:all|any|every|each|the\s+(?:other|rest)))|most|max(?:imum|imal|\.)?(?![a-z])|highest|larg?est|bigg?est|greatest|heaviest|costliest|priciest|least\s+efficient)
    )(?:\s+(?:expensive|costly|heavy|demanding|intensive))?(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
_COMPARED = re.compile(
    r"\b(?:more|less|fewer|higher|lower|bigger|larger|smaller|greater|best|worst|expensive|cheap\w*|efficient|heavy|heavier"
    r"|lighter?|maxim\w*|minim\w*|top|bottom|extreme|winner|rank\w*)\b",
    re.IGNORECASE,
)
_NOT_ONE = re.compile(
    r"\s+(?:of\s+(?:the|them|all)\s+(?:weights|time)|kernels?\b|filters?\b|receptive|field|windows?\b|conv\w*\s+(?:kernel|filter)|likely|common|important|one\s+(?:side|dim\w*|direction|step|of\s+the\s+kernels))|ly\b",
    re.IGNORECASE,
)
_AT = re.compile(r"\bat\s+(?:the\s+)?$", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|never|neither|nor|n't|isn't|doesn't|cannot)\b|n't\b", re.IGNORECASE)
_TAIL = re.compile(
    r"\b(?:because|since|as\s+(?:it|they|its)|due\s+to|followed\s+by|compared|than|while\s+having|so\s+that|for\s+it|if|when|whenever"
    r"|as\s+(?:soon|long)\s+as|provided|supposing|assuming|unless|for\s+(?:large|big|small|any|every|all|C))\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:order|ranking|as\s+before|as\s+above|(?:as|like)\s+in\s+(?:the\s+)?(?:part|question|previous|12))\b",
    re.IGNORECASE,
)
_TIED = re.compile(
    r"\W*(?:\w+\s+){0,3}?\d\s*(?:and|&|,)\s*\d\s+(?:[a-z]+\s+){0,4}(?:same|equal|tied?|identical|alike)"
    r"(?:\s+[a-z]+){0,3}\W*",
    re.IGNORECASE,
)
"""A sentence that only says that two are alike: its digits are no values."""
_ASKED = re.compile(r"\bwhich\b|\?", re.IGNORECASE)
_ORDER = re.compile(
    r"\b(?:(?P<down>(?:most|largest|highest|biggest|greatest)\s+to\s+(?:the\s+)?(?:least|smallest|lowest|fewest)|descending|decreasing)"
    r"|(?P<up>(?:least|smallest|lowest|fewest)\s+to\s+(?:the\s+)?(?:most|largest|highest|biggest|greatest)|ascending|increasing))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\n|(?<![A-Za-z0-9]\s)(?<=[^\s])(?<!\bno)(?<!\bNo)(?<!\bnr)(?<!\bNr)(?<!\bNum)(?<!\bnum)(?<!\barch)(?<!\bArch)(?<!i\.e)(?<!e\.g)[.;!?](?=\s|$)|\s\|\s"
)
_BARE = re.compile(
    r"(?<![\w.,^*<>≥≤])(?<![<>≥≤]\s)(?P<digit>\d)(?!\s?[x*]\s?\d|[\w.]*\d|\s?[A-Z^*·]|\s?channels?\b)|\((?P<letter>[a-h])\)|(?<![\w'])(?P<capital>[ABDEFG]|(?:(?<=[:=]\s)|(?<=is\s))C(?=\s*(?:[.,;()]|$))|III|II|IV|V|I(?=\s*(?:[,.;)]|$)))(?![\w'])|\b(?P<last>[Ll]ast)\b"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_WORDS = re.compile(
    r"\b(dilat|atrous|depth\s?-?wise|separable|factori[sz]ed|bottleneck|strided?|stride|pool|single)",
    re.IGNORECASE,
)
_MOST = 8
"""Superlatives of one sentence that are looked at."""
_SIGNED = re.compile(r"(?:\s+[a-z]+){0,2}\s*[=:→]", re.IGNORECASE)
_GAP = re.compile(r"[\s:=→(]{0,4}(?:with\s|has\s|is\s|at\s|about\s|≈\s?){0,2}")


@dataclass(slots=True)
class Claims:
    """Who is said to have most and least: ``{index}``, ``{layers, words}``, or the value as ``{terms}``."""

    most: list[dict[str, Any]] = field(default_factory=list)
    least: list[dict[str, Any]] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Sentences that hold nothing but claims."""


@dataclass(frozen=True, slots=True)
class _Reference:
    start: int
    end: int
    index: int
    valued: bool
    """Whether a value follows, so that it labels the value."""


def claims(text: str, values: Sequence[Formula]) -> Claims:
    """Return the claims of a text; ``values`` are its formulas in order."""
    made = Claims()
    asked: list[re.Match[str]] = []
    begins = [one.start for one in values]
    for start, end in _sentences(text):
        own = values[bisect_left(begins, start) : bisect_left(begins, end)]
        sentence = _Sentence(text, start, end, own)
        if asked and not sentence.found:
            sentence.answers(made, asked)
        asked = sentence.into(made)
        if _TIED.fullmatch(text, start, end):
            made.spans.append((start, end))
    if (
        asked
        and not (made.most or made.least)
        and not any(_ASKED.search(m.string, m.start() - 60, m.end() + 60) for m in asked)
    ):
        made.unsure.append("it is not clear which one is meant")
    compared = _COMPARED.search(text) or _ELSEWHERE.search(text)
    if not (made.most or made.least or made.unsure) and compared:
        made.unsure.append("a comparison was not understood")
    return made


def _sentences(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for match in _SENTENCE.finditer(text):
        found.append((start, match.start()))
        start = match.end()
    found.append((start, len(text)))
    return [(a, b) for a, b in found if text[a:b].strip()]


class _Sentence:
    """One sentence: its superlatives, and what may be meant by each."""

    def __init__(self, text: str, start: int, end: int, values: Sequence[Formula]) -> None:
        self.text, self.start, self.end = text, start, end
        self.values = values
        self.found = [
            m
            for m in _SUPERLATIVE.finditer(text, start, end)
            if not _NOT_ONE.match(text, m.end())
            and not _AT.search(text[max(start, m.start() - 12) : m.start()])
        ][:_MOST]

    def into(self, made: Claims) -> list[re.Match[str]]:
        """Add this sentence's claims; return the superlatives that the next one may answer."""
        order = _ORDER.search(self.text, self.start, self.end)
        if order:
            self._ordered(made, order["down"] is not None)
            return []
        if not self.found:
            self._chained(made)
            return []
        references = self._references()
        free = [one for one in references if not one.valued]
        question = "?" in self.text[self.start : self.end + 1]
        if question or (not free and not references and not self._named(self.start, self.end, ())):
            return self.found
        if not free and references and not self._described():
            self._beside(made, references)
            return []
        self._pieces(made, free)
        if not any(not self._inside(one, free) for one in self.values):
            made.spans.append((self.start, self.end))
        return []

    def answers(self, made: Claims, asked: Sequence[re.Match[str]]) -> None:
        """Take this sentence as the answer to superlatives of the one before: "Which has most? A1"."""
        named = self._named(
            self.start, self.end, [one for one in self._references() if not one.valued]
        )
        if len(named) != len(asked) and not (len(asked) == 1 and named):
            return
        groups: list[Any] = [[one] for one in named] if len(asked) > 1 else [named]
        for match, group in zip(asked, groups, strict=True):
            self._add(made, match, list(group))
        if not any(not self._inside(one, ()) for one in self.values):
            made.spans.append((self.start, self.end))

    def _inside(self, formula: Formula, free: Sequence[_Reference]) -> bool:
        """Whether a formula is only a part of a reference, such as the digit of "number 1"."""
        bare = self.text[formula.start : formula.end].strip()
        lone = len(bare) == 1 and bare.isdigit()
        named = any(one.start <= formula.start < one.end for one in free)
        return named or lone or formula.kernels

    def _references(self) -> list[_Reference]:
        found = [
            (start, end, index) for index, start, end in labels(self.text, self.start, self.end)
        ]
        kept: list[_Reference] = []
        for start, end, index in sorted(found, key=lambda one: (one[0], -one[1])):
            if not kept or start >= kept[-1].end:
                kept.append(_Reference(start, end, index, self._valued(end)))
        return kept

    def _valued(self, end: int) -> bool:
        gap = _GAP.match(self.text, end)
        stop = gap.end() if gap else end
        return any(end <= one.start <= stop for one in self.values)

    def _described(self) -> bool:
        return (
            any(one.kernels for one in self.values)
            or _WORDS.search(self.text, self.start, self.end) is not None
        )

    def _beside(self, made: Claims, references: Sequence[_Reference]) -> None:
        """``A1: 49 (most), A2: 27``: a superlative behind a labelled value is said of it."""
        for match in self.found:
            before = [one for one in references if one.start < match.start()]
            if before:
                self._add(made, match, [{"index": before[-1].index}])
            else:
                after = [one for one in references if one.start > match.start()]
                self._add(made, match, [{"index": after[0].index}])

    # -- one piece of the sentence for each superlative

    def _pieces(self, made: Claims, free: Sequence[_Reference]) -> None:
        first = self.found[0]
        signed = _SIGNED.match(self.text, first.end(), self.end) is not None
        leading = any(one.start < first.start() for one in free) or (
            not signed
            and not any(one.start > first.start() for one in free)
            and self._says(self.start, first.start())
        )
        stops = [self.start, *(m.end() for m in self.found)]
        begins = [*(m.start() for m in self.found), self.end]
        before = [self._named(stops[i], begins[i], free) for i in range(len(self.found))]
        after = [
            self._named(stops[i + 1], begins[i + 1], free, cut=True) for i in range(len(self.found))
        ]
        chosen = before if leading else after
        other = after if leading else before
        if len(self.found) == 2 and not chosen[1 if leading else 0]:
            both = chosen[0] if leading else chosen[1]
            if len(both) == 2:
                chosen = [[both[0]], [both[1]]]
        for i, match in enumerate(self.found):
            named = chosen[i] or (other[i] if i == len(self.found) - 1 or not leading else [])
            start = stops[i] if leading else match.start()
            if _DENIED.search(self.text, start, match.start() if leading else begins[i + 1]):
                made.unsure.append("a claim is denied")
                continue
            if named:
                self._add(made, match, named)
            elif not _ASKED.search(self.text, self.start, self.end):
                made.unsure.append("it is not clear which one is meant")

    def _says(self, start: int, end: int) -> bool:
        return any("terms" not in one for one in self._named(start, end, ()))

    def _named(
        self, start: int, end: int, free: Sequence[_Reference], *, cut: bool = False
    ) -> list[dict[str, Any]]:
        tail = _TAIL.search(self.text, start, end) if cut else None
        end = tail.start() if tail else end
        own = [one for one in free if start <= one.start < end]
        if own:
            return [{"index": one.index} for one in own]
        part = self.text[start:end]
        made = stack(part)
        words = [word.lower().replace(" ", "").replace("-", "") for word in _WORDS.findall(part)]
        if made.layers or words:
            layers = [
                {"kernel": layer["kernel"], "dilation": layer["dilation"], "kind": layer["kind"]}
                for layer in made.layers
            ]
            return [{"layers": layers, "words": words}]
        bare = []
        for match in _BARE.finditer(part):
            if self._valued(start + match.end()):
                continue
            if match["digit"] and match["digit"] != "0":
                bare.append({"index": int(match["digit"])})
            elif match["letter"] or match["capital"]:
                word = (match["letter"] or match["capital"]).lower()
                if match["capital"] and match["capital"].islower():
                    continue
                bare.append({"index": _ROMAN.get(word) or "abcdefgh".index(word) + 1})
            elif match["last"]:
                bare.append({"index": -1})
        if bare:
            return bare
        return [
            {"terms": one.value.plain()}
            for one in self.values
            if start <= one.start < end and not one.bare
        ]

    def _add(self, made: Claims, match: re.Match[str], named: list[dict[str, Any]]) -> None:
        said = made.least if match["least"] else made.most
        if said and said != named:
            made.unsure.append("two claims differ")
        said[:] = named

    # -- orders

    def _ordered(self, made: Claims, down: bool) -> None:
        references = self._references()
        if len(references) < 2:
            return
        ends = [[{"index": references[0].index}], [{"index": references[-1].index}]]
        made.most, made.least = ends if down else ends[::-1]

    def _chained(self, made: Claims) -> None:
        """``A1 > A3 = A4 > A2 > A5``."""
        signs = re.findall(r"[<>]", self.text[self.start : self.end])
        references = self._references()
        if len(signs) < 2 or len(set(signs)) != 1 or len(references) < 3:
            return
        groups: list[list[dict[str, Any]]] = [[]]
        for one, after in zip(references, [*references[1:], None], strict=True):
            groups[-1].append({"index": one.index})
            if after is not None and re.search(r"[<>]", self.text[one.end : after.start]):
                groups.append([])
        ends = [groups[0], groups[-1]]
        made.most, made.least = ends if signs[0] == ">" else ends[::-1]
        if not any(one.valued for one in references):
            made.spans.append((self.start, self.end))
