"""``pip install`` in a box: there is no network, so it says at once what is there already."""

from __future__ import annotations

import importlib.metadata
import re

_INSTALL = re.compile(
    r"\s*(?:sudo\s+)?(?:\S*python[\w.]*\s+-m\s+)?(?:uv\s+)?"
    r"(?:pip[\d.]*|conda|mamba|micromamba)\s+(?:-\S+\s+)*(?:install|add)\b(?P<rest>[^;&|#]*)"
)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_WITH_FILE = frozenset({"-r", "-c", "-f", "-i", "-t", "--requirement", "--index-url", "--target"})
_NAMES = 50


def installing(command: str) -> tuple[str, int] | None:
    """Return what a command that installs packages says here and its exit code; else None.

    >>> installing("pip install -q 'surely-not-there>=2'")
    ('Nothing can be installed here: there is no network. Not there: surely-not-there.', 1)
    >>> installing("ls") is None
    True
    """
    asked = _INSTALL.match(command)
    if asked is None:
        return None
    there, missing = [], []
    for name in _names(asked["rest"]):
        try:
            there.append(f"{name} {importlib.metadata.version(name)}")
        except (importlib.metadata.PackageNotFoundError, ValueError):
            missing.append(name)
    said = ["Nothing can be installed here: there is no network."]
    said += [f"Already there: {', '.join(there)}."] if there else []
    said += [f"Not there: {', '.join(missing)}."] if missing else []
    return " ".join(said), 0 if there and not missing else 1


def _names(rest: str) -> list[str]:
    names, skip = [], False
    for word in rest.split():
        plain = word.strip("'\"")
        found = _NAME.match(plain)
        if found and not skip and not plain.startswith("-"):
            names.append(found[0])
        skip = plain in _WITH_FILE
    return names[:_NAMES]
