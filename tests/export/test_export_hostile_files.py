"""Whatever file is given: a plan, or a refusal in plain words; and no byte changes for nothing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.export import Given, formats
from grader.export._plan import Unusable
from tests.export.lms_class import NAMES, line, marks

GOLDEN = Path(__file__).parent / "golden"
FILES = {
    "canvas": "canvas.csv",
    "moodle": "moodle-gradebook.csv",
    "moodle-worksheet": "moodle-worksheet.csv",
    "moodle-feedback": "moodle-worksheet.csv",
}
CLASS = marks(
    [
        *(
            line(f"00{n}", name, n, report=b"page", feedback="a\nb")
            for n, name in enumerate(NAMES, 7)
        ),
        line("0010", "Cai", None, open=("1",)),
    ]
)
ABSENT = marks([line(one.key, one.name, None, handed_in=False) for one in CLASS.lines])
ODD = (b'"', b",", b";", b"\n", b"\r", b"\\", b"\xff", b"\0", b"\xef\xbb\xbf", b"=", b"(read only)")


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_file_gives_a_plan_or_a_refusal(name, data):
    whole = (GOLDEN / FILES[name]).read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start, size = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 30))
        put = data.draw(st.sampled_from((*ODD, b"")) | st.binary(max_size=4))
        whole = whole[:start] + put + whole[start + size :]
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(0, len(whole)))]
    try:
        plan = formats.build(name, {}).plan(CLASS, Given("given.csv", whole))
    except Unusable as refusal:
        assert "\n" not in str(refusal)[:10]  # noqa: PT017
    else:
        assert isinstance(plan.output, bytes)


@pytest.mark.parametrize("name", FILES)
@given(data=st.binary(max_size=200))
def test_bytes_of_any_kind_give_a_plan_or_a_refusal(name, data):
    try:
        formats.build(name, {}).plan(CLASS, Given("given.csv", data))
    except Unusable as refusal:
        assert str(refusal)  # noqa: PT017


@pytest.mark.parametrize("name", ["canvas", "moodle-worksheet"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_class_that_handed_nothing_in_changes_no_byte(name, codec, end):
    text = (GOLDEN / FILES[name]).read_text("utf-8").replace("\n", end)
    data = text.encode(codec)
    plan = formats.build(name, {}).plan(ABSENT, Given("given.csv", data))
    assert plan.output == data
    assert not plan.changes


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("data", [b'""', b",,,\r\n", b'"";""\n\n'])
def test_a_file_of_blank_cells_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Unusable):
        formats.build(name, {}).plan(CLASS, Given("given.csv", data))
