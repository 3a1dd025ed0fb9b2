"""What a bundle was told when it was made, and how it divides what the other machine gives it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

FILE = "bundle.json"
"""Name of the settings in a bundle."""
_TRUSTED_MB = 256
"""Megabytes for the processes that mark, and for those of the system beside them."""
_LEAST_MB = 64
_MARGIN = 15.0
"""Seconds before the end of a job by which the last result has to be there."""


class Unfit(ValueError):
    """A bundle that cannot work over there: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a bundle does over there.

    ``require`` is the level of isolation below which no code is run; ``seconds``, ``memory_mb``
    and ``cpus`` are what one submission is given in all. Without ``key`` the bundle only reads,
    and without ``run`` no code is run. ``paper`` and ``keys`` name files in the bundle's course.
    """

    assignment: str
    title: str = ""
    require: str = "L3"
    seconds: float = 600.0
    memory_mb: int = 768
    cpus: float = 0.5
    key: bool = True
    run: bool = True
    visibility: str = "visible"
    paper: str = ""
    keys: str = ""
    parts: int = 0
    """How many parts the assignment has."""
    runs: tuple[str, ...] = ()
    """Ids of the parts that are marked by running code."""
    version: str = ""
    """Of the grader in the bundle."""

    @property
    def ends(self) -> float:
        """Seconds after which the bundle ends by itself, so that its results are taken.

        >>> Settings(assignment="a").ends, Settings(assignment="a", seconds=20).ends
        (570.0, 15.0)
        """
        return self.seconds - min(self.seconds / 4, max(_MARGIN, self.seconds / 20))

    @property
    def box_mb(self) -> int:
        """Megabytes that one box may hold, beside the processes that mark.

        >>> Settings(assignment="a").box_mb
        512
        """
        return max(_LEAST_MB, self.memory_mb - _TRUSTED_MB)

    def to_json(self) -> str:
        """Return the settings as the file of a bundle holds them."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    @staticmethod
    def from_json(text: str) -> Settings:
        """Return the settings in a file.

        Raises:
            Unfit: when it is no such file.

        >>> one = Settings(assignment="a", runs=("1",))
        >>> Settings.from_json(one.to_json()) == one
        True
        """
        try:
            data: dict[str, Any] = json.loads(text)
            return Settings(**{**data, "runs": tuple(data["runs"])})
        except (ValueError, TypeError, KeyError) as error:
            raise Unfit(f"{FILE}: damaged ({error}); make the bundle again") from error
