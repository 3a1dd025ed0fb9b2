"""What code drew, in words and pictures: bounded, escaped, and nothing that is not ours."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Found, Place
from grader.report.handed_in import Book, HandedIn
from grader.report.plots import described, plots
from grader.rubric import DRAWN
from tests.report import sample
from tests.report.test_render import Page, written

PLACE = Place(file="answers.md", start=3, end=4)


def plot(**words: Any) -> dict[str, Any]:
    return {"title": "", "xlabel": "", "ylabel": "", "curves": 0, **words}


def drawn(*figures: Any, left: Any = 0) -> Found:
    return Found(value={"figures": list(figures), "left": left}, where=(PLACE,) * len(figures))


def hand_in() -> HandedIn:
    data = sample.png()
    own = sample.picture("", "7.1: 1", data)
    return HandedIn(pictures=(own,), blobs={own.sha256: data})


def test_words_stand_for_a_figure_that_cannot_be_seen() -> None:
    assert described({"title": "", "plots": [plot()]}) == "A plot with nothing in it"
    one = plot(title="Fit", xlabel="x", ylabel="y", curves=1, points=100, bars=2)
    assert described({"title": "Above", "plots": [one]}) == (
        "A plot titled “Fit”, x axis “x”, y axis “y”, with 1 curve, 100 points and 2 bars"
    )
    two = {"title": "Both", "plots": [plot(curves=1), plot(images=1)]}
    assert described(two) == (
        "A figure of 2 plots titled “Both”: plot 1 with 1 curve; plot 2 with 1 image"
    )
    many = described({"title": "", "plots": [plot(title="a" * 900, ylabel="b" * 900)] * 12})
    assert many.startswith("A figure of 12 plots: plot 1 titled “aaa")
    assert len(many) < 550


@pytest.mark.parametrize(
    "finding",
    [
        None,
        Found(value=None),
        Found(value=[1]),
        Found(value={"figures": 3}),
        drawn(3, None, [], left="many"),
        drawn({"picture": "gone", "plots": [plot()]}),
        drawn({"picture": 7, "plots": 5, "title": []}),
    ],
)
def test_evidence_that_names_no_picture_of_ours_shows_none(finding: Any) -> None:
    assert plots(finding, Book(hand_in(), {})) == ((), 0)


def test_a_picture_whose_bytes_are_gone_is_left_out() -> None:
    kept = hand_in()
    figure = {"picture": kept.pictures[0].sha256, "title": "", "plots": [plot(curves=1)]}
    shown, left = plots(drawn(figure, left=2), Book(kept, {}))
    assert [one.figure.alt for one in shown] == ["A plot with 1 curve"]
    assert left == 2
    assert plots(drawn(figure), Book(HandedIn(pictures=kept.pictures), {})) == ((), 0)


@given(text=st.text(max_size=200))
def test_titles_never_become_markup(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    from markdown_it import MarkdownIt

    folder = tmp_path_factory.mktemp("report")
    seen = [shape(folder, f"x{shown}x", MarkdownIt()) for shown in (f"{text}]({text})", "y")]
    assert seen[0] == seen[1]


def shape(folder: Path, title: str, markdown: Any) -> Any:
    kept = hand_in()
    figure = {
        "picture": kept.pictures[0].sha256,
        "title": title,
        "plots": [plot(title=title, xlabel=title)],
    }
    parts = sample.paper(2)
    parts[0].findings[DRAWN] = drawn(figure)
    page = Page(written(folder, parts, hand_in=kept))
    tokens = markdown.parse((folder / "report.md").read_text("utf-8"))
    inner = [c.type for t in tokens for c in t.children or () if not c.type.startswith("text")]
    assert inner.count("image") == 1
    return page.tags, [t.type for t in tokens], inner
