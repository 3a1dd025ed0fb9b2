"""Putting a link to an assignment into a course, with its column in the gradebook (Deep Linking 2.0)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.lti.address import allowed, origin
from grader.lti.claims import LTI
from grader.lti.exchange import Response, posted
from grader.lti.faults import Refused, Unsafe
from grader.lti.launch import ASSIGNMENT, Launch, Linking, Tool
from grader.lti.points import as_json

_DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_KIND = "ltiResourceLink"
_LASTS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A link: where it leads (one of our own pages), and its column where it has one."""

    url: str
    title: str
    assignment: str
    """Our id of it: the link carries it, and its column has it as resource id."""
    maximum: Fraction | None = None
    """Points possible of its column; none is made without."""


def chosen(tool: Tool, launch: Launch, items: Sequence[Item]) -> Response:
    """Return the page that brings what a teacher chose to the platform; none is a choice too.

    Raises:
        Refused: when the platform did not ask for a link, or takes none of this kind.
    """
    wanted = takes_links(launch)
    if len(items) > 1 and not wanted.several:
        raise Refused("the platform takes one link here")
    if not all(tool.registrations.ours(item.url) for item in items):
        raise Refused("a link leads to a page that is none of this tool's")
    columns = wanted.columns is not False
    claims = _claims(tool, launch, [_item(item, columns=columns) for item in items], wanted.data)
    # browsers hold the platform's own redirects behind the form against its hosts as well
    targets = sorted({origin(wanted.back), *launch.platform.origins})
    return posted(wanted.back, targets, {"JWT": _signed(tool, claims)}, "Back to the course")


def takes_links(launch: Launch) -> Linking:
    """Return what the platform says of the links that it wants.

    Raises:
        Refused: when it did not ask for one, takes none of this kind, or wants it sent elsewhere.
    """
    wanted = launch.linking
    if wanted is None or not launch.teaches:
        raise Refused("the platform did not ask for a link; choose one from the course")
    if _KIND not in wanted.types:
        raise Refused("the platform takes no links to tools here")
    try:
        allowed(wanted.back, launch.platform.origins, launch.platform.name)
    except Unsafe as error:
        raise Refused(str(error)) from error
    return wanted


def _claims(
    tool: Tool, launch: Launch, items: Sequence[Mapping[str, Any]], data: str | None
) -> dict[str, Any]:
    now = int(tool.clock())
    claims: dict[str, Any] = {
        "iss": launch.platform.client_id,
        "aud": launch.platform.issuer,
        "iat": now,
        "exp": now + _LASTS,
        "nonce": secrets.token_urlsafe(24),
        f"{LTI}deployment_id": launch.deployment,
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{_DL}content_items": list(items),
    }
    if data is not None:
        claims[f"{_DL}data"] = data
    return claims


def _item(item: Item, *, columns: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _KIND, "url": item.url, "title": item.title}
    found["custom"] = {ASSIGNMENT: item.assignment}
    if item.maximum and columns:
        found["lineItem"] = {
            "label": item.title,
            "scoreMaximum": as_json(item.maximum),
            "resourceId": item.assignment,
            "tag": "grader",
        }
    return found


def _signed(tool: Tool, claims: dict[str, Any]) -> str:
    from joserfc import jwt  # noqa: PLC0415

    key = tool.keys.signing()
    head = {"alg": "RS256", "typ": "JWT", "kid": key.kid}
    return jwt.encode(head, claims, key.private, algorithms=["RS256"])
