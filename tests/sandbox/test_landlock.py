"""Landlock: what a process may still touch once it has restricted itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.inside import landlock

ROOT = Path(__file__).parents[2]
ABI = landlock.abi()
FILES, MOVES, TRUNCATE, TCP, CONTROLS, SCOPES = 1, 2, 3, 4, 5, 6


def since(version: int) -> Any:
    return pytest.mark.skipif(
        version > ABI, reason=f"this needs Landlock version {version}; this kernel has {ABI}"
    )


PRELUDE = """
import contextlib, ctypes, errno, json, os, signal, sys
from grader.sandbox.inside import kernel, landlock
libc = ctypes.CDLL(None, use_errno=True)
given = json.loads(sys.argv[1])

def shut(**allowed):
    kernel.no_new_privileges()
    landlock.apply(landlock.prepare(**allowed))

def outcome(action):
    try:
        result = action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return errno.errorcode[ctypes.get_errno()] if result == -1 else "done"

def outcomes(*actions):
    print(json.dumps([outcome(action) for action in actions]))
"""


def child(source: str, **given: Any) -> Any:
    """Run Python in a process of its own; return what its last line says, as JSON."""
    run = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(source), json.dumps(given)],
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Three folders with a file each: the box's own, the runtime's, and one that is not named."""
    for name in ("work", "runtime", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("12345", "utf-8")
    (tmp_path / "runtime" / "tool").symlink_to("/bin/true")
    return {name: str(tmp_path / name) for name in ("work", "runtime", "outside")}


@since(FILES)
@pytest.mark.parametrize("version", range(1, min(ABI, landlock.NEWEST) + 1))
def test_only_named_folders_are_there(places: dict[str, str], version: int) -> None:
    assert child(
        """
        work, runtime, outside = given["work"], given["runtime"], given["outside"]
        shut(read_write=[work], read_execute=[runtime], version=given["version"])
        outcomes(
            lambda: open(work + "/file").read() and None,
            lambda: open(runtime + "/file").read() and None,
            lambda: os.listdir(runtime) and None,
            lambda: open(outside + "/file"),
            lambda: os.listdir(outside),
            lambda: open("/etc/passwd"),
            lambda: open("/proc/self/status"),
            lambda: open(runtime + "/file", "r+"),
            lambda: open(runtime + "/new", "w"),
            lambda: os.unlink(runtime + "/file"),
            lambda: os.symlink(outside + "/file", work + "/link"),
            lambda: open(work + "/link"),
            lambda: os.link(outside + "/file", work + "/hard"),
        )
        """,
        version=version,
        **places,
    ) == [
        *["done", "done", "done", "EACCES", "EACCES", "EACCES", "EACCES"],
        *["EACCES", "EACCES", "EACCES", "done", "EACCES"],
        "EXDEV",
    ]


@since(FILES)
def test_an_own_folder_can_be_worked_in(places: dict[str, str]) -> None:
    assert (
        child(
            """
        import socket
        os.chdir(given["work"])
        shut(read_write=["."])
        outcomes(
            lambda: open("new", "w").write("x") and None,
            lambda: os.truncate("new", 0),
            lambda: os.makedirs("a/b"),
            lambda: os.mkfifo("pipe"),
            lambda: socket.socket(socket.AF_UNIX).bind("socket"),
            lambda: os.replace("new", "newer"),
            lambda: os.chmod("newer", 0o700),
            lambda: os.unlink("newer"),
            lambda: os.removedirs("a/b"),
        )
        """,
            **places,
        )
        == ["done"] * 9
    )


@since(MOVES)
def test_files_move_and_are_linked_between_folders_of_equal_rights(places: dict[str, str]) -> None:
    assert child(
        """
        work, runtime = given["work"], given["runtime"]
        os.mkdir(work + "/other")
        shut(read_write=[work, given["outside"]], read_execute=[runtime])
        outcomes(
            lambda: os.link(work + "/file", work + "/other/hard"),
            lambda: os.rename(work + "/file", given["outside"] + "/moved"),
            lambda: os.rename(work + "/other", given["outside"] + "/other"),
            lambda: os.rename(runtime + "/file", work + "/taken"),
        )
        """,
        **places,
    ) == ["done", "done", "done", "EACCES"]


@since(TRUNCATE)
def test_a_file_that_may_be_read_is_not_emptied(places: dict[str, str]) -> None:
    assert child(
        """
        shut(read_execute=[given["runtime"]])
        outcomes(lambda: os.truncate(given["runtime"] + "/file", 0))
        """,
        **places,
    ) == ["EACCES"]
    assert (Path(places["runtime"]) / "file").read_text("utf-8") == "12345"


@since(FILES)
def test_programs_start_from_the_runtime_only(places: dict[str, str]) -> None:
    assert child(
        """
        import subprocess
        runtime = [path for path in ("/bin", "/usr", "/lib", "/lib64") if os.path.exists(path)]
        kernel.no_new_privileges()
        shut(read_execute=runtime, read=["/etc"], devices=["/dev/null"])
        outcomes(
            lambda: subprocess.run(["/bin/true"], check=True) and None,
            lambda: os.execv(given["runtime"] + "/file", ["file"]),
            lambda: open("/dev/null", "w").write("x") and None,
            lambda: open("/dev/zero", "rb").read(1),
        )
        """,
        **places,
    ) == ["done", "EACCES", "done", "EACCES"]


@since(FILES)
def test_no_device_is_made_where_files_are(places: dict[str, str]) -> None:
    made, pipe = child(
        """
        import stat
        shut(read_write=[given["work"]])
        outcomes(
            lambda: os.mknod(given["work"] + "/null", stat.S_IFCHR | 0o600, os.makedev(1, 3)),
            lambda: os.mknod(given["work"] + "/pipe", stat.S_IFIFO | 0o600),
        )
        """,
        **places,
    )
    assert made in {"EACCES", "EPERM"}  # the second where one needs to be root besides
    assert pipe == "done"


@since(CONTROLS)
def test_devices_take_controls_only_where_that_is_said() -> None:
    assert child(
        """
        import fcntl, termios
        null = ["/dev/null"]
        def control():
            with open("/dev/null") as file:
                fcntl.ioctl(file, termios.TIOCGWINSZ, b"12345678")
        before = outcome(control)
        pid = os.fork()
        if pid == 0:
            shut(controls=null)
            os._exit(outcome(control) != before)
        with_controls = os.waitpid(pid, 0)[1]
        shut(devices=null)
        print(json.dumps([before, with_controls, outcome(control)]))
        """
    ) == ["ENOTTY", 0, "EACCES"]


@pytest.fixture
def server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@since(TCP)
def test_tcp_is_shut_both_ways_unless_it_is_allowed(server: int) -> None:
    source = """
        import encodings.idna, socket
        shut(tcp=given["tcp"])
        outcomes(
            lambda: socket.socket().connect(("127.0.0.1", given["port"])),
            lambda: socket.socket().bind(("127.0.0.1", 0)),
        )
    """
    assert child(source, tcp=False, port=server) == ["EACCES", "EACCES"]
    assert child(source, tcp=True, port=server) == ["done", "done"]


@since(SCOPES)
def test_abstract_sockets_reach_nobody_outside() -> None:
    name = f"grader-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as outside:
        outside.bind(f"\0{name}")
        outside.listen()
        assert child(
            """
            import socket
            def connect(name):
                socket.socket(socket.AF_UNIX).connect(chr(0) + name)
            before = outcome(lambda: connect(given["name"]))
            shut()
            own = socket.socket(socket.AF_UNIX)
            own.bind(chr(0) + given["name"] + "-own")
            own.listen()
            print(json.dumps([
                before,
                outcome(lambda: connect(given["name"])),
                outcome(lambda: connect(given["name"] + "-own")),
            ]))
            """,
            name=name,
        ) == ["done", "EPERM", "done"]


@pytest.fixture
def bystander() -> Iterator[int]:
    """A process of the same user, outside."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"]) as process:
        yield process.pid
        process.kill()


@since(SCOPES)
def test_signals_reach_nobody_outside(bystander: int) -> None:
    assert child(
        """
        before = outcome(lambda: os.kill(given["pid"], 0))
        shut()
        own = os.fork()
        if own == 0:
            signal.pause()
        print(json.dumps([
            before,
            outcome(lambda: os.kill(given["pid"], 0)),
            outcome(lambda: os.kill(os.getppid(), 0)),
            outcome(lambda: os.kill(own, signal.SIGKILL)),
        ]))
        """,
        pid=bystander,
    ) == ["done", "EPERM", "EPERM", "done"]
    os.kill(bystander, signal.SIGCONT)  # it lives


@since(FILES)
def test_nobody_outside_is_traced_or_read() -> None:
    before, *after = child(
        """
        with contextlib.suppress(PermissionError):
            kernel.drop_capabilities()  # as every box does; the kernel lets CAP_PERFMON read
        seize, detach = 0x4206, 17
        def trace(pid):
            words = [seize, pid, 0, 0]
            return libc.ptrace(*map(ctypes.c_long, words))
        pid = os.fork()  # of the same user, and outside
        if pid == 0:
            signal.pause()
        helper = os.fork()  # seizes first, and lets go by its end
        if helper == 0:
            os._exit(0 if outcome(lambda: trace(pid)) == "done" else 1)
        before = os.waitpid(helper, 0)[1]
        inner = os.fork()
        if inner == 0:
            shut(read_write=["/proc"])
            print(json.dumps([before, *map(outcome, [
                lambda: trace(pid),
                lambda: open(f"/proc/{pid}/mem", "rb"),
                lambda: open(f"/proc/{pid}/environ").read() and None,
                lambda: open(f"/proc/{pid}/maps").read() and None,
                lambda: os.readlink(f"/proc/{pid}/cwd") and None,
                lambda: open("/proc/self/environ").read() and None,
            ])]))
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(inner, 0)
        os.kill(pid, signal.SIGKILL)
        """
    )
    assert after == ["EPERM", "EACCES", "EACCES", "EACCES", "EACCES", "done"]
    if before != 0:
        pytest.skip("nothing may be traced here at all")


@since(FILES)
def test_rules_are_built_before_a_fork_and_taken_on_after_it(places: dict[str, str]) -> None:
    assert child(
        """
        kernel.no_new_privileges()
        spec = landlock.prepare(read_write=[given["work"]])
        rules = landlock.build(spec)
        pid = os.fork()
        if pid == 0:
            landlock.restrict(rules, spec.version)
            outcomes(
                lambda: open(given["work"] + "/file").read() and None,
                lambda: open(given["outside"] + "/file"),
                lambda: os.fstat(rules),
            )
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(pid, 0)
        """,
        **places,
    ) == ["done", "EACCES", "EBADF"]


@since(FILES)
def test_a_missing_path_is_named_and_nothing_is_left_open(places: dict[str, str]) -> None:
    said, open_before, open_after = child(
        """
        descriptors = lambda: len(os.listdir("/proc/self/fd"))
        before = descriptors()
        try:
            shut(read_write=[given["work"], given["work"] + "/nowhere"])
        except OSError as error:
            print(json.dumps([str(error), before, descriptors()]))
        """,
        **places,
    )
    assert places["work"] + "/nowhere" in said
    assert open_before == open_after


@since(FILES)
def test_without_no_new_privs_an_ordinary_user_is_told_what_is_missing() -> None:
    assert "is no_new_privs set?" in child(
        """
        spec = landlock.prepare()
        with contextlib.suppress(PermissionError):
            os.setuid(65534)
        try:
            landlock.apply(spec)
        except OSError as error:
            print(json.dumps(str(error)))
        """
    )


def test_where_there_is_no_landlock_it_says_so() -> None:
    spec = landlock.prepare(read_write=["/"], version=0)
    with pytest.raises(OSError, match="no Landlock"):
        landlock.apply(spec)


def test_what_a_version_cannot_deny_is_said() -> None:
    assert landlock.missing(landlock.NEWEST) == ()
    assert landlock.missing(0)[0] == "all of it"
    assert landlock.missing(4) == (
        "device controls",
        "signals and abstract sockets to processes outside",
    )
