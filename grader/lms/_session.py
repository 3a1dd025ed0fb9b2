"""The HTTP session under canvasapi: it alone holds the token, and gives it to one origin alone."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any

import requests

from grader.lms._address import origin
from grader.lms._errors import LmsError
from grader.lms.tokens import Token

STAND_IN = "held-by-the-session"
"""What canvasapi takes for the token: it logs the last signs of it, and keeps it in an attribute."""
SCARCE = 60.0
"""Below this rest of Canvas's quota we go slower: at nought it refuses."""


class _Bearer(requests.auth.AuthBase):
    """Puts the token in where canvasapi put its stand-in, and only on the way to Canvas itself."""

    def __init__(self, token: Token, to: tuple[str, str, int]) -> None:
        self._token, self._to = token, to

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if STAND_IN in str(request.headers.get("Authorization", "")):
            if origin(request.url or "") == self._to:
                request.headers["Authorization"] = f"Bearer {self._token.secret()}"
            else:
                del request.headers["Authorization"]
        return request


class Session(requests.Session):
    """A session that never follows a redirect, always has a time limit, and minds the quota.

    Attributes:
        status: of the last answer; 0 where there was none.
        answered: headers of the last answer.
    """

    def __init__(self, token: Token, url: str, timeout: float) -> None:
        super().__init__()
        self.auth = _Bearer(token, origin(url))
        self.timeout = timeout
        self.status = 0
        self.answered: MutableMapping[str, str] = {}
        self.pause = 1.0

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and return the answer.

        Raises:
            LmsError: when the answer sends us elsewhere: the token goes nowhere else.
        """
        answer = self.loose(*args, **kwargs)
        if 300 <= answer.status_code < 400:
            place = answer.headers.get("Location", "")[:200]
            raise LmsError(f"{args[1]} sends us on to {place}: give the address itself")
        return answer

    def loose(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and return the answer, a redirect like any other."""
        self._slow_down()
        kwargs.setdefault("timeout", self.timeout)
        kwargs["allow_redirects"] = False
        self.status, self.answered = 0, {}
        answer = super().request(*args, **kwargs)
        self.status, self.answered = answer.status_code, answer.headers
        return answer

    def _slow_down(self) -> None:
        try:
            left = float(self.answered.get("X-Rate-Limit-Remaining", "inf"))
        except ValueError:
            return
        if left < SCARCE:
            time.sleep(self.pause)
