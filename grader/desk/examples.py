"""What a rubric publishes, tried on a student's code in a box: examples, with no case that is graded.

The box gets the student's program and the arguments of the examples. The rubric's own runs, their
inputs and the reference stay outside.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.collect.runs import Case
from grader.collect.runs.call import Call
from grader.desk.rows import HandedIn
from grader.gradebook.store import Store
from grader.model import Finding, Found, Missing
from grader.pipeline import Assignment, Boxes, Collecting, HandIn
from grader.rubric import Part, Public, RepairCost
from grader.rubric._words import Spec

_SHOWN = 120
_NO_CODE = "no code of yours was found for this part"


def published(assignment: Assignment) -> Assignment | None:
    """Return an assignment of which nothing is run but its examples; None where it has none.

    Numbers that vary are those that it holds: none are drawn for it again.
    """
    parts: list[Part] = []
    cases: dict[tuple[str, str], tuple[Case, ...]] = {}
    for part in assignment.rubric.parts:
        runs: dict[str, Spec[Any]] = {}
        for number, one in _calls(part):
            kind = Call(function=one.call, cases="", hidden=False)
            runs[_name(number)] = Spec(kind="call", options={}, built=kind)
            cases[part.id, _name(number)] = (_case(one),)
        plain = [each.model_copy(update={"ran": None}) for each in part.criteria]
        parts.append(part.model_copy(update={"runs": runs, "criteria": tuple(plain)}))
    if not cases:
        return None
    rules = assignment.rubric.run
    cost = RepairCost.model_validate(
        {"conversion": 1, "imports": 1, "slip": 1}
    )  # as written, and not mended
    rubric = assignment.rubric.model_copy(
        update={"parts": tuple(parts), "run": rules.model_copy(update={"repair": cost})}
    )
    return replace(assignment, rubric=rubric, cases=cases, solution=None, variant=None)


def tried(
    examples: Assignment, row: HandedIn, store: Store, boxes: Boxes
) -> dict[str, list[dict[str, Any]]]:
    """Run the examples of an assignment on an upload; return what each part's did.

    Args:
        examples: what ``published`` returned.
        row: the upload.
        store: holds its files.
        boxes: where it is run; somewhere that runs code.
    """
    paths = tuple((file.name, store.path(file.sha256)) for file in row.files)
    collecting = Collecting(examples, boxes.running, boxes.reader())
    try:
        found = collecting(HandIn(student=row.key, paths=paths, key=row.key)).record.evidence
    finally:
        collecting.close()
    made = {}
    for part in examples.rubric.parts:
        own = found.get(part.id, {})
        outcomes = [_told(number, one, own.get(_name(number))) for number, one in _calls(part)]
        if outcomes:
            made[part.id] = outcomes
    return made


def _calls(part: Part) -> Iterator[tuple[int, Public]]:
    return ((number, one) for number, one in enumerate(part.public) if one.call)


def _name(number: int) -> str:
    return f"public {number}"


def _case(one: Public) -> Case:
    if not one.arrays:
        return Case(args=one.args, kwargs=one.named)
    return Case(
        args=tuple(map(_arrayed, one.args)),
        kwargs={name: _arrayed(value) for name, value in one.named.items()},
    )


def _arrayed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _arrayed(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        import numpy as np  # noqa: PLC0415  # few examples have arrays

        return np.array(value, dtype=float)
    return value


def _told(number: int, one: Public, finding: Finding | None) -> dict[str, Any]:
    """How one example went: ``holds`` is None where it could not be tried."""
    if finding is None:
        return {"at": number, "holds": None, "what": _NO_CODE}
    if isinstance(finding, Missing):
        return {"at": number, "holds": False, "what": finding.why}
    case = finding.value["cases"][0] if isinstance(finding, Found) else None
    if case is None:
        return {"at": number, "holds": None, "what": "it could not be tried"}
    if case["ended"] == "raised":
        raised = case.get("raised") or {}
        words = f"it stopped with {raised.get('type', 'an error')}: {raised.get('message', '')}"
        return {"at": number, "holds": False, "what": words[: 2 * _SHOWN]}
    if case["ended"] != "done":
        return {"at": number, "holds": False, "what": f"it did not end: {case['ended']}"}
    result = _plain(case["result"])
    if "gives" in one.model_fields_set and not same(result, one.gives, one.within):
        return {"at": number, "holds": False, "what": f"it gives {_short(result)}"}
    if one.shape is not None and _shape(result) != tuple(one.shape):
        return {"at": number, "holds": False, "what": f"its shape is {_shape(result)}"}
    return {"at": number, "holds": True, "what": ""}


def same(value: Any, wanted: Any, within: float) -> bool:
    """Return whether a result is what an example says.

    >>> same([1, 2.0000001], [1, 2], 1e-6), same(True, 1, 1e-6), same("a", "a", 0)
    (True, False, True)
    """
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, numbers.Real) and isinstance(wanted, numbers.Real):
        return math.isclose(value, wanted, rel_tol=0.0, abs_tol=within)
    if isinstance(value, Mapping) and isinstance(wanted, Mapping):
        return value.keys() == wanted.keys() and all(
            same(value[key], wanted[key], within) for key in wanted
        )
    if _is_row(value) and _is_row(wanted):
        return len(value) == len(wanted) and all(
            same(one, other, within) for one, other in zip(value, wanted, strict=True)
        )
    return type(value) is type(wanted) and bool(value == wanted)


def _is_row(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _plain(value: Any) -> Any:
    """A result without arrays."""
    return value.tolist() if hasattr(value, "tolist") else value


def _shape(value: Any) -> tuple[int, ...]:
    sizes = []
    while _is_row(value):
        sizes.append(len(value))
        value = value[0] if value else None
    return tuple(sizes)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
