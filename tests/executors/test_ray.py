"""A Ray cluster of several nodes on one machine: nothing is lost, nothing comes twice, nothing stays."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader.pipeline.executors import Died, Needs, NoRoom, executor
from grader.pipeline.executors.cluster_ray import Ray
from tests.executors import _toys as toys
from tests.executors._nodes import SMALL, Nodes, gone, tree

ray = pytest.importorskip("ray", reason="Ray is not installed: nothing of the cluster was tested")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning:ray"),
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:ray"),
]
NEEDS = Needs(cpus=1, memory_mb=256)


def test_a_node_killed_in_mid_run_loses_nothing_and_duplicates_nothing(
    nodes: Nodes, tmp_path: Path
) -> None:
    work = toys.Doubling(tmp_path / "trace", slow=0.1)
    found: list[Any] = []
    with Ray(work.start, 6, NEEDS, cluster=nodes.address) as run:
        assert {place.node for place in run._places} == {None}
        for answer in run(range(60)):
            found.append(answer)
            if len(found) == 15:
                used = {place.node for place in run._places}
                assert len(used) >= 2
                nodes.kill(0)
            if len(found) == 30:
                nodes.kill(1)
    assert sorted(answer.item for answer in found) == list(range(60))
    assert all(answer.twice == 2 * answer.item for answer in found)


@pytest.mark.parametrize("nodes", [{"num_cpus": 0}], indirect=True, ids=["head without seats"])
def test_an_item_that_meets_two_dying_nodes_is_not_to_blame(nodes: Nodes) -> None:
    nodes.others.append(nodes.cluster.add_node(**SMALL))
    with Ray(toys.Doubling(slow=4).start, 1, NEEDS, cluster=nodes.address) as run:

        def kill_twice() -> None:
            done: set[str] = set()
            deadline = time.monotonic() + 60
            while len(done) < 2 and time.monotonic() < deadline:
                time.sleep(0.1)
                at = run._places[0].node
                for number, other in enumerate(nodes.others):
                    if at == other.node_id and at not in done and run.under_way:
                        nodes.kill(number)
                        done.add(at)

        with ThreadPoolExecutor(1) as beside:
            killed = beside.submit(kill_twice)
            assert list(run([8])) == [toys.Answer(8, 16)]
            killed.result()


def test_an_item_that_ends_its_process_is_given_up_and_nobody_else_is(nodes: Nodes) -> None:
    items = [1, 2, -1, *range(3, 30), -2, 30]
    with Ray(toys.Doubling, 4, NEEDS, cluster=nodes.address) as run:
        found = list(run(items))
    assert {one.item for one in found if isinstance(one, Died)} == {-1, -2}
    assert sorted(one.item for one in found) == sorted(items)


def test_a_process_that_dies_once_costs_its_item_nothing(nodes: Nodes, tmp_path: Path) -> None:
    work = toys.Doubling(tmp_path / "trace", once=7)
    with Ray(work.start, 3, NEEDS, cluster=nodes.address) as run:
        found = list(run(range(20)))
    assert sorted(one.item for one in found) == list(range(20))
    assert not any(isinstance(one, Died) for one in found)
    assert (tmp_path / "trace.once").exists()


@pytest.mark.parametrize(
    "needs", [Needs(gpus=1), Needs(cpus=3), Needs(memory_mb=2100)], ids=["gpu", "cpus", "memory"]
)
def test_what_no_node_has_is_an_error_and_no_wait_though_all_nodes_together_have_it(
    nodes: Nodes, needs: Needs
) -> None:
    drawn: list[int] = []
    with (
        pytest.raises(NoRoom, match="no node of the cluster has all of it; they have: 2 CPU"),
        Ray(toys.Doubling, 2, needs, cluster=nodes.address) as run,
    ):
        list(run(drawn.append(n) or n for n in range(3)))  # type: ignore[func-returns-value]
    assert drawn == []


def test_items_are_taken_as_they_are_wanted(nodes: Nodes) -> None:
    drawn = []

    def source() -> Iterator[int]:
        for number in range(10_000):
            drawn.append(number)
            yield number

    with Ray(toys.Doubling, 3, NEEDS, cluster=nodes.address) as run:
        answers = run(source())
        for _ in range(20):
            next(answers)
        assert len(drawn) <= 20 + 2 * 2 * 3
        assert 0 < len(run.under_way) <= 3
        assert sorted(one.item for one in run(range(5))) == list(range(5))  # the first is left


def test_an_error_of_the_work_is_raised_as_it_was_and_so_is_one_of_its_start(nodes: Nodes) -> None:
    with (
        Ray(toys.Doubling(bad=3).start, 2, NEEDS, cluster=nodes.address) as run,
        pytest.raises(ValueError, match=r"^3 is refused$"),
    ):
        list(run(range(10)))
    with (
        Ray(toys.Unmade, 2, NEEDS, cluster=nodes.address) as run,
        pytest.raises(LookupError, match="not on this machine"),
    ):
        list(run(range(10)))
    with (
        Ray(toys.Stillborn, 1, NEEDS, cluster=nodes.address) as run,
        pytest.raises(NoRoom, match="before their first hand-in"),
    ):
        list(run(range(10)))


def test_ray_on_this_machine_alone_is_started_and_ended(tmp_path: Path) -> None:
    before, handler = tree(os.getpid()), signal.getsignal(signal.SIGTERM)
    with executor("ray", toys.Doubling(tmp_path / "trace").start, 2, needs=NEEDS) as run:
        assert sorted(one.item for one in run(range(9))) == list(range(9))
        started = tree(os.getpid()) - before
        assert signal.getsignal(signal.SIGTERM) == handler
    assert (tmp_path / "trace.closed").exists()
    assert started
    assert gone(started) == set()


def test_an_address_where_nothing_answers_is_said() -> None:
    with pytest.raises(NoRoom, match=r"no Ray cluster answers at 127\.0\.0\.1:1"):
        Ray(toys.Doubling, 2, NEEDS, cluster="127.0.0.1:1").__enter__()
    assert not ray.is_initialized()
