"""A number or formula for each of several things, and which has most and least.

    read:
      kind: keyed-formulas
      variables: {C: [c, Cin, C_in], H: [h], W: [w]}
      sides: [H, W]
      depth: C
      about: [parameter, weight]
      others: [computation, flop]

The value is ``{values, assume, most, least, unclear, factor}``. Each of ``values`` is ``{index,
label, layers, terms, slack, significant, others, steps, conflict, unsure}``: ``terms`` is a sum of
``[coefficient, {variable: power}]``; ``layers`` is the stack that its key describes, if it does;
``steps`` are the other formulas beside it. ``assume`` holds numbers taken for variables.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.expression.polynomial import Polynomial
from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._assumptions import Assumptions, assumptions
from grader.read._claims import Claims, claims
from grader.read._contrary import contrary
from grader.read._formulas import Formula, Names, chains, formulas
from grader.read._item_labels import blanked, index_of, labels, without_labels
from grader.read._items import Item, Items, labelled, spots
from grader.read._keyed import Reading, Value, only_names
from grader.read._keyed_tables import from_table
from grader.read._label_order import ascending
from grader.read._layer_stack import stack
from grader.read._layer_tables import rows
from grader.read._marks import LONGEST, unmarked

_WITHDRAWN = re.compile(
    r"\b(?:wait|sorry|correction|corrected|oops|my mistake|scratch|ignore|instead|actually|should be"
    r"|no,|rather)\b|\.\.\.\s*no\b",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\bsame\b(?:\s+(?:as|number))?|\bas\s+(?:above|before|for)\b|\bditto\b|\bidentical\b|\bequal\b"
    r"|\blikewise\b|^\W*[\"”]\W*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\d.])([1-9])(?![\d.])")
_LISTED = re.compile(
    r" ?(?:\([^()]{0,40}\)|\b(?:params?|parameters?|weights?|MACs?|FLOPs?|ops)\b)? ?"
    r"\)?(?:[,;/|→&<> ]|\band\b)+(?:O ?\()? ?",
    re.IGNORECASE,
)
_BETWEEN = 120
_FACTOR = re.compile(
    r"\s*\)?\s*(?:,?\s*(?:all|each)\s+)?(?:\(?[x*·]|times|multiplied by|in units of|units of)\s*$",
    re.IGNORECASE,
)
_ALL_TIMES = re.compile(
    r"\b(?:all|each|everything|every|these|them)\b[^.\n]{0,30}"
    r"\b(?:times|multiplied by|x|·|in units of)\s*$",
    re.IGNORECASE,
)
_SLASHES = re.compile(r"\s/\s")
_MOST_WORD = re.compile(r"\b(?:most|largest|max\w*|highest|biggest)\b", re.IGNORECASE)
_LEAST_WORD = re.compile(r"\b(?:least|smallest|min(?:imum)?|lowest|fewest)\b", re.IGNORECASE)
_SAID = re.compile(r"[A-Za-z0-9]")
_UNSPOKEN = "names stand at the end without a word"
_NAMED_BEHIND = re.compile(
    r"(?P<start>^[ ]{0,8}|[,;][ ]{1,8}(?:and[ ]{1,8})?|[ ]{1,8}and[ ]{1,8})(?P<value>[^\n,;]{1,80}?)[ ]{1,8}for[ ]{1,8}(?:the[ ]{1,8}|number[ ]{1,8}|#)?"
    r"(?P<label>first|second|third|fourth|fifth|1st|2nd|3rd|[45]th|[1-5]|[A-E])(?:[ ]{1,8}(?:one|architecture|network|stack|design|option))?"
    r"(?=[ ]{0,8}(?:[.,;\n]|$|and\b))",
    re.IGNORECASE | re.MULTILINE,
)
_FEWEST = 3
_HEAD = 400
_QUOTE = 300


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedFormulas:
    """Options: the variables with their spellings, and words of what is asked and what is not.

    >>> from grader.model import Answer, Piece, Place
    >>> place = Place(file="a.md", start=1, end=1)
    >>> piece = Piece(kind="prose", text="1) 9C*C 2) C². Most: 1, least: 2", place=place)
    >>> value = KeyedFormulas(variables={"C": []}).read(Answer(pieces=(piece,))).value
    >>> [one["terms"] for one in value["values"]], value["most"], value["least"]
    ([[[9, {'C': 2}]], [[1, {'C': 2}]]], [{'index': 1}], [{'index': 2}])
    """

    variables: dict[str, list[str]]
    sides: list[str] = field(default_factory=list)
    """Variables that the size of an image sets."""
    depth: str = ""
    """The variable that its channels set."""
    depth_words: list[str] = field(default_factory=lambda: ["channel", "depth", "filter"])
    about: list[str] = field(default_factory=list)
    """Words of a column or line that holds what is asked."""
    others: list[str] = field(default_factory=list)
    """Words of one that holds something else."""

    def read(self, answer: Answer) -> Finding:
        """Return the values with their keys, and the claims."""
        scan = _Scan(self, answer)
        scan.run()
        value = scan.plain()
        if not scan.values and not (value["most"] or value["least"]):
            return Missing(why="no value was found", doubt=scan.doubt())
        quote = "; ".join(dict.fromkeys(" ".join(one.text.split()) for one in scan.values))
        return Found(
            value=value,
            where=tuple(dict.fromkeys(piece.place for piece in answer.pieces))[:20],
            quote=quote[:_QUOTE] or " ".join(scan.text.split())[:_QUOTE],
            doubt=_lost(answer) or contrary(scan.said),
        )


def _lost(answer: Answer) -> str:
    if answer.lost:
        return f"lost in conversion: {answer.lost[0]}"
    return "the answer is longer than what is read" if len(answer.text) > LONGEST else ""


class _Scan:
    """Reads one answer."""

    def __init__(self, kind: KeyedFormulas, answer: Answer) -> None:
        self.kind = kind
        self.answer = answer
        self.text, self.tables = _parts(answer)
        self.said = self.text
        self.text = ascending(_labels_first(self.text))
        self.masked = ""
        """The text without list numbers, which are no values."""
        self.found: list[Formula] = []
        self.reading = Reading(Names({}, {}), _pattern(kind.about), _pattern(kind.others))
        self.assumed = Assumptions()
        self.claims = Claims()
        self.values: list[Value] = []
        self.factor: Polynomial | None = None
        self.unsure: list[str] = []

    def run(self) -> None:
        """Read assumptions, then claims, then values from what is left."""
        kind = self.kind
        spellings = {s: name for name, more in kind.variables.items() for s in (name, *more)}
        everything = "\n".join([self.text, *(unmarked(table) for table in self.tables)])
        self.assumed = assumptions(
            everything, Names(spellings, {}), kind.sides, kind.depth, kind.depth_words
        )
        self.reading = replace(self.reading, names=self.assumed.names)
        inside = [span for span in self.assumed.spans if span[1] <= len(self.text)]
        text = blanked(self.text, inside)
        masked = without_labels(text)
        found = self.reading.valued(masked)
        self.claims = claims(text, found)
        self.text = blanked(text, self.claims.spans)
        self.masked = blanked(masked, self.claims.spans)
        self.found = [one for one in found if self.masked[one.start] != " "]
        for table in self.tables:
            self._table(table)
        if self.values:
            self._beside_table()
        else:
            self._text()
        claimed = self.claims.most or self.claims.least or self.claims.unsure
        if self.values and not claimed:
            self._unspoken()

    def plain(self) -> dict[str, Any]:
        """Return all that was read as plain data."""
        return {
            "values": [one.plain() for one in self.values],
            "assume": dict(self.assumed.values),
            "most": self.claims.most,
            "least": self.claims.least,
            "unclear": [*self.claims.unsure],
            "doubts": [*self.unsure, *self.assumed.unsure],
            "factor": self.factor.plain() if self.factor else None,
        }

    def doubt(self) -> str:
        """Return why an answer without a value may hold one after all."""
        if self.answer.lost or self.answer.of("image"):
            return "the answer may stand in an image"
        if self.claims.unsure:
            return self.claims.unsure[0]
        found = formulas(self.masked, self.reading.names)
        named = any(
            one.value.names and not one.bare and any(k != 1 for _, k in one.value.terms)
            for one in found
        )
        unread = named or len(found) > 1 or self.answer.of("code")
        return "values may be given in a way that was not read" if unread else ""

    def _unspoken(self) -> None:
        """Names behind the last value without a word: perhaps answers to a repeated question."""
        last = max((one.end for one in self.found), default=0)
        named = sorted({(start, index) for index, start, _ in labels(self.text, last)})
        if named and len(named) <= len(("most", "least")):
            self.claims.most = [{"index": named[0][1]}]
            self.claims.least = [{"index": named[-1][1]}] if len(named) > 1 else []
            self.claims.unsure.append(_UNSPOKEN)

    # -- lists with labels

    def _text(self) -> None:
        holds = spots([one.start for one in self.found])
        items = labelled(self.text, holds)
        listed = self._listed()
        full = sum(holds(item.start, item.end) for item in items.items) if items else 0
        if items is not None and full >= min(2, len(listed)):
            self._of_items(items)
        elif len(listed) > 2 or not (self._by_clauses() or self._by_lines()):
            self.values = listed if len(listed) > 1 else self.values

    def _of_items(self, items: Items) -> None:
        for item in items.items:
            value = self._value(item)
            if value is None and _SAME.search(item.of(self.text)):
                value = self._same(item)
            if value is not None:
                self.values.append(value)
            elif _SAID.search(item.of(self.masked)):
                self.unsure.append(f"no value was read for number {item.index}")
        first, last = items.items[0], items.items[-1]
        for item in items.earlier:
            if not _WITHDRAWN.search(self.text, item.start, first.end):
                self._compare(item)
        for item in items.again:
            withdrawn = _WITHDRAWN.search(self.text, min(last.end, item.start), item.end)
            self._compare(item, corrects=withdrawn is not None)

    def _value(self, item: Item) -> Value | None:
        first, last = (
            bisect_left(self.found, place, key=lambda one: one.start)
            for place in (item.start, item.end)
        )
        text, own = self.masked[: item.end], self.found[first:last]
        return self.reading.value(item.index, item.label, text, own, start=item.start)

    def _same(self, item: Item) -> Value | None:
        """Take over a value for "A4: the same as A3"."""
        text = item.of(self.text)
        named = [n for n in map(int, _NUMBER.findall(text)) if n != item.index]
        wanted = named[0] if named else item.index - 1
        known = next((value for value in self.values if value.index == wanted), None)
        if known is None:
            return None
        return replace(known, index=item.index, label=item.label, layers=None, text=text)

    def _compare(self, item: Item, *, corrects: bool = False) -> None:
        """A value that is given once more must be the same one, or correct it."""
        known = next((value for value in self.values if value.index == item.index), None)
        again = self._value(item)
        if known is None or again is None or self._elsewhere(item):
            return
        if again.formula.value in (known.formula.value, *known.working, *known.steps):
            return
        if corrects:
            again.layers = again.layers or known.layers
            self.values[self.values.index(known)] = again
        else:
            known.conflict = True

    def _elsewhere(self, item: Item) -> bool:
        """Whether an item stands below words that say it is about something else."""
        reading = self.reading
        if reading.others is None:
            return False
        head = self.text[max(0, item.start - _HEAD) : item.start]
        other = [match.end() for match in reading.others.finditer(head)]
        asked = [match.end() for match in reading.about.finditer(head)] if reading.about else []
        return bool(other) and max(other) > max(asked, default=-1)

    # -- lists without labels

    def _by_clauses(self) -> bool:
        """Text that says of each stack in turn what it has: "the 7x7 has …, three 3x3 have …"."""
        usable = [chain for chain in chains(self.masked, self.found) if not only_names(chain)]
        made: list[Value] = []
        last = 0
        for chain in usable:
            start = chain.members[0].start
            key = self.masked[last:start]
            layers = stack(key[key.rfind("\n") + 1 :]).layers
            last = chain.last.end
            if layers:
                own = [one.value for one in chain.members[:-1]]
                text = self.masked[start:last]
                made.append(Value(len(made) + 1, "", chain.last, text, layers=layers, working=own))
        if len(made) < 3 or len(made) < len(usable):
            return False
        self.values = made
        return True

    def _by_lines(self) -> bool:
        """Lines with one value each, keyed by the layers that they name, or by their order."""
        start = 0
        made: list[Value] = []
        for line in self.masked.split("\n"):
            value = self._value(Item(index=len(made) + 1, start=start, end=start + len(line)))
            start += len(line) + 1
            if value is not None and not value.formula.kernels:
                made.append(value)
        if len(made) > 1:
            self.values = made
        return len(made) > 1

    def _listed(self) -> list[Value]:
        """The longest run of formulas with only commas and the like between them."""
        text, found = self.masked, self.found
        if len(_SLASHES.findall(text)) > 1:
            text = _SLASHES.sub(" ; ", text)
            found = self.reading.valued(text)
        best: list[Formula] = []
        run: list[Formula] = []
        for one in [one for one in found if not one.kernels] or found:
            between = text[run[-1].end : one.start] if run else ""
            if run and not _only_lists(between):
                run = []
            run.append(one)
            best = list(run) if len(run) > len(best) else best
        self._factored(text, best, found)
        return [Value(i, "", one, text[one.start : one.end]) for i, one in enumerate(best, 1)]

    def _factored(self, text: str, best: Sequence[Formula], found: Sequence[Formula]) -> None:
        """``49, 27, 34 times HWC²``: a factor that is written once."""
        after = next((one for one in found if best and one.start >= best[-1].end), None)
        if after is None or not after.value.names or any(one.value.names for one in best):
            return
        between = text[best[-1].end : after.start]
        if _FACTOR.fullmatch(between) or _ALL_TIMES.search(between):
            self.factor = after.value

    # -- tables

    def _table(self, table: str) -> None:
        for value, text in from_table(table, self.reading):
            self.values.append(value)
            for word, claimed in (
                (_MOST_WORD, self.claims.most),
                (_LEAST_WORD, self.claims.least),
            ):
                if word.search(text) and not claimed:
                    claimed.append({"index": value.index})

    def _beside_table(self) -> None:
        items = labelled(self.text, spots([one.start for one in self.found]))
        for item in items.items if items else ():
            self._compare(item)


def _labels_first(text: str) -> str:
    """“49 for the first, 27 for the second” with each label before its value, as elsewhere."""
    found = list(_NAMED_BEHIND.finditer(text))
    if len(found) < _FEWEST or not all(any(c.isdigit() for c in m["value"]) for m in found):
        return text
    return _NAMED_BEHIND.sub(
        lambda m: f"{m['start']}Architecture {index_of(m['label'])}: {m['value']}", text
    )


def _only_lists(between: str) -> bool:
    """Whether two formulas on a line have nothing but a comma or the like between them."""
    if len(between) > _BETWEEN or "\n" in between.strip(" "):
        return False
    return _LISTED.fullmatch(" ".join(f".{between}.".split())[1:-1]) is not None


def _parts(answer: Answer) -> tuple[str, list[str]]:
    """Running text, and tables apart; a table of one line is a line."""
    shown = answer.of("prose", "math", "output", "heading") or answer.of("code")
    texts = [f"# {piece.text}" if piece.kind == "heading" else piece.text for piece in shown]
    tables: list[str] = []
    for piece in answer.of("table"):
        (tables if len(rows(piece.text)) > 1 else texts).append(piece.text)
    return unmarked("\n\n".join(texts)), tables


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    if not words:
        return None
    return re.compile("|".join(rf"\b{re.escape(word)}" for word in words), re.IGNORECASE)
