"""What kind of file it is: by what it begins with, then by its name; the bytes overrule the name."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from grader.collect import Collector, collectors
from grader.collect._office.package import TYPES, office


@dataclass(frozen=True, slots=True)
class Told:
    """The kind of a file, None where none reads it; ``why`` says what is odd about it."""

    kind: str | None
    why: str = ""
    document: bool = False
    """Whether nobody reads it, though it is of a sort that answers are handed in as."""


ARCHIVES = (".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".gz", ".bz2", ".xz")
"""Endings that promise an archive; one that can be opened was taken apart before."""
EMPTY = "is empty"
NO_ARCHIVE = "is no archive that can be opened, whatever its name says"
NOT_READ = "this kind of file is not read; hand in {} or a picture"
_PROGRAM = "a program"
_UNREADABLE: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Office file (it may hold macros); save it as .docx or .pdf"),
    (b"{\\rtf", "rich text; save it as .docx or .pdf"),
    (b"Rar!", "a RAR archive; hand in a .zip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; hand in a .zip"),
    (b"\x28\xb5\x2f\xfd", "packed by Zstandard; hand in a .zip"),
    (b"\x1f\x9d", "packed by compress; hand in a .zip"),
    (b"\x7fELF", _PROGRAM),
    (b"MZ", _PROGRAM),
)


def told(name: str, data: bytes) -> Told:
    r"""Return the kind of a file.

    >>> told("a.md", b"# 1.1").kind, told("a.exe", b"MZ\x90").kind
    ('document', None)
    """
    suffix = suffix_of(name)
    claimed = by_suffix().get(suffix)
    for kind, collector in all_collectors().items():
        if collector.fits(data):
            odd = suffix and claimed != kind
            return Told(kind, f"is in truth {_article(kind)}, and was read as one" if odd else "")
    kept = TYPES.get(office(data) or "")
    if kept:
        return Told(None, f"is {kept}, which is not read; save it as .docx or .pdf", document=True)
    for sign, what in _UNREADABLE:
        if data.startswith(sign) and (claimed is None or b"\x00" in data[:512]):
            return Told(None, f"is {what}", document=what != _PROGRAM)
    if suffix in ARCHIVES:
        return Told(None, NO_ARCHIVE if data else EMPTY, document=bool(data))
    if claimed is None:
        endings = sorted(suffix for suffix, kind in by_suffix().items() if kind != "picture")
        return Told(None, NOT_READ.format(", ".join([*endings, ".zip"])))
    return Told(claimed)


def suffix_of(name: str) -> str:
    """Return the ending of a name with its dot, in lower case.

    >>> suffix_of("a/B.MD"), suffix_of("a.d/none")
    ('.md', '')
    """
    last = name.rsplit("/", 1)[-1]
    dot = last.rfind(".")
    return last[dot:].lower() if dot >= 0 else ""


def _article(kind: str) -> str:
    words = {"pdf": "a PDF", "docx": "a Word document", "notebook": "a notebook"}
    return words.get(kind, f"a {kind}")


@functools.cache
def all_collectors() -> dict[str, Collector]:
    """Return every collector by its kind."""
    return {name: collectors.build(name, {}) for name in collectors.names()}


@functools.cache
def by_suffix() -> dict[str, str]:
    """Return the kind of file that each ending of a name promises."""
    return {suffix: name for name, c in all_collectors().items() for suffix in c.suffixes}
