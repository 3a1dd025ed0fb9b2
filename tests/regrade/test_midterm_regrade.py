"""A real change of the midterm's rubric over our own samples: 10.1 now accepts biases."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from grader.cli import main
from tests.regrade.conftest import edit

ROOT = Path(__file__).parents[2]
COUNTED = ("misconceptions", "notebook", "printed")
"""Samples whose table of VGG16 has 1,792 parameters in its first row, 3*3*3*64 and 64 biases.

Found by reading the hand-ins: the first two have the number in their text; the printed page sets
it in a table. The others have 1,728 (or nothing, or a picture).
"""


@pytest.mark.slow
def test_who_counted_biases_goes_from_three_quarters_to_all_and_nobody_else_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    course = tmp_path / "course"
    (course / "rubrics").mkdir(parents=True)
    shutil.copy(ROOT / "rubrics/dl_midterm.yaml", course / "rubrics")
    for folder in ("reference", "submissions/dl_midterm"):
        shutil.copytree(ROOT / folder, course / folder)
    monkeypatch.chdir(course)
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")
    results = course / ".grader/out/dl_midterm/results.json"

    def earned() -> dict[tuple[str, str], tuple[float | None, float | None]]:
        data = json.loads(results.read_text("utf-8"))["results"]
        return {
            (one["student"], part["id"]): (part["earned"], part["proposed"])
            for one in data
            for part in one["parts"]
        }

    main(["grade", "dl_midterm", "--no-run", "--jobs", "2"])
    before = earned()
    old = 'at_least: "4/5"}, credit: 0.5, says: Biases were counted'
    edit(course, old, old.replace("0.5", "1"), "rubrics/dl_midterm.yaml")
    capfd.readouterr()
    main(["regrade", "dl_midterm", "--no-run", "--jobs", "2", "--json", "--apply"])
    shown = json.loads(capfd.readouterr().out)

    moved = [
        (c["student"], c["part"], c["before"]["earned"], c["after"]["earned"], c["delta"])
        for c in shown["changes"]
    ]
    assert moved == [(name, "10.1", 3.75, 5, 1.25) for name in COUNTED]
    assert shown["hand_ins"]["changed"] == len(COUNTED)
    assert shown["hand_ins"]["collected_anew"] == 0
    assert shown["hand_ins"]["down"] == 0
    after = earned()
    assert {at for at in before if before[at] != after[at]} == {(s, "10.1") for s in COUNTED}
    main(["regrade", "dl_midterm", "--undo"])
    assert earned() == before
