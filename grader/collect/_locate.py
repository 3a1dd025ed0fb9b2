"""Which lines of a document answer which part: labels, wording and order, weighed together.

Every place where an answer to a part may start is a candidate with a weight. The chain of
candidates that weighs most, with a price on steps against the order of the exam, is taken;
gaps that it leaves within a problem are then filled by weaker signs (``_fill``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.collect import _labels as labels
from grader.collect._labels import Label, Path, Tree
from grader.collect._phrases import Phrases
from grader.collect._text import Sentence, Text
from grader.collect._words import answer_mark

_PROBLEM = ("problem", "question", "prob", "ques", "quest", "exercise", "exer", "task", "q", "p")
_MAX_CANDIDATES = 400
_MAX_BACK = 14


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where the answer to a part, or a problem's first part, may start."""

    line: int
    col: int
    part: int
    weight: float
    end: int
    how: str
    group: tuple[int, ...] = ()

    @property
    def order(self) -> float:
        """Place in the exam's order; a problem stands before its first part."""
        return self.part - 0.5 if self.group else float(self.part)


@dataclass(frozen=True, slots=True)
class Region:
    """Lines from a place up to the next region, and the parts that they answer."""

    line: int
    col: int
    body: int
    parts: tuple[int, ...]
    how: str


def candidates(text: Text, tree: Tree) -> list[Candidate]:
    """Return the candidates that labels make, heaviest style first counted."""
    read = [(n, label) for n, label in _labels(text) if label is not None]
    levels = [m.heading for _, m in read if m.heading and m.path[0].isdigit() and (len(m.path) == 1 or not m.word)]
    top = min(levels, default=1)
    found: list[tuple[Label, Candidate]] = []
    for n, label in read:
        deep = label.heading > top and not label.word
        made = _meant(text, tree, n, label, text.kind(n) or "", deep)
        found += [(label, c) for c in made]
    return _weighed(text, found, len(tree.ids))


def _labels(text: Text) -> Iterator[tuple[int, Label | None]]:
    for n, line in enumerate(text.lines):
        kind = text.kind(n)
        if kind in ("prose", "heading"):
            yield n, labels.read(line)
        elif "```" in line and line.lstrip()[:3] != "```":
            yield n, labels.read(line[: line.index("```")])
        elif kind == "code" and "#" in line:
            yield n, _comment(line)
        elif kind == "table":
            yield n, _row(line)


def _comment(line: str) -> Label | None:
    at = line.find("#")
    if line[:at].strip():
        return None
    label = labels.read(line.replace("#", " "), at)
    return label if label and label.word and (len(label.path) > 1 or label.word in _PROBLEM) else None


def _row(line: str) -> Label | None:
    at = len(line) - len(line.lstrip(" |\t"))
    label = labels.read(line, at)
    if label is None or len(label.path) < 2 and not label.word:
        return None
    rest = line[label.end :].lstrip(" ")
    return label if label.term in ("|", "\t") or rest.startswith(("|", "\t")) else None


def _meant(text: Text, tree: Tree, n: int, label: Label, kind: str, deep: bool) -> Iterator[Candidate]:
    """The candidates that one label makes; ``deep`` says that it is a heading below problems' headings."""
    path, end = label.path, label.end
    relative = label.word.endswith("part") and label.word.split()[0] not in _PROBLEM
    if len(path) == 1 and (deep or relative):
        return
    group = tree.groups.get(path)
    if group:
        if (label.term == "$" or label.bare) and len(path) == 1 and not label.bold and not (label.word or label.heading):
            return
        inner = _inner(text.lines[n], end, tree, group)
        if inner:
            part, end = inner
            yield Candidate(n, 0, part, _weight(label, kind) + 1, end, "label")
            return
        if len(path) > 1 or _names_problem(label, kind):
            yield Candidate(n, 0, group[0], _weight(label, kind), end, "group", tuple(group))
        return
    known = tree.part(path)
    if known is None:
        return
    part, sure = known
    if (len(path) == 1 and not _names_problem(label, kind)) or (sure < 1 and (deep or relative)):
        return
    weight = _weight(label, kind) * sure
    kept = sure == 0.9 or (sure == 0.6 and len(path) > 2)
    how = "answer" if label.word.startswith(("answer", "ans", "sol", "my")) else "label"
    yield Candidate(n, 0, part, weight, _inside(text.lines[n], label) if kept else end, how)


def _names_problem(label: Label, kind: str) -> bool:
    word = label.word.rsplit(" ", 1)[-1]
    return word in _PROBLEM or word.startswith(("answer", "ans", "sol")) or label.heading > 0 or (
        not label.word and label.path[0].isdigit() and (label.bold or label.bare or label.term in (".", ")", ":", "$")))


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


def _inside(line: str, label: Label) -> int:
    """Where an inner item's own label starts, so that it stays in the answer: ``7.2 (a) …``."""
    at = max(line.rfind("(", 0, label.end), 0)
    return at if at else label.end


def _weight(label: Label, kind: str) -> float:
    word = label.word.rsplit(" ", 1)[-1]
    if label.word:
        base = 9.0 if word in _PROBLEM else 8.0
    elif label.heading:
        base = 8.0 if len(label.path) > 1 else 6.0
    elif kind == "table":
        base = 5.0
    else:
        base = {":": 6.0, ")": 6.0, ".": 5.0, "-": 5.0, "–": 5.0, "—": 5.0, "$": 4.0}.get(label.term, 2.5)
        if label.bold:
            base = max(base, 6.5)
        if len(label.path) == 1:
            base -= 3.0
    return base


def _style(label: Label) -> tuple[object, ...]:
    end = "" if label.term == "$" else label.term
    return (label.word, label.heading > 0, label.bold, end)


def _weighed(text: Text, found: list[tuple[Label, Candidate]], parts: int) -> list[Candidate]:
    """Raise the weight of a style that labels many parts, lower that of a single one.

    A lone number (``5.``) is a problem only where problems are numbered so: it is no item of
    a list, and it looks like the labels of other parts where those are written in full.
    """
    styles: dict[tuple[object, ...], set[int]] = {}
    for label, c in found:
        styles.setdefault((_style(label), len(label.path) > 1), set()).add(c.part)
    named = {c.part for label, c in found if c.group and (label.word or label.heading)}
    full = {style: len(seen) for (style, many), seen in styles.items() if many}
    usual = max(full, key=full.__getitem__, default=None)
    spelt = len(set().union(*(seen for (_, many), seen in styles.items() if many), set())) >= max(3, parts // 4)
    out = []
    for label, c in found:
        lone = len(label.path) == 1 and not (label.word or label.heading)
        weight = c.weight
        if lone and (_listed(text, c.line, label) or len(named) > 1 or (spelt and (c.group or _style(label) != usual))):
            continue
        if lone and not spelt and label.bare:
            continue
        if label.word.startswith(("answer", "ans", "sol")) and len(label.path) == 1 and len(named) > 1 and c.group:
            continue
        if lone and spelt:
            weight = 6.5 if label.bold or label.term in (":", ")") else 2.0
        else:
            spread = len(styles[(_style(label), len(label.path) > 1)])
            weight += 2.0 if spread >= min(4, max(2, parts // 2)) else 0.0
            if spread == 1 and parts > 2 and not label.word and not label.heading:
                weight -= 2.0
        out.append(Candidate(c.line, c.col, c.part, weight, c.end, c.how, c.group))
    return out


def _listed(text: Text, line: int, label: Label) -> bool:
    """Whether a lone number is an item of a list: the next lines go on with its neighbours."""
    if not label.path[0].isdigit():
        return False
    number = int(label.path[0])
    for near in (line - 1, line + 1):
        if 0 <= near < len(text.lines) and text.block_of[near] == text.block_of[line] >= 0:
            other = labels.read(text.lines[near])
            if other and len(other.path) == 1 and other.path[0].isdigit() and abs(int(other.path[0]) - number) <= 1:
                return True
    return False


def by_wording(text: Text, phrases: Phrases, labelled: Counter[int]) -> list[Candidate]:
    """Return the candidates that sentences make by their wording, or as printed prompts."""
    found: list[Candidate] = []
    for at, sentence in enumerate(text.sentences):
        if sentence.prompt_of is not None:
            if sentence.prompt_of >= 0:
                damp = 0.5 if labelled[sentence.prompt_of] else 1.0
                found.append(_start(text, sentence, sentence.prompt_of, 9.0 * damp, "paper"))
            continue
        hits = phrases.hits(sentence.stems)
        if not hits:
            continue
        asked = _asked(text, at, sentence)
        for part, weight, share in hits[:3]:
            scale = 1.0 if asked else (0.8 if share > 0.7 and len(sentence.stems) > 4 else 0.25)
            scale *= 0.5 if labelled[part] else 1.0
            worth = min(weight, 7.0) * scale * min(1.0, 0.4 + share)
            if worth >= 1.5:
                found.append(_start(text, sentence, part, worth, "wording"))
    return found


def _asked(text: Text, at: int, sentence: Sentence) -> bool:
    """Whether a sentence is put as a question: by its sound, its point mark, or what follows."""
    if sentence.asking or sentence.pointed or sentence.kind == "heading":
        return True
    following = text.next_line(sentence.line)
    return following < len(text.lines) and answer_mark(text.lines[following]) > 0


def _start(text: Text, sentence: Sentence, part: int, weight: float, how: str) -> Candidate:
    """The candidate of a sentence: where the paragraphs of its prompt start."""
    line = sentence.line
    first = text.by_line[line][0]
    if first is not sentence and answer_mark(text.lines[line]):
        return Candidate(line, sentence.start, part, weight, sentence.start, how)
    for up in range(line, max(-1, line - _MAX_BACK), -1):
        own = text.by_line.get(up)
        if own and (own[0].pointed or (up < line and own[0].kind == "heading")):
            if not own[0].pointed:
                break
            return Candidate(_parent(text, up), 0, part, weight, 0, how)
        kind = text.kind(up)
        if kind not in (None, "prose", "image") or (own and answer_mark(text.lines[up])):
            break
    return Candidate(line, 0, part, weight, 0, how)


def _parent(text: Text, line: int) -> int:
    """Where ``(a) (2.5) …`` stands right under the item that introduces it, the line of that item."""
    if not re.match(r"\s*\(?a\)", text.lines[line]):
        return line
    above = text.block_of[line] - 1
    if above < 0:
        return line
    block = text.blocks[above]
    first = text.lines[block.start]
    if block.kind != "prose" or line - block.end > 2 or not re.match(r"\s*\d{1,2}[.)]\s.{40}", first):
        return line
    return block.start


def chain(found: Sequence[Candidate], tree: Tree) -> list[Candidate]:
    """Return the chain of candidates that weighs most, in the order of the document."""
    kept = sorted(_merged(found), key=lambda c: -c.weight)[:_MAX_CANDIDATES]
    kept.sort(key=lambda c: (c.line, c.col, c.order))
    best: list[float] = []
    back: list[int] = []
    for i, c in enumerate(kept):
        top, where = 0.0, -1
        for j in range(max(0, i - 80), i):
            if (kept[j].line, kept[j].col) == (c.line, c.col):
                continue
            value = best[j] + _step(kept[j], c, tree)
            if value > top:
                top, where = value, j
        best.append(top + c.weight - 1.0)
        back.append(where)
    at = max(range(len(kept)), key=best.__getitem__, default=-1)
    taken = []
    while at >= 0:
        taken.append(kept[at])
        at = back[at]
    return taken[::-1]


def _merged(found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates of one place and part as one, heavier than each: label and wording agree."""
    best: dict[tuple[int, int, int, bool], Candidate] = {}
    for c in found:
        key = (c.line, c.col, c.part, bool(c.group))
        other = best.get(key)
        if other is None:
            best[key] = c
        else:
            heavy, light = (other, c) if other.weight >= c.weight else (c, other)
            label = next((x for x in (c, other) if x.how in ("label", "answer")), heavy)
            best[key] = replace(label, weight=heavy.weight + 0.3 * light.weight)
    return list(best.values())


def _step(before: Candidate, after: Candidate, tree: Tree) -> float:
    """What a step from one candidate to the next is worth, by the order of the exam."""
    gap = after.order - before.order
    same = tree.problem[before.part] == tree.problem[after.part]
    if gap == 0:
        return 0.2
    if gap < 0:
        return -3.0 if same else (-2.5 if after.group or tree.members[tree.problem[after.part]] == [after.part] else -4.0)
    if same:
        return 1.0 if gap <= 1 else -0.4 * gap
    opens = tree.members[tree.problem[after.part]][0] == after.part
    return 0.8 if opens else -1.0


def problems(tree: Tree) -> list[Path]:
    """The problems of the exam, in order."""
    return list(tree.members)
