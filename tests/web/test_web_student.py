"""A student at the desk, over HTTP: hands in, gets a receipt that stays, and checks answers."""

from __future__ import annotations

import html
import io
import re
import socket
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="not run: the extra web is not installed")
pytest.importorskip("uvicorn", reason="not run: the extra web is not installed")
pytest.importorskip("httpx", reason="not run: httpx is not installed")

from grader.authoring.skeleton import new_assignment
from grader.desk import rows
from grader.gradebook.audit import entries
from grader.gradebook.releases import release
from tests.web.student_site import RIGHT, Site, site_of


@pytest.fixture
def site(course: Path) -> Iterator[Site]:
    """The small course, with a desk that works."""
    with site_of(course) as opened:
        yield opened


@pytest.fixture
def idle(course: Path) -> Iterator[Site]:
    """The small course, with a desk where nobody works: all waits."""
    with site_of(course, workers=0) as opened:
        yield opened


@pytest.fixture
def secrets(course: Path) -> Iterator[Site]:
    """The small course with an expected value, a mistake, words and cases that nobody may learn."""
    reference = course / "reference/sums/sums.py"
    text = reference.read_text("utf-8")
    text = text.replace("return a + b", "return a + b + 864209753")
    text = text.replace("return a * b", "return a * b + 753197531")
    reference.write_text(text + "\n\nHIDDEN_CASE = 'planted-case-8c1f'\n", "utf-8")
    rubric = course / "rubrics/sums.yaml"
    words = rubric.read_text("utf-8").replace("You multiplied", "planted-mistake-77aa")
    rubric.write_text(words + "keys: {'3': {letter: 531975319}}\n", "utf-8")
    with site_of(course) as opened:
        opened.planted = (
            "864209760",
            "753197543",
            "planted-case",
            "planted-mistake",
            "531975319",
            "HIDDEN_CASE",
        )
        yield opened


XSS = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "{{ 7 * 7 }}",
)


def inert(text: str) -> bool:
    """Whether nothing of the hostile words is a tag of the page."""
    return "<script>document" not in text and "<img src=x" not in text and "owned'>" not in text


def test_a_hand_in_gets_a_receipt_that_stays(site: Site) -> None:
    ada = site.person("ada")
    got = ada.hand_in({"answers.md": RIGHT})
    assert got.status_code == 303
    where = got.headers["location"]
    first = ada.get(where)
    assert first.status_code == 200
    assert "answers.md" in first.text
    site.settled()
    later = ada.get(where)
    assert "attempt 1" in later.text
    shas = re.findall(r"[0-9a-f]{64}", first.text)
    assert shas
    assert shas == re.findall(r"[0-9a-f]{64}", later.text)
    assert (site.course / "submissions/sums/ada/answers.md").read_text("utf-8") == RIGHT


def test_the_page_tells_where_hand_ins_stand_and_moves_on_by_itself(idle: Site) -> None:
    ada, bob = idle.person("ada"), idle.person("bob")
    ada.hand_in({"answers.md": "a"})
    bob.hand_in({"answers.md": "b"})
    shown = bob.get("/me/sums").text
    assert "1 is before it" in shown
    assert 'hx-get="/me/sums/state"' in shown
    assert "You are next" in ada.get("/me/sums/state").text


def test_the_same_form_sent_twice_is_one_hand_in(idle: Site) -> None:
    ada = idle.person("ada")
    first, second = (ada.hand_in({"answers.md": RIGHT}) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert ada.get("/me/sums").text.count("/receipt/") == 1


def test_a_check_tells_what_was_read_and_how_to_write_what_was_not(site: Site) -> None:
    ada = site.person("ada")
    got = ada.hand_in({"answers.md": "Problem 1: 12\n\nProblem 2: no idea\n"}, "/me/sums/check")
    assert got.status_code == 303
    site.settled()
    shown = ada.get(got.headers["location"]).text
    assert "2</strong> of 4" in re.sub(r"(\d) of (\d)</strong>", r"\1</strong> of \2", shown)
    assert "answers.md:1" in shown
    assert "Not read" in shown
    assert "How to write it" in shown
    assert "Not found" in shown
    assert "points" not in shown
    assert not (site.course / "submissions/sums/ada").exists()
    assert "19 left today" in ada.get("/me/sums/check").text


def test_a_check_shows_what_is_published_and_what_came_of_it(site: Site) -> None:
    path = site.course / "rubrics/sums.yaml"
    shown = "    published: true\n    public: [{call: add, args: [1, 1], gives: 2}, {says: <i>Hm</i>}]\n"
    path.write_text(path.read_text("utf-8").replace("    find:", f"{shown}    find:", 1), "utf-8")
    ada = site.person("ada")
    code = "Problem 1: 7\n\n```python\ndef add(a, b):\n    return '<img src=x>'\n```\n"
    got = ada.hand_in({"answers.md": code}, "/me/sums/check")
    site.settled()
    answer = ada.get(got.headers["location"])
    assert answer.status_code == 200
    assert "add(1, 1) gives 2" in answer.text
    assert "&lt;i&gt;Hm" in answer.text
    assert "<img src=x>" not in answer.text
    assert "2 points" in answer.text
    assert answer.text.count("Public check") >= 2


def test_a_flood_of_checks_is_refused_and_handing_in_is_not(site: Site) -> None:
    (site.course / "rubrics/course.yaml").write_text(
        "assignments:\n  sums: {checks_a_day: 2}\n", "utf-8"
    )
    ada = site.person("ada")
    codes = [ada.hand_in({"a.md": f"{n}"}, "/me/sums/check").status_code for n in range(4)]
    assert codes == [303, 303, 429, 429]
    assert "tomorrow" in ada.hand_in({"a.md": "x"}, "/me/sums/check").text
    assert ada.hand_in({"a.md": "x"}).status_code == 303


def test_a_full_queue_says_that_nothing_was_kept_and_when_to_come_back(idle: Site) -> None:
    ada = idle.person("ada")
    most = idle.desk.limits.own_waiting
    for number in range(most):
        assert ada.hand_in({"a.md": f"{number}"}).status_code == 303
    full = ada.hand_in({"a.md": "one more"})
    assert full.status_code == 503
    assert int(full.headers["retry-after"]) > 0
    assert "not kept" in full.text
    assert idle.person("bob").hand_in({"a.md": "mine"}).status_code == 303


# -- somebody else's


def test_another_students_numbers_are_not_found(site: Site) -> None:
    ada, bob = site.person("ada"), site.person("bob")
    receipt = ada.hand_in({"answers.md": RIGHT}).headers["location"]
    check = ada.hand_in({"answers.md": RIGHT}, "/me/sums/check").headers["location"]
    site.settled()
    for where in (receipt, f"{receipt}/state", check, f"{check}/state"):
        assert ada.get(where).status_code == 200
        assert bob.get(where).status_code == 404
    assert ada.get(receipt.replace("receipt", "check")).status_code == 404
    assert "answers.md" not in bob.get("/me/sums").text
    for where in ("/me/nothing", "/me/..%2f..%2fetc", "/me/sums/receipt/999999"):
        assert ada.get(where).status_code == 404


def test_who_is_not_signed_in_sees_nothing(site: Site) -> None:
    receipt = site.person("ada").hand_in({"answers.md": RIGHT}).headers["location"]
    nobody = site.nobody()
    for where in ("/me", "/me/sums", receipt, "/me/sums/report", "/queue"):
        got = nobody.get(where)
        assert got.status_code in (302, 303, 401, 403)
        assert "answers.md" not in got.text
    assert nobody.hand_in({"a.md": "x"}).status_code in (302, 303, 401, 403)


def test_students_see_no_queue_and_staff_does_and_says_again(site: Site) -> None:
    path = site.course / "rubrics/sums.yaml"
    right = path.read_text("utf-8")
    ada, boss = site.person("ada"), site.person("boss", "instructor")
    assert ada.get("/queue").status_code == 403
    assert ada.post("/queue/1/again").status_code == 403
    path.write_text(right.replace("id: value", "id: [", 1), "utf-8")
    assert ada.get("/me/sums").status_code == 200
    got = ada.hand_in({"answers.md": RIGHT})
    site.settled()
    shown = boss.get("/queue").text
    assert "RubricError" in shown
    assert "/queue/1/again" in shown
    told = ada.get(got.headers["location"]).text
    assert "course staff" in told
    assert "RubricError" not in told
    path.write_text(right, "utf-8")
    assert boss.post("/queue/1/again").status_code == 303
    site.settled()
    assert "attempt 1" in ada.get(got.headers["location"]).text


def test_rules_that_are_being_edited_keep_nobody_from_handing_in(idle: Site) -> None:
    ada, rules = idle.person("ada"), idle.course / "rubrics/course.yaml"
    rules.write_text("assignments:\n  sums: {due: 2126-12-01}\n", "utf-8")
    assert "2126" in ada.get("/me/sums").text
    rules.write_text("assignments: [", "utf-8")
    assert "2126" in ada.get("/me/sums").text
    assert ada.hand_in({"a.md": "x"}).status_code == 303


def test_before_it_opens_students_learn_nothing_of_an_assignment(idle: Site) -> None:
    ada, rules = idle.person("ada"), idle.course / "rubrics/course.yaml"
    rules.write_text("assignments:\n  sums: {opens: 2126-12-01}\n", "utf-8")
    assert "sums" not in ada.get("/me").text.casefold()
    for path in ("", "/check", "/report", "/report/page", "/receipt/1"):
        assert ada.get(f"/me/sums{path}").status_code == 404
    assert ada.hand_in({"a.md": "x"}).status_code == 404
    assert ada.hand_in({"a.md": "x"}, "/me/sums/check").status_code == 404
    rules.write_text("assignments:\n  sums: {opens: 2020-12-01}\n", "utf-8")
    assert ada.get("/me/sums").status_code == 200


ADDRESSES = ("", "/state", "/check", "/report", "/report/page", "/receipt/1", "/check/1")


@pytest.mark.parametrize(
    ("hidden", "open_"),
    [
        ("assignments: {sums: {draft: true, opens: 2020-12-01}}", "assignments: {sums: {opens: 2020-12-01}}"),
        ("needs_opens: true", "needs_opens: true\nassignments: {sums: {opens: 2020-12-01}}"),
        ("needs_opens: true\nassignments: {sums: {due: 2126-12-01}}", "assignments: {sums: {due: 2126-12-01}}"),
    ],
)  # fmt: skip
def test_students_learn_nothing_of_a_draft(idle: Site, hidden: str, open_: str) -> None:
    ada, boss = idle.person("ada"), idle.person("boss", "instructor")
    rules = idle.course / "rubrics/course.yaml"
    rules.write_text(hidden, "utf-8")
    assert "sums" not in ada.get("/me").text.casefold()
    for path in ADDRESSES:
        assert ada.get(f"/me/sums{path}").status_code == 404
    assert ada.hand_in({"a.md": "x"}).status_code == 404
    assert ada.hand_in({"a.md": "x"}, "/me/sums/check").status_code == 404
    assert "Students do not see it yet" in boss.get("/").text
    rules.write_text(open_, "utf-8")
    assert ada.get("/me/sums").status_code == 200
    assert "Students do not see it yet" not in boss.get("/").text


def test_what_still_asks_the_questions_of_the_skeleton_is_a_draft(idle: Site) -> None:
    new_assignment(idle.course, "midterm")
    ada, rubric = idle.person("ada"), idle.course / "rubrics/midterm.yaml"
    assert "/me/sums" in ada.get("/me").text
    text = rubric.read_text("utf-8").replace("title: A first assignment", "title: The midterm")
    for written in (text, text.replace("4, 8, 15, 16", "5, 9, 16, 17")):
        rubric.write_text(written, "utf-8")
        assert "midterm" not in ada.get("/me").text.casefold()
        for path in ADDRESSES:
            assert ada.get(f"/me/midterm{path}").status_code == 404
        assert ada.hand_in({"a.md": "x"}, "/me/midterm/check").status_code == 404
    rubric.write_text(re.sub(r"ask: (.*)", r"ask: In your own words. \1", text), "utf-8")
    assert "The midterm" in ada.get("/me").text
    assert ada.get("/me/midterm/check").status_code == 200


def test_a_skeleton_is_shown_where_the_course_says_that_it_opened(idle: Site) -> None:
    new_assignment(idle.course, "midterm")
    (idle.course / "rubrics/course.yaml").write_text(
        "assignments: {midterm: {opens: 2020-12-01}}", "utf-8"
    )
    assert idle.person("ada").get("/me/midterm").status_code == 200


def test_while_marks_are_out_nothing_more_is_taken_but_for_practice(idle: Site) -> None:
    ada, rules = idle.person("ada"), idle.course / "rubrics/course.yaml"
    release(idle.book, "sums", "marks", holds=True)
    answer = ada.hand_in({"a.md": "x"})
    assert answer.status_code == 400
    assert "marks are out" in answer.text
    rules.write_text("assignments:\n  sums: {practice: true}\n", "utf-8")
    assert ada.hand_in({"a.md": "x"}).status_code == 303


# -- bad input

NAMES = [
    "../../x.md",
    "/etc/x.md",
    "..\\x.md",
    "C:\\x.md",
    "x%2f..%2f.md",
    "x.md/..",
    "a" * 300 + ".md",
    "con.md",
    ".x.md",
    "x\u202egpj.md",
    "x\u0000.md",
    "<script>alert(1)</script>.md",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_elsewhere_are_refused_and_shown_inert(idle: Site, name: str) -> None:
    ada = idle.person("ada")
    got = ada.raw(_multipart(name.encode("utf-8"), b"x", ada.csrf))
    assert got.status_code in (303, 400)
    if got.status_code == 303:  # what the form's reader left of it leads nowhere
        (row,) = rows.own(idle.book, "sums", "ada")
        assert not set("/\\:<>") & set(row.files[0].name)
    assert "<script>alert" not in got.text
    assert "\u202e" not in got.text
    inside = {path for path in idle.course.rglob("*") if ".grader" not in path.parts}
    assert inside == idle.before


def _multipart(name: bytes, data: bytes, csrf: str, *, end: bytes = b"--X--\r\n") -> bytes:
    return (
        b'--X\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + csrf.encode() + b"\r\n"
        b'--X\r\nContent-Disposition: form-data; name="files"; filename="'
        + name
        + b'"\r\nContent-Type: text/plain\r\n\r\n'
        + data
        + b"\r\n"
        + end
    )


@pytest.mark.parametrize("text", XSS)
def test_answers_and_names_are_text_on_every_page(site: Site, text: str) -> None:
    ada, boss = site.person("ada"), site.person("boss", "instructor")
    files = {"answers.md": f"Problem 1: 7 {text}\n\nProblem 2: {text}\n"}
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(f"{text}/answers.md".replace("/a", "_a"), files["answers.md"])
    pages = [ada.hand_in(files), ada.hand_in(files, "/me/sums/check")]
    pages.append(ada.hand_in({"a.zip": zipped.getvalue()}, "/me/sums/check"))
    site.settled()
    shown = [ada.get(one.headers["location"]).text for one in pages if one.status_code == 303]
    shown += [ada.get("/me/sums").text, ada.get("/me/sums/check").text, boss.get("/queue").text]
    shown += [one.text for one in pages]
    assert all(map(inert, shown))
    if text.startswith("{{"):
        assert any("{{ 7 * 7 }}" in one for one in shown)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=X", b"--X\r\nnonsense"),
        ("multipart/form-data; boundary=X", b""),
        ("multipart/form-data", b"--X--"),
        ("application/x-www-form-urlencoded", b"files=x"),
        ("text/plain", b"hello"),
    ],
)
def test_what_is_no_form_with_files_is_refused(idle: Site, kind: str, body: bytes) -> None:
    ada = idle.person("ada")
    got = ada.raw(body, kind)
    assert 400 <= got.status_code < 500
    assert idle.kept() == []


@pytest.mark.parametrize("charset", ["punycode", "undefined", "idna", "hex", "no-such-one"])
def test_a_form_in_a_charset_that_cannot_be_read_is_no_fault_of_ours(
    idle: Site, charset: str
) -> None:
    ada = idle.person("ada")
    kind = f"multipart/form-data; boundary=X; charset={charset}"
    got = ada.raw(_multipart("é.md".encode(), b"x", ada.csrf), kind)
    assert got.status_code in (303, 400)
    if got.status_code == 400:
        assert "It was not taken" in got.text
        assert idle.kept() == []


def test_a_form_without_its_last_boundary_keeps_nothing(idle: Site) -> None:
    """The last file may be half a file."""
    ada = idle.person("ada")
    body = _multipart(b"a.md", b"whole", ada.csrf, end=b"") + _multipart(
        b"b.md", b"half", ada.csrf, end=b""
    )
    assert ada.raw(body).status_code == 400
    assert idle.kept() == []


def test_more_than_is_taken_is_refused_whatever_the_header_says(idle: Site) -> None:
    idle.limit(file_bytes=10_000, all_bytes=20_000)
    ada = idle.person("ada")
    assert ada.hand_in({"a.md": "x" * 15_000}).status_code == 413
    big = _multipart(b"a.md", b"x" * 400_000, ada.csrf)
    assert ada.raw(big).status_code in (400, 413)
    # in pieces, without a length
    assert ada.raw(iter([big[:1000], big[1000:]])).status_code in (400, 411, 413)
    assert idle.kept() == []


def test_a_browser_that_goes_away_in_mid_upload_leaves_nothing(idle: Site) -> None:
    ada = idle.person("ada")
    body = _multipart(b"a.md", b"x" * 3_000_000, ada.csrf)
    head = (
        f"POST /me/sums HTTP/1.1\r\nHost: {idle.host}\r\nOrigin: {idle.url}\r\n"
        f"Cookie: {ada.cookie}\r\nContent-Type: multipart/form-data; boundary=X\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    for sent in (0, 200, 2_500_000):
        with socket.create_connection((idle.address, idle.port), timeout=10) as browser:
            browser.sendall(head.encode() + body[:sent])
            time.sleep(0.2)
    assert idle.kept() == []
    until = time.monotonic() + 30
    while idle.arriving() and time.monotonic() < until:
        time.sleep(0.05)
    assert idle.arriving() == []
    assert ada.hand_in({"a.md": "x"}).status_code == 303  # and the desk is open


def test_one_student_does_not_fill_the_disk_with_many_uploads_at_once(idle: Site) -> None:
    ada, going = idle.person("ada"), idle.app.state.uploading
    going["ada"] = 3  # as many are coming in
    answer = ada.hand_in({"a.md": "x"})
    assert answer.status_code == 400
    assert "under way" in answer.text
    assert idle.person("bob").hand_in({"a.md": "mine"}).status_code == 303
    assert going == {"ada": 3, "bob": 0}
    going["ada"] = 2
    assert ada.hand_in({"a.md": "x"}).status_code == 303


def test_a_bomb_is_refused(idle: Site) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", b"0" * 30_000_000)
    got = idle.person("ada").hand_in({"a.zip": data.getvalue()})
    assert got.status_code == 400
    assert "bomb" in got.text
    assert idle.kept() == []


def test_a_form_of_another_site_is_refused(idle: Site) -> None:
    ada = idle.person("ada")
    got = ada.raw(_multipart(b"a.md", b"x", "not the token"))
    assert got.status_code == 403
    assert idle.kept() == []


# -- what nobody may learn


def test_the_key_is_in_nothing_that_a_student_gets(secrets: Site) -> None:
    ada = secrets.person("ada")
    seen: list[Any] = [ada.get("/me"), ada.get("/me/sums"), ada.get("/me/sums/check")]
    for text in (RIGHT, "Problem 1: 12\n\nProblem 2: 24\n", "nothing"):
        for where in ("/me/sums", "/me/sums/check"):
            got = ada.hand_in({"answers.md": text}, where)
            assert got.status_code == 303
            seen.append(ada.get(got.headers["location"]))
            secrets.settled()
            seen += [ada.get(got.headers["location"]), ada.get(f"{got.headers['location']}/state")]
    seen += [ada.get("/me/sums/report"), ada.get("/me/sums/report/page"), ada.get("/me/sums/state")]
    seen += [ada.get(f"/{place}") for place in HIDDEN]
    filled = {"name": "sums", "number:int": "1", "number": "1", "part": "1", "token": "x"}
    for path in sorted(secrets.app.state.paths):  # whatever areas there are
        seen.append(ada.get(re.sub(r"{([^}]*)}", lambda m: filled.get(m[1], "1"), path)))
    assert sum(one.status_code == 200 for one in seen) >= 15
    secrets.release("sums")
    seen += [ada.get("/me/sums/report"), ada.get("/me/sums")]
    for one in seen:
        for secret in secrets.planted:
            assert secret.encode() not in one.content, (one.request.url, secret)


HIDDEN = (
    "rubrics/sums.yaml",
    "reference/sums/sums.py",
    "static/../rubrics/sums.yaml",
    "static/..%2f..%2frubrics/sums.yaml",
    ".grader/gradebook.sqlite3",
)


def test_a_report_says_which_attempt_counts_by_the_rules_as_they_are_now(site: Site) -> None:
    ada = site.person("ada")
    for text in ("Problem 1: 12\n", RIGHT):
        ada.hand_in({"answers.md": text})
        site.settled()
    site.release("sums")
    assert "This is attempt 2 of 2, and it is the one" in ada.get("/me/sums/report/page").text
    rules = site.course / "rubrics/course.yaml"
    rules.write_text("assignments: {sums: {attempts: first}}\n", "utf-8")
    shown = ada.get("/me/sums/report/page").text
    assert "This is attempt 1 of 2, and it is the one" in shown
    assert "attempt 2" not in shown


def test_a_report_is_there_when_marks_are_released_and_for_nobody_else(site: Site) -> None:
    ada, bob = site.person("ada"), site.person("bob")
    ada.hand_in({"answers.md": RIGHT})
    site.settled()
    assert "not released" in ada.get("/me/sums/report").text
    assert ada.get("/me/sums/report/page").status_code == 404
    site.release("sums", kind="model")  # that is something else
    assert ada.get("/me/sums/report/page").status_code == 404
    site.release("sums")
    shown = ada.get("/me/sums/report")
    assert 'src="/me/sums/report/page"' in shown.text
    assert "sandbox" in shown.text
    own = ada.get("/me/sums/report/page")
    assert own.status_code == 200
    assert "ada" in own.text
    policy = own.headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "script-src" not in policy
    assert "'none'" in policy
    place = site.app.state.place
    site.app.state.place = replace(place, frames=("https://lms.example",))
    policy = ada.get("/me/sums/report/page").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://lms.example")  # it is around it too
    assert "Nothing of yours" in bob.get("/me/sums/report").text
    assert bob.get("/me/sums/report/page").status_code == 404
    site.release("sums", holds=False)
    assert ada.get("/me/sums/report/page").status_code == 404


@pytest.mark.parametrize("text", [*XSS, "Please look at my second line."])
def test_a_student_asks_for_another_look_at_a_part(site: Site, text: str) -> None:
    ada, bob = site.person("ada"), site.person("bob")
    ada.hand_in({"answers.md": "Problem 1: 12\n\nProblem 2: 24\n"})
    site.settled()
    assert ada.post("/me/sums/request", part="1", text=text).status_code == 404  # not released
    site.release("sums")
    asked = ada.post("/me/sums/request", part="1", text=text)
    assert asked.status_code == 303
    shown = ada.get(asked.headers["location"]).text
    assert "with the course staff" in shown
    assert inert(shown)
    assert html.escape(text, quote=False)[:9] in shown
    again = ada.post("/me/sums/request", part="1", text="once more")
    assert again.status_code == 400
    assert "still open" in again.text
    assert ada.post("/me/sums/request", part="2", text="  ").status_code == 400
    assert ada.post("/me/sums/request", part="2", text="x" * 4001).status_code == 400
    assert ada.post("/me/sums/request", part="99", text="x").status_code == 404
    assert bob.post("/me/sums/request", part="1", text="x").status_code == 404  # nothing of his
    assert "once more" not in ada.get("/me/sums/report").text
    told = [one for one in entries(site.book) if one.what in ("handed in", "request")]
    assert {one.author for one in told} == {"student"}  # a student can be purged, the log cannot
