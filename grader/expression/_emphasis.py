"""Asterisks that are Markdown's, not multiplication signs or powers."""

from __future__ import annotations

import re

_ITALIC = re.compile(r"(?<![\w)\]}*\\])\*(?=[^\s*])([^*\n]*)(?<=[^\s*\\])\*(?![\w(\[*{])")


def without_italics(text: str) -> str:
    """Return the text with the asterisks of italics blanked; places stay as they are."""
    return _ITALIC.sub(_blanked, text) if "*" in text else text


def _blanked(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - 3) : found.start()].rstrip(" ")
    if before[-1:].isdigit() or before[-1:] in (")", "]", "}", "=", "+"):
        return found.group()
    return f" {found[1]} "


def is_power(text: str, start: int, end: int) -> bool:
    """Whether two asterisks stand between operands, spaced alike; else they are bold."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isspace() != after[:1].isspace():
        return False
    left, right = before.rstrip(" ")[-1:], after.lstrip(" ")[:1]
    begins = right.isalnum() or (right != "" and right in "([{-−\\.")
    return begins and (left.isalnum() or (left != "" and left in ")]}"))
