"""Lists of numbers: each goes to its key, however the student names it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Found, Missing
from grader.read.numbers import Numbers
from tests.read.reading import answer

SIX = Numbers(keys=tuple(f"obs{i}" for i in range(1, 7)), near=("distance",))
EXPECTED = [3, 2, 3.16, 2.24, 1.41, 1.73]
WORDS = ["first", "second", "third", "fourth", "fifth", "last"]


def values(text: str, kind: Numbers = SIX) -> list[float | None]:
    found = kind.read(answer(text))
    assert isinstance(found, Found), found
    assert not found.doubt
    return [None if n is None else float(n.value) for n in found.value]


def keyed(
    frame: str,
    joined: str = "\n",
    shown: tuple[str, ...] = ("3", "2", "3.16", "2.24", "1.41", "1.73"),
) -> str:
    return joined.join(
        frame.format(i=i, v=v, word=WORDS[i - 1]) for i, v in enumerate(shown, start=1)
    )


@pytest.mark.parametrize(
    "frame",
    [
        "obs{i} = {v}",
        "Obs {i}: {v}",
        "Observation {i} → {v}",
        "obs. {i} - {v}",
        "{i}) {v}",
        "{i}. {v}",
        "{i}: {v}",
        "{i} -> {v}",
        "#{i} {v}",
        "$d_{i} = {v}$",
        "d({i}) = {v}",
        r"$\text{{dist}}_{i} = {v}$",
        "Obs{i}: 0 + 1 + 9 = 10, root of it **{v}**",
        "({i}) = {v}",
        "Obs {i}: (0-0)² + 4 = 4, so {v}",
        "obs{i} = (0+3+0)/3 = {v}",
        "Distance of observation {i} is {v}",
        "| {i} | Red | {v} |",
        "x_{i}: {v}",
        "$x^{{({i})}} = {v}$",
        "$d(x^{{({i})}}, 0) \\approx {v}$",
        "d(0, x_{i}) = {v}",
        "$d_{{{i},0}} = {v}$",
        r"$\|x_{i}\| = {v}$",
        "Observation {i} (Red) {v}",
        "Obs {i} [Red]: {v}",
    ],
)
def test_every_way_to_name_a_key_is_known(frame: str) -> None:
    assert values(keyed(frame)) == EXPECTED


@pytest.mark.parametrize(
    "frame", ["obs{i}: {v}", "obs{i} = {v}", "{i} -> {v}", "for the {word} one {v}", "d({i}) = {v}"]
)
def test_keys_may_stand_in_one_line(frame: str) -> None:
    assert values(keyed(frame, ", ")) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "3, 2, 3.16, 2.24, 1.41, 1.73",
        "3; 2; 3,16; 2,24; 1,41; 1,73",
        "Distances: 3, 2, 3.16, 2.24, 1.41 and 1.73",
        "[3.    2.    3.16 2.24 1.41 1.73]",
        "3\n2\n3.16\n2.24\n1.41\n1.73",
        "(3, 2, 3.16, 2.24, 1.41, 1.73)",
        "array([3., 2., 3.16, 2.24, 1.41, 1.73])",
        "|obs|1|2|3|4|5|6|\n|---|---|---|---|---|---|---|\n|d|3|2|3.16|2.24|1.41|1.73|",
    ],
)
def test_a_list_without_keys_counts_in_order(text: str) -> None:
    assert values(text) == EXPECTED


def test_a_table_is_read_in_its_column() -> None:
    rows = "\n".join(
        f"| {i} | 0 | {i} | Red | {v} | far |" for i, v in enumerate(EXPECTED, start=1)
    )
    assert (
        values(f"| Obs. | X1 | X2 | Y | Distance | note |\n|---|---|---|---|---|---|\n{rows}")
        == EXPECTED
    )


@pytest.mark.parametrize("between", [" | ", "|", "\t", ",", "   ", " "])
def test_a_table_without_rules_is_read_in_its_column(between: str) -> None:
    rows = [["Obs", "X1", "Distance", "Y"]]
    rows += [[str(i), str(i % 2), str(v), "Red"] for i, v in enumerate(EXPECTED, start=1)]
    assert values("\n".join(map(between.join, rows))) == EXPECTED


def test_rows_without_keys_count_in_order_and_sorted_ones_go_to_a_person() -> None:
    head = "| X1 | Distance |\n|---|---|\n"
    assert (
        values(head + "\n".join(f"| {i % 3} | {v} |" for i, v in enumerate(EXPECTED))) == EXPECTED
    )
    found = SIX.read(answer(head + "\n".join(f"| 1 | {v} |" for v in sorted(EXPECTED))))
    assert isinstance(found, Found)
    assert found.doubt


@pytest.mark.parametrize(
    "text",
    [
        "I found 3, 2, 3.16, 2.24, 1.41 and 1.73 for points 1 to 6.",
        "They are 3, 2, 3.16, 2.24, 1.41, 1.73 away from (0, 0, 0).",
        "For observations 6, 5, 4, 3, 2 and 1 we have 1.73, 1.41, 2.24, 3.16, 2 and 3.",
    ],
)
def test_a_list_inside_a_sentence_is_read(text: str) -> None:
    assert values(text) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "They are 1.41, 1.73, 2, 2.24, 3 and 3.16 when sorted.",
        "They are 1.73, 1.41, 2.24, 3.16, 2 and 3 from point 6 to 1.",
    ],
)
def test_a_list_in_an_order_of_its_own_goes_to_a_person(text: str) -> None:
    found = SIX.read(answer(text))
    assert isinstance(found, Found)
    assert found.doubt


def test_the_order_of_the_text_does_not_matter_where_keys_stand() -> None:
    near = "obs 5 (1.41), obs 6 (1.73), obs 2 (2)"
    text = f"From near to far: {near}, obs 4 (√5 = 2.24), obs 1 (3), obs 3 (√10 = 3.16)"
    assert values(text) == EXPECTED


def test_surds_are_read_as_their_values() -> None:
    assert values(r"3, 2, √10, $\sqrt{5}$, √2, 3^(1/2)") == pytest.approx(
        [3, 2, 10**0.5, 5**0.5, 2**0.5, 3**0.5]
    )


def test_decimal_commas_before_three_digits_are_known_by_their_company() -> None:
    assert (
        values(keyed("{i} -> {v}", shown=("3", "2", "3,162", "2,236", "1,414", "1,732")))[2]
        == 3.162
    )


def test_what_is_not_given_is_null() -> None:
    assert values(keyed("obs{i}: {v}", shown=("3", "2", "3.16", "2.24", "1.41"))) == [
        *EXPECTED[:5],
        None,
    ]


def test_a_value_that_is_taken_back_does_not_count() -> None:
    text = keyed("Obs {i}: {v}").replace("3.16", "4, wait, that should be sqrt(1+9) = 3.16")
    assert values(text) == EXPECTED


def test_two_lists_that_differ_are_rivals_and_squares_on_the_way_are_none() -> None:
    two = SIX.read(
        answer("By the formula: 3, 2, 3.16, 2.24, 1.41, 1.73\n\nFinal distances: 3, 2, 4, 3, 2, 3")
    )
    assert isinstance(two, Found)
    assert len(two.others) == 1
    squares = SIX.read(
        answer("Squared distances: 9, 4, 10, 5, 2, 3\n\nDistances: 3, 2, 3.16, 2.24, 1.41, 1.73")
    )
    assert isinstance(squares, Found)
    assert not squares.others


def test_a_short_list_without_keys_goes_to_a_person() -> None:
    found = SIX.read(answer("3, 2, 3.16, 2.24"))
    assert isinstance(found, Found)
    assert found.doubt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no idea",
        "We get: x",
        "d = sqrt(x1^2 + x2^2 + x3^2)",
        "2.1 distances from the point (0, 0, 0):",
    ],
)
def test_where_no_list_is_given_it_is_missing(text: str) -> None:
    found = SIX.read(answer(text))
    assert isinstance(found, Missing)
    assert not found.doubt


def test_a_count_stands_for_numbered_keys() -> None:
    assert values("1) 5\n2) 7", Numbers(count=2)) == [5, 7]
    with pytest.raises(ValueError, match="count"):
        Numbers()


@given(
    st.lists(st.integers(0, 99999), min_size=6, max_size=6),
    st.sampled_from(["obs{i} = {v}", "{i}) {v}", "Obs {i}: {v}", "d_{i} = {v}"]),
)
@settings(max_examples=60, deadline=None)
def test_any_keyed_numbers_read_back(numbers: list[int], frame: str) -> None:
    shown = tuple(f"{n / 100:.2f}" for n in numbers)
    assert values(keyed(frame, shown=shown)) == [n / 100 for n in numbers]


@given(st.text(alphabet="obs 123456:=.,;|()√-\n→#d_x²*", max_size=120))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(SIX.read(answer(text)), Found | Missing)


@pytest.mark.parametrize(
    "text",
    [
        "a_1=2, a_2=8, a_3=18",
        "a_1 = 2*1 = 2\na_2 = 2*4 = 8\na_3 = 2*9 = 18",
        "1: 2\n2: 8\n3: 18",
        "a_1 = 2, a_2 = 8, a_3 = 18, a_4 = 32",
        "first: 2\nsecond: 8\nthird: 18",
        "a_1 is 2*1 = 2, so a_2 = 8 and a_3 = 18",
        "λ1 = 2, λ2 = 8, λ3 = 18",
        "2, 8, 18 (see lecture 3, slide 12)",
        "The first three terms are 2, 8 and 18.",
    ],
)
def test_a_value_that_is_a_number_of_the_list_too_is_no_key(text: str) -> None:
    assert values(text, Numbers(count=3)) == [2, 8, 18]


@pytest.mark.parametrize(
    "text",
    [
        "Attempt 1: 4, 16, 36\nAttempt 2: 2, 8, 18",
        "n=1: 2, n=2: 8, n=3: 18",
    ],
)
def test_where_the_keys_are_not_plain_a_person_is_asked(text: str) -> None:
    finding = Numbers(count=3).read(answer(text))
    assert isinstance(finding, Found | Missing)
    assert finding.doubt or (isinstance(finding, Found) and finding.others)


@pytest.mark.parametrize(
    "text",
    [
        r"$\lambda_1 = 4, \lambda_2 = 7$",
        r"$\lambda_1=4$, $\lambda_2=7$",
        r"$\lambda_1 = 4$ and $\lambda_2 = 7$",
        r"$$\lambda_1 = 4, \quad \lambda_2 = 7$$",
        r"\lambda_1 = 4, \lambda_2 = 7",
        "The eigenvalues are λ1 = 4 and λ2 = 7.",
        "The eigenvalues are λ_1 = 4 and λ_2 = 7.",
        "The eigenvalues of A are λ1=4 and λ2=7",
        "Eigenvalues: λ1 = 4, λ2 = 7",
        "λ₁ = 4, λ₂ = 7",
        "The eigenvalues are λ₁ = 4 and λ₂ = 7.",
        "We get λ1 = 4, λ2 = 7",
        r"We get $\lambda_1 = 4$ and $\lambda_2 = 7$.",
        "det(A - λI) = 0 gives λ1 = 4, λ2 = 7",
        "Solving the characteristic polynomial gives λ1 = 4 and λ2 = 7.",
        "So the eigenvalues are: λ2 = 7, λ1 = 4",
    ],
)
def test_elements_with_one_name_are_read_behind_the_words_that_introduce_them(text: str) -> None:
    assert values(text, Numbers(count=2)) == [4, 7]


@pytest.mark.parametrize(
    "text",
    [
        "The eigenvalues are not λ1 = 4, λ2 = 7",
        "In the lecture we had λ1 = 4, λ2 = 7",
        "The matrix with λ1 = 4, λ2 = 7",
        "If the eigenvalues are λ1 = 4, λ2 = 7",
        "At first I get λ1 = 4, λ2 = 7",
        "We get λ1 = 4, λ2 = 7, μ1 = 3, μ2 = 8",
        "We get λ1 = 4, μ2 = 7",
        "We get n=1: 4, n=2: 7",
        "We get λ1 = 4, λ2 = 7, which is wrong",
        "We get λ1 = 4, λ2 = 7, which cannot be, so not these",
    ],
)
def test_behind_other_words_or_with_other_names_they_are_not(text: str) -> None:
    finding = Numbers(count=2).read(answer(text))
    assert isinstance(finding, Found | Missing)
    assert finding.doubt or (isinstance(finding, Found) and finding.others)


def test_a_point_before_the_digits_belongs_to_the_number() -> None:
    assert values("a .2\nb .3\nc .5", Numbers(keys=("a", "b", "c"))) == [0.2, 0.3, 0.5]


def test_keys_without_numbers_are_missing_where_none_is_named() -> None:
    finding = Numbers(keys=("a", "b", "c")).read(answer("We get: nothing"))
    assert isinstance(finding, Missing)


def test_titles_of_columns_are_keys() -> None:
    table = "| x1 | x2 | x3 |\n|---|---|---|\n| 3 | 2 | 1 |"
    assert values(table, Numbers(keys=("x1", "x2", "x3"))) == [3, 2, 1]
