"""What is said of a box that broke its conversation: our words, true of all that end so."""

import json

import pytest

from grader.collect.runs import _stops
from grader.compare.cases import Cases
from grader.sandbox.host import talk


@pytest.mark.parametrize(
    "value",
    [{"$": "HIDDEN-INPUT"}, {"$": "HIDDEN-INPUT", "x": 1}, {"$": "complex", "HIDDEN-INPUT": 1}],
)
def test_no_word_of_a_broken_answer_is_passed_on(value: object) -> None:
    body = json.dumps({"token": "t", "ended": "done", "value": value}).encode()
    outcome = talk._outcome(body, "t", decode=True)
    assert outcome.ended == "killed"
    assert "HIDDEN" not in outcome.why


def test_what_was_stopped_is_not_said_to_have_ended_itself() -> None:
    """A forged answer, a closed channel, too many processes: we ended it, not the code."""
    call = {"args": [1], "kwargs": {}, "ended": "killed"}
    verdict = Cases().compare({"cases": [call], "hidden": False}, [1])
    for words in (_stops.LIMITS["killed"], verdict.reason):
        assert "or" in words.split()
        assert "stopped for breaking a rule" in words
        assert "own process" not in words
