"""Control-C is told in one line and ends with 130, wherever the program is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import logging, os, signal
import grader.cli as cli

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it

@cli.grader.command("wait")
def wait():
    {}

cli.main(["wait"])
"""
_PLACES = {
    "its own code": "os.kill(os.getpid(), signal.SIGINT)",
    "code that is made from a string": "exec('os.kill(os.getpid(), signal.SIGINT)')",
    "a library that logs what stopped it": (
        "\n    try:\n        os.kill(os.getpid(), signal.SIGINT)"
        "\n    except BaseException:\n        logging.getLogger('pool').error('stopped', exc_info=True)"
        "\n        raise"
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: a process cannot send itself it")
@pytest.mark.parametrize("place", _PLACES)
def test_control_c_ends_with_130_and_one_line(place: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(_PROGRAM.format(_PLACES[place]), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "program"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 130
    # the line that ^C stands in is ended first
    assert done.stderr.decode().strip() == (
        "stopped; what was recorded is kept: run it again to go on"
    )
