"""What an attack must not reach, set up on this machine, and probes that tell afterwards if it did.

``with Outside() as outside:`` makes a canary folder, servers, shared memory, a secret in the
environment and a process of the host. Start the zygote inside of it, or it cannot inherit what it
must not inherit. ``outside.words`` fills the attacks' words; ``outside.seen()`` lists the probes
that have fired since.
"""

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

NICE = 7
GRACE = 2.0  # seconds that a killed tree may take to vanish
NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")
SETTINGS = (
    "kernel/core_pattern",
    "kernel/modprobe",
    "kernel/hostname",
    "kernel/domainname",
    "kernel/randomize_va_space",
    "vm/overcommit_memory",
)
PROBES = (
    "host_file_written",
    "loopback_touched",
    "udp_touched",
    "abstract_socket_touched",
    "host_process_touched",
    "left_over_processes",
    "left_over_mounts",
    "sysv_left",
    "keyring_left",
    "hostname_changed",
    "settings_changed",
)


class Outside:
    """Canaries on this machine (Linux), undone when the block ends.

    Args:
        watch: folders in which new files called ``attack-*`` are a finding of their own,
            ``host_file_written:<path>``.
    """

    def __init__(self, watch: Iterable[str | Path] = ("/tmp",)) -> None:
        self.token = secrets.token_hex(8)
        self.comm = f"atk{secrets.token_hex(4)}"
        self.watch = tuple(Path(folder) for folder in watch)
        self.words: dict[str, object] = {}
        self.touched: set[str] = set()
        self._undo = contextlib.ExitStack()
        self._before: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._undo = stack
            self._canaries()
            self._environment()
            self._servers()
            self._shared_memory()
            self._process()
            self._before = {name: read() for name, read in self._states().items()}
            self._undo = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def seen(self) -> list[str]:
        """Names of the probes that have fired, in the order of ``PROBES``, files last."""
        deadline = time.monotonic() + GRACE
        while self._left_over() and time.monotonic() < deadline:
            time.sleep(0.02)
        fired = set(self.touched)
        fired |= {n for n, read in self._states().items() if read() != self._before[n]}
        if self._left_over():
            fired.add("left_over_processes")
        if self.token in _text("/proc/keys"):
            fired.add("keyring_left")
        return [name for name in PROBES if name in fired] + [
            f"host_file_written:{path}" for path in self._slipped()
        ]

    # Setting up

    def _canaries(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="canary-"))
        self._undo.callback(shutil.rmtree, folder, ignore_errors=True)
        self.canary = folder
        secret = folder / "secret.txt"
        secret.write_text(f"CANARY {self.token}\n")
        (folder / f"hidden_tests_{self.token}.py").write_text("EXPECTED = [5, 7]\n")
        (folder / "open").mkdir()
        (folder / "open/touch-me").write_text("as it was\n")
        for path, mode in ((folder, 0o755), (secret, 0o644), (folder / "open", 0o777)):
            path.chmod(mode)
        handle = os.open(secret, os.O_RDONLY)
        self._undo.callback(os.close, handle)
        os.set_inheritable(handle, True)  # what must not be inherited has to be there
        known = secret.stat()
        self.words |= {
            "TOKEN": self.token,
            "COMM": self.comm,
            "CANARY_DIR": folder,
            "CANARY_TOKEN": self.token,
            "CANARY_DEV": known.st_dev,
            "CANARY_INODE": known.st_ino,
        }
        self._files = set(self._named_so())
        self._undo.callback(self._remove_slipped)

    def _environment(self) -> None:
        name, value = f"ATTACK_SECRET_{self.token.upper()}", secrets.token_hex(16)
        os.environ[name] = value
        self._undo.callback(os.environ.pop, name, None)
        names = {f"NS_{n.upper()}": str(Path(f"/proc/self/ns/{n}").readlink()) for n in NAMESPACES}
        self.words |= {"SECRET_ENV": name, "SECRET_VALUE": value, **names}
        self.words["HOST_NAME"] = socket.gethostname()

    def _servers(self) -> None:
        tcp, unix = self._listening(socket.AF_INET), self._listening(socket.AF_UNIX)
        udp = self._socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        self._serve("loopback_touched", tcp, self._greet)
        self._serve("abstract_socket_touched", unix, self._greet)
        self._serve("udp_touched", udp, self._reply)
        self.words |= {"PORT_TCP": tcp.getsockname()[1], "PORT_UDP": udp.getsockname()[1]}
        self.words["ABSTRACT"] = f"attack-{self.token}"

    def _socket(self, family: int, kind: int) -> socket.socket:
        return self._undo.enter_context(socket.socket(family, kind))

    def _listening(self, family: int) -> socket.socket:
        server = self._socket(family, socket.SOCK_STREAM)
        name = f"\0attack-{self.token}"
        server.bind(name if family == socket.AF_UNIX else ("127.0.0.1", 0))
        server.listen()
        return server

    def _serve(self, probe: str, server: socket.socket, answer: Callable[[Any], None]) -> None:
        stop = threading.Event()
        server.settimeout(0.1)

        def run() -> None:
            while not stop.is_set():
                try:
                    answer(server)
                except TimeoutError:
                    continue
                except OSError:
                    if not stop.is_set():
                        self.touched.add(probe)
                    continue
                self.touched.add(probe)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._undo.callback(thread.join)
        self._undo.callback(stop.set)

    def _greet(self, server: socket.socket) -> None:
        caller, _ = server.accept()
        with caller:
            caller.sendall(f"secret {self.token}\n".encode())

    def _reply(self, server: socket.socket) -> None:
        _, caller = server.recvfrom(1000)
        server.sendto(f"secret {self.token}\n".encode(), caller)

    def _shared_memory(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        key = (secrets.randbelow(1 << 20) + 1) << 8
        self._own_keys = range(key + 1, key + 65)  # those that attacks use for their own
        segment = libc.shmget(key, 4096, 0o1666)
        if segment >= 0:
            self._undo.callback(libc.shmctl, segment, 0, None)
            place = ctypes.c_void_p(libc.shmat(segment, None, 0))
            ctypes.memmove(place, self.token.encode(), len(self.token))
            libc.shmdt(place)
        name = f"/attack-{self.token}"
        with contextlib.suppress(AttributeError):
            queue = libc.mq_open(name.encode(), os.O_CREAT | os.O_RDWR, 0o666, None)
            if queue >= 0:
                os.close(queue)
                self._undo.callback(libc.mq_unlink, name.encode())
        self.words |= {"SYSV_KEY": key, "SYSV_OWN": key + 1, "MQ_NAME": name}

    def _process(self) -> None:
        words = [sys.executable, "-I", "-c", "import time; time.sleep(3600)", self.token]
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        self._undo.callback(child.wait)
        self._undo.callback(child.kill)
        os.setpriority(os.PRIO_PROCESS, child.pid, NICE)
        self.child = child
        self.words |= {"HOST_PID": child.pid, "HOST_NICE": NICE}

    # Looking afterwards

    def _states(self) -> dict[str, Callable[[], object]]:
        """Probes that compare a state of this machine with the one at the start."""
        return {
            "host_file_written": self._canary_state,
            "host_process_touched": self._process_state,
            "left_over_mounts": _mounts,
            "sysv_left": lambda: _segments(self._own_keys),
            "hostname_changed": lambda: (os.uname().nodename, _text("/proc/sys/kernel/domainname")),
            "settings_changed": lambda: [_text(f"/proc/sys/{name}") for name in SETTINGS],
        }

    def _canary_state(self) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        for path in sorted(self.canary.rglob("*")):
            known = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            attributes = os.listxattr(path, follow_symlinks=False)
            found.append(
                (path, known.st_mode, known.st_uid, known.st_mtime_ns, content, attributes)
            )
        return found

    def _process_state(self) -> object:
        if self.child.poll() is not None:
            return "ended"
        status = _text(f"/proc/{self.child.pid}/stat").rpartition(")")[2].split()
        stopped = bool(status) and status[0] in "Tt"
        pid = self.child.pid
        return stopped, os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid)

    def _left_over(self) -> list[int]:
        """Processes that carry the attacks' name (they name themselves {COMM} by prctl)."""
        pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [pid for pid in pids if _text(f"/proc/{pid}/comm").strip() == self.comm]

    def end_left_over(self) -> int:
        """End what an attack left running; the number of processes (for a test with a layer off)."""
        pids = self._left_over()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    def _named_so(self) -> list[Path]:
        return [path for folder in self.watch for path in folder.glob("attack-*")]

    def _slipped(self) -> list[Path]:
        return sorted(set(self._named_so()) - self._files)

    def _remove_slipped(self) -> None:
        for path in self._slipped():
            path.unlink(missing_ok=True)


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""


def _mounts() -> set[str]:
    return set(_text("/proc/self/mountinfo").splitlines())


def _segments(keys: range) -> set[tuple[str, ...]]:
    """System V objects with one of these keys; others on this machine come and go."""
    return {
        (kind, *line.split()[:2])
        for kind in ("shm", "sem", "msg")
        for line in _text(f"/proc/sysvipc/{kind}").splitlines()[1:]
        if int(line.split()[0]) in keys
    }
