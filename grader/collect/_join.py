"""One answer to each part from all files of a hand-in: equal ones are one, others go to a person."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.collect import Gathered, PartPlan, Plan
from grader.collect._crowded import crowded
from grader.collect._places import at
from grader.model import Answer, Broken, Finding, Found, Missing

NOTHING = "no answer found"
HEADED = "a line in the answer to {} may be the heading of {}"
LOOSE = "it may be answered by what stands in {}, which belongs to no part that was found"
_NAMED = 5
"""Files that could not be read and are named one by one."""
_WRITTEN = re.compile(r"\w")
_STEP = re.compile(r"\d+|[a-z]+")
_SIGNS = re.compile(r"[\W_]+")

Reads = Callable[[PartPlan, Finding], Mapping[str, Finding]]
"""Reads the values of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A file that could not be read: what is not found elsewhere may stand in it."""

    name: str
    picture: bool = False
    document: bool = False
    """Whether it is of a kind that holds answers: what it would have said is not known."""


def joined(
    plan: Plan, gathered: Mapping[str, Gathered], holes: Sequence[Hole], reads: Reads
) -> dict[str, Finding]:
    """Return the answer to each part; ``gathered`` has the file to be preferred first."""
    hole = _hole(holes, gathered)
    answers = {part.id: _answer(part, gathered, hole, reads) for part in plan.parts}
    answers |= _doubted(plan, answers, {id_ for one in gathered.values() for id_ in one.answers})
    answers |= crowded(plan.parts, answers)
    answers |= _unlabelled(answers, gathered)
    answers |= _beside_loose(answers, gathered)
    answers = _beside_unread(answers, gathered, holes)
    for part in plan.parts:
        answers[part.id] = _with_also(part, answers)
    return answers


def _hole(holes: Sequence[Hole], gathered: Mapping[str, Gathered]) -> Broken | None:
    """Why an answer that was not found may have been handed in all the same, if it may."""
    cuts = [gathered[h.name].cut for h in holes if h.name in gathered and gathered[h.name].cut]
    whole = [h for h in holes if h.name not in gathered or not gathered[h.name].cut]
    names = ", ".join(hole.name for hole in whole[:_NAMED])
    if len(whole) > _NAMED:
        names += f" and {len(whole) - _NAMED} more"
    if whole and all(hole.picture for hole in whole):
        return Broken(why=f"{names}: a person has to read what is pictured", cause="figure")
    if whole:
        return Broken(why=f"{names} could not be read", cause="conversion")
    return Broken(why="; ".join(cuts), cause="ours") if cuts else None


def _answer(
    part: PartPlan, gathered: Mapping[str, Gathered], hole: Broken | None, reads: Reads
) -> Finding:
    found = [one.answers[part.id] for one in gathered.values() if part.id in one.answers]
    answers = [f for f in found if isinstance(f, Found)]
    if not answers:
        broken = [f for f in found if isinstance(f, Broken)]
        if broken:
            return broken[0]
        if hole is not None:
            return hole
        return next(iter(found), Missing(why=NOTHING))
    sure = [f for f in answers if not f.doubt] or answers
    first, rest = sure[0], [f for f in answers if f is not sure[0]]
    differing = [f for f in rest if not _same(part, first, f, reads)]
    if not differing:
        return first
    pieces = tuple(piece for f in (first, *differing) for piece in f.value.pieces)
    where = tuple(place for f in (first, *differing) for place in f.where)
    files = ", ".join(dict.fromkeys(place.file.partition("#")[0] for place in where))
    return replace(
        first,
        value=replace(first.value, pieces=pieces),
        where=where,
        doubt=f"answered differently in {files}",
    )


def _beside_unread(
    answers: Mapping[str, Finding], gathered: Mapping[str, Gathered], holes: Sequence[Hole]
) -> dict[str, Finding]:
    """Answers beside a document that nothing was read of: it may answer them otherwise."""
    unread = [h.name for h in holes if h.document and not _read_from(h.name, gathered)]
    if not unread:
        return dict(answers)
    doubt = f"{', '.join(unread)} could not be read, and may answer this otherwise"
    return {
        id_: replace(f, doubt=f.doubt or doubt) if isinstance(f, Found) else f
        for id_, f in answers.items()
    }


def _read_from(name: str, gathered: Mapping[str, Gathered]) -> bool:
    return name in gathered and any(isinstance(f, Found) for f in gathered[name].answers.values())


def _same(part: PartPlan, one: Found, other: Found, reads: Reads) -> bool:
    """Whether two answers say the same: in the same signs, or by all that is read of them."""
    if _folded(one) == _folded(other):
        return True
    first, second = ({n: _value(f) for n, f in reads(part, f_).items()} for f_ in (one, other))
    values = [n for n in part.readings if n in first]
    return bool(values) and all(first[n] is not None and first[n] == second.get(n) for n in values)


def _folded(found: Found) -> str:
    return _SIGNS.sub("", found.value.text).casefold()


def _value(finding: Finding) -> object:
    """What was read, None where that is not certain."""
    if not isinstance(finding, Found) or finding.doubt or finding.others:
        return None
    return finding.value


def _unlabelled(
    answers: Mapping[str, Finding], gathered: Mapping[str, Gathered]
) -> dict[str, Finding]:
    """What is missing may stand in a file that has text, but nothing that names a part.

    A sheet without entries is well-formed and holds nothing: its problems tell of any other.
    """
    written = [
        name
        for name, one in gathered.items()
        if not one.answers
        and one.transcript is not None
        and any(_WRITTEN.search(line) for line in one.transcript.lines)
        and (one.problems or not name.lower().endswith(".json"))
    ]
    doubt = f"no label of any part was recognised in {', '.join(written)}"
    missing = [id_ for id_, f in answers.items() if isinstance(f, Missing) and not f.doubt]
    return {id_: Missing(why=NOTHING, doubt=doubt) for id_ in missing} if written else {}


def _beside_loose(
    answers: Mapping[str, Finding], gathered: Mapping[str, Gathered]
) -> dict[str, Finding]:
    """A part that no file names may be answered by what stands there and belongs to no part."""
    places = [
        str(at(place, {name: one.transcript} if one.transcript else {}))
        for name, one in gathered.items()
        for place in one.loose
    ]
    if not places:
        return {}
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    doubt = LOOSE.format(", ".join(places[:_NAMED]) + more)
    named = {id_ for one in gathered.values() for id_ in one.answers}
    return {
        id_: Missing(why=NOTHING, doubt=doubt)
        for id_, f in answers.items()
        if id_ not in named and isinstance(f, Missing) and not f.doubt
    }


def _doubted(
    plan: Plan, answers: Mapping[str, Finding], named: Collection[str]
) -> dict[str, Finding]:
    """A part whose id begins a line of another's answer may be answered there.

    ``named`` are the parts that some file names: it takes more than a noun and a number to say
    that they are answered elsewhere.
    """
    doubted: dict[str, Finding] = {}
    ids = [part.id for part in plan.parts]
    for position, id_ in enumerate(ids):
        if not isinstance(answers[id_], Missing):
            continue
        near = ids[max(0, position - 2) : position + 2]
        for other in ids:
            found = answers[other]
            if other == id_ or not isinstance(found, Found) or _is_sheet(found):
                continue
            text = found.value.text
            close = len(_STEP.findall(id_)) > 1 or other in near
            headed = close and (_heading(id_).search(text) or _inline(id_).search(text))
            if not headed and position:  # a list within one line goes on
                headed = _inline(ids[position - 1]).search(text) and _inline(id_).search(text)
            titled = (_titled(id_).match(line) for line in _said(found.value))
            if headed or (id_ not in named and any(titled)):
                doubted[id_] = Missing(why=NOTHING, doubt=HEADED.format(other, id_))
    return doubted


def _said(answer: Answer) -> Iterator[str]:
    """The lines of an answer that are text, and in code the comments and mere numbers."""
    for piece in answer.pieces:
        for line in piece.text.split("\n"):
            bare = line.strip()
            comment = bare.startswith("#") or bare.rstrip(".):").isdigit()
            if piece.kind in {"prose", "heading"} or (piece.kind == "code" and comment):
                yield line


def _is_sheet(found: Found) -> bool:
    """Whether the answer is an entry of a sheet, which names its parts itself."""
    return any(place.unit == "entry" for place in found.where)


@functools.cache
def _heading(id_: str) -> re.Pattern[str]:
    """What a line begins with that introduces a part: ``10.2a``, ``Question 10 part 2 a``."""
    steps = _STEP.findall(id_)
    joint = r"(?!\d)[.\s-]{0,2}(?:part\s{0,2})?\(?"
    end = r"(?![\w%,.])" if len(steps) > 1 else r"(?!\d)\s*[.):](?!\d)"
    noun = r"(?:(?:problem|question|exercise|task|part|q|p)\s{0,2})?"
    return re.compile(
        rf"^[#*\s(]{{0,6}}{noun}{joint.join(steps)}[).:]{{0,2}}{end}", re.IGNORECASE | re.MULTILINE
    )


@functools.cache
def _titled(id_: str) -> re.Pattern[str]:
    """A line with any noun before an id of one step, that ends there or goes on behind a sign."""
    if not id_.isdigit():
        return re.compile(r"(?!)")
    return re.compile(
        rf"[#%*_=\s(-]{{0,9}}(?:[^\W\d_]{{1,20}}\.?[\s#_-]{{0,2}}(?:n[or]\.?\s?)?)?{id_}(?:\s?[).:\]*_]{{1,4}}(?!\d)"
        r"|\s?[-–—](?:\s|[-=])|[\s*_=#]*$|\s+[\d(-])"
    )


@functools.cache
def _inline(id_: str) -> re.Pattern[str]:
    """A full id within a line that something ends: ``… 3.3: 50 hours``, ``**3.3** 50``, ``| 3.3 |``."""
    if len(_STEP.findall(id_)) < 2:
        return re.compile(rf"(?<=[\w.][\s;,]){re.escape(id_)}\)(?=\s?[\w(-])")
    return re.compile(
        rf"(?:(?<=\s){re.escape(id_)}\s?[:)](?!\d)|\*\*{re.escape(id_)}[.:)]?\*\*|\|\s*{re.escape(id_)}\s*\|)"
    )


def _with_also(part: PartPlan, answers: Mapping[str, Finding]) -> Finding:
    """The answer with the pieces of the parts that it may stand in."""
    own = answers[part.id]
    others = [f for f in (answers.get(id_) for id_ in part.also) if isinstance(f, Found)]
    if isinstance(own, Broken) or not others:
        return own
    shown = [own, *others] if isinstance(own, Found) else others
    pieces = tuple(piece for f in shown for piece in f.value.pieces)
    lost = tuple(item for f in shown for item in f.value.lost)
    where = tuple(place for f in shown for place in f.where)
    return Found(
        value=Answer(pieces=pieces, lost=lost),
        where=where,
        quote=shown[0].quote,
        doubt=own.doubt if isinstance(own, Found) else "",
    )
