"""One interface, three executors: the same hand-ins give the same results, byte for byte."""

import os
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.pipeline import hand_ins, load_assignment
from grader.pipeline.executors import Beside, Died, Needs, NoRoom, executor
from grader.pipeline.executors.carried import packed
from grader.pipeline.executors.recipe import Recipe
from grader.pipeline.executors.slurm import Slurm
from grader.pipeline.grading import Grading
from grader.pipeline.hand_ins import HandIn, read
from tests.executors import _toys as toys

ROOT = Path(__file__).parents[2]
ANSWERS = {
    "ada": "## 1\n**Answer:** 7\n## 2\n**Answer:** 14\n## 3\n**Answer:** 1\n",
    "bob": "## 1\n**Answer:** 12\n## 2\n**Answer:** 24\n",
    "cid": "## 1\n**Answer:** seven\n",
    "<b>dee</b>": "",
}


@pytest.fixture
def sources(course: Path) -> list[HandIn]:
    for name, text in ANSWERS.items():
        folder = course / "submissions/sums" / name.replace("/", "")
        folder.mkdir()
        (folder / "exam.md").write_text(text, "utf-8")
    odd = course / "submissions/sums/eve"
    odd.mkdir()
    (odd / "exam.md").write_text(ANSWERS["ada"], "utf-8")
    (odd / "link.md").symlink_to("/etc/hostname")
    os.mkfifo(odd / "pipe.md")
    (odd / "noise.pdf").write_bytes(b"%PDF-1.7 \x00\xff")
    return hand_ins(sorted((course / "submissions/sums").iterdir()))


def _results(run: Any, sources: list[HandIn]) -> dict[str, str]:
    """What came back, in whatever order."""
    with run as started:
        found = list(started(sources))
    assert len(found) == len(sources)
    assert not any(isinstance(one, Died) for one in found)
    return {one.student: repr(one) for one in found}


def _written(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def _runs(course: Path, out: Path) -> Iterator[tuple[str, Any, Path]]:
    """Every executor, with a folder of its own for what is written."""
    loaded = load_assignment(course, "sums")

    def recipe(name: str, **more: Any) -> Any:
        make = partial(Grading, out=out / name)
        return Recipe.of(loaded, boxes={"hidden": [course]}, make=make, **more).start

    needs = Needs(memory_mb=256)
    yield "one", executor("pool", recipe("one"), 1), out / "one"
    yield "two", executor("pool", recipe("two"), 2), out / "two"
    slurm = Slurm(
        recipe("slurm"), 2, folder=out / "run", cluster="local", chunk=2, poll_seconds=0.05
    )
    yield "slurm", slurm, out / "slurm"
    pytest.importorskip("ray", reason="Ray is not installed: it was not compared with the others")
    yield "ray", executor("ray", recipe("ray"), 2, needs=needs), out / "ray"
    far = recipe("far", carried_from=course)
    yield "far", executor("ray", far, 2, needs=needs, shared=False), out / "far"


@pytest.mark.slow
def test_the_same_hand_ins_give_the_same_results_and_files_on_each(
    course: Path, sources: list[HandIn], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    seen: dict[str, tuple[Mapping[str, str], Mapping[str, bytes]]] = {}
    for name, run, out in _runs(course, tmp_path / "out"):
        seen[name] = (_results(run, sources), _written(out))
    assert set(seen) == {"one", "two", "slurm", "ray", "far"}
    results, files = seen["one"]
    assert len(results) == 5
    assert "7" in results["ada"]
    assert sum(name.startswith("evidence/") and name.endswith(".json") for name in files) == 5
    for name in seen:
        assert seen[name][0] == results, name
        assert seen[name][1] == files, name


@pytest.mark.slow
def test_code_that_is_run_in_boxes_on_nodes_gives_the_same(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: it was not compared with the others")
    loaded = load_assignment(ROOT, "add")
    sources = hand_ins(sorted((ROOT / "submissions/add").iterdir()))
    seen = {}
    for name, more in {"pool": {}, "ray": {}, "far": {"carried_from": ROOT}}.items():
        out = tmp_path / name
        boxes = {"hidden": [ROOT, tmp_path], "accept": "L0"}
        recipe = Recipe.of(loaded, boxes=boxes, make=partial(Grading, out=out), **more)
        kind = "pool" if name == "pool" else "ray"
        run = executor(kind, recipe.start, 2, needs=Needs(memory_mb=256), shared=not more)
        seen[name] = (_results(run, sources), _written(out))
    assert len(seen["pool"][0]) == 3
    assert seen["ray"] == seen["pool"]
    assert seen["far"] == seen["pool"]


@pytest.mark.slow
def test_a_machine_with_another_rubric_is_refused(course: Path) -> None:
    recipe = Recipe.of(load_assignment(course, "sums"), boxes=None)
    rubric = course / "rubrics/sums.yaml"
    rubric.write_text(rubric.read_text("utf-8").replace("credit: 0.5", "credit: 0.75"), "utf-8")
    with pytest.raises(NoRoom, match="another rubric of the assignment"):
        pickle.loads(pickle.dumps(recipe)).start()


def test_a_carried_course_needs_nothing_of_the_one_that_it_came_from(course: Path) -> None:
    loaded = load_assignment(course, "sums")
    sent = pickle.dumps(Recipe.of(loaded, boxes=None, carried_from=course))
    course.rename(course.with_name("away"))
    recipe = pickle.loads(sent)
    work = recipe.start()
    assert work(HandIn(student="ada", paths=())).student == "ada"
    folders = recipe.load.folders
    assert folders
    work.close()
    assert not any(folder.exists() for folder in folders)


@given(st.dictionaries(st.text("ab/.", min_size=1, max_size=5), st.binary(max_size=30), max_size=4))
def test_packed_files_are_the_same_files(tmp_path_factory: Any, files: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("files")
    paths = []
    for number, (name, data) in enumerate(files.items()):
        (folder / str(number)).write_bytes(data)
        paths.append((name, folder / str(number)))
    paths += [("gone", folder / "gone"), ("folder", folder)]
    (folder / "link").symlink_to(folder / "0")
    paths.append(("link", folder / "link"))
    hand_in = HandIn(student="ada", paths=tuple(paths))
    sent = pickle.loads(pickle.dumps(packed(hand_in)))
    with sent.unpacked() as there:
        assert read(there) == read(hand_in)
        assert not {path for _, path in there.paths} & {path for _, path in paths}


def test_the_pool_answers_in_order_and_says_who_is_under_way() -> None:
    for size in (1, 2):
        with executor("pool", toys.Doubling, size) as run:
            assert [one.item for one in run(iter(range(40)))] == list(range(40))
            answers = run(range(40))
            next(answers)
            assert len(run.under_way) <= size
            answers.close()


@given(st.lists(st.integers(0, 99), max_size=20))
def test_what_can_be_done_here_is_done_first_and_everything_once(items: list[int]) -> None:
    class Unstarted:
        def __enter__(self) -> None:
            pytest.fail("there was nothing for it")

    even = [item for item in items if item % 2 == 0]
    odd = [item for item in items if item % 2]
    far: Any = executor("pool", toys.Doubling, 1) if odd else Unstarted()
    with Beside(executor("pool", toys.Doubling, 1), far, lambda item: item % 2 == 0) as run:
        assert [one.item for one in run(iter(items))] == even + odd
        assert run.under_way == ()


def test_whoever_is_at_work_is_ended_with_an_error(tmp_path: Path) -> None:
    for bad in (2, 3):
        near = executor("pool", toys.Doubling(tmp_path / f"{bad}near", bad=bad).start, 1)
        far = executor("pool", toys.Doubling(tmp_path / f"{bad}far", bad=bad).start, 1)
        with (
            pytest.raises(ValueError, match="is refused"),
            Beside(near, far, lambda item: item % 2 == 0) as run,
        ):
            list(run([1, 2, 3, 4]))
        assert (tmp_path / f"{bad}near.closed").exists()
        assert (tmp_path / f"{bad}far.closed").exists() == (bad == 3)


def test_what_this_machine_does_not_have_is_an_error() -> None:
    for needs in (Needs(cpus=100_000), Needs(memory_mb=10**9), Needs(gpus=1000)):
        with pytest.raises(NoRoom, match="nothing was run"):
            executor("pool", toys.Doubling, 1, needs=needs).__enter__()


@pytest.mark.parametrize("wrong", [{"gpus": 0.5}, {"gpus": -1}, {"cpus": 0}, {"memory_mb": True}])
def test_needs_are_whole_numbers(wrong: dict[str, Any]) -> None:
    with pytest.raises(NoRoom, match="has to be a whole number"):
        Needs(**wrong)


def test_options_of_another_executor_are_refused() -> None:
    with pytest.raises(NoRoom, match="is for the executor ray"):
        executor("pool", toys.Doubling, 1, cluster="auto")
    with pytest.raises(NoRoom, match="is for the executor slurm"):
        executor("ray", toys.Doubling, 1, partition="teach")
    assert asdict(Needs()) == {"cpus": 1, "memory_mb": 2048, "gpus": 0}
