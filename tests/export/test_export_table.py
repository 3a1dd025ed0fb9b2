"""A file of an LMS comes back byte for byte, but for the cells that were set."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.export._plan import Given, Unusable
from grader.export._table import table

CODECS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "latin-1")
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
texts = st.text(
    st.one_of(
        st.sampled_from(" ,;\t\"'=+-@\\\n\r.0123456789é×"),
        st.characters(exclude_categories=("Cs", "Cc")),
    ),
    max_size=12,
)
grids = st.lists(st.lists(texts, min_size=1, max_size=5), min_size=1, max_size=6)


def written(grid, delimiter=",", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    held = io.StringIO(newline="")
    csv.writer(held, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(grid)
    return held.getvalue()


def encoded(text, codec):
    return MARKS.get(codec, b"") + text.encode(codec, "replace")


@given(
    grids,
    st.sampled_from(",;\t"),
    st.sampled_from(("\n", "\r\n", "\r")),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    st.sampled_from(CODECS),
)
@example([[""], ["", "0\r"]], ";", "\r\n", csv.QUOTE_MINIMAL, "utf-8")
@example([[""], ["", "0\r"]], ";", "\n", csv.QUOTE_ALL, "utf-8")  # was taken to be parted by commas
def test_an_untouched_file_comes_back_byte_for_byte(grid, delimiter, end, quoting, codec):
    data = encoded(written(grid, delimiter, end, quoting), codec)
    try:
        assert table(Given("grades.csv", data)).data == data
    except Unusable as refusal:
        cells = "".join(cell for row in grid for cell in row)
        # of nothing but separators it cannot be told which of them are cells
        assert not cells.strip(",; \t\r\n") or "\0" in data.decode(codec)
        assert "grades.csv" in str(refusal)  # noqa: PT017


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_come_back_or_are_refused(data):
    try:
        found = table(Given("grades.csv", data))
    except Unusable as refusal:
        assert str(refusal).startswith("grades.csv")  # noqa: PT017
    else:
        assert found.data == data


@given(st.text(st.sampled_from('ab,;"\\\n\r \t'), max_size=60), st.sampled_from(("", "\\")))
def test_stray_quotes_change_no_byte(text, escape):
    data = text.encode()
    try:
        found = table(Given("grades.csv", data), escape=escape)
    except Unusable:
        return
    assert found.data == data


@given(
    st.lists(st.lists(texts, min_size=3, max_size=3), min_size=4, max_size=6),
    st.sampled_from(",;\t"),
    st.data(),
)
def test_a_cell_that_is_set_is_the_only_one_that_another_reader_sees_changed(grid, delimiter, data):
    grid = [["Name", "Id", "Mark"], *grid]
    source = written(grid, delimiter)
    found = table(Given("grades.csv", source.encode()))
    assert found.delimiter == delimiter or any(set(",;\t") & set("".join(r)) for r in grid)
    if found.delimiter != delimiter:
        return
    at = data.draw(st.integers(1, len(grid) - 1))
    before = list(csv.reader(io.StringIO(source, newline=""), delimiter=delimiter))
    if len(found.rows) != len(before):
        return  # a lone end of a line in a cell without quotes, which csv reads otherwise
    found.set(found.rows[at], 2, "17,5")
    after = list(csv.reader(io.StringIO(found.data.decode(), newline=""), delimiter=delimiter))
    before[at][2] = "17,5"
    assert after == before


@pytest.mark.parametrize("codec", CODECS)
def test_every_encoding_keeps_its_own(codec):
    text = "Name;Note\r\nZoé;\r\nAnn;12,5\r\n"
    found = table(Given("noten.csv", encoded(text, codec)))
    assert found.rows[1].texts == ["Zoé", ""]
    found.set(found.rows[1], 1, "7,5")
    assert found.data == encoded(text.replace("Zoé;", "Zoé;7,5"), codec)


def test_what_an_encoding_lacks_is_written_as_html_has_it():
    found = table(Given("noten.csv", "Name;Kommentar\r\nZoé;\r\n".encode("cp1252")))
    found.set(found.rows[1], 1, "3 × 4 ≠ 11 🦊")
    assert found.data.decode("cp1252").endswith("3 × 4 &#8800; 11 &#129418;\r\n")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;3\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ('"Lee, Ann";"1,5"\n"Wu, Cai";"2,5"\n', ";"),
        ('"x\ny";b\n1;2\n', ";"),
        ("only one column\nx\n", ","),
        (";;;\na;b;c;d\n", ";"),
    ],
)
def test_the_delimiter_is_found_by_what_fits_the_first_lines(text, delimiter):
    assert table(Given("grades.csv", text.encode())).delimiter == delimiter


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b'a,b\n"Lee, Ann,3\n', "quote"),
        ("a,b\n1,2\n".encode("utf-16")[:-1], "cut off"),
        (b"\xef\xbb\xbfa,b\n\xff", "cut off"),
        ("a,b\n1,2\n".encode("utf-32"), "half-written"),
        (b"PK\x03\x04" + bytes(30), "workbook"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(data, word):
    with pytest.raises(Unusable, match=word):
        table(Given("folder/grades.csv", data))


def test_separators_alone_are_a_file_of_empty_cells():
    assert table(Given("grades.csv", b";;\n;;\n")).data == b";;\n;;\n"


def test_lines_are_counted_through_cells_with_line_ends_in_them():
    found = table(Given("g.csv", b'a,b\r\n"x\r\ny",1\r\nz,2\r\n'))
    assert [row.number for row in found.rows] == [1, 2, 4]


def test_a_backslash_before_a_quote_is_read_as_moodle_writes_it():
    text = 'Name,Text,Grade\n"Ann","x \\" y, z",5\n'
    found = table(Given("g.csv", text.encode()), escape="\\")
    assert found.rows[1].texts == ["Ann", 'x \\" y, z', "5"]
    assert found.data == text.encode()


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a;b\n1,5;2\n", ","),
        ("a;b\n1.5;2,5\n", "."),
        ('a,b\n"1,5",2\n', ","),
        ("a,b\n1,2\n", "."),
    ],
)
def test_the_decimal_mark_is_the_files(text, mark):
    assert table(Given("g.csv", text.encode())).decimal() == mark


def test_what_looks_like_a_formula_is_made_text():
    found = table(Given("g.csv", b"a,b\nx,\n"))
    found.set(found.rows[1], 1, "=1+1")
    assert found.data == b"a,b\nx,'=1+1\n"


def test_more_cells_than_any_gradebook_has_are_refused_before_they_are_read():
    with pytest.raises(Unusable, match="cells"):
        table(Given("grades.csv", b"," * 5_000_001))


def test_spaces_around_a_text_are_kept_in_quotes():
    found = table(Given("g.csv", b"a,b\nx,\n"))
    found.set(found.rows[1], 1, " y ")
    assert found.data == b'a,b\nx," y "\n'
