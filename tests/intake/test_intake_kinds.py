"""An instructor's download is recognised by itself, and each file in it is somebody's."""

import json

import pytest

from grader.intake import Unclear, recognise
from tests.intake import downloads as made


def seen(path, kind="", assignment=""):
    """What was recognised: kind, and (first id, name, file names) of each item."""
    with recognise(path, kind, assignment) as found:
        items = {
            one.label: (dict(one.ids), one.name, sorted(file.name for file in one.files))
            for one in found.items
        }
        return found.kind, items, found


BOTH = pytest.mark.parametrize("write", ["zip", "folder", "nested"])


def written(tmp_path, files, write):
    if write == "zip":
        return made.zipped(tmp_path / "download.zip", files)
    if write == "folder":
        return made.folder(tmp_path / "download", files)
    return made.zipped(tmp_path / "d.zip", {f"some folder/{k}": v for k, v in files.items()})


CANVAS = {
    # written by hand after lib/content_zipper.rb
    "smithann_101_5001_hw1.ipynb": "a",
    "smithann_101_5002_2024_report.pdf": "b",
    "o_neilbob_LATE_102_5003_hw1-1.ipynb": "c",
    "jörgmüller_103_text.html": "d",
    "李明_LATE_104_link.html": "e",
}


@BOTH
def test_canvas_by_user_id(tmp_path, write):
    kind, items, found = seen(written(tmp_path, CANVAS, write))
    assert kind == "canvas"
    assert items == {
        "smithann_101": (
            {"Canvas user id": "101"},
            "smithann",
            ["2024_report.pdf", "hw1.ipynb"],
        ),
        "o_neilbob_102": ({"Canvas user id": "102"}, "o_neilbob", ["hw1-1.ipynb"]),
        "jörgmüller_103": ({"Canvas user id": "103"}, "jörgmüller", ["text.html"]),
        "李明_104": ({"Canvas user id": "104"}, "李明", ["link.html"]),
    }
    assert {one.label: one.late for one in found.items}["o_neilbob_102"] is True
    assert not found.left


def test_canvas_anonymous(tmp_path):
    files = {"anon_x1Y2z_5001_hw1.ipynb": "a", "LATE_anon_Q9w8e_5002_a_b_7_c.py": "b"}
    kind, items, _ = seen(made.zipped(tmp_path / "d.zip", files))
    assert kind == "canvas"
    assert items == {
        "anon_x1Y2z": ({"Canvas anonymous id": "x1Y2z"}, "", ["hw1.ipynb"]),
        "anon_Q9w8e": ({"Canvas anonymous id": "Q9w8e"}, "", ["a_b_7_c.py"]),
    }


MOODLE = {
    # written by hand after mod/assign/classes/downloader.php
    "Ann Smith_17_assignsubmission_file/hw1.ipynb": "a",
    "Ann Smith_17_assignsubmission_file/data/x_assignsubmission_file_y.csv": "b",
    "Ann Smith_17_assignsubmission_onlinetext/onlinetext.html": "c",
    "Bob O Neil_18_assignsubmission_file_/hw 1.ipynb": "d",
    "Jörg 2_19_assignsubmission_file/hw1.ipynb": "e",
}


@BOTH
def test_moodle_folders(tmp_path, write):
    kind, items, found = seen(written(tmp_path, MOODLE, write))
    assert kind == "moodle"
    assert items == {
        "Ann Smith_17": (
            {"Moodle participant": "17"},
            "Ann Smith",
            ["data/x_assignsubmission_file_y.csv", "hw1.ipynb", "onlinetext.html"],
        ),
        "Bob O Neil_18": ({"Moodle participant": "18"}, "Bob O Neil", ["hw 1.ipynb"]),
        "Jörg 2_19": ({"Moodle participant": "19"}, "Jörg 2", ["hw1.ipynb"]),
    }
    assert not found.left


def test_moodle_flat_blind_and_a_team_without_number(tmp_path):
    flat = {
        "Ann Smith_17_assignsubmission_file_my_hw.py": "a",
        "Bob_18_assignsubmission_onlinetext_onlinetext.html": "b",
    }
    _, items, _ = seen(made.zipped(tmp_path / "flat.zip", flat))
    assert items["Ann Smith_17"][2] == ["my_hw.py"]
    assert items["Bob_18"][2] == ["onlinetext.html"]
    blind = {f"Participant_{n}_assignsubmission_file/a.py": "a" for n in (3, 4)}
    _, items, _ = seen(made.zipped(tmp_path / "blind.zip", blind))
    assert items["Participant_3"] == ({"Moodle participant": "3"}, "", ["a.py"])
    foreign = {f"Pirkko_{n}_assignsubmission_file/a.py": "a" for n in (3, 4)}
    _, items, _ = seen(made.zipped(tmp_path / "foreign.zip", foreign))
    assert items["Pirkko_3"][1] == ""  # the word for a participant, in whatever language
    team = {
        "Default group_assignsubmission_file/a.py": "a",
        "Bees_5_assignsubmission_file/b.py": "b",
    }
    _, items, found = seen(made.zipped(tmp_path / "team.zip", team))
    assert items["Default group"] == ({}, "Default group", ["a.py"])
    assert [one.group for one in found.items] == [True, False]


def test_moodle_feedback_is_no_hand_in(tmp_path):
    files = {**MOODLE, "Ann Smith_17_assignfeedback_file/fb.pdf": "x"}
    _, items, found = seen(made.zipped(tmp_path / "d.zip", files))
    assert "fb.pdf" not in items["Ann Smith_17"][2]
    assert [one.name for one in found.left] == ["Ann Smith_17_assignfeedback_file/fb.pdf"]


def blackboard(word="attempt"):
    stem = f"HW_1 part_a_smith_{word}_2024-09-24-21-26-33"
    later = f"HW_1 part_a_smith_{word}_2024-09-25-08-00-00"
    bob = f"HW_1 part_b.2_{word}_2024-09-24-11-00-00"
    receipt = made.blackboard_receipt
    return {
        f"{later}.txt": receipt("Ann Smith", "a_smith", files=["hw1.ipynb"]),
        f"{later}_hw1.ipynb": "b",
        f"{stem}.txt": receipt("Ann Smith", "a_smith", files=["hw1.ipynb"]),
        f"{stem}_hw1.ipynb": "a",
        f"{bob}.txt": receipt("Bob (Rob) Two", "b.2", typed="My answer is 7."),
    }


@pytest.mark.parametrize("word", ["attempt", "poging", "Versuch", "intento"])
def test_blackboard_attempts_in_order_of_time(tmp_path, word):
    kind, items, found = seen(made.zipped(tmp_path / "d.zip", blackboard(word)))
    assert kind == "blackboard"
    assert list(items.values()) == [
        ({"user name": "a_smith"}, "Ann Smith", ["hw1.ipynb"]),
        ({"user name": "a_smith"}, "Ann Smith", ["hw1.ipynb"]),
        ({"user name": "b.2"}, "Bob (Rob) Two", ["receipt.txt"]),
    ]
    assert [one.attempt for one in found.items] == [2, 1, 0]
    assert str(found.items[1].received) == "2024-09-24 21:26:33"
    assert not found.left


def test_blackboard_without_receipts_reads_what_all_names_share(tmp_path):
    files = {
        "My_HW_ann_attempt_2024-09-24-21-26-33_a.py": "a",
        "My_HW_bob_attempt_2024-09-24-21-26-33_a.py": "b",
    }
    _, items, _ = seen(made.zipped(tmp_path / "d.zip", files))
    assert [one[0] for one in items.values()] == [{"user name": "ann"}, {"user name": "bob"}]
    alone = dict(list(files.items())[:1])
    _, items, _ = seen(made.zipped(tmp_path / "one.zip", alone))
    assert [one[0] for one in items.values()] == [{}]  # nothing says where the name begins


BRIGHTSPACE = {
    "397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM/hw1.ipynb": "a",
    "397063-2557369 - Mary-Ann Smith - Sep 25, 2024 1202 AM/hw1.ipynb": "b",
    "397064-2557369 - N0123456 - Bob O'Neil - 24 September, 2024 21 26/sub/x.py": "c",
    "397065-2557369 - 李 明 - 9月 24, 2024 926 PM/x.py": "d",
    "index.html": "<html>",
}


@BOTH
def test_brightspace_by_folder(tmp_path, write):
    kind, _, found = seen(written(tmp_path, BRIGHTSPACE, write))
    assert kind == "brightspace"
    by = {one.label.split(" - ", 1)[1]: one for one in found.items}
    assert [one.attempt for one in found.items][:2] == [1, 2]
    assert str(by["Mary-Ann Smith - Sep 25, 2024 1202 AM"].received) == "2024-09-25 00:02:00"
    bob = by["N0123456 - Bob O'Neil - 24 September, 2024 21 26"]
    assert dict(bob.ids) == {"OrgDefinedId": "N0123456", "Brightspace number": "397064"}
    assert (bob.name, bob.files[0].name) == ("Bob O'Neil", "sub/x.py")
    li = by["李 明 - 9月 24, 2024 926 PM"]
    assert li.received is None
    assert "not understood" in li.evidence[0]
    assert not found.left


SAKAI = {
    "HW 1/grades.csv": '"HW 1","SCORE_GRADE_TYPE"\n"",\n"Display ID","ID","Last Name","First Name","grade"\n',
    **made.sakai_person("Smith", "Ann", "asmith", {"hw1.ipynb": "a", "a+1.py": "b"}, "2024-09-24T21:26:33Z"),
    **made.sakai_person("Müller", "Jörg (J)", "jm1", {}, "20240924212633000", typed="<p>7</p>"),
    **made.sakai_person("Lazy", "Eve", "eve", {}),
    "HW 1/Bees (6f-77)/timestamp.txt": "2024-09-24T21:26:33Z",
    "HW 1/Bees (6f-77)/members.txt": "Smith, Ann(asmith); Cy,(cy)",
    "HW 1/Bees (6f-77)/Submission attachment(s)/g.py": "g",
    "HW 1/Bees (6f-77)/Feedback Attachment(s)/f.pdf": "f",
}  # fmt: skip


def test_sakai_by_eid_and_groups_by_their_members(tmp_path):
    kind, items, found = seen(made.zipped(tmp_path / "d.zip", SAKAI))
    assert kind == "sakai"
    assert items["Smith, Ann(asmith)"] == (
        {"user id (eid)": "asmith"}, "Smith, Ann", ["a+1.py", "hw1.ipynb"],
    )  # fmt: skip
    assert items["Müller, Jörg (J)(jm1)"][2] == ["submissionText.html"]
    bees = next(one for one in found.items if one.label.startswith("Bees"))
    assert [who.ids["user id (eid)"] for who in bees.who] == ["asmith", "cy"]
    assert [file.name for file in bees.files] == ["g.py"]
    assert [one.name for one in found.left] == ["Lazy, Eve(eve)"]
    assert str(found.items[0].received) == "2024-09-24 21:26:33+00:00"


GRADESCOPE = """---
submission_11:
  :submitters:
  - :name: Ann Smith
    :sid: 007
    :email: ann@x.edu
  :created_at: !ruby/object:ActiveSupport::TimeWithZone 2024-09-24 21:26:33.123456789 -07:00
  :score: 3.0
  :results:
    :tests:
    - :output: "a: b"
      :name: |
        {{{ : not yaml
  :history: []
submission_12:
  :submitters:
  - :name: "O'Neil, Bob"
    :sid:
    :email: bob@x.edu
  - :name: Cy
    :sid: '8'
  :created_at: 2024-09-24 21:26:33.000000000 Z
submission_13:
  :submitters: []
"""


def test_gradescope_by_its_metadata(tmp_path):
    files = {
        "assignment_5_export/submission_metadata.yml": GRADESCOPE,
        "assignment_5_export/submission_11/hw1.ipynb": "a",
        "assignment_5_export/submission_12/src/x.py": "b",
        "assignment_5_export/submission_12/.DS_Store": "b",
        "__MACOSX/assignment_5_export/._x": "b",
        "assignment_5_export/submission_99/x.py": "c",
    }
    kind, items, found = seen(made.zipped(tmp_path / "d.zip", files))
    assert kind == "gradescope"
    assert items["submission_11"] == (
        {"student id": "007", "e-mail": "ann@x.edu", "Gradescope submission": "11"},
        "Ann Smith",
        ["hw1.ipynb"],
    )
    assert [one.name for one in found.items[1].who] == ["O'Neil, Bob", "Cy"]
    assert found.items[0].received.utcoffset().total_seconds() == -7 * 3600
    assert {one.name for one in found.left} == {
        "submission_13",
        "submission_99/x.py",
    }


def test_gradescope_pdfs_by_id_and_broken_metadata(tmp_path):
    text = "12.pdf:\n  :submitters:\n  - :name: Ann\n    :sid: '1'\n"
    files = {"submission_metadata.yml": text, "12.pdf": "%PDF"}
    _, items, _ = seen(made.zipped(tmp_path / "d.zip", files))
    assert items["12.pdf"][2] == ["12.pdf"]
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n"
        for p, n in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    for broken in ("12.pdf: [", "a: &a [*a]", "[" * 900, bomb):
        files["submission_metadata.yml"] = broken
        with recognise(made.zipped(tmp_path / "x.zip", files)) as found:
            assert not found.items
            assert "12.pdf" in {one.name for one in found.left}


def test_nbgrader_exchange_and_tree(tmp_path):
    exchange = {
        "ann+ps1+2015-02-02 15:58:23.948203 UTC+x_-A/p.ipynb": "a",
        "ann+ps1+2015-02-02 15:58:23.948203 UTC+x_-A/timestamp.txt": "2015-02-02 15:58:23.948203 UTC",
        "ann+ps1+2015-02-02 15:58:23.948203 UTC+x_-A/submission_secret.txt": "s",
        "ann+ps1+2015-02-03 15:58:23.948203 UTC/p.ipynb": "b",
    }
    kind, _, found = seen(made.folder(tmp_path / "inbound", exchange))
    assert kind == "nbgrader"
    assert [(dict(one.ids), one.attempt) for one in found.items] == [
        ({"student id": "ann"}, 1),
        ({"student id": "ann"}, 2),
    ]
    assert [file.name for file in found.items[0].files] == ["p.ipynb"]
    tree = {
        "ann/ps1/p.ipynb": "a", "ann/ps1/timestamp.txt": "2015-02-02 15:58:23 UTC",
        "bob/ps1/sub/p.ipynb": "b",
        "bob/ps2/q.ipynb": "c", "bob/ps2/timestamp.txt": "2015-02-02 15:58:23 UTC",
    }  # fmt: skip
    kind, items, found = seen(made.folder(tmp_path / "submitted", tree), assignment="ps1")
    assert kind == "nbgrader"
    assert {k: v[2] for k, v in items.items()} == {
        "ann/ps1": ["p.ipynb"],
        "bob/ps1": ["sub/p.ipynb"],
    }
    assert [one.name for one in found.left] == ["bob/ps2"]
    _, items, found = seen(tmp_path / "submitted")
    assert not items
    assert "several assignments" in found.left[0].why


def test_otter_zips(tmp_path):
    files = {
        "ann_2026_11_20T10_00_00_000001.zip": made.otter_zip("hw.ipynb", "a"),
        "x7.zip": made.otter_zip("hw.ipynb", "b"),
        "meta.json": json.dumps([{"identifier": "bob", "filename": "x7.zip"}]),
    }
    kind, items, _ = seen(made.zipped(tmp_path / "d.zip", files))
    assert kind == "otter"
    assert items["x7.zip"] == ({"student id": "bob"}, "", ["x7.zip"])
    assert items["ann_2026_11_20T10_00_00_000001.zip"][0] == {"file name": "ann"}


@BOTH
def test_plain_folders_and_files(tmp_path, write):
    files = {"ada/hw.md": "a", "ada/x/y.csv": "b", "bob.ipynb": "c"}
    path = written(tmp_path, files, write)
    kind, items, _ = seen(path)
    assert kind == "plain"
    if write == "nested":  # whose is "some folder"? nothing says that it holds all of them
        assert list(items) == ["some folder"]
    else:
        assert {k: v[2] for k, v in items.items()} == {
            "ada": ["hw.md", "x/y.csv"],
            "bob.ipynb": ["bob.ipynb"],
        }


def test_a_zip_that_holds_the_folder_of_its_own_name(tmp_path):
    path = made.zipped(tmp_path / "subs.zip", {"subs/ada/hw.md": "a", "subs/bob/hw.md": "b"})
    _, items, _ = seen(path)
    assert list(items) == ["ada", "bob"]


def test_what_fits_several_kinds_is_asked_and_never_guessed(tmp_path):
    files = {"smithann_101_5001_hw1.ipynb": "a", "smithbob_102_5001_hw1.ipynb": "a", "x.md": "b"}
    path = made.zipped(tmp_path / "d.zip", files)
    with pytest.raises(Unclear, match="--kind") as stop:
        seen(path)
    assert stop.value.could == ("canvas", "plain")
    kind, items, found = seen(path, "canvas")
    assert kind == "canvas"
    assert [one.name for one in found.left] == ["x.md"]
    assert len(items) == 2
    with pytest.raises(Unclear, match="is no moodle download"):
        seen(path, "moodle")


def test_a_title_in_brackets_is_no_student(tmp_path):
    files = {k.replace("HW 1/", "HW 1 (late)/", 1): v for k, v in SAKAI.items()}
    _, items, _ = seen(made.zipped(tmp_path / "d.zip", files))
    assert "Smith, Ann(asmith)" in items
    assert not [one for one in items if one.startswith("HW 1")]


def test_a_file_that_was_downloaded_once_before_is_read_by_its_first_name(tmp_path):
    files = blackboard()
    name = "HW_1 part_a_smith_attempt_2024-09-24-21-26-33"
    files[f"{name}_HW_0_bob_attempt_2023-01-01-00-00-00_x.py"] = "y"
    _, items, _ = seen(made.zipped(tmp_path / "d.zip", files))
    assert "HW_0_bob_attempt_2023-01-01-00-00-00_x.py" in items[name][2]
    files = {"smithann_101_5001_jonesbob_102_5002_hw.py": "a", "jonesbob_102_5003_hw.py": "b"}
    _, items, _ = seen(made.zipped(tmp_path / "c.zip", files))
    assert items["smithann_101"][2] == ["jonesbob_102_5002_hw.py"]


def test_a_second_copy_of_a_download_is_called_so_by_browsers(tmp_path):
    path = made.zipped(tmp_path / "subs (1).zip", {"subs/ada/hw.md": "a", "subs/bob/hw.md": "b"})
    assert list(seen(path)[1]) == ["ada", "bob"]


def test_results_of_tests_in_gradescopes_metadata_are_not_read():
    """They may be megabytes, and tell nothing of whose a hand-in is."""
    from grader.intake.gradescope import _shortened

    kept = "".join(_shortened(GRADESCOPE))
    assert ":sid: 007" in kept
    assert ":email: bob@x.edu" in kept
    assert ":created_at: !ruby" in kept
    assert "not yaml" not in kept
    assert ":score" not in kept
