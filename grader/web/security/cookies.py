"""The cookie of a session: its name binds it to this host, and scripts do not see it.

Where an LMS shows the app in a frame, browsers keep a cookie only if it is partitioned. It has a
name of its own, so that one context has one of both.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from grader.web.security import header


@dataclass(frozen=True, slots=True)
class Cookies:
    """How cookies are called and kept here.

    Args:
        secure: whether browsers reach the app over HTTPS.
        port: told apart by it, since browsers share cookies between the ports of a machine.
    """

    secure: bool
    port: int = 0

    @property
    def name(self) -> str:
        """The name of the usual one."""
        return "__Host-grader" if self.secure else f"grader-{self.port}"

    @property
    def frame(self) -> str:
        """The name of the one for frames."""
        return "__Host-grader-frame"

    def of(self, scope: Scope) -> str:
        """Return the cookie that a request brings, empty where there is none."""
        text = header(scope, "cookie")
        found = cookie_parser(text) if text else {}
        return found.get(self.name, "") or (found.get(self.frame, "") if self.secure else "")

    def keep(self, response: Response, cookie: str, *, framed: bool = False) -> None:
        """Have the browser keep a cookie, and forget the other one."""
        if framed and self.secure:
            self._set(response, self.frame, f"{cookie}; Path=/; {_FRAMED}")
            self._set(response, self.name, f"; Path=/; Max-Age=0; {self._usual}")
        else:
            self._set(response, self.name, f"{cookie}; Path=/; {self._usual}")
            if self.secure:
                self._set(response, self.frame, f"; Path=/; Max-Age=0; {_FRAMED}")

    def forget(self, response: Response) -> None:
        """Have the browser forget both."""
        self._set(response, self.name, f"; Path=/; Max-Age=0; {self._usual}")
        if self.secure:
            self._set(response, self.frame, f"; Path=/; Max-Age=0; {_FRAMED}")

    @property
    def _usual(self) -> str:
        return f"{'Secure; ' if self.secure else ''}HttpOnly; SameSite=Lax"

    @staticmethod
    def _set(response: Response, name: str, rest: str) -> None:
        response.headers.append("set-cookie", f"{name}={rest}")


_FRAMED = "Secure; HttpOnly; SameSite=None; Partitioned"
