"""What one job of a Slurm array does: hand-ins one after another, each answer in a file at once.

The files are how the jobs and the program that waits for them talk, over the folder that they
share. Only our own processes write them.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.pipeline.crew import Work

ANSWERS, TRIES, JOBS = "answers", "tries", "jobs"
UNSTARTED = "unstarted"
"""Why the last job that could not start did not."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An error of the work, on its way to who asked."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some items, by key, and what to do with them.

    An answer that is there is not made again, so a chunk may be run any number of times.
    """

    start: Callable[[], Work]
    folder: Path
    items: tuple[tuple[str, Any], ...]

    def __call__(self) -> None:
        """Do what is not done."""
        left = [(key, item) for key, item in self.items if not self._answer(key).exists()]
        if not left:
            return
        try:
            work = self.start()
        except Exception as error:
            keep(self.folder / UNSTARTED, Raised(error))
            raise
        try:
            for key, item in left:
                tried(self.folder, key)
                keep(self._answer(key), _done(work, item))
        finally:
            work.close()

    def _answer(self, key: str) -> Path:
        return self.folder / ANSWERS / key


def tried(folder: Path, key: str) -> None:
    """Note that an item is about to be worked on: what ends the process is then known."""
    with (folder / TRIES / key).open("ab") as file:
        file.write(b".")
        file.flush()
        os.fsync(file.fileno())


def tries(folder: Path, key: str) -> int:
    """Return how often an item was begun."""
    path = folder / TRIES / key
    return path.stat().st_size if path.exists() else 0


def keep(path: Path, answer: Any) -> None:
    """Write an answer whole or not at all."""
    try:
        data = pickle.dumps(answer)
    except Exception as error:  # noqa: BLE001  # an error that cannot travel is told in words
        data = pickle.dumps(Raised(RuntimeError(f"{_words(answer)} (cannot be sent: {error})")))
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _done(work: Work, item: Any) -> Any:
    try:
        return work(item)
    except Exception as error:  # noqa: BLE001  # raised again where it is asked for
        return Raised(error)


def _words(answer: Any) -> str:
    if isinstance(answer, Raised):
        return f"{type(answer.error).__name__}: {answer.error}"
    return f"an answer of type {type(answer).__name__}"
