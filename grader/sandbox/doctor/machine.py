"""Facts of this machine that results depend on, read without importing what is asked about."""

from __future__ import annotations

import importlib.metadata
import platform
import sys

from grader.sandbox.host.groups import groups

PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "matplotlib", "ipython", "torch")
_WATCHDOG = "watchdog (it looks every 50 ms)"


def versions() -> dict[str, str]:
    """Versions of the kernel, the interpreter and the packages that student code likes to use."""
    told = {"system": f"{platform.system()} {platform.release()} {platform.machine()}"}
    told["python"] = f"{platform.python_version()} ({sys.implementation.name})"
    for name in PACKAGES:
        try:
            told[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            told[name] = "not installed"
    return told


def meter() -> str:
    """What measures and bounds a whole box here."""
    if sys.platform != "linux":
        return "none: only time and output are bounded"
    found = groups()
    if found is None:
        return _WATCHDOG
    found.close()
    return f"control groups, version {found.version}"
