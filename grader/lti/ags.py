"""Columns of a platform's gradebook and the scores in them (Assignment and Grade Services 2.0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from grader.export import number
from grader.lti.faults import Answered, LtiError, Odd, Unsafe, Unsure
from grader.lti.points import as_json, from_json
from grader.lti.services import NotGranted, Refusal, Services, address_at, text_at, with_fields
from grader.lti.store import STEP, Store

_SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/"
ITEM, ITEM_READ = f"{_SCOPES}lineitem", f"{_SCOPES}lineitem.readonly"
RESULT, SCORE = f"{_SCOPES}result.readonly", f"{_SCOPES}score"
_ITEM_KIND = "application/vnd.ims.lis.v2.lineitem+json"
_ITEMS_KIND = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_RESULTS_KIND = "application/vnd.ims.lis.v2.resultcontainer+json"
_SCORE_KIND = "application/vnd.ims.lis.v1.score+json"
_CANVAS = "https://canvas.instructure.com/lti/submission"
_PAGE = 100
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A column: its address there, its title, the points possible."""

    id: str
    label: str
    maximum: Fraction
    resource: str = ""
    """Our own id for it."""
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the platform has for a student; no score where it has none."""

    user: str
    score: Fraction | None
    maximum: Fraction
    comment: str = ""

    def of(self, maximum: Fraction) -> Fraction | None:
        """Return the score out of other points possible."""
        return None if self.score is None else self.score * maximum / self.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What we send for a student: points, or that a person still has to look."""

    user: str
    points: Fraction | None
    maximum: Fraction
    comment: str = ""


class Ambiguous(Unsafe):
    """Several columns are this assignment's, or the one that was found is another's."""


def line_items(services: Services, url: str, resource: str = "") -> tuple[LineItem, ...]:
    """Return the columns of a course, of one assignment of ours where it is named.

    Raises:
        LtiError: when the platform does not tell.
    """
    try:
        services.token(ITEM)
        scope = ITEM
    except NotGranted:
        scope = ITEM_READ
    start = with_fields(url, resource_id=resource, limit=_limit(services))
    rows = [row for page in services.pages(start, scope, _ITEMS_KIND) for row in _rows(page)]
    # somebody else's column may have no points, and is no matter of ours
    mine = (row for row in rows if not resource or text_at(row, "resourceId") == resource)
    return tuple(_line_item(row) for row in mine if resource or row.get("scoreMaximum") != 0)


def find(services: Services, url: str, resource: str) -> LineItem | None:
    """Return the assignment's column, None where there is none.

    Raises:
        Ambiguous: when there are several.
        LtiError: when the platform does not tell.
    """
    return the_one(line_items(services, url, resource), resource)


def the_one(found: Iterable[LineItem], resource: str) -> LineItem | None:
    """Return the only column of several finds, None where nothing was found.

    Raises:
        Ambiguous: when they are different ones.
    """
    columns = {one.id: one for one in found}
    if len(columns) > 1:
        names = ", ".join(f"'{one.label}' ({one.id})" for one in columns.values())
        raise Ambiguous(f"several columns are '{resource}': {names}; name one with --line-item")
    return next(iter(columns.values()), None)


def known(services: Services, addresses: Iterable[str]) -> tuple[LineItem, ...]:
    """Return the columns at addresses that launches told; those that are gone are left out.

    Raises:
        LtiError: when the platform does not tell.
    """
    found = []
    for address in addresses:
        try:
            found.append(line_item(services, address))
        except Answered as error:
            if error.status not in _GONE:
                raise
    return tuple(found)


def find_or_make(
    services: Services, url: str, *, resource: str, label: str, maximum: Fraction, link: str = ""
) -> LineItem:
    """Return the assignment's column, made where there is none.

    Args:
        services: of the platform.
        url: of the course's columns.
        resource: our id of the assignment.
        label: the title of a new column.
        maximum: the points possible of a new column.
        link: the id of the link in the course that the column belongs to. Without one Open edX
            keeps a score, and counts it nowhere.

    Raises:
        LtiError: when it can be neither found nor made.
    """
    found = find(services, url, resource)
    if found is not None:
        return found
    try:
        return make(services, url, resource=resource, label=label, maximum=maximum, link=link)
    except Unsure:
        found = find(services, url, resource)  # a second one would be worse than none
        if found is None:
            raise
        return found


def make(
    services: Services, url: str, *, resource: str, label: str, maximum: Fraction, link: str = ""
) -> LineItem:
    """Make a column.

    Raises:
        Unsure: when no answer came: it may have been made.
        LtiError: when the platform refuses. Open edX takes whole points alone.
    """
    data = {
        "label": label,
        "scoreMaximum": as_json(maximum),
        "resourceId": resource,
        "tag": "grader",
    }
    if link:
        data["resourceLinkId"] = link
    answer = services.send("POST", url, ITEM, _ITEM_KIND, data)
    return _line_item(services.content(answer))


def line_item(services: Services, url: str) -> LineItem:
    """Return the column at an address.

    Raises:
        LtiError: when the platform does not tell.
    """
    try:
        answer = services.get(url, ITEM, _ITEM_KIND)
    except NotGranted:
        answer = services.get(url, ITEM_READ, _ITEM_KIND)
    return _line_item(services.content(answer))


def update(services: Services, item: LineItem, *, label: str, maximum: Fraction) -> LineItem:
    """Change a column's title and points possible; all else that it has there stays.

    Raises:
        Unsure: when no answer came.
        LtiError: when the platform refuses.
    """
    there = services.content(services.get(item.id, ITEM, _ITEM_KIND))
    if not isinstance(there, dict):
        raise Odd(f"the column '{item.label}' is not described as one")
    data = there | {"label": label, "scoreMaximum": as_json(maximum)}
    return _line_item(services.content(services.send("PUT", item.id, ITEM, _ITEM_KIND, data)))


def results(services: Services, item: LineItem, user: str = "") -> dict[str, Result]:
    """Return what the platform has, by user.

    Raises:
        LtiError: when the platform does not tell.
    """
    start = with_fields(under(item.id, "results"), user_id=user, limit=_limit(services))
    found: dict[str, Result] = {}
    for page in services.pages(start, RESULT, _RESULTS_KIND):
        for row in _rows(page):
            who = text_at(row, "userId")
            maximum = from_json(row.get("resultMaximum")) or item.maximum
            if who and (not user or who == user):
                score = from_json(row.get("resultScore"))
                comment = text_at(row, "comment")
                found[who] = Result(user=who, score=score, maximum=maximum, comment=comment)
    return found


def send(services: Services, store: Store, item: LineItem, score: Score) -> None:
    """Send one student's score; its time is later than that of every score before.

    It is sent on the column's own scale, so that what is read back is what was sent.

    Raises:
        Unsure: when no answer came.
        LtiError: when the platform refuses, or there are no points possible.
    """
    if score.points is not None and score.maximum <= 0:
        raise LtiError(f"nothing can be sent out of {number(score.maximum)} points")
    now = int(services.clock() * 1_000_000)
    try:
        _post(services, item, score, store.next_time(item.id, score.user, now))
    except Refusal as error:
        if not _too_early(error):
            raise
        # the platform's clock is ahead of ours, or it has a score that we did not send
        later = max(now, _their_time(error)) + 2 * STEP
        _post(services, item, score, store.next_time(item.id, score.user, later))


def under(url: str, name: str) -> str:
    """Return the address of a column's scores or results; what follows the ? stays.

    >>> under("https://a.example/lineitems/7/lineitem?type_id=3", "scores")
    'https://a.example/lineitems/7/lineitem/scores?type_id=3'
    """
    split = urlsplit(url)
    return urlunsplit(split._replace(path=f"{split.path.rstrip('/')}/{name}"))


def stamp(micros: int) -> str:
    """Return a time as scores hold it: UTC with milliseconds.

    >>> stamp(1_500_000)
    '1970-01-01T00:00:01.500+00:00'
    """
    whole, rest = divmod(micros, 1_000_000)
    at = datetime.fromtimestamp(whole, UTC).replace(microsecond=rest)
    return at.isoformat(timespec="milliseconds")


def _post(services: Services, item: LineItem, score: Score, micros: int) -> None:
    data: dict[str, Any] = {
        "userId": score.user,
        "timestamp": stamp(micros),
        "activityProgress": "Completed" if score.points is not None else "Submitted",
        "gradingProgress": "FullyGraded" if score.points is not None else "PendingManual",
    }
    if score.points is not None:
        given = score.points * item.maximum / score.maximum
        data |= {"scoreGiven": as_json(given), "scoreMaximum": as_json(item.maximum)}
    if score.comment:
        data["comment"] = score.comment
    if services.platform.kind == "canvas":
        # otherwise each score counts as another attempt of the student
        data[_CANVAS] = {"new_submission": False}
    services.send("POST", under(item.id, "scores"), SCORE, _SCORE_KIND, data)


def _too_early(error: Refusal) -> bool:
    return error.status == 409 or (
        error.status == 400 and "timestamp" in error.answer.text[:2000].lower()
    )


def _their_time(error: Refusal) -> int:
    try:
        there = parsedate_to_datetime(error.answer.headers.get("date", ""))
        return int(there.timestamp()) * 1_000_000
    except (ValueError, TypeError, OverflowError):
        return 0


def _limit(services: Services) -> int | str:
    """Return how many rows a page should hold: Moodle sends all where nothing is asked for."""
    return "" if services.platform.kind == "moodle" else _PAGE


def _rows(page: Any) -> Iterable[dict[str, Any]]:
    if not isinstance(page, list):
        raise Odd("the platform answers something else than a list")
    return [row for row in page if isinstance(row, dict)]


def _line_item(row: Any) -> LineItem:
    maximum = from_json(row.get("scoreMaximum")) if isinstance(row, dict) else None
    if not maximum:
        raise Odd("the platform has a column without points possible; give it some there")
    return LineItem(
        id=address_at(row, "id", "a column"),
        label=text_at(row, "label"),
        maximum=maximum,
        resource=text_at(row, "resourceId"),
        tag=text_at(row, "tag"),
    )
