"""No isolation at all, and it says so: a student's own code on the student's own computer."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
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
    "PATH",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "PATHEXT",
    "COMSPEC",
    "LD_LIBRARY_PATH",
)
"""What programs need of our environment to start; nothing that holds a secret."""


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
    _isolation: Isolation = field(init=False)

    def __post_init__(self) -> None:
        """Say which limits this system can keep."""
        counted = ("memory", "processor time", "processes")
        on, off = (counted, ()) if sys.platform == "linux" else ((), counted)
        self._isolation = Isolation(
            level="L0", backend="none", layers=("time", "output", *on), missing=off, says=SAYS
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
            work, temporary = Path(folder, "box"), Path(folder, "tmp")
            work.mkdir()
            temporary.mkdir()
            cold = Cold(
                command=[sys.executable, *sources.ARGUMENTS, "0"],
                environment=_environment(work, temporary),
                runtime=runtime(job.runtime),
                folder=str(work),
                cwd=str(work),
                path=[path for path in sys.path if path],
                limits=job.limits,
            )
            return cold(job, self._isolation)

    def close(self) -> None:
        """Nothing stays open between jobs."""


def _environment(work: Path, temporary: Path) -> dict[str, str]:
    """The environment of every box, with this computer's programs and folders of the job's own."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE"), str(work))
    passing = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    caches = {"MPLCONFIGDIR": str(temporary / "mpl"), "IPYTHONDIR": str(temporary / "ipython")}
    # Text files are UTF-8 in every box; a Windows of today would take another encoding.
    return {**ENVIRONMENT, **kept, **homes, **passing, **caches, "PYTHONUTF8": "1"}
