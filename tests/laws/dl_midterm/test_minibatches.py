"""Laws of the minibatches of problems 8 and 9."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import minibatches as m

few = settings(max_examples=50, deadline=None)
counts = st.integers(1, 100_000)
batches = st.integers(1, 600)


@few
@given(counts, batches)
def test_batches_hold_every_image_once(images: int, batch: int) -> None:
    full = m.steps_per_epoch(images, batch) - 1
    assert full * batch + m.last_batch(images, batch) == images


@few
@given(counts, batches)
def test_the_last_batch_is_never_empty_nor_too_large(images: int, batch: int) -> None:
    assert 1 <= m.last_batch(images, batch) <= batch


@few
@given(counts, batches)
def test_dropping_the_last_batch_costs_one_step_only_where_it_is_incomplete(
    images: int, batch: int
) -> None:
    lost = m.steps_per_epoch(images, batch) - m.steps_per_epoch_drop_last(images, batch)
    assert lost == (m.last_batch(images, batch) < batch)


@few
@given(counts, batches)
def test_larger_batches_never_need_more_steps(images: int, batch: int) -> None:
    assert m.steps_per_epoch(images, batch + 1) <= m.steps_per_epoch(images, batch)


@few
@given(counts, batches, st.integers(1, 300))
def test_steps_grow_in_proportion_to_epochs(images: int, batch: int, epochs: int) -> None:
    assert m.total_steps(images, batch, epochs) == epochs * m.total_steps(images, batch, 1)
    assert m.total_steps_drop_last(images, batch, epochs) == epochs * m.steps_per_epoch_drop_last(
        images, batch
    )


@few
@given(st.integers(2, 100_000), st.floats(0.01, 0.5))
def test_both_parts_of_a_split_make_the_whole(images: int, held_out: float) -> None:
    training, kept_back = m.split_sizes(images, held_out)
    assert training + kept_back == images
    assert min(training, kept_back) >= 1


@few
@given(st.integers(2, 100_000), batches, st.floats(0.01, 0.5))
def test_holding_images_out_never_adds_steps(images: int, batch: int, held_out: float) -> None:
    steps = m.steps_per_epoch_with_split(images, batch, held_out)
    assert 1 <= steps <= m.steps_per_epoch(images, batch)
    training = images - m.split_sizes(images, held_out)[1]
    assert (steps - 1) * batch < training <= steps * batch


def test_the_mistakes_of_the_paper_differ_from_every_accepted_number() -> None:
    accepted = {m.steps_per_epoch(50_000, 128), m.steps_per_epoch_drop_last(50_000, 128)}
    assert m.steps_with_other_batch(50_000, 100) not in accepted
    assert m.steps_with_other_batch(50_000, 4) not in accepted
    whole = {m.total_steps(50_000, 128, 5), m.total_steps_drop_last(50_000, 128, 5)}
    assert m.total_steps_of_reference_code(50_000, 128, 200) not in whole
    assert m.steps_of_test_set(10_000, 32) != m.steps_per_epoch(60_000, 32)


@pytest.mark.parametrize("nonsense", [0, -3, True, 1.5, "128"])
def test_nonsense_is_refused(nonsense: object) -> None:
    for call in (m.steps_per_epoch, m.steps_per_epoch_drop_last, m.last_batch):
        with pytest.raises(ValueError, match="at least 1"):
            call(nonsense, 8)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="at least 1"):
            call(8, nonsense)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 1"):
        m.total_steps(8, 8, nonsense)  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, float("nan"), 0.999])
def test_a_split_that_empties_a_part_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="empty"):
        m.split_sizes(10, share)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 70))
def test_a_real_data_loader_makes_as_many_batches(images: int, batch: int) -> None:
    data = pytest.importorskip("torch.utils.data")
    whole = [len(part) for part in data.DataLoader(range(images), batch_size=batch)]
    dropped = list(data.DataLoader(range(images), batch_size=batch, drop_last=True))
    assert len(whole) == m.steps_per_epoch(images, batch)
    assert whole[-1] == m.last_batch(images, batch)
    assert len(dropped) == m.steps_per_epoch_drop_last(images, batch)


@settings(max_examples=30, deadline=None)
@given(st.integers(20, 2000), st.sampled_from([0.1, 0.2, 0.25, 1 / 3, 0.07, 0.5]))
def test_scikit_learn_splits_into_the_same_sizes(images: int, held_out: float) -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    parts = selection.train_test_split(range(images), test_size=held_out)
    assert [len(part) for part in parts] == m.split_sizes(images, held_out)
