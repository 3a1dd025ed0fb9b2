"""Rubrics: YAML 1.2 to a typed rubric, with errors that name file, line and column.

A rubric is data only. It says for each part where to look, what to read, what to compare with
(the name of a reference function and what it is given) and what a known mistake costs.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from grader.collect.runs import RunKind, run_kinds
from grader.compare import Comparator, comparators
from grader.kinds import Kinds, UnknownKind
from grader.model import Why
from grader.read import Reader, readers

T = TypeVar("T")

REPAIR, WRITTEN = "repair", "as written: "
"""Names in the evidence of a part: how its code was repaired; what a run gave without that."""


class RubricError(ValueError):
    """A rubric that cannot be used; each line says ``file:line:column: what, and what to do``."""


def _points(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("points are a number such as 1.5, or a fraction in quotes such as '1/3'")
    return Fraction(str(value))


def _id(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"ids are quoted strings: write '{value}' in quotes ('2.10' is not 2.1)")
    return value


Points = Annotated[Fraction, BeforeValidator(_points), Field(ge=0)]
Id = Annotated[str, BeforeValidator(_id)]
Credit = Annotated[Fraction, BeforeValidator(_points), Field(ge=0, le=1)]
Given = dict[str, Any]


class Strict(BaseModel):
    """No unknown field, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Spec(Strict, Generic[T]):
    """A kind and its options, checked against the kind's own dataclass."""

    kind: str
    options: dict[str, Any]
    built: Any = Field(exclude=True, repr=False)


@functools.cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _spec(kinds: Kinds[Any], value: Any) -> Any:
    if isinstance(value, Spec):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise ValueError("write {kind: …, and its options}")
    options = {key: item for key, item in value.items() if key != "kind"}
    try:
        cls = kinds.get(value["kind"])
        fields = getattr(cls, "__dataclass_fields__", {})
        for key in options:
            if key not in fields:
                near = difflib.get_close_matches(str(key), fields, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise ValueError(f"'{value['kind']}' has no option '{key}'{hint}")
        built = _adapter(cls).validate_python(options)
    except UnknownKind as error:
        raise ValueError(str(error)) from error
    return Spec(kind=value["kind"], options=options, built=built)


Read = Annotated[Spec[Reader], BeforeValidator(lambda value: _spec(readers, value))]
RunSpec = Annotated[Spec[RunKind], BeforeValidator(lambda value: _spec(run_kinds, value))]
Compare = Annotated[Spec[Comparator], BeforeValidator(lambda value: _spec(comparators, value))]


class Find(Strict):
    """How a part's answer is recognised where it carries no id."""

    phrases: tuple[str, ...] = ()
    """Wording of the question; all words of one phrase close together point to the part."""
    ids: tuple[Id, ...] = ()
    """Other ids under which students know the part, such as '10.2.a'."""
    defines: tuple[str, ...] = ()
    """Names that code of this part defines or calls."""
    answers: tuple[str, ...] = ()
    """Words that an answer to it holds (not the question), as a last resort."""
    also: tuple[Id, ...] = ()
    """Parts whose answer may hold this part's too, such as the code of the part before."""


class Attempt(Strict):
    """One way to earn credit on a criterion: a mistake, an accepted variant, a partial method.

    What it does not say (``of``, ``given``, ``compare``) is the criterion's own.
    """

    id: str = ""
    of: str | None = None
    source: str | None = Field(default=None, alias="from")
    given: Given = {}
    compare: Compare | None = None
    credit: Credit = Fraction(1)
    """Fraction of the criterion's points, from 0 to 1."""
    guard: str | None = None
    """Reference function of the same ``given``; false means that this way earns nothing."""
    whole: bool = False
    """Whether a list has to match in all its elements, not element by element."""
    flag: str = ""
    """Why a person has to look where this way is recognised; empty where it is certain."""
    says: str = ""


class Adjustment(Attempt):
    """What costs points of the whole part, or caps it, when it is recognised.

    With neither cost nor cap it is a remark: it is named, and changes no points.
    """

    cost: Points | None = None
    cap: Points | None = None
    when: Literal["always", "run", "not-run"] = "always"
    """Whether it counts only where the part's code was run, or only where it was not."""


class Ran(Strict):
    """How a criterion is marked where the part's code was run; else the criterion itself counts.

    ``read`` names one of the part's ``runs``. The other fields are those of a criterion.
    """

    read: str
    expect: str | None = None
    given: Given = {}
    compare: Compare
    accept: tuple[Attempt, ...] = ()
    follow: tuple[Attempt, ...] = ()
    mistakes: tuple[Attempt, ...] = ()
    otherwise: tuple[Attempt, ...] = ()
    stops: Literal["nothing", "open"] = "nothing"
    """What code earns that stops before it gives anything: nothing, or a person decides."""


class Criterion(Strict):
    """One line of a rubric: points, what is read, what it is compared with."""

    id: str
    points: Points
    says: str = ""
    """What is asked here, in the student's words; shown in the report."""
    read: Read | str | None = None
    """A reader, or the name of one of the part's ``readings``."""
    expect: str | None = None
    """Reference function, such as ``lenet5.connections``."""
    key: bool = False
    """Expect the instructor's key of this part instead of a reference."""
    given: Given = {}
    compare: Compare
    accept: tuple[Attempt, ...] = ()
    follow: tuple[Attempt, ...] = ()
    mistakes: tuple[Attempt, ...] = ()
    otherwise: tuple[Attempt, ...] = ()
    reveal: Literal["none", "value"] = "none"
    review: Literal["never", "unsure", "always"] = "never"
    why: Why = "text"
    ran: Ran | None = None
    """How it is marked where the code was run."""

    def as_run(self) -> Criterion:
        """Return the criterion as it is where the code was run."""
        if self.ran is None:
            return self
        own = {name: getattr(self.ran, name) for name in Ran.model_fields if name != "stops"}
        return self.model_copy(update={**own, "ran": None, "key": False, "review": "never"})

    def attempts(self) -> Iterator[tuple[str, Attempt]]:
        """All ways to earn credit beside the truth, with their role, in the order they count."""
        for role in ("accept", "follow", "mistakes", "otherwise"):
            for attempt in getattr(self, role):
                yield role, attempt

    @property
    def reading(self) -> str:
        """Name of the reading that this criterion compares."""
        return self.read if isinstance(self.read, str) else self.id


class Part(Strict):
    """One question part: points, how it is found, its criteria."""

    id: Id
    points: Points
    ask: str
    find: Find = Find()
    needs: tuple[Id, ...] = ()
    readings: dict[str, Read] = {}
    runs: dict[str, RunSpec] = {}
    """What is asked of the code in a box, by name."""
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    adjust: tuple[Adjustment, ...] = ()

    @model_validator(mode="after")
    def _points_add_up(self) -> Part:
        total = sum((criterion.points for criterion in self.criteria), Fraction(0))
        if total != self.points:
            raise ValueError(f"criteria of part '{self.id}' add up to {total}, not {self.points}")
        return self

    @model_validator(mode="after")
    def _runs_have_names_of_their_own(self) -> Part:
        taken = {"answer", "printed", REPAIR, *self.readers()}
        for name in self.runs:
            if name in taken or name.startswith(WRITTEN):
                raise ValueError(f"a run of part '{self.id}' cannot be called '{name}' as well")
        for criterion in self.criteria:
            if criterion.ran is not None and criterion.ran.read not in self.runs:
                known = ", ".join(self.runs) or "none"
                raise ValueError(
                    f"part '{self.id}' has no run '{criterion.ran.read}'; it has: {known}"
                )
        return self

    def readers(self) -> dict[str, Spec[Reader]]:
        """All readings of the part by name."""
        own = {c.id: c.read for c in self.criteria if isinstance(c.read, Spec)}
        return {**self.readings, **own}


class RepairCost(Strict):
    """What a repair costs that made code run: shares of what the part earns by being run."""

    conversion: Credit = Fraction(0)
    """Damage of the conversion: a lost indentation, a line that was cut."""
    slip: Credit = Fraction(1, 4)
    """One slip of the student's own: a wrong name, a colon that is missing."""


class Running(Strict):
    """How the code of hand-ins is run.

    ``seconds``, ``cpu_seconds`` and ``memory_mb`` bound one run of a hand-in. With
    ``stop_at_error`` no cell counts behind the first that raises. Where ``hidden``, students do
    not see the inputs of calls.
    """

    runtime: Literal["bare", "science", "training"] = "science"
    seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    cpu_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    memory_mb: Annotated[int, Field(ge=16, le=1_000_000)] = 1024
    stop_at_error: bool = False
    hidden: bool = True
    repair: RepairCost = RepairCost()


class Rubric(Strict):
    """An assignment's rubric."""

    assignment: str
    title: str
    paper: str | None = None
    solution: str | None = None
    """The course's own hand-in, run before a batch: what it earns by being run must be full."""
    run: Running = Running()
    keys: dict[Id, Any] = {}
    parts: tuple[Part, ...] = Field(min_length=1)

    @field_validator("parts")
    @classmethod
    def _ids_are_unique(cls, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        seen: set[str] = set()
        for part in parts:
            if part.id in seen:
                raise ValueError(f"two parts are called '{part.id}'; give each its own id")
            seen.add(part.id)
        return parts

    @property
    def hash(self) -> str:
        """Hash of everything the rubric says."""
        data = self.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def load(path: Path) -> Rubric:
    """Return the rubric in a file.

    Parsing YAML with line numbers takes half a second for a long rubric, so what it holds is kept
    as JSON in the course's ``.grader/`` under the hash of the text.

    Raises:
        RubricError: with every problem found, each as ``file:line:column: what, what to do``.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise RubricError(f"{path}:1:1: there is no such rubric") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"{path}:1:1: cannot be read as UTF-8 text ({error})") from error
    kept = _kept(path, text)
    try:
        if kept.is_file():
            return Rubric.model_validate(json.loads(kept.read_text("utf-8")))
    except (OSError, ValueError):
        pass  # what was kept is damaged or of another version: read the rubric itself
    tree = _tree(path, text)
    try:
        rubric = Rubric.model_validate(_plain(tree))
    except ValidationError as error:
        lines = [f"{path}:{_at(tree, e['loc'])}: {_say(e)}" for e in _telling(error.errors())]
        raise RubricError("\n".join(lines)) from error
    _keep(kept, _plain(tree))
    return rubric


def _tree(path: Path, text: str) -> Any:
    try:
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise RubricError(f"{path}:{at}: {error.problem or error}") from error
    except YAMLError as error:
        raise RubricError(f"{path}:1:1: this is no YAML ({error})") from error


def _kept(path: Path, text: str) -> Path:
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    return path.parent.parent / ".grader" / "rubrics" / f"{path.stem}-{digest}.json"


def _keep(kept: Path, plain: Any) -> None:
    """Keep the rubric's content where it can be kept; without it all is slower, not different."""
    with contextlib.suppress(OSError, TypeError, ValueError):
        text = json.dumps(plain, ensure_ascii=False)
        if json.loads(text) == plain:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(f".{os.getpid()}.part")
            part.write_text(text, "utf-8")
            part.replace(kept)


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _plain(item) for key, item in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(item) for item in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _at(tree: Any, loc: tuple[Any, ...]) -> str:
    line, column = 0, 0
    node: Any = tree
    for step in loc:
        try:
            keyed = isinstance(node, Mapping)
            line, column = node.lc.key(step) if keyed else node.lc.item(step)
            node = node[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return f"{line + 1}:{column + 1}"


def _telling(errors: Sequence[Any]) -> list[Any]:
    """Errors without those that only follow from another, or speak of our own types."""
    own = [e for e in errors if e["type"] not in ("too_short", "string_type")]
    return own or list(errors)


def _say(error: Any) -> str:
    place = ".".join(str(step) for step in error["loc"] if "[" not in str(step))
    if error["type"] == "extra_forbidden":
        known = [
            name
            for cls in (Rubric, Running, Part, Criterion, Ran, Attempt, Adjustment, Find)
            for name in cls.model_fields
        ]
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "; take it out"
        return f"{place}: there is no such field{hint}"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a rubric, for editors."""
    return Rubric.model_json_schema(by_alias=True)
