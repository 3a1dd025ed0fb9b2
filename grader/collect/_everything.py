"""From all files of one submission to its evidence: unpack, gather answers, join, read values.

This is what runs in the killable worker: ``task`` takes plain data and gives plain data.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from grader.codec import to_plain
from grader.collect import Gathered, PartPlan, Plan, Transcript
from grader.collect import _pictures as pixels
from grader.collect._bounds import bounded, doubted
from grader.collect._cells import to_data
from grader.collect._join import NOTHING, Hole, joined
from grader.collect._kind import EMPTY, all_collectors, told
from grader.collect._pictures import MOST, MOST_BYTES, Picture, reencoded
from grader.collect._places import placed
from grader.collect._program import program
from grader.collect._unpack import unpack
from grader.model import Answer, Broken, Cell, Finding, Found, Piece, Place
from grader.read import Reader, readers

__all__ = ["NOTHING", "Collected", "collect", "task"]

PICTURE = "picture"
_SHOWN_LINES, _SHOWN_SIGNS = 6_000, 400_000
"""How much of one file's transcript is kept for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """All that was found in one submission.

    ``unread`` names the files that nobody could read, not even as a picture; ``transcripts`` are
    the files as people are shown them; ``pictures`` the re-encoded ones, by file and name.
    """

    evidence: dict[str, dict[str, Finding]]
    claims: str | None
    problems: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]
    transcripts: Mapping[str, Transcript] = field(default_factory=dict)
    pictures: Mapping[tuple[str, str], Picture] = field(default_factory=dict)
    program: tuple[Cell, ...] = ()


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
        "program": to_data(found.program),
        "transcripts": [_shown(name, t) for name, t in found.transcripts.items()],
        "pictures": [
            {"file": file, "name": name, **pixels.to_data(picture)}
            for (file, name), picture in found.pictures.items()
        ],
    }


def _shown(file: str, transcript: Transcript) -> dict[str, Any]:
    """A transcript as plain data, as much of it as a page can bear."""
    lines, left = [], _SHOWN_SIGNS
    for line in transcript.lines[:_SHOWN_LINES]:
        lines.append(line[:left])
        left -= len(line) + 1
        if left <= 0:
            break
    return {
        "file": file,
        "unit": transcript.unit,
        "code": transcript.code,
        "lines": lines,
        "numbers": list(transcript.numbers[: len(lines)]),
        "left": len(transcript.lines) - len(lines),
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
    words = {name: data[name] for name in ("assignment", "paper", "program")}
    return Plan(parts=tuple(parts), **words)


def collect(plan: Plan, files: Mapping[str, bytes], lost: Sequence[str] = ()) -> Collected:
    """Return the evidence of one submission.

    A part that no file answers is Missing; but where a file could not be read it is Broken,
    since the answer may stand in it.
    """
    opened = unpack(files)
    problems = list(opened.problems)
    holes = [Hole(name=name, document=True) for name in (*lost, *opened.unread)]
    kinds: dict[str, str] = {}
    for name, data in opened.files.items():
        kind = told(name, data)
        if kind.why:
            problems.append((name, kind.why))
        if kind.kind is None:
            holes.append(Hole(name=name, document=kind.document))
        else:
            kinds[name] = kind.kind
    beside = {name: data for name, data in opened.files.items() if kinds.get(name) == PICTURE}
    gathered: dict[str, Gathered] = {}
    for name in _in_order(kinds):
        one = _gather(plan, kinds[name], name, opened.files[name], beside)
        if kinds[name] == PICTURE and _is_shown(name, gathered):
            one = replace(one, unread=False, problems=())
        gathered[name] = _doubt_all(one, name) if one.unread else one
        if one.unread:
            shown = one.transcript is not None and one.transcript.pictured
            pictured = kinds[name] == PICTURE or shown
            holes.append(Hole(name=name, picture=pictured, document=not pictured))
        said = one.problems if opened.files[name] else (EMPTY,)
        problems += [(name, problem) for problem in said]
    answers = joined(plan, gathered, holes, _read)
    transcripts = {n: one.transcript for n, one in gathered.items() if one.transcript is not None}
    evidence = {
        part.id: {
            name: placed(found, transcripts)
            for name, found in _read(part, answers[part.id]).items()
        }
        for part in plan.parts
    }
    claims = next((one.claims for one in gathered.values() if one.claims is not None), None)
    return Collected(
        evidence=evidence,
        claims=claims,
        problems=tuple(problems),
        unread=tuple(hole.name for hole in holes if not hole.picture),
        transcripts=transcripts,
        pictures=dict(_pictures(transcripts, beside)),
        program=_program(plan, kinds, opened.files, transcripts, evidence),
    )


def _program(
    plan: Plan,
    kinds: Mapping[str, str],
    files: Mapping[str, bytes],
    transcripts: Mapping[str, Transcript],
    evidence: Mapping[str, Mapping[str, Finding]],
) -> tuple[Cell, ...]:
    """The student's program, where it is wanted; our fault in it costs no reading."""
    if not plan.program:
        return ()
    ordered = {name: kinds[name] for name in _in_order(kinds) if kinds[name] != PICTURE}
    try:
        return program(plan, ordered, files, transcripts, evidence)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001  # ours: nothing is run, and the marks stay open
        return ()


def _in_order(kinds: Mapping[str, str]) -> list[str]:
    """Names of files, those first whose answers are preferred, pictures last."""
    rank = {kind: collector.rank for kind, collector in all_collectors().items()}
    return sorted(kinds, key=lambda name: (rank[kinds[name]], name))


def _is_shown(name: str, gathered: Mapping[str, Gathered]) -> bool:
    """Whether a document shows this picture, so that it is a part of that."""
    last = PurePosixPath(name).name
    return any(
        last in line
        for one in gathered.values()
        if one.transcript is not None and one.transcript.unit != "page"
        for line in one.transcript.lines
        if "![" in line or "<img" in line
    )


def _pictures(
    transcripts: Mapping[str, Transcript], beside: Mapping[str, bytes]
) -> Iterator[tuple[tuple[str, str], Picture]]:
    """The pictures that transcripts show, encoded anew, within limits."""
    by_name = {PurePosixPath(name).name.lower(): data for name, data in beside.items()}
    count = room = 0
    for file, transcript in transcripts.items():
        names = dict.fromkeys((*transcript.pictures, *_named(transcript, by_name)))
        for name in names:
            data = transcript.pictures.get(name)
            if data is None:
                data = by_name[PurePosixPath(name).name.lower()]
            picture = reencoded(data) if count < MOST and room < MOST_BYTES else None
            if picture is not None:
                count, room = count + 1, room + len(picture.data)
                yield (file, name), picture


def _named(transcript: Transcript, by_name: Mapping[str, bytes]) -> Iterator[str]:
    """Names in the lines of a transcript of pictures that lie beside it."""
    if not by_name or transcript.code:
        return
    from grader.collect._repair import pictures_in  # noqa: PLC0415  # few hand-ins have pictures

    for line in transcript.lines:
        if "![" in line or "<img" in line:
            names = pictures_in(line)
            yield from (n for n in names if PurePosixPath(n).name.lower() in by_name)


def _doubt_all(one: Gathered, name: str) -> Gathered:
    """What was found in a file of which some was not read may go on, or be taken back, there."""
    doubt = one.cut or f"some of {name} could not be read"
    answers = {
        id_: replace(f, doubt=f.doubt or doubt) if isinstance(f, Found) else f
        for id_, f in one.answers.items()
    }
    return replace(one, answers=answers)


def _gather(plan: Plan, kind: str, name: str, data: bytes, beside: Mapping[str, bytes]) -> Gathered:
    try:
        return all_collectors()[kind].gather(plan, name, data, beside)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001  # ours: the file stays unread, and says so
        return Gathered(
            answers={part.id: Broken(why=f"{name}: {type(error).__name__}") for part in plan.parts},
            problems=(f"our reader failed: {type(error).__name__}: {error}"[:300],),
            unread=True,
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


def read_text(data: Any, files: dict[str, bytes]) -> Any:
    """Read in a worker what a program printed: ``{kind, options, text}`` in, a finding out."""
    del files
    place = Place(file="its output", start=1, end=1)
    piece = Piece(kind="output", text=data["text"], place=place)
    shown, cut = bounded(Answer(pieces=(piece,)))
    found = _reading(data["kind"], data["options"], shown)
    return to_plain(doubted(found) if cut else found)


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
