"""What is struck out in a text that is read as it was typed: it is no part of the answer."""

from __future__ import annotations

import re

_EDGE = r"\s!-/:-@\[-`{-}"
"""Blanks and punctuation, as Markdown tells words from them."""
_STRUCK = re.compile(
    # as Markdown says: the signs stand at words, so that x~~=~~2 and ~~p & ~~q are none
    rf"(?:(?<=[{_EDGE}])|^)~~(?=[^\s~])((?:(?!~~|\n\s*\n)[\s\S]){{1,2000}}?)(?<=\S)~~(?=[{_EDGE}]|$)"
    r"|(?<=[^\s~])~~(?=\w)((?:(?!~~|\n\s*\n)[\s\S]){1,2000}?)(?<=\w)~~(?!~)"
    r"|<(del|s|strike)>[\s\S]{0,2000}?</\3>"
    r"|\\(?:sout|st|xout)\{[^{}]{0,300}\}"
)
_HALF = re.compile(
    r"(?:^|(?<=\s))~~(?=\w)|(?<=\w)~~(?=\s|$)|</?(?:del|s|strike)>|\\[bx]?cancel(?![a-zA-Z])"
    r"|(?:^|(?<=\s))~(?=[^\s~])[^~\n]{1,200}(?<=[^\s~])~(?=[\s.,;:]|$)"  # as some renderers strike
)

_SEPARATED = re.compile(
    r"[^\S\n]*[,;][^\S\n]*\0[^\S\n]*(?=[,;]|$)|^[^\S\n]*\0[^\S\n]*[,;]", re.MULTILINE
)
"""What was struck out of a list, with the comma that stood at it."""


def without_struck(text: str) -> str:
    """Return the text without what is struck out.

    >>> without_struck("~~9.81~~ 9.8").strip(), without_struck("x~~=~~2")
    ('9.8', 'x~~=~~2')
    """
    if not any(sign in text for sign in ("~~", "<", "\\")):
        return text
    return _SEPARATED.sub("", _STRUCK.sub("\0", text)).replace("\0", " ")


def struck_in_part(text: str) -> str:
    """Why what is left may be struck out too, or nothing."""
    return "a sign of striking out stands in it" if _HALF.search(text) else ""
