"""All numbers of an answer: those written, those its expressions come to, and those in words.

    read: {kind: quantities}

The value is ``{"written": […], "values": […], "shown": […], "counts": [[…], …]}``. ``written``
holds the numbers as they stand; ``values`` also what expressions and the terms of sums come to;
``shown`` all whole numbers, whatever they stand in. ``counts`` holds for each sentence the small whole
numbers in order, in digits or words, with "all" for all; sizes such as 5x5 are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from grader.expression import NotAnExpression, Undefined, parse
from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._lines import lines
from grader.read._runs import Run, runs_of

_WORDS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
        ]
    )
}
_COUNT = re.compile(
    rf"(?<![\w.,/-])(?:(?P<digits>\d{{1,3}})(?![\w]|[.,]\d|\s*[x×]\s*\d)|(?P<word>{'|'.join(_WORDS)}|last|single|all|every)\b(?!\s+one\b(?=\s+of))"
    r")(?:st|nd|rd|th)?",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\d+\s*(?:x|×|\*|by|\\times)\s*\d+", re.IGNORECASE)
_ARITHMETIC = re.compile(r"\d[\d .]{0,8}[*+/^(×·=][\d\s()*+/^×·.=-]{0,200}")
_RANGE = re.compile(r"\b(\d{1,3})\s*(?:-|–|to)\s*(\d{1,3})\b")
_OF = re.compile(
    r"\b(?:of|out of|from)\s+(?:the\s+|all\s+)?(?:\d{1,3}|\w+)\s+(?:feature\s+)?maps\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.;\n]+(?=\s|$|[A-Z*-])")
_EXPONENT = re.compile(
    r"(?:\be|exp)\s*(?:\^|\*\*)?\s*(?:\\left)?[{(]\s*([-+−\d.,*·\s]{1,60}?)\s*(?:\\right)?[})]|e\^\s*([-−]?\d[\d.]*)"
)
_WHOLE = re.compile(r"(?<![\w.,])(?:[1-9]\d{0,2}(?:,\d{3}){1,4}|\d{1,15})(?![\w]|[.,]\d)")
_MOST = 400


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Quantities:
    """Reads all numbers; it has no options.

    >>> from grader.model import Piece, Place
    >>> place = Place(file="a.md", start=1, end=1)
    >>> piece = Piece(kind="prose", text="six maps take 3: 6*(2+1) = 18", place=place)
    >>> Quantities().read(Answer(pieces=(piece,))).value["counts"]
    [[6, 3]]
    """

    def read(self, answer: Answer) -> Finding:
        """Return all numbers, or Missing where there is none."""
        values: list[int | float] = []
        written: list[int | float] = []
        counts: list[list[int | str]] = []
        shown = list(lines(answer))
        for line in shown:
            for run in runs_of(line.text):
                values += _values(line.text, run)
                written += (
                    [_plain(run.number.value)] if run.plain and run.number is not None else []
                )
            values += [
                _plain(v) for m in _EXPONENT.finditer(line.text) for v in _evaluated(m[1] or m[2])
            ]
        words = "\n".join(piece.text for piece in answer.of("prose", "table", "math"))
        for sentence in _SENTENCE.split(words):
            found = _counts(sentence)
            if found:
                counts.append(found)
        if not values and not counts:
            lost = (
                "the explanation may stand in an image" if answer.lost or answer.of("image") else ""
            )
            return Missing(why="no number was found", doubt=lost)
        return Found(
            value={
                "written": written[:_MOST],
                "values": values[:_MOST],
                "shown": [int(n.replace(",", "")) for n in _WHOLE.findall(words)][:_MOST],
                "counts": counts[:_MOST],
            },
            where=tuple(dict.fromkeys(line.place for line in shown)),
            quote=" ".join(answer.text.split())[:200],
        )


def _values(text: str, run: Run) -> list[int | float]:
    found = [run.number.value] if run.number is not None else []
    terms = _terms(text[run.start : run.end])
    if len(terms) > 1:
        found += [value for term in terms for value in _evaluated(term)]
    return [_plain(value) for value in found]


def _plain(value: Fraction | float) -> int | float:
    return (
        value.numerator if isinstance(value, Fraction) and value.denominator == 1 else float(value)
    )


def _terms(text: str) -> list[str]:
    """The text cut at plus signs outside brackets."""
    depth, start, terms = 0, 0, []
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "+" and depth == 0:
            terms.append(text[start:position])
            start = position + 1
    return [*terms, text[start:]]


def _evaluated(text: str) -> list[Fraction | float]:
    try:
        return [parse(text).evaluate()]
    except (NotAnExpression, Undefined):
        return []


def _counts(sentence: str) -> list[int | str]:
    before = _ARITHMETIC.sub(" ", sentence)
    text = _OF.sub(" ", _SIZE.sub(" ", before))
    text = _RANGE.sub(
        lambda m: str(int(m[2]) - int(m[1]) + 1) if int(m[2]) > int(m[1]) else " ", text
    )
    found: list[int | str] = []
    for match in _COUNT.finditer(text):
        word = (match["word"] or "").lower()
        if match["digits"]:
            found.append(int(match["digits"]))
        elif word in ("last", "single"):
            found.append(1)
        elif word in ("all", "every"):
            found.append("all")
        elif not (
            word == "one"
            and found
            and found[-1] == 1
            and text[: match.start()].rstrip().endswith("last")
        ):
            found.append(_WORDS[word])
    return found
