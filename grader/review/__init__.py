"""The review of a class without its pages: steps for many, blind reading, settling, a model.

``grader.gradebook.acts`` writes steps and takes them back. Here is what stands around them: marks
made again from evidence after a decision, names kept from a marker, and a model per part whose
proposals stand only where an instructor turned that on by name.
"""

from grader.gradebook.acts import Left, Seen, Step, decide, say, seen_now, undo
from grader.gradebook.releases import release, turned_on_by
from grader.review.blind import called, hidden
from grader.review.proposing import Proposals, Suggested, let_stand, proposals
from grader.review.settling import Settled, Settling, settle, unsettled

__all__ = [
    "Left",
    "Proposals",
    "Seen",
    "Settled",
    "Settling",
    "Step",
    "Suggested",
    "called",
    "decide",
    "hidden",
    "let_stand",
    "proposals",
    "release",
    "say",
    "seen_now",
    "settle",
    "turned_on_by",
    "undo",
    "unsettled",
]
