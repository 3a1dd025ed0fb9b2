"""Native boxes: what runs in one, how it ends, and that nothing is left of it."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import venv
from pathlib import Path

import pytest

from grader.sandbox import Job, Limits, Outcome, Run, Step
from grader.sandbox.backends.native import Native
from grader.sandbox.host.runtime import ENVIRONMENT
from grader.sandbox.host.zygote import NoZygote

BUSY = Limits(seconds=60.0, cpu_seconds=1.0)
SHORT = Limits(seconds=3.0, cpu_seconds=1.0, memory_mb=300)


def cell(source: str) -> Step:
    return Step(do="cell", data={"source": source, "number": 1})


def ran(boxes: Native, *sources: str, limits: Limits = SHORT) -> Run:
    return boxes(Job(steps=tuple(map(cell, sources)), limits=limits, runtime="bare"))


def said(boxes: Native, source: str) -> str:
    run = ran(boxes, source)
    assert run.ended == "done", run
    return run.outcomes[0].printed.strip()


# -- ordinary life


def test_steps_share_one_memory_and_answer_in_order(native: Native) -> None:
    run = ran(native, "x = 20", "x = x + 22", "print(x)")
    assert [outcome.ended for outcome in run.outcomes] == ["done"] * 3
    assert run.outcomes[2].printed == "42\n"
    assert run.ended == "done"


def test_an_exception_stops_its_own_step_alone(native: Native) -> None:
    run = ran(native, "print('before')\n1 / 0", "print('after')")
    assert [outcome.ended for outcome in run.outcomes] == ["raised", "done"]
    raised = run.outcomes[0].raised
    assert raised is not None
    assert (raised.type, raised.line) == ("ZeroDivisionError", 2)
    assert run.outcomes[0].printed == "before\n"


def test_two_jobs_share_nothing(native: Native) -> None:
    ran(native, "x = 1\nopen('left', 'w').write('me')\nopen('/tmp/left', 'w').write('me')")
    look = "import os\nprint(os.listdir('.'), 'left' in os.listdir('/tmp'), 'x' in globals())"
    assert ran(native, look).outcomes[0].printed == "[] False False\n"


def test_files_of_a_job_lie_in_its_folder(native: Native) -> None:
    step = cell("print(open('data/a.csv').read())")
    run = native(Job(steps=(step,), files={"data/a.csv": b"1,2"}, runtime="bare"))
    assert run.outcomes[0].printed == "1,2\n"


def test_a_file_name_that_leaves_the_folder_is_not_written(native: Native) -> None:
    step = cell("import os\nprint(os.listdir('.'), os.path.exists('/tmp/up'))")
    files = {"../tmp/up": b"1", "/tmp/up": b"2", "fine": b"3"}
    run = native(Job(steps=(step,), files=files, runtime="bare"))
    assert run.outcomes[0].printed == "['fine'] False\n"


def test_random_numbers_differ_between_boxes(native: Native) -> None:
    draws = {said(native, "import random\nprint(random.random())") for _ in range(3)}
    assert len(draws) == 3


def test_a_large_answer_and_a_large_input_pass(native: Native) -> None:
    source = "big = '" + "x" * 3_000_000 + "'\nprint(len(big))"
    assert said(native, source) == "3000000"


def test_text_of_both_streams_keeps_its_order(native: Native) -> None:
    source = "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')"
    outcome = ran(native, source).outcomes[0]
    assert [(piece.stream, piece.text.strip()) for piece in outcome.text] == [
        ("stdout", "a"),
        ("stderr", "b"),
        ("stdout", "c"),
    ]


# -- how it ends


@pytest.mark.parametrize(
    ("source", "ended"),
    [
        ("while True: pass", "cpu"),
        ("import time; time.sleep(60)", "timeout"),
        ("import os; os._exit(0)", "killed"),
        ("import ctypes; ctypes.string_at(0)", "killed"),
        ("while True: print('x' * 1000)", "output"),
        ("import os; os.closerange(3, 64); input", "killed"),
        ("import os\nwhile True: os.write(4, b'x' * 100)", "output"),
    ],
)
def test_each_end_is_named_and_the_steps_after_it_are_not_reached(
    native: Native, source: str, ended: str
) -> None:
    run = ran(native, source, "print('after')", limits=BUSY if ended == "cpu" else SHORT)
    assert (run.ended, run.outcomes[0].ended, run.outcomes[1].ended) == (
        ended,
        ended,
        "not reached",
    )
    assert run.why


def test_memory_of_a_whole_tree_counts(native: Native) -> None:
    source = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        held = bytearray(b'x' * (90 << 20))
        time.sleep(60)
time.sleep(60)
"""
    run = ran(native, source)
    assert run.ended == "memory"


def test_one_large_allocation_is_an_exception_that_code_can_handle(native: Native) -> None:
    source = "try:\n    bytearray(2 << 30)\nexcept MemoryError:\n    print('refused')"
    assert said(native, source) == "refused"


def test_a_step_has_a_limit_of_its_own(native: Native) -> None:
    steps = (
        cell("x = 1"),
        Step(do="cell", data={"source": "import time; time.sleep(9)", "number": 2}, seconds=0.3),
    )
    run = native(Job(steps=steps, limits=Limits(seconds=30), runtime="bare"))
    assert run.outcomes[1].ended == "timeout"
    assert "0.3 s" in run.outcomes[1].why


def test_an_unknown_step_is_refused_and_harms_nothing(native: Native) -> None:
    run = native(Job(steps=(Step(do="dance"), cell("print(1)")), runtime="bare"))
    assert [outcome.ended for outcome in run.outcomes] == ["refused", "done"]


def test_an_answer_sent_ahead_is_not_taken_for_one(native: Native) -> None:
    forged = """
import json, os, struct
frame = json.dumps({"ended": "done", "value": {"result": 5}, "token": ""}).encode()
for _ in range(5):
    os.write(4, struct.pack(">I", len(frame)) + frame)
def add(a, b): return 0
"""
    call = Step(do="call", data={"function": "add", "args": [2, 3], "kwargs": {}})
    run = native(Job(steps=(cell(forged), call), runtime="bare", limits=SHORT))
    assert run.ended == "killed"
    assert not any(isinstance(o.value, dict) and o.value.get("result") == 5 for o in run.outcomes)


# -- what it sees


def test_it_sees_no_environment_folder_or_process_of_ours(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"""
import os
print(os.path.exists({str(Path(__file__).parent)!r}), os.path.exists({str(Path.cwd())!r} + "/rubrics"))
print(sorted(p for p in os.listdir('/proc') if p.isdigit()))
print(os.getuid(), os.uname().nodename, 'SECRET' in os.environ)
"""
    monkeypatch.setenv("SECRET", "1")
    assert said(native, source).splitlines() == ["False False", "['1']", "1000 box False"]


def test_what_its_process_was_started_with_is_ours_to_show(native: Native) -> None:
    source = """
        names = set()
        for place in ("self", "1", "1/task/1", "thread-self"):
            try:  # the usual names are covered, others cannot be
                with open(f"/proc/{place}/environ") as file:
                    names |= {entry.partition("=")[0] for entry in file.read().split(chr(0))}
            except PermissionError:
                pass
        print(*sorted(names - {""}))
        """
    names = said(native, textwrap.dedent(source)).split()
    assert names
    assert set(names) <= {*ENVIRONMENT, "HOME"}


def test_it_cannot_import_us(native: Native) -> None:
    assert said(native, "try:\n    import grader\nexcept ImportError:\n    print('no')") == "no"


def test_it_has_no_rights_and_no_network(native: Native) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        source = f"""
import socket
words = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines())
print(*(words[name].strip() for name in ('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp')))
try:
    socket.create_connection(('127.0.0.1', {port}), timeout=1)
except OSError:
    print('closed')
"""
        assert said(native, source).splitlines() == [
            "0000000000000000 0000000000000000 1 2",
            "closed",
        ]


def test_only_its_own_descriptors_are_open(native: Native) -> None:
    with Path("/dev/null").open("rb") as held:
        os.set_inheritable(held.fileno(), True)
        source = (
            "import os\nprint([fd for fd in range(200) if os.path.exists(f'/proc/self/fd/{fd}')])"
        )
        assert said(native, source) == "[0, 1, 2, 3, 4]"


# -- nothing is left


def _processes() -> list[str]:
    told = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    return [line for line in told.stdout.splitlines() if "inside" in line]


def test_nothing_is_left_of_a_job_that_forked_and_hid(native: Native) -> None:
    source = """
import os, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv('/bin/sleep', ['sleep-of-a-box', '977'])
        os._exit(0)
"""
    ran(native, source)
    ran(native, "x = 1")  # by the next job the one before is gone
    for _ in range(100):
        told = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
        if "sleep-of-a-box" not in told.stdout:
            return
        time.sleep(0.05)
    pytest.fail("a process of a box is left")


def test_a_zygote_that_is_killed_is_made_again(native: Native) -> None:
    with Native(pool=1) as boxes:
        assert ran(boxes, "x = 1").ended == "done"
        zygote = boxes._zygotes["bare"]._process
        assert zygote is not None
        os.kill(zygote.pid, signal.SIGKILL)
        assert [ran(boxes, "x = 1").ended for _ in range(3)] == ["done"] * 3


@pytest.mark.parametrize("pool", [0, 2])
def test_a_zygote_whose_waiting_process_lives_on_is_made_again(native: Native, pool: int) -> None:
    with Native(pool=pool) as boxes:
        assert ran(boxes, "x = 1").ended == "done"
        waits = boxes._zygotes["bare"]._process
        assert waits is not None
        children = Path(f"/proc/{waits.pid}/task/{waits.pid}/children").read_text().split()
        os.kill(waits.pid, signal.SIGSTOP)  # it cannot end, though what it waits for has
        os.kill(int(children[0]), signal.SIGKILL)
        assert [ran(boxes, "x = 1").ended for _ in range(3)] == ["done"] * 3


def test_closing_ends_the_zygote_and_its_boxes(native: Native) -> None:
    boxes = Native(pool=2)
    ran(boxes, "x = 1")
    zygote = boxes._zygotes["bare"]._process
    assert zygote is not None
    boxes.close()
    with pytest.raises(ProcessLookupError):
        os.kill(zygote.pid, 0)


def test_when_we_are_killed_everything_goes_with_us(native: Native, tmp_path: Path) -> None:
    program = tmp_path / "run.py"
    program.write_text(
        "from grader.sandbox import *\n"
        "from grader.sandbox.backends.native import Native\n"
        "n = Native(pool=2)\n"
        "n.start('bare')\n"
        "print(n._zygotes['bare']._process.pid, flush=True)\n"
        "n(Job(steps=(Step(do='cell', data={'source': 'import time; time.sleep(500)', 'number': 1}),),"
        " runtime='bare', limits=Limits(seconds=400)))\n"
    )
    child = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    zygote = int(child.stdout.readline())
    time.sleep(0.3)
    child.kill()
    child.wait()
    child.stdout.close()
    for _ in range(100):
        if not Path(f"/proc/{zygote}").exists() or _state(zygote) == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the zygote outlived us")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


# -- what is told of it


def test_the_level_says_what_was_on(native: Native) -> None:
    isolation = ran(native, "x = 1").isolation
    assert isolation.level in ("L3", "L4")
    assert {"landlock", "seccomp", "user", "pid"} <= set(isolation.layers)
    with Native(layers=("user", "mount", "pid")) as fewer:
        assert ran(fewer, "x = 1").isolation.level == "L0"


def test_without_control_groups_a_watchdog_holds_the_limits(native: Native) -> None:
    with Native(with_groups=False) as boxes:
        source = "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n        held = bytearray(b'x' * (90 << 20))\n        time.sleep(60)\ntime.sleep(60)"
        run = ran(boxes, source)
        assert (run.ended, run.isolation.level) == ("memory", "L3")
        assert ran(boxes, "while True: pass", limits=BUSY).ended == "cpu"


def test_processor_time_and_memory_are_measured_outside(native: Native) -> None:
    run = ran(
        native,
        "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass",
    )
    assert 0.25 <= run.cpu_seconds <= 0.9
    held = ran(native, "held = bytearray(b'x' * (100 << 20))")
    assert 95 <= held.memory_mb <= 250


def test_a_machine_that_cannot_make_boxes_says_why() -> None:
    with (
        Native(venv=Path("/nowhere")) as boxes,
        pytest.raises(ValueError, match="virtual environment"),
    ):
        boxes.start("bare")


def test_an_ended_zygote_is_never_the_students_fault(native: Native) -> None:
    assert issubclass(NoZygote, OSError)
    outcome = Outcome(ended="box failed")
    assert not re.search("student", outcome.why)


def test_an_interpreter_below_tmp_is_still_there_in_a_box(tmp_path: Path) -> None:
    venv.create(tmp_path / "own", symlinks=True)
    with Native(venv=tmp_path / "own") as boxes:
        source = "import sys\nopen('/tmp/mine', 'w').write('x')\nprint(sys.prefix)"
        assert said(boxes, source) == str(tmp_path / "own")


def test_many_boxes_that_wait_do_not_starve_each_other_of_descriptors(native: Native) -> None:
    few = Limits(seconds=20.0, open_files=16)
    with Native(pool=70) as boxes:
        runs = [
            ran(boxes, "print(open('/proc/self/limits').read()[:0] + 'here')", limits=few)
            for _ in range(3)
        ]
        assert [run.ended for run in runs] == ["done"] * 3, runs
