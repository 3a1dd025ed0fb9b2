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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from grader.expression.polynomial import NotAPolynomial, Polynomial
from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._assumptions import Assumptions, assumptions
from grader.read._claims import Claims, claims
from grader.read._formulas import Chain, Formula, Names, chains, formulas
from grader.read._items import (
    Item,
    Items,
    blanked,
    index_of,
    labelled,
    labels,
    spots,
    without_labels,
)
from grader.read._layer_calls import LayerDict
from grader.read._layer_stack import stack
from grader.read._layer_tables import rows
from grader.read._marks import unmarked

_WITHDRAWN = re.compile(
    r"\b(?:wait|sorry|correction|corrected|oops|my mistake|scratch|ignore|instead|actually|should be|no,|rather)\b|\.\.\.\s*no\b",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\bsame\b(?:\s+(?:as|number))?|\bas\s+(?:above|before|for)\b|\bditto\b|\bidentical\b|\bequal\b|\blikewise\b|^\W*[\"”]\W*$",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\s*(?:\([^()\n]{0,40}\)|\b(?:params?|parameters?|weights?|MACs?|FLOPs?|ops)\b)?\s*(?:,|;|/|\||→|\band\b|&|<|>|\s)+\s*",
    re.IGNORECASE,
)
_FACTOR = re.compile(
    r"\s*\)?\s*(?:,?\s*(?:all|each)\s+)?(?:\(?[x*·]|times|multiplied by|in units of|units of)\s*$",
    re.IGNORECASE,
)
_ALL_TIMES = re.compile(
    r"\b(?:all|each|everything|every|these|them)\b[^.\n]{0,30}\b(?:times|multiplied by|x|·|in units of)\s*$",
    re.IGNORECASE,
)
_SLASHES = re.compile(r"\s/\s")
_TOTAL = re.compile(r"\b(?:total|sum)\b", re.IGNORECASE)
UNSPOKEN = "names stand at the end without a word"
_MOST_STEPS = 24
_QUOTE = 300


@dataclass(slots=True)
class _Value:
    """What is given for one thing."""

    index: int
    label: str
    formula: Formula
    text: str
    layers: list[LayerDict] | None = None
    steps: list[Polynomial] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    conflict: bool = False

    def plain(self) -> dict[str, Any]:
        formula = self.formula
        return {
            "index": self.index,
            "label": self.label or str(self.index),
            "layers": self.layers,
            "terms": formula.value.plain(),
            "approx": formula.approx,
            "slack": _number(formula.slack),
            "significant": formula.significant,
            "others": [_number(other) for other in formula.others],
            "steps": [step.plain() for step in self.steps[:_MOST_STEPS]],
            "conflict": self.conflict,
            "unsure": self.unsure,
            "text": " ".join(self.text.split())[:120],
        }


def _number(value: Fraction | None) -> int | str | None:
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else str(value)


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedFormulas:
    """Options: the variables with their spellings, and words of what is asked and what is not.

    >>> from grader.model import Answer, Piece, Place
    >>> place = Place(file="a.md", start=1, end=1)
    >>> answer = Answer(pieces=(Piece(kind="prose", text="1) 9C*C 2) C². Most: 1, least: 2", place=place),))
    >>> value = KeyedFormulas(variables={"C": []}).read(answer).value
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
        lost = f"lost in conversion: {answer.lost[0]}" if answer.lost else ""
        return Found(
            value=value,
            where=tuple(dict.fromkeys(piece.place for piece in answer.pieces))[:20],
            quote=quote[:_QUOTE] or " ".join(scan.text.split())[:_QUOTE],
            doubt=lost,
        )


class _Scan:
    """Reads one answer."""

    def __init__(self, kind: KeyedFormulas, answer: Answer) -> None:
        self.kind = kind
        self.answer = answer
        spellings = {
            spelling: name for name, more in kind.variables.items() for spelling in (name, *more)
        }
        self.names = Names(spellings, {})
        kinds = ("prose", "math", "output", "heading")
        shown = answer.of(*kinds) or answer.of("code")
        texts = [f"# {piece.text}" if piece.kind == "heading" else piece.text for piece in shown]
        self.tables = []
        for piece in answer.of("table"):
            if len(rows(piece.text)) > 1:
                self.tables.append(piece.text)
            else:
                texts.append(piece.text)
        self.text = unmarked("\n\n".join(texts))
        self.about = _pattern(kind.about)
        self.others = _pattern(kind.others)
        self.values: list[_Value] = []
        self.assumed = Assumptions()
        self.claims = Claims()
        self.factor: Polynomial | None = None
        self.masked = ""
        self.found: list[Formula] = []
        self.unsure: list[str] = []

    def run(self) -> None:
        kind = self.kind
        more = "".join(f"\n{unmarked(table)}" for table in self.tables)
        self.assumed = assumptions(
            self.text + more, self.names, kind.sides, kind.depth, kind.depth_words
        )
        self.names = self.assumed.names
        spans = [span for span in self.assumed.spans if span[1] <= len(self.text)]
        text = blanked(self.text, spans)
        masked = without_labels(text)
        self.found = self._valued(masked)
        self.claims = claims(text, self.found)
        self.text = blanked(text, self.claims.spans)
        self.masked = blanked(masked, self.claims.spans)
        self.found = [one for one in self.found if self.masked[one.start] != " "]
        for table in self.tables:
            self._table(table)
        if self.values:
            self._again()
        else:
            self._text()
        if self.values and not (self.claims.most or self.claims.least or self.claims.unsure):
            self._unspoken()

    def _valued(self, text: str) -> list[Formula]:
        return [one for one in formulas(text, self.names) if not one.foreign and not one.bare]

    def _unspoken(self) -> None:
        """Names behind the last value, without a word: perhaps the answers to a repeated question."""
        last = max((one.end for one in self.found), default=0)
        named = sorted({(start, index) for index, start, _ in labels(self.text, last)})
        if 0 < len(named) < 3:
            self.claims.most = [{"index": named[0][1]}]
            self.claims.least = [{"index": named[-1][1]}] if len(named) > 1 else []
            self.claims.unsure.append(UNSPOKEN)

    def plain(self) -> dict[str, Any]:
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
        """Why an answer without a value may hold one after all."""
        if self.answer.lost or self.answer.of("image"):
            return "the answer may stand in an image"
        if self.claims.unsure:
            return self.claims.unsure[0]
        unread = len(formulas(self.masked, self.names)) > 1 or self.answer.of("code")
        return "values may be given in a way that was not read" if unread else ""

    # -- running text

    def _text(self) -> None:
        holds = spots([one.start for one in self.found])
        items = labelled(self.text, holds)
        listed = self._listed()
        if items is None or len([i for i in items.items if holds(i.start, i.end)]) < min(
            2, len(listed)
        ):
            if len(listed) > 2 or not (self._by_clauses() or self._by_lines()):
                self.values = listed if len(listed) > 1 else self.values
            return
        self._of_items(items)

    def _of_items(self, items: Items) -> None:
        for item in items.items:
            value = self._value(item)
            if value is None and _SAME.search(item.of(self.text)):
                value = self._same(item)
            if value is not None:
                self.values.append(value)
            elif re.search(r"[A-Za-z0-9]", item.of(self.masked)):
                self.unsure.append(f"no value was read for number {item.index}")
        by_index = {value.index: value for value in self.values}
        first = items.items[0]
        for item in items.earlier:
            withdrawn = _WITHDRAWN.search(self.text, item.start, first.end)
            if self._differs(by_index, item) and not withdrawn and not self._elsewhere(item):
                by_index[item.index].conflict = True
        for item in items.again:
            self._once_more(by_index, item, items.items[-1].end)

    def _once_more(self, by_index: dict[int, _Value], item: Item, since: int) -> None:
        if not self._differs(by_index, item) or self._elsewhere(item):
            return
        value = self._value(item)
        if value is not None and _WITHDRAWN.search(self.text, min(since, item.start), item.end):
            value.layers = value.layers or by_index[item.index].layers
            self.values[self.values.index(by_index[item.index])] = value
        else:
            by_index[item.index].conflict = True

    def _elsewhere(self, item: Item) -> bool:
        """Whether an item stands below words that say it is about something else."""
        if self.others is None:
            return False
        head = self.text[max(0, item.start - 400) : item.start]
        other = [match.end() for match in self.others.finditer(head)]
        asked = [match.end() for match in self.about.finditer(head)] if self.about else []
        return bool(other) and max(other) > max(asked, default=-1)

    def _differs(self, by_index: Mapping[int, _Value], item: Item) -> bool:
        known = by_index.get(item.index)
        again = self._value(item)
        return (
            known is not None
            and again is not None
            and again.formula.value not in (known.formula.value, *known.steps)
        )

    def _same(self, item: Item) -> _Value | None:
        """ "A4: the same as A3" takes over a value."""
        text = item.of(self.text)
        named = [
            index
            for index in map(int, re.findall(r"(?<![\d.])([1-9])(?![\d.])", text))
            if index != item.index
        ]
        wanted = named[0] if named else item.index - 1
        known = next((value for value in self.values if value.index == wanted), None)
        return (
            None
            if known is None
            else replace(known, index=item.index, label=item.label, layers=None, text=text)
        )

    # -- one value

    def _value(self, item: Item) -> _Value | None:
        """The value of an item of the running text."""
        first, last = (
            bisect_left(self.found, place, key=lambda one: one.start)
            for place in (item.start, item.end)
        )
        own = self.found[first:last]
        return self._made(item.index, item.label, self.masked[: item.end], own, start=item.start)

    def _in_cell(self, index: int, label: str, text: str, more: str) -> _Value | None:
        return self._made(index, label, text, self._valued(text), more=more)

    def _made(
        self,
        index: int,
        label: str,
        text: str,
        own: Sequence[Formula],
        *,
        start: int = 0,
        more: str = "",
    ) -> _Value | None:
        """The value among formulas; ``text`` ends where they end, and its words count from ``start``."""
        usable = chains(text, own, start)
        chosen, unsure = self._chosen(text, usable, start)
        if chosen is None:
            return None
        last = chosen.last
        steps = [one.value for chain in usable for one in chain.members if one is not last]
        if len(usable) > 1:
            steps.append(_summed(usable))
        layers = stack(more or text[start : chosen.members[0].start]).layers
        if not layers and any(one.kernels and one.start > last.end for one in own):
            layers = stack(text[last.end :]).layers
        return _Value(
            index,
            label,
            last,
            f"{label} {text[start:]}",
            layers=layers or None,
            steps=steps,
            unsure=unsure,
        )

    def _chosen(self, text: str, found: list[Chain], start: int) -> tuple[Chain | None, list[str]]:
        """The chain that gives the value: a total, the only one, or what the others add up to."""
        kept = [chain for chain in found if not _only_names(chain)] or found
        kept = self._of_interest(text, kept, start)
        symbolic = [chain for chain in kept if chain.last.value.names]
        if symbolic and len(symbolic) < len(kept) and not any(chain.total for chain in kept):
            kept = symbolic if kept[-1] in symbolic else kept
        totals = [chain for chain in kept if chain.total]
        if totals:
            return totals[-1], []
        whole = [chain for chain in kept if not chain.each] or kept
        if not whole:
            return None, []
        values = {chain.last.value for chain in whole}
        if len(values) == 1:
            return whole[-1], ["a value of one layer"] if len(whole) == len(
                [c for c in kept if c.each]
            ) else []
        for chain in reversed(whole):
            rest = [other for other in whole if other is not chain]
            if _summed(rest) == chain.last.value:
                return chain, []
        return whole[-1], ["several values stand here"]

    def _of_interest(self, text: str, found: list[Chain], start: int) -> list[Chain]:
        if self.others is None or len(found) < 2:
            return found
        kept, last = [], start
        for chain in found:
            head = (
                text[last : chain.members[0].start]
                + " "
                + re.split(r"[,;\n]", text[chain.last.end : chain.last.end + 24])[0]
            )
            other = self.others.search(head) is not None
            if not other or (self.about is not None and self.about.search(head)):
                kept.append(chain)
            last = chain.last.end
        return kept or found

    # -- lists without labels

    def _by_clauses(self) -> bool:
        """Running text that says of each stack in turn what it has: "the 7x7 has …, three 3x3 have …"."""
        usable = [chain for chain in chains(self.masked, self.found) if not _only_names(chain)]
        made: list[_Value] = []
        last = 0
        for chain in usable:
            key = self.masked[last : chain.members[0].start]
            layers = stack(key[key.rfind("\n") + 1 :]).layers
            last = chain.last.end
            if layers:
                made.append(
                    _Value(
                        len(made) + 1,
                        "",
                        chain.last,
                        self.masked[chain.members[0].start : last],
                        layers=layers,
                        steps=[one.value for one in chain.members[:-1]],
                    )
                )
        if len(made) < 3 or len(made) < len(usable):
            return False
        self.values = made
        return True

    def _by_lines(self) -> bool:
        """Lines with one value each, keyed by the layers that they name, or by their order."""
        start, made = 0, []
        for line in self.masked.split("\n"):
            value = self._value(Item(index=len(made) + 1, start=start, end=start + len(line)))
            start += len(line) + 1
            if value is not None and not value.formula.kernels:
                made.append(value)
        if len(made) < 2:
            return False
        self.values = made
        return True

    def _listed(self) -> list[_Value]:
        """The longest run of formulas with only commas and the like between them."""
        text, found = self.masked, self.found
        if len(_SLASHES.findall(text)) > 1:
            text = _SLASHES.sub(" ; ", text)
            found = self._valued(text)
        best: list[Formula] = []
        run: list[Formula] = []
        for one in [one for one in found if not one.kernels] or found:
            between = text[run[-1].end : one.start] if run else ""
            if run and not (_LISTED.fullmatch(between) and "\n" not in between.strip(" ")):
                run = []
            run.append(one)
            best = list(run) if len(run) > len(best) else best
        self._factored(text, best, found)
        return [
            _Value(place, "", one, text[one.start : one.end]) for place, one in enumerate(best, 1)
        ]

    def _factored(self, text: str, best: Sequence[Formula], found: Sequence[Formula]) -> None:
        """``49, 27, 34 times HWC²``: a factor that is written once."""
        after = next((one for one in found if best and one.start >= best[-1].end), None)
        if after is not None and after.value.names and not any(one.value.names for one in best):
            between = text[best[-1].end : after.start]
            if _FACTOR.fullmatch(between) or _ALL_TIMES.search(between):
                self.factor = after.value

    # -- tables

    def _table(self, table: str) -> None:
        cells = [[unmarked(cell) for cell in row] for row in rows(table)]
        header, body = cells[0], cells[1:]
        heads = [index_of(cell) for cell in header]
        if sum(index is not None for index in heads) > 1 and body:
            self._across(header, heads, body)
            return
        if any(
            not one.foreign and one.value.names
            for cell in header
            for one in formulas(cell, self.names)
        ):
            header, body = [""] * len(header), cells
        column = self._column(header, body)
        if column is None:
            return
        grouped: list[tuple[str, list[str], str]] = []
        marks: list[str] = []
        for row in body:
            label = row[0].strip() if row else ""
            said = row[column] if column < len(row) else ""
            described = [
                cell
                for place, cell in enumerate(row)
                if place != column
                and stack(cell).layers
                and not any(one.value.names for one in formulas(cell, self.names))
            ]
            rest = described[0] if described else ""
            summed = any(_TOTAL.search(cell) for place, cell in enumerate(row) if place != column)
            said = f"Total = {said}" if summed else said
            if grouped and (not label or label == grouped[-1][0] or _TOTAL.search(label)):
                grouped[-1][1].append(said)
            else:
                grouped.append((label, [said], rest))
                marks.append(" ".join(row))
        for (label, said, rest), mark in zip(grouped, marks, strict=True):
            index = index_of(label)
            place = index if index is not None else len(self.values) + 1
            value = self._in_cell(place, label, "\n".join(said), rest)
            if value is not None:
                self.values.append(value)
            self._marked(place, mark)

    def _marked(self, index: int, text: str) -> None:
        for match, claimed in (
            (
                re.search(r"\b(?:most|largest|max\w*|highest|biggest)\b", text, re.IGNORECASE),
                self.claims.most,
            ),
            (
                re.search(
                    r"\b(?:least|smallest|min(?:imum)?|lowest|fewest)\b", text, re.IGNORECASE
                ),
                self.claims.least,
            ),
        ):
            if match and not claimed:
                claimed.append({"index": index})

    def _across(
        self, header: Sequence[str], heads: Sequence[int | None], body: Sequence[Sequence[str]]
    ) -> None:
        """The things stand side by side, and what is said of them below."""
        asked = [row for row in body if self.about is not None and self.about.search(row[0])]
        totals = [row for row in body if _TOTAL.search(row[0])]
        valued = [
            row
            for row in body
            if any(
                not f.foreign and not f.kernels
                for cell in row[1:]
                for f in formulas(cell, self.names)
            )
        ]
        row = (totals or asked or valued or [[]])[-1]
        layered = next(
            (
                other
                for other in body
                if other is not row and any(stack(cell).layers for cell in other[1:])
            ),
            [],
        )
        for place, index in enumerate(heads):
            if index is not None and place < len(row):
                more = layered[place] if place < len(layered) else ""
                value = self._in_cell(index, header[place], row[place], more)
                if value is not None:
                    self.values.append(value)

    def _column(self, header: Sequence[str], body: Sequence[Sequence[str]]) -> int | None:
        """The column that holds what is asked."""
        width = max((len(row) for row in body), default=0)
        holding = [
            place
            for place in range(width)
            if sum(
                any(not one.foreign and not one.kernels for one in formulas(row[place], self.names))
                for row in body
                if place < len(row)
            )
            * 2
            >= len(body)
        ]
        holding = [
            place
            for place in holding
            if place or not all(index_of(row[0]) is not None for row in body if row)
        ]
        titles = {place: header[place] if place < len(header) else "" for place in holding}
        totals = [
            place
            for place in holding
            if _TOTAL.search(titles[place])
            and not (self.others and self.others.search(titles[place]))
        ]
        asked = [
            place
            for place in holding
            if self.about is not None and self.about.search(titles[place])
        ]
        kept = [
            place
            for place in holding
            if self.others is None or not self.others.search(titles[place])
        ] or holding
        symbolic = [
            place
            for place in kept
            if any(
                one.value.names
                for row in body
                if place < len(row)
                for one in formulas(row[place], self.names)
            )
        ]
        both = [place for place in totals if place in asked]
        chosen = both or (asked if len(asked) == 1 else []) or totals or asked or symbolic or kept
        return chosen[-1] if chosen else None

    def _again(self) -> None:
        """A value that stands beside the table once more must be the same one."""
        by_index = {value.index: value for value in self.values}
        items = labelled(self.text, spots([one.start for one in self.found]))
        for item in items.items if items else ():
            if (
                item.index in by_index
                and self._differs(by_index, item)
                and not self._elsewhere(item)
            ):
                by_index[item.index].conflict = True


def _only_names(chain: Chain) -> bool:
    """Whether a chain only speaks of layers: kernel sizes, or how many there are."""
    return all(one.kernels for one in chain.members) or (
        len(chain.members) == 1 and chain.last.counts
    )


def _summed(found: Sequence[Chain]) -> Polynomial:
    total = Polynomial()
    try:
        for chain in found:
            total = total + chain.last.value
    except NotAPolynomial:
        return Polynomial()
    return total


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    return (
        re.compile("|".join(rf"\b{re.escape(word)}" for word in words), re.IGNORECASE)
        if words
        else None
    )
