"""A student's program is found in all kinds of hand-ins, and only the cells that matter are run."""

import json
from dataclasses import replace

import pytest

from grader.collect import PartPlan, Plan
from grader.collect._cells import from_data, to_data
from grader.collect._everything import collect
from grader.collect._names import names_of
from grader.model import Cell, Place
from grader.pipeline.needed import needed

PLAN = Plan(
    assignment="a",
    parts=(PartPlan(id="1.1"), PartPlan(id="1.2"), PartPlan(id="2.1", defines=("train",))),
    program=True,
)
MARKDOWN = """\
# 1.1
```python
import numpy as np
x = [1]
```
# 1.2
```python
print(x)
```
```
[1]
```
"""


def notebook(*cells: tuple[str, str]) -> bytes:
    made = [
        {"cell_type": kind, "source": source, "metadata": {}}
        | ({"outputs": [], "execution_count": 1} if kind == "code" else {})
        for kind, source in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def test_blocks_of_a_document_are_cells_with_their_parts_and_what_they_printed() -> None:
    one, two = collect(PLAN, {"a.md": MARKDOWN.encode()}).program
    assert (one.parts, one.place.start, one.imports) == (("1.1",), 3, {"np": "import numpy as np"})
    assert (two.parts, two.text, two.printed.strip()) == (("1.2",), "print(x)", "[1]")
    assert two.uses == ("x",)


def test_a_notebook_gives_all_its_code_cells_also_those_of_no_part() -> None:
    data = notebook(
        ("code", "import math"), ("markdown", "# 1.1"), ("code", "y = math.pi"), ("code", "  ")
    )
    one, two = collect(PLAN, {"a.ipynb": data}).program
    assert (one.parts, one.place.unit, one.place.start) == ((), "cell", 1)
    assert (two.parts, two.place.start, two.uses) == (("1.1",), 3, ("math",))


def test_a_script_is_one_cell() -> None:
    (cell,) = collect(PLAN, {"a.py": b"def train():\n    return 1\n\n# 1.1: 4\n"}).program
    assert cell.parts == ("2.1",)
    assert cell.defines == ("train",)


def test_an_answer_sheet_gives_the_code_of_its_entries() -> None:
    sheet = {"answers": {"1.2": "```python\nprint(4)\n```", "1.1": "4"}}
    (cell,) = collect(PLAN, {"answers.json": json.dumps(sheet).encode()}).program
    assert (cell.parts, cell.text) == (("1.2",), "print(4)")


def test_without_a_wish_for_it_no_program_is_made() -> None:
    assert collect(replace(PLAN, program=False), {"a.md": MARKDOWN.encode()}).program == ()


def test_cells_survive_the_way_out_of_the_reader_and_others_are_refused() -> None:
    program = collect(PLAN, {"a.md": MARKDOWN.encode()}).program
    assert from_data(json.loads(json.dumps(to_data(program)))) == program
    for wrong in ([{}], [3], None, [{**to_data(program)[0], "place": None}]):
        with pytest.raises(ValueError, match="no cells"):
            from_data(wrong)


@pytest.mark.parametrize(
    ("source", "defines", "uses", "later", "changes"),
    [
        ("a = b + 1", "a", "b", "", ""),
        ("for i in rows:\n    total += i", "i total", "rows total", "", "total"),
        ("def f(x, k=start):\n    y = x + scale\n    return y", "f", "start", "scale", ""),
        (
            "class A(Base):\n    z = top\n    def m(self):\n        return low",
            "A",
            "Base top low",
            "top low",
            "",
        ),
        ("[n * k for n in rows]", "", "rows k", "", ""),
        ("import a.b as c, d.e\nfrom f import g", "c d g", "", "", ""),
        ("x.append(y)\nz[0] = 1", "", "x y z", "", "x z"),
        ("with open(p) as file:\n    (u, *v) = file", "file u v", "p", "", ""),
        ("f = lambda t: t + w", "f", "", "w", ""),
        ("%matplotlib inline\n!ls\nq = 1", "q", "", "", ""),
        ("try:\n    m = 1\nexcept E as e:\n    raise", "m e", "E", "", ""),
    ],
)
def test_names_of_a_cell(source: str, defines: str, uses: str, later: str, changes: str) -> None:
    found = names_of(source)
    assert set(found.defines) == set(defines.split())
    assert set(found.uses) == set(uses.split())
    assert set(found.later) == set(later.split())
    assert set(found.changes) == set(changes.split())
    assert not found.error


def test_a_cell_that_is_no_python_still_shows_names() -> None:
    found = names_of("import numpy as np\ndef f(x):\nreturn np.sort(x\ny = 3")
    assert found.error
    assert {"np", "f", "y"} <= set(found.defines)
    assert found.imports == {"np": "import numpy as np"}


def cell(number: int, text: str, *parts: str) -> Cell:
    names = names_of(text)
    return Cell(
        number=number,
        place=Place(file="a.ipynb", start=number, end=number, unit="cell"),
        text=text,
        parts=parts,
        defines=tuple(names.defines),
        uses=tuple(names.uses),
        later=tuple(names.later),
        changes=tuple(names.changes),
        imports=dict(names.imports),
        error=names.error,
    )


def run(*sources: tuple[str, ...]) -> list[str]:
    cells = [cell(n, *source) for n, source in enumerate(sources, 1)]
    return [one.text for one in needed(cells, ["1"])]


def test_a_training_that_only_shares_an_import_is_left_out_but_for_the_import() -> None:
    training = "import numpy as np\nimport torch\nnet = torch.train(np.ones(3))"
    assert run((training, "8"), ("x = np.ones(3)", "1")) == ["import numpy as np", "x = np.ones(3)"]


def test_what_is_needed_is_run_with_what_changes_it_and_nothing_behind() -> None:
    wanted = "print(data)"
    assert run(
        ("data = []", "7"), ("data.append(1)", "7"), ("other = 1", "8"), (wanted, "1"), ("end = 1",)
    ) == ["data = []", "data.append(1)", wanted]


def test_the_last_binding_before_counts_and_names_of_functions_may_be_bound_later() -> None:
    assert run(("k = 1", "2"), ("k = 2", "3"), ("print(k)", "1"), ("k = 3", "4")) == [
        "k = 2",
        "print(k)",
    ]
    assert run(("def f():\n    return g()", "2"), ("def g():\n    return 1", "2"), ("f()", "1"))[
        1:
    ] == [
        "def g():\n    return 1",
        "f()",
    ]


def test_cells_of_no_part_and_star_imports_and_magics_are_run() -> None:
    assert run(
        ("from math import *\nbig = train()", "8"),
        ("%matplotlib inline\nz = 1", "9"),
        ("q = 1",),
        ("sin(q)", "1"),
    ) == [
        "from math import *",
        "%matplotlib inline",
        "q = 1",
        "sin(q)",
    ]


def test_words_of_a_cell_that_is_no_python_lead_to_no_training() -> None:
    assert run(("out = train()", "8"), ("out = (mean", "1")) == ["out = (mean"]
