"""How often somebody may do something: buckets that fill again, kept in memory and bounded.

A restart forgets them. That is enough: what they guard (passwords) costs much for each try anyhow.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Buckets:
    """A bucket for each key.

    Args:
        burst: how many at once.
        per_second: how fast a bucket fills.
        most: so many keys are remembered; beyond it the one that was used longest ago goes.
        clock: seconds that only grow.
    """

    burst: float
    per_second: float
    most: int = 20_000
    clock: Callable[[], float] = time.monotonic
    _held: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: Hashable, cost: float = 1.0) -> float:
        """Take from a key's bucket; return 0, or after how many seconds there is enough again.

        >>> time = iter([0.0, 0.0, 0.0, 5.0])
        >>> buckets = Buckets(burst=2, per_second=0.2, clock=lambda: next(time))
        >>> [buckets.take("ada") for _ in range(4)]
        [0.0, 0.0, 5.0, 0.0]
        """
        with self._lock:
            now = self.clock()
            left, since = self._held.pop(key, (self.burst, now))
            left = min(self.burst, left + (now - since) * self.per_second)
            granted = left >= cost
            self._held[key] = (left - cost if granted else left, now)
            while len(self._held) > self.most:
                self._held.popitem(last=False)
            return 0.0 if granted else (cost - left) / self.per_second

    def give(self, key: Hashable, amount: float = 1.0) -> None:
        """Give back what was taken: it turned out to be none of what is guarded against."""
        with self._lock:
            if key in self._held:
                left, since = self._held[key]
                self._held[key] = (min(self.burst, left + amount), since)

    def __len__(self) -> int:
        return len(self._held)
