"""Optical character recognition, where the ``tesseract`` program is installed; never certain."""

from __future__ import annotations

import shutil
import subprocess

DOUBT = "read by optical character recognition; a person has to check it"
"""Why no answer in recognised text is certain."""
MOST_BYTES = 40_000_000
MOST_LINES = 2_000
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}


def installed() -> bool:
    """Return whether text in pictures can be recognised here."""
    return shutil.which("tesseract") is not None


def recognised(png: bytes, seconds: float) -> list[str] | None:
    """Return the lines of text in a picture, or None where nothing here can recognise them.

    None also where it took longer than ``seconds`` or the picture was refused. The program reads
    from a pipe and writes to one: no file of a student's naming comes into being.

    >>> recognised(b"", 1.0) is None
    True
    """
    program = shutil.which("tesseract")
    if program is None or not 0 < len(png) <= MOST_BYTES or seconds <= 0:
        return None
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", "--psm", "3"],
            input=png,
            capture_output=True,
            timeout=seconds,
            check=True,
            env=_ENVIRONMENT,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    text = done.stdout.decode("utf-8", "replace").replace("\x0c", "\n")
    return [line.rstrip() for line in text.split("\n")][:MOST_LINES]
