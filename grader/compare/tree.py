"""Lists in lists and mappings: the shape first, then each leaf.

    compare: {kind: tree, of: {kind: number}, at: {"name": {kind: label}, "runs.*.seed": {kind: exact}}}

JSON is read, and looser writing: ``[1, (2, 3)]`` · ``{a: 1, b: {c: 2}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from grader.compare import comparators
from grader.compare._budget import budgeted
from grader.compare._elements import MOST, key, plain
from grader.compare._marked_text import unmarked
from grader.compare._nested import build
from grader.compare._otherwise import otherwise
from grader.compare._pairing import held
from grader.compare._sum import Share, Sum
from grader.compare._values import shown
from grader.model import MISSES, Verdict, full, invalid, unusable
from grader.notation.options import check_choices
from grader.notation.splitting import DEEPEST, Flaw, nested


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Each leaf of the truth is worth the same.

    >>> Tree(of={"kind": "label"}).compare('{"a": ["x", "z"]}', {"a": ["x", "y"]}).reason
    '1 of 2 leaves are right; a.2: “z” is not right'
    """

    of: dict[str, Any] = field(default_factory=lambda: {"kind": "number"})
    """The comparison of one leaf."""
    at: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Comparisons of single leaves, by path: keys and places (from 1) with points between them, and
    ``*`` for any; the first that fits counts. It may be that of a whole branch."""
    credit: Share = "each"
    """``each``: by the number of right leaves; ``all``: only where all are right."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "[1, [2, 3]]", "truth": [1, [2, 3]]},
        {"options": {}, "text": "{a: [1, 5]}", "truth": {"a": [1, 2]}},
        {"options": {}, "text": "[1, 2, 3]", "truth": [1, [2, 3]]},
    )

    def __post_init__(self) -> None:
        """Build the comparisons once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, Tree)
        for spec in (self.of, *self.at.values()):
            build(spec)

    @budgeted
    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, that of each leaf in the truth's order, and which are wrong."""
        expected = _read(truth)
        if isinstance(expected, Flaw):
            return unusable("the expected value cannot be read")

        def judge(value: Any) -> Verdict:
            return self._judged(value, expected)

        bare = unmarked(value).replace("\n", ", ") if isinstance(value, str) else ""
        outer = (f"{opening}{bare}{closing}" for opening, closing in ("{}", "[]"))
        return otherwise(judge(value), value, outer, judge)

    def _judged(self, value: Any, expected: Any) -> Verdict:
        """The verdict on a text as it stands, or on data."""
        given = _read(value)
        if isinstance(given, Flaw):
            return invalid(f"this cannot be read: {given.says}")
        found = self._leaves(given, expected)
        if isinstance(found, Verdict):
            return found
        names = [name for name, _, _ in found]
        verdicts = [self._leaf(name, mine, right) for name, mine, right in found]
        if not found:
            return full("there is nothing in it, which is right")
        return Sum(
            names=[name.replace("\0", ".") or "it" for name in names],
            verdicts=verdicts,
            share=self.credit,
            read=_written(given),
            unit="leaves",
        ).verdict()

    def _leaves(self, given: Any, expected: Any) -> list[tuple[str, Any, Any]] | Verdict:
        """Path, given and expected value of each leaf; or the verdict that the shapes differ."""
        leaves: list[tuple[str, Any, Any]] = []
        waiting: list[tuple[str, Any, Any]] = [("", given, expected)]
        while waiting:
            path, mine, right = waiting.pop()
            if path.count("\0") >= DEEPEST or len(leaves) + len(waiting) > MOST:
                return invalid("it is nested too deeply, or has too many leaves")
            if self._spec(path) is not None or not isinstance(right, list | tuple | Mapping):
                if isinstance(mine, list | tuple | Mapping) and self._spec(path) is None:
                    return _other(path, f"{_kind(mine)} stands where one value is asked for", given)
                leaves.append((path, mine, right))
                continue
            below = _below(mine, right)
            if isinstance(below, str):
                return _other(path, below, given)
            waiting += [
                (f"{path}\0{name}" if path else name, one, other)
                for name, one, other in reversed(below)
            ]
        return leaves

    def _spec(self, path: str) -> dict[str, Any] | None:
        steps = path.split("\0")
        for pattern, spec in self.at.items():
            wanted = pattern.split(".")
            if len(wanted) == len(steps) and all(
                a in ("*", b) for a, b in zip(wanted, steps, strict=True)
            ):
                return spec
        return None

    def _leaf(self, path: str, given: Any, expected: Any) -> Verdict:
        if given is None and expected is None:
            return full("nothing is right")
        if isinstance(expected, bool) and self._spec(path) is None:
            same = given is expected or (
                isinstance(given, str) and given.casefold() == str(expected).casefold()
            )
            return Verdict(
                credit=Fraction(same), reason=f"{plain(given)} is {'' if same else 'not '}right"
            )
        return held(build(self._spec(path) or self.of), given, expected)


def _read(value: Any) -> Any:
    return nested(value) if isinstance(value, str) else value


def _below(given: Any, expected: Any) -> list[tuple[str, Any, Any]] | str:
    """The branches of two nodes beside each other, or in what their shape differs."""
    if isinstance(expected, Mapping):
        if given == [] and not expected:
            return []
        if not isinstance(given, Mapping):
            return f"{_kind(given)} stands where a mapping is asked for"
        mine = {key(name): one for name, one in given.items()}
        names = [key(name) for name in expected]
        spare = [name for name in mine if name not in set(names)]
        lacking = [name for name in names if name not in mine]
        if spare:
            return f"“{plain(spare[0])}” is not asked for"
        if lacking:
            return f"“{plain(lacking[0])}” is missing"
        return [
            (name, mine[name], other) for name, other in zip(names, expected.values(), strict=True)
        ]
    if given == {} and not expected:
        return []
    if not isinstance(given, list | tuple):
        return f"{_kind(given)} stands where a list is asked for"
    if len(given) != len(expected):
        return f"{len(given)} elements stand where another number is asked for"
    return [
        (str(at), one, other)
        for at, (one, other) in enumerate(zip(given, expected, strict=True), 1)
    ]


def _other(path: str, says: str, given: Any) -> Verdict:
    where = f"at {plain(path.replace(chr(0), '.'))}: " if path else ""
    return Verdict(
        credit=Fraction(0),
        reason=f"{where}{says}; {MISSES['shape']}",
        read=_written(given),
        miss="shape",
    )


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else shown(value)


def _written(value: Any, depth: int = 0) -> str:
    """The tree in one line; what lies deep or is long is left out."""
    if depth > 3:
        return "…"
    if isinstance(value, Mapping):
        inner = [
            f"{plain(key(name))}: {_written(one, depth + 1)}"
            for name, one in list(value.items())[:12]
        ]
        return f"{{{', '.join(inner)}{', …' if len(value) > 12 else ''}}}"
    if isinstance(value, list | tuple):
        inner = [_written(one, depth + 1) for one in value[:12]]
        return f"[{', '.join(inner)}{', …' if len(value) > 12 else ''}]"
    return plain(value)
