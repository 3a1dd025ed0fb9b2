"""An assignment, loaded: rubric, reference, keys and paper, ready to collect and to mark."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from grader import __version__
from grader.collect import PartPlan, Plan
from grader.collect.runs import Case
from grader.pipeline.cases import made_cases
from grader.pipeline.checks import check_inputs, check_keys, check_rubric
from grader.pipeline.varied import Undealt, printed, variant_of, with_variant
from grader.reference import Reference, ReferenceProblem
from grader.rubric import Rubric, RubricError, load
from grader.variants import Variant, sample
from grader.variants.paper import NAME


class NoCourse(ValueError):
    """No course here, or no such assignment in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A rubric with its reference, keys and paper, loaded and ready to mark."""

    rubric: Rubric
    reference: Reference
    keys: Mapping[str, Any]
    paper: str
    made_with: Mapping[str, str]
    """Version and hashes of everything that marks rest on, beside the hand-ins."""
    call: Callable[[str, Mapping[str, Any]], Any] = field(repr=False)
    origin: Callable[[], Assignment] = field(repr=False)
    """Loads it again, in another process."""
    cases: Mapping[tuple[str, str], Sequence[Case]] = field(default_factory=dict, repr=False)
    """Part and name of a run to the inputs of its calls."""
    solution: Path | None = None
    """The course's own hand-in, which has to earn full marks by being run."""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """What the course gives to each program that runs, by path relative to it."""
    course: Path = field(default=Path(), repr=False)
    variant: Variant | None = None
    """Whose numbers rubric, paper and cases hold: nobody's, where it was just loaded; None where
    no numbers vary."""
    template: str = field(default="", repr=False)
    """The paper as it is written, with places for numbers."""

    def of(self, variant: Variant | None) -> Assignment:
        """Return the assignment with a student's numbers; itself where none vary."""
        return with_variant(self, variant)

    def variant_of(
        self, key: str, before: Variant | None = None, *, deals: bool = False
    ) -> Variant | None:
        """Return a student's numbers, drawn from a seed of their own; None where none vary.

        ``before`` is what an earlier reading of the same hand-in was made with; ``deals`` says that
        a paper with them is being written.

        Raises:
            NotDealt: where others have papers, and this student has none.
            VariantProblem: without the secret, or where they are not those that were dealt out.
        """
        return variant_of(self, key, before, deals=deals)

    def inputs(self, rubric: Rubric, /) -> Mapping[tuple[str, str], Sequence[Case]]:
        """Return the inputs of a rubric's calls of student code, by part and run."""
        return made_cases(rubric, self.reference)

    def __reduce__(self) -> tuple[Callable[[], Assignment], tuple[()]]:
        """Go to another process as what it was loaded from: a reference is code."""
        return self.origin, ()

    @property
    def plan(self) -> Plan:
        """What to collect; nothing of the key is in it."""
        parts = []
        for part in self.rubric.parts:
            readings = {name: (spec.kind, spec.options) for name, spec in part.readers().items()}
            find = part.find
            parts.append(
                PartPlan(
                    id=part.id,
                    ask=part.ask,
                    phrases=find.phrases,
                    ids=(*find.ids, NAME + part.id) if self.variant is not None else find.ids,
                    defines=find.defines,
                    answers=find.answers,
                    also=find.also,
                    readings=readings,
                )
            )
        return Plan(assignment=self.rubric.assignment, parts=tuple(parts), paper=self.paper)


_NO_ASSIGNMENTS = frozenset({"course", "lti"})
"""Files beside the rubrics that hold rules of the course, and the platforms that it is linked to."""


def assignments(course: Path) -> list[str]:
    """Return the names of a course's assignments, sorted."""
    found = (path.stem for path in (course / "rubrics").glob("*.yaml"))
    return sorted(name for name in found if name not in _NO_ASSIGNMENTS)


def find_course(start: Path, assignment: str | None = None) -> Path:
    """Return the nearest folder at or above ``start`` that has ``rubrics/``.

    Raises:
        NoCourse: when there is none, or it lacks the assignment.
    """
    for folder in (start, *start.parents):
        if (folder / "rubrics").is_dir():
            if assignment is not None and not (folder / "rubrics" / f"{assignment}.yaml").is_file():
                known = ", ".join(assignments(folder))
                raise NoCourse(f"{folder.name}/rubrics has no '{assignment}'; it has: {known}")
            return folder
    raise NoCourse(
        f"no folder at or above {start} has rubrics/; go into a course, or name one with --course"
    )


def load_assignment(
    course: Path, name: str, *, paper: Path | None = None, keys: Path | None = None
) -> Assignment:
    """Load a rubric with its reference, and check that every function it names exists.

    Raises:
        RubricError: when the rubric, the keys or the paper cannot be used.
        ReferenceProblem: when the reference lacks a function or raises.
    """
    path = course / "rubrics" / f"{name}.yaml"
    rubric = load(path)
    reference = Reference(course, name)
    call = _Calls(reference)
    variant = sample(Undealt(rubric, reference, call)) if rubric.variants else None
    rubric = rubric.with_numbers(variant.numbers) if variant else rubric
    check_rubric(rubric, reference, path)
    cases = made_cases(rubric, reference)
    check_inputs(rubric, reference, cases, path)
    text = _paper(course, rubric, paper)
    own = _keys(keys)
    check_keys(rubric, rubric.keys, str(path))
    check_keys(rubric, own, str(keys))
    known = {**rubric.keys, **own}
    solution = course / rubric.solution if rubric.solution else None
    if solution is not None and not solution.is_file():
        raise RubricError(f"{path}:1:1: there is no solution {rubric.solution}")
    files = _given_files(course, rubric, path)
    return Assignment(
        rubric=rubric,
        reference=reference,
        keys=known,
        paper=printed(rubric, text, variant, str(paper or "")),
        made_with={**_made_with(rubric, reference, known), **_digest_of(files)},
        call=call,
        origin=functools.partial(load_assignment, course, name, paper=paper, keys=keys),
        cases=cases,
        solution=solution,
        files=files,
        course=course,
        variant=variant,
        template=text,
    )


def _given_files(course: Path, rubric: Rubric, path: Path) -> dict[str, bytes]:
    """Read the files that the course gives to programs; links are not followed.

    Student code sees them, so nothing that holds the key may lie among them.
    """
    if not rubric.run.files:
        return {}
    wrong = f"{path}:1:1: run.files: {rubric.run.files}"
    folder = (course / rubric.run.files).resolve()
    if not folder.is_relative_to(course.resolve()) or not folder.is_dir():
        raise RubricError(f"{wrong} is no folder of the course")
    secret = [
        course / "reference" / rubric.assignment,
        course / f"reference/{rubric.assignment}.py",
    ]
    secret += [course / name for name in ("rubrics", "submissions", ".grader")]
    secret += [course / rubric.solution] if rubric.solution else []
    for one in (place.resolve() for place in secret):
        if one.is_relative_to(folder) or folder.is_relative_to(one):
            raise RubricError(
                f"{wrong} holds {one.name}, which no student may see; give a folder of its own"
            )
    found = sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def _digest_of(files: Mapping[str, bytes]) -> dict[str, str]:
    if not files:
        return {}
    digest = hashlib.sha256()
    for name, data in files.items():
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return {"files": digest.hexdigest()[:16]}


def _made_with(rubric: Rubric, reference: Reference, keys: Mapping[str, Any]) -> dict[str, str]:
    digest = hashlib.sha256(json.dumps(keys, sort_keys=True, default=str).encode()).hexdigest()
    return {
        "version": __version__,
        "rubric": rubric.hash,
        "reference": reference.hash,
        "keys": digest[:16],
    }


_LONGEST_KEY = 2_000
_MOST_CALLS = 5_000


@dataclass(frozen=True, slots=True)
class _Refused:
    """What a reference said that could not take what it was given.

    The exception itself is not kept: each time it is raised it would hold on to one more
    hand-in, by the frames of its traceback.
    """

    says: str


class _Calls:
    """Calls reference functions; the same call on literals is made once for a whole class."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._known: dict[str, Any] = {}

    def __call__(self, name: str, given: Mapping[str, Any]) -> Any:
        key = f"{name}({json.dumps(given, sort_keys=True, default=_whole)})"
        if key in self._known:
            value = self._known[key]
        else:
            value = self._called(name, given)
            if len(self._known) > _MOST_CALLS:
                self._known.clear()
            if len(key) < _LONGEST_KEY:  # a student's whole reading does not come again
                self._known[key] = value
        if isinstance(value, _Refused):
            raise ValueError(value.says)
        return value

    def _called(self, name: str, given: Mapping[str, Any]) -> Any:
        try:
            return self._reference.function(name)(**given)
        except ValueError as error:
            return _Refused(str(error))
        except ReferenceProblem:
            raise
        except (ArithmeticError, LookupError, TypeError, AttributeError) as error:
            # A student's reading may be of any shape: what a reference cannot take earns nothing.
            return _Refused(f"{name}: {type(error).__name__}: {error}")


def _whole(value: Any) -> Any:
    """All that an array holds: its repr leaves out what lies in the middle, and digits."""
    return [str(value.dtype), value.tolist()] if hasattr(value, "tolist") else repr(value)


def _paper(course: Path, rubric: Rubric, paper: Path | None) -> str:
    path = paper if paper is not None else course / rubric.paper if rubric.paper else None
    if path is None:
        return ""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"{path}:1:1: the paper cannot be read ({error})") from error


def _keys(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        data = YAML(typ="safe").load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise RubricError(f"{path}:1:1: the keys cannot be read ({error})") from error
    keys = data.get("keys", data) if isinstance(data, dict) else None
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys):
        raise RubricError(
            f'{path}:1:1: keys are written as  "4.1": {{A: 0.1, …}}  with quoted part ids'
        )
    return keys
