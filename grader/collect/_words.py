"""Words and sentences of a document, and what makes a sentence sound like a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

TOKEN = re.compile(r"\([a-h]\)|[a-z]+|\d+")
_LINK = re.compile(r"<?https?://[^\s>]{1,400}>?")
_SENTENCE_END = re.compile(
    r"(?:(?<=[.?!])|(?<=[.?!:][*_)\"”$])|(?<=[.?!:][*_]{2}))\s+(?=[\[(\"“$\\*_•\dA-Z-])|(?<=:)\s+(?=[(\"“$\\*_•A-Z])|(?<=[^-*+•.\s])\s+(?=•|\([a-h]\)\s(?!to\b|and\b|or\b|through\b))"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:al|e\.g|i\.e|fig|eq|vs|cf|resp|approx|no|nr|dr|prof|etc|obs|[a-zA-Z])|^[\s*_>-]*\(?(?:\d{1,2}|[a-z]))\.$",
    re.IGNORECASE,
)
STOP = frozenset(
    ["a", "an", "the", "of", "to", "in", "on", "for", "with", "and", "or", "is", "are", "was", "were", "be", "been", "being", "that", "this", "these", "those", "it", "its", "as", "at", "by", "from", "we", "you", "your", "our", "i", "my", "me", "us", "they", "their", "he", "she", "will", "would", "can", "could", "should", "may", "might", "do", "does", "did", "have", "has", "had", "not", "no", "so", "then", "while", "than", "if", "each", "all", "any", "both", "also", "which", "what", "who", "whom", "whose", "why", "how", "when", "where", "there", "here", "into", "per", "using", "use", "uses", "used", "given", "get", "got", "such", "only", "same", "other", "one"]
)
_VERBS = (
    "add|answer|apply|argue|assess|assume|build|calculate|change|check|choose|classify|comment|compare|complete|compute|"
    "concatenate|consider|construct|convert|count|create|decide|define|demonstrate|derive|describe|design|determine|discuss|"
    "display|draw|estimate|evaluate|explain|express|fill|find|fit|freeze|generate|give|identify|illustrate|implement|import|"
    "indicate|interpret|justify|label|let|list|load|look|make|mark|match|measure|modify|name|normalize|note|obtain|outline|"
    "perform|plot|predict|prepare|present|prove|provide|read|recall|refer|remember|repeat|report|rewrite|run|sample|"
    "say|select|set|show|simulate|simplify|sketch|solve|specify|state|submit|suggest|summari[sz]e|suppose|take|tell|test|train|"
    "try|use|verify|visuali[sz]e|work|write"
)
_IMPERATIVE = re.compile(
    rf"(?:(?:next|then|now|please|also|first|finally|again|again,|secondly)[, ]+)?(?:{_VERBS})\b(?!\s*[:=])",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?:next,? |then,? |now,? |also,? |first,? )?(?:add|apply|build|change|choose|construct|create|fill|fit|freeze|generate|import|let|load|make|mark|"
    r"modify|note|perform|prepare|read|remember|run|sample|see|select|set|simulate|suppose|take|test|train|try|use|work)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:what|which|why|how|when|where|who|whose|is|are|was|were|do|does|did|can|could|should|would|will|has|have|in which|in what|"
    r"for which|for what|to what|at which|at what|on which|with which|by how|under what|of which)\b",
    re.IGNORECASE,
)
_SOUNDS = re.compile(
    r"\byou (?:will|need|should|can|may|must|have to|are asked|are applying|could)\b|\byour answers?\b.{0,60}\b(?:should|must)\b|"
    r"\bmake sure\b|\bthis (?:question|problem|exercise|task) (?:is|focuses|deals|asks)\b|\b(?:select|choose|tick) all\b|"
    r"\brecall that\b|\bhint\b\s*:|\bthe following (?:statements|formulas?|questions?|images|models|code)\b",
    re.IGNORECASE,
)
_LATER_VERB = re.compile(
    rf"^(?:assuming|assume|given|using|use|for each|for the|from the|in the|based on|with|by|under|consider)\b.{{5,400}}?[,)\s](?:{_VERBS})\s+(?:the|a|an|how|what|which|its|their|all|out|it|for)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"[(\[]\s*\d{1,3}(?:[.,]\d{1,2})?\s*(?:points?|pts?\.?|marks?|p\.?|%)?\s*[)\]]", re.IGNORECASE
)
_MARK = re.compile(
    r"[\s#>]*(?:[-+•]\s+)?(?P<bold>[*_]{1,3})?\s*(?:my |our |the )?(?:answers?|ans|solutions?|soln|response)"
    r"(?:\s+(?:to|for|of)\b)?(?:\s*(?:part|question|problem|q)?\s*\(?\d{0,2}(?:\.\d{1,2})?(?:\s?\(?[a-h]\)?)?\)?)?"
    r"\s*(?:[*_]{1,3}\s*[:.]|(?:[:=]|\.(?!\d))(?(bold)\s*[*_]{0,3})|[-–—](?=\s|$)|(?(bold)[*_]{1,3}(?=\s|$)|$))[ \t]*",
    re.IGNORECASE,
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


def point_mark(text: str, at: int = 0) -> int:
    """Return where a point mark such as ``(2.5)`` or ``[3 points]`` ends that starts at a column, or 0.

    >>> point_mark("(2.5) Explain"), point_mark("(a) Explain")
    (5, 0)
    """
    found = _POINTS.match(text, at)
    return found.end() if found else 0


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
