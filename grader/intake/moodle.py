"""Moodle: "Download all submissions", a folder or a prefix for each student and plugin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.intake import File, Item, Left, Look, Sure, View, Who, kinds
from grader.intake._grouped import grouped, sureness
from grader.intake._source import Entry

PARTICIPANT = "Moodle participant"
# moodle, public/mod/assign/classes/downloader.php, get_student_prefix and
# load_submissionplugin_filelist: "_" in names becomes a space, so what stands before the last "_"
# is the name; folders of versions before 4.1 end in "_"
_FORM = re.compile(
    r"^(?P<who>[^/]+?)_(?P<plugin>assign(?:submission|feedback)_[a-z0-9]+)"
    r"(?:_?/(?P<path>.+)|_(?P<flat>[^/]+))$",
    re.DOTALL,
)
_WHO = re.compile(r"^(?P<name>.*)_(?P<id>\d+)$", re.DOTALL)
# the string 'participant' of mod/assign/lang in some languages, as clean_filename leaves it
_BLIND = frozenset(
    ["participant", "teilnehmerin", "teilnehmer", "participante", "partecipante", "deelnemer",
     "participant(e)", "uczestnik", "deltaker", "deltagare", "osallistuja", "katılımcı"]
)  # fmt: skip


@kinds.register
@dataclass(frozen=True, slots=True)
class Moodle:
    """Folders called ``Ann Smith_17_assignsubmission_file``, or files with that before their name."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the hand-ins by Moodle's number for the student in this assignment."""
        del assignment
        found = grouped(view.entries, _parsed)
        sure = sureness(len(view.entries), len(found.rest), Sure.CERTAIN)
        if sure is None:
            return None
        names = [_person(str(who))[0] for who in found.groups]
        blind = (len(names) > 1 and len(set(names)) == 1) or {n.casefold() for n in names} <= _BLIND
        left = [Left(name=one.path, why="is not named as Moodle names hand-ins", entry=one) for one in found.rest]  # fmt: skip
        items = []
        for who, entries in found.groups.items():
            own = [pair for pair in entries if pair[1]["plugin"].startswith("assignsubmission")]
            left += [
                Left(name=entry.path, why="is feedback that was given in Moodle, no hand-in")
                for entry, match in entries
                if match["plugin"].startswith("assignfeedback")
            ]
            if own:
                items.append(_item(str(who), own, blind=blind))
        return Look(
            sure=sure,
            why="names hold assignsubmission, as Moodle's do",
            items=tuple(items),
            left=tuple(left),
        )


def _parsed(entry: Entry) -> tuple[str, re.Match[str]] | None:
    found = _FORM.match(entry.path)
    return (found["who"], found) if found else None


def _person(who: str) -> tuple[str, str]:
    """The name and the number before a plugin; a team that is no group has no number."""
    found = _WHO.match(who)
    return (found["name"].strip(), found["id"]) if found else (who.strip(), "")


def _item(who: str, entries: list[tuple[Entry, re.Match[str]]], *, blind: bool) -> Item:
    name, number = _person(who)
    files = [File(name=found["path"] or found["flat"], entry=entry) for entry, found in entries]
    return Item(
        label=who,
        who=(Who(ids={PARTICIPANT: number} if number else {}, name="" if blind else name),),
        files=tuple(files),
        group=not number,
        evidence=("marked blind: no name is given",) if blind else (),
    )
