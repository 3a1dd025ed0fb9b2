"""A strict stand-in for Canvas: takes what its source takes, and refuses every other field.

Rules from instructure/canvas-lms: app/controllers/submissions_api_controller.rb (update,
bulk_update, index, for_students), app/models/submission.rb (process_bulk_update),
app/models/rubric_association.rb (assess), app/controllers/submission_comments_api_controller.rb
(create_file), lib/api.rb (pages by the Link header), app/middleware/request_throttle.rb.
"""

from __future__ import annotations

import re
from typing import Any

from tests.lms.serving import Answer, Asked, Fault, Served

TOKEN = "7236~QvXcanvasSecret8fJ2"
_UPDATE = re.compile(
    r"prefer_points_over_scheme|submission\[posted_grade\]|comment\[text_comment\]|comment\[file_ids\]\[\]"
    r"|rubric_assessment\[\w+\]\[(points|rating_id|comments)\]"
)
_BULK = re.compile(r"grade_data\[(\d+)\]\[(posted_grade|text_comment)\]")
_PAGE = 3


class CanvasStandIn(Served):
    """One course (11) with one assignment (22)."""

    def __init__(self) -> None:
        self.assignment: dict[str, Any] = {
            "id": 22,
            "name": "Homework 1",
            "points_possible": 20.0,
            "grading_type": "points",
            "published": True,
        }
        self.users: list[dict[str, Any]] = []
        self.submissions: dict[int, dict[str, Any]] = {}
        self.uploads: dict[int, tuple[str, bytes]] = {}
        self.pending: dict[int, dict[str, str]] = {}
        self.jobs: dict[int, dict[str, Any]] = {}
        self.deducts: dict[int, float] = {}
        self.late_policy = False
        self.remaining = 600.0
        self.stores: dict[int, float] = {}  # a lie: this score instead of what was sent
        self.by_redirect = True
        self.scheme: dict[str, float] = {}
        super().__init__()

    def add(self, user: int, name: str, **more: Any) -> None:
        self.users.append({"id": user, "name": name, "sortable_name": name, **more})
        self.submissions[user] = {"score": None, "comments": [], "excused": False, "rubric": {}}

    def busy(self, fault: Fault) -> Answer:
        if fault.after == "403":  # as it answered until 2025
            return Answer(403, "403 Forbidden (Rate Limit Exceeded)")
        return super().busy(fault)

    # what it answers -----------------------------------------------------------------

    def answer(self, asked: Asked, *, store: bool) -> Answer:
        answer = self._answer(asked, store=store)
        answer.headers.setdefault("X-Rate-Limit-Remaining", str(self.remaining))
        answer.headers.setdefault("X-Request-Cost", "0.1")
        return answer

    def _answer(self, asked: Asked, *, store: bool) -> Answer:
        if asked.path.startswith("/upload/"):
            return self._upload(asked)
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"errors": [{"message": "Invalid access token."}]}, {"WWW-Authenticate": 'Bearer realm="canvas-lms"'})  # fmt: skip
        course = "/api/v1/courses/11"
        if asked.line == f"GET {course}":
            return Answer(data={"id": 11, "name": "Course"})
        if asked.line == f"GET {course}/assignments/22":
            return Answer(data={**self.assignment, "course_id": 11})
        if asked.line == f"GET {course}/late_policy":
            if not self.late_policy:
                return Answer(404, {"errors": [{"message": "not found"}]})
            return Answer(data={"late_policy": {"id": 1, "late_submission_deduction_enabled": True}})  # fmt: skip
        if asked.line in (f"GET {course}/users", f"GET {course}/search_users"):
            assert asked.query["enrollment_type[]"] == ["student"], asked.query
            return self._page(asked, self.users)
        if asked.line == f"GET {course}/assignments/22/submissions":
            rows = [self.shown(user, asked) for user in sorted(self.submissions)]
            return self._page(asked, rows)
        if asked.line == f"GET {course}/students/submissions":
            assert asked.query["assignment_ids[]"] == ["22"], asked.query
            some = map(int, asked.query["student_ids[]"])
            rows = [self.shown(u, asked) for u in some if u in self.submissions]
            return self._page(asked, rows)
        found = re.fullmatch(rf"{course}/assignments/22/submissions/(\d+)(/comments/files)?", asked.path)  # fmt: skip
        if found and asked.method == "PUT" and not found[2]:
            return self._update(int(found[1]), asked, store=store)
        if found and asked.method == "POST" and found[2]:
            return self._ask_upload(asked)
        if asked.line == f"POST {course}/assignments/22/submissions/update_grades":
            return self._bulk(asked, store=store)
        found = re.fullmatch(r"GET /api/v1/progress/(\d+)", asked.line)
        if found:
            return self._progress(int(found[1]))
        found = re.fullmatch(r"GET /api/v1/files/(\d+)/create_success", asked.line)
        if found:
            name, data = self.uploads[int(found[1])]
            return Answer(data={"id": int(found[1]), "display_name": name, "size": len(data), "url": "x"})  # fmt: skip
        return Answer(404, {"errors": [{"message": "The specified resource does not exist."}]})

    def _page(self, asked: Asked, rows: list[Any]) -> Answer:
        page = int(asked.one("page", "1"))
        some = rows[(page - 1) * _PAGE : page * _PAGE]
        headers = {}
        if page * _PAGE < len(rows):
            query = "&".join(f"{k}={v}" for k, vs in asked.query.items() if k != "page" for v in vs)
            headers["Link"] = f'<{self.url}{asked.path}?{query}&page={page + 1}>; rel="next"'
        return Answer(data=some, headers=headers)

    def shown(self, user: int, asked: Asked) -> dict[str, Any]:
        own = self.submissions[user]
        score = own["score"]
        off = self.deducts.get(user, 0.0)
        row = {
            "id": 900 + user,
            "user_id": user,
            "assignment_id": 22,
            "entered_score": score,
            "score": None if score is None else score - off,
            "points_deducted": off or None,
            "excused": own["excused"],
            "late": own.get("late", False),
            "workflow_state": "unsubmitted" if score is None else "graded",
        }
        wanted = asked.query.get("include[]", [])
        if "submission_comments" in wanted or asked.method == "PUT":
            row["submission_comments"] = own["comments"]
        if "rubric_assessment" in wanted:
            row["rubric_assessment"] = own["rubric"]
        return row

    # what it stores ------------------------------------------------------------------

    def _update(self, user: int, asked: Asked, *, store: bool) -> Answer:
        strange = [name for name in asked.form if not _UPDATE.fullmatch(name)]
        if strange:
            return Answer(400, {"message": f"unknown parameters {strange}"})
        if user not in self.submissions:
            return Answer(401, {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]})  # fmt: skip
        rubric = _nested(asked.form)
        known = {row["id"] for row in self.assignment.get("rubric", [])}
        if rubric and not known & set(rubric):
            return Answer(400, {"message": "invalid rubric_assessment"})
        if store:
            if "submission[posted_grade]" in asked.form:
                points = asked.one("prefer_points_over_scheme") == "true"
                self._grade(user, asked.one("submission[posted_grade]"), points=points)
            if rubric:
                self.submissions[user]["rubric"] = rubric  # as a whole: what is not named is gone
                if self.assignment.get("use_rubric_for_grading"):
                    self.submissions[user]["score"] = sum(one["points"] for one in rubric.values())
            text, ids = asked.one("comment[text_comment]"), asked.form.get("comment[file_ids][]", [])  # fmt: skip
            if text or ids:
                self._comment(user, text, [int(one) for one in ids])
        return Answer(data=self.shown(user, asked))

    def _grade(self, user: int, text: str, *, points: bool = False) -> None:
        assert re.fullmatch(r"-?\d+(\.\d+)?", text), text
        if text in self.scheme and not points:  # app/models/assignment.rb, interpret_grade
            text = str(self.scheme[text])
        self.submissions[user]["score"] = self.stores.get(user, float(text))
        self.submissions[user]["excused"] = False

    def _comment(self, user: int, text: str, ids: list[int]) -> None:
        files = [
            {"id": one, "display_name": self.uploads[one][0], "size": len(self.uploads[one][1])}
            for one in ids
        ]
        comments = self.submissions[user]["comments"]
        comments.append({"id": len(comments) + 1, "comment": text, "attachments": files})

    def _bulk(self, asked: Asked, *, store: bool) -> Answer:
        job = len(self.jobs) + 1
        missing, sent = [], {}
        for name, values in asked.form.items():
            found = _BULK.fullmatch(name)
            if not found:
                return Answer(400, {"message": f"unknown parameter {name}"})
            sent[int(found[1])] = values[0]
        for user, text in sent.items():
            if user not in self.submissions:
                missing.append(user)
            elif store:
                self._grade(user, text)
        state = {"workflow_state": "failed" if missing else "completed", "asked": 0}
        state["message"] = f"Couldn't find User(s) with API ids '{missing}'" if missing else None
        self.jobs[job] = state
        return Answer(data={"id": job, "workflow_state": "queued", "tag": "submissions_update", "url": "x"})  # fmt: skip

    def _progress(self, number: int) -> Answer:
        job = self.jobs[number]
        job["asked"] += 1
        shown = {**job, "id": number, "tag": "submissions_update"}
        if job["asked"] < 3:
            shown["workflow_state"] = "running"
        return Answer(data=shown)

    def _ask_upload(self, asked: Asked) -> Answer:
        assert set(asked.form) == {"name", "size", "content_type"}, asked.form
        number = 5000 + len(self.pending)
        self.pending[number] = {name: values[0] for name, values in asked.form.items()}
        return Answer(data={"upload_url": f"{self.url}/upload/{number}", "upload_params": {"key": f"k{number}", "filename": asked.one("name")}})  # fmt: skip

    def _upload(self, asked: Asked) -> Answer:
        number = int(asked.path.rpartition("/")[2])
        if "Authorization" in asked.headers:
            return Answer(400, {"message": "a token does not belong here"})
        expected = self.pending[number]
        _, data = asked.files["file"]
        assert asked.one("key") == f"k{number}"
        assert len(data) == int(expected["size"])
        self.uploads[number] = (expected["name"], data)
        if self.by_redirect:
            return Answer(
                303, None, {"Location": f"{self.url}/api/v1/files/{number}/create_success"}
            )
        return Answer(201, {"id": number, "url": "x"}, {"Location": "https://elsewhere.example/x"})


def _nested(form: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, values in form.items():
        at = re.fullmatch(r"rubric_assessment\[(\w+)\]\[points\]", name)
        if at:
            found[at[1]] = {"points": float(values[0]), "rating_id": "r"}
    return found
