"""The doctor: it says what holds on this machine, and sees what does not."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import subprocess
import sys

import pytest
from rich.console import Console

from grader.sandbox import Isolation, Job, Run
from grader.sandbox.backends.native import Native
from grader.sandbox.backends.none import Unisolated
from grader.sandbox.doctor import LEVELS, Found, NotEnough, best, find, required_level, table
from grader.sandbox.doctor.advice import missing
from grader.sandbox.doctor.checks import distrusted, tried
from grader.sandbox.host.zygote import ALL_LAYERS
from grader.sandbox.inside import landlock
from tests.sandbox import ordinary
from tests.sandbox.conftest import namespaces_work

linux = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: boxes need Linux")


def grader(*words: str) -> tuple[str, ...]:
    return ("-m", "grader", *words)


@pytest.fixture(scope="module")
def here() -> Found:
    if not namespaces_work():
        pytest.skip("NOT TESTED: this machine gives no user namespaces")
    return find(names=("native",))


def failed(native_layers: tuple[str, ...]) -> set[str]:
    with Native(pool=0, layers=native_layers) as boxes:
        result = tried("native", boxes)
    assert not result.why
    return {finding.what for finding in result.findings if not finding.ok}


# -- what holds


def test_native_boxes_keep_all_that_they_promise(here: Found) -> None:
    (one,) = here.tried
    assert [finding for finding in one.findings if not finding.ok] == []
    assert here.level in {"L3", "L4"}
    assert here.backend == "native"
    assert {finding.what for finding in one.findings} >= {
        *("files outside cannot be read", "no UDP to this machine", "nothing stays behind"),
        *("Seccomp is 2", "CapBnd is 0", "own net namespace", "the memory limit holds"),
    }


def test_rights_are_read_from_outside(here: Found) -> None:
    seen = {finding.what: finding.seen for finding in here.tried[0].findings}
    assert seen["Seccomp is 2"] == "2, seen from outside"


@linux
def test_an_ordinary_user_has_all_boxes_too() -> None:
    if why := ordinary.why_not():
        pytest.skip(f"NOT TESTED: no ordinary user can run this interpreter: {why}")
    if not namespaces_work():
        pytest.skip("NOT TESTED: this machine gives no user namespaces")
    words = grader("doctor", "--json", "--backend", "native", "--backend", "bubblewrap")
    told = ordinary.ordinary(*words, "--backend", "landlock")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["level"] in {"L3", "L4"}
    for backend in found["backends"]:
        if backend["name"] == "bubblewrap" and shutil.which("bwrap") is None:
            continue
        if backend["name"] == "landlock" and landlock.abi() < 6:
            continue
        assert backend["works"], backend


# -- what does not hold is seen


@linux
@pytest.mark.parametrize(
    ("layers", "seen"),
    [
        ({"net", "landlock"}, {"no TCP to this machine", "no UDP to this machine"}),
        ({"net", "landlock"}, {"no abstract sockets to this machine"}),
        ({"mount", "landlock"}, {"files outside cannot be read"}),
    ],
)
def test_a_box_without_a_layer_is_seen_through(
    here: Found, layers: set[str], seen: set[str]
) -> None:
    del here
    left = tuple(layer for layer in ALL_LAYERS if layer not in layers)
    assert failed(left) >= seen


class Boasting(Unisolated):
    """Claims everything and does nothing."""

    def __init__(self) -> None:
        super().__init__(own=True)

    @property
    def isolation(self) -> Isolation:
        return Isolation(level="L4", backend="native", layers=ALL_LAYERS, says="safe")

    def __call__(self, job: Job) -> Run:
        return dataclasses.replace(super().__call__(job), isolation=self.isolation)


@linux
def test_a_backend_that_only_claims_to_isolate_counts_as_none() -> None:
    result = distrusted(tried("native", Boasting()))
    assert not result.why
    assert result.isolation.level == "L0"
    assert result.isolation.says.startswith("NOT ISOLATED: this did not hold: files outside")
    whats = {finding.what for finding in result.findings if not finding.ok}
    assert whats >= {
        "own pid namespace",
        "Seccomp is 2",
        "NoNewPrivs is 1",
        "no UDP to this machine",
    }


# -- failing closed


def test_other_peoples_code_needs_l3_unless_less_is_accepted_by_name() -> None:
    assert required_level() == "L3"
    assert required_level("L2") == "L2"
    with pytest.raises(NotEnough, match="'weak' is no level of isolation; there are L0, L1"):
        required_level("weak")


@linux
def test_too_little_stops_with_the_reason_and_the_way_out() -> None:
    with pytest.raises(NotEnough) as caught:
        find("L3", names=("none",))
    message = str(caught.value)
    assert message.startswith("isolation L3 is required, and this machine has L0 (none)")
    assert "grader doctor" in message


@linux
def test_the_best_backend_is_made_with_its_options(here: Found) -> None:
    del here
    backend = best("L3", names=("native",), pool=0)
    assert isinstance(backend, Native)
    assert backend.pool == 0
    backend.close()


@linux
def test_a_machine_without_user_namespaces_is_told_what_to_do() -> None:
    """In a user namespace whose own limit is 0 no further one can be made: for real."""
    if not namespaces_work() or shutil.which("unshare") is None:
        pytest.skip("NOT TESTED: this machine gives no user namespaces")
    doctor = [sys.executable, *grader("doctor", "--json", "--backend", "native")]
    doctor += ["--backend", "bubblewrap"]
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    apart = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]
    told = subprocess.run([*apart, *doctor], capture_output=True, text=True, check=False)
    assert told.returncode == 1, told.stderr
    found = json.loads(told.stdout)
    assert (found["level"], found["backend"]) == ("L0", "none")
    assert all(not backend["works"] and backend["why"] for backend in found["backends"])
    (lack,) = [lack for lack in found["missing"] if "max_user_namespaces" in lack["what"]]
    assert "neither native boxes nor bubblewrap work" in lack["means"]
    assert "sysctl" in lack["get"]


# -- what is said


def test_every_missing_thing_says_what_it_means_and_how_to_get_it() -> None:
    for lack in missing():
        assert lack.what
        assert lack.means
        assert lack.get


def test_the_table_names_the_level_each_layer_and_the_meter(here: Found) -> None:
    page = io.StringIO()
    table.show(here, Console(file=page, width=100))
    text = page.getvalue()
    assert text.startswith(f"{here.level} by the backend native")
    assert "other people's code can be graded" in text
    for layer in here.isolation.layers:
        assert layer in text
    for word in ("meter", "GPU", "python", "torch"):
        assert word in text


def test_the_table_says_in_red_what_failed() -> None:
    weak = distrusted(tried("native", Boasting())) if sys.platform == "linux" else None
    if weak is None:
        pytest.skip("NOT TESTED: boxes need Linux")
    page = io.StringIO()
    table.show(Found("none", Isolation(), (weak,), ()), Console(file=page, width=200))
    text = page.getvalue()
    assert text.startswith("L0 by the backend none: NOT ISOLATED")
    assert "too little for other people's code, which needs L3" in text
    assert "native: files outside cannot be read: no" in text
    assert "watchdog       │ off" in text


@linux
@pytest.mark.parametrize(("level", "status"), [("L0", 0), ("L4", 1)])
def test_the_exit_status_says_whether_it_is_enough(level: str, status: int) -> None:
    command = [sys.executable, *grader("doctor", "--backend", "none", "--require", level)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == status, told.stderr
    assert "L0 by the backend none" in told.stdout


def test_an_unknown_backend_is_named() -> None:
    command = [sys.executable, *grader("doctor", "--backend", "natif")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "did you mean 'native'?" in told.stderr


def test_levels_are_in_order() -> None:
    assert list(LEVELS) == sorted(LEVELS)
