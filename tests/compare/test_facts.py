"""Queries over the facts of a program: what holds is quoted, what is lacking is named."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare._queries import QueryError, ask, check
from grader.compare.facts import Facts
from grader.model import Verdict

FACTS = {
    "calls": [
        {
            "name": "T.Compose",
            "args": [[{"call": 1}, {"call": 2}]],
            "line": 1,
            "text": "T.Compose([…])",
        },
        {
            "name": "T.RandomCrop",
            "args": [32],
            "kw": {"padding": 4},
            "line": 2,
            "text": "T.RandomCrop(32, padding=4)",
        },
        {"name": "T.ToTensor", "line": 3, "text": "T.ToTensor()"},
        {
            "name": "data.Set",
            "kw": {"transform": {"call": 0}, "train": True},
            "line": 4,
            "text": "Set(…)",
        },
        {
            "name": "Loader",
            "args": [{"call": 3, "calls": ["data.Set"]}, 128],
            "line": 5,
            "text": "Loader(s, 128)",
        },
        {
            "name": "loss.backward",
            "line": 8,
            "text": "loss.backward()",
            "loops": [0, 1],
            "in": "main",
        },
        {
            "name": "plot",
            "args": [
                {"call": 9, "calls": ["sorted"]},
                {"text": "f", "terms": {"2": -2.0}, "plus": []},
            ],
            "line": 9,
        },
    ],
    "sets": [
        {
            "target": "net.fc",
            "value": {"call": 4},
            "text": "net.fc = …",
            "line": 6,
            "calls": ["Linear"],
        },
        {
            "target": "l.trainable",
            "value": False,
            "text": "l.trainable = False",
            "line": 7,
            "loops": [2],
        },
        {"target": "k.trainable", "value": {"text": "i >= 10"}, "line": 7, "when": ["i < 3"]},
    ],
    "loops": [
        {
            "kind": "for",
            "over": "range(5)",
            "times": 5,
            "values": [0, 1, 2, 3, 4],
            "line": 7,
            "target": "e",
        },
        {"kind": "for", "over": "loader", "breaks": True, "line": 8, "target": "b"},
        {"kind": "for", "over": "net.layers[:10]", "line": 7, "target": "l"},
    ],
    "formulas": [
        {
            "target": "y",
            "of": "x",
            "terms": {"1": 1.0, "2": -2.0},
            "plus": [5],
            "from": ["randn"],
            "line": 3,
        }
    ],
    "functions": [{"name": "main", "params": ["a"], "line": 1}],
    "imports": ["torch.nn"],
    "undefined": ["X"],
    "unimported": ["os"],
    "source": "print(1)",
    "printed": "acc 0.9",
    "prose": "two lines",
    "canonical": "a = b",
    "log": {
        "last_epoch": 3,
        "epochs": [{"loss": 2.5}],
        "failed": ["NameError"],
        "warnings": ["no metric"],
    },
}

HOLD: list[Any] = [
    {"call": "RandomCrop"},
    {"call": ["CenterCrop", "RandomCrop"], "args": {"size|0": 32, "padding|1": 4}},
    {"call": "T.RandomCrop", "args": {"size|0": {"in": [[32, 32], 32]}}},
    {"call": "RandomCrop", "args": {"fill|2": {"absent": True}}},
    {"call": "RandomCrop", "args": {"size|0": {"min": 30, "max": 40}}},
    {"call": "RandomCrop", "args": {"size|0": {"near": 31, "by": 1}}},
    {"call": "RandomCrop", "args": {"size|0": {"number": True}, "*": {"contains": 4}}},
    {"call": "RandomCrop", "inside": "Compose"},
    {
        "call": "Loader",
        "args": {"batch|1": 128},
        "holding": [{"call": "RandomCrop"}, {"call": "Set", "args": {"train|1": True}}],
    },
    {"call": "Loader", "lacking": [{"call": "Flip"}]},
    {"call": "backward", "in_loop": {"times": 5}},
    {"call": "backward", "in_loop": {"loop": "^loader", "breaks": True}, "in": "main", "deep": 2},
    {"call": "RandomCrop", "in_loop": False},
    {"call": "*", "text": "Crop"},
    {"call": "plot", "args": {"0": {"call": ["sorted"]}, "1": {"terms": True, "plus": False}}},
    {"call": "plot", "args": {"1": {"terms": {"2": -2}}}},
    {"order": ["RandomCrop", "ToTensor"], "within": ["Compose"]},
    {"set": "net\\.fc", "value": {"call": "Loader"}},
    {"set": ".*trainable", "value": False, "over": "\\[:10\\]"},
    {"set": ".*trainable", "value": {"matches": ">= 10"}, "when": "<"},
    {"set": "net.fc", "made_by": "Linear"},
    {"loop": "range", "times": 5, "values": {"contains": 4}},
    {"loop": "", "kind": "for", "target": "b"},
    {"formula": {"1": 1, "2": -2}, "plus": {"call": "backward"}, "from": ["randn"], "target": "y"},
    {"formula": True},
    {"function": "ma.n", "params": ["a"]},
    {"imports": "torch\\..*"},
    {"undefined": True},
    {"undefined": "(?!np$)\\w+"},
    {"unimported": "os|sys"},
    {"source": "print"},
    {"printed": "acc"},
    {"prose": "two"},
    {"canonical": "a = b"},
    {"at": "log.last_epoch", "is": {"min": 3}},
    {"at": "log.epochs.0.loss", "is": 2.5},
    {"at": "log.failed.0"},
    {"at": "log.warnings", "is": {"contains": {"matches": "metric"}}},
    {"before": [{"call": "RandomCrop"}, {"set": "net.fc"}]},
    {"all": [{"call": "RandomCrop"}, {"not": {"call": "Flip"}}]},
    {"any": [{"call": "Flip"}, {"call": "RandomCrop"}]},
]
FAIL: list[Any] = [
    {"call": "Crop"},
    {"call": "RandomCrop", "args": {"size|0": 28}},
    {"call": "RandomCrop", "args": {"size|0": True}},
    {"call": "RandomCrop", "args": {"size|0": {"not": 32}}},
    {"call": "RandomCrop", "least": 2},
    {"call": "ToTensor", "inside": "Loader2"},
    {"call": "Loader", "lacking": [{"call": "RandomCrop"}]},
    {"call": "backward", "in_loop": {"times": 10}},
    {"order": ["ToTensor", "RandomCrop"], "within": ["Compose"]},
    {"set": "net", "value": 3},
    {"loop": "range", "times": 6},
    {"formula": {"1": 1, "2": 2}},
    {"formula": True, "plus": None, "target": "y"},
    {"undefined": "np"},
    {"at": "log.nothing.there"},
    {"before": [{"set": "net.fc"}, {"call": "RandomCrop"}]},
    {"other": {"call": "RandomCrop"}},
    {"not": {"call": "RandomCrop"}},
]
ids = [str(q)[:70] for q in HOLD]


@pytest.mark.parametrize("query", HOLD, ids=ids)
def test_a_query_that_holds_is_seen(query: Any) -> None:
    check(query)
    assert ask(FACTS, query).holds


@pytest.mark.parametrize("query", FAIL, ids=[str(q)[:70] for q in FAIL])
def test_a_query_that_does_not_hold_is_not_seen(query: Any) -> None:
    check(query)
    assert not ask(FACTS, query).holds


@pytest.mark.parametrize("query", [*HOLD, *FAIL], ids=str)
def test_not_turns_a_query_round(query: Any) -> None:
    assert ask(FACTS, {"not": query}).holds is not ask(FACTS, query).holds


@pytest.mark.parametrize(
    "query", [3, {}, {"cal": "x"}, {"all": [{}]}, {"source": "("}, {"not": {"x": 1}}]
)
def test_a_slip_in_a_query_is_found_when_the_rubric_is_loaded(query: Any) -> None:
    with pytest.raises(QueryError):
        Facts(what="x", holds=query)


def test_reasons_quote_the_line_and_never_the_wanted_value() -> None:
    kind = Facts(what="the crop", holds={"call": "RandomCrop", "args": {"size|0": 28}})
    verdict = kind.compare(FACTS, None)
    assert verdict.reason == "the crop: not as asked in line 2: T.RandomCrop(32, padding=4)"
    assert (
        Facts(what="the flip", holds={"call": "Flip"}).compare(FACTS, None).reason
        == "the flip: not found"
    )


def test_parts_of_a_query_earn_their_share_by_weight() -> None:
    kind = Facts(
        what="all",
        each=(
            {"what": "crop", "holds": {"call": "RandomCrop"}, "weight": 2},
            {"what": "flip", "holds": {"call": "Flip"}},
        ),
    )
    verdict = kind.compare(FACTS, None)
    assert verdict.credit == Fraction(2, 3)
    assert "lacking: flip" in verdict.reason
    gated = Facts(what="all", holds={"call": "Flip"}, each=kind.each)
    assert gated.compare(FACTS, None).credit == 0


def test_patterns_may_name_what_the_reference_computed() -> None:
    query = {
        "call": "RandomCrop",
        "args": {"size|0": {"truth": "size"}, "padding|1": {"in": {"truth": "paddings"}}},
    }
    assert ask(FACTS, query, {"size": 32, "paddings": [4, 5]}).holds
    assert not ask(FACTS, query, {"size": 31, "paddings": [4, 5]}).holds
    assert not ask(FACTS, query, None).holds
    assert ask(FACTS, {"other": {"call": "Flip"}}, {"other": {"calls": [{"name": "Flip"}]}}).holds


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "args",
                    "kw",
                    "call",
                    "calls",
                    "loops",
                    "when",
                    "over",
                    "terms",
                    "plus",
                    "text",
                    "dict",
                    "line",
                    "value",
                    "target",
                    "values",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
heads = [
    "calls",
    "sets",
    "loops",
    "formulas",
    "functions",
    "imports",
    "undefined",
    "source",
    "printed",
    "log",
]


@given(
    st.dictionaries(st.sampled_from(heads), plain | st.lists(plain, max_size=4), max_size=6)
    | plain,
    st.sampled_from([*HOLD, *FAIL]),
    plain,
)
def test_no_facts_make_a_query_fail(facts: Any, query: Any, truth: Any) -> None:
    assert isinstance(Facts(what="x", holds=query).compare(facts, truth), Verdict)


@given(st.floats(0, 50), st.floats(0, 10), st.floats(0, 10))
def test_loosening_a_tolerance_never_loses_what_held(wanted: float, by: float, more: float) -> None:
    def held(tolerance: float) -> bool:
        return ask(
            FACTS, {"call": "RandomCrop", "args": {"0": {"near": wanted, "by": tolerance}}}
        ).holds

    assert held(by) <= held(by + more)


CHECKS = {
    "log": {
        "checks": [
            {"check": "never-ran", "says": "it ended before it trained", "values": {}},
            {"check": "split", "says": "another split", "values": {"sizes": [3, 4]}},
        ]
    }
}


def test_a_mapping_picks_what_holds_its_keys_and_the_answer_quotes_what_it_says() -> None:
    hit = ask(CHECKS, {"at": "log.checks", "is": {"contains": {"check": "split"}}})
    assert (hit.holds, hit.seen) == (True, ("another split",))
    inside = {"check": "split", "values": {"sizes": {"contains": 4}}}
    assert ask(CHECKS, {"at": "log.checks", "is": {"contains": inside}}).holds
    assert not ask(CHECKS, {"at": "log.checks", "is": {"contains": {"check": "other"}}}).holds
    assert not ask(CHECKS, {"at": "log.checks", "is": {"contains": {"other": "split"}}}).holds
    assert not ask(CHECKS, {"at": "log.checks", "is": {"contains": {}}}).holds
