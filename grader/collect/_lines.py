"""From bytes to lines: the first thing that happens to a text file, whatever its bytes are."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_BYTES = 4_000_000
MAX_LINES = 100_000
MAX_LINE = 20_000

_ENDS = re.compile(r"\r\n|\r|\n|\x0b|\x85|\u2028|\u2029")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\xad]")
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of text, so that it shows in another order than it is read."""
_WIDE = re.compile(r"[ \t]{81,}")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_PICTURE = re.compile(rb"(data:[\w/+.-]{1,60};base64,)[A-Za-z0-9+/=]{200,}")
_SHOWN = dict.fromkeys(
    [*range(9, 14), 0x1B, 0x85, 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF]
)
_SAMPLE = 8_000
_GARBAGE = 0.1
"""Share of characters that cannot be shown from which on a file is no text."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's lines, and lines for the instructor about what had to be done to read it."""

    lines: list[str]
    problems: tuple[str, ...] = ()
    unread: bool = False
    cut: str = ""
    """What our limits left out, in words; empty where all was read."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A file's text as it stands; ``unread`` where some of it, or all, was not read."""

    text: str
    problems: tuple[str, ...] = ()
    unread: bool = False
    cut: str = ""


def decode(data: bytes, file: str) -> Decoded:
    r"""Return a text file's lines; never raises.

    UTF-8 first, then UTF-16 where a byte order mark says so, then Latin-1. What is longer
    than the limits is cut, and said.

    >>> decode(b"a\r\nb", "x.md").lines
    ['a', 'b']
    """
    raw = read(data, file)
    text, cuts = raw.text, []
    if not text.isascii():
        text = _INVISIBLE.sub("", text).replace("\xa0", " ")
    lines = split(text)
    if len(lines) > MAX_LINES:
        cuts.append(f"only the first {MAX_LINES} lines of {file} were read")
        del lines[MAX_LINES:]
    if any(len(line) > MAX_LINE for line in lines):
        cuts.append(f"only the first {MAX_LINE} characters of long lines of {file} were read")
        lines = [line[:MAX_LINE] for line in lines]
    return Decoded(
        lines=lines,
        problems=(*raw.problems, *(f"{file}: {cut}" for cut in cuts)),
        unread=raw.unread or bool(cuts),
        cut="; ".join([raw.cut, *cuts] if raw.cut else cuts),
    )


def split(text: str) -> list[str]:
    """Return the lines of a text, without control characters and boundless runs of blanks."""
    text = _CONTROL.sub(" ", text).replace("\x0c", "")
    return _ENDS.split(_WIDE.sub(" " * 80, text), maxsplit=MAX_LINES)


def read(data: bytes, file: str) -> Raw:
    """Return a file's text as it stands, without NULs and embedded pictures; never raises."""
    data = _PICTURE.sub(rb"\1", data)
    cut = ""
    if len(data) > MAX_BYTES:
        cut = f"only the first {MAX_BYTES} of {len(data)} bytes of {file} were read"
        data = data[:MAX_BYTES]
    text, note = _text(data)
    if not _is_text(text):
        return Raw("", (f"{file}: is not text",), unread=True)
    problems = [f"{file}: {said}" for said in (cut, note) if said]
    if "\x00" in text:
        problems.append(f"{file}: NUL characters were left out")
        text = text.replace("\x00", "")
    if not text.isascii() and _TURNS.search(text):
        problems.append(f"{file}: characters that turn the direction of text were left out")
        text = _TURNS.sub("", text)
    return Raw(text, tuple(problems), unread=bool(cut), cut=cut)


def _is_text(text: str) -> bool:
    r"""Whether most characters can be shown; NULs count unless they alternate, as in UTF-16.

    >>> _is_text("2.1: Green\n"), _is_text("a\x00b\x00" * 9), _is_text("\x01\x02\x8f\x00ab" * 9)
    (True, True, False)
    """
    text = text[:_SAMPLE]
    if text.isprintable():
        return "\ufffd" not in text or text.count("\ufffd") <= max(4, _GARBAGE * len(text))
    strange = text.translate(_SHOWN)
    odd = strange.count("\ufffd")
    if not strange.isprintable():
        odd += sum(not c.isprintable() for c in strange)
    nuls, even = text.count("\x00"), text[::2].count("\x00")
    if max(even, nuls - even) > 0.9 * nuls:
        odd -= nuls
    return odd <= max(4, _GARBAGE * len(text))


def _text(data: bytes) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), ""
    wide = _utf16(data[:4000])
    if wide:
        return data.decode(wide, "replace"), "read as UTF-16"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4 and len(data) == MAX_BYTES:
            return data.decode("utf-8", "ignore"), ""
    return data.decode("latin-1"), "not UTF-8; read as Latin-1"


def _utf16(head: bytes) -> str:
    """The coding of text in which every other byte is nought; empty where that is not so."""
    for coding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if (
            len(zeros) > 1
            and zeros.count(0) > 0.5 * len(zeros)
            and zeros.count(0) > 0.9 * head.count(0)
        ):
            return coding
    return ""
