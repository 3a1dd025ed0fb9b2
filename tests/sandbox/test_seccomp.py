"""Filters of system calls: what the rules promise, on both machines, and real life under them."""

import errno
import itertools
import json
import os
import re
import socket
import struct
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.filters import make
from grader.sandbox.inside import seccomp

ROOT = Path(__file__).parents[2]
ARCHS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL = "allow", "kill"

# call, number on x86_64, number on aarch64, arguments (the rest are 0), what happens.
# Written by hand from the kernel's tables, not from ours.
EXPECTED = """
read                    0   63  -                     allow
write                   1   64  -                     allow
openat                257   56  -                     allow
close                   3   57  -                     allow
mmap                    9  222  -                     allow
mprotect               10  226  -                     allow
brk                    12  214  -                     allow
rt_sigaction           13  134  -                     allow
sched_yield            24  124  -                     allow
dup                    32   23  -                     allow
getpid                 39  172  -                     allow
sendfile               40   71  -                     allow
connect                42  203  -                     allow
bind                   49  200  -                     allow
fork                   57    -  -                     allow
vfork                  58    -  -                     allow
execve                 59  221  -                     allow
wait4                  61  260  -                     allow
kill                   62  129  -                     allow
flock                  73   32  -                     allow
fcntl                  72   25  0,6                   allow
rename                 82    -  -                     allow
chmod                  90    -  -                     allow
setuid                105  146  -                     allow
prctl                 157  167  15                    allow
prctl                 157  167  22                    EPERM
prctl                 157  167  22+high               EPERM
prctl                 157  167  35                    EPERM
prctl                 157  167  38                    allow
futex                 202   98  -                     allow
sched_setaffinity     203  122  -                     allow
exit_group            231   94  -                     allow
get_mempolicy         239  236  -                     allow
inotify_init          253    -  -                     EPERM
inotify_init1         294   26  -                     EPERM
setsockopt             54  208  3,1,7             EPERM
setsockopt             54  208  3,1,2             allow
setsockopt             54  208  3,6,7             allow
fcntl                  72   25  3,1031            EPERM
fcntl                  72   25  3,3               allow
prlimit64             302  261  0,7                   allow
prlimit64             302  261  1,0                   EPERM
getrandom             318  278  -                     allow
rseq                  334  293  -                     allow
pidfd_send_signal     424  424  -                     allow
close_range           436  436  -                     allow
openat2               437  437  -                     allow
landlock_restrict_self 446 446  -                     allow
file_setattr          469  469  -                     allow
ioctl                  16   29  0,0x5401              allow
ioctl                  16   29  0,0x5412              EPERM
ioctl                  16   29  0,0x5412+high         EPERM
ioctl                  16   29  0,0x541c              EPERM
ioctl                  16   29  0,0x541d              EPERM
ioctl                  16   29  0,0x5423              EPERM
clone                  56  220  0x11                  allow
clone                  56  220  0x3d0f00              allow
clone                  56  220  0x20011               EPERM
clone                  56  220  0x10000011            EPERM
clone                  56  220  0x20000011            EPERM
clone                  56  220  0x40000011            EPERM
clone                  56  220  0x02000011            EPERM
clone                  56  220  0x04000011            EPERM
clone                  56  220  0x08000011            EPERM
clone                  56  220  0x7e020000+high       EPERM
clone3                435  435  -                     ENOSYS
socket                 41  198  1,1                   allow
socket                 41  198  2,1                   allow
socket                 41  198  2,0x80801,6           allow
socket                 41  198  10,0x80002,17         allow
socket                 41  198  2,3,1                 EPROTONOSUPPORT
socket                 41  198  2,5                   EPROTONOSUPPORT
socket                 41  198  2,1,262               EPROTONOSUPPORT
socket                 41  198  10,2,58               EPROTONOSUPPORT
socket                 41  198  -                     EAFNOSUPPORT
socket                 41  198  16,3                  EAFNOSUPPORT
socket                 41  198  17,3                  EAFNOSUPPORT
socket                 41  198  38,5                  EAFNOSUPPORT
socket                 41  198  40,1                  EAFNOSUPPORT
socket                 41  198  40+high,1             EAFNOSUPPORT
socketpair             53  199  1,1                   allow
socketpair             53  199  30,1                  EAFNOSUPPORT
socketpair             53  199  -                     EAFNOSUPPORT
personality           135   92  -                     allow
personality           135   92  0xffffffff            allow
personality           135   92  0x40000               EPERM
mknod                 133    -  0,0o100644            allow
mknod                 133    -  0,0o010644            allow
mknod                 133    -  0,0o020644            EPERM
mknod                 133    -  0,0o060644            EPERM
mknodat               259   33  0,0,0o140644          allow
mknodat               259   33  0,0,0o020644          EPERM
mknodat               259   33  0,0,0o060644          EPERM
shmget                 29  194  -                     EPERM
shmat                  30  196  -                     EPERM
shmctl                 31  195  -                     EPERM
shmdt                  67  197  -                     EPERM
semget                 64  190  -                     EPERM
semop                  65  193  -                     EPERM
semctl                 66  191  -                     EPERM
semtimedop            220  192  -                     EPERM
msgget                 68  186  -                     EPERM
msgsnd                 69  189  -                     EPERM
msgrcv                 70  188  -                     EPERM
msgctl                 71  187  -                     EPERM
mq_open               240  180  -                     EPERM
mq_unlink             241  181  -                     EPERM
ptrace                101  117  -                     EPERM
syslog                103  116  -                     EPERM
uselib                134    -  -                     EPERM
vhangup               153   58  -                     EPERM
modify_ldt            154    -  -                     EPERM
pivot_root            155   41  -                     EPERM
adjtimex              159  171  -                     EPERM
chroot                161   51  -                     EPERM
acct                  163   89  -                     EPERM
settimeofday          164  170  -                     EPERM
mount                 165   40  -                     EPERM
umount2               166   39  -                     EPERM
swapon                167  224  -                     EPERM
swapoff               168  225  -                     EPERM
reboot                169  142  -                     EPERM
sethostname           170  161  -                     EPERM
setdomainname         171  162  -                     EPERM
iopl                  172    -  -                     EPERM
ioperm                173    -  -                     EPERM
init_module           175  105  -                     EPERM
delete_module         176  106  -                     EPERM
quotactl              179   60  -                     EPERM
lookup_dcookie        212   18  -                     EPERM
clock_settime         227  112  -                     EPERM
mbind                 237  235  -                     EPERM
set_mempolicy         238  237  -                     EPERM
kexec_load            246  104  -                     EPERM
add_key               248  217  -                     EPERM
request_key           249  218  -                     EPERM
keyctl                250  219  -                     EPERM
migrate_pages         256  238  -                     EPERM
unshare               272   97  -                     EPERM
vmsplice              278   75  -                     EPERM
move_pages            279  239  -                     EPERM
perf_event_open       298  241  -                     EPERM
fanotify_init         300  262  -                     EPERM
fanotify_mark         301  263  -                     EPERM
name_to_handle_at     303  264  -                     EPERM
open_by_handle_at     304  265  -                     EPERM
clock_adjtime         305  266  -                     EPERM
setns                 308  268  -                     EPERM
process_vm_readv      310  270  -                     EPERM
process_vm_writev     311  271  -                     EPERM
kcmp                  312  272  -                     EPERM
finit_module          313  273  -                     EPERM
seccomp               317  277  -                     EPERM
memfd_create          319  279  -                     EPERM
kexec_file_load       320  294  -                     EPERM
bpf                   321  280  -                     EPERM
userfaultfd           323  282  -                     EPERM
io_uring_setup        425  425  -                     EPERM
io_uring_enter        426  426  -                     EPERM
io_uring_register     427  427  -                     EPERM
open_tree             428  428  -                     EPERM
move_mount            429  429  -                     EPERM
fsopen                430  430  -                     EPERM
fsconfig              431  431  -                     EPERM
fsmount               432  432  -                     EPERM
fspick                433  433  -                     EPERM
pidfd_open            434  434  -                     EPERM
pidfd_getfd           438  438  -                     EPERM
process_madvise       440  440  -                     EPERM
mount_setattr         442  442  -                     EPERM
quotactl_fd           443  443  -                     EPERM
memfd_secret          447  447  -                     EPERM
process_mrelease      448  448  -                     EPERM
set_mempolicy_home_node 450 450 -                     EPERM
lsm_set_self_attr     460  460  -                     EPERM
open_tree_attr        467  467  -                     EPERM
newer                 470  470  -                     ENOSYS
far_newer            9999 9999  -                     ENOSYS
"""
CHANGED_IN_EXAM = """
execve                 59  221  -                     EPERM
execveat              322  281  -                     EPERM
flock                  73   32  -                     EPERM
fcntl                  72   25  0,1                   allow
fcntl                  72   25  0,5                   allow
fcntl                  72   25  0,6                   EPERM
fcntl                  72   25  0,7                   EPERM
fcntl                  72   25  0,37                  EPERM
fcntl                  72   25  0,38                  EPERM
fcntl                  72   25  0,1024                EPERM
fcntl                  72   25  0,1026                EPERM
fcntl                  72   25  0,1030                allow
"""
CHANGED_WITHOUT_INET = """
socket                 41  198  1,1                   allow
socket                 41  198  2,1                   EACCES
socket                 41  198  2,0x80801,6           EACCES
socket                 41  198  10,0x80002,17         EACCES
socket                 41  198  2,3,1                 EACCES
socket                 41  198  2,5                   EACCES
socket                 41  198  2,1,262               EACCES
socket                 41  198  10,2,58               EACCES
socket                 41  198  2+high,2              EACCES
"""
Call = tuple[str, int, tuple[int, ...]]


def rows(text: str, machine: str) -> Iterator[tuple[Call, str]]:
    """The lines of a table that this machine has: (name, number, arguments), verdict."""
    for line in text.strip().splitlines():
        name, *numbers, arguments, verdict = line.split()
        number = numbers[list(ARCHS).index(machine)]
        if number != "-":
            yield (name, int(number), tuple(map(value, arguments.split(",")))), verdict


def value(text: str) -> int:
    """One argument; "+high" also sets bits that the kernel does not look at."""
    number, _, high = text.partition("+")
    return 0 if number == "-" else int(number, 0) | (0x5A5A5A5A << 32 if high else 0)


def verdict(program: bytes, arch: int, number: int, arguments: tuple[int, ...] = ()) -> str:
    """Run a filter as the kernel does."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, arch, 0, *padded)
    place = seen = 0
    while True:
        code, yes, no, k = struct.unpack_from("<HBBI", program, 8 * place)
        place += 1
        if code == 0x20:
            (seen,) = struct.unpack_from("<I", data, k)
        elif code == 0x54:
            seen &= k
        elif code == 0x06:
            if k & 0xFFFF0000 == 0x00050000:
                return errno.errorcode[k & 0xFFFF]
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}[k]
        else:
            tests = {0x15: seen == k, 0x25: seen > k, 0x35: seen >= k, 0x45: bool(seen & k)}
            place += yes if tests[code] else no


def expected(machine: str, name: str) -> dict[Call, str]:
    table = dict(rows(EXPECTED, machine))
    if "exam" in name:
        table |= dict(rows(CHANGED_IN_EXAM, machine))
    if "no-inet" in name:
        table |= dict(rows(CHANGED_WITHOUT_INET, machine))
    return table


NAMES = [
    (machine, seccomp.name(exam=exam, inet=inet, machine=machine))
    for machine, exam, inet in itertools.product(ARCHS, (False, True), (True, False))
]


def test_the_shipped_filters_are_what_the_rules_make() -> None:
    made = make.filters()
    assert sorted(made) == sorted(name for _, name in NAMES)
    assert {name: seccomp.load(name) for name in made} == made
    assert make.main(["--check"]) == 0


@pytest.mark.parametrize(("machine", "name"), NAMES)
def test_each_call_gets_the_answer_that_people_wrote_down(machine: str, name: str) -> None:
    program = seccomp.load(name)
    for (call, number, arguments), promised in expected(machine, name).items():
        got = verdict(program, ARCHS[machine], number, arguments)
        assert got == promised, f"{name}: {call}{arguments}"


@pytest.mark.parametrize(("machine", "name"), NAMES)
def test_no_call_is_denied_that_nobody_spoke_of(machine: str, name: str) -> None:
    program = seccomp.load(name)
    spoken = {
        number
        for (_, number, _), promised in expected(machine, name).items()
        if promised != ALLOW and number < 470
    }
    for number in set(range(470)) - spoken:
        for arguments in ((), (1,) * 6, (0xFFFFFFFF,) * 6):
            got = verdict(program, ARCHS[machine], number, arguments)
            assert got == ALLOW, f"{name}: call {number}{arguments}"


@pytest.mark.parametrize(("machine", "name"), NAMES)
def test_calls_of_another_machine_kill(machine: str, name: str) -> None:
    program = seccomp.load(name)
    for arch in (0x40000003, 0x40000028, *set(ARCHS.values()) - {ARCHS[machine]}, 0):
        assert verdict(program, arch, 0) == KILL
    x32 = verdict(program, ARCHS[machine], 0x40000000)
    assert x32 == (KILL if machine == "x86_64" else "ENOSYS")


@pytest.mark.skipif(sys.platform != "linux", reason="compares with this Linux's own names")
def test_names_in_the_rules_mean_what_the_system_means() -> None:
    import tomllib

    names = tomllib.loads((make.FOLDER / "rules.toml").read_text("utf-8"))["names"]
    for name, number in names.items():
        for module in (errno, socket):
            if hasattr(module, name):
                assert number == getattr(module, name), name


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_numbers_agree_with_the_headers(machine: str, header: str) -> None:
    import tomllib

    if not Path(header).is_file():
        pytest.skip(f"no kernel headers for {machine} here")
    found = re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", Path(header).read_text("utf-8"))
    theirs = {name: int(number) for name, number in found}
    ours = tomllib.loads((make.FOLDER / "syscalls.toml").read_text("utf-8"))[machine]["calls"]
    shared = {name: number for name, number in ours.items() if name in theirs}
    assert shared == {name: theirs[name] for name in shared}
    assert len(shared) > 80


def test_a_filter_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"riscv64; there are: aarch64, .*x86_64"):
        seccomp.load("riscv64")


# ---- on this machine ----

live = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in ARCHS or not seccomp.available(),
    reason="this kernel cannot filter system calls, or there is no filter for this machine",
)
PRELUDE = """
import contextlib, ctypes, errno, json, os, signal, sys
from grader.sandbox.inside import kernel, landlock, seccomp
libc = ctypes.CDLL(None, use_errno=True)

def filtered(**options):
    kernel.no_new_privileges()
    seccomp.apply(seccomp.load(seccomp.name(**options)))

def outcome(action):
    "What happens to a fresh child that does this: 'done', an errno's name, or a signal's."
    pid = os.fork()
    if pid == 0:
        try:
            result = action()
        except OSError as error:
            os._exit(error.errno)
        os._exit(ctypes.get_errno() if result == -1 else 0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return signal.Signals(-code).name if code < 0 else errno.errorcode.get(code, "done")
"""


def child(source: str, folder: Path, *arguments: str, seconds: float = 120) -> Any:
    """Run Python in a process of its own; return what its last line says, as JSON."""
    run = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(source), *arguments],
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    assert "not permitted" not in run.stderr, run.stderr[-4000:]
    assert "Permission" not in run.stderr, run.stderr[-4000:]
    return json.loads(run.stdout.splitlines()[-1])


# Real calls, harmless where they are not denied.
LIVE_CALLS = {
    "keyctl": ([0, -3, 1], "EPERM"),
    "unshare": ([0x10000000], "EPERM"),
    "setns": ([-1, 0], "EPERM"),
    "mount": ([0, 0, 0, 0, 0], "EPERM"),
    "pivot_root": ([0, 0], "EPERM"),
    "chroot": ([0], "EPERM"),
    "fsopen": ([0, 0], "EPERM"),
    "open_tree": ([-1, 0, 0], "EPERM"),
    "ptrace": ([0, 0, 0, 0], "EPERM"),
    "process_vm_readv": ([1, 0, 0, 0, 0, 0], "EPERM"),
    "pidfd_open": ([1, 0], "EPERM"),
    "io_uring_setup": ([1, 0], "EPERM"),
    "userfaultfd": ([0], "EPERM"),
    "bpf": ([0, 0, 0], "EPERM"),
    "perf_event_open": ([0, 0, -1, -1, 0], "EPERM"),
    "name_to_handle_at": ([-1, 0, 0, 0, 0], "EPERM"),
    "shmget": ([0, 0, 0], "EPERM"),
    "mq_open": ([0, 0, 0, 0], "EPERM"),
    "memfd_create": ([0, 0], "EPERM"),
    "mbind": ([0, 0, 0, 0, 0, 0], "EPERM"),
    "seccomp": ([99, 0, 0], "EPERM"),
    "prctl": ([22, 0, 0, 0, 0], "EPERM"),
    "personality": ([0x40000], "EPERM"),
    "ioctl": ([0, 0x5412, 0], "EPERM"),
    "clone3": ([0, 0], "ENOSYS"),
    "clone": ([0x10000011, 0, 0, 0, 0], "EPERM"),
    "socket": ([40, 1, 0], "EAFNOSUPPORT"),
    "socketpair": ([30, 1, 0, 0], "EAFNOSUPPORT"),
}


@live
def test_denied_calls_fail_with_the_promised_error(tmp_path: Path) -> None:
    numbers = {call[0]: call[1] for call, _ in rows(EXPECTED, os.uname().machine)}
    calls = {name: [numbers[name], *arguments] for name, (arguments, _) in LIVE_CALLS.items()}
    before, after = child(
        """
        calls = json.loads(sys.argv[1])
        def ask(words):
            return outcome(lambda: libc.syscall(*map(ctypes.c_long, words)))
        before = {name: ask(words) for name, words in calls.items()}
        filtered()
        print(json.dumps([before, {name: ask(words) for name, words in calls.items()}]))
        """,
        tmp_path,
        json.dumps(calls),
    )
    assert after == {name: promised for name, (_, promised) in LIVE_CALLS.items()}
    if before == after:
        pytest.skip("another filter around these tests denies all of it already")


@live
@pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="ways of x86_64 alone"
)
def test_calls_in_the_way_of_another_machine_end_the_process(tmp_path: Path) -> None:
    before, after, x32 = child(
        """
        import mmap
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(bytes.fromhex("b814000000 cd80 c3"))  # mov eax, getpid; int 0x80; ret
        start = ctypes.addressof(ctypes.c_char.from_buffer(page))
        old_way = ctypes.CFUNCTYPE(ctypes.c_int)(start)
        before = outcome(old_way)
        filtered()
        x32 = outcome(lambda: libc.syscall(ctypes.c_long(0x40000000 + 39)))
        print(json.dumps([before, outcome(old_way), x32]))
        """,
        tmp_path,
    )
    assert x32 == "SIGSYS"
    if before != "done":
        pytest.skip("this kernel has no 32-bit calls")
    assert after == "SIGSYS"


@live
def test_threads_that_run_already_are_filtered_too(tmp_path: Path) -> None:
    assert child(
        """
        import threading
        go, said = threading.Event(), []
        def late():
            go.wait()
            try:
                os.memfd_create("x")
            except PermissionError:
                said.append("denied")
        thread = threading.Thread(target=late)
        thread.start()
        filtered()
        go.set()
        thread.join()
        print(json.dumps(said))
        """,
        tmp_path,
    ) == ["denied"]


@live
def test_nothing_can_be_put_on_top(tmp_path: Path) -> None:
    said = child(
        """
        filtered()
        try:
            filtered()
        except OSError as error:
            print(json.dumps(str(error)))
        """,
        tmp_path,
    )
    assert "is there no filter yet?" in said


@live
def test_a_broken_or_early_filter_is_refused_in_words(tmp_path: Path) -> None:
    said = child(
        """
        program = seccomp.load(seccomp.name())
        with contextlib.suppress(PermissionError):
            os.setuid(65534)
        said = []
        for given in (program, b"", program[:-3]):
            try:
                seccomp.apply(given)
            except OSError as error:
                said.append(str(error))
        print(json.dumps(said))
        """,
        tmp_path,
    )
    early, empty, cut = said
    assert "is no_new_privs set" in early
    assert "0 bytes is no list of steps" in empty
    assert "is no list of steps" in cut


@live
def test_an_exam_has_no_locks_and_no_programs_but_forks(tmp_path: Path) -> None:
    assert child(
        """
        import fcntl, sqlite3
        file = open("shared", "w")
        filtered(exam=True)
        print(json.dumps([
            outcome(lambda: fcntl.flock(file, fcntl.LOCK_SH)),
            outcome(lambda: fcntl.lockf(file, fcntl.LOCK_EX)),
            outcome(lambda: os.execv(sys.executable, [sys.executable, "-c", ""])),
            outcome(lambda: libc.inotify_init1(0)),
            outcome(lambda: fcntl.fcntl(file, fcntl.F_GETFL) and None),
            outcome(lambda: sqlite3.connect(":memory:").execute("create table t (a)") and None),
        ]))
        """,
        tmp_path,
    ) == ["EPERM", "EPERM", "EPERM", "EPERM", "done", "done"]


@live
def test_without_inet_only_local_sockets_are_made(tmp_path: Path) -> None:
    assert child(
        """
        import socket
        filtered(inet=False)
        kinds = [(socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM),
                 (socket.AF_INET6, socket.SOCK_DGRAM), (socket.AF_UNIX, socket.SOCK_STREAM)]
        said = [outcome(lambda: socket.socket(*kind) and None) for kind in kinds]
        print(json.dumps([*said, outcome(lambda: socket.socketpair() and None)]))
        """,
        tmp_path,
    ) == ["EACCES", "EACCES", "EACCES", "done", "done"]


# ---- what students do all day: nothing of it may be denied ----

CONFINED = """
def life(folder, read_execute):
    "Both layers as a box has them, but the namespaces."
    kernel.no_new_privileges()
    if landlock.abi():
        devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
        landlock.apply(landlock.prepare(
            read_execute=[path for path in read_execute if os.path.exists(path)],
            read=[path for path in ("/proc", "/sys/fs/cgroup") if os.path.exists(path)],
            read_write=[folder, "/dev/shm"], devices=devices,
        ))
    seccomp.apply(seccomp.load(seccomp.name()))

life(os.getcwd(), json.loads(sys.argv[1]))
"""
LIFE = {
    "files": """
        import pathlib, shutil, sqlite3, tempfile
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a", "b.txt")
            path.parent.mkdir()
            path.write_text("x")
            shutil.move(path, pathlib.Path(folder, "c.txt"))
            shutil.copytree(folder, "copied")
        base = sqlite3.connect("own.db")
        base.execute("create table t (a)")
        base.commit()
        open("/dev/null", "w").write("x")
        os.urandom(8), open("/dev/urandom", "rb").read(8)
        os.mkfifo("pipe")
        print(json.dumps(len(os.listdir())))
    """,
    "threads": """
        import threading
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
            print(json.dumps(sum(pool.map(len, ["ab"] * 100))))
    """,
    "programs": """
        import subprocess
        subprocess.run(["ls", "/usr"], check=True, stdout=subprocess.DEVNULL)
        out = subprocess.run("echo hi | tr h H > f; cat f", shell=True, capture_output=True)
        own = subprocess.run([sys.executable, "-c", "print(2)"], capture_output=True, timeout=60)
        assert (out.stdout, own.stdout) == (b"Hi\\n", b"2\\n"), (out, own)
        print(json.dumps(0))
    """,
    "pools": """
        import multiprocessing as mp
        for way in ("fork", "spawn", "forkserver"):
            context = mp.get_context(way)
            with context.Pool(2) as pool:
                assert pool.map(abs, [-1, -2]) == [1, 2]
            queue, lock, number = context.Queue(), context.Lock(), context.Value("i", 3)
            queue.put(number.value)
            with lock:
                assert queue.get(timeout=60) == 3
        from multiprocessing import shared_memory
        shared = shared_memory.SharedMemory(create=True, size=4096)
        shared.close()
        shared.unlink()
        with mp.get_context("fork").Manager() as manager:
            assert manager.list([1])[0] == 1
        print(json.dumps(0))
    """,
    "asyncio": """
        import asyncio
        async def main():
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "print(5)", stdout=asyncio.subprocess.PIPE)
            out, _ = await process.communicate()
            inside = await asyncio.to_thread(int, out)
            server = await asyncio.start_unix_server(lambda r, w: w.close(), "here.sock")
            reader, writer = await asyncio.open_unix_connection("here.sock")
            assert await reader.read() == b""
            writer.close()
            server.close()
            return inside
        print(json.dumps(asyncio.run(main())))
    """,
    "numpy": """
        import numpy as np
        from concurrent.futures import ThreadPoolExecutor
        big = np.ones((700, 700))
        with ThreadPoolExecutor(2) as pool:
            totals = list(pool.map(lambda _: float((big @ big).sum()), range(4)))
        assert set(totals) == {700.0 ** 3}
        np.save("a.npy", big)
        np.load("a.npy", mmap_mode="r").sum()
        np.linalg.svd(big[:50, :50])
        print(json.dumps(0))
    """,
    "sklearn": """
        import numpy as np
        from joblib import Parallel, delayed
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import cross_val_score
        x = np.random.default_rng(0).normal(size=(60, 3))
        y = (x[:, 0] > 0).astype(int)
        scores = cross_val_score(RandomForestClassifier(5, n_jobs=2), x, y, cv=3, n_jobs=2)
        big = np.ones(300_000)  # large enough that joblib puts it into a shared file
        sums = Parallel(n_jobs=2, backend="loky", max_nbytes="1M")(
            delayed(np.sum)(big) for _ in range(3))
        assert set(sums) == {300_000.0}
        print(json.dumps(len(scores)))
    """,
    "torch": """
        import torch
        from torch.utils.data import DataLoader, TensorDataset
        data = TensorDataset(torch.randn(16, 4), torch.randn(16, 1))
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
        best = torch.optim.Adam(model.parameters())
        steps = 0
        for x, y in DataLoader(data, batch_size=8, num_workers=2):
            best.zero_grad()
            torch.nn.functional.mse_loss(model(x), y).backward()
            best.step()
            steps += 1
        torch.save(model.state_dict(), "model.pt")
        torch.load("model.pt")
        print(json.dumps(steps))
    """,
}
NEEDS = {"numpy": "numpy", "sklearn": "sklearn", "torch": "torch"}


@live
@pytest.mark.parametrize(
    "part",
    [pytest.param(part, marks=pytest.mark.slow) if part == "torch" else part for part in LIFE],
)
def test_ordinary_work_is_not_denied(part: str, tmp_path: Path) -> None:
    if part in NEEDS:
        pytest.importorskip(NEEDS[part], reason=f"{NEEDS[part]} is not installed")
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("there is no /dev/shm here")
    shown = ["/usr", "/lib", "/lib64", "/bin", "/etc", "/opt"]
    shown += [sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent), str(ROOT)]
    got = child(CONFINED + textwrap.dedent(LIFE[part]), tmp_path, json.dumps(shown), seconds=300)
    assert got is not None
