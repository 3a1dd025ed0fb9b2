"""Canvas: "Download Submissions", one flat folder of files that are named by user and attachment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.intake import File, Item, Left, Look, View, Who, kinds
from grader.intake._grouped import grouped, sureness
from grader.intake._source import Entry

USER, ANONYMOUS = "Canvas user id", "Canvas anonymous id"
_END = r"_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<entry>text|link)\.html)$"
# canvas-lms, lib/content_zipper.rb, get_filename and add_upload_submission: name, LATE and id are
# joined by "_"; a name may hold "_" itself, so the first two numbers decide, as they do where
# Canvas reads the names again (app/models/assignment.rb, infer_comment_context_from_filename)
_ANON = re.compile(r"^(?P<late>LATE_)?anon_(?P<id>[^_]+)" + _END, re.DOTALL)
_NAMED = re.compile(r"^(?:(?P<name>.+?)_)??(?P<late>LATE_)?(?P<id>\d+)" + _END, re.DOTALL)


@kinds.register
@dataclass(frozen=True, slots=True)
class Canvas:
    """Files called ``smithann_LATE_123_4567_hw1.ipynb``, ``anon_x1y2z_4567_…`` or ``…_text.html``."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the hand-ins by Canvas user id."""
        del assignment
        found = grouped(view.entries, _parsed)
        sure = sureness(len(view.entries), len(found.rest))
        if sure is None:
            return None
        items = [_item(entries) for entries in found.groups.values()]
        left = [Left(name=one.path, why=_WHY, entry=one) for one in found.rest]
        why = f"{len(view.entries) - len(found.rest)} of {len(view.entries)} names are as Canvas's"
        return Look(sure=sure, why=why, items=tuple(items), left=tuple(left))


_WHY = "is not named as Canvas names hand-ins"


def _parsed(entry: Entry) -> tuple[str, re.Match[str]] | None:
    if "/" in entry.path:
        return None
    found = _ANON.match(entry.path) or _NAMED.match(entry.path)
    if found is None:
        return None
    return ("anon " if found.re is _ANON else "") + found["id"], found


def _item(entries: list[tuple[Entry, re.Match[str]]]) -> Item:
    first = entries[0][1]
    anonymous = first.re is _ANON
    name = "" if anonymous else first["name"] or ""
    files = [
        File(name=found["file"] or f"{found['entry']}.html", entry=entry)
        for entry, found in entries
    ]
    return Item(
        label=f"anon_{first['id']}" if anonymous else "_".join(filter(None, (name, first["id"]))),
        who=(Who(ids={ANONYMOUS if anonymous else USER: first["id"]}, name=name),),
        files=tuple(files),
        late=any(found["late"] for _, found in entries),
        evidence=("Canvas marked it late",) if first["late"] else (),
        # attachments are numbered in the order in which they are made
        order=max((int(found["attachment"] or 0) for _, found in entries), default=0),
    )
