"""Phrases: compiled once, found in the words of a sentence, denied or not."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.prose._plain import plain, words

Phrases = tuple[str, ...]

_GAP = r"(?: [\w.,%]*\w){0,2}"
_NEAR = r"(?: \S+){0,5}?"
_WIDE = r"(?: \S+){0,14}?"
_TIGHT = (
    r"(?: (?:the|a|an|of|in|its|our|your|model|models|to|is|are|be|been|was|that|this|more|also))*?"
)
_GAPS = {"..": _NEAR, "...": _WIDE, "+": _TIGHT}
_NEGATORS_TEXT = """
not no never neither nor without hardly barely wrong false incorrect untrue incorrectly
"""
_NEGATORS = frozenset(_NEGATORS_TEXT.split())
_AFTER = re.compile(
    r"(?: (?:layers?|models?|ones?|class|error|curve|method|approach))? (?:(?:is|are|was|were"
    r"|does|do|did|can|could|will|would|has|have) not|is (?:wrong|false|incorrect)"
    r"|plays? (?:no|hardly any) (?:role|part)|(?:is|are|has|have) nothing to do"
    r"|(?:can|could|must|may|should) be (?:excluded|ruled out|rejected|dismissed)"
    r"|(?:is|are|was|were) (?:excluded|ruled out|rejected|dismissed|absent)) "
)
"""What denies the words that it follows."""
_RATHER = re.compile(
    r" (?:rather than|instead of|unlike|as opposed to|in contrast to|except(?: for)?)(?: "
    r"\w+){0,3} $"
    r"| rather (?:\w+ ){1,4}than (?:the |an? )?$"
    r"| (?:lack|absence|opposite|contrary|reverse) of (?:the |any |an? )?$"
    r"| (?:fail|fails|failed|failing|unable) to (?:really |simply |even )?$"
)
"""What denies the words that it leads to."""
_GROUNDLESS = re.compile(
    r" not (?:(?:there|here|used|added|needed|caused|done|really|simply|directly) ){0,2}"
    r"(?:because(?: of)?|due to|owing to) (?:(?:the|a|an|any|it|of|we|avoids?|prevents?) ){0,3}$"
)
"""What says that something is no reason, whatever its own polarity."""
_SUPPOSED = re.compile(
    r" i (?:first |also |had |initially )?(?:thought|considered|suspected|assumed) (?:[\w']+ ){0,4}$"
)
_IMAGINED = re.compile(r" if (?:[\w']+ ){0,5}$")
_PAST = re.compile(r" (?:were|was|had|did) |ed $")
_WOULD = re.compile(r" would(?: have)? ")
"""“If it overfitted, the error would be higher” says that it does not."""
_BUT = re.compile(r" (?:but|however) ")
"""“I thought of …, but” takes back what stands between."""
_STOPS_TEXT = """
, ; : ( ) . ! ? => but because since whereas while although though however so therefore
hence | and
"""
_STOPS = frozenset(_STOPS_TEXT.split())
_ONLY = frozenset(["only", "just", "merely", "longer", "matter", "doubt"])
_PRONOUNS_TEXT = """
they it the we i not this that these those results mine
"""
_PRONOUNS = frozenset(_PRONOUNS_TEXT.split())
_REACH = 6
_WITHOUT = 2
"""“Without” takes away its noun, not what the sentence goes on to say."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that was found: which, its characters in the prepared sentence, whether denied."""

    phrase: str
    start: int
    end: int
    denied: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    parts: tuple[re.Pattern[str], ...]
    any_polarity: bool
    own_negation: bool


def prepare(text: str, vocabulary: frozenset[str] = frozenset()) -> str:
    """Return a sentence as its words with single spaces, typos put right by a vocabulary.

    >>> prepare("The varience isn't zero!", frozenset({"variance"}))
    ' the variance is not zero ! '
    """
    return _prepared(text, vocabulary)


@functools.lru_cache(maxsize=4096)
def _prepared(text: str, vocabulary: frozenset[str]) -> str:
    return " " + "".join(f"{_respelled(word, vocabulary)} " for word in words(plain(text)))


def find(phrases: Phrases, prepared: str) -> list[Hit]:
    """Return where any of the phrases stands in a prepared sentence, in order.

    >>> [(h.phrase, h.denied) for h in find(("decreas*",), prepare("It does not decrease."))]
    [('decreas*', True)]
    """
    hits = [hit for phrase in _compiled(tuple(phrases)) for hit in _hits(phrase, prepared)]
    return sorted(hits, key=lambda hit: (hit.start, -hit.end))


def first(phrases: Phrases, prepared: str, *, denied: bool = False) -> Hit | None:
    """Return the first hit that is denied, or that is not."""
    return next((hit for hit in find(phrases, prepared) if hit.denied == denied), None)


def _hits(phrase: _Phrase, prepared: str) -> Iterable[Hit]:
    spans = [[m.span() for m in part.finditer(prepared)] for part in phrase.parts]
    if not spans or not all(spans):
        return
    if len(spans) > 1:
        ones = [found[0] for found in spans]
        no = any(_refused(phrase, prepared, s, e) for s, e in ones)
        yield Hit(phrase.text, min(s for s, _ in ones), max(e for _, e in ones), no)
        return
    for start, end in spans[0]:
        no = _refused(phrase, prepared, start, end)
        yield Hit(phrase.text, start, end, no)


def _refused(phrase: _Phrase, prepared: str, start: int, end: int) -> bool:
    """Whether a phrase that stands there is denied, or said to be no reason."""
    if _GROUNDLESS.search(prepared, max(0, start - 60), start + 1):
        return True
    return not phrase.any_polarity and denied(prepared, start, end, phrase.own_negation)


def denied(prepared: str, start: int, end: int, own: bool = False) -> bool:
    """Whether the words from ``start`` to ``end`` are denied by a word before or after them.

    ``own`` says that a negation inside belongs to the phrase itself.
    """
    inside = prepared[start:end].split()
    count = 0 if own else sum(word in _NEGATORS for word in inside)
    near = _clause_before(prepared, start)
    for at, (word, following) in enumerate(zip(near, [*near[1:], *inside[:1]], strict=False)):
        short = word == "without" and len(near) - at > _WITHOUT
        count += word in _NEGATORS and following not in _ONLY and not short
    count += _RATHER.search(prepared, max(0, start - 60), start + 1) is not None
    count += _AFTER.match(prepared, end) is not None
    supposed = _SUPPOSED.search(prepared, max(0, start - 60), start + 1)
    count += supposed is not None and _BUT.search(prepared, end) is not None
    imagined = _IMAGINED.search(prepared, max(0, start - 60), start + 1)
    if imagined and _PAST.search(f"{prepared[imagined.start() : end]} "):
        count += _WOULD.search(prepared, end) is not None
    return count % 2 == 1


def _clause_before(prepared: str, start: int) -> list[str]:
    """Up to six words before, within the clause; a “no” that answers a question is none of them."""
    before = prepared[max(0, start - 120) : start].split()
    if start < 120 and before[:1] == ["no"] and len(before) > 1 and before[1] in _PRONOUNS:
        before = before[1:]
    for at in range(len(before) - 1, -1, -1):
        if before[at] in _STOPS:
            before = before[at + 1 :]
            break
    return before[-_REACH:]


@functools.lru_cache(maxsize=1024)
def _compiled(phrases: Phrases) -> tuple[_Phrase, ...]:
    return tuple(_compile(phrase) for phrase in phrases)


def _compile(phrase: str) -> _Phrase:
    text = phrase.strip()
    bare = text.removeprefix("~").strip()
    own = any(word in _NEGATORS for word in re.split(r"[\s|_&]+", bare))
    parts = tuple(re.compile(_pattern(part.split())) for part in bare.split("&") if part.strip())
    return _Phrase(text=phrase, parts=parts, any_polarity=text.startswith("~"), own_negation=own)


def _pattern(elements: Sequence[str]) -> str:
    out, gap = "", ""
    for element in elements:
        if element in _GAPS:
            gap = _GAPS[element]
            continue
        out += gap + " " + _word(element)
        gap = _GAP
    return out + "(?= )"


def _word(word: str) -> str:
    if word == "|":  # the sign itself, as around an absolute value
        return re.escape(word)
    choices = (" ".join(map(_choice, choice.split("_"))) for choice in word.casefold().split("|"))
    return "(?:" + "|".join(choices) + ")"


def _choice(word: str) -> str:
    if word.endswith("*"):
        return re.escape(word[:-1]) + r"[\w.]*"
    if word.isalpha() and len(word) > 3:
        endings = "(?:s|es|d|ed|ing)?"
        return f"(?:{word}{endings}|{word[:-1]}ing)" if word.endswith("e") else word + endings
    return re.escape(word)


# -- typos


@functools.lru_cache(maxsize=256)
def vocabulary(*phrases: Phrases) -> frozenset[str]:
    """Return the words of phrases that are long enough for a typo to be told; ``*`` is kept.

    >>> sorted(vocabulary(("variance", "decreas* of", "a|constant")))
    ['constant', 'decreas*', 'variance']
    """
    found = (
        word
        for group in phrases
        for phrase in group
        for word in re.split(r"[\s|_&~]+", phrase.casefold())
    )
    return frozenset(
        word for word in found if len(word.rstrip("*")) >= 5 and word.rstrip("*").isalpha()
    )


_PROTECTED_TEXT = """
consist consists complete completely compete compare comparing content contents contain
contains continue continues explain explains export extend extent former format formal
former function functions general generally generate however instead interest learns leaves
lesson losses lower lowers mainly makes matter meaning means model models moment never
notion number numbers other others output outputs parted parts perform places point points
prior produce project random range reach reason relate relation relevant report result
results sample samples several shape shapes single small smaller smallest something sorted
source special stage state states stated still strange strong terms their there these thing
think those three times total towards train trained training trains under until upper value
values wants where which while whole write wrong test tests tested data date dates rate
rates each every error errors order orders curve curves carve layer layers later batch match
place plane plain sense since sinks common compute computes component correct connect
connects concept constraint contrast control convert cover covers depth defined deepest
digits direct divide divides divided decide decides decided degree degrees degrade divers
diverse increase increases increased increasing decrease decreases decreased decreasing
initial initially input inputs inside learning noise noisy normal normally uniform unit
units useful filter filters filler better bitter weight weights height eight eighth right
might minima minimum maximum maximal minimal variable variables various variation variations
vary varies very every ever linear simple simpler simply given gives sensible possible
react reacts reacted reacting nearest nearer clearest dearest smooth smoother stop stops step steps steep sleep flat float
"""
_PROTECTED = frozenset(_PROTECTED_TEXT.split())


@functools.lru_cache(maxsize=16384)
def _respelled(word: str, known: frozenset[str]) -> str:
    """The word of the vocabulary that a typo stands for; the first letter is never wrong.

    A typo that is as near to another word stays as it is: the order of a set decides nothing.
    """
    if len(word) < 5 or not known or word in _PROTECTED or not word.isalpha():
        return word
    stems = sorted((item for item in known if item[0] == word[0]), key=lambda i: (-len(i), i))
    if any(_is(word, item) for item in stems):
        return word
    best: tuple[int, str, str] | None = None
    for item in stems:
        stem = item.rstrip("*")
        allowed = 2 if len(stem) >= 8 else 1
        if item.endswith("*"):
            tries = [
                (word[:n], word[n:]) for n in range(len(stem) - 1, len(stem) + 2) if n <= len(word)
            ]
        else:
            tries = [(word, "")]
            tries += [
                (word[: -len(e)], e) for e in ("s", "es", "d", "ed", "ing") if word.endswith(e)
            ]
        for part, ending in tries:
            if abs(len(part) - len(stem)) > allowed:
                continue
            if len(part) == len(stem) < 7 and sorted(part) != sorted(stem):
                continue  # short words that differ in one letter are other words
            gap = _distance(part, stem, allowed)
            if gap > allowed or (best and gap > best[0]):
                continue
            if best is None or gap < best[0]:
                best = (gap, stem + ending, stem)
            elif not best[2].startswith(stem):
                best = (gap, word, stem)
    return best[1] if best else word


def _is(word: str, item: str) -> bool:
    if item.endswith("*"):
        return word.startswith(item[:-1])
    if item.endswith("e") and word == item[:-1] + "ing":
        return True
    return word == item or (
        word.startswith(item) and word[len(item) :] in ("s", "es", "d", "ed", "ing")
    )


def _distance(a: str, b: str, most: int) -> int:
    """Edits between two words, neighbours swapped counting as one; more than ``most`` is cut."""
    before2: list[int] = []
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        now = [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, now[-1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before2[j - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before2, before = before, now
    return before[-1]
