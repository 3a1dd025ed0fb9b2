"""Who asks, and what is theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from grader.gradebook.opening import Refused

Role = Literal["instructor", "marker", "student"]
ROLES: tuple[Role, ...] = ("instructor", "marker", "student")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody who is signed in.

    ``id`` is the account's (0 where the app runs for one person alone), ``key`` a student's id on
    the roster, ``csrf`` what forms of this session have to send back.
    """

    id: int
    name: str
    role: Role
    key: str = ""
    csrf: str = field(default="", repr=False)

    @property
    def marks(self) -> bool:
        """Whether this person may see and mark what students handed in."""
        return self.role in ("instructor", "marker")


def may_see(who: Who | None, key: str) -> bool:
    """Whether somebody may see what belongs to a student with this key.

    >>> ada = Who(id=1, name="ada@example.edu", role="student", key="ada")
    >>> may_see(ada, "ada"), may_see(ada, "bob"), may_see(ada, ""), may_see(None, "ada")
    (True, False, False, False)
    """
    if who is None:
        return False
    return who.marks or bool(key and who.key == key)


def role_of(text: str) -> Role:
    """Return a role that somebody named.

    Raises:
        Refused: when there is no such role.
    """
    if text not in ROLES:
        raise Refused(f"there is no role '{text[:40]}'; roles are {', '.join(ROLES)}")
    return text
