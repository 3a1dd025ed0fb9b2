"""A stand-in for Moodle's web services that keeps its real behaviour, the odd parts above all.

Rules from moodle/moodle: mod/assign/externallib.php (parameters of every function, all of them
required that are required there), mod/assign/locallib.php (``apply_grade_to_user``,
``update_grade``: a mark above the maximum is not stored and is answered with success, -1 stays;
the workflow state is set by every call), mod/assign/feedback/comments/locallib.php (no text in a
call empties the comment), mod/assign/feedback/file/locallib.php (the draft area replaces all
files), webservice/upload.php, webservice/rest/locallib.php (exceptions with status 200).
"""

from __future__ import annotations

import html
import re
from typing import Any

from tests.lms.serving import Answer, Asked, Served

TOKEN = "3f9c1a0b7d5e4c2f8a6b0d1e2f3a4b5c"
_ROW = {"userid", "grade", "attemptnumber", "addattempt", "workflowstate"}


class Thrown(Exception):
    def __init__(self, code: str, message: str, kind: str = "moodle_exception") -> None:
        super().__init__(message)
        self.code, self.kind = code, kind


class MoodleStandIn(Served):
    """One course (5) with assignments 31 (page 131) and 32 (page 31)."""

    def __init__(self) -> None:
        self.grade = 20
        self.comments = self.files = True
        self.workflow = False
        self.rubric: list[dict[str, Any]] = []
        self.method = ""
        self.users: list[dict[str, Any]] = []
        self.held: dict[int, dict[str, Any]] = {}
        self.drafts: dict[int, list[tuple[str, bytes]]] = {}
        self.complete = True
        self.team = False
        self.locked: set[int] = set()
        self.stores: dict[int, str] = {}
        super().__init__()

    def add(self, user: int, name: str, **more: Any) -> None:
        self.users.append({"id": user, "fullname": html.escape(name), **more})
        self.held[user] = {"grade": None, "comment": "", "files": [], "state": "", "rubric": {}, "mails": 0}  # fmt: skip

    def name(self, asked: Asked) -> str:
        return asked.one("wsfunction") or asked.path

    def answer(self, asked: Asked, *, store: bool) -> Answer:
        try:
            return Answer(data=self._answer(asked, store=store))
        except Thrown as error:
            return Answer(data={"exception": error.kind, "errorcode": error.code, "message": str(error)})  # fmt: skip

    def _answer(self, asked: Asked, *, store: bool) -> Any:
        if asked.query:
            raise Thrown("invalidparameter", "a token in an address would be in every log")
        key = "token" if asked.path.endswith("upload.php") else "wstoken"
        if asked.one(key) != TOKEN:
            raise Thrown("invalidtoken", "Invalid token - token not found")
        if not self.complete:
            raise Thrown("usernotfullysetup", "User not fully set-up")
        if asked.path == "/webservice/upload.php":
            return self._upload(asked)
        assert asked.path == "/webservice/rest/server.php"
        assert asked.one("moodlewsrestformat") == "json"
        form = _tree(asked.form)
        for name in ("wstoken", "wsfunction", "moodlewsrestformat"):
            del form[name]
        known = getattr(self, "_" + asked.one("wsfunction"), None)
        if known is None:
            raise Thrown("accessexception", "Access control exception")
        if asked.one("wsfunction").startswith("mod_assign_save"):
            return known(form, store)
        return known(form)

    # reading -------------------------------------------------------------------------

    def _mod_assign_get_assignments(self, form: dict[str, Any]) -> Any:
        assert form["courseids"] == ["5"], form
        on = [("comments", self.comments), ("file", self.files)]
        configs = [{"plugin": p, "subtype": "assignfeedback", "name": "enabled", "value": str(int(v))} for p, v in on]  # fmt: skip
        own = {"id": 31, "cmid": 131, "course": 5, "name": "Hausübung &amp; Co", "grade": self.grade, "markingworkflow": int(self.workflow), "configs": configs}  # fmt: skip
        other = {**own, "id": 32, "cmid": 31, "name": "Other"}
        third = {**own, "id": 40, "cmid": 140, "name": "Third"}
        return {"courses": [{"id": 5, "assignments": [own, other, third]}], "warnings": []}

    def _core_grading_get_definitions(self, form: dict[str, Any]) -> Any:
        assert form | {"cmids": []} == {
            "cmids": [],
            "areaname": "submissions",
            "activeonly": "1",
        }, form
        definitions = []
        if self.method == "rubric":
            definitions = [
                {"id": 7, "method": "rubric", "rubric": {"rubric_criteria": self.rubric}}
            ]
        area = {"cmid": 140, "activemethod": self.method or None, "definitions": definitions}
        return {"areas": [area], "warnings": []}

    def _core_grading_get_gradingform_instances(self, form: dict[str, Any]) -> Any:
        assert form == {"definitionid": "7", "since": "0"}, form
        rows = []
        for user, own in self.held.items():
            if own["rubric"]:
                criteria = [{"id": 1, "criterionid": int(c), "levelid": int(v), "remark": ""} for c, v in own["rubric"].items()]  # fmt: skip
                rows.append({"id": 70 + user, "itemid": 600 + user, "status": 3, "rubric": {"criteria": []}})  # fmt: skip
                rows.append({"id": 80 + user, "itemid": 600 + user, "status": 1, "rubric": {"criteria": criteria}})  # fmt: skip
        return {"instances": rows, "warnings": []}

    def _mod_assign_list_participants(self, form: dict[str, Any]) -> Any:
        assert form["assignid"] == "40"
        assert set(form) >= {"groupid", "filter"}
        return self.users

    def _mod_assign_get_user_flags(self, form: dict[str, Any]) -> Any:
        flags = [{"userid": u, "workflowstate": own["state"], "locked": 0} for u, own in self.held.items()]  # fmt: skip
        return {"assignments": [{"assignmentid": 40, "userflags": flags}], "warnings": []}

    def _mod_assign_get_grades(self, form: dict[str, Any]) -> Any:
        rows = [
            {"id": 600 + u, "userid": u, "attemptnumber": 0, "grader": 2, "grade": own["grade"]}
            for u, own in self.held.items()
            if own["grade"] is not None and not self.team  # joined with submissions of their own
        ]
        if not rows:
            return {"assignments": [], "warnings": [{"item": "assignment", "itemid": 40, "warningcode": "3", "message": "No grades found"}]}  # fmt: skip
        return {"assignments": [{"assignmentid": 40, "grades": rows}], "warnings": []}

    def _mod_assign_get_submission_status(self, form: dict[str, Any]) -> Any:
        own = self.held[int(form["userid"])]
        assert form["assignid"] == "40"
        plugins = []
        if self.comments:
            fields = [{"name": "comments", "description": "Feedback", "text": own["comment"], "format": 1}]  # fmt: skip
            plugins.append(
                {"type": "comments", "name": "Feedback comments", "editorfields": fields}
            )
        files = [{"filename": n, "filepath": "/", "filesize": len(d)} for n, d in own["files"]]
        plugins.append({"type": "file", "name": "Files", "fileareas": [{"area": "feedback_files", "files": files}]})  # fmt: skip
        if own["grade"] is None:
            return {"warnings": []}
        return {"feedback": {"grade": {"grade": own["grade"]}, "plugins": plugins}, "warnings": []}

    # writing -------------------------------------------------------------------------

    def _mod_assign_save_grade(self, form: dict[str, Any], store: bool) -> None:
        if set(form) - _ROW - {"assignmentid", "applytoall", "plugindata", "advancedgradingdata"}:
            raise Thrown("invalidparameter", f"Invalid parameter value detected ({sorted(form)})")
        self._save(form, store)

    def _mod_assign_save_grades(self, form: dict[str, Any], store: bool) -> None:
        if set(form) != {"assignmentid", "applytoall", "grades"}:
            raise Thrown("invalidparameter", "Invalid parameter value detected")
        for row in form["grades"]:
            self._save({**row, "assignmentid": form["assignmentid"], "applytoall": form["applytoall"]}, store)  # fmt: skip

    def _save(self, row: dict[str, Any], store: bool) -> None:
        lacks = (_ROW | {"assignmentid", "applytoall"}) - set(row)
        if lacks:
            raise Thrown("invalidparameter", f"Missing required key in single structure: {lacks}", "invalid_parameter_exception")  # fmt: skip
        user, plugins = int(row["userid"]), row.get("plugindata", {})
        if user not in self.held:
            raise Thrown("invaliduser", "Invalid user")
        if not store:
            return
        own = self.held[user]
        own["mails"] += 1
        if own["grade"] is None:
            own["grade"] = "-1.00000"
        own["state"] = row["workflowstate"]
        if user not in self.locked:
            self._mark(own, user, row)
        if self.comments:
            own["comment"] = plugins.get("assignfeedbackcomments_editor", {}).get("text", "")
        if "files_filemanager" in plugins:
            own["files"] = list(self.drafts[int(plugins["files_filemanager"])])

    def _mark(self, own: dict[str, Any], user: int, row: dict[str, Any]) -> None:
        if self.method == "rubric":
            criteria = row["advancedgradingdata"]["rubric"]["criteria"]
            own["rubric"] = {c["criterionid"]: c["fillings"][0]["levelid"] for c in criteria}
            levels = {str(v["id"]): v["score"] for c in self.rubric for v in c["levels"]}
            most = sum(max(v["score"] for v in c["levels"]) for c in self.rubric)
            least = sum(min(v["score"] for v in c["levels"]) for c in self.rubric)
            total = sum(levels[one] for one in own["rubric"].values())
            own["grade"] = f"{(total - least) / (most - least) * self.grade:.5f}"
            return
        value = float(row["grade"])
        if (
            value <= self.grade and value >= 0
        ):  # else update_grade returns false, and nobody says so
            own["grade"] = self.stores.get(user, f"{value:.5f}")

    def _upload(self, asked: Asked) -> Any:
        assert asked.one("filearea") == "draft"
        number = 8000 + len(self.drafts)
        name, data = asked.files["file_1"]
        self.drafts[number] = [(name, data)]
        return [{"component": "user", "filearea": "draft", "filename": name, "filepath": "/", "itemid": number}]  # fmt: skip


def _tree(form: dict[str, list[str]]) -> dict[str, Any]:
    """What PHP makes of ``a[0][b]=c``."""
    root: dict[str, Any] = {}
    for name, values in form.items():
        path = [name.partition("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        at = root
        for step in path[:-1]:
            at = at.setdefault(step, {})
        at[path[-1]] = values[0]
    return _lists(root)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists(one) for one in value.values()]
    return {key: _lists(one) for key, one in value.items()}
