"""What a machine lacks for strong boxes: what it is, what it means, how to get it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.host.groups import groups
from grader.sandbox.inside import landlock, seccomp

LANDLOCK_SINCE = (5, 13)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not there: what, what follows from it, and how to get it."""

    what: str
    means: str
    get: str


def missing() -> tuple[Missing, ...]:
    """What this machine lacks, as far as it says so itself; the boxes that were tried say more."""
    if sys.platform != "linux":
        return (
            Missing(
                "Linux",
                "no boxes but none: other people's code cannot be run here",
                "use a Linux machine, a virtual machine with Linux, or a container of one",
            ),
        )
    return (*_namespaces(), *_landlock(), *_seccomp(), *_groups(), *_bubblewrap())


def _namespaces() -> Iterator[Missing]:
    """Switches by which a system closes user namespaces to ordinary users."""
    means = "an ordinary user can make no namespaces: neither native boxes nor bubblewrap work"
    if _setting("user/max_user_namespaces") == "0":
        yield Missing(
            "user namespaces (user.max_user_namespaces is 0)",
            "nobody can make user namespaces: neither native boxes nor bubblewrap work",
            "as root: sysctl -w user.max_user_namespaces=10000, and the same line, without"
            " 'sysctl -w', in a file of /etc/sysctl.d",
        )
    if _setting("kernel/unprivileged_userns_clone") == "0":
        yield Missing(
            "user namespaces (kernel.unprivileged_userns_clone is 0)",
            means,
            "as root: sysctl -w kernel.unprivileged_userns_clone=1, and a line for it in a file"
            " of /etc/sysctl.d",
        )
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        yield Missing(
            "user namespaces (AppArmor restricts them, as Ubuntu does since 23.10)",
            f"{means}; they can be made, but nothing can be mounted in them",
            "best: an AppArmor profile that allows 'userns,' for this interpreter (grader/docs/"
            "boxes.md has one); or as root: sysctl -w"
            " kernel.apparmor_restrict_unprivileged_userns=0",
        )
    if _in_container():
        yield from _container()


def _container() -> Iterator[Missing]:
    """What containers take away by default."""
    if covered := _covered_proc():
        yield Missing(
            f"a whole /proc (this container covers {covered})",
            "the kernel lets nobody mount a /proc of their own here, which every box needs",
            "start the container with --security-opt systempaths=unconfined (Docker) or"
            " --security-opt unmask=ALL (Podman)",
        )
    if _own("Seccomp") == "2" and not _own_namespaces_allowed():
        yield Missing(
            "permission to make namespaces (this container's filter of system calls)",
            "native boxes and bubblewrap do not work in it",
            "start the container with a seccomp profile that allows unshare, clone, mount,"
            " umount2, pivot_root and mount_setattr (and apparmor=unconfined where AppArmor is);"
            " see grader/docs/boxes.md",
        )


def _landlock() -> Iterator[Missing]:
    if landlock.abi() > 0:
        return
    means = "native boxes are not shut tightly enough; bubblewrap and containers do without it"
    if _release() < LANDLOCK_SINCE:
        yield Missing(f"Landlock (Linux {platform.release()})", means, "Linux 5.13 or newer")
        return
    listed = _read("/sys/kernel/security/lsm")
    if listed and "landlock" not in listed:
        yield Missing(
            "Landlock (this kernel has it switched off)",
            means,
            f"add lsm=landlock,{listed} to the kernel's command line, then start anew",
        )
        return
    yield Missing(
        "Landlock (the kernel has none, or a container's filter of system calls hides it)",
        means,
        "a kernel with CONFIG_SECURITY_LANDLOCK; in a container, a newer Docker or Podman",
    )


def _seccomp() -> Iterator[Missing]:
    if not seccomp.available():
        yield Missing(
            "seccomp",
            "nothing keeps a box from rarely used parts of the kernel",
            "a kernel with CONFIG_SECCOMP_FILTER",
        )


def _groups() -> Iterator[Missing]:
    found = groups()
    if found is not None:
        found.close()
        return
    yield Missing(
        "control groups that are delegated to us",
        "a watchdog bounds memory and processes instead: level L3 at most, which is enough",
        "systemd-run --user --scope -p Delegate=yes grader ..., or as root a cgroup of one's own",
    )


def _bubblewrap() -> Iterator[Missing]:
    if shutil.which("bwrap") is None:
        yield Missing(
            "bubblewrap",
            "nothing, where native boxes work",
            "install the package bubblewrap (apt, dnf, pacman, zypper and apk all have it)",
        )


def _in_container() -> bool:
    marks = ("/.dockerenv", "/run/.containerenv")
    return any(map(os.path.exists, marks)) or "container" in os.environ


def _covered_proc() -> str:
    """Places of /proc that something is mounted on, in words; empty where there are none."""
    points = (line.split()[4] for line in _read("/proc/self/mountinfo").splitlines() if line)
    covered = sorted(
        {point for point in points if re.match(r"/proc/(?!sys/fs/binfmt_misc)", point)}
    )
    return ", ".join(covered[:3]) + (" and more" if len(covered) > 3 else "")


def _own_namespaces_allowed() -> bool:
    """Whether a child of ours can leave into a user namespace; tried, not guessed."""
    import subprocess  # noqa: PLC0415  # only where there is reason to ask

    code = "import ctypes, sys; libc = ctypes.CDLL(None); sys.exit(libc.unshare(0x10020000) != 0)"
    told = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=False, timeout=30)
    return told.returncode == 0


def _own(key: str) -> str:
    found = re.search(rf"^{key}:\s*(\S+)", _read("/proc/self/status"), re.MULTILINE)
    return found[1] if found else ""


def _release() -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", platform.release())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _setting(name: str) -> str:
    return _read(f"/proc/sys/{name}")


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace").strip()
    except OSError:
        return ""
