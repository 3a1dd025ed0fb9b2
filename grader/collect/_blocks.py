"""Cuts text into blocks of one kind each: heading, prose, math, code, output, table, image.

Lines are looked at once. A block is a range of lines and knows no part of the exam; ``render``
turns the lines of a block into the text of a piece (without fences, cell prompts and marks).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.collect import _signs as signs
from grader.model import Piece, PieceKind, Place

_FENCE = re.compile(r"\s{0,8}(`{3,}|~{3,})\s*\{?\.?([\w+#-]*)")
_LATE_FENCE = re.compile(r"\s*[^`|]{1,40}[:.)\]*]\s*(`{3,})\s*([\w+#-]*)\s*$")
_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s+|#{2,6}(?=[A-Z*\d]))\S")
_IMAGE = re.compile(
    r"\s*(?:!\[[^\]]{0,200}\](?:\([^)]{0,500}\)|\[[^\]]{0,80}\])?|<img\b[^>]{0,500}>)\s*$",
    re.IGNORECASE,
)
_RULE_LINE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_MATH_OPEN = re.compile(
    r"\s*(?:[-*>]\s+)?(\$\$|\\\[|\\begin\{(equation|align|gather|multline|eqnarray|displaymath)\*?\})"
)
_CODE_WORDS = frozenset(
    [
        "python",
        "python3",
        "py",
        "ipython",
        "ipython3",
        "pycon",
        "java",
        "c",
        "cpp",
        "r",
        "matlab",
        "julia",
        "bash",
        "sh",
    ]
)
_MAX_MATH = 60
PRINTED = "output"
"""Language of a fence around what code is known to have printed."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``start`` up to, not including, ``end``, counted from 0, all of one kind."""

    kind: PieceKind
    start: int
    end: int
    fenced: bool = False
    lang: str = ""


def split(text: str, file: str, first: int = 1) -> tuple[Piece, ...]:
    r"""Return the pieces of a text in order; ``first`` is the number of its first line.

    >>> [(p.kind, p.text) for p in split("So:\n\n$$x = 2$$\n\n- done", "a.md")]
    [('prose', 'So:'), ('math', '$$x = 2$$'), ('prose', '- done')]
    """
    lines = text.split("\n")
    made = (piece(b, lines[b.start : b.end], file, first + b.start) for b in scan(lines))
    return tuple(p for p in made if p is not None)


def piece(block: Block, lines: Sequence[str], file: str, first: int) -> Piece | None:
    """Return lines as a piece of the block's kind, or None where nothing is left of them."""
    text = render(block.kind, lines, fenced=block.fenced)
    if not text.strip():
        return None
    end = first + len(lines) - 1
    return Piece(kind=block.kind, text=text, place=Place(file=file, start=first, end=end))


def render(kind: PieceKind, lines: Sequence[str], *, fenced: bool = False) -> str:
    """Return the text of a piece: no fences, no cell prompts, no heading marks."""
    if fenced:
        lines = [line for line in lines if not is_fence(line)]
    if kind == "heading":
        return " ".join(
            line.strip().strip("#").strip() for line in lines if not signs.UNDERLINE.match(line)
        )
    if kind in ("code", "output"):
        return signs.without_prompts(lines)
    if kind == "table" and "\t" in lines[-1]:
        return "\n".join(_titled([line.rstrip("\n") for line in lines if line.strip()]))
    return "\n".join(line.rstrip() for line in lines).strip()


def _titled(rows: Sequence[str]) -> list[str]:
    """Rows of cells parted by tabs; titles without one for the column of names are moved over it."""
    counts = [row.rstrip().count("\t") for row in rows]
    short = len(rows) > 2 and len(set(counts[1:])) == 1 and counts[0] == counts[1] - 1
    first = f"\t{rows[0].strip()}" if short else rows[0]
    return [row.rstrip() for row in (first, *rows[1:])]


def is_fence(line: str) -> bool:
    """Whether a line opens or closes a fence, be it behind a label: ``2.1: ```python``."""
    return ("`" in line and bool(_FENCE.match(line) or _LATE_FENCE.match(line))) or (
        "~~~" in line and bool(_FENCE.match(line))
    )


def scan(lines: Sequence[str]) -> list[Block]:
    """Return the blocks of the lines, in order; blank lines between blocks belong to none."""
    blocks: list[Block] = []
    at, total = 0, len(lines)
    while at < total:
        if not lines[at].strip():
            at += 1
            continue
        made = _special(lines, at, blocks) or [_prose(lines, at, blocks)]
        blocks += made
        at = made[-1].end
    return [
        _within_output(b, blocks[i - 1 : i + 2]) if 0 < i < len(blocks) - 1 else b
        for i, b in enumerate(blocks)
    ]


def _within_output(block: Block, around: Sequence[Block]) -> Block:
    """A line or two of prose right between output and output is output too."""
    before, _, after = around
    close = (
        block.start - before.end <= 2
        and after.start - block.end <= 1
        and block.end - block.start <= 2
    )
    if block.kind == "prose" and before.kind == after.kind == "output" and close:
        return Block("output", block.start, block.end)
    return block


Rule = Callable[[Sequence[str], int, list[Block]], "list[Block] | None"]


def _special(lines: Sequence[str], at: int, before: list[Block]) -> list[Block] | None:
    """Return the block that starts here by its own sign, or None for prose."""
    line = lines[at]
    for looks, rule in _RULES:
        if looks(line):
            made = rule(lines, at, before)
            if made:
                return made
    return None


def _prose(lines: Sequence[str], at: int, before: list[Block]) -> Block:
    end = at + 1
    while end < len(lines) and lines[end].strip() and not _special(lines, end, before):
        end += 1
    after = before[-1] if before else None
    if after and after.kind in ("code", "output") and _printed(lines, after, before, at, end):
        return Block("output", at, end)
    return Block("prose", at, end)


def _printed(lines: Sequence[str], after: Block, before: list[Block], at: int, end: int) -> bool:
    """Whether the code above prints what these lines start with."""
    if at - after.end > 3:
        return False
    source: list[str] = []
    for block in reversed(before[-8:]):
        if block.kind == "code":
            source[:0] = lines[block.start : block.end]
        elif source or block.kind != "output":
            break
    shortest = 2 if after.kind == "output" else 3
    starts = tuple(s for s in signs.printed_starts(source) if len(s) >= shortest)
    return bool(starts) and all(line.strip().startswith(starts) for line in lines[at:end])


def _fence(lines: Sequence[str], at: int, before: list[Block]) -> list[Block] | None:
    opened = _FENCE.match(lines[at]) or _LATE_FENCE.match(lines[at])
    if not opened:
        return None
    mark, lang = opened.group(1), opened.group(2).lower()
    end = at + 1
    while end < len(lines) and not _closes(lines[end], mark):
        end += 1
    close = min(end + 1, len(lines))
    if lang in ("math", "latex", "tex"):
        return [Block("math", at, close, fenced=True)]
    last = before[-1] if before and before[-1].kind in ("code", "output") else None
    if last is not None and any(line.strip() for line in lines[last.end : at]):
        last = None
    return _fenced(lines, at, close, lang, last)


def _closes(line: str, mark: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(mark) and bare[0] == mark[0] and not bare.strip(mark[0])


def _fenced(
    lines: Sequence[str], at: int, close: int, lang: str, last: Block | None
) -> list[Block]:
    body = lines[at + 1 : close]
    if close > at + 1 and _FENCE.match(lines[close - 1]):
        body = lines[at + 1 : close - 1]
    kind = _kind_of_fence(lines, body, lang, last)
    if kind == "code":
        cut = signs.output_tail(body)
        if cut < len(body):
            middle = at + 1 + cut
            return [Block("code", at, middle, True, lang), Block("output", middle, close, True)]
    return [Block(kind, at, close, True, lang)]


def _kind_of_fence(
    lines: Sequence[str], body: Sequence[str], lang: str, last: Block | None
) -> PieceKind:
    head = next((line for line in body if line.strip()), "")
    if lang == PRINTED:
        return "table" if signs.is_table(body) else "output"
    if signs.CELL_OUT.match(head):
        return "output"
    if signs.CELL_IN.match(head) or lang in _CODE_WORDS:
        return "code"
    if head and all(line.lstrip()[:1] in {"", "#"} for line in body):
        return "code"
    if signs.is_table(body):
        return "table"
    strong, weak, logged, total = signs.count(body)
    if (
        last is not None
        and signs.unclosed(lines[last.start : last.end])
        and not signs.LOG.match(head)
    ):
        return last.kind
    if logged and strong <= total // 5:
        return "output"
    if strong or (weak * 2 >= total > 0 and (last is not None or weak > 1)):
        return "code"
    if last is not None or lang in ("output", "console", "text"):
        return "output"
    return "prose"


def _math(lines: Sequence[str], at: int, _before: list[Block]) -> list[Block] | None:
    opened = _MATH_OPEN.match(lines[at])
    if not opened:
        return None
    sign = opened.group(1)
    close = {"$$": "$$", "\\[": "\\]"}.get(sign, "\\end{" + (opened.group(2) or ""))
    rest = lines[at][opened.end() :]
    if close in rest:
        after = rest[rest.rindex(close) + len(close) :].strip(" .,;*}")
        return [Block("math", at, at + 1)] if len(after) < 3 else None
    for end in range(at + 1, min(at + _MAX_MATH, len(lines))):
        if close in lines[end]:
            return [Block("math", at, end + 1)]
        if lines[end].lstrip().startswith("#"):
            break
    return None


def _heading(lines: Sequence[str], at: int, before: list[Block]) -> list[Block] | None:
    if not _HEADING.match(lines[at]):
        return None
    touches = (
        before and before[-1].kind == "code" and not before[-1].fenced and before[-1].end == at
    )
    following = lines[at + 1] if at + 1 < len(lines) else ""
    if (lines[at].startswith("# ") and signs.STRONG.match(following)) or touches:
        return None
    return [Block("heading", at, at + 1)]


def _image(lines: Sequence[str], at: int, _before: list[Block]) -> list[Block] | None:
    return [Block("image", at, at + 1)] if _IMAGE.match(lines[at]) else None


def _table(lines: Sequence[str], at: int, _before: list[Block]) -> list[Block] | None:
    bars = "|" in lines[at]
    end = at
    while end < len(lines) and (lines[end].count("|") >= 1 if bars else "\t" in lines[end].strip()):
        end += 1
    ruled = bars and any(_RULE_LINE.match(line) and "-" in line for line in lines[at:end])
    edged = bars and all(
        line.strip().startswith("|") and line.count("|") > 2 for line in lines[at:end]
    )
    if ruled or (edged and end - at > 1) or (not bars and end - at > 1):
        return [Block("table", at, end)]
    return None


def _cell(lines: Sequence[str], at: int, _before: list[Block]) -> list[Block] | None:
    """An ``In [ ]:`` or ``Out[ ]:`` cell without a fence."""
    if signs.CELL_OUT.match(lines[at]):
        return [Block("output", at, signs.output_end(lines, at))]
    if signs.CELL_IN.match(lines[at]):
        return [Block("code", at, signs.code_end(lines, at + 1))]
    return None


def _output(lines: Sequence[str], at: int, _before: list[Block]) -> list[Block] | None:
    if not signs.LOG.match(lines[at]):
        return None
    return [Block("output", at, signs.output_end(lines, at))]


def _code(lines: Sequence[str], at: int, _before: list[Block]) -> list[Block] | None:
    start = signs.code_start(lines, at)
    return None if start is None else [Block("code", at, signs.code_end(lines, start))]


def _starts(*signs_: str) -> Callable[[str], bool]:
    return lambda line: line.lstrip().startswith(signs_)


_RULES: tuple[tuple[Callable[[str], bool], Rule], ...] = (
    (lambda line: "```" in line or "~~~" in line, _fence),
    (lambda line: "$$" in line or "\\[" in line or "\\begin{" in line, _math),
    (_starts("#"), _heading),
    (_starts("!", "<"), _image),
    (lambda line: "|" in line or "\t" in line, _table),
    (_starts("In", "Out"), _cell),
    (signs.may_log, _output),
    (signs.may_code, _code),
)
