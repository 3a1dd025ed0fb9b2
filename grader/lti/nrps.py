"""Who is in a course, from the platform (Names and Role Provisioning Services 2.0)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.export import inert
from grader.export._guard import formula
from grader.lti.roles import has_role
from grader.lti.services import Services, text_at, with_fields

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
KIND = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_PAGE = 100
_ADDRESS = re.compile(r"[^\s()|!\"'=@;,]+@[\w.-]+")
"""An e-mail in which no spreadsheet finds a function to call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in a course; what the platform keeps to itself is empty."""

    user: str
    name: str = ""
    email: str = ""
    sourcedid: str = ""
    """The institution's id, as its own systems have it."""
    roles: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The people of a course, and what a person should know of the list."""

    people: tuple[Member, ...]
    problems: tuple[str, ...]


def members(services: Services, url: str, role: str = "") -> Members:
    """Return who is in the course, of one role where it is named (Learner, Instructor).

    Raises:
        LtiError: when the platform does not tell.
    """
    limit = "" if services.platform.kind == "moodle" else _PAGE  # without it Moodle sends all
    start = with_fields(url, role=role, limit=limit)
    found: dict[str, Member] = {}
    problems: list[str] = []
    for page in services.pages(start, SCOPE, KIND):
        rows = page.get("members") if isinstance(page, dict) else None
        if not isinstance(rows, list):
            problems.append("a page of the platform holds no members")
            continue
        for row in rows:
            one = _member(row)
            if not one.user:
                problems.append(f"a member without an id ('{one.name[:60]}') is left out")
            elif role and not has_role(one.roles, role):
                continue  # a platform may pass over the wish
            elif found.setdefault(one.user, one) != one:
                problems.append(f"the member {one.user[:60]} came twice, and differs")
    return Members(people=tuple(found.values()), problems=tuple(problems))


def students(people: Iterable[Member]) -> tuple[Member, ...]:
    """Return who is there to learn, and still there."""
    return tuple(one for one in people if one.active and has_role(one.roles, "Learner"))


def column(platform: str) -> str:
    """Return the heading under which a roster holds a platform's own ids."""
    return f"LTI user id at {platform}"


def as_roster(people: Iterable[Member], platform: str) -> str:
    """Return a roster that ``grader roster`` takes in (CSV).

    The id is the institution's where the platform tells it, else the e-mail, else its own. Ids
    stay as they are, whatever a spreadsheet makes of them (``formulas`` names those): one that was
    changed is nobody's. Names are made inert, and so are e-mails that are more than an address.
    """
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(["id", "name", "email", column(platform)])
    for one in people:
        email = one.email if _ADDRESS.fullmatch(one.email) else inert(one.email)
        sheet.writerow([_key(one), inert(one.name), email, one.user])
    return out.getvalue()


def formulas(people: Iterable[Member]) -> tuple[str, ...]:
    """Return the ids that a spreadsheet would take for formulas.

    >>> formulas([Member(user="-Qx81", sourcedid="7"), Member(user="8")])
    ('-Qx81',)
    """
    every = (text for one in people for text in (_key(one), one.user))
    return tuple(dict.fromkeys(text for text in every if formula(text)))


def _key(one: Member) -> str:
    mail = one.email if _ADDRESS.fullmatch(one.email) else ""
    return one.sourcedid or mail or one.user


def _member(row: Any) -> Member:
    roles = row.get("roles") if isinstance(row, dict) else None
    names = " ".join(filter(None, (text_at(row, "given_name"), text_at(row, "family_name"))))
    return Member(
        user=text_at(row, "user_id"),
        name=text_at(row, "name") or names,
        email=text_at(row, "email"),
        sourcedid=text_at(row, "lis_person_sourcedid"),
        roles=tuple(r for r in roles if isinstance(r, str)) if isinstance(roles, list) else (),
        active=(text_at(row, "status") or "Active") == "Active",
    )
