"""The tenth of what a model is certain of that goes to people all the same, and what they found.

It is chosen with a secret of the course, so that nobody can reckon whose answers a person looks at.
What the model proposed for them is kept with the step in which its other proposals stood, and is
held against the marks that people give: while it does not bear out, no more of them stand.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from grader.gradebook import Book, GradebookError
from grader.gradebook.book import find_assignment
from grader.gradebook.decisions import by_model, decisions
from grader.gradebook.releases import last_turned_on
from grader.gradebook.tables import act
from grader.rubric import Part

AUDITED = 10
"""One in so many is looked at by a person all the same, and at least one."""
BORNE_OUT = Fraction(9, 10)
"""So many of them have to get the points that the model proposed."""
_STEP = Fraction(1, 4)
_SIGNS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What people found since a model was turned on last, of the answers that went to them."""

    marked: int = 0
    same: int = 0
    """So many got the points that the model proposed."""
    near: int = 0
    """So many are at most a quarter of the part apart."""
    waiting: int = 0

    @property
    def bad(self) -> bool:
        """Whether people went along with too few, so that no more may stand."""
        return self.same < BORNE_OUT * self.marked


def chosen(book: Book, name: str, part: str, certain: Iterable[int]) -> frozenset[int]:
    """Return which hand-ins of those with a certain proposal a person looks at all the same.

    What was chosen in an earlier step stays chosen; of the others it is a tenth, and at least one.

    Raises:
        GradebookError: when the secret of the course cannot be read or made.
    """
    from grader.propose import audited  # noqa: PLC0415  # it loads numpy

    every = frozenset(certain)
    if not every:
        return every
    steps = book.read(lambda connection: _steps(connection, name, part))
    before = every & {of for step in steps for of in proposed(step.told)}
    seed = f"{_secret(book)}\0{name}\0{part}"
    fresh = audited([str(of) for of in every - before], seed, Fraction(1, AUDITED))
    return before | {int(of) for of in fresh}


def kept(proposals: Mapping[int, Fraction], release: int) -> dict[str, Any]:
    """Return what a step keeps of the answers that went to people: see ``proposed``."""
    some = [[of, str(points)] for of, points in sorted(proposals.items())]
    return {"audited": some, "release": release}


def proposed(told: Mapping[str, Any] | None) -> dict[int, Fraction]:
    """Return what a step kept: by hand-in, what a model proposed."""
    return {int(of): Fraction(points) for of, points in (told or {}).get("audited", ())}


def audit(book: Book, name: str, part: Part) -> Audit:
    """Hold proposals against the marks that people gave, since the model was turned on last."""
    held, given = book.read(lambda connection: _of_one_moment(connection, name, part.id))
    if not held:
        return Audit()
    from grader import propose  # noqa: PLC0415  # it loads numpy

    whole = part.points or Fraction(1)
    pairs = [(points / whole, given[of] / whole) for of, points in held.items() if of in given]
    found = propose.audit(pairs, _STEP).model
    return Audit(
        marked=found.count, same=found.exact, near=found.within, waiting=len(held) - found.count
    )


def _of_one_moment(
    connection: Connection, name: str, part: str
) -> tuple[dict[int, Fraction], dict[int, Fraction]]:
    """What was proposed last for each answer that went to people, and what they gave."""
    on = last_turned_on(connection, name, "model", part)
    held: dict[int, Fraction] = {}
    for step in _steps(connection, name, part):
        if on is not None and (step.told or {}).get("release") == on.id:
            held |= proposed(step.told)
    given = {
        of: one.points
        for of, some in decisions(connection, list(held), kinds=("hand",)).items()
        for one in some
        if one.part == part and not by_model(one.author)
    }
    return held, given


def _steps(connection: Connection, name: str, part: str) -> Sequence[sa.Row[Any]]:
    """Steps in which a model's proposals stood, oldest first; those too that were taken back."""
    query = sa.select(act).where(
        act.c.assignment_id == find_assignment(connection, name),
        act.c.what == "model",
        act.c.part == part,
    )
    return connection.execute(query.order_by(act.c.id)).all()


def _secret(book: Book) -> str:
    """The secret of the course, made where there is none."""
    path = book.store.folder.parent / "audit" / "secret"
    try:
        if not path.exists():
            _make(path)
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise GradebookError(f"{path}: cannot be read or made ({error})") from error
    if len(text) < _SIGNS:
        raise GradebookError(f"{path}: this is no secret; remove it, and another one is made")
    return text


def _make(path: Path) -> None:
    """Write a secret whole, and never over another: two may want one at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(_SIGNS // 2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()
