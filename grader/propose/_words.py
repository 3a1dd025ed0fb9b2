"""The words of a free answer as they are compared: what may differ is left out, what counts stays."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from dataclasses import dataclass

LONGEST = 20_000
_LONG_WORD = 40
"""Longer answers are compared as a whole and never word by word."""

_LISTED = """
not no never neither nor none nothing nobody without hardly barely scarcely wrong false incorrect
untrue true correct right wrongly incorrectly cannot un non in- anti semi self fail failed
all any some most many few each every both either only just merely exactly always sometimes often
rarely seldom usually mostly mainly partly partially almost nearly about roughly approximately
possibly perhaps probably maybe can could may might must should would will likely unlikely
more less fewer greater smaller larger bigger higher lower longer shorter faster slower better
worse best worst least equal same different than above below over under before after first second
last then next up down increase decrease increas decreas rise fall grow shrink drop gain reduce
raise lower large small big tiny huge high low long short fast slow strong weak good bad
positive negative zero one two three four five six seven eight nine ten half double twice
maximum minimum max min maximize minimize because if unless while whereas although though since
therefore hence thus so but however or instead rather except until when yes left inside outside
left-hand right-hand still yet already too enough whether from to by
"""
CHARGED = frozenset(_LISTED.split())
"""Words on which the meaning turns. Answers that differ in one of them are never put together."""
NEGATORS = frozenset(_LISTED.split("true correct", maxsplit=1)[0].split())
_LIGHT = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "they",
        "them",
        "their",
        "we",
        "us",
        "our",
        "you",
        "your",
        "my",
        "he",
        "she",
        "his",
        "her",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "of",
        "very",
        "really",
        "quite",
        "simply",
        "basically",
        "actually",
        "also",
        "please",
        "there",
        "here",
        "which",
    ]
)
"""Words that are left out."""
LINKS = frozenset(
    [
        "and",
        "as",
        "at",
        "for",
        "in",
        "into",
        "on",
        "with",
        "where",
        "who",
        "how",
        "what",
        "between",
        "within",
    ]
)
"""Words that stay, and of which one more or less does not matter."""
_SHORT = re.compile(
    r"\b(do|does|did|is|are|was|were|ca|could|would|should|has|have|had|wo|must|need)n'?t\b"
)
_STEMS = {"ca": "can", "wo": "will"}
_SHORTER = re.compile(r"'(?:s|re|ll|ve|d|m)\b")
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*|[.,]\d+|=>|<=|>=|!=|[^\w\s]|_")
_BULLET = re.compile(r"^[ \t]{0,40}[-*+•][ \t]+", re.MULTILINE)
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_QUIET = frozenset(".,;:!()[]{}\"'`*$\\_“”„#…")
_MATHS = re.compile(r"[=+^/<>≤≥×·²³√∑∫|]|\d\s*[*-]|[*-]\s*\d|\\[a-zA-Z]")
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "−": "-", "–": " - ", "—": " - ", "→": "=>", "⇒": "=>"}
)


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as it is compared."""

    key: tuple[str, ...]
    """Its words in order, without light words, endings and quiet signs. Equal keys say the same."""
    charged: tuple[str, ...]
    """Those words, numbers and signs of the key on which the meaning turns."""
    tokens: tuple[str, ...]
    """All words and signs as written, in lower case."""
    blank: bool = False
    long: bool = False


def blank(text: str) -> bool:
    r"""Whether nothing can be read in a text.

    >>> blank(" \n\u200b\x00"), blank("?")
    (True, False)
    """
    return not any(unicodedata.category(c)[0] in "LNPS" for c in text)


def read(text: str) -> Reading:
    """Read an answer for comparison.

    >>> read("The gradient vanishes.").key == read("gradients: vanishing").key
    True
    >>> read("It doesn't vanish").charged, read("lr = 0.1").charged
    (('not',), ('=', '0.1'))
    """
    if blank(text):
        return Reading(key=(), charged=(), tokens=(), blank=True)
    if len(text) > LONGEST:
        plain = " ".join(text.split())
        whole = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
        return Reading(key=("\0", whole), charged=("\0", whole), tokens=tokens(text), long=True)
    said = tokens(text)
    quiet = _QUIET - set("()[]{}*_\\'") if _MATHS.search(text) else _QUIET
    kept = [t for t in said if t not in quiet]
    key = tuple(stem(t) for at, t in enumerate(kept) if not _is_light(kept, at)) or said
    return Reading(key=key, charged=tuple(w for w in key if charged(w)), tokens=said)


def _is_light(kept: list[str], at: int) -> bool:
    """Whether a word is left out; an ``a`` that is a name, as in “panel A is best”, is not."""
    if kept[at] != "a":
        return kept[at] in _LIGHT
    after = kept[at + 1] if at + 1 < len(kept) else ""
    return len(after) > 1 and after.isalpha() and after not in _LIGHT and not charged(stem(after))


def tokens(text: str) -> tuple[str, ...]:
    """Return words and signs in lower case, contractions written out.

    >>> tokens("Can't be x², e.g. 1.5")
    ('can', 'not', 'be', 'x', '^', '2', ',', 'e', '.', 'g', '.', '1.5')
    """
    text = _plain(text[:LONGEST]).casefold()
    text = _SHORT.sub(lambda m: f"{_STEMS.get(m.group(1), m.group(1))} not", text)
    text = _HYPHEN.sub(" ", _BULLET.sub("", _SHORTER.sub(" ", text)))
    return tuple(_TOKEN.findall(text.replace("cannot", "can not")))


def _plain(text: str) -> str:
    text = text.translate(_QUOTES)
    if text.isascii():
        return text
    out = []
    for c in text:
        kind = unicodedata.decomposition(c)
        sign = {"<super>": "^", "<sub>": "_"}.get(kind.split(" ", 1)[0], "")
        out.append(sign + c)
    return unicodedata.normalize("NFKC", "".join(out))


def stem(word: str) -> str:
    """Return a word without the endings of plural and of the running form.

    >>> [stem(w) for w in ("vanishes", "vanishing", "bias", "losses", "string", "minimises")]
    ['vanish', 'vanish', 'bias', 'loss', 'string', 'minimiz']
    """
    if not 4 < len(word) < _LONG_WORD or not word.isascii() or not word.isalpha():
        return word
    return _stem(word)


@functools.lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    word = re.sub(r"is(ation|e|es|ed|ing)$", r"iz\1", word) if len(word) > 6 else word
    if word.endswith("ing") and len(word) > 7:
        word = word[:-3]
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 5 else word


_CHARGED_STEMS = CHARGED | {stem(word) for word in CHARGED}


def charged(word: str) -> bool:
    """Whether the meaning turns on a word: negation, number, sign, direction, amount, reason.

    >>> charged("0.1"), charged("not"), charged("gradient")
    (True, True, False)
    """
    if not word.isalpha() or len(word) == 1:
        return True
    return word in _CHARGED_STEMS or word.endswith("ly")
