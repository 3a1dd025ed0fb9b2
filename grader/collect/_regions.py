"""From the places where answers start to the regions of a document that answer each part."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.collect import PartPlan
from grader.collect import _labels as labels
from grader.collect._candidates import Candidate, Labelled, labelled
from grader.collect._figures import is_number
from grader.collect._fill import Filler, Stretch
from grader.collect._labels import Tree
from grader.collect._locate import by_count, by_wording, chain, questions_within
from grader.collect._nouns import names_problem
from grader.collect._phrases import Phrases
from grader.collect._text import Text

UNSPLIT = "the answers to several parts stand together here and could not be told apart"
UNSURE = "which lines answer this part was told by their order alone"
STRAY = "a line here starts like the label of part {}"
QUESTION = "another question seems to be put here, and answered"
WORTH = "what stands behind its label was taken for the points of the question"
ITEM = "what stands behind its label was taken for the number of an item"
HOLLOW = "a number alone below a label may be its answer, or the label of another part"
UNLABELLED = "no label says that these lines answer this part"

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a document: where it starts, where its body does, what it answers."""

    line: int
    col: int
    end_line: int
    end_col: int
    body: int
    """Column behind the label, on the first line."""
    parts: tuple[int, ...] = ()
    how: str = ""
    doubt: str = ""
    stray: tuple[int, ...] = ()
    """Other parts whose answers may stand within."""


def regions(text: Text, tree: Tree, phrases: Phrases, parts: Sequence[PartPlan]) -> list[Region]:
    """Return the regions of a document, in order; those that answer no part have none.

    They cover the whole document: what belongs to no part is a region too.
    """
    told = labelled(text, tree)
    named = told.candidates
    strong = Counter(c.part for c in named if not c.group and c.weight >= 6)
    worded = by_wording(text, phrases, strong)
    starts = chain([*named, *worded, *by_count(text, tree, named)], tree)
    splitter = _Splitter(tree, Filler(text, tree, phrases, parts), starts)
    made: list[Region] = []
    first = (starts[0].line, starts[0].col) if starts else (len(text.lines), 0)
    if first > (0, 0):
        made.append(Region(0, 0, *first, 0))
    for i, c in enumerate(starts):
        after = starts[i + 1] if i + 1 < len(starts) else None
        end = (after.line, after.col) if after else (len(text.lines), 0)
        stranger = next((n for n in told.strangers if c.line < n < end[0]), None)
        stop = (stranger, 0) if stranger is not None else end
        made += splitter.split(c, after, stop)
        if stop != end:
            made.append(Region(*stop, *end, 0))
    made = _with_strays(made, [c for c in named if c.weight >= 2.5 and not c.group], tree)
    known = {part for region in made for part in region.parts}
    made = _with_strays(made, [c for c in told.passed if c.part not in known], tree)
    made = [replace(r, doubt=r.doubt or HOLLOW) if r.line in told.hollow else r for r in made]
    for lines, doubt in ((told.worths, WORTH), (told.items, ITEM)):
        made = [
            replace(r, doubt=r.doubt or doubt) if r.line in lines and _is_bare(text, r) else r
            for r in made
        ]
    made = _with_unsure(text, made, told, tree)
    return _with_questions(text, made, len(parts))


def _is_bare(text: Text, region: Region) -> bool:
    """Whether nothing stands below the label of a region, or numbers alone."""
    stop = min(region.end_line + (region.end_col > 0), len(text.lines))
    below = [line for line in text.lines[region.line + 1 : stop] if line.strip()]
    return all(is_number(line) for line in below)


def _with_questions(text: Text, made: list[Region], parts: int) -> list[Region]:
    """Flag regions in which another question is put that was not known for any part's."""
    known = {part for region in made for part in region.parts}
    out = []
    for n, region in enumerate(made):
        if region.parts and not region.doubt:
            within = questions_within(text, region.line + 1, region.end_line)
            after = next((r.parts[0] for r in made[n + 1 :] if r.parts), parts)
            stray = tuple(k for k in range(region.parts[-1] + 1, after) if k not in known)
            if within and stray:
                out.append(replace(region, doubt=QUESTION, stray=stray))
                continue
        out.append(region)
    return out


def _with_strays(made: list[Region], labelled: list[Candidate], tree: Tree) -> list[Region]:
    """Flag regions in which a label of another part was passed over: it may be one after all."""
    starts = {(region.line, region.col) for region in made}
    passed = [c for c in labelled if (c.line, c.col) not in starts]
    return [_with_stray(region, passed, tree) for region in made]


def _with_stray(region: Region, passed: list[Candidate], tree: Tree) -> Region:
    low, high = (region.line, region.col), (region.end_line, region.end_col)
    if not region.parts or region.doubt:
        return region
    inside = (c for c in passed if low < (c.line, c.col) < high and c.part not in region.parts)
    stray = next(inside, None)
    return region if stray is None else _strayed(region, (stray.part,), tree)


def _with_unsure(text: Text, made: list[Region], told: Labelled, tree: Tree) -> list[Region]:
    """Flag regions with a ``Part 2`` that may be the label of a part that was not found.

    Below ``Problem 7`` it is the piece of that which starts there.
    """
    known = {part for region in made for part in region.parts}
    heads = [c for c in told.candidates if c.group or _named(text, c.line)]
    lines = [c.line for c in heads]
    unsure = [one for one in told.unsure if not known.issuperset(one.parts)]
    at = [one.line for one in unsure]
    out = []
    for region in made:
        first = bisect_left(at, region.line + (region.col > 0))
        within = unsure[first : bisect_left(at, region.end_line + (region.end_col > 0))]
        if region.parts and within and within[0].line == region.line:
            above = heads[
                max(0, bisect_left(lines, region.line) - 1) : bisect_left(lines, region.line)
            ]
            own = {tree.problem[part] for part in region.parts}
            within = within[own == {tree.problem[c.part] for c in above} :]
        meant = dict.fromkeys(k for one in within for k in one.parts if k not in known)
        flagged = bool(meant and region.parts)
        out.append(_strayed(region, (*region.stray, *meant), tree) if flagged else region)
    return out


def _named(text: Text, line: int) -> bool:
    """Whether the label of a line has the noun of a problem."""
    label = labels.read(text.lines[line])
    return label is not None and names_problem(label.word)


def _strayed(region: Region, parts: tuple[int, ...], tree: Tree) -> Region:
    return replace(region, doubt=region.doubt or STRAY.format(tree.ids[parts[0]]), stray=parts)


class _Splitter:
    """Turns the stretch between one start and the next into regions."""

    def __init__(self, tree: Tree, filler: Filler, starts: Sequence[Candidate]) -> None:
        self.tree, self.filler = tree, filler
        self.known = {c.part for c in starts if not c.group or len(c.group) == 1}

    def split(self, c: Candidate, after: Candidate | None, end: Spot) -> list[Region]:
        """Return the regions of a stretch, looking for parts that are missing in it."""
        own = c.group if len(c.group) == 1 else () if c.group else (c.part,)
        whole = Region(c.line, c.col, *end, c.end, own, c.how)
        missing = self._missing(c, after) if len(c.group) != 1 else ()
        if not missing:
            return [whole]
        group = c.group or tuple(self.tree.members[self.tree.problem[c.part]])
        filled = self.filler.fill(Stretch((c.line, c.end), end, missing, group, own=bool(own)))
        if not filled.starts:
            if own:
                return [_strayed(whole, filled.stray, self.tree)] if filled.stray else [whole]
            doubt = UNSPLIT if len(missing) > 1 else UNLABELLED
            return [replace(whole, parts=missing, how="together", doubt=doubt)]
        self.known |= {s.part for s in filled.starts}
        first = filled.starts[0]
        made = [replace(whole, end_line=first.line, end_col=first.col)]
        doubt = "" if filled.sure else UNSURE
        stops = [*((s.line, s.col) for s in filled.starts[1:]), end]
        for s, stop in zip(filled.starts, stops, strict=True):
            made.append(Region(s.line, s.col, *stop, s.end, (s.part,), s.how, doubt))
        return made

    def _missing(self, c: Candidate, after: Candidate | None) -> tuple[int, ...]:
        """Parts of the problem that no start is known for and that may start here, by order."""
        problem = self.tree.problem[c.part]
        group = c.group or tuple(self.tree.members[problem])
        upto = group[-1] + 1
        if after and self.tree.problem[after.part] == problem and after.order > c.order:
            upto = after.part
        return tuple(k for k in group if k not in self.known and c.order < k < upto)
