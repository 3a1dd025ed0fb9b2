"""``grader compare``: one comparison in words, thousands as lines of JSON, and the printed table."""

import dataclasses
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cli import main
from grader.cli.compare import answered
from grader.compare import comparators, compare
from grader.kinds import UnknownKind

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=10,
)


@pytest.fixture
def run(capfd):
    def call(*arguments):
        status = 0
        try:
            main(list(arguments))
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        return status, out, err

    return call


def test_one_comparison_is_told_in_words(run):
    assert run("compare", "number", "3x10^8", "299792458", "-o", "relative=0.01") == (
        0,
        "right: 3x10^8 is right\n",
        "",
    )
    status, out, _ = run("compare", "number", "--", "-5", "5")
    assert (status, out) == (0, "wrong: -5 is not right; the sign is the other one\n")
    assert run("compare", "number", "ten", "10")[1].startswith("invalid: ")
    assert run("compare", "number", "1,234", "1234")[1].startswith("open, 100 % proposed: ")


def test_one_comparison_as_json(run):
    _, out, _ = run("compare", "number", "0.25", "4", "--json")
    assert json.loads(out) == {
        "credit": 0.0,
        "certain": True,
        "invalid": False,
        "read": "0.25",
        "reason": "0.25 is not right; it is upside down (the reciprocal)",
        "miss": "reciprocal",
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "nmber", "1", "1"), "did you mean 'number'"),
        (("compare", "number", "1", "1", "-o", "absolut=1"), "absolut"),
        (("compare", "number", "1", "1", "-o", "absolute"), "NAME=VALUE"),
        (("compare", "number", "1"), "TRUTH"),
        (("compare", "number", "1", "one"), "no number"),
        (("compare", "number", "1", "1", "-o", "absolute=-1"), "below 0"),
        (("compare", "number", "1", "1", "-o", "inclusive=3"), "true or false"),
        (("compare", "list", "1", "1", "-o", "brackets=3"), "a text"),
        (("compare", "--table", "-o", "absolute=1"), "its own options"),
    ],
)
def test_a_wrong_call_says_what_to_do(run, arguments, says):
    status, out, err = run(*arguments)
    assert status == 2
    assert not out
    assert says in err


def test_thousands_of_lines_are_answered_in_order(tmp_path, run):
    path = tmp_path / "answers.jsonl"
    asked = [
        {
            "id": n,
            "kind": "number",
            "options": {"absolute": 0.5},
            "text": f"{n}.4",
            "truth": n + n % 2,
        }
        for n in range(2_000)
    ]
    path.write_text("\n".join(map(json.dumps, asked)), "utf-8")
    status, out, err = run("compare", "--lines", str(path))
    told = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert [one["id"] for one in told] == list(range(2_000))
    assert [one["credit"] for one in told] == [float(n % 2 == 0) for n in range(2_000)]
    assert set(told[0]) == {"id", "credit", "certain", "invalid", "read", "reason"}


def test_a_line_that_cannot_be_compared_stops_no_other(tmp_path, run):
    path = tmp_path / "answers.jsonl"
    lines = [
        "not JSON",
        '{"id": 1, "kind": "nothing", "text": "1", "truth": 1}',
        '{"id": 2, "kind": "number", "options": {"what": 1}, "text": "1", "truth": 1}',
        "[1]",
        '{"id": 3, "text": "1", "truth": 1, "options": {"absolute": [1]}}',
        '{"id": 4, "text": "\\ud800", "truth": 1}',
        "[" * 100_000,
        '{"id": 6, "kind": "expression", "options": {"constants": ["g"]}, "text": "x", "truth": "x"}',
        '{"id": 7, "text": "1"}',
        '{"id": NaN, "text": "1", "truth": 1, "options": []}',
        '{"id": 5, "text": "1", "truth": 1}',
    ]
    path.write_text("\n".join(lines), "utf-8")
    status, out, err = run("compare", "--lines", str(path))
    told = [json.loads(line) for line in out.splitlines()]
    assert status == 2
    assert "9 line(s)" in err
    assert ["error" in one for one in told] == [True] * 5 + [False] + [True] * 4 + [False]
    assert "NaN" not in out
    assert told[-1]["credit"] == 1
    assert told[5]["invalid"]
    assert [one["id"] for one in told[7:9]] == [6, 7]


def test_standard_input_is_read_in_a_process_of_its_own():
    lines = '{"id": "a", "kind": "number", "text": "2", "truth": 2}\n'
    done = subprocess.run(
        [sys.executable, "-m", "grader", "compare", "--lines", "-"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert json.loads(done.stdout)["credit"] == 1


def test_the_function_behind_it_says_what_it_does_not_know():
    with pytest.raises(UnknownKind):
        compare("1", 1, "nmber")
    with pytest.raises(ValueError, match="absolut"):
        compare("1", 1, absolut=1)


def test_options_that_are_changed_later_change_no_other_comparison():
    options = {"of": {"kind": "number", "absolute": 0.1}}
    compare("1.4", [1.0], "list", **options)
    options["of"]["absolute"] = 0.5
    assert compare("1.4", [1.0], "list", of={"kind": "number", "absolute": 0.1}).credit == 0


@pytest.mark.parametrize("kind", comparators.names())
@given(data=st.data())
def test_options_of_any_type_are_refused_or_work(kind, data):
    fields = [field.name for field in dataclasses.fields(comparators.get(kind))]
    if not fields:
        return
    name = data.draw(st.sampled_from(fields))
    try:
        verdict = compare("1", "1", kind, **{name: data.draw(JSON)})
    except ValueError:
        return
    assert 0 <= verdict.credit <= 1


def test_the_cold_start_loads_nothing_heavy():
    code = (
        "import sys; from grader.compare import compare; compare('3x10^8', 3e8); compare('1,5', '3/2');"
        "print([n for n in ('sympy', 'mpmath', 'pint', 'numpy', 'pydantic', 'rapidfuzz') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"


def kinds_with_examples():
    return [name for name in comparators.names() if hasattr(comparators.get(name), "EXAMPLES")]


@pytest.mark.parametrize("kind", kinds_with_examples())
def test_every_example_of_the_table_is_what_it_says(kind):
    first, *others = comparators.get(kind).EXAMPLES
    verdict = compare(first["text"], first["truth"], kind, **first["options"])
    assert (verdict.credit, verdict.certain) == (1, True), verdict
    assert others
    for example in others:
        told = compare(example["text"], example["truth"], kind, **example["options"])
        assert told.credit < 1 or not told.certain, told


@pytest.mark.parametrize("kind", kinds_with_examples())
def test_every_option_is_explained(kind):
    from grader.describe import _told

    cls = comparators.get(kind)
    assert {field.name for field in dataclasses.fields(cls)} <= set(_told(cls))


def test_the_table_in_the_documentation_is_the_one_that_is_printed(run):
    page = Path(__file__).parent.parent / "grader/docs/comparing.md"
    _, printed, _ = run("compare", "--table")
    assert page.read_text("utf-8").partition("<!-- table -->\n\n")[2] == printed


@pytest.mark.parametrize("kind", kinds_with_examples())
@given(text=JSON, truth=JSON)
def test_no_json_value_raises(kind, text, truth):
    options = comparators.get(kind).EXAMPLES[0]["options"]
    for expected in (truth, comparators.get(kind).EXAMPLES[0]["truth"]):
        verdict = compare(text, expected, kind, **options)
        assert 0 <= verdict.credit <= 1
        json.dumps(verdict.reason)


@given(line=st.text(max_size=200))
def test_any_line_gets_an_answer(line):
    for answer in answered(io.StringIO(line)):
        assert "error" in answer or "credit" in answer
