"""What all these formats have in common."""

import io
import struct
import zipfile
from dataclasses import fields, replace
from fractions import Fraction

import pytest

from grader.export import CODES, Given, Line, Marks, Part, formats
from grader.export._plan import Unusable
from grader.export._rezip import content, entries_of, joined, new_entry
from tests.export.other_lms import ANN, CLASS, made

OURS = (
    "blackboard", "brightspace", "brightspace-feedback", "classroom", "edx", "gradescope", "json",
    "junit", "nbgrader", "plain", "sakai", "xlsx",
)  # fmt: skip
FILLS = ("blackboard", "edx", "sakai")
MAKES = tuple(name for name in OURS if name not in FILLS)


@pytest.mark.parametrize("name", OURS)
def test_a_format_says_what_it_needs_and_what_its_options_are(name: str) -> None:
    kind = formats.get(name)
    one = kind()
    assert bool(one.needs) == (name in FILLS)
    assert one.suffix.startswith(".")
    assert {field.name for field in fields(kind)} <= {
        "bom", "column", "missing", "name", "page", "separator", "student", "stdout_visibility", "visibility",
    }  # fmt: skip
    assert kind.__doc__


@pytest.mark.parametrize("name", FILLS)
def test_what_fills_in_a_file_asks_for_it(name: str) -> None:
    with pytest.raises(Unusable, match="--into"):
        made(name, CLASS)


@pytest.mark.parametrize("name", MAKES)
def test_the_same_marks_give_the_same_bytes(name: str) -> None:
    first, second = made(name, CLASS), made(name, CLASS)
    assert first.output == second.output
    assert {one.code for one in first.concerns} <= set(CODES)


@pytest.mark.parametrize("name", MAKES)
def test_a_class_of_nobody_is_a_file_of_nobody(name: str) -> None:
    plan = made(name, replace(CLASS, lines=()))
    assert plan.changes == ()


@pytest.mark.parametrize("name", MAKES)
def test_a_lone_surrogate_of_a_file_name_stops_nobody(name: str) -> None:
    odd = replace(ANN, name="Ann\udcff", key="7\udcff", words=("\udc80",))
    assert made(name, replace(CLASS, lines=(odd,))).output is not None


@pytest.mark.parametrize("name", MAKES)
def test_a_mark_that_is_neither_open_nor_there_is_no_number(name: str) -> None:
    unclear = Line(key="u1", name="Una", points=None, handed_in=True)
    marks = Marks(
        assignment="a",
        title="a",
        possible=Fraction(1),
        parts=(Part(id="p", title="", points=Fraction(1)),),
        lines=(unclear,),
    )
    plan = made(name, marks)
    assert [one.code for one in plan.concerns if one.code not in ("new-column", "file")] == ["open"]
    assert [change.after for change in plan.changes] in ([], ["open"])


def test_a_zip_of_more_entries_than_old_zips_can_count() -> None:
    entries = [new_entry(f"a/{at}".encode(), b"") for at in range(66_000)]
    data = joined(entries)
    assert b"PK\x06\x06" in data[-200:], "only the longer end can count them"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 66_000
    assert len(entries_of(Given("z.zip", data))) == 66_000


def test_streamed_zips_with_sizes_after_the_data_come_back() -> None:
    class Pipe(io.RawIOBase):
        """A file that cannot go back, as a download is written."""

        def __init__(self) -> None:
            super().__init__()
            self.held = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            self.held += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Ünal/é.txt", "text" * 100)
    entries = entries_of(Given("z.zip", bytes(pipe.held)))
    assert content(entries[0], "z.zip", 1000) == b"text" * 100
    flags, sizes = joined(entries)[6:8], joined(entries)[18:26]
    assert not flags[0] & 8, "the sizes stand before the data now"
    assert sizes == struct.pack("<2I", len(entries[0].body), 400)
    with zipfile.ZipFile(io.BytesIO(joined(entries))) as archive:
        assert archive.namelist() == ["Ünal/é.txt"]
        assert archive.read("Ünal/é.txt") == b"text" * 100


def test_names_in_an_old_code_page_keep_their_bytes() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xxxx/a", b"1")
    data = out.getvalue().replace(b"xxxx/a", b"\x81\x82\xff!/a")
    back = joined(entries_of(Given("z.zip", data)))
    assert back.count(b"\x81\x82\xff!/a") == 2
