"""What Open edX does with an uploaded file of bulk grades.

Rules: openedx/edx-bulk-grades, bulk_grades/api.py, ``GradeCSVProcessor.validate_row`` and
``preprocess_row``: a row of another course is an error; a ``user_id`` seen before is passed over; of
the cells under ``new_override-*`` those that are not empty act, the last of a row over the others; a
grade is what Python's ``float`` takes, and not below 0.
"""

import csv
import io

REQUIRED = ("user_id", "course_id")


class Refused(ValueError):
    """A row, or the whole file, is not taken."""


def imported(data: bytes, course: str) -> dict[str, tuple[str, float]]:
    """Return the short id of the subsection and the grade, by user id."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
    if not set(REQUIRED) <= set(reader.fieldnames or ()):
        raise Refused("a column is missing")
    done: dict[str, tuple[str, float]] = {}
    seen: set[str] = set()
    for row in reader:
        if row["course_id"] != course:
            raise Refused(f"wrong course id {row['course_id']}")
        if row["user_id"] in seen:
            continue
        seen.add(row["user_id"])
        for key, cell in row.items():
            if not key.startswith("new_override-") or not cell.strip():
                continue
            grade = float(cell)
            if grade < 0:
                raise Refused("a grade is not below 0")
            done[row["user_id"]] = (key.split("-", 1)[1], grade)
    return done
