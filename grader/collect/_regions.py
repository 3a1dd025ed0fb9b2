"""From the places where answers start to the regions of a document that answer each part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from grader.collect import PartPlan
from grader.collect._fill import Filler
from grader.collect._labels import Tree
from grader.collect._locate import Candidate, by_wording, candidates, chain
from grader.collect._phrases import Phrases
from grader.collect._text import Text

UNSPLIT = "the answers to several parts stand together here and could not be told apart"
UNSURE = "which lines answer this part was told by their order alone"
UNLABELLED = "no label says that these lines answer this part"


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a document: where it starts, where its body does, what it answers."""

    line: int
    col: int
    end_line: int
    end_col: int
    body: int
    parts: tuple[int, ...] = ()
    how: str = ""
    doubt: str = ""


def regions(text: Text, tree: Tree, phrases: Phrases, parts: Sequence[PartPlan]) -> list[Region]:
    """Return the regions of a document, in order; those that answer no part have none."""
    labelled = candidates(text, tree)
    strong = Counter(c.part for c in labelled if not c.group and c.weight >= 6)
    starts = chain([*labelled, *by_wording(text, phrases, strong)], tree)
    known = {c.part for c in starts if not c.group or len(c.group) == 1}
    filler = Filler(text, tree, phrases, parts)
    made: list[Region] = []
    last = (len(text.lines), 0)
    if starts and (starts[0].line, starts[0].col) > (0, 0):
        made.append(Region(0, 0, starts[0].line, starts[0].col, 0))
    for i, c in enumerate(starts):
        after = starts[i + 1] if i + 1 < len(starts) else None
        end = (after.line, after.col) if after else last
        made += _split(c, after, end, known, tree, filler)
    return made


def _split(c: Candidate, after: Candidate | None, end: tuple[int, int], known: set[int], tree: Tree,
           filler: Filler) -> list[Region]:
    """Return the regions between one start and the next, looking for parts that are missing."""
    group = list(c.group) or tree.members[tree.problem[c.part]]
    upto = group[-1] + 1
    if after is not None and tree.problem[after.part] == tree.problem[c.part] and after.order > c.order:
        upto = after.part
    missing = [k for k in group if k not in known and c.order < k < upto]
    own = () if c.group else (c.part,)
    if c.group and len(c.group) == 1:
        own, missing = c.group, []
    whole = Region(c.line, c.col, *end, c.end, own, c.how)
    if not missing:
        return [whole]
    filled = filler.fill((c.line, c.end), end, missing, group, own=bool(own))
    if not filled.starts:
        if own:
            return [whole]
        doubt = UNSPLIT if len(missing) > 1 else UNLABELLED
        return [Region(c.line, c.col, *end, c.end, tuple(missing), "together", doubt)]
    known |= {s.part for s in filled.starts}
    cuts = [*filled.starts]
    made = [Region(c.line, c.col, cuts[0].line, cuts[0].col, c.end, own, c.how)]
    for i, s in enumerate(cuts):
        stop = (cuts[i + 1].line, cuts[i + 1].col) if i + 1 < len(cuts) else end
        made.append(Region(s.line, s.col, *stop, s.end, (s.part,), s.how, "" if filled.sure else UNSURE))
    return made
