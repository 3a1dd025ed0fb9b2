"""Moodle's assignment module, by its web services over REST.

Rules read in Moodle's own source (moodle/moodle): mod/assign/externallib.php (``save_grade``,
``save_grades``, ``get_grades``, ``get_submission_status``, ``list_participants``),
mod/assign/locallib.php (``apply_grade_to_user``: every call sets the marking state and hands what
it has to each feedback plugin), mod/assign/feedback/comments/locallib.php (a call without a
comment empties the one that is there), mod/assign/feedback/file/locallib.php (the draft area takes
the place of all feedback files), webservice/upload.php. A mark above the maximum is answered with
success, and -1 is stored: all is read back.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from grader.export import Concern, number
from grader.lms import _moodle_answers as answers
from grader.lms._entries import Criterion, Entry, Sending, Target
from grader.lms._errors import Refused
from grader.lms._journal import keyed
from grader.lms._moodle_rest import Rest
from grader.lms._retry import Pauses
from grader.lms.tokens import Token

TOGETHER = 10
"""Students of one ``save_grades``: PHP passes over all but the first 1000 fields of a form."""
HTML = 1
"""Moodle's FORMAT_HTML."""


class Moodle:
    """One assignment of one course in Moodle."""

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
            url: as https://moodle.example.edu, with the path under which Moodle lies.
            course: its id in the address of the course.
            assignment: its id, or the number in the address of its page (``view.php?id=``).
            token: of somebody who may grade there.
            pauses: between tries.
            timeout: seconds for one answer.

        Raises:
            Refused: when the address is none, or httpx is not installed.
        """
        self._rest = Rest(url, token, pauses or Pauses(), timeout)
        self._url = self._rest.url
        self._course, self._asked = course, assignment
        self._id = self._cm = 0
        self._comments = self._workflow = False
        self._method, self._definition = "", 0
        self._levels: dict[str, dict[str, Fraction]] = {}
        self._names: dict[str, Entry] = {}
        self._states: dict[str, str] = {}

    def close(self) -> None:
        """Let the connections go."""
        self._rest.close()

    def target(self) -> Target:
        """Return the assignment."""
        form = {"courseids": [self._course], "includenotenrolledcourses": 1}
        courses = self._rest.ask("mod_assign_get_assignments", form, lambda d: list(d["courses"]))
        found = [row for course in courses for row in course["assignments"]]
        row = self._which(found)
        return answers.read_as(lambda: self._target(row), "an assignment")

    def _which(self, found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        by_id = [row for row in found if row.get("id") == self._asked]
        by_page = [row for row in found if row.get("cmid") == self._asked]
        both = {id(row): row for row in (*by_id, *by_page)}
        if len(both) == 1:
            return next(iter(both.values()))
        if not both:
            raise Refused(
                f"course {self._course} has no assignment {self._asked}, or this token may not see it"
            )
        names = "; ".join(f"{r['name']}: id {r['id']}, page {r['cmid']}" for r in both.values())
        raise Refused(
            f"{self._asked} is the id of one assignment and the page of another ({names}): give the other number of the one that is meant"
        )

    def _target(self, row: Mapping[str, Any]) -> Target:
        self._id, self._cm = int(row["id"]), int(row["cmid"])
        grade = Fraction(str(row["grade"]))
        on = {
            str(one["plugin"])
            for one in row.get("configs") or ()
            if one.get("subtype") == "assignfeedback"
            and one.get("name") == "enabled"
            and str(one.get("value")) == "1"
        }
        self._comments, self._workflow = "comments" in on, bool(row.get("markingworkflow"))
        criteria, said = self._rubric()
        return Target(
            name=f"Moodle {self._url}, course {self._course}, assignment {self._id} (page {self._cm})",
            key=keyed(
                {
                    "lms": "moodle",
                    "at": self._url,
                    "course": str(self._course),
                    "assignment": str(self._id),
                }
            ),
            title=html.unescape(str(row["name"])),
            possible=max(grade, Fraction(0)),
            most=max(grade, Fraction(0)),
            comments=self._comments,
            files="file" in on,
            one_comment=True,
            criteria=criteria,
            rubric_decides=bool(self._method),
            scales=True,
            internal=frozenset({"moodle id", "moodle user id", "userid", "user id"}),
            concerns=(*answers.concerns(row, grade), *said),
        )

    def _rubric(self) -> tuple[tuple[Criterion, ...], list[Concern]]:
        """The rubric or marking guide that makes the mark, where there is one."""
        form = {"cmids": [self._cm], "areaname": "submissions", "activeonly": 1}
        try:
            areas = self._rest.ask("core_grading_get_definitions", form, lambda d: list(d["areas"]))
        except Refused:
            says = "it could not be asked whether a rubric makes the mark (core_grading_get_definitions is not in the token's service)"
            return (), [Concern(code="lossy", says=says)]
        self._method = next((str(a.get("activemethod") or "") for a in areas), "")
        definitions = [d for a in areas for d in a.get("definitions") or ()]
        own = next((d for d in definitions if d.get("method") == self._method), None)
        if not self._method or own is None:
            return (), []
        self._definition = int(own["id"])
        if self._method == "rubric":
            return tuple(map(self._criterion, own["rubric"]["rubric_criteria"])), []
        if self._method == "guide":
            return tuple(map(answers.guided, own["guide"]["guide_criteria"])), []
        says = f"marks are given by '{self._method}', which cannot be filled in from here"
        return (), [Concern(code="locked", says=says, unsafe=True, final=True)]

    def _criterion(self, row: Mapping[str, Any]) -> Criterion:
        levels = {str(one["id"]): Fraction(str(one["score"])) for one in row["levels"]}
        self._levels[str(row["id"])] = levels
        return Criterion(
            id=str(row["id"]),
            title=html.unescape(str(row["description"])),
            points=max(levels.values()),
            levels=levels,
        )

    def entries(self) -> Sequence[Entry]:
        """Return all who could get a mark for the assignment."""
        form = {
            "assignid": self._id,
            "groupid": 0,
            "filter": "",
            "skip": 0,
            "limit": 0,
            "onlyids": 0,
            "includeenrolments": 0,
        }
        try:
            users = self._rest.ask(
                "mod_assign_list_participants", form, lambda d: list(map(answers.user, d))
            )
        except Refused:
            form = {"courseid": self._course}
            users = self._rest.ask(
                "core_enrol_get_enrolled_users", form, lambda d: list(map(answers.user, d))
            )
        self._names = {one.user: one for one in users}
        if self._workflow:
            flags = self._rest.ask(
                "mod_assign_get_user_flags", {"assignmentids": [self._id]}, answers.flags
            )
            self._states = dict(flags)
        marks = self._marks()
        return [answers.marked(one, marks.get(one.user)) for one in self._names.values()]

    def _marks(self) -> dict[str, tuple[str, Fraction | None]]:
        """The id of the grade and the mark, by user."""
        return self._rest.ask(
            "mod_assign_get_grades", {"assignmentids": [self._id]}, answers.grades
        )

    def look(self, users: Collection[str]) -> Mapping[str, Entry]:
        """Return all that Moodle has of some students."""
        marks = self._marks()
        rubrics = self._fillings() if self._method else {}
        found = {}
        for user in users:
            known = self._names.get(user)
            if known is None:
                continue
            form = {"assignid": self._id, "userid": int(user)}
            entry = self._rest.ask(
                "mod_assign_get_submission_status",
                form,
                lambda data, known=known: answers.status(known, data),  # type: ignore[misc]
            )
            own = marks.get(user)
            if own is not None:
                entry = answers.marked(entry, own, rubrics.get(own[0], {}))
            found[user] = entry
        return found

    def _fillings(self) -> dict[str, dict[str, Fraction]]:
        """Points by criterion, by the id of the grade, of what is in force (status 1)."""
        form = {"definitionid": self._definition, "since": 0}
        return self._rest.ask("core_grading_get_gradingform_instances", form, self._filled)

    def _filled(self, data: Any) -> dict[str, dict[str, Fraction]]:
        found: dict[str, dict[str, Fraction]] = {}
        for row in data["instances"]:
            if int(row["status"]) != 1:
                continue
            own = found.setdefault(str(row["itemid"]), {})
            for one in (row.get(self._method) or {}).get("criteria") or ():
                name = str(one["criterionid"])
                if self._method == "rubric":
                    points = self._levels.get(name, {}).get(str(one.get("levelid")))
                else:
                    points = Fraction(str(one["score"]))
                if points is not None:
                    own[name] = points
        return found

    def batches(self, sendings: Sequence[Sending]) -> Sequence[Sequence[Sending]]:
        """Return some students together, and those with files or a rubric one by one."""
        plain = [one for one in sendings if one.file is None and not one.rubric]
        alone = [[one] for one in sendings if one.file is not None or one.rubric]
        return [*(plain[i : i + TOGETHER] for i in range(0, len(plain), TOGETHER)), *alone]

    def send(self, sendings: Sequence[Sending], before: Mapping[str, Entry]) -> None:
        """Send what some students are to get (``save_grade``, ``save_grades``)."""
        rows = [self._row(one, before[one.user]) for one in sendings]
        if len(rows) == 1:
            form = {"assignmentid": self._id, "applytoall": 0, **rows[0]}
            self._rest.once("mod_assign_save_grade", form, answers.nothing)
        else:
            form = {"assignmentid": self._id, "applytoall": 0, "grades": rows}
            self._rest.once("mod_assign_save_grades", form, answers.nothing)

    def _row(self, one: Sending, entry: Entry) -> dict[str, Any]:
        mark = one.mark if one.mark is not None else entry.mark
        plugins: dict[str, Any] = {}
        if self._comments:  # a call without it would empty the comment that is there
            kept = entry.comments[-1] if entry.comments else ""
            text = answers.as_html(one.comment) if one.comment else kept
            plugins["assignfeedbackcomments_editor"] = {"text": text, "format": HTML}
        if one.file is not None:
            plugins["files_filemanager"] = self._rest.uploaded(one.file)
        row: dict[str, Any] = {
            "userid": int(one.user),
            "grade": "-1" if mark is None else number(mark, 5),
            "attemptnumber": -1,
            "addattempt": 0,
            "workflowstate": self._states.get(one.user, ""),
        }
        if plugins:
            row["plugindata"] = plugins
        if one.rubric:
            row["advancedgradingdata"] = {self._method: {"criteria": self._given(one.rubric)}}
        return row

    def _given(self, rubric: Mapping[str, Fraction]) -> list[dict[str, Any]]:
        rows = []
        for name, points in rubric.items():
            filling: dict[str, Any] = {"criterionid": name, "remark": "", "remarkformat": HTML}
            if self._method == "rubric":
                filling["levelid"] = next(k for k, v in self._levels[name].items() if v == points)
            else:
                filling["score"] = number(points, 5)
            rows.append({"criterionid": name, "fillings": [filling]})
        return rows
