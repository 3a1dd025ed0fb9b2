"""Backends beside the native one: they run the same jobs to the same ends, and leave nothing."""

import itertools
import json
import os
import shutil
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox import Backend, Job, Limits, Run, Step
from grader.sandbox.backends import backends
from grader.sandbox.backends.bubblewrap import Bubblewrap
from grader.sandbox.backends.container import Container
from grader.sandbox.backends.landlock import Landlocked, _around
from grader.sandbox.backends.none import NotIsolated, Unisolated
from grader.sandbox.doctor.checks import tried
from tests.sandbox.conftest import namespaces_work

LIMITS = Limits(seconds=30.0, cpu_seconds=20.0, memory_mb=128, processes=20)


def cell(source: str) -> Step:
    return Step(do="cell", data={"source": source, "number": 1})


def ran(backend: Backend, *sources: str, limits: Limits = LIMITS, **words: dict[str, bytes]) -> Run:
    return backend(Job(steps=tuple(map(cell, sources)), limits=limits, runtime="bare", **words))


def said(backend: Backend, source: str) -> str:
    run = ran(backend, source)
    assert run.ended == "done", run
    return run.outcomes[0].printed.strip()


def need_bubblewrap() -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("NOT TESTED: bubblewrap is not installed")
    if not namespaces_work():
        pytest.skip("NOT TESTED: this machine gives no user namespaces")


@pytest.fixture
def bubblewrap() -> Iterator[Bubblewrap]:
    need_bubblewrap()
    with Bubblewrap() as backend:
        yield backend


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """The state folder of a container program of our own; the program lies in it."""
    need_bubblewrap()
    program = tmp_path / "docker"
    source = Path(__file__).with_name("engine.py")
    leaky = 'exec 7<"$0"'  # the program has a file of this machine open, and lets it through
    program.write_text(
        f'#!/bin/sh\n{leaky}\nexec {sys.executable} -I {source} {tmp_path} "$@"\n', "utf-8"
    )
    program.chmod(0o755)
    return tmp_path


@pytest.fixture
def container(engine: Path) -> Iterator[Container]:
    own = (sys.prefix, sys.base_prefix)
    program = str(engine / "docker")
    with Container(program=program, python=sys.executable, readable=own) as backend:
        yield backend


def called(engine: Path) -> list[list[str]]:
    return [json.loads(line) for line in (engine / "log").read_text("utf-8").splitlines()]


@pytest.fixture(params=["bubblewrap", "container", "none"])
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "none":
        return Unisolated(own=True)
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["bubblewrap", "container"])
def isolating(request: pytest.FixtureRequest) -> Backend:
    return request.getfixturevalue(request.param)


# -- the same everywhere


def test_steps_share_one_memory_and_answer_in_order(backend: Backend) -> None:
    run = ran(backend, "x = 20", "1 / 0", "print(x + 22)")
    assert [outcome.ended for outcome in run.outcomes] == ["done", "raised", "done"]
    assert run.outcomes[1].raised.type == "ZeroDivisionError"
    assert run.outcomes[2].printed == "42\n"
    assert run.ended == "done"


def test_both_streams_come_in_order_and_programs_write_to_them_too(backend: Backend) -> None:
    source = (
        "import subprocess, sys\nprint('a')\nprint('b', file=sys.stderr)\n"
        "subprocess.run([sys.executable, '-c', 'print(3)'])\nprint('d')"
    )
    (outcome,) = ran(backend, source).outcomes
    assert "".join(piece.text for piece in outcome.text) == "a\nb\n3\nd\n"
    assert outcome.printed == "a\n3\nd\n"


def test_files_of_the_job_lie_in_its_folder_and_nothing_else(backend: Backend) -> None:
    run = ran(
        backend,
        "import os, helper\nprint(helper.name, sorted(os.listdir('.')), open('data/a.txt').read())",
        files={"helper.py": b"name = 'mine'\n", "data/a.txt": b"1"},
    )
    assert run.outcomes[0].printed == "mine ['data', 'helper.py'] 1\n"


def test_two_jobs_share_nothing(backend: Backend) -> None:
    ran(backend, "x = 1\nopen('left', 'w').write('me')")
    assert said(backend, "import os\nprint(os.listdir('.'), 'x' in globals())") == "[] False"


def test_nothing_of_our_environment_goes_in(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "secret")
    assert said(backend, "import os\nprint('secret' in str(os.environ))") == "False"


@pytest.mark.parametrize(
    ("source", "ended", "limits"),
    [
        ("while True: pass", "cpu", Limits(seconds=30, cpu_seconds=1)),
        ("import time\ntime.sleep(60)", "timeout", Limits(seconds=1)),
        ("print('x' * 100_000)\n" * 3, "output", Limits(text_bytes=20_000)),
        ("import os\nos._exit(3)", "killed", LIMITS),
        ("import ctypes\nctypes.string_at(0)", "killed", LIMITS),
    ],
)
def test_how_a_job_ends_is_said(backend: Backend, source: str, ended: str, limits: Limits) -> None:
    run = ran(backend, source, "print('after')", limits=limits)
    assert (run.ended, run.outcomes[0].ended, run.outcomes[1].ended) == (
        ended,
        ended,
        "not reached",
    )
    assert run.why


def test_exit_statuses_and_signals_are_named(backend: Backend) -> None:
    assert "exit status 3" in ran(backend, "import os\nos._exit(3)").why
    assert "SIGSEGV" in ran(backend, "import ctypes\nctypes.string_at(0)").why


@pytest.mark.skipif(sys.platform != "linux", reason="addresses are bounded on Linux only")
def test_memory_is_bounded(backend: Backend) -> None:
    run = ran(backend, "held = bytearray(1_000_000_000)")
    assert run.outcomes[0].raised.type == "MemoryError"


@pytest.mark.skipif(sys.platform != "linux", reason="trees are watched on Linux only")
def test_memory_of_children_counts(backend: Backend) -> None:
    source = (
        "import os, time\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        held = os.urandom(60_000_000)\n"
        "        time.sleep(30)\n"
        "time.sleep(20)"
    )
    assert ran(backend, source).ended == "memory"


@pytest.mark.skipif(sys.platform != "linux", reason="trees are watched on Linux only")
def test_processes_are_bounded(backend: Backend) -> None:
    source = (
        "import os, time\ncount = 0\n"
        "for _ in range(60):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(30)\n"
        "    count += 1\n"
        "time.sleep(1)"
    )
    run = ran(backend, source)
    refused = run.ended == "done" and run.outcomes[0].raised.type == "BlockingIOError"
    assert refused or (run.ended, run.why) == ("killed", "started more than 20 processes")


@pytest.mark.skipif(sys.platform != "linux", reason="trees are watched on Linux only")
def test_imports_are_not_the_students_time() -> None:
    job = Job(steps=(cell("import numpy\nprint(numpy.__name__)"),), limits=LIMITS)
    run = Unisolated(own=True)(job)
    assert run.outcomes[0].printed == "numpy\n", run
    assert run.cpu_seconds < run.seconds / 4


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_nothing_is_left_of_what_it_started(backend: Backend) -> None:
    mark = f"{time.time_ns()}"
    source = (
        "import subprocess, sys, time\n"
        f"words = [sys.executable, '-c', 'import time; time.sleep(120)', '{mark}']\n"
        "subprocess.Popen(words, start_new_session=True)\n"
        "time.sleep(0.3)"
    )
    assert ran(backend, source).ended == "done"
    until = time.monotonic() + 10
    while (left := running(mark)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def running(mark: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in words:
            found.append(entry.name)
    return found


# -- walls


def test_everything_promised_is_there_from_inside_and_outside(isolating: Backend) -> None:
    result = tried("backend", isolating)
    assert not result.why
    failed = {finding.what for finding in result.findings if not finding.ok}
    if isinstance(isolating, Container) and os.getuid() == 0:
        failed -= {"it is not root"}  # our small container program cannot change users
    assert failed == set()
    assert result.isolation.level == "L3"
    assert "seccomp" in result.isolation.layers


def test_its_own_folder_is_bounded(isolating: Backend) -> None:
    source = (
        "for n in range(20):\n    with open(str(n), 'wb') as file: file.write(bytes(1_000_000))"
    )
    run = ran(isolating, source, limits=Limits(seconds=30, disk_mb=8))
    assert run.outcomes[0].raised.type == "OSError"
    assert "No space left" in run.outcomes[0].raised.message


def test_no_open_file_of_ours_goes_in(isolating: Backend) -> None:
    source = (
        "import os\n"
        "found = set()\n"
        "for name in os.listdir('/proc/self/fd'):\n"
        "    try: found.add(os.readlink('/proc/self/fd/' + name).split(':')[0])\n"
        "    except OSError: pass\n"
        "print(sorted(found))"
    )
    assert said(isolating, source) == "['/dev/null', 'pipe']"


# -- bubblewrap


def test_bubblewrap_shows_no_home_no_course_and_no_grader(bubblewrap: Bubblewrap) -> None:
    course = str(Path(__file__).parents[2])
    source = (
        "import importlib.util, os\n"
        f"print(os.path.exists({str(Path(course, 'README.md'))!r}), os.path.exists('/home'),\n"
        "      importlib.util.find_spec('grader'))"
    )
    assert said(bubblewrap, source) == "False False None"


def test_bubblewrap_shows_nothing_of_how_the_grader_is_installed(bubblewrap: Bubblewrap) -> None:
    source = (
        "import pathlib, sys\n"
        "names = ('*.pth', 'grader*', '*editable*')\n"
        "found = [f for p in sys.path if p for name in names for f in pathlib.Path(p).glob(name)]\n"
        "files = [f for one in found for f in (one, *one.rglob('*')) if f.is_file()]\n"
        "print(len(found) > 0, sum(f.stat().st_size for f in files))"
    )
    there, size = said(bubblewrap, source).split()
    if there == "False":
        pytest.skip("NOT TESTED: the grader is not installed beside the interpreter's packages")
    assert size == "0"


def test_bubblewrap_runs_the_interpreter_of_a_virtual_environment(
    bubblewrap: Bubblewrap, tmp_path: Path
) -> None:
    del bubblewrap
    venv.create(tmp_path / "own", symlinks=True)
    with Bubblewrap(venv=tmp_path / "own") as backend:
        assert said(backend, "import sys\nprint(sys.prefix)") == str(tmp_path / "own")


def test_bubblewrap_bounds_the_number_of_files(bubblewrap: Bubblewrap) -> None:
    source = "import time\nfor n in range(500): open(str(n), 'w').close()\ntime.sleep(2)"
    run = ran(bubblewrap, source, limits=Limits(seconds=30, files=100))
    assert (run.ended, run.why) == ("killed", "made more than 100 files")


def test_bubblewrap_without_landlock_says_so(bubblewrap: Bubblewrap) -> None:
    assert "landlock" in ran(bubblewrap, "1").isolation.layers
    with Bubblewrap(landlock=False) as weaker:
        assert "landlock" not in ran(weaker, "1").isolation.layers
        source = "import os\nprint('usr' in os.listdir('/'))\nopen('/new', 'w')"
        (outcome,) = ran(weaker, source).outcomes
    assert outcome.printed == "True\n"
    assert "Read-only file system" in outcome.raised.message


@pytest.mark.skipif(os.getuid() != 0, reason="only root is in danger of running it as root")
def test_bubblewrap_never_runs_anything_as_root(bubblewrap: Bubblewrap) -> None:
    source = "print(open('/proc/self/uid_map').read().split())"
    inside, outside, count = json.loads(said(bubblewrap, source).replace("'", '"'))
    assert (inside, count) == ("1000", "1")
    assert int(outside) >= 61_000


def test_a_machine_without_bubblewrap_says_what_to_install() -> None:
    run = ran(Bubblewrap(program="no-such-bwrap"), "1")
    assert run.ended == "box failed"
    assert "install the package bubblewrap" in run.why


# -- containers


def test_a_container_is_shut_in_by_the_words_it_is_started_with(
    container: Container, engine: Path
) -> None:
    ran(container, "1", limits=Limits(memory_mb=300, processes=7, disk_mb=9, files=50))
    (words,) = [call for call in called(engine) if call[0] == "run"]
    pairs = list(itertools.pairwise(words))
    for pair in (
        ("--network", "none"),
        ("--cap-drop", "ALL"),
        ("--security-opt", "no-new-privileges"),
        ("--ipc", "private"),
        ("--user", "1000:1000"),
        ("--pids-limit", "7"),
        ("--memory", "300m"),
        ("--memory-swap", "300m"),
        ("--pull", "never"),
    ):
        assert pair in pairs
    assert {"--read-only", "--rm"} <= set(words)
    sizes = [value for option, value in pairs if option == "--tmpfs"]
    assert all(f"size={9 << 20}" in size and "nr_inodes=50" in size for size in sizes)
    assert not {"--volume", "-v", "--mount", "--privileged", "--device"} & set(words)


def test_a_container_is_removed_by_the_name_it_was_given(
    container: Container, engine: Path
) -> None:
    for source in ("1", "import time\ntime.sleep(60)"):
        ran(container, source, limits=Limits(seconds=2))
    started = [call[call.index("--name") + 1] for call in called(engine) if call[0] == "run"]
    removed = [call[-1] for call in called(engine) if call[0] == "rm"]
    assert removed == started
    assert len(set(started)) == 2
    assert {path.name for path in engine.iterdir()} == {"docker", "log"}


def test_an_image_that_is_not_there_is_our_fault_and_named(engine: Path) -> None:
    run = ran(Container(program=str(engine / "docker"), image="no-such-image"), "1")
    assert run.ended == "box failed"
    assert "No such image: no-such-image" in run.why


def test_what_is_no_box_is_not_believed(engine: Path) -> None:
    backend = Container(program=str(engine / "docker"), python="/bin/cat")
    assert ran(backend, "1").ended == "box failed"


@pytest.mark.parametrize("program", ["docker", "podman"])
def test_a_real_container_program(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"NOT TESTED: {program} is not installed")
    with Container(program=program) as backend:
        run = ran(backend, "print(6 * 7)")
        if run.ended == "box failed":
            assert run.why.startswith("it did not start; it said: ")
            pytest.skip(f"NOT TESTED: {program} cannot start the image grader-box: {run.why}")
        assert run.outcomes[0].printed == "42\n"
        result = tried(program, backend)
    assert [finding for finding in result.findings if not finding.ok] == []


# -- Landlock alone


def test_landlock_boxes_are_weaker_and_say_so() -> None:
    isolation = Landlocked().isolation
    assert isolation.level == "L2"
    assert {"net", "mount", "pid"} <= set(isolation.missing)
    assert isolation.says.startswith("no namespaces")


def test_landlock_boxes_read_around_what_is_masked(tmp_path: Path) -> None:
    for name in ("numpy", "grader", "deep/kept", "deep/hidden"):
        (tmp_path / name).mkdir(parents=True)
    masks = [str(tmp_path / "grader"), str(tmp_path / "deep/hidden")]
    shown = list(_around(str(tmp_path), masks))
    assert shown == [str(tmp_path / "deep/kept"), str(tmp_path / "numpy")]


# -- none


def test_none_refuses_what_nobody_calls_their_own() -> None:
    with pytest.raises(NotIsolated, match="NOT ISOLATED"):
        ran(Unisolated(), "1")


def test_none_says_that_it_is_none() -> None:
    isolation = ran(Unisolated(own=True), "1").isolation
    assert (isolation.level, isolation.backend) == ("L0", "none")
    assert "do not grade other people's code" in isolation.says


def test_none_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert str(tmp_path) in said(Unisolated(own=True), "import os\nprint(os.getcwd())")
    assert list(tmp_path.iterdir()) == []


def test_none_finds_the_programs_of_this_computer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    source = f"import os\nprint({str(tmp_path)!r} in os.environ['PATH'])"
    assert said(Unisolated(own=True), source) == "True"


def test_all_backends_are_found_by_name() -> None:
    assert backends.names() == ["bubblewrap", "container", "landlock", "native", "none"]
