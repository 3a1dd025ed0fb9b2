"""Short texts: the same, folded, near, by pattern; and nothing that a text can do to us."""

import unicodedata
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare import comparators
from grader.compare._folding import Folding
from grader.compare._likeness import edits, is_wild
from grader.compare._regular import regular
from grader.compare.text import Text

ANY = st.text(max_size=30)
LETTERS = st.text(alphabet="abcdé ", max_size=12)
FOLDINGS = st.builds(
    Folding,
    case=st.booleans(),
    accents=st.booleans(),
    spaces=st.sampled_from(["kept", "collapsed", "ignored"]),
    punctuation=st.booleans(),
    width=st.booleans(),
    typography=st.booleans(),
    trim=st.booleans(),
    words=st.sampled_from([frozenset(), frozenset({"the", "a"})]),
)


def right(text: Any, truth: Any, **options: Any) -> bool:
    verdict = Text(**options).compare(text, truth)
    assert verdict.certain, verdict
    return verdict.credit == 1


@pytest.mark.parametrize(
    ("text", "truth", "options"),
    [
        ("  paris ", "Paris", {}),
        ("New\u00a0 York", "new york", {}),
        ("Ｐａｒｉｓ", "Paris", {}),
        ("hasn’t", "hasn't", {}),
        ("a – b", "a - b", {}),
        ("cafe\u0301", "café", {}),
        ("Pa\u200bris", "Paris", {}),
        ("STRASSE", "Straße", {}),
        ("creme brulee", "crème brûlée", {"ignore_accents": True}),
        ("smorrebrod", "smørrebrød", {"ignore_accents": True}),
        ("well-known, indeed!", "wellknown indeed", {"ignore_punctuation": True}),
        ("!!", "!!", {"ignore_punctuation": True}),
        ("3,000", "3000", {"ignore_punctuation": True}),
        ("The answer", "answer", {"ignore_words": ["the", "a", "an"]}),
        ("data base", "database", {"spaces": "ignored"}),
        ("1990", 1990, {}),
        ("b", ["a", "b"], {}),
    ],
)
def test_what_does_not_matter_is_folded(text: str, truth: Any, options: dict[str, Any]) -> None:
    assert right(text, truth, **options)


@pytest.mark.parametrize(
    ("text", "truth", "options"),
    [
        ("paris", "Paris", {"match": "exact"}),
        ("paris", "Paris", {"ignore_case": False}),
        ("Paris ", "Paris", {"match": "exact", "trim": False}),
        ("a  b", "a b", {"spaces": "kept"}),
        ("cafe", "café", {}),
        ("-5", "5", {"ignore_punctuation": True}),
        ("3.14", "314", {"ignore_punctuation": True}),
        ("!!", "??", {"ignore_punctuation": True}),
        ("the", "a", {"ignore_words": ["the", "a"]}),
        ("not Paris", "Paris", {}),
        ("hasnot", "hasn't", {}),
        ("की", "का", {"ignore_accents": True}),
    ],
)
def test_what_matters_is_not_folded(text: str, truth: str, options: dict[str, Any]) -> None:
    assert not right(text, truth, **options)


def test_the_miss_is_told_where_it_is_certain() -> None:
    for text, truth, miss in [
        ("paris", "Paris", "case"),
        ("Crème", "Creme", "spelling"),
        ("photosyntesis", "photosynthesis", "spelling"),
        ("photosynthseis", "photosynthesis", "spelling"),
        ("affect", "effect", ""),
        ("cat", "car", ""),
        ("route 166", "route 661", ""),
        ("London", "Paris", ""),
    ]:
        verdict = Text(ignore_case=False).compare(text, truth)
        assert (verdict.credit, verdict.miss) == (0, miss)
        assert truth not in verdict.reason
    assert Text(ignore_case=False, case_credit=0.5).compare("PARIS", "Paris").credit == Fraction(
        1, 2
    )


@pytest.mark.parametrize("value", [None, "", "   ", "\u200b"])
def test_nothing_is_never_right(value: Any) -> None:
    for truth in ("", "x", ["", "x"]):
        assert Text().compare(value, truth).invalid
        assert not right(value, truth, empty="wrong")
    assert not right(value, "*", match="wildcard")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (3, "no text"),
        (b"x", "no text"),
        ({"a": 1}, "no text"),
        (["x"], "no text"),
        ("\ud800", "damaged"),
        ("x" * 10**7, "longer"),
        ("a" + "\u0301\u200b\u0316" * 3000, "accents"),
    ],
)
def test_what_is_no_text_is_invalid(value: Any, hint: str) -> None:
    verdict = Text().compare(value, "x")
    assert verdict.invalid
    assert hint in verdict.reason


@pytest.mark.parametrize("truth", [None, [], 1.5, True, {"x": 2}, {"x": "y"}, [None], {}, "\ud800"])
def test_a_truth_that_is_no_text_leaves_it_open(truth: Any) -> None:
    assert not Text().compare("x", truth).certain


def test_contains_and_starts() -> None:
    assert right("it is Paris!", "paris", match="contains")
    assert not right("comparison", "paris", match="contains", whole_words=True)
    assert right("comparison; Paris", "paris", match="contains", whole_words=True)
    assert right("Paris, France", "paris", match="starts")
    assert not right("in Paris", "paris", match="starts")
    assert not right("anything", "", match="contains")


def test_stars_stand_for_any_text() -> None:
    assert right("a frog jumps", "*frog*", match="wildcard")
    assert right("F*g", r"f\*g", match="wildcard")
    assert not right("fig", r"f\*g", match="wildcard")
    assert not right("fg", "f*o*g", match="wildcard")
    assert not right("ab", "ab*b", match="wildcard")


def test_near_texts_by_letters_or_by_share() -> None:
    near = {"match": "distance", "distance": 1}
    assert right("Lutezia", "Lutetia", **near)
    assert not right("Lutessia", "Lutetia", **near)
    assert not right("Luttie", "Lutetia", **near)
    assert not right("form", "from", **near)
    assert right("form", "from", exchanges=True, **near)
    assert right("photosyntesis", "photosynthesis", match="distance", distance=0.1)
    assert not right("fotosyntesis", "photosynthesis", match="distance", distance=0.1)
    half = Text(near_credit=0.5, **near).compare("Lutezia", "Lutetia")
    assert (half.credit, half.miss) == (Fraction(1, 2), "spelling")


def test_nearness_accepts_no_other_digits_and_no_other_short_word() -> None:
    near = {"match": "distance", "distance": 1}
    assert not right("1991", "1990", **near)
    assert right("1991", "1990", digits="free", **near)
    assert not right("b", "a", **near)
    assert not right("ab", "ac", **near)
    assert not right("decreases", "increases", match="distance", distance=2, refused=["decreases"])
    assert right("increses", "increases", match="distance", distance=2, refused=["decreases"])


def test_texts_may_have_a_credit_of_their_own() -> None:
    worth = {"wolf": 1, "dog": 0.5, "unicorn": 0}
    for text, credit in [("Wolf", 1), ("dog", Fraction(1, 2)), ("unicorn", 0), ("cat", 0)]:
        assert Text().compare(text, worth).credit == credit


def test_forbidden_and_valid() -> None:
    assert not right(
        "velocity and direction", "velocity", match="contains", forbidden=["direction"]
    )
    assert right(
        "directional velocity",
        "velocity",
        match="contains",
        forbidden=["direction"],
        whole_words=True,
    )
    kind = Text(valid=r"\([0-9]+\)", hint="write a number in brackets")
    assert kind.compare("10", "(10)").reason == "write a number in brackets"
    assert kind.compare("10", "(10)").invalid
    assert kind.compare("(11)", "(10)").credit == 0
    assert kind.compare("(10)", "(10)").credit == 1


def test_patterns_match_the_whole_text_or_any_part() -> None:
    for text, credit in [
        ("colour", True),
        ("COLOR", True),
        ("colours", False),
        ("my color", False),
    ]:
        assert right(text, "colou?r", match="pattern") == credit
        assert right(text, "colou?r", match="pattern", whole_pattern=False)
    assert right("été 1990", r"\w+ \d{4}", match="pattern")
    assert right("x", "", match="pattern", patterns=["x", "y"])
    assert not right("Color", "color", match="pattern", ignore_case=False)


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("(?=a)b", "ahead"),
        ("(?<!a)b", "behind"),
        (r"(a)\1", "earlier group"),
        ("(?P<x>a)(?P=x)", "earlier group"),
        ("a++", "gives nothing back"),
        ("(a", "no pattern"),
        ("*", "no pattern"),
        ("x{5000}", "no pattern"),
        ("a" * 5000, "longer"),
        ("\ud800", "no pattern"),
    ],
)
def test_patterns_that_are_none_or_cannot_be_fast_are_known_when_the_rubric_is_loaded(
    pattern: str, hint: str
) -> None:
    for options in ({"match": "pattern", "patterns": [pattern]}, {"valid": pattern}):
        with pytest.raises(ValueError, match=hint):
            comparators.build("text", options)
    assert not Text(match="pattern").compare("x", pattern).certain


@pytest.mark.parametrize(
    "pattern", [r"\++", "[a++]+", r"\(\?=\)", r"\\1", "[[:alpha:]+]+", "[]a]+", r"[\w.-]+"]
)
def test_signs_that_stand_for_themselves_are_no_lookaround(pattern: str) -> None:
    assert regular(pattern).fullmatch("") is None


@pytest.mark.parametrize(
    "pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+$b", r"(\w+\s?)*!", "(.*)(.*)(.*)(.*)=", "(x+x+)+y"]
)
def test_no_pattern_hangs(pattern: str) -> None:
    for text in ("a" * 10_000, "ab " * 3000, "x" * 10_000):
        assert not right(text, pattern, match="pattern")


@pytest.mark.parametrize(
    "options",
    [
        {"match": "regex"},
        {"near_credit": 2},
        {"distance": -1},
        {"distance": "1"},
        {"longest": 0},
        {"patterns": ["x"]},
        {"forbidden": "x"},
        {"valid": 3},
        {"ignore_case": "no"},
    ],
)
def test_wrong_options_are_known_when_the_rubric_is_loaded(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"'{next(iter(options))}'"):
        comparators.build("text", options)


@given(FOLDINGS, ANY)
def test_folding_twice_changes_nothing(folding: Folding, text: str) -> None:
    folded = folding.fold(text)
    assert folding.fold(folded) == folded


@given(ANY, ANY)
def test_each_text_is_itself_and_exact_means_exact(one: str, other: str) -> None:
    plain = unicodedata.normalize("NFC", one)
    if Text(match="exact").compare(one, one).invalid:
        return
    assert right(one, one, match="exact")
    assert right(one, plain)
    if right(one, other, match="exact"):
        assert right(one, other)
        assert right(other, one, match="exact")


@given(LETTERS, LETTERS, st.integers(0, 5))
def test_a_wider_distance_never_turns_right_into_wrong(one: str, other: str, most: int) -> None:
    if not one.strip() or not other.strip():
        return
    if Text(match="distance", distance=most).compare(one, other).credit == 1:
        assert right(one, other, match="distance", distance=most + 1)


@given(LETTERS, LETTERS)
def test_edits_agree_with_the_textbook(one: str, other: str) -> None:
    for exchanges in (False, True):
        assert edits(one, other, exchanges=exchanges) == textbook(one, other, exchanges=exchanges)


def textbook(one: str, other: str, *, exchanges: bool) -> int:
    rows = [[i + j for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if exchanges and i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(
    st.lists(st.text(alphabet="ab", max_size=3), min_size=1, max_size=4),
    st.text(alphabet="ab", max_size=8),
)
def test_stars_agree_with_patterns(pieces: list[str], text: str) -> None:
    wanted = regular(".*".join(pieces)).fullmatch(text) is not None
    assert is_wild(text, "*".join(pieces), Folding()) == wanted


@pytest.mark.parametrize("match", ["exact", "folded", "contains", "starts", "wildcard", "distance"])
@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "\u202e" * 10_000,
        "ﷺ" * 10_000,
        "́" * 25,
        "*" * 10_000,
        "\0" * 100,
        ("a" * 20 + " ") * 400,
    ],
)
def test_any_text_of_ten_thousand_characters_is_decided(match: Any, text: str) -> None:
    kind = Text(
        match=match,
        ignore_accents=True,
        ignore_punctuation=True,
        ignore_words=["a"],
        longest=100_000,
    )
    for truth in ("x", text, text[::-1], "*a*a*a*b"):
        verdict = kind.compare(text, truth)
        assert verdict.reason
        assert 0 <= verdict.credit <= 1


def test_examples_say_what_they_promise() -> None:
    first, *others = Text.EXAMPLES
    assert right(first["text"], first["truth"], **first["options"])
    for one in others:
        assert Text(**one["options"]).compare(one["text"], one["truth"]).miss


@pytest.mark.parametrize(
    "text",
    ["Paris.", '"Paris"', "„Paris“", "“Paris.”", "**Paris**", "*paris*", "`Paris`", "**Paris.**"],
)
def test_quotes_markdown_and_a_final_stop_around_the_whole_are_no_part_of_it(text: str) -> None:
    assert right(text, "Paris")
    assert not right(text, "Paris", match="exact")
    assert not right(text, "Padua")


@pytest.mark.parametrize(
    "text",
    [
        "It's Paris",
        "the answer is Paris.",
        "not Lyon but Paris",
        "No doubt: Paris",
        "beyond all doubt Paris",
        "formerly Paris",
    ],
)
def test_a_right_text_among_other_words_is_left_to_a_person(text: str) -> None:
    assert not Text().compare(text, "Paris").certain


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("not Paris", "Paris"),
        ("Paris or Lyon", "Paris"),
        ("Parisian", "Paris"),
        ("3.5", "5"),
        ("-5", "5"),
        ("Lyon.", "Paris"),
        ("...", "."),
        ("name", '"name"'),
    ],
)
def test_what_is_no_right_text_stays_wrong(text: str, truth: str) -> None:
    assert not right(text, truth)


@pytest.mark.parametrize(
    "text",
    [
        "not Paris",
        "Lyon, not Paris",
        "It isn't Paris",
        "either Paris or Lyon",
        "Paris or Lyon",
        "Paris is wrong",
        "Paris isn't the capital",
        "nicht Paris",
        "keine Ahnung, Paris oder Lyon",
        "anything but Paris",
        "Lyon rather than Paris",
        "Paris? No, Lyon",
        "Paris, no wait, Lyon",
        "Paris\n\nEdit: Lyon",
        "Correction of Paris, which I had first: it has to be Lyon, by the map of the country",
        "Paris -> Lyon",
        "Paris should be Lyon",
        "Lyon (was Paris)",
        "❌ Paris ✅ Lyon",
        "I doubt it is Paris",
        "any other than Paris",
        "Lyon, formerly Paris",
        "Paris is out of the question, Lyon",
        "There is no doubt it is not Paris",
        "no doubt Lyon, not Paris",
        "Paris must be Lyon",
        "It was Paris, now Lyon",
        "Before: Paris, now: Lyon",
        "Paris, it was Lyon before",
        "It must be Lyon. Paris was before",
        "Paris, although it was Lyon",
        "Although Paris was the seat before, Lyon",
        "Lyon, though Paris was bigger",
        "Paris was my answer before",
        "Paris, rather Lyon",
        "Paris is not only wrong, Lyon is the larger one, and the only one with a gate",
    ],
)
@pytest.mark.parametrize("case", [True, False])
def test_a_contained_text_beside_a_denial_or_another_is_left_to_a_person(
    text: str, case: bool
) -> None:
    verdict = Text(match="contains", ignore_case=case).compare(text, "Paris")
    assert (verdict.credit, verdict.certain) == (1, False)


@pytest.mark.parametrize(
    "text",
    [
        "in Paris",
        "Paris, not Lyon",
        "No, Paris",
        "It is not far. Paris is the capital",
        "Paris or Lyon? Surely it is Paris",
        "the city of light, Paris",
        "Paris, no doubt",
        "nothing but Paris",
        "Paris was the seat of the king, and before that the Romans called it Lutetia",
        "Rivers cross it -> trade grows -> it becomes the capital, and so it is Paris now",
        "No doubt: Paris",
        "Without a doubt it is Paris",
        "No question, Paris",
        "No other than Paris",
        "Nothing other than Paris",
        "It is without question Paris",
        "Paris is not only the capital but also the largest city",
        "Paris, although Versailles was the seat before",
        "It must be Paris",
        "It must be Paris, not Lyon",
        "It was Paris",
        "The answer was Paris",
        "Paris rather than Lyon",
        "Paris (formerly: Lutetia)",
    ],
)
def test_a_contained_text_that_is_said_plainly_is_right(text: str) -> None:
    assert right(text, "Paris", match="contains")


def test_a_denial_that_is_asked_for_is_no_doubt() -> None:
    assert right("it does not decrease", "does not decrease", match="contains")
