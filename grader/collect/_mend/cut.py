"""Brackets and strings that a page's edge cut: closed again, completed where it is evident."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.collect._mend import calls
from grader.collect._mend.model import Fix
from grader.collect._mend.names import BUILTINS, bound
from grader.collect._mend.source import CLOSERS, Effort, Fault, Scan, fault, says_nothing, scan
from grader.read._python import begins

KIND = "cut"
_HEADER = re.compile(
    r"\s*(?:async\s+)?(?:def|class|for|while|if|elif|else|try|except|finally|with)\b"
)
_TEXTS = re.compile(
    r"\b(?:print|title|xlabel|ylabel|label|suptitle|set_title|set_xlabel|set_ylabel|legend|text)"
    r"\s*[(=]"
)
_OPERATOR = re.compile(
    r"(?:\s*(?:[-+*/%@<>&|^=,.]|\b(?:and|or|not|in|is|if|else)\b|\w+\s*=(?!=)))+\s*$"
)
_ENDS_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)$")
_LAST_NAME = re.compile(r"([A-Za-z_]\w*)$")
_GOES_ON = re.compile(r"\s*[\w'\"*({\[-]")
_FARTHEST = 10
_CUT_SIGNS = ":…"


def fixes(
    lines: Sequence[str], wrong: Fault, others: Sequence[Sequence[str]], effort: Effort
) -> list[Fix]:
    """Return ways to close or complete what is cut, likeliest first."""
    if wrong.kind == "tabs" or (wrong.kind == "placement" and "outside" in wrong.why):
        return []
    state = scan(lines)
    found: list[Fix] = []
    if state.cut:
        found += _strings(lines, state, min(state.cut), others)
    if state.triple[-1]:
        found += _long_string(lines, state)
    found += _brackets(lines, state, wrong, others)
    if wrong.why.startswith("expected ':'"):
        found += _colon(lines, state, wrong)
    out: dict[tuple[str, ...], Fix] = {}
    for one in found:
        if not effort.spend(one.lines):
            break
        after = fault(one.lines)
        if after is None or after.line > wrong.line:
            out.setdefault(one.lines, one)
    return list(out.values())


def _strings(
    lines: Sequence[str], state: Scan, at: int, others: Sequence[Sequence[str]]
) -> list[Fix]:
    line, column = lines[at], state.cut[at]
    quote, text = line[column], line[column + 1 :].rstrip()
    before, plain = state.bare[at][:column], text.rstrip(_CUT_SIGNS).rstrip()
    opened = _opened(state, at, column)
    extras = ["", *calls.missing(lines, at, column, others)] if opened else [""]
    out: list[Fix] = []
    for value in calls.completions(text, before):
        for extra in [*extras[1:], ""]:
            says = f"a string that the page's edge cut was completed to '{value}'"
            says += f"; {calls.passes(extra)}" if extra else ""
            end = f"{quote}{', ' + extra if extra else ''}"
            out += _ended(lines, at, line[: column + 1] + value + end, opened, says, sure=False)
    sure = bool(_TEXTS.search(before)) or not opened
    says = "a string that the page's edge cut was closed"
    for inner in dict.fromkeys((text if sure else plain, plain, *_braced(before, plain))):
        out += _ended(lines, at, line[: column + 1] + inner + quote, opened, says, sure=sure)
    return out


def _braced(before: str, text: str) -> list[str]:
    """What a formatted string may have been whose braces are cut too."""
    if not re.search(r"\b[rR]?[fF][rR]?$", before) or text.count("{") <= text.count("}"):
        return []
    return [text + "}", re.sub(r":[^:{}]*$", "", text) + "}"]


def _opened(state: Scan, at: int, column: int) -> str:
    """The signs that close all brackets open at a place."""
    stack = [sign for sign, _, _ in state.open[at]]
    for sign in state.bare[at][:column]:
        if sign in CLOSERS:
            stack.append(sign)
        elif sign in ")]}" and stack:
            stack.pop()
    return "".join(CLOSERS[sign] for sign in reversed(stack))


def _ended(
    lines: Sequence[str], at: int, text: str, opened: str, says: str, *, sure: bool
) -> list[Fix]:
    """Ways to go on after a line whose cut string is closed."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    ends = [opened]
    if opened and _GOES_ON.match(following) and not begins(following, 0):
        ends = [",", "", opened]
    elif opened and following.strip()[:1] in tuple(")]}.+%,"):
        ends = ["", opened]
    out = []
    for end in ends:
        changed = [*lines[:at], text + end, *lines[at + 1 :]]
        wording = says + (" and its brackets with it" if end == opened and opened else "")
        out.append(Fix(tuple(changed), KIND, wording, sure=sure))
    return out


def _long_string(lines: Sequence[str], state: Scan) -> list[Fix]:
    """A long string that never ends: closed before the next statement, or at the end."""
    quotes = state.triple[-1]
    first = max((n for n in range(len(lines)) if not state.triple[n]), default=0)
    stops = [n for n in range(first + 1, len(lines)) if begins(lines[n], 200)][:3]
    out = []
    for stop in [*stops, len(lines)]:
        last = max((n for n in range(first, stop) if lines[n].strip()), default=first)
        changed = [*lines]
        changed[last] = changed[last].rstrip() + quotes
        says = "a long string that was left open was closed"
        out.append(Fix(tuple(changed), KIND, says, sure=stop < len(lines) or first == last))
    return out


def _brackets(
    lines: Sequence[str], state: Scan, wrong: Fault, others: Sequence[Sequence[str]]
) -> list[Fix]:
    """Close the brackets of the first statement that leaves some open, where it may end."""
    first = _left_open(lines, state, wrong)
    if first is None:
        return []
    known = set(BUILTINS).union(*(bound(other) for other in others), bound(lines))
    out: list[Fix] = []
    for at in range(first, min(first + _FARTHEST, len(lines))):
        if at > first and begins(lines[at], 0) and not says_nothing(lines[at]):
            break
        if says_nothing(lines[at]) or at in state.cut:
            continue
        opened = _opened(state, at, state.ends[at])
        if opened:
            out += _closed(lines, state, at, opened, known, others)
    return out


def _left_open(lines: Sequence[str], state: Scan, wrong: Fault) -> int | None:
    """The line of the statement that leaves a bracket open, at or before the fault."""
    for at in range(len(lines) + 1):
        end = at == len(lines)
        if state.open[at] and (end or begins(lines[at], 0)) and not state.triple[at]:
            return _start(state, state.open[at][0][1])
    if 0 < wrong.line <= len(lines) and state.open[wrong.line - 1]:
        return _start(state, state.open[wrong.line - 1][0][1])
    return None


def _start(state: Scan, at: int) -> int:
    while at and state.open[at]:
        at -= 1
    return at


def _closed(
    lines: Sequence[str],
    state: Scan,
    at: int,
    opened: str,
    known: set[str],
    others: Sequence[Sequence[str]],
) -> list[Fix]:
    code, rest = lines[at][: state.ends[at]], lines[at][state.ends[at] :]
    bare = state.bare[at][: state.ends[at]]
    colon = ":" if _HEADER.match(state.bare[_start(state, at)]) and not bare.endswith(":") else ""
    out: list[Fix] = []

    def close(text: str, says: str, *, sure: bool) -> None:
        for end in dict.fromkeys((colon, "")):
            changed = [*lines[:at], text + opened + end + rest, *lines[at + 1 :]]
            out.append(Fix(tuple(changed), KIND, says, sure=sure))

    for extra in calls.missing(lines, at, state.ends[at], others):
        says = f"a bracket that was left open was closed; {calls.passes(extra)}"
        close(f"{code.rstrip(', ')}, {extra}", says, sure=False)
    partial = _ENDS_NAME.search(bare)
    if partial and partial[1] not in known:
        whole = sorted(name for name in known if name.startswith(partial[1]))
        says = "a name that the page's edge cut was completed, and its brackets closed"
        for name in whole[:2] if len(partial[1]) > 1 else []:
            close(code[: partial.start()] + name, says, sure=False)
    lost = _OPERATOR.search(bare)
    if lost and bare[: lost.start()].strip() and not bare.endswith(","):
        says = "a line that the page's edge cut was ended before the cut, and its brackets closed"
        close(code[: lost.start()], says, sure=False)
    if opened and bare.endswith(":"):
        close(code.rstrip(_CUT_SIGNS), "a bracket that the page's edge cut was closed", sure=True)
    sure = not lost and not bare.endswith(("(", "[", "{"))
    close(code, "a bracket that was left open was closed", sure=sure or bare.endswith(","))
    return out


def _colon(lines: Sequence[str], state: Scan, wrong: Fault) -> list[Fix]:
    at = min(wrong.line, len(lines)) - 1
    if not _HEADER.match(state.bare[at]):
        return []
    code, rest = lines[at][: state.ends[at]], lines[at][state.ends[at] :]
    changed = [*lines[:at], code + ":" + rest, *lines[at + 1 :]]
    return [Fix(tuple(changed), "colon", "the missing colon after a header was added")]
