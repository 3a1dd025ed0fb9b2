"""A workbook that spreadsheets open: text is text, numbers are numbers, open cells are empty."""

import csv
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from grader.export import Marks
from tests.export.other_lms import ANN, BOB, CLASS, DAN, ZOE, classes, codes, made, said

openpyxl = pytest.importorskip("openpyxl", reason="workbooks need openpyxl")
CALC = shutil.which("soffice") or shutil.which("libreoffice")


def _book(marks: Marks = CLASS, **options: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(made("xlsx", marks, **options).output))


def test_the_marks_sheet() -> None:
    sheet = _book()["Marks"]
    rows = [list(row) for row in sheet.values]
    assert rows[0][:6] == ["Student ID", "Name", "Email", "Section", "Points", "Possible"]
    assert rows[1][:8] == ["007", "Ann Lee", "ann@example.org", "A", 4.5, 5, "final", None]
    assert rows[2][:8] == ["0042", BOB.name, "bob@example.org", None, None, 5, "open", "Q2"]
    assert rows[3][:7] == ["x_9", ZOE.name, None, None, None, 5, "missing"]
    assert rows[4][4] == 0
    assert sheet.freeze_panes == "C2"
    assert rows[1][-1] == "attempt 2 of 3"


def test_the_parts_sheet() -> None:
    sheet = _book()["Parts"]
    rows = [list(row) for row in sheet.values]
    assert rows[0] == ["Student ID", "Name", "Q1", "Q2"]
    assert rows[1] == [None, "Points possible", 2, 3]
    assert [row[2:] for row in rows[2:]] == [[2, 2.5], [1, None], [None, None], [0, 0]]
    assert sheet.freeze_panes == "C3"


def test_open_cells_are_coloured_and_say_why() -> None:
    book = _book()
    for cell in (book["Marks"]["E3"], book["Parts"]["D4"]):
        assert cell.value is None
        assert cell.fill.fgColor.rgb == "00FFF2CC"
    assert [[cell.value for cell in row] for row in book["Open"]] == [
        ["Student ID", "Name", "Why"],
        ["0042", BOB.name, "A person has to look: Q2. There is no mark yet."],
    ]
    assert codes(made("xlsx", CLASS)) == ["missing", "open"]


def test_missing_hand_ins_are_nought_when_asked() -> None:
    assert _book(missing="zero")["Marks"]["E4"].value == 0


def test_the_same_marks_give_the_same_bytes() -> None:
    data = made("xlsx", CLASS).output
    assert data == made("xlsx", CLASS).output
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        core = archive.read("docProps/core.xml")
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert set(re.findall(rb">(\d{4})-", core)) == {b"1980"}


FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "#N/A",
    "#REF!",
    "007",
    "1e5",
    "TRUE",
    "2026-01-02",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_is_never_a_formula_nor_a_number(text: str) -> None:
    marks = replace(CLASS, lines=(replace(ANN, key=text, name=text, words=(text,)),))
    cell = _book(marks)["Marks"]["B2"]
    assert (cell.value, cell.data_type) == (text, "s")
    with zipfile.ZipFile(io.BytesIO(made("xlsx", marks).output)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in archive.read(name)


def test_what_starts_as_a_formula_has_the_quote_of_excel() -> None:
    book = _book(replace(CLASS, lines=(replace(ANN, name="=1+1"),)))
    assert book["Marks"]["B2"].quotePrefix
    assert not book["Marks"]["A2"].quotePrefix


def test_signs_that_xml_cannot_hold_are_replaced_and_long_texts_cut() -> None:
    marks = replace(CLASS, lines=(replace(ANN, name="a\x00b\x1b\ud800", words=("x" * 40_000,)),))
    sheet = _book(marks)["Marks"]
    assert sheet["B2"].value == "a\ufffdb\ufffd\ufffd"
    assert len(sheet["L2"].value) == 32_767
    assert "Ann" not in said(made("xlsx", CLASS), "too-long")
    assert "32767" in said(made("xlsx", marks), "too-long")


@settings(max_examples=30)
@given(classes())
def test_every_name_and_mark_can_be_read_again(marks: Marks) -> None:
    rows = list(_book(marks)["Marks"].values)[1:]
    assert [row[1] for row in rows] == [line.name for line in marks.lines]
    assert [row[0] for row in rows] == [line.key for line in marks.lines]
    want = [float(line.points) if line.points is not None else None for line in marks.lines]
    assert [None if row[4] is None else float(row[4]) for row in rows] == want


@pytest.mark.slow
@pytest.mark.skipif(
    CALC is None, reason="LibreOffice (soffice) is not installed: it opens no workbook here"
)
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    lines = (replace(ANN, name="=1+1", points=Fraction(9, 2)), BOB, ZOE, DAN)
    (tmp_path / "marks.xlsx").write_bytes(made("xlsx", replace(CLASS, lines=lines)).output)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [
        str(CALC),
        home,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1",  # commas, quotes, UTF-8
        "--outdir",
        str(tmp_path),
        str(tmp_path / "marks.xlsx"),
    ]
    subprocess.run(command, check=True, timeout=180, capture_output=True)
    rows = list(csv.reader((tmp_path / "marks.csv").read_text("utf-8").splitlines()))
    assert rows[1][:2] == ["007", "=1+1"]
    assert [row[4] for row in rows[1:]] == ["4.5", "", "", "0"]
