"""Canvas's REST API under canvasapi: every error by what it means, and uploads."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urljoin

from grader.lms._address import address, origin
from grader.lms._entries import File
from grader.lms._errors import Busy, LmsError, Refused, Unanswered
from grader.lms._retry import Pauses, asked_for
from grader.lms._retry import read as asked_again
from grader.lms.tokens import Token

_T = TypeVar("_T")
MOST_ROWS = 200_000
"""Rows of one list that we follow its pages for."""


class Rest:
    """One Canvas, by canvasapi, which never gets to see the token."""

    def __init__(self, url: str, token: Token, pauses: Pauses, timeout: float) -> None:
        """Get ready; nothing is asked yet.

        Raises:
            Refused: when the address is none, or canvasapi is not installed.
        """
        try:
            import canvasapi  # noqa: PLC0415

            from grader.lms._session import STAND_IN, Session  # noqa: PLC0415
        except ImportError:
            raise Refused('Canvas needs the LMS extra: pip install "grader[lms]"') from None
        self.url = self._url = address(url)
        self._token, self._pauses = token, pauses
        with warnings.catch_warnings():  # that http is no https: it is this machine itself
            warnings.simplefilter("ignore", UserWarning)
            self.canvas = canvasapi.Canvas(self._url, STAND_IN)
        self.requester = self.canvas._Canvas__requester  # noqa: SLF001  # there is no other way in
        self._session = Session(token, self._url, timeout)
        self.requester._session = self._session  # noqa: SLF001
        self._session.pause = pauses.first

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def uploaded(self, where: str, file: File) -> int:
        """Upload a file that no student sees before a comment names it, and return its id.

        Three steps (Canvas's documentation, "Uploading Files via POST"); an upload that is done
        twice leaves a file that nobody sees. canvasapi's ``upload_comment`` would send the comment
        along, unseen by us, and follow a redirect wherever it leads.

        Args:
            where: the place of the student's comment files in the API.
            file: to upload.
        """
        form = [("name", file.name), ("size", len(file.data)), ("content_type", "text/html")]
        step = self.read(lambda: self._json(self.requester.request("POST", where, _kwargs=form)))
        to, params = step.get("upload_url"), step.get("upload_params")
        if not isinstance(to, str) or not isinstance(params, dict):
            raise Unanswered("Canvas did not say where a file is uploaded")
        here = urljoin(self._url, to)
        if here.startswith("http:") and origin(here) != origin(self._url):
            raise Refused("Canvas wants a file to be uploaded without https")

        def put() -> Any:
            answer = self._session.loose(
                "POST",
                here,
                data=params,
                files={"file": (file.name, io.BytesIO(file.data), "text/html")},
            )
            return self._landed(answer)

        found = self.read(put)
        number_ = found.get("id") if isinstance(found, dict) else None
        if not isinstance(number_, int):
            raise Unanswered("Canvas did not say under which id a file was stored")
        return number_

    def _landed(self, answer: Any) -> Any:
        """The stored file, from the answer to an upload or from where that sends us."""
        place = answer.headers.get("Location")
        if answer.status_code >= 500:
            raise Unanswered(f"a file could not be uploaded (status {answer.status_code})")
        if answer.status_code >= 400:
            raise Refused(f"a file could not be uploaded (status {answer.status_code})")
        if answer.status_code < 300 and answer.content:
            found = json.loads(answer.text.removeprefix("while(1);"))
            if isinstance(found, dict) and isinstance(found.get("id"), int):
                return found
        if not place or origin(urljoin(self._url, place)) != origin(self._url):
            raise Unanswered("a file was uploaded, and no place of it in Canvas was named")
        path = urljoin(self._url, place)
        return self._json(self.requester.request("GET", _url=path))

    @staticmethod
    def _json(answer: Any) -> Any:
        return json.loads(answer.text.removeprefix("while(1);"))

    def parsed(self, shape: Callable[[], _T]) -> _T:
        """Return what an answer holds.

        Raises:
            LmsError: when it has another shape.
        """
        try:
            return shape()
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            raise LmsError(
                f"{self._url} answered something that is none of Canvas's answers ({type(error).__name__})"
            ) from None

    def list_of(self, ask: Callable[[], Iterable[Any]]) -> list[Any]:
        """Return all rows of a list, whatever its pages."""

        def whole() -> list[Any]:
            rows: list[Any] = []
            seen: set[tuple[Any, Any]] = set()
            for row in ask():
                key = (getattr(row, "id", None), getattr(row, "user_id", None))
                if key in seen or len(rows) >= MOST_ROWS:
                    raise Unanswered("Canvas's list does not end")
                seen.add(key)
                rows.append(row)
            return rows

        return self.read(whole)

    def read(self, ask: Callable[[], _T]) -> _T:
        """Return what a question that changes nothing is answered with."""
        return asked_again(lambda: self.call(ask), self._pauses)

    def call(self, ask: Callable[[], _T]) -> _T:
        """Ask once, and turn every way to fail into what it means."""
        import requests  # noqa: PLC0415
        from canvasapi import exceptions  # noqa: PLC0415

        try:
            found = ask()
        except LmsError:
            raise
        except exceptions.InvalidAccessToken:
            raise LmsError("Canvas does not take this token: it is wrong or has expired") from None
        except exceptions.CanvasException as error:
            raise self._meant(f"{error}") from None
        except requests.ConnectionError as error:
            text = self._token.redacted(f"{error}")
            if isinstance(error, requests.exceptions.SSLError):
                raise LmsError(f"{self._url} has no certificate that holds: {text}") from None
            if isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in text:
                raise Busy(f"{self._url} cannot be reached: {text}") from None
            raise Unanswered(f"{self._url} broke off: {text}") from None
        except requests.RequestException as error:
            raise Unanswered(f"{self._url}: {type(error).__name__}") from None
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            if self.status in (401, 403):
                raise LmsError("Canvas does not let this token in") from None
            raise Unanswered(
                f"{self._url} answered something that is none of Canvas's answers ({type(error).__name__})"
            ) from None
        return found

    @property
    def status(self) -> int:
        """Status of the last answer."""
        return self._session.status

    def _meant(self, text: str) -> LmsError:
        """What a status means, for what was asked."""
        text = self._token.redacted(re.sub(r"\s+", " ", text))[:300]
        status, after = self.status, asked_for(self._session.answered.get("Retry-After"))
        if status == 429 or (status == 403 and "rate limit exceeded" in text.lower()):
            return Busy("Canvas asks us to go slower (rate limit)", after)
        if status == 401:
            return Refused(f"Canvas does not allow it: {text}")
        if status == 403:
            return Refused(f"Canvas does not allow it: {text}")
        if status == 404:
            return Refused(
                "Canvas has no such course, assignment or student, or this token may not see it"
            )
        if status == 503 and after is not None:
            return Unanswered("Canvas is not to be had now", after)
        if status >= 500 or status == 408:
            return Unanswered(f"Canvas failed (status {status})", after)
        return Refused(f"Canvas: {text} (status {status})")
