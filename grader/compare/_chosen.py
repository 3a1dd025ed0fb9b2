"""Which options a text names: by label (B, (b), b.), by their words, by number, with and between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.compare._folding import Folding

LONGEST = 10_000
_MOST = 200
"""Pieces of a list of choices."""
_JOINED = 8
"""Pieces that may belong to one option, whose words hold commas or “and”."""
_FOLD = Folding(punctuation=False)
_LABEL = re.compile(r"[(\[{<]?\s{0,3}([^()\[\]{}<>]{1,60}?)\s{0,3}[)\]}>.:,;]{0,2}")
_BOTH = re.compile(
    r"[(\[]?\s{0,3}([^\s()\[\]:.,;]{1,20})\s{0,3}(?:[)\].:,;]{1,2}|[-–—](?=\s)|(?=[(\[]))\s{0,9}(.+)",
    re.DOTALL,
)
_BEGUN = re.compile(r"[(\[]?\s{0,3}([^\s()\[\]:.,;]{1,20})\s{0,3}[)\].:]{1,2}\s", re.DOTALL)
_LEADS = frozenset(
    (
        *("so", "therefore", "thus", "hence", "the", "my", "our", "final"),
        *("answer", "ans", "option", "choice", "letter", "is", "are", "was", "i", "choose"),
        *("chose", "pick", "picked", "select", "selected", "think", "its", "it's", "it"),
        *(":", "=", "-"),
    )
)
"""Words before an answer that mean nothing, unless they are options themselves."""
_GOOD = re.compile(r"\A(?:correct|right|best|true) (?=(?:answer|ans|option|choice|letter)\b)")
_BETWEEN = re.compile(
    r"\s{0,9}[,;\n]\s{0,9}|\s{1,9}(?:and|und|et|y|&|\+)\s{1,9}|\s{0,3}[&+]\s{0,3}", re.IGNORECASE
)
_AROUND = {"[": "]", "(": ")", "{": "}"}

TRUE = ("true", "t", "yes", "y", "right", "correct", "1", "✓", "✔")
FALSE = ("false", "f", "no", "n", "wrong", "incorrect", "0", "✗", "✘")


class Unclear(ValueError):
    """A text that may name one option or another; its words say which routes disagree."""


@dataclass(frozen=True, slots=True)
class Options:
    """Labels with the words of their options, and further ways to write them.

    Without any, every text is a label.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    first: int | None = 1
    """The number of the first option; None where options have no numbers."""

    @property
    def known(self) -> bool:
        """Whether it is known which options there are."""
        return bool(self.texts)

    def one(self, text: str) -> str | None:
        """Return the label of the one option that a text names, or None.

        Raises:
            Unclear: where its label and its words name different options.
        """
        found = (self._named(rest) for rest in self.ways(text))
        return next((label for label in found if label is not None), None)

    def begun(self, text: str) -> str | None:
        """Return the label that a sentence begins with: “A. Because B is wrong”."""
        found = _BEGUN.match(_FOLD.fold(text))
        labels = self._labels(found.group(1)) if found and self.known else set()
        return labels.pop() if len(labels) == 1 else None

    def ways(self, text: str) -> Iterator[str]:
        """The folded text, and what remains without the words before an answer."""
        text = _FOLD.fold(text)
        yield text
        text = _GOOD.sub("", text)
        for _ in range(12):
            first, blank, rest = text.partition(" ")
            word = first.rstrip(":=,")
            if not blank or word not in _LEADS | {""} or self._holds(word):
                break
            text = rest.strip()
            text = _GOOD.sub("", text)
            yield text

    def is_one_of(self, text: str, right: Sequence[str]) -> bool:
        """Whether a text is one of some labels, where it is not known which options there are."""
        names = {_bare(_FOLD.fold(one)) for one in right}
        return any(_bare(way) in names for way in self.ways(text) if way)

    def _holds(self, word: str) -> bool:
        """Whether a word is an option: then “right, wrong” names two of them."""
        return bool(self.known and (self._labels(word) | self._by_text(word)))

    def _named(self, text: str) -> str | None:
        if not self.known:
            return _bare(text) or None
        found = self._labels(text) | self._by_text(text)
        if len(found) > 1:
            raise Unclear("it is the label of one option and the text of another")
        if found:
            return found.pop()
        both = _BOTH.fullmatch(text)
        if both and (labels := self._labels(both.group(1))):
            told = both.group(2).strip()
            words = self._by_text(told) | self._by_text(told.strip("()[] "))
            if words and words != labels:
                raise Unclear("its label and its words name different options")
            return labels.pop() if words else None
        return self._by_number(_bare(text))

    def _labels(self, text: str) -> set[str]:
        names = {text, _bare(text)}
        return {label for label in self.texts if _FOLD.fold(label) in names}

    def _by_text(self, text: str) -> set[str]:
        names = {text, text.strip("\"' "), text.rstrip(".!; ")}
        found = {
            label for label, words in self.texts.items() if words and _FOLD.fold(words) in names
        }
        for label, others in self.synonyms.items():
            if any(_FOLD.fold(other) in names for other in others):
                found.add(label)
        return found

    def _by_number(self, text: str) -> str | None:
        """The option by its number, unless labels or texts are numbers themselves."""
        if self.first is None or not re.fullmatch(r"[0-9]{1,3}", text):
            return None
        if any(any(sign.isdigit() for sign in one) for pair in self.texts.items() for one in pair):
            return None
        at = int(text) - self.first
        return list(self.texts)[at] if 0 <= at < len(self.texts) else None

    def several(self, text: str) -> list[str] | None:
        """Return the labels of all options that a text lists, or None where a piece is none.

        Raises:
            Unclear: see ``one``.
        """
        text = text.strip()
        if len(text) > 1 and _AROUND.get(text[0]) == text[-1] and self._one_or_none(text) is None:
            text = text[1:-1].strip()
            if not text:
                return []
        whole = self._one_or_none(text) if self.known else None
        if whole is not None:
            return [whole]
        pieces = _pieces(text)
        if len(pieces) > 2 * _MOST:
            return None
        found = self._joined(pieces)
        return self._letters(text) if found is None else found

    def _one_or_none(self, text: str) -> str | None:
        return self.one(text) if self.known else None

    def _joined(self, pieces: list[str]) -> list[str] | None:
        """Options of pieces; the longest run of pieces that is one option's words goes first."""
        found: list[str] = []
        at = 0
        while at < len(pieces):
            longest = min(len(pieces), at + 2 * _JOINED - 1) if self.known else at + 1
            for end in range(longest, at, -2):
                label = self.one("".join(pieces[at:end]).strip(" \"'"))
                if label is not None:
                    found.append(label)
                    at = end + 1
                    break
            else:
                return None
        return found

    def _letters(self, text: str) -> list[str] | None:
        """``ACD`` and ``A C D`` where labels are single letters."""
        folded = {_FOLD.fold(label): label for label in self.texts}
        signs = _FOLD.fold(text).replace(" ", "")
        if not signs or len(signs) > len(folded) or any(len(one) != 1 for one in folded):
            return None
        if len(set(signs)) < len(signs) or not set(signs) <= set(folded):
            return None
        return [folded[sign] for sign in signs]


def _pieces(text: str) -> list[str]:
    """Pieces, with what stands between them at odd places; empty pieces at the ends fall away."""
    pieces: list[str] = []
    at = 0
    for between in _BETWEEN.finditer(text):
        if text[at : between.start()].strip():
            pieces += [text[at : between.start()], between.group()]
        elif pieces:
            pieces[-1] += between.group()
        at = between.end()
        if len(pieces) > 2 * _MOST:
            return pieces
    if text[at:].strip():
        return [*pieces, text[at:]]
    return pieces[:-1]


def _bare(text: str) -> str:
    """A label without brackets, stops and quotes around it: (b) and “b.” are b."""
    found = _LABEL.fullmatch(text.strip("\"'*_ "))
    return found.group(1).strip("\"'*_ ") if found else text
