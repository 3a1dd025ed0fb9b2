"""A launch: the platform asks for a login, we answer with a redirect, and a signed message comes back.

The state of a login can be used once, and only by the browser that began it: a cookie of its own
says so. It is partitioned, so that it also works in a frame where third parties have no cookies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from grader.lti.claims import LINKING, LTI, RESOURCE, Asked, verified
from grader.lti.exchange import Request, Response, as_json, redirect
from grader.lti.faults import Refused, Unsafe
from grader.lti.keys import Keys
from grader.lti.platform_keys import PlatformKeys
from grader.lti.registration import Course, Platform, Registrations
from grader.lti.roles import assists, has_role
from grader.lti.store import Store

MINUTES = 10
"""So long may a person take to log in at the platform."""
ASSIGNMENT = "assignment"
"""The custom field of a link that names our assignment."""
_SENT = 600
_AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
_NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
_TEACHES = ("Instructor", "Administrator", "ContentDeveloper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What a launch needs: who we are, whom we know, and where it is remembered."""

    registrations: Registrations
    keys: Keys
    store: Store
    platform_keys: PlatformKeys
    clock: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Which links a platform takes (Deep Linking 2.0, 4.4.2), and where they go.

    ``types`` are kinds of content, ``several`` whether more than one is taken, ``columns`` whether
    columns are made for them (None where it does not say), ``data`` what it wants back unchanged.
    """

    back: str
    types: tuple[str, ...]
    several: bool = True
    columns: bool | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A person who came from a platform, as it vouches for them."""

    platform: Platform
    message: str
    deployment: str
    user: str
    """The platform's own id of the person: stable, and unique there alone."""
    name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    context: str = ""
    context_title: str = ""
    resource: str = ""
    """The id of the link that was opened."""
    resource_title: str = ""
    target: str
    custom: Mapping[str, str] = field(default_factory=dict)
    lineitems: str = ""
    lineitem: str = ""
    scopes: tuple[str, ...] = ()
    members: str = ""
    linking: Linking | None = None
    """What the platform says of the links that it wants, where it asks for some."""
    forget: tuple[str, str]
    """The header that takes the cookie of this login away; send it with whatever comes next."""

    @property
    def assignment(self) -> str:
        """The assignment that the link leads to, where it was made by deep linking."""
        return self.custom.get(ASSIGNMENT, "")

    @property
    def teaches(self) -> bool:
        """Whether the person runs the course; assistants do not."""
        return any(has_role(self.roles, role) for role in _TEACHES) and not self.assists

    @property
    def assists(self) -> bool:
        """Whether the person is a teaching assistant."""
        return assists(self.roles)

    @property
    def learns(self) -> bool:
        """Whether the person is a student of the course."""
        return has_role(self.roles, "Learner")


def login(tool: Tool, request: Request) -> Response:
    """Answer the initiation of a login (OIDC): send the browser to the platform.

    Raises:
        Refused: when the platform is not registered, or the page is none of ours.
    """
    if request.method not in {"GET", "POST"}:
        raise Refused("a login begins with GET or POST", 405)
    issuer, client = request.one("iss"), request.one("client_id")
    hint, target = request.one("login_hint", 4096), request.one("target_link_uri", 4096)
    if not issuer or not hint or not target:
        raise Refused("a login needs iss, login_hint and target_link_uri; open it from the course")
    platform = tool.registrations.who(issuer, client)
    if platform is None:
        raise Refused("the platform that asks is not registered here", 403)
    deployment = request.one("lti_deployment_id")
    if deployment and deployment not in platform.deployments:
        raise Refused(
            f"the deployment '{deployment[:60]}' of '{platform.name}' is not registered here; "
            "add it to rubrics/lti.yaml",
            403,
        )
    if not tool.registrations.ours(target):
        raise Refused("the page that is asked for is none of this tool's")
    state, nonce, browser = (secrets.token_urlsafe(32) for _ in range(3))
    now = tool.clock()
    data = {
        "platform": platform.name,
        "nonce": nonce,
        "target": target,
        "browser": _hashed(browser),
        "since": now,
    }
    tool.store.keep(state, json.dumps(data), now + MINUTES * 60, now)
    fields = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": tool.registrations.launch,
        "login_hint": hint,
        "state": state,
        "nonce": nonce,
    }
    message_hint = request.one("lti_message_hint", 8192)
    if message_hint:
        fields["lti_message_hint"] = message_hint
    joint = "&" if "?" in platform.authorization else "?"
    where = f"{platform.authorization}{joint}{urlencode(fields)}"
    return redirect(where, _cookie(state, browser, MINUTES * 60))


def launch(tool: Tool, request: Request) -> Launch:
    """Return the person who comes back from the platform, if everything about it is right.

    Raises:
        Refused: when it is not; the words are fit for the person.
    """
    if request.method != "POST":
        raise Refused("a launch is posted by the platform; open it from the course", 405)
    if request.one("error"):
        raise Refused("the platform did not log you in; open it from the course again", 403)
    state = request.one("state", _SENT)
    if not state:
        raise Refused("the platform's answer names no login; open it from the course")
    browser = request.cookies.get(_cookie_name(state), "")
    if not browser:
        raise Refused(
            "this browser did not begin this login, or keeps no cookies in frames; "
            "open it from the course in a new window",
            403,
        )
    kept = tool.store.take(state, tool.clock())
    if kept is None:
        raise Refused("this login was used already, or took too long; open it from the course", 403)
    begun = json.loads(kept)
    if not hmac.compare_digest(begun["browser"], _hashed(browser)):
        raise Refused("another browser began this login; open it from the course", 403)
    try:
        platform = tool.registrations.named(begun["platform"])
    except Unsafe:
        raise Refused("the platform is no longer registered here", 403) from None
    asked = Asked(
        platform=platform, nonce=begun["nonce"], target=begun["target"], since=begun["since"]
    )
    token = request.one("id_token", 1_000_000)
    claims = verified(token, asked, tool.platform_keys, tool.clock())
    return _launch(claims, asked, _cookie(state, "", 0))


def remember(tool: Tool, found: Launch) -> None:
    """Remember where the services of a launch's course are, once its person has come in.

    Not before: who is turned away may come from any other course of the platform. What a teacher's
    launch tells is what holds from now; anybody else's fills what is not known yet, since a platform
    tells some of it to teachers alone.
    """
    if found.context:
        tool.store.learn(_course(found), over=found.teaches)


def public_keys(tool: Tool) -> Response:
    """Answer with our public keys; platforms may keep them for an hour."""
    return as_json(tool.keys.public(), 3600)


def _launch(claims: Mapping[str, Any], asked: Asked, forget: tuple[str, str]) -> Launch:
    message = str(claims[f"{LTI}message_type"])
    user = _text(claims.get("sub"), 255)
    if not user:
        raise Refused("the platform does not say who you are; it has to send an id of the person")
    roles = claims.get(f"{LTI}roles")
    context = _object(claims.get(f"{LTI}context"))
    resource = _object(claims.get(f"{LTI}resource_link"))
    service, names = _object(claims.get(_AGS)), _object(claims.get(_NRPS))
    linking = _linking(_object(claims.get(_LINKING))) if message == LINKING else None
    if message == RESOURCE and not _text(resource.get("id"), 255):
        raise Refused("the platform does not say which link was opened")
    if linking is not None and not linking.back:
        raise Refused("the platform does not say where the chosen link goes")
    custom = _object(claims.get(f"{LTI}custom"))
    found = Launch(
        platform=asked.platform,
        message=message,
        deployment=str(claims[f"{LTI}deployment_id"]),
        user=user,
        name=_text(claims.get("name"), 255),
        email=_text(claims.get("email"), 255),
        roles=_texts(roles),
        context=_text(context.get("id"), 255),
        context_title=_text(context.get("title"), 255),
        resource=_text(resource.get("id"), 255),
        resource_title=_text(resource.get("title"), 255),
        target=asked.target,
        custom={name: value for name, value in custom.items() if isinstance(value, str)},
        lineitems=_text(service.get("lineitems"), 4096),
        lineitem=_text(service.get("lineitem"), 4096),
        scopes=_texts(service.get("scope")),
        members=_text(names.get("context_memberships_url"), 4096),
        linking=linking,
        forget=forget,
    )
    if message == LINKING and not found.teaches:
        raise Refused("only who teaches the course may choose a link", 403)
    return found


def _linking(settings: Mapping[str, Any]) -> Linking:
    types, data = settings.get("accept_types"), settings.get("data")
    return Linking(
        back=_text(settings.get("deep_link_return_url"), 4096),
        types=_texts([types] if isinstance(types, str) else types),
        several=_said(settings.get("accept_multiple")) is not False,
        columns=_said(settings.get("accept_lineitem")),
        data=data if isinstance(data, str) else None,
    )


def _said(value: Any) -> bool | None:
    """Yes or no, which some platforms write as words (Moodle did)."""
    words = {"true": True, "false": False}
    if isinstance(value, str):
        return words.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _course(found: Launch) -> Course:
    """Return what is remembered: which column an assignment has, who teaches alone may say.

    A student may open a copy of the link, or one whose custom field somebody changed.
    """
    name = found.assignment if found.teaches else ""
    return Course(
        platform=found.platform.name,
        deployment=found.deployment,
        context=found.context,
        title=found.context_title,
        lineitems=found.lineitems,
        members=found.members,
        columns={name: (found.lineitem,)} if name and found.lineitem else {},
        links={name: (found.resource,)} if name and found.resource else {},
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any, longest: int) -> str:
    """Return a short text, empty where it is none: an id that was cut would be another's."""
    return value if isinstance(value, str) and len(value) <= longest else ""


def _texts(value: Any) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else []
    return tuple(one for one in rows[:100] if isinstance(one, str) and len(one) <= 300)


def _cookie_name(state: str) -> str:
    """Return the cookie's name: each login has its own, since a course may show several frames."""
    return f"__Host-lti-{_hashed(state)[:16]}"


def _cookie(state: str, value: str, seconds: int) -> tuple[str, str]:
    rules = f"Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=None; Partitioned"
    return ("Set-Cookie", f"{_cookie_name(state)}={value}; {rules}")


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
