"""Words around a number that tell its part in an answer: result, total, remark, taken back.

Only English cues are known. A number that no cue marks weighs little, and is flagged sooner
than guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

UNSOLVED = 10
"""The right side of an equation with unknowns on the left."""
STATED = 20
"""Mentioned."""
WORKED = 25
"""An expression without its value."""
SAID = 30
"""Told in a sentence: there are 30."""
RESULT = 40
"""The end of a calculation."""
LABELLED = 45
"""With its name before it."""
CONCLUDED = 50
"""The end of a calculation after a word such as so, or after an arrow."""
RIVAL = 60
"""From here on a number competes with every other that is not a part of it."""
TOTAL = 80
"""Called a total or a sum."""
FINAL = 100
"""Called the answer, or boxed."""
_EACH_LESS, _BOLD_MORE, _LONGEST = 15, 5, 300

REVISION = re.compile(
    r"\b(?:wait|correction|corrected|sorry|oops|scratch\s+that|ignore\s+(?:that|this|the\s+above)|nope|actually|my\s+mistake|"
    r"(?:that|this|it|which|above)(?:'s|\s+is|\s+was)\s+(?:wrong|incorrect|not\s+right|a\s+mistake)|misses|i\s+forgot|forgot\s+the|"
    r"should\s+(?:have\s+been|be)|i\s+mean|let\s+me\s+(?:redo|correct)|recheck|on\s+second\s+thought|revised)\b"
    r"|\b(?:go(?:ing)?|settl(?:e|ing)|stick(?:ing)?)\s+(?:with|on|for|to)\s+(?=[$*]{0,3}\d)"
    r"|(?:^|[,;.?!…–—-]\s*)(?:no|nein)(?=[,:]\s)|\b(?:edit(?:ed)?|korrektur|erratum)\s*\d?\s*:",
    re.IGNORECASE,
)
"""The student takes back what stands before."""

TURN = re.compile(
    r"\bno\b(?=\W{0,4}\d)|\bno[.!,:]|\b(?:hmm+|crossed\s+out|struck|deleted|forg[eo]t|old|instead|mistaken?|wrong(?:ly)?|incorrect"
    r"|edit(?:ed)?|correct(?:ed|ion))\b"
    r"|\btoo\s+(?:high|low|big|small|large|much|many|few|little)\b|\bnot\s+(?:right|possible|correct)\b"
    r"|\b(?:can(?:'|no)t|can\s+not|cannot)\s+be\b|\bmakes\s+no\s+sense\b|[✗✘❌✕☒✓✔✅☑]",
    re.IGNORECASE,
)
"""Between two numbers, one of them may be taken back by such a word or sign; not which."""

SENTENCE = re.compile(
    r"[;?!]|(?<!i\.e)(?<!e\.g)(?<!approx)(?<!\bca)(?<!\bno)(?<!\b[Aa]ns)\.(?!\d)(?=\s|$)"
)
"""Ends of sentences."""

_FEW, _SOME = r"\W{0,6}(?:\w+\W+){0,4}$", r"\W{0,6}(?:[\w'&]+\W+){0,9}$"
_FINAL = re.compile(
    r"\b(?:final(?:ly)?\s+(?:answer|result|value)|answer|ans|solution)\b(?!\s+(?:to|for|of)\s+(?:part|question))"
    + _FEW
    + r"|\\boxed\W*$",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(?:total|sum|(?:al)?together(?!\s+with)|in\s+all|overall|in\s+sum)\b" + _SOME, re.IGNORECASE
)
_TOTAL_AFTER = re.compile(
    r"^[\s*$]*(?:[\w-]+\s+){0,3}(?:in\s+total|(?:al)?together(?!\s+with)|in\s+all|in\s+sum|overall|total)\b",
    re.IGNORECASE,
)
_ADDED_UP = r"\b(?<!\ba\s)(?:sum|total|product|difference|mean|average)\s+of"
_TERM = re.compile(rf"{_ADDED_UP}\W{{0,4}}$", re.IGNORECASE)
_NEXT_TERM = re.compile(
    r"^\W{0,16}(?:,|&|\+|\band\b|\bplus\b)(?:\s*and\b)?\W{0,16}$", re.IGNORECASE
)
"""The first of the numbers that something is the sum of: "the sum of 3 and 4 is 7"."""
_OF_TERMS = re.compile(
    rf"{_ADDED_UP}\W{{0,4}}\d[^;]{{0,80}}\d\W{{0,3}}(?:\w+\W+){{0,2}}"
    r"(?:is|are|was|be|equals?|gives?|makes?|comes?\s+to|[:=])\W{0,16}$",
    re.IGNORECASE,
)
"""What leads to that sum."""
_CONCLUDED = re.compile(
    r"(?:\b(?:therefore|so|hence|thus|consequently|result|conclusion|conclude|finally|get|gets|got|gives?|makes?|"
    r"becomes?|obtain(?:s|ed)?|equals?|yields?|comes?(?:\s+to|\s+out)?|amounts?\s+to|i\.e|that\s+is|leads?\s+to|find|found|"
    r"giving|making|yielding|resulting|leading)\b"
    r"|∴|⇒|[-=]>|→|\\(?:therefore|implies|Rightarrow|rightarrow))" + _SOME,
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:is|are|was|has|have|needs?|takes?|requires?|be|there\s+are|of\s+about)\W+(?:[\w']+\W+){0,2}$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[A-Za-z)}\]$]\s*[:=\-–]\s*\W{0,3}$")
_CLAUSE = re.compile(r"[,;:]")
_EACH = re.compile(r"\b(?:each|every|per|single|size|kernel|filter)\b", re.IGNORECASE)
_RATE = re.compile(r"\d\s+per\s+\w+", re.IGNORECASE)
"""The unit of a number before: “at 0.05 per hour it takes 50”."""
_PART_OF = re.compile(
    r"^\W{0,3}(?:(?!all\b|each\b|every\b)[\w-]+\W+){0,2}(?:of\s+which|of\s+these|of\s+them|including)\b",
    re.IGNORECASE,
)
_CHECK = re.compile(
    r"\b(?:check|checking|verify|verification|test|proof|compare)\b[^.;]{0,40}$", re.IGNORECASE
)
_OPERAND = re.compile(
    r"\b(?:plus|minus|times?|power|raised\s+to|divided?\s+by|multiplied\s+by|root\s+of|log\s+of|exp\s+of)\W*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\bnot|n't|\bnever|\brather\s+than|\binstead\s+of|\bnor|\bno\s+longer|\bwithout)\W+(?:[a-z']+\W+){0,3}$"
    r"|\b(?:at\s+first|first\s+i|initially|i\s+(?:first|thought|had)|originally)\b[^.;\n]{0,60}$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^\W*(?:[\w']+\W+){0,2}(?:is|are|was|were|would|does|do)(?:\s+not|n't|\s+wrong|\s+incorrect)\b"
    r"(?!\s+(?:counted|trainable|trained))|^\W*at\s+first\W+but\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"[\s*_$>-]*(?:∴|(?:so|therefore|thus|hence|consequently|finally|in\s+conclusion)\b)",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor\b\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:\b(?:about|approx(?:imately)?|around|roughly|circa|ca|nearly|almost|close\s+to)\b[\s.$*:]{0,4}"
    r"|[≈~∼≃≅]\s*[$*]{0,3}\s*|\\(?:approx|sim|simeq|cong)\s*)$",
    re.IGNORECASE,
)
_ABOUT_AFTER = re.compile(r"^\s*\(?\s*(?:approx(?:imately|\.)?|roughly|rounded)\b", re.IGNORECASE)
_LEADS_ON = re.compile(r"\s*(?:[,.;:(]|because|as|since|if)")
_UNIT_ONLY = re.compile(
    r"\s*[A-Za-z]{1,16}\s*(?:[.;(]|,?\s*(?:but|because|since|whereas|while|although)\b)"
)
"""One word of a unit, and then the sentence ends or turns: “12 links, but …”."""
_WORD = re.compile(r"[A-Za-zÀ-ÿ°][A-Za-zÀ-ÿ°'-]*")
_UNIT = re.compile(r"^[ $*~]{0,4}(?:\\[,;: ]|\\text\{)?\s?((?:[A-Za-z°][A-Za-z-]*[ ]?){1,4})")
_FUNCTION_WORDS = """a an and are as at because but by can for from he hence i if in is it not of on
or per she since so than that the then therefore they this thus to was we were when where which
while will with would you"""
_NO_UNIT = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduced:
    """How a number stands in its line."""

    label: str
    """What leads to it in its sentence, with the titles of its table cell or the line above."""
    before: str
    """What leads to it in its sentence, back to the number before."""
    after: str
    """What follows it in its sentence, up to the next number."""
    sentence: str
    """The whole sentence up to it."""
    worked: bool
    """Whether it ends a calculation."""
    plain: bool
    """Whether it is a number as written, not an expression."""
    unsolved: bool
    """Whether it is the right side of an equation with unknowns on the left."""
    alone: bool
    """Whether it is the only number of its sentence."""
    first: bool
    """Whether it is the first number of the answer."""
    shape: bool
    """Whether it is a size such as 5x5."""
    titled: bool
    """Whether it is a table cell with a title."""
    bold: bool
    boxed: bool

    @property
    def weight(self) -> int:
        """How much speaks for this number as the result."""
        if self.unsolved:
            return UNSOLVED
        if (
            _PART_OF.search(self.after)
            or _OPERAND.search(self.before)
            or _CHECK.search(self.before)
            or (_TERM.search(self.before) and _NEXT_TERM.search(self.after))
        ):
            return STATED
        weight = self._by_place()
        if _FINAL.search(self._tail) or self.boxed:
            weight = FINAL
        elif (
            _OF_TERMS.search(self.sentence[-_LONGEST:])
            or _TOTAL.search(self._tail)
            or _TOTAL_AFTER.search(self.after)
        ):
            weight = TOTAL
        elif not self.worked and (_EACH.search(self._clause) or _EACH.search(self.after)):
            weight -= _EACH_LESS
        if self._opens_the_answer:
            weight = max(weight, CONCLUDED)
        return weight + (_BOLD_MORE if self.bold else 0)

    @property
    def _tail(self) -> str:
        return f"{self.label[-160:]} "

    @property
    def _clause(self) -> str:
        return _RATE.sub(" ", _CLAUSE.split(self.sentence[-_LONGEST:])[-1])

    def _by_place(self) -> int:
        weight = RESULT if self.worked else STATED if self.plain or self.shape else WORKED
        if not self.worked and _SAID.search(self._tail):
            weight = SAID
        if (
            self.alone
            and not self.titled
            and not self.shape
            and len(_WORD.findall(f"{self.before} {self.after}")) < 3
        ):
            weight = max(weight, RESULT)
        if _NAMED.search(self._tail) or self.titled:
            weight = max(weight, LABELLED if self.plain or self.worked else RESULT)
        if _CONCLUDED.search(self._tail):
            weight = max(weight, CONCLUDED if self.worked else RESULT)
        return weight

    @property
    def _opens_the_answer(self) -> bool:
        if not self.first or self.worked or _WORD.search(self.before):
            return False
        if self.plain and not self.shape and _UNIT_ONLY.match(self.after):
            return True
        return not _WORD.search(self.after) or _LEADS_ON.match(self.after) is not None

    @property
    def denied(self) -> bool:
        """Whether the sentence says that this is not the number."""
        return bool(_DENIED.search(self.before) or _DENIED_AFTER.search(self.after))

    @property
    def concluded(self) -> bool:
        """Whether its sentence begins with a word such as so."""
        return _OPENS.match(self.sentence) is not None

    @property
    def alternative(self) -> bool:
        """Whether it follows an "or"."""
        return _OR.search(self.before) is not None

    @property
    def approximate(self) -> bool:
        """Whether words announce it as approximate."""
        return bool(_ABOUT.search(self.before) or _ABOUT_AFTER.search(self.after))

    @property
    def unit(self) -> str:
        """The words that directly follow, up to one that goes on with the sentence."""
        found = _UNIT.match(self.after)
        words = found[1].split() if found else []
        stop = next((i for i, word in enumerate(words) if word.lower() in _NO_UNIT), len(words))
        return " ".join(words[: min(stop, 3)]).lower()
