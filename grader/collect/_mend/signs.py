"""Signs that a conversion changed or added: prompts, line numbers, quotes, spaces, minus, tabs."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Callable, Sequence

from grader.collect import _signs
from grader.collect._mend.model import Fix
from grader.collect._mend.source import Fault, fault, indent, scan
from grader.collect._repair import is_page_furniture
from grader.read._python import string_end

_NUMBERED = re.compile(r"\s*(\d{1,4})(?:\s?[.:|)](?=\s|$)|(?=\s|$))")
_FENCE = re.compile(r"\s*(?:```|~~~)\s*\w*\s*$")
_ESCAPED = re.compile(r"\\([_*#\[\]<>|])")
_DOCTEST = re.compile(r"(?:>>>|\.\.\.)(?: |$)")
_QUOTES = {"“": '"', "”": '"', "„": '"', "″": '"', "‘": "'", "’": "'", "‚": "'", "′": "'"}
_CLOSES = {
    "“": '”“"″',
    "”": '”"',
    "„": '“”"',
    "″": "″”",
    "‘": "’‘'",
    "’": "’'",
    "‚": "‘’'",
    "′": "′",
}
_SPACES = dict.fromkeys(
    "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "
)
_NOTHING = dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\f", "")
_OPERATORS = {
    "−": "-", "–": "-", "—": "-", "×": "*", "∗": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=",
    "…": "...", "（": "(", "）": ")", "，": ",", "：": ":", "；": ";", "［": "[", "］": "]", "＝": "=",
}  # fmt: skip
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#39;": "'"}

Lines = list[str]
Step = tuple[Callable[[Lines], Lines], str, str]
"""What is done, the kind of repair that it is, and what it says."""


def prompts(lines: Sequence[str]) -> Fix | None:
    """Return the cell without ``In [ ]:``, which IPython may well run as something else."""
    starts = [n for n, line in enumerate(lines) if _prompted(line)]
    if not starts:
        return None
    out = list(lines[: starts[0]])
    for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        out += _signs.without_prompts(lines[begin:end]).split("\n")
    return Fix(tuple(out), "prompt", "the notebook's prompts in the code were taken out")


def _prompted(line: str) -> bool:
    found = _signs.CELL_IN.match(line)
    return found is not None and ":" in found[0]


def fixes(lines: Sequence[str], wrong: Fault) -> list[Fix]:
    """Return the fewest changes of signs that get further than the first fault."""
    found = _fewest(list(lines), wrong, _STEPS)
    return found or _fewest(list(lines), wrong, _WIDER)


def _fewest(before: Lines, wrong: Fault, steps: Sequence[Step]) -> list[Fix]:
    done: list[Step] = []
    for step in steps:
        if _get(before, [*done, step]) != _get(before, done):
            done.append(step)
    whole = fault(_get(before, done)) if done else wrong
    if not done or (whole is not None and _reach(whole) <= _reach(wrong)):
        return []
    for step in reversed(list(done)):
        fewer = [one for one in done if one is not step]
        if _as_far(fault(_get(before, fewer)), whole):
            done = fewer
    first = done[0] if done else steps[0]
    says = "; ".join(dict.fromkeys(step[2] for step in done))
    return [Fix(tuple(_get(before, done)), first[1], says)] if done else []


def _reach(wrong: Fault) -> int:
    return wrong.line


def _as_far(one: Fault | None, other: Fault | None) -> bool:
    return one is None or (other is not None and one.line >= other.line)


def _get(lines: Lines, steps: Sequence[Step]) -> Lines:
    for step, _, _ in steps:
        lines = step(lines)
    return lines


def _numbers(lines: Lines) -> Lines:
    """Take line numbers off, where every line but blank ones has one, each one more."""
    found = [_NUMBERED.match(line) for line in lines if line.strip()]
    count = [int(hit[1]) for hit in found if hit]
    if len(found) != len(count) or len(count) < 2:
        return lines
    if any(b - a != 1 for a, b in itertools.pairwise(count)):
        return lines
    rest = [line[hit.end() :] if (hit := _NUMBERED.match(line)) else line for line in lines]
    return textwrap.dedent("\n".join(rest)).split("\n")


def _fences(lines: Lines) -> Lines:
    """Take out fences of Markdown and running headers and footers of pages."""
    return [x for x in lines if not (_FENCE.match(x) or (x.strip() and is_page_furniture(x)))]


def _doctest(lines: Lines) -> Lines:
    if not all(_DOCTEST.match(line) for line in lines if line.strip()):
        return lines
    return [line[4:] for line in lines]


def _quotes(lines: Lines) -> Lines:
    """Make curly quotes that begin a string straight, and those that end it."""
    return [_straight(line) if any(q in line for q in _QUOTES) else line for line in lines]


def _straight(line: str) -> str:
    out, at = "", 0
    while at < len(line):
        sign = line[at]
        if sign == "#":
            return out + line[at:]
        if sign in "'\"":
            end = string_end(line, at + 1, sign)
            if end < 0:
                end = next((k for k in range(at + 1, len(line)) if line[k] in _closes(sign)), -1)
                if end < 0:
                    return out + line[at:]
                out += line[at:end] + sign
                at = end + 1
                continue
            out += line[at:end]
            at = end
        elif sign in _QUOTES:
            end = next((k for k in range(at + 1, len(line)) if line[k] in _CLOSES[sign]), -1)
            quote = _QUOTES[sign]
            if end < 0:
                return out + quote + line[at + 1 :]
            inner = line[at + 1 : end]
            out += quote + inner.replace(quote, "\\" + quote) + quote
            at = end + 1
        else:
            out += sign
            at += 1
    return out


def _closes(quote: str) -> str:
    return "".join(sign for sign, plain in _QUOTES.items() if plain == quote)


def _all_quotes(lines: Lines) -> Lines:
    table = str.maketrans(_QUOTES)
    return [line.translate(table) for line in lines]


def _in_code(table: dict[str, str]) -> Callable[[Lines], Lines]:
    """Replace signs outside of strings and comments."""

    def step(lines: Lines) -> Lines:
        if not any(sign in line for line in lines for sign in table):
            return lines
        bare = scan(lines).bare
        out = []
        for line, plain in zip(lines, bare, strict=True):
            blank = plain.ljust(len(line))
            out.append(
                "".join(
                    table.get(sign, sign) if blank[at] == sign else sign
                    for at, sign in enumerate(line)
                )
            )
        return out

    return step


def _escapes(lines: Lines) -> Lines:
    return [_ESCAPED.sub(r"\1", line) for line in lines]


def _entities(lines: Lines) -> Lines:
    out = []
    for line in lines:
        for entity, sign in _ENTITIES.items():
            line = line.replace(entity, sign)  # noqa: PLW2901
        out.append(line)
    return out


def _tabs(width: int) -> Callable[[Lines], Lines]:
    def step(lines: Lines) -> Lines:
        out = []
        for line in lines:
            head = line[: indent(line)]
            out.append(head.expandtabs(width) + line[len(head) :] if "\t" in head else line)
        return out

    return step


def _dedented(lines: Lines) -> Lines:
    """Take off the indentation that all lines, or all but the first, share."""
    whole = textwrap.dedent("\n".join(lines)).split("\n")
    if whole != lines and any(map(str.strip, lines)):
        return [line if line.strip() else old for line, old in zip(whole, lines, strict=True)]
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    rest = lines[first + 1 :]
    state = scan(lines)
    if not any(map(str.strip, rest)) or state.open[first + 1] or state.opens(first):
        return lines
    return [*lines[: first + 1], *textwrap.dedent("\n".join(rest)).split("\n")]


_CHANGED = "signs that a conversion changed (quotes, minus signs, spaces) were put right"
_TABS = "tabs in the indentation were made spaces"
_STEPS: tuple[Step, ...] = (
    (_fences, "page", "lines that belong to the page and not to the code were taken out"),
    (_doctest, "prompt", "prompts before the lines of code were taken out"),
    (_numbers, "numbers", "line numbers before the code were taken out"),
    (_in_code(_SPACES | _NOTHING), "signs", _CHANGED),
    (_quotes, "signs", _CHANGED),
    (_in_code(_OPERATORS), "signs", _CHANGED),
    (_escapes, "signs", "backslashes that a conversion put before signs were taken out"),
    (_entities, "signs", "signs that were written as HTML were put right"),
    (_all_quotes, "signs", _CHANGED),
    (_tabs(4), "tabs", _TABS),
    (_dedented, "indentation", "the indentation that the whole cell had was taken off"),
)
_WIDER = tuple((_tabs(8), *one[1:]) if one[1] == "tabs" else one for one in _STEPS)
