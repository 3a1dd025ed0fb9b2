"""Prose: plain words, sentences, negation, and phrases that are looked for in them.

Free text is read without knowing a course: what to look for arrives as phrases. A phrase is
words in order; ``decreas*`` stands for any ending, ``a_b`` for words side by side (else up to two
others may stand between), ``a|b_c`` for either; ``+`` lets only articles and the like stand
between, ``..`` up to five words and signs, ``...`` many; ``a & b`` is both in one sentence in any
order; ``~`` in front matches denied words too.
"""

from __future__ import annotations

from grader.prose._giving_up import excuses, gives_up, hesitates
from grader.prose._phrases import Hit, Phrases, denied, find, first, prepare, vocabulary
from grader.prose._plain import plain, words
from grader.prose._sentences import Statement, breaks_off, points_away, statements

__all__ = [
    "Hit",
    "Phrases",
    "Statement",
    "breaks_off",
    "denied",
    "excuses",
    "find",
    "first",
    "gives_up",
    "hesitates",
    "plain",
    "points_away",
    "prepare",
    "statements",
    "vocabulary",
    "words",
]
