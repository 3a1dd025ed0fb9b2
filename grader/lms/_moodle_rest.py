"""Moodle's REST server and its uploads: forms in, JSON out, and every error by what it means."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from grader.lms._address import address
from grader.lms._entries import File
from grader.lms._errors import Busy, LmsError, Refused, Unanswered
from grader.lms._moodle_answers import fields
from grader.lms._retry import Pauses, asked_for, read
from grader.lms.tokens import Token

_T = TypeVar("_T")
_LATER = frozenset({"sitemaintenance", "upgraderunning"})
_BROKEN = ("dml", "dbconnection", "lock", "cachestore")
_WORDS = {
    "invalidtoken": "Moodle does not take this token: it is wrong or has expired",
    "usernotfullysetup": "the token's user has an incomplete profile: fill in all that Moodle asks for, or pushes fail",
    "accessexception": "the token's service does not hold this function; the administrator adds it",
    "forcepasswordchangenotice": "the token's user has to change the password first",
    "servicenotavailable": "web services are off in this Moodle",
}


class Rest:
    """The web services of one Moodle."""

    def __init__(self, url: str, token: Token, pauses: Pauses, timeout: float) -> None:
        """Get ready; nothing is asked yet.

        Raises:
            Refused: when the address is none, or httpx is not installed.
        """
        try:
            import httpx  # noqa: PLC0415
        except ImportError:
            raise Refused('Moodle needs the LMS extra: pip install "grader[lms]"') from None
        self.url = self._url = address(url)
        self._token, self._pauses = token, pauses
        self._client = httpx.Client(follow_redirects=False, timeout=timeout)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def uploaded(self, file: File) -> int:
        """Put a file into a new draft area, which no student sees, and return its id."""

        def put() -> int:
            data = {"token": self._token.secret(), "filearea": "draft", "itemid": "0"}
            files = {"file_1": (file.name, file.data, "text/html")}
            found = self._post("/webservice/upload.php", data, files)
            rows = found if isinstance(found, list) else []
            if len(rows) != 1 or "itemid" not in rows[0] or rows[0].get("filename") != file.name:
                text = rows[0].get("error") if rows and isinstance(rows[0], dict) else None
                raise Refused(
                    f"Moodle did not take the file {file.name}: {text or 'no reason given'}"
                )
            return int(rows[0]["itemid"])

        return read(put, self._pauses)

    def ask(self, function: str, form: Mapping[str, Any], shape: Callable[[Any], _T]) -> _T:
        """Return what a function answers that changes nothing; it is asked again while it fails."""
        return read(lambda: self.once(function, form, shape), self._pauses)

    def once(self, function: str, form: Mapping[str, Any], shape: Callable[[Any], _T]) -> _T:
        """Return what a function answers, asked once.

        Raises:
            Busy: when nothing was done.
            Unanswered: when it is not known.
            Refused: when Moodle says no.
            LmsError: when it will say so to everything.
        """
        data = {
            "wstoken": self._token.secret(),
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **dict(fields(form)),
        }
        found = self._post("/webservice/rest/server.php", data, None)
        try:
            return shape(found)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            raise Unanswered(
                f"{self._url} answered {function} with something else than Moodle does ({type(error).__name__})"
            ) from None

    def _post(self, path: str, data: Mapping[str, str], files: Any) -> Any:
        """Send one form, and turn every way to fail into what it means."""
        import httpx  # noqa: PLC0415

        try:
            answer = self._client.post(self._url + path, data=dict(data), files=files)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            text = self._token.redacted(f"{error}")
            if "CERTIFICATE" in text.upper():
                raise LmsError(f"{self._url} has no certificate that holds: {text}") from None
            raise Busy(f"{self._url} cannot be reached: {text or type(error).__name__}") from None
        except httpx.HTTPError as error:
            raise Unanswered(f"{self._url} broke off ({type(error).__name__})") from None
        status, after = answer.status_code, asked_for(answer.headers.get("Retry-After"))
        if status == 429:
            raise Busy("Moodle asks us to go slower", after)
        if status >= 500 or status == 408:
            raise Unanswered(f"Moodle failed (status {status})", after)
        if 300 <= status < 400:
            place = answer.headers.get("Location", "")[:200]
            raise LmsError(f"{self._url} sends us on to {place}: give the address itself")
        if status != 200:
            raise LmsError(f"{self._url} has no web service for us (status {status})")
        try:
            found = json.loads(answer.content)
        except ValueError:
            raise Unanswered(f"{self._url} did not answer in JSON") from None
        if isinstance(found, dict) and ("exception" in found or "errorcode" in found):
            raise self._meant(found)
        return found

    def _meant(self, found: Mapping[str, Any]) -> LmsError:
        """What an exception of Moodle's means: it comes with status 200."""
        code = str(found.get("errorcode") or "")
        text = self._token.redacted(html.unescape(str(found.get("message") or found.get("error") or code)))[:300]  # fmt: skip
        if code in ("invalidtoken", "usernotfullysetup", "forcepasswordchangenotice", "servicenotavailable"):  # fmt: skip
            return LmsError(f"{_WORDS[code]} ({text})")
        if code in _LATER:
            return Busy(f"Moodle: {text}")
        if code.startswith(_BROKEN) or "dml" in str(found.get("exception") or ""):
            return Unanswered(f"Moodle: {text}")
        return Refused(f"Moodle: {_WORDS.get(code, text)} ({code or 'no code'})")
