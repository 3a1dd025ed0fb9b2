"""What comparators of free text share: the statements of a reading, and the lists of an option."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.prose import breaks_off

MOST = 200
_QUOTE = 110
_FUNCTION_TEXT = """
the a an is are was were be been being to of in on at by for with from as that which because
since so if than then it its this these those they we i you he she has have had do does did
can could will would not no never and or but when while after before into only all each
every both our their there here by between per
"""
_FUNCTION = frozenset(_FUNCTION_TEXT.split())
_SIGNS_TEXT = """
=> = ( : ; - ↑ ↓ | /
"""
_SIGNS = frozenset(_SIGNS_TEXT.split())


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: its text as written and the label of the item or row that it stands in."""

    text: str
    label: str = ""
    kind: str = "sentence"
    head: bool = True


def said(value: Any) -> list[Said]:
    """Return the statements of any reading; what is none is left out."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, dict):
        value = value.get("statements", [value])
    found: list[Said] = []
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, str):
            found.append(Said(text=item[:2000]))
        elif isinstance(item, dict) and isinstance(item.get("text"), str):
            label, kind = item.get("label", ""), item.get("kind", "sentence")
            found.append(
                Said(
                    text=item["text"][:2000],
                    label=label if isinstance(label, str) else "",
                    kind=kind if isinstance(kind, str) else "",
                    head=item.get("head") is not False,
                )
            )
        if len(found) >= MOST:
            break
    return found


def unreadable(value: Any) -> str:
    """Say that a reading holds no sentences at all, as a whole answer that no reader took apart."""
    if isinstance(value, str | dict | list | tuple):
        return ""
    return "nothing was read as sentences; the rubric needs a reader such as 'kind: sentences' here"


def is_salad(prepared: str) -> bool:
    """Whether words stand in a row and state nothing: no verb's small words, no sign.

    >>> is_salad(" division variance zero stability gamma beta "), is_salad(" numerical stability ")
    (True, False)
    """
    tokens = prepared.split()
    wordy = sum(token.isalpha() for token in tokens)
    if wordy < 6 or any(token in _FUNCTION or token in _SIGNS for token in tokens):
        return False
    return "," not in tokens or tokens.count(",") * 2 >= wordy


def quoted(text: str) -> str:
    """A statement as it is quoted in a reason."""
    text = " ".join(text.split())
    return f"“{text if len(text) <= _QUOTE else text[: _QUOTE - 1] + '…'}”"


def cut(statements: list[Said], known: frozenset[str]) -> bool:
    """Whether the last statement ends in the middle, or in the middle of a known word."""
    if not statements:
        return False
    text = statements[-1].text
    last = text.split()[-1].casefold() if text.split() else ""
    torn = (
        len(last) > 4
        and last.isalpha()
        and any(
            item.startswith(last)
            and len(item.rstrip("*")) - len(last) in (1, 2)
            and item.endswith("*")
            for item in known
        )
    )
    return breaks_off(text) or torn


def strings(value: Any) -> tuple[str, ...]:
    """A list of phrases as a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, Iterable) else ()


def groups(value: Any) -> tuple[tuple[str, ...], ...]:
    """Groups of phrases; a plain list of phrases is one group."""
    if not isinstance(value, list | tuple) or not value:
        return ()
    if all(isinstance(item, str) for item in value):
        return (strings(value),)
    return tuple(strings(item) for item in value)
