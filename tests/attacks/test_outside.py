"""The probes outside fire when something is touched, and only then (by harmless deeds of our own)."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attacks import attacks
from tests.attacks.outside import PROBES, Outside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the probes read Linux's /proc")


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with Outside(watch=[tmp_path]) as made:
        yield made


def settled(outside: Outside, probe: str) -> list[str]:
    """Servers note a visit a moment later than the visitor."""
    until = time.monotonic() + 10
    while probe not in (seen := outside.seen()) and time.monotonic() < until:
        time.sleep(0.02)
    return seen


def test_nothing_fires_when_nothing_was_touched(outside: Outside) -> None:
    assert (outside.canary / "secret.txt").read_text().startswith("CANARY")
    assert outside.seen() == []


def test_every_word_but_the_runs_own_is_filled_in(outside: Outside) -> None:
    assert set(outside.words) == attacks.OUTSIDE_WORDS


@pytest.mark.parametrize(
    "deed",
    [
        lambda folder: (folder / "open/new").write_text("x"),
        lambda folder: (folder / "open/touch-me").unlink(),
        lambda folder: (folder / "open/touch-me").chmod(0o600),
        lambda folder: os.utime(folder / "open/touch-me", (1, 1)),
        lambda folder: (folder / "open/link").symlink_to("/nowhere"),
    ],
    ids=["made", "removed", "rights", "times", "linked"],
)
def test_a_canary_that_was_changed_is_seen(outside: Outside, deed: Callable[[Path], None]) -> None:
    deed(outside.canary)
    assert outside.seen() == ["host_file_written"]


def test_a_file_that_slipped_out_is_seen_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "attack-slipped-zip"
    with Outside(watch=[tmp_path]) as outside:
        path.write_text("x")
        assert outside.seen() == [f"host_file_written:{path}"]
    assert not path.exists()


def test_a_visit_to_the_loopback_server_is_seen(outside: Outside) -> None:
    with socket.create_connection(("127.0.0.1", int(str(outside.words["PORT_TCP"])))) as end:
        assert outside.token.encode() in end.recv(100)
    assert settled(outside, "loopback_touched") == ["loopback_touched"]


def test_a_datagram_is_seen(outside: Outside) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.settimeout(10)
        end.sendto(b"?", ("127.0.0.1", int(str(outside.words["PORT_UDP"]))))
        assert outside.token.encode() in end.recv(100)
    assert settled(outside, "udp_touched") == ["udp_touched"]


def test_a_visit_to_the_abstract_socket_is_seen(outside: Outside) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(f"\0{outside.words['ABSTRACT']}")
        assert outside.token.encode() in end.recv(100)
    assert settled(outside, "abstract_socket_touched") == ["abstract_socket_touched"]


def test_a_stopped_process_is_seen(outside: Outside) -> None:
    os.kill(outside.child.pid, signal.SIGSTOP)
    assert settled(outside, "host_process_touched") == ["host_process_touched"]


def test_a_slower_process_is_seen(outside: Outside) -> None:
    os.setpriority(os.PRIO_PROCESS, outside.child.pid, 15)
    assert outside.seen() == ["host_process_touched"]


def test_a_process_that_stays_is_seen_and_can_be_ended(outside: Outside) -> None:
    text = f"import ctypes, time; ctypes.CDLL(None).prctl(15, b'{outside.comm}', 0, 0, 0); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-I", "-c", text])
    try:
        assert settled(outside, "left_over_processes") == ["left_over_processes"]
        assert outside.end_left_over() == 1
    finally:
        child.kill()
        child.wait()
    assert outside.seen() == []


def test_a_segment_that_stays_is_seen(outside: Outside) -> None:
    libc = ctypes.CDLL(None)
    made = libc.shmget(int(str(outside.words["SYSV_OWN"])), 4096, 0o1600)
    if made < 0:
        pytest.skip("this machine gives no System V segments")
    try:
        assert outside.seen() == ["sysv_left"]
    finally:
        libc.shmctl(made, 0, None)
    assert outside.seen() == []


def test_what_the_host_shares_is_really_there(outside: Outside) -> None:
    libc = ctypes.CDLL(None)
    if libc.shmget(int(str(outside.words["SYSV_KEY"])), 0, 0) < 0:
        pytest.skip("this machine gives no System V segments")
    assert os.environ[str(outside.words["SECRET_ENV"])] == outside.words["SECRET_VALUE"]
    assert os.getpriority(os.PRIO_PROCESS, outside.child.pid) == outside.words["HOST_NICE"]


def test_all_is_undone(tmp_path: Path) -> None:
    with Outside(watch=[tmp_path]) as outside:
        words, canary, child = outside.words, outside.canary, outside.child
    assert not canary.exists()
    assert child.poll() is not None
    assert str(words["SECRET_ENV"]) not in os.environ
    assert str(words["SYSV_KEY"]) not in Path("/proc/sysvipc/shm").read_text().split()


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs the program unshare")
def test_a_changed_host_name_is_seen(tmp_path: Path) -> None:
    """In a namespace of its own, so that this machine keeps its name."""
    text = (
        "import socket, sys; sys.path.insert(0, '.')\n"
        "from tests.attacks.outside import Outside\n"
        f"with Outside(watch=[{str(tmp_path)!r}]) as outside:\n"
        "    socket.sethostname('another')\n"
        "    print(outside.seen())\n"
    )
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--uts", sys.executable, "-c", text],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Operation not permitted" in ran.stderr or "unshare failed" in ran.stderr:
        pytest.skip("this machine gives no user namespaces")
    assert ran.stdout.strip() == "['hostname_changed', 'settings_changed']", ran.stderr


def test_every_probe_has_a_name_of_its_own() -> None:
    assert len(set(PROBES)) == len(PROBES)
