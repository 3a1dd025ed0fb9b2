"""What LMSs asked of teachers, until they have chosen which assignments new links lead to.

It is kept in memory for an hour, for the account that came with it alone. A restart forgets it: then
the teacher begins again in the LMS.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.lti.launch import Launch

_LASTS = 3600.0
_MOST, _EACH = 1_000, 20


@dataclass(slots=True)
class Choices:
    """Questions of LMSs that wait for a teacher's choice: so many of each account, and of all.

    ``clock`` gives seconds that only grow.
    """

    clock: Callable[[], float] = time.monotonic
    _held: OrderedDict[str, tuple[float, int, Launch]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, account: int, launch: Launch) -> str:
        """Keep what was asked, and return the word under which the account finds it."""
        word, now = secrets.token_urlsafe(24), self.clock()
        with self._lock:
            while self._held and next(iter(self._held.values()))[0] <= now:
                self._held.popitem(last=False)
            own = [one for one, (_, whose, _) in self._held.items() if whose == account]
            for one in own[: max(0, len(own) + 1 - _EACH)]:
                del self._held[one]
            self._held[word] = now + _LASTS, account, launch
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return word

    def of(self, word: str, account: int) -> Launch | None:
        """Return what was asked, None where it is over, or was another's."""
        with self._lock:
            found = self._held.get(word)
        if found is None or found[0] <= self.clock() or found[1] != account:
            return None
        return found[2]
