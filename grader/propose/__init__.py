"""Proposals for what a person marks: groups of like answers, and a model that learns from marks.

Texts and marks go in, groups and proposals come out; nothing here is a mark. A proposal says how
far it may be off and on which marked answer it rests, and it is certain only where the marks given
so far bear that out.
"""

from grader.propose._audit import Alike, Audit, audit, audited
from grader.propose._embeddings import BadVectors, vectors_from
from grader.propose._features import Rule
from grader.propose._groups import Group, Kind, similar
from grader.propose._model import Model, Proposal, learn
from grader.propose._order import order
from grader.propose._vectors import Unavailable

__all__ = [
    "Alike",
    "Audit",
    "BadVectors",
    "Group",
    "Kind",
    "Model",
    "Proposal",
    "Rule",
    "Unavailable",
    "audit",
    "audited",
    "learn",
    "order",
    "similar",
    "vectors_from",
]
