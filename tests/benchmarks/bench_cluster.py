"""What Ray costs over the same process without it, on one node; what one hand-in leaves on disk.

Run: ``python tests/benchmarks/bench_cluster.py``. One process each, the same items in turns, medians
over rounds with their range. ``nothing`` is a task that does nothing: all of it is overhead.
``hand-in`` is a text hand-in of all parts of the midterm, collected, marked and reported; its bytes
go through the object store. A last row sends hand-ins to as many processes as there are cores.
"""

import os
import pickle
import statistics
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

import bench_text

from grader.gradebook import open_book
from grader.gradebook.policy import Policy
from grader.pipeline import course, hand_ins, load_assignment
from grader.pipeline.class_files import write_class
from grader.pipeline.executors import Needs, executor
from grader.pipeline.executors.recipe import Recipe
from grader.pipeline.grading import Grading
from grader.pipeline.keys import evidence_key
from grader.pipeline.tasks import Tasks
from tests.executors import _toys as toys

ROOT = Path(__file__).parents[2]
ROUNDS = 5
NEEDS = Needs(memory_mb=512)


def timed(run: Any, items: list[Any]) -> float:
    """Milliseconds an item."""
    started = time.perf_counter()
    count = sum(1 for _ in run(items))
    assert count == len(items)
    return 1000 * (time.perf_counter() - started) / count


def compare(name: str, start: Any, items: list[Any], *, shared: bool) -> None:
    """Print a row: without Ray, with it, and the difference of each pair."""
    began = time.perf_counter()
    with (
        executor("pool", start, 1) as bare,
        executor("ray", start, 1, needs=NEEDS, shared=shared) as ray,
    ):
        timed(ray, items[:2])
        up = time.perf_counter() - began
        timed(bare, items[:2])
        pairs = [(timed(bare, items), timed(ray, items)) for _ in range(ROUNDS)]
    more = [b - a for a, b in pairs]
    middle = [statistics.median(column) for column in (*zip(*pairs, strict=True), more)]
    print(
        f"{name:<22} bare {middle[0]:>7.2f} ms  Ray {middle[1]:>7.2f} ms  "
        f"overhead {middle[2]:>6.2f} ms ({min(more):.2f} to {max(more):.2f})  start {up:.1f} s"
    )


def together(start: Any, items: list[Any], size: int) -> None:
    """Print a row: a pool and Ray, each with several processes."""
    for name in ("pool", "ray"):
        began = time.perf_counter()
        with executor(name, start, size, needs=NEEDS) as run:  # type: ignore[arg-type]
            timed(run, items[: 2 * size])
            up = time.perf_counter() - began
            print(
                f"{name} with {size} processes    {timed(run, items):>7.2f} ms each, start {up:.1f} s"
            )


def left_behind(state: Path, loaded: Any, sources: list[Any]) -> None:
    """Print what the process that waits does for a hand-in, and what that leaves on disk."""
    reports, count = state / "out/reports", len(sources)
    book = open_book(state)
    began = time.process_time()
    key = evidence_key(loaded, runs=False, trains=False)
    doing = course.plan(book, loaded, sources, key, course.Choice())
    spent = {"taken in": time.process_time() - began}
    far = Tasks(assignment=loaded, files=state / "none", reports=state / "none", carry=True)
    answers = [far(task) for task in doing.tasks]
    far.close()
    own = Tasks(assignment=loaded, files=book.store.folder, reports=reports)
    run = nullcontext(lambda items: (one for _, one in zip(items, answers, strict=True)))
    began = time.process_time()
    course.carry_out(book, loaded, doing, run, own)
    spent["recorded, files unpacked"] = time.process_time() - began
    began = time.process_time()
    write_class(book, loaded, Policy(), state / "out")
    spent["class pages"] = time.process_time() - began
    book.close()
    for name, seconds in spent.items():
        print(f"{name}: {1000 * seconds / count:.1f} ms of processor a hand-in")
    bare = [pickle.dumps(replace(one, carried={})) for one in answers]
    for name, sent in {"answer": bare, "answer with files": map(pickle.dumps, answers)}.items():
        print(f"{name}: {sum(map(len, sent)) / count / 1000:.0f} KB")
    for pattern in ("files/**/*", "gradebook.sqlite3", "out/reports/*", "out/*"):
        sizes = [path.stat().st_size for path in state.glob(pattern) if path.is_file()]
        print(f"{pattern}: {sum(sizes) / count / 1000:.0f} KB, {len(sizes) / count:.2g} files each")


def main() -> None:
    """Print everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        bench_text.hand_ins(folder / "in", 60)
        sources: list[Any] = list(hand_ins(sorted((folder / "in").iterdir())))
        loaded = load_assignment(ROOT, "dl_midterm")
        recipe = Recipe.of(
            loaded,
            boxes={"hidden": [ROOT], "run": False},
            make=partial(Grading, out=folder / "out"),
        )
        compare("nothing", toys.Doubling, list(range(500)), shared=True)
        compare("hand-in", recipe.start, sources[:20], shared=False)
        together(recipe.start, sources, os.cpu_count() or 1)
        left_behind(folder / "state", loaded, sources)


if __name__ == "__main__":
    main()
