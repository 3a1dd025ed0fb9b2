"""The diff of a regrade: who changes, from what to what, in which part, and why."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import pipeline
from grader.collect._everything import collect
from grader.report.changes import (
    Changes,
    Pair,
    changes,
    changes_csv,
    changes_html,
    changes_json,
    lines,
)
from grader.report.results import points, result_data
from grader.rubric import Rubric
from tests.conftest import RUBRIC
from tests.report import sample

ADA = "Problem 1: 12\n\nProblem 2: 24\n"
BOB = "Problem 1: 7\n\nProblem 2: 14\n"


def results(course: Path) -> dict[str, dict]:
    loaded = pipeline.load_assignment(course, "sums")
    made = {}
    for student, text in (("ada", ADA), ("bob", BOB)):
        found = collect(loaded.plan, {"answers.md": text.encode()})
        record = pipeline.Record(
            student=student,
            claims=None,
            files=(),
            isolation="none",
            problems=(),
            evidence=found.evidence,
        )
        made[student] = result_data(pipeline.mark_record(loaded, record))
    return made


def regraded(course: Path, **facts) -> tuple[Changes, dict, dict]:
    """The known mistake of part 1 is no longer one: its half credit is lost."""
    before = results(course)
    text = RUBRIC[: RUBRIC.index("        mistakes:")] + RUBRIC[RUBRIC.index('  - id: "2"') :]
    (course / "rubrics/sums.yaml").write_text(text, "utf-8")
    after = results(course)
    rubric = pipeline.load_assignment(course, "sums").rubric
    pairs = [Pair(student=s, before=before[s], after=after[s], **facts) for s in ("bob", "ada")]
    return changes(rubric, pairs), before, after


def test_a_changed_rubric_says_who_loses_what_and_why(course: Path) -> None:
    found, before, after = regraded(course)
    assert before["ada"]["parts"][0]["earned"] == 1, "half of two points for the product"
    assert after["ada"]["parts"][0]["earned"] == 0
    assert [(m.student, m.part, m.delta, m.direction) for m in found.marks] == [
        ("ada", "1", -1, "down")
    ]
    assert [r.text for r in found.marks[0].why][:2] == [
        "criterion 'value' now earns 0 of 2 (was 1)",
        "known mistake 'product' no longer seen",
    ]
    assert found.marks[0].why[-1].text == "the rubric differs"
    assert (found.unchanged, found.students_up, found.students_down) == (1, 0, 1)
    assert found.after.decided - found.before.decided == -1
    assert found.parts["1"].mean == -1


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"by_hand": {"1": None}}, "by hand"),
        ({"by_hand": {"1": None}, "by_model": {"1"}}, "by a model"),
        ({"never_lowered": {"1"}}, "never lowered"),
    ],
)
def test_a_mark_that_is_kept_moves_no_sum(course: Path, facts: dict, kept: str) -> None:
    found, _, _ = regraded(course, **facts)
    (mark,) = found.marks
    assert (mark.kept, mark.delta, mark.before) == (kept, 0, mark.after)
    assert mark.would is not None
    assert mark.would.earned == 0
    assert found.after.decided == found.before.decided
    assert (found.parts["1"].kept, found.parts["1"].down) == (1, 0)


def test_a_mark_by_hand_stands_in_both_totals(course: Path) -> None:
    given_by_hand, _, _ = regraded(course, by_hand={"1": Fraction(3, 2)})
    ada = next(m for m in given_by_hand.marks if m.student == "ada")
    assert (ada.before.earned, ada.after.earned) == (Fraction(3, 2), Fraction(3, 2))


def of(rubric: Rubric, before: list, after: list) -> Changes:
    return changes(
        rubric,
        [
            Pair(student=f"s{n}", before=b, after=a)
            for n, (b, a) in enumerate(zip(before, after, strict=True))
        ],
    )


PLAIN = sample.rubric([sample.part("1", "Asked", [sample.mark("m", "2", "2", "all")])])


@st.composite
def hand_in(draw: st.DrawFn) -> dict | None:
    if draw(st.integers(0, 7)) == 0:
        return None
    parts = []
    for id_ in draw(st.sets(st.sampled_from("1234"), min_size=1)):
        earned = draw(st.none() | st.fractions(0, 2, max_denominator=6))
        own = {"possible": 2, "earned": points(earned), "proposed": points(earned)}
        parts.append(
            {
                "id": id_, **own, "review": earned is None, "why": None, "reasons": [],
                "verdict": "open" if earned is None else "partly", "where": [],
                "read": draw(st.sampled_from(["", "7", "12"])),
                "mistakes": [{"id": "x", "says": ""}] if draw(st.booleans()) else [],
                "criteria": [{"id": "m", **own, "reason": ""}],
            }
        )  # fmt: skip
    return {
        "parts": sorted(parts, key=lambda p: p["id"]),
        "made_from": {"rubric": draw(st.sampled_from("ab"))},
    }


CLASSES = st.lists(st.tuples(hand_in(), hand_in()), max_size=5)


@given(CLASSES)
def test_nothing_differs_from_itself(made: list) -> None:
    side = [before for before, _ in made]
    found = of(PLAIN, side, side)
    assert found.hand_ins == []
    assert found.before == found.after
    assert not found.inputs


@given(CLASSES)
def test_the_way_back_is_the_same_with_signs_turned(made: list) -> None:
    before, after = [b for b, _ in made], [a for _, a in made]
    there, back = of(PLAIN, before, after), of(PLAIN, after, before)
    turned = {"up": "down", "down": "up", "opened": "closed", "closed": "opened", "same": "same"}
    key = {(m.student, m.part): m for m in back.marks}
    assert len(there.marks) == len(back.marks)
    for mark in there.marks:
        other = key[mark.student, mark.part]
        assert (mark.before, mark.after, mark.delta) == (other.after, other.before, -other.delta)
        assert turned[mark.direction] == other.direction
    assert (there.before, there.after, there.inputs) == (back.after, back.before, back.inputs)


@given(CLASSES)
def test_deltas_add_up_to_the_difference_of_totals(made: list) -> None:
    both = [(b, a) for b, a in made if b is not None and a is not None]
    found = of(PLAIN, [b for b, _ in both], [a for _, a in both])
    moved = sum((m.delta for m in found.marks), Fraction(0))
    assert moved == found.after.decided - found.before.decided
    assert found.unchanged + len(found.hand_ins) == len(both)


@pytest.mark.parametrize("exact", ["5/3", None])
def test_another_rounding_is_no_change(exact: str | None) -> None:
    def data(**more: str) -> dict:
        part = {
            "id": "1",
            "possible": 2,
            "earned": 1.6667,
            "proposed": 1.6667,
            "verdict": "partly",
            "review": False,
        }
        return {"parts": [part | more]}

    after = data(earned_exact=exact) if exact else data()
    assert of(PLAIN, [data()], [after]).hand_ins == []


def test_a_damaged_result_is_named_and_stops_no_other(course: Path) -> None:
    good = results(course)["ada"]
    bad = json.loads(json.dumps(good))
    bad["parts"][0]["earned"] = "much"
    rubric = pipeline.load_assignment(course, "sums").rubric
    found = changes(
        rubric,
        [Pair(student="eve", before=good, after=bad), Pair(student="ada", before=good, after=good)],
    )
    assert [problem.path for problem in found.problems] == ["eve"]
    assert "much" in found.problems[0].what
    assert found.unchanged == 1


def test_hundreds_who_change_alike_are_one_line(course: Path) -> None:
    _, before, after = regraded(course)
    rubric = pipeline.load_assignment(course, "sums").rubric
    pairs = [Pair(student=f"s{n:03}", before=before["ada"], after=after["ada"]) for n in range(300)]
    found = changes(rubric, pairs)
    text = list(lines(found))
    (line,) = [t for t in text if "300 students" in t]
    assert "−1" in line
    assert "s000, s001, s002 and 297 more" in line
    assert not any(t.startswith("s000 ") for t in text)
    assert sum(t.startswith("s") for t in lines(found, all_rows=True)) == 300
    assert Counter(m.student for m in found.marks)["s299"] == 1


def test_text_of_students_is_inert_everywhere(course: Path) -> None:
    _, before, after = regraded(course)
    name = "=1+1<script>\x1b[2J"
    rubric = pipeline.load_assignment(course, "sums").rubric
    found = changes(rubric, [Pair(student=name, before=before["ada"], after=after["ada"])])
    assert "<script>" not in changes_html(found)
    assert "\x1b" not in "".join(lines(found)) + changes_json(found) + changes_csv(
        found
    ) + changes_html(found)
    assert changes_csv(found).splitlines()[1].startswith("'=1+1")
    (line,) = [t for t in changes_json(found).splitlines() if '"direction"' in t]
    assert json.loads(line)["student"] == name


def test_the_page_shows_both_distributions_and_no_expected_value(course: Path) -> None:
    found, _, _ = regraded(course)
    page = changes_html(found)
    assert page.count("<svg viewBox") == 2
    assert "criterion &#39;value&#39; now earns 0 of 2" in page
    assert "<script" not in page
    assert changes_json(found) == changes_json(found)
    assert json.loads(changes_json(found))["marks"]["down"] == 1
