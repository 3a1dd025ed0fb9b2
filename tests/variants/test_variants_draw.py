"""Numbers come from a seed alone, by an arithmetic that anybody can follow."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.rubric import Number, Variants, written
from grader.variants import draw, integer, seed_of

SAID = {
    "numbers": {
        "n": {"from": 3, "to": 9},
        "lr": {"choose": [0.1, 0.01, 0.001]},
        "x": {"from": 0.1, "to": 0.9, "step": 0.1},
        "A": {"from": -4, "to": 4, "except": [0], "shape": [2, 3]},
        "order": {"choose": ["a", "b", "c", "d"], "shape": [4], "distinct": True},
    }
}
SPEC = Variants.model_validate(SAID)


def _told(seed: bytes, what: str, below: int) -> int:
    """The same integers, once more: a 256-bit hash, drawn again where it would favour some."""
    for counter in range(1000):
        value = int(hashlib.sha256(seed + f"/{what}/{counter}".encode()).hexdigest(), 16)
        if value < 2**256 // below * below:
            return value % below
    raise AssertionError("no integer in so many draws")


@pytest.mark.parametrize("student", ["ada", "bob", "Zoë", 'o"neill', "4711"])
@pytest.mark.parametrize("tries", [0, 3])
def test_the_numbers_are_those_of_an_independent_reckoning(student: str, tries: int) -> None:
    secret = bytes(range(32))
    quoted = student.replace('"', '\\"')
    seed = hmac.new(secret, f'["midterm", "{quoted}"]'.encode(), "sha256").digest()
    assert seed_of(secret, "midterm", student) == seed
    got = draw(SPEC, seed, tries).numbers
    assert got["n"] == 3 + _told(seed, f"{tries}/n/0", 7)
    assert got["x"] == float(Decimal(1 + _told(seed, f"{tries}/x/0", 9)) / 10)
    assert got["lr"] == [0.1, 0.01, 0.001][_told(seed, f"{tries}/lr/0", 3)]
    values = [-4, -3, -2, -1, 1, 2, 3, 4]
    flat = [values[_told(seed, f"{tries}/A/{at}", 8)] for at in range(6)]
    assert got["A"] == [flat[:3], flat[3:]]
    letters = list("abcd")
    order = [letters.pop(_told(seed, f"{tries}/order/{at}", 4 - at)) for at in range(4)]
    assert got["order"] == order


def test_another_process_draws_the_same() -> None:
    code = (
        "import json, sys; from grader.rubric import Variants; from grader.variants import draw;"
        "spec = Variants.model_validate(json.loads(sys.argv[1]));"
        "print(json.dumps([draw(spec, bytes([n]) * 32).plain() for n in range(20)]))"
    )
    command = [sys.executable, "-c", code, json.dumps(SAID)]
    other = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    own = [draw(SPEC, bytes([n]) * 32).plain() for n in range(20)]
    assert json.loads(other.stdout) == json.loads(json.dumps(own))


def test_a_number_that_is_added_changes_none_of_the_others() -> None:
    more = Variants.model_validate({"numbers": {"first": {"from": 1, "to": 99}, **SAID["numbers"]}})
    seed = b"s" * 32
    assert draw(SPEC, seed).numbers.items() <= draw(more, seed).numbers.items()


def test_other_students_assignments_and_secrets_have_other_seeds() -> None:
    seeds = {
        seed_of(secret, assignment, student)
        for secret in (b"a" * 32, b"b" * 32)
        for assignment in ("one", "two", 'one", "')
        for student in ("ada", "bob", 'x", "y', "")
    }
    assert len(seeds) == 24
    composed, decomposed = "Zo\u00eb", "Zoe\u0308"
    assert seed_of(b"a", "one", composed) == seed_of(b"a", "one", decomposed)


def test_a_variant_s_id_tells_draws_apart_and_none_of_the_numbers() -> None:
    narrow = Variants.model_validate({"numbers": {"n": {"choose": [1, 2]}}})
    ids = {draw(narrow, bytes([n]) * 32).id for n in range(200)}
    assert len(ids) == 200  # with two numbers only, an id that told them would come twice


@given(below=st.integers(1, 2**70), seed=st.binary(min_size=1, max_size=40))
def test_an_integer_lies_below_its_bound(below: int, seed: bytes) -> None:
    assert 0 <= integer(seed, "n", below) < below


def test_no_value_is_favoured() -> None:
    """Of 14,000 draws of seven values each comes 2,000 times, give or take six deviations."""
    numbers = [draw(SPEC, at.to_bytes(4, "big")).numbers for at in range(14_000)]
    counts = Counter(one["n"] for one in numbers)
    assert set(counts) == set(range(3, 10))
    assert all(1750 < count < 2250 for count in counts.values())
    pairs = Counter((one["n"], one["lr"]) for one in numbers)
    assert len(pairs) == 21
    assert all(510 < count < 830 for count in pairs.values())


@given(
    start=st.integers(-500, 500),
    count=st.integers(0, 300),
    places=st.integers(0, 6),
    step=st.integers(1, 70),
)
def test_decimals_are_exact_and_short(start: int, count: int, places: int, step: int) -> None:
    unit = Decimal(1).scaleb(-places)
    low, by = start * unit, step * unit
    number = Number.model_validate(
        {"from": float(low), "to": float(low + count * by), "step": float(by)}
    )
    assert len(number.values) == count + 1
    for at, value in enumerate(number.values):
        assert Decimal(repr(value)) == low + at * by
        shown = written("{{ v }}", {"v": value})
        assert Decimal(shown) == low + at * by
        assert "e" not in shown.lower()


def test_sums_on_paper_are_written_as_people_do() -> None:
    assert written("{{ 0.1 + x }}, {{ x * 3 }}, {{ tiny }}", {"x": 0.2, "tiny": 1e-7}) == (
        "0.3, 0.6, 0.0000001"
    )


@pytest.mark.parametrize(
    "said",
    [
        {"from": 9, "to": 3},
        {"from": 1},
        {},
        {"from": 1, "to": 3, "choose": [1, 2]},
        {"from": 1, "to": 3, "step": 0},
        {"from": 1, "to": 3, "step": -1},
        {"from": float("nan"), "to": 3},
        {"from": 1, "to": float("inf")},
        {"from": True, "to": 3},
        {"from": "1", "to": 3},
        {"from": 0, "to": 1, "step": 1e-12},
        {"from": 1, "to": 1, "except": [1]},
        {"choose": []},
        {"choose": [1, None]},
        {"choose": [1, float("nan")]},
        {"choose": [{1: 2}, 3]},
        {"choose": [1, 2], "shape": [3], "distinct": True},
        {"choose": [1, 2], "shape": [0]},
        {"from": 1, "to": 2, "shape": [2.5]},
    ],
)
def test_what_cannot_be_drawn_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Number.model_validate(said)


def test_true_is_not_left_out_with_one() -> None:
    number = Number.model_validate({"choose": [1, True, 2], "except": [True]})
    assert [repr(value) for value in number.values] == ["1", "2"]
