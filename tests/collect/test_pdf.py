"""A PDF is read as the text that it was printed from; what cannot be read is said in one line."""

from __future__ import annotations

import random
import re
import time
import zlib
from pathlib import Path

import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from PIL import Image

from grader import pipeline
from grader.collect import Plan, Transcript, collectors
from grader.collect import _ocr as ocr
from grader.collect import pdf as pdf_module
from grader.collect._everything import collect
from grader.collect._kind import told
from grader.collect.pdf import transcript_of
from grader.model import Found, PartResult
from tests.collect import pdfs

ROOT = Path(__file__).parents[2]
SENTENCE = (
    "The bias falls since a model of more freedom can follow the data more closely than before. "
)


def text(data: bytes) -> str:
    return "\n".join(transcript_of(data).lines).strip()


def rows(data: bytes) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in transcript_of(data).lines
        if line.startswith("|") and "---" not in line
    ]


def mono(*code: str, pdf: FPDF | None = None) -> FPDF:
    pdf = pdf or pdfs.empty()
    pdf.set_font("Courier", size=10)
    for line in code:
        pdf.cell(0, 5, line)
        pdf.ln(5)
    pdf.set_font("Times", size=12)
    return pdf


# what stands on a page


def test_wrapped_lines_of_a_paragraph_are_one_line_and_short_lines_stay_apart() -> None:
    pdf = pdfs.empty()
    pdf.multi_cell(0, 6, SENTENCE * 4)
    pdf.ln(6)
    pdfs.lines("3.162", "2.236", "(a) True", "(b) False", pdf=pdf)
    assert (
        text(pdfs.written(pdf)) == f"{(SENTENCE * 4).strip()}\n\n3.162\n2.236\n(a) True\n(b) False"
    )


def test_a_paragraph_goes_on_over_the_page() -> None:
    pdf = pdfs.empty()
    pdf.multi_cell(0, 6, SENTENCE * 60)
    made = transcript_of(pdfs.written(pdf))
    assert " ".join(line for line in made.lines if line) == (SENTENCE * 60).strip()
    assert len(made.numbers) == len(made.lines)


def test_a_word_torn_at_the_end_of_a_line_is_whole_again_and_a_compound_keeps_its_hyphen() -> None:
    pdf = pdfs.empty()
    pdf.multi_cell(
        0, 6, "Variance rises as the model can rep-\nresent more, by leave-one-\nout even."
    )
    assert (
        text(pdfs.written(pdf))
        == "Variance rises as the model can represent more, by leave-one-out even."
    )


def test_raised_and_lowered_signs_are_exponents_and_indices() -> None:
    pdf = pdfs.empty()
    for word, height in [("It is 10", "LINE"), ("5", "SUP"), (", 49C", "LINE"), ("2", "SUP"), (" and x", "LINE"), ("1", "SUB"), (".", "LINE")]:  # fmt: skip
        pdf.char_vpos = height
        pdf.write(6, word)
    assert text(pdfs.written(pdf)) == "It is 10^{5}, 49C^{2} and x_{1}."


def test_headings_are_larger_or_bold_labels() -> None:
    pdf = pdfs.empty()
    pdf.set_font("Times", "B", 18)
    pdfs.lines("Problem 1", pdf=pdf)
    pdf.set_font("Times", "B", 12)
    pdfs.lines("1.2 Bias", pdf=pdf)
    pdf.set_font("Times", size=12)
    pdf.ln(4)
    pdf.multi_cell(0, 6, SENTENCE * 3)
    assert text(pdfs.written(pdf)).split("\n")[:4] == ["## Problem 1", "", "## 1.2 Bias", ""]


def test_columns_of_a_page_are_read_one_after_the_other() -> None:
    pdf = pdfs.empty()
    with pdf.text_columns(ncols=2, gutter=12) as columns:
        for n in range(1, 13):
            columns.write(f"Answer {n}\n\n{SENTENCE * 3}\n\n")
    found = re.findall(r"^Answer (\d+)$", text(pdfs.written(pdf)), re.MULTILINE)
    assert list(map(int, found)) == list(range(1, 13))
    assert text(pdfs.written(pdf)).count((SENTENCE * 3).strip()) == 12


def fraction(pdf: FPDF, x: float, y: float, above: str, below: str) -> None:
    """Typeset a fraction: ``y`` is where its bar is drawn."""
    width = max(pdf.get_string_width(above), pdf.get_string_width(below))
    pdf.set_line_width(0.2)
    pdf.line(x, y, x + width, y)
    pdf.text(x + (width - pdf.get_string_width(above)) / 2, y - 1.6, above)
    pdf.text(x + (width - pdf.get_string_width(below)) / 2, y + 4, below)


def test_a_typeset_fraction_is_a_quotient_and_underlined_words_are_none() -> None:
    pdf = pdfs.empty()
    pdf.text(20, 50, "P =")
    fraction(pdf, 28, 49, "1", "1 + 0.65")
    pdf.text(46, 50, "= 0.606")
    pdf.set_font("Times", "U", 12)
    pdf.text(20, 80, "Green")
    pdf.set_font("Times", size=12)
    pdf.text(20, 85, "is it")
    assert text(pdfs.written(pdf)).split("\n")[0] == "P = 1/(1 + 0.65) = 0.606"
    assert text(pdfs.written(pdf)).split("\n")[2:] == ["Green", "is it"]


# tables


TABLE = [["layer", "activations", "parameters"], ["Input", "150,528", "0"], ["CONV3-64", "3,211,264", "1,728"], ["FC", "4,096", "16,777,216"]]  # fmt: skip


def test_a_table_without_rules_is_told_by_its_gaps() -> None:
    pdf = pdfs.lines("10.1 The numbers are these:")
    pdf.ln(4)
    for row in TABLE:
        for cell in row:
            pdf.cell(40, 6, cell)
        pdf.ln(6)
    assert rows(pdfs.written(pdf)) == TABLE


def test_a_ruled_table_with_wrapped_cells_goes_on_over_the_page() -> None:
    pdf = pdfs.empty()
    long = "a remark that is so long that it is wrapped over two lines of its cell, as remarks are"
    want = [["no", "value", "remark"]] + [
        [str(n), f"{n}.5", long if n % 2 else "short"] for n in range(40)
    ]
    with pdf.table(col_widths=(10, 20, 40)) as table:
        for row in want:
            table.row(row)
    assert rows(pdfs.written(pdf)) == want


def test_a_list_is_no_table() -> None:
    pdf = pdfs.empty()
    for n in range(1, 5):
        pdf.cell(10, 6, f"{n}.")
        pdf.cell(60, 6, f"item {n}")
        pdf.ln(6)
    assert text(pdfs.written(pdf)) == "1. item 1\n2. item 2\n3. item 3\n4. item 4"


# code


def test_code_keeps_its_indentation_and_what_it_printed_is_output() -> None:
    code = ["def f(x):", "    if x:", "        return 1", "", "    return 2", "", "print(f(1))"]
    pdf = mono(*code)
    pdf.ln(4)
    mono("loss 0.5 at step 1", "loss 0.4 at step 2", pdf=pdf)
    pdfs.lines("That is all.", pdf=pdf)
    assert text(pdfs.written(pdf)) == "\n".join(
        ["```python", *code, "```", "", "```output", "loss 0.5 at step 1", "loss 0.4 at step 2", "```", "", "That is all."]
    )  # fmt: skip


def test_code_goes_on_over_the_page() -> None:
    code = [
        line for n in range(30) for line in (f"def f{n}(x):", "    y = x", f"    return y + {n}")
    ]
    pdf = mono(*code)
    pdfs.lines("That is all.", pdf=pdf)
    made = text(pdfs.written(pdf))
    assert made.count("```") == 2
    assert [line for line in made.split("\n")[1:-3] if line] == code


def test_a_text_file_that_an_editor_printed_is_text_and_no_code() -> None:
    data = pdfs.written(mono("2.1: 3, 2, 3.162", "", "2.2: Green", "  because it is the nearest"))
    assert text(data) == "2.1: 3, 2, 3.162\n\n2.2: Green\n  because it is the nearest"


# what belongs to the page


class Running(FPDF):
    def header(self) -> None:
        self.set_font("Times", size=9)
        self.cell(0, 5, "Deep learning - Jane Doe")
        self.ln(12)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Times", size=9)
        self.cell(0, 5, f"{self.page_no()}", align="C")


def test_running_headers_and_page_numbers_are_left_out() -> None:
    pdf = Running()
    pdf.set_auto_page_break(True, 20)
    pdf.add_page()
    pdf.set_font("Times", size=12)
    pdf.multi_cell(0, 6, SENTENCE * 120)
    made = text(pdfs.written(pdf))
    assert "Jane" not in made
    assert not re.search(r"^\d+$", made, re.MULTILINE)


def test_labels_at_the_head_of_each_page_are_kept() -> None:
    pdf = FPDF()
    for n in range(1, 6):
        pdf.add_page()
        pdf.set_font("Times", size=12)
        pdfs.lines(f"Problem {n}", f"The answer is {n * 7}.", pdf=pdf)
    made = text(pdfs.written(pdf))
    assert all(f"Problem {n}" in made and f"is {n * 7}." in made for n in range(1, 6))


# pictures


def test_a_picture_is_kept_at_its_place_and_a_speck_is_not() -> None:
    pdf = pdfs.lines("1.1 My sketch:")
    pdf.image(pdfs.drawing(300, 200), w=60)
    pdf.image(pdfs.drawing(12, 12), w=3)
    pdf.ln(3)
    pdfs.lines("1.2 Bias falls.", pdf=pdf)
    made = transcript_of(pdfs.written(pdf))
    assert [line for line in made.lines if line] == ["1.1 My sketch:", "![picture](p1-1.png)", "1.2 Bias falls."]  # fmt: skip
    assert made.pictures["p1-1.png"].startswith(b"\x89PNG")
    assert not made.unread


def test_what_is_drawn_by_lines_is_kept_as_a_picture() -> None:
    pdf = pdfs.lines("1.1 My sketch:")
    for n in range(30):
        pdf.line(40 + n, 60 + n % 7, 80 + 2 * n, 120 - n)
    made = transcript_of(pdfs.written(pdf))
    assert list(made.pictures) == ["p1-1.png"]
    assert "![picture](p1-1.png)" in made.lines


def test_pictures_are_bounded() -> None:
    pdf = pdfs.empty()
    for n in range(60):
        pdf.image(Image.new("RGB", (64, 64), (n, 0, 0)), w=20)
    made = transcript_of(pdfs.written(pdf))
    assert len(made.pictures) == 40
    assert made.problems == ("it holds more than 40 pictures; the others are not shown",)


def test_a_scan_goes_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "recognised", lambda png, seconds: None)
    made = transcript_of(pdfs.scan(2))
    assert made.unread
    assert made.problems == (pdf_module.SCAN,)
    assert [line for line in made.lines if line] == ["![picture](p1.png)", "![picture](p2.png)"]


def test_a_recognised_scan_is_read_and_never_certain(
    monkeypatch: pytest.MonkeyPatch, plan: Plan
) -> None:
    monkeypatch.setattr(ocr, "recognised", lambda png, seconds: ["2.2 Green."])
    made = collectors.build("pdf", {}).gather(plan, "a.pdf", pdfs.scan(1), {})
    assert made.problems == (pdf_module.RECOGNISED,)
    assert made.unread  # a person may see more than was recognised
    found = made.answers["2.2"]
    assert isinstance(found, Found)
    assert found.doubt


def test_a_scanned_page_between_typed_ones_is_said(plan: Plan) -> None:
    pdf = pdfs.lines("2.2 Green.")
    pdf.add_page()
    pdf.image(pdfs.drawing(), 0, 0, 210, 297)
    made = transcript_of(pdfs.written(pdf))
    assert made.unread
    assert made.problems == ("page 2 is a scan without text: a person has to read it",)
    assert "2.2 Green." in made.lines


# the same marks


def marked(files: dict[str, bytes]) -> dict[str, PartResult]:
    loaded = pipeline.load_assignment(ROOT, "dl_midterm")
    found = collect(loaded.plan, files)
    record = pipeline.Record(student="x", claims=found.claims, files=(), isolation="none", problems=(), evidence=found.evidence)  # fmt: skip
    return {part.id: part for part in pipeline.mark_record(loaded, record).parts}


@pytest.mark.browser
@pytest.mark.parametrize("style", ["", pdfs.STYLE], ids=["plain", "styled"])
@pytest.mark.parametrize("who", ["perfect", "follow-through", "misconceptions", "blank"])
def test_a_hand_in_printed_from_a_browser_earns_what_its_markdown_earns(
    who: str, style: str, tmp_path: Path
) -> None:
    source = (ROOT / "submissions/dl_midterm" / who / "answers.md").read_text("utf-8")
    data = pdfs.printed(source, tmp_path, style)
    own, other = marked({"a.md": source.encode()}), marked({"a.pdf": data})
    assert {i: (p.earned, p.proposed) for i, p in other.items()} == {
        i: (p.earned, p.proposed) for i, p in own.items()
    }


@pytest.mark.browser
def test_a_browsers_date_title_and_address_are_left_out(tmp_path: Path) -> None:
    made = text(pdfs.printed("# Mine too\n\n" + (SENTENCE + "\n\n") * 80, tmp_path))
    assert "file:" not in made
    assert not re.search(r"\d+/\d+", made)


WRAPPED = """\
| part | answer | why it is so |
|---|---|---|
| a | False | a single batch takes more work and not less, whatever its size may be, as was asked for here |
| b | True | short |
| c | True, since mean and variance are the same for every dimension, whatever came before this layer | every dimension gets the same mean and variance by the batch normalisation of the layer |
"""


@pytest.mark.browser
@pytest.mark.parametrize("style", ["", pdfs.STYLE], ids=["plain", "styled"])
def test_cells_that_a_browser_wraps_are_whole(style: str, tmp_path: Path) -> None:
    want = [[cell.strip() for cell in line.strip("|\n ").split(" | ")] for line in WRAPPED.splitlines() if "---" not in line]  # fmt: skip
    assert rows(pdfs.printed(WRAPPED, tmp_path, style)) == want


# bad input


def test_the_kind_is_told_by_its_first_bytes() -> None:
    data = b"junk\n" * 20 + pdfs.written(pdfs.lines("2.2 Green."))
    assert told("a.txt", data).kind == "pdf"
    assert text(data) == "2.2 Green."


def test_an_encrypted_pdf_is_said_in_one_line() -> None:
    pdf = pdfs.lines("2.2 Green.")
    pdf.set_encryption("owner", "user", encryption_method=EncryptionMethod.RC4)
    assert transcript_of(pdfs.written(pdf)) == Transcript(
        lines=(), unit="page", problems=(pdf_module.LOCKED,), unread=True
    )


def test_a_pdf_that_only_forbids_copying_is_read() -> None:
    pdf = pdfs.lines("2.2 Green.")
    pdf.set_encryption("owner", encryption_method=EncryptionMethod.RC4)
    assert text(pdfs.written(pdf)) == "2.2 Green."


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"%PDF-1.7\n" + b"\x00" * 5000, b"hello"])
def test_what_is_no_pdf_is_said_in_one_line(data: bytes) -> None:
    made = transcript_of(data)
    assert made.unread
    assert len(made.problems) == 1


def test_of_a_truncated_pdf_what_can_be_read_is_read() -> None:
    data = pdfs.written(pdfs.lines("2.2 Green."))
    cut = transcript_of(data[: data.rindex(b"xref") - 10])
    assert cut.unread or "2.2 Green." in cut.lines


def test_of_two_thousand_pages_the_first_300_are_read_in_bounded_time() -> None:
    stream = "BT /F 12 Tf 72 700 Td (The bias falls and the variance rises.) Tj ET"
    started = time.monotonic()
    made = transcript_of(pdfs.raw(stream, count=2000))
    assert time.monotonic() - started < 60  # a guard against hanging
    assert made.problems == ("only the first 300 of 2000 pages were read",)
    assert made.unread
    assert max(made.numbers, default=0) <= 300


def test_a_page_of_countless_signs_is_bounded_and_says_so() -> None:
    line = "".join(f"1 0 0 1 {n % 90} {n} Tm ({chr(97 + n % 26) * 60}) Tj " for n in range(700))
    started = time.monotonic()
    made = transcript_of(pdfs.raw(f"BT /F 8 Tf {line} ET"))
    assert time.monotonic() - started < 60  # a guard against hanging
    assert "page 1 holds more signs than are read" in made.problems


@pytest.mark.parametrize("box", ["0 0 1e9 1e9", "0 0 0 0", "-5 -5 -900 -900", "0 0 3 40000"])
def test_absurd_pages_harm_nobody(box: str) -> None:
    stream = "BT /F 12 Tf 72 700 Td (2.2 Green) Tj ET " + "0 0 m 99 5 300 700 9 9 c S " * 50
    transcript_of(pdfs.raw(stream, box=box))


def test_glyphs_at_infinite_places_harm_nobody() -> None:
    stream = "BT /F 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (a b) Tj 0 0 0 0 0 0 Tm (c) Tj ET"
    transcript_of(pdfs.raw(stream))


def test_mutated_bytes_never_raise(plan: Plan) -> None:
    pdf = pdfs.empty()
    pdf.set_compression(False)  # so that what is drawn is broken too
    pdfs.lines("2.1 3, 2, 3.162", "2.2 Green.", pdf=pdf)
    for row in TABLE:
        for cell in row:
            pdf.cell(40, 6, cell)
        pdf.ln(6)
    pdf.image(pdfs.drawing(60, 60), w=30)
    mono("def f(x):", "    return x", pdf=pdf)
    data, chance = pdfs.written(pdf), random.Random(7)
    start, end = data.index(b"stream"), data.index(b"endstream")
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 40)):
            at = chance.randrange(start, end)
            broken[at : at + 2] = chance.choice([b"99", b"- ", b"e9", b"((", b"q "])
        for _ in range(chance.randrange(3)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        made = collectors.build("pdf", {}).gather(plan, "a.pdf", bytes(broken), {})
        assert made.transcript is not None


def test_ten_pages_are_read_whole() -> None:
    pdf = pdfs.empty()
    pdf.multi_cell(0, 6, SENTENCE * 520)
    made = transcript_of(pdfs.written(pdf))
    assert max(made.numbers) >= 9
    assert not made.unread


def test_a_ruled_table_is_read_by_its_rules(tmp_path: Path) -> None:
    made = pdfs.printed(
        "| | A | B | C |\n|---|---|---|---|\n| X | 1 | 2 | 3 |\n\n| S | Y |\n|---|---|\n| a | D |\n",
        tmp_path,
        "<style>table{border-collapse:collapse;margin:6px 0} td,th{border:1px solid;padding:1px 3px}</style>",
    )
    lines = [line for line in pdf_module.transcript_of(made).lines if line.startswith("|")]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line
    ]
    assert cells == [["", "A", "B", "C"], ["X", "1", "2", "3"], ["S", "Y"], ["a", "D"]]


def columned(*columns: list[str], wide: float = 60) -> bytes:
    pdf = pdfs.empty()
    pdf.set_auto_page_break(False)
    for n, column in enumerate(columns):
        for k, line in enumerate(column):
            pdf.set_xy(15 + wide * n, 30 + 7 * k)
            pdf.cell(0, 6, line)
    return pdfs.written(pdf)


def test_columns_of_short_answers_are_read_as_the_file_orders_them() -> None:
    left = ["2.1", "3", "2", "3.16", "2.2", "Green, as 5 is near.", "3.2", "p = 0.3775"]
    right = ["11.1", "a) False b) True", "11.4", "It is zero.", "11.5", "660", "12.2", "49"]
    third = ["12.3", "50", "40", "13.1", "yes", "13.2", "no"]
    for given in ([left, right], [left, right, third]):
        found = [line.removeprefix("## ") for line in text(columned(*given)).split("\n") if line]
        assert found == [line for column in given for line in column]


def test_labels_in_a_left_margin_stand_before_the_lines_at_their_height() -> None:
    labels = ["2.1", "2.2", "3.1", "3.2", "11.4", "11.5"]
    answers = ["Three", "Green", "Half", "0.3775", "Zero", "660"]
    found = text(columned(labels, answers, wide=20))
    places = [found.index(word) for pair in zip(labels, answers, strict=True) for word in pair]
    assert places == sorted(places)


def test_lowered_digits_within_an_exponent_stay_in_it() -> None:
    pdf = pdfs.empty()
    pdf.set_y(40)
    sizes = [("p = e", 12, 0), ("0.05X", 9, 5), ("1", 7, 3.5), (" + X", 9, 5), ("2", 7, 3.5)]
    x = 20.0
    for word, size, up in sizes:
        pdf.set_font("Times", size=size)
        pdf.text(x, 40 - up / 72 * 25.4, word)
        x += pdf.get_string_width(word)
    assert text(pdfs.written(pdf)) == "p = e^{0.05X_{1} + X_{2}}"


def test_prompts_of_empty_cells_of_a_notebook_are_dropped() -> None:
    pdf = pdfs.lines("The answer is 7.")
    pdf.ln(8)
    mono("In [ ]:", pdf=pdf)
    assert text(pdfs.written(pdf)) == "The answer is 7."


def test_a_file_that_shows_neither_text_nor_a_picture_is_said() -> None:
    for data in (pdfs.raw(""), pdfs.raw("0 0 m 9 9 l S")):
        made = transcript_of(data)
        assert made.unread
        assert made.problems == (pdf_module.BARE,)


def test_a_stream_that_unpacks_without_end_is_not_read() -> None:
    packed = zlib.compress(b" " * (70 << 20), 9)
    head = b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    data = b"%PDF-1.4\n" + head + packed + b"\nendstream\nendobj\n" + pdfs.raw("")
    made = transcript_of(data)
    assert made.unread
    assert made.problems == (pdf_module.BURST,)


def test_a_sentence_ends_before_the_number_of_the_next_part() -> None:
    pdf = pdfs.empty()
    pdf.multi_cell(0, 6, SENTENCE * 2 + "\n11.4 Zero.\n" + SENTENCE * 2 + "\n11.5 A number.")
    found = [line for line in text(pdfs.written(pdf)).split("\n") if line]
    assert [line for line in found if line[0].isdigit()] == ["11.4 Zero.", "11.5 A number."]
