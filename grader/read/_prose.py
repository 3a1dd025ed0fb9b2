"""What readers of free text share: the statements of an answer, and what was lost around them."""

from __future__ import annotations

import re

from grader.model import Answer, Missing
from grader.prose import (
    Statement,
    breaks_off,
    gives_up,
    hesitates,
    plain,
    points_away,
    statements,
    words,
)

UNANSWERED = "no answer found"
_EMPTY_END = re.compile(r"(?:^|\n|\s)\W{0,6}(?:ans(?:wer)?|solution|sol)\W{0,6}$", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:why|what|which|whose|who|how|when|where|does|do|did|can|could|should|would|will|is it|is"
    r" the|are (?:the|there|they)|explain|name|give)\b|^\W*(?:is|are|has|have)\b",
    re.IGNORECASE,
)
_BRIEF = 12
_CODE = re.compile(r"^\s*(?:import|from|def|for|class|print)\b", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\(|<img\b", re.IGNORECASE)


def prose_of(answer: Answer) -> str:
    """The text of an answer without code, output and images; all where nothing else is there."""
    kept = [piece.text for piece in answer.pieces if piece.kind not in ("code", "output", "image")]
    if not "".join(kept).strip():
        kept = [
            piece.text
            for piece in answer.pieces
            if piece.kind != "image" and not _CODE.search(piece.text)
        ]
    return "\n\n".join(kept)


def stated(answer: Answer) -> tuple[Statement, ...] | Missing:
    """The statements of an answer without questions, or why there is none."""
    text = prose_of(answer)
    lost = doubt(answer)
    found = tuple(
        s for s in statements(text) if s.kind != "question" and any(map(str.isalnum, s.text))
    )
    while found and found[-1].text.rstrip("*_ ").endswith(":"):
        found = found[:-1]  # a task in short form, or a heading, with nothing below it
    if not found and not lost and (guess := _guess(text)):
        return Missing(why=UNANSWERED, doubt=f"the answer is put as a question: {guess}")
    if not found or _EMPTY_END.search(plain(text)):
        return Missing(why=UNANSWERED, doubt=lost)
    if gives_up(plain(text)):
        return Missing(why="the answer says that it was left out", doubt=lost)
    return found


def _guess(text: str) -> str:
    """A question that asks nothing, such as “overfitting?”: its writer guesses."""
    asked = statements(text)[-1:]
    said = asked[0].text.strip() if asked else ""
    brief = 0 < len(words(said)) <= _BRIEF and any(map(str.isalnum, said))
    return said if brief and not _ASKS.search(said) and not gives_up(plain(text)) else ""


def hesitation(answer: Answer) -> str:
    """Say that the writer answers, but is not sure; nothing where no such thing is said."""
    return (
        "the answer says that its writer is not sure" if hesitates(plain(prose_of(answer))) else ""
    )


def doubt(answer: Answer) -> str:
    """Why the answer may hold more than its text, or nothing."""
    text = answer.text
    if answer.lost:
        return f"lost in conversion: {answer.lost[0]}"
    if answer.of("image") or _IMAGE.search(text):
        return "part of the answer is an image"
    if points_away(text):
        return "the answer points to something that is not here"
    if breaks_off(prose_of(answer)):
        return "the text breaks off"
    return ""
