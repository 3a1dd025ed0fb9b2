"""What is dealt out: never numbers on which a known mistake looks like the truth, or another."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.pipeline import Assignment, load_assignment
from grader.reference import ReferenceProblem
from grader.rubric import RubricError
from grader.variants import (
    Variant,
    VariantProblem,
    deal,
    draw,
    draws,
    redrawn,
    secret,
    unfair,
    variants,
)
from grader.variants.secret import VARIABLE, place

RUBRIC = """\
assignment: powers
title: Powers
variants:
  numbers:
    x: {from: 0, to: 6}
    y: {from: -3, to: 3}
parts:
  - id: "1"
    points: 1
    ask: What is {{ x }} to the power of two, plus {{ y }}?
    criteria:
      - id: value
        points: 1
        read: {kind: number}
        expect: square
        given: {x: {vary: x}, y: {vary: y}}
        compare: {kind: number, absolute: 0.5}
        mistakes:
          - {id: doubled, from: double, credit: 0, says: You doubled.}
          - {id: forgot, from: bare, credit: 0.5, says: You forgot what is to be added.}
"""
REFERENCE = '''\
"""Powers."""


def square(x, y):
    """Right."""
    if x == 5:
        raise ValueError("five is refused")
    return float("nan") if x == 6 and y == 3 else x * x + y


def double(x, y):
    """Mistake."""
    return 2 * x + y


def bare(x, y):
    """Mistake."""
    return x * x
'''


def _course(home: Path, rubric: str = RUBRIC, reference: str = REFERENCE) -> Path:
    (home / "rubrics").mkdir(parents=True)
    (home / "reference").mkdir()
    (home / "rubrics/powers.yaml").write_text(rubric, "utf-8")
    (home / "reference/powers.py").write_text(reference, "utf-8")
    return home


@pytest.fixture(scope="module")
def powers(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """An assignment in which mistakes coincide with the truth, and each other, on some numbers."""
    return load_assignment(_course(tmp_path_factory.mktemp("powers") / "course"), "powers")


def _is_fair(x: int, y: int) -> bool:
    """Worked out by hand: with a tolerance of a half, integers coincide where they are equal."""
    truth, double, bare = x * x + y, 2 * x + y, x * x
    refused = x == 5 or (x == 6 and y == 3)
    return not refused and len({truth, double, bare}) == 3


@given(seed=st.binary(min_size=1, max_size=32))
def test_no_variant_is_dealt_out_on_which_a_mistake_coincides(
    powers: Assignment, seed: bytes
) -> None:
    one = deal(powers, seed)
    assert _is_fair(one.numbers["x"], one.numbers["y"])
    spec = powers.rubric.variants
    assert spec is not None
    for tries in range(one.tries):  # and nothing fit was passed over
        passed = draw(spec, seed, tries).numbers
        assert not _is_fair(passed["x"], passed["y"])


def test_what_is_unfit_is_told_with_part_criterion_and_mistake(powers: Assignment) -> None:
    assert unfair(powers, {"x": 3, "y": 1}) == ""
    told = unfair(powers, {"x": 2, "y": 1})
    assert "part '1', criterion 'value'" in told
    assert "'doubled'" in told
    assert "the truth" in told
    assert "'forgot'" in unfair(powers, {"x": 3, "y": 0})
    assert "five is refused" in unfair(powers, {"x": 5, "y": 1})
    assert "NaN" in unfair(powers, {"x": 6, "y": 3})
    both = unfair(powers, {"x": 3, "y": 3})
    assert "'forgot' cannot be told from 'doubled'" in both


def test_a_coarse_tolerance_makes_near_numbers_unfit(tmp_path: Path) -> None:
    coarse = RUBRIC.replace("absolute: 0.5", "absolute: 2")
    loaded = load_assignment(_course(tmp_path / "c", coarse), "powers")
    assert unfair(loaded, {"x": 4, "y": 2})
    assert not unfair(loaded, {"x": 4, "y": 3})


def test_an_answer_is_compared_in_the_form_in_which_it_is_read(tmp_path: Path) -> None:
    rubric = RUBRIC.replace("read: {kind: number}", "read: {kind: shape}")
    rubric = rubric.replace("{kind: number, absolute: 0.5}", "{kind: size}")
    reference = (
        "def square(x, y):\n    return [x + 1, y + 4]\n\n\n"
        "def double(x, y):\n    return [y + 4, x + 1] if x == 3 else [99, x + 1]\n\n\n"
        "def bare(x, y):\n    return [77, 78]\n"
    )
    loaded = load_assignment(_course(tmp_path / "c", rubric, reference), "powers")
    assert unfair(loaded, {"x": 2, "y": 1}) == ""
    # channels may come first in a size, so this mistake would be taken for the truth
    assert "'doubled' cannot be told from the truth" in unfair(loaded, {"x": 3, "y": 1})


def test_random_variants_are_fair_and_reproducible(powers: Assignment) -> None:
    some = variants(powers, 50, seed=7)
    assert some == variants(powers, 50, seed=7)
    assert some != variants(powers, 50, seed=8)
    assert all(_is_fair(one.numbers["x"], one.numbers["y"]) for one in some)
    plain = draws(powers, 300)
    expected = [not _is_fair(one.numbers["x"], one.numbers["y"]) for one in plain]
    assert [bool(unfair(powers, one.numbers)) for one in plain] == expected
    assert any(expected)
    assert not all(expected)


def test_where_none_can_be_dealt_out_it_is_told_why(tmp_path: Path) -> None:
    narrow = RUBRIC.replace("x: {from: 0, to: 6}", "x: {choose: [0, 2]}")
    with pytest.raises(ReferenceProblem) as caught:
        load_assignment(_course(tmp_path / "c", narrow), "powers")
    assert "none can be dealt out" in str(caught.value)
    assert "'doubled' cannot be told from the truth" in str(caught.value)


def test_constraints_hold_together_and_one_that_never_does_is_named(tmp_path: Path) -> None:
    where = "  where:\n    - {holds: apart, given: {x: {vary: x}, by: 2, y: {vary: y}}}\nparts:"
    reference = REFERENCE + (
        '\n\ndef apart(x, by, y):\n    """Whether they differ."""\n    return abs(x - y) > by\n'
    )
    rubric = RUBRIC.replace("parts:", where, 1)
    loaded = load_assignment(_course(tmp_path / "a", rubric, reference), "powers")
    for one in variants(loaded, 40):
        assert abs(one.numbers["x"] - one.numbers["y"]) > 2
    never = rubric.replace("by: 2", "by: 20")
    with pytest.raises(VariantProblem, match="apart does not hold"):
        load_assignment(_course(tmp_path / "b", never, reference), "powers")


def test_a_constraint_that_asks_for_what_is_no_number_says_so(tmp_path: Path) -> None:
    rubric = RUBRIC.replace("parts:", "  where:\n    - {holds: odd}\nparts:", 1)
    reference = REFERENCE + '\n\ndef odd(z):\n    """Odd."""\n    return z % 2 == 1\n'
    with pytest.raises(VariantProblem, match="odd asks for 'z'"):
        load_assignment(_course(tmp_path / "c", rubric, reference), "powers")


@pytest.mark.parametrize(
    ("wrong", "instead", "line", "said"),
    [
        ("{vary: y}}", "{vary: z}}", 16, "there is no number 'z' in variants"),
        ("{{ x }} to", "{{ q }} to", 10, "'q' is undefined"),
        ("to: 3}", "too: 3}", 6, "did you mean 'to'"),
        ("from: 0,", "from: .nan,", 5, "no finite number"),
        ("x: {from: 0", '"2x": {from: 0', 5, "no name of a number"),
        ("x: {from: 0", "title: {from: 0", 5, "a meaning of its own"),
    ],
)
def test_a_slip_in_the_rubric_is_told_with_its_line(
    tmp_path: Path, wrong: str, instead: str, line: int, said: str
) -> None:
    assert wrong in RUBRIC
    home = _course(tmp_path / "c", RUBRIC.replace(wrong, instead, 1))
    with pytest.raises(RubricError) as caught:
        load_assignment(home, "powers")
    assert said in str(caught.value)
    assert f"powers.yaml:{line}:" in str(caught.value)


@pytest.mark.parametrize("field", ["points: 1\n    ask", "credit: 0,"])
def test_points_are_the_same_for_all(tmp_path: Path, field: str) -> None:
    name = field.partition(":")[0]
    said = field.replace("1", "{vary: x}").replace("0", "{vary: x}")
    with pytest.raises(RubricError, match=f"'{name}' is the same for all students"):
        load_assignment(_course(tmp_path / "c", RUBRIC.replace(field, said, 1)), "powers")


def test_a_reference_that_breaks_on_some_numbers_is_the_instructor_s_to_mend(
    tmp_path: Path,
) -> None:
    broken = REFERENCE.replace('raise ValueError("five is refused")', 'raise RuntimeError("five")')
    home = _course(tmp_path / "c", reference=broken)

    def some() -> None:
        variants(load_assignment(home, "powers"), 100)

    with pytest.raises(VariantProblem) as caught:
        some()
    for told in ("part '1', criterion 'value'", "x = 5", "RuntimeError: five"):
        assert told in str(caught.value)


@given(seed=st.binary(min_size=1, max_size=8))
def test_a_variant_is_the_same_after_it_was_stored(powers: Assignment, seed: bytes) -> None:
    spec = powers.rubric.variants
    assert spec is not None
    one = draw(spec, seed)
    assert Variant.of(json.loads(json.dumps(one.plain()))) == one
    for damaged in ({}, {**one.plain(), "numbers": 3}, {**one.plain(), "tries": True}):
        with pytest.raises(ValueError, match="no variant"):
            Variant.of(damaged)


def test_a_template_in_a_rubric_reaches_nothing_but_numbers(tmp_path: Path) -> None:
    attack = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    home = _course(tmp_path / "c", RUBRIC.replace("What is {{ x }}", attack))
    with pytest.raises(RubricError):
        load_assignment(home, "powers")


def test_the_rubric_s_hash_is_of_what_is_written_not_of_anybody_s_numbers(
    tmp_path: Path, powers: Assignment
) -> None:
    for one in variants(powers, 3):
        assert powers.of(one).rubric.hash == powers.rubric.hash
    literal = RUBRIC.replace("y: {vary: y}", f"y: {draws(powers, 1)[0].numbers['y']}")
    other = load_assignment(_course(tmp_path / "c", literal, REFERENCE), "powers")
    assert other.rubric.hash != powers.rubric.hash


def test_numbers_dealt_out_stay_though_a_mistake_is_found_later(tmp_path: Path) -> None:
    """On paper already: the draw is kept, whatever is known to be unfit now."""
    home = _course(tmp_path / "c")
    seed = b"a seed"
    loaded = load_assignment(home, "powers")
    before = deal(loaded, seed)
    x, y = before.numbers["x"], before.numbers["y"]
    later = REFERENCE.replace("return 2 * x + y", f"return x * x + y if x == {x} else 2 * x + y")
    (home / "reference/powers.py").write_text(later, "utf-8")
    now = load_assignment(home, "powers")
    assert unfair(now, {"x": x, "y": y})
    assert deal(now, seed) != before
    assert redrawn(now.rubric, seed, before.tries, before.id) == before
    assert redrawn(now.rubric, b"another", before.tries, before.id) is None


# -- the secret


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    with pytest.raises(VariantProblem, match="grader paper"):
        secret(tmp_path)
    assert not place(tmp_path).exists()
    made = secret(tmp_path, make=True)
    assert len(made) == 32
    assert stat.S_IMODE(place(tmp_path).stat().st_mode) == 0o600
    assert secret(tmp_path, make=True) == made == secret(tmp_path)
    assert [path.name for path in place(tmp_path).parent.iterdir()] == ["secret"]


def test_a_secret_that_others_can_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    secret(tmp_path, make=True)
    place(tmp_path).chmod(0o644)
    with pytest.raises(VariantProblem, match="chmod 600"):
        secret(tmp_path)
    place(tmp_path).chmod(0o600)
    place(tmp_path).write_text("oops", "utf-8")
    with pytest.raises(VariantProblem, match="no secret of variants") as caught:
        secret(tmp_path)
    assert "oops" not in str(caught.value)


def test_elsewhere_the_secret_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = os.urandom(32)
    monkeypatch.setenv(VARIABLE, own.hex() + "\n")
    assert secret(tmp_path) == own
    monkeypatch.setenv(VARIABLE, "not this one")
    with pytest.raises(VariantProblem) as caught:
        secret(tmp_path)
    assert "not this one" not in str(caught.value)
