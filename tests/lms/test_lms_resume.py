"""A push that is killed goes on where it was: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.lms import Entry, File, Journal, LmsError, Sending
from tests.lms import canvas_stand_in, moodle_stand_in
from tests.lms.pushing import class_of, pushed
from tests.lms.serving import Fault

ROOT = Path(__file__).parents[2]
TOKENS = {"canvas": canvas_stand_in.TOKEN, "moodle": moodle_stand_in.TOKEN}
COUNT = 12


def _server(request, lms):
    server = request.getfixturevalue(lms)
    for n in range(COUNT):
        ids = {"login_id": f"s{n:03}"} if lms == "canvas" else {"idnumber": f"s{n:03}"}
        server.add(n + 1, f"S {n}", **ids)
    return server


def _start(lms, url, folder):
    arguments = [sys.executable, "-m", "tests.lms.pushing", lms, url, TOKENS[lms], folder, COUNT]
    return subprocess.Popen(list(map(str, arguments)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip


def _check(server, lms):
    """Everybody has their mark and their comment, once."""
    for n in range(COUNT):
        if lms == "canvas":
            own = server.submissions[n + 1]
            assert own["score"] == n % 21
            assert [c["comment"] for c in own["comments"]] == [f"Well done, {n}."]
        else:
            own = server.held[n + 1]
            assert Fraction(own["grade"]) == n % 21
            assert own["comment"] == f"<p>Well done, {n}.</p>"
            assert own["mails"] == 1


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("lms", ["canvas", "moodle"])
def test_a_push_killed_in_the_middle_goes_on(request, tmp_path, lms, at, stored):
    server = _server(request, lms)
    reached, seen = threading.Event(), []
    whole = server._fault

    def fault(asked):
        if asked.method == "PUT" or "save_grade" in server.name(asked):
            seen.append(asked)
            if len(seen) == at:
                if stored:
                    server.answer(asked, store=True)
                reached.set()
                return Fault("", "hangs")
        return whole(asked)

    server._fault = fault
    process = _start(lms, server.url, tmp_path)
    assert reached.wait(30), process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    server.gate.set()
    assert process.returncode == -signal.SIGKILL
    second = _start(lms, server.url, tmp_path)
    out, error = second.communicate(timeout=60)
    assert second.returncode == 0, error
    assert int(out) <= COUNT
    _check(server, lms)
    plan, _ = pushed(lms, server.url, TOKENS[lms], tmp_path, class_of(COUNT), comments=True)
    assert plan.unchanged == COUNT


@pytest.mark.slow
@pytest.mark.parametrize("lms", ["canvas", "moodle"])
def test_a_push_killed_anywhere_again_and_again_goes_on(request, tmp_path, lms):
    server, dice = _server(request, lms), random.Random(7)
    for _ in range(8):
        process = _start(lms, server.url, tmp_path)
        try:
            process.wait(0.5 + dice.random() * 0.8)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    last = _start(lms, server.url, tmp_path)
    _, error = last.communicate(timeout=60)
    assert last.returncode == 0, error
    _check(server, lms)


SENT = Sending(user="5", who="ann", mark=Fraction(35, 2), comment="Good.", file=File("feedback-1.html", b"x"))  # fmt: skip


def test_the_journal_names_nobody_and_knows_all(tmp_path):
    journal = Journal(tmp_path, "canvas-1-2")
    journal.note("sending", SENT)
    journal.note("verified", SENT)
    again = Journal(tmp_path, "canvas-1-2")
    assert again.of("5").marks == ["35/2"]
    assert len(again.of("5").comments) == len(again.of("5").files) == 1
    assert again.ours(Entry(user="5", mark=Fraction(35, 2)))
    assert not again.ours(Entry(user="6", mark=Fraction(35, 2)))
    text = journal.path.read_text()
    assert "ann" not in text
    assert "Good" not in text
    assert journal.path.stat().st_mode & 0o077 == 0


@settings(max_examples=40)
@given(st.integers(0, 400), st.binary(max_size=30))
def test_a_journal_that_was_cut_anywhere_is_read_and_goes_on(cut, rubbish):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder), "k")
        journal.note("sending", SENT)
        journal.note("verified", SENT)
        whole = journal.path.read_bytes()
        journal.path.write_bytes(whole[: min(cut, len(whole))] + rubbish)
        torn = Journal(Path(folder), "k")
        torn.note("verified", SENT)
        assert Journal(Path(folder), "k").of("5").marks == ["35/2"]
        for row in torn.path.read_bytes().splitlines()[-1:]:
            assert json.loads(row)["what"] == "verified"


def test_two_pushes_at_once_are_one_too_many(tmp_path):
    first, second = Journal(tmp_path, "k"), Journal(tmp_path, "k")
    with first.alone(), pytest.raises(LmsError, match="somebody else pushes"), second.alone():
        raise AssertionError
    with second.alone():
        pass
