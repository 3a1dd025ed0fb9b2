"""What a code cell printed and showed, as lines of Markdown and as pictures."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.collect._blocks import PRINTED
from grader.collect._lines import split
from grader.collect._notebook import html

MAX_LINES = 4_000
"""Lines of one cell's text, and of its outputs, that are read."""
MAX_TEXT = 2_000_000
_MOST_OUTPUTS = 400
_MOST_PICTURES, _MOST_BYTES = 200, 40_000_000
_TYPES = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "gif": "gif", "webp": "webp", "bmp": "bmp"}
_EMBEDDED = re.compile(
    r"data:image/(?P<type>png|jpe?g|gif|webp|bmp);base64,(?P<data>[A-Za-z0-9+/=]{40,})"
)
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,30}[ -/]{0,3}[@-~]|\][^\x07\x1b]{0,200}\x07?|[@-Z\\-_])")
_BACK = re.compile(r"\x08{2,}\r?")
_BAR = re.compile(r"[^|\n]{0,120}?\d{1,3}%\|[^|]{0,200}\|(?P<rest>.{0,200})$")
_FIGURE = re.compile(r"<(?:Figure size|matplotlib\.|AxesSubplot|Axes:)|\[<matplotlib\.|<IPython\.")
_TICKS = re.compile(r"`{3,}")


class Pictures:
    """The pictures of a notebook under names of its cells, within limits."""

    def __init__(self) -> None:
        """Start with none."""
        self.held: dict[str, bytes] = {}
        self.room = _MOST_BYTES
        self.drawings = self.lost = self.left = 0
        self.counts: dict[int, int] = {}

    def name(self, cell: int, ending: str) -> str:
        """Return the next name of a cell: ``cell4-1.png``."""
        self.counts[cell] = self.counts.get(cell, 0) + 1
        return f"cell{cell}-{self.counts[cell]}.{ending}"

    def add(self, cell: int, kind: str, encoded: Any) -> str:
        """Keep a picture; return its name, under which nothing is held where it is damaged."""
        name = self.name(cell, _TYPES.get(kind.lower(), "png"))
        data = _decoded(encoded)
        if not data:
            self.lost += 1
        elif len(self.held) >= _MOST_PICTURES or len(data) > self.room:
            self.left += 1
        else:
            self.held[name] = data
            self.room -= len(data)
        return name

    def drawing(self, cell: int) -> str:
        """Return the name of an SVG drawing, which is never looked into and so is not held."""
        self.drawings += 1
        return self.name(cell, "svg")

    def embedded(self, cell: int, line: str) -> str:
        """Return a line with the pictures that it holds itself taken out, under names."""
        if "data:image/" not in line:
            return line
        return _EMBEDDED.sub(lambda hit: self.add(cell, hit["type"], hit["data"]), line)

    def problems(self) -> list[str]:
        """Return what is not shown, in lines."""
        said = (
            (self.drawings, "SVG drawings are not shown; look at them in the notebook"),
            (self.lost, "pictures are damaged"),
            (self.left, "pictures are left out; there are too many, or they are too big"),
        )
        return [f"{number} {what}" for number, what in said if number]


def _decoded(encoded: Any) -> bytes:
    text = joined(encoded)
    try:
        return base64.b64decode("".join(text.split()).encode("ascii", "replace"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def joined(value: Any) -> str:
    """Return a text of a notebook, which is a string or a list of them, or is wrong.

    >>> joined(["a", "b"]), joined(None), joined(3.5)
    ('ab', '', '3.5')
    """
    if isinstance(value, list):
        return "".join(item for item in value if isinstance(item, str))
    if value is None or isinstance(value, dict | bool):
        return ""
    return str(value)


def fenced(lines: Sequence[str], word: str) -> list[str]:
    """Return lines in a fence that is longer than any within.

    >>> fenced(["a", "```"], "python")
    ['````python', 'a', '```', '````']
    """
    inside = max((len(run) for line in lines for run in _TICKS.findall(line)), default=2)
    mark = "`" * (inside + 1)
    return [f"{mark}{word}", *lines, mark]


def plain(text: str) -> list[str]:
    r"""Return printed text as a terminal would show it: no colours, overwritten lines gone.

    >>> plain("a 10%|#  | 1/9\rb\x1b[31mc\n"), plain(" 9%|#  | 1/9 [00:01]\n")
    (['bc'], [])
    """
    text = _ANSI.sub("", text[:MAX_TEXT]).replace("\r\n", "\n")
    text = _BACK.sub("\r", text)
    shown: list[str] = []
    for line in text.split("\n"):
        last = (
            next((s for s in reversed(line.split("\r")) if s.strip()), "") if "\r" in line else line
        )
        bar = _BAR.match(last) if "%|" in last else None
        if bar is None or "=" in bar["rest"]:
            shown += split(last.replace("\x08", ""))
    while shown and not shown[-1].strip():
        shown.pop()
    while shown and not shown[0].strip():
        shown.pop(0)
    return shown


class Shown:
    """Writes the outputs of one cell."""

    def __init__(self, cell: int, pictures: Pictures) -> None:
        """Take the cell's number, and where its pictures go."""
        self.cell, self.pictures = cell, pictures
        self.lines: list[str] = []
        self.printed: list[str] = []
        self.wrong = 0

    def all(self, outputs: Any) -> list[str]:
        """Return the lines of all outputs, in order; what is none is counted as wrong."""
        for output in outputs[:_MOST_OUTPUTS] if isinstance(outputs, list) else ():
            if isinstance(output, dict):
                self._one(output)
            else:
                self.wrong += 1
        if outputs and not isinstance(outputs, list):
            self.wrong += 1
        self._flush()
        return self.lines

    def _one(self, output: Mapping[str, Any]) -> None:
        kind = output.get("output_type")
        if kind == "stream":
            text = joined(output.get("text"))
            self.printed.append(text)
        elif kind in ("error", "pyerr"):
            self.printed.append("\n" + error(output) + "\n")
        else:
            data = output.get("data")
            bundle = data if isinstance(data, dict) else _old(output)
            if not self._bundle(bundle):
                self.wrong += bool(data) and not isinstance(data, dict)

    def _bundle(self, data: Mapping[str, Any]) -> bool:
        """Write what one display shows, in the richest form that people and readers share."""
        for kind, encoded in data.items():
            if kind.startswith("image/") and kind[6:] in _TYPES:
                self._put([f"![output]({self.pictures.add(self.cell, kind[6:], encoded)})"])
                return True
        if "image/svg+xml" in data:
            self._put([f"![output]({self.pictures.drawing(self.cell)})"])
            return True
        if "text/latex" in data:
            return self._latex(joined(data["text/latex"]))
        if "text/markdown" in data:
            lines = split(joined(data["text/markdown"])[:MAX_TEXT])
            self._put([self.pictures.embedded(self.cell, line) for line in lines])
            return True
        return self._text(joined(data.get("text/html")), joined(data.get("text/plain")))

    def _text(self, rich: str, text: str) -> bool:
        if "<table" in rich[: html.MAX_HTML]:
            self._put(html.written(rich))
        elif text.strip():
            if not _FIGURE.match(text.lstrip()):
                self.printed.append("\n" + text + "\n")
        elif rich.strip():
            lines = html.written(rich)
            self.printed.append("\n" + "\n".join(lines) + "\n")
        return bool(rich or text)

    def _latex(self, text: str) -> bool:
        bare = text.strip().strip("$").strip()
        if bare:
            self._put(["$$" + " ".join(bare.split()) + "$$"])
        return True

    def _put(self, lines: Iterable[str]) -> None:
        self._flush()
        self.lines += ["", *lines, ""]

    def _flush(self) -> None:
        """Write what was printed so far: streams and results in one block, as they were seen."""
        lines = [line for line in plain("".join(self.printed)) if line.strip()]
        self.printed.clear()
        if lines:
            self.lines += [*fenced(lines[:MAX_LINES], PRINTED)]
        if len(lines) > MAX_LINES:
            self.lines.append(f"[{len(lines) - MAX_LINES} more lines were printed]")


def _old(output: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an output of format 3, where each form stands beside the others."""
    old = {
        "png": "image/png",
        "jpeg": "image/jpeg",
        "svg": "image/svg+xml",
        "latex": "text/latex",
        "markdown": "text/markdown",
        "html": "text/html",
        "text": "text/plain",
    }
    return {new: output[name] for name, new in old.items() if output.get(name)}


def error(output: Mapping[str, Any]) -> str:
    """Return an error as ``Name: message``; by the traceback's last line where that is missing.

    >>> error({"ename": "NameError", "evalue": "name 'x' is not defined"})
    "NameError: name 'x' is not defined"
    """
    name, value = joined(output.get("ename")).strip(), joined(output.get("evalue")).strip()
    if name:
        return f"{name}: {value[:2_000]}"
    trace = output.get("traceback")
    lines = (
        [line for line in plain("\n".join(map(joined, trace))) if line.strip()]
        if isinstance(trace, list)
        else []
    )
    return lines[-1][:2_000] if lines else value[:2_000]
