"""How many notebooks, and how many PDFs of ten pages, are read and marked in a minute?

Run: ``python tests/benchmarks/bench_formats.py [COUNT]``. Hand-ins are our own samples of the
midterm, written as notebooks and printed to PDF, with a line of their own each.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.formats import writing  # noqa: E402

SAMPLES = ("perfect", "misconceptions", "follow-through")


def notebooks(folder: Path, count: int) -> None:
    """Write notebooks, no two alike."""
    texts = [
        (ROOT / "submissions/dl_midterm" / s / "answers.md").read_text("utf-8") for s in SAMPLES
    ]
    for number in range(count):
        book = json.loads(writing.as_notebook(texts[number % len(texts)]))
        line = {"cell_type": "markdown", "metadata": {}, "source": f"<!-- hand-in {number} -->"}
        book["cells"].append(line)
        (folder / f"student{number:04d}.ipynb").write_text(json.dumps(book), "utf-8")


def pdfs(folder: Path, count: int) -> None:
    """Write PDFs of about ten pages: large type, one comment of its own in each file."""
    for number, sample in enumerate(SAMPLES):
        text = (ROOT / "submissions/dl_midterm" / sample / "answers.md").read_text("utf-8")
        data = writing.as_pdf(text, "body { font-size: 21pt } pre, code { font-size: 18pt }")
        for copy in range(number, count, len(SAMPLES)):
            (folder / f"student{copy:04d}.pdf").write_bytes(data + f"\n% {copy}\n".encode())


def measure(kind: str, write: object, count: int) -> None:
    """Grade hand-ins of one kind once and print a row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "in")
        folder.mkdir()
        write(folder, count)  # type: ignore[operator]
        paths = sorted(map(str, folder.iterdir()))
        command = [
            sys.executable,
            "-m",
            "grader",
            "grade",
            "dl_midterm",
            *paths,
            "--out",
            f"{name}/out",
        ]
        started = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
        seconds = time.perf_counter() - started
        if done.returncode:
            sys.exit(done.stderr)
        print(f"{count:>5} {kind:<10} {seconds:>7.1f} s {60 * count / seconds:>8.0f} a minute")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    measure("notebooks", notebooks, size)
    if writing.browser() is None:
        print("PDFs: not run, there is no Chromium to print them")
    else:
        measure("PDFs", pdfs, size // 2)
