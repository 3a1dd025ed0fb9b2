"""Lines that hold nothing but a number: an answer to what stands above, or the label of a part.

``4.5`` below ``Question 1`` is what was asked for, though the exam may have a part 4. Such a line
is a label only where it looks like the other labels of the document and has something to label.
Where either may be meant, what it may label, or what it may answer, is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from grader.collect._label_lines import Line
from grader.collect._labels import Label, Look, Tree
from grader.collect._nouns import names_data
from grader.collect._text import Text

if TYPE_CHECKING:
    from grader.collect._candidates import Candidate

Meant: TypeAlias = Literal["label", "number", "either"]

_FIGURE = re.compile(
    r"[\s>*_`~+•-]*\(\d{1,2}(?:\.\d{1,2})?\)[\s.*_`~]*|[\s>*_`~+•-]*\d{1,2}(?:[.–-]\d{1,2})?(?:[\s.*_`~]*|\s*[-–—]\s+\(?\d[\d\s.,()+*/^·×-]*)"
)
"""A number, or a difference of some."""
_NUMBER = re.compile(r"[\s>*_`~+•-]*\d[\d.,/]*[\s*_`~]*")
_TIME = re.compile(r"[\s>*+•-]*\d{1,2}:\d\d(?!\d)")
_SOON = 2
_DASHES = ("-", "–", "—")


@dataclass(slots=True)
class Sifted:
    """Which labels are some."""

    kept: list[tuple[Line, Candidate]] = field(default_factory=list)
    passed: list[Candidate] = field(default_factory=list)
    """What may be a label all the same, of a part that nothing else names."""
    hollow: set[int] = field(default_factory=set)
    """Lines with a label that has no answer, unless the number below it is one, and that number's."""


def is_figure(line: Line) -> bool:
    """Whether a line with a label may as well be a number: ``7``, ``4.5``, not ``7)`` or ``Q7``."""
    return _is_plain(line) and holds_number(line.text)


def holds_number(line: str) -> bool:
    """Whether a line is a number, or a difference of some, and nothing else."""
    return _FIGURE.fullmatch(line) is not None


def is_number(line: str) -> bool:
    """Whether a line is a number of any length, also one too long for an id: ``61,706``."""
    return _NUMBER.fullmatch(line) is not None


def _may_be_number(line: Line) -> bool:
    """Whether a line is a number, or starts with one that nothing marks as a label: ``4.5 cm``."""
    bold = line.label.bold and line.label.term in {"", "$"}
    bare = (line.label.bare or bold) and all(step.isdigit() for step in line.label.path)
    return is_figure(line) or (bare and _is_plain(line))


def _is_plain(line: Line) -> bool:
    label = line.label
    bracketed = label.bracketed and not holds_number(line.text)
    shown = label.word or label.heading or bracketed or line.kind not in {"prose", None}
    return not shown and label.term not in {":", ")", "]", "|", "\t"}


def sifted(text: Text, found: Sequence[tuple[Line, Candidate]], tree: Tree) -> Sifted:
    """Return the labels of a document without those that are numbers."""
    return _Sieve(text, found, tree).sift()


class _Sieve:
    def __init__(self, text: Text, found: Sequence[tuple[Line, Candidate]], tree: Tree) -> None:
        self.text, self.found, self.tree = text, found, tree
        ids = [(line, c) for line, c in found if self._is_id(line.label)]
        dashed = len({c.part for line, c in ids if line.label.term in _DASHES}) > 2
        """Whether a dash parts labels from answers here, as in ``2.2 - 1.2``."""
        plain = [
            (line, c)
            for line, c in found
            if not _may_be_number(line) or (dashed and line.label.term in _DASHES)
        ]
        parts: dict[Look, set[int]] = {}
        for line, c in ids:
            parts.setdefault(line.label.look, set()).add(c.part)
        most = max(parts, key=lambda look: len(parts[look]), default=None)
        self.usual = most if most is not None and len(parts[most]) > 1 else None
        """The look that labels most parts."""
        self.usually = parts.get(most, set()) if most is not None else set()
        self.labels = {line.at for line, _ in plain}
        self.ends = {line.at: c.end for line, c in plain}
        """Lines with a label that is no mere number, and the columns behind it."""
        self.claimed = {c.part for _, c in plain if not c.group}
        """Parts that have a label which is no mere number."""
        self.named = any(line.label.word or line.label.heading for line, _ in plain)
        """Whether labels have words, or are headings."""
        self.shown = {c.part for line, c in ids if line.label.word or line.label.heading}
        """Parts that have such a label."""
        looks = {line.label.look for line, _ in found}
        every = [c.part for _, c in found] == [*range(len(tree.ids))]
        self.motley = every and len(looks) == len(found) > 2
        """Whether each part is labelled once, in order, and each in a look of its own."""
        self.items: dict[int, set[int]] = {}
        """Items of parts that are numbered below them: 1 and 2 for ``4.1`` and ``4.2`` of part 4."""
        alone = {line.at: c.part for line, c in found if not line.text[c.end :].strip()}
        for line, c in found:
            own = alone.get(self._above(line), c.part) == c.part
            if own and not self._is_id(line.label) and line.label.path[-1].isdigit():
                self.items.setdefault(c.part, set()).add(int(line.label.path[-1]))
        self.heads: dict[int, tuple[Line, Candidate]] = {}
        """Lines that hold nothing but a label, with it."""
        self.out = Sifted()

    def sift(self) -> Sifted:
        for n, (line, c) in enumerate(self.found):
            meant = self._meant(n, line, c) if line.at not in self.labels else self._shown(line, c)
            if meant == "label":
                self.out.kept.append((line, c))
                if not line.text[c.end :].strip():
                    self.heads[line.at] = line, c
            elif meant == "either":
                self.out.passed.append(c)
        return self.out

    def _shown(self, line: Line, c: Candidate) -> Meant:
        """What a label that stands out means: ``# 3`` below ``Question 1`` may be the answer."""
        if line.kind == "table" and self._is_data(line):
            return "number"
        if self._is_foreign(line):
            own = self._is_id(line.label) or (self.out.kept and self.out.kept[-1][1].part == c.part)
            return "either" if own else "number"
        head = self.heads.get(self._above(line))
        if head is not None and head[1].part == c.part and _TIME.match(line.text):
            return "number"  # ``5:00 min`` below ``Part 5``
        shown = line.label.heading and not line.label.word and holds_number(line.text.lstrip(" #"))
        if head is None or not shown or c.part in (head[1].group or ()):
            return "label"
        above = head[0].label
        if c.part == head[1].part and not self._is_id(line.label):
            return "label" if self._lists_items(c.part) else "number"
        if (above.look, above.heading) == (line.label.look, line.label.heading):
            return "label"
        if not (above.word or above.bold or above.heading):
            return "label"
        self.out.hollow.add(head[0].at)
        return "either"

    def _meant(self, n: int, line: Line, c: Candidate) -> Meant:
        head = self.heads.get(self._above(line))
        if head is None and not is_figure(line):
            return "label"
        if len(line.label.path) > 1 and not self._is_id(line.label):
            return self._item(line, c, head)
        unusual = self.usual is not None and line.label.look != self.usual
        if unusual and c.part in self.usually and is_figure(line):
            return "number"  # its part has a label like those of the others
        if head is not None and head[1].part == c.part and not head[1].group:
            return self._again(line, head[0])
        others = (*self.out.kept, *self.found[n + 1 :])
        claimed = c.part in self.claimed or any(
            other.part == c.part and not self._is_chance(where, line)
            for where, other in others
            if where.at != line.at
        )
        if head is None and self.motley and not self._ends(line):
            return "label"
        if len(line.label.path) == 1 and self.named:
            far = head is not None and not self._near(head[1], c)
            return "number" if claimed or far or self._ends(line) else "either"
        if head is None and self.claimed and (unusual or self._is_rare()) and self._in_column(line):
            return "either"  # other parts have labels that no number looks like
        if head is None and self._ends(line) and c.part in self.claimed:
            return "number"
        if head is None and len(line.label.path) == 1 and self._ends(line):
            self.out.hollow.add(line.at)  # nothing stands below it: it may end the answer above
        return "label" if head is None else self._below(line, c, head, claimed=claimed)

    def _again(self, line: Line, head: Line) -> Meant:
        """What a label means right below the same one: the answer, unless text follows in its line."""
        if not is_figure(line):
            return "label"
        if head.at not in self.labels and len(self.out.kept) > 1:
            # the upper one may end the answer above it, and the lower one be the label
            self.out.hollow |= {head.at, self.out.kept[-2][0].at}
        return "number"

    def _below(
        self, line: Line, c: Candidate, head: tuple[Line, Candidate], *, claimed: bool
    ) -> Meant:
        """What the id of a part means right below the label of another."""
        above, other = head
        if other.group and c.part in other.group:
            return "label"
        alike = above.label.look == line.label.look
        if claimed:
            return "number"
        same = self.tree.problem[other.part] == self.tree.problem[c.part]
        if not alike and not same:
            near = self._near(other, c) and not self._ends(line)
            return "either" if near else "number"
        blank = alike and len(line.label.path) > 1 and c.part == other.part + 1
        if not blank:  # else the labels of a sheet that nothing was written on
            self.out.hollow |= {above.at, line.at}
        return "label"

    def _near(self, above: Candidate, c: Candidate) -> bool:
        """Whether a part comes soon after another: then nothing may have been written to that."""
        return 0 < c.part - max((above.part, *above.group)) <= _SOON

    def _item(self, line: Line, c: Candidate, head: tuple[Line, Candidate] | None) -> Meant:
        """What ``4.5`` means where the exam has a part 4 and no 4.5."""
        if self._lists_items(c.part) and (head is None or head[1].part == c.part):
            return "label"
        if head is not None and not self._is_id(head[0].label) and not head[1].group:
            return "either"  # ``2b.7`` above it may be an answer as well
        if head is not None or c.part in self.claimed or self._ends(line):
            return "number"
        return "either"

    def _is_foreign(self, line: Line) -> bool:
        """Whether labels have words or are headings here, and this is a row, ``2 - B`` or ``5:30``."""
        label = line.label
        if len(self.shown) < 2 or not self.out.kept:
            return False
        shown = label.word or label.heading or label.bold or label.bracketed
        weak = line.kind == "table" or label.term in _DASHES or _TIME.match(line.text) is not None
        return weak and not shown and (len(label.path) == 1 or not self._is_id(label))

    def _is_data(self, line: Line) -> bool:
        """Whether a row is of a table below a label, whose first column is no column of parts."""
        text = self.text
        top = text.blocks[text.block_of[line.at]].start
        if not self.out.kept or self.out.kept[-1][0].at >= top:
            return False
        ruled = top + 1 < len(text.lines) and not text.lines[top + 1].strip(" |:-")
        return ruled and names_data(text.lines[top].strip(" |").partition("|")[0])

    def _is_chance(self, other: Line, line: Line) -> bool:
        """Whether another number is less of a label than this one, which looks as most do."""
        usual = self.usual is not None and line.label.look == self.usual
        return usual and other.label.look != self.usual and is_figure(other)

    def _is_rare(self) -> bool:
        """Whether no look labels more parts than those that have a label which is no number."""
        return len(self.usually) <= max(2, len(self.claimed))

    def _in_column(self, line: Line) -> bool:
        """Whether a number alone stands between others; the one above may have a label."""
        lines, above, after = self.text.lines, self._above(line), self.text.next_line(line.at)
        if not is_figure(line) or above < 0 or after >= len(lines) or after in self.labels:
            return False
        near = (lines[above][self.ends.get(above, 0) :], lines[after])
        return all(is_number(other) for other in near)

    def _lists_items(self, part: int) -> bool:
        items = self.items.get(part, set())
        return len(items) > 1 and items == {*range(1, len(items) + 1)}

    def _is_id(self, label: Label) -> bool:
        return label.path in self.tree.exact or label.path in self.tree.extra

    def _above(self, line: Line) -> int:
        """The line above that is not blank, or -1."""
        above = line.at - 1
        while above >= 0 and not self.text.lines[above].strip("= \t"):  # headings are underlined
            above -= 1
        return above

    def _ends(self, line: Line) -> bool:
        """Whether nothing stands below the line that it could be the label of."""
        if not is_figure(line):
            return False
        after = self.text.next_line(line.at)
        return after >= len(self.text.lines) or after in self.labels
