"""Every attack, ours and the given ones, in a box with every layer on: none succeeds."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.backends.native import Native
from grader.sandbox.host.zygote import NoZygote
from tests.attacks.attacks import Attack, given, load_all
from tests.attacks.outside import Outside
from tests.attacks.running import LIMITS, runs, succeeded, words
from tests.sandbox.conftest import namespaces_work

GIVEN = Path(__file__).parents[3] / "shared" / "attacks.json"
IN_BOXES = [attack for attack in load_all() if attack.cells]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="native boxes need Linux")


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with Outside() as canaries:
        yield canaries


@pytest.fixture(scope="module")
def boxes(outside: Outside) -> Iterator[Native]:
    with Native(pool=1) as native:  # inside of the canaries: it could inherit them
        try:
            native.start("science")
        except NoZygote as error:
            if namespaces_work():
                raise
            pytest.skip(f"NOT TESTED, this machine gives no user namespaces: {error}")
        yield native


def contained(boxes: Native, attack: Attack, outside: Outside) -> list[str]:
    if attack.needs not in ("", "exam") and not (attack.needs == "root" and os.getuid() == 0):
        pytest.skip(f"needs {attack.needs}")
    own = attack.filled(words(outside))
    outside.touched.clear()
    if attack.needs == "exam":
        with Native(exam=True) as stricter:
            return succeeded(own, runs(stricter, own, LIMITS, "bare"), outside)
    return succeeded(own, runs(boxes, own, LIMITS), outside)


@pytest.mark.parametrize("attack", IN_BOXES, ids=lambda attack: attack.id)
def test_an_attack_is_contained(boxes: Native, attack: Attack, outside: Outside) -> None:
    assert contained(boxes, attack, outside) == []


@pytest.mark.skipif(
    not GIVEN.exists(), reason="the given list of attacks is not beside this checkout"
)
@pytest.mark.parametrize(
    "attack", given(GIVEN) if GIVEN.exists() else [], ids=lambda attack: attack.id
)
def test_a_given_attack_is_contained(boxes: Native, attack: Attack, outside: Outside) -> None:
    if attack.needs == "gpu":
        pytest.skip("needs a GPU")
    assert contained(boxes, attack, outside) == []
