"""What a bundle says of itself: printed when it is made, and in the README inside it."""

from __future__ import annotations

from collections.abc import Iterator

from grader.bundle.settings import Settings

_KEY = (
    "It holds the key. On Gradescope the grader runs as root, and student code in the same "
    "container: the key is root's own there, and student code is another user's. A fault of the "
    "kernel, or of a program that root runs, would give the key away. Whoever can download the "
    "autograder, or open a shell in its container (Debug via SSH), has the key."
)
_NO_KEY = (
    "It holds no key: no rubric, no reference, no solution. It reads submissions, says what was "
    "read, and keeps that in the results; nothing is marked and no code is run there. Take the "
    "results home with `grader bundle evidence`, then mark with `grader grade --from`."
)
_LACKS = (
    "Not isolated there, as far as is known: processes can be seen by student code (not their "
    "memory), files that everybody may read can be read, the disk and the space for shared "
    "memory are shared, and the kernel is. The network is closed to student code by a filter of "
    "system calls, not by a network of its own. Hand-ins are read by another user too, not by root, wherever student code can be run so."
)


def words(settings: Settings) -> list[str]:
    """Return paragraphs: what is in the bundle, what it cannot isolate, what stays open."""
    return list(_words(settings))


def _words(settings: Settings) -> Iterator[str]:
    yield (
        f"One submission is given {settings.seconds:g} s, {settings.memory_mb} MB and "
        f"{settings.cpus:g} CPU; set the same under Autograder Settings. It ends by itself after "
        f"{settings.ends:g} s, and a box may hold {settings.box_mb} MB."
    )
    if not settings.key:
        yield _NO_KEY
        return
    yield _KEY
    if not settings.runs or not settings.run:
        yield "No student code is run there" + (
            f"; what has to be run stays open: parts {', '.join(settings.runs)}."
            if settings.runs
            else ": no part of the assignment asks for it."
        )
        return
    yield _LACKS
    yield (
        f"Student code is run at isolation {settings.require} or better, found out anew for each "
        f"submission and printed with its results; below it parts {', '.join(settings.runs)} stay "
        "open."
    )
    if settings.require not in ("L1", "L2"):
        yield (
            "Containers of such services usually give no namespaces, so L1 or L2 is likely, and these "
            "parts then stay open: --require L1 accepts another user, a filter of system calls and "
            "limits; grading at home (L3 or better) needs no such choice."
        )
