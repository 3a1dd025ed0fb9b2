"""Fresh random numbers for each box: without it, every child of a zygote draws the same ones."""

from __future__ import annotations

import os
import random
import sys


def reseed() -> None:
    """Seed what was imported before the fork anew, from the kernel's random numbers."""
    random.seed(os.urandom(32))
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed(int.from_bytes(os.urandom(4), "big"))
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(int.from_bytes(os.urandom(7), "big"))
