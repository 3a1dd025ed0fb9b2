"""How long ``grader check`` of the midterm takes: under 60 s on two free cores.

python -m pytest tests/benchmarks/bench_check.py -s
"""

from pathlib import Path

from grader.authoring import check_assignment

ROOT = Path(__file__).parents[2]


def test_check_of_the_midterm() -> None:
    report = check_assignment(ROOT, "dl_midterm")
    for outcome in report.outcomes:
        print(f"{outcome.check:>10} {outcome.seconds:6.1f} s  {outcome.said}")
    print(f"{'all':>10} {report.seconds:6.1f} s")
    assert report.fine, [str(f) for f in report.findings if f.severity == "error"]
