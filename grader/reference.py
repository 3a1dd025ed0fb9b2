"""Loads a course's reference functions and calls them; their code never sees a submission's files."""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


class ReferenceProblem(ValueError):
    """A reference that is missing or broken: the instructor's to mend."""


class Reference:
    """The reference functions of one assignment, called by ``module.function``."""

    def __init__(self, course: Path, assignment: str) -> None:
        """Find the reference of an assignment: a package folder, or a single module."""
        folder = course / "reference" / assignment
        self.path = folder if folder.is_dir() else folder.with_suffix(".py")
        if not self.path.exists():
            raise ReferenceProblem(f"{self.path}: there is no reference for '{assignment}'")
        self._modules: dict[str, ModuleType] = {}

    @property
    def hash(self) -> str:
        """Hash of the reference's source."""
        digest = hashlib.sha256()
        for file in sorted([self.path] if self.path.is_file() else self.path.rglob("*.py")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()[:16]

    def function(self, name: str) -> Callable[..., Any]:
        """Return the function called ``module.function`` (``function`` of a single module).

        Raises:
            ReferenceProblem: when there is none; the message names a near one.
        """
        stem, _, attribute = name.rpartition(".")
        module = self._module(stem)
        found = getattr(module, attribute, None)
        if not callable(found):
            near = difflib.get_close_matches(attribute, vars(module), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise ReferenceProblem(f"{self.path}: no function '{name}'{hint}")
        return found  # type: ignore[no-any-return]

    def _module(self, stem: str) -> ModuleType:
        if stem not in self._modules:
            self._modules[stem] = self._load(stem)
        return self._modules[stem]

    def _load(self, stem: str) -> ModuleType:
        place = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()[:8]
        package = f"_reference_{self.path.stem}_{place}"
        if self.path.is_file():
            return _execute(package, self.path, None)
        if package not in sys.modules:
            _package(package, self.path)
        file = self.path / f"{stem}.py"
        if not stem or not file.exists():
            raise ReferenceProblem(f"{self.path}: no module '{stem}'")
        return _execute(f"{package}.{stem}", file, None)


def _package(name: str, folder: Path) -> None:
    """Make a folder a package, with or without a file of its own."""
    if (folder / "__init__.py").is_file():
        _execute(name, folder / "__init__.py", folder)
    else:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def _execute(name: str, file: Path, folder: Path | None) -> ModuleType:
    places = [str(folder)] if folder else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
    if spec is None or spec.loader is None:
        raise ReferenceProblem(f"{file}: cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ReferenceProblem(f"{file}: {type(error).__name__}: {error}") from error
    return module
