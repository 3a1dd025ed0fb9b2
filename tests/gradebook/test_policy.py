"""What the rules of a course do to a student's points."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.gradebook.policy import (
    Attempt,
    Deadline,
    Extension,
    Item,
    Lateness,
    LateRule,
    Rounding,
    Step,
    counting,
    final_points,
    group_total,
    lateness,
    load,
    moment,
)
from grader.rubric import RubricError

F = Fraction
DUE = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)
COURSE = """\
time_zone: Europe/Berlin
late_days: 4
assignments:
  midterm: {due: 2026-12-01 23:59, closes: "2026-12-08", late: {percent_per_day: 10, floor: 0.5}}
  quiz: {due: 2026-12-01 23:59:00, attempts: best, max_attempts: 2, cap: 9, bonus: 1, weight: 2}
groups:
  all: {assignments: [midterm, quiz], drop_lowest: 1, weight: 100}
regrade: {never_lower: true}
rounding: {decimals: 1, how: half-even}
"""
percents = st.fractions(0, 200, max_denominator=4)
rules = st.one_of(
    st.builds(LateRule, percent_per_day=percents, floor=st.fractions(0, 1, max_denominator=4)),
    st.builds(LateRule, percent_per_hour=percents, grace_minutes=st.integers(0, 90)),
    st.builds(LateRule, points_per_day=percents),
    st.lists(percents, max_size=3).map(
        lambda taken: LateRule(
            steps=tuple(Step(hours=F(7 * i), percent=p) for i, p in enumerate(sorted(taken)))
        )
    ),
)
seconds = st.integers(-(10**5), 10**6)
shares = st.fractions(0, 1, max_denominator=10)
items = st.lists(
    st.tuples(shares, st.integers(1, 5), st.integers(0, 3)), min_size=1, max_size=6
).map(
    lambda rows: [
        Item(name=f"a{i}", points=s * p, possible=F(p), weight=F(w) if w else None)
        for i, (s, p, w) in enumerate(rows)
    ]
)


def _after(**span):
    return DUE + timedelta(**span)


def test_a_course_file_says_everything(tmp_path):
    (tmp_path / "course.yaml").write_text(COURSE)
    policy = load(tmp_path / "course.yaml")
    limits = policy.deadline("midterm")
    assert limits.due == DUE == policy.deadline("quiz").due
    assert limits.closes == datetime(2026, 12, 8, 23, tzinfo=UTC)  # the end of that day in Berlin
    assert (policy.of("quiz").attempts, policy.late_days) == ("best", 4)
    total = policy.total({"midterm": F(5)}, {"midterm": F(10), "quiz": F(10)})
    assert (total.points, total.possible, total.dropped) == (50, 100, ("quiz",))


def test_without_a_file_the_last_attempt_counts_and_nothing_is_late(tmp_path):
    policy = load(tmp_path / "course.yaml")
    assert policy.deadline("any").due is None
    assert policy.of("any").attempts == "last"
    assert policy.total({"a": F(1)}, {"a": F(2), "b": F(4)}).points == 1


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("time_zone: Europe/Berln\n", "1:1", "no time zone 'Europe/Berln'"),
        ("time_zone: Europe\n", "1:1", "no time zone"),
        ("assignments:\n  a: {duee: 2026-12-01}\n", "2:7", "did you mean 'due'"),
        ("checks_a_day: 2\n", "1:1", "write it as `assignments: {NAME: {checks_a_day: …}}`"),
        ("assignments:\n  a: {decimals: 1}\n", "2:7", "write it as `rounding: {decimals: …}`"),
        ("check_a_day: 2\n", "1:1", "'checks_a_day', as `assignments: {NAME: {checks_a_day"),
        ("assignments:\n  a: {late: {step: []}}\n", "2:14", "did you mean 'steps'"),
        ("assignments:\n  a: {due: tomorrow}\n", "2:7", "local time such as"),
        ("assignments:\n  a: {due: '2026-12-01T10:00+01:00'}\n", "2:7", "without a zone"),
        ("assignments:\n  a: {due: 2026-12-01 10:00:00Z}\n", "2:7", "without a zone"),
        ("assignments:\n  a: {due: 2026-12-01 10:00:00+01:00}\n", "2:7", "without a zone"),
        ("a: [\n", "2:1", "expected"),
        ("assignments:\n  a: {cap: 1/0}\n", "2:7", "no number"),
        ("assignments:\n  a: {cap: .inf}\n", "2:7", "no number"),
        ("groups:\n  g: {assignments: [a, a]}\n", "1:1", "in a group already"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path, text, where, says):
    path = tmp_path / "course.yaml"
    path.write_text(text)
    with pytest.raises(RubricError) as caught:
        load(path)
    assert f"{path}:{where}: " in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-10-25 02:30", "2026-10-25 01:30"),  # twice: the later
        ("2026-03-29 02:30", "2026-03-29 01:00"),  # never: the end of the gap
        ("2026-07-01 12:00", "2026-07-01 10:00"),
    ],
)
def test_due_times_when_clocks_change(local, utc):
    got = moment(datetime.fromisoformat(local), ZoneInfo("Europe/Berlin"))
    assert got.replace(tzinfo=None) == datetime.fromisoformat(utc)


@pytest.mark.parametrize(
    ("span", "factor"),
    [({"seconds": 0}, 1), ({"minutes": 5}, 1), ({"minutes": 6}, F(9, 10)), ({"days": 1}, F(9, 10)), ({"days": 1, "seconds": 1}, F(4, 5)), ({"days": 30}, F(1, 2))],
)  # fmt: skip
def test_started_days_after_the_grace(span, factor):
    rule = LateRule(percent_per_day=F(10), grace_minutes=F(5), floor=F(1, 2))
    assert lateness(_after(**span), Deadline(due=DUE, rule=rule)).factor == factor


def test_what_comes_after_closing_is_refused_and_an_extension_moves_both():
    limits = Deadline(due=DUE, closes=_after(days=1))
    late = lateness(_after(days=2), limits)
    assert late.refused
    assert final_points(F(3), F(4), late=late).points == 0
    assert not lateness(_after(days=2), limits, Extension(due=_after(days=1))).refused


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        lateness(DUE.replace(tzinfo=None), Deadline(due=DUE))


def test_late_days_of_the_term_are_spent_first():
    limits = Deadline(due=DUE, rule=LateRule(percent_per_day=F(10)))
    late = lateness(_after(days=3), limits, late_days_left=2)
    assert (late.late_days, late.factor) == (2, F(9, 10))


@given(rules, seconds, seconds, st.integers(0, 3), shares)
def test_later_is_never_better(rule, one, two, budget, points):
    limits = Deadline(due=DUE, closes=_after(days=9), rule=rule)
    early, late = (
        lateness(_after(seconds=s), limits, late_days_left=budget) for s in sorted((one, two))
    )
    assert 0 <= late.factor <= early.factor <= 1
    assert 0 <= late.applied(points) <= early.applied(points) <= points


@given(rules, seconds, st.none() | seconds, st.none() | seconds)
def test_an_extension_never_hurts(rule, received, due, closes):
    limits = Deadline(due=DUE, closes=_after(days=2), rule=rule)
    moved = Extension(
        due=None if due is None else _after(seconds=due),
        closes=None if closes is None else _after(seconds=closes),
    )
    at = _after(seconds=received)
    assert lateness(at, limits, moved).applied(F(7)) >= lateness(at, limits).applied(F(7))


def test_which_attempt_counts():
    half = Lateness(factor=F(1, 2))
    tries = [Attempt(number=1, points=F(4)), Attempt(number=3, points=F(6), late=half), Attempt(number=2, points=F(4))]  # fmt: skip
    assert counting(tries, "last").number == 3
    assert counting(tries, "first").number == 1
    assert counting(tries, "best").number == 1  # equal ones: the earlier; 6 came late
    assert counting(tries, "last", 2).number == 2
    assert (
        counting([*tries, Attempt(number=4, points=F(9), late=Lateness(refused=True))]).number == 3
    )
    assert counting([]).number is None


def test_the_best_is_open_only_while_an_open_attempt_could_win():
    known = Attempt(number=1, points=F(4))
    assert counting([known, Attempt(number=2, points=None)], "best").open
    assert counting([known, Attempt(number=2, points=None, most=F(5))], "best").open
    assert not counting([known, Attempt(number=2, points=None, most=F(4))], "best").open
    late = Lateness(factor=F(1, 2))
    assert (
        counting([known, Attempt(number=2, points=None, most=F(7), late=late)], "best").number == 1
    )


@given(st.permutations([Attempt(number=n, points=F(n % 3)) for n in range(1, 6)]))
def test_the_order_of_attempts_says_nothing(tries):
    assert counting(tries, "best").number == 2
    assert counting(tries, "last").number == 5


@given(
    st.fractions(0, 50),
    st.integers(0, 20),
    st.integers(0, 5),
    st.none() | st.integers(0, 30),
    shares,
)
def test_points_stay_within_what_can_be_had(points, possible, bonus, cap, factor):
    got = final_points(
        points, F(possible), late=Lateness(factor=factor), cap=cap, bonus=F(bonus)
    ).points
    assert 0 <= got <= possible + bonus
    assert cap is None or got <= cap


@given(items, st.integers(0, 6))
def test_dropping_the_lowest_never_lowers_a_total(rows, n):
    assert group_total("g", rows, n + 1).points >= group_total("g", rows, n).points
    assert 0 <= group_total("g", rows, n).points <= group_total("g", rows, n).possible


@given(
    items.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))), st.integers(0, 3)
)
def test_the_order_of_assignments_says_nothing(pair, n):
    assert group_total("g", pair[0], n) == group_total("g", pair[1], n)


@given(items, st.integers(0, 3), st.integers(0, 5), shares)
def test_a_closed_total_is_right_whatever_the_open_mark_will_be(rows, n, place, share):
    place %= len(rows)
    one = rows[place]
    waiting = [*rows[:place], Item(name=one.name, points=None, possible=one.possible, weight=one.weight), *rows[place + 1 :]]  # fmt: skip
    later = [*rows[:place], Item(name=one.name, points=share * one.possible, possible=one.possible, weight=one.weight), *rows[place + 1 :]]  # fmt: skip
    total = group_total("g", waiting, n)
    assert total.points is None or total.points == group_total("g", later, n).points


def test_an_open_mark_that_is_surely_dropped_leaves_the_total_known():
    rows = [Item(name="a", points=F(11), possible=F(10), bonus=F(1)), Item(name="b", points=None, possible=F(10))]  # fmt: skip
    assert group_total("g", rows, 1).points == 22
    assert group_total("g", rows, 0).points is None


@pytest.mark.parametrize(("how", "want"), [("half-up", F(13, 100)), ("half-even", F(12, 100))])
def test_rounding_is_said_once(how, want):
    assert Rounding(decimals=2, how=how).rounded(F(1, 8)) == want


def test_of_equal_lowest_shares_the_heavier_is_dropped():
    rows = [Item(name=n, points=F(p), possible=F(1), weight=F(w)) for n, p, w in (("a", 0, 1), ("b", 0, 5), ("c", 1, 1))]  # fmt: skip
    total = group_total("g", rows, 1, F(10))
    assert (total.dropped, total.points) == (("b",), 5)


def test_cap_and_bonus_of_the_file_hold_for_final_points(tmp_path):
    (tmp_path / "course.yaml").write_text(COURSE.replace("cap: 9, bonus: 1", "bonus: 1"))
    policy = load(tmp_path / "course.yaml")
    assert policy.final("quiz", F(15), F(10)).points == 11
    assert policy.final("midterm", F(15), F(10)).points == 10
    assert policy.final("midterm", None, F(10)).points is None
    (tmp_path / "course.yaml").write_text(COURSE)
    assert load(tmp_path / "course.yaml").final("quiz", F(15), F(10)).points == 9
