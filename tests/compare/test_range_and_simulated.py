"""Numbers between bounds, given or made by chance."""

import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare import compare


@pytest.mark.parametrize(
    ("text", "truth", "options", "credit"),
    [
        ("5", [5, 7], {}, 1),
        ("7", [7, 5], {}, 1),
        ("5", [5, 7], {"low": "open"}, 0),
        ("7", "[5, 7)", {}, 0),
        ("6.99999999999999999", "[5, 7)", {}, 1),
        ("7", "(5, 7]", {}, 1),
        ("100", [5, None], {}, 1),
        ("-1e300", {"high": 7}, {}, 1),
        ("(√2)^2", "[2, 3]", {}, 1),
        ("√2*√3", "[sqrt(6), 6]", {}, 1),
        ("0.3", [0.1 + 0.2, 1], {}, 1),
        ("7%", "[5%, 10%]", {"percent": "points"}, 1),
        ("6,5", [6, 7], {"decimal": ","}, 1),
        ("6", "5..7", {}, 1),
        ("inf", [5, None], {}, 0),
    ],
)
def test_bounds_decide(text, truth, options, credit):
    verdict = compare(text, truth, "range", **options)
    assert (verdict.credit, verdict.certain) == (credit, True)


@pytest.mark.parametrize(
    "truth", [{}, {"min": 5}, {"Low": 5, "high": 7}, [1], "x", None, [True, 2]]
)
def test_bounds_that_are_none_are_nobodys_fault(truth):
    assert not compare("6", truth, "range").certain


def test_what_is_no_real_number_is_invalid():
    assert compare("2i", [1, 3], "range").invalid
    assert compare("two", [1, 3], "range").invalid
    assert not compare("1,234", [1000, 2000], "range").certain
    assert compare("1,234", [1, 2000], "range").certain


@given(number=st.integers(-50, 50), ends=st.tuples(st.integers(-50, 50), st.integers(-50, 50)))
def test_a_number_is_inside_as_it_is_in_python(number, ends):
    low, high = sorted(ends)
    inside = compare(str(number), list(ends), "range").credit
    assert inside == (low <= number <= high)
    strictly = compare(str(number), list(ends), "range", low="open", high="open").credit
    assert strictly == (low < number < high)


@pytest.mark.parametrize(
    ("text", "truth", "options", "credit"),
    [
        ("0.52", {"mean": 0.5, "sd": 0.5, "n": 100}, {"cover": 0.95}, 1),
        ("0.61", {"mean": 0.5, "sd": 0.5, "n": 100}, {"cover": 0.95}, 0),
        ("0.61", {"mean": 0.5, "sd": 0.5, "n": 100}, {"cover": 0.95, "margin": 0.1}, 1),
        ("10%", {"mean": 10, "sd": 1}, {"percent": "either"}, 1),
        ("50", list(range(100)), {"cover": 0.9}, 1),
        ("99", list(range(100)), {"cover": 0.9}, 0),
    ],
)
def test_what_chance_explains_is_right(text, truth, options, credit):
    verdict = compare(text, truth, "simulated", **options)
    assert (verdict.credit, verdict.certain) == (credit, True)


@pytest.mark.parametrize(
    "truth",
    [
        {"mean": 0, "sd": -1},
        {"mean": 0, "sd": 1, "n": 100.0},
        {"mean": 0, "sd": 1, "n": 0},
        {"mean": 10**400, "sd": 1},
        [10**400] * 25,
        [1, 2, 3],
        [math.nan] * 30,
        "x",
    ],
)
def test_a_simulation_that_gives_no_range_is_nobodys_fault(truth):
    assert not compare("1", truth, "simulated").certain


@pytest.mark.parametrize(
    "options", [{"cover": 1}, {"cover": 0}, {"margin": -1}, {"margin": math.nan}]
)
def test_shares_that_are_none_are_refused(options):
    with pytest.raises(ValueError):
        compare("1", {"mean": 0, "sd": 1}, "simulated", **options)


@given(cover=st.floats(0.5, 0.999), share=st.floats(0.001, 0.999))
def test_the_normal_range_is_that_of_its_distribution_function(cover, share):
    normal = statistics.NormalDist(3, 2)
    number = normal.inv_cdf(share)
    outside = min(share, 1 - share) < (1 - cover) / 2
    if abs(min(share, 1 - share) - (1 - cover) / 2) > 1e-9:
        verdict = compare(repr(number), {"mean": 3, "sd": 2}, "simulated", cover=cover, decimal=".")
        assert verdict.credit == Fraction(not outside)
