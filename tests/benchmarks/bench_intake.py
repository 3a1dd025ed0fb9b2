"""How long does a download of a whole class take to be taken in?

Run: ``python tests/benchmarks/bench_intake.py [COUNT]`` (1,000 unless given). Downloads of Canvas,
Moodle, Gradescope and Brightspace are made, of a notebook of about 100 kB and a picture of 200 kB
for each student, with a roster. Each is taken in by the command, into an empty course; then again,
where nothing changes; then a newer one. The aim is 20 s for 1,000; the peak of memory is printed too,
and is the same for 100 students as for 1,000 but for what their names take.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = (
    "import sys, resource\n"
    "from grader.cli.intake import intake\n"
    "try:\n    intake(sys.argv[1:], standalone_mode=False)\n"
    "finally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)\n"
)
Names = Callable[[int, str], str]
FORMS: dict[str, Names] = {
    "canvas": lambda n, file: f"student{n:05}last{n:05}_{n + 100}_{n}_{file}",
    "moodle": lambda n, file: f"Last{n:05} Student{n:05}_{n}_assignsubmission_file/{file}",
    "gradescope": lambda n, file: f"assignment_1_export/submission_{n}/{file}",
    "brightspace": lambda n, file: (
        f"{n}-77 - Last{n:05} Student{n:05} - Nov 20, 2026 926 PM/{file}"
    ),
}


def download(path: Path, kind: str, count: int, seed: int) -> None:
    """Make a download of ``count`` students."""
    noise = random.Random(seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(count):
            text = " ".join(str(noise.random()) for _ in range(5_000))
            archive.writestr(FORMS[kind](n, "hw1.ipynb"), text)
            picture = zipfile.ZipInfo(FORMS[kind](n, "plot.png"))
            archive.writestr(picture, noise.randbytes(200_000))
        if kind == "gradescope":
            rows = "".join(
                f"submission_{n}:\n  :submitters:\n  - :name: S {n}\n    :sid: '{n + 100}'\n"
                "  :created_at: 2026-11-20 21:26:33.000000000 Z\n  :results:\n    :tests:\n"
                + "    - :name: t\n      :output: x\n"
                * 40
                for n in range(count)
            )
            archive.writestr("assignment_1_export/submission_metadata.yml", rows)


def course(home: Path, count: int) -> None:
    """Make a course with a roster."""
    (home / "rubrics").mkdir(parents=True)
    (home / "reference").mkdir()
    (home / "rubrics/hw1.yaml").write_text("assignment: hw1\n")
    rows = "".join(f'"Last{n:05}, Student{n:05}",{n + 100}\n' for n in range(count))
    (home / "roster.csv").write_text(f"name,student id\n{rows}")
    subprocess.run(
        [sys.executable, "-m", "grader", "roster", "roster.csv"], cwd=home, check=True, env=_env()
    )


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def taken_in(home: Path, path: Path) -> tuple[float, float, str]:
    """Take a download in: seconds, MB, and what was said last."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", RUN, "hw1", str(path), "--course", str(home)],
        capture_output=True,
        check=True,
        text=True,
        env=_env(),
    )
    seconds = time.perf_counter() - start
    *_, said, memory = done.stderr.strip().splitlines()
    return seconds, float(memory), said


def main() -> None:
    """Print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(f"{count} hand-ins; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for kind in FORMS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for seed in (1, 2):
                download(folder / f"{seed}.zip", kind, count, seed)
            course(folder / "course", count)
            for what, seed in (("first", 1), ("again", 1), ("newer", 2)):
                seconds, memory, said = taken_in(folder / "course", folder / f"{seed}.zip")
                print(f"{kind:12} {what:6} {seconds:6.1f} s {memory:5.0f} MB  {said}")
    print(
        f"peak of all processes {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB"
    )


if __name__ == "__main__":
    main()
