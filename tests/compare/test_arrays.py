"""Arrays, tensors and nested lists of numbers, held against each other."""

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.compare import comparators
from grader.compare.array import Array
from grader.model import Opaque, Tensor

SHAPES = arrays.array_shapes(max_dims=3, max_side=4)
FLOATS = arrays.arrays(np.float64, SHAPES, elements=st.floats(-1e6, 1e6))
WHOLE = st.lists(st.integers(-(2**70), 2**70), min_size=1, max_size=6)


def right(value: Any, truth: Any, **options: Any) -> bool:
    verdict = Array(**options).compare(value, truth)
    assert verdict.certain, verdict
    return verdict.credit == 1


@pytest.mark.parametrize(
    "text",
    [
        "[[1, 2], [3, 4]]",
        "[[1. 2.]\n [3. 4.]]",
        "array([[1, 2], [3, 4]], dtype=int8)",
        "x = np.array([[1, 2], [3, 4]])",
        "tensor([[1., 2.],\n        [3., 4.]], device='cuda:0', grad_fn=<AddBackward0>)",
        "[1 2; 3 4]",
        "((1, 2), (3, 4))",
        "1 2\n3 4",
        "[[np.float64(1.0), np.float64(2.0)], [np.int64(3), 4]]",
        "[tensor([1, 2]), tensor([3, 4])]",
        "[array([1., 2.]), array([3., 4.])]",
        "[[1e0, 0.2e1], [+3, 4.0]]",
    ],
)
def test_every_usual_way_of_writing_is_read(text: str) -> None:
    assert right(text, [[1, 2], [3, 4]])
    assert not right(text, [[1, 2], [3, 5]])


def test_numbers_on_lines_are_a_vector_and_semicolons_in_brackets_make_a_column() -> None:
    assert right("1\n2\n3\n", [1, 2, 3])
    assert right("[1; 2; 3]", [[1], [2], [3]])
    assert right("7", 7)
    assert right("[7]", [7])


@given(
    arrays.arrays(
        st.sampled_from([np.float64, np.float32, np.int16, np.complex128, np.uint64, np.bool_]),
        SHAPES,
    )
)
def test_whatever_numpy_prints_is_read_again(one: Any) -> None:
    if np.iscomplexobj(one):
        one = np.nan_to_num(one, nan=1, posinf=2, neginf=3)
    with np.printoptions(floatmode="unique", threshold=10_000):
        for text in (str(one), repr(one), str(one.tolist()), repr(list(one))):
            assert right(text, one, nan="same-place"), text


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_numbers_next_to_0_are_as_near_as_their_type_can_tell(kind: Any) -> None:
    one = np.array([np.finfo(kind).smallest_subnormal], dtype=kind)
    with np.printoptions(floatmode="unique"):
        assert right(str(one), one)
    assert not right([0.5], one)
    assert not right([0.0, 1.0], np.array([0.0, 2.0], dtype=kind))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[1, 2", "not closed"),
        ("[1, 2)", "closes"),
        ("[1,, 2]", "comma"),
        ("[1, x]", "“x”"),
        ("[1.2.3]", "no number"),
        ("[1 2 ... 9]", "dots"),
        ("[[1, 2], [3]]", "different lengths: 1, 2"),
        ("[1, [2, 3]]", "mixed"),
        ("[True, 1]", "truth values and numbers"),
        ("9**9**9", "no number"),
        ("__import__('os')", "no number"),
        ("[1e999]", "larger"),
        ("[" * 1_000_000, "deep"),
        ("9" * 1_000_000, "digits"),
        ("1, " * 1_000_000, "characters"),
        ("\ud800", "no number"),
        ("", "nothing"),
    ],
)
def test_what_is_no_array_is_invalid_with_a_hint(text: str, hint: str) -> None:
    verdict = Array().compare(text, [1, 2])
    assert verdict.invalid
    assert hint in verdict.reason


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (None, "nothing"),
        ({"a": 1}, "dict"),
        (object(), "object"),
        (np.ma.array([1, 2]), "masked"),
        (np.array([(1, 2)], dtype="i4,i4"), "one field"),
        (np.array([None, 1]), "objects"),
        (np.array(["1", "2"]), "texts"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "dates"),
        ([1, None], "missing"),
        (Opaque(type="scipy.sparse.csr_matrix", why="no plain value"), "csr_matrix"),
        ([True, False], "numbers are asked for"),
    ],
)
def test_values_of_other_types_are_invalid(value: Any, hint: str) -> None:
    verdict = Array().compare(value, [1, 2])
    assert verdict.invalid
    assert hint in verdict.reason


def test_numbers_are_no_truth_values() -> None:
    assert right([True, False], [True, False])
    assert not right([True, True], [True, False])
    assert Array().compare([1, 0], [True, False]).invalid


def test_lists_in_themselves_end() -> None:
    ring: list[Any] = []
    ring += [ring, ring]
    assert Array().compare(ring, [1]).invalid


@pytest.mark.parametrize(
    ("value", "truth", "miss"),
    [
        ([-1.5, 2], [1.5, -2], "sign"),
        ([[1, 3], [2, 4]], [[1, 2], [3, 4]], "shape-transposed"),
        ([[1, 3, 5], [2, 4, 6]], [[1, 2], [3, 4], [5, 6]], "shape-transposed"),
        ([[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4], [5, 6]], "shape"),
        ([1, 2], [1, 2, 3], "shape"),
        ([3, 2, 1], [1, 2, 3], "order-reversed"),
        ([2, 1, 3], [1, 2, 3], "permuted"),
        ([2, 3, 4], [1, 2, 3], "off-by-one"),
        ([0.01, 0.02], [1, 2], "factor-hundred"),
        ([10.0, 25.0], [1, 2.5], "factor-ten"),
        ([1, 4, 9], [1, 2, 3], "squared"),
        ([1, 2, 3], [1, 4, 9], "rooted"),
        ([1, 2.5, 3], [1, 2, 3], ""),
        ([-math.inf, 1], [math.inf, 1], ""),
        ([-1.0, math.nan], [1, 2], ""),
    ],
)
def test_the_kind_of_miss_is_told_where_all_elements_show_it(
    value: Any, truth: Any, miss: str
) -> None:
    verdict = Array().compare(value, truth)
    assert (verdict.credit, verdict.miss) == (0, miss)


def test_the_reason_says_how_many_are_out_how_far_and_where() -> None:
    verdict = Array(absolute=0.01).compare([[1.0, 2.5], [math.nan, 4.0]], [[1.0, 2.0], [3.0, 4.0]])
    assert verdict.reason == (
        "2 of 4 elements are out; the greatest difference is 0.5, at [0, 1];"
        " 1 is NaN, first at [1, 0]"
    )
    assert verdict.read == "[[1.0, 2.5], [nan, 4.0]]"


def test_nan_and_infinity_by_their_options() -> None:
    odd = [1.0, math.nan, math.inf]
    assert not Array().compare(odd, odd).certain
    assert right(odd, odd, nan="same-place")
    assert not Array(nan="same-place", infinities="never").compare(odd, odd).certain
    assert not right([1.0, 2.0, math.inf], odd, nan="same-place")
    assert not right([1.0, math.nan, -math.inf], odd, nan="same-place")
    assert not right([math.nan, 1.0], [0.0, 1.0], nan="same-place")
    assert Array(nan="same-place").compare([-1.0, 4.0], [math.nan, 2.0]).miss == ""
    assert not right([math.inf], [1.0], relative=0.5)
    assert not right([1.0], [math.inf], relative=0.5)


def test_differences_beyond_the_largest_float_are_decided() -> None:
    assert right([1e308], [-1e308], relative=10)
    assert not right([1e308], [-1e308], relative=1.5)
    assert not right([1e308], [-1e308], absolute=1e299)


def test_types_matter_where_that_is_asked() -> None:
    single = np.array([1, 2], np.float32)
    assert right(single, [1.0, 2.0], dtype="kind")
    assert not right([1, 2], [1.0, 2.0], dtype="kind")
    assert right(single, single.astype(">f4"), dtype="exact")
    verdict = Array(dtype="exact").compare(single, np.array([1.0, 2.0]))
    assert (verdict.miss, "float32" in verdict.reason) == ("dtype", True)
    half = Tensor(array=np.array([1.0, 2.0], np.float32), dtype="bfloat16")
    assert not right(half, single, dtype="exact")


def test_what_a_short_type_loses_goes_to_a_person() -> None:
    verdict = Array(relative=1e-9).compare(np.array([0.1, 0.2], np.float32), [0.1, 0.2])
    assert (verdict.certain, verdict.credit) == (False, 1)
    assert not right(np.array([0.1, 0.3], np.float32), [0.1, 0.2], relative=1e-9)


def test_shapes_may_be_spread_or_squeezed_where_allowed() -> None:
    assert not right([[1], [2]], [1, 2])
    assert right([[1], [2]], [1, 2], shape="squeeze")
    assert right(1, [[1, 1], [1, 1]], shape="broadcast")
    assert not right([1, 1, 1], [[1, 1], [1, 1]], shape="broadcast")


def test_empty_arrays_are_right_where_their_shapes_are() -> None:
    assert right([], [])
    assert right(np.zeros((0, 3)), np.zeros((0, 3)))
    assert not right(np.zeros((0, 3)), np.zeros((3, 0)))
    assert not right([], [1])


def test_a_share_may_do_or_earn() -> None:
    nearly = [1.0, 2.0, 3.0, 9.0]
    assert right(nearly, [1, 2, 3, 4], share=0.75)
    assert not right(nearly, [1, 2, 3, 4], share=0.8)
    assert Array(credit="share").compare(nearly, [1, 2, 3, 4]).credit == Fraction(3, 4)


def test_decimals_at_the_edge_of_a_tolerance_are_inside() -> None:
    assert right([100.01], [100.0], absolute=0.01)
    assert not right([100.0100001], [100.0], absolute=0.01)


def test_large_integers_are_compared_exactly_in_any_type() -> None:
    assert not right(np.array([2**64 - 1], np.uint64), np.array([-1], np.int64))
    assert not right(np.array([2**53 + 1]), np.array([2.0**53]), absolute=0)
    assert not right([10**30 + 1], [10**30])
    assert right([10**30], [10**30])
    assert right(np.array([5], np.uint8), np.array([5], np.int64))


@given(WHOLE, WHOLE, st.integers(0, 2**71))
def test_integers_agree_with_python(one: list[int], other: list[int], room: int) -> None:
    other = (other * 6)[: len(one)]
    assert right(one, other) == (one == other)
    assert right(one, one)
    wide = float(room)
    if all(abs(abs(a - b) - wide) > wide * 1e-9 for a, b in zip(one, other, strict=True)):
        want = all(abs(a - b) <= wide for a, b in zip(one, other, strict=True))
        if all(abs(b) < 2**40 * max(wide, 1) for b in other):  # beyond it a float's slack counts
            assert right(one, other, absolute=wide) == want


@given(FLOATS, st.data())
def test_neither_layout_nor_byte_order_nor_copies_matter(one: Any, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from([one, one + 1e-3, np.roll(one, 1), one * (1 + 1e-7)]))
    plain = Array(absolute=1e-4).compare(one, other)
    wide = np.zeros((*one.shape, 2))
    wide[..., 0] = one
    ways = [
        np.asfortranarray(one),
        one.astype(">f8"),
        wide[..., 0],
        one[::-1].copy()[::-1],
        one.tolist(),
        one.astype(np.longdouble),
        one.astype(complex),
    ]
    for way in ways:
        for truth in (other, np.asfortranarray(other), other.tolist()):
            verdict = Array(absolute=1e-4).compare(way, truth)
            assert verdict.credit == plain.credit
            if not np.iscomplexobj(way):
                assert verdict.miss == plain.miss
                exact = (
                    getattr(way, "dtype", None) != np.longdouble
                )  # its differences have more digits
                assert plain.credit or verdict.reason == plain.reason or not exact


@given(FLOATS, st.sampled_from([np.float16, np.float32, np.float64, np.int32, np.uint16]))
def test_values_that_a_type_holds_are_equal_to_themselves_in_any_other(one: Any, kind: Any) -> None:
    held = np.clip(np.abs(one), 0, 1000).astype(kind)
    for other in (np.float64, np.longdouble, np.complex128):
        assert right(held, held.astype(other), absolute=0)


@given(FLOATS, st.floats(0, 10), st.floats(0, 10), st.integers(0, 9))
def test_a_wider_tolerance_never_turns_right_into_wrong(
    one: Any, small: float, more: float, seed: int
) -> None:
    other = one + np.random.default_rng(seed).normal(size=one.shape)
    for name in ("absolute", "relative"):
        if right(one, other, **{name: small}):
            assert right(one, other, **{name: small + more})


@given(FLOATS, st.floats(0, 2), st.floats(0, 0.5), st.integers(0, 9))
def test_sum_agrees_with_isclose(one: Any, atol: float, rtol: float, seed: int) -> None:
    other = one * (1 + np.random.default_rng(seed).normal(size=one.shape) / 4)
    size = np.abs(one - other) - (atol + rtol * np.abs(other))
    if (np.abs(size) < 1e-9 * (1 + np.abs(one))).any():
        return  # at the very edge rounding decides
    want = bool(np.isclose(one, other, rtol, atol).all())
    assert right(one, other, absolute=atol, relative=rtol, combine="sum") == want


def test_either_all_and_sum_combine_the_tolerances() -> None:
    for value, either, every, both in [(10.5, 1, 0, 1), (10.05, 1, 1, 1), (11.05, 0, 0, 1)]:
        for combine, want in (("either", either), ("all", every), ("sum", both)):
            assert right([value], [10], absolute=0.1, relative=0.1, combine=combine) == want


@given(FLOATS, st.data())
def test_signs_orders_and_scales_that_are_free_do_not_matter(one: Any, data: st.DataObject) -> None:
    one = one + np.arange(one.size).reshape(one.shape) * 0.125
    order = np.array(data.draw(st.permutations(range(len(one)))))
    assert right(-one, one, up_to="sign")
    assert right(one[order], one, up_to="row-order")
    columns = np.array(data.draw(st.permutations(range(one.shape[-1]))))
    assert right(one[..., columns], one, up_to="column-order")
    factor = data.draw(st.sampled_from([2.0, -0.5, 1e3]))
    assert right(one * factor, one, up_to="scale", absolute=1e-3)
    if one.ndim > 1:
        signs = np.array(
            data.draw(
                st.lists(
                    st.sampled_from([-1.0, 1.0]), min_size=one.shape[-1], max_size=one.shape[-1]
                )
            )
        )
        assert right(one * signs, one, up_to="column-sign")


def test_freedoms_do_not_free_more_than_they_say() -> None:
    assert not right([-1, 2], [1, 2], up_to="sign")
    assert not right([[1, -2], [3, 4]], [[1, 2], [3, 4]], up_to="column-sign")
    assert not right([[1, 4], [3, 2]], [[1, 2], [3, 4]], up_to="row-order")
    assert not right([0, 0], [1, 2], up_to="scale")
    assert not right([1, 2], [0, 0], up_to="scale")
    assert not right([0, 0, 1], [0, 1, 1], up_to="labels")


def test_orders_of_many_rows_are_decided_or_left_open() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 2))
    assert right(rows[::-1], rows, up_to="row-order")
    assert not right(rows + 10, rows, up_to="row-order")
    assert not right(rows[:, 0] + 1e-3, rows[:, 0], up_to="row-order")


def brute(one: list[int], other: list[int]) -> int:
    names = sorted(set(other)) + [100 + i for i in range(5)]
    own = sorted(set(one))
    return max(
        sum(dict(zip(own, to, strict=True))[a] == b for a, b in zip(one, other, strict=True))
        for to in itertools.permutations(names, len(own))
    )


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=9))
def test_labels_agree_with_trying_all_bijections(pairs: list[tuple[int, int]]) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    verdict = Array(up_to="labels", credit="share").compare(one, other)
    assert verdict.credit == Fraction(brute(one, other), len(one))
    assert right(one, other, up_to="labels") == (brute(one, other) == len(one))


def test_labels_are_whole_numbers() -> None:
    assert Array(up_to="labels").compare([0.5, 1.0], [0, 1]).invalid
    assert right([2.0, 7.0], [0, 1], up_to="labels")
    assert right([-(10**15), 10**15], [0, 1], up_to="labels")


def test_a_thousand_by_a_thousand_in_every_form() -> None:
    truth = np.random.default_rng(0).normal(size=(1000, 1000))
    assert right(truth * (1 + 1e-9), truth)
    spoilt = truth.copy()
    spoilt[998, 997] += 1
    for one, other in ((spoilt, truth), (np.asfortranarray(spoilt), np.asfortranarray(truth))):
        assert "1 of 1,000,000 elements is out; the greatest difference is 1, at [998, 997]" in (
            Array().compare(one, other).reason
        )


@pytest.mark.parametrize(
    "options",
    [
        {"absolute": -1},
        {"relative": math.nan},
        {"absolute": "1"},
        {"absolute": True},
        {"share": 0},
        {"share": 2},
        {"up_to": "rows"},
        {"nan": "equal"},
    ],
)
def test_wrong_options_are_known_when_the_rubric_is_loaded(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=str(next(iter(options)))):
        comparators.build("array", options)


@pytest.mark.parametrize(
    "up_to", ["sign", "column-sign", "column-order", "row-order", "labels", "scale"]
)
@pytest.mark.parametrize(
    "value", [0, [], [[]], [math.nan, math.inf], [2**64, -(2**64)], [1e308, -1e308]]
)
def test_every_freedom_takes_every_array(up_to: Any, value: Any) -> None:
    for truth in (0, [], [[]], [1, 2], [1e308, 1.0], [2**64, 0]):
        verdict = Array(up_to=up_to, nan="same-place").compare(value, truth)
        assert 0 <= verdict.credit <= 1
        assert verdict.reason


def test_examples_say_what_they_promise() -> None:
    first, second, *_ = Array.EXAMPLES
    assert right(first["text"], first["truth"], **first["options"])
    assert Array(**second["options"]).compare(second["text"], second["truth"]).miss


def test_a_number_of_thousands_of_digits_is_only_wrong():
    for value in (10**5000, [10**5000], [[1], [-(10**5000)]]):
        verdict = Array().compare(value, [1])
        assert verdict.credit == 0
        assert len(verdict.read) < 300


def test_differences_can_be_kept_from_the_reason() -> None:
    told, kept = (Array(tell=tell).compare([0, 2], [7, 2]) for tell in (True, False))
    assert "7" in told.reason
    assert "7" not in kept.reason
    assert "[0]" in kept.reason


def test_a_factor_that_most_elements_have_goes_to_a_person() -> None:
    assert not Array(up_to="scale", credit="share").compare([2, 4, 6, 9], [1, 2, 3, 4]).certain
