"""What Blackboard does with an uploaded gradebook.

Rules: Blackboard Help, "Uploading or Downloading Grade Center Items for Working Offline"
(library.blackboard.com, grade_center_upload_download.htm): the user name tells the student, the
column id after ``|`` the column; a column without an id becomes a new text column worth 0 points;
tab-delimited or comma-delimited, which "Auto" tells from the file.
"""

import csv
import io
import re

USER = {"Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"}
NOTES = {"Grading Notes", "Notes Format", "Feedback to Learner", "Feedback Format"}


def upload(data: bytes) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Return the cells by (username, column id or note), and the columns that are made anew."""
    if data.startswith(b"\xff\xfe") or data[1:2] == b"\0":
        text = data.decode("utf-16-le").lstrip("\ufeff")
    else:
        text = data.decode("utf-8-sig")
    first = text.splitlines()[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    user = header.index("Username")
    cells: dict[tuple[str, str], str] = {}
    new = []
    for place, heading in enumerate(header):
        found = re.search(r"\|\s*(\d+)\s*$", heading)
        if found is None and heading not in USER | NOTES:
            new.append(heading)
        name = found[1] if found else heading
        if found or heading in NOTES:
            cells.update({(row[user], name): row[place] for row in rows if row})
    return cells, new
