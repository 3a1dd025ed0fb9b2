"""A course whose students have numbers of their own, over HTTP: what each of them sees is theirs."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="not run: the extra web is not installed")
pytest.importorskip("uvicorn", reason="not run: the extra web is not installed")
pytest.importorskip("httpx", reason="not run: httpx is not installed")

from grader.cli import main
from grader.desk import rows
from grader.gradebook.submissions import held_of
from grader.pipeline import load_assignment
from grader.variants import Variant
from grader.variants.ledger import remember
from grader.variants.secret import VARIABLE, secret
from tests.web.student_site import Person, Site, site_of

RUBRIC = """\
assignment: areas
title: Areas
paper: rubrics/areas.paper.md
run: {runtime: bare, seconds: 10}
variants:
  numbers:
    a: {from: 20, to: 400}
    b: {from: 20, to: 400}
parts:
  - id: "1"
    points: 2
    ask: The area of a rectangle of {{ a }} by {{ b }}.
    find: {phrases: ["area of a rectangle of {{ a }} by {{ b }}"]}
    criteria:
      - id: value
        points: 2
        says: the area
        read: {kind: integer, settings: [{vary: a}, {vary: b}]}
        expect: area
        given: {a: {vary: a}, b: {vary: b}}
        compare: {kind: exact}
        mistakes:
          - {id: sum, from: total, credit: 0.25, says: You added the sides.}
  - id: "2"
    points: 1
    ask: A function double(x) that gives twice a number.
    find: {phrases: [function double], defines: [double]}
    public: [{call: double, args: [3], gives: 6}]
    runs:
      calls: {kind: call, function: double, cases: inputs, given: {count: 4}}
    criteria:
      - id: works
        points: 1
        says: double gives twice a number
        read: answer
        compare: {kind: judged}
        why: not-run
        ran:
          read: calls
          expect: doubled
          given: {cases: {inputs: calls}}
          compare: {kind: cases}
"""
REFERENCE = '''\
"""Areas."""


def area(a, b):
    """Right."""
    return a * b


def total(a, b):
    """Mistake."""
    return a + b


def inputs(count):
    """Numbers to double."""
    return [[one] for one in range(1, count + 1)]


def doubled(cases):
    """Right."""
    return [2 * case["args"][0] for case in cases]
'''
PAPER = """\
# {{ title }}

{{ part("1") }}

What is the area of a rectangle of {{ a }} by {{ b }}?

{{ part("2") }}

Write a function double(x) that gives twice a number.
"""
SAMPLE = "those of the sample paper"
CODE = "```python\ndef double(x):\n    return 2 * x\n```\n"


@pytest.fixture
def areas(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small course with an assignment beside its own whose numbers vary."""
    monkeypatch.delenv(VARIABLE, raising=False)
    (course / "rubrics/areas.yaml").write_text(RUBRIC, "utf-8")
    (course / "rubrics/areas.paper.md").write_text(PAPER, "utf-8")
    (course / "reference/areas.py").write_text(REFERENCE, "utf-8")
    secret(course, make=True)
    return course


@pytest.fixture
def site(areas: Path) -> Iterator[Site]:
    """The course with a desk that works."""
    with site_of(areas) as opened:
        yield opened


def own_paper(course: Path, key: str) -> Variant:
    """Deal a student a paper; what is on it."""
    found = load_assignment(course, "areas").variant_of(key, deals=True)
    assert found is not None
    remember(course, "areas", {key: found})
    return found


def answers(numbers: Variant) -> str:
    """What somebody writes under the questions of their own paper."""
    a, b = numbers.numbers["a"], numbers.numbers["b"]
    asked = f"What is the area of a rectangle of {a} by {b}?\n\nThe area is {a * b}.\n\n"
    return f"{asked}Write a function double(x) that gives twice a number.\n\n{CODE}"


def checked(site: Site, who: Person, text: str) -> str:
    """Have answers checked; the page in words."""
    sent = who.hand_in({"answers.md": text}, "/me/areas/check")
    assert sent.status_code == 303, sent.text
    site.settled()
    return html.unescape(who.get(sent.headers["location"]).text)


def test_a_self_check_reads_by_the_student_s_own_numbers_and_tries_what_is_public(
    site: Site,
) -> None:
    mine = own_paper(site.course, "ada")
    page = checked(site, site.person("ada"), answers(mine))
    a, b = mine.numbers["a"], mine.numbers["b"]
    assert "fault of ours" not in page
    assert f"The area of a rectangle of {a} by {b}." in page
    assert f"The area is {a * b}." in page
    assert "double(3) gives 6" in page
    (row,) = rows.own(site.book, "areas", "ada", "check")
    one, two = row.told["parts"]
    assert one["state"] == two["state"] == "found", row.told
    if two["tried"]:
        assert two["tried"][0]["holds"] is True, two


def test_who_has_no_paper_while_others_do_is_told_so_by_the_self_check(site: Site) -> None:
    mine = own_paper(site.course, "ada")
    page = checked(site, site.person("bob"), answers(mine))
    assert "fault of ours" not in page
    assert "no paper with numbers of your own was given out to you" in page


@pytest.fixture
def graded(areas: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Variant]:
    """Ada's hand-in by the numbers of her paper, and another one; both are graded without boxes."""
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")
    mine, other = own_paper(areas, "ada"), own_paper(areas, "bob")
    (areas / "submissions/areas").mkdir()
    for key, numbers in (("ada", mine), ("bob", other)):
        (areas / f"submissions/areas/{key}.md").write_text(answers(numbers), "utf-8")
    with contextlib.suppress(SystemExit):  # what waits is told by the status
        main(["grade", "areas", "--course", str(areas), "--jobs", "1"])
    return areas, mine


def test_a_student_asks_for_another_look_by_the_wording_of_their_own_paper(
    graded: tuple[Path, Variant],
) -> None:
    course, mine = graded
    ask = f"1: The area of a rectangle of {mine.numbers['a']} by {mine.numbers['b']}."
    with site_of(course) as site:
        site.release("areas")
        assert ask in html.unescape(site.person("ada").get("/me/areas/report").text)
        assert ask not in html.unescape(site.person("bob").get("/me/areas/report").text)


def test_the_review_says_where_its_numbers_are_those_of_the_sample(
    graded: tuple[Path, Variant],
) -> None:
    course, mine = graded
    with site_of(course) as site:
        boss = site.person("boss", "instructor")
        for where in ("/review/areas", "/review/areas/1", "/review/areas/1/second"):
            assert SAMPLE in boss.get(where).text, where
        assert SAMPLE not in boss.get("/review/sums").text
        of = next(held.id for held in held_of(site.book, "areas") if held.key == "ada")
        shown = html.unescape(boss.get(f"/review/areas/1/answer/{of}").text)
        assert f"of a rectangle of {mine.numbers['a']} by {mine.numbers['b']}." in shown
        assert SAMPLE not in shown
