"""Downloads of hand-ins as an LMS makes them: which one it was, and whose each file is.

A kind is one file in this package that registers one frozen dataclass. It looks at the names in
a download, and at little of their content, and says with its reason how sure it is. Nothing is
guessed: where two kinds fit as well, a person names one. Nothing is written here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from grader.intake._model import Download, File, Item, Look, Sure, Unclear, Who
from grader.intake._source import Entry, Left, Source, Unreadable, View, opened
from grader.kinds import Kinds

__all__ = [
    "Download",
    "Entry",
    "File",
    "Item",
    "Kind",
    "Left",
    "Look",
    "Source",
    "Sure",
    "Unclear",
    "Unreadable",
    "View",
    "Who",
    "kinds",
    "recognise",
]


class Kind(Protocol):
    """One way in which hand-ins come."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return what this kind makes of a download, None where it is not its own."""


kinds: Kinds[Kind] = Kinds("grader.intake", "kind of download")


def recognise(path: Path, kind: str = "", assignment: str = "") -> Download:
    """Return the hand-ins of a download, by the one kind that it clearly is.

    Args:
        path: a zip, a folder or one file.
        kind: the kind that it is, where a person says so.
        assignment: the course's name for the assignment, where a download may hold several.

    Raises:
        Unclear: when no kind fits, or several fit as well, or not the one that was said.
        Unreadable: when it is damaged.
        UnknownKind: when there is no such kind.
        OSError: when it is not there.
    """
    names = [kind] if kind else kinds.names()
    source = opened(path)
    try:
        looks = {name: look for name in names if (look := _best(name, source, assignment))}
        name = _clear(source, looks, kind)
    except BaseException:
        source.close()
        raise
    look = looks[name]
    return Download(
        kind=name, why=look.why, items=look.items, left=(*source.left, *look.left), source=source
    )


def _best(name: str, source: Source, assignment: str) -> Look | None:
    """What a kind makes of a download, with its folder on top or without: where it is surer."""
    one = kinds.build(name, {})
    looks = [look for view in source.views() if (look := one.look(view, assignment))]
    return max(looks, key=lambda look: look.sure, default=None)  # the first of those that are equal


def _clear(source: Source, looks: dict[str, Look], kind: str) -> str:
    if not looks:
        left = f"; {source.left[0].name}: {source.left[0].why}" if source.left else ""
        what = f"is no {kind} download" if kind else "holds no hand-in"
        raise Unclear(f"{source.name}: {what}{left}")
    top = max(look.sure for look in looks.values())
    best = [name for name, look in looks.items() if look.sure == top]
    if len(best) == 1:
        return best[0]
    could = "; ".join(f"{name} ({looks[name].why})" for name in best)
    raise Unclear(
        f"{source.name}: could be of several kinds: {could}. Name one with --kind", tuple(best)
    )
