"""Where the quotes of readings stand in the pieces of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grader.model import Found, Piece, Place

Span = tuple[int, int]
_TRIES = 40


def spans(piece: Piece, readings: Iterable[Found]) -> list[Span]:
    """Return where the quotes of readings from this piece stand in its text, in order, apart."""
    found = []
    for reading in readings:
        start = _window(piece, reading.where)
        if start is None:
            continue
        whole = _find(piece.text, reading.quote, start)
        quotes = reading.quote.split("; ") if whole is None else ()
        found += [
            span
            for span in (whole, *(_find(piece.text, quote, start) for quote in quotes))
            if span is not None
        ]
    return [*_apart(sorted(found))]


def _window(piece: Piece, where: Sequence[Place]) -> int | None:
    """Where in a piece a reading may begin: None where it was read elsewhere."""
    if not where:
        return 0
    own = piece.place
    first, count = own.line or own.start, piece.text.count("\n") + 2
    for place in where:
        if place.file != own.file or place.start > own.end or place.end < own.start:
            continue
        line = place.line or (place.start if place.unit == "line" else 0)
        if line and line > first + count:
            continue
        behind = line - first if piece.kind not in ("code", "output") else 0  # fences count there
        return _line_start(piece.text, behind)
    return None


def _line_start(text: str, line: int) -> int:
    at = 0
    for _ in range(line):
        at = text.find("\n", at) + 1
        if not at:
            return 0
    return at


def _find(text: str, quote: str, start: int) -> Span | None:
    """The first place where a quote stands for itself: no part of a word or of a number."""
    quote = quote.strip().replace("\n", " ")
    if not quote:
        return None
    flat = text.replace("\n", " ")  # a quote may have been joined over lines; nothing moves
    at = flat.find(quote, start)
    for _ in range(_TRIES):
        if at < 0:
            return None
        end = at + len(quote)
        if not (
            _glued(flat[max(at - 2, 0) : at][::-1], quote[0])
            or _glued(flat[end : end + 2], quote[-1])
        ):
            return at, end
        at = flat.find(quote, at + 1)
    return None


def _glued(outside: str, edge: str) -> bool:
    """Whether what stands outside of a quote goes on with the word or number at its edge."""
    if not outside or not edge.isalnum():
        return False
    return outside[0].isalnum() or (edge.isdigit() and outside[0] in ".," and outside[1:].isdigit())


def _apart(found: Iterable[Span]) -> Iterator[Span]:
    last: Span | None = None
    for start, end in found:
        if last is None:
            last = start, end
        elif start <= last[1]:
            last = last[0], max(last[1], end)
        else:
            yield last
            last = start, end
    if last is not None:
        yield last
