"""The order in which answers are looked at: like beside like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.propose import _code, _vectors, _words
from grader.propose._groups import Group, Kind, similar

_PLACES = 32
_RUN = 8
"""So many tokens of code in a row are one mark of it."""


def order(
    texts: Sequence[str], *, kind: Kind = "text", groups: Sequence[Group] | None = None
) -> tuple[int, ...]:
    """Return the texts' places so that like answers stand beside each other.

    The largest group comes first, then always the group that is most like the one before; blank
    answers come last. ``groups`` are those of ``similar``, where they are known already.
    """
    found = list(similar(texts, kind=kind) if groups is None else groups)
    found.sort(key=lambda one: (one.blank, -len(one.members), _shown(texts[one.medoid], kind)))
    written = [one for one in found if not one.blank]
    if len(written) > 2:
        shown = [_shown(texts[one.medoid], kind) for one in written]
        written = [written[at] for at in _chain(_places(shown, kind))]
    rest = [one for one in found if one.blank]
    return tuple(member for one in (*written, *rest) for member in one.members)


def _shown(text: str, kind: Kind) -> str:
    if kind == "code":
        return " ".join(_code.key(text[: _code.LONGEST])).replace("\0", "v")
    return " ".join(_words.tokens(text))


def _places(texts: Sequence[str], kind: Kind) -> np.ndarray:
    """A few numbers for each text in which like texts are near each other."""
    rows = _fingerprints(texts) if kind == "code" else _vectors.tfidf(texts)
    width = min(_PLACES, rows.shape[1] - 1, rows.shape[0] - 1)
    if width < 1:
        return np.zeros((len(texts), 1))
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415

    found = TruncatedSVD(n_components=width, random_state=0).fit_transform(rows)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    unit: np.ndarray = found / np.where(lengths == 0, 1, lengths)
    return unit


def _fingerprints(texts: Sequence[str]) -> Any:
    """Winnowed runs of tokens: of each window of hashes the least one is kept."""
    import zlib  # noqa: PLC0415

    from scipy.sparse import lil_matrix  # noqa: PLC0415

    rows = lil_matrix((len(texts), 4096))
    for at, text in enumerate(texts):
        words = text[: _vectors.LETTERS * 4].split(" ")
        runs = [" ".join(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1))]
        hashes = [zlib.crc32(run.encode("utf-8", "surrogatepass")) for run in runs]
        windows = range(max(1, len(hashes) - 3))
        for kept in {min(hashes[i : i + 4]) for i in windows}:
            rows[at, kept % 4096] = 1.0
    return rows.tocsr()


def _chain(places: np.ndarray) -> list[int]:
    """From each to the nearest that is left."""
    left = np.ones(len(places), dtype=bool)
    at, found = 0, [0]
    left[0] = False
    while left.any():
        likeness = np.where(left, np.round(places @ places[at], 9), -2.0)
        at = int(np.argmax(likeness))
        left[at] = False
        found.append(at)
    return found
