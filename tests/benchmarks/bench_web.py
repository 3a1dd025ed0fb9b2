"""How quick are the pages of the review, and how many decisions does a class take?

Run: ``python tests/benchmarks/bench_web.py [COUNT] [--jobs N] [--review]`` (200 students unless
given). A course is made in a temporary folder with the midterm's rubric and reference and COUNT
hand-ins (the text samples of this repository in turn), graded without running student code; above
GRADED, what those were given is copied in the gradebook to other students, each with evidence of
its own, as only the pages are measured. Then:

- each page is asked for six times over HTTP, in this process; the first time is told apart, as it
  reads the answers of a part from the store; the others give a median. Pages of parts are those
  with the most answers that wait.
- with ``--review`` the class is reviewed to done: each group gets what is proposed for it, or half
  of the points where nothing is. Told are decisions, answers, and what waits at the end.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import sqlalchemy as sa  # noqa: E402  # the script's folder comes first
from bench_class import NAME, _course, _grade  # noqa: E402

from grader.gradebook.book import new_row  # noqa: E402
from grader.gradebook.tables import (  # noqa: E402
    cell,
    evidence,
    result,
    standing,
    submission,
)
from grader.pipeline.answers import answers  # noqa: E402
from tests.web.web_site import site_of  # noqa: E402

TIMES = 5
GRADED = 40
GOAL = 150


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--review", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        first = min(given.count, GRADED)
        course = _course(Path(name), first)
        _grade(course, first, "graded", given.jobs)
        with site_of(course) as site:
            _copied(site.book, given.count)
            client = site.as_("instructor")
            _pages(client)
            if given.review:
                _review(client)


def _copied(book: Any, count: int) -> None:
    """Give what the first students handed in and got to others as well, up to ``count``."""

    def do(connection: Any) -> None:
        firsts = connection.execute(sa.select(submission).order_by(submission.c.id)).all()
        for number in range(len(firsts), count):
            of = firsts[number % len(firsts)]
            held = connection.execute(
                sa.select(result)
                .join(standing, standing.c.result_id == result.c.id)
                .where(standing.c.submission_id == of.id)
            ).one()
            kept = connection.execute(
                sa.select(evidence).where(evidence.c.id == held.evidence_id)
            ).one()
            key = f"copy{number:05}"
            own = new_row(connection, submission, **_row(of, key=key, label=key))
            data = book.store.get(kept.sha256).decode().replace(of.label, key).encode()
            sha = book.store.put(data, packed=True)
            answers(book.store, sha)  # as grading leaves them beside the evidence
            made = new_row(connection, evidence, **_row(kept, submission_id=own, sha256=sha))
            fresh = _row(held, submission_id=own, evidence_id=made, key=f"{held.key[:50]}{number}")
            to = new_row(connection, result, **fresh)
            cells = connection.execute(sa.select(cell).where(cell.c.result_id == held.id)).all()
            connection.execute(
                sa.insert(cell), [{**one._mapping, "result_id": to} for one in cells]
            )
            connection.execute(sa.insert(standing).values(submission_id=own, result_id=to))

    book.write(do)


def _row(row: Any, **changes: Any) -> dict[str, Any]:
    return {**{name: value for name, value in row._mapping.items() if name != "id"}, **changes}


def _ask(client: Any, path: str) -> tuple[float, Any]:
    while True:
        begun = time.perf_counter()
        answer = client.get(path)
        took = time.perf_counter() - begun
        if answer.status_code != 429:
            return took, answer
        time.sleep(0.5)


def _pages(client: Any) -> None:
    client.get(f"/review/{NAME}")  # the rubric is loaded once
    listed = client.get(f"/review/{NAME}").text
    rows = re.findall(
        rf'href="(/review/{NAME}/[^"]+)" data-row>.*?<strong>(\d+)</strong>', listed, re.DOTALL
    )
    rows.sort(key=lambda row: -int(row[1]))
    base = f"/review/{NAME}"
    parts = [path for path, _ in rows[:3]]
    paths = ["/review", base, *parts, *(f"{path}?decided=1" for path in parts[:1])]
    paths += [f"{path}?q=the&order=points" for path in parts[:1]]
    paths += [f"{path}/answer/1" for path in parts[:1]]
    paths += [f"{base}/-/{page}" for page in ("phrases", "history", "second")]
    paths += [f"{parts[0]}/second", f"/requests/{NAME}"]
    for path in paths:
        first, answer = _ask(client, path)
        times = [1000 * _ask(client, path)[0] for _ in range(TIMES)]
        median = statistics.median(times)
        flag = "" if median < GOAL else "  over the goal"
        print(
            f"{median:>8.1f} ms   first {1000 * first:>8.0f} ms   {len(answer.text):>7} characters   {path}{flag}",
            flush=True,
        )


def _review(client: Any) -> None:
    listed = client.get(f"/review/{NAME}").text
    waiting = int(re.search(r"<strong>(\d+) answers?</strong>", listed)[1])
    begun, steps, waits = time.perf_counter(), 0, []
    for path in dict.fromkeys(re.findall(rf'href="(/review/{NAME}/[^"-][^"]*)" data-row', listed)):
        while "data-decide" in (page := _ask(client, path)[1].text):
            form = page[page.index("data-decide") :]
            data = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', form))
            levels = re.findall(
                r'name="points" value="([^"]+)" data-level="\d"( class="offered")?', form
            )
            offered = [value for value, own in levels if own]
            data["points"] = offered[0] if offered else levels[len(levels) // 2][0]
            started = time.perf_counter()
            answer = client.post(f"{path}/decide", data=data, follow_redirects=False)
            if answer.status_code == 429:
                time.sleep(0.5)
                continue
            assert answer.status_code == 303, answer.text[:500]
            waits.append(1000 * (time.perf_counter() - started))
            steps += 1
    seconds = time.perf_counter() - begun
    listed = re.sub(r"\s+", " ", client.get(f"/review/{NAME}").text)
    said = re.search(r'class="done-so-far">(.*?)</p>', listed)[1]
    print(f"{waiting} answers waited; {steps} decisions, in {seconds:.0f} s")
    print(
        f"a decision takes {statistics.median(waits):.0f} ms (median), {max(waits):.0f} ms at most"
    )
    print(re.sub("<[^>]+>", "", said).strip())


if __name__ == "__main__":
    main()
