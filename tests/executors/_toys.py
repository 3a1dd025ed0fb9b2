"""Work for tests: importable in other processes, as real work is."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    item: int
    twice: int


@dataclass(frozen=True)
class Doubling:
    """Doubles numbers. Negative ones end the process; ``bad`` is refused; ``slow`` takes seconds."""

    trace: Path | None = None
    slow: float = 0.0
    bad: int | None = None
    once: int | None = None
    """Ends the process when it is met for the first time."""

    def __call__(self, item: int) -> Answer:
        time.sleep(self.slow)
        if item == self.once and self.trace is not None:
            mark = self.trace.with_suffix(".once")
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        if item < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        if item == self.bad:
            raise ValueError(f"{item} is refused")
        if self.trace is not None:
            with self.trace.open("a") as file:
                file.write(f"{item} {os.getpid()}\n")
        return Answer(item, 2 * item)

    def close(self) -> None:
        if self.trace is not None:
            self.trace.with_suffix(".closed").touch()

    def start(self) -> "Doubling":
        return self


class Stillborn:
    """Ends its process as soon as it is made."""

    def __init__(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def __call__(self, item: int) -> int:
        return item

    def close(self) -> None:
        pass


class Unmade(Stillborn):
    def __init__(self) -> None:
        raise LookupError("the rubric is not on this machine")
