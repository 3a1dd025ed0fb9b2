"""A teacher puts a link to an assignment into a course."""

import html
import re
from fractions import Fraction

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from grader.lti.deep_linking import Item, chosen
from grader.lti.faults import Refused
from tests.lti.strict_platform import CLAIM, MEMBER

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def asked(made, roles=("Instructor",), **settings):
    full = {
        "deep_link_return_url": f"{made.platform.base}/back?x=1",
        "accept_types": ["ltiResourceLink", "link"],
        "accept_presentation_document_targets": ["iframe"],
        "data": "opaque <&>",
    } | settings
    claims = {
        CLAIM + "message_type": "LtiDeepLinkingRequest",
        CLAIM + "resource_link": None,
        CLAIM + "roles": [MEMBER + role for role in roles],
        DL + "deep_linking_settings": full,
    }
    return made.whole(claims=claims)


def item(**more):
    fields = {"url": "https://grader.example/a/midterm", "title": "Midterm <1>", "assignment": "m"}
    return Item(**(fields | more))


def answered(made, page):
    """What the platform reads from the form: the signature has to be ours."""
    body = page.body.decode()
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', body))
    keys = KeySet.import_key_set(made.tool.keys.public())
    claims = jwt.decode(html.unescape(fields["JWT"]), keys, algorithms=["RS256"]).claims
    return html.unescape(re.search(r'action="([^"]*)"', body)[1]), claims


def test_the_link_and_its_column_reach_the_platform(made):
    page = chosen(made.tool, asked(made), [item(maximum=Fraction(73, 2))])
    back, claims = answered(made, page)
    assert back == f"{made.platform.base}/back?x=1"
    assert claims["iss"] == made.platform.client_id
    assert claims["aud"] == made.platform.issuer
    assert claims[CLAIM + "message_type"] == "LtiDeepLinkingResponse"
    assert claims[CLAIM + "deployment_id"] == "1"
    assert claims[DL + "data"] == "opaque <&>"
    assert claims[DL + "content_items"] == [
        {
            "type": "ltiResourceLink",
            "url": "https://grader.example/a/midterm",
            "title": "Midterm <1>",
            "custom": {"assignment": "m"},
            "lineItem": {
                "label": "Midterm <1>",
                "scoreMaximum": 36.5,
                "resourceId": "m",
                "tag": "grader",
            },
        }
    ]
    policy = page.header("Content-Security-Policy")
    assert f"form-action {made.platform.base};" in policy
    assert "unsafe-inline" not in policy


def test_choosing_nothing_is_an_answer_too(made):
    _, claims = answered(made, chosen(made.tool, asked(made), []))
    assert claims[DL + "content_items"] == []


def test_no_column_is_sent_where_none_is_taken(made):
    wanted = asked(made, accept_lineitem=False)
    _, claims = answered(made, chosen(made.tool, wanted, [item(maximum=Fraction(1))]))
    assert "lineItem" not in claims[DL + "content_items"][0]


def test_a_student_cannot_ask_for_it(made):
    with pytest.raises(Refused, match="only who teaches"):
        asked(made, roles=["Learner"])


@pytest.mark.parametrize(
    ("settings", "items", "words"),
    [
        ({"accept_types": ["file"]}, 1, "no links to tools"),
        ({"accept_types": None}, 1, "no links to tools"),
        ({"accept_multiple": False}, 2, "one link"),
        ({"deep_link_return_url": "https://evil.example/"}, 1, "no host of the platform"),
        ({"deep_link_return_url": "javascript:alert(1)"}, 1, "no address"),
    ],
)
def test_what_the_platform_does_not_take_is_not_sent(made, settings, items, words):
    wanted = asked(made, **settings)
    with pytest.raises(Refused, match=words):
        chosen(made.tool, wanted, [item()] * items)


def test_no_link_leads_to_pages_of_others(made):
    with pytest.raises(Refused, match="none of this tool's"):
        chosen(made.tool, asked(made), [item(url="https://evil.example/")])


def test_a_plain_launch_chooses_no_link(made):
    with pytest.raises(Refused, match="did not ask"):
        chosen(made.tool, made.whole(), [item()])


def test_a_request_without_a_way_back_is_refused(made):
    with pytest.raises(Refused, match="where the chosen link goes"):
        asked(made, deep_link_return_url=None)
