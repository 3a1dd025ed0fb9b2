"""Where labels say that an answer starts, with a weight for how much each label is to be believed.

``Question 2.1:`` says it plainly; a bare ``2.1`` may be a number of the answer. A style that
labels many parts of a document is believed more than one that occurs once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.collect import _labels as labels
from grader.collect._items import LETTER
from grader.collect._labels import Label, Tree
from grader.collect._text import Text

_PROBLEM = ("problem", "question", "prob", "ques", "quest", "exercise", "exer", "task", "q", "p")
_ANSWER = ("answer", "ans", "sol", "my")
_CELL = re.compile(r"[^|\t]{1,40}(?=[|\t])")
_ALONE = 2.5
"""What a line of its own adds to an id that heads a paragraph and that nothing else claims."""
_BY_END = {":": 6.0, ")": 6.0, ".": 5.0, "-": 5.0, "–": 5.0, "—": 5.0, "$": 4.0}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where the answer to a part, or a problem's first part, may start."""

    line: int
    col: int
    part: int
    weight: float
    end: int
    """Column behind the label."""
    how: str
    group: tuple[int, ...] = ()
    """All parts of the problem, where only that is named."""

    @property
    def order(self) -> float:
        """Place in the exam's order; a problem stands before its first part."""
        return self.part - 0.5 if self.group else float(self.part)


@dataclass(frozen=True, slots=True)
class _Line:
    """A label, the line that it stands on, and what kind of line that is."""

    at: int
    label: Label
    text: str
    kind: str
    deep: bool = False
    """Whether it is a heading below the problems' headings."""
    listed: bool = False
    """Whether it only announces items that follow: ``11.1 (c) and (d)`` above ``(c) …``."""


def candidates(text: Text, tree: Tree) -> list[Candidate]:
    """Return the candidates that labels make."""
    found: list[tuple[_Line, Candidate]] = []
    for line in _lines(text):
        found += [(line, c) for c in _meant(tree, line)]
    return _weighed(text, found, len(tree.ids))


def strangers(text: Text, tree: Tree) -> list[int]:
    """Lines with the heading of a problem that the exam does not have: answers end there."""
    known = {head[0] for head in tree.members}
    return [line.at for line in _lines(text) if _strange(line.label, known)]


def _strange(label: Label, known: set[str]) -> bool:
    number = label.path[0]
    names = len(label.path) == 1 and label.word in _PROBLEM
    stands_out = label.heading > 0 or label.bold or label.term in {"$", ":", "-"}
    return number.isdigit() and number not in known and names and stands_out


def _lines(text: Text) -> list[_Line]:
    read = list(_read(text))
    numbered = [
        line.label.heading
        for line in read
        if line.label.heading
        and line.label.path[0].isdigit()
        and (len(line.label.path) == 1 or not line.label.word)
    ]
    top = min(numbered, default=1)
    fenced = {line.at for line in read if _fenced(text, line.at)}
    if len(read) > len(fenced) + 2:  # a heading within a fence is what a fence shows
        read = [line for line in read if line.at not in fenced or not line.label.heading]
    return [replace(line, deep=line.label.heading > top and not line.label.word) for line in read]


def _fenced(text: Text, line: int) -> bool:
    block = text.block_of[line]
    return block >= 0 and text.blocks[block].fenced


def _read(text: Text) -> Iterator[_Line]:
    for n, line in enumerate(text.lines):
        kind = text.kind(n)
        label = None
        if kind in {"prose", "heading"}:
            label = labels.read(line)
        elif "```" in line and line.lstrip()[:3] != "```":
            label = labels.read(line[: line.index("```")])
        elif kind == "code" and "#" in line:
            label = _comment(line)
        elif kind == "table":
            label = _row(line)
        if label is not None:
            yield _Line(n, label, line, kind or "", listed=label.several and _lists(text, n, label))


def _lists(text: Text, n: int, label: Label) -> bool:
    """Whether the line ends with its label, and the next one starts with the last letter read."""
    after = text.next_line(n)
    if text.lines[n][label.end :].strip() or after >= len(text.lines):
        return False
    item = LETTER.match(text.lines[after])
    return item is not None and item.group(1).strip("()").lower() == label.path[-1]


def _comment(line: str) -> Label | None:
    """The label in a comment of code that says ``# Question 7.2``."""
    at = line.find("#")
    if line[:at].strip():
        return None
    label = labels.read(line.replace("#", " "), at)
    names = label is not None and label.word and (len(label.path) > 1 or label.word in _PROBLEM)
    return label if names else None


def _row(line: str) -> Label | None:
    """The label in the first cell of a row, where that holds nothing else."""
    at = len(line) - len(line.lstrip(" |\t"))
    cell = _CELL.match(line, at)
    if cell is None:
        return None
    first = line[: cell.end()].rstrip()
    label = labels.read(first, at)
    if label is None or label.end < len(first):
        return None
    end = cell.end()
    while end < len(line) and line[end] in " |\t":
        end += 1
    return replace(label, end=end)


def _meant(tree: Tree, line: _Line) -> Iterator[Candidate]:
    """The candidates that one label makes."""
    label, path = line.label, line.label.path
    relative = label.word.endswith("part") and label.word.split()[0] not in _PROBLEM
    if len(path) == 1 and (line.deep or relative):
        return
    if path in tree.groups:
        yield from _problem(tree, line)
        return
    if label.several and path[:-1] in tree.groups:
        yield from _problem(tree, replace(line, label=replace(label, path=path[:-1])))
        return
    known = tree.part(path)
    if known is None:
        return
    part, sure = known
    names = len(path) > 1 or line.kind == "table" or _names_problem(label)
    if not names or (sure < 1 and (line.deep or relative)):
        return
    depth = 1 if sure == 0.9 else 2 if sure == 0.6 and len(path) > 2 else 0
    end = _inside(line.text, label, depth) if depth and not line.listed else label.end
    how = "answer" if label.word.startswith(_ANSWER) else "label"
    yield Candidate(line.at, 0, part, _weight(line) * sure, end, how)


def _problem(tree: Tree, line: _Line) -> Iterator[Candidate]:
    """The candidate of a label that names a problem of several parts."""
    label = line.label
    group = tree.groups[label.path]
    shown = label.bold or label.word or label.heading
    if len(label.path) == 1 and not shown and (label.term == "$" or label.bare):
        return
    inner = _inner(line.text, label.end, tree, group)
    if inner:
        part, end = inner
        yield Candidate(line.at, 0, part, _weight(line) + 1, end, "label")
    elif len(label.path) > 1 or _names_problem(label):
        yield Candidate(line.at, 0, group[0], _weight(line), label.end, "group", tuple(group))


def _names_problem(label: Label) -> bool:
    word = label.word.rsplit(" ", 1)[-1]
    if label.word:
        return word in _PROBLEM or word.startswith(_ANSWER) or label.heading > 0
    ended = label.bold or label.bare or label.term in {".", ")", ":", "$"}
    return label.heading > 0 or (label.path[0].isdigit() and ended)


def _inner(line: str, end: int, tree: Tree, group: list[int]) -> tuple[int, int] | None:
    """A second label right behind that of a problem: ``Problem 2 - (a)``, ``Q2: part 1``."""
    at = end
    while at < len(line) and line[at] in " :.,–—-*_":
        at += 1
    label = labels.read(line, at) if at < len(line) else None
    if label is None or not (label.bracketed or label.word.endswith("part") or label.term == ")"):
        return None
    found = tree.within(group, label.path)
    return (found[0][0], label.end) if found and found[0][1] >= 0.6 else None


def _inside(line: str, label: Label, depth: int) -> int:
    """Where an inner item's own label starts, so that it stays in the answer: ``7.2 a) …``.

    A bare number is left out: it would be read as one of the answer's numbers.
    """
    start = label.starts[-depth]
    bare = line[start].isdigit() and label.term not in {":", ")", "."}
    return label.end if bare else start


def _weight(line: _Line) -> float:
    label = line.label
    if label.word:
        return 9.0 if label.word.rsplit(" ", 1)[-1] in _PROBLEM else 8.0
    if label.heading:
        return 8.0 if len(label.path) > 1 else 6.0
    if line.kind == "table":
        return 5.0
    term = (
        ")" if len(label.path) > 1 and line.text[: label.end].rstrip().endswith(")") else label.term
    )
    base = 1.0 if label.doubtful else _BY_END.get(term, 2.5)
    if label.bold:
        base = max(base, 6.5)
    return base - 3.0 if len(label.path) == 1 else base


Style = tuple[str, bool, bool, str]


def _style(label: Label) -> Style:
    return (label.word, label.heading > 0, label.bold, "" if label.term == "$" else label.term)


def _weighed(text: Text, found: list[tuple[_Line, Candidate]], parts: int) -> list[Candidate]:
    """Raise the weight of a style that labels many parts, lower that of a single one."""
    used = _Styles(found, parts)
    out = []
    for line, c in found:
        label = line.label
        inner = not c.group and c.end > label.end  # ``2. b) …`` names a part in full
        if len(label.path) > 1 or label.word or label.heading or inner:
            weight = used.weight(c, label)
            if weight is not None and used.alone(text, c, line):
                weight += _ALONE
        else:
            weight = used.lone(text, c, line)
        if weight is not None:
            out.append(replace(c, weight=weight))
    return out


class _Styles:
    """How the labels of a document look: which look is a habit, and which a chance."""

    def __init__(self, found: list[tuple[_Line, Candidate]], parts: int) -> None:
        self.parts = parts
        self.of: dict[tuple[Style, bool], set[tuple[int, labels.Path]]] = {}
        """What each look labels: parts, and the items within them that have ids of their own."""
        for line, c in found:
            path = line.label.path
            self.of.setdefault((_style(line.label), len(path) > 1), set()).add((c.part, path))
        self.claims: dict[int, set[int]] = {}
        """Lines with an id of each part in full, of which a bare one may be a mere number."""
        for line, c in found:
            if len(line.label.path) > 1 and not c.group:
                self.claims.setdefault(c.part, set()).add(line.at)
        self.heads = {line.at for line, c in found if not line.text[c.end :].strip()}
        """Lines that hold nothing but a label."""
        full = {style: seen for (style, many), seen in self.of.items() if many}
        self.usual = max(full, key=lambda style: len(full[style]), default=None)
        self.spelt = len({part for seen in full.values() for part, _ in seen}) >= max(3, parts // 4)
        """Whether the document writes ids in full."""
        named = {c.part for line, c in found if c.group and (line.label.word or line.label.heading)}
        self.headed = len(named) > 1
        """Whether problems are named by words or headings."""

    def weight(self, c: Candidate, label: Label) -> float | None:
        """The weight of a full id, or of a problem that is named."""
        if c.group and len(label.path) == 1 and self.headed and label.word.startswith(_ANSWER):
            return None
        spread = len(self.of[_style(label), len(label.path) > 1])
        weight = c.weight
        if spread >= min(4, max(2, self.parts // 2)):
            weight += 2.0
        if spread == 1 and self.parts > 2 and not (label.word or label.heading):
            weight -= 2.0
        return weight

    def alone(self, text: Text, c: Candidate, line: _Line) -> bool:
        """Whether a bare id stands as a heading: a line of its own, blank above, text below.

        Below another label it may be that part's answer, a number.
        """
        label = line.label
        if (
            label.term != "$"
            or label.word
            or label.heading
            or len(self.claims.get(c.part, ())) != 1
        ):
            return False
        above = line.at - 1
        if above >= 0 and text.lines[above].strip():
            return False
        while above >= 0 and not text.lines[above].strip():
            above -= 1
        return above not in self.heads and text.next_line(line.at) not in self.heads | {
            len(text.lines)
        }

    def lone(self, text: Text, c: Candidate, line: _Line) -> float | None:
        """The weight of a lone number, None where it is no label.

        It is a problem only where problems are numbered so: it is no item of a list, and it
        looks like the labels of other parts where those are written in full.
        """
        label = line.label
        if line.kind == "table" and not c.group:
            return 2.0 if self.spelt else 1.0
        if self.headed or _listed(text, line):
            return None
        if not self.spelt:
            spread = len(self.of[_style(label), False])
            enough = spread >= min(4, max(2, self.parts // 2))
            return None if label.bare else c.weight + (2.0 if enough else 0.0)
        if c.group:
            return None
        if _style(label) != self.usual:
            return 1.0
        return 6.5 if label.bold or label.term in {":", ")"} else 2.0


def _listed(text: Text, line: _Line) -> bool:
    """Whether a lone number is an item of a list: the next lines go on with its neighbours."""
    if not line.label.path[0].isdigit():
        return False
    number = int(line.label.path[0])
    for near in (line.at - 1, line.at + 1):
        if not 0 <= near < len(text.lines) or text.block_of[near] != text.block_of[line.at]:
            continue
        other = labels.read(text.lines[near])
        lone = other is not None and len(other.path) == 1 and other.path[0].isdigit()
        if other is not None and lone and abs(int(other.path[0]) - number) <= 1:
            return True
    return False
