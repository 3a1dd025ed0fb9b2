"""What code drew, as students and instructors see it: in the report, made anew, and nothing hidden."""

import io
import re
import textwrap
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from grader import pipeline
from grader.pipeline.boxes import Boxes
from grader.pipeline.grading import Grading
from grader.rubric import DRAWN
from grader.sandbox import Backend
from grader.sandbox.process import Worker

HEADING = "Drawn when your code was run"
RUBRIC = """\
assignment: drawing
title: Drawing
parts:
  - id: "1"
    points: 1
    ask: A function.
    find: {defines: [double]}
    runs: {calls: {kind: call, function: double, cases: cases, given: {}}}
    criteria: [{id: one, points: 1, read: answer, compare: {kind: judged}}]
  - id: "2"
    points: 1
    ask: Two curves.
    find: {defines: [plot]}
    runs: {shown: {kind: figure}}
    criteria: [{id: one, points: 1, read: answer, compare: {kind: judged}}]
  - id: "3"
    points: 1
    ask: Bars.
    find: {defines: [bar]}
    runs: {shown: {kind: figure}}
    criteria: [{id: one, points: 1, read: answer, compare: {kind: judged}}]
  - id: "4"
    points: 1
    ask: What is printed.
    find: {defines: [hist]}
    runs: {said: {kind: printed}}
    criteria: [{id: one, points: 1, read: answer, compare: {kind: judged}}]
"""
CURVES = """
import matplotlib.pyplot as plt
plt.plot([1, 2, 3], [1, 4, 9])
plt.plot([1, 2, 3], [1, 2, 3])
plt.title("<b>Squares</b> & lines")
plt.xlabel("side")
plt.show()
"""


@pytest.fixture
def drawing(tmp_path: Path) -> pipeline.Assignment:
    (tmp_path / "course/rubrics").mkdir(parents=True)
    (tmp_path / "course/reference").mkdir(parents=True)
    (tmp_path / "course/rubrics/drawing.yaml").write_text(RUBRIC, "utf-8")
    reference = "def cases():\n    return [[4711.5], [815.25]]\n"
    (tmp_path / "course/reference/drawing.py").write_text(reference, "utf-8")
    return pipeline.load_assignment(tmp_path / "course", "drawing")


Report = Callable[[dict[str, str]], Path]


@pytest.fixture
def report(tmp_path: Path, drawing: pipeline.Assignment, backend: Backend) -> Iterator[Report]:
    """Grades a hand-in, given as code by part, into a folder."""
    boxes = Boxes(reader=Worker, running=backend)
    grading = Grading(assignment=drawing, out=tmp_path / "out", boxes=boxes)

    def graded(parts: dict[str, str]) -> Path:
        blocks = [
            f"## {part}\n```python\n{textwrap.dedent(code).strip()}\n```\n"
            for part, code in parts.items()
        ]
        (tmp_path / "ada").mkdir()
        (tmp_path / "ada/answers.md").write_text("\n".join(blocks), "utf-8")
        grading(pipeline.hand_ins([tmp_path / "ada"])[0])
        return tmp_path / "out"

    yield graded
    grading.close()


def record(out: Path) -> pipeline.Record:
    return pipeline.Record.from_bytes((out / "evidence/ada.json").read_bytes())


def figures(record: pipeline.Record) -> Any:
    found: Any = record.evidence["2"]["shown"]
    return found.value["figures"]


def article(out: Path, part: str) -> str:
    page = (out / "reports/ada.html").read_text("utf-8")
    return page.partition(f'<article id="part-{part}"')[2].partition("</article>")[0]


def alts(html: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<img [^>]*alt="([^"]*)"', html)]


def test_a_student_sees_what_the_code_drew_at_its_part(report: Report) -> None:
    out = report({"2": CURVES, "4": "print(4)"})
    own = article(out, "2")
    assert HEADING in own
    assert alts(own) == [
        "A plot titled “<b>Squares</b> & lines”, x axis “side”, with 2 curves"  # as text
    ]
    assert "<b>Squares" not in own
    assert "#f1-L" in own.partition(HEADING)[2], "a link to the code that drew it"
    assert HEADING not in article(out, "4")
    words = (out / "reports/ada.md").read_text("utf-8")
    assert words.count(HEADING) == 1
    assert "![A plot titled “&lt;b&gt;Squares" in words
    assert words.count("data:image/png;base64,") == 1


def test_the_picture_is_made_anew_and_kept_beside_the_evidence(report: Report) -> None:
    out = report({"2": CURVES})
    (picture,) = record(out).pictures
    data = (out / "evidence/pictures" / picture.sha256).read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (picture.width, picture.height)
        assert not image.info, "what matplotlib writes into its files is gone"
        colours = image.convert("RGB").getcolors(100_000)
        assert colours is not None
        assert len(colours) > 20, "there is something in it"
    assert len((out / "evidence/ada.json").read_bytes()) < 8_000, "bytes are kept beside"


def test_a_report_is_made_again_from_the_evidence_byte_for_byte(
    report: Report, drawing: pipeline.Assignment
) -> None:
    out = report({"2": CURVES, "3": "plt.bar([1, 2], [3, 4])"})
    first = {f.name: f.read_bytes() for f in (out / "reports").iterdir()}
    data = (out / "evidence/ada.json").read_bytes()
    again = Grading(assignment=drawing, out=out)
    try:
        again(out / "evidence/ada.json")
    finally:
        again.close()
    assert {f.name: f.read_bytes() for f in (out / "reports").iterdir()} == first
    assert (out / "evidence/ada.json").read_bytes() == data
    assert HEADING.encode() in first["ada.html"]


TELLS = """
import matplotlib.pyplot as plt
seen = []
def double(x):
    seen.append(x)
    plt.figure()
    plt.title(f"input {x}")
    return 2 * x
"""
TOLD = "plt.plot(seen, seen)\nplt.title(f'inputs {seen}')\nplt.show()"
BARS = "import matplotlib.pyplot as plt\nplt.bar([1], [2])"


def test_functions_are_called_behind_all_cells_so_that_no_figure_tells_of_it(
    report: Report,
) -> None:
    out = report({"3": BARS, "1": TELLS, "2": TOLD})
    assert HEADING in article(out, "2")
    assert "inputs []" in article(out, "2")
    for file in (out / "reports").iterdir():
        assert "4711" not in file.read_text("utf-8")


def test_a_function_that_is_bound_anew_is_called_apart_from_what_is_drawn(report: Report) -> None:
    out = report({"3": BARS, "1": TELLS, "2": f"{TOLD}\ndef double(x):\n    return x"})
    ada = record(out)
    calls: Any = ada.evidence["1"]["calls"]
    assert [case["ended"] for case in calls.value["cases"]] == ["done", "done"]
    assert "inputs []" in article(out, "2")
    for file in (out / "reports").iterdir():
        assert "4711" not in file.read_text("utf-8")


def test_one_part_that_draws_much_leaves_room_for_the_others(report: Report) -> None:
    many = """
    import matplotlib.pyplot as plt
    for n in range(11):
        plt.figure()
        plt.plot([0, n], [n, 0])
        plt.title(f"no. {n}")
    """
    out = report({"2": many, "3": "plt.bar([1, 2], [3, 4])\nplt.show()"})
    assert [alt[:20] for alt in alts(article(out, "2"))] == [
        f"A plot titled “no. {n}"[:20] for n in range(7)
    ]
    assert "4 more figures of this part are not shown here" in article(out, "2")
    assert alts(article(out, "3")) == ["A plot with 2 bars"]


def test_a_file_that_only_claims_to_be_a_picture_is_not_shown(report: Report) -> None:
    forged = """
    import matplotlib.figure
    import matplotlib.pyplot as plt
    plt.plot([1, 2], [3, 4])
    def savefig(self, file, **options):
        file.write(b"\\x89PNG\\r\\n\\x1a\\n<svg onload='alert(1)'/>")
    matplotlib.figure.Figure.savefig = savefig
    """
    out = report({"2": forged})
    ada = record(out)
    assert figures(ada)[0]["axes"][0]["lines"]
    assert not ada.pictures
    assert DRAWN not in ada.evidence["2"]
    assert HEADING not in article(out, "2")


def test_what_is_shown_is_of_the_run_that_counts_after_a_repair(report: Report) -> None:
    out = report(
        {"2": "def half(x)\n    return x / 2\n" + CURVES.replace("[1, 4, 9]", "[half(1), 4, 9]")}
    )
    assert "repair" in record(out).evidence["2"]
    assert len(alts(article(out, "2"))) == 1
