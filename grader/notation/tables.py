"""Tables as they are written: Markdown, tabs, commas or semicolons, LaTeX, columns of blanks."""

from __future__ import annotations

import csv
import re
from typing import Any

from grader.notation.splitting import LONGEST, Flaw

_RULE = re.compile(r"[\s|:+=\-–—]+")
_BLANKS = re.compile(r"\t|\s\s+")
_CELL = re.compile(r"(?<!\\)\|")


def read_table(text: str) -> list[list[Any]] | Flaw:
    r"""Return the rows of a table, each a list of texts, or what is wrong with it.

    >>> read_table("| a | b |\n|---|---|\n| x | 1 |")
    [['a', 'b'], ['x', '1']]
    >>> read_table("x; 1,5\ny; 2")
    [['x', '1,5'], ['y', '2']]
    """
    if len(text) > LONGEST:
        return Flaw(f"it is longer than {LONGEST:,} characters")
    if "&" in text and "\\\\" in text:
        lines = [line for line in text.replace("\\hline", "").split("\\\\") if "&" in line]
        return [[cell.strip() for cell in line.split("&")] for line in lines]
    lines = [line.strip("\r\f\v ") for line in text.splitlines()]
    lines = [line for line in lines if line.strip() and not _RULE.fullmatch(line)]
    if not lines:
        return Flaw("no rows are given")
    if sum("|" in line for line in lines) * 2 > len(lines):
        return [_piped(line) for line in lines]
    for sign in ("\t", ";", ","):
        if all(sign in line for line in lines):
            return _separated(lines, sign)
    if all(_BLANKS.search(line) for line in lines):
        return [[cell.strip() for cell in _BLANKS.split(line)] for line in lines]
    return [line.split() for line in lines]


def _piped(line: str) -> list[Any]:
    line = line.strip()
    line = line.removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(line)]


def _separated(lines: list[str], sign: str) -> list[list[Any]] | Flaw:
    try:
        rows = list(csv.reader(lines, delimiter=sign, skipinitialspace=True))
    except csv.Error:
        return Flaw("a cell is too long")
    return [[cell.strip() for cell in row] for row in rows if row]
