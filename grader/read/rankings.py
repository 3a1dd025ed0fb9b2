"""Rankings of named things, one for each subject, with the beginnings of each ranking.

Reads what follows a question such as: give for each image the nearest 1, 2, 3, 4 of A to D,
most similar first. The value is the list of one subject's labels by length, such as
``["D", "DB", "DBA", "DBAC"]``, None where nothing stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.model import Answer, Finding, Found, Missing, Piece, Place
from grader.read import readers

_MARKUP = re.compile(r"\\(?:text|mathrm|mathbf|boxed|textbf|mathit)\b|[$*_`{}]|\\[,;! ]|~")
_VALUE = r"[(\[]?\s*[-−–+]?\s*(?:minus\s+)?(?:\d*[.,]\d+|\d+|\\?(?:sqrt|frac)|√)"
_WITHDRAWN = re.compile(
    r"\b(?:sorry|corrected|correction|wait|instead it|should be|has to be|actually|scratch that|"
    r"ignore (?:the|that|this)|my mistake|revised|oops)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?:\bnearest|\bnear|\bn(?=\s*[-=_ ]?\s*\d))\s*[-‐–_=: ]?\s*(\d)\b|\b(\d)(?:st|nd|rd|th|\s*[- ]\s*(?=nearest\b))",
    re.IGNORECASE,
)
_AMONG = re.compile(
    r"\b(?:with|between|to|of|among|datasets?|sources?|order|vectors?)\s*\(?\s*$", re.IGNORECASE
)
_FOR = re.compile(r"\s*(?:for|of|in|\()\s*(?:the\s+)?(?:image\s*)?", re.IGNORECASE)
_CLOSED = re.compile(r"\s*(?:[,;.)|]|and\b|$)", re.IGNORECASE)
_TRAILING = re.compile(r"\b(?:for|under|at|in|as|is)\s+(?:the\s+)?$", re.IGNORECASE)


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Rankings:
    """Options: all subjects, the one whose labels are read, and the symbols that are ranked.

    >>> from grader.model import Answer, Piece, Place
    >>> place = Place(file="a.md", start=1, end=1)
    >>> answer = Answer(pieces=(Piece(kind="prose", text="X: BA, Y: A > B", place=place),))
    >>> Rankings(subjects=("X", "Y"), subject="Y", symbols=("A", "B")).read(answer).value
    ['A', 'AB']
    """

    subjects: tuple[str, ...]
    subject: str
    symbols: tuple[str, ...]

    def read(self, answer: Answer) -> Finding:
        """Return the labels of all subjects in one list."""
        pieces = answer.of("prose", "math", "table", "output", "heading")
        scan = _Scan(self)
        for piece in pieces:
            scan.piece(piece)
        scan.adopt()
        if not any(subject == self.subject for subject, _ in scan.cells):
            return Missing(why=f"no label was found for {self.subject}", doubt=_doubt(answer, scan))
        return scan.found(self.subject)


def _doubt(answer: Answer, scan: _Scan) -> str:
    if answer.of("code") and not answer.of("output"):
        return "there is code, but nothing that it printed"
    if answer.of("image") or answer.lost:
        return "the answer may stand in an image"
    if scan.orphans:
        return "labels stand there, but not for which of them"
    if scan.cells:
        return ""
    return "labels may be written in a way that was not read" if scan.values > 1 else ""


class _Scan:
    """Walks through an answer; remembers which subject and which length is spoken of."""

    def __init__(self, kind: Rankings) -> None:
        letters = "".join(kind.symbols)
        self.subjects = kind.subjects
        self.order = tuple(kind.symbols)
        self.symbols = frozenset(kind.symbols)
        self.length = len(kind.symbols)
        self.subject: str | None = None
        self.count: int | None = None
        self.cells: dict[tuple[str, int], str] = {}
        self.rivals: dict[tuple[str, int], str] = {}
        self.places: list[Place] = []
        self.quotes: list[str] = []
        self.withdrawn: set[tuple[str, int]] = set()
        self.weak: set[tuple[str, int]] = set()
        self.unclear: set[tuple[str, int]] = set()
        self.orphans: list[tuple[int, str]] = []
        self.values = 0
        one = f"[{letters}{letters.lower()}]"
        names = "|".join(re.escape(s) for s in kind.subjects)
        self._valued = re.compile(
            rf"\b{one}\b\)?\s*(?:[:=]|with|is|has|value|~|≈|\(\s*(?=[-−–+]?\s*[\d.]))?\s*"
            rf"(?:value is|has|is)?\s*{_VALUE}[\d.,)\]]*",
            re.IGNORECASE,
        )
        self._token = re.compile(
            rf"(?P<subject>(?<![A-Za-z0-9\-−–])(?:{names})(?![A-Za-z0-9]))"
            rf"|(?P<label>(?<![A-Za-z0-9'’]){one}(?:\s*(?:[-–,>→/⟶]|->|>>|\\to|\\rightarrow)?\s*{one}(?![A-Za-z0-9])"
            rf"|{one}){{0,{3 * self.length}}}(?![A-Za-z0-9'’]))",
            re.IGNORECASE,
        )

    def piece(self, piece: Piece) -> None:
        before = dict(self.cells)
        rows = [_cells(line) for line in piece.text.splitlines()] if piece.kind == "table" else []
        if not (rows and self._table(rows)):
            for line in piece.text.splitlines():
                self._line(line)
        if self.cells != before:
            self.places.append(piece.place)
            self.quotes.append(" ".join(piece.text.split()))

    # -- running text

    def _line(self, line: str) -> None:
        if _WITHDRAWN.search(line):
            self.withdrawn |= set(self.cells)
        text = " ".join(_MARKUP.sub(" ", line).split())
        kept = self._ranked(text)
        self.lower = self._lower_case(kept)
        position = 0
        self.count = None
        tokens = list(self._token.finditer(kept))
        for match, following in zip(tokens, [*tokens[1:], None], strict=False):
            for count in _COUNT.finditer(kept, position, match.start()):
                self._counted(kept, count)
            position = match.end()
            if match["subject"]:
                self._speak_of(match["subject"])
            else:
                named, self.subject = (
                    self.subject,
                    self._trailing(kept, match, following) or self.subject,
                )
                if not self._enumerates(kept, match):
                    self._labels(
                        match["label"],
                        kept[match.end() : match.end() + 20],
                        alone=match[0] == kept.strip(" .;,"),
                    )
                self.subject = named
        for count in _COUNT.finditer(kept, position):
            self._counted(kept, count)

    def _trailing(
        self, text: str, label: re.Match[str], following: re.Match[str] | None
    ) -> str | None:
        """The subject that stands behind its label: ``DB for X, CA for Y``."""
        if following is None or not following["subject"]:
            return None
        between, after = text[label.end() : following.start()], text[following.end() :]
        if _FOR.fullmatch(between) and _CLOSED.match(after):
            return self._canonical(following["subject"])
        return None

    def _ranked(self, text: str) -> str:
        """The text without values of similarities: ``A: -0.5`` is no label."""
        kept, found = self._valued.subn(self._bare, text)
        self.values += found
        return kept

    def _bare(self, match: re.Match[str]) -> str:
        # In a chain such as "D (0.7) → B (0.5)" the letters still rank; elsewhere they go.
        after = match.string[match.end() : match.end() + 4].lstrip()
        before = match.string[max(0, match.start() - 4) : match.start()].rstrip()
        chained = after.startswith((">", "→", "-", "\\")) or before.endswith((">", "→", "\\to"))
        return match[0][0] if chained else " "

    def _speak_of(self, name: str) -> None:
        self.subject = self._canonical(name) or self.subject

    def _canonical(self, name: str) -> str | None:
        return next((s for s in self.subjects if s.lower() == name.lower()), None)

    def _counted(self, text: str, match: re.Match[str]) -> None:
        number = int(match[1] or match[2])
        after_label = self._last is not None and self._last == number
        if after_label and _TRAILING.search(text, 0, match.start()):
            return
        self.count = number

    _last: int | None = None
    lower = False

    def _listed(self, label: str, after: str) -> bool:
        """Whether a longer label that begins alike follows: ``D, DB``."""
        following = re.match(r"[\s,;/|.=>→–-]*([A-Za-z]{2,})", after)
        return following is not None and following[1].upper().startswith(label)

    def _enumerates(self, text: str, match: re.Match[str]) -> bool:
        """Whether all symbols are only listed: ``with A, B, C, D: -0.5, 0.5, …``."""
        letters = "".join(re.findall(r"[A-Za-z]", match["label"])).upper()
        if len(letters) < 3 or not "".join(self.order).startswith(letters):
            return False
        before = text[max(0, match.start() - 24) : match.start()]
        return (
            _AMONG.search(before) is not None
            or re.match(r"\W*\s*[-−–+(]?\s*\.?\d", text[match.end() :]) is not None
        )

    def _labels(self, text: str, after: str, *, alone: bool = False) -> None:
        labels = self._split(text)
        if not labels and sum(letter in self.symbols for letter in text) > 1:
            self.values += 2  # something like labels, which a person has to read
        for label in labels:
            self._last = len(label)
            lone = (
                len(label) == 1
                and self.count is None
                and not alone
                and not self._listed(label, after)
            )
            self._set(self.subject, self.count or len(label), label, weak=lone)
            self.count = None

    def _split(self, text: str) -> list[str]:
        """``D, DB, DBA`` is a list; ``D, B, A`` is one label where its letters are single."""
        if text in ("a", "A") and not self._expects():
            return []
        words = re.findall(r"[A-Za-z]+", text.replace("\\to", " ").replace("\\rightarrow", " "))
        words = [word.upper() for word in words if set(word.upper()) <= self.symbols]
        if not words or (text.islower() and not (self.lower or self._expects())):
            return []
        if len(words) > 1 and all(len(word) == 1 for word in words):
            joined = "".join(words)
            return [joined] if len(set(joined)) == len(joined) else self._growing(text)
        return [word for word in words if len(set(word)) == len(word)]

    def _growing(self, text: str) -> list[str]:
        """Labels whose letters are joined by one sign and that another parts: ``D / D-B``."""
        for sign in ("/", ",", "→", ">"):
            parts = [re.sub(r"[^A-Za-z]+", "", part).upper() for part in text.split(sign)]
            if [len(set(part)) for part in parts] == list(range(1, len(parts) + 1)):
                return parts
        return []

    def _expects(self) -> bool:
        return self.count is not None

    def _lower_case(self, text: str) -> bool:
        """Whether lower-case words are labels here: two that begin alike, such as db, dba."""
        words = [w for w in re.findall(r"\b[a-z]{2,}\b", text) if set(w.upper()) <= self.symbols]
        return len(words) > 1 and len({w[0] for w in words}) < len(set(words))

    def _set(self, subject: str | None, count: int, label: str, *, weak: bool = False) -> None:
        """Fill a cell. A lone letter in running text is weak: it gives way, and rivals nothing."""
        if subject is None:
            self.orphans += [] if weak else [(count, label)]
            return
        if not 1 <= count <= self.length:
            return
        cell = (subject, count)
        known = cell in self.cells and cell not in self.withdrawn and cell not in self.weak
        if weak and cell in self.cells:
            self.unclear |= {cell} if self.cells[cell] != label else set()
            return
        if known and self.cells[cell] != label:
            self.rivals[cell] = label
            return
        self.withdrawn.discard(cell)
        (self.weak.add if weak else self.weak.discard)(cell)
        self.cells[cell] = label

    # -- tables

    def _table(self, rows: list[list[str]]) -> bool:
        """A table with subjects down and lengths across, or the other way round."""
        header = next(
            (row for row in rows if sum(bool(self._number(c) or self._named(c)) for c in row) > 1),
            None,
        )
        if header is None:
            return False
        across = [self._named(cell) or self._number(cell) for cell in header]
        for row in rows[rows.index(header) + 1 :]:
            down = next(
                (
                    self._named(c) or self._number(c)
                    for c in row
                    if self._named(c) or self._number(c)
                ),
                None,
            )
            for head, cell in zip(across, row, strict=False):
                subject, count = (head, down) if isinstance(head, str) else (down, head)
                labels = self._split(_MARKUP.sub(" ", cell).strip())
                if isinstance(subject, str) and isinstance(count, int) and len(labels) == 1:
                    self._set(subject, count, labels[0])
        return bool(self.cells)

    def _number(self, cell: str) -> int | None:
        match = _COUNT.search(_MARKUP.sub("", cell)) or re.fullmatch(
            r"\s*n?\s*=?\s*(\d)()\s*", cell
        )
        return int(match[1] or match[2]) if match else None

    def _named(self, cell: str) -> str | None:
        words = re.findall(r"[A-Za-z]+", cell)
        found = [s for s in self.subjects if any(w == s or w.lower() == s.lower() for w in words)]
        return found[0] if len(found) == 1 else None

    # -- the end

    def adopt(self) -> None:
        """Labels for which no subject was named belong to the subjects in order, if they fit."""
        counts = list(range(1, self.length + 1)) * len(self.subjects)
        if self.cells or [count for count, _ in self.orphans] not in (
            counts,
            [self.length] * len(self.subjects),
        ):
            return
        each = len(self.orphans) // len(self.subjects)
        for position, (count, label) in enumerate(self.orphans):
            self._set(self.subjects[position // each], count, label)
        self.quotes = self.quotes or [" ".join(label for _, label in self.orphans)]
        self.orphans = []

    def found(self, subject: str) -> Found:
        """One subject's labels; a ranking that stands in full implies its beginnings."""
        whole = self.cells.get((subject, self.length), "")
        value = []
        for count in range(1, self.length + 1):
            implied = whole[:count] if len(whole) == self.length else None
            stated = (
                None
                if implied and (subject, count) in self.weak
                else self.cells.get((subject, count))
            )
            value.append(stated or implied)
        unclear = {cell for cell in self.unclear & self.weak if len(whole) != self.length}
        rivals = [
            str(count) for named, count in sorted({*self.rivals, *unclear}) if named == subject
        ]
        doubt = (
            f"two different labels of {subject} for length {', '.join(rivals)}" if rivals else ""
        )
        if not doubt and None in value and self._cut():
            doubt = "the last line breaks off"
        return Found(
            value=value, where=tuple(self.places), quote=" … ".join(self.quotes)[:400], doubt=doubt
        )

    def _cut(self) -> bool:
        """Whether the text ends in the beginning of a word that it used before."""
        *before, last = re.findall(r"[A-Za-z]+", " ".join(self.quotes)) or [""]
        return (
            len(last) > 1
            and any(w.startswith(last) and w != last for w in before)
            and last not in before
        )


def _cells(line: str) -> list[str]:
    return [
        cell.strip()
        for cell in (line.strip().strip("|").split("|") if "|" in line else line.split("\t"))
    ]
