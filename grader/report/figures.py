"""Pictures where a text shows them: found by name, each put into the page once.

What a page holds is made of a picture's bytes by hash and of nothing that a student wrote but the
words that describe it, and those are text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from markupsafe import Markup

from grader.model import Picture
from grader.report.feedback import Figure, Run
from grader.report.text import shortened

_SHOWN = re.compile(
    r"!\[(?P<alt>[^\]\n]{0,300})\]\((?P<name>[^)\n]{1,300})\)|!\[\[(?P<wiki>[^\]\n]{1,200})\]\]"
    r"|<img\b(?P<tag>[^>\n]{1,300})>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""\b(src|alt)\s?=\s?(?:"([^"\n]{0,300})"|'([^'\n]{0,300})'|([^"'>\s]{1,300}))""",
    re.IGNORECASE,
)
_TYPES = {"png": "image/png", "jpeg": "image/jpeg"}
_NAME = 120
_MANY = 400
"""How often pictures are shown or referred to; later ones stay the text that names them."""

Span = tuple[int, int]


class Gallery:
    """The pictures of one hand-in; each is shown once, and later only referred to."""

    def __init__(
        self,
        pictures: Sequence[Picture],
        blobs: Mapping[str, bytes],
        prefix: str = "",
        elsewhere: Gallery | None = None,
    ) -> None:
        """Take pictures and their bytes.

        Where ``prefix`` is given, figures get anchors that begin so; a figure that was shown
        before refers to its anchor here or ``elsewhere``.
        """
        self._blobs, self._prefix, self._elsewhere = blobs, prefix, elsewhere
        self._hung: dict[str, str] = {}
        self._room = _MANY
        self._known: dict[tuple[str, str], Picture] = {}
        for picture in pictures:
            self._known.setdefault((picture.file, picture.name), picture)
        for picture in pictures:
            self._known.setdefault((picture.file, _last(picture.name)), picture)

    def runs(self, file: str, text: str, hits: Sequence[Span] = ()) -> Iterator[Run]:
        """Yield a text of a file, its quotes marked and its pictures in their places."""
        at = 0
        for start, end, figure in self._figures(file, text):
            yield from _marked(text, at, start, hits)
            yield Run(text[start:end], figure=figure)
            at = end
        yield from _marked(text, at, len(text), hits)

    def _figures(self, file: str, text: str) -> Iterator[tuple[int, int, Figure]]:
        if not self._known or ("![" not in text and "<" not in text):
            return
        for found in _SHOWN.finditer(text):
            name, alt = _named(found)
            if not self._room:
                return
            picture = self._known.get((file, name)) or self._known.get((file, _last(name)))
            figure = self._figure(picture, alt) if picture is not None else None
            if figure is not None:
                self._room -= 1
                yield (*found.span(), figure)

    def _figure(self, picture: Picture, alt: str) -> Figure | None:
        name = shortened(PurePosixPath(picture.name).name or picture.name, _NAME)
        alt = alt.strip() or f"Picture {name}"
        if picture.sha256 in self._hung:
            return Figure(alt=alt, name=name, href=self.href(picture.sha256))
        data = source(picture, self._blobs)
        if data is None:
            return None
        anchor = f"{self._prefix}{len(self._hung) + 1}" if self._prefix else ""
        self._hung[picture.sha256] = anchor
        return Figure(
            alt=alt,
            name=name,
            anchor=anchor,
            width=picture.width,
            height=picture.height,
            source=data,
        )

    def href(self, digest: str) -> str:
        """Return a link to where a picture is shown, or "" where nothing can be linked to."""
        anchor = self._hung.get(digest, "")
        if anchor:
            return f"#{anchor}"
        return self._elsewhere.href(digest) if self._elsewhere is not None else ""


def source(picture: Picture, blobs: Mapping[str, bytes]) -> Markup | None:
    """Return a picture as the source of an image, None where its bytes are gone."""
    data, kind = blobs.get(picture.sha256), _TYPES.get(picture.type)
    if data is None or kind is None:
        return None
    # our own type and base64: nothing in it needs an escape, and it may be megabytes
    return Markup(f"data:{kind};base64,{base64.b64encode(data).decode()}")  # noqa: S704


def _named(found: re.Match[str]) -> tuple[str, str]:
    """The name and the describing words of a picture in a text."""
    if found["tag"] is None:
        return (found["name"] or found["wiki"]).strip(), found["alt"] or ""
    own = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(found["tag"])}
    return own.get("src", "").strip(), own.get("alt", "")


def _last(name: str) -> str:
    return PurePosixPath(name).name.lower()


def _marked(text: str, start: int, end: int, hits: Sequence[Span]) -> Iterator[Run]:
    at = start
    for first, last in hits:
        first, last = max(first, at), min(last, end)  # noqa: PLW2901  # within this stretch
        if first < last:
            if at < first:
                yield Run(text[at:first])
            yield Run(text[first:last], hit=True)
            at = last
    if at < end:
        yield Run(text[at:end])
