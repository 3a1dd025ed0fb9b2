"""From bytes to lines: the first thing that happens to a text file, whatever its bytes are."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_BYTES = 4_000_000
MAX_LINES = 40_000
MAX_LINE = 20_000

_ENDS = re.compile(r"\r\n|\r|\n|\x0b|\x85|\u2028|\u2029")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\xad]")
_WIDE = re.compile(r"[ \t]{81,}")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's lines, and lines for the instructor about what had to be done to read it."""

    lines: list[str]
    problems: tuple[str, ...] = ()


def decode(data: bytes, file: str) -> Decoded:
    r"""Return a text file's lines; never raises.

    UTF-8 first, then UTF-16 where a byte order mark says so, then Latin-1. What is longer
    than the limits is cut, and said.

    >>> decode(b"a\r\nb", "x.md").lines
    ['a', 'b']
    """
    text, problems = read(data, file)
    if not text.isascii():
        text = _INVISIBLE.sub("", text).replace("\xa0", " ")
    lines = split(text)
    if len(lines) > MAX_LINES:
        problems.append(f"{file}: only the first {MAX_LINES} lines were read")
        del lines[MAX_LINES:]
    if any(len(line) > MAX_LINE for line in lines):
        problems.append(f"{file}: lines longer than {MAX_LINE} characters were cut")
        lines = [line[:MAX_LINE] for line in lines]
    return Decoded(lines, tuple(problems))


def split(text: str) -> list[str]:
    """Return the lines of a text, without control characters and boundless runs of blanks."""
    text = _CONTROL.sub(" ", text).replace("\x0c", "")
    return _ENDS.split(_WIDE.sub(" " * 80, text), maxsplit=MAX_LINES)


def read(data: bytes, file: str) -> tuple[str, list[str]]:
    """Return a file's text as it stands, without NULs, and problems; never raises."""
    problems: list[str] = []
    if len(data) > MAX_BYTES:
        problems.append(f"{file}: only the first {MAX_BYTES} of {len(data)} bytes were read")
        data = data[:MAX_BYTES]
    text, note = _text(data)
    if note:
        problems.append(f"{file}: {note}")
    if "\x00" in text:
        problems.append(f"{file}: NUL characters were left out")
        text = text.replace("\x00", "")
    return text, problems


def _text(data: bytes) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4 and len(data) == MAX_BYTES:
            return data.decode("utf-8", "ignore"), ""
    zeros = data[:4000].count(0)
    if zeros > len(data[:4000]) // 4:
        return data.decode("utf-16-le", "replace"), "read as UTF-16"
    return data.decode("latin-1"), "not UTF-8; read as Latin-1"
