"""What Sakai does with an uploaded zip of an assignment.

Rules: sakaiproject/sakai, assignment/tool/src/java/org/sakaiproject/assignment/tool/
AssignmentAction.java, ``uploadAll_parseZipFile``, ``getBodyTextFromZipHtml`` and
``uploadZipAttachments``, with all boxes ticked but the students' own files.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field

ATTACHMENTS = "/Feedback Attachment(s)/"


@dataclass
class Uploaded:
    """What it keeps for each student."""

    grades: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    pages: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def upload(data: bytes, eids: set[str], *, group: bool = False) -> Uploaded:
    """Return what is kept; ``eids`` are the site's users."""
    done = Uploaded()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            name = entry.filename
            if entry.is_dir() or "/." in name:
                continue
            if name.endswith("grades.csv"):
                _grades(archive.read(entry), eids, done, 3 if group else 4)
                continue
            if len(name.split("/")) <= 2:
                done.refused.append(name)
                break
            _file(name, archive.read(entry), eids, done)
    return done


def _grades(data: bytes, eids: set[str], done: Uploaded, column: int) -> None:
    lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    for items in lines[3:]:
        if len(items) > column and items[1] in eids:
            if items[column] and not re.fullmatch(r"\d+(\.\d{1,2})?", items[column]):
                done.refused.append(items[column])
                return
            done.grades[items[1]] = items[column]


def _file(name: str, data: bytes, eids: set[str], done: Uploaded) -> None:
    eid = name[name.index("/") + 1 :].split("/", maxsplit=1)[0]
    if "(" in eid and eid.endswith(")"):
        eid = eid[eid.rindex("(") + 1 : eid.rindex(")")]
    if eid not in eids:
        return
    if "comments" in name:
        text = data.decode().strip()
        done.comments[eid] = re.sub(r"\r\n|\r|\n", "<br>", text)
    if ATTACHMENTS in name:
        short = name.rsplit("/", 1)[1]
        if not short.startswith("."):
            done.pages.setdefault(eid, {})[short] = data
