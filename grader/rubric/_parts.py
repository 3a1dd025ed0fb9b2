"""What a rubric says of a part: how it is found, read, run, compared and marked."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from pydantic import Field, model_validator

from grader.model import Why
from grader.read import Reader
from grader.rubric._public import Public
from grader.rubric._words import Compare, Credit, Given, Id, Points, Read, RunSpec, Spec, Strict

REPAIR, WRITTEN, DRAWN = "repair", "as written: ", "as drawn"
"""Names in the evidence of a part: how its code was repaired; what a run gave without that; the
pictures of what its code drew, for people."""


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
    given: Given = Field(default_factory=dict)
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
    given: Given = Field(default_factory=dict)
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
    given: Given = Field(default_factory=dict)
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
    readings: dict[str, Read] = Field(default_factory=dict)
    runs: dict[str, RunSpec] = Field(default_factory=dict)
    """What is asked of the code in a box, by name."""
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    adjust: tuple[Adjustment, ...] = ()
    public: tuple[Public, ...] = ()
    """Checks that students may see and run themselves; never a case that is graded."""
    published: bool = False
    """Whether students see the points of this part before it is marked."""

    @model_validator(mode="after")
    def _points_add_up(self) -> Part:
        total = sum((criterion.points for criterion in self.criteria), Fraction(0))
        if total != self.points:
            raise ValueError(f"criteria of part '{self.id}' add up to {total}, not {self.points}")
        return self

    @model_validator(mode="after")
    def _runs_have_names_of_their_own(self) -> Part:
        taken = {"answer", "printed", REPAIR, DRAWN, *self.readers()}
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
