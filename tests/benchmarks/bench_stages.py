"""Where the time of one hand-in goes: collecting, evidence, marking, reports; medians in ms CPU.

Run: ``python tests/benchmarks/bench_stages.py``. Each of our samples of the midterm is read anew
(a line of its own is added, so that nothing is remembered), five times.
"""

import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from grader import codec, pipeline  # noqa: E402
from grader.collect._everything import Collected, collect  # noqa: E402
from grader.model import Picture, Shown  # noqa: E402
from grader.report import render  # noqa: E402
from grader.report.handed_in import HandedIn  # noqa: E402

ROUNDS = 5


def main() -> None:
    """Print the median of each stage over all samples and rounds."""
    assignment = pipeline.load_assignment(ROOT, "dl_midterm")
    plan, spent = assignment.plan, defaultdict(list)

    def timed(stage: str, work: Any) -> Any:
        start = time.process_time()
        done = work()
        spent[stage].append(1000 * (time.process_time() - start))
        return done

    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            for hand_in in pipeline.hand_ins(sorted((ROOT / "submissions/dl_midterm").iterdir())):
                line = f"\n\n<!-- {number} -->\n".encode()
                files = {
                    n: p.read_bytes() + (b"" if n.endswith("json") else line)
                    for n, p in hand_in.paths
                }
                found = timed("collect", lambda f=files: collect(plan, f))
                record = pipeline.Record(
                    student=hand_in.student,
                    claims=None,
                    files=(),
                    isolation="process",
                    problems=(),
                    evidence=found.evidence,
                )
                data = timed("evidence", record.to_bytes)
                again = timed("evidence read", lambda d=data: codec.from_plain(json.loads(d)))
                assert again["student"] == hand_in.student
                digest = hashlib.sha256(data).hexdigest()
                result = timed(
                    "mark", lambda r=record, d=digest: pipeline.mark_record(assignment, r, d)
                )
                shown = handed_in(found)
                timed(
                    "report",
                    lambda r=record, x=result, h=shown: render.student(
                        assignment.rubric, x, r.evidence, Path(folder), r.student, hand_in=h
                    ),
                )
    for stage, times in spent.items():
        print(f"{stage:>14} {statistics.median(times):7.1f} ms  (max {max(times):.0f})")


def handed_in(found: Collected) -> HandedIn:
    """Return the files of a hand-in as the pipeline gives them to the report."""
    files = (
        Shown(file=name, unit=t.unit, code=t.code, lines=tuple(t.lines), numbers=tuple(t.numbers))
        for name, t in found.transcripts.items()
    )
    blobs, pictures = {}, []
    for (file, name), p in found.pictures.items():
        digest = hashlib.sha256(p.data).hexdigest()
        blobs[digest] = p.data
        size = {"width": p.width, "height": p.height}
        pictures.append(Picture(file=file, name=name, type=p.type, sha256=digest, **size))
    return HandedIn(tuple(files), tuple(pictures), blobs)


if __name__ == "__main__":
    main()
