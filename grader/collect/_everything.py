"""From all files of one submission to its evidence: gather answers, join them, read values.

This is what runs in the killable worker: ``task`` takes plain data and gives plain data.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.codec import to_plain
from grader.collect import Collector, Gathered, PartPlan, Plan, collectors
from grader.collect._bounds import bounded, doubted
from grader.model import Answer, Broken, Finding, Found, Missing
from grader.read import Reader, readers

SUFFIXES = {
    ".md": "document",
    ".markdown": "document",
    ".txt": "document",
    ".text": "document",
    ".json": "answers",
    ".py": "script",
}
NOTHING = "no answer found"
_WRITTEN = re.compile(rb"[\w\x80-\xff]")
_STEP = re.compile(r"\d+|[a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """All that was found in one submission."""

    evidence: dict[str, dict[str, Finding]]
    claims: str | None
    problems: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]


def task(data: Any, files: dict[str, bytes]) -> Any:
    """Collect in a worker: ``{plan, lost}`` in, evidence as plain data out.

    The plan comes as JSON text, so that it is built once for all hand-ins; ``lost`` names files
    that could not even be opened.
    """
    found = collect(_plan(data["plan"]), files, data["lost"])
    evidence = {
        part: {name: to_plain(f) for name, f in own.items()} for part, own in found.evidence.items()
    }
    return {
        "evidence": evidence,
        "claims": found.claims,
        "problems": [list(p) for p in found.problems],
        "unread": list(found.unread),
    }


@functools.lru_cache(maxsize=4)
def _plan(text: str) -> Plan:
    data = json.loads(text)
    parts = []
    for part in data["parts"]:
        readings = {name: (kind, options) for name, (kind, options) in part.pop("readings").items()}
        words: dict[str, Any] = {
            key: value if isinstance(value, str) else tuple(value) for key, value in part.items()
        }
        parts.append(PartPlan(**words, readings=readings))
    return Plan(assignment=data["assignment"], parts=tuple(parts), paper=data["paper"])


def collect(plan: Plan, files: Mapping[str, bytes], lost: Sequence[str] = ()) -> Collected:
    """Return the evidence of one submission.

    A part that no file answers is Missing; but where a file could not be read it is Broken,
    since the answer may stand in it.
    """
    gathered: dict[str, Gathered] = {}
    problems: list[tuple[str, str]] = []
    unread: list[str] = list(lost)
    for name in sorted(files):
        one = _gather(plan, name, files[name])
        if one is None:
            unread.append(name)
            problems.append(
                (
                    name,
                    "this kind of file cannot be read yet; hand in .md, .txt, .py or answers.json",
                )
            )
            continue
        gathered[name] = _doubt_all(one, name) if one.unread else one
        if one.unread:
            unread.append(name)
        problems += [(name, problem) for problem in one.problems]
    hole = _hole(unread, gathered)
    answers = {part.id: _answer(part.id, gathered, hole) for part in plan.parts}
    answers |= _doubted(plan, answers)
    answers |= _unlabelled(answers, gathered, files)
    for part in plan.parts:
        answers[part.id] = _with_also(part, answers)
    evidence = {part.id: _read(part, answers[part.id]) for part in plan.parts}
    claims = next((one.claims for one in gathered.values() if one.claims is not None), None)
    return Collected(
        evidence=evidence, claims=claims, problems=tuple(problems), unread=tuple(unread)
    )


def _hole(unread: Sequence[str], gathered: Mapping[str, Gathered]) -> Broken | None:
    """Why an answer that was not found may have been handed in all the same, if it may."""
    cuts = [gathered[name].cut for name in unread if name in gathered and gathered[name].cut]
    whole = [name for name in unread if name not in gathered or not gathered[name].cut]
    if whole:
        return Broken(why=f"{', '.join(whole)} could not be read", cause="conversion")
    return Broken(why="; ".join(cuts), cause="ours") if cuts else None


def _doubt_all(one: Gathered, name: str) -> Gathered:
    """What was found in a file of which some was not read may go on, or be taken back, there."""
    doubt = one.cut or f"some of {name} could not be read"
    answers = {
        id_: replace(f, doubt=f.doubt or doubt) if isinstance(f, Found) else f
        for id_, f in one.answers.items()
    }
    return replace(one, answers=answers)


def _gather(plan: Plan, name: str, data: bytes) -> Gathered | None:
    dot = name.rfind(".")
    kind = SUFFIXES.get(name[dot:].lower()) if dot >= 0 else None
    if kind is None:
        return None
    collector: Collector = _collector(kind)
    try:
        return collector.gather(plan, name, data)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001  # ours: the file stays unread, and says so
        return Gathered(
            answers={part.id: Broken(why=f"{name}: {type(error).__name__}") for part in plan.parts},
            problems=(f"our reader failed: {type(error).__name__}: {error}",),
            unread=True,
        )


@functools.cache
def _collector(kind: str) -> Collector:
    return collectors.build(kind, {})


def _answer(part: str, gathered: Mapping[str, Gathered], hole: Broken | None) -> Finding:
    """One answer from all files: equal ones are one, different ones go to a person."""
    found = [one.answers[part] for one in gathered.values() if part in one.answers]
    answers = [f for f in found if isinstance(f, Found)]
    if not answers:
        broken = [f for f in found if isinstance(f, Broken)]
        if broken:
            return broken[0]
        if hole is not None:
            return hole
        return next(iter(found), Missing(why=NOTHING))
    first, rest = answers[0], answers[1:]
    differing = [f for f in rest if _folded(f) != _folded(first)]
    if not differing:
        return first
    pieces = tuple(piece for f in (first, *differing) for piece in f.value.pieces)
    where = tuple(place for f in (first, *differing) for place in f.where)
    files = ", ".join(dict.fromkeys(place.file for place in where))
    return replace(
        first,
        value=replace(first.value, pieces=pieces),
        where=where,
        doubt=f"answered differently in {files}",
    )


def _unlabelled(
    answers: Mapping[str, Finding], gathered: Mapping[str, Gathered], files: Mapping[str, bytes]
) -> dict[str, Finding]:
    """What is missing may stand in a file that has text, but nothing that names a part.

    A sheet without entries is well-formed and holds nothing: its problems tell of any other.
    """
    written = [
        name
        for name, one in gathered.items()
        if not one.answers
        and _WRITTEN.search(files[name])
        and (one.problems or not name.lower().endswith(".json"))
    ]
    doubt = f"no label of any part was recognised in {', '.join(written)}"
    missing = [id_ for id_, f in answers.items() if isinstance(f, Missing) and not f.doubt]
    return {id_: Missing(why=NOTHING, doubt=doubt) for id_ in missing} if written else {}


def _doubted(plan: Plan, answers: Mapping[str, Finding]) -> dict[str, Finding]:
    """A part whose id begins a line of another's answer may be answered there."""
    doubted: dict[str, Finding] = {}
    ids = [part.id for part in plan.parts]
    for position, id_ in enumerate(ids):
        if not isinstance(answers[id_], Missing):
            continue
        near = ids[max(0, position - 2) : position + 2]
        for other in ids if len(_STEP.findall(id_)) > 1 else near:
            found = answers[other]
            if other == id_ or not isinstance(found, Found) or _is_sheet(found):
                continue
            if _heading(id_).search(found.value.text):
                doubt = f"a line in the answer to {other} may be the heading of {id_}"
                doubted[id_] = Missing(why=NOTHING, doubt=doubt)
    return doubted


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


def _folded(found: Found) -> str:
    return " ".join(found.value.text.split()).casefold()


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


def _read(part: PartPlan, answer: Finding) -> dict[str, Finding]:
    """All readings of a part; ``printed`` holds the printed equations that are false."""
    findings: dict[str, Finding] = {"answer": answer}
    if not isinstance(answer, Found):
        return findings | dict.fromkeys(part.readings, answer)
    shown, cut = bounded(answer.value)
    readings = {"printed": ("equations", {"only": "false"}), **part.readings}
    for name, (kind, options) in readings.items():
        found = _reading(kind, options, shown)
        findings[name] = doubted(found) if cut else found
    return findings


def _reading(kind: str, options: Mapping[str, Any], answer: Answer) -> Finding:
    try:
        # Not sorted: the order of names means something to some readers.
        return _reader(kind, json.dumps(options)).read(answer)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001  # ours: the mark stays open
        return Broken(why=f"our reader of {kind} failed: {type(error).__name__}: {error}"[:300])


@functools.lru_cache(maxsize=512)
def _reader(kind: str, options: str) -> Reader:
    return readers.build(kind, json.loads(options))
