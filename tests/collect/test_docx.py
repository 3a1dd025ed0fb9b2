"""Word documents: written out as Markdown, with nothing run, fetched or expanded."""

from __future__ import annotations

import io
import random

import docx
import pytest
from docx.oxml import parse_xml

from grader.collect import Plan
from grader.collect import docx as collector
from grader.collect._everything import collect
from grader.collect._kind import told
from grader.collect._office.package import office
from grader.model import Broken, Found
from tests.bad_input import making as m

SPACE = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def lines(document: object) -> list[str]:
    made = collector.transcript(saved(document))
    assert not made.unread, made.problems
    return list(made.lines)


def formula(body: str) -> list[str]:
    document = docx.Document()
    document.add_paragraph()._p.append(parse_xml(f"<m:oMath {SPACE}>{body}</m:oMath>"))
    return lines(document)


def run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def test_headings_paragraphs_and_lists() -> None:
    document = docx.Document()
    document.add_heading("Problem 2", 2)
    document.add_paragraph("It is seven.")
    for text in ("first", "second"):
        document.add_paragraph(text, style="List Number")
    for text in ("one", "other"):
        document.add_paragraph(text, style="List Bullet")
    assert lines(document) == [
        "## Problem 2", "", "It is seven.", "", "1. first", "2. second", "- one", "- other",
    ]  # fmt: skip


def test_scripts_stand_in_braces_but_not_those_of_ordinals() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("x")
    for text, script in (
        ("2", "superscript"),
        (" the 5", ""),
        ("th", "superscript"),
        (" y", ""),
        ("i", "subscript"),
    ):
        made = paragraph.add_run(text)
        if script:
            setattr(made.font, script, True)
    assert lines(document) == ["x^{2} the 5th y_{i}"]


def test_what_stands_out_or_is_struck_through_keeps_its_marks() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("(a) ")
    paragraph.add_run("True").bold = True
    paragraph.add_run(" ")
    paragraph.add_run("False").font.strike = True
    assert lines(document) == ["(a) **True** ~~False~~"]


def test_runs_in_a_code_font_are_one_fence() -> None:
    document = docx.Document()
    document.add_paragraph("Code:")
    for text in ("import os", "", "def f(x):", "    return x"):
        document.add_paragraph().add_run(text).font.name = "Consolas"
    document.add_paragraph("Done.")
    made = lines(document)
    assert made[2:8] == ["```python", "import os", "", "def f(x):", "    return x", "```"]


def test_printed_numbers_in_a_code_font_are_not_called_code() -> None:
    document = docx.Document()
    for text in ("1 7.1", "2 1.01"):
        document.add_paragraph().add_run(text).font.name = "Courier New"
    for _ in range(3):
        document.add_paragraph("Prose.")
    assert lines(document)[:4] == ["```", "1 7.1", "2 1.01", "```"]


def test_a_document_all_in_a_code_font_is_prose() -> None:
    document = docx.Document()
    for n in range(9):
        document.add_paragraph().add_run(f"Problem {n}: seven").font.name = "Courier New"
    assert "```" not in "\n".join(lines(document))


def test_tables_are_tables_and_frames_are_not() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for place, cell in enumerate(table._cells):
        cell.text = f"c{place} | x"
    document.add_paragraph("between")
    document.add_table(1, 1).cell(0, 0).text = "framed"
    assert lines(document) == [
        "| c0 ∣ x | c1 ∣ x |", "|---|---|", "| c2 ∣ x | c3 ∣ x |", "", "between", "", "framed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<m:f><m:num>{run('a+b')}</m:num><m:den>{run('c')}</m:den></m:f>", "(a+b)/(c)"),
        (f"{run('2')}<m:f><m:num>{run('a')}</m:num><m:den>{run('b')}</m:den></m:f>", "2((a)/(b))"),
        (f"<m:sSup><m:e>{run('e')}</m:e><m:sup>{run('-x')}</m:sup></m:sSup>", "e^{-x}"),
        (f"<m:sSubSup><m:e>{run('x')}</m:e><m:sub>{run('i')}</m:sub><m:sup>{run('2')}</m:sup></m:sSubSup>", "x_{i}^{2}"),
        (f"<m:rad><m:deg/><m:e>{run('2')}</m:e></m:rad>", "sqrt(2)"),
        (f"<m:d><m:e>{run('x')}</m:e></m:d>", "(x)"),
        (f"<m:d><m:dPr><m:begChr m:val='|'/><m:endChr m:val='|'/></m:dPr><m:e>{run('x')}</m:e></m:d>", "|x|"),
        (f"<m:func><m:fName>{run('log')}</m:fName><m:e>{run('x')}</m:e></m:func>", "log(x)"),
        (f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{run('i=1')}</m:sub><m:sup>{run('n')}</m:sup><m:e>{run('i')}</m:e></m:nary>", "\\sum_{i=1}^{n} i"),
        (f"<m:m><m:mr><m:e>{run('1')}</m:e><m:e>{run('2')}</m:e></m:mr></m:m>", "[[1, 2]]"),
    ],
)  # fmt: skip
def test_formulas_are_linear_text(body: str, text: str) -> None:
    assert formula(body) == [text]


def test_pictures_stand_in_their_place_with_their_bytes() -> None:
    document = docx.Document()
    document.add_paragraph("Problem 1.1")
    document.add_picture(io.BytesIO(m.png()))
    made = collector.transcript(saved(document))
    assert list(made.lines) == ["Problem 1.1", "", "![picture](image1.png)"]
    assert made.pictures == {"image1.png": m.png()}


def test_the_answers_are_found_as_in_markdown(plan: Plan) -> None:
    found = collect(plan, {"a.docx": m.docx(["Problem 2", "2.2 Green", "2.3 Red"])})
    answer = found.evidence["2.2"]["answer"]
    assert found.problems == ()
    assert isinstance(answer, Found)
    assert answer.value.text == "Green"


def test_macros_are_named_and_the_text_is_read(plan: Plan) -> None:
    found = collect(plan, {"a.docm": m.docm()})
    assert found.problems == (("a.docm", "holds macros; they were not run, and its text was read"),)
    assert found.unread == ()


def test_hidden_and_deleted_text_is_no_answer() -> None:
    body = (
        "<w:p><w:r><w:t>shown</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
        '<w:del w:id="1" w:author="x"><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>'
    )
    made = collector.transcript(m.docx_with({"word/document.xml": m.xml_of(body)}))
    assert list(made.lines) == ["shown"]
    assert "tracked changes" in made.problems[0]
    assert "hidden text" in made.problems[0]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"word/document.xml": m.xml_of("<w:p/>&i;", m.LAUGHS)}, "entities"),
        ({"word/document.xml": m.xml_of("<w:p/>&i;", m.LAUGHS).decode().encode("utf-16")}, "entities"),
        ({"word/document.xml": m.xml_of("<w:ins>" * 9_000)}, "damaged"),
        ({"word/document.xml": m.xml_of("<w:ins>" * 200 + "</w:ins>" * 200)}, ""),
        ({"word/document.xml": b" " * 20_000_000}, "MB of text"),
        ({"word/media/image1.png": bytes(130_000_000)}, "more than 120 MB"),
        ({"word/styles.xml": b"<broken"}, "damaged"),
    ],
)  # fmt: skip
def test_bombs_and_damage_are_said_and_bounded(parts: dict[str, bytes], why: str) -> None:
    made = collector.transcript(m.docx_with(parts))
    assert (made.unread, why in "".join(made.problems)) == (bool(why), True)


def test_where_the_extra_is_missing_one_line_says_which(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "installed", lambda: False)
    found = collect(plan, {"a.docx": m.docx(["2.2 Green"])})
    assert found.problems == (
        ("a.docx", "is a Word document; install grader[docx] to read it, or hand in a .pdf"),
    )
    assert all(isinstance(f["answer"], Broken) for f in found.evidence.values())


def test_a_picture_that_is_not_there_costs_nothing_else() -> None:
    rels = (
        b'<?xml version="1.0"?><Relationships '
        b'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="NULL"/>'
        b'<Relationship Id="r2" Type="http://x/hyperlink" Target="http://example.org" TargetMode="External"/>'
        b"</Relationships>"
    )
    made = collector.transcript(m.docx_with({"word/_rels/document.xml.rels": rels}))
    assert not made.unread
    assert "Problem 1: 7" in made.lines


def test_office_files_are_told_by_their_names_and_not_by_what_lies_in_them() -> None:
    inner = m.docx(["2.2 Green"])
    assert office(inner) == "docx"
    assert office(m.zipped({"answers.docx": inner}, 0)) is None
    assert office(inner[: len(inner) // 2]) == "docx"
    assert told("a.zip", inner).kind == "docx"
    assert told("a.docx", b"PK\x05\x06" + bytes(18)).kind == "docx"


def test_an_archive_of_documents_is_unpacked(plan: Plan) -> None:
    found = collect(plan, {"a.zip": m.zipped({"x/answers.docx": m.docx(["2.2 Green"])}, 0)})
    assert isinstance(found.evidence["2.2"]["answer"], Found)


@pytest.mark.parametrize("seed", range(20))
def test_damage_anywhere_never_raises(seed: int) -> None:
    chance, data = random.Random(seed), bytearray(m.docx(["1"]))
    for _ in range(6):
        data[chance.randrange(len(data))] = chance.randrange(256)
    assert collector.transcript(bytes(data)) is not None
