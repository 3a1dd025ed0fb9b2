"""The command line as an instructor and a student meet it."""

import json
from pathlib import Path

import pytest

from grader.cli import main
from grader.collect.runs import run_kinds
from tests.bad_input.making import png

Run = tuple[int, str, str]


@pytest.fixture
def grader(course: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Call the command line inside the course; gives status, standard output, standard error."""
    monkeypatch.chdir(course)

    def call(*arguments: object) -> Run:
        status = 0
        try:
            main([str(a) for a in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        return status, out, err

    return call


def hand_in(course: Path, name: str, answers: object) -> Path:
    path = course / "submissions/sums" / f"{name}.json"
    path.write_text(json.dumps({"answers": answers}), "utf-8")
    return path


def results(text: str) -> dict[str, dict[str, object]]:
    return {r["student"]: {p["id"]: p for p in r["parts"]} for r in json.loads(text)["results"]}


def test_a_right_a_mistaken_and_a_followed_through_answer(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"1": "7", "2": "14"})
    hand_in(course, "bob", {"1": "12", "2": "24"})
    status, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert status == 0
    ada, bob = results(out)["ada"], results(out)["bob"]
    assert [ada[p]["earned"] for p in "12"] == [2, 1.5]
    assert [bob[p]["earned"] for p in "12"] == [1, 1.5]
    assert [m["id"] for m in bob["1"]["mistakes"]] == ["product"]


def test_follow_through_from_a_trivial_value_earns_nothing(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "zoe", {"1": "0", "2": "0"})
    _, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert [results(out)["zoe"][p]["earned"] for p in "12"] == [0, 0]


def test_a_part_without_key_waits_and_gets_its_mark_when_the_key_is_given(
    course: Path, grader
) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"3": "5"})
    _, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    part = results(out)["ada"]["3"]
    assert (part["earned"], part["proposed"], part["verdict"], part["why"]) == (
        None,
        None,
        "open",
        "key",
    )
    keys = course / "keys.yaml"
    keys.write_text('keys: {"3": 5}\n', "utf-8")
    _, out, _ = grader("grade", "sums", "--json", "--from", course / "out", "--keys", keys)
    assert results(out)["ada"]["3"]["earned"] == 1


def test_an_unanswered_part_is_missing_also_where_a_key_or_a_drawing_is_wanted(
    course: Path, grader
) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "eve", {})
    _, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert {p["verdict"] for p in results(out)["eve"].values()} == {"missing"}
    assert {p["earned"] for p in results(out)["eve"].values()} == {0}


def test_a_drawing_goes_to_a_person(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"4": "see the drawing"})
    _, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    part = results(out)["ada"]["4"]
    assert (part["earned"], part["review"], part["why"]) == (None, True, "figure")


def test_marking_again_from_evidence_gives_the_same_bytes(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"1": "12", "2": "24", "3": "x"})
    hand_in(course, "bob", {"1": ["7"], "9": "what"})
    first, again = course / "out", course / "again"
    grader("grade", "sums", "--out", first)
    for path in (course / "submissions/sums").iterdir():
        path.unlink()
    assert grader("grade", "sums", "--from", first, "--out", again)[0] == 0
    files = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert files
    assert files == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    assert all((first / name).read_bytes() == (again / name).read_bytes() for name in files)


def test_two_hand_ins_of_one_id_are_both_kept_and_flagged(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"1": "7"})
    other = course / "late"
    other.mkdir()
    (other / "ada.json").write_text('{"answers": {"1": "8"}}', "utf-8")
    _, out, _ = grader(
        "grade",
        "sums",
        course / "submissions/sums/ada.json",
        other / "ada.json",
        "--json",
        "--out",
        course / "out",
    )
    assert [r["student"] for r in json.loads(out)["results"]] == ["ada", "ada~2"]
    assert {p["path"] for p in json.loads(out)["problems"]} == {"ada", "ada~2"}


def test_the_id_inside_answers_json_never_overrules_the_files_name(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    path = course / "submissions/sums/ada.json"
    path.write_text('{"student": "bob", "answers": {"1": "7"}}', "utf-8")
    _, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    data = json.loads(out)
    assert (data["results"][0]["student"], data["results"][0]["claims"]) == ("ada", "bob")
    assert any("bob" in p["what"] for p in data["problems"])


def test_an_unknown_id_is_listed_as_a_problem(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"7.7": "x"})
    _, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert any("7.7" in p["what"] for p in json.loads(out)["problems"])


def test_a_file_that_cannot_be_read_opens_marks_ends_with_one_and_harms_nobody(
    course: Path, grader
) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"1": "7"})
    (course / "submissions/sums/bob.xyz").write_bytes(b"\x00\x01")
    status, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert status == 1
    assert results(out)["ada"]["1"]["earned"] == 2
    assert {p["earned"] for p in results(out)["bob"].values()} == {None}


def test_open_marks_end_with_one_only_when_asked(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"3": "5"})
    assert grader("grade", "sums", "--out", course / "out")[0] == 0
    assert grader("grade", "sums", "--out", course / "out", "--fail-on-open")[0] == 1


def test_the_grade_sheet_leaves_open_parts_and_totals_blank(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"1": "7", "3": "5"})
    hand_in(course, "bob", {"1": "7"})
    grader("grade", "sums", "--out", course / "out")
    rows = (course / "out/grades.csv").read_text("utf-8").splitlines()
    assert rows == ["student,1,2,3,4,earned,open", "ada,2,0,,0,,1", "bob,2,0,0,0,2,0"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("grade",),
        ("grade", "nothing"),
        ("grade", "sums", "--jobs", "0"),
        ("grade", "sums", "no-such-file"),
        ("frobnicate",),
    ],
)
def test_wrong_usage_ends_with_two_and_a_sentence(course: Path, grader, arguments) -> None:  # type: ignore[no-untyped-def]
    status, out, err = grader(*arguments)
    assert (status, out) == (2, "")
    assert err.strip()


def test_a_wrong_rubric_ends_with_three_and_says_file_line_and_column(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    path = course / "rubrics/sums.yaml"
    path.write_text(path.read_text("utf-8").replace("mistakes:", "mistaks:"), "utf-8")
    hand_in(course, "ada", {})
    status, _, err = grader("grade", "sums")
    assert status == 3
    assert "sums.yaml:15:9:" in err
    assert "did you mean 'mistakes'?" in err


def test_a_rubric_that_names_a_function_that_is_not_there_ends_with_three(
    course: Path, grader
) -> None:  # type: ignore[no-untyped-def]
    path = course / "rubrics/sums.yaml"
    path.write_text(path.read_text("utf-8").replace("sums.multiply", "sums.multipy"), "utf-8")
    status, _, err = grader("grade", "sums")
    assert status == 3
    assert "did you mean 'multiply'?" in err


def test_an_id_without_quotes_is_an_error(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    path = course / "rubrics/sums.yaml"
    path.write_text(path.read_text("utf-8").replace('id: "2"', "id: 2.10"), "utf-8")
    status, _, err = grader("grade", "sums")
    assert status == 3
    assert "quote" in err


def test_selfcheck_shows_readings_and_neither_marks_nor_key(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    path = hand_in(course, "ada", {"1": "12", "2": "it is fun"})
    status, out, _ = grader("selfcheck", "sums", path)
    assert status == 0
    assert "12" in out
    assert "missing" in out
    assert "7" not in out.replace("ada.json", "")
    assert "product" not in out


def test_nothing_in_the_output_tells_what_was_expected(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    path = course / "reference/sums/sums.py"
    path.write_text(path.read_text("utf-8").replace("return a + b", "return 918273645"), "utf-8")
    hand_in(course, "ada", {"1": "12", "2": "25"})
    _, out, err = grader("grade", "sums", "--json", "--out", course / "out")
    everything = [p.read_text("utf-8") for p in (course / "out").rglob("*") if p.is_file()]
    assert not any("918273645" in text for text in (out, err, *everything))


def test_a_student_called_like_a_path_stays_inside_the_reports_folder(course: Path) -> None:
    from grader.pipeline import safe_name

    for name in ("../evil", "..", ".", "", "a/b", "CON", "nul", "x" * 500, "ä", "a\x00b", "\ud800"):
        safe = safe_name(name)
        assert safe
        assert not safe.startswith(".")
        assert set(safe) & set("/\\:\x00") == set()
        assert len(safe) < 120
    assert len({safe_name(n) for n in ("a/b", "a_b", "a:b")}) == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("given: {a: 3, b: 4}", "given: {x: 3, b: 4}", "cannot be called so"),
        ('{reading: "1/value"}', '{reading: "1/valu"}', "did you mean '1/value'?"),
        ("return a * b", "return a / 0 * b", "raises ZeroDivisionError"),
        ("credit: 0.5", "credit: 1.5", "less than or equal to 1"),
        ("assignment: sums", "assignment: sum", "but the file is sums.yaml"),
        ("kind: exact}", "kind: exakt}", "did you mean 'exact'?"),
    ],
)
def test_a_fault_of_rubric_or_reference_never_becomes_a_students_mark(
    course: Path, grader, old: str, new: str, said: str
) -> None:
    for name in ("rubrics/sums.yaml", "reference/sums/sums.py"):
        path = course / name
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    hand_in(course, "ada", {"1": "7"})
    status, _, err = grader("grade", "sums", "--out", course / "out")
    assert status == 3
    assert said in err
    assert not (course / "out/results.json").exists()


@pytest.mark.parametrize("keys", ['"1": 5', '"9": 5', "3: 5", "[1]", "{"])
def test_a_key_that_no_part_takes_ends_with_three(course: Path, grader, keys: str) -> None:
    path = course / "keys.yaml"
    path.write_text(keys, "utf-8")
    hand_in(course, "ada", {"3": "5"})
    assert grader("grade", "sums", "--keys", path, "--out", course / "out")[0] == 3


def test_a_link_in_a_hand_in_is_not_followed_and_costs_nothing(course: Path, grader) -> None:
    secret = course / "secret.md"
    secret.write_text("1: 7", "utf-8")
    home = course / "submissions/sums/ada"
    home.mkdir()
    (home / "a.md").symlink_to(secret)
    status, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert status == 1
    assert {p["earned"] for p in results(out)["ada"].values()} == {None}
    assert any("link" in p["what"] for p in json.loads(out)["problems"])


def test_an_empty_folder_opens_all_marks(course: Path, grader) -> None:
    (course / "submissions/sums/ada").mkdir()
    status, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert status == 1
    assert {p["earned"] for p in results(out)["ada"].values()} == {None}


def test_a_folder_of_results_holds_one_run(course: Path, grader) -> None:
    first, second = hand_in(course, "ada", {"1": "7"}), hand_in(course, "bob", {"1": "8"})
    grader("grade", "sums", first, "--out", course / "out")
    grader("grade", "sums", second, "--out", course / "out")
    assert [p.name for p in (course / "out/evidence").glob("*.json")] == ["bob.json"]
    assert len(list((course / "out/evidence/received").iterdir())) == 1
    _, out, _ = grader("grade", "sums", "--json", "--from", course / "out")
    assert list(results(out)) == ["bob"]


def test_a_folder_that_cannot_be_written_is_one_line(course: Path, grader) -> None:
    hand_in(course, "ada", {"1": "7"})
    (course / "file").write_text("", "utf-8")
    status, _, err = grader("grade", "sums", "--out", course / "file" / "out")
    assert status == 2
    assert "Traceback" not in err


def test_the_kinds_tell_their_options(grader) -> None:
    status, out, _ = grader("kinds")
    assert status == 0
    assert "integer" in out
    assert "near" in out
    assert "absolute" in grader("kinds", "near")[1]
    runs = out[out.index("runs:\n") : out.index("export:\n")]
    assert {line.split()[0] for line in runs.splitlines()[1:]} == set(run_kinds.names())
    assert "A student's function, called" in runs
    status, told, _ = grader("kinds", "call")
    assert (status, told.splitlines()[0]) == (0, "runs: {kind: call, …}")
    assert "seconds (float; default 2.0)" in told
    assert grader("kinds", "neer")[0] == 2


def test_pdf_where_it_cannot_be_made_ends_with_two_before_anything_is_graded(
    course: Path, grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.report import pdf

    monkeypatch.setattr(pdf, "missing", lambda: "--pdf needs a thing: get it so")
    hand_in(course, "ada", {"1": "7"})
    status, out, err = grader("grade", "sums", "--out", course / "out", "--pdf")
    assert (status, out, err) == (2, "", "Error: --pdf needs a thing: get it so\n")
    assert not (course / "out").exists()


def test_pdf_reports_lie_beside_the_others_and_go_with_the_next_run(course: Path, grader) -> None:
    from grader.report import pdf

    if pdf.missing():
        pytest.skip(f"not run: {pdf.missing()}")
    hand_in(course, "ada", {"1": "7"})
    assert grader("grade", "sums", "--out", course / "out", "--pdf")[0] == 0
    made = course / "out/reports/ada.pdf"
    assert made.read_bytes().startswith(b"%PDF-")
    grader("grade", "sums", "--out", course / "out")
    assert not made.exists()


def test_a_scan_is_a_persons_to_read_and_no_failure(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    (course / "submissions/sums/ada.png").write_bytes(png())
    status, _, err = grader("grade", "sums", "--out", course / "out")
    assert status == 0
    assert "ada/ada.png: is a picture" in err


def test_our_own_samples_are_graded_with_status_0(tmp_path: Path, grader) -> None:  # type: ignore[no-untyped-def]
    root = Path(__file__).parent.parent
    assert grader("grade", "dl_midterm", "--course", root, "--out", tmp_path, "--no-train")[0] == 0
    assert len(list((tmp_path / "reports").glob("*.html"))) >= 14


def test_evidence_of_another_assignment_is_refused_before_anything_is_written(
    course: Path, grader
) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"1": "7"})
    grader("grade", "sums", "--out", course / "out")
    before = (course / "out/results.json").read_bytes()
    root = Path(__file__).parent.parent
    status, _, err = grader("grade", "add", "--course", root, "--from", course / "out")
    assert status == 2
    assert "is evidence of 'sums', not of 'add'" in err
    assert (course / "out/results.json").read_bytes() == before


def test_the_folder_of_all_hand_ins_is_not_taken_for_one_student(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "ada", {"1": "7"})
    status, _, err = grader("grade", "sums", course / "submissions/sums")
    assert status == 2
    assert "holds the hand-ins of all students" in err


def test_what_is_not_seen_is_escaped_in_results_and_left_out_of_the_sheet(
    course: Path, grader
) -> None:  # type: ignore[no-untyped-def]
    hand_in(course, "a\x1b[31m\u202ered", {"1": "7"})
    _, out, _ = grader("grade", "sums", "--json", "--out", course / "out")
    assert json.loads(out)["results"][0]["student"] == "a\x1b[31m\u202ered"
    sheet = (course / "out/grades.csv").read_text("utf-8")
    assert not {"\x1b", "\u202e"} & set(out + sheet)


def test_a_replay_of_several_files_gives_the_same_bytes(course: Path, grader) -> None:  # type: ignore[no-untyped-def]
    home = course / "submissions/sums/ada"
    home.mkdir()
    (home / "a.md").write_text("Problem 1: 7\n", "utf-8")
    (home / "answers.json").write_text('{"answers": {"1": "8"}}', "utf-8")
    grader("grade", "sums", "--out", course / "out")
    grader("grade", "sums", "--from", course / "out", "--out", course / "again")
    for name in ("reports/ada.html", "results.json", "evidence/ada.json"):
        assert (course / "out" / name).read_bytes() == (course / "again" / name).read_bytes()
