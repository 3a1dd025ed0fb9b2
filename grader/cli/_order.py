"""Words of a command in another order than it takes them: what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import click


def check_assignment_first(verb: str, words: Sequence[str], names: Collection[str]) -> None:
    """Refuse words of which a later one names the assignment, and say how they are to stand."""
    named = next((word for word in words if word in names), None)
    if named is None or words[0] in names:
        return
    rest = list(words)
    rest.remove(named)
    raise click.UsageError(
        f"the assignment comes first; write: grader {verb} {' '.join([named, *rest])}"
    )


def check_part_last(
    verb: str, assignment: str, student: str, part: str, parts: Collection[str]
) -> None:
    """Refuse a part that the assignment does not have, also one that is named before the student."""
    if part in parts:
        return
    if student in parts:
        raise click.UsageError(
            f"the student comes before the part; write: grader {verb} {assignment} {part} {student}"
        )
    raise click.UsageError(f"'{assignment}' has no part {part}; it has: {', '.join(parts)}")
