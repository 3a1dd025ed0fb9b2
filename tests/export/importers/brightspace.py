"""What Brightspace does with an imported file of grades.

Rules: D2L, "Importing grades" (community.d2l.com, article 3538): Username or Org Defined ID, or both,
come first; ``<item> Points Grade``; each row ends with the end-of-line indicator ``#``; names, e-mail
and weighted grades are not to be imported; a grade above the item's points is capped unless it can
exceed. Its export writes ``#`` before ids.
"""

import csv
import io
import re
from fractions import Fraction

KEYS = ("OrgDefinedId", "Username")


class Refused(ValueError):
    """The file is not taken."""


def imported(data: bytes, most: Fraction) -> dict[tuple[str, str], Fraction]:
    """Return the points by (org-defined id, item)."""
    header, *rows = [
        row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) if row
    ]
    if header[0] not in KEYS or header[-1] != "End-of-Line Indicator":
        raise Refused(f"header {header}")
    keys = [name for name in header if name in KEYS]
    if header[: len(keys)] != keys:
        raise Refused("the keys come first")
    items: dict[int, str] = {}
    for place, name in enumerate(header[len(keys) : -1], len(keys)):
        found = re.fullmatch(r"(.+?) Points Grade(?: ?<.*>)?", name, re.DOTALL)
        if found is None:
            raise Refused(f"a column '{name}' must not be imported")
        items[place] = found[1]
    points: dict[tuple[str, str], Fraction] = {}
    for row in rows:
        if len(row) != len(header) or row[-1] != "#":
            raise Refused(f"row {row}")
        for place, item in items.items():
            if row[place]:
                points[row[0].removeprefix("#"), item] = min(most, Fraction(row[place]))
    return points
