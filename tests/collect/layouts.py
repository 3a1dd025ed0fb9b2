"""Hand-ins in many layouts, made from one set of planted answers: what a collector has to undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

ANSWERS: dict[str, str] = {
    "1.1": "See the labelled curves in plum ink.\n\n![](curves.png)",
    "1.2": "Bias falls since a plum model bends more.\n\n- variance rises\n- the floor stays flat",
    "2.1": "obs1 = 3\nobs2 = 2\nobs3 = 3.16\nobs4 = 2.24\nobs5 = 1.41\nobs6 = 1.73 fig",
    "2.2": "Green, the closest is the fig at 1.41",
    "2.3": "Red. Two of the three are fig red",
    "3.1": "$$p = \\frac{1}{1 + e^{-(pear)}}$$",
    "3.2": "p = 0.3775, a pear",
    "3.3": "50 hours of pear",
    "4.1": "A: 0.1\nB: 0.01\nC: 0.001\nD: 0.0001 kiwi",
    "4.2": "(a) B\n(b) C\n(c) D\n(d) A kiwi",
    "5": "X: D, DB, DBA, DBAC\nY: C, CA, CAB, CABD lime",
    "6.1": "156 * 28 * 28 = 122304 limes\n\n1. six maps\n2. 26 weights each",
    "6.2": "Its kernel covers the whole quince map",
    "6.3": "Dense quince ones",
    "6.4": "1. 6 * 76 = 456\n2. 6 * 101 = 606\n3. 3 * 101 = 303\n4. 151\n\n456 + 606 = quince",
    "7.1": "```python\nimport numpy as np\nx = np.random.normal(size=100)  # mango\n```",
    "7.2": "```python\nfor d in range(1, 5):\n    print(d, loocv(d))  # mango\n```\n\n"
    "```\n1 7.1\n2 1.01\n3 1.03\n4 1.04\n```",
    "7.3": "No mango seed gives the same draw",
    "7.4": "The second mango, as expected",
    "8.1": "```python\nfrom torchvision import transforms\n"
    "crop = transforms.RandomCrop(32, padding=4)  # melon\n```",
    "8.2": "```python\ndef main():\n    train(net, epochs=5)  # melon\n```\n\nEpoch 1/5\nEpoch 2/5",
    "8.3": "loss 2.1, accuracy 3.3 % at the first melon",
    "9.1": "```python\nfor p in vgg.parameters():\n    p.requires_grad = False  # grape\n```",
    "9.2": "```python\nfor layer in base.layers[:10]:\n    layer.trainable = False  # grape\n```",
    "9.3": "The second one, grape features fit better",
    "10.1": "| Layer | Activations | Parameters |\n|---|---|---|\n"
    "| CONV3-64 | 3.2M | 1728 |\n| guava | 0 | 0 |",
    "10.2a": "naive 32x32x672, reduced 32x32x480 guava",
    "10.2b": "1.1 billion and 0.35 billion guava\n\n2.1 million of them are not counted",
    "11.1": "(a) False\n(b) True\n(c) True\n(d) False, peach",
    "11.2": "```python\ndef forward_batchnorm(Z, gamma, beta, eps):\n    return Z  # peach\n```",
    "11.3": "No division by zero, peach",
    "11.4": "The variance is zero for one peach",
    "11.5": "20 * 30 + 60 = 660 peach",
    "12.1": "1. 7x7 cherry\n2. 3x3, 3x3, 3x3\n3. 5x5, 3x3\n4. 3x3, 5x5\n5. 1x7, 7x1",
    "12.2": "1. 49 C^2\n2. 27 C^2\n3. 34 C^2\n4. 34 C^2\n5. 14 C^2, the least is the cherry stack",
    "12.3": "HWC^2 times the same cherry numbers",
}

Ask = Mapping[str, str]
Layout = Callable[[Ask], str]
LAYOUTS: dict[str, Layout] = {}


def layout(make: Layout) -> Layout:
    """Register a layout under its name."""
    LAYOUTS[make.__name__] = make
    return make


def parts_of(id_: str) -> list[str]:
    """The numbers and letters of an id."""
    return re.findall(r"\d+|[a-z]", id_)


def problems() -> dict[str, list[str]]:
    """Problem -> ids of its parts."""
    found: dict[str, list[str]] = {}
    for id_ in ANSWERS:
        found.setdefault(parts_of(id_)[0], []).append(id_)
    return found


def _put(label: str, answer: str) -> str:
    """A label and its answer; what is no sentence starts on a line of its own."""
    if (
        label
        and not label.endswith("\n")
        and (answer[:2] in ("``", "| ", "$$", "1.", "(a", "A:", "ob") or "\n" in answer)
    ):
        label = label.rstrip() + "\n\n"
    return label + answer


def _each(label: Callable[[str], str], gap: str = "\n\n", order: list[str] | None = None) -> str:
    ids = order or list(ANSWERS)
    return gap.join(_put(label(i), ANSWERS[i]) for i in ids) + "\n"


@layout
def headings_with_ids(ask: Ask) -> str:
    return _each(lambda i: f"## {i}\n\n")


@layout
def headings_with_ids_and_prompts(ask: Ask) -> str:
    return _each(lambda i: f"## {i}. {ask[i]}\n\n**Answer:**\n\n")


@layout
def q_numbers(ask: Ask) -> str:
    return _each(lambda i: f"Q{i}) ")


@layout
def q_numbers_on_their_own_line(ask: Ask) -> str:
    return _each(lambda i: f"Q {i}\n")


@layout
def bold_ids(ask: Ask) -> str:
    return _each(lambda i: f"**{i}** ")


@layout
def bare_ids(ask: Ask) -> str:
    return _each(lambda i: f"{i} ")


@layout
def ids_with_colons(ask: Ask) -> str:
    return _each(lambda i: f"{i}: ")


@layout
def ids_with_dots(ask: Ask) -> str:
    return _each(lambda i: f"{i}. ")


@layout
def ids_with_brackets(ask: Ask) -> str:
    def label(i: str) -> str:
        head, *rest = parts_of(i)
        return head + "".join(f"({r})" for r in rest) + " "

    return _each(label)


@layout
def bracketed_letter_ids(ask: Ask) -> str:
    return _each(lambda i: re.sub(r"([a-z])$", r"(\1)", i) + ")\n")


@layout
def question_part(ask: Ask) -> str:
    def label(i: str) -> str:
        head, *rest = parts_of(i)
        tail = f" part {rest[0]}" if rest else ""
        return f"Question {head}{tail}" + (f" ({rest[1]})" if len(rest) > 1 else "") + "\n"

    return _each(label)


@layout
def problem_dot(ask: Ask) -> str:
    return _each(lambda i: f"### Problem {i}\n")


@layout
def answer_ids(ask: Ask) -> str:
    return _each(lambda i: f"**Answer {i}:** ")


@layout
def shuffled_problems(ask: Ask) -> str:
    order = [
        i
        for p in ("7", "2", "12", "5", "10", "1", "3", "11", "4", "6", "9", "8")
        for i in problems()[p]
    ]
    return _each(lambda i: f"## Q{i}\n", order=order)


@layout
def shuffled_bare_ids(ask: Ask) -> str:
    order = [
        i
        for p in ("12", "2", "7", "5", "10", "1", "3", "11", "4", "6", "9", "8")
        for i in problems()[p]
    ]
    return _each(lambda i: f"{i}:\n", order=order)


def _nested(head: Callable[[str], str], inner: Callable[[str, int], str]) -> str:
    out = []
    for problem, ids in problems().items():
        out.append(head(problem))
        out += [_put(inner(i, n) if len(ids) > 1 else "", ANSWERS[i]) for n, i in enumerate(ids, 1)]
    return "\n\n".join(out) + "\n"


@layout
def problems_and_part_numbers(ask: Ask) -> str:
    return _nested(
        lambda p: f"## Problem {p} - 5 points",
        lambda i, n: f"Part {parts_of(i)[1]}" + (f"({i[-1]})" if i[-1].isalpha() else "") + ": ",
    )


@layout
def problems_and_letters(ask: Ask) -> str:
    return _nested(lambda p: f"Problem {p}", lambda i, n: f"({'abcde'[n - 1]})\n")


@layout
def problems_and_numbers(ask: Ask) -> str:
    return _nested(lambda p: f"**Question {p}**", lambda i, n: f"{n})\n")


@layout
def nested_headings(ask: Ask) -> str:
    return _nested(lambda p: f"# {p}", lambda i, n: f"## {'.'.join(parts_of(i)[1:])}\n\n")


@layout
def all_items_numbered_one_with_prompts(ask: Ask) -> str:
    return _nested(
        lambda p: f"## \\*Problem {p} - 10 points",
        lambda i, n: f"1. (2.5) {ask[i]}\n\n**Answer:**\n\n",
    )


@layout
def bullets_with_points_and_no_answer_marks(ask: Ask) -> str:
    return _nested(lambda p: f"## Problem {p}", lambda i, n: f"- (2) {ask[i]}\n\n")


@layout
def prompts_and_answer_marks_without_numbers(ask: Ask) -> str:
    return _each(lambda i: f"{ask[i]}\n\nAnswer: ")


@layout
def answer_marks_only(ask: Ask) -> str:
    return _nested(lambda p: f"## Problem {p}", lambda i, n: "**Answer:** ")


@layout
def prompts_first_answers_after(ask: Ask) -> str:
    first = "\n".join(f"{i} {ask[i]}" for i in ANSWERS)
    return "# Questions\n\n" + first + "\n\n# My answers\n\n" + _each(lambda i: f"{i}\n")


@layout
def two_parts_under_one_label(ask: Ask) -> str:
    text = _each(lambda i: f"{i}: ")
    return text.replace("10.2a: ", "10.2: (a) ").replace("\n\n10.2b: ", " (b) ")


@layout
def windows_line_ends_and_page_numbers(ask: Ask) -> str:
    text = _each(lambda i: f"Question {i}:\n")
    return text.replace("\n\nQuestion 6.1", "\n\nPage 4 of 9\n\x0c\nQuestion 6.1").replace(
        "\n", "\r\n"
    )


@layout
def deep_list(ask: Ask) -> str:
    return _nested(lambda p: f"{p}.", lambda i, n: f"   {'abcde'[n - 1]}) ")
