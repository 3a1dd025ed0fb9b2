"""A download that attacks: nothing is written outside the folder, and nothing is lost unsaid."""

import struct
import unicodedata
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.cli.intake import intake as command
from grader.intake import Unreadable, recognise
from grader.pipeline.folder_names import Names, folder_name
from grader.pipeline.receipts import downloaded
from grader.pipeline.recipients import letters, spellings
from tests.intake import downloads as made


def take(course: Path, path: Path, status: int = 0, *options: str) -> str:
    got = CliRunner().invoke(command, ["sums", str(path), "--course", str(course), *options])
    assert got.exit_code == status, (got.output, got.exception)
    return got.output


def everything(folder: Path) -> set[str]:
    """All paths below a folder, but for what belongs to intake."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if ".grader" not in path.parts and not path.is_dir()
    }


SLIPS = [
    "../evil.md", "ann/../../evil.md", "/tmp/evil.md", "C:/evil.md", "C:\\evil.md", "..\\..\\evil.md",
    "ann\\..\\..\\evil.md", "//host/evil.md", "a/b/../../../../evil.md",
]  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_no_name_leads_out(course: Path, tmp_path: Path, name: str) -> None:
    before = everything(tmp_path)
    path = made.zipped(tmp_path / "d.zip", {name: "evil", "ann/a.md": "good"})
    said = take(course, path, 1)
    assert "leads out of the download" in said
    assert everything(tmp_path) - before == {"d.zip", "course/submissions/sums/ann/a.md"}
    assert not Path("/tmp/evil.md").exists()


def test_links_and_devices_hold_their_student_back_and_are_said(
    course: Path, tmp_path: Path
) -> None:
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(*made.linked("ann/a.md", "/etc/passwd"))
        archive.writestr("ann/b.md", "b")
        archive.writestr("bob/a.md", "good")
    assert "a.md is a link" in take(course, path, 1)
    assert everything(course / "submissions") == {"sums/bob/a.md"}


def test_a_bomb_is_not_unpacked(course: Path, tmp_path: Path) -> None:
    path = made.zipped(tmp_path / "d.zip", {"ann/a.md": b"\0" * 50_000_000, "bob/a.md": "good"})
    assert path.stat().st_size < 100_000
    assert "as a bomb does" in take(course, path, 1)
    assert everything(course / "submissions") == {"sums/bob/a.md"}


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    path = made.zipped(tmp_path / "d.zip", {"ann/a.md": "x" * 999, "bob/a.md": "y" * 999})
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, second + 42, 0)  # its content is said to be the first one's
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="overlap"):
        recognise(path)


def test_a_size_that_lies_loses_nothing_unsaid(course: Path, tmp_path: Path) -> None:
    path = made.zipped(tmp_path / "d.zip", {"ann/a.md": "x" * 999, "bob/a.md": "good"})
    data = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.index(sign) + at, 10)
    path.write_bytes(data)
    assert "cannot be read" in take(course, path, 1)
    assert everything(course / "submissions") == {"sums/bob/a.md"}


def test_encrypted_and_unknown_methods(course: Path, tmp_path: Path) -> None:
    for bits, why in ((1, "ask for it without a password"), (0, "method 99")):
        path = made.zipped(tmp_path / f"d{bits}.zip", {"ann/a.md": "x" * 999})
        data = bytearray(path.read_bytes())
        for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            struct.pack_into("<H", data, data.index(sign) + at, bits)
            if not bits:
                struct.pack_into("<H", data, data.index(sign) + at + 2, 99)
        path.write_bytes(data)
        assert why in take(course, path, 1)
    assert everything(course / "submissions") == set()


def test_twins_by_name_and_by_case_are_all_kept(course: Path, tmp_path: Path) -> None:
    path = tmp_path / "d.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")  # zipfile warns of a name twice
        for name, text in (("a.md", "1"), ("a.md", "2"), ("A.md", "3"), ("x", "4"), ("x/y", "5"), ("X/z", "6"), ("con.md", "7"), ("e\u0301.md", "8"), ("\u00e9.md", "9")):  # fmt: skip
            archive.writestr(f"ann/{name}", text)
    take(course, path)
    found = [file for file in (course / "submissions/sums/ann").rglob("*") if file.is_file()]
    assert sorted(file.read_text() for file in found) == list("123456789")
    shown = [str(file.relative_to(course)).casefold() for file in found]
    assert len(set(shown)) == 9
    assert not any(file.stem.casefold() == "con" for file in found)
    assert len(downloaded(course, "sums")["ann"]) == 9


def test_what_systems_leave_is_nobodys(course: Path, tmp_path: Path) -> None:
    files = {"ann/a.md": "a", "__MACOSX/ann/._a.md": "x", "ann/.DS_Store": "x", "Thumbs.db": "x"}
    take(course, made.zipped(tmp_path / "d.zip", files))
    assert everything(course / "submissions") == {"sums/ann/a.md"}


@pytest.mark.parametrize("how", ["flag", "bare", "extra", "cp437"])
def test_names_come_out_as_they_were_meant(course: Path, tmp_path: Path, how: str) -> None:
    name = "müller/größe.md" if how != "cp437" else "müller/ñandú.md"
    path = tmp_path / "d.zip"
    raw = (
        b"m_ller/gr__e.md"
        if how == "extra"
        else name.encode("cp437" if how == "cp437" else "utf-8")
    )
    info = zipfile.ZipInfo(name if how == "flag" else "x" * len(raw))
    if how == "extra":
        body = struct.pack("<BL", 1, zlib.crc32(raw)) + name.encode()
        info.extra = struct.pack("<HH", 0x7075, len(body)) + body
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "a")
    if how != "flag":
        path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    take(course, path)
    assert everything(course / "submissions") == {f"sums/{name}"}


def test_an_empty_zip_and_an_empty_folder_say_so(course: Path, tmp_path: Path) -> None:
    assert "holds no hand-in" in take(course, made.zipped(tmp_path / "d.zip", {}), 2)
    (tmp_path / "empty").mkdir()
    assert "holds no hand-in" in take(course, tmp_path / "empty", 2)


def test_half_zips_of_every_length_say_so(tmp_path: Path) -> None:
    whole = made.zipped(tmp_path / "d.zip", {"ann/a.md": "a" * 50, "bob/b.md": "b"}).read_bytes()
    for length in range(4, len(whole) - 1, 7):
        (tmp_path / "h.zip").write_bytes(whole[:length])
        with pytest.raises(Unreadable):
            recognise(tmp_path / "h.zip")


def test_a_student_marks_no_folder_as_anothers(course: Path, tmp_path: Path) -> None:
    """What intake remembers lies where no hand-in is written."""
    evil = '{"version": 1, "folders": {"eve": {"student": "bob"}}}'
    path = made.zipped(tmp_path / "d.zip", {"eve/.grader/intake/sums.json": evil, "eve/a.md": "x", "bob/a.md": "b"})  # fmt: skip
    take(course, path)
    from grader.pipeline import hand_ins

    found = hand_ins(sorted((course / "submissions/sums").iterdir()))
    assert {one.key: dict(one.paths).keys() for one in found} == {"eve": {"a.md"}, "bob": {"a.md"}}


TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
PATHS = st.lists(TEXT, min_size=1, max_size=12).map("/".join)


@given(st.lists(PATHS, min_size=1, max_size=12))
def test_every_name_of_a_file_finds_a_place_of_its_own(names: list[str]) -> None:
    taken = Names()
    made_ = [taken.free(name) for name in names]
    assert len({one.casefold() for one in made_}) == len(made_)
    for one in made_:
        steps = one.split("/")
        assert all(
            s and s not in (".", "..") and s == s.strip(" ") and not s.endswith(".") for s in steps
        )
        assert not any(c in '<>:"|?*\\' or unicodedata.category(c) == "Cc" for c in one)
        assert not any(one.casefold().startswith(f"{other.casefold()}/") for other in made_)


@given(st.text(min_size=1, max_size=120))
def test_every_student_has_a_folder_of_their_own(student: str) -> None:
    name = folder_name(student)
    assert name
    assert name == folder_name(student)
    assert not set(name) & set('/\\<>:"|?*~\0')
    assert name not in (".", "..")
    assert not name.startswith(".")
    assert len(name.encode("utf-8", "replace")) <= 255


NAMES = st.text(st.characters(categories=("L", "M", "N", "P", "Zs", "S")), min_size=1, max_size=20)


@given(NAMES, NAMES, st.integers(1, 10**9), st.booleans(), st.integers(1, 10**9), TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_canvas_names_are_read_as_canvas_wrote_them(
    tmp_path, last, first, user, late, attachment, display
) -> None:
    """content_zipper.rb writes, we read; only where Canvas's own reader is at a loss may we be."""
    sortable = f"{last}, {first}"
    head = made.canvas_name(sortable, user, late)
    name = made.canvas_upload(head, attachment, display)
    import re

    if re.search(r"(?:^|_)\d+_\d+_", head + "_") or name.startswith((".", "_")):
        return  # two numbers in the name itself: Canvas takes them for its own too
    from grader.intake import Entry
    from grader.intake.canvas import _parsed

    found = _parsed(Entry(path=name, whole=name, size=0, place=0))
    assert found is not None
    assert found[1]["id"] == str(user)
    assert found[1]["attachment"] == str(attachment)
    assert found[1]["file"] == made.canvas_attachment(display)
    called = found[1]["name"] or ""
    if not (letters(called).startswith("late") or "late" in called.casefold()):
        assert letters(called) in (spellings(sortable) | {letters(sortable)})


@given(NAMES, st.integers(1, 10**6), PATHS, st.booleans())
def test_moodle_names_are_read_as_moodle_wrote_them(full, unique, path, old) -> None:
    from grader.intake import Entry
    from grader.intake.moodle import _parsed, _person

    prefix = made.moodle_prefix(full, unique)
    if "assign" in prefix or prefix.startswith("_"):
        return
    name = made.moodle_folder(prefix, path, old=old)
    found = _parsed(Entry(path=name, whole=name, size=0, place=0))
    assert found is not None
    shown, number = _person(found[0])
    assert number == str(unique)
    assert letters(shown) == letters(made.moodle_clean(full.replace("_", " ")))
    assert found[1]["path"] == path
