"""The app for one person on their own machine: no accounts, one link that works once."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, field

from grader.accounts.who import Who


@dataclass(slots=True)
class LocalDoor:
    """Lets in who has the link that was printed, as the instructor; it is kept in memory alone."""

    author: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _used: bool = False

    def enter(self, token: str) -> str | None:
        """Return the cookie of the session for the link's token, once."""
        with self._lock:
            if self._used or not _same(token, self.token):
                return None
            self._used = True
            return self._cookie

    def who(self, cookie: str) -> Who | None:
        """Return who has this cookie."""
        if not self._used or not _same(cookie, self._cookie):
            return None
        return Who(id=0, name=self.author, role="instructor", csrf=self._csrf)

    def leave(self, cookie: str) -> None:
        """End the session: only a new start of the program makes another."""
        if _same(cookie, self._cookie):
            self._cookie = secrets.token_urlsafe(32)


def _same(given: str, own: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), own.encode())
