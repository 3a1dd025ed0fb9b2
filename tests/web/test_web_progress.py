"""How far a batch is: read from the gradebook, whichever process grades."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from datetime import timedelta

from grader import pipeline
from grader.gradebook.runs import begin, end, tell
from grader.pipeline import course as batches
from grader.pipeline import hand_ins
from grader.pipeline.keys import evidence_key
from grader.pipeline.tasks import Tasks
from tests.web.web_site import site_of  # noqa: F401  # without the extra web all of this is skipped


def test_nothing_runs_and_nothing_ran(site):
    page = site.as_("marker").get("/progress/sums").text
    assert "Nothing is being graded" in page
    assert "<progress" not in page


def test_a_batch_of_another_process_is_shown_while_it_runs_and_after(site, course):
    marker = site.as_("marker")
    number = begin(site.book, "sums", "grade", {})
    page = marker.get("/progress/sums/state").text
    assert "hand-ins so far" in page  # it has not said of how many yet
    tell(site.book, number, {"of": 40})
    page = marker.get("/progress/sums/state").text
    assert re.search(r'<progress max="40" value="0"', page)
    assert "every 2s" in page
    end(site.book, "sums", number, "applied", {"recorded": 40, "changed": 3, "of": 40})
    page = marker.get("/progress/sums/state").text
    assert "<progress" not in page
    assert "every 15s" in page
    assert ">40<" in page


def test_a_batch_that_records_nothing_for_long_may_have_been_killed(site):
    before = replace(site.book, now=lambda: site.book.now() - timedelta(minutes=30))
    begin(before, "sums", "grade", {})
    page = site.as_("marker").get("/progress/sums").text
    assert "30 minutes" in page
    assert "Run it again" in page


def test_who_grades_is_text(site):
    begin(replace(site.book, author="<script>alert(1)</script>"), "sums", "grade", {})
    assert "<script>alert" not in site.as_("marker").get("/progress/sums").text


def test_a_real_batch_says_of_how_many_from_its_beginning(site, course):
    folder = course / "submissions/sums"
    for name, text in (("ada", "Problem 1: 7\n"), ("bob", "Problem 1: 12\n")):
        (folder / name).mkdir()
        (folder / name / "answers.md").write_text(text, "utf-8")
    seen = []
    marker = site.as_("marker")

    class Watching:
        """What the page shows while the batch is at work."""

        def __call__(self, summaries, count):
            for one in summaries:
                seen.append(marker.get("/progress/sums/state").text)
                yield one

    loaded = pipeline.load_assignment(course, "sums")
    graded(site.book, loaded, folder, Watching())
    assert len(seen) == 2
    assert all('max="2"' in page for page in seen)
    after = marker.get("/").text
    assert "2 hand-ins" in after
    assert "wait" in after


def graded(book, loaded, folder, watch):
    """Grade as the command does, in this process."""
    key = evidence_key(loaded, runs=False, trains=False)
    doing = batches.plan(book, loaded, hand_ins(sorted(folder.iterdir())), key, batches.Choice())
    own = Tasks(assignment=loaded, boxes=None, files=book.store.folder, reports=None)
    run = contextlib.nullcontext(lambda tasks: map(own, tasks))
    try:
        batches.carry_out(book, loaded, doing, run, own, watch=watch)
    finally:
        own.close()
