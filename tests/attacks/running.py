"""Runs one attack in a box as the grader would, and asks its oracle.

A verdict is a list of what went wrong: empty where the attack was contained.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.sandbox import Backend, Job, Limits, Run, Step
from tests.attacks.attacks import Attack
from tests.attacks.outside import Outside

LIMITS = Limits(
    seconds=6.0,
    cpu_seconds=3.0,
    memory_mb=400,
    processes=64,
    disk_mb=32,
    files=2000,
    text_bytes=50_000,
)
PAIRS = ((3, 4), (-10, 7), (1.5, 2.25), (123_456, 654_321))
COURSE = Path(__file__).parents[2]


def words(outside: Outside, limits: Limits = LIMITS) -> dict[str, object]:
    """What attacks are filled with: canaries, the course, the limits in force."""
    names = ("seconds", "cpu_seconds", "memory_mb", "processes", "disk_mb", "files", "open_files")
    numbers = {name.upper(): int(getattr(limits, name)) for name in names}
    return {**outside.words, "COURSE": COURSE, **numbers}


def job(attack: Attack, limits: Limits = LIMITS, runtime: str = "science") -> Job:
    """The attack's cells, then calls of its function with hidden numbers."""
    cells = (
        Step(do="cell", data={"source": source, "number": number})
        for number, source in enumerate(attack.cells, start=1)
    )
    calls = (
        Step(do="call", data={"function": "add", "args": list(pair), "kwargs": {}})
        for pair in PAIRS
    )
    files = {name: data for name, data in attack.files.items() if "\0" not in name}
    return Job(steps=(*cells, *calls), files=files, limits=limits, runtime=runtime)


def answered(run: Run) -> list[bool]:
    """For each hidden pair, whether the right sum came back as a plain number."""
    found = []
    for outcome, (a, b) in zip(run.outcomes[-len(PAIRS) :], PAIRS, strict=True):
        value = outcome.value.get("result") if isinstance(outcome.value, Mapping) else None
        plain = type(value) in (int, float)
        found.append(outcome.ended == "done" and plain and value == a + b)
    return found


def printed(run: Run) -> str:
    """All that it printed, to either stream."""
    return "".join(piece.text for outcome in run.outcomes for piece in outcome.text)


def runs(
    boxes: Backend, attack: Attack, limits: Limits = LIMITS, runtime: str = "science"
) -> list[Run]:
    """Run it once, or twice where it needs that: one after the other, or side by side."""
    own = job(attack, limits, runtime)
    if attack.beside:
        return _side_by_side(boxes, own)
    return [boxes(own) for _ in range(2 if attack.again else 1)]


def _side_by_side(boxes: Backend, own: Job) -> list[Run]:
    found: list[Run] = []
    threads = [threading.Thread(target=lambda: found.append(boxes(own))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def succeeded(attack: Attack, found: list[Run], outside: Outside) -> list[str]:
    """What the attack got that it must not get."""
    oracle = attack.oracle
    wrong: list[str] = []
    for run in found:
        if oracle.no_print in printed(run):
            wrong.append("it printed that it succeeded")
        if oracle.wrong and any(answered(run)):
            wrong.append("a wrong function earned points")
        if oracle.right and not all(answered(run)):
            wrong.append(f"a right function lost points: {run.ended}, {run.why}")
        if oracle.ended and run.ended not in oracle.ended:
            wrong.append(f"it ended as {run.ended} ({run.why}), not as {' or '.join(oracle.ended)}")
        if run.ended == "box failed":
            wrong.append(f"the box failed: {run.why}")
    if oracle.differs and len({_lines(run, oracle.differs) for run in found}) < len(found):
        wrong.append(f"lines that begin with '{oracle.differs}' are the same twice")
    fired = [probe for probe in outside.seen() if _counts(probe, oracle.outside)]
    return wrong + [f"outside: {probe}" for probe in fired]


def _counts(probe: str, named: tuple[str, ...]) -> bool:
    """Files that attacks name, and processes that they leave, count for every attack."""
    return (
        probe.split(":", maxsplit=1)[0] in named
        or probe in named
        or probe.startswith(("host_file", "left_over"))
    )


def _lines(run: Run, begin: str) -> tuple[str, ...]:
    return tuple(line for line in printed(run).splitlines() if line.startswith(begin))


def larger(limits: Limits, layer: str) -> Limits:
    """The limits with one of them switched off, for layers that are nothing else."""
    if layer == "clock":
        return replace(limits, seconds=60.0)
    if layer == "output":
        return replace(limits, text_bytes=1 << 30, output_bytes=1 << 30)
    return limits
