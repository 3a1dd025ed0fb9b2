"""Notebooks as students hand them in: whole, retyped, unlabelled, damaged, hostile."""

from __future__ import annotations

import base64
import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v3
from PIL import Image

from grader import pipeline
from grader.collect import Gathered, PartPlan, Plan, Transcript, collectors
from grader.collect._everything import collect
from grader.collect._kind import told
from grader.model import Finding, Found, PartResult

ROOT = Path(__file__).parent.parent.parent
PLAN = Plan(
    assignment="sums",
    parts=(
        PartPlan(id="1.1"),
        PartPlan(id="2.1", phrases=("colour of the point",)),
        PartPlan(id="2.2", defines=("add",)),
        PartPlan(id="3.1", defines=("scatter",)),
        PartPlan(id="3.2"),
    ),
)


def png() -> str:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def md(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source: Any, *outputs: Any, count: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": {},
        "outputs": list(outputs),
        "source": source,
        **more,
    }


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def result(**data: Any) -> dict[str, Any]:
    named = {kind.replace("_", "/", 1): value for kind, value in data.items()}
    return {"output_type": "execute_result", "data": named, "metadata": {}, "execution_count": 1}


def notebook(*cells: Any, **more: Any) -> bytes:
    whole = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    return json.dumps(whole, indent=1).encode()


def gather(data: bytes, plan: Plan = PLAN) -> Gathered:
    return collectors.build("notebook", {}).gather(plan, "a.ipynb", data, {})


def written(data: bytes) -> Transcript:
    transcript = gather(data).transcript
    assert transcript is not None
    return transcript


def shown(*cells: Any) -> list[str]:
    return [line for line in written(notebook(*cells)).lines if line]


def text(finding: Finding | None) -> str:
    assert isinstance(finding, Found), finding
    return finding.doubt or finding.value.text


def answers(*cells: Any) -> dict[str, str]:
    return {
        id_: text(f) for id_, f in gather(notebook(*cells)).answers.items() if isinstance(f, Found)
    }


# -- what a notebook is


def test_a_notebook_is_known_by_its_content_whatever_its_name() -> None:
    assert told("a.txt", notebook(md("x"))).kind == "notebook"
    assert (
        told("answers.json", b'{"student": "Ada", "answers": {"1": "cells and nbformat: 4"}}').kind
        == "answers"
    )
    assert (
        told("answers.json", b'{"answers": {"1": "\\"cells\\": [ \\"nbformat\\": 4"}}').kind
        == "answers"
    )
    assert told("a.md", b"# 1.1\n\nGreen").kind == "document"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_a_notebook_is_read_in_any_encoding(encoding: str) -> None:
    whole = {"nbformat": 4, "cells": [md("### 2.1\n\nGrün"), md("### 2.2\n\nBlau")], "metadata": {}}
    data = json.dumps(whole, ensure_ascii=False).encode(encoding)
    assert told("a.bin", data).kind == "notebook"
    assert text(gather(data).answers["2.1"]) == "Grün"


def test_nul_characters_are_left_out_and_said() -> None:
    data = notebook(md("### 2.1\n\nGreen")).replace(b"Green", b"Gr\x00een")
    found = gather(data)
    assert text(found.answers["2.1"]) == "Green"
    assert "NUL characters were left out" in found.problems


def test_a_text_file_called_notebook_is_read_as_text() -> None:
    found = gather(b"### 2.1\n\nGreen\n\n### 2.2\n\nRed\n")
    assert text(found.answers["2.1"]) == "Green"
    assert "is no notebook; it was read as text" in found.problems


def test_format_3_is_read_with_its_headings_inputs_and_outputs() -> None:
    cells = [
        v3.new_heading_cell(source="2.1", level=3),
        v3.new_code_cell(
            input="print(1)",
            prompt_number=1,
            outputs=[
                v3.new_output("stream", "hello"),
                v3.new_output("pyout", "42", output_png=png()),
            ],
        ),
    ]
    book = v3.new_notebook(worksheets=[v3.new_worksheet(cells=cells)])
    data = nbformat.writes(
        nbformat.from_dict(json.loads(json.dumps(book))), version=nbformat.NO_CONVERT
    ).encode()
    transcript = written(data)
    lines = [line for line in transcript.lines if line]
    assert lines[:4] == ["### 2.1", "```python", "print(1)", "```"]
    assert "hello" in lines
    assert "![output](cell2-1.png)" in lines
    assert list(transcript.pictures) == ["cell2-1.png"]
    assert told("x", data).kind == "notebook"


# -- what stands in it


def test_places_are_cells() -> None:
    found = gather(notebook(md("# Me"), md("### 2.1\n\nGreen"), md("### 2.2\n\nRed")))
    transcript = found.transcript
    assert transcript is not None
    assert transcript.unit == "cell"
    assert set(transcript.numbers) == {1, 2, 3}
    whole = collect(
        PLAN, {"a.ipynb": notebook(md("# Me"), md("### 2.1\n\nGreen"), md("### 2.2\n\nRed"))}
    )
    answer = whole.evidence["2.1"]["answer"]
    assert isinstance(answer, Found)
    assert str(answer.where[0]) == "a.ipynb#cell2"


def test_printed_text_is_as_a_terminal_shows_it() -> None:
    noise = "  0%|          | 0/9\r100%|██████████| 9/9 [00:01<00:00]\n"
    lines = shown(
        code(
            "run()", stream(noise, "stderr"), stream(["\x1b[31mloss\x1b[0m 3\rloss 2\n", "done\n"])
        )
    )
    assert lines == ["```python", "run()", "```", "```output", "loss 2", "done", "```"]


def test_errors_are_one_line() -> None:
    trace = {
        "output_type": "error",
        "ename": "NameError",
        "evalue": "name 'k' is not defined",
        "traceback": ["\x1b[31m---"],
    }
    bare = {"output_type": "error", "traceback": ["Traceback…", "\x1b[31mValueError\x1b[0m: bad"]}
    assert shown(code("k = f(2)", trace, bare))[3:] == [
        "```output",
        "NameError: name 'k' is not defined",
        "ValueError: bad",
        "```",
    ]


def test_tables_formulas_and_pictures_of_outputs() -> None:
    frame = "<style>p {}</style><table><tr><th></th><th>mse</th></tr><tr><th>0</th><td>5.3|x</td></tr></table><p>1 rows</p>"
    cells = [
        code("show(df)", result(text_html=frame, text_plain="junk")),
        code("show(f)", result(text_latex="$\\displaystyle x^{2}$", text_plain="x**2")),
        code(
            "show(p)",
            result(image_png=png() + "\n", text_plain="<Figure size 640x480 with 1 Axes>"),
        ),
        code("show(s)", {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}}),
        code("show(b)", result(image_png="!!!")),
    ]
    transcript = written(notebook(*cells))
    lines = transcript.lines
    assert "| 0 | 5.3\\|x |" in lines
    assert "1 rows" in lines
    assert "$$\\displaystyle x^{2}$$" in lines
    assert "![output](cell3-1.png)" in lines
    assert "![output](cell4-1.svg)" in lines
    assert list(transcript.pictures) == ["cell3-1.png"]
    assert "1 SVG drawings are not shown; look at them in the notebook" in transcript.problems
    assert "1 pictures are damaged" in transcript.problems


def test_attached_and_embedded_pictures_are_kept() -> None:
    one = md("![s](attachment:im.png)", attachments={"im.png": {"image/png": png()}})
    two = md(f'<img src="data:image/jpeg;base64,{png()}">')
    transcript = written(notebook(one, two))
    assert [line for line in transcript.lines if line] == [
        "![s](cell1-1.png)",
        '<img src="cell2-1.jpg">',
    ]
    assert list(transcript.pictures) == ["cell1-1.png", "cell2-1.jpg"]


def test_fences_are_longer_than_those_within_and_open_ones_are_closed() -> None:
    lines = shown(code('x = """\n```\n"""'), md("```python\nx = 1"), md("after"))
    assert lines == [
        "````python",
        'x = """',
        "```",
        '"""',
        "````",
        "```python",
        "x = 1",
        "```",
        "after",
    ]


def test_orders_of_runs_are_told_once() -> None:
    said = gather(
        notebook(
            code("a = 1", count=3), code("b = 1", count=1), code("c = 1", count=2), code("d = 1")
        )
    ).problems
    assert "cells were run in the order 2, 3, 1" in said
    assert "not run, though others were: cell 4" in said
    assert gather(
        notebook(code("a = 1", count=1), code("b = 1", count=5), code("# note"))
    ).problems == ("1 code cells hold text and no code; they were read as text",)
    assert gather(notebook(code("a = 1"), code("b = 1"))).problems == ()


# -- where answers stand


def test_comments_and_text_in_code_cells_are_answers() -> None:
    found = answers(
        code("# 2.1: Green\n# since 5 is the nearest"),
        code("### 2.2\nThe answer is Red, since two of the three nearest are red."),
        md("### 3.1"),
        code("Green"),
        md("### 3.2"),
        code(
            "50 hours of work",
            {"output_type": "error", "ename": "SyntaxError", "evalue": "invalid syntax"},
        ),
    )
    assert found["2.1"] == "Green\nsince 5 is the nearest"
    assert found["2.2"].startswith("The answer is Red")
    assert (found["3.1"], found["3.2"]) == ("Green", "50 hours of work")


@pytest.mark.parametrize(
    "source",
    ["x", "model(3)", "%timeit f(3)", "!pip install torch", "# YOUR CODE HERE", "for i in range(3):\nprint(i)",
     "    return x +", "model.fit(X, y)\nmodel.score(X, y) = 3", "# model.fit(x)\n# print(1)"],
)  # fmt: skip
def test_code_stays_code(source: str) -> None:
    assert shown(code(source, stream("1")))[0] == "```python"


def test_what_is_printed_for_a_part_answers_it() -> None:
    cell = code(
        'print("2.1 answer: Green")\nprint("2.2 answer:", c)',
        stream("2.1 answer: Green\n2.2 answer: Red\n"),
    )
    found = answers(md("Mine"), cell)
    assert "Green" in found["2.1"]
    assert "Red" not in found["2.1"]
    assert "Red" in found["2.2"]


def test_a_number_that_is_printed_is_no_label() -> None:
    found = answers(md("### 1.1"), code("print(v)", stream("2.1: 7\n")))
    assert set(found) == {"1.1"}


def test_answers_in_variables_and_below_comments_with_ids() -> None:
    found = answers(code('q2_1 = "Green"'), code("# 2.2: sum\nc = a + b\n# 3.1: dot\nd = a @ b"))
    assert found["2.1"].startswith("Green")
    assert "c = a + b" in found["2.2"]
    assert "d = a @ b" not in found["2.2"]
    assert "d = a @ b" in found["3.1"]


def test_a_cell_that_defines_the_name_answers_without_any_label() -> None:
    found = answers(
        code("import numpy as np"),
        code("def add(a, b):\n    return a + b\n\nprint(add(1, 2))", stream("3")),
    )
    assert found["2.2"].startswith("def add")
    assert "3" in found["2.2"]
    both = answers(
        code("def add(a, b):\n    return a + b"), md("or"), code("def add(a, b):\n    return b")
    )
    assert both["2.2"] == "answered twice, differently"


def test_copies_are_one_answer_and_two_answers_go_to_a_person() -> None:
    cell = md("### 2.1\n\nGreen")
    assert answers(cell, cell)["2.1"] == "Green"
    assert answers(cell, md("### 2.2\n\nRed"), cell)["2.1"] == "Green"
    assert (
        answers(cell, md("### 2.2\n\nRed"), md("### 2.1\n\nBlue"))["2.1"]
        == "answered twice, differently"
    )


def test_marks_of_course_tools_label_cells() -> None:
    def marked(name: str, **more: Any) -> dict[str, Any]:
        return {"nbgrader": {"grade_id": name, "locked": False, "solution": True, **more}}

    found = answers(
        md(
            "<!-- BEGIN QUESTION -->\n\nTell the sum.\n\n<!--\nBEGIN QUESTION\nname: q1_1\nmanual: true\n-->"
        ),
        md("_Type your answer here, replacing this text._\n\nforty-two"),
        md("<!-- END QUESTION -->"),
        md("Green", metadata=marked("q2_1")),
        code("c = a + b", metadata=marked("part-2-2")),
        md("The instructor asks.", metadata=marked("q3_1_text", locked=True, solution=False)),
        md("mine", metadata=marked("q3_1")),
        code("assert mine", metadata=marked("q3_1_test", locked=True, solution=False)),
        code('grader.check("q3_1")', stream("q3_1 passed!")),
        md("other", metadata=marked("cell-8f2e1a")),
    )
    assert "forty-two" in found["1.1"]
    assert "Type your" not in found["1.1"]
    assert found["2.1"] == "Green"
    assert found["2.2"] == "c = a + b"
    assert "mine" in found["3.1"]
    assert "assert" not in found["3.1"]
    assert "passed" not in found["3.1"]


def test_a_template_that_is_not_filled_in_answers_nothing() -> None:
    empty = "_Type your answer here, replacing this text._"
    assert (
        answers(
            md("### 2.1"),
            md(empty),
            md("### 2.2"),
            code("# your code here\n"),
            md("### 3.1"),
            md(empty),
        )
        == {}
    )


# -- damage


def test_a_notebook_that_breaks_off_keeps_its_whole_cells() -> None:
    data = notebook(
        md("### 1.1\n\nx"),
        md("### 2.1\n\nGreen"),
        md("### 2.2\n\nRed"),
        md("### 3.1\n\nlong text here"),
    )
    cut = data[: data.index(b"long text") + 9]
    found = gather(cut)
    assert found.unread
    assert "3 cells were salvaged of a notebook that breaks off" in found.problems
    assert text(found.answers["2.1"]) == "Green"
    assert text(found.answers["3.1"]) == "long text"


def test_a_broken_cell_harms_no_other() -> None:
    data = notebook(
        md("### 1.1\n\nx"), code(["### 2.1\n", "def f(x):\n", "    return x"]), md("### 2.2\n\nRed")
    )
    found = gather(data.replace(b'"outputs": []', b'"outputs": [}'))
    assert "2 cells were salvaged of a notebook that is damaged" in found.problems
    assert "of 1 more cell only lines of text could be salvaged" in found.problems
    assert text(found.answers["2.2"]) == "Red"
    assert "    return x" in found.transcript.lines  # type: ignore[union-attr]


def test_commas_too_many_are_left_out() -> None:
    data = (
        notebook(md("### 2.1\n\nGreen, ]"), md("### 2.2\n\nRed"))
        .replace(b"\n ]", b",\n ]")
        .replace(b"\n  }", b",\n  }")
    )
    found = gather(data)
    assert found.problems == ("commas that do not belong in JSON were left out",)
    assert text(found.answers["2.1"]) == "Green, ]"
    assert not found.unread


def test_repeated_keys_lose_no_cell() -> None:
    one, two = (json.dumps([md(s)]) for s in ("### 2.1\n\nGreen", "### 2.2\n\nRed"))
    found = gather(f'{{"nbformat": 4, "cells": {one}, "cells": {two}}}'.encode())
    assert (text(found.answers["2.1"]), text(found.answers["2.2"])) == ("Green", "Red")
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "cell",
    [None, 3, "text", [], {}, {"cell_type": None}, {"cell_type": "markdown"}, md(None), md(3), md({"a": 1}), md([1, None, "x"]),
     {"cell_type": "unknown", "source": "hello"}, code("x = 1", None, 3, "text", {}), code("x = 1", outputs="wrong"),
     code("x = 1", outputs={"a": 1}), code("x = 1", result(text_plain=3)), code("x = 1", {"output_type": "stream", "text": None}),
     code("x = 1", {"output_type": "error", "traceback": 3}), code("x = 1", {"output_type": "execute_result", "data": [1]}),
     code("x = 1", result(image_png=3)), code("x = 1", result(image_png=["a", None])), code("x = 1", count="three"), code("x = 1", metadata=None),
     code("x = 1", metadata={"nbgrader": 3, "tags": 3, "name": 3}), md("![](attachment:a)", attachments={"a": 3}),
     md("![](attachment:a)", attachments=[1]), {"cell_type": "heading", "level": "x", "source": ["a"]}],
)  # fmt: skip
def test_wrong_types_harm_no_other_cell(cell: Any) -> None:
    found = gather(notebook(md("### 2.1\n\nGreen"), md("### 2.2\n\nRed"), cell))
    assert isinstance(found.answers["2.1"], Found)
    assert found.answers["2.1"].value.text == "Green"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"3", b'"x"', b"{}", b'{"cells": null}', b'{"cells": 3, "nbformat": 4}', b'{"worksheets": [null, 3]}',
     b"\xff\xfe", b"\x00" * 99, bytes(range(256)) * 9, b'{"cells": [' * 5_000, b"[" * 100_000,
     b'{"cells": [{"cell_type": "markdown", "source": "' + b'\\"' * 100_000],
)  # fmt: skip
def test_what_is_no_notebook_is_said_and_never_raises(data: bytes) -> None:
    found = gather(data)
    assert found.problems
    assert not any(isinstance(f, Found) and not f.doubt for f in found.answers.values())


def test_deep_nesting_costs_one_cell() -> None:
    deep = notebook(md("### 2.1\n\nGreen"), code("x = 1"), md("### 2.2\n\nRed")).replace(
        b'"outputs": []', b'"outputs": ' + b"[" * 90_000 + b"]" * 90_000
    )
    found = gather(deep)
    assert any("is nested too deeply" in problem for problem in found.problems)
    assert text(found.answers["2.2"]) == "Red"


@pytest.mark.parametrize(
    "data",
    [
        notebook(*[md(f"cell {n}") for n in range(9_000)]),
        notebook(md("### 2.1\n\nGreen"), code("x = 1\n" * 1_000_000), md("### 2.2\n\nRed")),
        notebook(code("x = 1", stream("y\n" * 1_000_000))),
        notebook(code("x = 1", result(text_html="<table>" + "<tr><td>1</td>" * 300_000))),
        notebook(code("x = 1", result(text_html="<" * 400_000))),
        notebook(md("![](" * 200_000)),
        b'{"cells": [' + b'{"cell_type": [' * 300_000,
        b'{"cells": [' + b'{"cell_type": "markdown", "source": ["' * 100_000,
        b'{"cells": [' + b'{"id": ' * 800_000,
        b'{"cells": [{"cell_type": "code", "source": "' + b"x" * 3_000_000,
        notebook(code("(" * 50_000)),
        notebook(code("-" * 50_000 + "1")),
        notebook(code("1" * 1_000_000)),
    ],
    ids=range(13),
)  # fmt: skip
def test_size_is_bounded(data: bytes) -> None:
    start = time.process_time()
    transcript = written(data)
    assert time.process_time() - start < 60  # a guard against hanging
    assert len(transcript.lines) <= 100_000
    assert sum(map(len, transcript.lines)) < 50_000_000


@pytest.mark.parametrize(
    "run", ["<!--a", "<a ", "<![", "</", "<a b='", "<script>", "<?", "&#", "<table>"]
)
def test_html_that_never_ends_is_read_in_no_time(run: str) -> None:
    html = "<table><tr><td>1</td></tr></table>" + run * (380_000 // len(run)) + "9" * 9_000
    start = time.process_time()
    transcript = written(notebook(code("x = 1", result(text_html=html))))
    assert time.process_time() - start < 60  # a guard against hanging
    assert "| 1 |" in transcript.lines


def test_what_is_cut_is_said() -> None:
    many = gather(notebook(*[md(f"cell {n}") for n in range(3_100)]))
    assert many.cut == "only the first 3000 of 3100 cells were read"
    long = gather(notebook(md("### 2.1\n\nGreen"), code("x = 1\n" * 30_000), md("### 2.2\n\nRed")))
    assert long.cut == "of 1 long cells only 20000 lines of 20000 characters were read"
    assert text(long.answers["2.2"]) == "Red"
    assert gather(notebook(md("x" * 30_000))).cut


@pytest.mark.slow
def test_a_hundred_megabytes_are_cut_and_said() -> None:
    picture = base64.b64encode(b"\x01" * 5_000_000).decode()
    cells = [
        md("### 2.1\n\nGreen"),
        *[code("plot()", result(image_png=picture)) for _ in range(15)],
        md("### 2.2\n\nRed"),
    ]
    data = notebook(*cells)
    assert len(data) > 99_000_000
    start = time.process_time()
    found = gather(data)
    assert time.process_time() - start < 20
    assert found.unread
    assert "embedded pictures were left out" in found.cut
    assert text(found.answers["2.2"]) == "Red"


SEED = notebook(
    md("### 2.1\n\nGreen"),
    code("print(1)", stream("1\n"), result(text_plain="3", image_png=png()), count=1),
    md(["### 2.2\n", "Red"], attachments={"a.png": {"image/png": png()}}),
    code("x = [1, 2]\nx", result(text_html="<table><tr><td>1</td></tr></table>"), count=2),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(SEED)), st.integers(0, 60), st.binary(max_size=8)),
        min_size=1,
        max_size=6,
    )
)
def test_mutated_notebooks_never_raise(changes: list[tuple[int, int, bytes]]) -> None:
    data = SEED
    for at, gone, new in changes:
        data = data[:at] + new + data[at + gone :]
    start = time.process_time()
    found = gather(data)
    assert time.process_time() - start < 60  # a guard against hanging
    assert found.transcript is not None
    assert len(found.transcript.lines) < 2_000


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["cell_type", "source", "outputs", "data", "text", "output_type", "image/png", "text/html", "metadata", "nbgrader"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_JSON | st.builds(md, _JSON) | st.builds(code, _JSON, _JSON), max_size=4))
def test_any_cells_never_raise(cells: list[Any]) -> None:
    assert gather(notebook(*cells)).transcript is not None


# -- the same answers, the same marks


def as_notebook(lines: list[str]) -> bytes:
    """Split a Markdown hand-in at its fences: prose, code, and what the code printed."""
    cells: list[dict[str, Any]] = []
    prose: list[str] = []

    def end() -> None:
        if any(line.strip() for line in prose):
            cells.append(md("\n".join(prose).strip("\n")))
        prose.clear()

    at = 0
    while at < len(lines):
        if not lines[at].startswith("```"):
            prose.append(lines[at])
            at += 1
            continue
        close = next(
            (n for n in range(at + 1, len(lines)) if lines[n].strip() == "```"), len(lines)
        )
        body = "\n".join(lines[at + 1 : close])
        blank = not any(line.strip() for line in prose)
        if lines[at].strip() == "```python":
            end()
            cells.append(code(body))
        elif cells and blank and cells[-1]["cell_type"] == "code":
            cells[-1]["outputs"].append(stream(body))
        else:
            prose += lines[at : close + 1]
        at = close + 1
    end()
    return notebook(*cells)


def marked(files: dict[str, bytes]) -> dict[str, PartResult]:
    loaded = pipeline.load_assignment(ROOT, "dl_midterm")
    found = collect(loaded.plan, files)
    record = pipeline.Record(
        student="x", claims=None, files=(), isolation="none", problems=(), evidence=found.evidence
    )
    return {part.id: part for part in pipeline.mark_record(loaded, record).parts}


SAMPLES = sorted(ROOT.glob("submissions/dl_midterm/*/*.md"))


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.parent.name)
def test_a_notebook_gets_the_marks_of_the_same_markdown(file: Path) -> None:
    source = file.read_text("utf-8")
    beside = {p.name: p.read_bytes() for p in file.parent.glob("*.png")}
    own = marked({"a.md": source.encode(), **beside})
    made = marked({"a.ipynb": as_notebook(source.split("\n")), **beside})
    differ = {
        id_: (own[id_].earned, own[id_].why, made[id_].earned, made[id_].why, made[id_].detail)
        for id_ in own
        if (own[id_].earned, own[id_].proposed) != (made[id_].earned, made[id_].proposed)
    }
    assert not differ


def test_our_own_notebooks_are_read_whole() -> None:
    for file in ROOT.glob("submissions/*/*/*.ipynb"):
        found = gather(file.read_bytes(), pipeline.load_assignment(ROOT, "dl_midterm").plan)
        assert not found.unread, file
        assert not any(re.search("damaged|salvaged", problem) for problem in found.problems)


def test_200_notebooks_a_minute(record_property: Callable[[str, object], None]) -> None:
    plan = pipeline.load_assignment(ROOT, "dl_midterm").plan
    data = (ROOT / "submissions/dl_midterm/notebook/midterm.ipynb").read_bytes()
    gather(data, plan)
    start = time.process_time()
    for _ in range(5):
        gather(data, plan)
    spent = (time.process_time() - start) / 5
    record_property("seconds", spent)
    assert spent < 20  # a guard against hanging
