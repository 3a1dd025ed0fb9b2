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
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

from grader.export import Concern, number
from grader.lms._address import address
from grader.lms._entries import Criterion, Entry, File, Sending, Target
from grader.lms._errors import Busy, LmsError, Refused, Unanswered
from grader.lms._journal import keyed
from grader.lms._retry import Pauses, asked_for, read
from grader.lms.tokens import Token

_T = TypeVar("_T")
TOGETHER = 10
"""Students of one ``save_grades``: PHP passes over all but the first 1000 fields of a form."""
HTML = 1
"""Moodle's FORMAT_HTML."""
_LATER = frozenset({"sitemaintenance", "upgraderunning"})
_BROKEN = ("dml", "dbconnection", "lock", "cachestore")
_WORDS = {
    "invalidtoken": "Moodle does not take this token: it is wrong or has expired",
    "usernotfullysetup": "the token's user has an incomplete profile: fill in all that Moodle asks for, or pushes fail",
    "accessexception": "the token's service does not hold this function; the administrator adds it",
    "forcepasswordchangenotice": "the token's user has to change the password first",
    "servicenotavailable": "web services are off in this Moodle",
}


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
        try:
            import httpx  # noqa: PLC0415
        except ImportError:
            raise Refused('Moodle needs the LMS extra: pip install "grader[lms]"') from None
        self._url = address(url)
        self._course, self._asked = course, assignment
        self._token, self._pauses = token, pauses or Pauses()
        self._client = httpx.Client(follow_redirects=False, timeout=timeout)
        self._id = self._cm = 0
        self._comments = self._workflow = False
        self._method, self._definition = "", 0
        self._levels: dict[str, dict[str, Fraction]] = {}
        self._names: dict[str, Entry] = {}
        self._states: dict[str, str] = {}

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def target(self) -> Target:
        """Return the assignment."""
        form = {"courseids": [self._course], "includenotenrolledcourses": 1}
        courses = self._ask("mod_assign_get_assignments", form, lambda d: list(d["courses"]))
        found = [row for course in courses for row in course["assignments"]]
        row = self._which(found)
        return _read_as(lambda: self._target(row), "an assignment")

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
            concerns=(*_concerns(row, grade), *said),
        )

    def _rubric(self) -> tuple[tuple[Criterion, ...], list[Concern]]:
        """The rubric or marking guide that makes the mark, where there is one."""
        form = {"cmids": [self._cm], "areaname": "submissions", "activeonly": 1}
        try:
            areas = self._ask("core_grading_get_definitions", form, lambda d: list(d["areas"]))
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
            return tuple(map(_guided, own["guide"]["guide_criteria"])), []
        says = f"marks are given by '{self._method}', which cannot be filled in from here"
        return (), [Concern(code="locked", says=says, unsafe=True)]

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
            users = self._ask("mod_assign_list_participants", form, lambda d: list(map(_user, d)))
        except Refused:
            form = {"courseid": self._course}
            users = self._ask("core_enrol_get_enrolled_users", form, lambda d: list(map(_user, d)))
        self._names = {one.user: one for one in users}
        if self._workflow:
            flags = self._ask("mod_assign_get_user_flags", {"assignmentids": [self._id]}, _flags)
            self._states = dict(flags)
        marks = self._marks()
        return [_marked(one, marks.get(one.user)) for one in self._names.values()]

    def _marks(self) -> dict[str, tuple[str, Fraction | None]]:
        """The id of the grade and the mark, by user."""
        return self._ask("mod_assign_get_grades", {"assignmentids": [self._id]}, _grades)

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
            entry = self._ask(
                "mod_assign_get_submission_status",
                form,
                lambda data, known=known: _status(known, data),  # type: ignore[misc]
            )
            own = marks.get(user)
            if own is not None:
                entry = _marked(entry, own, rubrics.get(own[0], {}))
            found[user] = entry
        return found

    def _fillings(self) -> dict[str, dict[str, Fraction]]:
        """Points by criterion, by the id of the grade, of what is in force (status 1)."""
        form = {"definitionid": self._definition, "since": 0}
        return self._ask("core_grading_get_gradingform_instances", form, self._filled)

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
            self._once("mod_assign_save_grade", form, _nothing)
        else:
            form = {"assignmentid": self._id, "applytoall": 0, "grades": rows}
            self._once("mod_assign_save_grades", form, _nothing)

    def _row(self, one: Sending, entry: Entry) -> dict[str, Any]:
        mark = one.mark if one.mark is not None else entry.mark
        plugins: dict[str, Any] = {}
        if self._comments:  # a call without it would empty the comment that is there
            kept = entry.comments[-1] if entry.comments else ""
            text = _as_html(one.comment) if one.comment else kept
            plugins["assignfeedbackcomments_editor"] = {"text": text, "format": HTML}
        if one.file is not None:
            plugins["files_filemanager"] = self._uploaded(one.file)
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

    def _uploaded(self, file: File) -> int:
        """Put a file into a new draft area, which no student sees; return its id."""

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

    def _ask(self, function: str, form: Mapping[str, Any], shape: Callable[[Any], _T]) -> _T:
        """Ask what changes nothing, again while it fails."""
        return read(lambda: self._once(function, form, shape), self._pauses)

    def _once(self, function: str, form: Mapping[str, Any], shape: Callable[[Any], _T]) -> _T:
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


def fields(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return a form's fields as PHP reads nested ones.

    >>> dict(fields({"a": 1, "grades": [{"userid": 3, "plugindata": {"x": "y"}}]}))
    {'a': '1', 'grades[0][userid]': '3', 'grades[0][plugindata][x]': 'y'}
    """
    for name, value in data.items():
        yield from _nested(name, value)


def _nested(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _nested(f"{name}[{key}]", inner)
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from _nested(f"{name}[{at}]", inner)
    else:
        yield name, str(value)


def _concerns(row: Mapping[str, Any], grade: Fraction) -> Iterable[Concern]:
    if grade < 0:
        says = "the assignment is marked by a scale of words, which takes no points"
        yield Concern(code="locked", says=says, unsafe=True)
    elif grade == 0:
        yield Concern(code="locked", says="the assignment takes no marks", unsafe=True)
    if row.get("blindmarking") and not row.get("revealidentities"):
        says = "the assignment is marked blind: reveal identities in Moodle first"
        yield Concern(code="locked", says=says, unsafe=True)


def _guided(row: Mapping[str, Any]) -> Criterion:
    return Criterion(
        id=str(row["id"]),
        title=html.unescape(str(row["shortname"])),
        points=Fraction(str(row["maxscore"])),
    )


def _user(row: Mapping[str, Any]) -> Entry:
    heads = {"ID number": "idnumber", "Username": "username", "Email address": "email"}
    ids = {head: str(row[key]) for head, key in heads.items() if row.get(key)}
    name = html.unescape(str(row.get("fullname") or ""))
    return Entry(user=str(int(row["id"])), name=name, ids=ids)


def _flags(data: Any) -> list[tuple[str, str]]:
    return [
        (str(one["userid"]), str(one.get("workflowstate") or ""))
        for row in data["assignments"]
        for one in row["userflags"]
    ]


def _grades(data: Any) -> dict[str, tuple[str, Fraction | None]]:
    denied = [one for one in data.get("warnings") or () if str(one.get("warningcode")) == "1"]
    if denied:
        raise Refused("Moodle does not let this token see the marks of that assignment")
    found: dict[str, tuple[str, Fraction | None]] = {}
    latest: dict[str, int] = {}
    for row in data["assignments"]:
        for one in row["grades"]:
            user, attempt = str(one["userid"]), int(one.get("attemptnumber") or 0)
            if attempt >= latest.get(user, -1):
                latest[user] = attempt
                found[user] = (str(one["id"]), _mark(one["grade"]))
    return found


def _mark(text: object) -> Fraction | None:
    """A stored mark; -1 is Moodle's for none."""
    if text is None or str(text).strip() == "":
        return None
    mark = Fraction(str(text).strip())
    return None if mark < 0 else mark


def _marked(
    entry: Entry,
    own: tuple[str, Fraction | None] | None,
    rubric: Mapping[str, Fraction] | None = None,
) -> Entry:
    if own is None:
        return entry
    return replace(entry, mark=own[1], rubric=dict(rubric or {}))


def _status(known: Entry, data: Any) -> Entry:
    """Comment and files of a student's latest attempt, and the mark as far as this tells it."""
    feedback = data.get("feedback") or {}
    comments, files = [], []
    for plugin in feedback.get("plugins") or ():
        if plugin["type"] == "comments":
            comments += [
                str(one["text"]) for one in plugin.get("editorfields") or () if one.get("text")
            ]
        elif plugin["type"] == "file":
            files += [
                (str(one["filename"]), int(one["filesize"]))
                for area in plugin.get("fileareas") or ()
                for one in area.get("files") or ()
            ]
    grade = feedback.get("grade") or {}
    return Entry(
        user=known.user,
        name=known.name,
        ids=known.ids,
        mark=_mark(grade.get("grade")),
        comments=tuple(comments),
        files=tuple(files),
    )


def _nothing(data: Any) -> None:
    """What a saved mark is answered with."""
    if data is not None and data != []:
        raise ValueError("Moodle answers a saved mark with nothing")


def _as_html(text: str) -> str:
    lines = (html.escape(line, quote=False) for line in text.splitlines())
    return "<p>" + "<br>".join(lines) + "</p>"


def _read_as(shape: Callable[[], _T], what: str) -> _T:
    try:
        return shape()
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise LmsError(
            f"Moodle answered with {what} of an unknown shape ({type(error).__name__})"
        ) from None
