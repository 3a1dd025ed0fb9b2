"""Words and sentences of a document, and what makes a sentence sound like a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

TOKEN = re.compile(r"\([a-h]\)|[a-z]+|\d+")
_LINK = re.compile(r"<?https?://[^\s>]{1,400}>?")
_SENTENCE_END = re.compile(
    r"""(?:(?<=[.?!])|(?<=[.?!:][*_)\"”$])|(?<=[.?!:][*_]{2}))\s+(?=[\[(\"“$\\*_•\dA-Z-])
    | (?<=:)\s+(?=[(\"“$\\*_•A-Z])
    | (?<=[^-*+•.\s])\s+(?=•|\([a-h]\)\s(?!to\b|and\b|or\b|through\b))""",
    re.VERBOSE,
)
_ABBREVIATED = re.compile(
    r"""(?:\b(?:al|e\.g|i\.e|fig|eq|vs|cf|resp|approx|no|nr|dr|prof|etc|obs|[a-zA-Z])
    | ^[\s*_>-]*\(?(?:\d{1,2}|[a-z]))\.$""",
    re.IGNORECASE | re.VERBOSE,
)
_STOP_WORDS = """
a an the of to in on for with and or is are was were be been being that this these those it its as
at by from we you your our i my me us they their he she will would can could should may might must
do does did have has had not no so then while than if each all any both also which what who whom
whose why how when where there here into per using use uses used given get got such only same other
one
"""
STOP = frozenset(_STOP_WORDS.split())
_STRONG_VERBS = """
answer argue assess assume calculate check classify comment compare complete compute concatenate
consider convert count decide define demonstrate derive describe design determine discuss display
draw estimate evaluate explain express find give identify illustrate implement indicate interpret
justify label list look match measure name normalize obtain outline plot predict present prove
provide recall refer repeat report rewrite say show simplify sketch solve specify state submit
suggest summarise summarize tell verify visualise visualize write
"""
_WEAK_VERBS = """
add apply build change choose construct create fill fit freeze generate import let load make mark
modify note perform prepare read remember run sample see select set simulate suppose take test train
try use work
"""
_WEAK_WORDS = "|".join(_WEAK_VERBS.split())
_VERBS = "|".join(_STRONG_VERBS.split()) + "|" + _WEAK_WORDS
_FIRST = r"(?:(?:next|then|now|please|also|first|finally|again|secondly)[, ]+)?"
_IMPERATIVE = re.compile(rf"{_FIRST}(?:{_VERBS})\b(?!\s*[:=])", re.IGNORECASE)
_WEAK = re.compile(rf"{_FIRST}(?:{_WEAK_WORDS})\b", re.IGNORECASE)
_ASKING = re.compile(
    r"(?:(?:in|for|to|at|on|with|of|under)\s+)?(?:what|which)\b|by how\b"
    r"|(?:why|how|when|where|who|whose|is|are|was|were|do|does|did|can|could|should|would|will|has"
    r"|have)\b",
    re.IGNORECASE,
)
_SOUNDS = re.compile(
    r"""\byou\ (?:will|need|should|can|may|must|have\ to|are\ asked|are\ applying|could)\b
    | \byour\ answers?\b.{0,60}\b(?:should|must)\b
    | \bmake\ sure\b
    | \bthis\ (?:question|problem|exercise|task)\ (?:is|focuses|deals|asks)\b
    | \b(?:select|choose|tick)\ all\b
    | \brecall\ that\b | \bhint\b\s*:
    | \bthe\ following\ (?:statements|formulas?|questions?|images|models|code)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LATER_VERB = re.compile(
    r"(?:assuming|assume|given|using|use|for each|for the|from the|in the|based on|with|by|under"
    rf"|consider)\b.{{5,400}}?[,)\s](?:{_VERBS})\s+"
    r"(?:the|a|an|how|what|which|its|their|all|out|it|for)\b",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"""[\s#>]*(?:[-+•]\s+)?(?P<bold>[*_]{1,3})?\s*(?:my\ |our\ |the\ )?
    (?:answers?|ans|solutions?|soln|response)(?:\s+(?:to|for|of)\b)?
    (?:\s*(?:part|question|problem|q)?\s*\(?\d{0,2}(?:\.\d{1,2})?(?:\s?\(?[a-h]\)?)?\)?)?
    \s*(?:[*_]{1,3}\s*[:.]
        | (?:[:=]|\.(?!\d))(?(bold)\s*[*_]{0,3})
        | [-–—](?=\s|$)
        | (?(bold)[*_]{1,3}(?=\s|$)|$)
    )[ \t]*""",
    re.IGNORECASE | re.VERBOSE,
)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return a word's stem: enough to see that two forms are one word.

    >>> stem("connections") == stem("connected"), stem("layers") == stem("layer")
    (True, True)
    """
    if len(word) > 3 and word[-1] == "s" and word[-2] != "s":
        word = word[:-1]
    return word[:6]


def tokens(text: str) -> list[str]:
    """Return the words and digits of a text, in lower case; ``(a)`` is one token."""
    return TOKEN.findall(text.lower())


@lru_cache(maxsize=8_000)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words that carry meaning."""
    if "http" in text:
        text = _LINK.sub(" ", text)
    return tuple(stem(w) for w in TOKEN.findall(text.lower()) if w not in STOP)


def sentences(line: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences in a line, from a column on.

    >>> line = "What is K? It is 3. See Simonyan et al. for more."
    >>> [line[a:b] for a, b in sentences(line)]
    ['What is K?', 'It is 3.', 'See Simonyan et al. for more.']
    """
    begin = start
    for gap in _SENTENCE_END.finditer(line, start):
        head = line[max(begin, gap.start() - 24) : gap.start()]
        if _ABBREVIATED.search(head) or head.count("$") % 2:
            continue
        if line[begin : gap.start()].count("$") % 2:
            continue
        if gap.start() > begin:
            yield begin, gap.start()
        begin = gap.end()
    if line[begin:].strip():
        yield begin, len(line.rstrip())


def asks(sentence: str) -> bool:
    """Whether a sentence is a question.

    >>> asks("Which model is best?"), asks("Is it? Yes."), asks("Green?")
    (True, False, False)
    """
    bare = sentence.strip(" *_\"'")
    if not bare.endswith("?"):
        return False
    return (
        bool(_ASKING.match(bare)) or len(bare) > 25 or bare.lower().rstrip("?!. ") in ("why", "how")
    )


def orders(sentence: str) -> bool:
    """Whether a sentence tells the reader to do something.

    >>> orders("Compute the distances."), orders("Next calculate the sum."), orders("The sum is 3.")
    (True, True, False)
    """
    bare = sentence.lstrip(" *_\"'•-")
    return bool(_IMPERATIVE.match(bare) or _LATER_VERB.match(bare) or _SOUNDS.search(bare))


def insists(sentence: str) -> bool:
    """Whether an order can hardly be part of an answer: ``Use`` and ``Let`` may stand in one.

    >>> insists("Compute the sum."), insists("Use the sum.")
    (True, False)
    """
    return not _WEAK.match(sentence.lstrip(" *_\"'•-"))


def answer_mark(text: str) -> int:
    """Return where a mark such as ``**Answer:**`` ends that a text starts with, or 0.

    >>> answer_mark("**Answer:** 42"), answer_mark("Ans - 3"), answer_mark("Answer is 3")
    (12, 6, 0)
    """
    found = _MARK.match(text)
    if not found:
        return 0
    bare = found.group().strip()
    if bare[-1].isdigit() and bare[0] not in "#*_":
        return len(found.group().rstrip("0123456789. "))
    return found.end()
