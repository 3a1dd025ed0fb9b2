"""``results.json`` keeps Gradescope's schema, and never shows a total while a part is open."""

import io
import json
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from grader.export import Marks, Plan
from grader.export._plan import Unusable
from tests.bundle.bundle_schema import SCHEMA as STRICT
from tests.export.other_lms import ANN, BOB, CLASS, DAN, ZOE, classes, codes, made, said

GOLDEN = Path(__file__).parent / "golden"
# a class of open marks alone has no score in any test
SCHEMA = {**STRICT, "anyOf": [{"required": ["score"]}, {"required": ["tests"]}]}


def _one(student: str, marks: Marks = CLASS, **options: str) -> dict:
    return json.loads(made("gradescope", marks, student=student, **options).output)


def _all(plan: Plan) -> dict[str, dict]:
    with zipfile.ZipFile(io.BytesIO(plan.output)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def _sound(results: dict) -> None:
    Draft202012Validator(SCHEMA).validate(results)


@pytest.mark.parametrize(("student", "file"), [("007", "ann"), ("0042", "bob")])
def test_one_student(student: str, file: str) -> None:
    found = _one(student)
    assert found == json.loads((GOLDEN / f"gradescope_{file}.json").read_bytes())
    _sound(found)


def test_the_file_ends_its_lines_as_gradescope_wants() -> None:
    data = made("gradescope", CLASS, student="007").output
    assert b"\r" not in data
    assert data.endswith(b"}\n")


def test_an_open_part_has_no_score_and_then_nothing_has_a_total() -> None:
    found = _one("0042")
    assert "score" not in found
    assert ["score" in test for test in found["tests"]] == [True, False]
    # who may not see the tests does not see Gradescope's sum of the others (docs/specs.md)
    assert found["visibility"] == "after_published"
    assert _one("0042", visibility="hidden")["visibility"] == "hidden"
    assert "no total" in said(made("gradescope", CLASS), "open")


def test_a_number_beside_an_open_part_never_goes_out() -> None:
    odd = replace(
        BOB, points=Fraction(3), parts=(*BOB.parts[:1], replace(BOB.parts[1], points=Fraction(2)))
    )
    found = _one("0042", replace(CLASS, lines=(odd,)))
    assert "score" not in found
    assert "score" not in found["tests"][1]


def test_a_mark_after_lateness_overrides_the_sum_of_the_parts() -> None:
    late = replace(ANN, points=Fraction(4), words=("late by a day: −10 %",))
    found = _one("007", replace(CLASS, lines=(late,)))
    assert found["score"] == 4
    assert "late by a day" in found["output"]


def test_visibility_is_chosen() -> None:
    found = _one("007", visibility="after_due_date", stdout_visibility="visible")
    assert (found["visibility"], found["stdout_visibility"]) == ("after_due_date", "visible")


def test_all_of_a_class_are_a_zip_without_those_who_handed_nothing_in() -> None:
    plan = made("gradescope", CLASS)
    found = _all(plan)
    assert sorted(found) == ["0042/results.json", "007/results.json", "d4/results.json"]
    for results in found.values():
        _sound(results)
    assert codes(plan) == ["missing", "open"]
    assert plan.output == made("gradescope", CLASS).output
    zero = _all(made("gradescope", CLASS, missing="zero"))["x_9/results.json"]
    assert (zero["score"], [test["score"] for test in zero["tests"]]) == (0, [0, 0])


def test_a_student_is_found_by_any_id_and_never_guessed() -> None:
    assert _one("alee")["score"] == 4.5
    for nobody in ("7", "ann", "x_9"):
        with pytest.raises(Unusable):
            made("gradescope", CLASS, student=nobody)
    with pytest.raises(Unusable, match="2 students"):
        made(
            "gradescope",
            replace(CLASS, lines=(replace(ANN, ids={"u": "z"}), replace(DAN, ids={"u": "z"}))),
            student="z",
        )


def test_ids_that_are_no_folder_names_get_one_each() -> None:
    keys = ("../x", "..\\x", "A:b", "a_B", "CON", " ")
    marks = replace(CLASS, lines=tuple(replace(ANN, key=key) for key in keys))
    plan = made("gradescope", marks)
    names = [name.split("/")[0] for name in _all(plan)]
    assert len({name.casefold() for name in names}) == len(keys)
    assert all(name.strip(". ") and not set(name) & set('/\\:<>|?*"') for name in names)
    assert "../x" in said(plan, "name")


@given(classes())
def test_each_result_keeps_the_schema_and_says_the_mark(marks: Marks) -> None:
    found = _all(made("gradescope", marks, missing="zero"))
    assert len(found) == len(marks.lines)
    for line, results in zip(marks.lines, found.values(), strict=True):
        _sound(results)
        assert ("score" in results) == (not line.open)
        if not line.open:
            assert results["score"] == float(line.points or 0)
            assert sum(test["score"] for test in results["tests"]) == results["score"]


def test_the_expected_value_is_nowhere_since_only_feedback_is_said() -> None:
    assert ZOE.feedback == ""
    assert _one("x_9", missing="zero")["tests"][0]["output"] == "Nothing was handed in."
