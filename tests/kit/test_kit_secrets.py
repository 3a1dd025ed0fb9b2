"""No option of a reader in a kit tells an answer; what an author wrote there himself is said."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader import pipeline
from grader.authoring import check_assignment
from grader.cli.kit import kit
from grader.kit.making import kit_data
from grader.kit.opening import open_kit
from grader.kit.reading import check_files
from grader.pipeline.published import told
from grader.rubric import Criterion

ROOT = Path(__file__).parents[2]
RUBRICS = pipeline.assignments(ROOT)
TELLING = {"mentions": {"said"}, "choice": {"worked", "watch", "hints"}}
"""Options that say how right answers are worded, or which option they choose."""


@pytest.mark.parametrize("name", RUBRICS)
def test_a_kit_holds_no_option_that_words_the_right_answer(name: str) -> None:
    data = kit_data(pipeline.load_assignment(ROOT, name))
    for part in data["plan"]["parts"]:
        for kind, options in part["readings"].values():
            assert not TELLING.get(kind, set()) & set(options), (part["id"], kind)


@pytest.mark.parametrize("name", RUBRICS)
def test_a_kit_holds_no_number_that_the_reference_computes(name: str) -> None:
    loaded = pipeline.load_assignment(ROOT, name)
    data = kit_data(loaded)
    asked = " ".join(
        text for part in data["plan"]["parts"] for text in (part["ask"], *part["phrases"])
    )
    options = json.dumps([part["readings"] for part in data["plan"]["parts"]], ensure_ascii=False)
    for part in loaded.rubric.parts:
        for criterion in part.criteria:
            for number in _numbers(_expected(loaded, criterion)):
                for way in (f"{number}", f"{number:,}", f"{number:.4g}"):
                    if len(way.strip("-0.")) >= 4 and way not in asked:
                        assert way not in options, (part.id, criterion.id)
    assert list(told(loaded)) == []


def _expected(loaded: Any, criterion: Criterion) -> Any:
    if criterion.expect is None:
        return []
    try:
        return loaded.call(
            criterion.expect, {k: v for k, v in criterion.given.items() if v is not None}
        )
    except ValueError:  # it rests on what a student wrote
        return []


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def test_the_midterms_kit_tells_neither_the_vote_nor_the_largest_layer() -> None:
    text = json.dumps(kit_data(pipeline.load_assignment(ROOT, "dl_midterm")), ensure_ascii=False)
    for word in ("more_red", "r_,_r_,_g", "outvote", "48120", "48,120", "covers"):
        assert word not in text


def test_a_kit_still_says_how_a_reason_and_a_choice_were_read(tmp_path: Path) -> None:
    out = tmp_path / "m.kit.zip"
    words = ["dl_midterm", "--course", str(ROOT), "--to", str(out), "--no-package"]
    assert CliRunner().invoke(kit, words, catch_exceptions=False).exit_code == 0
    text = "## 2.3\n\nGreen, since two of the three nearest are green.\n\n## 6.3\n\nThe layer C1.\n"
    report = check_files(open_kit(out), {"a.md": text.encode()})
    parts = {part.id: part for part in report.parts}
    assert [one.state for one in parts["2.3"].readings] == ["found", "found"]
    assert [one.state for one in parts["6.3"].readings] == ["found"]


COURSE = """\
assignment: sums
title: Sums
parts:
  - id: "1"
    points: 1
    ask: The product of 123 and 456.
    criteria:
      - id: value
        points: 1
        read: {kind: integer, near: [product, "NEAR"], settings: [123, 456]}
        expect: product
        given: {a: 123, b: 456}
        compare: {kind: exact}
  - id: "2"
    points: 1
    ask: Which of A and B is larger?
    criteria:
      - id: which
        points: 1
        read: {kind: choice, options: {A: [a, "WORKED"], B: [b]}}
        expect: larger
        compare: {kind: choice}
"""
REFERENCE = """\
def product(a, b):
    return a * b


def larger():
    return "A"
"""


@pytest.fixture
def sums(tmp_path: Path) -> Path:
    for folder in ("rubrics", "reference"):
        (tmp_path / folder).mkdir()
    (tmp_path / "reference" / "sums.py").write_text(REFERENCE, "utf-8")
    (tmp_path / "rubrics" / "sums.yaml").write_text(COURSE, "utf-8")
    return tmp_path


def test_an_author_learns_which_option_gives_an_answer_away(sums: Path) -> None:
    file = sums / "rubrics" / "sums.yaml"
    file.write_text(COURSE.replace("NEAR", "= 56,088").replace("WORKED", "a_of_7711"), "utf-8")
    done = CliRunner().invoke(kit, ["sums", "--course", str(sums), "--no-package"])
    assert "part 1: this kit gives an answer away: 56088 stands in 'near'" in done.output
    assert "part 2: this kit gives an answer away: 7711 stands in 'options'" in done.output
    found = check_assignment(sums, "sums", which=["kits"]).findings
    assert [(one.severity, one.part, one.file == file, one.line) for one in found] == [
        ("warning", "1", True, 4),
        ("warning", "2", True, 14),
    ]


def test_numbers_of_the_question_are_no_answers(sums: Path) -> None:
    file = sums / "rubrics" / "sums.yaml"
    file.write_text(COURSE.replace("NEAR", "of 123").replace("WORKED", "option a"), "utf-8")
    done = CliRunner().invoke(kit, ["sums", "--course", str(sums), "--no-package"])
    assert "gives an answer away" not in done.output
    assert check_assignment(sums, "sums", which=["kits"]).findings == []


def test_the_readme_names_the_zip_as_it_is_called(sums: Path) -> None:
    done = CliRunner().invoke(kit, ["sums", "--course", str(sums), "--no-package"])
    assert done.exit_code == 0
    (zipped,) = (sums / ".grader" / "kits").glob("*.zip")
    with zipfile.ZipFile(zipped) as held:
        assert f"--kit {zipped.name} " in held.read("README.md").decode()
