"""Times as the exporters write them; without a zone they are the LMS's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?!\d)"
)
_DASHED = re.compile(r"(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d{0,3}(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SAID = re.compile(
    r"(?:([A-Za-z]{3,9})\.? (\d{1,2})|(\d{1,2}) ([A-Za-z]{3,9})\.?),? (\d{4})"
    r",? (\d{1,2})[:. ]?(\d\d)(?: ?([AaPp])\.?[Mm]\.?)?$"
)


def moment(text: str) -> datetime | None:
    """Return the time that a text begins with, None where it is none that is known.

    >>> moment("2015-02-02 15:58:23.948203 UTC").isoformat()
    '2015-02-02T15:58:23.948203+00:00'
    >>> moment("2016-01-30-15-00-00").isoformat(), moment("20241005235959123").isoformat()
    ('2016-01-30T15:00:00', '2024-10-05T23:59:59')
    """
    text = text.strip()
    if found := _ISO.match(text):
        *numbers, second, fraction, zone = found.groups()
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        return _made([*map(int, numbers), int(second or 0), micro], _zone(zone))
    found = _DASHED.match(text) or _DIGITS.match(text)
    return _made([int(number) for number in found.groups()]) if found else None


def said(text: str) -> datetime | None:
    """Return a time as Brightspace writes it into names, where no colon may stand.

    >>> said("Sep 24, 2024 926 PM").isoformat(), said("24 September, 2024 21 26").isoformat()
    ('2024-09-24T21:26:00', '2024-09-24T21:26:00')
    """
    found = _SAID.search(text.strip())
    if found is None:
        return None
    month1, day1, day2, month2, year, hour, minute, half = found.groups()
    month = (month1 or month2)[:3].casefold()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "Pp" else 0)
    if month not in _MONTHS:
        return None
    return _made([int(year), _MONTHS.index(month) + 1, int(day1 or day2), hours, int(minute)])


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-away if text[0] == "-" else away) if away < timedelta(hours=24) else None


def _made(numbers: list[int], zone: timezone | None = None) -> datetime | None:
    try:
        year, month, day, *rest = numbers
        return datetime(year, month, day, *rest, tzinfo=zone)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
