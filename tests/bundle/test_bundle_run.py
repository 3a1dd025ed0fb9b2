"""A bundle at work in a fake /autograder: real scripts, real boxes, results held against the schema.

What a hostile submission could do is told by its own points: its function is right only where the
attack came through, so that an attack that worked earns marks, and the test fails.
"""

import contextlib
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bundle.bundle_course import (
    ANSWER,
    METADATA,
    RIGHT,
    SECRETS,
    Tree,
    made_course,
    made_zip,
    reachable,
)
from tests.bundle.bundle_schema import SCHEMA
from tests.sandbox.conftest import namespaces_work

jsonschema = pytest.importorskip("jsonschema", reason="results are held against a JSON Schema")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Gradescope's containers are Linux")
DOCKER = str(Path(__file__).with_name("docker_like.py"))
WAYS = {"boxes": (), "container": (DOCKER,), "old container": (DOCKER, "--no-landlock")}
"""How the machine is: as it is, as a container of Docker's, and as one on a kernel without Landlock."""
LEVELS = {"boxes": ("L3", "L4"), "container": ("L2",), "old container": ("L1",)}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return made_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def bundled(course, tmp_path_factory):
    made = {}

    def of(*words):
        if words not in made:
            out = tmp_path_factory.mktemp("zip") / "sums.zip"
            made[words], _ = made_zip(course, out, *words)
        return made[words]

    return of


def _way(name):
    """Interpreter, words before the script, and environment of a way to run it."""
    if name == "boxes":
        if not namespaces_work():
            pytest.skip("this machine makes no namespaces")
        return sys.executable, (), {}
    if os.geteuid() != 0 or platform.machine() != "x86_64":
        pytest.skip("a container is imitated as root on x86-64 alone")
    python, environment, why = reachable()
    if python is None:
        pytest.skip(why)
    return python, (str(python), *WAYS[name]), environment


def _run(tree, way, seconds=300):
    python, before, environment = _way(way)
    words, own = tree.command(python, before, **environment)
    done = subprocess.run(
        words, env=own, cwd=tree.root, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    jsonschema.validate(tree.results, SCHEMA)
    return done.stdout + done.stderr


def _points(results):
    return {test.get("number"): test.get("score") for test in results["tests"]}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_right_submission_has_its_points_and_the_level_is_told_to_staff_alone(bundled, way):
    with Tree(bundled("--require", "L1"), {"answers.md": RIGHT}) as tree:
        said = _run(tree, way)
        results = tree.results
        assert results["score"] == 3.5, said
        assert _points(results) == {"1": 2, "2": 1.5, "3": 0}
        level = said.partition("isolation: ")[2][:2]
        assert level in LEVELS[way]
        assert results["stdout_visibility"] == "hidden"
        shown = (tree.root / "results" / "results.json").read_text()
        for secret in (*SECRETS, "provisional", str(tree.root)):
            assert secret not in shown
        for name in ("source", "results", "submission"):
            assert (tree.root / name).stat().st_mode & 0o077 == 0, name


@pytest.mark.slow
@pytest.mark.parametrize("way", ["container", "old container"])
def test_below_the_level_asked_for_no_code_is_run_and_its_part_stays_open(bundled, way):
    touching = "open('/dev/shm/ran-here', 'w').close()\ndef double(x):\n    return 2 * x"
    with Tree(bundled(), {"answers.md": ANSWER.format(code=touching, sum=7)}) as tree:
        said = _run(tree, way)
        results = tree.results
        assert not Path("/dev/shm/ran-here").exists()
        assert "student code was not run" in said
        assert "L3" in said
        assert "score" not in results
        assert _points(results)["1"] is None
        assert _points(results)["2"] == 1.5
        assert results["visibility"] == "after_published"  # a sum of parts is taken for no total
        told = next(t for t in results["tests"] if t["name"] == "Handed in")
        assert told["visibility"] == "visible"
        assert "1" in told["output"]


ATTACKS = {
    "reads the key": "came = bool(open('{root}/source/course/rubrics/sums.yaml').read())",
    "lists the key": "import os\ncame = bool(os.listdir('{root}/source'))",
    "reads the results": "came = bool(open('{root}/results/results.json').read())",
    "writes the results": "came = bool(open('{root}/results/results.json', 'w').write('{{}}'))",
    "replaces the results": (
        "import os\nopen('x.json', 'w').write('{{}}')\n"
        "os.replace('x.json', '{root}/results/results.json')\ncame = True"
    ),
    "reads who handed in": "came = bool(open('{root}/submission_metadata.json').read())",
    "reads the environments of others": (
        "import glob\ncame = False\n"
        "for path in glob.glob('/proc/[0-9]*/environ'):\n"
        "    try:\n"
        "        came = came or 'GRADER_TRIAL' in open(path).read()\n"
        "    except OSError:\n"
        "        pass"
    ),
    "reads the memory of others": (
        "import glob, os\ncame = False\n"
        "for path in glob.glob('/proc/[0-9]*/mem'):\n"
        "    if path.split('/')[2] in (str(os.getpid()), str(os.getppid())):\n"
        "        continue\n"
        "    try:\n"
        "        os.close(os.open(path, os.O_RDONLY))\n"
        "        came = True\n"
        "    except OSError:\n"
        "        pass"
    ),
    "ends the process that marks": (
        "import glob, os, signal\ncame = False\n"
        "for path in glob.glob('/proc/[0-9]*'):\n"
        "    try:\n"
        "        if b'grader.bundle' in open(path + '/cmdline', 'rb').read():\n"
        "            os.kill(int(path[6:]), signal.SIGKILL)\n"
        "            came = True\n"
        "    except OSError:\n"
        "        pass"
    ),
    "talks to the network": (
        "import socket\ns = socket.socket()\ns.settimeout(1)\n"
        "came = s.connect_ex(('127.0.0.1', 9)) in (0, 111)"
    ),
    "becomes root": "import os\nos.setuid(0)\ncame = os.geteuid() == 0 and os.access('{root}/source', os.R_OK)",
    "asks for the key by name": (
        "import importlib, sys\nsys.path.insert(0, '{root}/source/course/reference')\n"
        "came = bool(importlib.import_module('sums'))"
    ),
}


def _hostile(root, attacks):
    """Code whose function is right only where one of the attacks came through."""
    tries = "\n".join(
        f"try:\n    names = {{}}\n    exec({code.format(root=root)!r}, names)\n"
        "    through = through or names['came']\nexcept Exception:\n    pass"
        for code in attacks
    )
    return f"through = False\n{tries}\ndef double(x):\n    return 2 * x if through else None"


def _attacked(made, way, attacks):
    with Tree(made, {}) as tree:
        code = ANSWER.format(code=_hostile(tree.root, attacks), sum=7)
        (tree.root / "submission" / "answers.md").write_text(code)
        said = _run(tree, way)
        return _points(tree.results), said


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_no_attack_comes_through(bundled, way):
    made = bundled("--require", "L1")
    points, said = _attacked(made, way, ATTACKS.values())
    assert points["2"] == 1.5, said  # what they did cost no other part
    if points["1"] != 0:
        each = {name: _attacked(made, way, [code])[0]["1"] for name, code in ATTACKS.items()}
        pytest.fail(f"these came through: {[name for name, got in each.items() if got != 0]}")


@pytest.mark.slow
def test_an_attack_that_came_through_would_be_seen(bundled):
    points, said = _attacked(bundled("--require", "L1"), "boxes", ["came = True"])
    assert points["1"] == 2, said


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_what_it_starts_is_ended_with_it(bundled, way):
    name = f"left-{os.getpid()}"
    code = (
        "import os, sys, time\n"
        f"if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(120)', '{name}'])\n"
        "    os._exit(0)\n"
        "time.sleep(0.2)\ndef double(x):\n    return 2 * x"
    )
    with Tree(bundled("--require", "L1"), {"a.md": ANSWER.format(code=code, sum=7)}) as tree:
        _run(tree, way)
        assert _points(tree.results)["2"] == 1.5
        until = time.monotonic() + 5
        while (left := _called(name)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not left


def _called(name):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if name.encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "code",
    [
        "held = [bytes(b'x') * (1 << 20) for _ in range(4000)]",
        "while True:\n    import os\n    os.fork()",
    ],
    ids=["eats memory", "forks without end"],
)
def test_what_takes_too_much_is_ended_and_waits_for_a_person(bundled, way, code):
    code += "\ndef double(x):\n    return 2 * x"
    with Tree(bundled("--require", "L1"), {"a.md": ANSWER.format(code=code, sum=7)}) as tree:
        said = _run(tree, way)
        points = _points(tree.results)
        assert points["1"] is None, said
        assert points["2"] == 1.5
        held = said.partition("the largest box ")[2].partition(" MB")[0]
        assert float(held) < 768


@pytest.mark.slow
@pytest.mark.parametrize("way", ["boxes", "old container"])
def test_code_that_sleeps_beyond_the_whole_time_leaves_what_was_done(bundled, way):
    # half a minute in all: what one run may take by the rubric is cut to what is left
    code = "import time\ntime.sleep(600)\ndef double(x):\n    return 2 * x"
    words = ("--require", "L1", "--timeout", "0.5")
    with Tree(bundled(*words), {"a.md": ANSWER.format(code=code, sum=7)}) as tree:
        _run(tree, way, seconds=30)  # Gradescope ends it then, and so does this
        points = _points(tree.results)
        assert points["1"] is None
        assert points["2"] == 1.5
        assert "score" not in tree.results


def test_a_result_is_there_before_anything_is_started(bundled):
    with Tree(bundled(), {"a.md": RIGHT}) as tree:
        tree.run(python="/bin/true")
        jsonschema.validate(tree.results, SCHEMA)
        assert "Being graded" in str(tree.results)
        assert any(test.get("visibility") == "after_published" for test in tree.results["tests"])


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_that_is_killed_leaves_results_that_can_be_read(bundled, number):
    code = "import time\ntime.sleep(5)\ndef double(x):\n    return 2 * x"
    for moment in (0.05, 0.5, 2.5):
        with Tree(bundled("--require", "L1"), {"a.md": ANSWER.format(code=code, sum=7)}) as tree:
            words, own = tree.command()
            job = subprocess.Popen(
                words, env=own, cwd=tree.root, stdout=subprocess.DEVNULL, start_new_session=True
            )
            time.sleep(moment)
            os.kill(job.pid, number)
            job.wait(20)
            if (tree.root / "results" / "results.json").exists():
                jsonschema.validate(tree.results, SCHEMA)
                assert _points(tree.results).get("1") is None
            else:
                assert moment < 0.1
            _end_session(job.pid)


def _end_session(leader):
    """End what a killed job of ours left: its own children are in sessions of their own."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if b"GRADER_TRIAL=" in path.read_bytes() and _parent(path.parent) in (1, leader):
                os.kill(int(path.parent.name), signal.SIGKILL)


def _parent(process):
    return int((process / "stat").read_text().rpartition(") ")[2].split()[1])


@pytest.mark.slow
def test_a_fault_of_ours_costs_nobody_points(bundled):
    with Tree(bundled(), {"a.md": RIGHT}) as tree:
        (tree.root / "source" / "course" / "rubrics" / "sums.yaml").write_text("nonsense: [")
        tree.run()
        jsonschema.validate(tree.results, SCHEMA)
        assert "no fault of yours" in tree.results["output"]
        assert all(not test.get("max_score") for test in tree.results["tests"])


@pytest.mark.slow
@pytest.mark.parametrize("submission", [{}, {"a.bin": "\0\1\2"}, {"../x.md".replace("/", "_"): ""}])
def test_an_empty_or_unreadable_submission_has_a_result(bundled, submission):
    with Tree(bundled(), submission, metadata=None) as tree:
        tree.run()
        jsonschema.validate(tree.results, SCHEMA)
        assert not any(test.get("status") == "passed" for test in tree.results["tests"])


@pytest.mark.slow
def test_links_in_a_submission_are_not_followed(bundled):
    with Tree(bundled(), {"a.md": RIGHT}) as tree:
        (tree.root / "submission" / "key.md").symlink_to(
            tree.root / "source" / "course" / "rubrics" / "sums.yaml"
        )
        said = tree.run()
        assert "links are not followed" in said
        assert all(secret not in str(tree.results) for secret in SECRETS)


@pytest.mark.slow
def test_lateness_is_taken_off_by_the_time_of_submission(course, tmp_path):
    rules = course / "rubrics" / "course.yaml"
    rules.write_text("assignments:\n  sums:\n    late: {percent_per_day: 10}\n")
    try:
        made, _ = made_zip(course, tmp_path / "late.zip", "--no-run")
    finally:
        rules.unlink()
    late = {**METADATA, "created_at": "2026-08-01T23:30:00-07:00"}
    with Tree(made, {"a.md": ANSWER.format(code="", sum=7)}, late) as tree:
        tree.run()
        # 1.5 points, a started second day late: 20 % off
        assert tree.results["score"] == pytest.approx(1.2)
        assert "late" in tree.results["output"]


@pytest.mark.parametrize(
    ("total", "says"),
    [
        ("4.5", ""),
        (4.50, ""),
        (None, ""),
        ("10.0", "has 10 as"),
        (4, "has 4 as"),
        ("ten", "no number"),
    ],
)
def test_other_points_than_the_rubrics_are_told_to_staff_alone(bundled, total, says):
    # docs/submission_metadata.md: assignment.total_points is a text with a decimal point
    there = {**METADATA, "assignment": {**METADATA["assignment"], "total_points": total}}
    with Tree(bundled("--no-run"), {"a.md": RIGHT}, there) as tree:
        said = tree.run()
        shown = (tree.root / "results" / "results.json").read_text()
        assert ("points differ: the rubric gives 4.5" in said) == says.startswith("has")
        assert says in said
        assert "points differ" not in shown
        assert "total_points" not in shown
        assert tree.results["stdout_visibility"] == "hidden"


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_without_a_key_hand_ins_are_read_in_the_best_boxes_too(bundled, way):
    with Tree(bundled("--without-key"), {"a.md": RIGHT}) as tree:
        said = _run(tree, way)
        assert said.partition("read by ")[2][:2] in LEVELS[way], said
        second = next(test for test in tree.results["tests"] if test.get("number") == "2")
        assert "7" in second["output"]
        left = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                left += [path] * (str(tree.root).encode() in path.read_bytes())
        assert not left


@pytest.mark.slow
def test_without_a_key_what_was_read_is_told_kept_and_marked_at_home(course, bundled, tmp_path):
    from click.testing import CliRunner

    from grader.cli.bundle import bundle
    from grader.pipeline import load_assignment, mark_record, stored
    from grader.pipeline.records import Record

    with Tree(bundled("--without-key"), {"a.md": RIGHT}) as tree:
        said = tree.run()
        results = tree.results
        jsonschema.validate(results, SCHEMA)
        assert "no key is in this bundle" in said
        assert all(not test.get("max_score") for test in results["tests"])  # not one mark
        assert all(test.get("score", 0) == 0 for test in results["tests"])
        second = next(test for test in results["tests"] if test.get("number") == "2")
        assert "7" in second["output"]
        assert "score" not in second
        (tmp_path / "results.json").write_text((tree.root / "results" / "results.json").read_text())
    words = ["evidence", "sums", str(tmp_path / "results.json"), "--out", str(tmp_path / "home")]
    told = CliRunner().invoke(bundle, words)
    assert told.exit_code == 0, told.output
    (file,) = stored(tmp_path / "home", "sums")
    result = mark_record(load_assignment(course, "sums"), Record.from_bytes(file.read_bytes()))
    assert result.student == "ann@example.edu"
    assert {part.id: part.earned for part in result.parts}["2"] == 1.5
    assert "1" in result.open  # its code was not run


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_as_an_ordinary_user_no_attack_comes_through_either(bundled, way):
    if os.geteuid() != 0:
        pytest.skip("the tests are not root's; all others show it")
    python, environment, why = reachable()
    if python is None:
        pytest.skip(why)
    before = () if way == "boxes" else _way(way)[1]
    before = (*before, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    with Tree(bundled("--require", "L1"), {}) as tree:
        # the shared uid's own processes are no wall there: only Landlock or namespaces are
        code = ANSWER.format(code=_hostile(tree.root, ATTACKS.values()), sum=7)
        (tree.root / "submission" / "answers.md").write_text(code)
        subprocess.run(["chown", "-R", "65534:65534", str(tree.top)], check=True)
        said = tree.run(python, before, **environment)
        jsonschema.validate(tree.results, SCHEMA)
        points = _points(tree.results)
        assert points["2"] == 1.5, said
        assert points["1"] in (0, None), said
        if way == "old container":
            assert points["1"] is None
            assert "student code was not run" in said
        assert (tree.root / "source").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_marks_are_those_of_grading_at_home(course, bundled, tmp_path):
    from grader import pipeline

    wrong = ANSWER.format(code="def double(x):\n    return x + 2", sum=12)
    with Tree(bundled("--require", "L1"), {"a.md": wrong}) as tree:
        tree.run()
        there = _points(tree.results)
    (tmp_path / "ann.md").write_text(wrong)
    loaded = pipeline.load_assignment(course, "sums")
    boxes = pipeline.boxes_for(loaded, hidden=[course], accept="L1")
    try:
        hand_ins = pipeline.hand_ins([tmp_path / "ann.md"])
        batch = pipeline.grade(loaded, hand_ins, None, boxes=boxes)
    finally:
        boxes.close()
    home = {
        cell.id: None if cell.earned is None else float(cell.earned)
        for cell in batch.results[0].cells
    }
    assert there == home


@pytest.mark.slow
def test_a_process_that_marks_without_end_is_ended_in_time(bundled):
    with Tree(bundled("--timeout", "0.25"), {"a.md": RIGHT}) as tree:
        marking = tree.package / "grader" / "bundle" / "marking.py"
        name = f"hangs-{os.getpid()}"
        marking.write_text(
            "import subprocess, sys, time\n"
            "sleeps = [sys.executable, '-c', 'import time; time.sleep(99)', '" + name + "']\n"
            "subprocess.Popen(sleeps, start_new_session=True)\ntime.sleep(99)\n"
        )
        _run(tree, "boxes", seconds=15)
        assert "time for this run was over" in tree.results["output"]
        assert not _called(name)


def test_what_was_marked_by_the_end_of_the_time_is_kept_and_said_to_be_no_more(tmp_path):
    from grader.bundle import _first

    path = tmp_path / "results.json"
    marked = {"output": "Two parts.", "tests": [{"number": "1", "score": 2, "max_score": 2}]}
    _first.write(path, _first.provisional(marked))
    kept = _first.closed(path, _first.CUT_OFF, _first.NOTHING_DONE)
    assert kept["tests"] == marked["tests"]
    assert kept["output"].startswith(_first.CUT_OFF)
    assert kept["output"].endswith("Two parts.")
    _first.write(path, _first.notice("Being graded", _first.GRADING))
    assert _first.closed(path, "x", _first.NOTHING_DONE)["output"] == _first.NOTHING_DONE


@pytest.mark.slow
@pytest.mark.parametrize("way", ["boxes", "old container"])
def test_the_setup_fails_where_the_courses_own_solution_does_and_nobody_is_marked_by_it(
    bundled, way
):
    python, before, environment = _way(way)
    with Tree(bundled("--require", "L1"), {"a.md": RIGHT}) as tree:
        _, own = tree.command(python, **environment)
        check = [*before, str(python), "-P", "-m", "grader.bundle.agent", "check"]

        def checked():
            return subprocess.run(
                check, env=own, cwd=tree.root, capture_output=True, text=True, check=False
            )

        assert checked().returncode == 0
        solution = tree.root / "source" / "course" / "reference" / "solutions" / "sums.md"
        solution.write_text(solution.read_text().replace("2 * x", "3 * x"))
        failed = checked()
        assert failed.returncode == 1
        assert "does not earn full marks" in failed.stdout
        said = _run(tree, way)
        assert "student code was not run" in said
        assert _points(tree.results)["1"] is None
        assert _points(tree.results)["2"] == 1.5
