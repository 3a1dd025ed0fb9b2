"""A build server reads a suite a student; hostile text in it is text."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from grader.export import Marks, PartMark
from tests.export.other_lms import ANN, CLASS, PARTS, classes, codes, made

GOLDEN = Path(__file__).parent / "golden"
ANY = st.text(st.characters(codec=None), max_size=20)


def _root(marks: Marks) -> ET.Element:
    return ET.fromstring(made("junit", marks).output)


def test_the_class_as_it_is_written_by_hand() -> None:
    plan = made("junit", CLASS)
    assert plan.output == (GOLDEN / "junit.xml").read_bytes()
    assert codes(plan) == ["missing", "open"]


def test_a_case_that_waits_is_skipped_and_says_why() -> None:
    suites = _root(CLASS).findall("testsuite")
    why = [case.get("message") for suite in suites for case in suite.findall("testcase/skipped")]
    assert why == ["a person has to look", "nothing was handed in", "nothing was handed in"]


@given(classes())
def test_counts_are_those_of_the_cases(marks: Marks) -> None:
    root = _root(marks)
    for element in (root, *root.findall("testsuite")):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests") or "") == len(cases)
        assert int(element.get("failures") or "") == sum(
            c.find("failure") is not None for c in cases
        )
        assert int(element.get("skipped") or "") == sum(
            c.find("skipped") is not None for c in cases
        )
    assert len(list(root.iter("testcase"))) == len(marks.lines)


@given(ANY, ANY, ANY)
def test_text_of_any_kind_is_inert(name: str, feedback: str, title: str) -> None:
    part = PartMark(id="Q1", points=PARTS[0].points / 2, feedback=feedback)
    line = replace(ANN, key=f"k{name}", name=name, parts=(part,))
    marks = replace(CLASS, title=title, parts=PARTS[:1], lines=(line,))
    root = _root(marks)
    assert [element.tag for element in root.iter()] == [
        "testsuites", "testsuite", "properties", *["property"] * (4 if name else 3), "testcase", "failure",
    ]  # fmt: skip


def test_markup_and_control_signs_do_not_escape() -> None:
    part = PartMark(
        id="Q1", points=PARTS[0].points / 2, feedback="]]></failure><x>\x00\x1b[2J\r\ud800"
    )
    line = replace(ANN, key='"><script>', parts=(part,))
    text = _root(replace(CLASS, parts=PARTS[:1], lines=(line,))).find(".//failure").text
    assert text == "]]></failure><x>\ufffd\ufffd[2J\r\ufffd"
