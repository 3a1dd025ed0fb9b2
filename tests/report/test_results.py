"""results.json and grades.csv hold the contract to the letter."""

import csv
import io
import json
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.report import Problem
from grader.report.batch import grades_csv, results_json
from grader.report.results import inert, points
from grader.report.summary import summary
from tests.report import sample

WHYS = {"key", "figure", "conversion", "conflict", "text", "not-run", "ours"}
WHYS |= {"stopped", "unfinished", "undecided"}
VERDICTS = {"right", "wrong", "partly", "missing", "open"}
FRACTIONS = st.fractions(min_value=0, max_value=1000, max_denominator=10**6)


def data() -> dict[str, Any]:
    loaded = json.loads(results_json(sample.batch(sample.paper())))
    assert isinstance(loaded, dict)
    return loaded


def test_the_keys_are_those_of_the_contract_in_its_order() -> None:
    whole = data()
    assert list(whole) == ["schema", "assignment", "made_with", "problems", "results"]
    assert whole["schema"] == 1
    assert list(whole["made_with"]) == ["version", "rubric", "reference", "keys"]
    assert all(list(problem) == ["path", "what"] for problem in whole["problems"])
    for result in whole["results"]:
        assert list(result) == [
            *("student", "claims", "files", "isolation", "made_from"),
            *("possible", "earned", "proposed", "open", "parts"),
        ]
        for part in result["parts"]:
            assert list(part) == [
                *("id", "possible", "earned", "proposed", "verdict", "review", "why", "read"),
                *("where", "reasons", "mistakes", "criteria"),
            ]
            for criterion in part["criteria"]:
                assert list(criterion) == ["id", "possible", "earned", "proposed", "reason"]


def test_values_mean_what_the_contract_says() -> None:
    parts = sample.paper()
    whole = data()
    students = [result["student"] for result in whole["results"]]
    assert students == sorted(students)
    for result in whole["results"]:
        assert [part["id"] for part in result["parts"]] == [p.result.id for p in parts]
        assert result["open"] == [part["id"] for part in result["parts"] if part["review"]]
        assert (result["earned"] is None) == bool(result["open"])
        for part in result["parts"]:
            assert part["verdict"] in VERDICTS
            assert (part["earned"] is None) == part["review"] == (part["why"] is not None)
            assert part["why"] is None or part["why"] in WHYS
            assert (part["verdict"] == "open") == (part["proposed"] is None)
            assert len(part["reasons"]) == len(set(part["reasons"]))


def test_places_are_written_as_file_and_lines() -> None:
    first = data()["results"][0]["parts"]
    assert first[0]["where"] == ["answers.md:4"]
    assert first[1]["where"] == ["answers.md:8-9"]


def test_the_order_of_hand_ins_changes_no_byte() -> None:
    batch = sample.batch(sample.paper())
    text, sheet = results_json(batch), grades_csv(batch)
    batch.results.reverse()
    batch.results[:] = [
        replace(one, problems=(*reversed(one.problems), *one.problems)) for one in batch.results
    ]
    assert (results_json(batch), grades_csv(batch)) == (text, sheet)


@given(FRACTIONS, st.sampled_from([2, 4]))
def test_points_are_rounded_half_up_once(value: Fraction, decimals: int) -> None:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    expected = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    shown = points(value, decimals)
    assert Decimal(str(shown)) == expected
    assert json.loads(json.dumps(shown)) == shown


def test_halves_go_up_and_whole_points_are_integers() -> None:
    assert [points(Fraction(n, 1000), 2) for n in (5, 15, 25, 125, 2000)] == [
        0.01,
        0.02,
        0.03,
        0.13,
        2,
    ]
    assert str(points(Fraction(3))) == "3"
    assert points(None) is None


def rows(batch: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(grades_csv(batch))))


def test_an_open_part_is_blank_and_so_is_its_total() -> None:
    parts = sample.paper()
    head, *lines = rows(sample.batch(parts))
    assert head == ["student", *(p.result.id for p in parts), "earned", "open"]
    by_student = {line[0]: line for line in lines}
    ada, hypatia = by_student["ada"], by_student["hypatia"]
    assert ada[head.index("1.1")] == ada[head.index("earned")] == ""
    assert ada[head.index("5")] == "3.75"
    assert ada[-1] == "5"
    assert (hypatia[-2], hypatia[-1]) == ("54.75", "0")


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_student_id_and_problem_can_be_written_and_read_back(name: str) -> None:
    parts = sample.paper(2)
    batch = sample.batch(parts)
    result = replace(sample.result(parts), student=name, claims=name)
    batch.results[:] = [summary(result, [Problem(path=name, what=name)])]
    text = results_json(batch)
    loaded = json.loads(text.encode())
    assert loaded["results"][0]["student"] == loaded["results"][0]["claims"] == name
    grades_csv(batch).encode()
    assert not inert(name).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_no_cell_of_the_sheet_is_a_formula() -> None:
    parts = sample.paper(2)
    batch = sample.batch(parts)
    names = ("=HYPERLINK(1)", "@x", "-1", "＝1")
    batch.results[:] = [summary(sample.result(parts, name)) for name in names]
    assert all(line[0].startswith("'") for line in rows(batch)[1:])
