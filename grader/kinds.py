"""One small registry for every kind of plug-in: the file's name is the kind's name.

A kind is one file in its package that registers one frozen dataclass; the dataclass's fields
are the kind's options, their defaults and their documentation. Nothing is imported before it
is asked for, and no list has to be edited when a file is added.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class UnknownKind(ValueError):
    """No such kind; the message names near ones."""


class Kinds(Generic[T]):
    """The kinds that live in one package, found by file name.

    >>> comparators: Kinds[object] = Kinds("grader.compare", "comparator")
    >>> "exact" in comparators.names()
    True
    """

    def __init__(self, package: str, noun: str) -> None:
        """Take the package's dotted name, and what to call one of its kinds in messages."""
        self._package = package
        self._noun = noun
        self._registered: dict[str, Callable[..., T]] = {}

    def register(self, kind: Callable[..., T]) -> Callable[..., T]:
        """Register a class under the name of the file it stands in; use as a decorator."""
        module = kind.__module__
        if module.rpartition(".")[0] != self._package:
            raise ValueError(f"{module} does not lie in {self._package}")
        self._registered[module.rpartition(".")[2].replace("_", "-")] = kind
        return kind

    def names(self) -> list[str]:
        """All kinds of the package, sorted, without importing them; a folder in it is none."""
        import pkgutil  # noqa: PLC0415  # listing is rare, and loading it takes milliseconds

        paths = importlib.import_module(self._package).__path__
        found = (module.name for module in pkgutil.iter_modules(paths) if not module.ispkg)
        return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))

    def _is_there(self, name: str) -> bool:
        """Whether a file of that name stands in the package; without listing all of them."""
        module = name.replace("-", "_")
        if module.startswith("_") or "_" in name or not module.isidentifier():
            return False
        spec = importlib.util.find_spec(f"{self._package}.{module}")
        return spec is not None and spec.submodule_search_locations is None

    def get(self, name: str) -> Callable[..., T]:
        """Return the class of a kind.

        Raises:
            UnknownKind: when there is no such file.
        """
        if name not in self._registered:
            if not self._is_there(name):
                import difflib  # noqa: PLC0415  # only for a wrong name

                near = difflib.get_close_matches(name, self.names(), n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise UnknownKind(f"no {self._noun} is called '{name}'{hint}")
            importlib.import_module(f"{self._package}.{name.replace('-', '_')}")
        return self._registered[name]

    def build(self, name: str, options: dict[str, Any]) -> T:
        """Return the kind with its options bound; types are checked by the rubric's schema."""
        return self.get(name)(**options)
