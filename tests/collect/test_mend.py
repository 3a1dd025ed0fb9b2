"""What a conversion did to code is put right without a run: the smallest change, openly said."""

from __future__ import annotations

import ast
import re

import pytest

from grader.collect._mend import Cell, Repair, joined

# name | what was handed in | what it is read as (pieces of a torn cell are parted by a line "~~")
SAMPLES: dict[str, tuple[str, str]] = {
    "the rest of a loop is in a piece of its own, still indented": (
        "total = 0\nfor k in range(4):\n    square = k * k\n~~\n    total += square\nprint(total)",
        "total = 0\nfor k in range(4):\n    square = k * k\n    total += square\nprint(total)",
    ),
    "the rest of a function is at the margin": (
        "def area(r):\n    square = r * r\n~~\nresult = 3.14 * square\nreturn result",
        "def area(r):\n    square = r * r\n    result = 3.14 * square\n    return result",
    ),
    "the rest of a function is at the margin within one cell": (
        "def area(r):\n    square = r * r\nresult = 3.14 * square\nreturn result",
        "def area(r):\n    square = r * r\n    result = 3.14 * square\n    return result",
    ),
    "only the return was torn off": (
        "def double(v):\n    w = 2 * v\n~~\nreturn w",
        "def double(v):\n    w = 2 * v\n    return w",
    ),
    "code at the top level follows the torn function": (
        "def double(v):\n    w = 2 * v\n~~\nreturn w\n\nprint(double(4))",
        "def double(v):\n    w = 2 * v\n    return w\n\nprint(double(4))",
    ),
    "the first torn line belongs to the branch above, the others to the function": (
        ("def step(p, state, fast):\n    if fast:\n        rate = 0.5\n        decay = 0.9\n"
        "    elif not fast:\n        rate = state['rate']\n~~\n"
        "decay = state['decay']\np = p * decay - rate\nreturn p"),
        ("def step(p, state, fast):\n    if fast:\n        rate = 0.5\n        decay = 0.9\n"
        "    elif not fast:\n        rate = state['rate']\n        decay = state['decay']\n"
        "    p = p * decay - rate\n    return p"),
    ),
    "a return belongs behind the loop, what adds up belongs into it": (
        "def mean(v):\n    s = 0\n    n = 0\n    for x in v:\n        s += x\n~~\nn += 1\nreturn s / n",
        "def mean(v):\n    s = 0\n    n = 0\n    for x in v:\n        s += x\n        n += 1\n    return s / n",
    ),
    "the body of a loop begins in the next piece, at the margin": (
        "seen = []\nfor word in ['a', 'b']:\n~~\nseen.append(word)\nprint(len(seen))",
        "seen = []\nfor word in ['a', 'b']:\n    seen.append(word)\nprint(len(seen))",
    ),
    "an else was torn from its if": (
        "x = 3\nif x > 2:\n    y = 1\n~~\nelse:\n    y = 2",
        "x = 3\nif x > 2:\n    y = 1\nelse:\n    y = 2",
    ),
    "an else was torn from an if within a function": (
        "def sign(x):\n    if x < 0:\n        s = -1\n~~\nelse:\n    s = 1\nreturn s",
        "def sign(x):\n    if x < 0:\n        s = -1\n    else:\n        s = 1\n    return s",
    ),
    "a method of a class was torn": (
        ("class Net:\n    def __init__(self):\n        self.a = 1\n    def forward(self, x):\n"
        "        y = self.a * x\n~~\nz = y + 1\nreturn z"),
        ("class Net:\n    def __init__(self):\n        self.a = 1\n    def forward(self, x):\n"
        "        y = self.a * x\n        z = y + 1\n        return z"),
    ),
    "a piece kept its own indentation but lost that around it": (
        "def rows(n):\n    out = []\n~~\nfor i in range(n):\n    out.append(i)\nreturn out",
        "def rows(n):\n    out = []\n    for i in range(n):\n        out.append(i)\n    return out",
    ),
    "only the first line of a piece lost its indentation": (
        "def pair(a):\n    b = a + 1\n~~\nc = b * 2\n    d = c - 1\n    return d",
        "def pair(a):\n    b = a + 1\n    c = b * 2\n    d = c - 1\n    return d",
    ),
    "only the first line of a piece lost its indentation, and it heads a block": (
        "def pair(a):\n    b = a + 1\n~~\nif not b:\n        return 0\n    return b",
        "def pair(a):\n    b = a + 1\n    if not b:\n        return 0\n    return b",
    ),
    "a break belongs to the condition: a loop of one pass is none": (
        "for k in [1, 5]:\n    if k > 3:\n        found = k\n~~\nbreak",
        "for k in [1, 5]:\n    if k > 3:\n        found = k\n        break",
    ),
    "a piece moves as one, and nothing above it": (
        "def f(v):\n    for x in v:\n        y = x\n    out = []\n    for x in v:\n~~\n    out.append(x)\nreturn out",
        "def f(v):\n    for x in v:\n        y = x\n    out = []\n    for x in v:\n        out.append(x)\n    return out",
    ),
    "all indentation of a short function was lost": (
        "def half(x):\nreturn x / 2\n\nprint(half(3))",
        "def half(x):\n    return x / 2\n\nprint(half(3))",
    ),
    "a break was torn from its loop": (
        "while True:\n    n = 7\n~~\nif n > 3:\n    break",
        "while True:\n    n = 7\n    if n > 3:\n        break",
    ),
    "a call goes on in the next piece": (
        "values = dict(a=1,\n~~\n              b=2)\nprint(values)",
        "values = dict(a=1,\n              b=2)\nprint(values)",
    ),
    "a list goes on in the next piece at the margin": (
        "rates = [0.1,\n         0.01,\n~~\n0.001]",
        "rates = [0.1,\n         0.01,\n0.001]",
    ),
    "a long string goes on in the next piece": (
        'text = """first\n~~\nsecond"""\nprint(text)',
        'text = """first\nsecond"""\nprint(text)',
    ),
    "three pieces of one function": (
        "def norm(v):\n    s = 0\n~~\n    for x in v:\n        s += x * x\n~~\n    return s ** 0.5",
        "def norm(v):\n    s = 0\n    for x in v:\n        s += x * x\n    return s ** 0.5",
    ),
    "one line is a sign too deep": (
        "def f(x):\n    y = x\n     z = y\n    return z",
        "def f(x):\n    y = x\n    z = y\n    return z",
    ),
    "one line is a sign too shallow": (
        "def f(x):\n    y = x\n   z = y\n    return z",
        "def f(x):\n    y = x\n    z = y\n    return z",
    ),
    "a whole cell is indented": ("    a = 1\n    b = a + 1", "a = 1\nb = a + 1"),
    "all but the first line are indented": (
        "a = 1\n        b = 2\n        c = a + b",
        "a = 1\nb = 2\nc = a + b",
    ),
    "tabs and spaces are mixed": (
        "def f(x):\n    y = x\n\treturn y",
        "def f(x):\n    y = x\n    return y",
    ),
    "curly quotes": ("print(“mean is”, 3)", 'print("mean is", 3)'),
    "curly single quotes": ("mode = ‘train’\nprint(mode)", "mode = 'train'\nprint(mode)"),
    "curly quotes within straight ones stay": (
        'a = "don’t"\nb = “x”',
        'a = "don’t"\nb = "x"',
    ),
    "a straight quote closed by a curly one": ('print("ready”)', 'print("ready")'),
    "a minus sign of print": ("a = 5 − 2\nb = −a", "a = 5 - 2\nb = -a"),
    "a minus sign within a string stays": ("print('−', 3 − 1)", "print('−', 3 - 1)"),
    "spaces that do not break": ("x\u00a0=\u00a01\nif x:\n\u00a0\u00a0\u00a0\u00a0y = 2", "x = 1\nif x:\n    y = 2"),
    "a sign of no width": ("\u200bx = 1", "x = 1"),
    "comparison signs of print": ("ok = 3 ≤ 4", "ok = 3 <= 4"),
    "underscores with a backslash": ("data\\_x = [1]\nprint(data\\_x)", "data_x = [1]\nprint(data_x)"),
    "signs of HTML": ("if 2 &lt; 3:\n    print('yes')", "if 2 < 3:\n    print('yes')"),
    "the prompt of a notebook": ("In [ ]: import math\nmath.pi", "import math\nmath.pi"),
    "a prompt with a number, which would run": ("In [3]: x = 5\nprint(x)", "x = 5\nprint(x)"),
    "a prompt that shifted all other lines": (
        "In [ ]: r = 2\n        for k in range(r):\n            print(k)",
        "r = 2\nfor k in range(r):\n    print(k)",
    ),
    "prompts of the interpreter": (">>> a = 1\n>>> for k in [a]:\n...     b = k", "a = 1\nfor k in [a]:\n    b = k"),
    "line numbers": ("1 a = 1\n2 for k in [a]:\n3     b = k", "a = 1\nfor k in [a]:\n    b = k"),
    "line numbers with colons": ("9: a = 1\n10: b = a", "a = 1\nb = a"),
    "the foot of a page": ("a = 1\nPage 3 of 12\nb = (a +\n2)", "a = 1\nb = (a +\n2)"),
    "a fence of Markdown": ("```python\na = 1\n```", "a = 1"),
    "a bracket cut at the page's edge": (
        "a = [1, 2]\nprint(len(a)\nb = 3",
        "a = [1, 2]\nprint(len(a))\nb = 3",
    ),
    "a bracket cut before a call": (
        "total = sum([1, 2]\nprint(total)",
        "total = sum([1, 2])\nprint(total)",
    ),
    "a string of a print cut at the page's edge": (
        "print('the mean of all is\nb = 3",
        "print('the mean of all is')\nb = 3",
    ),
    "brackets cut at the end": ("x = max(min(3, 4", "x = max(min(3, 4))"),
    "a docstring that never ends": (
        'def f(x):\n    """Double it.\n    return 2 * x',
        'def f(x):\n    """Double it."""\n    return 2 * x',
    ),
    "a missing colon": ("for k in range(3)\n    print(k)", "for k in range(3):\n    print(k)"),
    "a body of comments before other code": (
        "def later(x):\n    # to do\n\ndef f(x):\n    return x",
        "def later(x):\n    # to do\n    pass\n\ndef f(x):\n    return x",
    ),
    "torn and with curly quotes": (
        "def say(x):\n    t = “got ”\n~~\nreturn t + x",
        'def say(x):\n    t = "got "\n    return t + x',
    ),
}  # fmt: skip

UNTOUCHED: dict[str, str] = {
    "good code": "def f(x):\n    return x\n\nprint(f(2))",
    "a notebook's own lines": "%matplotlib inline\n!pip list\nx = !ls\nlen?\nx = 1",
    "a cell of another language": "%%bash\nfor x in a b; do echo $x; done",
    "an await at the top": "import asyncio\nawait asyncio.sleep(0)",
    "two cells, both whole": "for k in range(3):\n    x = k\n~~\nprint(x)",
    "two cells where the first printed": "for k in range(3):\n    print(k)\n~~\ny = 2",
    "curly quotes in strings and comments": "a = '“quoted”'  # it’s",
    "strings that look like prompts": "a = 'In [1]: x'",
    "prose": "The mean is the sum of all divided by their number, as shown above.",
    "an algorithm without a body": "def bubble_sort(values):",
    "an algorithm of which only a comment is there": "def bubble_sort(values):\n    # my algorithm",
    "words where an expression should be": "x = compute the mean of y",
    "a cut operand": "x = 3 +",
    "print of another Python": "print 'hello'",
    "a wrong assignment": "3 = x",
    "an output, not code": "[1 2 3]\n[4 5 6]",
    "a cut string that is a choice": "fit(a, kind='line\nn=3)\nb = 2",
    "a return without any function": "x = 2\nreturn x",
    "an else without any if": "x = 2\nelse:\n    x = 3",
    "nothing": "",
}


def cells(text: str) -> list[Cell]:
    return [Cell(piece) for piece in text.split("\n~~\n")]


def whole(repair: Repair | None) -> str:
    return "\n~~\n".join(text for text in repair.cells if text) if repair else ""


@pytest.mark.parametrize("name", SAMPLES)
def test_damage_is_put_right(name: str) -> None:
    damaged, wanted = SAMPLES[name]
    repair = joined(cells(damaged))
    assert whole(repair) == wanted
    assert repair is not None
    assert repair.says
    assert not repair.must_reproduce
    ast.parse(wanted)


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_is_no_evident_damage_is_left(name: str) -> None:
    assert joined(cells(UNTOUCHED[name])) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_a_repair_is_not_repaired_again(name: str) -> None:
    assert joined(cells(SAMPLES[name][1])) is None


def patched(text: str, diff: str) -> str:
    """Apply a unified diff, as a reader would who trusts it."""
    lines, out, at = text.split("\n"), [], 0
    for line in diff.split("\n")[:-1]:
        hunk = re.match(r"@@ -(\d+)(?:,(\d+))?", line)
        if line.startswith(("--- ", "+++ ")) and " cell" in f" {line[4:]}":
            continue
        if hunk:
            begin = int(hunk[1]) - (hunk[2] != "0")
            out += lines[at:begin]
            at = begin
        elif line[:1] == "+":
            out.append(line[1:])
        else:
            assert lines[at] == line[1:]
            out += lines[at : at + 1] if line[:1] == " " else []
            at += 1
    return "\n".join(out + lines[at:])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_diff_names_every_change(name: str) -> None:
    damaged, wanted = SAMPLES[name]
    repair = joined(cells(damaged))
    assert repair is not None
    assert patched(damaged.replace("\n~~\n", "\n"), repair.diff) == wanted


def test_as_many_cells_come_back_and_the_output_stands_below_the_joined_one() -> None:
    torn = [Cell("n = 1"), Cell("def f():"), Cell("    return n"), Cell("f()", "1")]
    repair = joined(torn)
    assert repair is not None
    assert repair.cells == ("n = 1", "", "def f():\n    return n", "f()")


def test_a_cell_that_printed_something_had_ended() -> None:
    assert joined([Cell("for k in [1]:\n    print(k)", "1"), Cell("    x = 2")]).cells == (  # type: ignore[union-attr]
        "for k in [1]:\n    print(k)",
        "x = 2",
    )


def test_one_broken_cell_keeps_no_other_from_its_repair() -> None:
    repair = joined([Cell("x = compute the mean"), Cell("y = 3 − 1")])
    assert repair is not None
    assert repair.cells == ("x = compute the mean", "y = 3 - 1")


def test_what_is_too_large_is_left() -> None:
    torn = "def f(x):\n    y = x\nreturn y"
    assert joined([Cell(torn)]) is not None
    assert joined([Cell(torn), Cell("\n" * 2_001)]) is None
    assert joined([Cell(torn), Cell("#" * 4_001)]) is None
    assert joined([Cell(torn), *[Cell("#" * 4_000)] * 60]) is None
