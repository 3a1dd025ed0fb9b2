"""What a rubric publishes: small, typed, and refused with words where it makes no sense."""

import pytest
from pydantic import ValidationError

from grader.collect import _everything  # noqa: F401  # kinds of reading are registered
from grader.read import readers
from grader.report.selfcheck import HINTS, public_text
from grader.rubric import Public


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "needs 'call', 'defines' or 'says'"),
        ({"says": "  "}, "needs 'call', 'defines' or 'says'"),
        ({"call": "f", "defines": "g"}, "write two checks"),
        ({"defines": "f", "args": [1]}, "'args' belongs to a 'call'"),
        ({"says": "x", "gives": 1}, "'gives' belongs to a 'call'"),
        ({"says": "x", "shape": [1]}, "'shape' belongs to"),
        ({"call": "np.add"}, "no name in Python"),
        ({"call": "f(1)"}, "no name in Python"),
        ({"defines": "class"}, "no name in Python"),
        ({"call": "f", "args": [float("nan")]}, "plain numbers"),
        ({"call": "f", "args": [list(range(2000))]}, "small example"),
        ({"call": "f", "within": -1}, "greater than or equal"),
        ({"call": "f", "hidden": 1}, "Extra inputs"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(wrong, words):
    with pytest.raises(ValidationError, match=words.replace("(", r"\(")):
        Public.model_validate(wrong)


def test_only_what_the_author_wrote_is_published():
    wrote = {"call": "f", "args": [1, [2.5]], "named": {"k": "v"}, "gives": None}
    assert Public.model_validate(wrote).plain() == wrote
    assert public_text(wrote) == "f(1, [2.5], k='v') gives None"


def test_hints_are_of_readers_that_there_are_and_hold_no_number():
    assert set(HINTS) <= set(readers.names())
    assert not any(sign.isdigit() for hint in HINTS.values() for sign in hint)
