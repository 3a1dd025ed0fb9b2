"""The grader's own package as a wheel, made from the files that are running now.

No build is started and nothing is fetched; the same files give the same bytes. Dependencies are
those of pyproject.toml where the package lies in its repository, else those that it was installed
with (PyPA's core metadata and the binary distribution format).
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import grader
from grader.bundle._archive import archive
from grader.bundle.settings import Unfit

_WHEEL = "Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_PROGRAM = "[console_scripts]\ngrader = grader.cli:main\n"
_LEFT_OUT = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache")


def wheel() -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel of this grader.

    Raises:
        Unfit: when its package is not a folder of files, or its dependencies are not known.
    """
    place = Path(str(files("grader")))
    if not place.is_dir():
        raise Unfit(f"{place}: the grader is not installed as a folder of files; install it anew")
    version = grader.__version__
    info = f"grader-{version}.dist-info"
    held = {f"grader/{path.relative_to(place).as_posix()}": path for path in _files(place)}
    content = {name: path.read_bytes() for name, path in held.items()}
    content[f"{info}/METADATA"] = _metadata(place, version).encode()
    content[f"{info}/WHEEL"] = _WHEEL.encode()
    content[f"{info}/entry_points.txt"] = _PROGRAM.encode()
    record = f"{info}/RECORD"
    lines = [f"{name},{_digest(data)},{len(data)}" for name, data in sorted(content.items())]
    content[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return f"grader-{version}-py3-none-any.whl", archive(content)


def _files(place: Path) -> Iterator[Path]:
    for path in sorted(place.rglob("*")):
        own = path.relative_to(place).parts
        if path.is_file() and not set(own) & set(_LEFT_OUT) and path.suffix != ".pyc":
            yield path


def _digest(data: bytes) -> str:
    text = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"sha256={text}"


def _metadata(place: Path, version: str) -> str:
    lines = ["Metadata-Version: 2.1", "Name: grader", f"Version: {version}", *_needs(place)]
    return "\n".join(lines) + "\n"


def _needs(place: Path) -> Sequence[str]:
    """Lines of metadata that say what it needs."""
    project = place.parent / "pyproject.toml"
    if project.is_file():
        told: dict[str, Any] = tomllib.loads(project.read_text("utf-8")).get("project", {})
        if told.get("name") == "grader":
            return list(_from_project(told))
    try:
        known = metadata.metadata("grader")
    except metadata.PackageNotFoundError as error:
        raise Unfit("the grader does not know what it needs: install it with pip") from error
    names = ("Requires-Python", "Provides-Extra", "Requires-Dist")
    return [f"{name}: {value}" for name in names for value in known.get_all(name) or ()]


def _from_project(told: dict[str, Any]) -> Iterator[str]:
    yield f"Requires-Python: {told['requires-python']}"
    yield from (f"Requires-Dist: {need}" for need in told.get("dependencies", ()))
    for extra, needs in told.get("optional-dependencies", {}).items():
        yield f"Provides-Extra: {extra}"
        for need in needs:
            wanted, _, marker = need.partition(";")
            only = f'({marker.strip()}) and extra == "{extra}"' if marker else f'extra == "{extra}"'
            yield f"Requires-Dist: {wanted.strip()}; {only}"
