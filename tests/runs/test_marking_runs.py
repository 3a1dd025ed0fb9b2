"""What came out of a box decides, and what we could not do never costs a point."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from grader import pipeline
from grader.marking import mark
from grader.model import Answer, Broken, Found, Missing, PartResult, Piece, Place
from grader.pipeline.jobs import MOST_JOBS
from grader.reference import ReferenceProblem
from grader.rubric import REPAIR, WRITTEN, RubricError
from grader.sandbox import Job, Outcome, Raised, Run

ROOT = Path(__file__).parent.parent.parent
SCRIPT = "def add(a, b):\n    return a + b\n# 2: 42\n"
PLACE = Place(file="add.py", start=1, end=2)
ANSWER = Found(value=Answer(pieces=(Piece(kind="code", text=SCRIPT, place=PLACE),)), where=(PLACE,))


@pytest.fixture(scope="module")
def add() -> pipeline.Assignment:
    return pipeline.load_assignment(ROOT, "add")


def marked(assignment: pipeline.Assignment, **findings: Any) -> PartResult:
    code = Found(value={"canonical": "def add(a, b):\n    return a + b\n", "functions": []})
    own = {"answer": ANSWER, "code": code, **findings}
    rest = {"answer": Missing(why="no"), "value": Missing(why="no")}
    evidence = {"1": own, "2": rest}
    return mark(assignment.rubric, evidence, assignment.call, assignment.keys)[0]


def called(assignment: pipeline.Assignment, function: Callable[..., Any]) -> Found:
    cases = [
        {
            "args": list(c.args),
            "kwargs": {},
            "ended": "done",
            "result": function(*c.args),
            "after": list(c.args),
        }
        for c in assignment.cases["1", "sums"]
    ]
    return Found(value={"function": "add", "hidden": True, "cases": cases})


def test_what_the_function_gives_decides_whatever_its_source_looks_like(
    add: pipeline.Assignment,
) -> None:
    assert marked(add, sums=called(add, lambda a, b: a + b)).earned == 1
    wrong = marked(add, sums=called(add, lambda a, b: a - b))
    assert (wrong.earned, [m.id for m in wrong.mistakes]) == (0, ["subtracts"])


def test_without_a_run_the_mark_is_a_proposal_as_before(add: pipeline.Assignment) -> None:
    part = marked(add)
    assert (part.earned, part.proposed, part.why) == (None, 1, "not-run")


@pytest.mark.parametrize(
    ("finding", "why"),
    [
        (Broken(why="the box failed"), "ours"),
        (
            Missing(why="a library is missing", doubt="it may come from where it was run"),
            "undecided",
        ),
    ],
)
def test_what_we_could_not_do_leaves_the_proposal_and_says_why(
    add: pipeline.Assignment, finding: Any, why: str
) -> None:
    part = marked(add, sums=finding)
    assert (part.earned, part.proposed, part.why) == (None, 1, why)
    assert part.detail == getattr(finding, "doubt", "") or finding.why


def test_a_function_that_is_not_there_earns_nothing(add: pipeline.Assignment) -> None:
    part = marked(add, sums=Missing(why="the code defines no add"))
    assert (part.earned, part.reasons) == (0, ("the code defines no add",))


def test_a_repair_costs_what_the_rubric_says_and_damage_nothing(add: pipeline.Assignment) -> None:
    right = called(add, lambda a, b: a + b)
    for kind, earned in (("slip", Fraction(3, 4)), ("imports", 1), ("conversion", 1)):
        repair = Found(value={"kind": kind, "says": "x", "diff": ""}, notes=("repair: +    <b>",))
        stopped = Missing(why="the code stops: SyntaxError")
        part = marked(add, sums=right, **{REPAIR: repair, f"{WRITTEN}sums": stopped})
        assert part.earned == earned
        assert f"repaired-{kind}" in [m.id for m in part.mistakes]
        assert "repair: +    <b>" in part.reasons


def test_code_that_earns_more_as_it_was_written_is_marked_so(add: pipeline.Assignment) -> None:
    right = called(add, lambda a, b: a + b)
    repair = Found(value={"kind": "slip", "says": "x", "diff": ""})
    part = marked(add, sums=right, **{REPAIR: repair, f"{WRITTEN}sums": right})
    assert (part.earned, part.mistakes) == (1, ())


# -- from a job to findings, with boxes that end as they are told


class Told:
    """Boxes that end each step as a function says; nothing is run."""

    def __init__(self, says: Callable[[int, Any], Outcome]) -> None:
        self.says, self.jobs = says, list[Job]()

    def __call__(self, job: Job) -> Run:
        self.jobs.append(job)
        outcomes: list[Outcome] = []
        for step in job.steps:
            outcome = self.says(len(self.jobs), step)
            outcomes.append(outcome)
            if outcome.ended not in ("done", "raised", "refused"):
                return Run(ended=outcome.ended, outcomes=tuple(outcomes), why=outcome.why)
        return Run(ended="done", outcomes=tuple(outcomes))

    def close(self) -> None:
        return None


def right(step: Any) -> Outcome:
    if step.do == "call":
        args = step.data["args"]
        return Outcome(ended="done", value={"result": sum(args), "args": args, "kwargs": {}})
    return Outcome(ended="done", value={})


def graded_by(
    graded: Callable[..., Any],
    assignment: pipeline.Assignment,
    backend: Any,
    files: Mapping[str, str],
) -> tuple[PartResult, Any]:
    parts, record = graded(assignment, files, backend)
    return parts["1"], record


def test_a_box_that_fails_is_ours(
    add: pipeline.Assignment, graded_apart: Callable[..., Any]
) -> None:
    told = Told(lambda _, step: Outcome(ended="box failed", why="no memory"))
    part, _ = graded_by(graded_apart, add, told, {"add.py": SCRIPT})
    assert (part.earned, part.proposed, part.why) == (None, 1, "ours")


def test_a_backend_that_raises_is_said_and_costs_nothing(
    add: pipeline.Assignment, graded_apart: Callable[..., Any]
) -> None:
    def fails(_: int, step: Any) -> Outcome:
        raise RuntimeError("no such thing")

    part, record = graded_by(graded_apart, add, Told(fails), {"add.py": SCRIPT})
    assert (part.earned, part.proposed) == (None, 1)
    assert "running its code stopped" in record.problems[0].what


def test_a_cell_that_hangs_is_left_out_and_the_rest_is_run(
    add: pipeline.Assignment, graded_apart: Callable[..., Any]
) -> None:
    import json

    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": source}
        for source in ("forever()", "def add(a, b):\n    return a + b")
    ]
    book = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    told = Told(
        lambda _, step: (
            Outcome(ended="timeout") if step.data.get("source") == "forever()" else right(step)
        )
    )
    part, _ = graded_by(graded_apart, add, told, {"add.ipynb": book})
    assert part.earned == 1
    assert len(told.jobs) == 2


def test_a_call_that_hangs_ends_its_run_and_no_more_jobs_follow(
    add: pipeline.Assignment, graded_apart: Callable[..., Any]
) -> None:
    calls = 0

    def says(_: int, step: Any) -> Outcome:
        nonlocal calls
        calls += step.do == "call"
        return Outcome(ended="timeout") if step.do == "call" and calls == 3 else right(step)

    told = Told(says)
    part, record = graded_by(graded_apart, add, told, {"add.py": SCRIPT})
    assert (part.earned, part.proposed, part.why) == (None, 0, "unfinished")
    assert len(told.jobs) <= MOST_JOBS
    ended = [case["ended"] for case in record.evidence["1"]["sums"].value["cases"]]
    assert ended[:4] == ["done", "done", "timeout", "not tried"]


def test_no_expected_value_goes_into_a_job(
    add: pipeline.Assignment, graded_apart: Callable[..., Any]
) -> None:
    told = Told(lambda _, step: right(step))
    graded_by(graded_apart, add, told, {"add.py": SCRIPT})
    seen = [step for job in told.jobs for step in job.steps]
    assert {step.do for step in seen} == {"cell", "call"}
    for step in seen:
        assert set(step.data) <= {"source", "number", "function", "args", "kwargs"}
    assert all(set(job.files) == {"add.py"} for job in told.jobs)


def test_a_student_whose_exception_tells_the_hidden_inputs_tells_nobody(
    add: pipeline.Assignment, graded_apart: Callable[..., Any]
) -> None:
    def says(_: int, step: Any) -> Outcome:
        if step.do != "call":
            return right(step)
        text = f"secret {step.data['args']}"
        return Outcome(
            ended="raised", raised=Raised(type="ImportError", message=text, cell=1, line=2)
        )

    part, _ = graded_by(graded_apart, add, Told(says), {"add.py": SCRIPT})
    assert "secret" not in repr(part)


# -- rubrics


def course(
    tmp_path: Path,
    runs: str,
    ran: str = "{read: sums, compare: {kind: cases}}",
    reference: str = "",
) -> Path:
    for folder in ("rubrics", "reference"):
        (tmp_path / folder).mkdir()
    (tmp_path / "rubrics/a.yaml").write_text(
        f"""\
assignment: a
title: A
parts:
  - id: "1"
    points: 1
    ask: x
    runs: {runs}
    criteria:
      - {{id: f, points: 1, read: answer, compare: {{kind: judged}}, ran: {ran}}}
""",
        "utf-8",
    )
    (tmp_path / "reference/a.py").write_text(
        f"{reference}\ndef pairs():\n    return [[1, 2]]\n", "utf-8"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("runs", "ran", "said"),
    [
        ("{sums: {kind: call, function: f, cases: pears}}", None, "did you mean 'pairs'"),
        ("{sums: {kind: call, function: f g, cases: pairs}}", None, "no name of a function"),
        ("{sums: {kind: cal, function: f, cases: pairs}}", None, "did you mean 'call'"),
        (
            "{sums: {kind: call, function: f, cases: pairs, hiden: true}}",
            None,
            "did you mean 'hidden'",
        ),
        ("{printed: {kind: figure}}", None, "cannot be called 'printed'"),
        ("{sums: {kind: drive, source: 'def ('}}", None, "no Python"),
        ("{sums: {kind: vectors, length: 0}}", None, "'length' is from 1"),
        ("{sums: {kind: variable, names: [a b]}}", None, "'a b' is no name"),
        ("{sums: {kind: printed, read: {kind: integr}}}", None, "did you mean 'integer'"),
        ("{other: {kind: figure}}", None, "has no run 'sums'; it has: other"),
        (
            "{sums: {kind: figure}}",
            "{read: sums, given: {c: {inputs: sms}}, compare: {kind: judged}}",
            "did you mean '1/sums'",
        ),
    ],
)
def test_a_fault_of_the_rubric_is_named_before_anybody_is_marked(
    tmp_path: Path, runs: str, ran: str | None, said: str
) -> None:
    folder = course(tmp_path, runs, *([ran] if ran else []))
    with pytest.raises((RubricError, ReferenceProblem), match=said):
        pipeline.load_assignment(folder, "a")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 3", "a list of argument lists"),
        ("return [3]", "an input is a list of arguments"),
        ("return []", "gives no inputs"),
        ("return [[object()]]", "a box cannot be given this"),
        ("raise ImportError('no hypothesis')", "install hypothesis"),
    ],
)
def test_inputs_that_no_box_can_be_given_are_named(tmp_path: Path, body: str, said: str) -> None:
    folder = course(
        tmp_path,
        "{sums: {kind: call, function: f, cases: odd}}",
        reference=f"def odd():\n    {body}\n",
    )
    with pytest.raises(ReferenceProblem, match=said):
        pipeline.load_assignment(folder, "a")


def test_inputs_are_drawn_from_a_strategy_and_are_the_same_each_time(tmp_path: Path) -> None:
    reference = "def odd():\n    from hypothesis import strategies as st\n    return st.tuples(st.integers(), st.text())\n"
    folder = course(
        tmp_path, "{sums: {kind: call, function: f, cases: odd, examples: 15}}", reference=reference
    )
    first, second = (pipeline.load_assignment(folder, "a").cases for _ in range(2))
    drawn: Sequence[Any] = first["1", "sums"]
    assert drawn == second["1", "sums"]
    assert 5 < len(drawn) <= 15
    assert all(type(case.args[0]) is int and type(case.args[1]) is str for case in drawn)
