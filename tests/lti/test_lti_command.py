"""``grader lti``, as an instructor and an administrator use it."""

import json
import stat

import pytest
from click.testing import CliRunner

from grader.cli.lti import lti
from grader.gradebook import open_book
from grader.gradebook.people import enrol
from grader.gradebook.roster_file import load_roster, read_roster
from grader.lti.keys import Keys
from grader.lti.registration import Course
from grader.lti.store import Store
from tests.lti.strict_platform import MEMBER, StrictPlatform

ROSTER = "id,name,email\nada,Ada Lovelace,ada@example.edu\nbob,Bob,bob@example.edu\n"
YAML = """\
tool: https://grader.example
platforms:
  - name: lms
    kind: {kind}
    issuer: {base}
    client_id: tool-client
    authorization: {base}/auth
    token: {base}/token
    jwks: {base}/jwks
    deployments: [1]
"""


@pytest.fixture
def call(course, monkeypatch):
    """Call the command inside the course: status and all that it said."""
    monkeypatch.chdir(course)

    def run(*arguments):
        done = CliRunner().invoke(lti, [str(one) for one in arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    return run


@pytest.fixture
def there(course):
    """A platform that the course is registered at, and from which it was opened once."""
    platform = StrictPlatform("moodle")
    (course / "rubrics" / "lti.yaml").write_text(YAML.format(base=platform.base, kind="moodle"))
    platform.tool_jwks = Keys(course / ".grader" / "lti").public
    platform.members = [
        {
            "user_id": str(number),
            "name": name,
            "email": f"{key}@example.edu",
            "roles": [MEMBER + "Learner"],
        }
        for number, (key, name) in enumerate([("ada", "Ada Lovelace"), ("bob", "=Bob")], 10)
    ]
    Store(course / ".grader" / "lti" / "lti.sqlite3").learn(
        Course(
            platform="lms",
            deployment="1",
            context="42",
            title="Deep learning",
            lineitems=platform.lineitems,
            members=platform.memberships,
        )
    )
    yield platform
    platform.close()


@pytest.fixture
def graded(course):
    """Ada and Bob handed in; two parts of each wait for a person."""
    from grader.cli import main

    book = open_book(course / ".grader")
    enrol(book, read_roster(ROSTER.encode()))
    book.close()
    for name, answers in (("ada", {"1": "7", "2": "14"}), ("bob", {"1": "7", "3": "5"})):
        path = course / "submissions/sums" / f"{name}.json"
        path.write_text(json.dumps({"answers": answers}), "utf-8")
    main(["grade", "sums", "--course", str(course)])


def decide_all(course, points):
    """A person marks what waits."""
    from grader.cli import main

    for student, part, mark in points:
        main(["mark", "sums", student, part, mark, "--reason", "seen", "--course", str(course)])


def test_keys_are_made_shown_and_turned_over(call, course):
    status, out = call("keys")
    assert status == 0
    assert "signs" in out
    assert stat.S_IMODE((course / ".grader/lti/keys.json").stat().st_mode) == 0o600
    status, out = call("rotate")
    assert (status, "signs from" in out) == (0, True)
    status, out = call("keys", "--json")
    rows = json.loads(out)["keys"]
    assert len(rows) == 2
    assert "d" not in rows[0]


def test_keys_that_others_may_read_end_with_five(call, course):
    call("keys")
    (course / ".grader/lti/keys.json").chmod(0o644)
    status, out = call("keys")
    assert (status, "chmod 600" in out) == (5, True)


@pytest.mark.parametrize("kind", ["moodle", "canvas", "edx", "brightspace", "other"])
def test_what_is_pasted_holds_all_three_addresses_and_the_file_can_be_read(call, tmp_path, kind):
    from grader.lti.registration import load

    status, out = call("config", "--url", "https://grader.example", "--kind", kind)
    assert status == 0
    for name in ("login", "launch", "keys"):
        assert f"https://grader.example/lti/{name}" in out
    text = out[out.index("\ntool: ") :]
    (tmp_path / "lti.yaml").write_text(text, "utf-8")
    assert load(tmp_path / "lti.yaml").platforms[0].kind == kind


def test_a_tool_without_https_is_refused(call):
    status, out = call("config", "--url", "http://grader.example")
    assert (status, "https is needed" in out) == (2, True)


def test_members_become_a_roster(call, there, tmp_path):
    status, out = call("members")
    assert status == 0
    assert "Ada Lovelace" in out
    status, out = call("members", "--to", tmp_path / "roster.csv")
    assert status == 0
    rows = load_roster(tmp_path / "roster.csv").rows
    assert [row.id for row in rows] == ["ada@example.edu", "bob@example.edu"]
    assert rows[0].others["LTI user id at lms"] == "10"


def test_without_any_launch_a_person_is_told_what_to_do(call, there, course):
    (course / ".grader/lti/lti.sqlite3").unlink()
    status, out = call("members")
    assert (status, "open the tool once" in out) == (2, True)


def test_which_of_two_courses_is_never_guessed(call, there, course):
    store = Store(course / ".grader" / "lti" / "lti.sqlite3")
    store.learn(Course(platform="lms", deployment="1", context="43", title="Other \x1b[2J"))
    status, out = call("members")
    assert (status, "which course?" in out) == (2, True)
    assert "\x1b" not in out
    assert call("members", "--context", "42")[0] == 0
    status, out = call("members", "--context", "43")
    assert (status, "its administrator has to allow it" in out) == (1, True)


def test_a_course_of_others_that_the_file_does_not_name_is_none_to_choose_from(call, there, course):
    Store(course / ".grader" / "lti" / "lti.sqlite3").learn(
        Course(platform="lms", deployment="1", context="43", title="Other")
    )
    with (course / "rubrics" / "lti.yaml").open("a") as file:
        file.write('courses:\n  - {platform: lms, deployment: "1", context: "42"}\n')
    status, out = call("members")
    assert (status, "ada@example.edu" in out) == (0, True)


def test_a_part_of_an_id_is_told_and_never_chosen_from(call, there, course):
    store = Store(course / ".grader" / "lti" / "lti.sqlite3")
    store.learn(Course(platform="lms", deployment="1", context="142", title="Other"))
    status, out = call("members", "--context", "14")
    assert "the course 142 (Other) is meant" in out
    assert (status, "its administrator has to allow it" in out) == (1, True)
    assert call("members", "--context", "4")[0] == 2
    status, out = call("members", "--context", "42")  # the whole of one, and a part of the other
    assert (status, "is meant" in out) == (0, False)


def opened(course, there, **more):
    """A teacher opened a link from the course."""
    Store(course / ".grader" / "lti" / "lti.sqlite3").learn(
        Course(platform="lms", deployment="1", context="42", **more)
    )


def test_two_columns_of_one_assignment_are_not_chosen_from(call, there, course, graded):
    decide_all(course, [("ada", "3", "1"), ("ada", "4", "0")])
    real, copy = (
        there.new_item({"label": "Sums", "scoreMaximum": 5, "resourceId": ""})["id"]
        for _ in range(2)
    )
    opened(course, there, columns={"sums": real})
    assert call("push", "sums")[0] == 0
    opened(course, there, columns={"sums": copy})
    status, out = call("push", "sums", "--write")
    assert (status, "--line-item" in out) == (5, True)
    assert real in out
    assert copy in out
    assert there.posted == []
    status, out = call("push", "sums", "--write", "--line-item", real)
    assert status == 0, out
    assert {item for item, _ in there.scores} == {real}


def test_a_column_of_the_link_and_another_with_our_id_are_two(call, there, course, graded):
    linked = there.new_item({"label": "Sums", "scoreMaximum": 5, "resourceId": ""})["id"]
    there.new_item({"label": "Sums", "scoreMaximum": 5, "resourceId": "sums"})
    opened(course, there, columns={"sums": linked})
    status, out = call("push", "sums", "--write")
    assert (status, "several columns" in out) == (5, True)


def test_a_link_to_a_column_of_something_else_is_refused(call, there, course, graded):
    made = there.new_item({"label": "Quiz", "scoreMaximum": 5, "resourceId": "quiz"})["id"]
    opened(course, there, columns={"sums": made})
    status, out = call("push", "sums", "--write")
    assert (status, "--despite column" in out) == (5, True)
    assert there.posted == []


def test_of_two_links_a_new_column_belongs_to_the_one_that_is_written(call, there, course, graded):
    decide_all(course, [("ada", "3", "1"), ("ada", "4", "0")])
    for link in ("link-1", "link-2"):
        opened(course, there, links={"sums": link})
    status, out = call("push", "sums", "--write")
    assert (status, "several links lead to 'sums'" in out) == (5, True)
    assert there.items == {}
    path = course / "rubrics" / "lti.yaml"
    written = "courses: [{platform: lms, deployment: 1, context: 42, links: {sums: link-2}}]\n"
    path.write_text(path.read_text() + written)
    status, out = call("push", "sums", "--write")
    assert status == 0, out
    assert next(iter(there.items.values()))["resourceLinkId"] == "link-2"


def test_a_platform_that_is_gone_ends_with_one(call, there):
    there.close()
    status, out = call("members")
    assert (status, "cannot be reached" in out) == (1, True)


def test_the_sample_class_is_shown_first_and_sent_when_told_so(call, there, course, graded):
    status, out = call("push", "sums")
    assert status == 0, out
    assert "nothing was sent" in out
    assert there.posted == []
    assert there.items == {}
    decide_all(course, [("ada", "3", "1"), ("ada", "4", "0")])
    status, out = call("push", "sums")
    assert "nothing → 4.5" in out
    status, out = call("push", "sums", "--write")
    assert status == 0, out
    assert "2 sent and read back" in out
    (item,) = there.items.values()
    assert (item["label"], item["scoreMaximum"], item["resourceId"]) == ("Sums", 5, "sums")
    assert {user: one["given"] for (_, user), one in there.scores.items()} == {
        "10": 4.5,
        "11": None,
    }
    status, out = call("push", "sums", "--write")
    assert "1 as they are" in out


def test_what_is_unsafe_ends_with_five_and_names_itself(call, there, course, graded):
    decide_all(course, [("ada", "3", "1"), ("ada", "4", "0")])
    there.members[0]["email"] = ""
    status, out = call("push", "sums", "--write")
    assert (status, "--despite by-name" in out) == (5, True)
    assert there.posted == []
    status, out = call("push", "sums", "--write", "--despite", "by-name")
    assert status == 0, out
    assert {user: one["given"] for (_, user), one in there.scores.items()} == {
        "10": 4.5,
        "11": None,
    }


def test_another_address_than_ours_is_nobody_whatever_is_named(call, there, course, graded):
    decide_all(course, [("ada", "3", "1"), ("ada", "4", "0")])
    there.members[0]["email"] = "other@example.edu"
    status, out = call("push", "sums", "--write", "--despite", "by-name")
    assert (status, "--despite ambiguous" in out) == (5, True)
    assert there.posted == []
    status, out = call("push", "sums", "--write", "--despite", "ambiguous", "--despite", "by-name")
    assert status == 0, out
    assert "10" not in {user for _, user in there.scores}


def test_a_column_may_be_named(call, there, course, graded):
    decide_all(course, [("ada", "3", "1"), ("ada", "4", "0")])
    made = there.new_item({"label": "By hand", "scoreMaximum": 10, "resourceId": ""})
    status, out = call("push", "sums", "--write", "--line-item", made["id"])
    assert status == 0, out
    assert there.scores[made["id"], "10"]["given"] == 9
    assert len(there.items) == 1
