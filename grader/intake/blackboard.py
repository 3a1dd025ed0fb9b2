"""Blackboard: "Assignment File Download", files named by user name and time, and a receipt each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.intake import File, Item, Left, Look, Sure, View, Who, kinds
from grader.intake._grouped import grouped, in_order
from grader.intake._source import Entry
from grader.intake._times import moment

USERNAME = "user name"
# the word "attempt" is translated, and the time tells where it stands: the form as
# jupyter/nbgrader, nbgrader/plugins/zipcollect.py gives it
_FORM = re.compile(
    r"^(?P<head>.+?)_(?P<word>[^\W\d_]+)_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<receipt>\.txt))$",
    re.DOTALL,
)
_FIRST = re.compile(r"^[^:\n]{1,40}:\s*(?P<name>.+?)\s*\((?P<user>[^()\n]+)\)\s*$", re.MULTILINE)
_NOTHING = re.compile(r"There (?:is no student submission text data|are no student comments)[^\n]*")
_FILES = re.compile(r"^\s*(?:Original filename|Filename)\s*:[^\n]*$", re.MULTILINE)
_TITLES = re.compile(r"^(?:Submission Field|Comments|Files)\s*:\s*$|No files were attached[^\n]*", re.MULTILINE)  # fmt: skip


@kinds.register
@dataclass(frozen=True, slots=True)
class Blackboard:
    """Files called ``HW 1_asmith_attempt_2024-09-24-21-26-33_hw1.ipynb``, receipts ``….txt``."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the attempts by user name, as their receipts tell it."""
        del assignment
        found = grouped(view.entries, _parsed)
        if len(found.rest) * 2 > len(view.entries) or not found.groups:
            return None
        receipts = {
            key: view.text(entry)
            for key, entries in found.groups.items()
            for entry, match in entries
            if match["receipt"]
        }
        prefix = _prefix({key[0] for key in found.groups if isinstance(key, tuple)}, receipts)
        items, left = [], []
        for key, entries in found.groups.items():
            item = _item(entries, receipts.get(key, ""), prefix)
            items.append(item)
        left += [Left(name=one.path, why="is not named as Blackboard names hand-ins", entry=one) for one in found.rest]  # fmt: skip
        return Look(
            sure=Sure.CERTAIN if receipts else Sure.LIKELY,
            why="names hold a user name and the time of an attempt, as Blackboard's do",
            items=in_order(items),
            left=tuple(left),
        )


def _parsed(entry: Entry) -> tuple[tuple[str, str], re.Match[str]] | None:
    found = None if "/" in entry.path else _FORM.match(entry.path)
    return ((found["head"], found["time"]), found) if found else None


def _prefix(heads: Iterable[object], receipts: dict[object, str]) -> str:
    """What stands before the user name in all names: the assignment and ``_``, where it is clear."""
    whole = [str(head) for head in heads]
    told = set()
    for key, text in receipts.items():
        head = str(key[0]) if isinstance(key, tuple) else ""
        user = _person(text)[1]
        if user and head.endswith(f"_{user}"):
            told.add(head[: -len(user)])
    if len(told) == 1:
        return told.pop()
    if len(whole) < 2:
        return ""
    low, high = min(whole), max(whole)
    same = next((at for at, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[: low.rfind("_", 0, same) + 1]


def _person(receipt: str) -> tuple[str, str]:
    found = _FIRST.match(receipt.lstrip())
    return (found["name"], found["user"].strip()) if found else ("", "")


def _item(entries: list[tuple[Entry, re.Match[str]]], receipt: str, prefix: str) -> Item:
    match = entries[0][1]
    head = match["head"]
    name, user = _person(receipt)
    evidence = ["the receipt names the user"] if user else []
    if not user and prefix and head.startswith(prefix):
        user = head[len(prefix) :]
    elif not user and head.count("_") == 1:
        user = head.partition("_")[2]
    if user and not head.endswith(user):
        evidence.append(f"the receipt says {user}, and the file's name {head}")
        user = ""
    own = [(entry, found) for entry, found in entries if not found["receipt"]]
    if not own or _says_more(receipt):
        own += [(entry, found) for entry, found in entries if found["receipt"]]
        evidence.append("text was typed in, and stands in the receipt")
    files = [File(name=found["file"] or "receipt.txt", entry=entry) for entry, found in own]
    return Item(
        label=f"{head}_{match['word']}_{match['time']}",
        who=(Who(ids={USERNAME: user} if user else {}, name=name),),
        files=tuple(files),
        received=moment(match["time"]),
        evidence=tuple(evidence),
    )


def _says_more(receipt: str) -> bool:
    """Whether a receipt holds text of the student's: more than that there is none."""
    _, _, body = receipt.replace("\r\n", "\n").partition("\n\n")
    for known in (_NOTHING, _FILES, _TITLES):
        body = known.sub("", body)
    return bool(body.strip())
