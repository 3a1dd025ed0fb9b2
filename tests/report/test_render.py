"""The feedback report and the class page, as their readers get them."""

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader import pipeline
from grader.model import Answer, Found, MistakeSeen, Piece, Place, Shown
from grader.report import Problem, render
from grader.report.feedback import STATES
from grader.report.handed_in import NOTHING, HandedIn
from grader.report.summary import summary
from grader.report.text import JOINER, visible
from tests.report import sample

TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "</pre></details><img src=x onerror=alert(1)>",
        "{{ 7 * 7 }}{% raw %}",
        "[x](javascript:alert(1)) ![y](http://evil.example/z.png) <http://evil.example>",
        "# heading\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```\n---\n1. item",
        "\u202egnorw\u202c \u2066x\u2069 \x1b[31mred\x07 \ud800",
        "--> ]]> &amp; &#60; \" ' ` \\",
    ]
)
VOID = {"meta", "link", "br", "img", "hr", "input"}
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Page(HTMLParser):
    """The tags of a page in order, its attributes, and the text of each element."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.marked: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["mark"]:
            self.marked.append(data)
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def ids(self) -> list[str | None]:
        return [value for name, value in self.attributes if name == "id"]


def written(folder: Path, parts: list[sample.Sample], student: str = "ada", **more: object) -> str:
    """Render one report and return its HTML."""
    problems, hand_in = more.get("problems", ()), more.get("hand_in", NOTHING)
    assert isinstance(problems, tuple)
    assert isinstance(hand_in, HandedIn)
    render.student(
        sample.rubric(parts),
        sample.result(parts, student),
        sample.evidence(parts),
        folder,
        "report",
        problems=problems,
        hand_in=hand_in,
    )
    return (folder / "report.html").read_text("utf-8")


def everywhere(text: str) -> list[sample.Sample]:
    """One part that waits, with the same text wherever a student's text can come."""
    mark = sample.mark("m", "2", None, text, proposed="1", why="text", detail=f"d{text}")
    mark = replace(mark, mistakes=("odd",))
    made = sample.part(
        "1", "Asked", [mark], read=text, seen=[("odd", text)], reasons=[f"r{text}"], points="1/2"
    )
    place = Place(file=text, start=1, end=2)
    answer = Answer(pieces=(Piece(kind="code", text=f"{text} q{text}", place=place),), lost=(text,))
    found = Found(value=answer, where=(place,), quote=text)
    whole = replace(
        made.result,
        where=(place,),
        mistakes=(MistakeSeen(id="odd", says=text), MistakeSeen(id="other", says=text)),
    )
    return [
        replace(
            made, result=whole, findings={"answer": found, "m": Found(value=1, quote=f"q{text}")}
        )
    ]


def test_every_part_is_there_with_its_points_reading_place_and_reasons(tmp_path: Path) -> None:
    parts = sample.paper()
    page = Page(written(tmp_path, parts))
    flat = " ".join(page.text.split())
    for part in (p.result for p in parts):
        assert f"part-{part.id}" in page.ids
        assert all(" ".join(quote.split()) in flat for quote in part.read.split("; "))
        assert all(str(place) in flat for place in part.where)
        assert all(seen.says in flat for seen in part.mistakes)
        assert part.detail in flat
        assert all(mark.reason in flat for mark in part.marks if mark.proposed is not None)
    assert len(page.ids) == len(set(page.ids))
    assert {f"#{i}" for i in page.ids} >= {
        value
        for name, value in page.attributes
        if name == "href" and value and value.startswith("#")
    }


def test_the_markdown_says_the_same_as_the_page(tmp_path: Path) -> None:
    parts = sample.paper()
    written(tmp_path, parts)
    source = (tmp_path / "report.md").read_text("utf-8")
    html = Page(MARKDOWN.render(source))
    flat = " ".join(html.text.replace(JOINER, "").split())
    for part in (p.result for p in parts):
        assert f"{part.id} · " in flat
        assert all(" ".join(quote.split()) in flat for quote in part.read.split("; "))
        assert all(seen.says in flat for seen in part.mistakes)
        assert part.detail in flat
    assert "{{" not in source
    assert "\n\n\n\n" not in source


def test_an_open_part_shows_its_proposal_as_a_proposal_and_costs_nothing_yet(
    tmp_path: Path,
) -> None:
    parts = [p for p in sample.states() if p.result.id in {"1.2", "2.2"}]
    text = " ".join(Page(written(tmp_path, parts)).text.split())
    assert "1 of 2.5 points so far" in text
    assert "One part, worth 1.5 points, waits for a person." in text
    assert "If every proposal stands, the total is 2 points." in text
    assert "Proposal: 1 of 1.5 points, not decided." in text
    assert "Free text:" in text


def test_nothing_that_was_seen_is_no_proposal_of_no_points(tmp_path: Path) -> None:
    parts = [
        replace(p, result=replace(p.result, proposed=Fraction(0), mistakes=()))
        if p.result.id == "1.2"
        else p
        for p in sample.states()
        if p.result.id in {"1.2", "2.2"}
    ]
    text = " ".join(Page(written(tmp_path, parts)).text.split())
    assert "There is no proposal." in text
    assert "Proposal: 0" not in text
    assert "and nothing is given where there is none, the total is 1 point." in text


def test_a_settled_report_speaks_of_no_proposal(tmp_path: Path) -> None:
    text = Page(written(tmp_path, sample.settled(sample.paper()))).text
    assert "so far" not in text
    assert "roposal" not in text
    assert "for a person" not in text


def test_a_hand_in_that_we_could_not_read_costs_nothing_and_says_so_once_per_part(
    tmp_path: Path,
) -> None:
    parts = sample.broken(sample.paper(3))
    page = Page(written(tmp_path, parts))
    assert page.text.count("reading this hand-in stopped") == len(parts)
    assert "If every proposal stands" not in page.text
    assert "0 of 5.5 points so far" in " ".join(page.text.split())


def test_what_the_part_as_a_whole_costs_is_shown_with_its_reason(tmp_path: Path) -> None:
    parts = [p for p in sample.states() if p.result.id == "12.1"]
    text = " ".join(Page(written(tmp_path, parts)).text.split())
    assert "The part as a whole" in text
    assert "−2" in text
    assert "A design that is written twice counts once." in text
    assert "two of the designs are the same one" in text


def test_followed_through_answers_are_not_called_mistakes(tmp_path: Path) -> None:
    parts = [p for p in sample.states() if p.result.id == "2.2"]
    text = Page(written(tmp_path, parts)).text
    assert "Carried through:" in text
    assert "Known mistake" not in text


def test_problems_of_the_hand_in_are_told_without_its_folder(tmp_path: Path) -> None:
    problems = (
        Problem(path="ada/a.md", what="no part '9'"),
        Problem(path="ada", what="from 'bob'"),
    )
    text = Page(written(tmp_path, sample.paper(2), problems=problems)).text
    assert "a.md: no part '9'" in text
    assert "ada/a.md" not in text
    assert "from 'bob'" in text


def test_reports_hold_no_hash_that_a_key_could_be_guessed_from(tmp_path: Path) -> None:
    source = written(tmp_path, sample.paper())
    for name in ("keys", "rubric", "reference"):
        assert sample.MADE_WITH[name] not in source
    assert "isolation: process" in source


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_the_same_result_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    parts = sample.paper()
    written(tmp_path, parts)
    first = (tmp_path / name).read_bytes()
    written(tmp_path, parts)
    assert (tmp_path / name).read_bytes() == first


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(text=TEXT)
def test_student_text_never_becomes_markup_in_html(tmp_path: Path, text: str) -> None:
    shown = f"x{text}x"
    problems = (Problem(path=f"{shown}/{shown}", what=shown),)
    page = Page(written(tmp_path, everywhere(shown), student=shown, problems=problems))
    plain = Page(
        written(tmp_path, everywhere("y"), student="y", problems=(Problem(path="y/y", what="y"),))
    )
    assert page.tags == plain.tags
    assert not page.open
    assert page.marked == [visible(f"q{shown}")], "what was read, in the answer as handed in"
    assert f"\n{visible(shown)} {page.marked[0]}" in page.text
    assert page.text.count(visible(shown)) >= 10


def hostile_hand_in(text: str) -> HandedIn:
    """A hand-in with the same text as a file's name, a line, a cell, a picture's name and words."""
    name = f"{text}.png".replace("\n", " ").replace("\r", " ")
    words = re.sub(r"[\]\[)(\n\r<>\\]", "", name)
    shown = (f"![{words}]({words})", text.replace("\n", " "), "```", text.replace("`", ""), "```")
    data = sample.png()
    return HandedIn(
        files=(
            Shown(file=text, lines=shown),
            Shown(file=f"{text}.ipynb", unit="cell", lines=shown, numbers=(1, 1, 2, 2, 2)),
            Shown(file=f"{text}.py", code=True, lines=shown, left=7),
        ),
        pictures=tuple(sample.picture(file, words, data) for file in (text, f"{text}.ipynb")),
        blobs={sample.picture("", "", data).sha256: data},
    )


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(text=TEXT)
def test_a_hand_in_never_becomes_markup(tmp_path: Path, text: str) -> None:
    pages = []
    for shown in (f"x{text}x", "y"):
        parts = everywhere(shown)
        pages.append(Page(written(tmp_path, parts, hand_in=hostile_hand_in(shown))))
    hostile, plain = pages
    assert hostile.tags == plain.tags
    assert not hostile.open
    assert visible(f"x{text}x".replace("\n", " ")) in hostile.text
    assert "7 more lines of this file are not shown" in hostile.text


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(text=TEXT)
def test_student_text_never_becomes_markup_in_markdown(tmp_path: Path, text: str) -> None:
    shown = f"x{text}x"
    shapes = []
    for given_text in (shown, "y"):
        problems = (Problem(path=f"{given_text}/{given_text}", what=given_text),)
        written(tmp_path, everywhere(given_text), student=given_text, problems=problems)
        tokens = MARKDOWN.parse((tmp_path / "report.md").read_text("utf-8"))
        inner = [c.type for t in tokens for c in t.children or () if not c.type.startswith("text")]
        shapes.append(([t.type for t in tokens], inner))
    assert shapes[0] == shapes[1]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30
)
@given(text=TEXT)
def test_student_text_never_becomes_markup_on_the_class_page(tmp_path: Path, text: str) -> None:
    tags = []
    for shown in (f"x{text}x", "y"):
        parts = everywhere(shown)
        batch = sample.batch(parts)
        problem = Problem(path=shown, what=shown)
        batch.results[:] = [summary(sample.result(parts, shown), [problem])]
        render.batch(batch, tmp_path, pipeline.safe_name)
        page = Page((tmp_path / "index.html").read_text("utf-8"))
        tags.append(page.tags)
        assert visible(shown) in page.texts
    assert tags[0] == tags[1]


def test_a_very_long_answer_is_cut_with_a_note(tmp_path: Path) -> None:
    text = "a" * 100_000
    page = Page(written(tmp_path, everywhere(text), student="ada"))
    assert "180002 more characters stand in your file" in page.text
    assert max(map(len, page.texts)) < 20_100
    assert "more characters)" in (tmp_path / "report.md").read_text("utf-8")


def test_pages_load_nothing_and_run_nothing(tmp_path: Path) -> None:
    parts = sample.paper()
    source = written(tmp_path, parts, hand_in=sample.hand_in(parts))
    render.batch(sample.batch(sample.paper()), tmp_path, pipeline.safe_name)
    for html in (source, (tmp_path / "index.html").read_text("utf-8")):
        page = Page(html)
        assert html.lstrip().startswith("<!doctype html>")
        assert ("http-equiv", "Content-Security-Policy") in page.attributes
        assert not {tag for tag, _ in page.tags} & {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
        }
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        sources = [value or "" for name, value in page.attributes if name == "src"]
        assert all(
            re.fullmatch(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+", s) for s in sources
        )
        assert len(sources) == sum(tag == "img" for tag, _ in page.tags)
        assert not re.search(r"url\(|@import|https?:", html)


def test_the_class_page_lists_every_student_and_what_waits(tmp_path: Path) -> None:
    parts = sample.paper()
    batch = sample.batch(parts)
    render.batch(batch, tmp_path, pipeline.safe_name)
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    links = {value for name, value in page.attributes if name == "href" and value}
    for result in batch.results:
        report = f"reports/{pipeline.safe_name(result.student)}.html"
        assert report in links
        assert {f"{report}#part-{part}" for part in result.open} <= links
    assert str(batch.open_marks) in page.texts
    assert "cannot be read: not UTF-8 from byte 812" in page.text


def test_words_exist_for_every_state_and_none_looks_alike() -> None:
    assert len(set(STATES.values())) == len(STATES) == 5


def test_a_run_writes_reports_that_quote_the_answer_and_hide_the_key(
    course: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.yaml"
    keys.write_text('"3": 918273\n', "utf-8")
    (course / "submissions/sums/ada.json").write_text(
        '{"answers": {"1": "It is 12 <b>", "2": "24", "3": "55", "9": "?"}}', "utf-8"
    )
    loaded = pipeline.load_assignment(course, "sums", keys=keys)
    found = pipeline.hand_ins([course / "submissions/sums/ada.json"])
    out = tmp_path / "out"
    pipeline.grade(loaded, found, out)
    html = (out / "reports/ada.html").read_text("utf-8")
    page = Page(html)
    assert "\nIt is 12 <b>" in page.text
    assert "It is 12" in page.marked
    assert "You multiplied; a sum is asked." in page.text
    assert "there is no part '9'" in page.text
    for file in ("reports/ada.html", "reports/ada.md", "index.html", "results.json"):
        assert "918273" not in (out / file).read_text("utf-8")
    assert loaded.made_with["keys"] not in html
