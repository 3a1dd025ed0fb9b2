"""Zip files that are the same bytes for the same content: sorted, without times."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_THEN = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE, _PROGRAM = 0o100644, 0o100755


def archive(files: Mapping[str, bytes], programs: frozenset[str] = frozenset()) -> bytes:
    """Return a zip of files by name; those in ``programs`` can be executed once unpacked.

    >>> archive({"a": b"1", "b": b"2"}) == archive({"b": b"2", "a": b"1"})
    True
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _THEN)
            entry.create_system = _UNIX
            entry.external_attr = (_PROGRAM if name in programs else _FILE) << 16
            packed = name.endswith(".whl")  # compressed already
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            made.writestr(entry, files[name])
    return out.getvalue()
