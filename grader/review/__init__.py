"""The review of a class without its pages: steps for many, blind reading, settling, a model.

``grader.gradebook.acts`` writes steps and takes them back. Here is what stands around them: marks
made again from evidence after a decision, names kept from a marker, and a model per part whose
proposals stand only where an instructor turned that on by name.
"""

from grader.gradebook.acts import Left, Seen, Step, decide, say, seen_now, undo
from grader.gradebook.releases import release, turned_on_by
from grader.gradebook.seconds import Twice, left_to_second, second
from grader.review.agreeing import Agreeing, agreeing
from grader.review.auditing import Audit, audit
from grader.review.blind import called, hidden
from grader.review.models import Models
from grader.review.proposing import Proposals, Suggested, let_stand, not_borne_out, proposals
from grader.review.settling import Settled, Settling, settle, unsettled
from grader.review.waiting import Waits, waiting

__all__ = [
    "Agreeing",
    "Audit",
    "Left",
    "Models",
    "Proposals",
    "Seen",
    "Settled",
    "Settling",
    "Step",
    "Suggested",
    "Twice",
    "Waits",
    "agreeing",
    "audit",
    "called",
    "decide",
    "hidden",
    "left_to_second",
    "let_stand",
    "not_borne_out",
    "proposals",
    "release",
    "say",
    "second",
    "seen_now",
    "settle",
    "turned_on_by",
    "undo",
    "unsettled",
    "waiting",
]
