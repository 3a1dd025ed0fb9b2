"""Facts of source code: what is called, how often, with what; nothing of it is run."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.codec import from_plain, to_plain
from grader.model import Answer, Finding, Found, Missing, Piece, Place
from grader.read.source import Source

HERE = Place(file="a.md", start=1, end=1)


def read(text: str, kind: str = "code", **options: bool) -> Finding:
    return Source(**options).read(Answer(pieces=(Piece(kind=kind, text=text, place=HERE),)))


def facts(text: str, kind: str = "code", **options: bool) -> Any:
    found = read(text, kind, **options)
    assert isinstance(found, Found)
    return found.value


def call(text: str, name: str) -> Any:
    return next(c for c in facts(text)["calls"] if c["name"].endswith(name))


@pytest.mark.parametrize(
    "text",
    [
        "import torchvision.transforms as T\nT.RandomCrop(32, padding=4)",
        "from torchvision import transforms as T\nT.RandomCrop(32, padding=4)",
        "from torchvision.transforms import RandomCrop\nRandomCrop(32, padding=4)",
        "import torchvision\ntorchvision.transforms.RandomCrop(32, padding=4)",
        "from torchvision.transforms import RandomCrop as C\nsize = 16 * 2\nC(size, padding=4)",
        "from torchvision.transforms import RandomCrop\no = {'padding': 4}\nRandomCrop(32, **o)",
        "from torchvision.transforms import RandomCrop\na = (32,)\nRandomCrop(*a, padding=4)",
    ],
)
def test_a_call_is_the_same_however_it_is_imported_and_its_arguments_are_named(text: str) -> None:
    found = call(text, "RandomCrop")
    assert found["name"] == "torchvision.transforms.RandomCrop"
    assert found["args"] == [32]
    assert found["kw"] == {"padding": 4}


def test_literals_are_computed() -> None:
    text = "import math\nN([math.sqrt(v) for v in (4, 9)], 0.25 ** 0.5, -(2 + 1), [1] + [2, 3])"
    assert call(text, "N")["args"] == [[2.0, 3.0], 0.5, -3, [1, 2, 3]]


def test_a_name_that_is_assigned_twice_has_the_value_of_the_moment() -> None:
    text = "n = 3\nf(n)\nn = 4\ng(n)"
    assert call(text, "f")["args"] == [3]
    assert call(text, "g")["args"] == [4]


@pytest.mark.parametrize(
    ("loop", "times"),
    [
        ("for e in range(5):\n    f()", 5),
        ("for e in range(1, 6):\n    f()", 5),
        ("n = 5\nfor e in tqdm(range(n)):\n    f()", 5),
        ("for e in range(start, start + 5):\n    f()", 5),
        ("for e in [1, 2, 3]:\n    f()", 3),
        ("def main(epochs=5):\n    for e in range(epochs):\n        f()", 5),
        ("def main(epochs=5):\n    for e in range(epochs):\n        f()\nmain(7)", 7),
        ("for e in loader:\n    f()", None),
    ],
)
def test_how_often_a_loop_goes_round(loop: str, times: int | None) -> None:
    (found,) = facts(loop)["loops"]
    assert found.get("times") == times


def test_a_loop_that_is_left_early_is_seen() -> None:
    assert facts("for b in dl:\n    if i == 9:\n        break\n    f(b)")["loops"][0]["breaks"]
    assert not facts("for b in dl:\n    f(b)")["loops"][0]["breaks"]


@pytest.mark.parametrize(
    "text",
    [
        "y = x - 2*x**2 + randn(9)",
        "f = x - 2 * x * x\ny = f + randn(9)",
        "def f(u):\n    return u * (1 - 2*u)\ny = f(x) + randn(9)",
        "f = lambda u: -2*u**2 + u\nnoise = randn(9)\ny = f(x) + noise",
        "y = np.power(x, 2) * -2 + x + randn(9)",
        "y = []\nfor v in x:\n    y.append(v - 2*v**2 + randn(9))",
    ],
)
def test_a_polynomial_is_the_same_however_it_is_written(text: str) -> None:
    value = facts(text)
    formula = next(f for f in value["formulas"] if "plus" in f and "terms" in f)
    assert formula["terms"] == {"1": 1.0, "2": -2.0}
    assert [value["calls"][i]["name"] for i in formula["plus"]] == ["randn"]


def test_names_that_nothing_defines_are_told_from_modules_that_are_not_imported() -> None:
    value = facts("def f(Z):\n    if os.path.isdir('a'):\n        return X - Z.mean()")
    assert value["undefined"] == ["X"]
    assert value["unimported"] == ["os"]


def test_code_in_running_text_is_found() -> None:
    assert facts("The mean is\nmu = Z.mean(axis=0)\nas asked", "prose")["sets"][0]["target"] == "mu"
    assert facts("I used `net.fit(x, epochs=3)` here", "prose")["calls"][0]["kw"] == {"epochs": 3}


def test_a_log_alone_is_found_too() -> None:
    assert facts("Epoch 3: accuracy 0.91", "output")["log"]["last_epoch"] == 3


def test_one_spelling_is_kept_on_demand() -> None:
    value = facts('def f(a,b):\n  m,v = a["x"],b\n  return m+v', canonical=True)
    assert value["canonical"].splitlines()[1:] == [
        "    m = a['x']",
        "    v = b",
        "    return m + v",
    ]


@pytest.mark.parametrize(
    "text", ["I could not get it to work.", "Not done.", "no time for this, sorry"]
)
def test_giving_up_is_certainly_no_code(text: str) -> None:
    assert read(text, "prose") == Missing(why="there is no code and no output")


def test_a_description_without_code_goes_to_a_person() -> None:
    found = read(
        "I drew the points and a line of the function over a fine grid of values.", "prose"
    )
    assert isinstance(found, Missing)
    assert found.doubt


def test_an_image_alone_goes_to_a_person() -> None:
    found = read("![](a.png)", "image")
    assert isinstance(found, Missing)
    assert found.doubt


def test_code_nested_too_deeply_is_not_read_and_does_not_fail() -> None:
    read("x = " + "(" * 150 + "1" + ")" * 150)
    read("x = " + "-" * 3_000 + "1")
    read("x = " + "1 + " * 3_000 + "1")


@given(st.text(max_size=400), st.sampled_from(["code", "prose", "output", "table", "math"]))
@settings(max_examples=300)
def test_no_text_makes_reading_fail(text: str, kind: str) -> None:
    found = read(text, kind, canonical=True)
    assert isinstance(found, Found | Missing)
    assert from_plain(to_plain(found)) is not None


@given(st.text(alphabet="xyf()[]=+-*.,:1 23\n'foribnltd", max_size=200))
@settings(max_examples=500)
def test_no_heap_of_signs_makes_reading_fail(text: str) -> None:
    to_plain(read(text))


@given(
    st.integers(-(10**6), 10**6),
    st.text(alphabet="abc", max_size=9),
    st.booleans(),
    st.floats(0, 1),
)
def test_literal_arguments_read_back(number: int, word: str, flag: bool, share: float) -> None:
    found = call(f"f({number!r}, {word!r}, {flag!r}, k={share!r})", "f")
    assert found["args"] == [number, word, flag]
    assert found["kw"] == {"k": share}
