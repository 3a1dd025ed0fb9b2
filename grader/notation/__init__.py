"""How values are written in an answer, and what they mean by conventions that the rubric states.

``grader.expression`` finds arithmetic in the prose of a hand-in, where nobody agreed on anything;
this package reads one answer, from end to end, by options: numbers, formulas, lists of them. It
evaluates exactly, executes nothing, and says in words what it cannot read.
"""

from grader.notation.options import FORMS, Form, Notation

__all__ = ["FORMS", "Form", "Notation"]
