"""Slips of order and scope are named; programs that are right are left alone."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.codec import to_plain
from grader.read._facts import facts
from grader.read._python import parse


def slips(text: str) -> dict[str, Any]:
    found = facts(parse((text,)))
    return {name: found[name] for name in ("outside", "uncalled", "remade", "left_behind")}


HEAD = "net = resnet18()\nnet.fc = Linear(512, 10)\n"
FUNCTION = "def fit():\n    hits = 0\n    for x in loader:\n        hits += 1\n    return hits\n"


def test_a_name_of_a_function_that_is_used_outside_of_it_is_named() -> None:
    assert slips(f"{FUNCTION}print(hits)")["outside"] == ["hits"]


@pytest.mark.parametrize(
    "rest",
    [
        "hits = fit()\nprint(hits)",
        "for hits in range(3):\n    print(hits)",
        "print([hits for hits in range(3)])",
        "with open('a') as hits:\n    print(hits)",
        "def show(hits):\n    print(hits)",
        "import hits\nprint(hits)",
        "def start():\n    global hits\n    hits = 1\nprint(hits)",
        "from names import *\nprint(hits)",
        "print(other)",
    ],
)
def test_a_name_that_the_program_itself_binds_is_left_alone(rest: str) -> None:
    assert slips(f"{FUNCTION}{rest}")["outside"] == []


def test_a_function_that_nothing_calls_is_named() -> None:
    assert slips(FUNCTION)["uncalled"] == ["fit"]
    assert slips(f"{FUNCTION}fit()")["uncalled"] == []
    assert slips(f"{FUNCTION}run(fit)")["uncalled"] == []
    assert slips(f"{FUNCTION}class A:\n    def fit(self): pass\nA().fit()")["uncalled"] == []


def test_what_was_done_to_a_network_that_is_made_anew_is_lost() -> None:
    (found,) = slips(f"{HEAD}net = resnet18()")["remade"]
    assert (found["target"], found["lost"]) == ("net", ["net.fc"])
    assert "line 3" in found["says"]


@pytest.mark.parametrize(
    "rest",
    [
        "net = net.to(device)",
        "net = DataParallel(net)",
        "other = resnet18()",
        "net = vgg19()",
        "for seed in range(3):\n    net = resnet18()",
        "def make():\n    net = resnet18()\n    return net",
    ],
)
def test_a_network_that_goes_on_is_not_made_anew(rest: str) -> None:
    assert slips(f"{HEAD}{rest}")["remade"] == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("net = resnet18().cuda()\nnet.fc = Linear(512, 10)", True),
        ("net = resnet18()\nnet = net.to(device)\nnet.fc = Linear(512, 10)", True),
        ("net = resnet18()\nnet.cuda()\nnet.fc = Sequential(Linear(512, 10))", True),
        ("net = resnet18().cuda()\nnet.fc = Linear(512, 10).cuda()", False),
        ("net = resnet18().cuda()\nnet.fc = Linear(512, 10)\nnet = net.cuda()", False),
        ("net = resnet18()\nnet.fc = Linear(512, 10)\nnet.to(device)", False),
        ("net = resnet18()\nnet.fc = Linear(512, 10)\nx = x.to(device)", False),
        ("x = x.cuda()\nnet = resnet18()\nnet.fc = Linear(512, 10)", False),
        ("net = a().cuda()\nnet = b()\nnet.fc = Linear(512, 10)\nnet.cuda()", False),
    ],
)
def test_a_layer_that_stays_where_the_network_is_not_is_named(text: str, named: bool) -> None:
    assert bool(slips(text)["left_behind"]) is named


WORDS = st.sampled_from(
    [
        "net",
        "=",
        "resnet18()",
        ".cuda()",
        "net.fc",
        "def",
        "f():",
        "\n",
        "return",
        "Linear(2,2)",
        "for",
        "x",
        "in",
        "y:",
        "global",
        "class",
    ]
)


@given(st.lists(WORDS, max_size=25).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_it_fail(text: str) -> None:
    to_plain(slips(text))
