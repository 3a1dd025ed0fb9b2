"""Laws of batch normalisation's forward pass, run again by torch. No batch here is square."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import batch_norm as m

few = settings(max_examples=50, deadline=None)
Forward = Callable[..., m.Pass]
Call = dict[str, Any]

MISTAKES: list[Forward] = [
    m.forward_sample_variance,
    m.forward_over_features,
    m.forward_without_root,
    m.forward_running_in_training,
    m.forward_batch_in_test,
    m.forward_shares_swapped,
    m.forward_without_scale_and_shift,
    m.forward_scale_and_shift_swapped,
]
ACCEPTED: list[Forward] = [m.forward, m.forward_eps_outside, m.forward_eps_added_after]


@st.composite
def calls(draw: st.DrawFn, mode: str | None = None, least: int = 2) -> Call:
    """Arguments of a forward pass, from seeded noise: rows that differ, no square batch."""
    rows, columns = draw(st.integers(least, 9)), draw(st.integers(1, 7))
    assume(rows != columns)
    noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return {
        "Z": noise.normal(draw(st.floats(-5, 5)), draw(st.floats(0.5, 4)), (rows, columns)),
        "gamma": noise.uniform(0.5, 2, columns),
        "beta": noise.normal(0, 1, columns),
        "eps": draw(st.sampled_from([1e-8, 1e-5, 1e-3])),
        "cache_dict": {"mu": noise.normal(0, 1, columns), "var": noise.uniform(0.5, 2, columns)},
        "beta_avg": draw(st.floats(0, 1)),
        "mode": mode or draw(st.sampled_from(["train", "test"])),
    }


def _close(one: Any, other: Any, tolerance: float = 1e-9) -> bool:
    return bool(np.allclose(one, other, rtol=tolerance, atol=tolerance))


@few
@given(calls(mode="train"))
def test_a_trained_batch_has_mean_beta_and_almost_the_spread_gamma(call: Call) -> None:
    call["eps"] = 1e-12
    assume(np.var(call["Z"], axis=0).min() > 1e-3)
    out = np.array(m.forward(**call)["out"])
    assert _close(out.mean(axis=0), call["beta"], 1e-6)
    assert _close(out.std(axis=0), call["gamma"], 1e-6)


@few
@given(calls(mode="train"), st.floats(-100, 100))
def test_in_training_a_shift_of_all_examples_changes_nothing(call: Call, shift: float) -> None:
    assume(np.var(call["Z"], axis=0).min() > 1e-3)
    moved = {**call, "Z": call["Z"] + shift}
    assert _close(m.forward(**moved)["out"], m.forward(**call)["out"], 1e-6)


@few
@given(calls(), st.randoms(use_true_random=False))
def test_the_order_of_the_examples_does_not_matter(call: Call, random: Any) -> None:
    order = list(range(len(call["Z"])))
    random.shuffle(order)
    out = np.array(m.forward(**call)["out"])
    assert _close(m.forward(**{**call, "Z": call["Z"][order]})["out"], out[order])


@few
@given(calls(mode="test"))
def test_in_the_test_mode_each_example_is_on_its_own(call: Call) -> None:
    out = m.forward(**call)["out"]
    alone = [m.forward(**{**call, "Z": row[None]})["out"][0] for row in call["Z"]]
    assert _close(alone, out)


@few
@given(calls(mode="test"))
def test_the_test_mode_keeps_the_running_averages(call: Call) -> None:
    after = m.forward(**call)
    assert after["mu"] == call["cache_dict"]["mu"].tolist()
    assert after["var"] == call["cache_dict"]["var"].tolist()


@few
@given(calls(mode="train"))
def test_a_share_of_one_keeps_the_averages_and_of_zero_takes_the_batch(call: Call) -> None:
    kept = m.forward(**{**call, "beta_avg": 1.0})
    assert _close(kept["mu"], call["cache_dict"]["mu"])
    assert _close(kept["var"], call["cache_dict"]["var"])
    taken = m.forward(**{**call, "beta_avg": 0.0})
    assert _close(taken["mu"], [sum(column) / len(column) for column in call["Z"].T])
    squares = [sum((x - sum(c) / len(c)) ** 2 for x in c) / len(c) for c in call["Z"].T]
    assert _close(taken["var"], squares)


@few
@given(calls(mode="train"))
def test_testing_with_the_cache_of_a_batch_gives_what_training_gave(call: Call) -> None:
    trained = m.forward(**{**call, "beta_avg": 0.0})
    cache = {"mu": trained["mu"], "var": trained["var"]}
    tested = m.forward(**{**call, "cache_dict": cache, "mode": "test"})
    assert _close(tested["out"], trained["out"])


@few
@given(calls())
def test_no_forward_pass_changes_its_arguments(call: Call) -> None:
    before = copy.deepcopy(call)
    for forward in [*ACCEPTED, *MISTAKES]:
        if forward is not m.forward_over_features or call["mode"] == "train":
            forward(**call)
    assert all(np.array_equal(call[key], before[key]) for key in ("Z", "gamma", "beta"))
    assert all(
        np.array_equal(call["cache_dict"][k], before["cache_dict"][k]) for k in ("mu", "var")
    )


@few
@given(calls())
def test_without_epsilon_all_accepted_forms_agree(call: Call) -> None:
    assume(np.var(call["Z"], axis=0).min() > 1e-6)
    outs = [forward(**{**call, "eps": 0.0}) for forward in ACCEPTED]
    assert all(_close(out["out"], outs[0]["out"]) for out in outs)


@few
@given(calls())
def test_epsilon_inside_the_root_shrinks_less_than_outside_for_small_epsilon(call: Call) -> None:
    """sqrt(v + e) < sqrt(v) + e as long as e > 0 and 2 sqrt(v) + e > 1."""
    spread = call["cache_dict"]["var"] if call["mode"] == "test" else np.var(call["Z"], axis=0)
    assume(np.min(spread) > 0.26)
    inside = np.abs(np.array(m.forward(**call)["out"]) - call["beta"])
    outside = np.abs(np.array(m.forward_eps_outside(**call)["out"]) - call["beta"])
    assert (inside >= outside).all()


@few
@given(calls())
def test_epsilon_added_after_the_division_moves_each_feature_by_gamma_epsilon(call: Call) -> None:
    assume(np.var(call["Z"], axis=0).min() > 1e-6)
    plain = np.array(m.forward(**{**call, "eps": 0.0})["out"])
    moved = np.array(m.forward_eps_added_after(**call)["out"])
    assert _close(moved - plain, np.broadcast_to(call["gamma"] * call["eps"], plain.shape))


@few
@given(calls(mode="train"))
def test_the_sample_variance_is_larger_by_n_over_n_minus_one(call: Call) -> None:
    n = len(call["Z"])
    plain = m.forward(**{**call, "beta_avg": 0.0})
    sample = m.forward_sample_variance(**{**call, "beta_avg": 0.0})
    assert _close(np.array(sample["var"]) * (n - 1), np.array(plain["var"]) * n)
    assert _close(sample["mu"], plain["mu"])
    cache = {"mu": sample["mu"], "var": sample["var"]}
    tested = m.forward(**{**call, "cache_dict": cache, "mode": "test"})
    assert _close(sample["out"], tested["out"])


@few
@given(calls(mode="train"))
def test_swapped_shares_agree_only_where_both_are_half(call: Call) -> None:
    half = {**call, "beta_avg": 0.5}
    assert _close(m.forward_shares_swapped(**half)["mu"], m.forward(**half)["mu"])
    right, wrong = m.forward(**call), m.forward_shares_swapped(**call)
    both = np.array(right["mu"]) + np.array(wrong["mu"])
    assert _close(both, call["cache_dict"]["mu"] + call["Z"].mean(axis=0))
    assert wrong["out"] == right["out"]


@few
@given(calls(mode="train"))
def test_each_mistake_in_training_is_the_right_pass_with_one_part_replaced(call: Call) -> None:
    truth = m.forward(**call)
    after = {**call, "cache_dict": {"mu": truth["mu"], "var": truth["var"]}, "mode": "test"}
    assert _close(m.forward_running_in_training(**call)["out"], m.forward(**after)["out"])
    ones = {**call, "gamma": np.ones_like(call["gamma"]), "beta": np.zeros_like(call["beta"])}
    bare = m.forward_without_scale_and_shift(**call)["out"]
    assert _close(bare, m.forward(**ones)["out"])
    swapped = {**call, "gamma": call["beta"], "beta": call["gamma"]}
    assert _close(m.forward_scale_and_shift_swapped(**call)["out"], m.forward(**swapped)["out"])
    assume(np.var(call["Z"], axis=0).min() > 1e-3)
    shrunk = np.array(m.forward_without_root(**call)["out"]) - call["beta"]
    root = np.sqrt(np.var(call["Z"], axis=0) + call["eps"])
    assert _close(shrunk * root, np.array(truth["out"]) - call["beta"], 1e-6)


@few
@given(calls(mode="test"))
def test_the_batch_in_the_test_mode_gives_what_training_gives(call: Call) -> None:
    wrong = m.forward_batch_in_test(**call)
    assert _close(wrong["out"], m.forward(**{**call, "mode": "train"})["out"])
    assert _close(wrong["mu"], call["cache_dict"]["mu"])


def _noise() -> Call:
    noise = np.random.default_rng(5)
    return {
        "Z": noise.normal(3, 2, (6, 4)).tolist(),
        "gamma": [0.5, 1.5, 2.0, 3.0],
        "beta": [1.0, -1.0, 0.0, 2.0],
        "eps": 1e-5,
        "cache_dict": {"mu": [1.0, 0.0, 2.0, -1.0], "var": [0.5, 1.0, 2.0, 3.0]},
        "beta_avg": 0.9,
        "mode": "train",
    }


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_shows_on_an_ordinary_batch(mistake: Forward) -> None:
    call = _noise()
    if mistake is m.forward_batch_in_test:
        call["mode"] = "test"
    wrong, truths = mistake(**call), [forward(**call) for forward in ACCEPTED]
    shown = [
        key
        for key in truths[0]
        if np.shape(wrong[key]) != np.shape(truths[0][key])
        or not any(_close(wrong[key], truth[key], 1e-3) for truth in truths)
    ]
    assert shown
    assert (shown == ["mu", "var"]) == (mistake is m.forward_shares_swapped)


@pytest.mark.parametrize("forward", [*ACCEPTED, *MISTAKES])
def test_arguments_that_do_not_fit_are_refused(forward: Forward) -> None:
    broken = {
        "mode": "eval",
        "beta_avg": 1.5,
        "gamma": [1.0],
        "Z": [1.0, 2.0],
        "cache_dict": {"mu": [0.0] * 4},
    }
    for key, value in broken.items():
        with pytest.raises(ValueError, match="give"):
            forward(**{**_noise(), key: value})


def test_a_division_by_zero_is_refused() -> None:
    constant = {**_noise(), "Z": [[1.0, 2.0, 3.0, 4.0]] * 2}
    for forward in ACCEPTED:
        with pytest.raises(ValueError, match="divided by 0"):
            forward(**{**constant, "eps": 0.0})
    with pytest.raises(ValueError, match="divided by 0"):
        m.forward(**{**_noise(), "eps": -1e-5})
    with pytest.raises(ValueError, match="no such variance"):
        m.forward_sample_variance(**{**_noise(), "Z": [[1.0, 2.0, 3.0, 4.0]]})
    with pytest.raises(ValueError, match="cannot be cached"):
        m.forward_over_features(**{**_noise(), "mode": "test"})


def _torch_layer(torch: Any, call: Call) -> Any:
    layer = torch.nn.BatchNorm1d(
        len(call["gamma"]), eps=call["eps"], momentum=1 - call["beta_avg"], dtype=torch.float64
    )
    with torch.no_grad():
        for tensor, value in (
            (layer.weight, call["gamma"]),
            (layer.bias, call["beta"]),
            (layer.running_mean, call["cache_dict"]["mu"]),
            (layer.running_var, call["cache_dict"]["var"]),
        ):
            tensor.copy_(torch.tensor(value, dtype=torch.float64))
    return layer.train(call["mode"] == "train")


@few
@given(calls())
def test_torch_normalises_the_same_in_both_modes(call: Call) -> None:
    torch = pytest.importorskip("torch")
    layer = _torch_layer(torch, call)
    with torch.no_grad():
        out = layer(torch.tensor(call["Z"])).numpy()
    mine = m.forward(**call)
    assert _close(mine["out"], out)
    assert _close(mine["mu"], layer.running_mean.numpy())


@few
@given(calls())
def test_torch_keeps_the_sample_variance_in_its_running_average(call: Call) -> None:
    """PyTorch divides by n to normalise but by n - 1 for the running average."""
    torch = pytest.importorskip("torch")
    layer = _torch_layer(torch, call)
    layer(torch.tensor(call["Z"]))
    assert _close(m.forward_sample_variance(**call)["var"], layer.running_var.numpy())


@few
@given(calls(mode="train"))
def test_statistics_over_features_make_a_layer_norm(call: Call) -> None:
    torch = pytest.importorskip("torch")
    batch, gamma, beta = (torch.tensor(call[key]) for key in ("Z", "gamma", "beta"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a row of one feature has no spread; torch may say so
        out = torch.nn.functional.layer_norm(batch, gamma.shape, gamma, beta, call["eps"])
    assert _close(m.forward_over_features(**call)["out"], out.numpy(), 1e-6)
