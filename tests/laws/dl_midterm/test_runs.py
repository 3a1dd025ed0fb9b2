"""Judgements of runs, against the reference's own functions and against many simulated samples."""

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.dl_midterm import (
    batch_norm,
    batch_norm_runs,
    curve_runs,
    loocv,
    loocv_runs,
    sample_runs,
)

JUDGES = (
    "mean_is_right",
    "variance_is_right",
    "mean_is_loaded",
    "variance_is_loaded",
    "quotient_is_right",
    "scale_is_right",
)
RIGHT = dict.fromkeys(JUDGES, "1")


def run_of(forward: Callable[..., Any], seed: int) -> dict[str, Any]:
    """What calls of a forward pass of the reference gave; it takes another route than the judge."""
    cases = []
    for args in batch_norm_runs.batches(seed):
        try:
            given = forward(*copy.deepcopy(args))
        except ValueError:  # this mistake has no test mode
            given = batch_norm.forward(*copy.deepcopy(args))
        after = [*args[:4], {"mu": given["mu"], "var": given["var"]}, *args[5:]]
        cases.append({"args": args, "ended": "done", "result": given["out"], "after": after})
    return {"cases": cases}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("forward", {}),
        ("forward_eps_outside", {}),
        ("forward_eps_added_after", {}),
        ("forward_sample_variance", {"variance_is_right": "0"}),
        (
            "forward_over_features",
            {"mean_is_right": "0", "variance_is_right": "0", "quotient_is_right": "0"},
        ),
        ("forward_without_root", {"quotient_is_right": "0"}),
        ("forward_batch_in_test", {"mean_is_loaded": "0", "variance_is_loaded": "0"}),
        ("forward_running_in_training", {"quotient_is_right": "0"}),
        ("forward_shares_swapped", {}),
        ("forward_without_scale_and_shift", {"scale_is_right": "0"}),
        ("forward_scale_and_shift_swapped", {"scale_is_right": "0"}),
    ],
)
def test_each_forward_pass_of_the_reference_is_told_by_what_it_gives(
    name: str, lost: dict[str, str], seed: int
) -> None:
    run = run_of(getattr(batch_norm, name), seed)
    assert {j: getattr(batch_norm_runs, j)(run)["credit"] for j in JUDGES} == RIGHT | lost


def returning(made: Callable[[Any, Any, Any], Any], name: str = "forward") -> dict[str, str]:
    """Credits of a forward pass that gives what ``made`` makes of Z, the normalised Z, and out."""
    run = run_of(getattr(batch_norm, name), 4)
    plain = run_of(getattr(batch_norm, name), 4)
    for case, one in zip(run["cases"], plain["cases"], strict=True):
        Z, gamma, beta = case["args"][:3]  # noqa: N806
        out = np.asarray(one["result"])
        case["result"] = made(np.asarray(Z), (out - beta) / gamma, out)
    return {j: getattr(batch_norm_runs, j)(run)["credit"] for j in JUDGES}


@pytest.mark.parametrize(
    "made",
    [
        lambda z, normed, out: (normed, out),
        lambda z, normed, out: (out, normed),
        lambda z, normed, out: [z, normed, out, out],
        lambda z, normed, out: (z.mean(0), z.var(0), normed, out),
        lambda z, normed, out: {"z_norm": normed, "out": out},
        lambda z, normed, out: {"a": normed, "b": out, "c": z},
        lambda z, normed, out: {"other": z**3, "output": out},
        lambda z, normed, out: ((z, normed), out),
    ],
)
def test_the_result_is_found_beside_the_steps_that_lead_to_it(made: Any) -> None:
    assert returning(made) == RIGHT
    lost = returning(made, "forward_over_features")
    assert (lost["mean_is_right"], lost["quotient_is_right"]) == ("0", "0")


@pytest.mark.parametrize(
    "made",
    [
        lambda z, normed, out: (out, (z - z.mean()) / z.std()),
        lambda z, normed, out: (out, z**3),
        lambda z, normed, out: [out + 1, out],
    ],
)
def test_batches_that_do_not_belong_together_are_left_to_a_person(made: Any) -> None:
    with pytest.raises(ValueError, match=r"belong together|known combination"):
        returning(made)


def test_a_normalised_batch_alone_is_no_step_but_the_result() -> None:
    assert returning(lambda z, normed, out: (z, normed))["scale_is_right"] == "0"


def test_batches_are_never_square_and_each_shape_comes_in_both_modes() -> None:
    calls = batch_norm_runs.batches(5)
    assert all(len(call[0]) != len(call[0][0]) for call in calls)
    assert {call[6] for call in calls} == {"train", "test"}
    assert len({call[0].shape for call in calls}) == 4


@pytest.mark.parametrize("result", [None, [[1.0]], {"opaque": "x"}, "text", [[math.nan] * 3] * 6])
def test_what_is_no_batch_is_left_to_a_person(result: Any) -> None:
    run = {
        "cases": [
            {"args": args, "ended": "done", "result": result} for args in batch_norm_runs.batches(1)
        ]
    }
    for judge in JUDGES:
        with pytest.raises(ValueError, match="batch"):
            getattr(batch_norm_runs, judge)(run)


def drawn(x: Any, y: Any, line: Any = None, of: Any = None) -> dict[str, Any]:
    lines = [] if line is None else [{"x": list(map(float, line)), "y": list(map(float, of))}]
    points = [{"x": list(map(float, x)), "y": list(map(float, y))}]
    return {"figures": [{"axes": [{"points": points, "lines": lines, "texts": []}]}]}


def f(x: Any) -> Any:
    return x - 2 * x**2


def sample(seed: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    x = generator.standard_normal(100)
    return x, f(x) + generator.standard_normal(100)


def verdicts(shown: Any) -> list[tuple[str, bool]]:
    judges = (
        sample_runs.x_is_drawn,
        sample_runs.y_has_noise,
        sample_runs.points_are_shown,
        sample_runs.line_is_smooth,
    )
    found = [judge(shown) for judge in judges]
    return [(one["credit"], one["certain"]) for one in found]


def test_an_honest_sample_is_never_wrong_and_rarely_odd() -> None:
    grid = np.linspace(-3, 3, 50)
    odd = 0
    for seed in range(1500):
        found = verdicts(drawn(*sample(seed), grid, f(grid)))
        assert [credit for credit, _ in found] == ["1"] * 4, seed
        odd += not all(certain for _, certain in found)
    assert odd <= 15


def test_other_samples_are_never_right_for_certain() -> None:
    for seed in range(200):
        generator = np.random.default_rng(seed)
        x, y = sample(seed)
        grid = np.linspace(-3, 3, 100)
        noise = generator.standard_normal(100)
        uniform = generator.uniform(-3, 3, 100)
        assert verdicts(drawn(grid, f(grid) + noise))[0] == ("0", True)
        assert verdicts(drawn(uniform, f(uniform) + noise))[0] != ("1", True)
        assert verdicts(drawn(x, f(x) + noise[0]))[1] == ("0", True)
        assert verdicts(drawn(x, f(x)))[1] == ("0", True)
        assert verdicts(drawn(x, x + 2 * x**2 + noise))[1] == ("0", True)
        assert verdicts(drawn(x, y, x, f(x)))[3] == ("0", True)
        assert verdicts(drawn(x, y, x, y))[3] == ("0", True)
        order = np.argsort(x)
        assert verdicts(drawn(x, y, x[order], y[order]))[3] == ("0", True)
        assert verdicts(drawn(x, y, x[order], f(x[order])))[3] == ("1", True)


def test_a_line_of_the_own_wrong_function_counts_where_points_scatter_around_it() -> None:
    x, _ = sample(3)
    grid = np.linspace(-3, 3, 200)
    y = x + 2 * x**2 + np.random.default_rng(9).standard_normal(100)
    found = verdicts(drawn(x, y, grid, grid + 2 * grid**2))
    assert [credit for credit, _ in found] == ["1", "0", "1", "1"]


def plot(*clouds: tuple[Any, Any], lines: Any = (), **more: Any) -> dict[str, Any]:
    rows = [{"x": list(map(float, x)), "y": list(map(float, y))} for x, y in (*clouds, *lines)]
    return {"points": rows[: len(clouds)], "lines": rows[len(clouds) :], "texts": [], **more}


def figure(*axes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"figures": [{"axes": list(axes)}], **more}


GRID = np.linspace(-3, 3, 100)
SMOOTH = (GRID, f(GRID))
FULL = [("1", True)] * 4


def test_the_function_as_dots_is_never_taken_for_the_sample() -> None:
    for seed in range(40):
        x, y = sample(seed)
        others = (x, f(x)), SMOOTH, (GRID, f(GRID))
        for other in others:
            for clouds in (((x, y), other), (other, (x, y))):
                found = verdicts(figure(plot(*clouds, lines=[SMOOTH])))
                assert [credit for credit, _ in found] == ["1"] * 4
        # dots alone are no sample
        assert verdicts(figure(plot((x, f(x)), SMOOTH)))[1] == ("0", True)


def test_a_plot_of_the_rests_beside_the_sample_changes_nothing() -> None:
    x, y = sample(5)
    both = figure(plot((x, y), lines=[SMOOTH]), plot((x, y - f(x))))
    assert verdicts(both) == FULL


def test_a_right_sample_beside_a_wrong_one_is_never_certain() -> None:
    x, y = sample(5)
    wrong = (GRID / 1.5, f(GRID / 1.5) + (y - f(x)))
    for clouds in (((x, y), wrong), (wrong, (x, y))):
        assert verdicts(figure(plot(*clouds, lines=[SMOOTH])))[0] == ("1", False)


@pytest.mark.parametrize("size", [1, 7, 50, 99])
def test_points_drawn_a_few_at_a_time_are_one_sample(size: int) -> None:
    x, y = sample(6)
    parts = [(x[n : n + size], y[n : n + size]) for n in range(0, 100, size)]
    assert verdicts(figure(plot(*parts, lines=[SMOOTH]))) == FULL


@pytest.mark.parametrize(
    "shown",
    [
        figure(plot(sample(7), left_out=3)),
        figure(plot(sample(7), others=["PatchCollection"])),
        figure(plot(sample(7)), left_out=1),
        {"figures": [{"axes": [plot(sample(7))], "left_out": 2}]},
    ],
)
def test_a_line_that_may_be_among_what_was_not_told_is_no_certain_zero(shown: Any) -> None:
    assert verdicts(shown)[3] == ("0", False)
    assert verdicts(figure(plot(sample(7))))[3] == ("0", True)


def test_noise_that_is_made_of_x_is_never_certainly_right() -> None:
    x, _ = sample(8)
    wide = (x**2 - 1) / math.sqrt(2)
    for noise in (x, -x, 0.9 * x, wide):
        assert verdicts(drawn(x, f(x) + noise))[1][1] is False
    credit, _ = verdicts(drawn(x, f(x) + x))[1]
    assert credit == "0"


DEGREES = (1, 2, 3, 4)


def table(x: Any, y: Any, error: Callable[..., float], digits: int = 5) -> dict[str, Any]:
    run = {str(k): round(error(list(x), list(y), k), digits) for k in DEGREES}
    return {"runs": [run], "quantity": ""}


@pytest.mark.parametrize("seed", range(4))
def test_printed_errors_are_told_by_kind_however_rows_are_called(seed: int) -> None:
    x, y = sample(seed)
    data = {"f": list(f(x)), "ys": list(y), "square": list(x**2), "xs": list(x)}
    wanted = {
        loocv.loocv_mse: ("1", []),
        loocv.loocv_rmse: ("1", []),
        loocv.training_mse: ("0", ["training-error"]),
        loocv.k_fold_mse: ("0", ["few-folds"]),
    }
    for error, (credit, mistakes) in wanted.items():
        found = loocv_runs.code_leaves_one_out(data, table(x, y, error), DEGREES)
        assert (found["credit"], found["mistakes"]) == (credit, mistakes), error


def test_ten_folds_are_not_taken_for_leaving_one_out() -> None:
    for seed in range(12):
        x, y = sample(seed)
        again = table(x, y, lambda a, b, k: loocv.k_fold_mse(a, b, k, 10), digits=8)
        found = loocv_runs.code_leaves_one_out({"x": list(x), "y": list(y)}, again, DEGREES)
        assert found["mistakes"] == ["few-folds"], seed


def test_one_wrong_number_in_the_hand_in_costs_a_quarter() -> None:
    x, y = sample(1)
    data, again = {"x": list(x), "y": list(y)}, table(x, y, loocv.loocv_mse)
    shown = copy.deepcopy(again)
    assert loocv_runs.numbers_are_right(data, again, shown, DEGREES)["credit"] == "1"
    shown["runs"][0]["3"] *= 3
    found = loocv_runs.numbers_are_right(data, again, shown, DEGREES)
    assert (found["credit"], found["certain"]) == ("3/4", True)


def test_numbers_of_another_run_are_never_certain() -> None:
    x, y = sample(1)
    other = table(*sample(2), loocv.loocv_mse)
    data, again = {"x": list(x), "y": list(y)}, table(x, y, loocv.loocv_mse)
    assert not loocv_runs.numbers_are_right(data, again, other, DEGREES)["certain"]


@pytest.mark.parametrize("data", [None, {}, {"x": [1.0]}, {"x": ["a"] * 5, "y": [None] * 5}])
def test_without_data_nothing_is_said_of_errors(data: Any) -> None:
    again = table(*sample(1), loocv.loocv_mse)
    with pytest.raises(ValueError, match="no error of the data"):
        loocv_runs.code_leaves_one_out(data, again, DEGREES)


def curves(**labels: Callable[[Any], Any]) -> dict[str, Any]:
    c = np.linspace(1, 10, 40)
    lines = [
        {"x": list(c), "y": list(map(float, curve(c))), "label": label.replace("_", " ")}
        for label, curve in labels.items()
    ]
    return {"figures": [{"axes": [{"lines": lines, "texts": [], "legend": []}]}]}


FIVE: dict[str, Callable[[Any], Any]] = {
    "squared_bias": lambda c: 5 / c,
    "variance": lambda c: 0.05 * c**2,
    "training_error": lambda c: 4 / c,
    "test_error": lambda c: 5 / c + 0.05 * c**2 + 1,
    "irreducible_error": lambda c: 0 * c + 1,
}


def test_five_right_curves_and_two_with_their_labels_exchanged() -> None:
    found = curve_runs.curves_are_right(curves(**FIVE))
    assert (found["credit"], found["certain"]) == ("5/5", True)
    swapped = FIVE | {"squared_bias": FIVE["variance"], "variance": FIVE["squared_bias"]}
    found = curve_runs.curves_are_right(curves(**swapped))
    assert (found["credit"], found["mistakes"]) == ("3/5", ["bias-variance-swapped"])


def test_curves_without_labels_are_left_to_a_person() -> None:
    unnamed = {f"curve_{n}": curve for n, curve in enumerate(FIVE.values())}
    with pytest.raises(ValueError, match="labels"):
        curve_runs.curves_are_right(curves(**unnamed))
    four = {name: curve for name, curve in FIVE.items() if name != "variance"}
    assert not curve_runs.curves_are_right(curves(**four))["certain"]


def test_curves_are_read_as_they_are_seen_where_the_axis_runs_to_the_left() -> None:
    shown = curves(**FIVE)
    (axes,) = shown["figures"][0]["axes"]
    mirrored = {
        **axes,
        "xlim": [11.0, 0.0],
        "lines": [line | {"x": [11 - a for a in line["x"]]} for line in axes["lines"]],
    }
    found = curve_runs.curves_are_right({"figures": [{"axes": [mirrored]}]})
    assert (found["credit"], found["certain"]) == ("5/5", True)
    again = {**mirrored, "xlim": [0.0, 11.0]}
    assert curve_runs.curves_are_right({"figures": [{"axes": [again]}]})["credit"] != "5/5"
