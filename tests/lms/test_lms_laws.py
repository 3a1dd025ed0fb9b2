"""Laws of pushing: whoever the students are and whatever is written, all of it and only that arrives."""

from __future__ import annotations

import tempfile
import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.export import number
from grader.export._match import folded
from grader.lms import Entry, Pauses, Sending, Target
from grader.lms._entries import has_comment, plain, same
from grader.lms._moodle_answers import as_html, fields
from grader.lms._retry import LONGEST, asked_for
from tests.lms import canvas_stand_in, moodle_stand_in
from tests.lms.canvas_stand_in import CanvasStandIn
from tests.lms.conftest import line, marks
from tests.lms.moodle_stand_in import MoodleStandIn, _tree
from tests.lms.pushing import pushed

CANVAS = Target(name="", key="k", title="", possible=Fraction(20))
MOODLE = Target(name="", key="k", title="", possible=Fraction(20), one_comment=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
HOSTILE = st.sampled_from(["=1+1", "O'Neil, \"Bob\"", "سلمى", "e\u0301", "\u00e9", "𝒜𝓃𝓃", "a_b_1_2", "<b>x</b>", "&amp;", "@SUM", "Ann  Ace", ""])  # fmt: skip


@given(TEXTS)
def test_a_comment_that_is_there_is_known_again_in_whatever_form(text):
    for target, shown in ((CANVAS, text), (MOODLE, as_html(text)), (MOODLE, f'<div class="no-overflow">{as_html(text)}</div>')):  # fmt: skip
        assert has_comment(Entry(user="1", comments=(shown,)), text, target)
    assert has_comment(Entry(user="1", comments=(unicodedata.normalize("NFD", text),)), text, CANVAS)  # fmt: skip


@given(TEXTS, TEXTS)
def test_another_comment_is_another(one, other):
    one, other = " ".join(one.split()), " ".join(other.split())
    if folded(one) == folded(other) or not one or plain(other) == one:
        return
    assert not has_comment(Entry(user="1", comments=(other,)), one, CANVAS)


def test_in_moodle_the_comment_that_counts_is_the_last():
    entry = Entry(user="1", comments=("<p>Good.</p>", "<p>Bad.</p>"))
    assert not has_comment(entry, "Good.", MOODLE)
    assert has_comment(entry, "Good.", CANVAS)


@given(st.fractions(0, 100, max_denominator=1000))
def test_a_mark_is_the_same_at_the_precision_that_is_sent_and_at_no_other(points):
    sent = Fraction(number(points))
    for stored in (f"{float(sent)}", f"{float(sent):.5f}"):  # Canvas's JSON, Moodle's decimals
        assert same(Fraction(stored), sent)
    for step in (Fraction(1, 100), Fraction(-1, 100), 1, -1):
        assert not same(sent + step, sent)
    assert not same(None, sent)


_NAMES = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
_FORMS = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(_NAMES, inner, min_size=1, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(_NAMES, _FORMS, max_size=4))
def test_a_nested_form_is_read_by_php_as_it_was_meant(form):
    assert _tree({name: [value] for name, value in fields(form)}) == form


@given(st.integers(1, 60), st.none() | st.floats(0, 1e6))
def test_pauses_grow_have_a_cap_and_honour_what_is_asked(tried, after):
    pauses = Pauses(first=1, most=60)
    seconds = pauses.seconds(tried, after)
    assert 0 < seconds <= max(60.0, LONGEST + 6)
    if after is not None:
        assert seconds >= min(after, LONGEST)


@pytest.mark.parametrize(("text", "least", "most"), [("5", 5, 5), ("0.5", 0.5, 0.5), ("nan", None, None), ("inf", LONGEST, LONGEST), ("-3", 0, 0), ("", None, None), ("tomorrow", None, None)])  # fmt: skip
def test_retry_after_in_every_form(text, least, most):
    found = asked_for(text)
    assert (found is None) == (least is None)
    assert found is None or least <= found <= most


def test_retry_after_as_a_date():
    soon = datetime.now(UTC) + timedelta(seconds=30)
    assert 25 <= (asked_for(format_datetime(soon, usegmt=True)) or 0) <= 30
    assert asked_for("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@given(
    st.lists(
        st.tuples(HOSTILE | TEXTS, st.integers(0, 2000), TEXTS),
        max_size=7,
    ),
    st.booleans(),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_everybody_gets_their_own_mark_and_comment(rows, to_canvas):
    server = CanvasStandIn() if to_canvas else MoodleStandIn()
    token = canvas_stand_in.TOKEN if to_canvas else moodle_stand_in.TOKEN
    try:
        lines = []
        for at, (name, hundredths, text) in enumerate(rows):
            key = f"{at:04}"  # "0001" and "1" are two ids
            ids = {"sis_user_id": key} if to_canvas else {"idnumber": key}
            server.add(len(rows) - at, name, **ids)
            lines.append(line(key, str(Fraction(hundredths, 100)), name=name, feedback=text))
        with tempfile.TemporaryDirectory() as folder:
            lms = "canvas" if to_canvas else "moodle"
            plan, done = pushed(lms, server.url, token, Path(folder), marks(*lines), comments=True)
            assert done is not None, plan.concerns
            assert done.good, done
        for at, (_, hundredths, text) in enumerate(rows):
            user = len(rows) - at
            if to_canvas:
                own = server.submissions[user]
                assert own["score"] == hundredths / 100
                assert [c["comment"] for c in own["comments"]] == ([text.strip()] if text.strip() else [])  # fmt: skip
            else:
                own = server.held[user]
                assert Fraction(own["grade"]) == Fraction(hundredths, 100)
                assert plain(own["comment"]) == " ".join(unicodedata.normalize("NFC", text).split())
    finally:
        server.close()


@given(st.integers(0, 30), st.integers(0, 30), st.booleans(), st.booleans())
def test_what_is_left_to_send_is_what_is_not_there(mark, held, commented, wanted):
    entry = Entry(user="1", mark=Fraction(held), comments=("Hi",) if commented else ())
    whole = Sending(user="1", who="a", mark=Fraction(mark), comment="Hi" if wanted else "")
    left = whole.left(entry, CANVAS)
    missing = (mark != held, wanted and not commented)
    if left is None:
        assert missing == (False, False)
    else:
        assert (left.mark is not None, bool(left.comment)) == missing
