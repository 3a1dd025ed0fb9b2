"""Each check finds the fault of a small course, and says nothing of the same course without it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.authoring import Report, UnknownPart, all_checks, check_assignment
from grader.authoring.seen import unread
from grader.authoring.subject import Subject
from grader.cli.check import check
from grader.pipeline import load_assignment

REFERENCE = '''\
"""Sums."""


def add(a, b):
    return a + b


def times(a, b):
    return a * b


def third(a):
    return a / 3


def almost(a):
    return a / 3 + 0.004


def twice(a):
    return 2 * a


def is_informative(a):
    return a not in (0, 1, -1) and a == a and abs(a) != float("inf")


def kept(a):
    return a
'''
HEAD = "assignment: sums\ntitle: Sums\nparts:\n"
SUM = """\
  - id: "1"
    points: 2
    ask: The sum of {a} and {b}.
    find: {{phrases: [the sum of]}}
    criteria:
      - id: value
        points: 2
        read: {{kind: integer}}
        expect: add
        given: {{a: {a}, b: {b}}}
        compare: {{kind: {compare}}}
        mistakes:
          - {{id: product, from: times, credit: {credit}, says: "{says}"}}
"""
FOLLOW = """\
  - id: "2"
    points: 1
    ask: Twice your first result.
    find: {{phrases: [twice your first]}}
    needs: ["1"]
    criteria:
      - id: value
        points: 1
        read: {{kind: number}}
        expect: {source}
        given: {{a: 7}}
        compare: {{kind: near, absolute: 0.001}}
        follow:
          - {{given: {{a: {{reading: "1/value"}}}}{guard}}}
"""
THIRD = """\
  - id: "3"
    points: 1
    ask: A third of {a}, to {digits} decimals.
    find: {{phrases: [a third of]}}
    criteria:
      - id: value
        points: 1
        read: {{kind: number}}
        expect: third
        given: {{a: {a}}}
        compare: {{kind: near, absolute: {absolute}}}
        mistakes:
          - {{id: almost, from: almost, credit: 1/2, says: Nearly.}}
"""


def a_sum(a=3, b=4, compare="exact", credit="1/2", says="You multiplied; a sum is asked.") -> str:
    return SUM.format(a=a, b=b, compare=compare, credit=credit, says=says)


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    def make(*parts: str, reference: str = REFERENCE) -> Path:
        for name, text in {
            "rubrics/sums.yaml": HEAD + "".join(parts),
            "reference/sums.py": reference,
        }.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return make


def found(course: Path, which: str, severity: str = "error") -> list[str]:
    report = check_assignment(course, "sums", which=[which])
    return [str(f) for f in report.findings if f.severity == severity]


def test_the_good_course_has_nothing_that_must_be_fixed(made) -> None:
    course = made(
        a_sum(),
        FOLLOW.format(source="twice", guard=", guard: is_informative"),
        THIRD.format(a=2.5, digits=2, absolute=0.006),
    )
    which = [name for name in all_checks() if name != "laws"]
    report = check_assignment(course, "sums", which=which)
    # 2.5/3 + 0.004 lies within 0.006, so that this one is the fault that is to be found
    assert {f.check for f in report.findings if f.severity == "error"} <= {
        "coincide",
        "mistakes",
        "tolerance",
    }
    assert not [f for f in report.findings if f.severity == "error" and f.part in ("1", "2")]


def test_a_truth_that_some_notation_spoils_is_found(made) -> None:
    part = a_sum(a=1500, b=1000, compare="label")
    assert any("the truth, written" in line for line in found(made(part), "notations"))
    assert not found(made(a_sum(a=1500, b=1000)), "notations")


def test_a_mistake_that_earns_all_is_found_with_file_and_line(made) -> None:
    (line,) = found(made(a_sum(a=2, b=2)), "mistakes")
    file = "rubrics/sums.yaml"
    assert "'product'" in line
    assert "full marks" in line
    number = (HEAD + a_sum(a=2, b=2)).splitlines().index(
        '          - {id: product, from: times, credit: 1/2, says: "You multiplied; a sum is asked."}'
    ) + 1
    assert f"{file}:{number}:" in line
    assert not found(made(a_sum()), "mistakes")


def test_a_mistake_that_costs_nothing_is_found(made) -> None:
    assert any("costs nothing" in line for line in found(made(a_sum(credit=1)), "mistakes"))


def test_a_mistake_whose_number_is_the_truth_is_found(made) -> None:
    assert any("the truth" in line for line in found(made(a_sum(a=2, b=2)), "coincide"))
    assert not found(made(a_sum()), "coincide")


def test_random_variants_on_which_a_mistake_is_right_are_told_with_their_numbers(made) -> None:
    (line,) = found(made(a_sum(a=3, b=3)), "coincide", "note")
    assert "a = 2, b = 2" in line


def test_numbers_that_vary_are_drawn_as_they_are_for_students(made) -> None:
    numbers = "variants:\n  numbers:\n    a: {choose: [2, 3]}\n    b: {choose: [2, 4]}\n"
    part = a_sum(a="{vary: a}", b="{vary: b}").replace(
        "The sum of {vary: a} and {vary: b}", "A sum"
    )
    course = made(part)
    path = course / "rubrics" / "sums.yaml"
    path.write_text(path.read_text("utf-8").replace("parts:\n", numbers + "parts:\n", 1), "utf-8")
    report = check_assignment(course, "sums", which=["coincide"])
    assert any("never dealt out" in f.what and "a = 2, b = 2" in f.what for f in report.findings)
    assert report.fine


def test_follow_through_that_needs_no_work_is_found(made) -> None:
    (line,) = found(made(a_sum(), FOLLOW.format(source="twice", guard="")), "follow")
    assert "needs no work" in line
    assert "guard" in line
    good = FOLLOW.format(source="twice", guard=", guard: is_informative")
    assert not found(made(a_sum(), good), "follow")
    copied = FOLLOW.format(source="kept", guard=", guard: is_informative")
    assert any("once more" in line for line in found(made(a_sum(), copied), "follow"))


def test_an_earlier_answer_inside_of_a_list_is_tried_too(made) -> None:
    part = FOLLOW.format(source="scaled", guard="").replace(
        '{reading: "1/value"}', '[{reading: "1/value"}, 2]'
    )
    reference = (
        f"{REFERENCE}\n\ndef scaled(a):\n    return a[0] * a[1] if type(a) is list else 2 * a\n"
    )
    (line,) = found(made(a_sum(), part, reference=reference), "follow")
    assert "needs no work" in line


def test_a_tolerance_that_refuses_a_correct_rounding_is_found(made) -> None:
    tight = THIRD.format(a=2, digits=2, absolute=0.0001)
    assert any(
        "correctly rounded" in line and "0.67" in line for line in found(made(tight), "tolerance")
    )
    assert not found(made(THIRD.format(a=2, digits=3, absolute=0.001)), "tolerance")


def test_a_tolerance_that_swallows_a_rounded_mistake_is_found(made) -> None:
    wide = THIRD.format(a=2, digits=2, absolute=0.005)
    assert any("'almost'" in line for line in found(made(wide), "tolerance"))


def test_a_message_that_shows_the_value_is_found(made) -> None:
    says = "The sum is 2,500 and not the product."
    (line,) = found(made(a_sum(a=1500, b=1000, says=says)), "messages")
    assert "2,500" in line
    assert not found(made(a_sum(a=1500, b=1000)), "messages")


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("Seven of the numbers are odd.", "“Seven”"),
        ("Add again: it is seven.", "“seven”"),
        ("Seven sums were asked before.", ""),
        ("You forgot one of the seven dwarfs.", ""),
    ],
)
def test_a_message_that_tells_the_value_in_a_word_is_an_error(made, says: str, told: str) -> None:
    lines = found(made(a_sum(says=says)), "messages")
    assert [told in line and "shows the expected value" in line for line in lines] == [True] * bool(
        told
    )


def test_what_is_said_of_a_criterion_may_not_be_its_answer(made) -> None:
    part = a_sum().replace("points: 2\n        read", "points: 2\n        says: SAYS\n        read")
    (line,) = found(made(part.replace("SAYS", "The sum 7")), "messages", "warning")
    assert "what is said of the criterion, handed in as an answer, earns full marks" in line
    assert not found(made(part.replace("SAYS", "the sum of both")), "messages", "warning")


@pytest.mark.parametrize("says", ["The answer is 7.", "It is = 7, not 12.", "The sum is **7**."])
def test_a_message_that_tells_a_small_number_is_found(made, says: str) -> None:
    (line,) = found(made(a_sum(says=says)), "messages")
    assert "“7”" in line


@pytest.mark.parametrize("says", ["See page 7.", "You multiplied; add, as in rule 7."])
def test_a_small_number_that_stands_in_a_message_by_chance_is_none(made, says: str) -> None:
    assert not found(made(a_sum(says=says)), "messages")


def test_a_message_that_shows_a_list_is_found(made) -> None:
    part = """\
  - id: "1"
    points: 2
    ask: Both roots.
    find: {phrases: [both roots]}
    criteria:
      - id: value
        points: 2
        read: {kind: numbers, count: 2}
        expect: roots
        given: {a: 31}
        compare: {kind: each, of: {kind: exact}}
        mistakes:
          - {id: turned, from: turned, credit: 0, says: "%s"}
"""
    reference = (
        "def roots(a):\n    return [a, a + 10]\n\n\ndef turned(a):\n    return [a + 10, a]\n"
    )
    told = found(made(part % "The roots are 31 and 41.", reference=reference), "messages")
    assert any("31, 41" in line for line in told)
    assert not found(made(part % "Their order is another.", reference=reference), "messages")


def test_a_message_that_no_hand_in_shows_is_told(made) -> None:
    way = "        otherwise:\n          - {id: tried, from: kept, given: {a: 5, b: null}, compare: {kind: exact}, credit: 1/4, says: A try.}\n"
    assert any("tried" in line for line in found(made(a_sum() + way), "messages", "note"))
    assert not found(made(a_sum()), "messages", "note")


def test_a_part_that_a_shrug_earns_is_found(made) -> None:
    shrug = """\
  - id: "1"
    points: 1
    ask: What nobody knows.
    criteria:
      - {id: said, points: 1, read: {kind: typed}, expect: judge, given: {said: {reading: said}}, compare: {kind: judged}}
"""
    course = made(shrug, reference='def judge(said):\n    return {"credit": 1}\n')
    assert any("a shrug earns 1 of 1" in line for line in found(course, "nothing"))
    assert not found(made(a_sum()), "nothing")


def test_a_law_that_lets_a_change_through_is_told_and_a_sharp_one_is_not(made) -> None:
    course = made(
        a_sum(),
        reference="def add(a, b):\n    return a + b\n\n\ndef times(a, b):\n    return a * b\n",
    )
    assert any("no laws" in line for line in found(course, "laws", "warning"))
    laws = course / "tests" / "laws" / "sums" / "test_sums.py"
    laws.parent.mkdir(parents=True)
    blunt = "from reference import sums\n\n\ndef test_it():\n    assert sums.add(0, 0) == 0\n"
    laws.write_text(blunt)
    lines = found(course, "laws", "warning")
    assert any("sums.py:2:" in line and "`+` became `-`" in line for line in lines)
    assert any("sums.py:6:" in line and "no law calls it" in line for line in lines)
    laws.write_text(blunt + "    assert sums.add(2, 3) == 5 and sums.times(2, 3) == 6\n")
    assert not found(course, "laws", "warning") + found(course, "laws")


def test_a_law_that_fails_on_the_reference_itself_must_be_fixed(made) -> None:
    course = made(a_sum())
    laws = course / "tests" / "laws" / "sums" / "test_sums.py"
    laws.parent.mkdir(parents=True)
    laws.write_text(
        "from reference import sums\n\n\ndef test_it():\n    assert sums.add(1, 1) == 3\n"
    )
    assert any("test_it fails on the reference" in line for line in found(course, "laws"))


def test_a_law_that_is_left_over_from_a_skeleton_is_to_be_deleted(made) -> None:
    course = made(a_sum())
    laws = course / "tests" / "laws" / "sums" / "test_sums.py"
    laws.parent.mkdir(parents=True)
    laws.write_text(
        "import pytest\nfrom reference import sums as reference\nfrom reference.sums import twice as two\n"
        "\n\n@pytest.mark.parametrize('n', range(20))\ndef test_gone(n):\n    assert reference.median([n])"
        "\n\n\ndef test_unnamed():\n    assert two(2) == 5"
        "\n\n\ndef test_own():\n    assert reference.add(1, 1) == 3\n"
    )
    told = [line for line in found(course, "laws") if "error: the law " in line]
    gone, unnamed, own = told  # one line of each law, not one for each value
    assert "test_sums.py:7:1: error: the law test_gone fails on the reference" in gone
    assert "it is of median, which the rubric does not name; delete the law" in gone
    assert "it is of twice, which the rubric does not name; delete the law" in unnamed
    assert own.endswith("mend the reference, or the law [laws]")


def test_changes_of_one_function_that_no_law_catches_are_told_in_one_line(made) -> None:
    many = "def add(a, b):\n    c = a + 1\n    d = b - 1\n    return (c + d) * 1\n\n\ndef times(a, b):\n    return a * b\n"
    course = made(a_sum(), reference=many)
    laws = course / "tests" / "laws" / "sums" / "test_sums.py"
    laws.parent.mkdir(parents=True)
    laws.write_text(
        "from reference import sums\n\n\ndef test_it():\n    assert sums.times(2, 3) == 6\n"
    )
    lines = [line for line in found(course, "laws", "warning") if "in add" in line]
    (line,) = lines
    assert "changes are not caught, and no law calls it: " in line
    assert "sums.py:2:" in line
    assert "(line 3)" in line
    assert " more; write a law of add that fails then" in line


def test_a_changed_reference_that_never_ends_is_caught(made) -> None:
    loop = "def add(a, b):\n    while b > 0:\n        a, b = a + 1, b - 1\n    return a\n\n\ndef times(a, b):\n    return a * b\n"
    course = made(a_sum(), reference=loop)
    laws = course / "tests" / "laws" / "sums" / "test_sums.py"
    laws.parent.mkdir(parents=True)
    laws.write_text(
        "from reference import sums\n\n\ndef test_it():\n    assert sums.add(2, 3) == 5 and sums.times(2, 3) == 6\n"
    )
    report = check_assignment(course, "sums", which=["laws"], mutants=9)
    assert not [f for f in report.findings if f.severity == "error"]
    assert "not tried" not in report.outcomes[0].said


def test_a_check_that_stops_is_told_and_the_others_go_on(
    made, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.authoring import registry

    def stops(subject):
        raise LookupError("nothing there")

    course = made(a_sum())
    known = all_checks()
    broken = registry.Registered("follow", "asks", stops)
    monkeypatch.setitem(registry._CHECKS, "follow", broken)
    report = check_assignment(course, "sums", which=["follow", "nothing"])
    assert not report.fine
    assert "this check stopped" in report.findings[0].what
    assert {o.check for o in report.outcomes} == {"follow", "nothing"} <= set(known)


def test_an_unknown_part_is_refused(made) -> None:
    with pytest.raises(UnknownPart, match="it has: 1"):
        check_assignment(made(a_sum()), "sums", only=["9"])


def test_equal_seeds_give_equal_reports(made) -> None:
    def lines(report: Report) -> list[str]:
        return [str(f) for f in report.findings]

    course = made(a_sum(a=3, b=3))
    one, other = (
        check_assignment(course, "sums", which=["coincide", "mistakes"]) for _ in range(2)
    )
    assert lines(one) == lines(other)


def test_a_lost_mark_is_blamed_on_the_reader_where_it_read_nothing(made) -> None:
    subject = Subject(load_assignment(made(THIRD.format(a=2.5, digits=2, absolute=0.006)), "sums"))
    ((part, criterion),) = subject.criteria
    told = {
        text: unread(subject.read({"a.md": f"## 3\n\n{text}\n".encode()}), part, criterion)
        for text in ("0.83", "rather little", "")
    }
    assert told["0.83"] == ""
    assert "the answer “rather little” was found, and no value in it" in told["rather little"]
    assert "no answer was found under its heading" in told[""]


def test_a_truth_that_is_read_and_refused_blames_the_tolerance(made) -> None:
    (line,) = found(made(THIRD.format(a=2.5, digits=2, absolute=0.0001)), "tolerance")
    assert "“0.83”, which was read as 0.83, earns 0; widen the tolerance" in line


def test_an_answer_that_is_a_number_of_the_question_is_warned_of(made) -> None:
    part = a_sum().replace("read: {kind: integer}", "read: {kind: integer, settings: [3, 7, 12]}")
    truth, mistake = found(made(part), "settings", "warning")
    assert "sums.yaml:9:9: warning: part 1, value: the truth, 7, is one of `settings`" in truth
    assert "sums.yaml:16:13: warning: part 1, value: what 'product' gives, 12, is one" in mistake
    part = part.replace("[3, 7, 12]", "[3, 4]")
    assert not found(made(part), "settings", "warning")


GAS = """\
  - id: "1"
    points: 2
    ask: Which gas warms the air most?
    find: {{phrases: [which gas]}}
    criteria:
      - id: gas
        points: 2
        read:
          kind: choice
          options: {{carbon: {carbon}, water: [water]}}
          ignore: {ignore}
        expect: gas
        compare: {{kind: choice}}
"""
GASES = 'def gas():\n    return "carbon"\n'


@pytest.mark.parametrize(
    ("phrase", "instead"),
    [
        ("co2", "'co_2' for 'co2'"),
        ("air|CO2 ... level", "'co_2' for 'CO2'"),
        ("h2o*", "'h_2_o*' for 'h2o*'"),
        ("x-ray", "'x_ray' for 'x-ray'"),
        ("non_linear", "'nonlinear' for 'non_linear'"),
    ],
)
def test_a_phrase_of_an_option_that_no_answer_can_hold_is_warned_of(
    made, phrase: str, instead: str
) -> None:
    course = made(GAS.format(carbon=f'["{phrase}"]', ignore="[]"), reference=GASES)
    (told,) = found(course, "phrases", "warning")
    assert "sums.yaml:9:9: warning: part 1, gas: " in told
    assert f"'{phrase}' of option 'carbon' is found in no answer" in told
    assert f"write {instead} [phrases]" in told
    better, _, word = instead.replace("'", "").partition(" for ")
    mended = f'["{phrase.replace(word, better)}"]'
    assert not found(
        made(GAS.format(carbon=mended, ignore="[]"), reference=GASES), "phrases", "warning"
    )


def test_a_phrase_that_another_one_makes_up_for_is_not_warned_of(made) -> None:
    course = made(GAS.format(carbon="[co2, co_2, carbon*]", ignore="[]"), reference=GASES)
    assert not found(course, "phrases", "warning")


def test_a_dead_phrase_that_names_no_option_is_a_note(made) -> None:
    course = made(GAS.format(carbon="[co_2]", ignore="[such_as co2]"), reference=GASES)
    assert not found(course, "phrases", "warning")
    (told,) = found(course, "phrases", "note")
    assert "'such_as co2' of `ignore` is found in no answer" in told


def test_the_command_ends_with_3_and_lines_that_editors_jump_to(made) -> None:
    course = made(a_sum(a=2, b=2))
    told = CliRunner().invoke(check, ["sums", "--course", str(course), "--check", "mistakes"])
    assert told.exit_code == 3
    assert "rubrics/sums.yaml:16:13: error: part 1, value:" in told.stdout
    good = made(a_sum())
    told = CliRunner().invoke(
        check, ["sums", "--course", str(good), "--check", "mistakes", "--json"]
    )
    assert told.exit_code == 0
    assert json.loads(told.stdout)["fine"] is True


def test_what_must_be_fixed_stands_last_above_the_sum(made) -> None:
    course = made(a_sum(a=2, b=2), THIRD.format(a=2.5, digits=2, absolute=0.001))
    arguments = ["sums", "--course", str(course), "--check", "mistakes", "--check", "laws"]
    told = CliRunner().invoke(check, arguments).stdout.splitlines()
    kinds = [next((k for k in ("error", "warning") if f": {k}: " in line), "") for line in told]
    checks = [at for at, line in enumerate(told) if line.startswith(("laws: ", "mistakes: "))]
    assert kinds[0] == "warning"
    assert kinds[-2] == "error"
    assert kinds[-1] == ""
    assert max(at for at, k in enumerate(kinds) if k == "warning" and at not in checks) < min(
        checks
    )
    assert max(checks) < min(at for at, k in enumerate(kinds) if k == "error" and at not in checks)


def test_only_looks_at_the_parts_that_are_named(made) -> None:
    course = made(a_sum(a=2, b=2), FOLLOW.format(source="twice", guard=", guard: is_informative"))
    arguments = ["sums", "--course", str(course), "--check", "mistakes"]
    assert CliRunner().invoke(check, [*arguments, "--only", "2"]).exit_code == 0
    assert CliRunner().invoke(check, [*arguments, "--only", "1"]).exit_code == 3
    assert CliRunner().invoke(check, [*arguments, "--only", "7"]).exit_code == 2
