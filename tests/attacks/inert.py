"""Whether a student's text became active in what we write: markup, formulas, control letters."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt


def active(kind: str, text: str, marker: str) -> bool:
    """Whether ``marker`` is active in a text of one of ``attacks.FORMATS``.

    A marker is what the student's text would be if nobody had made it inert: as such it must not
    stand in the source of a page, in a rendered Markdown text, in what goes to a terminal, or at
    the start of a spreadsheet's cell.
    """
    return _KINDS[kind](text, marker)


def _plain(text: str, marker: str) -> bool:
    return marker in text


def _markdown(text: str, marker: str) -> bool:
    """As a careless reader would show it: HTML is passed on, any address may be a link."""
    careless = MarkdownIt("commonmark", {"html": True})
    careless.validateLink = lambda url: True  # type: ignore[method-assign]
    return marker in careless.render(text)


def _csv(text: str, marker: str) -> bool:
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    if not marker.isprintable():
        return any(marker in cell for cell in cells)
    return any(cell.lstrip().startswith(marker) for cell in cells)


def _json(text: str, marker: str) -> bool:
    json.loads(text, parse_constant=_refuse)
    return marker in text


def _refuse(name: str) -> None:
    raise ValueError(f"JSON has no {name}")


def _xml(text: str, marker: str) -> bool:
    try:
        ET.fromstring(text)
    except ET.ParseError:
        return True
    return marker in re.sub(r"<!\[CDATA\[.*?\]\]>", "", text, flags=re.DOTALL)


_KINDS = {
    "html": _plain,
    "markdown": _markdown,
    "csv": _csv,
    "json": _json,
    "terminal": _plain,
    "xml": _xml,
}
