"""``grader grade --executor …`` as an instructor types it: each leaves the same files and rows."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from grader.gradebook import open_book
from grader.gradebook.policy import Policy
from grader.pipeline import course as batch
from grader.pipeline import hand_ins, load_assignment
from grader.pipeline.class_files import write_class
from grader.pipeline.executors import Needs
from grader.pipeline.executors.cluster_ray import Ray
from grader.pipeline.executors.recipe import Recipe
from grader.pipeline.keys import evidence_key
from grader.pipeline.tasks import Tasks
from tests.executors._graded import afresh, command, compare, files, grade, rows, surroundings
from tests.executors._nodes import Nodes, tree

pytest.importorskip("ray", reason="Ray is not installed: nothing of the cluster was tested")
pytest.importorskip("submitit", reason="submitit is not installed: nothing of Slurm was tested")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning:ray"),
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:ray"),
]
ROOT = Path(__file__).parents[2]
STUDENTS = {
    "ada": "## 1\n**Answer:** 7\n## 2\n**Answer:** 14\n## 3\n**Answer:** 1\n",
    "bob": "## 1\n**Answer:** 12\n## 2\n**Answer:** 24\n",
    "cid": "## 1\n**Answer:** seven\n",
    "<b>dee": "",
    "eve": "## 1\n**Answer:** 7\n",
}
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
def home(course: Path) -> Path:
    """The course ``sums`` with five hand-ins, one of which holds a link, a pipe and a picture."""
    for name, text in STUDENTS.items():
        folder = course / "submissions/sums" / name
        folder.mkdir()
        (folder / "exam.md").write_text(text, "utf-8")
    odd = course / "submissions/sums/eve"
    (odd / "link.md").symlink_to("/etc/hostname")
    os.mkfifo(odd / "pipe.md")
    (odd / "figure.png").write_bytes(DOT)
    return course


@pytest.mark.usefixtures("told")
def test_every_executor_leaves_the_same_files_and_rows(home: Path, nodes: Nodes) -> None:
    two = ("--jobs", "2", "--memory", "256")
    ray = ("--executor", "ray", *two)
    runs = {
        "one": ("--jobs", "1"),
        "two": ("--jobs", "2"),
        "ray here": ray,
        "ray": (*ray, "--cluster", nodes.address),
        "ray, carried": (*ray, "--cluster", nodes.address, "--carry"),
        "slurm": ("--executor", "slurm", *two),
    }
    assert compare(home, runs) == len(STUDENTS)
    written = files(home)
    assert {"out/sums/results.json", "out/sums/grades.csv"} <= written.keys()
    assert sum(name.startswith("out/sums/reports/") for name in written) >= 2 * len(STUDENTS)
    assert [name for name in written if name.endswith(".z")]
    assert DOT in written.values()  # as received
    assert not list((home / ".grader").glob("seen-*"))
    assert not list((home / ".grader").glob("slurm/*"))


def test_code_that_is_run_on_nodes_leaves_the_same(tmp_path: Path, nodes: Nodes) -> None:
    course = tmp_path / "course"
    for name in ("reference", "submissions/add"):
        shutil.copytree(ROOT / name, course / name)
    (course / "rubrics").mkdir()
    shutil.copy(ROOT / "rubrics/add.yaml", course / "rubrics")
    level = ("--accept-isolation", "L0")
    ray = (*level, "--executor", "ray", "--memory", "256", "--cluster", nodes.address)
    runs = {"one": (*level, "--jobs", "1"), "ray": ray, "carried": (*ray, "--carry")}
    assert compare(course, runs, "add") == 3
    results = json.loads(files(course)["out/add/results.json"])["results"]
    assert [(one["student"], one["earned"]) for one in results] == [
        ("number-only", 1),
        ("right", 2),
        ("wrong", 0),
    ]


def many(course: Path, count: int) -> None:
    for number in range(count):
        text = f"## 1\n**Answer:** {number % 14}\n## 2\n**Answer:** {number % 30}\n"
        (course / f"submissions/sums/s{number:02}.md").write_text(text, "utf-8")


def killing(nodes: Nodes, run: Ray, after: int) -> Any:
    """Kill a node that is at work, when so many results have come."""

    def watch(summaries: Iterable[Any], _count: int) -> Iterator[Any]:
        for number, one in enumerate(summaries):
            if number == after:
                used = {place.node for place in run._places if place.air}
                at_work = [at for at, node in enumerate(nodes.others) if node.node_id in used]
                assert at_work
                nodes.kill(at_work[0])
            yield one

    return watch


def test_a_node_that_dies_in_a_batch_costs_no_row_and_doubles_none(
    course: Path, nodes: Nodes
) -> None:
    many(course, 60)
    done = grade(course, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    undisturbed = (files(course), rows(course))
    afresh(course)

    loaded = load_assignment(course, "sums")
    out = course / ".grader/out/sums"
    book = open_book(course / ".grader")
    key = evidence_key(loaded, runs=False, trains=False)
    sources = hand_ins(sorted((course / "submissions/sums").iterdir()))
    doing = batch.plan(book, loaded, sources, key, batch.Choice())
    make = partial(Tasks, files=book.store.folder, reports=out / "reports")
    recipe = Recipe.of(loaded, boxes={"hidden": [course]}, make=make)
    run = Ray(recipe.start, 6, Needs(memory_mb=256), cluster=nodes.address)
    watch = killing(nodes, run, after=5)
    outcome = batch.carry_out(book, loaded, doing, run, make(assignment=loaded), watch=watch)
    write_class(book, loaded, Policy(), out)
    assert batch.plan(book, loaded, sources, key, batch.Choice()).tasks == ()
    book.close()
    assert (outcome.recorded, outcome.changed, outcome.postponed) == (60, 0, {})
    assert len(rows(course)["result"]) == 60
    assert rows(course) == undisturbed[1]
    assert files(course) == undisturbed[0]


def test_jobs_of_a_run_that_was_killed_go_on_and_the_next_run_takes_their_answers(
    course: Path, told: Path
) -> None:
    many(course, 30)
    assert grade(course, "--jobs", "1").returncode == 0
    undisturbed = (files(course), rows(course))
    afresh(course)
    slurm = ("--executor", "slurm", "--jobs", "2", "--memory", "256")
    first = subprocess.Popen(command(course, *slurm), cwd=course.parent, env=surroundings())
    state = course / ".grader/slurm"
    until(lambda: list(state.glob("*/jobs/7*_submitted.pkl")))
    second = grade(course, *slurm)
    assert second.returncode == 2
    assert "another grader waits for the same jobs" in second.stderr
    first.send_signal(signal.SIGKILL)
    first.wait()
    until(lambda: len(list(state.glob("*/answers/[!.]*"))) == 30)
    asked = told.read_text()
    done = grade(course, *slurm)
    assert done.returncode == 0, done.stderr
    assert told.read_text() == asked
    assert (files(course), rows(course)) == undisturbed


def until(seen: Callable[[], object]) -> None:
    ends = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture
def blind(course: Path) -> Iterator[str]:
    """The address of a node that sees an empty folder where the course is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = f"--head --block --port={port} --num-cpus=2 --memory=2000000000"
    words += " --object-store-memory=80000000 --include-dashboard=false --disable-usage-stats"
    script = f'mount -t tmpfs none "$1" && exec "$2" -m ray.scripts.scripts start {words}'
    node = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", script, "sh", str(course), sys.executable],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=surroundings(),
        start_new_session=True,
    )
    try:
        until(lambda: node.poll() is not None or answers(port))
        if node.poll() is not None:
            pytest.skip(
                "no mount of our own is allowed here: a node without the course was not tried"
            )
        yield f"127.0.0.1:{port}"
    finally:
        for process in {node.pid, *tree(node.pid)}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        node.wait()


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def test_a_node_without_the_course_is_refused_unless_files_are_sent_along(
    home: Path, blind: str
) -> None:
    ray = ("--executor", "ray", "--cluster", blind, "--memory", "256")
    refused = grade(home, *ray)
    assert refused.returncode == 2, refused.stderr
    assert "does not see" in refused.stderr
    assert "(--carry)" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert rows(home)["result"] == []
    runs = {"one": ("--jobs", "1"), "carried": (*ray, "--carry")}
    assert compare(home, runs) == len(STUDENTS)
    letter = home / "submissions/sums/cid/exam.md"
    letter.write_text("## 1\n**Answer:** 7\n", "utf-8")
    rubric = home / "rubrics/sums.yaml"
    rubric.write_text(rubric.read_text("utf-8").replace("credit: 0.5", "credit: 0.75"), "utf-8")
    mixed = grade(home, *ray, "--carry")  # the new attempt there, the others from evidence here
    assert "5 hand-in(s) marked now, 0 were up to date" in mixed.stderr, mixed.stderr
    assert [row for row in rows(home)["standing"] if "submission_id=cid~2" in row]


def test_what_no_node_has_is_said_before_anything_runs(home: Path) -> None:
    for options in (("--gpus", "1"), ("--memory", "90000000")):
        done = grade(home, "--executor", "ray", *options)
        assert done.returncode == 2, done.stderr
        assert "no node of the cluster has all of it" in done.stderr
        assert "Traceback" not in done.stderr
        assert rows(home)["evidence"] == rows(home)["result"] == []


def test_options_of_another_executor_are_not_passed_over(home: Path) -> None:
    for options, needed in {
        ("--cluster", "auto"): "--executor ray",
        ("--carry",): "--executor ray",
        ("--carry", "--executor", "slurm"): "--executor ray",
        ("--gpus", "1"): "--executor ray or slurm",
        ("--partition", "p", "--executor", "ray"): "--executor slurm",
    }.items():
        done = grade(home, *options)
        assert done.returncode == 2
        assert needed in done.stderr
        assert not (home / ".grader/gradebook.sqlite3").exists()


@pytest.mark.parametrize(("executor", "module"), [("ray", "ray"), ("slurm", "submitit")])
def test_without_the_extra_it_says_how_to_install_it(
    home: Path, tmp_path: Path, executor: str, module: str
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / f"none/{module}.py").write_text(f"raise ModuleNotFoundError('no {module}')\n")
    done = subprocess.run(
        command(home, "--executor", executor),
        capture_output=True,
        text=True,
        cwd=home.parent,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'none'}{os.pathsep}{ROOT}"},
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'grader[cluster]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert rows(home)["result"] == []
