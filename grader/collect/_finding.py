"""From pieces to a finding: what a part's answer is, where it stands, or that there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grader.collect._elsewhere import elsewhere
from grader.model import Answer, Finding, Found, Missing, Piece, Place

NOTHING = "no answer found"
_EMPTY = re.compile(
    r"(?:ans(?:wer)?|solution)?[\s:.*_()\[\]<>{}#=\\/|$~-]*"
    r"(?:n\.?/?a\.?|none|nil|null|todo|tbd|blank|empty|skip(?:ped)?|left (?:it |this )?blank|"
    r"not (?:answered|attempted|done)|no answer|did not (?:answer|attempt)|[?\s]+|x{3,}|\.{2,}|…)?"
    r"[\s:.*_()\[\]<>{}#=\\/|$~-]*",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?:[-*+•]\s+)?[*_(]{0,3}([A-H])[)*_]{0,3}\s?(?:[:=→]|-+>)\s{0,9}", re.IGNORECASE
)
_QUOTE = 160


def is_empty(text: str) -> bool:
    """Whether a whole answer says that there is none.

    >>> [is_empty(t) for t in ("-", "n/a", "**TODO**", "???", "I don't know", "0")]
    [True, True, True, True, False, False]
    """
    bare = text.strip()
    return len(text) < 400 and (_EMPTY.fullmatch(bare) is not None or _only_keys(bare))


def _only_keys(text: str) -> bool:
    r"""Whether a text is the keys of an answer, from A on, with nothing behind any of them.

    >>> [_only_keys(t) for t in ("A:\nB:\nC:", "A: B:", "A: B: C", "B:", "A: 1\nB:")]
    [True, True, False, False, False]
    """
    letters, at = "", 0
    while found := _KEY.match(text, at):
        letters += found.group(1).lower()
        at = found.end()
    return at >= len(text) and len(letters) > 1 and "abcdefgh".startswith(letters)


def finding(pieces: Sequence[Piece], lost: Sequence[str] = (), doubt: str = "") -> Finding:
    """Return the finding that pieces make: Found, or Missing where they hold nothing."""
    answer = Answer(pieces=tuple(pieces), lost=tuple(dict.fromkeys(lost)))
    if is_empty(answer.text) or _only_leads_in(answer.text):
        return Missing(why=NOTHING, doubt=doubt)
    doubt = doubt or elsewhere(answer.text)
    return Found(
        value=answer, where=merged(p.place for p in pieces), quote=quote(answer.text), doubt=doubt
    )


def _only_leads_in(text: str) -> bool:
    """Whether a whole answer is one line that announces what then does not come."""
    bare = text.strip().rstrip("*_ ")
    return "\n" not in bare and bare.endswith(":") and len(bare) < 300


def merged(places: Iterable[Place]) -> tuple[Place, ...]:
    """Return places with neighbouring line ranges of one file made one.

    >>> lines = ((1, 2), (4, 5), (9, 9))
    >>> [str(p) for p in merged(Place(file="a", start=s, end=e) for s, e in lines)]
    ['a:1-5', 'a:9']
    """
    out: list[Place] = []
    for place in places:
        last = out[-1] if out else None
        if (
            last
            and last.unit == place.unit == "line"
            and last.file == place.file
            and place.start <= last.end + 3
        ):
            out[-1] = Place(file=last.file, start=last.start, end=max(last.end, place.end))
        elif last != place:
            out.append(place)
    return tuple(out)


def quote(text: str) -> str:
    r"""Return the start of a text on one line.

    >>> quote("a\n\n b")
    'a b'
    """
    flat = " ".join(text[: _QUOTE * 3].split())
    return flat if len(flat) <= _QUOTE else flat[: _QUOTE - 1].rstrip() + "…"
