"""One column of a table whose rows are known by kind, such as the layers of a network.

Tables may be Markdown, tabs, semicolons, a LaTeX array, or lines such as
``input: 150528 activations, 0 parameters``; torn tables with a repeated header are one table.
The value is a list of rows from top to bottom: ``{"label": kind, "value": Number or None}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.expression import NotAnExpression, Undefined, parse, parse_number
from grader.model import Answer, Finding, Found, Missing, Number, Piece, Place
from grader.read import readers

_LATEX = re.compile(r" ?\\(?:text|mathrm|mathbf|textbf)\{([^{}]*)\} ?")
_NOISE = re.compile(
    r"\\hline|\\begin\{[^}]*\}(?:\{[^}]*\})?|\\end\{[^}]*\}|[$*`]{1,2}(?=\s|$|[A-Za-z(])|\*\*"
)
_SIGNS = (
    (re.compile(r"(?:\\(?:sum|Sigma)(?![A-Za-z])|[∑Σ]) ?"), "sum "),
    (re.compile(r" ?\\q?quad(?![A-Za-z]) ?"), " ; "),
    (re.compile(r" ?\\approx(?![A-Za-z]) ?"), " ≈ "),
)
"""Signs of LaTeX that stand for a word or part two values."""
_THIN = re.compile(r"(?<=\d)(?:\\,|\\ |\{,\}|[\u2009\u202f\u00a0'’])(?=\d{3})")
_CELL = re.compile(r"</t[dh]>\s*<t[dh][^>]{0,80}>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:table|thead|tbody|tr|td|th)\b[^>]{0,80}>", re.IGNORECASE)
_MANY = 12
"""Numbers in an answer from which on a table may be there that was not recognised."""
_RULE = re.compile(r"[\s|:+=-]*")
_ARROW = re.compile(r"->|→|⇒|=>|≈|~|=")
_TAIL = re.compile(r"^(.*[)*×].*[\d)])\s+(\d[\d,]{3,})$")
_GROUPED = re.compile(r"^\d{1,3}(?:\.\d{3})+$")
_NONE = re.compile(r"^(?:-|–|—|/|none|no(?: \w+)?|n/?a|nil|zero|nothing)\.?$", re.IGNORECASE)
_MERGED = re.compile(r"^\W*\d\s*[x×*]\s*[A-Za-z]", re.IGNORECASE)
_INTRODUCED = re.compile(r"^.*(?:[:=]|\b(?:is|are|of|has)\b)(?=[^:=]*\d)", re.IGNORECASE)
_LARGE = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:,\d{3}){2,}|\d{7,})(?![\d.,]*\d)")
_COUNT = re.compile(
    r"(?<![\d.,])(?:\d{1,3}(?:[,.' ]\d{3})+|\d{6,})(?!\d)"
    r"|\d\s?(?:[MBK]\b|mill?ions?\b|mio\b|thousand|(?:[x×*·]|\\times|\\cdot)\s?10\s?\^|e\+?\d)",
    re.IGNORECASE,
)
"""A number as large as a count of the table."""
_BARE = re.compile(
    r"^([A-Za-z]\S*(?: [A-Za-z]\S*)?|\d{2,4}) ([\d.,]+[KMBkmb]?|[-–]) ([\d.,]+[KMBkmb]?|[-–])$"
)
"""A name and two numbers, with nothing but blanks between them."""
_COMMAS = re.compile(
    r"(?=[^,]*[A-Za-z])[^,\n]{1,40}(?:,[A-Za-z# ()]{1,30}){2,}|(?=[^,]*[A-Za-z])[^,\n]{1,40}(?:,\d+){2}"
)
"""A header or a row of comma separated values."""
_GROUPS = re.compile(r"(?:,\d{3})+")
_WIDE, _NARROW = re.compile(r"\s{3,}"), re.compile(r"\s{2,}")
_NUMBERED = re.compile(r"\d{1,4}\s{2,}(?=[A-Za-z])")
"""The number of a row, as data frames print it."""
_PLAIN = re.compile(r"[\d.,x×*() -]+[KMBkmb]?")
_SHAPE = re.compile(r"\b(?:shape|dim|size)", re.IGNORECASE)
_LONGEST = 400
_HEAD = 3
"""More words than this before a layer's name make a sentence, not a row."""
_GENERIC = re.compile(r"\b(?:layers|all|every|each)\b", re.IGNORECASE)
_EXACT = re.compile(r"\d{4,}|\d{1,3}(?:,\d{3})+")


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Options: words for each row kind and for each column, and the column to read.

    The order of ``rows`` decides where two kinds' words stand in one label; the order of
    ``columns`` is the one that a table without a header is taken to have.
    """

    rows: Mapping[str, Sequence[str]]
    columns: Mapping[str, Sequence[str]]
    column: str
    exactly: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What a whole label may be for a row kind, such as a layer's number of filters."""
    empty: bool = False
    """Whether a dash, or "none", stands for zero."""

    def read(self, answer: Answer) -> Finding:
        """Return the column's rows, or Missing where there is no table or it is empty."""
        scan = _Scan(self)
        for piece in answer.of("table", "prose", "math", "output", "heading"):
            scan.piece(piece)
        lost = bool(answer.lost or answer.of("image"))
        if not scan.filled_rows():
            doubt = _doubt(answer, scan, lost) or self._unread(answer)
            return Missing(why=f"no {self.column} were found", doubt=doubt)
        doubt = scan.doubt or ("part of the table may stand in an image" if lost else "")
        if all(row["label"] == "total" for row in scan.found if row["value"] is not None):
            doubt = doubt or "only totals were read"
        places = tuple(dict.fromkeys(scan.places))
        quote = f"{scan.filled_rows()} rows of {self.column}"
        return Found(value=scan.found, where=places, quote=quote, doubt=doubt, notes=scan.notes())

    def _unread(self, answer: Answer) -> str:
        """Rows of which no column could be read at all may be written in another way."""
        many = len(re.findall(r"\d{3,}", answer.text)) > _MANY
        if not many and not _COUNT.search(answer.text):
            return ""
        for other in self.columns:
            scan = _Scan(replace(self, column=other))
            for piece in answer.of("table", "prose", "math", "output", "heading"):
                scan.piece(piece)
            if any(row["label"] != "total" and row["value"] is not None for row in scan.found):
                return ""
        return (
            "a table may stand there that could not be read"
            if many
            else "numbers stand there, but no row of a table"
        )


def _doubt(answer: Answer, scan: _Scan, lost: bool) -> str:
    if lost and not scan.filled:
        return "the table may stand in an image"
    if not scan.found and len(re.findall(r"\d+", answer.text)) > _MANY:
        return "a table may stand there that could not be read"
    return ""


class _Scan:
    def __init__(self, kind: Columns) -> None:
        self.kind = kind
        self.found: list[dict[str, object]] = []
        self._total: dict[str, object] | None = None
        self.places: list[Place] = []
        self.doubt = ""
        self.filled = False
        self._index: int | None = None
        self._spoken: str | None = None
        self._rows = {name: _words(words) for name, words in kind.rows.items()}
        self._columns = {name: _words(words) for name, words in kind.columns.items()}

    def piece(self, piece: Piece) -> None:
        plain = _unmarked(piece.text) if "<t" in piece.text else piece.text
        text = _LATEX.sub(r" \1 ", _THIN.sub("", plain))
        for sign, words in _SIGNS:
            text = sign.sub(words, text)
        text = _NOISE.sub(" ", text)
        lines = re.split(r"\\\\|\n", text) if "&" in text else text.splitlines()
        dotted = len(re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{3}){2,}(?![\d.])", text)) > 1
        for line in lines:
            if not _RULE.fullmatch(line):
                self._line(line[:_LONGEST], piece, dotted)

    def filled_rows(self) -> int:
        """How many rows have a value in this column."""
        return sum(row["value"] is not None for row in self.found)

    def _line(self, line: str, piece: Piece, dotted: bool) -> None:
        cells = _cells(line)
        spoken = [name for name, words in self._columns.items() if words.search(line)]
        label = self._label(cells[0] if len(cells) > 1 else line)
        if label is None or (len(cells) > 1 and self._is_header(cells)):
            self._header(cells, spoken)
            if label is None and len(cells) == 1 and spoken == [self.kind.column]:
                self._sentence(line, piece, dotted)
            return
        if _MERGED.match(cells[0]):
            self.doubt = self.doubt or "several layers stand in one row"
        text = self._cell(cells) if len(cells) > 1 else self._clause(line, label)
        value = self._value(text, dotted)
        self.filled = self.filled or any(ch.isdigit() for cell in cells[1:] for ch in cell)
        if len(cells) == 1 and self._only_speaks(line, label, value):
            return
        self._take(label, value, piece)

    def _sentence(self, line: str, piece: Piece, dotted: bool) -> None:
        """A large number in a sentence below the table about this column is its total."""
        large = _LARGE.findall(line)
        if len(large) == 1 and len(self.found) > 2 and "total" in self._rows:
            self._take("total", self._value(large[0], dotted), piece)

    def _only_speaks(self, line: str, label: str, value: Number | None) -> bool:
        """Whether a line without cells speaks of layers, and is no row of one."""
        if label == "total":
            return False
        match = self._rows[label].search(line)
        if value is None:
            return match is not None and len(line[: match.start()].split()) > _HEAD
        return value.value == 0 and bool(_GENERIC.search(line)) and not re.search(r"[1-9]", line)

    def _take(self, label: str, value: Number | None, piece: Piece) -> None:
        known = self._total if label == "total" else None
        if known is None:
            if value is not None or piece.kind == "table" or label != "total":
                self.found.append({"label": label, "value": value})
                if label == "total":
                    self._total = self.found[-1]
        elif known["value"] is None:
            known["value"] = value
        elif value is not None and not _same(value, known["value"]):
            self.doubt = "two different totals are given"
        self.places.append(piece.place)

    def _label(self, text: str) -> str | None:
        found = next((name for name, words in self._rows.items() if words.search(text)), None)
        if found is not None:
            return found
        whole = text.strip().lower()
        return next((name for name, those in self.kind.exactly.items() if whole in those), None)

    def _is_header(self, cells: list[str]) -> bool:
        return sum(
            any(words.search(cell) for words in self._columns.values()) for cell in cells[1:]
        ) > 0 and not any(ch.isdigit() for cell in cells[1:] for ch in cell)

    def _header(self, cells: list[str], spoken: list[str]) -> None:
        words = self._columns[self.kind.column]
        at = [i for i, cell in enumerate(cells) if words.search(cell)]
        if len(at) > 1:  # "activation shape" beside "activation units"
            at = [i for i in at if not _SHAPE.search(cells[i])]
        if len(cells) > 1 and len(at) == 1:
            self._index = at[0]
        elif len(cells) == 1 and len(spoken) == 1:
            self._spoken = spoken[0]

    def _cell(self, cells: list[str]) -> str | None:
        if self._index is not None:
            return cells[self._index] if self._index < len(cells) else None
        names = list(self._columns)
        if len(cells) == len(names) + 1:
            return cells[names.index(self.kind.column) + 1]
        return cells[1] if len(cells) == 2 and self._spoken == self.kind.column else None

    def _clause(self, line: str, label: str) -> str | None:
        """The value in a line without cells: beside a word for the column, or all there is."""
        match = self._rows[label].search(line) if label in self._rows else None
        rest = re.sub(
            r"^[\w()/.-]*\s*(?:layer)?\s*(?:[:=,]|->|→|–|-(?=\s))?",
            "",
            line[match.end() :] if match else line,
        )
        words = self._columns[self.kind.column]
        parts = re.split(r";|,(?=\s)|\band\b|\|", rest)
        clauses = [c for part in parts for c in self._parted(part) if c.strip()]
        named = [c for c in clauses if words.search(c)]
        if named:
            return _INTRODUCED.sub("", words.sub(" ", named[-1])).strip(" :=,-.")
        others = any(w.search(rest) for w in self._columns.values())
        if self._spoken == self.kind.column and not others and clauses:
            return clauses[0].strip(" :=,-")
        if len(clauses) == len(self._columns) and not others:
            return clauses[list(self._columns).index(self.kind.column)]
        return None

    def _parted(self, clause: str) -> list[str]:
        """Part “memory 5 params 7” and “5 units 7 weights”, where no sign parts the columns."""
        found = sorted(
            (match.start(), match.end(), name)
            for name, words in self._columns.items()
            for match in words.finditer(clause)
        )
        turns = [at for at in range(1, len(found)) if found[at][2] != found[at - 1][2]]
        if not turns:
            return [clause]
        ahead = any(ch.isdigit() for ch in clause[found[-1][1] :])
        cuts = [found[at][0] if ahead else found[at - 1][1] for at in turns]
        return [clause[a:b] for a, b in pairwise([0, *cuts, len(clause)])]

    def notes(self) -> tuple[str, ...]:
        """A printed total that is not the sum of the rows above it."""
        total = next((row["value"] for row in self.found if row["label"] == "total"), None)
        values = [row["value"] for row in self.found if row["label"] != "total"]
        if (
            not isinstance(total, Number)
            or len(values) < 2
            or not all(isinstance(v, Number) for v in values)
        ):
            return ()
        numbers = [v for v in values if isinstance(v, Number)]
        summed = sum(float(v.value) for v in numbers)
        slack = sum(float(v.slack or 0) for v in (*numbers, total))
        if abs(summed - float(total.value)) <= slack:
            return ()
        return (f"the total of the {self.kind.column} is not the sum of the rows above it",)

    def _value(self, text: str | None, dotted: bool) -> Number | None:
        if text is None or not text.strip():
            return None
        text = re.sub(
            r"\b(?:each|units?|neurons?|weights?|total|bytes)\b",
            " ",
            text.strip(),
            flags=re.IGNORECASE,
        )
        text = " ".join(text.split()).strip(" :")
        if _NONE.match(text):
            return Number(value=_ZERO, decimals=0, significant=1) if self.kind.empty else None
        *earlier, last = _ARROW.split(text)
        if earlier and _EXACT.fullmatch(earlier[-1].strip()) and re.search(r"[~≈]", text):
            last, text = earlier[-1], ""  # what is rounded after it is the same number
        about = "~" if re.search(r"[~≈]", text) else ""
        tail = _TAIL.match(last)
        last = (tail[2] if tail else last).strip()
        if dotted and _GROUPED.match(last):
            last = last.replace(".", "")
        number = parse_number(about + last)
        return number if number is not None else _product(last)


_ZERO = parse("0").evaluate()


def _product(text: str) -> Number | None:
    try:
        return Number(value=parse(text, lost=True).evaluate())
    except (NotAnExpression, Undefined):
        return None


def _same(one: Number, other: object) -> bool:
    if not isinstance(other, Number):
        return False
    slack = max(one.slack or 0, other.slack or 0)
    return abs(float(one.value) - float(other.value)) <= float(slack)


def _words(words: Sequence[str]) -> re.Pattern[str]:
    """Any of the words, matched by its beginning."""
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, words))})[a-z]*", re.IGNORECASE)


def _unmarked(text: str) -> str:
    """A table in HTML as lines with bars."""
    bars = _TAG.sub(" | ", _CELL.sub(" | ", text))
    return re.sub(r"(?m)(?:[ \t]*\|){2,}[ \t]*$", " |", re.sub(r"(?m)^[ \t|]+", "| ", bars))


def _cells(line: str) -> list[str]:
    text = line.strip()
    if "|" in text:
        return [cell.strip() for cell in text.strip("|").split("|")]
    for mark in ("\t", "&", ";"):
        if text.count(mark) > (1 if mark == ";" else 0):
            return [cell.strip() for cell in text.split(mark)]
    if _COMMAS.fullmatch(text) and not _GROUPS.fullmatch(text[text.index(",") :]):
        return [cell.strip() for cell in text.split(",")]
    numbered = _NUMBERED.match(text)
    if numbered and len(_NARROW.split(text[numbered.end() :])) > 2:
        text = text[numbered.end() :]
    wide, narrow = _WIDE.split(text), _NARROW.split(text)
    if len(wide) > 2:
        return wide
    # Blanks also stand where signs were taken away: only plain numbers and titles are cells.
    plain = not any(ch.isdigit() for ch in text) or all(map(_PLAIN.fullmatch, narrow[1:]))
    if len(narrow) > 2 and plain:
        return narrow
    bare = _BARE.match(text)
    return list(bare.groups()) if bare else [text]
