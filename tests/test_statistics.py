"""Statistics of a class: laws, a second route, and examples that were worked by hand."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import MistakeSeen
from grader.statistics import Statistics, Tally, agreement, alpha, group, pearson, upper

LEVELS = [Fraction(n, 4) for n in range(5)]
CLASS = st.integers(2, 6).flatmap(
    lambda parts: st.lists(
        st.lists(st.sampled_from(LEVELS), min_size=parts, max_size=parts), min_size=5, max_size=40
    )
)
PAIRS = st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS)), min_size=5)


@dataclass(frozen=True)
class Cell:
    id: str
    state: str
    earned: Fraction | None
    mistakes: tuple[MistakeSeen, ...] = ()


def of(
    rows: Sequence[Sequence[Any]], possible: int = 1, made: dict[int, str] | None = None
) -> Statistics:
    """The statistics of students × parts; None is an open mark. ``made``: student → mistake in part 0."""
    tally = Tally({str(n): Fraction(possible) for n in range(len(rows[0]))})
    for student, row in enumerate(rows):
        seen = (MistakeSeen(id=made[student], says="x"),) if made and student in made else ()
        tally.add(
            Cell(
                str(n),
                "waits" if value is None else "right",
                None if value is None else Fraction(value),
                () if n else seen,
            )
            for n, value in enumerate(row)
        )
    return tally.statistics()


def kinds(found: Statistics, part: str = "0") -> set[str]:
    return {doubt.kind for doubt in found.doubts if doubt.part == part}


# Worked by hand: five students, three parts.
# variances: part 0 (1,2,3,4,5) 2.5; part 1 (2,2,4,4,3) 1; part 2 (1,3,2,4,5) 2.5; their sum 6.
# totals 4,7,9,12,13: mean 9, squares 25+4+0+9+16 = 54, variance 13.5.
# alpha = 3/2 (1 - 6/13.5) = 5/6; SEM = sqrt(13.5 / 6) = 1.5.
HAND = [[1, 2, 1], [2, 2, 3], [3, 4, 2], [4, 4, 4], [5, 3, 5]]


def test_alpha_and_the_error_of_an_example_worked_by_hand() -> None:
    total = of(HAND, possible=5).reliability
    assert total.alpha == pytest.approx(5 / 6)
    assert total.error == pytest.approx(1.5)
    # without part 1: parts 2.5 + 2.5, totals 2,5,5,8,10: mean 6, squares 16+1+1+4+16 = 38, 9.5
    assert total.without["1"] == pytest.approx(2 * (1 - 5 / 9.5))


def test_discrimination_of_an_example_worked_by_hand() -> None:
    # part 1 against the rest 2,5,5,8,10: deviations (-1,-1,1,1,0) and (-4,-1,-1,2,4)
    # products 4+1-1+2+0 = 6; squares 4 and 38
    assert of(HAND, possible=5).items[1].discrimination == pytest.approx(6 / 152**0.5)


def test_alpha_of_two_halves_is_the_formula_of_flanagan_and_rulon() -> None:
    """Split halves: 1 − var(difference) / var(sum) (Rulon 1939)."""
    halves = np.array([[3.0, 1], [1, 2], [4, 4], [5, 3], [2, 2], [6, 5]])
    rulon = 1 - (halves[:, 0] - halves[:, 1]).var(ddof=1) / halves.sum(axis=1).var(ddof=1)
    assert alpha(halves) == pytest.approx(rulon)


@given(CLASS)
def test_alpha_agrees_with_the_matrix_of_covariances(rows: list[list[Fraction]]) -> None:
    points = np.array(rows, dtype=float)
    varied = points[:, np.ptp(points, axis=0) > 0]
    found = alpha(points)
    if found is None:
        return
    matrix = np.cov(varied, rowvar=False)
    count = len(matrix)
    assert found <= 1
    assert found == pytest.approx(count / (count - 1) * (1 - np.trace(matrix) / matrix.sum()))


@given(
    st.lists(st.integers(0, 9), min_size=5, max_size=30).filter(lambda x: len(set(x)) > 1),
    st.integers(2, 6),
)
def test_parts_that_are_copies_give_alpha_one(values: list[int], copies: int) -> None:
    assert alpha(np.array([[float(v)] * copies for v in values])) == pytest.approx(1)


@given(CLASS, st.integers(1, 9), st.integers(-5, 5))
def test_units_and_constants_change_no_reliability(
    rows: list[list[Fraction]], scale: int, constant: int
) -> None:
    points = np.array(rows, dtype=float)
    before, after = alpha(points), alpha(scale * points + constant)
    assert before == (None if after is None else pytest.approx(after, abs=1e-9))


@given(CLASS, st.randoms(use_true_random=False))
def test_the_order_of_students_changes_nothing(
    rows: list[list[Fraction]], chance: random.Random
) -> None:
    turned = [*rows]
    chance.shuffle(turned)
    one, other = of(rows), of(turned)
    for a, b in zip(one.items, other.items, strict=True):
        for name in ("difficulty", "deviation", "discrimination", "upper_lower"):
            x, y = getattr(a, name), getattr(b, name)
            assert x == (None if y is None else pytest.approx(y, abs=1e-9))
        assert (a.bins, a.compared) == (b.bins, b.compared)
    assert kinds(one) == kinds(other)


@given(CLASS)
def test_discrimination_lies_between_minus_one_and_one(rows: list[list[Fraction]]) -> None:
    for item in of(rows).items:
        assert item.discrimination is None or -1 <= item.discrimination <= 1
        assert item.upper_lower is None or -1 <= item.upper_lower <= 1
        assert sum(item.bins) == item.decided == len(rows)


def test_a_copy_of_the_rest_discriminates_fully() -> None:
    assert of([[n, n] for n in range(6)], possible=5).items[0].discrimination == pytest.approx(1)


@given(st.lists(st.integers(0, 4).map(float), min_size=1, max_size=50))
def test_the_upper_group_has_its_size_and_treats_equals_alike(values: list[float]) -> None:
    found = upper(np.array(values))
    assert found.sum() == pytest.approx(group(len(values)))
    for value in set(values):
        assert len({float(w) for v, w in zip(values, found, strict=True) if v == value}) == 1


def test_open_marks_are_left_out_and_counted() -> None:
    rows: list[list[Any]] = [[n % 3, n % 2, (n + 1) % 3] for n in range(12)]
    rows[0][0] = rows[1][1] = None
    found = of(rows, possible=2)
    assert [item.decided for item in found.items] == [11, 11, 12]
    assert (found.reliability.students, found.reliability.left_out) == (10, 2)
    same = of(rows[2:], possible=2)
    assert found.reliability.alpha == same.reliability.alpha


def test_a_part_that_waits_for_everybody_does_not_keep_the_total_back() -> None:
    found = of([[None, *row] for row in HAND], possible=5)
    assert found.reliability.unused == ("0",)
    assert found.reliability.alpha == pytest.approx(5 / 6)


def test_four_students_have_no_figures_and_nobody_none() -> None:
    item = of(HAND[:4], possible=5).items[0]
    assert (item.difficulty, item.discrimination, item.upper_lower) == (None, None, None)
    assert of(HAND[:4], possible=5).reliability.alpha is None
    assert Tally({"1": Fraction(1)}).statistics().students == 0
    assert pearson(np.array([1.0] * 9), np.arange(9.0)) is None


@given(PAIRS)
def test_kappa_agrees_with_the_table_of_cohen(pairs: list[tuple[Fraction, Fraction]]) -> None:
    seen, weights = np.zeros((5, 5)), np.array([[(i - j) ** 2 for j in range(5)] for i in range(5)])
    for x, y in pairs:
        seen[LEVELS.index(x), LEVELS.index(y)] += 1 / len(pairs)
    chance = np.outer(seen.sum(axis=1), seen.sum(axis=0))
    found = agreement(pairs)
    if found.kappa is None:
        assert (weights * chance).sum() == pytest.approx(0)
    else:
        assert float(found.kappa) == pytest.approx(
            1 - (weights * seen).sum() / (weights * chance).sum()
        )


@given(st.lists(st.sampled_from(LEVELS), min_size=5))
def test_those_who_always_agree_agree_fully(values: list[Fraction]) -> None:
    found = agreement([(x, x) for x in values])
    assert (found.same, found.difference) == (1, 0)
    assert found.kappa == (1 if len(set(values)) > 1 else None)


def test_parts_that_look_wrong_are_told() -> None:
    turned = [[5 - n // 4, n // 4, n // 4, n // 4] for n in range(20)]
    assert {"negative", "alpha"} <= kinds(of(turned, possible=5))
    assert kinds(of([[0, n % 3] for n in range(9)], possible=2)) == {"nobody"}
    assert kinds(of([[2, n % 3] for n in range(9)], possible=2)) == {"everybody"}
    assert kinds(of([[0, n % 3] for n in range(4)], possible=2)) == set()


def test_a_mistake_that_the_best_made_points_at_the_key() -> None:
    rows = [[n % 2, n, n] for n in range(20)]
    best, worst = dict.fromkeys(range(16, 20), "sign"), dict.fromkeys(range(9), "sign")
    assert "mistake" in kinds(of(rows, possible=20, made=best))
    assert "mistake" not in kinds(of(rows, possible=20, made=worst))


def test_a_way_that_is_no_mistake_is_not_counted() -> None:
    tally = Tally({"0": Fraction(1)}, {("0", "own")})
    ways = (MistakeSeen(id="own", says=""), MistakeSeen(id="sign", says="s"))
    tally.add([Cell("0", "right", Fraction(1), ways), Cell("9", "right", Fraction(1))])
    assert [(m.id, m.students) for m in tally.statistics().mistakes] == [("sign", 1)]
