"""Assignments of otter-grader: source notebooks, assigned ones, folders of tests, autograder zips.

The rules are those of otter's own code: blocks (``otter/assign/notebook_transformer.py``,
``blocks.py``), tests (``otter/assign/tests_manager.py``), how points are shared
(``otter/test_files/abstract_test.py``).
"""

from __future__ import annotations

import ast
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

from grader.convert import _blocks as blocks
from grader.convert import _notebooks as notebooks
from grader.convert import _ok_files as ok
from grader.convert import _sources as sources
from grader.convert._doctests import from_cell
from grader.convert._model import Assignment, CannotConvert, Case, Lost, Made, Question, Spot
from grader.convert._notebooks import Cell, Notebook
from grader.convert._points import fraction, shared
from grader.convert.nbgrader import safe_name, without_files

_MOST_ZIP, _MOST_ENTRIES = 200_000_000, 5_000
_UNUSED = ("seed", "plugins", "score_threshold", "points_possible", "seed_variable")
"""Settings that change what otter's graders give, and that are not taken over."""


def assignments(path: Path, name: str = "") -> list[Assignment]:
    """Read an assignment.

    Args:
        path: a source notebook or an assigned one, a folder with one of these or with tests, or
            an ``autograder.zip``.
        name: what the assignment is called, if not by its file or folder.

    Raises:
        CannotConvert: when nothing of it can be read.
    """
    if path.is_dir():
        return [_folder(path, name)]
    if path.suffix.lower() == ".zip":
        return [_archive(path, name)]
    if path.suffix.lower() in (".rmd", ".qmd"):
        raise CannotConvert(f"{path.name}: is R Markdown; only notebooks of Python are converted")
    return [_notebook(path, name)]


def _folder(path: Path, name: str) -> Assignment:
    tests = path / "tests" if (path / "tests").is_dir() else path
    files = {one.name: one.read_text("utf-8", "replace") for one in sorted(tests.glob("*.py"))}
    files.pop("__init__.py", None)
    found = sorted(p for p in path.glob("*.ipynb") if not p.name.startswith("."))
    if files and not (tests == path and found):
        settings = path / "otter_config.json"
        told = _json(settings.read_text("utf-8", "replace")) if settings.is_file() else {}
        own = found[0] if len(found) == 1 else None
        return _tested(files, told, name or path.resolve().name, path.name, own)
    if len(found) == 1:
        return _notebook(found[0], name)
    if not found:
        raise CannotConvert(f"{path}: holds neither a notebook nor tests/*.py")
    listed = ", ".join(one.name for one in found[:6])
    raise CannotConvert(f"{path}: holds more than one notebook ({listed}); name one")


def _archive(path: Path, name: str) -> Assignment:
    """Read the tests of an ``autograder.zip``; paths in it are names, and nothing is unpacked."""
    files: dict[str, str] = {}
    told: dict[str, Any] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()[:_MOST_ENTRIES]
            if sum(entry.file_size for entry in entries) > _MOST_ZIP:
                raise CannotConvert(f"{path.name}: is too large when it is unpacked")
            for entry in entries:
                inner = PurePosixPath(entry.filename)
                if inner.suffix == ".py" and inner.parent.name == "tests":
                    files[inner.name] = archive.read(entry).decode("utf-8", "replace")
                elif inner.name == "otter_config.json":
                    told = _json(archive.read(entry).decode("utf-8", "replace"))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise CannotConvert(f"{path.name}: is no readable zip ({error})") from error
    files.pop("__init__.py", None)
    if not files:
        raise CannotConvert(f"{path.name}: holds no tests/*.py")
    return _tested(files, told, name or path.stem, path.name, None)


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _tested(
    files: Mapping[str, str], told: Mapping[str, Any], name: str, source: str, own: Path | None
) -> Assignment:
    """An assignment of which there are test files, and perhaps the notebook that they belong to."""
    reading = Reading()
    reading.unused(told, "otter_config.json")
    notebook = notebooks.read(own) if own is not None else None
    if notebook is not None and own is not None:
        reading.context(notebook)
        for cell in notebook.cells:
            reading.is_public(cell)
    for file, text in sorted(files.items(), key=lambda item: _order(item[0])):
        spot = Spot(file=f"tests/{file}")
        try:
            raw = ok.parsed(
                text,
                Path(file).stem,
                rebound=tuple(reading.rebound),
                prepared=reading.prepared,
                opaque=reading.opaque,
            )
            reading.tested(raw, spot, text)
        except (SyntaxError, ValueError, RecursionError) as error:
            reading.lost.append(Lost(where=str(spot), why=f"was not converted: {error}"))
    why = "its own solution is not in it; nothing is tried before a batch"
    if notebook is None:
        reading.lost.append(Lost(where=source, why=why, serious=False))
    return reading.assignment(name, source, own.parent if own is not None else None)


def _order(file: str) -> list[Any]:
    import re  # noqa: PLC0415  # here alone

    return [int(one) if one.isdigit() else one for one in re.split(r"(\d+)", file) if one]


def _notebook(path: Path, name: str) -> Assignment:
    notebook = notebooks.read(path)
    if not notebook.is_python:
        raise CannotConvert(
            f"{path.name}: its code is {notebook.language}; only Python is converted"
        )
    reading = Reading()
    reading.context(notebook)
    held = notebook.metadata.get("otter")
    tests = held.get("tests") if isinstance(held, Mapping) else None
    cells = list(blocks.unfenced(notebook.cells))
    if any(blocks.bound(cell) == ("begin", "question") for cell in cells):
        reading.source(notebook, cells, path.parent)
    elif any(_old(cell) for cell in cells):
        reading.old_source(notebook)
    elif isinstance(tests, Mapping):
        reading.assigned(notebook, tests)
    else:
        raise CannotConvert(
            f"{path.name}: holds no '# BEGIN QUESTION'; is it a source notebook of otter assign?"
        )
    return reading.assignment(name or reading.name or path.stem, path.name, path.parent)


def _old(cell: Cell) -> bool:
    try:
        return blocks.old_question(cell) is not None
    except ValueError:
        return True


@dataclass(slots=True)
class Open:
    """A question that is being read."""

    told: Mapping[str, Any]
    spot: Spot
    ask: str = ""
    answers: list[str] = field(default_factory=list)
    tests: list[ok.RawTest] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.told.get("name", f"question at {self.spot}"))


@dataclass(slots=True)
class Reading:
    """Reads an assignment."""

    name: str = ""
    questions: list[Question] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    solution: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    file: str = ""
    code: list[str] = field(default_factory=list)
    prepared: tuple[str, ...] = ()
    rebound: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    ok_format: bool = True
    listed: list[str] = field(default_factory=list)
    grading: list[str] = field(default_factory=list)
    """Files for the autograder alone."""
    public: list[str] = field(default_factory=list)
    """What students have of the code: no hidden tests, and no solutions."""
    texts: dict[str, str] = field(default_factory=dict)
    """The source of each test, by its name."""

    def context(self, notebook: Notebook) -> None:
        """Note what the notebook imports and defines."""
        self.file = notebook.file
        self.code = [c.source for c in notebook.cells if c.kind == "code"]
        self.prepared = sources.imports(self.code)
        self.rebound = sources.rebound(self.code)
        self.opaque = sources.opaque(self.code)

    def unused(self, told: Mapping[str, Any], where: str) -> None:
        """Say which settings are not taken over, that would change what is earned."""
        for word in _UNUSED:
            if told.get(word) not in (None, False, [], {}, ""):
                why = f"'{word}' is not taken over"
                self.lost.append(Lost(where=where, why=why, serious=False))

    # -- a source notebook

    def source(self, notebook: Notebook, cells: Sequence[Cell], folder: Path) -> None:
        """Read the blocks of a source notebook."""
        question: Open | None = None
        inner: list[str] = []
        for cell in cells:
            edge, kind = blocks.bound(cell)
            if blocks.is_assignment(cell):
                self._settings(cell, folder)
            elif edge == "begin" and kind == "question":
                if question is not None:
                    self._wrong(cell, f"question '{question.name}' before it does not end")
                    self._close(question)
                question, inner = self._begin(cell), []
            elif edge == "end" and kind == "question":
                if question is not None:
                    self._close(question)
                question, inner = None, []
            elif edge == "begin":
                inner.append(kind)
            elif edge == "end":
                if kind not in inner:
                    self._wrong(cell, f"END {kind.upper()} without its beginning")
                else:
                    del inner[inner.index(kind) :]
            else:
                self._cell(cell, question, inner[-1] if inner else "")
        if question is not None:
            self._wrong(cells[-1], f"question '{question.name}' does not end")
            self._close(question)
        del notebook

    def _settings(self, cell: Cell, folder: Path) -> None:
        try:
            told = blocks.settings(cell.source)
        except ValueError as error:
            self._wrong(cell, str(error))
            return
        beside = told.get("config_file")
        if isinstance(beside, str) and (folder / beside).is_file() and ".." not in beside:
            try:
                told = {**blocks.settings((folder / beside).read_text("utf-8")), **told}
            except (ValueError, OSError) as error:
                self._wrong(cell, f"{beside}: {error}")
        tests = told.get("tests")
        if isinstance(tests, Mapping) and tests.get("ok_format") is False:
            self.ok_format = False
        self.name = str(told.get("name") or "")
        for word, to in (
            ("files", self.listed),
            ("student_files", self.listed),
            ("autograder_files", self.grading),
        ):
            if isinstance(told.get(word), list):
                to += [str(one).removeprefix("./") for one in told[word]]
        self.unused(told, str(cell.spot))
        if isinstance(told.get("generate"), Mapping):
            self.unused(told["generate"], str(cell.spot))

    def _begin(self, cell: Cell) -> Open:
        try:
            told = blocks.settings(cell.source)
        except ValueError as error:
            self._wrong(cell, str(error))
            told = {}
        if "name" not in told:
            self._wrong(cell, "the question has no name")
        return Open(told=told, spot=cell.spot)

    def _wrong(self, cell: Cell, why: str) -> None:
        self.lost.append(Lost(where=str(cell.spot), why=why))

    def _cell(self, cell: Cell, question: Open | None, within: str) -> None:
        if blocks.is_left_out(cell) or within == "prompt":
            return
        if within == "tests" and question is not None:
            if cell.kind == "code" and cell.source.strip():
                self._test(cell, question)
            return
        source = blocks.without_ignored(cell.source)
        if cell.kind == "raw":
            return
        self.is_public(cell)
        if question is not None:
            if cell.kind == "markdown" and within != "solution":
                question.ask = question.ask or sources.first_words(source)
            if cell.kind == "code":
                question.answers.append(source)
        tagged = question is not None and within == "solution" and cell.kind == "code"
        self.solution.append((cell.kind, source, {"tags": ["otter_answer_cell"]} if tagged else {}))

    def is_public(self, cell: Cell) -> None:
        """Note what students have of a cell."""
        public = sources.file_names if cell.kind == "markdown" else sources.handed_out
        self.public.append(public(cell.source))

    def _test(self, cell: Cell, question: Open) -> None:
        name = f"{question.name} - {len(question.tests) + 1}"
        question.spots.append(cell.spot)
        try:
            told, start = blocks.test_settings(cell.lines)
        except ValueError as error:
            question.tests.append(ok.RawTest(name=name, made=None, why=str(error)))
            return
        source = "\n".join(cell.lines[start:])
        made, why = self._made(source, cell)
        self.texts[name] = source
        if told.get("hidden") is not True:
            self.public.append(source)
        question.tests.append(
            ok.RawTest(
                name=name,
                made=made,
                why=why,
                own=told.get("points"),
                hidden=told.get("hidden") is True,
                line=start,
            )
        )

    def _made(self, source: str, cell: Cell) -> tuple[Made | None, str]:
        """Return a test of a source notebook, or why there is none."""
        try:
            if self.ok_format:
                if _forgot_output(source, cell):
                    return None, "its output was not saved: run the notebook, save it, try again"
                return from_cell(
                    source,
                    cell.shown,
                    rebound=tuple(self.rebound),
                    prepared=self.prepared,
                    opaque=self.opaque,
                ), ""
            body = ast.parse(source).body
            if not body or not isinstance(body[0], ast.FunctionDef) or len(body) > 2:
                return None, "an exception-based test is one function, and at most a call of it"
            return ok.from_function(
                body[0], rebound=tuple(self.rebound), prepared=self.prepared, opaque=self.opaque
            ), ""
        except (SyntaxError, ValueError, RecursionError) as error:
            return None, f"it is no Python ({error})"

    def _close(self, question: Open) -> None:
        told = question.told
        name = question.name
        manual = told.get("manual") is True
        if any(one.name == name for one in self.questions):
            self.lost.append(
                Lost(where=str(question.spot), why=f"another question is called '{name}' as well")
            )
            name = f"{name} ({question.spot})"
        common: dict[str, Any] = {
            "name": name,
            "spot": question.spot,
            "ask": question.ask,
            "defines": sources.defines(question.answers),
        }
        try:
            if manual or not question.tests:
                points = told.get("points")
                points = points.get("each") if isinstance(points, Mapping) else points
                worth = fraction(points) if points is not None else Fraction(0 if manual else 1)
                why = "it is marked by hand" if manual else "it has no tests"
                self.questions.append(Question(**common, manual=True, points=worth, why=why))
                if manual and question.tests:
                    where = str(question.spot)
                    self.lost.append(Lost(where=where, why="tests of a question marked by hand"))
            else:
                points_of = shared(told.get("points"), [test.own for test in question.tests])
                self._add(common, question.tests, points_of, question.spots, told)
        except (ValueError, ZeroDivisionError) as error:
            self.lost.append(Lost(where=str(question.spot), why=f"was not converted: {error}"))
        if question.tests and not manual:
            self.solution.append(("code", f'grader.check("{question.name}")', {}))

    def _add(
        self,
        common: Mapping[str, Any],
        tests: Sequence[ok.RawTest],
        points: Sequence[Fraction],
        spots: Sequence[Spot],
        told: Mapping[str, Any],
    ) -> None:
        cases = tuple(
            Case(
                name=test.name,
                points=worth,
                spot=spot,
                made=test.made,
                why=test.why,
                hidden=test.hidden,
                apart=True,
            )
            for test, worth, spot in zip(tests, points, spots, strict=True)
        )
        names = [case.name for case in cases]
        if len(set(names)) < len(names):
            cases = tuple(_renamed(case, n) for n, case in enumerate(cases, 1))
        whole = told.get("all_or_nothing") is True
        self.questions.append(Question(**common, cases=cases, whole=whole))

    # -- other forms

    def tested(self, raw: ok.RawQuestion, spot: Spot, text: str) -> None:
        """Add the question of a test file.

        Raises:
            ValueError: when its points do not go together.
        """
        points = shared(raw.points, [test.own for test in raw.tests])
        self.texts |= {test.name: text for test in raw.tests}
        spots = [Spot(file=spot.file, cell=spot.cell, line=test.line) for test in raw.tests]
        common = {"name": raw.name, "spot": spot}
        self._add(common, raw.tests, points, spots, {"all_or_nothing": raw.whole})

    def assigned(self, notebook: Notebook, tests: Mapping[str, Any]) -> None:
        """Read the tests that a notebook holds itself, as ``otter assign`` writes it."""
        spot = Spot(file=notebook.file)
        for name, spec in tests.items():
            context: dict[str, Any] = {
                "rebound": self.rebound,
                "prepared": self.prepared,
                "opaque": self.opaque,
            }
            try:
                if isinstance(spec, Mapping):
                    self.tested(ok.from_spec(spec, str(name), **context), spot, _code_of(spec))
                else:
                    text = "\n".join(spec) if isinstance(spec, list) else str(spec)
                    self.tested(ok.parsed(text, str(name), **context), spot, text)
            except (SyntaxError, ValueError, RecursionError) as error:
                self.lost.append(Lost(where=f"{spot}, {name}", why=f"was not converted: {error}"))
        why = "questions that are marked by hand are not told apart in it; take the source notebook"
        self.lost.append(Lost(where=notebook.file, why=why, serious=False))
        for cell in notebook.cells:
            if cell.kind != "raw":
                self.is_public(cell)
                tags = [one for one in cell.metadata.get("tags") or [] if isinstance(one, str)]
                self.solution.append((cell.kind, cell.source, {"tags": tags} if tags else {}))

    def old_source(self, notebook: Notebook) -> None:
        """Read otter's first format: fences begin questions, and ``# TEST`` heads their tests."""
        question: Open | None = None
        for cell in notebook.cells:
            try:
                told = blocks.old_question(cell)
            except ValueError as error:
                self._wrong(cell, str(error))
                continue
            if told is not None and told[0] == "assignment":
                self.unused(told[1], str(cell.spot))
                continue
            if told is not None:
                if question is not None:
                    self._close(question)
                text = blocks.without_fence(cell.source)
                question = Open(told=told[1], spot=cell.spot, ask=sources.first_words(text))
                self.solution.append(("markdown", text, {}))
                continue
            test = blocks.old_test(cell)
            if test is not None and question is not None:
                made, why = self._made(test[1], cell)
                name = f"{question.name} - {len(question.tests) + 1}"
                question.spots.append(cell.spot)
                self.texts[name] = test[1]
                if not test[0]:
                    self.public.append(test[1])
                question.tests.append(ok.RawTest(name=name, made=made, why=why, hidden=test[0]))
                continue
            if question is not None and question.tests:
                self._close(question)
                question = None
            self._cell(cell, question, "solution" if question else "")
        if question is not None:
            self._close(question)

    # -- all of it

    def assignment(self, name: str, source: str, folder: Path | None) -> Assignment:
        """Return what was read.

        Raises:
            CannotConvert: when there is no question.
        """
        if not self.questions:
            said = "; ".join(f"{one.where}: {one.why}" for one in self.lost[:4])
            raise CannotConvert(f"{source}: no question could be read. {said}")
        held, left = sources.beside(self.public, folder) if folder is not None else ({}, [])
        for listed in self.listed if folder is not None else ():
            self._listed(listed, folder, held)
        for one in set(held) & set(self.grading):
            del held[one]
            why = "is for the autograder alone ('autograder_files'); it was not copied"
            self.lost.append(Lost(where=one, why=why, serious=False))
        questions, kept_out = without_files(self.questions, self.texts, folder, held)
        self.lost += kept_out
        for one in held:
            self.lost.append(Lost(where=one, why=sources.copied(), serious=False))
        for one in left:
            self.lost.append(Lost(where=one, why="is too large, and was not copied"))
        solutions = {}
        if self.solution:
            solutions[self.file or "solution.ipynb"] = notebooks.written(self.solution)
        return Assignment(
            name=safe_name(name),
            title=name,
            source=source,
            questions=questions,
            solutions=solutions,
            files=held,
            lost=tuple(self.lost),
        )

    def _listed(self, name: str, folder: Path | None, held: dict[str, bytes]) -> None:
        """Take a file that the settings list."""
        if folder is None or name in held:
            return
        path = folder / name
        inside = ".." not in PurePosixPath(name).parts and not PurePosixPath(name).is_absolute()
        if inside and path.is_file() and not path.is_symlink():
            held[name] = path.read_bytes()
        elif not (inside and path.is_dir()):
            why = "is listed among the files of the assignment, and is not there"
            self.lost.append(Lost(where=name, why=why, serious=False))


def _code_of(spec: Mapping[str, Any]) -> str:
    """The doctests of a spec, one below the other."""
    cases = [
        case
        for suite in spec.get("suites") or []
        if isinstance(suite, Mapping)
        for case in suite.get("cases") or []
        if isinstance(case, Mapping)
    ]
    return "\n".join(["pass )", *(str(case.get("code")) for case in cases)])


def _renamed(case: Case, number: int) -> Case:
    from dataclasses import replace  # noqa: PLC0415  # rarely needed

    return replace(case, name=f"{case.name} ({number})")


def _forgot_output(source: str, cell: Cell) -> bool:
    """Whether a test ends in a comparison of which no output was saved."""
    if cell.shown.strip():
        return False
    body = ast.parse(source).body
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    return isinstance(last, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.BinOp)
