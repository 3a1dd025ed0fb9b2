"""No phrase of a choice is written as answers never are once they are read as words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.subject import Subject
from grader.prose import find, plain, prepare, words
from grader.read.choice import Choice
from grader.rubric import Part

NAME = "phrases"
_GAPS = frozenset({"..", "...", "+", "|"})
"""Elements of a phrase that are no words."""
_ENDINGS = ("", "a", "5")
"""What a word with ``*`` may go on with."""
_LISTS = ("ignore", "asides", "denies", "concludes", "undecided", "hints")
"""Options of a choice whose phrases name none of its options."""


@check(NAME, "each phrase of a choice is one that an answer can hold")
def phrases(subject: Subject) -> tuple[str, list[Finding]]:
    """Look for each word of a phrase in an answer that says just that."""
    findings: list[Finding] = []
    count = 0
    for part in subject.parts:
        for reading, spec in part.readers().items():
            if not isinstance(spec.built, Choice):
                continue
            for whose, group in _groups(spec.built):
                count += len(group)
                findings += _found(subject, part, reading, whose, group)
    return f"{count} phrases of choices", findings


def _groups(reader: Choice) -> Iterator[tuple[str, Sequence[str]]]:
    """Phrases that mean the same, and what they belong to."""
    for name, own in reader.options.items():
        yield f"option '{name}'", (*own, *reader.worked.get(name, ()))
    for name in _LISTS:
        yield f"`{name}`", getattr(reader, name)


def _found(
    subject: Subject, part: Part, reading: str, whose: str, group: Sequence[str]
) -> Iterator[Finding]:
    """One finding of all that is wrong in a group: a mark may be lost by an option's phrase."""
    lost = {phrase: found for phrase in group if (found := dict(_lost(phrase, group)))}
    if not lost:
        return
    criterion = next((one for one in part.criteria if one.reading == reading), None)
    named = ", ".join(f"'{phrase}'" for phrase in lost)
    better = {word: other for found in lost.values() for word, other in found.items()}
    instead = ", ".join(f"'{other}' for '{word}'" for word, other in better.items())
    yield subject.finding(
        NAME, "warning" if whose.startswith("option") else "note", part, criterion,
        f"{named} of {whose} {'is' if len(lost) == 1 else 'are'} found in no answer, as answers are "
        "read by words, numbers and signs of their own",
        f"write {instead}",
    )  # fmt: skip


def _lost(phrase: str, group: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words of a phrase that no answer holds, each with what is read where it stands.

    Where another phrase of the group finds such an answer, nothing is lost.
    """
    for element in re.split(r"[\s&]+", phrase.strip().removeprefix("~")):
        for word in element.split("|") if element not in _GAPS else ():
            if not word or any(find((word, *group), prepare(text)) for text in _texts(word)):
                continue
            better = "_".join(words(plain(_said(word)))) + "*" * word.endswith("*")
            if find((better,), prepare(_said(word))):
                yield word, better


def _texts(word: str) -> Iterator[str]:
    """What an answer may say that holds a word of a phrase."""
    endings = _ENDINGS if word.endswith("*") else ("",)
    yield from (f"{_said(word)}{ending}" for ending in endings)


def _said(word: str) -> str:
    return word.removesuffix("*").replace("_", " ")
