"""A small course with planted secrets, and fake trees of Gradescope's to run its bundles in."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from click.testing import CliRunner

from grader.cli.bundle import bundle

SECRETS = (
    "SECRET-says-5581",
    "SECRET-mistake-7730",
    "SECRET_function_9042",
    "977311",
    "SECRET-keys-3127",
)
RUBRIC = """\
assignment: sums
title: Sums
solution: reference/solutions/sums.md
run: {runtime: bare, seconds: 6, cpu_seconds: 6, memory_mb: 4096}
parts:
  - id: "1"
    points: 2
    ask: A function that doubles a number.
    find: {phrases: [function that doubles], defines: [double]}
    readings: {code: {kind: source, canonical: true}}
    runs:
      doubled: {kind: call, function: double, cases: cases, given: {count: 3}}
    criteria:
      - id: function
        points: 2
        says: SECRET-says-5581
        ran:
          read: doubled
          expect: doubles
          given: {cases: {inputs: doubled}}
          compare: {kind: cases}
        read: code
        review: always
        why: not-run
        compare: {kind: facts, what: the number doubled, holds: {function: double}}
  - id: "2"
    points: 1.5
    ask: The sum of three and four.
    find: {phrases: [sum of three and four]}
    criteria:
      - id: value
        points: 1.5
        read: {kind: integer}
        expect: SECRET_function_9042
        given: {a: 3, b: 4}
        compare: {kind: exact}
        mistakes:
          - {id: other, from: other, credit: 0, says: SECRET-mistake-7730}
  - id: "3"
    points: 1
    ask: The letter that the instructor has in mind.
    criteria:
      - {id: letter, points: 1, key: true, read: {kind: integer}, compare: {kind: exact}}
"""
REFERENCE = '''\
"""Sums."""


def SECRET_function_9042(a, b):
    return a + b


def other(a, b):
    return 977311


def cases(count):
    return [[number] for number in range(3, 3 + count)]


def doubles(cases):
    return [2 * case["args"][0] for case in cases]

'''
SOLUTION = """\
## Question 1

```python
def double(x):
    return 2 * x  # 977311
```

## Question 2

7
"""
KEYS = 'keys:\n  "3": "SECRET-keys-3127"\n'
ANSWER = """\
## Question 1

```python
{code}
```

## Question 2

{sum}
"""
RIGHT = ANSWER.format(code="def double(x):\n    return 2 * x", sum=7)
METADATA = {
    "id": 123456,
    "created_at": "2026-07-01T14:22:32.365935-07:00",
    "assignment": {
        "due_date": "2026-07-31T23:00:00.000000-07:00",
        "group_size": 4,
        "group_submission": True,
        "id": 25828,
        "course_id": 1234,
        "late_due_date": None,
        "release_date": "2026-06-02T00:00:00.000000-07:00",
        "title": "Sums",
        "total_points": "4.5",
    },
    "submission_method": "upload",
    "users": [{"email": "ann@example.edu", "id": 1234, "name": 'Ann, "the" =1+1'}],
    "previous_submissions": [
        {"submission_time": "2026-06-30T14:24:48-07:00", "score": 0.0, "results": {}}
    ],
}


def made_course(folder):
    """Write the course; other assignments, a roster and hand-ins lie in it as well."""
    for name, text in {
        "rubrics/sums.yaml": RUBRIC,
        "rubrics/next_exam.yaml": "# SECRET-next-1188\n",
        "reference/sums.py": REFERENCE,
        "reference/next_exam.py": "# SECRET-next-1188\n",
        "reference/solutions/sums.md": SOLUTION,
        "submissions/sums/ben/answers.md": "SECRET-hand-in-6671",
        ".grader/roster.csv": "SECRET-roster-4410",
        "keys.yaml": KEYS,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def made_zip(course, out, *words):
    """Make the zip by the command; return its path and what was said."""
    told = CliRunner().invoke(
        bundle, ["gradescope", "sums", "--course", str(course), "--out", str(out), *words]
    )
    assert told.exit_code == 0, told.output
    return out, told.stderr


def reachable():
    """An interpreter that every user can start, its environment, and why there is none.

    Where the tests' own lies in a closed folder, the system's is used with the same packages.
    """
    packages = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    if not _open_to_all(packages):
        return None, {}, f"other users cannot read {packages}"
    if _open_to_all(Path(sys.executable)):
        return Path(sys.executable), {}, ""
    other = Path(f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}")
    if not other.exists():
        return None, {}, "no interpreter that other users can start"
    return other, {"PYTHONUSERBASE": str(packages.parents[2])}, ""


def _open_to_all(path):
    real = path.resolve()
    return all(p.stat().st_mode & stat.S_IXOTH for p in (*real.parents, real))


class Tree:
    """A fake /autograder, where every user may look who is let."""

    def __init__(self, bundled, submission, metadata=METADATA):
        self.top = Path(tempfile.mkdtemp(prefix="grader-autograder-"))
        self.top.chmod(0o755)
        self.root = self.top / "autograder"
        for name in ("source", "submission", "results"):
            (self.root / name).mkdir(parents=True)
        _unzip(bundled, self.root / "source")
        shutil.copy2(self.root / "source" / "run_autograder", self.root / "run_autograder")
        for name, text in submission.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        if metadata is not None:
            (self.root / "submission_metadata.json").write_text(json.dumps(metadata), "utf-8")
        self.package = self.top / "package"
        _unzip(next((self.root / "source").glob("grader-*.whl")), self.package)
        subprocess.run(["chmod", "-R", "go+rX", str(self.package)], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)

    @property
    def results(self):
        return json.loads((self.root / "results" / "results.json").read_text("utf-8"))

    def command(self, python=None, before=(), **environment):
        words = [*before, str(self.root / "run_autograder")]
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.top),
            "LANG": "C.UTF-8",
            "AUTOGRADER_ROOT": str(self.root),
            "AUTOGRADER_PYTHON": str(python or sys.executable),
            "PYTHONPATH": str(self.package),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        return words, own

    def run(self, python=None, before=(), **environment):
        """Run the autograder as Gradescope does; return what it printed."""
        words, own = self.command(python, before, **environment)
        done = subprocess.run(
            words, env=own, cwd=self.root, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def _unzip(path, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as held:
        for entry in held.infolist():
            place = Path(held.extract(entry, folder))
            place.chmod((entry.external_attr >> 16) & 0o777 or 0o644)
