"""What a person who comes from a course experiences, and what an attacker does."""

import base64
import hmac
import json
import time

import pytest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey

from grader.lti.exchange import Request, refusal
from grader.lti.faults import Refused
from grader.lti.launch import login, public_keys
from tests.lti.conftest import Browser
from tests.lti.strict_platform import AGS, CLAIM, MEMBER, new_key

DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"


def test_a_teacher_who_opens_the_link_in_the_course_is_known(made):
    browser = Browser()
    found = made.whole(browser)
    assert (found.user, found.name, found.email) == ("user-7", "Ada Lovelace", "ada@example.edu")
    assert found.teaches
    assert not found.learns
    assert (found.context, found.resource) == ("42", "link-1")
    assert found.lineitems == made.platform.lineitems
    assert found.members == made.platform.memberships
    assert found.target == "https://grader.example/a/midterm"
    assert browser.cookies == {}  # nothing stays behind


def test_the_course_is_remembered_for_marks_later(made):
    made.whole()
    (course,) = made.tool.store.courses()
    assert (course.platform, course.context, course.title) == ("lms", "42", "Deep learning")
    made.whole(claims={AGS + "claim/endpoint": None})  # what is left out stays as it was
    assert made.tool.store.courses()[0].lineitems == made.platform.lineitems


def test_what_a_students_launch_tells_of_the_course_replaces_nothing(made):
    elsewhere = {
        CLAIM + "roles": [MEMBER + "Learner"],
        CLAIM + "context": {"id": "42", "title": "Other"},
        AGS + "claim/endpoint": {"lineitems": f"{made.platform.base}/other/lineitems"},
    }
    made.whole(claims={AGS + "claim/endpoint": None})
    made.whole(claims=elsewhere)
    (course,) = made.tool.store.courses()
    assert course.title == "Deep learning"
    assert course.lineitems == f"{made.platform.base}/other/lineitems"  # nobody had told it
    made.whole()
    made.whole(claims=elsewhere)
    assert made.tool.store.courses()[0].lineitems == made.platform.lineitems


def test_several_frames_of_one_page_open_at_once(made):
    browser = Browser()
    begun = [made.begin(browser) for _ in range(3)]
    for location in reversed(begun):
        assert made.end(browser, made.platform.authorize(location)).user == "user-7"


def test_the_cookie_works_in_a_frame_and_nowhere_else(made):
    fields = {name: [value] for name, value in made.platform.initiation().items()}
    answer = login(made.tool, Request(method="POST", fields=fields))
    cookie = answer.header("Set-Cookie")
    assert cookie.startswith("__Host-")
    rules = {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"}
    assert rules <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    assert answer.header("Cache-Control") == "no-store"


def test_a_student_and_an_assistant_are_no_teachers(made):
    student = made.whole(claims={CLAIM + "roles": [MEMBER + "Learner"]})
    assert student.learns
    assert not student.teaches
    institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
    staff_elsewhere = made.whole(claims={CLAIM + "roles": [institution, MEMBER + "Learner"]})
    assert not staff_elsewhere.teaches
    helper = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
    assistant = made.whole(claims={CLAIM + "roles": [MEMBER + "Instructor", helper]})
    assert assistant.assists
    assert not assistant.teaches


MEMBERSHIP = MEMBER.removesuffix("#")


@pytest.mark.parametrize(
    "role",
    [
        f"{MEMBERSHIP}/instructor#TeachingAssistant",  # Canvas: lib/lti/substitutions_helper.rb
        f"{MEMBERSHIP}/Instructor#TeachingAssistantSection",
        f"{MEMBERSHIP}/INSTRUCTOR#teachingassistantGroup",
        f"{MEMBERSHIP}#TeachingAssistant",
        "TeachingAssistant",
        "urn:lti:role:ims/lis/TeachingAssistant",
    ],
)
def test_an_assistant_is_one_however_a_platform_writes_it(made, role):
    helper = made.whole(claims={CLAIM + "roles": [role, MEMBER + "Instructor"]})
    assert helper.assists
    assert not helper.teaches
    with pytest.raises(Refused, match="only who teaches"):
        made.whole(
            claims={
                CLAIM + "roles": [role, MEMBER + "Instructor"],
                CLAIM + "message_type": "LtiDeepLinkingRequest",
                DL_SETTINGS: {"deep_link_return_url": f"{made.platform.base}/back"},
            }
        )


def test_roles_are_compared_without_case_and_elsewhere_they_count_for_nothing(made):
    assert made.whole(claims={CLAIM + "roles": [MEMBER + "instructor"]}).teaches
    assert made.whole(claims={CLAIM + "roles": [MEMBER.upper() + "LEARNER"]}).learns
    elsewhere = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#TeachingAssistant"
    teacher = made.whole(claims={CLAIM + "roles": [elsewhere, MEMBER + "Instructor"]})
    assert teacher.teaches
    assert not teacher.assists


def opened(made, role, link, column, assignment="midterm"):
    endpoint = {"lineitems": made.platform.lineitems, "lineitem": f"{made.platform.base}/{column}"}
    return made.whole(
        claims={
            CLAIM + "roles": [MEMBER + role],
            CLAIM + "resource_link": {"id": link},
            CLAIM + "custom": {"assignment": assignment},
            AGS + "claim/endpoint": endpoint,
        }
    )


def test_a_student_who_opens_a_copy_of_the_link_changes_no_column(made):
    opened(made, "Instructor", "link-1", "real")
    opened(made, "Learner", "link-9", "copy")
    opened(made, "Learner", "link-1", "real", "final")
    (course,) = made.tool.store.courses()
    assert course.columns == {"midterm": (f"{made.platform.base}/real",)}
    assert course.links == {"midterm": ("link-1",)}


def test_of_two_columns_that_teachers_opened_both_are_known(made):
    for name in ("real", "copy", "real"):
        opened(made, "Instructor", name, name)
    (course,) = made.tool.store.courses()
    base = made.platform.base
    assert course.columns == {"midterm": (f"{base}/real", f"{base}/copy")}
    assert course.links == {"midterm": ("real", "copy")}


class FromNow(int):
    """Seconds from the moment of the launch, not of the collection of tests."""


WRONG = {
    "another issuer": ({"iss": "https://evil.example"}, "another platform"),
    "another tool": ({"aud": ["other"], "azp": None}, "another tool"),
    "no audience": ({"aud": None}, "another tool"),
    "made for another party": ({"azp": "other"}, "another party"),
    "two audiences without a party": ({"aud": ["tool-client", "x"], "azp": None}, "another party"),
    "expired": ({"exp": FromNow(-120)}, "expired"),
    "no end": ({"exp": None}, "does not say when"),
    "an end that is no number": ({"exp": "4102444800"}, "no time"),
    "an end that is true": ({"exp": True}, "no time"),
    "an endless end": ({"exp": float("inf")}, "no time"),
    "an end beyond floats": ({"exp": 10**400}, "no time"),
    "of a later time": ({"iat": FromNow(600)}, "later time"),
    "not yet": ({"nbf": FromNow(600)}, "later time"),
    "of an earlier login": ({"iat": FromNow(-600)}, "older than the login"),
    "no issue time": ({"iat": None}, "does not say when"),
    "another nonce": ({"nonce": "0" * 43}, "another login"),
    "no nonce": ({"nonce": None}, "another login"),
    "a nonce that is a list": ({"nonce": ["a"]}, "another login"),
    "LTI 1.1": ({CLAIM + "version": "1.1"}, "LTI 1.3"),
    "another message": ({CLAIM + "message_type": "LtiStartProctoring"}, "not known here"),
    "a message that is a list": ({CLAIM + "message_type": ["LtiResourceLinkRequest"]}, "not known"),
    "a message that is an object": ({CLAIM + "message_type": {"a": 1}}, "not known"),
    "another deployment": ({CLAIM + "deployment_id": "2"}, "deployment '2'"),
    "a deployment that is a number": ({CLAIM + "deployment_id": 1}, "deployment"),
    "another page": ({CLAIM + "target_link_uri": "https://grader.example/b"}, "another page"),
    "nobody": ({"sub": None}, "who you are"),
    "an endless name": ({"sub": "x" * 256}, "who you are"),
    "a title that is no text": ({CLAIM + "context": {"id": "42", "title": "\ud800"}}, "is none"),
    "a course that is no text": ({CLAIM + "context": {"id": "\ud800"}}, "text that is none"),
    "a deployment that is no text": ({CLAIM + "deployment_id": "\ud800"}, "text that is none"),
    "a name that is no text": ({"sub": "a\ud800"}, "text that is none"),
    "a claim that is no text": ({"x": [{"\ud800": 1}]}, "text that is none"),
    "no link": ({CLAIM + "resource_link": None}, "which link"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_message_that_is_not_what_was_asked_for_is_refused(made, name):
    claims, words = WRONG[name]
    now = int(time.time())
    claims = {k: now + v if isinstance(v, FromNow) else v for k, v in claims.items()}
    with pytest.raises(Refused, match=words):
        made.whole(claims=claims)
    assert made.tool.store.courses() == ()


def test_clocks_may_differ_by_half_a_minute(made):
    now = int(time.time())
    early = made.whole(claims={"iat": now + 30, "exp": now + 40})
    late = made.whole(claims={"iat": now - 30, "exp": now - 30})
    assert early.user == late.user != ""


def _parts(*pieces):
    rows = [json.dumps(one).encode() if isinstance(one, dict) else one for one in pieces]
    return ".".join(base64.urlsafe_b64encode(row).decode().rstrip("=") for row in rows)


def _forged(made, browser, token):
    form = made.platform.authorize(made.begin(browser))
    return {**form, "id_token": token(form["id_token"])}


def _claims(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def _none(made, token):
    return _parts({"alg": "none", "kid": "k1"}, _claims(token), b"")


def _none_in_capitals(made, token):
    return _parts({"alg": "nOnE", "kid": "k1"}, _claims(token), b"")


def _shared_secret(made, token):
    """The public key taken as the secret of HS256."""
    pem = made.platform.key.as_pem(private=False)
    said = _parts({"alg": "HS256", "kid": "k1"}, _claims(token))
    return f"{said}.{_parts(hmac.digest(pem, said.encode(), 'sha256'))}"


def _another_key(made, token):
    key = new_key("of an attacker")
    head = {"alg": "RS256", "kid": "k1"}
    return jwt.encode(head, _claims(token), key, algorithms=["RS256"])


def _own_key_within(made, token):
    """A key that travels in the header, and an address to fetch one from."""
    key = new_key("of an attacker")
    head = {"alg": "RS256", "kid": "mine", "jwk": key.as_dict(private=False)}
    head["jku"] = "http://127.0.0.1:9/keys"
    return jwt.encode(head, _claims(token), key, algorithms=["RS256"])


def _rs512(made, token):
    head = {"alg": "RS512", "kid": "k1"}
    return jwt.encode(head, _claims(token), made.platform.key, algorithms=["RS512"])


def _no_kid(made, token):
    return jwt.encode({"alg": "RS256"}, _claims(token), made.platform.key, algorithms=["RS256"])


def _critical(made, token):
    _, body, seal = token.split(".")
    return f"{_parts({'alg': 'RS256', 'kid': 'k1', 'crit': ['b64'], 'b64': False})}.{body}.{seal}"


def _changed(made, token):
    head, _, seal = token.split(".")
    return f"{head}.{_parts(_claims(token) | {'sub': 'admin'})}.{seal}"


def _unsigned(made, token):
    head, body, _ = token.split(".")
    return f"{head}.{body}."


def _deep(made, token):
    head, _, seal = token.split(".")
    return f"{head}.{_parts(b'[' * 30_000)}.{seal}"


def _deep_head(made, token):
    return _parts(b'{"alg":"RS256","kid":' + b"[" * 1500, b"{}", b"x")


def _huge(made, token):
    return token + "A" * 100_000


def _empty(made, token):
    return ""


def _not_ascii(made, token):
    return token[:-4] + "éééé"


def _twice(made, token):
    return f"{token}.{token}"


FORGED = [_none, _none_in_capitals, _shared_secret, _another_key, _own_key_within, _rs512, _no_kid, _critical, _changed, _unsigned, _deep, _deep_head, _huge, _empty, _not_ascii, _twice]  # fmt: skip


@pytest.mark.parametrize("forge", FORGED, ids=lambda one: one.__name__.strip("_"))
def test_a_forged_message_is_refused_and_nothing_of_it_is_repeated(made, forge):
    browser = Browser()
    form = _forged(made, browser, lambda token: forge(made, token))
    with pytest.raises(Refused) as caught:
        made.end(browser, form)
    assert not form["id_token"][10:40] or form["id_token"][10:40] not in str(caught.value)
    assert made.tool.store.courses() == ()


def test_a_huge_message_is_not_even_looked_at(made):
    browser = Browser()
    form = _forged(made, browser, lambda token: _huge(made, token))
    with pytest.raises(Refused) as caught:
        made.end(browser, form)
    assert caught.value.status == 413
    assert made.platform.jwks_asked == 0


def test_an_answer_can_be_used_once(made):
    browser = Browser()
    form = made.platform.authorize(made.begin(browser))
    kept = dict(browser.cookies)
    made.end(browser, form)
    with pytest.raises(Refused, match="used already"):
        made.end(Browser(kept), form)


def test_the_token_of_one_login_opens_no_other(made):
    browser = Browser()
    first = made.platform.authorize(made.begin(browser))
    second = made.platform.authorize(made.begin(browser))
    with pytest.raises(Refused, match="another login"):
        made.end(browser, {"state": second["state"], "id_token": first["id_token"]})


def test_the_login_of_another_browser_is_refused(made):
    """An attacker begins a login and lets somebody else's browser end it."""
    attacker, victim = Browser(), Browser()
    form = made.platform.authorize(made.begin(attacker))
    made.begin(victim)
    with pytest.raises(Refused, match="did not begin this login") as caught:
        made.end(victim, form)
    assert caught.value.status == 403
    forged = dict.fromkeys(attacker.cookies, "guess")
    with pytest.raises(Refused, match="another browser"):
        made.end(Browser(forged), form)


def test_a_login_that_took_too_long_has_ended(made):
    browser = Browser()
    form = made.platform.authorize(made.begin(browser))
    made.clock.ahead = 601
    with pytest.raises(Refused, match="took too long"):
        made.end(browser, form)


def test_a_login_is_ended_by_a_post_alone(made):
    browser = Browser()
    form = made.platform.authorize(made.begin(browser))
    with pytest.raises(Refused):
        made.end(browser, form, method="GET")


def test_the_platform_may_say_that_nobody_is_logged_in(made):
    browser = Browser()
    form = made.platform.authorize(made.begin(browser))
    with pytest.raises(Refused, match="did not log you in"):
        made.end(browser, {"state": form["state"], "error": "login_required"})


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/a/midterm",
        "https://grader.example.evil/a",
        "https://grader.example@evil.example/",
        "https://evil.example\\@grader.example/",
        "//evil.example/",
        "http://grader.example/a",
        "javascript:alert(1)",
        "https://grader.example/../x",
        "https://grader.example/%2e%2e/x",
        "https://grader.example/a\r\nSet-Cookie: a=b",
        "https://grader.example:444/a",
    ],
)
def test_nobody_is_sent_to_a_page_of_others(made, target):
    with pytest.raises(Refused, match="none of this tool's"):
        made.begin(Browser(), target_link_uri=target)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"iss": "https://evil.example"}, "not registered"),
        ({"client_id": "other"}, "not registered"),
        ({"lti_deployment_id": "99"}, "deployment '99'"),
        ({"iss": None}, "needs iss"),
        ({"login_hint": None}, "needs iss"),
        ({"target_link_uri": None}, "needs iss"),
        ({"login_hint": "x" * 10_000}, "longer than"),
    ],
)
def test_a_login_that_is_not_asked_for_rightly_goes_nowhere(made, changes, words):
    with pytest.raises(Refused, match=words):
        made.begin(Browser(), **changes)


def test_a_field_that_is_sent_twice_is_refused(made):
    fields = {name: [value] for name, value in made.platform.initiation().items()}
    fields["iss"] *= 2
    with pytest.raises(Refused, match="twice"):
        login(made.tool, Request(method="GET", fields=fields))


def test_a_platform_with_one_client_need_not_name_it(made):
    browser = Browser()
    form = made.platform.authorize(made.begin(browser, client_id=None, lti_deployment_id=None))
    assert made.end(browser, form).user == "user-7"


def test_a_key_that_was_turned_over_is_fetched_at_once_and_a_flood_is_not(made):
    made.whole()
    assert made.platform.jwks_asked == 1
    made.clock.ahead = 100
    made.platform.key, made.platform.kid = new_key("k2"), "k2"
    made.whole()
    assert made.platform.jwks_asked == 2
    for number in range(30):
        with pytest.raises(Refused, match="does not publish"):
            made.whole(kid=f"unknown-{number}")
    assert made.platform.jwks_asked == 2
    assert made.whole().user == "user-7"  # and who is honest still comes in


def test_known_keys_count_while_the_platform_does_not_tell_them(made):
    made.whole()
    made.platform.jwks_status = 503
    made.clock.ahead = 7200
    assert made.whole().user == "user-7"
    made.clock.ahead = 2 * 86_400
    with pytest.raises(Refused, match="cannot be had") as caught:
        made.whole()
    assert caught.value.status == 503


def test_without_any_keys_a_person_is_told_to_come_again(made):
    made.platform.jwks_status = 404
    with pytest.raises(Refused, match="try again later"):
        made.whole()


def test_a_short_key_of_a_platform_signs_nothing(made):
    with pytest.warns(SecurityWarning, match="2048"):
        made.platform.key = RSAKey.generate_key(1024)
    with pytest.raises(Refused):
        made.whole()


def test_a_refusal_is_a_page_on_which_no_script_runs():
    page = refusal(Refused("<script>alert(1)</script>", 403))
    assert page.status == 403
    assert b"<script>" not in page.body
    assert "default-src 'none'" in page.header("Content-Security-Policy")


def test_public_keys_hold_nothing_private(made):
    answer = public_keys(made.tool)
    (key,) = json.loads(answer.body)["keys"]
    assert {"kty", "n", "e", "kid", "alg", "use"} == set(key)
