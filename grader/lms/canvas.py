"""Canvas, by its REST API through canvasapi.

Rules read in Canvas's own source (instructure/canvas-lms): app/controllers/
submissions_api_controller.rb (``update``, ``bulk_update``: parameter names; a mark, then the
rubric, then the comment), app/models/rubric_association.rb (``assess``: a rubric used for grading
makes the mark), app/models/submission.rb (``process_bulk_update``: users whom it does not find
fail the job after all others were graded), lib/api/v1/submission.rb (``entered_score`` before,
``score`` after the late policy).
"""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar
from urllib.parse import urljoin

from grader.export import Concern, number
from grader.lms._address import address, origin
from grader.lms._entries import Criterion, Entry, File, Sending, Target
from grader.lms._errors import Busy, LmsError, Refused, Unanswered
from grader.lms._journal import keyed
from grader.lms._retry import Pauses, asked_for, read
from grader.lms.tokens import Token

_T = TypeVar("_T")
TOGETHER = 100
"""Marks that go in one bulk update."""
PAGE = 100
MOST_ROWS = 200_000
"""Rows of one list that we follow its pages for."""
_HELD = ("submission_comments", "rubric_assessment")


class Canvas:
    """One assignment of one course in Canvas."""

    def __init__(
        self,
        url: str,
        course: int,
        assignment: int,
        token: Token,
        *,
        pauses: Pauses | None = None,
        timeout: float = 60.0,
    ) -> None:
        """Get ready; nothing is asked yet.

        Args:
            url: as https://canvas.example.edu.
            course: its number in the address of the course.
            assignment: its number in the address of the assignment.
            token: of somebody who may grade there.
            pauses: between tries.
            timeout: seconds for one answer.

        Raises:
            Refused: when the address is none, or canvasapi is not installed.
        """
        try:
            import canvasapi  # noqa: PLC0415

            from grader.lms._session import STAND_IN, Session  # noqa: PLC0415
        except ImportError:
            raise Refused('Canvas needs the LMS extra: pip install "grader[lms]"') from None
        self._url = address(url)
        self._course_id, self._assignment_id = course, assignment
        self._token, self._pauses = token, pauses or Pauses()
        with warnings.catch_warnings():  # that http is no https: it is this machine itself
            warnings.simplefilter("ignore", UserWarning)
            canvas = canvasapi.Canvas(self._url, STAND_IN)
        self._requester = canvas._Canvas__requester  # noqa: SLF001  # there is no other way in
        self._session = Session(token, self._url, timeout)
        self._requester._session = self._session  # noqa: SLF001
        self._session.pause = self._pauses.first
        self._canvas = canvas
        self._assignment: Any = None
        self._course: Any = None
        self._schemed = False
        self._names: dict[str, Entry] = {}

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def target(self) -> Target:
        """Return the assignment."""
        course, assignment = self._course_id, self._assignment_id
        self._course = self._read(lambda: _with(self._canvas.get_course(course), id=course))
        self._assignment = self._read(
            lambda: _with(self._course.get_assignment(assignment), id=assignment)
        )
        return self._parsed(self._made)

    def _made(self) -> Target:
        it = self._assignment
        kind = str(getattr(it, "grading_type", "points"))
        possible = _fraction(getattr(it, "points_possible", None)) or Fraction(0)
        criteria = tuple(_criterion(row) for row in getattr(it, "rubric", None) or ())
        self._schemed = kind in ("letter_grade", "gpa_scale")
        return Target(
            name=f"Canvas {self._url}, course {self._course_id} '{getattr(self._course, 'name', '')}', assignment {self._assignment_id}",
            key=keyed(
                {
                    "lms": "canvas",
                    "at": self._url,
                    "course": str(self._course_id),
                    "assignment": str(self._assignment_id),
                }
            ),
            title=str(getattr(it, "name", "")),
            possible=possible,
            only=(Fraction(0), possible) if kind == "pass_fail" else (),
            criteria=criteria,
            rubric_decides=bool(getattr(it, "use_rubric_for_grading", False)) and bool(criteria),
            penalises=self._penalises(),
            internal=frozenset({"id", "canvas id", "canvas user id", "canvas_user_id"}),
            concerns=tuple(self._concerns(it, kind)),
        )

    def _concerns(self, it: Any, kind: str) -> Iterable[Concern]:
        def locked(says: str) -> Concern:
            return Concern(code="locked", says=says, unsafe=True)

        if kind == "not_graded":
            yield locked("the assignment is not graded in Canvas")
        if getattr(it, "published", True) is False:
            yield locked("the assignment is not published, and Canvas takes no marks for it")
        if getattr(it, "moderated_grading", False) and not getattr(it, "grades_published", True):
            yield locked(
                "the assignment is moderated: marks are taken when its grades are released"
            )
        if getattr(it, "anonymize_students", False):
            yield locked("the assignment is graded anonymously, so nobody can be told apart")
        if getattr(it, "group_category_id", None) and not getattr(
            it, "grade_group_students_individually", False
        ):
            yield Concern(
                code="lossy",
                says="Canvas gives the mark of one member to the whole group; let it grade members one by one",
                unsafe=True,
            )

    def _penalises(self) -> bool:
        """Whether the course's late policy takes points off (lib: app/models/late_policy.rb)."""
        try:
            late = self._read(self._course.get_late_policy)
        except LmsError:
            return False  # there is none, or we may not see it: what counts is read back anyway
        return bool(getattr(late, "late_submission_deduction_enabled", False))

    def entries(self) -> Sequence[Entry]:
        """Return all students of the course; those without the assignment are locked."""
        users = self._list(
            lambda: self._course.get_users(
                enrollment_type=["student"], include=["email"], per_page=PAGE
            )
        )
        rows = self._list(lambda: self._assignment.get_submissions(per_page=PAGE))
        submissions = {str(getattr(row, "user_id", "")): row for row in rows}

        def joined() -> list[Entry]:
            found = []
            for known in map(_user, users):
                row = submissions.get(known.user)
                found.append(known if row is None else _entry(known, row))
            return found

        found = self._parsed(joined)
        self._names = {one.user: one for one in found}
        return found

    def look(self, users: Collection[str]) -> Mapping[str, Entry]:
        """Return all that Canvas has of some students."""
        wanted, found = sorted(users), {}
        for start in range(0, len(wanted), PAGE):
            some = [int(one) for one in wanted[start : start + PAGE]]
            rows = self._list(
                lambda some=some: self._course.get_multiple_submissions(  # type: ignore[misc]
                    student_ids=some,
                    assignment_ids=[self._assignment_id],
                    include=list(_HELD),
                    per_page=PAGE,
                )
            )
            for row in rows:
                user = str(getattr(row, "user_id", ""))
                known = self._names.get(user)
                if known is not None:
                    found[user] = self._parsed(lambda k=known, r=row: _entry(k, r))  # type: ignore[misc]
        return found

    def batches(self, sendings: Sequence[Sending]) -> Sequence[Sequence[Sending]]:
        """Return marks alone together, and all others one by one: a comment is never sent blindly."""
        bare = [one for one in sendings if one.bare and not self._schemed]
        alone = [[one] for one in sendings if not one.bare or self._schemed]
        return [*(bare[i : i + TOGETHER] for i in range(0, len(bare), TOGETHER)), *alone]

    def send(self, sendings: Sequence[Sending], before: Mapping[str, Entry]) -> None:
        """Send marks together, or one student's mark, rubric, comment and file."""
        del before
        if len(sendings) > 1:
            self._together(sendings)
        else:
            self._one(sendings[0])

    def _together(self, sendings: Sequence[Sending]) -> None:
        """One job of Canvas for many marks (``bulk_update``)."""
        data = {
            one.user: {"posted_grade": number(one.mark, 5)}
            for one in sendings
            if one.mark is not None
        }
        progress = self._call(
            lambda: self._job(self._assignment.submissions_bulk_update(grade_data=data))
        )
        job = progress.id
        waited, tried = 0.0, 0
        while progress.workflow_state not in ("completed", "failed"):
            tried += 1
            seconds = self._pauses.seconds(min(tried, 4), None)
            waited += seconds
            if waited > self._pauses.job:
                raise Unanswered("Canvas's job did not end")
            self._pauses.wait(min(tried, 4))
            try:
                progress = self._read(lambda: self._job(self._canvas.get_progress(job)))
            except LmsError as error:
                raise Unanswered(f"{error}") from None
        if progress.workflow_state == "failed":
            raise Refused(f"Canvas: {getattr(progress, 'message', None) or 'its job failed'}")

    def _one(self, sending: Sending) -> None:
        """One student (``update``): mark, rubric and comment in one request."""
        form: dict[str, Any] = {}
        if sending.mark is not None:
            form["submission"] = {"posted_grade": number(sending.mark, 5)}
            if self._schemed:  # a scheme may have a grade that is called 4
                form["prefer_points_over_scheme"] = True
        if sending.rubric:
            form["rubric_assessment"] = {
                name: {"points": number(points, 5)} for name, points in sending.rubric.items()
            }
        if sending.comment or sending.file is not None:
            comment: dict[str, Any] = {}
            if sending.comment:
                comment["text_comment"] = sending.comment
            if sending.file is not None:
                comment["file_ids"] = [self._uploaded(sending.user, sending.file)]
            form["comment"] = comment
        user = int(sending.user)
        self._call(lambda: _with(self._submission(sending.user).edit(**form), user_id=user))

    @staticmethod
    def _job(progress: Any) -> Any:
        """A job as Canvas tells it (app/models/progress.rb)."""
        if progress.workflow_state not in ("queued", "running", "completed", "failed"):
            raise ValueError("no state of a job")
        return _with(progress, id=int(progress.id))

    def _submission(self, user: str) -> Any:
        from canvasapi.submission import Submission  # noqa: PLC0415

        return Submission(
            self._requester,
            {
                "course_id": self._course_id,
                "assignment_id": self._assignment_id,
                "user_id": int(user),
            },
        )

    def _uploaded(self, user: str, file: File) -> int:
        """Upload a file that no student sees before a comment names it; return its id.

        Three steps (Canvas's documentation, "Uploading Files via POST"); an upload that is done
        twice leaves a file that nobody sees. canvasapi's ``upload_comment`` would send the comment
        along, unseen by us, and follow a redirect wherever it leads.
        """
        where = f"courses/{self._course_id}/assignments/{self._assignment_id}/submissions/{user}/comments/files"
        form = [("name", file.name), ("size", len(file.data)), ("content_type", "text/html")]
        step = self._read(lambda: self._json(self._requester.request("POST", where, _kwargs=form)))
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

        found = self._read(put)
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
        return self._json(self._requester.request("GET", _url=path))

    @staticmethod
    def _json(answer: Any) -> Any:
        return json.loads(answer.text.removeprefix("while(1);"))

    def _parsed(self, shape: Callable[[], _T]) -> _T:
        try:
            return shape()
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            raise LmsError(
                f"{self._url} answered something that is none of Canvas's answers ({type(error).__name__})"
            ) from None

    def _list(self, ask: Callable[[], Iterable[Any]]) -> list[Any]:
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

        return self._read(whole)

    def _read(self, ask: Callable[[], _T]) -> _T:
        return read(lambda: self._call(ask), self._pauses)

    def _call(self, ask: Callable[[], _T]) -> _T:
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
                f"Canvas has no such thing, or this token may not see it (course {self._course_id}, assignment {self._assignment_id})"
            )
        if status == 503 and after is not None:
            return Unanswered("Canvas is not to be had now", after)
        if status >= 500 or status == 408:
            return Unanswered(f"Canvas failed (status {status})", after)
        return Refused(f"Canvas: {text} (status {status})")


def _with(found: Any, **expected: object) -> Any:
    """Return what was found where it is what was asked for: an answer may be of another thing."""
    if not isinstance(getattr(found, "id", None), int):
        raise ValueError("no id in the answer")
    for name, value in expected.items():
        if getattr(found, name, None) != value:
            raise ValueError(f"another {name} in the answer")
    return found


def _user(row: Any) -> Entry:
    ids = {
        "SIS User ID": getattr(row, "sis_user_id", None),
        "SIS Login ID": getattr(row, "login_id", None) or getattr(row, "sis_login_id", None),
        "Integration ID": getattr(row, "integration_id", None),
        "Email": getattr(row, "email", None),
    }
    return Entry(
        user=str(row.id),
        name=str(getattr(row, "name", "") or ""),
        ids={head: str(text) for head, text in ids.items() if text},
        locked="the assignment is not given to this student",
    )


def _entry(known: Entry, row: Any) -> Entry:
    """What Canvas has of a student; ``entered_score`` is what was given, ``score`` what counts."""
    score = _fraction(getattr(row, "score", None))
    entered = _fraction(getattr(row, "entered_score", None))
    comments, files = [], []
    for one in getattr(row, "submission_comments", None) or ():
        comments.append(str(one.get("comment") or ""))
        files += [
            (str(f.get("display_name") or f.get("filename") or ""), int(f.get("size") or 0))
            for f in one.get("attachments") or ()
        ]
    rubric = {}
    for name, given in (getattr(row, "rubric_assessment", None) or {}).items():
        points = _fraction(given.get("points"))
        if points is not None:
            rubric[str(name)] = points
    return Entry(
        user=known.user,
        name=known.name,
        ids=known.ids,
        mark=score if entered is None else entered,
        counts=score,
        excused=bool(getattr(row, "excused", False)),
        late=bool(getattr(row, "late", False)),
        comments=tuple(comments),
        files=tuple(files),
        rubric=rubric,
    )


def _criterion(row: Mapping[str, Any]) -> Criterion:
    return Criterion(
        id=str(row["id"]),
        title=str(row.get("description") or ""),
        points=_fraction(row.get("points")) or Fraction(0),
    )


def _fraction(value: object) -> Fraction | None:
    """A number of Canvas's JSON as a fraction, at its precision; floats are written shortest."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError("no number where Canvas has one") from None
