"""From a notebook's bytes to its cells as plain data, also where the JSON is damaged.

``json`` reads what is whole. What it does not read is mended (commas before closing brackets) or
salvaged cell by cell: cells are looked for one after the other, and of a broken one its lines of
source are kept. Nothing here believes a type: a cell is a dict, and what is in it may be anything.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 48_000_000
MAX_CELLS = 3_000
_GOES_ON = "only the first {} of {} bytes of the notebook were read"
_TRIES = 20_000
"""Places at which a cell may start that are looked at in a damaged notebook."""
_LONG_DATA = re.compile(rb'"[A-Za-z0-9+/=]{4000,}(?:\\n)?"')
_CELLS = re.compile(r'"(?:cells|worksheets)"\s{0,40}:\s{0,40}\[')
_FORMAT = re.compile(r'"nbformat"\s{0,40}:\s{0,40}\d')
_CELL_TYPE = re.compile(r'"cell_type"\s{0,40}:\s{0,40}"')
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s{0,400}[}\]])', re.DOTALL)
_OPEN = re.compile(
    r'\{\s{0,200}"(?:attachments|cell_type|collapsed|execution_count|id|input|metadata)"'
)
_OPEN_CELL = re.compile(r'\{\s{0,200}"(?:attachments|cell_type|id)"')
_OF_SOURCE = re.compile(r'"(?:source|input)"\s{0,40}:\s{0,40}(\[|(?="))')
_ITEM = re.compile(r'\s{0,200}("(?:[^"\\\n]|\\.){0,20000}(?:"|(?=\n)|\Z))\s{0,200},?')
_KIND = re.compile(r'"cell_type"\s{0,40}:\s{0,40}"(\w{1,20})"')

Plain = dict[str, Any]
"""A JSON object."""


@dataclass(slots=True)
class Loaded:
    """The cells of a notebook; ``text`` is all there is where it is no notebook at all."""

    cells: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unread: bool = False
    cut: str = ""
    text: str = ""


def looks(data: bytes) -> bool:
    r"""Return whether bytes begin (and end) as a notebook does; cheap, whatever their length.

    >>> looks(b'{"cells": [], "nbformat": 4}'), looks(b'{"student": "Ada", "answers": {"1": "x"}}')
    (True, False)
    >>> looks(b'\xff\xfe' + '{"nbformat": 3, "worksheets": []}'.encode("utf-16-le"))
    True
    """
    head = _glance(data[:64_000])
    if not head.startswith("{"):
        return False
    tail = _glance(data[-4_000:]) if len(data) > 64_000 else ""
    cells = _CELLS.search(head) is not None
    told = _FORMAT.search(head) or _FORMAT.search(tail)
    return bool((told and (cells or len(data) > 64_000)) or (cells and _CELL_TYPE.search(head)))


def _glance(data: bytes) -> str:
    text = data.replace(b"\x00", b"").decode("latin-1")
    return text.removeprefix("ÿþ").removeprefix("þÿ").removeprefix("ï»¿").lstrip()


def load(data: bytes) -> Loaded:
    r"""Return the cells of a notebook; never raises.

    >>> load(b'{"nbformat": 4, "cells": [{"cell_type": "raw", "source": "a"},]}').problems
    ['commas that do not belong in JSON were left out']
    """
    loaded = Loaded()
    text = _text(_shortened(data, loaded), loaded)
    root = _parsed(text, loaded)
    if root is None and not loaded.cells:
        loaded.unread = True
        loaded.text = "" if text.lstrip()[:1] in ("{", "[") else text
        loaded.problems.append("is no notebook: no cell could be found in it")
    elif root is not None:
        _take(root, loaded)
    if len(loaded.cells) > MAX_CELLS:
        _cut(loaded, f"only the first {MAX_CELLS} of {len(loaded.cells)} cells were read")
        del loaded.cells[MAX_CELLS:]
    return loaded


def _cut(loaded: Loaded, what: str) -> None:
    loaded.problems.append(what)
    loaded.unread = True
    loaded.cut = f"{loaded.cut}; {what}" if loaded.cut else what


def _shortened(data: bytes, loaded: Loaded) -> bytes:
    """Bytes within the limit: embedded pictures go first, since no answer can be read in them."""
    if len(data) <= MAX_BYTES:
        return data
    total = len(data)
    less = _LONG_DATA.sub(b'""', data)
    if len(less) < total:
        _cut(
            loaded,
            f"the notebook is too big ({total // 1_000_000} MB); embedded pictures were left out",
        )
    if len(less) > MAX_BYTES:
        _cut(loaded, _GOES_ON.format(MAX_BYTES, total))
    return less[:MAX_BYTES]


def _text(data: bytes, loaded: Loaded) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = _other(data, loaded)
    if "\x00" in text:
        text = text.replace("\x00", "")
        loaded.problems.append("NUL characters were left out")
    return text


def _other(data: bytes, loaded: Loaded) -> str:
    if data[:4_000].count(0) > len(data[:4_000]) // 4:
        loaded.problems.append("read as UTF-16")
        return data.decode("utf-16-le", "replace")
    strange = data.decode("utf-8", "replace")
    if loaded.cut or any(not sign.isascii() and sign != "\ufffd" for sign in set(strange)):
        loaded.problems.append("some characters are no UTF-8 and were replaced")
        return strange
    loaded.problems.append("not UTF-8; read as Latin-1")
    return data.decode("latin-1")


def _parsed(text: str, loaded: Loaded) -> Any:
    """The whole as data; None where only cells could be salvaged, which then stand in loaded."""
    deep = False
    try:
        return _decoder(loaded).decode(text)
    except ValueError:
        pass
    except RecursionError:
        deep = True
    if not deep:
        mended = _COMMA.sub(lambda hit: hit.group(1) or "", text)
        if mended != text:
            try:
                root = _decoder(loaded).decode(mended)
            except (ValueError, RecursionError):
                text = mended
            else:
                loaded.problems.append("commas that do not belong in JSON were left out")
                return root
    if text.lstrip()[:1] in ("{", "[", '"') or _CELLS.search(text):
        Salvage(text, loaded).run(deep=deep)
    return None


def _decoder(loaded: Loaded) -> json.JSONDecoder:
    def pairs(found: list[tuple[str, Any]]) -> Plain:
        made = dict(found)
        if len(made) < len(found):
            _join_repeated(made, found, loaded)
        return made

    return json.JSONDecoder(object_pairs_hook=pairs, strict=False, parse_int=_number)


def _number(text: str) -> int | str:
    """A whole number; digits beyond all counts stay text, which converts in no time."""
    return int(text) if len(text) < 20 else text


def _join_repeated(made: Plain, found: list[tuple[str, Any]], loaded: Loaded) -> None:
    """Keep all of what stands under a repeated key and may hold answers; else the last counts."""
    for key in ("cells", "worksheets", "source", "input", "outputs"):
        values = [value for name, value in found if name == key and value]
        if len(values) > 1 and any(value != values[0] for value in values[1:]):
            made[key] = [item for value in values for item in _items(value)]
    line = "keys stand twice in one JSON object; the last one counts, cells and their text are all kept"
    if line not in loaded.problems:
        loaded.problems.append(line)


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [*value, "\n"] if value and isinstance(value[0], str) else value
    return [value, "\n"] if isinstance(value, str) else [value]


def _take(root: Any, loaded: Loaded) -> None:
    """Take the cells out of a notebook of format 3 (worksheets) or 4, or out of a bare list."""
    if isinstance(root, list):
        loaded.cells = [one for one in root if isinstance(one, dict) and "cell_type" in one]
    elif isinstance(root, dict):
        sheets = root.get("worksheets")
        parts = (
            [root, *(s for s in sheets if isinstance(s, dict))]
            if isinstance(sheets, list)
            else [root]
        )
        lists = [part.get("cells") for part in parts]
        loaded.cells = [cell for one in lists if isinstance(one, list) for cell in one]
        if not any(isinstance(one, list) for one in lists):
            loaded.unread = True
            loaded.problems.append("the notebook has no list of cells")
            return
    if not loaded.cells:
        loaded.problems.append("the notebook has no cells")


class Salvage:
    """Looks for cells one after the other in a text that is no JSON as a whole."""

    def __init__(self, text: str, loaded: Loaded) -> None:
        """Take the text, and where to put what is found."""
        self.text, self.loaded = text, loaded
        self.decoder = _decoder(loaded)
        self.left = 4 * len(text) + 100_000
        """Characters that may be looked at; each is looked at about twice in honest files."""
        self.whole = self.partial = 0

    def run(self, *, deep: bool) -> None:
        """Salvage cells; say how many, and why it had to be."""
        start = _CELLS.search(self.text)
        at = start.end() if start else 0
        for _ in range(_TRIES):
            after = self._next(at)
            if after is None or len(self.loaded.cells) > MAX_CELLS or self.left <= 0:
                break
            at = after
        if not self.loaded.cells:
            return
        self.loaded.unread = True
        why = "is nested too deeply" if deep else self._why()
        self.loaded.problems.append(
            f"{_count(self.whole, 'cell') if self.whole else 'no whole cells'} {'was' if self.whole == 1 else 'were'} salvaged of a notebook that {why}"
        )
        if self.partial:
            self.loaded.problems.append(
                f"of {_count(self.partial, 'more cell')} only lines of text could be salvaged"
            )

    def _why(self) -> str:
        ended = self.text.rstrip().endswith("}") and not self.loaded.cut
        return "is damaged" if ended else "breaks off"

    def _next(self, at: int) -> int | None:
        """Take the cell that starts at the next place where one may; return where to go on."""
        opened = _OPEN.search(self.text, at)
        if opened is None:
            return None
        here = opened.start()
        try:
            value, end = self.decoder.raw_decode(self.text, here)
        except ValueError as error:
            end = getattr(error, "pos", here)
            self.left -= max(end - here, 1)
            return self._broken(here)
        except RecursionError:
            self.left -= 100_000
            return self._broken(here)
        self.left -= end - here
        if isinstance(value, dict) and "cell_type" in value:
            self.loaded.cells.append(value)
            self.whole += 1
        elif isinstance(value, dict) and isinstance(value.get("cells"), list):
            self.loaded.cells += value["cells"]
            self.whole += len(value["cells"])
        return end

    def _broken(self, here: int) -> int:
        """Keep the lines of source of a cell that is no JSON; the next one may stand within."""
        kind = _KIND.search(self.text, here, here + 2_000)
        if kind is None:
            return here + 1
        stop = self._stop(kind.end())
        self.left -= stop - here
        source = _OF_SOURCE.search(self.text, here, stop)
        lines = self._strings(source.end(), stop) if source else []
        if lines:
            self.loaded.cells.append({"cell_type": kind.group(1), "source": lines})
            self.partial += 1
        return stop

    def _stop(self, at: int) -> int:
        """Where the next cell starts; the end of the text if none does."""
        opened = _OPEN_CELL.search(self.text, at)
        end = opened.start() if opened else len(self.text)
        following = _CELL_TYPE.search(self.text, at, end)
        before = self.text.rfind("{", at, following.start()) if following else -1
        return before if before >= at else end

    def _strings(self, at: int, end: int) -> list[str]:
        found: list[Any] = []
        while at < end and (item := _ITEM.match(self.text, at, end)):
            text = item.group(1)
            text = text if len(text) > 1 and text.endswith('"') else text.rstrip("\\") + '"'
            try:
                found.append(self.decoder.decode(text))
            except (ValueError, RecursionError):
                found.append(text.strip('"'))
            at = item.end()
        return [text for text in found if isinstance(text, str)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
