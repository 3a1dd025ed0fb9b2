"""What a rubric publishes of a part: checks that students may see and run themselves."""

from __future__ import annotations

import json
import keyword
from typing import Annotated, Any

from pydantic import Field, model_validator

from grader.rubric._words import Given, Strict

_MOST = 4000
"""Signs of one check; it is an example, and no data set."""


class Public(Strict):
    """One check that students see: a call and what it gives, a name and its shape, or a note.

    All of it is shown to students, so nothing of it may be a hidden case.
    """

    call: str = ""
    """Function of the student's that is called with ``args`` and ``named``."""
    args: tuple[Any, ...] = ()
    named: Given = Field(default_factory=dict)
    arrays: bool = False
    """Whether lists of numbers go in as numpy arrays."""
    gives: Any = None
    """What the call gives; without it the call only has to end without an error."""
    within: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1e-6
    """How far a number of the result may be from the example's."""
    defines: str = ""
    """Name that the student's code defines."""
    shape: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    """Sizes of the array that has this name, or that the call gives."""
    says: str = ""
    """A note in plain words."""

    @model_validator(mode="after")
    def _is_one_check(self) -> Public:
        said = self.model_fields_set
        if self.call and self.defines:
            raise ValueError("a public check has either 'call' or 'defines'; write two checks")
        if not (self.call or self.defines or self.says.strip()):
            raise ValueError("a public check needs 'call', 'defines' or 'says'")
        for name in ("args", "named", "arrays", "gives", "within"):
            if name in said and not self.call:
                raise ValueError(f"'{name}' belongs to a 'call'; say which function is called")
        if "shape" in said and not (self.call or self.defines):
            raise ValueError("'shape' belongs to a 'call' or to a name that code 'defines'")
        name = self.call or self.defines
        if name and (not name.isidentifier() or keyword.iskeyword(name)):
            raise ValueError(f"'{name}' is no name in Python; write the bare name of one function")
        return self

    @model_validator(mode="after")
    def _is_plain(self) -> Public:
        data = [self.args, self.named, self.gives]
        try:
            text = json.dumps(data, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"a public check holds plain numbers, words and lists ({error})"
            ) from error
        if len(text) > _MOST:
            raise ValueError(f"a public check is a small example: at most {_MOST} signs")
        return self

    def plain(self) -> dict[str, Any]:
        """Return what the author wrote, and nothing else, as data for JSON."""
        return self.model_dump(mode="json", exclude_unset=True)
