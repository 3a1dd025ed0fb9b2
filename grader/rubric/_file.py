"""Rubrics from files: YAML 1.2 with errors that name file, line and column."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from grader.rubric._parts import Adjustment, Attempt, Criterion, Find, Part, Ran
from grader.rubric._rubric import Rubric
from grader.rubric._running import Running
from grader.rubric._variants import Constraint, Number, Variants

_CLASSES = (
    *(Rubric, Running, Part, Criterion, Ran, Attempt, Adjustment, Find),
    *(Variants, Number, Constraint),
)


class RubricError(ValueError):
    """A rubric that cannot be used; each line says ``file:line:column: what, and what to do``."""


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
    except RecursionError as error:
        raise RubricError(f"{path}:1:1: lists or mappings lie too deep in each other") from error


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
        known = [name for cls in _CLASSES for name in cls.model_fields]
        near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "; take it out"
        return f"{place}: there is no such field{hint}"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"
