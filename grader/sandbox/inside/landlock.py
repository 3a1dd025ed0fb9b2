"""Landlock: which files a box may touch, and no network or signal to anything outside.

Paths are named in ``prepare``, where nothing is opened; ``apply`` opens them where they then lie,
so a box calls it after it has its own root. What is under no rule is denied. A later rule cannot
give back what an earlier domain took away, and nothing undoes it.

Landlock also keeps a box from tracing processes outside: our own init of the box above all.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

from . import syscalls

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE = 1 << 4, 1 << 5
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK = 1 << 6, 1 << 7, 1 << 8, 1 << 9
MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = 1 << 10, 1 << 11, 1 << 12
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

RIGHTS_SINCE = {
    1: MAKE_SYM * 2 - 1,  # all of the first three lines
    2: REFER,  # move or link into another folder; before, that was never possible
    3: TRUNCATE,  # before, always possible
    5: IOCTL_DEV,  # before, always possible
}
"""Rights on files, by the Landlock version that first knew them."""

NEWEST = 7
"""The last version that is known here; newer kernels are asked for this one."""

_NET, _SCOPES, _QUIET = 4, 6, 7  # versions that brought TCP, scopes, and silence in logs
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_ABSTRACT_UNIX_SOCKET, _SIGNAL = 1 << 0, 1 << 1
_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1
# What a box is denied is no event of the host: code that tries a million times fills no log.
_LOG_SAME_EXEC_OFF = 1 << 0

_READ = READ_FILE | READ_DIR
_READ_EXECUTE = _READ | EXECUTE
_DEVICE = READ_FILE | WRITE_FILE | TRUNCATE
_ALL = sum(RIGHTS_SINCE.values())
_READ_WRITE = _ALL & ~(MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV)
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


class _Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr`` of linux/landlock.h."""

    _fields_ = (
        ("files", ctypes.c_uint64),
        ("net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr`` of linux/landlock.h."""

    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


@dataclass(frozen=True, slots=True)
class Spec:
    """What will be allowed: rights by path, and whether TCP is left alone."""

    version: int
    paths: tuple[tuple[str, int], ...]
    tcp: bool = False


def abi() -> int:
    """Return the version of Landlock that this kernel has on, 0 where there is none."""
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, _CREATE_VERSION)
    except OSError:
        return 0


def missing(version: int) -> tuple[str, ...]:
    """Say in plain words what this version cannot deny."""
    lacks = {
        1: "all of it",
        3: "truncating files that may only be read",
        _NET: "TCP",
        5: "device controls",
        _SCOPES: "signals and abstract sockets to processes outside",
    }
    return tuple(words for since, words in lacks.items() if version < since)


def prepare(
    *,
    read_execute: Iterable[str] = (),
    read: Iterable[str] = (),
    read_write: Iterable[str] = (),
    devices: Iterable[str] = (),
    controls: Iterable[str] = (),
    tcp: bool = False,
    version: int | None = None,
) -> Spec:
    """Name what a box may touch: folders with all below them, or single files.

    ``read_execute`` is for the runtime, ``read`` for /proc, ``read_write`` for folders of the
    box's own (programs there may be started), ``devices`` for such as /dev/null, ``controls`` for
    devices that need ioctl (a GPU). With ``tcp`` Landlock leaves TCP alone, otherwise it denies
    all of it. A path given twice has the rights of both. ``version`` is this kernel's if not
    given.
    """
    version = min(abi() if version is None else version, NEWEST)
    known = sum(rights for since, rights in RIGHTS_SINCE.items() if since <= version)
    groups = (
        (read_execute, _READ_EXECUTE),
        (read, _READ),
        (read_write, _READ_WRITE),
        (devices, _DEVICE),
        (controls, _DEVICE | IOCTL_DEV),
    )
    paths = tuple((path, rights & known) for group, rights in groups for path in group)
    return Spec(version, paths, tcp)


def with_controls(spec: Spec, nodes: Iterable[str]) -> Spec:
    """Return the same, with devices that need ioctl besides."""
    more = prepare(controls=nodes, version=spec.version)
    return replace(spec, paths=spec.paths + more.paths)


def build(spec: Spec) -> int:
    """Return a file descriptor of the rules; its paths are looked up now, here.

    Raises:
        OSError: a path is not there, or the kernel refuses; the message says which.
    """
    if spec.version < 1:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock, or has it switched off")
    wanted = _Ruleset(
        sum(rights for since, rights in RIGHTS_SINCE.items() if since <= spec.version),
        _BIND_TCP | _CONNECT_TCP if spec.version >= _NET and not spec.tcp else 0,
        _ABSTRACT_UNIX_SOCKET | _SIGNAL if spec.version >= _SCOPES else 0,
    )
    words = 3 if spec.version >= _SCOPES else 2 if spec.version >= _NET else 1
    rules = syscalls.call("landlock_create_ruleset", ctypes.byref(wanted), words * 8, 0)
    try:
        for path, rights in spec.paths:
            _allow(rules, path, rights)
    except OSError:
        os.close(rules)
        raise
    return rules


def restrict(rules: int, version: int) -> None:
    """Put rules that were built on this thread and all that it will start, and close them.

    The caller has set ``no_new_privs`` and has no second thread.

    Raises:
        OSError: the kernel refuses; nothing is restricted then.
    """
    quiet = _LOG_SAME_EXEC_OFF if version >= _QUIET else 0
    try:
        syscalls.call("landlock_restrict_self", rules, quiet)
    except OSError as refused:
        hint = " (is no_new_privs set?)" if refused.errno == errno.EPERM else ""
        raise OSError(refused.errno or errno.EINVAL, f"{refused.strerror}{hint}") from None
    finally:
        os.close(rules)


def apply(spec: Spec) -> None:
    """Restrict this thread, and all that it will start, to what ``spec`` names.

    Raises:
        OSError: as ``build`` and ``restrict`` do.
    """
    restrict(build(spec), spec.version)


def _allow(rules: int, path: str, rights: int) -> None:
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "Landlock is a part of Linux")
    file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        is_folder = stat.S_ISDIR(os.fstat(file).st_mode)
        rule = _PathBeneath(rights if is_folder else rights & _ON_FILES, file)
        syscalls.call("landlock_add_rule", rules, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    except OSError as refused:
        raise OSError(refused.errno or errno.EINVAL, f"{refused.strerror}: {path}") from None
    finally:
        os.close(file)
