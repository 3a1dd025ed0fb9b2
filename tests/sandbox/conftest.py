"""Boxes of this machine for tests; without user namespaces they skip, and say so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from grader.sandbox.backends.native import Native
from grader.sandbox.host.zygote import NoZygote

_UNSHARE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000 | 0x20000) != 0)"


def namespaces_work() -> bool:
    """Whether this machine lets its users make namespaces: asked of the kernel, not of us."""
    if sys.platform != "linux":
        return False
    return subprocess.run([sys.executable, "-c", _UNSHARE], check=False).returncode == 0


@pytest.fixture(scope="session")
def native() -> Iterator[Native]:
    """Native boxes with every layer on."""
    with Native(pool=1) as boxes:
        try:
            boxes.start("bare")
        except NoZygote as error:
            if namespaces_work():
                raise
            pytest.skip(f"NOT TESTED, this machine gives no user namespaces: {error}")
        yield boxes
