"""Plain downloads in which students lie in folders of their sections or groups."""

from __future__ import annotations

from dataclasses import replace

from grader.intake import Download, Item
from grader.intake.plain import items_at
from grader.pipeline.recipients import Recipients


def descended(download: Download, recipients: Recipients) -> tuple[Download, tuple[str, ...]]:
    """Return a download with the hand-ins within folders of sections, and those folders.

    A folder on top is one of a section or a group where the roster has such a name, no student is
    called so, and something in it is named by a student. Each thing in it is a hand-in then.
    """
    items: list[Item] = []
    opened: list[str] = []
    for item in download.items if download.kind == "plain" else ():
        inner = _inner(item, recipients)
        items += inner or (item,)
        opened += [item.label] if inner else []
    if not opened:
        return download, ()
    return replace(download, items=tuple(items)), tuple(opened)


def _inner(item: Item, recipients: Recipients) -> tuple[Item, ...]:
    if not recipients.gathered(item.label) or any(f.entry.path == item.label for f in item.files):
        return ()
    found = items_at((file.entry for file in item.files), 1)
    if not any(recipients.find(who).student for one in found for who in one.who):
        return ()
    return tuple(
        replace(one, within=item.label, evidence=(f"in the folder {item.label}",)) for one in found
    )
