"""Canvas, by its REST API through canvasapi.

Rules read in Canvas's own source (instructure/canvas-lms): app/controllers/
submissions_api_controller.rb (``update``, ``bulk_update``: parameter names; a mark, then the
rubric, then the comment), app/models/rubric_association.rb (``assess``: a rubric used for grading
makes the mark), app/models/submission.rb (``process_bulk_update``: users whom it does not find
fail the job after all others were graded), lib/api/v1/submission.rb (``entered_score`` before,
``score`` after the late policy).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from grader.export import Concern, number
from grader.lms import _canvas_answers as answers
from grader.lms._canvas_rest import Rest
from grader.lms._entries import Entry, Sending, Target
from grader.lms._errors import LmsError, Refused, Unanswered
from grader.lms._journal import keyed
from grader.lms._retry import Pauses
from grader.lms.tokens import Token

TOGETHER = 100
"""Marks that go in one bulk update."""
PAGE = 100
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
        self._pauses = pauses or Pauses()
        self._rest = Rest(url, token, self._pauses, timeout)
        self._url, self._canvas = self._rest.url, self._rest.canvas
        self._course_id, self._assignment_id = course, assignment
        self._assignment: Any = None
        self._course: Any = None
        self._schemed = False
        self._names: dict[str, Entry] = {}

    def close(self) -> None:
        """Let the connections go."""
        self._rest.close()

    def target(self) -> Target:
        """Return the assignment."""
        course, assignment = self._course_id, self._assignment_id
        self._course = self._rest.read(
            lambda: answers.expected(self._canvas.get_course(course), id=course)
        )
        self._assignment = self._rest.read(
            lambda: answers.expected(self._course.get_assignment(assignment), id=assignment)
        )
        return self._rest.parsed(self._made)

    def _made(self) -> Target:
        it = self._assignment
        kind = str(getattr(it, "grading_type", "points"))
        possible = answers.fraction(getattr(it, "points_possible", None)) or Fraction(0)
        criteria = tuple(answers.criterion(row) for row in getattr(it, "rubric", None) or ())
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
            return Concern(code="locked", says=says, unsafe=True, final=True)

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
            late = self._rest.read(self._course.get_late_policy)
        except LmsError:
            return False  # there is none, or we may not see it: what counts is read back anyway
        return bool(getattr(late, "late_submission_deduction_enabled", False))

    def entries(self) -> Sequence[Entry]:
        """Return all students of the course; those without the assignment are locked."""
        users = self._rest.list_of(
            lambda: self._course.get_users(
                enrollment_type=["student"], include=["email"], per_page=PAGE
            )
        )
        rows = self._rest.list_of(lambda: self._assignment.get_submissions(per_page=PAGE))
        submissions = {str(getattr(row, "user_id", "")): row for row in rows}

        def joined() -> list[Entry]:
            found = []
            for known in map(answers.user, users):
                row = submissions.get(known.user)
                found.append(known if row is None else answers.entry(known, row))
            return found

        found = self._rest.parsed(joined)
        self._names = {one.user: one for one in found}
        return found

    def look(self, users: Collection[str]) -> Mapping[str, Entry]:
        """Return all that Canvas has of some students."""
        wanted, found = sorted(users), {}
        for start in range(0, len(wanted), PAGE):
            some = [int(one) for one in wanted[start : start + PAGE]]
            rows = self._rest.list_of(
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
                    found[user] = self._rest.parsed(lambda k=known, r=row: answers.entry(k, r))  # type: ignore[misc]
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
        progress = self._rest.call(
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
                progress = self._rest.read(lambda: self._job(self._canvas.get_progress(job)))
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
                comment["file_ids"] = [self._rest.uploaded(self._files(sending.user), sending.file)]
            form["comment"] = comment
        user = int(sending.user)
        self._rest.call(
            lambda: answers.expected(self._submission(sending.user).edit(**form), user_id=user)
        )

    @staticmethod
    def _job(progress: Any) -> Any:
        """A job as Canvas tells it (app/models/progress.rb)."""
        if progress.workflow_state not in ("queued", "running", "completed", "failed"):
            raise ValueError("no state of a job")
        return answers.expected(progress, id=int(progress.id))

    def _files(self, user: str) -> str:
        return f"courses/{self._course_id}/assignments/{self._assignment_id}/submissions/{user}/comments/files"

    def _submission(self, user: str) -> Any:
        from canvasapi.submission import Submission  # noqa: PLC0415

        return Submission(
            self._rest.requester,
            {
                "course_id": self._course_id,
                "assignment_id": self._assignment_id,
                "user_id": int(user),
            },
        )
