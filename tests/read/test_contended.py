"""Answers with several numbers: which of them is read, and when a person is asked."""

from typing import Any

import pytest

from grader.model import Found, Missing
from grader.read.integer import Integer
from grader.read.number import Number
from tests.read.reading import answer

EDGES = Integer(near=("edges",), away=("vertices",), settings=(7,))
PROBABILITY = Number(settings=(4, 6), percent="fraction")
PARAMETERS = Integer(near=("parameters",))
MEAN = Number(near=("mean",), away=("variance", "sd"))
MEDIAN = Number(near=("median",), settings=(3, 9, 4, 8, 5))

THROWN = "None in one throw: 5/6. In four: (5/6)^4 = 0.4823. At least one:"
LAYERS = "| C1 | C3 | C5 | F6 | out | total |\n|---|---|---|---|---|---|"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (EDGES, "42\n\nEdit: 21", 21),
        (EDGES, "21\n\nEdit: 42", 42),
        (EDGES, "42? No, 21", 21),
        (EDGES, "42? No: 21", 21),
        (EDGES, "42... no, 21", 21),
        (EDGES, "42\nno, 21", 21),
        (EDGES, "No. of edges: 21", 21),
        (EDGES, "21 edges, since each of the 7 vertices has degree 6 and 7*6/2 = 21", 21),
        (EDGES, "42 edges. Correction: 21 edges", 21),
        (PROBABILITY, "(5/6)^4 = 0.482, so 1 - 0.482 = 0.518", 0.518),
        (PROBABILITY, "P(none) = (5/6)^4 = 0.482\nP(one) = 1 - 0.482 = 0.518", 0.518),
        (PROBABILITY, "The complement is (5/6)^4 ≈ 0.482. So the answer is 0.518.", 0.518),
        (PROBABILITY, "P(X>=1) = 1 - P(X=0) = 1 - 0.482 = 0.518", 0.518),
        (PROBABILITY, "**51.8 %**\n\nbecause q = (5/6)^4 = 0.482", 0.518),
        (PROBABILITY, "0.518, i.e. a bit more than 1/2", 0.518),
        (PROBABILITY, "0.518, which is slightly larger than 0.5", 0.518),
        (PROBABILITY, f"{THROWN} 1 - 0.4823 = 0.5177.", 0.5177),
        (EDGES, "C(7,2) = 7!/(5!*2!) = 21", 21),
        (EDGES, "C(7,2) = 7!/(2!5!) = 21", 21),
        (EDGES, "7!/(5! * 2!) = 21 edges!", 21),
        (EDGES, "deg(v) = 6\nΣdeg = 7*6 = 42\n2m = 42\nm = 21", 21),
        (PARAMETERS, "61706 ≈ 62,000", 61706),
        (PARAMETERS, f"{LAYERS}\n| 156 | 2416 | 48120 | 10164 | 850 | 61706 |", 61706),
        (PARAMETERS, "conv: 456\ndense: 61250\ntotal: 61706", 61706),
        (MEAN, "mean = 4.5, variance = 1.25", 4.5),
        (MEAN, "mode: 4.5; mean 5", 5),
        (MEAN, "x = 4.5 (y was 3)", 4.5),
        (MEDIAN, "the median is 5", 5),
    ],
)
def test_what_is_plainly_the_result_is_certain(kind: Any, text: str, value: float) -> None:
    finding = kind.read(answer(text))
    assert isinstance(finding, Found)
    assert float(finding.value.value) == value
    assert (finding.doubt, finding.others) == ("", ())


@pytest.mark.parametrize(
    "text",
    [
        "P = 1 - (5/6)^4\n= 1 - 0.4823\n= 0.5177",
        "P = 1 - (5/6)^4\n  = 1 - 625/1296\n  = 0.518",
        "5/6*5/6*5/6*5/6 = 625/1296\n1 - 625/1296 = 671/1296",
        r"$\frac{5}{6}^4 = \frac{625}{1296}$, $1 - \frac{625}{1296} = \frac{671}{1296}$",
    ],
)
def test_steps_of_one_calculation_do_not_contend(text: str) -> None:
    finding = PROBABILITY.read(answer(text))
    assert isinstance(finding, Found)
    assert float(finding.value.value) == pytest.approx(671 / 1296, abs=5e-4)
    assert (finding.doubt, finding.others) == ("", ())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EDGES, "42, no 21"),
        (EDGES, "42 (crossed out) 21"),
        (EDGES, "42✗ 21✓"),
        (EDGES, "❌ 42\n✅ 21"),
        (EDGES, "42, forgot to halve: 21"),
        (EDGES, "21 [old: 42]"),
        (EDGES, "21 edges. No, 42 would be wrong"),
        (PROBABILITY, "0.482. Hmm, too high. 0.518"),
        (PROBABILITY, "0.482. That can't be right. 0.518"),
        (PROBABILITY, "0.482\nThat cannot be right.\n0.518"),
        (PROBABILITY, "q = 0.482\np = 1 - q\n= 0.518"),
        (PROBABILITY, "q = 0.482\np = 1 - q = 0.518"),
        (PROBABILITY, "p = 0.518\nq = 1 - p = 0.482"),
        (PROBABILITY, "P(none)=(5/6)^4\n=0.482\nP=1-P(none)\n=0.518"),
        (PROBABILITY, "q = 5/6\nq^4 = 0.482\n1 - q^4 = 0.518"),
        (PROBABILITY, "P(A) = 0.482\nP(A^c) = 0.518"),
        (PROBABILITY, "P(some six) = 0.518\nP(no six) = 0.482"),
        (PROBABILITY, "about 0.518, since (5/6)^4 = 0.482"),
        (PROBABILITY, "671/1296 = 51.8%; none: 625/1296 = 48.2%"),
        (EDGES, "1) degree 6\n2) sum 42\n3) half: 21"),
        (EDGES, "42, halved: 21"),
        (EDGES, "7*6 = 42, halved 21"),
        (EDGES, "each of 7 has 6 neighbours, 42 in total, each counted twice, so 21"),
        (PROBABILITY, "0.518, or rather more than 0.6"),
        (PROBABILITY, "0.482. More than that: 0.518"),
        (PROBABILITY, "p = 0.518\n= 1 - 0.482\n= 0.4823"),
        (PROBABILITY, "q = 625/1296\np = 671/1296"),
        (PROBABILITY, "q = 0.482\np = 1 - q\n= 0.518\n= 0.5"),
        (EDGES, "7! = 5040\n21! edges"),
        (EDGES, "7*6 = 42\n3m = 42\nm = 21"),
        (EDGES, "7*6 = 42\n2x = 42\nm = 21"),
        (EDGES, "21 edges. The sum of all degrees is 42"),
        (PARAMETERS, f"{LAYERS}\n| 156 | 2416 | 48120 | 10164 | 850 | 61806 |"),
        (PARAMETERS, "| m | sum of degrees |\n|---|---|\n| 21 | 42 |"),
        (PARAMETERS, "~62k (61706)"),
        (PARAMETERS, "C1: 156\nC3: 2416\nOutput: 850\n\n61706"),
        (MEAN, "4.5 (sum 18, n = 4)"),
        (MEAN, "x = 4.5, s = 1.1"),
        (MEDIAN, "median 5, mean 5.8"),
        (MEDIAN, "Median of the sample: 5"),
    ],
)
def test_where_another_number_may_be_the_result_a_person_is_asked(kind: Any, text: str) -> None:
    finding = kind.read(answer(text))
    assert isinstance(finding, Found | Missing)
    assert finding.doubt or (isinstance(finding, Found) and finding.others)
