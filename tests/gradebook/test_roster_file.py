"""What an instructor gets from the roster that a school's system gave out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.gradebook import roster_file
from grader.gradebook.roster_file import RosterError, load_roster, read_roster

NAMES = "Matrikelnummer;Vorname;Nachname;E-Mail-Adresse;Gruppe\n007;Jörg;Müller;j@x.de;A\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_any_encoding_and_separator_gives_the_same_student(codec, mark):
    got = read_roster(NAMES.replace(";", mark).encode(codec))
    (one,) = got.rows
    assert (one.id, one.name, one.email, one.section) == ("007", "Jörg Müller", "j@x.de", "A")
    assert bool(got.problems) == (codec in ("cp1252", "utf-16-le", "utf-16-be"))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("email,name,student id\na@x,Ann,01\n", ("01", "Ann")),
        ("Numéro étudiant;Nom;Prénom\n01;Curie;Marie\n", ("01", "Marie Curie")),
        ("Apellido(s),Nombre,Número de ID,Nombre de usuario\nGoya,Ana,,ana\n", ("ana", "Ana Goya")),
        ("OrgDefinedId,Username,Last Name,First Name\n01,ann,Smith,Ann\n", ("01", "Ann Smith")),
        ("login,name\nann,Ann\n", ("ann", "Ann")),
    ],
)
def test_columns_of_many_systems(text, want):
    (one,) = read_roster(text.encode()).rows
    assert (one.id, one.name) == want


def test_a_canvas_export_holds_rows_that_are_no_students():
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (55)\n"
        ",,,,,Manual Posting\n    Points Possible,,,,,10\n"
        '"Smith, Ann",12,0042,ann,Lab 1,7\n"Student, Test",13,,x9,Lab 1,\n'
    )
    got = read_roster(text.encode())
    (one,) = got.rows
    assert (one.id, one.name, one.section) == ("0042", "Smith, Ann", "Lab 1")
    assert one.others == {"ID": "12", "SIS Login ID": "ann", "HW 1 (55)": "7"}
    assert len(got.problems) == 1
    assert "roster:5: test student" in got.problems[0]


def test_equal_rows_are_merged_and_differing_ones_refused_with_their_lines():
    got = read_roster(b"id,name\n1,Ann\n2,Bob\n1,Ann\n2,Bo\n,Eve\n3,Cy\n", "r.csv")
    assert [one.id for one in got.rows] == ["1", "3"]
    said = "\n".join(got.problems)
    assert "id '1' in lines 2, 4: equal rows" in said
    assert "id '2' in lines 3, 5: rows that differ" in said
    assert "r.csv:6: no id ('Eve')" in said


def test_ids_are_one_however_their_accents_are_composed():
    apart = unicodedata.normalize("NFD", "é1")
    got = read_roster(f"id,name\né1,A\n{apart},A\n".encode())
    assert [one.id for one in got.rows] == ["é1"]


def test_what_looks_like_a_formula_is_text():
    (one,) = read_roster(b'id,name\n1,"=HYPERLINK(""x"")"\n').rows
    assert one.name == '=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"colour,size\nred,2\n", "colour, size"),
        (b"\xff\xfea", "damaged"),
    ],
)
def test_what_is_no_roster_is_refused_with_the_reason(data, says):
    with pytest.raises(RosterError, match=says):
        read_roster(data)


def test_a_huge_file_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(roster_file, "LARGEST", 10)
    (tmp_path / "r.csv").write_bytes(b"id\n" + b"1\n" * 9)
    with pytest.raises(RosterError, match="at most 10"):
        load_roster(tmp_path / "r.csv")


@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(lambda t: f"id,name\n{t}".encode("utf-8", "replace"))
)
def test_no_bytes_do_more_than_refuse(data):
    try:
        got = read_roster(data)
    except RosterError:
        return
    assert len({one.id for one in got.rows}) == len(got.rows)
    assert all(one.id for one in got.rows)


def test_a_cell_beyond_all_bounds_is_refused_by_name():
    with pytest.raises(RosterError, match="no table"):
        read_roster(b"id,name\n1," + b"x" * 200_000)
