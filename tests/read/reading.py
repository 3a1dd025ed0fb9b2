"""Answers for tests of readers, as the collectors give them: fenced code is its own piece."""

import re

from grader.model import Answer, Piece, Place


def answer(text: str) -> Answer:
    """Return the answer that a text is, its fenced blocks as code."""
    pieces, line = [], 1
    for index, part in enumerate(re.split(r"^```\w*\n", text, flags=re.MULTILINE)):
        end = line + part.count("\n")
        if part.strip():
            place = Place(file="a.md", start=line, end=end)
            pieces.append(Piece(kind="code" if index % 2 else "prose", text=part, place=place))
        line = end + 1
    return Answer(pieces=tuple(pieces))
