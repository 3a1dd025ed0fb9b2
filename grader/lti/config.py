"""What an administrator pastes into a platform, so that it knows this tool."""

from __future__ import annotations

import json
from typing import Any

from grader.lti import ags, nrps
from grader.lti.registration import Kind, Registrations

TITLE = "Grader"
_SCOPES = (ags.ITEM, ags.RESULT, ags.SCORE, nrps.SCOPE)


def fields(tool: Registrations, kind: Kind) -> tuple[tuple[str, str], ...]:
    """Return the fields of a platform's form under its own names, and what goes in.

    Other platforms than Moodle and Open edX get the words of the specification.
    """
    login, launch, keys = tool.login, tool.launch, tool.keys
    if kind == "moodle":
        return (
            ("Tool URL", launch),
            ("LTI version", "LTI 1.3"),
            ("Public key type", "Keyset URL"),
            ("Public keyset", keys),
            ("Initiate login URL", login),
            ("Redirection URI(s)", launch),
            ("Supports Deep Linking (Content-Item Message)", "yes"),
            ("Content selection URL", launch),
            ("IMS LTI Assignment and Grade Services", "for grade sync and column management"),
            ("IMS LTI Names and Role Provisioning", "to retrieve members' information"),
            ("Share launcher's name, email with tool", "Always"),
        )
    if kind == "edx":
        return (
            ("LTI version", "LTI 1.3"),
            ("Tool Launch URL", launch),
            ("Tool Initiate Login URL", login),
            ("Tool Public Key Mode", "Keyset URL"),
            ("Tool Keyset URL", keys),
            ("Registered Redirect URIs", json.dumps([launch])),
            ("Deep Linking", "enabled"),
            ("Deep Linking Launch URL", launch),
            ("LTI Assignment and Grades Service", "programmatic"),
            ("Enable LTI NRPS", "True"),
        )
    return (
        ("Target link URI", launch),
        ("OpenID Connect login URL", login),
        ("Redirect URI", launch),
        ("Public keyset (JWKS) URL", keys),
        ("Deep linking URL", launch),
        ("Scopes", " ".join(_SCOPES)),
    )


def canvas(tool: Registrations) -> dict[str, Any]:
    """Return the JSON of a Canvas LTI key (Developer Keys, method "Paste JSON")."""
    placements = [
        {
            "placement": name,
            "message_type": "LtiDeepLinkingRequest",
            "target_link_uri": tool.launch,
            "text": TITLE,
        }
        for name in ("assignment_selection", "link_selection")
    ]
    return {
        "title": TITLE,
        "description": "Marks hand-ins and brings the marks back",
        "oidc_initiation_url": tool.login,
        "target_link_uri": tool.launch,
        "public_jwk_url": tool.keys,
        "scopes": list(_SCOPES),
        "custom_fields": {},
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "privacy_level": "public",
                "settings": {"placements": placements},
            }
        ],
    }


EXAMPLE = """\
tool: {tool}
platforms:
  - name: {name}                 # your own word for it
    kind: {kind}
    issuer: https://LMS.EXAMPLE
    client_id: "CLIENT-ID"
    authorization: {authorization}
    token: {token}
    jwks: {jwks}
    deployments: ["1"]
# Nobody comes in before their course stands here. Who opens the tool from it is told what to write.
# courses:
#   - {{platform: {name}, deployment: "1", context: "ID-OF-THE-COURSE"}}
"""
_ENDPOINTS: dict[str, tuple[str, str, str]] = {
    "moodle": ("mod/lti/auth.php", "mod/lti/token.php", "mod/lti/certs.php"),
    "edx": (
        "api/lti_consumer/v1/launch/",
        "api/lti_consumer/v1/token/ID",
        "api/lti_consumer/v1/public_keysets/ID",
    ),
}


def example(tool: Registrations, kind: Kind) -> str:
    """Return what ``rubrics/lti.yaml`` holds, to be filled in with what the platform shows."""
    ends = _ENDPOINTS.get(kind, ("AUTHORIZATION", "TOKEN", "KEYS"))
    names = ("authorization", "token", "jwks")
    urls = {name: f"https://LMS.EXAMPLE/{end}" for name, end in zip(names, ends, strict=True)}
    if kind == "canvas":
        urls = {
            "authorization": "https://sso.canvaslms.com/api/lti/authorize_redirect",
            "token": "https://LMS.EXAMPLE/login/oauth2/token",
            "jwks": "https://sso.canvaslms.com/api/lti/security/jwks",
        }
    text = EXAMPLE.format(tool=tool.tool, kind=kind, name="lms" if kind == "other" else kind, **urls)
    if kind == "canvas":
        text = text.replace("https://LMS.EXAMPLE\n", "https://canvas.instructure.com\n", 1)
    return text
