"""A small platform for tests: it refuses whatever LTI 1.3 does not allow, and has each LMS's ways.

Ways that differ, and where they were read:
moodle: mod/lti/service/gradebookservices/classes/local/resources/{scores,results,lineitems}.php of
moodle/moodle; edx: lti_1p3/extensions/rest_framework/serializers.py and plugin/views.py of
openedx/xblock-lti-consumer; canvas: app/controllers/lti/ims/scores_controller.rb of
instructure/canvas-lms; brightspace caps what is above the maximum.
"""

import functools
import json
import re
import secrets
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
MEMBER = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
SCOPES = {
    AGS + "scope/lineitem",
    AGS + "scope/lineitem.readonly",
    AGS + "scope/result.readonly",
    AGS + "scope/score",
    NRPS + "scope/contextmembership.readonly",
}
PROGRESS = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
GRADING = {"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}


@functools.cache
def new_key(name):
    """A key by its name: making one takes long."""
    return RSAKey.generate_key(2048)


def signed(claims, key, kid, **header):
    head = {"typ": "JWT", "alg": "RS256", "kid": kid, **header}
    body = json.dumps(claims).encode()  # in ASCII, where half a pair of surrogates can be said
    return jws.serialize_compact(head, body, key, algorithms=["RS256"])


class StrictPlatform:
    """A platform on a loopback port; its attributes are its settings and what it holds."""

    def __init__(self, kind="other"):
        self.kind = kind
        self.client_id, self.deployment = "tool-client", "1"
        self.key, self.kid = new_key("k1"), "k1"
        self.clock = time.time
        self.tool_jwks = lambda: {"keys": []}
        self.redirects = {"https://grader.example/lti/launch"}
        self.jwks_asked = self.jwks_status = 0
        self.tokens, self.jtis, self.token_asked, self.expires_in = {}, set(), 0, 3600
        self.items, self.scores, self.posted = {}, {}, []
        self.members, self.page = [], 100
        self.faults, self.seen = [], []
        self.submissions = 0
        self.ignores_role = False
        self.granted = None
        self.skew = 0.0  # seconds that its clock is ahead
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.issuer = self.base
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def query(self):
        return "?type_id=3" if self.kind == "moodle" else ""

    @property
    def lineitems(self):
        return f"{self.base}/course/42/lineitems{self.query}"

    @property
    def memberships(self):
        return f"{self.base}/course/42/members{self.query}"

    def registration(self, **changes):
        return {
            "name": "lms",
            "kind": self.kind,
            "issuer": self.issuer,
            "client_id": self.client_id,
            "authorization": f"{self.base}/auth",
            "token": f"{self.base}/token",
            "jwks": f"{self.base}/jwks",
            "deployments": [self.deployment],
        } | changes

    # a launch

    def initiation(self, **changes):
        return {
            "iss": self.issuer,
            "client_id": self.client_id,
            "login_hint": "user-7",
            "lti_message_hint": "hint&=?",
            "target_link_uri": "https://grader.example/a/midterm",
            "lti_deployment_id": self.deployment,
        } | changes

    def authorize(self, location, claims=None, key=None, kid=None, header=None):
        """Answer an authentication request as a form's fields; it has to be exact."""
        split = urlsplit(location)
        assert f"{split.scheme}://{split.netloc}{split.path}" == f"{self.base}/auth"
        asked = dict(parse_qsl(split.query, strict_parsing=True))
        assert asked["scope"] == "openid"
        assert asked["response_type"] == "id_token"
        assert asked["response_mode"] == "form_post"
        assert asked["prompt"] == "none"
        assert asked["client_id"] == self.client_id
        assert asked["redirect_uri"] in self.redirects
        assert asked["login_hint"] == "user-7"
        assert asked["lti_message_hint"] == "hint&=?"
        assert len(asked["nonce"]) > 20
        full = self.claims(asked["nonce"]) | (claims or {})
        full = {name: value for name, value in full.items() if value is not None}
        token = signed(full, key or self.key, kid or self.kid, **(header or {}))
        return {"state": asked["state"], "id_token": token}

    def claims(self, nonce):
        now = int(self.clock())
        return {
            "iss": self.issuer,
            "aud": [self.client_id],
            "azp": self.client_id,
            "sub": "user-7",
            "iat": now,
            "exp": now + 3600,
            "nonce": nonce,
            "name": "Ada Lovelace",
            "email": "ada@example.edu",
            CLAIM + "version": "1.3.0",
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "deployment_id": self.deployment,
            CLAIM + "target_link_uri": "https://grader.example/a/midterm",
            CLAIM + "roles": [MEMBER + "Instructor"],
            CLAIM + "context": {"id": "42", "title": "Deep learning"},
            CLAIM + "resource_link": {"id": "link-1", "title": "Midterm"},
            AGS + "claim/endpoint": {
                "scope": sorted(SCOPES),
                "lineitems": self.lineitems,
            },
            NRPS + "claim/namesroleservice": {
                "context_memberships_url": self.memberships,
                "service_versions": ["2.0"],
            },
        }

    # services

    def token(self, form):
        self.token_asked += 1
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == kind
        keys = KeySet.import_key_set(self.tool_jwks())
        data = form["client_assertion"].encode()
        assert jws.extract_compact(data).headers()["kid"] in {key.kid for key in keys.keys}
        claims = jwt.decode(data, keys, algorithms=["RS256"]).claims
        assert claims["iss"] == claims["sub"] == self.client_id
        assert claims["aud"] == f"{self.base}/token"
        now = self.clock()
        assert now - 60 < claims["iat"] <= now + 5
        assert now < claims["exp"] <= now + 3600
        assert claims["jti"] not in self.jtis
        self.jtis.add(claims["jti"])
        wanted = set(form["scope"].split(" "))
        assert wanted <= SCOPES
        granted = wanted if self.granted is None else wanted & self.granted
        token = secrets.token_urlsafe(24)
        self.tokens[token] = (granted, self.clock() + self.expires_in)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": " ".join(sorted(granted)),
        }

    def may(self, headers, *scopes):
        kind, _, token = headers.get("Authorization", "").partition(" ")
        granted, ends = self.tokens.get(token, (set(), 0))
        if kind != "Bearer" or ends < self.clock():
            raise _No(401, "token")
        if not granted & {AGS + one if "nrps" not in one else one for one in scopes}:
            raise _No(403, "scope")

    def score(self, item, data):
        stored = self.scores.get((item["id"], data.get("userId")))
        if not {"userId", "timestamp", "gradingProgress", "activityProgress"} <= data.keys():
            raise _No(400, "a field is missing")
        if data["gradingProgress"] not in GRADING or data["activityProgress"] not in PROGRESS:
            raise _No(400, "progress")
        form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}(Z|\+00:00)"
        if not re.fullmatch(form, data["timestamp"]):
            raise _No(400, "timestamp")
        if data.get("scoreGiven") is not None and not data.get("scoreMaximum"):
            raise _No(400, "scoreMaximum")
        if self.members and data["userId"] not in {one["user_id"] for one in self.members}:
            raise _No(400, "user")
        at = datetime.fromisoformat(data["timestamp"])
        given, maximum = data.get("scoreGiven"), data.get("scoreMaximum")
        self._ordered(stored, at)
        accepted = {"canvas": {"FullyGraded", "PendingManual"}}.get(self.kind, {"FullyGraded"})
        if self.kind != "edx" and data["gradingProgress"] not in accepted:
            given = None
        if self.kind == "brightspace" and given is not None:
            given = min(given, maximum)
        if self.kind == "canvas":
            extension = data.get("https://canvas.instructure.com/lti/submission", {})
            self.submissions += extension.get("new_submission", True)
        if given is not None and self.kind != "edx":  # rescaled to the line item, as most do
            given, maximum = given * item["scoreMaximum"] / maximum, item["scoreMaximum"]
        self.scores[item["id"], data["userId"]] = {
            "at": at,
            "given": given,
            "maximum": maximum,
            "comment": data.get("comment"),
        }
        self.posted.append(data)

    def _ordered(self, stored, at):
        if stored is None:
            return
        if self.kind == "moodle" and int(stored["at"].timestamp()) >= int(at.timestamp()):
            raise _No(409, "Refusing score with an earlier timestamp")
        if self.kind == "canvas" and stored["at"] > at:
            raise _No(400, "before last updated timestamp")
        if self.kind not in {"moodle", "canvas"} and stored["at"] >= at:
            raise _No(400, "Score already exists for the provided timestamp")

    def results(self, item, user):
        return [
            {
                "id": f"{item['id']}/results/{who}",
                "scoreOf": item["id"],
                "userId": who,
                "resultScore": one["given"],
                "resultMaximum": one["maximum"] or item["scoreMaximum"],
                "comment": one["comment"],
            }
            for (of, who), one in sorted(self.scores.items())
            if of == item["id"] and (not user or who == user or self.kind == "edx")
        ]

    def new_item(self, data):
        if not data.get("label") or not isinstance(data.get("scoreMaximum"), int | float):
            raise _No(400, "No label or Score Maximum")
        if self.kind == "edx" and not isinstance(data["scoreMaximum"], int):
            raise _No(400, "A valid integer is required.")
        number = len(self.items) + 1
        own = f"{self.base}/course/42/lineitems/{number}/lineitem{self.query}"
        self.items[str(number)] = data | {"id": own}
        return self.items[str(number)]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that goes away, since a test wants it so, is no news."""


class _No(Exception):
    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


def _handler(platform):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def date_time_string(self, timestamp=None):
            return super().date_time_string(time.time() + platform.skew)

        def log_message(self, *_):
            pass

        def _answer(self, status, data, kind="application/json", **headers):
            body = data if isinstance(data, bytes) else json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def _serve(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            split = urlsplit(self.path)
            platform.seen.append((self.command, self.path, dict(self.headers), body))
            try:
                if platform.faults and platform.faults[0](self, split.path):
                    platform.faults.pop(0)
                    return
                self._route(split.path, parse_qs(split.query), body)
            except _No as error:
                self._answer(error.status, {"error": str(error)})
            except (AssertionError, KeyError, ValueError) as error:
                self._answer(400, {"error": f"{type(error).__name__} {error}"})

        do_GET = do_POST = do_PUT = _serve  # noqa: N815

        def _route(self, path, query, body):
            if path == "/jwks":
                platform.jwks_asked += 1
                row = platform.key.as_dict(private=False)
                row |= {"kid": platform.kid, "alg": "RS256", "use": "sig"}
                return self._answer(platform.jwks_status or 200, {"keys": [row]})
            if path == "/token":
                assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
                return self._answer(200, platform.token(dict(parse_qsl(body.decode()))))
            if platform.kind == "moodle" and query.get("type_id") != ["3"]:
                raise _No(403, "the query string was lost")
            one = lambda name: query.get(name, [""])[0]  # noqa: E731
            if path == "/course/42/members":
                platform.may(self.headers, NRPS + "scope/contextmembership.readonly")
                kind = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
                assert self.headers["Accept"] == kind
                rows = [m for m in platform.members if self._has(m, one("role"))]
                rows, link = self._page(path, rows, query)
                whole = {"id": platform.memberships, "context": {"id": "42"}, "members": rows}
                return self._answer(200, whole, kind, **link)
            if path == "/course/42/lineitems":
                return self._items(path, query, body, one)
            found = re.fullmatch(r"/course/42/lineitems/(\d+)/lineitem(/\w+)?", path)
            if not found or found[1] not in platform.items:
                raise _No(404, "no such thing")
            return self._item(platform.items[found[1]], found[2], path, query, body, one)

        def _has(self, member, role):
            return (
                platform.ignores_role
                or not role
                or any(r == role or r.endswith("#" + role) for r in member["roles"])
            )

        def _items(self, path, query, body, one):
            if self.command == "POST":
                platform.may(self.headers, "scope/lineitem")
                assert self.headers["Content-Type"] == "application/vnd.ims.lis.v2.lineitem+json"
                made = platform.new_item(json.loads(body))
                return self._answer(201, made, "application/vnd.ims.lis.v2.lineitem+json")
            platform.may(self.headers, "scope/lineitem", "scope/lineitem.readonly")
            kind = "application/vnd.ims.lis.v2.lineitemcontainer+json"
            assert self.headers["Accept"] == kind
            rows = [
                row
                for row in platform.items.values()
                if (not one("resource_id") or row.get("resourceId") == one("resource_id"))
                and (not one("tag") or row.get("tag") == one("tag"))
            ]
            rows, link = self._page(path, rows, query)
            return self._answer(200, rows, kind, **link)

        def _item(self, item, tail, path, query, body, one):
            if tail == "/scores":
                platform.may(self.headers, "scope/score")
                assert self.command == "POST"
                assert self.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
                platform.score(item, json.loads(body))
                return self._answer(200, {"resultUrl": item["id"]})
            if tail == "/results":
                platform.may(self.headers, "scope/result.readonly")
                kind = "application/vnd.ims.lis.v2.resultcontainer+json"
                assert self.headers["Accept"] == kind
                rows, link = self._page(path, platform.results(item, one("user_id")), query)
                return self._answer(200, rows, kind, **link)
            platform.may(self.headers, "scope/lineitem")
            if self.command == "PUT":
                assert self.headers["Content-Type"] == "application/vnd.ims.lis.v2.lineitem+json"
                new = json.loads(body)  # the whole of it: what is left out is gone
                item.clear()
                item.update(new)
            return self._answer(200, item, "application/vnd.ims.lis.v2.lineitem+json")

        def _page(self, path, rows, query):
            """Pages by Link; Moodle writes curved quotes, and & as in HTML."""
            start = int(query.get("from", ["0"])[0])
            size = int(query.get("limit", [platform.page])[0])
            size = min(size, platform.page)
            if start + size >= len(rows):
                return rows[start:], {}
            pairs = [(n, v[0]) for n, v in query.items() if n != "from"]
            pairs.append(("from", start + size))
            joint, quote = ("&amp;", ("“", "”")) if platform.kind == "moodle" else ("&", ('"', '"'))
            tail = joint.join(f"{n}={v}" for n, v in pairs)
            first = f"<{platform.base}{path}>; rel={quote[0]}first{quote[1]}"
            after = f"<{platform.base}{path}?{tail}>; rel={quote[0]}next{quote[1]}"
            text = f"{first}, {after}"
            return rows[start : start + size], {"Link": text.encode().decode("latin-1")}

    return Handler
