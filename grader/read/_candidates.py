"""All numbers of an answer that could be its result, weighed by how they are introduced.

Nothing here knows which value is right. A number that ends a calculation, follows a word such
as "answer" or "total", or stands alone weighs more than one that is mentioned on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.expression import Comma, Token, agree
from grader.expression import about as announced
from grader.model import Answer, Number
from grader.read._lines import Line, lines
from grader.read._runs import Run, is_variable, runs_of, tokens_of

STATED, WORKED, SAID, RESULT, LABELLED, CONCLUDED, TOTAL, FINAL = 20, 25, 30, 40, 45, 50, 60, 100
"""How much a number weighs: mentioned, an expression, told in a sentence, the end of a
calculation, with its name before it, after a word such as "so", "total" or "answer"."""

_FINAL = re.compile(
    r"\b(?:final(?:ly)?\s+(?:answer|result|value)|answer|ans|solution)\b(?!\s+(?:to|for|of)\s+(?:part|question))"
    r"\W{0,6}(?:\w+\W+){0,4}$|\\boxed\W*$", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:total|sum|altogether|all\s+together|in\s+all|overall|in\s+sum)\b\W{0,6}(?:[\w&]+\W+){0,9}$",
                    re.IGNORECASE)
_TOTAL_AFTER = re.compile(r"^[\s*$]*(?:[\w-]+\s+){0,3}(?:in\s+total|altogether|in\s+all|in\s+sum|overall|total)\b", re.IGNORECASE)
_CONCLUDED = re.compile(
    r"(?:\b(?:therefore|so|hence|thus|consequently|result|conclusion|conclude|finally|get|gets|got|gives?|makes?|"
    r"becomes?|obtain(?:s|ed)?|equals?|yields?|comes?\s+to|amounts?\s+to|i\.e|that\s+is|leads?\s+to|find|found)\b|∴|⇒|=>|→|"
    r"\\(?:therefore|implies|Rightarrow|rightarrow))\W{0,6}(?:[\w']+\W+){0,9}$", re.IGNORECASE)
_STATED = re.compile(r"\b(?:is|are|was|has|have|needs?|be|there\s+are|of\s+about)\W+(?:[\w']+\W+){0,2}$", re.IGNORECASE)
_NAMED = re.compile(r"[A-Za-z)}\]$]\s*[:=\-–]\s*\W{0,3}$")
_DENIED = re.compile(
    r"(?:\bnot|n't|\bnever|\brather\s+than|\binstead\s+of|\bnor|\bno\s+longer|\bwithout)\W+(?:[a-z']+\W+){0,3}$", re.IGNORECASE)
_BEFOREREVISION = re.compile(
    r"\b(?:at\s+first|first\s+i|initially|i\s+(?:first|thought|had)|originally)\b[^.;\n]{0,60}$", re.IGNORECASE)
REVISION = re.compile(
    r"\b(?:wait|correction|corrected|sorry|oops|scratch\s+that|ignore\s+(?:that|this|the\s+above)|no,|nope|actually|my\s+mistake|"
    r"(?:that|this|it|which|above)(?:'s|\s+is|\s+was)\s+(?:wrong|incorrect|not\s+right|a\s+mistake)|misses|i\s+forgot|forgot\s+the|"
    r"should\s+(?:have\s+been|be)|i\s+mean|let\s+me\s+(?:redo|correct)|recheck|on\s+second\s+thought|revised)\b", re.IGNORECASE)
_PART_OF = re.compile(r"^\W{0,3}(?:[\w-]+\W+){0,2}(?:of\s+which|of\s+these|of\s+them|including)\b", re.IGNORECASE)
_OR = re.compile(r"\bor\b\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:\b(?:about|approx(?:imately)?|around|roughly|circa|ca|nearly|almost|close\s+to)\b[\s.$*:]{0,4}"
    r"|[≈~∼≃≅]\s*[$*]{0,3}\s*|\\(?:approx|sim|simeq|cong)\s*)$", re.IGNORECASE)
_ABOUT_AFTER = re.compile(r"^\s*\(?\s*(?:approx(?:imately|\.)?|roughly|rounded)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-zÀ-ÿ°][A-Za-zÀ-ÿ°'-]*")
_SENTENCE = re.compile(r"[;?!]|(?<!i\.e)(?<!e\.g)(?<!approx)(?<!ca)(?<!no)(?<!\b[Aa]ns)\.(?!\d)(?=\s|$)")
_EACH = re.compile(r"\b(?:each|every|per|single|size|kernel|filter)\b", re.IGNORECASE)
_UNIT = re.compile(r"^[ $*~]{0,4}(?:\\[,;: ]|\\text\{)?\s?((?:[A-Za-z°][A-Za-z-]*[ ]?){1,4})")
_NO_UNIT = frozenset(
    "if of for because and then so which that it in as but or to from with is are was when since where while thus hence "
    "therefore i we you he she they the a an this at by on than not would will can per".split())
_BOLD = re.compile(r"\*\*[^*\n]{1,80}\*\*|__[^_\n]{1,80}__")
_MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A number that may be the answer, with what speaks for it."""

    number: Number
    weight: int
    line: Line
    start: int
    end: int
    order: int
    label: str
    """Words that lead to it, in its sentence."""
    after: str
    """Words that follow it."""
    run: Run
    chain: tuple[Run, ...]
    """All sides of the equation that it ends."""
    denied: bool = False
    alternative: bool = False
    """Whether it follows an "or"."""

    @property
    def mentioned(self) -> bool:
        """Whether it is told in words, not worked out."""
        return len(self.chain) == 1 and not _follows_relation(self.line, self.chain[0])

    @property
    def quote(self) -> str:
        """The text it was read from."""
        return self.line.text[self.start : self.end].strip(" $*")[:120]


def same(one: Number, other: Number) -> bool:
    """Whether two numbers are one value, given with more or fewer digits."""
    return agree(one, other)


def candidates(answer: Answer, comma: Comma | None = None) -> list[Candidate]:
    """Return all numbers that an answer could mean as its result, in order of the text."""
    scan = _Scan(comma)
    for line in lines(answer):
        scan.line(line)
        if len(scan.found) > _MOST:
            break
    return scan.settled()


class _Scan:
    """Walks through lines, and remembers revisions and what later lines calculate with."""

    def __init__(self, comma: Comma | None) -> None:
        self.comma = comma
        self.found: list[Candidate] = []
        self.revised_at: list[int] = []
        self.lead = ""
        self.order = 0

    def line(self, line: Line) -> None:
        """Take the candidates of one line."""
        tokens, runs = tokens_of(line.text, self.comma), runs_of(line.text, self.comma)
        chains = list(_chains(tokens, runs))
        revisions = [found.start() for found in REVISION.finditer(line.text)]
        previous = 0
        for index, chain in enumerate(chains):
            first, last = chain[0], chain[-1]
            self.order += 1
            if any(previous <= place < first.start for place in revisions):
                self.revised_at.append(self.order)
            following = chains[index + 1][0].start if index + 1 < len(chains) else len(line.text)
            self._chain(line, tokens, chain, line.text[previous : first.start], line.text[last.end : following],
                        alone=len(chains) == 1)
            previous = last.end
        if any(place >= previous for place in revisions) and chains:
            self.order += 1
            self.revised_at.append(self.order)
        self.lead = "" if chains or line.cell else line.text

    def _chain(self, line: Line, tokens: Sequence[Token], chain: list[Run], before: str, after: str,
               alone: bool) -> None:
        run = _result(chain)
        if run is None or run.number is None:
            return
        before = _SENTENCE.split(before)[-1]
        after = _SENTENCE.split(after)[0]
        close = before if chain[0] is run else line.text[: run.start]
        approx = bool(_ABOUT.search(close) or _ABOUT_AFTER.search(after)) or _approximated(tokens, run)
        unit = _unit(after)
        label = f"{line.head} {self.lead if not before.strip() else ''} {before}".strip()
        self.found.append(Candidate(
            number=announced(run.number, approx, unit.lower()), line=line, start=run.start, end=run.end,
            order=self.order, label=label, after=after, run=run, chain=tuple(chain),
            weight=self._weight(line, chain, run, label, before, after, alone),
            denied=bool(_DENIED.search(before) or _BEFOREREVISION.search(before)),
            alternative=bool(_OR.search(before))))

    def _weight(self, line: Line, chain: list[Run], run: Run, label: str, before: str, after: str, alone: bool) -> int:
        tail = label[-160:]
        worked = len(chain) > 1 or _follows_relation(line, chain[0])
        weight = RESULT if worked else STATED if run.plain else WORKED
        if not worked and _STATED.search(tail):
            weight = max(weight, SAID)
        if _NAMED.search(tail) or (line.cell and line.head):
            weight = max(weight, LABELLED if run.plain or worked else RESULT)
        if _CONCLUDED.search(tail):
            weight = max(weight, CONCLUDED if worked else RESULT)
        if not worked and (_EACH.search(before) or _EACH.search(after)):
            weight -= 15
        if _TOTAL.search(tail) or _TOTAL_AFTER.search(after):
            weight = TOTAL
        if _FINAL.search(tail) or "\\boxed" in line.text[max(0, run.start - 12) : run.start]:
            weight = FINAL
        if _PART_OF.search(after):
            weight = STATED
        if any(b.start() <= run.start and run.end <= b.end() for b in _BOLD.finditer(line.text)):
            weight += 5
        rest = _WORD.findall(before + " " + after)
        if alone and len(rest) < 3 and not line.cell:
            weight = max(weight, RESULT)
        if self.order == 1 and not worked and not _WORD.findall(before) and (not rest or re.match(r"\s*(?:[,.;:(]|because|as|since|if)", after)):
            weight = max(weight, CONCLUDED)
        return weight

    def settled(self) -> list[Candidate]:
        """Return what was found; what the student took back counts as denied."""
        last = max((c.order for c in self.found), default=0)
        limit = max((order for order in self.revised_at if order <= last), default=0)
        return [replace(c, denied=c.denied or c.order < limit) for c in self.found]


def _chains(tokens: Sequence[Token], runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Group the runs that relations join: ``a = b ≈ c``."""
    chain: list[Run] = []
    for run in runs:
        if chain and _joined(tokens, chain[-1], run):
            chain.append(run)
            continue
        if chain:
            yield chain
        chain = [run]
    if chain:
        yield chain


def _joined(tokens: Sequence[Token], one: Run, other: Run) -> bool:
    between = tokens[one.last + 1 : other.first]
    if not between or between[-1].kind != "relation" or between[-1].text not in "=≈→":
        return False
    words = between[:-1]
    if not words:
        return True
    if not all(token.kind == "name" for token in words) or len(words) > 4:
        return False
    return not one.plain and not any(is_variable(token) for token in words)


def _result(chain: list[Run]) -> Run | None:
    """The number that a chain of equal things comes to: its last, in the most digits shown."""
    numeric = [run for run in chain if run.number is not None]
    if not numeric:
        return None
    last = next((run for run in reversed(numeric) if run.plain), numeric[-1])
    if last is not numeric[-1] and not _equal(last, numeric[-1]):
        last = numeric[-1]
    finer = [run for run in numeric if run.plain and _equal(run, last) and _digits(run) > _digits(last)]
    return max(finer, key=_digits, default=last)


def _equal(one: Run, other: Run) -> bool:
    return one.number is not None and other.number is not None and same(one.number, other.number)


def _digits(run: Run) -> int:
    return (run.number.significant or 0) if run.number is not None else 0


def _unit(after: str) -> str:
    """Return the words that directly follow a number, up to one that goes on with the sentence."""
    found = _UNIT.match(after)
    words = found[1].split() if found else []
    stop = next((i for i, word in enumerate(words) if word.lower() in _NO_UNIT), len(words))
    return " ".join(words[: min(stop, 3)])


def _follows_relation(line: Line, run: Run) -> bool:
    return bool(re.search(r"[=≈→⇒]\s*[$*]{0,3}\s*$", line.text[: run.start]))


def _approximated(tokens: Sequence[Token], run: Run) -> bool:
    before = tokens[run.first - 1] if run.first else None
    return before is not None and before.kind == "relation" and before.text == "≈"
