"""Algebra is asked in a process of its own, which can be killed and never decides by its silence."""

import os
import signal
from collections.abc import Iterator

import pytest

from grader.compare._algebra import Algebra
from grader.notation import Notation
from grader.notation.formula import parse
from grader.notation.tree import Call, Node, Rel


def tree(text: str) -> Node:
    return parse(text, Notation())


@pytest.fixture(scope="module")
def algebra() -> Iterator[Algebra]:
    worker = Algebra()
    yield worker
    worker.close()


@pytest.mark.parametrize(
    ("question", "texts", "answer"),
    [
        ("zero", ["sin(x)^2 + cos(x)^2 - 1"], True),
        ("zero", ["x"], None),
        ("irreducible", ["x^4 + 4"], False),
        ("irreducible", ["x^4 + 1"], True),
        ("irreducible", ["x^2 - y^2"], False),
        ("coprime", ["x^2 - 1", "x - 1"], False),
        ("coprime", ["x + y", "x - y"], True),
        ("same-roots", ["x^2 - 1", "(x-1)(x+1)^3"], True),
        ("same-roots", ["x^2 + 1", "x^4 + 1"], True),
        ("same-roots", ["x^2 - 1", "x - 1"], False),
        ("same-roots", ["(x-1)/(x-1)", "x - 1"], False),
        ("same-roots", ["sin(x)", "tan(x)"], None),
    ],
)
def test_questions_are_answered(
    algebra: Algebra, question: str, texts: list[str], answer: bool | None
) -> None:
    assert algebra.ask(question, *map(tree, texts)) is answer


def test_assumptions_are_kept(algebra: Algebra) -> None:
    roots = tree("x^2 - 1"), tree("x - 1")
    assert algebra.ask("same-roots", *roots, assume="positive") is True
    assert algebra.ask("same-roots", tree("x^2 + 1"), tree("x^4 + 1"), assume="complex") is False
    assert algebra.ask("zero", tree("sqrt(x^2) - x"), assume="positive") is True
    assert algebra.ask("zero", tree("sqrt(x^2) - x"), assume="real") is None


def test_inequalities_are_solved(algebra: Algebra) -> None:
    sides = [tree(text) for text in ("x^2", "4", "|x|", "2")]
    assert algebra.ask("same-set", *sides, signs="< <") is True
    assert algebra.ask("same-set", *sides, signs="< <=") is False


def test_what_it_does_not_know_has_no_answer_and_does_not_end_it(algebra: Algebra) -> None:
    assert algebra.ask("zero", Call("__import__", (tree("x"),))) is None
    assert algebra.ask("zero", Rel("=", tree("x"), tree("y"))) is None
    assert algebra.ask("zero", tree("2^(10^9)")) is None
    assert algebra.ask("zero", tree("+".join("x" * 2_000))) is None
    assert algebra.ask("zero", tree("x - x")) is True


def test_a_worker_that_does_not_answer_is_given_up_and_the_next_one_answers() -> None:
    worker = Algebra(seconds=0.5)
    try:
        assert worker.ask("coprime", tree("x"), tree("y")) is True
        first = worker._process.pid
        os.kill(first, signal.SIGSTOP)
        assert worker.ask("coprime", tree("x"), tree("y")) is None
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        assert worker.ask("coprime", tree("x"), tree("y")) is True
    finally:
        worker.close()


def test_systems_of_polynomials_are_compared(algebra: Algebra) -> None:
    trees = [tree(text) for text in ("x^2 + y^2 - 4", "y - x", "y^2 - 2", "x - y")]
    assert algebra.ask("same-system", *trees, first="2") is True
    other = [tree(text) for text in ("x - 1", "y + 1", "(x-1)(y+1)")]
    assert algebra.ask("same-system", *other, first="2") is None
    assert algebra.ask("same-system", *other, first="2", assume="complex") is False


def test_nothing_runs_before_it_is_asked_nor_after_it_is_closed() -> None:
    worker = Algebra()
    assert worker._process is None
    assert worker.ask("zero", tree("x - x")) is True
    pid = worker._process.pid
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    worker.close()


def test_a_worker_that_died_is_started_anew() -> None:
    worker = Algebra()
    try:
        assert worker.ask("zero", tree("x - x")) is True
        worker._process.kill()
        worker._process.wait()
        assert worker.ask("zero", tree("x - x")) is True
    finally:
        worker.close()


def test_a_question_that_was_broken_off_is_never_answered_to_the_next_one() -> None:
    worker = Algebra()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        assert worker.ask("zero", tree("x - x")) is True
        os.kill(worker._process.pid, signal.SIGSTOP)
        running = worker._process
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            worker.ask("coprime", tree("x^2 - 1"), tree("x - 1"))
        assert running.poll() is not None
        assert worker.ask("coprime", tree("x"), tree("y")) is True
        assert worker.ask("irreducible", tree("x^4 + 4")) is False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        worker.close()


def test_an_answer_with_another_number_is_no_answer() -> None:
    worker = Algebra()
    try:
        assert worker.ask("zero", tree("x - x")) is True
        worker._rest = b"[1, true]\n"
        assert worker.ask("irreducible", tree("x^4 + 4")) is None
        assert worker.ask("irreducible", tree("x^4 + 4")) is False
    finally:
        worker.close()
