"""No isolation at all, and it says so: a student's own code on the student's own computer."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Self

from grader.sandbox import Isolation, Job, Run
from grader.sandbox.backends import backends
from grader.sandbox.host import sources
from grader.sandbox.host.cold import Cold
from grader.sandbox.host.runtime import ENVIRONMENT, runtime

SAYS = (
    "NOT ISOLATED: this runs the code as you, with your files. Fine for your own code; "
    "do not grade other people's code this way"
)
_KEPT = (
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "PATHEXT",
    "COMSPEC",
    "TEMP",
    "TMP",
    "LD_LIBRARY_PATH",
)
"""What an interpreter needs of its environment to start; nothing that holds a secret."""


class NotIsolated(PermissionError):
    """Somebody else's code was to be run where nothing stands between it and this machine."""


@backends.register
@dataclass(slots=True)
class Unisolated:
    """Runs jobs in plain child processes. Options: ``own``, that the code is one's own.

    >>> Unisolated()(Job(steps=()))
    Traceback (most recent call last):
        ...
    grader.sandbox.backends.none.NotIsolated: NOT ISOLATED: ...
    """

    own: bool = False
    _isolation: Isolation = field(
        default=Isolation(level="L0", backend="none", layers=("time", "memory"), says=SAYS),
        init=False,
    )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def isolation(self) -> Isolation:
        """Nothing stands between a job and this machine."""
        return self._isolation

    def __call__(self, job: Job) -> Run:
        """Run one job as the one who calls.

        Raises:
            NotIsolated: when nobody has said that the code is their own.
        """
        if not self.own:
            raise NotIsolated(SAYS)
        with tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as folder:
            kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
            environment = {**kept, **ENVIRONMENT, "HOME": folder, "TMPDIR": folder}
            environment |= {"MPLCONFIGDIR": folder, "IPYTHONDIR": folder}
            cold = Cold(
                command=[sys.executable, *sources.ARGUMENTS, "0"],
                environment=environment,
                runtime=runtime(job.runtime),
                folder=folder,
                cwd=folder,
                limits=job.limits,
            )
            return cold(job, self._isolation)

    def close(self) -> None:
        """Nothing stays open between jobs."""
