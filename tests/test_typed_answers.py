"""Answer boxes: text as typed, compared by the kinds that read text themselves, end to end."""

import json
from pathlib import Path

import pytest

from grader.cli import main
from grader.model import Found, Missing
from grader.read.typed import Typed
from tests.read.reading import answer

RUBRIC = """\
assignment: sums
title: Answer boxes
parts:
  - id: "1"
    points: 2
    ask: The speed of light.
    criteria:
      - id: value
        points: 2
        read: {kind: typed, labels: [c]}
        expect: sums.light
        compare: {kind: number, relative: 0.01}
  - id: "2"
    points: 2
    ask: The roots.
    criteria:
      - id: roots
        points: 2
        read: {kind: typed}
        expect: sums.roots
        compare: {kind: set, of: {kind: number, absolute: "0.01"}}
"""
REFERENCE = """\
def light():
    return 299792458


def roots():
    return [1, 2]
"""


@pytest.fixture
def graded(course: Path, monkeypatch, capfd):
    (course / "rubrics/sums.yaml").write_text(RUBRIC, "utf-8")
    (course / "reference/sums/sums.py").write_text(REFERENCE, "utf-8")
    monkeypatch.chdir(course)

    def grade(**answers):
        sheet = course / "ada.json"
        sheet.write_text(json.dumps({"answers": answers}), "utf-8")
        main(["grade", "sums", str(sheet), "--json", "--no-run"])
        out = json.loads(capfd.readouterr().out)
        return {part["id"]: part for part in out["results"][0]["parts"]}

    return grade


def test_typed_answers_are_marked(graded):
    parts = graded(**{"1": "c = 3x10^8", "2": "{2, 1}"})
    assert (parts["1"]["earned"], parts["2"]["earned"]) == (2, 2)
    parts = graded(**{"1": "3x10^7", "2": "{2}"})
    assert parts["1"]["earned"] == 0
    assert "power of ten" in " ".join(parts["1"]["reasons"])
    assert 0 <= parts["2"]["earned"] < 2


def test_a_part_that_cannot_be_read_waits_for_a_person(graded):
    parts = graded(**{"1": "3x10^8", "2": "{1, two}"})
    assert (parts["2"]["earned"], parts["2"]["proposed"], parts["2"]["why"]) == (None, 1, "unread")


def test_what_cannot_be_read_waits_for_a_person(graded):
    parts = graded(**{"1": "three times ten to the eight", "2": "{1, 2}"})
    assert parts["1"]["earned"] is None
    assert parts["1"]["review"]
    assert (parts["1"]["proposed"], parts["1"]["why"]) == (None, "unread")
    assert parts["2"]["earned"] == 2


@pytest.mark.parametrize(
    ("text", "options", "value"),
    [
        ("3.5", {}, "3.5"),
        ("x = 3.5", {"labels": ("x",)}, "3.5"),
        ("y = 3.5", {"labels": ("x",)}, "y = 3.5"),
        ("x = 2 or x = 3", {"labels": ("x",)}, "2 or 3"),
        ("x1 = 2, x_2 = 3", {"labels": ("x",)}, "2, 3"),
        ("max = 3", {"labels": ("x",)}, "max = 3"),
        ("first 2\n\nso 4", {"take": "last-line"}, "so 4"),
    ],
)
def test_the_text_is_taken_as_it_was_typed(text, options, value):
    found = Typed(**options).read(answer(text))
    assert isinstance(found, Found)
    assert found.value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("~~9.81~~ 9.8", "9.8"),
        ("~~2~~ 3", "3"),
        ("~~x~~ x^2", "x^2"),
        ("~~y = x + 1~~ y = 2x + 1", "y = 2x + 1"),
        ("~~Paris~~ Lyon", "Lyon"),
        ("~~1 2\n3 4~~\n5 6\n7 8", "5 6\n7 8"),
        ("<del>4</del> 5", "5"),
        ("<s>4</s> 5", "5"),
        ("1, ~~2~~, 3", "1, 3"),
        ("1, ~~2~~", "1"),
        ("~~1~~, 2", "2"),
        (r"\sout{4} 5", "5"),
        ("x~~=~~2", "x~~=~~2"),
        ("~p & ~q", "~p & ~q"),
        ("~5 to ~6", "~5 to ~6"),
    ],
)
def test_what_is_struck_out_is_no_part_of_the_answer(text, value):
    found = Typed().read(answer(text))
    assert isinstance(found, Found)
    assert (" ".join(found.value.split(" ")).replace("  ", " "), found.doubt) == (value, "")


@pytest.mark.parametrize("text", ["~~9.81~~", "~~1 2\n3 4~~", "<del>x</del>"])
def test_an_answer_that_is_struck_out_is_missing(text):
    assert Typed().read(answer(text)) == Missing(why="all that is written is struck out")


@pytest.mark.parametrize("text", ["~~Paris", "Paris~~ Lyon", r"\cancel{Paris} Lyon", "<s>Paris", "~2~ x^2"])
def test_half_a_sign_of_striking_out_waits_for_a_person(text):
    found = Typed().read(answer(text))
    assert isinstance(found, Found)
    assert found.doubt


def test_a_number_that_is_struck_out_earns_nothing(graded):
    parts = graded(**{"1": "~~3x10^8~~", "2": "~~{1, 2}~~ {1, 3}"})
    assert (parts["1"]["earned"], parts["2"]["earned"]) == (0, 1)


def test_an_empty_box_is_missing():
    assert isinstance(Typed().read(answer("")), Missing)


@pytest.mark.parametrize(
    ("gives", "says"),
    [('"about 300000"', "no number"), ("[1]", "no number"), ("None", "no number")],
)
def test_an_expected_value_that_cannot_be_read_is_the_rubrics_fault(
    course, monkeypatch, capfd, gives, says
):
    (course / "rubrics/sums.yaml").write_text(RUBRIC, "utf-8")
    broken = REFERENCE.replace("299792458", gives)
    (course / "reference/sums/sums.py").write_text(broken, "utf-8")
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit) as end:
        main(["grade", "sums", "--json", "--no-run"])
    assert end.value.code == 3
    told = capfd.readouterr().err
    assert says in told
    assert "part '1'" in told
