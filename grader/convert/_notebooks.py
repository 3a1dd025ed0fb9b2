"""Notebooks of instructors: cells with their sources, outputs and marks; formats 3 and 4."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.convert._model import CannotConvert, Spot

MOST_BYTES = 100_000_000
_PYTHON = ("python", "ipython", "xpython", "sage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: its number from 1, ``code``, ``markdown`` or ``raw``, and what was saved with it."""

    number: int
    kind: str
    source: str
    file: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    outputs: Sequence[Any] = ()
    attachments: Mapping[str, Any] | None = None

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        return Spot(file=self.file, cell=self.number)

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.source.split("\n")

    @property
    def shown(self) -> str:
        """What its saved outputs show as text: what was printed, and its result."""
        return "".join(_shown(output) for output in self.outputs if isinstance(output, dict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """A notebook of an instructor."""

    file: str
    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any]
    language: str
    version: int

    @property
    def is_python(self) -> bool:
        """Whether its code is Python."""
        return self.language in _PYTHON


def read(path: Path, name: str = "") -> Notebook:
    """Read a notebook.

    Args:
        path: the file.
        name: what it is called in messages, if not by its own name.

    Raises:
        CannotConvert: when it is no notebook; the message says where it is damaged.
    """
    name = name or path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CannotConvert(f"{name}: is larger than {MOST_BYTES // 1_000_000} MB")
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise CannotConvert(
            f"{name}:{error.lineno}:{error.colno}: the notebook is damaged ({error.msg}); open it "
            "in Jupyter and save it again, or take the last whole copy"
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise CannotConvert(f"{name}: is no notebook (it is not UTF-8 text)") from error
    return parsed(data, name)


def parsed(data: Any, name: str) -> Notebook:
    """Return the notebook that JSON data holds.

    Raises:
        CannotConvert: when it holds none.
    """
    if not isinstance(data, dict):
        raise CannotConvert(f"{name}: is no notebook; its JSON holds no cells")
    version = data.get("nbformat")
    raw = data.get("cells")
    if raw is None and isinstance(data.get("worksheets"), list):
        sheets = [sheet for sheet in data["worksheets"] if isinstance(sheet, dict)]
        raw = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(raw, list):
        raise CannotConvert(f"{name}: is no notebook; its JSON holds no cells")
    metadata = _mapping(data.get("metadata"))
    cells = tuple(_cell(n, one, name) for n, one in enumerate(raw, 1) if isinstance(one, dict))
    return Notebook(
        file=name,
        cells=cells,
        metadata=metadata,
        language=_language(metadata, raw),
        version=version if isinstance(version, int) else 0,
    )


def _cell(number: int, raw: Mapping[str, Any], file: str) -> Cell:
    kind = raw.get("cell_type")
    kind = {"heading": "markdown", "html": "markdown"}.get(str(kind), str(kind))
    source = raw.get("source") if raw.get("source") is not None else raw.get("input")
    text = _joined(source).replace("\r\n", "\n").replace("\r", "\n")
    if raw.get("cell_type") == "heading":
        level = raw.get("level")
        text = "#" * (level if isinstance(level, int) else 1) + f" {text}"
    outputs = raw.get("outputs")
    attachments = raw.get("attachments")
    return Cell(
        number=number,
        kind=kind if kind in ("code", "markdown", "raw") else "raw",
        source=text,
        file=file,
        metadata=_mapping(raw.get("metadata")),
        outputs=outputs if isinstance(outputs, list) else (),
        attachments=attachments if isinstance(attachments, dict) else None,
    )


def _language(metadata: Mapping[str, Any], raw: Sequence[Any]) -> str:
    info, spec = _mapping(metadata.get("language_info")), _mapping(metadata.get("kernelspec"))
    own = next((c.get("language") for c in raw if isinstance(c, dict) and c.get("language")), None)
    for found in (info.get("name"), spec.get("language"), own, spec.get("name")):
        if isinstance(found, str) and found:
            name = found.lower()
            return "python" if name.startswith(("python", "ipython", "conda")) else name
    return "python"


def _shown(output: Mapping[str, Any]) -> str:
    if output.get("output_type") in ("error", "pyerr"):
        return ""
    text = _joined(output.get("text"))
    data = output.get("data")
    plain = _joined(data.get("text/plain")) if isinstance(data, dict) else ""
    return text + plain


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "".join(item for item in value if isinstance(item, str))
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def written(cells: Sequence[tuple[str, str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return a notebook of cells, each a kind, a source and metadata, as JSON data."""
    made = []
    for kind, source, metadata in cells:
        one: dict[str, Any] = {"cell_type": kind, "metadata": dict(metadata), "source": source}
        if kind == "code":
            one |= {"execution_count": None, "outputs": []}
        made.append(one)
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 4}
