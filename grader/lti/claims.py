"""An id_token, verified: who signed it, for whom, when, in answer to which request of ours."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.lti.faults import Refused
from grader.lti.platform_keys import PlatformKeys
from grader.lti.registration import Platform

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
RESOURCE, LINKING = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
LARGEST = 65_536
"""Characters of the largest token."""
SKEW = 60.0
"""Seconds that a platform's clock may differ from ours."""
_ALGORITHM = "RS256"
_LAST = 2**53
"""Seconds: no time is later, and no number that is one is not a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What we asked for: the answer has to fit."""

    platform: Platform
    nonce: str
    target: str
    since: float
    """When the login began; an older token answers another request."""


def verified(token: str, asked: Asked, keys: PlatformKeys, now: float) -> Mapping[str, Any]:
    """Return the claims of a token that is what we asked for.

    Raises:
        Refused: when anything about it is not; the words tell what, and nothing of the token.
    """
    claims = _signed(token, asked.platform, keys)
    _check_texts(claims)
    _check_parties(claims, asked.platform)
    _check_times(claims, asked.since, now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not _same(nonce, asked.nonce):
        raise Refused("the message answers another login than the one that was begun here")
    _check_lti(claims, asked)
    return claims


def _signed(token: str, platform: Platform, keys: PlatformKeys) -> dict[str, Any]:
    from joserfc import jws, jwt  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415

    if not token or len(token) > LARGEST:
        raise Refused("the platform's message is missing or too large", 413 if token else 400)
    registry = jws.JWSRegistry(algorithms=[_ALGORITHM], strict_check_header=False)
    registry.max_header_length = 2048
    try:
        data = token.encode("ascii")
        header = jws.extract_compact(data, registry=registry).headers()
    except (JoseError, ValueError, RecursionError, TypeError):
        raise Refused("the platform's message is no signed token") from None
    kid = header.get("kid")
    if header.get("alg") != _ALGORITHM or "crit" in header:
        raise Refused(f"the platform's message is not signed with {_ALGORITHM}")
    if not isinstance(kid, str) or not kid:
        raise Refused("the platform's message does not say which key signed it")
    key = keys.find(platform, kid)
    try:
        return jwt.decode(data, key, algorithms=[_ALGORITHM], registry=registry).claims
    except (JoseError, ValueError, RecursionError, TypeError):
        raise Refused("the signature of the platform's message is wrong") from None


def _check_texts(claims: Mapping[str, Any]) -> None:
    """Refuse half a pair of surrogates: it is no text, and neither a page nor a file can hold it."""
    try:
        json.dumps(claims, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        raise Refused("the platform's message holds a text that is none") from None


def _check_parties(claims: Mapping[str, Any], platform: Platform) -> None:
    if claims.get("iss") != platform.issuer:
        raise Refused("the message was issued by another platform than the one that was asked")
    audience = claims.get("aud")
    every = audience if isinstance(audience, list) else [audience]
    if platform.client_id not in every:
        raise Refused("the message is for another tool")
    azp = claims.get("azp")
    if (azp is not None or len(every) > 1) and azp != platform.client_id:
        raise Refused("the message was made for another party")


def _check_times(claims: Mapping[str, Any], since: float, now: float) -> None:
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires is None or issued is None:
        raise Refused("the message does not say when it was issued and when it ends")
    if expires <= now - SKEW:
        raise Refused("the message has expired; open it again from the course")
    begins = _time(claims, "nbf")
    if issued > now + SKEW or (begins is not None and begins > now + SKEW):
        raise Refused("the message is of a later time; a clock is wrong, here or at the platform")
    if issued < since - SKEW:
        raise Refused("the message is older than the login that it answers")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LAST:
        raise Refused(f"'{name}' of the message is no time")
    return float(value)


def _check_lti(claims: Mapping[str, Any], asked: Asked) -> None:
    if claims.get(f"{LTI}version") != "1.3.0":
        raise Refused("the message is not of LTI 1.3")
    kind = claims.get(f"{LTI}message_type")
    if not isinstance(kind, str) or kind not in {RESOURCE, LINKING}:
        raise Refused("this kind of message is not known here")
    deployment = claims.get(f"{LTI}deployment_id")
    if deployment not in asked.platform.deployments:
        shown = deployment[:60] if isinstance(deployment, str) else "none"
        raise Refused(
            f"the deployment '{shown}' of '{asked.platform.name}' is not registered here; "
            "add it to rubrics/lti.yaml",
            403,
        )
    target = claims.get(f"{LTI}target_link_uri")
    if target != asked.target and not (kind == LINKING and target is None):
        raise Refused("the message leads to another page than the login")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
