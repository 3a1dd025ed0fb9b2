"""With one layer switched off at least one attack comes through: otherwise it is untested.

Only harmless proofs are used, and everything that an attack may touch is our own (``outside.py``).
"""

import os
import sys
from collections.abc import Iterator

import pytest

from grader.sandbox.backends.native import Native
from grader.sandbox.host.zygote import ALL_LAYERS, NoZygote
from tests.attacks.attacks import load_all
from tests.attacks.outside import Outside
from tests.attacks.running import LIMITS, larger, runs, succeeded, words
from tests.sandbox.conftest import namespaces_work

SENSITIVE = [attack for attack in load_all() if attack.sensitive_to and attack.cells]
LAYERS = (*ALL_LAYERS, "clock", "output")
NEEDS_ROOT = {"user"}
"""Layers that do something for the real root only, or that only root can leave out."""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="native boxes need Linux"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with Outside() as canaries:
        yield canaries
        canaries.end_left_over()


def through(layer: str, outside: Outside) -> list[str]:
    """Ids of the attacks that succeed without a layer, and without those that hide it."""
    found = []
    for attack in (a for a in SENSITIVE if a.sensitive_to == layer):
        off = {layer, *attack.without_also}
        layers = tuple(name for name in ALL_LAYERS if name not in off)
        limits = larger(LIMITS, layer)
        own = attack.filled(words(outside, LIMITS))
        outside.touched.clear()
        with Native(pool=0, layers=layers) as boxes:
            # only what was imported before the fork could draw the same numbers
            runtime = "science" if layer == "seeds" else "bare"
            try:
                boxes.start(runtime)
            except NoZygote:
                if namespaces_work():
                    raise
                pytest.skip("NOT TESTED, this machine gives no user namespaces")
            if succeeded(own, runs(boxes, own, limits, runtime), outside):
                found.append(attack.id)
        outside.end_left_over()
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_without_a_layer_an_attack_succeeds(layer: str, outside: Outside) -> None:
    if layer in NEEDS_ROOT and os.getuid() != 0:
        pytest.skip(f"only root can leave out the layer {layer}")
    # on a busy machine an attack may be out of time before it has done what it could
    found = through(layer, outside) or through(layer, outside)
    print(f"without {layer}: {', '.join(found) or 'none'}")
    assert found
