"""The file of platforms, our keys, and what is remembered."""

import json
import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from grader.lti.faults import Unsafe
from grader.lti.keys import DAY, Keys
from grader.lti.registration import Course, load
from grader.lti.store import Store
from grader.rubric import RubricError

FILE = """\
tool: https://grader.example
platforms:
  - name: moodle
    kind: moodle
    issuer: https://moodle.example.edu
    client_id: abc
    authorization: https://moodle.example.edu/mod/lti/auth.php
    token: https://moodle.example.edu/mod/lti/token.php
    jwks: https://moodle.example.edu/mod/lti/certs.php
    deployments: [1, "2"]
"""


def loaded(tmp_path, text):
    path = tmp_path / "lti.yaml"
    path.write_text(text, "utf-8")
    return load(path)


def test_a_platform_is_read_with_numbers_as_they_are_written(tmp_path):
    (platform,) = loaded(tmp_path, FILE).platforms
    assert platform.deployments == ("1", "2")
    assert platform.origins == {"https://moodle.example.edu"}
    assert platform.addressee == "https://moodle.example.edu/mod/lti/token.php"


@pytest.mark.parametrize("kind", ["moodle", "canvas", "edx", "other"])
def test_what_is_printed_for_a_platform_can_be_filled_in_with_its_course(tmp_path, kind):
    from grader.lti import config

    tool = loaded(tmp_path, "tool: https://grader.example\nplatforms: []\n")
    text = config.example(tool, kind).replace("# courses:", "courses:").replace("#   - {", "  - {")
    made = loaded(tmp_path, text)
    (platform,), (course,) = made.platforms, made.courses
    assert (course.platform, course.deployment) == (platform.name, *platform.deployments)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("client_id: abc", "clientid: abc", "did you mean 'client_id'"),
        ("https://moodle.example.edu/mod/lti/token.php", "http://moodle.example.edu/t", "plain http"),
        ('[1, "2"]', "[]", "deployments"),
        ("kind: moodle", "kind: mudle", "kind"),
        ("tool: https://grader.example", "tool: http://grader.example", "plain http"),
        ("tool: https://grader.example", "tool: [", ":"),
        ("name: moodle", "name: a b", "name"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_where_and_what(tmp_path, old, new, words):
    with pytest.raises(RubricError, match=words) as caught:
        loaded(tmp_path, FILE.replace(old, new))
    assert "lti.yaml:" in str(caught.value)


def test_a_platform_that_is_there_twice_is_refused(tmp_path):
    row = FILE[FILE.index("  - name") :]
    with pytest.raises(RubricError, match="one name"):
        loaded(tmp_path, FILE + row)
    with pytest.raises(RubricError, match="one issuer"):
        loaded(tmp_path, FILE + row.replace("name: moodle", "name: other"))


def test_two_clients_of_one_issuer_are_told_apart(tmp_path):
    row = FILE[FILE.index("  - name") :].replace("name: moodle", "name: b")
    found = loaded(tmp_path, FILE + row.replace("client_id: abc", "client_id: xyz"))
    issuer = "https://moodle.example.edu"
    assert found.who(issuer, "xyz").name == "b"
    assert found.who(issuer, "") is None  # which of both nobody can tell
    assert found.who(issuer, "none") is None


# keys


def test_private_keys_are_their_owners_alone(tmp_path):
    keys = Keys(tmp_path / "lti")
    keys.signing()
    assert stat.S_IMODE((tmp_path / "lti" / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "lti").stat().st_mode) == 0o700
    assert "PRIVATE" not in json.dumps(keys.public())
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(keys.public()["keys"][0])


@pytest.mark.skipif(os.name != "posix", reason="file rights are POSIX's")
def test_keys_that_others_may_read_are_not_used(tmp_path):
    keys = Keys(tmp_path)
    keys.signing()
    (tmp_path / "keys.json").chmod(0o640)
    with pytest.raises(Unsafe, match="chmod 600"):
        keys.signing()


def test_a_half_written_key_file_is_said_to_be_damaged_without_its_content(tmp_path):
    keys = Keys(tmp_path)
    keys.signing()
    file = tmp_path / "keys.json"
    text = file.read_text("utf-8")
    file.write_text(text[: len(text) // 2], "utf-8")
    with pytest.raises(Unsafe, match="damaged") as caught:
        keys.signing()
    assert "PRIVATE" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_new_key_is_published_before_it_signs_and_the_old_one_after(tmp_path):
    clock = [1_000_000.0]
    keys = Keys(tmp_path, lambda: clock[0])
    old = keys.signing().kid
    new = keys.rotate().kid
    assert keys.signing().kid == old
    assert [key["kid"] for key in keys.public()["keys"]] == [old, new]
    clock[0] += DAY + 1
    assert keys.signing().kid == new
    assert [key["kid"] for key in keys.public()["keys"]] == [old, new]
    clock[0] += 8 * DAY
    assert [key["kid"] for key in keys.public()["keys"]] == [new]


def test_a_key_that_somebody_stole_ends_at_once(tmp_path):
    keys = Keys(tmp_path)
    old = keys.signing().kid
    new = keys.rotate(at_once=True).kid
    assert keys.signing().kid == new
    assert [key["kid"] for key in keys.public()["keys"]] == [new]
    assert old != new
    assert old not in (tmp_path / "keys.json").read_text("utf-8")


def test_processes_that_start_at_once_make_one_key(tmp_path):
    code = f"from pathlib import Path; from grader.lti.keys import Keys; print(Keys(Path({str(tmp_path)!r})).signing().kid)"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert len({one.communicate()[0] for one in running}) == 1


# what is remembered


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path):
    made = Store(tmp_path / "a" / "store.sqlite3" if request.param == "file" else None)
    yield made
    made.close()


def test_what_is_kept_can_be_taken_once_and_in_time(store):
    store.keep("a", "x", ends=10.0, now=0.0)
    assert store.take("a", now=5.0) == "x"
    assert store.take("a", now=5.0) is None
    store.keep("b", "y", ends=10.0, now=0.0)
    assert store.take("b", now=10.0) is None
    assert store.take("nothing", now=0.0) is None


def test_of_many_who_take_at_once_one_gets_it(store):
    store.keep("a", "x", ends=10.0, now=0.0)
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(store.take("a", now=1.0))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(filter(None, got)) == ["x"]


def test_of_several_processes_one_gets_it(tmp_path):
    path = tmp_path / "store.sqlite3"
    Store(path).keep("a", "x", ends=time.time() + 60, now=0.0)
    code = f"from pathlib import Path; from grader.lti.store import Store; print(Store(Path({str(path)!r})).take('a', 1.0))"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert sorted(one.communicate()[0].strip() for one in running) == ["None", "None", "x"]


def test_a_flood_of_logins_fills_no_disk(tmp_path):
    store = Store(tmp_path / "store.sqlite3", most=50)
    for number in range(200):
        store.keep(str(number), "x", ends=1000.0 + number, now=0.0)
    assert store.take("199", now=1.0) == "x"
    assert store.take("0", now=1.0) is None


def test_the_file_holds_no_name_that_could_be_used(tmp_path):
    path = tmp_path / "store.sqlite3"
    store = Store(path)
    store.keep("a-secret-state", "x", ends=1000.0, now=0.0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(b"a-secret-state" in file.read_bytes() for file in tmp_path.iterdir())


def test_times_of_scores_grow_by_a_second_across_processes(store):
    first = store.next_time("item", "7", 1_000_000)
    assert store.next_time("item", "7", 1_000_000) == first + 1_000_000
    assert store.next_time("item", "8", 1_000_000) == 1_000_000
    assert store.next_time("item", "7", 50_000_000) == 50_000_000


def test_a_course_is_learnt_bit_by_bit(store):
    course = Course(platform="lms", deployment="1", context="42", title="A", lineitems="https://l")
    store.learn(course)
    store.learn(course.model_copy(update={"lineitems": "", "members": "https://m", "title": "B"}))
    (found,) = store.courses()
    assert (found.title, found.lineitems, found.members) == ("B", "https://l", "https://m")
