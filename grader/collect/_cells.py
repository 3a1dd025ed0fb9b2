"""Cells of a program as plain data, for the way out of the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from grader.model import Cell, Place


def to_data(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """Return cells as JSON data."""
    return [asdict(cell) for cell in cells]


def from_data(data: Any) -> tuple[Cell, ...]:
    """Return cells that came as JSON data from the reader, which reads hostile bytes.

    Raises:
        ValueError: when the data are none.
    """
    try:
        return tuple(_cell(item) for item in data)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"these are no cells: {error}") from error


def _cell(item: Mapping[str, Any]) -> Cell:
    words = ("parts", "defines", "uses", "later", "changes")
    place = item["place"]
    return Cell(
        number=int(item["number"]),
        place=Place(
            file=str(place["file"]),
            start=int(place["start"]),
            end=int(place["end"]),
            unit=place["unit"] if place["unit"] in ("cell", "page", "entry") else "line",
            line=int(place["line"]),
        ),
        text=str(item["text"]),
        printed=str(item["printed"]),
        imports={str(name): str(line) for name, line in item["imports"].items()},
        error=str(item["error"]),
        **{word: tuple(map(str, item[word])) for word in words},
    )
