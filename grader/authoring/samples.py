"""Hand-ins that make each known mistake once, and the course's own sample hand-ins."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.authoring.subject import Subject, Unknown
from grader.authoring.writing import ways
from grader.model import Mark, PartResult
from grader.pipeline import hand_ins
from grader.pipeline.hand_ins import read
from grader.rubric import Attempt, Criterion, Part


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that makes a known mistake, and its mark."""

    part: Part
    criterion: Criterion
    attempt: Attempt
    value: Any
    text: str
    mark: Mark


def written_mistakes(subject: Subject) -> list[Made]:
    """Return the marks of hand-ins that make each mistake that can be written out."""
    return _written(subject)


@functools.lru_cache(maxsize=2)
def _written(subject: Subject) -> list[Made]:
    waiting = [
        one for part, criterion in subject.criteria for one in _ones(subject, part, criterion)
    ]
    made: dict[int, Made] = {}
    for way in _WAYS:
        left = [one for one in waiting if id(one) not in made or not is_named(made[id(one)])]
        for one, mark in _marked(subject, left, way):
            made[id(one)] = one.made(way, mark)
    return [made[id(one)] for one in waiting if id(one) in made]


_WAYS = (0, 11, 13, 5)
"""Which ways of writing a mistake are tried, until it is named."""


@dataclass(frozen=True, slots=True)
class _One:
    """A mistake that waits to be written."""

    part: Part
    criterion: Criterion
    attempt: Attempt
    value: Any
    texts: list[str]

    def text(self, way: int) -> str:
        return self.texts[way % len(self.texts)]

    def made(self, way: int, mark: Mark) -> Made:
        return Made(self.part, self.criterion, self.attempt, self.value, self.text(way), mark)


def is_named(one: Made) -> bool:
    """Whether the mistake, or another that says the same, is named in the result."""
    same = {a.id for a in one.criterion.mistakes if a.says == one.attempt.says}
    return not same.isdisjoint(one.mark.mistakes)


def _marked(subject: Subject, ones: list[_One], way: int) -> Iterator[tuple[_One, Mark]]:
    """Hand in one mistake of each criterion at a time, and yield their marks."""
    waiting: dict[tuple[str, str], list[_One]] = {}
    for one in ones:
        waiting.setdefault((one.part.id, one.criterion.id), []).append(one)
    for at in range(max(map(len, waiting.values()), default=0)):
        now = [those[at] for those in waiting.values() if at < len(those)]
        answers: dict[str, str] = {}
        for one in now:
            before = f"{answers[one.part.id]}\n\n" if one.part.id in answers else ""
            answers[one.part.id] = before + one.text(way)
        marked = subject.graded(answers)
        for one in now:
            marks = marked[one.part.id].marks
            yield one, next(m for m in marks if m.id == one.criterion.id)


def _ones(subject: Subject, part: Part, criterion: Criterion) -> Iterator[_One]:
    for attempt in criterion.mistakes:
        if attempt.of is not None:
            continue
        try:
            value = subject.value(criterion, attempt)
        except Unknown:
            continue
        if texts := ways(part, criterion, value):
            yield _One(part, criterion, attempt, value, texts)


@functools.lru_cache(maxsize=2)
def sampled(subject: Subject) -> Mapping[str, dict[str, PartResult]]:
    """Return the marks of the sample hand-ins in ``submissions/``, by their names; nothing is run."""
    folder = subject.course / "submissions" / subject.name
    if not folder.is_dir():
        return {}
    found = {}
    for one in hand_ins(sorted(p for p in folder.iterdir() if not p.name.startswith("."))):
        files, _ = read(one)
        found[one.student] = subject.marks(subject.read(files))
    return found


def paper_of(subject: Subject) -> tuple[str, bytes] | None:
    """Return the paper that the rubric names, as a file that is handed in."""
    if not subject.assignment.paper:
        return None
    name = Path(subject.assignment.rubric.paper or "paper.md").name
    return name, subject.assignment.paper.encode()
