"""Free text: certain where it is plain, else a proposal, and never right by key words."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.compare.claims import Claims
from grader.compare.concepts import Concepts
from grader.compare.mapping import Mapping
from grader.compare.truths import Allowance, Truths
from grader.model import Answer, Number, Piece, Place

EPSILON = Concepts(
    wanted=("~divi* by zero", "numeric* stab*"),
    forbidden=("makes .. variance .. zero", "not prevent*|avoid*"),
    hints=("zero", "divi*", "stab*", "small"),
)
ROOT = (
    "epsilon|eps + )_>_0",
    "sqrt|root ... epsilon|eps + ) is|are|be|stays|remains|always .. >_0",
)
COVERS = ("map*|s4 .. 5_x_5 .. same_as|just_like + kernel*|filter*",)
CURVES = {
    "subjects": {"bias": ("bias",), "variance": ("variance",), "test": ("test error",)},
    "claims": {
        "falls": ("decreas*", "falls", "drops"),
        "rises": ("increas*", "rises", "grows"),
        "flat": ("constant",),
        "dips": ("u_shaped",),
    },
    "sequences": {"dips": ("falls", "rises")},
    "neutral": ("complexity + increas*|grows",),
    "turned": ("simpler",),
}
BIAS = Claims(subject="bias", because=("captur* .. pattern*",), **CURVES)
VARIANCE = Claims(subject="variance", because=("sensitiv*",), **CURVES)
TEST = Claims(subject="test", because=("overfit*",), **CURVES)


@pytest.mark.parametrize(
    ("text", "credit", "certain"),
    [
        ("It prevents division by zero.", 1, True),
        ("for numercial stabilty", 1, True),
        ("So we never divide by exactly zero.", 1, True),
        ("It sets the learning rate.", 0, True),
        ("It does not prevent a division by zero.", 0, False),
        ("It makes the variance zero.", 0, True),
        ("It is a small constant.", 0, False),
        ("epsilon numerical stability variance gamma beta mean", 0, False),
        ("numerical stability. But it makes the variance go to zero.", 0, False),
    ],
)
def test_concepts(text: str, credit: int, certain: bool) -> None:
    verdict = EPSILON.compare([text], None)
    assert (verdict.credit, verdict.certain) == (credit, certain), verdict.reason


@pytest.mark.parametrize(
    ("text", "credit", "told"),
    [
        ("The bias falls.", Fraction(1, 2), "1 of 2 things asked for were recognised"),
        (
            "The bias falls. The variance never rises.",
            Fraction(1, 2),
            "1 of 2 things asked for were recognised; “The variance never rises.” has the words but does not say it",
        ),
        ("It is a curve.", 0, "no sentence was recognised as saying what is asked for"),
    ],
)
def test_where_a_share_is_proposed_it_is_said_how_much_was_recognised(
    text: str, credit: Fraction, told: str
) -> None:
    both = Concepts(wanted=(("bias falls",), ("variance rises",)))
    verdict = both.compare(text.split(". "), None)
    assert (verdict.credit, verdict.certain, verdict.reason) == (credit, False, told)


@pytest.mark.parametrize(
    ("text", "credit", "certain"),
    [
        ("It is small, so averages follow slowly.", 0, True),
        ("Averages follow slowly. It prevents division by zero.", 1, True),
        ("Averages follow slowly and some small number is not zero.", 0, False),
        ("Averages follow slowly. It is a small constant.", 0, False),
    ],
)
def test_what_misses_the_point_is_nothing_only_where_nothing_else_is_said(
    text: str, credit: int, certain: bool
) -> None:
    role = replace(EPSILON, idle=("averages follow",), core=("zero",))
    verdict = role.compare(text.split(". "), None)
    assert (verdict.credit, verdict.certain) == (credit, certain), verdict.reason


@pytest.mark.parametrize(
    ("text", "credit", "certain"),
    [
        ("Variance rises as it is trained longer.", Fraction(1, 2), True),
        ("Variance rises as it is sensitive and trained longer.", 1, False),
        ("Variance rises as it is sensitive.", 1, True),
        ("Variance rises (less bias), then falls.", 0, False),
    ],
)
def test_a_false_reason_is_none_unless_a_right_one_stands_beside_it(
    text: str, credit: Fraction, certain: bool
) -> None:
    verdict = replace(VARIANCE, untrue=("trained longer",)).compare([text], "rises")
    assert (verdict.credit, verdict.certain) == (credit, certain), verdict.reason


def test_a_part_of_the_wanted_groups_is_a_proposal_of_a_share() -> None:
    both = Concepts(wanted=(("cover*",), ("all maps",)))
    verdict = both.compare(["The kernel covers it."], None)
    assert (verdict.credit, verdict.certain) == (Fraction(1, 2), False)


def test_what_is_wanted_can_depend_on_the_truth() -> None:
    why = Concepts(
        when={"same": ("deterministic",), "different": ("new data",)},
        hints=("data", "deterministic"),
    )
    assert why.compare(["There are new data."], "different").credit == 1
    assert why.compare(["There are new data."], "same").credit == 0
    contradicted = why.compare(["There are new data."], "contradicted")
    assert (contradicted.credit, contradicted.certain) == (0, False)
    assert why.compare(["I say so."], "contradicted").certain


@pytest.mark.parametrize(
    ("kind", "truth", "text", "credit", "certain"),
    [
        (BIAS, "falls", "The bias decreases because it can capture the pattern.", 1, True),
        (BIAS, "falls", "Bias falls. Variance rises.", Fraction(1, 2), True),
        (
            VARIANCE,
            "rises",
            "As complexity increases bias decreases and variance increases.",
            Fraction(1, 2),
            True,
        ),
        (
            BIAS,
            "falls",
            "As complexity increases bias decreases and variance increases.",
            Fraction(1, 2),
            True,
        ),
        (BIAS, "falls", "The bias does not decrease.", 0, True),
        (BIAS, "falls", "The bias rises.", 0, True),
        (BIAS, "falls", "The bias falls.\n\nIn summary the bias rises.", 0, False),
        (BIAS, "falls", "For simpler models the bias rises.", 0, False),
        (BIAS, "falls", "Nothing about it.", 0, True),
        (
            TEST,
            "dips",
            "Test error: decreases at first and increases later due to overfitting",
            1,
            True,
        ),
        (
            TEST,
            "dips",
            "The test error is u-shaped since bias falls and then overfitting sets in",
            1,
            True,
        ),
        (TEST, "dips", "The test error always falls.", 0, True),
        (
            VARIANCE,
            "rises",
            "It drops: bias. The variance grows, as it is sensitive to data",
            1,
            True,
        ),
    ],
)
def test_claims_and_reasons_go_with_their_subject(
    kind: Claims, truth: str, text: str, credit: Fraction, certain: bool
) -> None:
    said = [
        {"text": part, "label": part.split(":")[0] if ":" in part else ""}
        for part in text.split("\n\n")
    ]
    verdict = kind.compare(said, truth)
    assert (verdict.credit, verdict.certain) == (credit, certain), verdict.reason


def test_a_wrong_claim_is_named() -> None:
    assert BIAS.compare(["The bias rises."], "falls").mistakes == ("claimed-rises",)


KEY = {"a": False, "b": True, "c": True, "d": False}
JUDGED = Truths(
    allow={
        "c": Allowance(held=False, reason=("not .. uniform",), credit=Fraction(1, 2)),
        "d": Allowance(
            held=True, reason=("sensitiv*",), credit=Fraction(1), without=Fraction(1, 2)
        ),
    }
)


@pytest.mark.parametrize(
    ("changed", "credit", "certain"),
    [
        ({}, 1, True),
        ({"a": (True, "")}, Fraction(3, 4), True),
        ({"c": (False, "it is not a uniform distribution")}, Fraction(7, 8), True),
        ({"c": (False, "")}, Fraction(3, 4), True),
        ({"c": (False, "it works on weights and not outputs")}, Fraction(3, 4), False),
        ({"d": (True, "")}, Fraction(7, 8), True),
        ({"d": (True, "the net is less sensitive to them")}, 1, True),
        ({"d": (None, "")}, Fraction(3, 4), True),
    ],
)
def test_truths_count_one_by_one(
    changed: dict[str, tuple[bool | None, str]], credit: Fraction, certain: bool
) -> None:
    value = {
        x: {"held": changed.get(x, (KEY[x], ""))[0], "reason": changed.get(x, (None, ""))[1]}
        for x in "abcd"
    }
    verdict = JUDGED.compare(value, KEY)
    assert (verdict.credit, verdict.certain) == (credit, certain)
    assert len(verdict.each) == 4


def test_mappings_count_one_by_one() -> None:
    given_ = {"A": Number(value=Fraction(1, 10)), "B": 0.01, "C": "1e-3", "D": "x"}
    verdict = Mapping().compare(given_, {"A": 0.1, "B": "0.01", "C": 0.001, "D": "X"})
    assert verdict.credit == 1
    assert Mapping().compare({"A": True}, {"A": 1}).credit == 0
    assert "0.5" not in Mapping().compare({"A": 2}, {"A": 0.5}).reason


@settings(deadline=None)
@given(st.lists(st.text(alphabet="bias varncetdrop uf.,:;not", max_size=60), max_size=5))
def test_more_hints_never_make_a_doubtful_answer_certain(lines: list[str]) -> None:
    few = Concepts(wanted=("bias falls",), hints=("bias",)).compare(lines, None)
    many = Concepts(wanted=("bias falls",), hints=("bias", "variance", "drop")).compare(lines, None)
    assert many.credit == few.credit
    assert few.certain or not many.certain


@pytest.mark.parametrize(
    "text",
    [
        "The bias decreases as the class of models grows, so it can capture the pattern.",
        "When the model gets rich (think constant noise) bias falls, it can capture the pattern.",
        "When the family grows the bias drops: it can capture the pattern.",
    ],
)
def test_what_a_clause_says_of_something_else_is_no_claim(text: str) -> None:
    verdict = BIAS.compare([text], "falls")
    assert (verdict.credit, verdict.certain) == (1, True), verdict.reason


@pytest.mark.parametrize(
    "text",
    [
        "The bias increases as the class decreases.",
        "The bias drops and later increases.",
        "The bias drops because it increases.",
        "The bias drops, and as we go on, it grows.",
    ],
)
def test_a_clause_does_not_hide_a_contrary_claim(text: str) -> None:
    verdict = BIAS.compare([text], "falls")
    assert not (verdict.certain and verdict.credit), verdict.reason


def test_a_second_step_behind_a_clause_belongs_to_the_main_subject() -> None:
    text = "The test error drops because bias drops and then increases because variance grows."
    assert TEST.compare([text], "dips").credit >= Fraction(1, 2)
    assert BIAS.compare([text], "falls").credit >= Fraction(1, 2)


def test_words_that_only_a_person_can_place_are_never_certain() -> None:
    why = Concepts(wanted=("stab*",), unclear=("not matter",), hints=("stab*",))
    assert not why.compare(["It does not matter for stability."], None).certain


@pytest.mark.parametrize(
    ("phrases", "text", "said"),
    [
        (ROOT, "so that sqrt(var+eps) > 0", True),
        (ROOT, "it ensures that sqrt(variance + epsilon) is > 0", True),
        (ROOT, "a constant added in sqrt(var + eps), eps > 0", False),
        (ROOT, "epsilon is a small number > 0", False),
        (COVERS, "S4 maps are 5x5, same as kernel", True),
        (COVERS, "S4 maps are 5x5, just like the kernel", True),
        (COVERS, "S4 maps are 5x5 with the same kernel", False),
    ],
)
def test_an_inequality_and_a_comparison_of_sizes_are_heard(
    phrases: tuple[str, ...], text: str, said: bool
) -> None:
    heard = Concepts(wanted=(phrases,), hints=("map*", "eps*")).compare([text], None)
    assert (heard.credit == 1 and heard.certain) is said, heard.reason


@pytest.mark.parametrize("phrase", ["", " ", "~", "&"])
def test_an_empty_phrase_is_found_nowhere(phrase: str) -> None:
    said = [{"text": "one thing", "label": "", "kind": "sentence", "head": False}]
    assert Concepts(wanted=((phrase,),)).compare(said, None).credit == 0
    assert Concepts(when={"a": ((phrase,),)}).compare(said, "a").credit == 0


@pytest.mark.parametrize("comparator", [EPSILON, BIAS], ids=["concepts", "claims"])
def test_a_whole_answer_that_no_reader_took_apart_is_never_said_to_be_silent(
    comparator: Concepts | Claims,
) -> None:
    # as with "read: answer" in a rubric, which would be a certain nothing for every student
    place = Place(file="a.md", start=1, end=1)
    whole = Answer(pieces=(Piece(kind="prose", text="It prevents division by 0.", place=place),))
    verdict = comparator.compare(whole, "falls")
    assert not verdict.certain
    assert "sentences" in verdict.reason
