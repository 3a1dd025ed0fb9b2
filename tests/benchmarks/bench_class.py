"""How long does a whole class take: graded into its gradebook, again, re-marked, and shown?

Run: ``python tests/benchmarks/bench_class.py [COUNT …] [--jobs N]`` (100 and 1,000 unless given;
10,000 take about ten minutes). For each size a course is made in a temporary folder, with the
midterm's rubric and reference and ``COUNT`` text hand-ins, of which no two are alike, and then:

- ``graded``: all of them, into an empty gradebook, no student code run;
- ``again``: the same command, with nothing to do;
- ``re-marked``: the same command after a mistake's message has changed, so that all are marked
  again from their evidence;
- ``page``: one page of 100 students, asked from the gradebook and rendered: where everybody
  stands, which 100 results are shown, and the page itself; median of 20 in one process.

Memory is the peak of resident pages of the command's own process, and of the largest of those that
it started, looked at twice a second. Others on the machine change all times: the load is printed, and
the CPU seconds that the command and its processes used.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from bench_text import hand_ins  # noqa: E402  # the script's own folder has to be found first

from grader.gradebook import open_book  # noqa: E402
from grader.gradebook.policy import Policy  # noqa: E402
from grader.gradebook.results import summaries  # noqa: E402
from grader.gradebook.standings import standings, students  # noqa: E402
from grader.pipeline import load_assignment  # noqa: E402
from grader.report import render  # noqa: E402

NAME = "dl_midterm"
PAGE, TIMES = 100, 20
MESSAGE = "No model can take away what the inputs do not tell about the output."


@dataclass(slots=True)
class Memory:
    """The peak of a process and of the largest process that it started, in MB."""

    process: subprocess.Popen[str]
    own: float = 0.0
    workers: dict[int, float] = field(default_factory=dict)

    def watch(self) -> None:
        """Look until the process has ended."""
        while self.process.poll() is None:
            self.own = max(self.own, _peak(self.process.pid))
            for child in _below(self.process.pid):
                self.workers[child] = max(self.workers.get(child, 0.0), _peak(child))
            time.sleep(0.5)


def _peak(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:  # it has just ended
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _below(pid: int) -> list[int]:
    """All processes that a process started, and those that they started."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            own = [int(word) for word in file.read_text("utf-8").split()]
        except OSError:
            continue
        for child in own:
            found += [child, *_below(child)]
    return found


def _course(folder: Path, count: int) -> Path:
    """A course with ``count`` hand-ins of the midterm."""
    course = folder / "course"
    shutil.copytree(ROOT / "reference", course / "reference")
    (course / "rubrics").mkdir()
    shutil.copy(ROOT / f"rubrics/{NAME}.yaml", course / "rubrics")
    (course / "submissions" / NAME).mkdir(parents=True)
    hand_ins(course / "submissions" / NAME, count)
    return course


def _spent() -> float:
    """CPU seconds of all commands that have ended, with the processes that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _grade(course: Path, count: int, what: str, jobs: int, command: str = "grade") -> float:
    """Run a command of grader, print a line, and return the seconds that it took."""
    whole = [sys.executable, "-m", "grader", command, NAME, "--no-run"]
    whole += ["--course", str(course), "--jobs", str(jobs)]
    load, spent, started = os.getloadavg()[0], _spent(), time.perf_counter()
    with (course / "said").open("w+") as said:
        process = subprocess.Popen(whole, cwd=ROOT, stdout=said, stderr=said, text=True)
        memory = Memory(process)
        watcher = threading.Thread(target=memory.watch)
        watcher.start()
        code = process.wait()
        seconds = time.perf_counter() - started
        watcher.join()
        if code:
            said.seek(0)
            sys.exit(said.read()[-4000:])
    largest = max(memory.workers.values(), default=0.0)
    print(
        f"{count:>6} {what:<10} {seconds:>8.1f} s {1000 * seconds / count:>8.2f} ms each "
        f"{_spent() - spent:>8.1f} s of CPU {memory.own:>6.0f} MB main {largest:>6.0f} MB largest worker   load {load:.1f} before",
        flush=True,
    )
    return seconds


def _change_rubric(course: Path) -> None:
    path = course / "rubrics" / f"{NAME}.yaml"
    text = path.read_text("utf-8")
    if MESSAGE not in text:
        sys.exit(f"the midterm's rubric no longer says “{MESSAGE}”; choose another message here")
    path.write_text(text.replace(MESSAGE, f"{MESSAGE} Think again."), "utf-8")


def _page(course: Path, count: int) -> float:
    """Ask and render a page in the middle of the class, and return the median in milliseconds."""
    loaded = load_assignment(course, NAME)
    possible = sum((part.points for part in loaded.rubric.parts), Fraction(0))
    number = max(1, count // PAGE // 2)
    book = open_book(course / ".grader")
    times = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        with book.reading() as connection:
            counted = students(connection, NAME)
            own = counted[PAGE * (number - 1) : PAGE * number]
            rows = standings(connection, NAME, Policy(), possible, only=own)
            chosen = [row.result_id for row in rows if row.on_roster and row.result_id is not None]
            asked = time.perf_counter()
            shown = list(summaries(connection, chosen))
            found = time.perf_counter()
        html = render.class_page(loaded.rubric, shown, number, len(counted), link=str)
        ended = time.perf_counter()
        if len(shown) != min(PAGE, count) or shown[0].student not in html:
            sys.exit("the page does not show its students")
        times.append((ended - started, asked - started, found - asked, ended - found))
    book.close()
    whole, stand, query, shows = (
        1000 * statistics.median(column) for column in zip(*times[1:], strict=True)
    )
    print(
        f"{count:>6} page       {whole:>8.1f} ms: standings {stand:.1f}, results {query:.1f}, "
        f"render {shows:.1f} (medians of {TIMES})",
        flush=True,
    )
    return whole


def _sizes(course: Path, count: int) -> None:
    book = course / ".grader"
    database = sum(f.stat().st_size for f in book.glob("gradebook.sqlite3*"))
    line = f"{count:>6} on disk    {database / 2**20:>8.1f} MB database"
    for name in ("files", "out"):
        sizes = [f.stat().st_size for f in (book / name).rglob("*") if f.is_file()]
        line += f", {sum(sizes) / 2**20:.1f} MB in {len(sizes)} files of {name}/"
    print(line, flush=True)


def measure(count: int, jobs: int) -> tuple[float, ...]:
    """Print all figures of one size; return them for the table of growth."""
    with tempfile.TemporaryDirectory(prefix="bench-class-") as name:
        course = _course(Path(name), count)
        graded = _grade(course, count, "graded", jobs)
        _sizes(course, count)
        again = _grade(course, count, "again", jobs)
        page = _page(course, count)
        _change_rubric(course)
        marked = _grade(course, count, "re-marked", jobs, "regrade")
        return count, graded, again, marked, page


def main() -> None:
    """Measure each size, and print how the figures grow."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    asked.add_argument("sizes", nargs="*", type=int, default=[100, 1000])
    asked.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    given = asked.parse_args()
    rows = [measure(count, given.jobs) for count in given.sizes]
    print("\n count   graded s  ms each   again s  re-marked s  page of 100 ms")
    for count, graded, again, marked, page in rows:
        print(
            f"{count:>6} {graded:>10.1f} {1000 * graded / count:>8.1f} {again:>9.2f} "
            f"{marked:>12.1f} {page:>15.1f}"
        )


if __name__ == "__main__":
    main()
