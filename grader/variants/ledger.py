"""What was dealt out: for each student the number of the draw and the id, and no numbers.

A mistake that is added to a rubric later may make a variant unfit that is on paper already. What
is on paper stays, so it is kept which draw it was.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.variants.deal import VariantProblem
from grader.variants.draw import Variant


@dataclass(frozen=True, slots=True)
class Dealt:
    """Which draw of a student's seed was dealt out."""

    id: str
    tries: int


def dealt(course: Path, assignment: str) -> dict[str, Dealt]:
    """Return what was dealt out of an assignment, by student.

    Raises:
        VariantProblem: when the file is damaged.
    """
    path = _path(course, assignment)
    try:
        state = path.stat()
        return dict(_read(path, state.st_mtime_ns, state.st_size, state.st_ino))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VariantProblem(
            f"{path}: cannot be read ({error}); it tells which papers were dealt out"
        ) from error


@functools.lru_cache(maxsize=8)
def _read(path: Path, *_state: int) -> dict[str, Dealt]:
    """Read the file once, as long as it is the same."""
    data = json.loads(path.read_text("utf-8"))
    return {key: Dealt(str(one["id"]), int(one["tries"])) for key, one in data.items()}


def remember(course: Path, assignment: str, made: Mapping[str, Variant]) -> None:
    """Keep which draws were dealt out, beside those of before."""
    path = _path(course, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        held = dealt(course, assignment)
        held |= {key: Dealt(one.id, one.tries) for key, one in made.items() if key not in held}
        data = {key: {"id": one.id, "tries": one.tries} for key, one in sorted(held.items())}
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_text(json.dumps(data, ensure_ascii=False, indent=0), "utf-8")
        part.replace(path)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let nobody else write meanwhile, where the system can do that."""
    try:
        import fcntl  # noqa: PLC0415  # not on every system
    except ImportError:
        yield
        return
    with path.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _path(course: Path, assignment: str) -> Path:
    return course / ".grader" / "variants" / f"{assignment}.json"
