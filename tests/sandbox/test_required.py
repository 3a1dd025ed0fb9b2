"""What is run at which isolation: refused below L3, accepted by name, required by name."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.sandbox.conftest import namespaces_work

ROOT = Path(__file__).parents[2]
NOWHERE = ["unshare", "--user", "--map-root-user", "sh", "-c"]
"""In a user namespace whose own limit is 0 no further one can be made: for real."""

pytestmark = pytest.mark.skipif(
    not namespaces_work() or shutil.which("unshare") is None,
    reason="NOT TESTED: this machine gives no user namespaces",
)


@pytest.fixture
def hand_in(tmp_path: Path) -> Path:
    folder = tmp_path / "ada"
    folder.mkdir()
    mark = tmp_path / "it-ran"
    source = f"open({str(mark)!r}, 'w').write('x')\ndef add(a, b):\n    return a + b\n"
    (folder / "add.py").write_text(source)
    return folder


def graded(
    hand_in: Path, *options: str, without: bool
) -> tuple[int, str, dict[str, object] | None]:
    """Grade one hand-in; status, what was said, and the result of part 1 where there is one."""
    out = hand_in.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    command: Sequence[str] = (
        *(sys.executable, "-m", "grader", "grade", "add", str(hand_in)),
        *("--course", str(ROOT), "--out", str(out), *options),
    )
    if without:
        limit = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
        command = (*NOWHERE, limit, "sh", *command)
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    results = out / "results.json"
    part = None
    if results.exists():
        result = json.loads(results.read_text("utf-8"))["results"][0]
        part = {**result["parts"][0], "isolation": result["isolation"]}
    return told.returncode, told.stderr, part


def test_where_boxes_cannot_be_made_no_code_of_others_is_run_and_its_marks_stay_open(
    hand_in: Path,
) -> None:
    status, said, part = graded(hand_in, without=True)
    assert status == 0, said
    assert "student code was not run" in said
    assert "grader doctor" in said
    assert part is not None
    assert (part["earned"], part["why"]) == (None, "not-run")
    assert not (hand_in.parent / "it-ran").exists()


def test_a_required_level_fails_closed(hand_in: Path) -> None:
    status, said, part = graded(hand_in, "--require-isolation", "L3", without=True)
    assert (status, part) == (1, None)
    assert "isolation L3 is required" in said
    assert not (hand_in.parent / "it-ran").exists()


def test_a_level_that_is_accepted_by_name_is_used_and_stands_in_the_result(hand_in: Path) -> None:
    status, said, part = graded(hand_in, "--accept-isolation", "L0", without=True)
    assert status == 0, said
    assert part is not None
    assert part["earned"] == 1
    assert str(part["isolation"]).startswith("L0")


def test_landlock_alone_is_a_level_that_can_be_accepted(hand_in: Path) -> None:
    status, said, part = graded(hand_in, "--accept-isolation", "L2", without=True)
    assert status == 0, said
    if "needs isolation L2" in said:
        pytest.skip("NOT TESTED: Landlock is not enough on this machine")
    assert part is not None
    assert (part["earned"], str(part["isolation"])[:2]) == (1, "L2")
    assert not (hand_in.parent / "it-ran").exists()


def test_with_boxes_the_code_runs_and_touches_nothing_here(hand_in: Path) -> None:
    status, said, part = graded(hand_in, "--require-isolation", "L3", without=False)
    assert status == 0, said
    assert part is not None
    assert str(part["isolation"])[:2] in ("L3", "L4")
    assert not (hand_in.parent / "it-ran").exists()


def test_no_run_runs_nothing(hand_in: Path) -> None:
    status, said, part = graded(hand_in, "--no-run", without=False)
    assert status == 0, said
    assert part is not None
    assert part["why"] == "not-run"
