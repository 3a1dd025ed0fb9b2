"""A hand-in as its report shows it: lines, cells, pages and pictures, and the links between."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.model import Answer, Found, Piece, Place, Shown
from grader.report import figures, handed_in
from grader.report.compose import report
from grader.report.feedback import Report
from grader.report.handed_in import Book, HandedIn
from grader.report.quotes import spans
from tests.report import sample
from tests.report.test_render import Page, written


def told(parts: list[sample.Sample], hand_in: HandedIn) -> Report:
    return report(sample.rubric(parts), sample.result(parts), sample.evidence(parts), (), hand_in)


def with_picture() -> tuple[list[sample.Sample], HandedIn]:
    parts = sample.paper(12)
    hand_in = sample.hand_in(parts)
    at = next(n for n, p in enumerate(parts) if p.result.id == "7.1")
    parts[at] = sample.drawn(parts[at])
    return parts, hand_in


def test_every_place_links_to_the_line_and_every_line_that_was_read_back_to_its_part() -> None:
    parts, hand_in = with_picture()
    page = told(parts, hand_in)
    blocks = {f"#{b.anchor}": b for s in page.sheets for leaf in s.leaves for b in leaf.blocks}
    for part in page.parts:
        for link in part.where:
            assert part.id in blocks[link.href].parts
    assert next(p for p in page.parts if p.id == "2.2").where[0].href == "#f1-L23"
    assert [link.href for link in next(p for p in page.parts if p.id == "7.1").where] == [
        "#f2-L2",
        "#f2-L4",  # line 3 is a fence, which a notebook does not have
    ]


def test_the_page_holds_each_target_of_its_links_once(tmp_path: Path) -> None:
    parts, hand_in = with_picture()
    page = Page(written(tmp_path, parts, hand_in=hand_in))
    links = {v for name, v in page.attributes if name == "href" and v and v.startswith("#")}
    assert "#f1-L14" in links
    assert "#part-2.1" in links
    assert links <= {f"#{i}" for i in page.ids}
    assert len(page.ids) == len(set(page.ids))


def test_cells_and_pages_have_headings_and_fences_of_a_notebook_are_not_shown(
    tmp_path: Path,
) -> None:
    parts, hand_in = with_picture()
    page = told(parts, hand_in)
    notebook, scan = page.sheets[1:]
    assert [leaf.title for leaf in notebook.leaves] == ["Cell 1", "Cell 2", "Cell 3", "Cell 5"]
    assert [leaf.title for leaf in scan.leaves] == ["Page 1", "Page 2"]
    cell = notebook.leaves[2].blocks
    assert [(b.kind, b.parts, "".join(r.text for r in b.runs)) for b in cell] == [
        ("code", ("7.1",), "means = x.mean(axis=1)"),
        ("output", (), "(500,)"),
    ]
    text = Page(written(tmp_path, parts, hand_in=hand_in)).text
    assert "3 more lines of this file are not shown here." in text


def test_a_picture_stands_where_it_is_shown_in_the_answer_and_once_in_the_hand_in(
    tmp_path: Path,
) -> None:
    parts, hand_in = with_picture()
    page = Page(written(tmp_path, parts, hand_in=hand_in))
    alts = [value for name, value in page.attributes if name == "alt"]
    assert alts == ["means of 500 samples", "means of 500 samples", "page 1"]
    assert "shown elsewhere on this page" in page.text, "the second time in cell 5"
    assert "#pic-1" in {value for name, value in page.attributes if name == "href"}
    assert ("details", ("open",)) in page.tags, "an answer that is a picture is not folded away"


def test_a_picture_shown_a_thousand_times_is_embedded_once_a_section() -> None:
    data = sample.png(200, bytes(range(3)))
    lines = ("![x](a.png)",) * 1000
    hand_in = HandedIn(
        files=(Shown(file="a.md", lines=lines),),
        pictures=(sample.picture("a.md", "a.png", data),),
        blobs={sample.picture("", "", data).sha256: data},
    )
    page = told(sample.paper(1), hand_in)
    runs = [r for s in page.sheets for leaf in s.leaves for b in leaf.blocks for r in b.runs]
    assert sum(bool(r.figure and r.figure.source) for r in runs) == 1
    assert sum(bool(r.figure) for r in runs) == figures._MANY


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("see ![alt](img/A.png) here", True),
        ("![alt](other/a.PNG)", True),
        ("![[a.png]]", True),
        ("<img src='x/a.png' alt='alt'>", True),
        ("![alt](b.png)", False),
        ("![alt](http://evil.example/b.png)", False),
        ("a.png", False),
    ],
)
def test_pictures_are_found_by_the_last_part_of_their_name(line: str, shown: bool) -> None:
    data = sample.png()
    picture = sample.picture("a.md", "img/A.png", data)
    hand_in = HandedIn((Shown(file="a.md", lines=(line,)),), (picture,), {picture.sha256: data})
    runs = Book(hand_in, {}).sheets[0].leaves[0].blocks[0].runs
    assert any(run.figure for run in runs) == shown
    assert "".join(run.text for run in runs) == line
    assert all(run.figure.alt in ("alt", "Picture A.png") for run in runs if run.figure)


def test_a_picture_of_another_file_or_without_bytes_or_of_another_type_is_not_shown() -> None:
    data = sample.png()
    picture = sample.picture("a.md", "a.png", data)
    odd = replace(picture, type="svg+xml")  # type: ignore[arg-type]
    for pictures, blobs in (
        ((replace(picture, file="b.md"),), {picture.sha256: data}),
        ((picture,), {}),
        ((odd,), {picture.sha256: data}),
    ):
        files = (Shown(file="a.md", lines=("![x](a.png)",)),)
        block = Book(HandedIn(files, pictures, blobs), {}).sheets[0].leaves[0].blocks[0]
        assert not any(run.figure for run in block.runs)


def test_long_files_lines_and_many_files_are_bounded_and_what_is_left_out_is_counted() -> None:
    long = Shown(file="a.md", lines=("word",) * 5_000, left=11)
    wide = Shown(file="b.md", lines=("w" * 9_000,))
    pages = told(sample.paper(1), HandedIn((long,)))
    assert pages.sheets[0].left == 5_000 - handed_in._LINES + 11
    (block,) = told(sample.paper(1), HandedIn((wide,))).sheets[0].leaves[0].blocks
    assert block.runs[0].text.endswith("(7000 more characters)")
    many = tuple(Shown(file=f"{n}.md", lines=("x",)) for n in range(500))
    page = told(sample.paper(1), HandedIn(many))
    assert len(page.sheets) + page.unshown == 500
    assert page.unshown > 0


def test_a_place_behind_what_is_shown_links_to_the_file_and_one_in_no_file_to_nothing() -> None:
    book = Book(HandedIn((Shown(file="a.md", lines=("", "x")),)), {})
    assert book.link(Place(file="a.md", start=1, end=1)).href == "#f1-L2"
    assert book.link(Place(file="a.md", start=900, end=901)).href == "#f1-L2"
    assert book.link(Place(file="a.md", start=1, end=1, unit="entry")).href == "#f1"
    assert book.link(Place(file="z.md", start=1, end=1)).href == ""


def test_a_piece_of_a_notebook_never_reaches_into_the_next_cell() -> None:
    place = Place(file="n.ipynb", start=1, end=1, unit="cell", line=1)
    piece = Piece(kind="prose", text="a\nb\nc", place=place)
    shown = Shown(file="n.ipynb", unit="cell", lines=("a", "b", "c"), numbers=(1, 1, 2))
    found = {"1": {"answer": Found(value=Answer(pieces=(piece,)), where=(place,))}}
    leaves = Book(HandedIn((shown,)), found).sheets[0].leaves
    assert [[b.parts for b in leaf.blocks] for leaf in leaves] == [[("1",)], [()]]


def test_longer_fences_hold_shorter_ones() -> None:
    shown = Shown(file="a.md", lines=("````md", "```", "x", "```", "````", "y"))
    blocks = Book(HandedIn((shown,)), {}).sheets[0].leaves[0].blocks
    assert [(b.kind, b.line) for b in blocks] == [("code", 1), ("text", 6)]


@pytest.mark.parametrize(
    ("text", "quote", "marked"),
    [
        ("It is 3 or 33, 3.5 and x3.", "3", ["3"]),
        ("13, 3.5, a3", "3", []),
        ("It is 3.", "3", ["3"]),
        ("so 1.41 and\n0.5", "1.41; 0.5", ["1.41", "0.5"]),
        ("over two\nlines", "two lines", ["two\nlines"]),
        ("nothing of it", "42", []),
        ("aa <b> & </mark>", "<b> & </mark>", ["<b> & </mark>"]),
    ],
)
def test_quotes_are_marked_where_they_stand_for_themselves(
    text: str, quote: str, marked: list[str]
) -> None:
    piece = sample.line(text, 5)
    found = spans(piece, [Found(value=0, quote=quote, where=(piece.place,))])
    assert [text[a:b] for a, b in found] == marked


def test_a_quote_is_marked_in_the_line_where_it_was_read_and_in_no_other_piece() -> None:
    piece = sample.line("7 is wrong\nit is 7", 5)
    second = Place(file="answers.md", start=6, end=6)
    assert spans(piece, [Found(value=7, quote="7", where=(second,))]) == [(17, 18)]
    elsewhere = Place(file="answers.md", start=60, end=60)
    assert spans(piece, [Found(value=7, quote="7", where=(elsewhere,))]) == []
