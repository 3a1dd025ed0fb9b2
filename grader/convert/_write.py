"""An assignment as a course: the rubric, the reference that judges, the instructor's solution.

What is written is for people to read and change: a function of the reference for each test, with
the test's own lines, in which what is asked of a box stands as ``ask(0)``.
"""

from __future__ import annotations

import hashlib
import io
import json
import keyword
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.collect.runs.test_cell import digest
from grader.convert import _names as names
from grader.convert._helper import SOURCE
from grader.convert._model import Assignment, Case, Question
from grader.convert._plainly import free
from grader.convert._sources import bound, class_names

BOXED = (
    "the test ran in the box with the student's code: it can be read and deceived; a mark waits "
    "for a person where the code reaches for what tests rest on"
)
"""What the rubric tells its author of a criterion whose test decides inside; no student reads it."""
_DEFAULTS = "runtime: science, seconds: 60, cpu_seconds: 60, memory_mb: 2048"
_ASKED = 300
_FEW_WORDS = 6


def files_of(assignment: Assignment) -> dict[str, bytes]:
    """Return the files of a course, by path relative to its folder."""
    name = assignment.name
    made = {f"rubrics/{name}.yaml": rubric(assignment).encode()}
    made[f"reference/{name}/tests.py"] = reference(assignment).encode()
    made[f"reference/{name}/_seen.py"] = SOURCE.encode()
    solution = solution_file(assignment)
    if solution is not None:
        made[f"reference/solutions/{name}{solution[0]}"] = solution[1]
    for path, data in assignment.files.items():
        made[f"reference/solutions/{name}.files/{path}"] = data
    return made


def solution_file(assignment: Assignment) -> tuple[str, bytes] | None:
    """Return the ending and the bytes of the instructor's own hand-in, None where there is none."""
    if not assignment.solutions:
        return None
    written = {
        file: json.dumps(data, indent=1, ensure_ascii=False).encode()
        for file, data in assignment.solutions.items()
    }
    if len(written) == 1:
        return ".ipynb", next(iter(written.values()))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in sorted(written.items()):
            archive.writestr(zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0)), data)
    return ".zip", held.getvalue()


# -- the rubric


def rubric(assignment: Assignment) -> str:
    """Return the rubric as YAML; strings are written as JSON, which YAML 1.2 holds."""
    lines = [
        f"# Made by grader import from {_one_line(assignment.source)}. It may be changed by hand.",
        f"assignment: {_text(assignment.name)}",
        f"title: {_text(assignment.title)}",
    ]
    ending = solution_file(assignment)
    if ending is not None:
        lines.append(f"solution: {_text(f'reference/solutions/{assignment.name}{ending[0]}')}")
    # a repair is the student's to make where a course did not grade with them
    given = ""
    if assignment.files:
        given = f", files: {_text(f'reference/solutions/{assignment.name}.files')}"
    lines += [
        "run:",
        f"  {{{_DEFAULTS}{given}, repair: {{conversion: 1, imports: 1, slip: 1}}}}",
        "parts:",
    ]
    course = solution_cells(assignment)
    for number, question in enumerate(assignment.questions, 1):
        count = len(assignment.questions)
        near = [str(n) for n in (number - 1, number + 1) if 1 <= n <= count]
        lines += _part(number, question, course, near)
    return "\n".join(lines) + "\n"


def _part(
    number: int, question: Question, course: Sequence[str], near: Sequence[str]
) -> Iterator[str]:
    ask = question.ask or f"Question {question.name}"
    ids = list(dict.fromkeys((question.name, *question.ids)))
    yield f"  - id: {_text(str(number))}"
    yield f"    points: {_points(question.worth)}"
    yield f"    ask: {_text(ask[:_ASKED])}"
    yield "    find:"
    yield f"      ids: [{', '.join(_text(one) for one in ids)}]"
    if question.ask:
        yield f"      phrases: [{_text(question.ask[:_ASKED])}]"
    if question.defines:
        yield f"      defines: [{', '.join(_text(one) for one in question.defines)}]"
    if question.manual and near and len(question.ask.split()) < _FEW_WORDS:
        # an answer below a question of few words is not found where a notebook lost its metadata
        yield f"      also: [{', '.join(_text(one) for one in near)}]"
    if question.manual or not question.cases:
        yield from _by_hand(question)
        return
    made = [case for case in question.cases if case.made is not None]
    if made and not (question.whole and len(made) < len(question.cases)):
        yield "    runs:"
        yield "      tests:"
        yield "        kind: test-cell"
        yield "        tests:"
        for case in made:
            yield from _steps(case)
        yield from _own(course, made)
    yield "    criteria:"
    if question.whole:
        yield from _criterion(question.name, question.worth, question.cases)
    else:
        for case in question.cases:
            yield from _criterion(case.name, case.points, (case,))


def _by_hand(question: Question) -> Iterator[str]:
    yield "    criteria:"
    yield "      - id: answer"
    yield f"        points: {_points(question.worth)}"
    yield "        read: answer"
    yield "        review: always"
    yield "        why: text"
    yield "        compare: {kind: judged}"


def _steps(case: Case) -> Iterator[str]:
    yield f"          - name: {_text(case.name)}"
    if case.apart:
        yield "            apart: true"
    if case.made is not None and case.made.binds and not case.apart:
        yield f"            binds: [{', '.join(_text(one) for one in case.made.binds)}]"
    yield "            steps:"
    steps = case.made.inside if case.made is not None else ()
    for do, source in steps:
        yield f"              - {{do: {do}, source: {_text(source)}}}"
    if not steps:
        yield "              - {do: run, source: pass}"


def solution_cells(assignment: Assignment) -> list[str]:
    """Return the code cells of the instructor's own notebooks."""
    return [
        str(cell["source"])
        for notebook in assignment.solutions.values()
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def _own(cells: Sequence[str], cases: Sequence[Case]) -> Iterator[str]:
    """The course's own cells by their hashes, where a test runs beside the code."""
    inside = ("test", "show", "doctest")
    if not any(do in inside for case in cases if case.made for do, _ in case.made.inside):
        return
    digests = dict.fromkeys(digest(cell) for cell in cells if cell.strip())
    if digests:
        yield f"        own: [{', '.join(_text(one) for one in digests)}]"
    rests = _rests(cells, cases)
    if rests:
        yield f"        rests: [{', '.join(_text(one) for one in rests)}]"
    known = class_names(cells)
    if known:
        yield f"        known: [{', '.join(_text(one) for one in known)}]"


def _rests(cells: Sequence[str], cases: Sequence[Case]) -> list[str]:
    """Return the names that tests read and that are no answers: imports, what tests before bind."""
    answers = bound(cells)
    if not cells:
        return []
    sources = [one for case in cases if case.made for do, one in case.made.inside if do == "test"]
    found = set().union(*(free([one]) for one in sources)) if sources else set()
    return sorted(name for name in found - answers if not names.is_builtin(name))


def _criterion(id_: str, points: Fraction, cases: Sequence[Case]) -> Iterator[str]:
    lost = [case for case in cases if case.made is None]
    boxed = any(case.form == "box" for case in cases)
    says = f"test {id_}" if len(cases) == 1 else f"tests of {id_}"
    says += " (run beside the code)" if boxed else ""
    if boxed:
        yield f"      # {BOXED}"
    yield f"      - id: {_text(id_)}"
    yield f"        points: {_points(points)}"
    yield f"        says: {_text(says)}"
    yield "        read: answer"
    yield "        compare: {kind: judged}"
    yield "        review: always"
    yield "        why: not-run"
    if lost:
        return  # a person marks what was not converted
    yield "        ran:"
    yield "          read: tests"
    yield f"          expect: tests.{_function(id_, cases)}"
    yield "          given: {ran: {reading: tests}}"
    yield "          compare: {kind: judged}"


# -- the reference


def reference(assignment: Assignment) -> str:
    """Return the reference: one function for each criterion."""
    lines = [
        f'"""The tests of {_quoted(assignment.name)}: what each asks, and what has to hold.',
        "",
        "``ask(0)`` is what step 0 of the test gave in the box, as a plain value; the steps stand in",
        "the rubric. Made by grader import; it may be changed by hand.",
        '"""',
        "",
        "from ._seen import judged",
    ]
    for question in assignment.questions:
        if question.manual or any(case.made is None for case in question.cases):
            whole_lost = question.whole or question.manual
        else:
            whole_lost = False
        if question.whole and not whole_lost and question.cases:
            lines += _judging(question.name, question.cases, question.worth)
        elif not question.whole and not question.manual:
            for case in question.cases:
                if case.made is not None:
                    lines += _judging(case.name, (case,), case.points)
    return "\n".join(lines) + "\n"


def _judging(id_: str, cases: Sequence[Case], points: Fraction) -> Iterator[str]:
    yield ""
    yield ""
    yield f"def {_function(id_, cases)}(ran):"
    spots = ", ".join(dict.fromkeys(str(case.spot) for case in cases))
    yield f'    """Judge {_quoted(id_)} ({_quoted(spots)})."""'
    inner = []
    for number, case in enumerate(cases):
        made = case.made
        if made is None:
            continue
        yield f"    def test_{number}(ask, done, passed, shows, written, number, raises, unit, testing):"
        for line in made.outside or ("pass",):
            for one in line.split("\n"):
                yield f"        {one}"
        yield ""
        inner.append(f"({case.name!r}, test_{number})")
    worth = f", points={points!s}" if any(c.made and c.made.partial for c in cases) else ""
    worth = f", points={str(points)!r}" if worth else ""
    yield f"    return judged(ran, [{', '.join(inner)}]{worth})"


def _function(id_: str, cases: Sequence[Case]) -> str:
    """The name of a function: the test's, as far as it can be one, and where it stands."""
    word = re.sub(r"\W+", "_", id_, flags=re.ASCII).strip("_").lower() or "test"
    if word[0].isdigit() or keyword.iskeyword(word) or word == "judged":
        word = f"test_{word}"
    spot = cases[0].spot
    place = f"{spot.cell}_{spot.line}" if spot.line else str(spot.cell)
    digest = hashlib.sha256(f"{spot.file}\0{id_}".encode()).hexdigest()[:4]
    return f"{word[:50]}_{place}_{digest}"


# -- words


def _points(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return _text(str(value))


def _text(value: str) -> str:
    """A string as YAML reads it again, whatever stands in it."""
    made = json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", _escaped, made)


def _escaped(hit: re.Match[str]) -> str:
    return f"\\u{ord(hit[0]):04x}"


def _quoted(text: str) -> str:
    """Text within a docstring."""
    plain = "".join(sign for sign in text if sign.isprintable())
    return plain.replace("\\", "/").replace('"', "'")


def _one_line(text: str) -> str:
    return " ".join(_quoted(text).split())


def put(files: Mapping[str, bytes], course: Path) -> list[Path]:
    """Write files of a course; nothing that is there is overwritten.

    Raises:
        FileExistsError: when one is there already; then nothing is written.
    """
    paths = {course / path: data for path, data in files.items()}
    there = next((path for path in paths if path.exists()), None)
    if there is not None:
        raise FileExistsError(
            f"{there} is there already; give the assignment another name (--name), or take it away"
        )
    for path, data in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return list(paths)


def data_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what was written, for ``--json``."""
    return {path: len(data) for path, data in files.items()}
