"""Laws of claims about two runs; the numbers of the independent route come from `loocv` itself."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import loocv, loocv_claims

RUN = st.fixed_dictionaries({str(k): st.floats(0.1, 50) for k in range(1, 5)})


def table(*runs: dict[str, float]) -> dict[str, Any]:
    return {"runs": list(runs)}


@given(RUN)
def test_a_run_is_the_same_as_itself_however_it_is_rounded(run: dict[str, float]) -> None:
    rounded = {k: float(f"{error:.6g}") for k, error in run.items()}
    assert loocv_claims.same_or_different(table(run), table(rounded)) == ["same"]


@given(RUN, st.floats(1.01, 3))
def test_a_run_that_differs_everywhere_is_different(run: dict[str, float], factor: float) -> None:
    other = {k: error * factor for k, error in run.items()}
    assert loocv_claims.same_or_different(table(run), table(other)) == ["different"]
    assert loocv_claims.explained(table(run), table(other), "same") == "contradicted"


@given(RUN)
def test_without_a_second_table_nothing_is_contradicted(run: dict[str, float]) -> None:
    for claim in ("same", "different"):
        assert loocv_claims.explained(table(run), None, claim) == claim
    assert loocv_claims.untold(table(run), None)


@given(RUN)
def test_the_best_model_does_not_depend_on_the_sign_of_the_scores(run: dict[str, float]) -> None:
    turned = {k: -error for k, error in run.items()}
    assert loocv_claims.best_models(table(run), 2) == loocv_claims.best_models(table(turned), 2)
    least = min(run.values())
    assert all(run[k] == least for k in loocv_claims.best_models(table(run), 2))


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_leave_one_out_of_the_same_data_is_the_same(seed: int) -> None:
    import random

    draw = random.Random(seed)
    x = [draw.gauss(0, 1) for _ in range(20)]
    y = [a - 2 * a * a + draw.gauss(0, 1) for a in x]
    order = draw.sample(
        range(20), 20
    )  # LOOCV has no order, and so nothing that a seed could change
    run = {str(k): loocv.loocv_mse(x, y, k) for k in (1, 2)}
    again = {
        str(k): loocv.loocv_mse([x[i] for i in order], [y[i] for i in order], k) for k in (1, 2)
    }
    assert loocv_claims.same_or_different(table(run), table(again)) == ["same"]


@given(
    st.recursive(
        st.none() | st.text() | st.floats() | st.booleans(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
        max_leaves=8,
    )
)
def test_no_table_makes_it_raise(value: Any) -> None:
    for given_ in (value, {"runs": value}, {"runs": [value]}):
        assert loocv_claims.best_models(given_, 2)
        assert loocv_claims.same_or_different(given_, given_)


@given(RUN)
def test_the_same_is_only_certain_where_two_equal_runs_are_printed(run: dict[str, float]) -> None:
    one = {"runs": [run]}
    assert loocv_claims.certain_claims(one, one) == ["same"]
    assert loocv_claims.unshown_claims(one, one) == []
    for first, second in ((None, None), (one, None), (None, one)):
        assert "same" not in loocv_claims.certain_claims(first, second)
        assert loocv_claims.unshown_claims(first, second) == ["same"]
