"""Make the filters: ``python -m grader.sandbox.filters.make`` after a change of the rules.

Writes one file per machine and variant beside this module, raw arrays of ``struct sock_filter``;
with ``--check`` it writes nothing and ends with 1 if a file is not what the rules say.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bpf import ALLOW, KILL_PROCESS, Assembly, error

FOLDER = Path(__file__).parent
_RULE_WORDS = {"why", "calls", "errno", "when", "only_in"}
_CONDITION_WORDS = {"argument", "mask", "is", "is_not", "any_of"}


@dataclass(frozen=True, slots=True)
class _Machine:
    name: str
    arch: int
    foreign_bit: int | None
    newest: int
    absent: frozenset[str]
    numbers: Mapping[str, int]

    def of(self, calls: list[str]) -> list[int]:
        """Return the numbers of the calls that this machine has."""
        for call in calls:
            if (call in self.numbers) == (call in self.absent):
                raise ValueError(
                    f"syscalls.toml: {call} needs a number on {self.name}, or a place in absent"
                )
        return [self.numbers[call] for call in calls if call in self.numbers]


def filters() -> dict[str, bytes]:
    """Return every filter by its name, ``MACHINE`` or ``MACHINE-VARIANT``.

    Raises:
        ValueError: the rules or the numbers contradict themselves; the message says where.
    """
    rules = tomllib.loads((FOLDER / "rules.toml").read_text(encoding="utf-8"))
    made = {}
    for machine in _machines():
        for variant in rules["variants"]:
            name = f"{machine.name}-{variant}" if variant else machine.name
            made[name] = _filter(machine, variant, rules["rules"], rules["names"])
    return made


def main(arguments: list[str]) -> int:
    """Write the filters, or compare them; return the exit status."""
    status = 0
    for name, program in filters().items():
        path = FOLDER / f"{name}.bpf"
        if "--check" not in arguments:
            path.write_bytes(program)
        elif not path.is_file() or path.read_bytes() != program:
            status = 1
            sys.stdout.write(f"{path.name} is not what rules.toml says; make it again\n")
            continue
        sys.stdout.write(f"{path.name}: {len(program) // 8} steps\n")
    return status


def _machines() -> list[_Machine]:
    text = (FOLDER / "syscalls.toml").read_text(encoding="utf-8")
    return [
        _Machine(
            name=name,
            arch=said["arch"],
            foreign_bit=said.get("foreign_bit"),
            newest=said["newest"],
            absent=frozenset(said["absent"]),
            numbers=said["calls"],
        )
        for name, said in tomllib.loads(text).items()
    ]


def _filter(
    machine: _Machine, variant: str, rules: list[dict[str, Any]], names: Mapping[str, int]
) -> bytes:
    plan = _plan(machine, variant, rules)
    lines = Assembly()
    lines.load_arch()
    lines.if_equal(machine.arch, yes="own machine")
    lines.answer(KILL_PROCESS)
    lines.mark("own machine")
    lines.load_number()
    _search(lines, _spans(machine, plan))
    for chain in _different(plan):
        _chain(lines, chain, names)
    for name in sorted({rule["errno"] for chain in plan.values() for rule in chain} | {"ENOSYS"}):
        lines.mark(name)
        lines.answer(error(names[name]))
    lines.mark("kill")
    lines.answer(KILL_PROCESS)
    lines.mark("allow")
    lines.answer(ALLOW)
    return lines.program()


def _plan(
    machine: _Machine, variant: str, rules: list[dict[str, Any]]
) -> dict[int, list[dict[str, Any]]]:
    """Return the rules of each number that has any, in order, up to the first that always holds."""
    plan: dict[int, list[dict[str, Any]]] = {}
    for place, rule in enumerate(rules):
        if unknown := rule.keys() - _RULE_WORDS:
            raise ValueError(f"rules.toml: rule {place + 1}: words without a meaning: {unknown}")
        if rule.get("only_in", "") not in variant:
            continue
        for number in machine.of(rule["calls"]):
            chain = plan.setdefault(number, [])
            if not chain or "when" in chain[-1]:
                chain.append(rule | {"place": place})
    return plan


def _different(plan: Mapping[int, list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Return each chain once; calls that share their first rule must share all of them."""
    chains: dict[str, list[dict[str, Any]]] = {}
    for chain in plan.values():
        if chains.setdefault(_label(chain), chain) != chain and "when" in chain[0]:
            raise ValueError(f"rules.toml: split {chain[0]['calls']}: other rules differ for them")
    return list(chains.values())


def _label(chain: list[dict[str, Any]]) -> str:
    first = chain[0]
    return f"rule {first['place']}" if "when" in first else first["errno"]


def _spans(machine: _Machine, plan: Mapping[int, list[dict[str, Any]]]) -> list[tuple[int, str]]:
    """Return where each run of numbers that are treated alike starts, and the label they go to."""
    spans: list[tuple[int, str]] = []
    for number in range(machine.newest + 1):
        label = _label(plan[number]) if number in plan else "allow"
        if not spans or spans[-1][1] != label:
            spans.append((number, label))
    spans.append((machine.newest + 1, "ENOSYS"))
    if machine.foreign_bit is not None:
        spans.append((machine.foreign_bit, "kill"))
    return spans


def _search(lines: Assembly, spans: list[tuple[int, str]]) -> None:
    """Find the span of the call's number by halves.

    When a filter is put on, the kernel walks it once for each number; a search by halves makes
    that, and with it the start of a box, several times faster than one comparison a call.
    """
    half = len(spans) // 2
    lower, upper = spans[:half], spans[half:]
    right = upper[0][1] if len(upper) == 1 else f"from {upper[0][0]}"
    lines.if_at_least(upper[0][0], yes=right, no=lower[0][1] if len(lower) == 1 else "")
    if len(lower) > 1:
        _search(lines, lower)
    if len(upper) > 1:
        lines.mark(right)
        _search(lines, upper)


def _chain(lines: Assembly, chain: list[dict[str, Any]], names: Mapping[str, int]) -> None:
    """Try rules with conditions one after another; the first that holds decides."""
    for rule, after in zip(chain, [*chain[1:], None], strict=True):
        if "when" not in rule:
            return  # what its label says stands elsewhere
        otherwise = _label([after]) if after else "allow"
        lines.mark(_label([rule]))
        for place, condition in enumerate(rule["when"]):
            _condition(lines, f"{_label([rule])}.{place}", otherwise, condition, names)
        lines.answer(error(names[rule["errno"]]))


def _condition(
    lines: Assembly,
    label: str,
    otherwise: str,
    condition: Mapping[str, Any],
    names: Mapping[str, int],
) -> None:
    tests = condition.keys() & {"is", "is_not", "any_of"}
    if len(tests) != 1 or condition.keys() - _CONDITION_WORDS:
        raise ValueError(
            f"rules.toml: {condition}: a condition has an argument, one test, and maybe a mask"
        )
    (test,) = tests
    values = [names[name] for name in condition[test]]
    lines.load_argument(condition["argument"])
    if "mask" in condition:
        lines.keep_bits(names[condition["mask"]])
    if test == "any_of":
        lines.if_any_bit(sum(set(values)), no=otherwise)
    elif test == "is_not":
        for value in values:
            lines.if_equal(value, yes=otherwise)
    else:
        for value in values[:-1]:
            lines.if_equal(value, yes=label)
        lines.if_equal(values[-1], yes=label, no=otherwise)
        lines.mark(label)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
