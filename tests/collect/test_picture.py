"""Photographs: a person reads them, also where text was recognised."""

from __future__ import annotations

import pytest

from grader.collect import Plan
from grader.collect import picture as collector
from grader.collect._everything import collect
from grader.model import Broken, Found
from tests.bad_input import making as m


def recognise(monkeypatch: pytest.MonkeyPatch, lines: list[str] | None) -> None:
    monkeypatch.setattr(collector, "installed", lambda: True)
    monkeypatch.setattr(collector, "recognised", lambda png, seconds: lines)


def test_a_photograph_alone_is_a_persons(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "installed", lambda: False)
    found = collect(plan, {"a.png": m.png()})
    assert found.problems == (("a.png", collector.SHOWN),)
    assert found.evidence["2.2"]["answer"] == Broken(
        why="a.png: a person has to read what is pictured", cause="figure"
    )


def test_recognised_text_is_read_and_never_certain(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognise(monkeypatch, ["Q2.2: Green", "", "Q2.3: Red"])
    found = collect(plan, {"a.png": m.png()})
    assert found.problems == (("a.png", collector.READ),)
    green = found.evidence["2.2"]["answer"]
    assert isinstance(green, Found)
    assert green.value.text == "Green"
    assert "optical character recognition" in green.doubt
    assert isinstance(found.evidence["3.3"]["answer"], Broken)
    assert found.transcripts["a.png"].lines[0] == "![a.png](a.png)"


@pytest.mark.parametrize("lines", [None, [], ["", " "]])
def test_where_nothing_is_recognised_a_person_looks(
    lines: list[str] | None, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognise(monkeypatch, lines)
    found = collect(plan, {"a.jpg": m.png()})
    assert [what for _, what in found.problems if "in truth" not in what] == [collector.SHOWN]


def test_what_is_recognised_gets_a_small_upright_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bytes] = []
    monkeypatch.setattr(collector, "installed", lambda: True)
    monkeypatch.setattr(collector, "recognised", lambda png, seconds: given.append(png))
    collector.recognised_in(m.png(4_000))
    collector.recognised_in(b"\x89PNG\r\n\x1a\nno picture")
    assert len(given) == 1
    assert given[0].startswith(b"\x89PNG")


def test_a_photograph_that_cannot_be_shown_is_said(plan: Plan) -> None:
    found = collect(plan, {"a.heic": b"\x00\x00\x00\x18ftypheic" + bytes(200)})
    assert found.problems == (("a.heic", collector.NOT_SHOWN),)
    assert found.pictures == {}
