"""How long do 1,000 text hand-ins of all 36 parts take, and how much memory?

Run: ``python tests/benchmarks/bench_text.py [COUNT …] [--no-run]``. Hand-ins are the course's own samples
with every number and name of theirs left as it is and a line of their own added, so that no two
are alike. Prints wall time, time per hand-in and peak memory of the grader and its workers.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _is_text(file: Path) -> bool:
    return file.suffix in (".md", ".txt", ".json")


def hand_ins(folder: Path, count: int) -> None:
    """Write ``count`` hand-ins, samples in turn."""
    every = sorted((ROOT / "submissions/dl_midterm").iterdir())
    samples = [p for p in every if p.name != "blank" and all(map(_is_text, p.iterdir()))]
    for number in range(count):
        sample = samples[number % len(samples)]
        home = folder / f"student{number:05d}"
        home.mkdir()
        for file in sample.iterdir():
            text = file.read_text("utf-8")
            extra = "" if file.suffix == ".json" else f"\n\n<!-- hand-in {number} -->\n"
            (home / file.name).write_text(text + extra, "utf-8")


def measure(count: int, options: list[str]) -> None:
    """Grade ``count`` hand-ins once and print a row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        hand_ins(folder / "in", count)
        paths = sorted(str(p) for p in (folder / "in").iterdir())
        started = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "grader",
            "grade",
            "dl_midterm",
            *paths,
            "--out",
            str(folder / "out"),
            *options,
        ]
        done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
        seconds = time.perf_counter() - started
        if done.returncode:
            sys.exit(done.stderr)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"{count:>6} {seconds:>8.1f} s {1000 * seconds / count:>8.1f} ms each {peak:>7.0f} MB (largest process)"
        )
        shutil.rmtree(folder / "out")


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]
    more = [argument for argument in sys.argv[1:] if not argument.isdecimal()]
    for size in sizes or [100, 300, 1000]:
        measure(size, more)
