"""Names of folders and files that are harmless on every system, whatever a download calls them."""

from __future__ import annotations

import re

from grader.collect._unpack import safe_path
from grader.pipeline.files import safe_name

_PLAIN = re.compile(r"[^\x00-\x1f\x7f<>:\"/\\|?*]{1,100}")
_ODD = re.compile(r"[<>:\"|?*]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def folder_name(student: str) -> str:
    """Return the folder of a student: the id itself, where every system can have it.

    >>> folder_name("ada@x.edu"), folder_name("007"), folder_name("../x") == "../x"
    ('ada@x.edu', '007', False)
    """
    fits = _PLAIN.fullmatch(student) and student == student.strip(" .") and "~" not in student
    if fits and student.isprintable() and len(student.encode()) <= 200 and _unreserved(student):
        return student
    return safe_name(student).replace("~", "-")


def _unreserved(name: str) -> bool:
    """Whether no system has another use for a name."""
    return _RESERVED.match(name) is None


class Names:
    """Names of files in one folder: harmless on every system, and none twice but for its case."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def free(self, name: str) -> str:
        """Return the name itself, or one near it that is free and harmless."""
        steps = [_harmless(step) for step in safe_path(name).split("/")]
        made: list[str] = []
        for step in steps[:-1]:
            made.append(_unused("/".join(made), step, self._files))
            self._folders.add("/".join(made).casefold())
        made.append(_unused("/".join(made), steps[-1], self._files | self._folders))
        whole = "/".join(made)
        self._files.add(whole.casefold())
        return whole


def _harmless(step: str) -> str:
    plain = _ODD.sub("_", step).rstrip(" .") or "_"
    stem, dot, ending = plain.partition(".")
    return plain if stem == "" or _unreserved(stem) else f"{stem}_{dot}{ending}"


def _unused(above: str, step: str, taken: set[str]) -> str:
    stem, dot, ending = step.rpartition(".")
    if not stem:
        stem, dot, ending = step, "", ""
    number, name = 1, step
    while "/".join(filter(None, (above, name))).casefold() in taken:
        number += 1
        name = f"{stem}~{number}{dot}{ending}"
    return name
