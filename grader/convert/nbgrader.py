"""Source notebooks of nbgrader: cells with metadata of schema versions 1 to 4.

The rules are those of nbgrader's own code: what a cell is (``nbgrader/utils.py``: ``is_task``,
``is_grade``, ``is_solution``, ``is_locked``), how older metadata is read
(``nbgrader/nbgraderformat/v1.py``), and what a test cell is worth (``determine_grade``): all of its
points where it ends without an error, or as many as its last expression says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.convert import _notebooks as notebooks
from grader.convert import _sources as sources
from grader.convert._model import Assignment, CannotConvert, Case, Lost, Question, Spot
from grader.convert._notebooks import Cell, Notebook
from grader.convert._tests import converted

_NEWEST = 4
_HIDDEN = re.compile(r"#+\s*BEGIN HIDDEN TESTS", re.IGNORECASE)
_AUTOTEST = re.compile(r"^\s*#+\s*(?:HASHED )?AUTOTEST\b.*$", re.MULTILINE)
_KNOWN = frozenset(
    [
        "schema_version",
        "grade",
        "grade_id",
        "locked",
        "solution",
        "task",
        "points",
        "checksum",
        "cell_type",
        "remove",
    ]
)


def assignments(path: Path, name: str = "") -> list[Assignment]:
    """Read an assignment, or all assignments of a course.

    Args:
        path: a source notebook, a folder of notebooks, or a course with ``source/``.
        name: what the assignment is called, if not by its file or folder.

    Raises:
        CannotConvert: when nothing of it can be read.
    """
    if path.is_file():
        return [_assignment([path], path.parent, name or path.stem, path.name)]
    source = path / "source"
    if source.is_dir():
        folders = [one for one in sorted(source.iterdir()) if one.is_dir() and _notebooks(one)]
        if not folders:
            raise CannotConvert(f"{source}: holds no folder with notebooks")
        if name and len(folders) > 1:
            listed = ", ".join(one.name for one in folders)
            raise CannotConvert(f"{source}: holds {listed}; name one folder to call it {name}")
        return [_assignment(_notebooks(f), f, name or f.name, f.name) for f in folders]
    files = _notebooks(path)
    if not files:
        raise CannotConvert(f"{path}: holds no notebook (*.ipynb)")
    return [_assignment(files, path, name or path.resolve().name, path.resolve().name)]


def _notebooks(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*.ipynb") if p.is_file() and not p.name.startswith("."))


def _assignment(paths: Sequence[Path], folder: Path, name: str, source: str) -> Assignment:
    reading = Reading()
    for path in paths:
        try:
            reading.notebook(notebooks.read(path))
        except CannotConvert as error:
            if len(paths) == 1:
                raise
            reading.lost.append(Lost(where=path.name, why=str(error)))
    if not reading.questions and not reading.lost:
        raise CannotConvert(
            f"{source}: no cell has points of nbgrader; is it a source notebook (the Create "
            "Assignment view of Jupyter marks its cells)?"
        )
    held, left = sources.beside(reading.public, folder)
    questions, said = without_files(reading.questions, reading.texts, folder, held)
    reading.lost += said
    for one in held:
        reading.lost.append(Lost(where=one, why=sources.copied(), serious=False))
    for one in left:
        reading.lost.append(Lost(where=one, why="is too large, and was not copied"))
    return Assignment(
        name=safe_name(name),
        title=name,
        source=source,
        questions=questions,
        solutions=reading.solutions,
        files=held,
        lost=tuple(reading.lost),
    )


def without_files(
    questions: Sequence[Question],
    texts: Mapping[str, str],
    folder: Path | None,
    held: Mapping[str, bytes],
) -> tuple[tuple[Question, ...], list[Lost]]:
    """Return questions in which no test is run that needs a file which programs are not given.

    What only hidden tests name holds what is expected: a program beside it could read it.
    """
    said: dict[str, Lost] = {}

    def without(case: Case) -> Case:
        missing = sources.kept(texts.get(case.name, ""), folder, held)
        if case.made is None or not missing:
            return case
        why = f"it needs {', '.join(missing)}, which students do not have: a program could read it"
        for name in missing:
            words = "only hidden tests or solutions name it; it was not copied"
            said[name] = Lost(where=name, why=words, serious=False)
        return replace(case, made=None, why=why)

    made = tuple(
        replace(one, cases=tuple(without(case) for case in one.cases)) for one in questions
    )
    return made, list(said.values())


def safe_name(name: str) -> str:
    """Return a name that files can have, and commands.

    >>> safe_name("Problem Set 1")
    'Problem_Set_1'
    """
    return re.sub(r"[^\w.-]+", "_", name).strip("._-")[:80] or "assignment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What nbgrader noted about a cell, as its newest version would read it."""

    id: str
    grade: bool
    solution: bool
    locked: bool
    task: bool
    points: Fraction


def marks_of(cell: Cell) -> Marks | None:
    """Return the marks of a cell, None where it has none that count.

    Raises:
        ValueError: when they cannot be read; the message says why.
    """
    raw = cell.metadata.get("nbgrader")
    if not isinstance(raw, Mapping) or raw.get("remove"):
        return None
    flags = {word: raw.get(word) is True for word in ("grade", "solution", "locked", "task")}
    if not any(flags.values()):
        return None
    id_ = raw.get("grade_id")
    if not isinstance(id_, str) or not id_:
        raise ValueError("it has no grade_id")
    points = Fraction(0)
    if flags["grade"] or flags["task"]:
        points = _points(raw.get("points"))
    return Marks(id=id_, points=points, **flags)


def _points(value: Any) -> Fraction:
    """Points as nbgrader reads them: what is empty or below 0 counts as none."""
    if value is None or value == "":
        return Fraction(0)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"its points are {value!r}")
    try:
        return max(Fraction(0), Fraction(str(value)))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"its points are {value!r}") from error


@dataclass(slots=True)
class Group:
    """Cells of one question: where the answer stands, and the tests behind it."""

    spot: Spot
    answers: list[tuple[str, Cell]] = field(default_factory=list)
    tests: list[tuple[Marks, Cell]] = field(default_factory=list)
    ask: str = ""


@dataclass(slots=True)
class Reading:
    """Reads one notebook after another."""

    questions: list[Question] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    solutions: dict[str, Any] = field(default_factory=dict)
    code: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    graded: dict[str, str] = field(default_factory=dict)
    """Names of questions and tests, and the file of each."""
    _before: list[str] = field(default_factory=list)
    """The tests of the notebook so far: later ones may rest on their imports."""
    _prepared: tuple[str, ...] = ()
    _rebound: frozenset[str] = frozenset()
    _taken: frozenset[str] = frozenset()
    """Names that the code of the notebook binds, without its tests."""
    texts: dict[str, str] = field(default_factory=dict)
    """The source of each test, by its name."""
    _opaque: frozenset[str] = frozenset()
    _cells: list[Cell] = field(default_factory=list)
    public: list[str] = field(default_factory=list)
    """What students have of the code: without hidden tests, and without solutions."""

    def notebook(self, notebook: Notebook) -> None:
        """Read the questions of a notebook."""
        if not notebook.is_python:
            why = f"its code is {notebook.language}; only Python is converted"
            self.lost.append(Lost(where=notebook.file, why=why))
            return
        if notebook.version not in (3, 4):
            why = f"its format is {notebook.version or 'not said'}; it was read as format 4"
            self.lost.append(Lost(where=notebook.file, why=why, serious=False))
        marked = list(self._marked(notebook))
        own = [c.source for c, m in marked if c.kind == "code" and not _is_test(m)]
        self.code += [c.source for c, _ in marked if c.kind == "code"]
        self._prepared, self._rebound = sources.imports(own), sources.rebound(own)
        self._before = []
        self._taken = sources.bound(own)
        self._opaque = sources.opaque(own)
        self._cells = [c for c, _ in marked if c.kind == "code"]
        for cell, _ in marked:
            text = cell.kind == "markdown"
            public = sources.file_names if text else sources.handed_out
            self.public.append(public(cell.source))
        for group in self._groups(marked):
            self._question(group)
        self.solutions[notebook.file] = _solution(marked)

    def _marked(self, notebook: Notebook) -> Iterator[tuple[Cell, Marks | None]]:
        """All cells with their marks; a second cell of the same id has none."""
        here: set[str] = set()
        for cell in notebook.cells:
            raw = cell.metadata.get("nbgrader")
            if isinstance(raw, Mapping):
                self._unknown(raw, cell)
            try:
                marks = marks_of(cell)
            except ValueError as error:
                self.lost.append(Lost(where=str(cell.spot), why=f"was not converted: {error}"))
                marks = None
            if marks is not None and marks.id in here:
                why = f"another cell has the grade_id '{marks.id}' as well; give each its own"
                serious = marks.grade or marks.task
                self.lost.append(Lost(where=str(cell.spot), why=why, serious=serious))
                if serious:
                    self._by_hand(marks, cell, why)
                marks = None
            if marks is not None:
                here.add(marks.id)
            yield cell, marks

    def _unknown(self, raw: Mapping[str, Any], cell: Cell) -> None:
        version = raw.get("schema_version", 0)
        if not isinstance(version, int) or version > _NEWEST:
            why = f"its metadata is of schema version {version}, which is not known; read as {_NEWEST}"
            self.lost.append(Lost(where=str(cell.spot), why=why, serious=False))
        more = sorted(str(key) for key in raw if key not in _KNOWN)
        if more:
            why = f"its metadata has fields that are not known: {', '.join(more)}"
            self.lost.append(Lost(where=str(cell.spot), why=why, serious=False))

    def _groups(self, marked: Sequence[tuple[Cell, Marks | None]]) -> Iterator[Group | Question]:
        """Questions in order: an answer and the tests behind it, or what a person marks."""
        group: Group | None = None
        last: list[tuple[str, Cell]] = []
        text = ""
        for cell, marks in marked:
            if cell.kind == "markdown" and (marks is None or not marks.solution):
                text = sources.first_words(cell.source) or sources.short_words(cell.source) or text
            by_hand = marks is not None and (
                marks.task or (marks.grade and (marks.solution or cell.kind != "code"))
            )
            if marks is not None and by_hand:
                if group is not None and group.tests:
                    yield group
                    group = None
                yield self._manual(marks, cell, text)
                last = [(marks.id, cell)] if cell.kind == "code" else last
            elif marks is not None and marks.solution:
                if group is not None and group.tests:
                    yield group
                    group = None
                group = group or Group(spot=cell.spot, ask=text)
                group.answers.append((marks.id, cell))
                last = list(group.answers)
            elif marks is not None and marks.grade:
                if group is None:
                    group = Group(spot=cell.spot, ask=text, answers=list(last))
                group.tests.append((marks, cell))
            elif cell.kind == "code" and group is not None and group.tests:
                yield group  # code between two tests: what comes behind it may rest on it
                group = None
        if group is not None and group.tests:
            yield group

    # -- questions

    def _question(self, group: Group | Question) -> None:
        if isinstance(group, Question):
            self.questions.append(group)
            return
        cases = tuple(case for marks, cell in group.tests for case in self._case(marks, cell))
        if not cases:
            return
        name = group.answers[0][0] if group.answers else group.tests[0][0].id
        answers = tuple(id_ for id_, _ in group.answers)
        tests = tuple(marks.id for marks, _ in group.tests)
        self.questions.append(
            Question(
                name=name,
                spot=group.spot,
                ask=group.ask,
                ids=(*answers, *tests),
                defines=sources.defines(c.source for _, c in group.answers if c.kind == "code"),
                cases=cases,
            )
        )

    def _manual(self, marks: Marks, cell: Cell, text: str) -> Question:
        words = sources.first_words(cell.source) if marks.task else ""
        kind = "a task" if marks.task else "an answer that is marked by hand"
        return Question(
            name=self._own(marks.id, cell),
            spot=cell.spot,
            ask=words or text,
            ids=(marks.id,),
            manual=True,
            points=marks.points,
            why=f"it is {kind}",
        )

    def _by_hand(self, marks: Marks, cell: Cell, why: str) -> None:
        name = f"{marks.id}-{cell.number}"
        self.questions.append(
            Question(name=name, spot=cell.spot, manual=True, points=marks.points, why=why)
        )

    def _own(self, id_: str, cell: Cell) -> str:
        """Note a name, and say where another notebook has it as well."""
        other = self.graded.setdefault(id_, cell.file)
        if other != cell.file:
            why = f"'{id_}' is in {other} too; import the notebooks one by one"
            self.lost.append(Lost(where=str(cell.spot), why=why))
            return f"{id_}-{safe_name(Path(cell.file).stem)}"
        return id_

    def _case(self, marks: Marks, cell: Cell) -> Iterator[Case]:
        name = self._own(marks.id, cell)
        hidden = bool(_HIDDEN.search(cell.source))
        fixed: dict[str, Any] = {
            "name": name,
            "points": marks.points,
            "spot": cell.spot,
            "hidden": hidden,
        }
        why = _not_converted(cell)
        made = None
        source = sources.without_magics(cell.source)
        self.texts[name] = source
        if not why:
            try:
                made = converted(
                    source,
                    rebound=self._rebound,
                    partial=True,
                    prepared=self._prepared,
                    before=self._before,
                    after=[
                        sources.without_magics(c.source)
                        for c in self._cells
                        if c.number > cell.number
                    ],
                    taken=self._taken,
                    opaque=self._opaque,
                )
                self._before.append(source)
            except (SyntaxError, ValueError, RecursionError) as error:
                line = getattr(error, "lineno", None)
                why = f"it is no Python (line {line}: {getattr(error, 'msg', error)})"
        if made is not None and not made.inside and not made.outside and marks.points:
            made = None
            why = "the cell tests nothing; nbgrader would give its points to everybody"
        if made is not None and not made.inside and not marks.points:
            return  # worth nothing, and asks nothing
        yield Case(**fixed, made=made, why=why)


def _is_test(marks: Marks | None) -> bool:
    return marks is not None and marks.grade and not marks.solution


def _not_converted(cell: Cell) -> str:
    magic = sources.cell_magic(cell.source)
    if magic:
        return f"it begins with %%{magic}"
    if _AUTOTEST.search(cell.source):
        return "AUTOTEST writes its tests by running the solution; run nbgrader generate_assignment"
    commands = [one for one in sources.magics(cell.source) if one.startswith("!")]
    return f"it runs a command ({commands[0][:60]})" if commands else ""


def _solution(marked: Sequence[tuple[Cell, Marks | None]]) -> dict[str, Any]:
    """The notebook as a hand-in with all answers: the tests in it are marks alone."""
    made = []
    for cell, marks in marked:
        metadata = {"nbgrader": dict(cell.metadata["nbgrader"])} if marks else {}
        source = cell.source
        if _is_test(marks) and marks is not None:
            source = f"# tests: {marks.id}"
            metadata["nbgrader"]["locked"] = True
        made.append((cell.kind, source, metadata))
    return notebooks.written(made)
