"""From the lines of a document to a finding for each part: locate, strip, mend, join."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePosixPath

from grader.collect import Files, Gathered, PartPlan, Plan, Transcript, _paper, _phrases, _repair
from grader.collect import _labels as labels
from grader.collect._blocks import Block, piece
from grader.collect._finding import NOTHING, finding, is_empty
from grader.collect._labels import Tree
from grader.collect._lines import split
from grader.collect._loose import loose
from grader.collect._mistakable import NUMBERS, mistakable
from grader.collect._prompts import MIXED, Stripper
from grader.collect._regions import HOLLOW, ITEM, WORTH, Region, regions
from grader.collect._tails import WITHIN
from grader.collect._taken_back import CORRECTED, corrected
from grader.collect._template import breaks_off, filled
from grader.collect._text import Span, Text, text_of
from grader.model import Broken, Finding, Missing, Piece, Place

TWICE = "answered twice, differently"
SWALLOWED = "its answer may stand within the answer to {}"
COMMENTS = "holds comments of HTML, which nobody sees on the page; they were not read"
BELOW_ALL = "the questions stand together, and their answers below all of them"
UNPLACED = "from line {} on stands text of which it is not known what it answers"
_FEW_WORDS = 8
_NEAR = 12
"""So many lines a label may stand apart from its answer."""
CUT = "the answer breaks off within a sentence"
IN_LOST_IMAGE = "the answer may be in an image that the conversion lost"
IN_IMAGE = "the answer is a picture"
_HOLLOW = (HOLLOW, ITEM, WORTH, WITHIN)
"""Why it is not certain that there is no answer, though nothing is left of one."""
_EMPTY_VALUE = re.compile(
    r"[\s`*_$\\]*(?:\{\s*\\?\}|\[\s*\]|\(\s*\)|none|null|nil|n/?a)[\s`*_$.]*", re.IGNORECASE
)
_MAY_BE_NONE = ("typed", "truths")
"""Readers of values of which one says that there is none: an empty set, no true statement."""
EMPTY_VALUE = "it may say that nothing was answered, or be the value that is asked for"
_WITHDRAWN = re.compile(
    r"\b(?:ignore|disregard|scrap|discard|replaces?|instead of) (?:the |my |all )?"
    r"(?:above|previous|earlier|first)\b|"
    r"\b(?:correct(?:ed|ion)|revised|updated|final) (?:answer|version|solution)\b|\bcorrection\b",
    re.IGNORECASE,
)
_POINTS_ON = re.compile(
    r"\b(?:rest|remaining|continue[sd]?)\b.{0,40}\b(?:below|end|later|bottom|further|page)\b"
    r"|\bsee (?:the )?(?:end|bottom|last page|further below)\b",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"\b(?:printed|shown|given|computed|calculated|listed|displayed|see|output|results?|values?)\b"
    r".{0,40}\babove\b|\babove\b.{0,20}\b(?:output|cell|table|code|results?)\b",
    re.IGNORECASE,
)
_SHORT = 160
_REST = re.compile(r"\W*(?:the |my )?(?:rest|remaining|remainder|others)\b", re.IGNORECASE)
_ITEM = re.compile(
    r"\s*(?:[-*•]\s+)?(?:\(?(?P<letter>[a-h])\)|(?P<noun>[a-z]{0,14})\s?#?(?P<number>\d{1,2})\s?[.):])(?!\d)",
    re.IGNORECASE,
)
_INNER = re.compile(r"\s*\(?[a-hA-H1-9][).:]?(?=\s|$)")
_CONTINUED = re.compile(r"\bcont(?:inued|\.|'d|d)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visit:
    """One stretch of a document that answers a part."""

    pieces: tuple[Piece, ...]
    doubt: str
    how: str
    text: str


Held = Callable[[str], bool]
"""Whether the hand-in holds a picture of a name."""


def transcribed(plan: Plan, file: str, transcript: Transcript, beside: Files) -> Gathered:
    """Return the answers that a transcript holds; their places are lines of it."""
    names = {PurePosixPath(name).name.lower() for name in (*transcript.pictures, *beside)}
    answers, left = gather(
        plan, file, transcript.lines, lambda name: PurePosixPath(name).name.lower() in names
    )
    if transcript.doubt:
        answers = {id_: _doubted(found, transcript.doubt) for id_, found in answers.items()}
    hidden = _repair.without_comments(transcript.lines)[1]
    return Gathered(
        answers=answers,
        problems=(*transcript.problems, *((COMMENTS,) if hidden else ())),
        unread=transcript.unread,
        cut=transcript.cut,
        transcript=transcript,
        loose=left,
    )


def _doubted(found: Finding, doubt: str) -> Finding:
    return found if isinstance(found, Broken) else replace(found, doubt=found.doubt or doubt)


def gather(
    plan: Plan, file: str, lines: Sequence[str], held: Held = lambda _: False
) -> tuple[dict[str, Finding], tuple[Place, ...]]:
    """Return the findings of the parts that a document answers, and where it answers none."""
    tree = Tree(plan.parts)
    phrases = _phrases.of(plan)
    lines, _ = _repair.without_comments(lines)
    pages = {n for n in _repair.page_numbers(lines) if not _is_all_below_a_label(lines, n, tree)}
    text = text_of(
        [
            "" if n in pages or _repair.is_page_furniture(line) else line
            for n, line in enumerate(lines)
        ]
    )
    paper = _paper.of(plan)
    if paper is not None:
        paper.mark(text)
    found = regions(text, tree, phrases, plan.parts)
    near = [tree.members[head] for head in tree.problem]
    stripper = Stripper(text, phrases, near)
    visits: dict[int, list[Visit]] = {}
    order: list[tuple[int, Visit]] = []
    for run in _runs(text, _with_above(text, found)):
        made = _visit(text, file, run, stripper)
        for part in run[0].parts:
            visits.setdefault(part, []).append(made)
            order.append((part, made))
    answers = {part: _finding(own, held, plan.parts[part]) for part, own in visits.items()}
    for part in _below_all_questions(order, tree):
        answers[part] = replace(answers[part], doubt=BELOW_ALL)  # type: ignore[arg-type]
    for region in found:
        within = ", ".join(tree.ids[part] for part in region.parts)
        for part in region.stray:
            answers.setdefault(part, Missing(why=NOTHING, doubt=SWALLOWED.format(within)))
    for part in range(len(tree.ids)):
        if part not in answers:
            doubt = _unplaced(text, found, part)
            if doubt:
                answers[part] = Missing(why=NOTHING, doubt=doubt)
    heads = {(region.line, part) for region in found for part in region.parts}
    for part, line in corrected(text, tree, heads).items():
        if part in answers:
            answers[part] = _doubted(answers[part], CORRECTED.format(line + 1))
    for part in mistakable(text, tree, {r.line for r in found if r.parts}):
        answers[part] = _doubted(answers.get(part, Missing(why=NOTHING)), NUMBERS)
    named = {tree.ids[part]: answers[part] for part in sorted(answers)}
    return named, loose(text, found, file)


def _is_all_below_a_label(lines: Sequence[str], n: int, tree: Tree) -> bool:
    """Whether a number is all that stands between two labels: an answer, though pages are counted."""
    written = [
        k for k in range(max(0, n - _NEAR), n + _NEAR) if k < len(lines) and lines[k].strip()
    ]
    above = next((k for k in reversed(written) if k < n), None)
    after = next((k for k in written if k > n), None)
    return above is not None and all(
        k is None or _labels_alone(lines[k], tree, whole=k == above) for k in (above, after)
    )


def _labels_alone(line: str, tree: Tree, *, whole: bool) -> bool:
    label = labels.read(line)
    if label is None or (whole and line[label.end :].strip()):
        return False
    return label.path in tree.groups or tree.part(label.path) is not None


def _below_all_questions(order: Sequence[tuple[int, Visit]], tree: Tree) -> set[int]:
    """Parts without an answer whose questions stand one below the other, above a list of answers."""
    found: set[int] = set()
    empty: list[int] = []
    for part, visit in order:
        if empty and tree.problem[empty[-1]] != tree.problem[part]:
            if len(empty) > 1 and visit.doubt:
                found |= {*empty}
            empty = []
        if is_empty(visit.text):
            empty.append(part)
            continue
        if len(empty) > 1 and any(_ITEM.match(line) for line in visit.text.split("\n")):
            found |= {*empty, part}
        empty = []
    return found


def _with_above(text: Text, found: Sequence[Region]) -> Sequence[Region]:
    """Give what code printed at the head of a problem to an answer that only points up at it."""
    out: list[Region] = []
    head: Region | None = None
    for region in found:
        if not region.parts:
            head = region if _prints(text, region) else None
        elif head is not None and len(region.parts) == 1 and _points_up(text, region):
            out.append(replace(head, parts=region.parts, how="above", body=0))
        out.append(region)
    return out


def _prints(text: Text, region: Region) -> bool:
    stop = region.end_line + (region.end_col > 0)
    return any(text.kind(n) in ("output", "table") for n in range(region.line, stop))


def _points_up(text: Text, region: Region) -> bool:
    """Whether an answer is a line that says that its values stand above."""
    lines = text.lines[region.line : region.end_line + (region.end_col > 0)]
    said = " ".join(" ".join(lines).split())
    return len(said) < _SHORT and _ABOVE.search(said) is not None


def _unplaced(text: Text, found: Sequence[Region], part: int) -> str:
    """Why a part that was not found may be answered all the same: lines at its problem's head."""
    before = max((k for r in found for k in r.parts if k < part), default=-1)
    after = min((k for r in found for k in r.parts if k > part), default=-1)
    low = max((n for n, r in enumerate(found) if before in r.parts), default=-1)
    high = min((n for n, r in enumerate(found) if after in r.parts), default=len(found))
    for region in found[max(low, 0) : high]:
        if not region.parts and region.how and _speaks(text, region):
            return UNPLACED.format(region.line + 1)
    return ""


def _speaks(text: Text, region: Region) -> bool:
    """Whether a region holds more than headings, labels and a name."""
    stop = region.end_line + (region.end_col > 0)
    lines = [n for n in range(region.line, stop) if text.kind(n) not in (None, "heading")]
    return len(lines) > 1 and sum(len(text.lines[n].split()) for n in lines) >= _FEW_WORDS


def _runs(text: Text, found: Sequence[Region]) -> list[list[Region]]:
    """Neighbouring regions of the same parts, as one; a second label of a part begins anew."""

    def anew(region: Region) -> bool:
        inner = _INNER.match(text.lines[region.line], region.body)
        return region.how == "label" and inner is None

    runs: list[list[Region]] = []
    for region in found:
        if not region.parts:
            runs.append([])
        elif runs and runs[-1] and runs[-1][0].parts == region.parts and not anew(region):
            runs[-1].append(region)
        else:
            runs.append([region])
    return [run for run in runs if run]


def _visit(text: Text, file: str, run: list[Region], stripper: Stripper) -> Visit:
    spans: list[Span] = []
    for region in run:
        for line in range(region.line, min(region.end_line + 1, len(text.lines))):
            start = max(region.col, region.body) if line == region.line else 0
            end = region.end_col if line == region.end_line else len(text.lines[line])
            if line == region.end_line and end == 0:
                continue
            spans.append((line, start, max(start, end)))
    marks = {r.line for r in run if r.how == "answer"}
    rows, doubt = stripper.strip(spans, run[0].parts, run[0].how, marks)
    pieces = _repair.drawings(_repair.mend(_pieces(text, file, rows)))
    return Visit(pieces, run[0].doubt or doubt, run[0].how, "\n\n".join(p.text for p in pieces))


def _pieces(text: Text, file: str, rows: Sequence[tuple[int, str]]) -> list[Piece]:
    """Cut rows into pieces along the document's blocks."""
    made: list[Piece] = []
    at = 0
    while at < len(rows):
        block = text.block_of[rows[at][0]]
        end = at + 1
        while end < len(rows) and text.block_of[rows[end][0]] == block:
            end += 1
        if block >= 0:
            known = text.blocks[block]
            low, high = at, end
            while low < high and not rows[low][1].strip():
                low += 1
            while high > low and not rows[high - 1][1].strip():
                high -= 1
            if low < high:
                made += _piece(text, file, known, rows[low:high])
        at = end
    return made


def _piece(text: Text, file: str, block: Block, rows: Sequence[tuple[int, str]]) -> list[Piece]:
    """Rows of one block as a piece; a row or heading that lost its label is prose."""
    lines = [line for _, line in rows]
    kind = block.kind
    whole = lines[0] == text.lines[rows[0][0]]
    if kind == "table" and not whole and len(lines) == 1:
        kind, lines = "prose", [" ".join(re.split(r"\s*[|\t]\s*", lines[0].strip(" |\t")))]
    elif kind == "heading" and not whole:
        kind = "prose"
    made = piece(Block(kind, 0, len(lines), block.fenced), lines, file, rows[0][0] + 1)
    return [made] if made is not None else []


def _finding(visits: Sequence[Visit], held: Held, part: PartPlan) -> Finding:
    full = [v for v in visits if not is_empty(v.text)]
    if not full:
        doubt = next((v.doubt for v in visits if v.doubt and v.text.strip()), "")
        hollow = (v.doubt for v in visits if v.doubt in _HOLLOW or "told apart here" in v.doubt)
        doubt = doubt or next(hollow, "")
        if any(kind in _MAY_BE_NONE for kind, _ in part.readings.values()):
            written = any(_EMPTY_VALUE.fullmatch(v.text) for v in visits)
            doubt = doubt or (EMPTY_VALUE if written else "")
        return Missing(why=NOTHING, doubt=doubt)
    chosen, doubt = _chosen(full)
    pieces = [p for v in chosen for p in v.pieces]
    lost = _repair.losses(pieces, held)
    doubt = doubt or next((v.doubt for v in chosen if v.doubt), "")
    if all(p.kind in {"image", "heading"} for p in pieces):
        doubt = doubt or (IN_LOST_IMAGE if lost else IN_IMAGE)
    kept, unsure = filled(pieces)
    if breaks_off(kept):
        lost, doubt = (*lost, CUT), doubt or CUT
    return finding(kept, lost, doubt or (MIXED if unsure else ""))


def _chosen(visits: Sequence[Visit]) -> tuple[list[Visit], str]:
    """Return the visits that make up the answer, and a doubt where two of them compete."""
    if len(visits) == 1:
        return list(visits), ""
    kept = list({_key(visit.text): visit for visit in reversed(visits)}.values())[::-1]
    if len(kept) == 1:
        return kept, ""
    last = kept[-1]
    if _WITHDRAWN.search(last.text[:300]):
        return [last], ""
    labelled = [v for v in kept if v.how in ("label", "answer") and _worded(v)]
    if len(labelled) < 2 or all(_goes_on(a.text, b.text) for a, b in pairwise(labelled)):
        return kept, ""
    return kept, TWICE


def _goes_on(text: str, after: str) -> bool:
    """Whether a text goes on with the answer in an earlier one: it says so, or its items do."""
    head, last = after.split("\n", 1)[0][:80], text.rstrip().rsplit("\n", 1)[-1][-80:]
    if _CONTINUED.search(after[:80]) or _REST.match(head) or _POINTS_ON.search(last):
        return True
    above, below = _numbered(text), _numbered(after)
    return bool(above and below) and above[-1] < below[0] == above[-1] + 1


def _numbered(text: str) -> list[int]:
    """The places of the items that lines start with, in order: 3 for ``(c)``, ``#3`` and ``obs 3:``.

    None are returned where they do not ascend, or where there are letters and numbers.
    """
    hits = [hit for line in text.split("\n") if (hit := _ITEM.match(line[:80]))]
    letters = [hit.group("letter") for hit in hits]
    if not hits or (any(letters) and not all(letters)):
        return []
    places = [
        ord(hit.group("letter").lower()) - 96 if hit.group("letter") else int(hit.group("number"))
        for hit in hits
    ]
    return places if all(a < b for a, b in pairwise(places)) else []


def _worded(visit: Visit) -> bool:
    return any(p.kind in ("prose", "math", "table") for p in visit.pieces)


def _key(text: str) -> str:
    """What two texts share that say the same in other spacing."""
    return re.sub(r"\s+", "", text).strip("*_.").lower()


def single(plan: Plan, part: int, text: str) -> Finding:
    """Return the finding of a text that is known to answer one part: its question taken out."""
    tree = Tree(plan.parts)
    phrases = _phrases.of(plan)
    own = text_of(["" if _repair.is_page_furniture(line) else line for line in split(text)])
    paper = _paper.of(plan)
    if paper is not None:
        paper.mark(own)
    near = [tree.members[head] for head in tree.problem]
    body = _own_label(own.lines, tree, part)
    region = Region(0, 0, len(own.lines), 0, body, (part,), "label")
    visit = _visit(own, plan.assignment, [region], Stripper(own, phrases, near))
    return _finding([visit], lambda _: False, plan.parts[part])


def _own_label(lines: Sequence[str], tree: Tree, part: int) -> int:
    """Where the text starts behind the part's own id, if it repeats that."""
    label = labels.read(lines[0]) if lines else None
    if (
        label is None
        or (len(label.path) < 2 and not label.word)
        or tree.part(label.path) != (part, 1.0)
    ):
        return 0
    return label.end
