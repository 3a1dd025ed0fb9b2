"""What single lines look like: code, what code printed, cell prompts, tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

CELL_IN = re.compile(r"\s*(?:In\s?\[[\s\d*]{0,6}\]\s?:?|>>>)")
CELL_OUT = re.compile(r"\s*Out\s?\[[\s\d*]{0,6}\]\s?:?")
UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*$")
STRONG = re.compile(
    r"""\s*(?:>>>\s
    | import\ [\w.]+(?:\ as\ \w+)?(?:,\ ?[\w.]+)*\s*(?:\#.*)?$
    | from\ [\w.]+\ import\b
    | (?:async\ )?def\ \w+\s?\(
    | class\ \w+\s?(?:\([^)]{0,200}\))?\s?:
    | for\ [\w, ()]{1,60}\ in\ [^:]{1,200}:\s*(?:\#.*|\w.*)?$
    | while\ [^:]{1,200}:\s*(?:\#.*)?$
    | if\ __name__
    | with\ [\w.]+\(.{0,300}\)(?:\ as\ \w+)?(?:,.{0,200})?:\s*$
    | print\s?\(["'frb\w]
    | assert\ \w
    | @\w[\w.]{2,60}(?:\(.{0,200}\))?\s*$
    | %matplotlib\b | !pip\b
    | [a-zA-Z_]\w*(?:\.\w+){1,6}(?:\[[^\]]{1,60}\])?(?:\(|\s?=\s?[^=])
    | [a-zA-Z_][\w., \[\]:'"]{0,80}\s?(?:[-+*/]?=)\s?[a-zA-Z_]\w*(?:\.\w+){1,6}[(\[]
    )""",
    re.VERBOSE,
)
WEAK = re.compile(
    r"""\s*(?:[a-zA-Z_][\w., \[\]:'"()]{0,80}\s?(?:[-+*/]?=)\s?[^=\s]
    | [a-zA-Z_][\w.]{0,60}\(.{0,400}\)?[,:]?\s*(?:\#.*)?$
    | (?:if|elif|while|return|yield|raise|with|for|except|del|global)\b.{0,300}
    | (?:else|try|finally)\s?:\s*$ | (?:pass|break|continue|return)\s*$
    | \#(?!\#).{0,300} | [\])}]+[,:)]{0,3}\s*(?:\#.*)?$ | ["'].{0,300}["'],?\)?\s*$
    | [a-zA-Z_]\w*\s*$
    )""",
    re.VERBOSE,
)
LOG = re.compile(
    r"""\s*(?:Epoch:?\s?\[?\d+\s?(?:/\s?\d+|\]|:)
    | \d+/\d+\ \[[=>.\s#-]{3,}
    | Traceback\ \(most\ recent | [A-Z]\w+(?:Error|Exception):\s | SystemExit\b
    | WARNING:\w | usage:\ \S+\.py\b | Model:\ ["']\w
    | (?:Total|Trainable|Non-trainable)\ params:
    | Layer\ \(type | (?:={8,}|_{8,})\s*$ | Files\ already\ | Downloading\ http
    | /\S{1,120}\.py:\d+ | \[\d+,\s+\d+\]\ loss: | \d{1,3}%\|
    )""",
    re.VERBOSE,
)
_PRINTED = re.compile(r"""print\s?\(\s?f?(["'])([^"'{%\\]{2,60})""")
_STRINGS = re.compile(r"""("(?:[^"\\]|\\.){0,400}"|'(?:[^'\\]|\\.){0,400}'|\#.*)""")
_CODE_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_>@%!#")
_LOG_START = frozenset("0123456789=_/[EMTWDLFNSuABCDGHIJKOPQRUVXYZ")


def may_code(line: str) -> bool:
    """Whether a line may start code, by its first sign: a quick way out."""
    bare = line.lstrip()
    return bare[:1] in _CODE_START and (
        "(" in bare or "=" in bare or ":" in bare or "import" in bare or bare[:1] == "@"
    )


def may_log(line: str) -> bool:
    """Whether a line may start output, by its first sign: a quick way out."""
    return line.lstrip()[:1] in _LOG_START


def count(lines: Sequence[str]) -> tuple[int, int, int, int]:
    """Count lines that are surely code, may be code, are a log, and are not blank."""
    strong = weak = logged = total = 0
    for line in lines:
        if not line.strip():
            continue
        total += 1
        if LOG.match(line):
            logged += 1
        elif STRONG.match(line):
            strong += 1
        elif WEAK.match(line):
            weak += 1
    return strong, weak, logged, total


def code_start(lines: Sequence[str], at: int) -> int | None:
    """Return the first surely code line of the run of code that starts here, if one does."""
    for here in range(at, min(at + 6, len(lines))):
        line = lines[here]
        if not line.strip():
            return None
        if STRONG.match(line):
            return here
        if not WEAK.match(line):
            return None
    return None


def code_end(lines: Sequence[str], at: int) -> int:
    """Return where a run of code ends that goes on at a line."""
    end = last = at
    while end < len(lines):
        line = lines[end]
        if line.strip():
            opened = unclosed(lines[max(at - 1, last - 12) : last])
            if not (line[0] in " \t" or STRONG.match(line) or WEAK.match(line) or opened):
                break
            if (
                LOG.match(line)
                or line.startswith(("## ", "```", "$$", "Out["))
                or CELL_IN.match(line)
            ):
                break
            if line[0] not in " \t" and end > last and not _goes_on(lines, end) and not opened:
                break
            last = end + 1
        end += 1
    return max(last, at)


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Whether code goes on after a blank line: a weak line must be near a sure one."""
    return code_start(lines, at) is not None


def output_end(lines: Sequence[str], at: int) -> int:
    """Return where output ends: at a blank line that no further output follows."""
    end = last = at + 1
    while end < len(lines):
        line = lines[end]
        if not line.strip():
            if end - last >= 2:
                break
        elif (
            line.startswith(("#", "```", "$$"))
            or CELL_IN.match(line)
            or STRONG.match(line)
            or (
                end > last
                and not (LOG.match(line) or (line[0] in " \t" and lines[last - 1][:1] in " \t"))
            )
        ):
            break
        else:
            last = end + 1
        end += 1
    return last


def output_tail(body: Sequence[str]) -> int:
    """Return where, in the body of a code cell, what it printed starts (its length if nowhere)."""
    end = len(body)
    while end and not body[end - 1].strip():
        end -= 1
    start = end
    while start and body[start - 1].strip():
        start -= 1
    tail = body[start:end]
    if not start or not tail or any(line[0] in " \t)]}" or STRONG.match(line) for line in tail):
        return len(body)
    if all(WEAK.match(line) and not LOG.match(line) for line in tail) or unclosed(body[:start]):
        return len(body)
    return start


def is_table(body: Sequence[str]) -> bool:
    """Whether all lines are rows of a bar table."""
    rows = [line for line in body if line.strip()]
    return len(rows) > 1 and all(line.count("|") > 1 for line in rows)


def unclosed(lines: Sequence[str]) -> bool:
    """Whether a bracket is open at the end of the lines (strings and comments left out)."""
    depth = 0
    for line in lines[-400:]:
        bare = _STRINGS.sub("", line[:600])
        depth += sum(map(bare.count, "([{")) - sum(map(bare.count, ")]}"))
        depth = max(depth, 0)
    return depth > 0


def printed_starts(lines: Sequence[str]) -> tuple[str, ...]:
    """Return what the prints of code start with, as far as the source tells."""
    return tuple(found.group(2) for line in lines for found in _PRINTED.finditer(line))


def without_prompts(lines: Sequence[str]) -> str:
    """Return the lines of a cell without ``In [ ]:`` and the indentation that it brought."""
    kept = list(lines)
    while kept and not kept[0].strip():
        kept.pop(0)
    if kept and (CELL_IN.match(kept[0]) or CELL_OUT.match(kept[0])) and ">>>" not in kept[0][:4]:
        found = CELL_IN.match(kept[0]) or CELL_OUT.match(kept[0])
        width = found.end() if found else 0
        kept[0] = kept[0][width:].lstrip()
        rest = [line for line in kept[1:] if line.strip()]
        shift = min((len(line) - len(line.lstrip()) for line in rest), default=0)
        if shift >= width - 1 or (shift and not kept[0].rstrip().endswith((":", "(", ",", "["))):
            kept[1:] = [line[shift:] for line in kept[1:]]
        if not kept[0].strip():
            kept.pop(0)
    return "\n".join(line.rstrip() for line in kept).strip("\n")
