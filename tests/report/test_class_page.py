"""Classes of any size: pages of a hundred, files that are streamed, and nothing stale."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader import pipeline
from grader.report import render
from grader.report.batch import Batch, grades_csv, results_json
from grader.report.summary import Summary, summary
from tests.report import sample
from tests.report.test_render import Page


def students(count: int) -> list[Summary]:
    parts = sample.paper(12)
    one = summary(sample.result(parts))
    return [replace(one, student=f"s{n:04d}") for n in range(count)]


def of(found: list[Summary]) -> Batch:
    return Batch(rubric=sample.rubric(sample.paper(12)), made_with=sample.MADE_WITH, results=found)


def streamed(found: list[Summary]) -> Batch:
    def source() -> Iterator[Summary]:
        yield from found

    return replace(of([]), summaries=source)


def links(file: Path) -> list[str]:
    return [v or "" for n, v in Page(file.read_text("utf-8")).attributes if n == "href"]


def test_a_class_is_cut_into_pages_of_a_hundred_that_lead_to_each_other(tmp_path: Path) -> None:
    render.batch(of(students(250)), tmp_path, pipeline.safe_name)
    shown = []
    for name in ("index.html", "class-2.html", "class-3.html"):
        page = links(tmp_path / name)
        shown.append({link for link in page if link.startswith("reports/") and "#" not in link})
    assert [len(page) for page in shown] == [100, 100, 50]
    assert len(set.union(*shown)) == 250
    assert "class-2.html#class" in links(tmp_path / "index.html")
    assert {"index.html#class", "class-3.html#class"} <= {*links(tmp_path / "class-2.html")}
    assert not (tmp_path / "class-4.html").exists()


def test_what_waits_is_counted_whole_and_listed_in_part(tmp_path: Path) -> None:
    render.batch(of(students(250)), tmp_path, pipeline.safe_name)
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    assert page.texts.count("and 230 more") == 5
    assert str(250 * 5) in page.texts


@pytest.mark.parametrize("count", [0, 1, 100, 101])
def test_pages_of_a_larger_run_are_gone(tmp_path: Path, count: int) -> None:
    render.batch(of(students(201)), tmp_path, pipeline.safe_name)
    (tmp_path / "class-notes.html").write_text("mine")
    render.batch(of(students(count)), tmp_path, pipeline.safe_name)
    left = {file.name for file in tmp_path.glob("class-*.html")}
    assert left == {"class-notes.html", *(["class-2.html"] if count > 100 else [])}
    assert not [*tmp_path.glob("*.part")]


def test_a_source_and_a_list_write_the_same_bytes(tmp_path: Path) -> None:
    found = students(130)
    render.batch(of([*reversed(found)]), tmp_path / "a", pipeline.safe_name)
    render.batch(streamed(found), tmp_path / "b", pipeline.safe_name)
    names = sorted(file.name for file in (tmp_path / "a").iterdir())
    assert names == sorted(file.name for file in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert (tmp_path / "a/results.json").read_text("utf-8") == results_json(of(found))
    assert (tmp_path / "a/grades.csv").read_text("utf-8") == grades_csv(of(found))
    assert len(json.loads(results_json(streamed(found)))["results"]) == 130


def test_a_source_is_counted_without_being_held() -> None:
    batch = streamed(students(7))
    assert (batch.count, batch.open_marks, batch.unreadable) == (7, 35, 0)


def test_a_source_out_of_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="by student"):
        render.batch(streamed([*reversed(students(3))]), tmp_path, pipeline.safe_name)


def test_statistics_are_written_for_programs_and_for_spreadsheets(tmp_path: Path) -> None:
    render.batch(sample.batch(sample.paper()), tmp_path, pipeline.safe_name)
    data = json.loads((tmp_path / "statistics.json").read_text("utf-8"))
    with (tmp_path / "statistics.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert data["students"] == 8
    assert [row["part"] for row in rows] == [part["id"] for part in data["parts"]]
    assert len(rows) == 36
    for row, part in zip(rows, data["parts"], strict=True):
        assert int(row["decided"]) == part["decided"] == sum(part["bins"])
        assert sum(part["counts"].values()) == 8
        assert row["difficulty"] == ("" if part["difficulty"] is None else str(part["difficulty"]))


def test_one_page_is_rendered_alone() -> None:
    rows = students(250)[100:200]
    rubric = sample.rubric(sample.paper(12))
    html = render.class_page(
        rubric, rows, 2, 250, link=lambda s: f"/r/{s}", address=lambda n: f"/page/{n}"
    )
    found = {v for n, v in Page(html).attributes if n == "href"}
    assert {"/r/s0100", "/r/s0199", "/page/1#class", "/page/3#class"} <= found
    assert "/r/s0200" not in found
