"""Second marks: nobody seconds their own mark, the sample is the same for all, pairs are found."""

from dataclasses import replace
from fractions import Fraction

import pytest

from grader.gradebook.decisions import decide
from grader.gradebook.opening import Refused
from grader.gradebook.seconds import left_to_second, second, twice
from tests.gradebook.making import both, earned, grade, hand_in

FULL = Fraction(5)


def _left(book, author, sample=None):
    return book.read(lambda c: left_to_second(c, "midterm", "1", author, sample))


def test_second_marks_stand_beside_the_first_and_change_nothing(book):
    held = [hand_in(book, f"s{n}", f"text {n}") for n in range(5)]
    grade(book, {one: both(n) for n, one in enumerate(held)})
    bob, cleo = replace(book, author="Bob"), replace(book, author="Cleo")
    decide(book, held[0].id, "1", Fraction(3), reason="read")
    for one in held[1:]:
        decide(cleo, one.id, "1", Fraction(3), reason="read")
    grade(book, {held[0]: both(0)}, "decided")

    # Ann marked the first one by hand, so she is not asked for it, nor taken at her word
    assert set(_left(book, "Ann")) == {one.id for one in held[1:]}
    with pytest.raises(Refused, match="somebody else"):
        second(book, "midterm", held[0].id, "1", Fraction(1), possible=FULL)
    with pytest.raises(Refused, match="0 to 5"):
        second(bob, "midterm", held[0].id, "1", Fraction(6), possible=FULL)
    with pytest.raises(Refused, match="no hand-in"):
        second(bob, "other", held[0].id, "1", Fraction(1), possible=FULL)

    sample = _left(book, "Cem", 3)
    assert len(sample) == 3
    assert sample == _left(book, "Dan", 3)
    second(bob, "midterm", held[0].id, "1", Fraction(2), possible=FULL, reason="half")
    second(bob, "midterm", held[1].id, "1", Fraction(4), possible=FULL)
    second(bob, "midterm", held[1].id, "1", None, possible=FULL)
    assert held[0].id not in _left(book, "Bob")
    assert held[1].id in _left(book, "Bob")
    found = book.read(lambda c: twice(c, "midterm"))
    assert [(one.submission, one.first, one.second, one.seconder) for one in found] == [
        (held[0].id, 3, 2, "Bob")
    ]
    assert earned(book, held[0])["1"] == 3


def test_an_answer_that_the_grader_alone_marked_is_offered_to_nobody(book):
    held = [hand_in(book, f"s{n}", f"text {n}") for n in range(5)]
    grade(book, {one: both(n) for n, one in enumerate(held)})
    assert _left(book, "Bob") == []
    model = replace(book, author="model, turned on by Bob")
    decide(book, held[0].id, "1", Fraction(3), reason="read")
    decide(model, held[1].id, "1", Fraction(3), reason="as like answers were")
    decide(book, held[2].id, "2", Fraction(3), reason="another part")
    decide(book, held[3].id, "1", Fraction(3), reason="a slip")
    decide(book, held[3].id, "1", None, reason="taken back")
    assert set(_left(book, "Bob")) == {held[0].id, held[1].id}
    assert _left(book, "Bob", 1) == _left(book, "Cem", 1)
