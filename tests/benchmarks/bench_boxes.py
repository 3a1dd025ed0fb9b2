"""What running a notebook costs: boxes beside nbgrader, otter-grader and nbclient, in one run.

Run: ``python tests/benchmarks/bench_boxes.py --peers FOLDER`` (or ``--quick``: four students, one
round). The peers are installed from the package index into FOLDER, which may be used again; without
it only ours is measured. The same twenty notebooks go through every path, interleaved (A B C A B
C, each time in another order); the scores are known beforehand, and a path that finds others is
printed as failed, never as fast. Intervals are 95 %, from a bootstrap over rounds and students that
keeps pairs together. The tables printed are Markdown.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import gc
import io
import itertools
import json
import multiprocessing
import os
import platform
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import _notebooks as notebooks
import numpy as np
from _notebooks import Student

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from grader.sandbox import Job, Limits, Run, Step  # noqa: E402

LIMIT, NBGRADER, OTTER, NBCLIENT = (
    "warm exec (the limit)",
    "nbgrader autograde",
    "otter run",
    "nbclient",
)
SCIENCE, TRAINING = "box, science", "box, training"
RUNTIMES = {SCIENCE: "science", TRAINING: "training"}
HANG_SECONDS = 900


@dataclass(slots=True)
class Measured:
    """One submission on one path: wall seconds, the scores found, seconds of its own cells."""

    seconds: float
    scores: dict[str, float]
    own: float | None = None
    why: str = ""


Lane = Callable[[Student], Measured]


@dataclass(slots=True)
class Results:
    """All that was measured: by path, then by (round, student)."""

    deserves: dict[str, dict[str, float]]
    found: dict[str, dict[tuple[int, str], Measured]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    notes: dict[str, str] = field(default_factory=dict)

    def wrong(self, path: str) -> str:
        """Say what a path got wrong; empty when all its scores are right."""
        if path in self.notes:
            return self.notes[path]
        for (number, name), one in self.found[path].items():
            if one.why or one.scores != self.deserves[name]:
                right, got = self.deserves[name], one.why or one.scores
                return f"FAILED: {name} in round {number} deserves {right}, got {got}"
        return "" if self.found[path] else "not measured"

    def overhead(self, path: str, key: tuple[int, str]) -> float:
        """Return seconds beyond the cells: measured in it, else those of the same round's exec."""
        one = self.found[path][key]
        own = one.own if one.own is not None else self.found[LIMIT][key].seconds
        return one.seconds - own


# --- The limit: a forked process with everything imported that only runs the cells. ---


def _limit_server(line: Any) -> None:
    """Import, warm up, and fork for each request; speaks over a pipe of multiprocessing."""
    _exec(notebooks.reference())
    gc.collect()
    gc.freeze()
    while (student := line.recv()) is not None:
        inlet, outlet = os.pipe()
        child = os.fork()
        if not child:
            signal.alarm(120)
            with os.fdopen(outlet, "w", encoding="utf-8") as file:
                json.dump(_exec(student), file)
            os._exit(0)
        os.close(outlet)
        with os.fdopen(inlet, encoding="utf-8") as file:
            line.send(file.read())
        os.waitpid(child, 0)


def _exec(student: Student) -> dict[str, Any]:
    """Run the cells of our own generated notebook; time them, then score them."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        start, cpu = time.perf_counter(), time.process_time()
        for cell in student.cells:
            with contextlib.suppress(Exception):
                exec(compile(cell, "cell", "exec"), names)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        exec(notebooks.score_cell(), names)
    return {"seconds": seconds, "cpu": cpu, "scores": names["scores"]}


@contextlib.contextmanager
def limit(waits: list[float]) -> Iterator[Lane]:
    """Give the path of the limit; ``waits`` collects wall over processor time of the cells."""
    spawn = multiprocessing.get_context("spawn")
    ours, its = spawn.Pipe()
    server = spawn.Process(target=_limit_server, args=(its,), daemon=True)
    server.start()

    def measure(student: Student) -> Measured:
        ours.send(student)
        said = json.loads(ours.recv())
        waits.append(said["seconds"] / said["cpu"])
        return Measured(said["seconds"], said["scores"])

    try:
        yield measure
    finally:
        ours.send(None)
        server.join(30)


# --- Ours. ---


def native() -> Any:
    """Return the native backend of boxes, ready to be used in ``with``."""
    from grader.sandbox.backends.native import Native

    return Native()


def timed_cells(student: Student) -> tuple[str, ...]:
    """Let each cell note when it began and, negative, when it ended."""
    start, end = "MARKS.append(CLOCK())\n", "\nMARKS.append(-CLOCK())\n"
    first = "from time import perf_counter as CLOCK\nMARKS = []\n"
    cells = [f"{start}{cell}{end}" for cell in student.cells]
    return (first + cells[0], *cells[1:])


def own_seconds(marks: list[float]) -> float:
    """Sum the times between begin and end; a cell that raised has no end and counts nothing."""
    return sum(-b - a for a, b in itertools.pairwise(marks) if a > 0 > b)


def box_job(student: Student, runtime: str) -> Job:
    """Return what a rubric would ask: run the cells, call functions, read variables."""
    steps = [
        Step(do="cell", data={"source": source, "number": number})
        for number, source in enumerate(timed_cells(student), 1)
    ]
    for _, function, arguments, _ in notebooks.CALLS:
        args = [encode(np.asarray(a)) for a in arguments]
        steps.append(Step(do="call", data={"function": function, "args": args, "kwargs": {}}))
    names = [*(name for _, name, _, _ in notebooks.values()), "MARKS"]
    steps += [Step(do="value", data={"name": name}) for name in names]
    return Job(steps=tuple(steps), runtime=runtime, limits=Limits(seconds=60, cpu_seconds=60))


def box_lane(box: Any, runtime: str) -> Lane:
    """Give the path of a box: from the call to the Run, with all answers."""

    def measure(student: Student) -> Measured:
        job = box_job(student, runtime)
        start = time.perf_counter()
        run: Run = box(job)
        seconds = time.perf_counter() - start
        if run.ended not in {"done", "raised"}:
            return Measured(seconds, {}, 0.0, f"{run.ended}: {run.why}")
        marks = _value(run, -1)
        return Measured(seconds, box_scores(run), own_seconds(marks))

    return measure


def box_scores(run: Run) -> dict[str, float]:
    """Hold what came out against what must: no test of ours runs in the box."""
    scores = dict.fromkeys(notebooks.QUESTIONS, 1.0)
    first_call = len(run.outcomes) - len(notebooks.CALLS) - len(notebooks.values()) - 1
    expected = [(q, value, 1e-9) for q, _, _, value in notebooks.CALLS]
    expected += [(q, value, tolerance) for q, _, value, tolerance in notebooks.values()]
    for position, (question, value, tolerance) in enumerate(expected, first_call):
        found = _value(run, position)
        if not _close(found, value, tolerance):
            scores[question] = 0.0
    return scores


def _close(found: Any, value: Any, tolerance: float) -> bool:
    with contextlib.suppress(TypeError, ValueError):
        return bool(np.allclose(np.asarray(found, float), value, rtol=tolerance, atol=1e-9))
    return False


def _value(run: Run, position: int) -> Any:
    outcome = run.outcomes[position]
    if outcome.ended != "done":
        return None
    return decode(outcome.value.get("result", outcome.value.get("value")))


def encode(array: np.ndarray) -> dict[str, Any]:
    """Return an array as boxes take it."""
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"$": "array", "dtype": array.dtype.str, "shape": list(array.shape), "of": data}


def decode(value: Any) -> Any:
    """Return numbers, lists and arrays that come from a box; anything else as it is."""
    if isinstance(value, list):
        return [decode(one) for one in value]
    if isinstance(value, dict) and value.get("$") in {"array", "scalar"}:
        array = np.frombuffer(base64.b64decode(value["of"]), value["dtype"])
        return array.reshape(value.get("shape", ()))
    return value


def first_output(box: Any, runtime: str, times: int) -> list[float]:
    """Return milliseconds from the call to the student's first statement, in pooled children.

    The statement prints the machine's monotonic clock, which a box shares with us.
    """
    source = "from time import perf_counter_ns\nprint(perf_counter_ns())"
    job = Job(steps=(Step(do="cell", data={"source": source, "number": 1}),), runtime=runtime)
    found = []
    for _ in range(times):
        time.sleep(0.2)  # the pool fills up again
        start = time.perf_counter_ns()
        run: Run = box(job)
        found.append((int(run.outcomes[0].printed) - start) / 1e6)
    return found


def back_to_back(box: Any, runtime: str, students: list[Student]) -> float:
    """Return milliseconds of overhead of a submission when one follows the other at once.

    Then nothing hides in pauses: each waits for what is left over of the one before.
    """
    lane = box_lane(box, runtime)
    start = time.perf_counter()
    found = [lane(student) for student in students]
    seconds = time.perf_counter() - start
    return 1000 * (seconds - sum(one.own or 0.0 for one in found)) / len(found)


def ten_trainings() -> str:
    """Return what ten boxes at once hold that train a network, in words.

    Each is asked for by a process of its own, as a batch does; those processes are not counted.
    """
    hold = Step(do="cell", data={"source": "import time\ntime.sleep(5)", "number": 2})
    train = Step(do="cell", data={"source": notebooks.TRAINING, "number": 1})
    steps = (train, Step(do="value", data={"name": "learned"}), hold)
    limits = Limits(seconds=90, cpu_seconds=60, memory_mb=2048)
    job = Job(steps=steps, runtime="training", limits=limits)
    fork = multiprocessing.get_context("fork")
    said = fork.SimpleQueue()
    with native() as box:
        box.start(job.runtime)
        before, _ = tree_pss(os.getpid(), set())
        askers = [fork.Process(target=lambda: said.put(_asked(box, job))) for _ in range(10)]
        for asker in askers:
            asker.start()
        most, unread = before, 0
        while any(asker.is_alive() for asker in askers):
            held, hidden = tree_pss(os.getpid(), {asker.pid or 0 for asker in askers})
            most, unread = max(most, held), max(unread, hidden)
            time.sleep(0.25)
    runs = [said.get() for _ in askers if not said.empty()]
    failed = [why for why, _ in runs if why]
    if failed or len(runs) != len(askers):
        return f"FAILED: {len(runs) - len(failed)} of {len(askers)} were right: {failed[:1]}"
    by_run = sum(memory for _, memory in runs)
    hidden_words = f", {unread} processes unreadable" if unread else ""
    return (
        f"{most - before:.0f} MiB beside the zygote's {before:.0f} (PSS{hidden_words}); "
        f"the Runs say {by_run:.0f} MB together"
    )


def _asked(box: Any, job: Job) -> tuple[str, float]:
    """Run a job; return what went wrong, and the private memory that was seen, in MB."""
    run: Run = box(job)
    right = run.ended == "done" and _value(run, 1) is True
    return "" if right else one_line(f"{run.ended}: {run.why}"), run.memory_mb


def tree_pss(root: int, without: set[int]) -> tuple[float, int]:
    """Return MiB that all below a process hold (PSS), and how many processes could not be read."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    total, unread = 0, 0
    for pid in parents:
        above = pid
        while (above := parents.get(above, 0)) not in {0, root}:
            pass
        if above != root or pid in without:
            continue
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += sum(int(kb) for kb in re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE))
        except PermissionError:
            unread += 1
        except OSError:
            continue  # it has ended
    return total / 1024, unread


# --- Peers: installed from the package index, used as their documentation says. ---


def installed(folder: Path | None, name: str, packages: list[str]) -> Path:
    """Return the folder of programs of a peer's environment, made at its first use.

    Raises:
        RuntimeError: when it is not there and cannot be installed.
    """
    if folder is None:
        raise RuntimeError("not installed: give --peers FOLDER")
    place, done = folder / name, folder / f"{name}.done"
    if not done.exists():
        venv.create(place, with_pip=True)
        same = [f"numpy=={np.__version__}", f"scikit-learn=={_version('scikit-learn')}"]
        command = [place / "bin/pip", "install", "--quiet", *packages, "ipykernel", *same]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"not installed: {(run.stderr.splitlines() or ['?'])[-1]}")
        done.touch()
    return place / "bin"


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def peer_versions(programs: Path, names: list[str]) -> str:
    """Return what is installed there, as ``name version``."""
    ask = f"from importlib.metadata import version\nprint(*(n + ' ' + version(n) for n in {names}))"
    return subprocess.check_output([programs / "python", "-c", ask], text=True).strip()


def quiet_home(programs: Path, work: Path) -> dict[str, str]:
    """Return an environment in which nobody's settings of Jupyter matter."""
    home = work / "home"
    home.mkdir(exist_ok=True)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "PATH": path}


@dataclass(slots=True)
class Nbgrader:
    """A course of nbgrader; one command grades the whole class."""

    programs: Path
    course: Path
    environment: dict[str, str]

    def build(self, students: list[Student]) -> None:
        """Make the assignment from the instructor's notebook, and let all hand in."""
        source = self.course / "source/ps1"
        source.mkdir(parents=True)
        (source / "boxes.ipynb").write_text(notebooks.nbgrader_source())
        (self.course / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"
        )
        self._call("generate_assignment")
        released = (self.course / "release/ps1/boxes.ipynb").read_text()
        for student in students:
            folder = self.course / "submitted" / student.name / "ps1"
            folder.mkdir(parents=True)
            (folder / "boxes.ipynb").write_text(notebooks.filled_in(released, student))
        shutil.copy(self.course / "gradebook.db", self.course / "empty.db")

    def _call(self, command: str) -> tuple[float, list[tuple[float, str]]]:
        """Run a command of nbgrader; return its seconds, and each line it printed with its time."""
        start = time.perf_counter()
        process = subprocess.Popen(
            [self.programs / "nbgrader", command, "ps1"],
            cwd=self.course,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        guard = threading.Timer(HANG_SECONDS, process.kill)
        guard.start()
        lines = [(time.perf_counter() - start, line) for line in process.stdout or ()]
        status = process.wait()
        seconds = time.perf_counter() - start
        guard.cancel()
        if status and command != "autograde":
            raise RuntimeError(f"FAILED: nbgrader {command}: {[line for _, line in lines[-5:]]}")
        return seconds, lines

    def grade(self, students: list[Student]) -> dict[str, Measured]:
        """Grade all from an empty gradebook; the time is split where it turns to the next one.

        What it needs before the first student is shared among all.
        """
        shutil.rmtree(self.course / "autograded", ignore_errors=True)
        shutil.copy(self.course / "empty.db", self.course / "gradebook.db")
        seconds, lines = self._call("autograde")
        begins: dict[str, float] = {}
        for at, line in lines:
            if found := re.search(r"(?:submitted|autograded)/(student\d+)/", line):
                begins.setdefault(found[1], at)
        scores = self._scores()
        if set(begins) != {student.name for student in students}:
            why = f"it printed nothing of some students: {[line for _, line in lines[-3:]]}"
            return {s.name: Measured(seconds / len(students), {}, why=why) for s in students}
        ends = [*sorted(begins.values())[1:], seconds]
        shared = min(begins.values()) / len(students)
        order = sorted(begins, key=begins.__getitem__)
        return {
            name: Measured(end - begins[name] + shared, scores.get(name, {}))
            for name, end in zip(order, ends, strict=True)
        }

    def _scores(self) -> dict[str, dict[str, float]]:
        """Read its gradebook: points of each test cell, by student."""
        query = """
            SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score FROM grade
            JOIN base_cell ON base_cell.id = grade.cell_id
            JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
            JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        """
        scores: dict[str, dict[str, float]] = defaultdict(dict)
        with contextlib.closing(sqlite3.connect(self.course / "gradebook.db")) as gradebook:
            for student, cell, score in gradebook.execute(query):
                scores[student][cell.removesuffix("-tests")] = score
        return scores


def otter_lane(programs: Path, work: Path, environment: dict[str, str]) -> Lane:
    """Build otter's zip of tests; give the path of one ``otter run`` for each notebook."""
    tests = work / "tests"
    tests.mkdir(parents=True)
    for name, text in notebooks.otter_tests().items():
        (tests / name).write_text(text)
    otter = programs / "otter"
    made = [otter, "generate", "-t", tests, "-o", work / "autograder.zip", "--no-environment"]
    _peer(made, work, environment)

    def measure(student: Student) -> Measured:
        hand_in, out = work / f"{student.name}.ipynb", work / student.name
        hand_in.write_text(notebooks.plain(student))
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        command = [otter, "run", "-a", work / "autograder.zip", "-o", out, "--no-logo", hand_in]
        start = time.perf_counter()
        try:
            _peer(command, work, environment)
        except RuntimeError as error:
            return Measured(time.perf_counter() - start, {}, why=str(error))
        seconds = time.perf_counter() - start
        tests = json.loads((out / "results.json").read_text())["tests"]
        points = {test["name"].split()[0]: float(test.get("score", 0)) for test in tests}
        return Measured(seconds, {q: points[q] for q in notebooks.QUESTIONS if q in points})

    return measure


def _peer(command: list[Any], work: Path, environment: dict[str, str]) -> None:
    run = subprocess.run(
        command,
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    if run.returncode:
        said = (run.stderr.strip().splitlines() or ["nothing"])[-1]
        raise RuntimeError(f"FAILED: {Path(command[0]).name} {command[1]}: {said}")


NBCLIENT_LOOP = """
import sys, nbformat
from nbclient import NotebookClient
print("ready", flush=True)
for path in sys.stdin:
    notebook = nbformat.read(path.strip(), 4)
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=300).execute()
    texts = [o.get("text", "") for o in notebook.cells[-1].outputs]
    print(repr("".join(texts)), flush=True)
"""


@contextlib.contextmanager
def nbclient_lane(programs: Path, work: Path, environment: dict[str, str]) -> Iterator[Lane]:
    """Give the path of one process that executes notebook after notebook; its start is free."""
    process = subprocess.Popen(
        [programs / "python", "-W", "ignore", "-c", NBCLIENT_LOOP],
        cwd=work,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("FAILED: nbclient has no pipes")
    asks, says = process.stdin, process.stdout
    says.readline()

    def measure(student: Student) -> Measured:
        hand_in = work / f"{student.name}-scored.ipynb"
        hand_in.write_text(notebooks.plain(student, scored=True))
        start = time.perf_counter()
        asks.write(f"{hand_in}\n")
        text = says.readline()
        seconds = time.perf_counter() - start
        found = re.search(r"SCORES (\{.*?\})", text)
        if found is None:
            return Measured(seconds, {}, why=f"no scores: {text[:200]}")
        return Measured(seconds, json.loads(found[1]))

    try:
        yield measure
    finally:
        asks.close()
        process.wait(60)


# --- The run. ---


@dataclass(slots=True)
class Paths:
    """All that is there to be measured: paths by submission, and nbgrader for the whole class."""

    ours: dict[str, Lane] = field(default_factory=dict)
    peers: dict[str, Lane] = field(default_factory=dict)
    nbgrader: Nbgrader | None = None
    versions: list[str] = field(default_factory=list)


def open_peers(
    stack: contextlib.ExitStack, paths: Paths, results: Results, folder: Path | None, work: Path
) -> None:
    """Install and start what can be; note for the others why they are not measured."""
    try:
        programs = installed(folder, "nbgrader", ["nbgrader", "nbclient"])
        environment = quiet_home(programs, work)
        paths.versions.append(peer_versions(programs, ["nbgrader", "nbclient"]))
        lane = nbclient_lane(programs, work, environment)
        paths.peers[NBCLIENT] = stack.enter_context(lane)
        paths.nbgrader = Nbgrader(programs, work / "course", environment)
    except (RuntimeError, OSError) as error:
        results.notes |= {NBGRADER: str(error), NBCLIENT: str(error)}
    try:
        programs = installed(folder, "otter", ["otter-grader"])
        paths.versions.append(peer_versions(programs, ["otter-grader"]))
        paths.peers[OTTER] = otter_lane(programs, work / "otter", quiet_home(programs, work))
    except (RuntimeError, OSError) as error:
        results.notes[OTTER] = str(error)


def open_ours(stack: contextlib.ExitStack, paths: Paths, results: Results) -> Any:
    """Start boxes, and send the reference solution through each runtime first; return them."""
    try:
        box = stack.enter_context(native())
    except (ImportError, OSError, RuntimeError) as error:
        results.notes |= dict.fromkeys(RUNTIMES, f"not there: {type(error).__name__}: {error}")
        return None
    reference = notebooks.reference()
    for path, runtime in RUNTIMES.items():
        lane = box_lane(box, runtime)
        found = lane(reference)
        if found.scores == reference.deserves:
            paths.ours[path] = lane
        else:
            results.notes[path] = f"FAILED at the reference: {found.why or found.scores}"
    return box


def one_round(
    number: int, students: list[Student], paths: Paths, results: Results, *, peers: bool
) -> None:
    """Send each student through every path, in another order each time."""
    lanes = list((paths.ours | (paths.peers if peers else {})).items())
    batch = paths.nbgrader if peers else None

    def whole_class() -> None:
        if batch is not None:
            for name, one in batch.grade(students).items():
                results.found[NBGRADER][number, name] = one

    if number % 2 == 0:
        whole_class()
    for position, student in enumerate(students):
        turn = (number + position) % len(lanes)
        for path, lane in lanes[turn:] + lanes[:turn]:
            results.found[path][number, student.name] = lane(student)
    if number % 2:
        whole_class()


# --- Figures and tables. ---


def spread(values: list[float], scale: float = 1.0, digits: int = 2) -> str:
    """Write a median with the least and the most."""
    middle, low, high = (scale * f(values) for f in (statistics.median, min, max))
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def by_round(pairs: dict[tuple[int, str], float], middle: Callable[[Any], float]) -> list[float]:
    """Return one figure of the class for each round."""
    rounds: dict[int, list[float]] = defaultdict(list)
    for (number, _), value in pairs.items():
        rounds[number].append(value)
    return [middle(values) for values in rounds.values()]


def ratio(
    above: dict[tuple[int, str], float], below: dict[tuple[int, str], float], draws: int = 4000
) -> tuple[float, float, float]:
    """Return sum over sum of the same pairs, and its 95 % interval.

    Rounds and students are drawn anew with replacement; a pair stays together.
    """
    keys = sorted(set(above) & set(below))
    rounds, names = sorted({n for n, _ in keys}), sorted({s for _, s in keys})
    a, b = (np.array([[one[n, s] for s in names] for n in rounds]) for one in (above, below))
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(draws):
        r, s = (
            rng.integers(len(rounds), size=len(rounds)),
            rng.integers(len(names), size=len(names)),
        )
        drawn.append(a[np.ix_(r, s)].sum() / b[np.ix_(r, s)].sum())
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(a.sum() / b.sum()), float(low), float(high)


def one_line(text: str, most: int = 240) -> str:
    """Make a message fit into a cell of a table: its begin and its end, where the cause stands."""
    text = " ".join(text.replace("|", " ").split())
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"


def print_paths(results: Results) -> None:
    """Print the table of paths."""
    print("\n| path | a submission, s | its overhead over the cells, ms | scores |")
    print("|---|---|---|---|")
    for path in (LIMIT, SCIENCE, TRAINING, NBGRADER, NBCLIENT, OTTER):
        if wrong := results.wrong(path):
            print(f"| {path} | – | – | {one_line(wrong)} |")
            continue
        totals = {key: one.seconds for key, one in results.found[path].items()}
        over = {key: results.overhead(path, key) for key in totals}
        extra = "–" if path == LIMIT else spread(by_round(over, statistics.median), 1000, 1)
        rounds = len(by_round(totals, statistics.mean))
        graded = f"{len(totals)} right in {rounds} round{'s' * (rounds > 1)}"
        seconds = spread(by_round(totals, statistics.mean))
        print(f"| {path} | {seconds} | {extra} | {graded} |")
    print("\nSeconds: the class's mean; ms: its median; of all rounds the median (least–most).")


AIMS = (
    ("whole notebooks", SCIENCE, LIMIT, "at most 1.2"),
    ("overhead", NBGRADER, SCIENCE, "lower end at least 150"),
    ("overhead", OTTER, SCIENCE, "lower end at least 250"),
    ("overhead", NBCLIENT, SCIENCE, "–"),
    ("overhead", NBGRADER, TRAINING, "–"),
    ("whole notebooks", NBGRADER, SCIENCE, "–"),
    ("whole notebooks", OTTER, SCIENCE, "–"),
    ("whole notebooks", NBCLIENT, SCIENCE, "–"),
    ("whole notebooks", NBGRADER, LIMIT, "–"),
    ("whole notebooks", OTTER, LIMIT, "–"),
    ("whole notebooks", NBCLIENT, LIMIT, "–"),
)


def print_ratios(results: Results) -> None:
    """Print how many times more one path takes than another, where both graded right."""
    print("\n| what | of | to | ratio (95 % interval) | aim |\n|---|---|---|---|---|")
    for what, above, below, aim in AIMS:
        if results.wrong(above) or results.wrong(below):
            continue
        pairs = [
            {
                key: results.overhead(path, key) if what == "overhead" else one.seconds
                for key, one in results.found[path].items()
            }
            for path in (above, below)
        ]
        value, low, high = ratio(*pairs)
        digits = 2 if value < 20 else 0
        text = f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
        print(f"| {what} | {above} | {below} | {text} | {aim} |")


def print_ours(box: Any, paths: Paths, students: list[Student], *, quick: bool) -> None:
    """Print what concerns boxes alone."""
    print(f"\nBoxes: {box.isolation}, {', '.join(box.isolation.layers)}.")
    print("\n| boxes alone | measured | aim |\n|---|---|---|")
    for path, aim in ((SCIENCE, 15), (TRAINING, 30)):
        if path not in paths.ours:
            continue
        times = first_output(box, RUNTIMES[path], 5 if quick else 40)
        print(f"| first output of a pooled child, {path}, ms | {spread(times)} | 5 |")
        times = [back_to_back(box, RUNTIMES[path], students) for _ in range(1 if quick else 3)]
        print(f"| overhead, one after the other, {path}, ms | {spread(times, digits=1)} | {aim} |")


def load() -> str:
    """Return the machine's load of the last minute."""
    return f"{os.getloadavg()[0]:.2f}"


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    words.add_argument("--peers", type=Path, help="folder of the peers' environments, made if new")
    words.add_argument("--quick", action="store_true", help="four students, one round")
    words.add_argument("--rounds", type=int, default=5, help="rounds of ours (5)")
    words.add_argument("--peer-rounds", type=int, default=3, help="of which with peers (3)")
    args = words.parse_args()
    students = notebooks.students()[: 4 if args.quick else None]
    rounds, peer_rounds = (1, 1) if args.quick else (args.rounds, args.peer_rounds)
    results = Results({student.name: student.deserves for student in students})
    paths, waits, loads = Paths(), [], [load()]
    folder = args.peers.resolve() if args.peers else None
    with contextlib.ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths.ours[LIMIT] = stack.enter_context(limit(waits))
        open_peers(stack, paths, results, folder, work)
        if paths.nbgrader is not None:
            paths.nbgrader.build(students)
        box = open_ours(stack, paths, results)
        for number in range(rounds):
            one_round(number, students, paths, results, peers=number < peer_rounds)
            loads.append(load())
            print(f"round {number + 1} of {rounds}, load {loads[-1]}", file=sys.stderr)
        print_paths(results)
        print_ratios(results)
        if box is not None:
            print_ours(box, paths, students, quick=args.quick)
    if TRAINING in paths.ours:
        print(f"| ten trainings at once | {ten_trainings()} | under 1 GB |")
    versions = ", ".join([*paths.versions, f"numpy {np.__version__}"])
    print(
        f"\nPython {platform.python_version()}, {os.cpu_count()} cores, {versions}; one thread each."
    )
    print(f"Load before and after each round: {' '.join(loads)}; the cells waited for a processor")
    print(f"{100 * (statistics.median(waits) - 1):.0f} % of their time.")


if __name__ == "__main__":
    main()
