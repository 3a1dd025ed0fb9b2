"""Which lines of a document answer which part: labels, wording and order, weighed together.

Every place where an answer to a part may start is a candidate with a weight. The chain of
candidates that weighs most, with a price on steps against the order of the exam, is taken;
gaps that it leaves within a problem are then filled by weaker signs (``_fill``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from grader.collect import _labels as labels
from grader.collect._candidates import Candidate
from grader.collect._items import LETTER, judges
from grader.collect._labels import Tree
from grader.collect._phrases import Phrases
from grader.collect._text import Sentence, Text
from grader.collect._words import answer_mark

_MAX_CANDIDATES = 400
_MAX_STEPS = 80
_ENOUGH = 2.0
"""From here on, wording alone makes a candidate."""
_MAX_BACK = 14
_MAX_PARAGRAPHS = 3
_COST = 1.0
"""What taking a candidate costs, so that weak ones are left."""
_FIRST_LETTER = re.compile(r"\s*\(?a\)")
_ITEM = re.compile(r"\s*\d{1,2}[.)]\s.{40}")


def by_wording(text: Text, phrases: Phrases, labelled: Counter[int]) -> list[Candidate]:
    """Return the candidates that sentences make by their wording, or as printed prompts."""
    found: list[Candidate] = []
    for sentence in text.sentences:
        if sentence.prompt_of is not None:
            if sentence.prompt_of >= 0:
                weight = 4.5 if labelled[sentence.prompt_of] else 9.0
                at = _start(text, sentence, sentence.prompt_of, weight, "paper")
                found.append(_under_label(text, at))
            continue
        for part, weight, share in phrases.hits(sentence.stems)[:3]:
            if not _asked(text, sentence, share) and not _copies(text, sentence, phrases, part):
                continue
            scale = 0.5 if labelled[part] else 1.0
            worth = min(weight, 7.0) * scale * min(1.0, 0.4 + share)
            if worth >= _ENOUGH:
                at = _above(text, phrases, _start(text, sentence, part, worth, "wording"))
                found.append(_under_label(text, at))
    return found


def by_count(text: Text, tree: Tree, labelled: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates of a problem with as many questions below its heading as it has parts.

    Questions are told by their point marks, or else by the answer marks that follow them.
    """
    heads = sorted(
        (c for c in labelled if c.weight >= 6 and (c.group or tree.members[tree.problem[c.part]])),
        key=lambda c: c.line,
    )
    found = []
    if not heads:
        starts = _questions(text, 0, len(text.lines))
        if len(starts) == len(tree.ids):
            return [Candidate(line, 0, k, 3.0, 0, "pointed") for k, line in enumerate(starts)]
    for head, after in zip_longest(heads, heads[1:]):
        if len(head.group) < 2 or head.group[0] != tree.members[tree.problem[head.part]][0]:
            continue
        stop = after.line if after else len(text.lines)
        starts = _questions(text, head.line + 1, stop)
        if len(starts) == len(head.group):
            weight = 6.0 if text.by_line[starts[0]][0].pointed else 3.0
            lines = [_parent(text, line) for line in starts]
            pairs = zip(lines, head.group, strict=True)
            found += [Candidate(line, 0, part, weight, 0, "pointed") for line, part in pairs]
    return found


def _questions(text: Text, start: int, stop: int) -> list[int]:
    """Lines where questions start: those with point marks, or the orders above answer marks."""
    own = [n for n in range(start, stop) if n in text.by_line]
    pointed = [n for n in own if text.by_line[n][0].pointed]
    if pointed:
        return pointed
    marks = [n for n in own if answer_mark(text.lines[n])]
    above = [text.blocks[text.block_of[n] - 1] for n in marks if text.block_of[n] > 0]
    asked = [b.start for b in above if b.kind == "prose" and b.start >= start]
    sounds = all(n in text.by_line and text.by_line[n][-1].asking for n in asked)
    return asked if sounds and len(asked) == len(marks) else []


def questions_within(text: Text, start: int, stop: int) -> int:
    """Count the orders above answer marks between two lines that are not lettered items."""
    found = 0
    for n in range(start, stop):
        block = text.block_of[n]
        if n not in text.by_line or not answer_mark(text.lines[n]) or block <= 0:
            continue
        above = text.blocks[block - 1]
        own = text.by_line.get(above.start) if above.kind == "prose" else None
        if own and above.start > start and own[-1].asking and not LETTER.match(own[0].text):
            found += 1
    return found


def _asked(text: Text, sentence: Sentence, share: float) -> bool:
    """Whether a sentence is put as a question: by its sound, its point mark, or what follows."""
    if sentence.asking or sentence.pointed or sentence.kind == "heading":
        return True
    block = text.blocks[text.block_of[sentence.line]]
    opens = (sentence.line, sentence) == (block.start, text.by_line[sentence.line][0])
    if share < 0.4 or not opens or judges(sentence.body):
        return False
    following = text.next_line(sentence.line)
    return following < len(text.lines) and answer_mark(text.lines[following]) > 0


def _copies(text: Text, sentence: Sentence, phrases: Phrases, part: int) -> bool:
    """Whether a statement at the start of its line is a copy of one phrase of the question."""
    words = sentence.stems
    opens = text.by_line[sentence.line][0] is sentence
    return opens and len(words) > 5 and phrases.copied(words, [part]) and not judges(sentence.body)


def _start(text: Text, sentence: Sentence, part: int, weight: float, how: str) -> Candidate:
    """The candidate of a sentence: where the paragraphs of its prompt start."""
    line = sentence.line
    first = text.by_line[line][0]
    if first is not sentence and answer_mark(text.lines[line]):
        return Candidate(line, sentence.start, part, weight, sentence.start, how)
    for up in range(line, max(-1, line - _MAX_BACK), -1):
        own = text.by_line.get(up)
        if own and own[0].pointed:
            return Candidate(_parent(text, up), 0, part, weight, 0, how)
        if own and up < line and own[0].kind == "heading":
            break
        kind = text.kind(up)
        if kind not in {None, "prose", "image"} or (own and answer_mark(text.lines[up])):
            break
    return Candidate(line, 0, part, weight, 0, how)


def _above(text: Text, phrases: Phrases, c: Candidate) -> Candidate:
    """The candidate moved up over paragraphs that have the same question's wording."""
    line = c.line
    for _ in range(_MAX_PARAGRAPHS):
        above = text.block_of[line] - 1
        block = text.blocks[above] if above >= 0 else None
        if c.col or block is None or block.kind != "prose" or line - block.end > 2:
            break
        own = [s for n in range(block.start, block.end) for s in text.by_line.get(n, ())]
        if not any(_mostly(phrases, s, c.part) for s in own) or any(
            answer_mark(s.text) for s in own
        ):
            break
        line = block.start
    return replace(c, line=line)


def _mostly(phrases: Phrases, sentence: Sentence, part: int) -> bool:
    words = sentence.plain
    hits = phrases.hits(words) if len(words) > 3 else ()
    return any(found == part and share >= 0.7 for found, _, share in hits) and not judges(
        sentence.body
    )


def _under_label(text: Text, c: Candidate) -> Candidate:
    """The candidate moved up to a line right above that holds only a label: ``Part 2:``."""
    line = c.line - 1
    while line > c.line - 3 and line >= 0 and not text.lines[line].strip():
        line -= 1
    if c.col or line < 0 or text.kind(line) not in {"prose", "heading"}:
        return c
    label = labels.read(text.lines[line])
    if label is None or text.lines[line][label.end :].strip() or len(label.path) > 2:
        return c
    if labels.read(text.lines[c.line]) is not None or _is_number(label):
        return c  # what stands above is the answer to the part before: "7"
    relative = label.piece or not label.word
    return replace(c, line=line, end=label.end) if relative else c


def _is_number(label: labels.Label) -> bool:
    """Whether a line that holds only a label may as well be a number: ``7``, not ``2.1`` or ``(a)``."""
    shown = label.word or label.heading or label.bold or label.bracketed
    return not shown and len(label.path) == 1 and label.path[0].isdigit() and label.term in "$."


def _parent(text: Text, line: int) -> int:
    """The line of the item that introduces ``(a) (2.5) …``, where it stands right above."""
    above = text.block_of[line] - 1
    if above < 0 or not _FIRST_LETTER.match(text.lines[line]):
        return line
    block = text.blocks[above]
    introduces = block.kind == "prose" and line - block.end <= 2
    return block.start if introduces and _ITEM.match(text.lines[block.start]) else line


def chain(found: Sequence[Candidate], tree: Tree) -> list[Candidate]:
    """Return the chain of candidates that weighs most, in the order of the document."""
    kept = sorted(_merged(found), key=lambda c: -c.weight)[:_MAX_CANDIDATES]
    kept.sort(key=lambda c: (c.line, c.col, c.order))
    best: list[float] = []
    back: list[int] = []
    for i, c in enumerate(kept):
        top, where = 0.0, -1
        for j in range(max(0, i - _MAX_STEPS), i):
            if (kept[j].line, kept[j].col) == (c.line, c.col):
                continue
            value = best[j] + _step(kept[j], c, tree)
            if value > top:
                top, where = value, j
        best.append(top + c.weight - _COST)
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
            continue
        heavy, light = (other, c) if other.weight >= c.weight else (c, other)
        label = next((x for x in (c, other) if x.how in {"label", "answer"}), heavy)
        best[key] = replace(label, weight=heavy.weight + 0.3 * light.weight)
    return list(best.values())


def _step(before: Candidate, after: Candidate, tree: Tree) -> float:
    """What a step from one candidate to the next is worth, by the order of the exam."""
    gap = after.order - before.order
    problem = tree.problem[after.part]
    if gap == 0:
        return 0.2
    if problem == tree.problem[before.part]:
        return -3.0 if gap < 0 else 1.0 if gap <= 1 else -0.4 * gap
    if gap < 0:
        return -2.5 if after.group or len(tree.members[problem]) == 1 else -4.0
    return 0.8 if tree.members[problem][0] == after.part else -1.0
