"""Marks into an LMS by its API: looked at first, sent with every answer checked, never twice.

``plan`` asks the LMS and says what would change; ``push`` sends it and reads it back. What a
student sees there already is not sent again, whoever sent it, and what was killed half way goes
on from what arrived.
"""

from __future__ import annotations

from grader.lms._address import address
from grader.lms._entries import Criterion, Entry, File, Lms, Sending, Target
from grader.lms._errors import Busy, LmsError, Refused, Unanswered
from grader.lms._journal import Journal, place
from grader.lms._planning import Push, Wish, plan
from grader.lms._pushing import Fault, Outcome, push
from grader.lms._retry import Pauses
from grader.lms.canvas import Canvas
from grader.lms.moodle import Moodle
from grader.lms.tokens import Token, guarded, token_of

__all__ = [
    "Busy",
    "Canvas",
    "Criterion",
    "Entry",
    "Fault",
    "File",
    "Journal",
    "Lms",
    "LmsError",
    "Moodle",
    "Outcome",
    "Pauses",
    "Push",
    "Refused",
    "Sending",
    "Target",
    "Token",
    "Unanswered",
    "Wish",
    "address",
    "guarded",
    "place",
    "plan",
    "push",
    "token_of",
]
