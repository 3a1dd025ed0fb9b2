"""What a person may do in a course, by the roles that the platform sends (LIS vocabulary)."""

from __future__ import annotations

from collections.abc import Iterable

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_ASSISTS = "teachingassistant"


def has_role(roles: Iterable[str], role: str) -> bool:
    """Whether somebody has a role in the course itself; one in the institution counts for nothing.

    Capitals make no difference, and a sub-role does not stand for its role.

    >>> has_role(("http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",), "Instructor")
    True
    >>> has_role(("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",), "Instructor")
    False
    """
    wanted = role.casefold()
    plain = (wanted, f"{MEMBERSHIP}#{wanted}")
    return any(one.casefold() in plain for one in roles)


def _in_course(role: str) -> str:
    """Return the last word of a role in the course, empty for a role elsewhere.

    >>> _in_course("http://purl.imsglobal.org/vocab/lis/v2/membership/instructor#TeachingAssistant")
    'teachingassistant'
    >>> _in_course("urn:lti:role:ims/lis/TeachingAssistant"), _in_course("Learner")
    ('teachingassistant', 'learner')
    >>> _in_course("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Staff")
    ''
    """
    text = role.casefold()
    for start in (f"{MEMBERSHIP}#", f"{MEMBERSHIP}/"):
        if text.startswith(start):
            return text.rsplit("#", 1)[-1]
    text = text.removeprefix("urn:lti:role:ims/lis/")
    return "" if ":" in text else text.split("/")[0]


def assists(roles: Iterable[str]) -> bool:
    """Whether somebody is a teaching assistant in the course, of a section or a group included.

    Canvas writes ``membership/instructor#TeachingAssistant`` beside ``membership#Instructor``
    (instructure/canvas-lms, lib/lti/substitutions_helper.rb).
    """
    return any(_in_course(role).startswith(_ASSISTS) for role in roles)
