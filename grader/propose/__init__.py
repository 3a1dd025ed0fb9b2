"""Proposals for what a person marks: groups of like answers, and a model that learns from marks.

Texts and marks go in, groups and proposals come out; nothing here is a mark. A proposal says how
far it may be off and on which marked answer it rests, and it is certain only where the marks given
so far bear that out.
"""

from grader.propose._groups import Group, similar
from grader.propose._vectors import Unavailable

__all__ = ["Group", "Unavailable", "similar"]
