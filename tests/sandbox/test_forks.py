"""A zygote that cannot make a box says why, each time, and can make the next one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import namespaces_work

ROOT = Path(__file__).parents[2]
_ZYGOTE = """
import json, os, socket, sys, threading
from grader.sandbox.inside import confine, zygote

given = json.loads(sys.argv[1])
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
told = []

def ask():
    ours.recv(4096)
    for _ in range(given["times"]):
        hello, said = socket.socketpair()
        status, ended = os.pipe()
        nothing = os.open("/dev/null", os.O_RDWR)
        door = os.open("/dev/null", os.O_RDONLY)  # nobody can go through it
        ends = [said.fileno(), nothing, nothing, nothing, ended, door]
        socket.send_fds(ours, [b'{"limits": {}, "device": {"uuid": "", "nodes": []}}'], ends)
        for descriptor in (nothing, ended, door):
            os.close(descriptor)
        said.close()
        end = os.read(status, 4096).decode()
        os.close(status)
        with hello:
            hello.setblocking(False)
            try:
                words = hello.recv(4096).decode()
            except BlockingIOError:
                words = ""
        told.append([words, json.loads(end)])
    ours.close()

asking = threading.Thread(target=ask)
asking.start()
layers = confine.Layers(names=frozenset(given["layers"]))
zygote.Zygote(theirs, layers, given["settings"], None).serve([])
asking.join()
json.dump([told, len(os.listdir("/proc/self/fd"))], sys.stdout)
"""


def asked(times: int, *, layers: list[str], slots: int, before: tuple[str, ...] = ()) -> Any:
    """Requests for boxes: (words on the hello, how it ended) of each, and open descriptors after all."""
    given = {
        "times": times,
        "layers": layers,
        "settings": {"slots": slots, "as_root": bool(slots)},
    }
    command = [*before, sys.executable, "-W", "ignore", "-c", _ZYGOTE, json.dumps(given)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(
    not namespaces_work() or shutil.which("unshare") is None,
    reason="NOT TESTED: this machine gives no user namespaces",
)
def test_boxes_that_the_kernel_refuses_use_nothing_up() -> None:
    limit = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    nowhere = ("unshare", "--user", "--map-root-user", "sh", "-c", limit, "sh")
    told, open_ones = asked(6, layers=["user"], slots=3, before=nowhere)
    assert all("clone" in end["failed"] for _, end in told), told
    assert open_ones == asked(1, layers=["user"], slots=3, before=nowhere)[1]


@pytest.mark.skipif(sys.platform != "linux", reason="zygotes are of Linux")
def test_a_box_that_cannot_enter_its_groups_says_so_to_who_asked() -> None:
    [[words, end]], _ = asked(1, layers=[], slots=0)
    assert words == "OSError: [Errno 9] Bad file descriptor"
    assert end["status"] == 70
