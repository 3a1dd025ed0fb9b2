"""File names for students: harmless on every system, different for different ids."""

from __future__ import annotations

import hashlib
import re

_RESERVED = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    "INDEX",
    *(f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10)),
}


def safe_name(student: str) -> str:
    """Return a file name for a student: harmless on every system, different for different ids.

    >>> safe_name("ada")
    'ada'
    >>> safe_name("../x").startswith("..")
    False
    """
    kept = re.sub(r"[^A-Za-z0-9._~-]", "_", student)[:80].lstrip(".-")
    if kept == student and kept and kept.upper() not in _RESERVED:
        return kept
    return (
        f"{kept or 'student'}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"
    )
