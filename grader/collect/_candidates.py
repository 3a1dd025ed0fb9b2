"""Where labels say that an answer starts, with a weight for how much each label is to be believed.

``Question 2.1:`` says it plainly; a bare ``2.1`` may be a number of the answer. A style that
labels many parts of a document is believed more than one that occurs once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from grader.collect import _labels as labels
from grader.collect._figures import holds_number, sifted
from grader.collect._label_lines import Line, label_lines
from grader.collect._labels import Label, Look, Tree
from grader.collect._nouns import ANSWER, names_problem
from grader.collect._text import Text

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
class Unsure:
    """A label such as ``Part 2`` that may be a problem's, or a piece's of the problem above it."""

    line: int
    parts: tuple[int, ...]
    """What it means if it is a problem's."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What the labels of a document say."""

    candidates: list[Candidate]
    unsure: list[Unsure]
    strangers: list[int]
    """Lines with the heading of a problem that the exam does not have: answers end there."""
    passed: list[Candidate] = field(default_factory=list)
    """Lines with a number that may be the label of a part which nothing else names."""
    worths: frozenset[int] = frozenset()
    """Lines that end with a label's points, which may be all the answer that there is."""
    items: frozenset[int] = frozenset()
    """Lines that end with a number below a part's own id, which may be all the answer: ``1a.4``."""
    hollow: frozenset[int] = frozenset()
    """Lines with a label that has no answer, unless the number below it is one, and that number's."""


def labelled(text: Text, tree: Tree) -> Labelled:
    """Return what the labels of a document say."""
    found: list[tuple[Line, Candidate]] = []
    unsure: list[Unsure] = []
    lines = label_lines(text, tree)
    for line in lines:
        found += [(line, c) for c in _meant(tree, line)]
        if _is_unsure(tree, line):
            meant = _as_problem(tree, line.label)
            unsure += [Unsure(line.at, meant)] if meant else []
    known = {head[0] for head in tree.members}
    strangers = [line.at for line in lines if _strange(line, known)]
    own = sifted(text, found, tree)
    weighed = _weighed(text, own.kept, len(tree.ids))
    worths = frozenset(
        line.at for line in lines if line.label.worth and not line.text[line.label.end :].strip()
    )
    items = frozenset(
        line.at for line, c in own.kept if c.end >= len(line.text.rstrip()) and _is_item(tree, line)
    )
    return Labelled(weighed, unsure, strangers, own.passed, worths, items, frozenset(own.hollow))


def _is_item(tree: Tree, line: Line) -> bool:
    path = line.label.path
    return (
        len(path) > 1 and path[-1].isdigit() and path not in tree.exact and path not in tree.groups
    )


def _is_unsure(tree: Tree, line: Line) -> bool:
    label = line.label
    full = len(label.path) > 1 and label.path in tree.exact
    return label.piece and not line.whole and not full


def _as_problem(tree: Tree, label: Label) -> tuple[int, ...]:
    """The parts that ``Part 2`` or ``Part 2(b)`` means if it names a problem."""
    head = label.path[:1]
    known = tree.part(head)
    return tuple(tree.groups[head]) if head in tree.groups else (known[0],) if known else ()


def _strange(line: Line, known: set[str]) -> bool:
    label, number = line.label, line.label.path[0]
    names = len(label.path) == 1 and (names_problem(label.word) or line.whole)
    stands_out = label.heading > 0 or label.bold or label.term in {"$", ":", "-"}
    return number.isdigit() and number not in known and names and stands_out


def _meant(tree: Tree, line: Line) -> Iterator[Candidate]:
    """The candidates that one label makes."""
    label, path = line.label, line.label.path
    relative = label.piece and not line.whole
    comment = line.kind == "code" and not (names_problem(label.word) or line.whole)
    if len(path) == 1 and (comment or line.deep or relative):
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
    names = len(path) > 1 or line.kind == "table" or line.whole or _names_problem(label)
    if not names or (sure < 1 and (line.deep or relative)):
        return
    depth = 1 if sure == 0.9 else 2 if sure == 0.6 and len(path) > 2 else 0
    end = _inside(line.text, label, depth) if depth and not line.listed else label.end
    how = "answer" if label.word.startswith(ANSWER) else "label"
    yield Candidate(line.at, 0, part, _weight(line) * sure, end, how)


def _problem(tree: Tree, line: Line) -> Iterator[Candidate]:
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
        return names_problem(word) or word.startswith(ANSWER) or label.heading > 0
    ended = label.bold or label.bare or label.term in {".", ")", ":", "$"}
    return label.heading > 0 or (label.path[0].isdigit() and ended)


def _inner(line: str, end: int, tree: Tree, group: list[int]) -> tuple[int, int] | None:
    """A second label right behind that of a problem: ``Problem 2 - (a)``, ``Q2: part 1``."""
    at = end
    while at < len(line) and line[at] in " :.,–—-*_":
        at += 1
    label = labels.read(line, at) if at < len(line) else None
    if label is None or not (label.bracketed or label.piece or label.term == ")"):
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


def _weight(line: Line) -> float:
    label = line.label
    if label.word:
        return 9.0 if names_problem(label.word) else 8.0
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


def _weighed(text: Text, found: list[tuple[Line, Candidate]], parts: int) -> list[Candidate]:
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

    def __init__(self, found: list[tuple[Line, Candidate]], parts: int) -> None:
        self.parts = parts
        self.of: dict[tuple[Look, bool], set[tuple[int, labels.Path]]] = {}
        """What each look labels: parts, and the items within them that have ids of their own."""
        for line, c in found:
            path = line.label.path
            self.of.setdefault((line.label.look, len(path) > 1), set()).add((c.part, path))
        self.claims: dict[int, set[int]] = {}
        """Lines with an id of each part in full, of which a bare one may be a mere number."""
        for line, c in found:
            if len(line.label.path) > 1 and not c.group:
                self.claims.setdefault(c.part, set()).add(line.at)
        self.heads = {line.at for line, c in found if not line.text[c.end :].strip()}
        """Lines that hold nothing but a label."""
        full = {look: seen for (look, many), seen in self.of.items() if many}
        self.usual = max(full, key=lambda look: len(full[look]), default=None)
        self.spelt = len({part for seen in full.values() for part, _ in seen}) >= max(3, parts // 4)
        """Whether the document writes ids in full."""
        named = {c.part for line, c in found if c.group and (line.label.word or line.label.heading)}
        self.headed = len(named) > 1
        """Whether problems are named by words or headings."""

        self.lists = _lists_all([(line, c) for line, c in found], parts)
        """Whether the document lists the parts of the exam in order, in one look or in as many."""

    def weight(self, c: Candidate, label: Label) -> float | None:
        """The weight of a full id, or of a problem that is named."""
        if c.group and len(label.path) == 1 and self.headed and label.word.startswith(ANSWER):
            return None
        spread = len(self.of[label.look, len(label.path) > 1])
        weight = c.weight
        if spread >= min(4, max(2, self.parts // 2)):
            weight += 2.0
        if spread == 1 and self.parts > 2 and not (label.word or label.heading):
            weight -= 2.0
        return weight

    def alone(self, text: Text, c: Candidate, line: Line) -> bool:
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

    def lone(self, text: Text, c: Candidate, line: Line) -> float | None:
        """The weight of a lone number, None where it is no label.

        It is a problem only where problems are numbered so: it is no item of a list, and it
        looks like the labels of other parts where those are written in full.
        """
        label = line.label
        if line.kind == "table" and not c.group:
            return 2.0 if self.spelt else 1.0
        if self.headed or (_listed(text, line) and not self.lists):
            return None
        if not self.spelt:
            spread = len(self.of[label.look, False])
            enough = spread >= min(4, max(2, self.parts // 2))
            return None if label.bare else c.weight + (2.0 if enough else 0.0)
        if c.group:
            return None
        if label.look != self.usual:
            return 1.0
        return 6.5 if label.bold or label.term in {":", ")"} else 2.0


def _lists_all(found: list[tuple[Line, Candidate]], parts: int) -> bool:
    looks = {line.label.look for line, _ in found}
    lone = all(len(line.label.path) == 1 and not line.label.bare for line, _ in found)
    every = lone and [c.part for _, c in found] == [*range(parts)]
    return every and (len(looks) == 1 < parts or len(looks) == parts > 2)


def _listed(text: Text, line: Line) -> bool:
    """Whether a lone number is an item of a list: the next lines go on with its neighbours."""
    if not line.label.path[0].isdigit():
        return False
    number = int(line.label.path[0])
    for near in (line.at - 1, line.at + 1):
        if not 0 <= near < len(text.lines) or text.block_of[near] != text.block_of[line.at]:
            continue
        other = labels.read(text.lines[near])
        if other is None or holds_number(text.lines[near]):
            continue  # a number alone is no item
        lone = len(other.path) == 1 and other.path[0].isdigit()
        if lone and abs(int(other.path[0]) - number) <= 1:
            return True
    return False
