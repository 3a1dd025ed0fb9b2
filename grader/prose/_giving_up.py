"""Giving up: short texts that say that nothing is answered, told from those that answer too."""

from __future__ import annotations

import re

_LONGEST = 160
"""A longer text that says such a thing says more besides."""
_IGNORANT = re.compile(
    r"\bi (?:really |still |just )?(?:do not|don'?t|didn'?t) (?:know|understand)\b"
    r"|\bno (?:idea|clue)\b|\bidk\b|\bdunno\b",
    re.IGNORECASE,
)
"""Whatever follows in the clause is what is not known."""
_HESITANT = re.compile(
    r"\bnot (?:at all |really |so |too |very |quite |completely )?(?:sure|certain)\b|\bhave to guess\b",
    re.IGNORECASE,
)
_EXCUSED = re.compile(
    r"\bi (?:really |still )?(?:do not|don'?t|didn'?t) get\b|\bskip(?:ped)?\b"
    r"|\bnot (?:done|answered|attempted|finished|solved)\b"
    r"|\b(?:did not|didn'?t) (?:get to|do|finish|answer|manage|attempt)\b"
    r"|\b(?:can'?t|cannot) (?:answer|say|solve)\b"
    r"|\bno (?:answer|time)\b|\bran out of time\b|\bsorry\b|^\s*\?+\s*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:.!?()\n]+|\s-+\s|\b(?:but|however|though|although|so|because|since|maybe|perhaps|probably"
    r"|possibly|(?:i )?(?:think|guess|believe|suppose|would say))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_IDLE_TEXT = """
i i'm i've am was is are be been we us my me the this that it its to for of how what why which
where when do does did doing done answer answers answered question questions part parts task
exercise problem thing things one ones here there anything nothing something more enough time left
out on in at with about from and or really still also just yet sadly unfortunately honestly please
no not none oh well ok had have has able solve solved finish finished complete completed explain
write written know all any rest everything much get got could can can't will would next later today
due mess handwriting messy too very hard difficult long think too try tried attempt attempted study
studied lack ran ask asked
"""
_IDLE = frozenset(_IDLE_TEXT.split())
"""Words that answer no question, beside such a phrase."""


def gives_up(text: str) -> bool:
    """Whether a short text says that its writer does not know or did not answer, and no more.

    >>> gives_up("I don't know how."), gives_up("The bias falls.")
    (True, False)
    >>> gives_up("Sorry, I ran out of time."), gives_up("The bias falls, sorry for the mess.")
    (True, False)
    """
    if len(text) >= _LONGEST:
        return False
    said = any(p.search(text) for p in (_IGNORANT, _HESITANT, _EXCUSED))
    return said and not any(_answers(clause) for clause in _CLAUSE.split(text))


def hesitates(text: str) -> bool:
    """Whether a short text answers, and says that its writer does not know or is not sure.

    >>> hesitates("Not sure, but the bias falls."), hesitates("The bias falls, sorry.")
    (True, False)
    >>> hesitates("I don't know.")
    False
    """
    if len(text) >= _LONGEST or not (_IGNORANT.search(text) or _HESITANT.search(text)):
        return False
    return not gives_up(text)


def excuses(clause: str) -> bool:
    """Whether a clause only asks to be excused: “sorry for the mess”, but not “not sure”."""
    return gives_up(clause) and not (_IGNORANT.search(clause) or _HESITANT.search(clause))


def _answers(clause: str) -> bool:
    """Whether a clause holds a word that may answer something."""
    ignorant = _IGNORANT.search(clause)
    known = clause[: ignorant.start()] if ignorant else clause
    rest = _EXCUSED.sub(" ", _HESITANT.sub(" ", known))
    return any(word.casefold() not in _IDLE for word in _WORD.findall(rest))
