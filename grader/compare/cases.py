"""The results of a student's function, case by case, held against what each case should give.

    ran: {read: sums, expect: sums_of, given: {cases: {inputs: sums}}, compare: {kind: cases}}

The truth is a list with an entry for each case: the result, or ``{result}``, ``{raises}`` (the
name of the exception, or several) and ``{after}`` (arguments after the call, by position).
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from grader.compare import comparators
from grader.compare._alike import READ, Tolerance, difference, is_short, of_type, opaque_in
from grader.model import Verdict, unsure, wrong

_LIMITS = {
    "timeout": "it does not end",
    "cpu": "it does not end",
    "memory": "it takes too much memory",
    "output": "it writes too much",
    "killed": "its process ends early, or is stopped for breaking a rule",
}
_SHORT_RELATIVE, _SHORT_ABSOLUTE = 1e-4, 1e-5
_SHOWN, _LISTED, _VALUE = 3, 12, 90
_NOT_TRIED = "it was not tried"
_FIELDS = {"result", "raises", "after"}


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Options: the tolerance, what part of the cases earns, what a call that hangs means.

    With ``credit: all`` one wrong case earns nothing, with ``share`` each earns its share. Where
    ``hangs`` is ``open`` a call that overstays goes to a person, with ``wrong`` it is wrong.
    ``unchanged`` asks that no call alters its arguments.
    """

    relative: float = 1e-9
    absolute: float = 1e-12
    exact: bool = False
    credit: Literal["all", "share"] = "all"
    hangs: Literal["open", "wrong"] = "open"
    unchanged: bool = False

    def __post_init__(self) -> None:
        """Refuse tolerances below 0."""
        if self.relative < 0 or self.absolute < 0:
            raise ValueError("a tolerance is not below 0")

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, and which cases are wrong; inputs are named where they are shown.

        >>> cases = [{"args": [1, 2], "kwargs": {}, "ended": "done", "result": 4}]
        >>> Cases().compare({"cases": cases, "hidden": False}, [3]).reason
        'case 1, (1, 2): it gives 4, which is not right'
        """
        cases = value.get("cases") if isinstance(value, Mapping) else None
        if not isinstance(cases, Sequence) or isinstance(cases, str | bytes) or not cases:
            return wrong("no call was made")
        if not isinstance(truth, Sequence) or isinstance(truth, str | bytes):
            return unsure("there is nothing to compare the calls with")
        if len(truth) != len(cases):
            return unsure("there are other cases than calls")
        hidden = value.get("hidden") is not False
        faults = [self._fault(one, want) for one, want in zip(cases, truth, strict=True)]
        each = tuple(Fraction(not fault) for fault in faults)
        open_ = self.hangs == "open" and any(_hangs(one) for one in cases)
        # a type that we do not read may hold what is right
        other = any(opaque_in(one.get("result")) for one in cases if isinstance(one, Mapping))
        other = other or self._is_short(cases, truth, faults)
        share = sum(each, Fraction(0)) / len(each)
        credit = share if self.credit == "share" else Fraction(share == 1)
        return Verdict(
            credit=credit,
            reason=_reason(cases, faults, hidden=hidden),
            certain=not open_ and not (other and share < 1),
            each=each if self.credit == "share" else (),
        )

    def _is_short(self, cases: Sequence[Any], truth: Sequence[Any], faults: list[str]) -> bool:
        """Whether results of fewer digits, such as numpy's float32, miss by no more than those."""
        if self.exact or not any(faults):
            return False
        loose = replace(
            self,
            relative=max(self.relative, _SHORT_RELATIVE),
            absolute=max(self.absolute, _SHORT_ABSOLUTE),
        )
        return any(
            fault and is_short(one.get("result")) and not loose._fault(one, want)  # noqa: SLF001  # its own kind
            for one, want, fault in zip(cases, truth, faults, strict=True)
            if isinstance(one, Mapping)
        )

    def _fault(self, case: Any, wanted: Any) -> str:
        """What is wrong with one case, "" if nothing."""
        if not isinstance(case, Mapping):
            return "it was not called"
        ended = case.get("ended")
        if isinstance(ended, str) and ended in _LIMITS:
            return _LIMITS[ended]
        named = isinstance(wanted, Mapping) and wanted and set(wanted) <= _FIELDS
        want = wanted if named else {"result": wanted}
        if ended == "raised":
            return _raised(case, want)
        if ended != "done":
            return _NOT_TRIED
        if "raises" in want:
            return "it gives a value where it should stop with an exception"
        near = Tolerance(self.relative, self.absolute, self.exact)
        if "result" in want and (what := difference(case.get("result"), want["result"], near)):
            return f"it gives {_shown(case.get('result'))}, which is not right" + _more(what)
        return self._changed(case, want, near)

    def _changed(self, case: Mapping[str, Any], want: Mapping[str, Any], near: Tolerance) -> str:
        after = case.get("after")
        if self.unchanged and difference(after, case.get("args"), Tolerance(exact=True)):
            return "it changes its arguments"
        wanted = want.get("after")
        for position, value in (wanted if isinstance(wanted, Mapping) else {}).items():
            at = int(position) if str(position).isdigit() else -1
            if not isinstance(after, list) or not 0 <= at < len(after):
                return "its arguments afterwards are not known"
            if difference(_same_keys(after[at], value), value, near):
                return f"its argument {at + 1} is not right afterwards"
        return ""


def _same_keys(given: Any, wanted: Any) -> Any:
    """Of a dict only what is asked for: an argument may hold more."""
    if isinstance(given, Mapping) and isinstance(wanted, Mapping):
        return {key: given[key] for key in given if key in wanted}
    return given


def _raised(case: Mapping[str, Any], want: Mapping[str, Any]) -> str:
    raised = case.get("raised")
    kind = str(raised.get("type", "")) if isinstance(raised, Mapping) else ""
    allowed = want.get("raises", ())
    names = allowed if isinstance(allowed, list | tuple) else [allowed]
    if kind.rpartition(".")[2] in names:
        return ""
    return f"it stops with {_public(kind)}"


def _public(kind: str) -> str:
    """The name of an exception of Python's own: a name of the student's may tell hidden inputs."""
    own = getattr(builtins, kind.rpartition(".")[2], None)
    known = isinstance(own, type) and issubclass(own, BaseException)
    return kind if known else "an exception of its own"


def _hangs(case: Any) -> bool:
    ended = case.get("ended") if isinstance(case, Mapping) else None
    return isinstance(ended, str) and ended in _LIMITS


def _more(what: str) -> str:
    return "" if what == "it is another value" else f" ({what})"


def _reason(cases: Sequence[Any], faults: Sequence[str], *, hidden: bool) -> str:
    """Which cases are wrong: by number and exception only where their inputs are hidden."""
    idle = [n for n, fault in enumerate(faults) if fault == _NOT_TRIED]
    bad = [n for n, fault in enumerate(faults) if fault and fault != _NOT_TRIED]
    if not bad and not idle:
        return f"right in all {len(cases)} cases"
    right = len(cases) - len(bad) - len(idle)
    untried = f"; not tried: {_ranges(idle)}" if idle else ""
    if hidden:
        told: dict[str, list[int]] = {}
        for n in bad:
            told.setdefault(_by(cases[n], faults[n]), []).append(n)
        listed = [f"{_ranges(own)}{by}" for by, own in told.items()]
        wrong_ = f"; wrong: {', '.join(listed[:_LISTED])}" if bad else ""
        return f"right in {right} of {len(cases)} hidden cases{wrong_}{untried}"
    lines = [f"case {n + 1}, {_inputs(cases[n])}: {faults[n]}" for n in bad[:_SHOWN]]
    more = f"; and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    return ("; ".join(lines) + more + untried).removeprefix("; ")


def _ranges(numbers: Sequence[int]) -> str:
    """Cases counted from 1, those in a row as one.

    >>> _ranges([0, 2, 3, 4, 6, 7])
    '1, 3-5, 7, 8'
    """
    rows: list[list[int]] = []
    for number in numbers:
        if rows and rows[-1][-1] == number - 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    words = [
        f"{row[0] + 1}-{row[-1] + 1}" if len(row) > 2 else ", ".join(str(n + 1) for n in row)
        for row in rows
    ]
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return ", ".join(words[:_LISTED]) + more


def _by(case: Any, fault: str) -> str:
    """What students may learn of a hidden case: a type that is not read, an exception's, a limit."""
    ended = case.get("ended") if isinstance(case, Mapping) else None
    if ended != "done":
        return f" ({fault})"
    other = opaque_in(case.get("result"))
    return f" (a value {of_type(other)}, which is no plain one; read are {READ})" if other else ""


def _inputs(case: Any) -> str:
    own: Mapping[str, Any] = case if isinstance(case, Mapping) else {}
    given, named = own.get("args"), own.get("kwargs")
    args = [_shown(one) for one in given] if isinstance(given, list | tuple) else []
    if isinstance(named, Mapping):
        args += [f"{name}={_shown(one)}" for name, one in named.items()]
    return f"({', '.join(args)})"[: 2 * _VALUE]


def _shown(value: Any) -> str:
    """A short text for any value; it never fails and is never long."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # noqa: BLE001  # a huge integer has no digits to show
        text = f"a {type(value).__name__}"
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}…"
