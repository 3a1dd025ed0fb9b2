"""Words that turn what an answer says: “not 672”, “the other way round”."""

from __future__ import annotations

import re

_TURNED = re.compile(
    r"\b(?:other way (?:a)?round|swapped (?:them|the (?:two|values|numbers))|(?:wait|no)\W+swapped"
    r"|vice versa|anything but|mixed (?:them|these) up|(?:these|those|they|both) (?:are|were) (?:all )?wrong"
    r"|the former|i (?:have |had )?swapped)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|cannot)|n['’]t)\s+(?:(?:be|equals?|exactly|needs?|has|have|is|are|gives?|takes?)\s+){0,2}"
    r"[$*~≈=(]{0,3}\d[\d,.]*(?!\d)",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    r"\b(?:less|more|fewer|greater|smaller|larger) than [$*~≈(]{0,3}(?:\d{1,3}[,.]\d{3}|\d{4})",
    re.IGNORECASE,
)


def contrary(text: str, *, bounds: bool = False) -> str:
    """Return a doubt where words deny a number, or turn round what was said; else nothing.

    >>> contrary("naive is not 32x32x672"), contrary("naive is 32x32x672")
    ('what is said of a number seems to be denied or turned round', '')
    """
    found = (
        _TURNED.search(text) or _DENIED.search(text) or (_BOUNDED.search(text) if bounds else None)
    )
    return "what is said of a number seems to be denied or turned round" if found else ""
