"""The same answers get the same marks, whether they come as Markdown, text, notebook or PDF."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from grader import pipeline
from grader.collect._everything import collect
from grader.marking import mark
from tests.formats import writing

ROOT = Path(__file__).parents[2]
SAMPLES = ["perfect", "misconceptions", "follow-through"]
NOT_RUN = ("figure", "not-run", "key")


@pytest.fixture(scope="module")
def midterm() -> pipeline.Assignment:
    return pipeline.load_assignment(ROOT, "dl_midterm")


def marks(midterm: pipeline.Assignment, name: str, data: bytes) -> dict[str, Fraction | str | None]:
    """What each part earned, or why it waits."""
    found = collect(midterm.plan, {name: data})
    results = mark(midterm.rubric, found.evidence, midterm.call, midterm.keys)
    return {r.id: r.earned if r.earned is not None else r.why for r in results}


def differences(
    one: dict[str, Fraction | str | None], other: dict[str, Fraction | str | None]
) -> dict[str, tuple[object, object]]:
    return {id_: (one[id_], other[id_]) for id_ in one if one[id_] != other[id_]}


WRITERS: dict[str, Callable[[str], str]] = {
    "answers.txt": writing.as_text,
    "answers.ipynb": writing.as_notebook,
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", WRITERS)
def test_text_and_notebook_earn_what_the_markdown_earns(
    midterm: pipeline.Assignment, sample: str, name: str
) -> None:
    markdown = (ROOT / "submissions/dl_midterm" / sample / "answers.md").read_text("utf-8")
    wanted = marks(midterm, "answers.md", markdown.encode())
    assert differences(wanted, marks(midterm, name, WRITERS[name](markdown).encode())) == {}


@pytest.mark.browser
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_printed_pdf_earns_what_the_markdown_earns(
    midterm: pipeline.Assignment, sample: str
) -> None:
    if writing.browser() is None:
        pytest.skip("not run: there is no Chromium on this machine, so nothing was printed")
    markdown = (ROOT / "submissions/dl_midterm" / sample / "answers.md").read_text("utf-8")
    wanted = marks(midterm, "answers.md", markdown.encode())
    assert differences(wanted, marks(midterm, "answers.pdf", writing.as_pdf(markdown))) == {}
