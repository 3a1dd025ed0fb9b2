"""Scores that were printed or written down for a few named rows, once or in several runs.

Reads what follows a question such as: give the error of each of four models. Rows may stand
in print lines, tables (rows or columns), LaTeX arrays, lists, mappings and sentences. The value
is ``{"runs": [{"1": Number, …}, …], "quantity": …, "negated": bool}``, where the quantity is
``mse``, ``rmse``, ``mae``, ``r2`` or, where nothing says it, ``""``.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.model import Answer, Finding, Found, Missing, Number, Piece, Place
from grader.read import readers

_NOISE = re.compile(
    r"np\.float\d+\(|(?:array|tensor)\(|\\(?:text|mathrm|mathbf|textbf|boxed|hline|left|right|quad)\b"
    r"|\\begin\{\w+\*?\}(?:\{[^}\n]{0,40}\})?|\\end\{\w+\*?\}|[$`{}]|\*\*"
)
_VALUE = re.compile(
    r"(?<![\w.,^])(?P<sign>[-−–]\s?)?"
    r"(?P<digits>\d{1,3}(?:,\d{3}){1,4}\.\d+|\d{1,40}(?:[.,]\d{1,40})?|\.\d{1,40})"
    r"(?:[eE](?P<exponent>[+-]?\d{1,3})"
    r"|\s?(?:\\times|\\cdot|×|·|\*|x)\s?10\s?\^?\s?\(?(?P<power>[-−+]?\d{1,3})\)?)?(?![\w]|\.\d|%)"
)
_INDEX = re.compile(r"^\s*\[\d{1,3}\]\s+")
_ORDINAL = re.compile(r"^\s*(\d{1,2})\b(?![.,]\d)")
_NUMERAL = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)?")
_QUANTITIES = (
    (
        "rmse",
        re.compile(r"\brmse|root[\s_-]*mean[\s_-]*squared?|\bsqrt\b.{0,30}\bmse", re.IGNORECASE),
    ),
    ("mae", re.compile(r"\bmae\b|mean[\s_-]*abs|absolute[\s_-]*error", re.IGNORECASE)),
    (
        "mse",
        re.compile(
            r"\bmse\b|(?<!root )(?<!root_)mean[\s_-]*squared?|squared[\s_-]*error", re.IGNORECASE
        ),
    ),
    ("r2", re.compile(r"\br2\b|\br\^2|\br²|r-squared", re.IGNORECASE)),
)
_RUNS = re.compile(
    r"\b(?:seed|run|set|trial|first|second|old|new|before|after|part)\b|\b7\.\d", re.IGNORECASE
)
_LONGEST_LINE = 2_000
_MOST_LINES = 3_000


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    r"""Options: each row's key with the words that name it, and nouns that a key may follow.

    A word of one letter counts where it stands alone, as in ``(a)`` or ``a: 3.2``.

    >>> from grader.model import Place
    >>> place = Place(file="a.md", start=1, end=4)
    >>> text = "degree 1: 7.42\nquadratic 1.13"
    >>> answer = Answer(pieces=(Piece(kind="output", text=text, place=place),))
    >>> kind = Scores(keys={"1": ("linear",), "2": ("quadratic",)}, nouns=("degree",))
    >>> {key: float(number.value) for key, number in kind.read(answer).value["runs"][0].items()}
    {'1': 7.42, '2': 1.13}
    """

    keys: Mapping[str, tuple[str, ...]]
    nouns: tuple[str, ...] = ("degree", "deg", "order", "model", "polynomial", "poly")

    def read(self, answer: Answer) -> Finding:
        """Return all runs, in the order in which they stand."""
        labels = _labels(
            tuple((key, tuple(words)) for key, words in self.keys.items()), tuple(self.nouns)
        )
        scan = _Scan(labels)
        for piece in answer.pieces:
            if piece.kind not in ("code", "image"):
                scan.piece(piece)
        if not any(scan.runs):
            for piece in answer.of("code"):
                scan.piece(piece, sure=True)
        runs = scan.kept()
        if not runs:
            return Missing(why="no scores were found", doubt=_doubt(answer))
        text = "\n".join(piece.text for piece in answer.pieces)[:60_000]
        printed = "\n".join(piece.text for piece in answer.pieces if piece.kind != "code")[:60_000]
        numbers = [number for run in runs for number in run.values()]
        return Found(
            value={
                "runs": runs,
                "quantity": _quantity(printed) or _quantity(text),
                "negated": sum(n.value < 0 for n in numbers) * 2 > len(numbers),
            },
            where=tuple(dict.fromkeys(scan.places)),
            quote=" … ".join(scan.quotes)[:400],
        )


def _doubt(answer: Answer) -> str:
    if answer.lost or answer.of("image"):
        return "the numbers may stand in an image"
    return ""


def _quantity(text: str) -> str:
    return next((name for name, pattern in _QUANTITIES if pattern.search(text)), "")


@dataclass(frozen=True, slots=True)
class _Labels:
    keys: tuple[str, ...]
    strong: re.Pattern[str]
    """Named rows: a word, or a noun with a key or letter. Group ``kN`` is that of key N."""
    bare: re.Pattern[str]
    """Keys and letters that stand alone; read only where a line has no named row."""
    all_: re.Pattern[str]
    """All rows at once, as a range or a list: ``degree 1..4``, ``(a) to (d)``."""

    def cell(self, text: str) -> str | None:
        """The one key that a table's cell names."""
        found = {k for k, *_ in self.spans(text)}
        return found.pop() if len(found) == 1 else None

    def spans(self, text: str) -> list[tuple[str, int, int, bool]]:
        """Key, start, end and whether it is a named row, for all labels in a line."""
        for pattern in (self.strong, self.bare):
            found = [
                (
                    self.keys[int((m.lastgroup or "k0")[1:])],
                    m.start(),
                    m.end(),
                    pattern is self.strong,
                )
                for m in pattern.finditer(text)
            ]
            if found:
                return found
        return []


@functools.lru_cache(maxsize=16)
def _labels(keys: tuple[tuple[str, tuple[str, ...]], ...], nouns: tuple[str, ...]) -> _Labels:
    noun = "|".join(re.escape(n) for n in sorted(nouns, key=len, reverse=True)) or "(?!)"
    strong, bare = [], []
    digits = "|".join(re.escape(key) for key, _ in keys)
    for index, (key, words) in enumerate(keys):
        short = "|".join(re.escape(w) for w in (key, *(w for w in words if len(w) == 1)))
        letters = "|".join(re.escape(w) for w in words if len(w) == 1) or "(?!)"
        long = "|".join(re.escape(w) for w in words if len(w) > 1) or "(?!)"
        strong.append(
            rf"(?P<k{index}>(?<![A-Za-z])(?:{noun})s?[\s\-_=#(:.\[]{{0,4}}(?:{short})(?!\w|[.,]\d)"
            rf"|(?<![A-Za-z])(?:{long})(?![A-Za-z])"
            rf"|(?<![\w(])\(?(?:{letters})\)(?!\w))"
        )
        bare.append(
            rf"(?P<k{index}>(?<![\d.,^\-−])(?<![=:|]\s)(?<![=:|]){re.escape(key)}(?![.,]?\d|[A-Za-z%^])"
            rf"|(?:^|(?<=[|,;\[]))\s{{0,9}}['\"]?(?:{letters})['\"]?(?!\s?=\s?(?:{digits})(?![\d.,]))"
            rf"\s{{0,3}}(?=[:=|.,\-]|\s\d|->|→))"
        )
    return _Labels(
        tuple(k for k, _ in keys),
        re.compile("|".join(strong), re.IGNORECASE),
        re.compile("|".join(bare), re.IGNORECASE),
        _covering(keys),
    )


def _covering(keys: tuple[tuple[str, tuple[str, ...]], ...]) -> re.Pattern[str]:
    shorts = [
        "|".join(re.escape(word) for word in (key, *(w for w in words if len(w) == 1)))
        for key, words in keys
    ]
    each = [rf"\(?(?:{short})\)?" for short in shorts]
    listed = r"\s{0,2}(?:,\s{0,2}(?:and\s)?|and\s|&\s?|/)\s{0,2}".join(each)
    ends = rf"{each[0]}\s{{0,2}}(?:\.{{2,4}}|…|[-–—]|to\b|through\b|until\b|,?\s?\.{{3}},?)\s{{0,2}}{each[-1]}"
    return re.compile(rf"(?<![\w.])(?:{ends}|{listed})(?![\w.])", re.IGNORECASE)


class _Scan:
    """Walks through an answer; a key that comes again begins a new run."""

    def __init__(self, labels: _Labels) -> None:
        self.labels = labels
        self.count = len(labels.keys)
        self.runs: list[dict[str, Number]] = [{}]
        self.prose: set[int] = set()
        self.places: list[Place] = []
        self.quotes: list[str] = []
        self.comma = False

    def piece(self, piece: Piece, *, sure: bool = False) -> None:
        text = _NOISE.sub(" ", piece.text.replace("\\\\", "\n")).replace("&", "|").replace("\\", "")
        lines = [line[:_LONGEST_LINE] for line in text.split("\n")[:_MOST_LINES]]
        self.comma = not re.search(r"\d\.\d", text) and bool(re.search(r"\d,\d", text))
        before = sum(map(len, self.runs))
        if piece.kind == "table" or (
            sum("|" in line for line in lines) > 2 and piece.kind != "code"
        ):
            self._table([[cell.strip() for cell in _cells(line)] for line in lines if line.strip()])
        if sum(map(len, self.runs)) == before:
            self._lines(lines, prose=piece.kind == "prose", sure=sure)
        if sum(map(len, self.runs)) != before:
            self.places.append(piece.place)
            self.quotes.append(" ".join(piece.text.split())[:200])

    def kept(self) -> list[dict[str, Number]]:
        """Runs that count: sentences that only mention one row again are none."""
        runs = [(i, run) for i, run in enumerate(self.runs) if run]
        best = max((len(run) for _, run in runs), default=0)
        return [run for i, run in runs if not (i in self.prose and len(run) <= best // 2 < best)]

    # -- lines

    def _lines(self, lines: list[str], *, prose: bool, sure: bool) -> None:
        at = 0
        pending: str | None = None
        while at < len(lines):
            line = _INDEX.sub("", lines[at])
            block = self._unlabelled(lines, at)
            if block:
                at += block
                continue
            pairs = list(self._pairs(line, pending))
            spans = self.labels.spans(line)
            pending = spans[-1][0] if spans and spans[-1][3] and not pairs and not sure else None
            if not sure or (pairs and not _is_code(line)):
                for key, number in pairs:
                    self._set(key, number, prose)
            at += 1

    def _unlabelled(self, lines: list[str], at: int) -> int:
        """Lines from here that give all rows by their order; how many they are."""
        line = _INDEX.sub("", lines[at])
        one = [m for m in _VALUE.finditer(line) if _is_decimal(m)]
        if len(one) == self.count > 1 and not self._named(line, one):
            self._all([self._number(m) for m in one])
            return 1
        shown = [line for line in lines[at : at + 2 * self.count] if line.strip()][: self.count]
        if len(shown) < self.count or not lines[at].strip():
            return 0
        if self._zero_based(shown):
            self._all([self._values(_ORDINAL.sub("", line))[0] for line in shown])
        elif self._alike(shown):
            self._all([self._values(_INDEX.sub("", line))[0] for line in shown])
        else:
            return 0
        return next(i + 1 for i in range(at, len(lines)) if lines[i] is shown[-1]) - at

    def _named(self, line: str, values: list[re.Match[str]]) -> bool:
        """Whether labels stand among the values, or name a row before them."""
        if self.labels.all_.search(line, 0, values[0].start()):
            return False
        spans = self.labels.spans(line)
        return any(strong or start > values[0].start() for _, start, _, strong in spans)

    def _zero_based(self, lines: list[str]) -> bool:
        starts = [_ORDINAL.match(line) for line in lines]
        return (
            all(m is not None and int(m[1]) == i for i, m in enumerate(starts))
            and all(len(self._values(_ORDINAL.sub("", line))) == 1 for line in lines)
            and "0" not in self.labels.keys
        )

    def _alike(self, lines: list[str]) -> bool:
        bare = [_INDEX.sub("", line).strip() for line in lines]
        if not all(map(_VALUE.search, bare)) or any(map(self.labels.spans, bare)):
            return False
        return len({_NUMERAL.sub("#", line.replace("-", "")) for line in bare}) == 1

    def _pairs(self, line: str, pending: str | None) -> Iterator[tuple[str, Number]]:
        spans = self.labels.spans(line)
        named = bool(spans) and spans[0][3]
        inside = {position for _, start, end, _ in spans for position in range(start, end)}
        values = [
            (m.start(), self._number(m))
            for m in _VALUE.finditer(line)
            if m.start() not in inside
            and (_is_decimal(m) or (named and _announced(line, m.start())))
        ]
        if not spans and pending is not None and len(values) == 1:
            yield pending, values[0][1]
        if not spans or not values:
            return
        if (
            named
            and values[0][0] < spans[0][1]
            and len(values) == len(spans)
            and values[-1][0] < spans[-1][1]
        ):
            yield from ((key, n) for (key, *_), (_, n) in zip(spans, values, strict=True))
            return
        for (key, start, _, _), following in zip(spans, [*spans[1:], None], strict=True):
            end = following[1] if following else len(line)
            number = next((n for s, n in values if start < s < end), None)
            if number is not None:
                yield key, number

    def _values(self, line: str) -> list[Number]:
        return [self._number(m) for m in _VALUE.finditer(line)]

    def _number(self, match: re.Match[str]) -> Number:
        digits = match["digits"]
        if "," in digits and "." in digits:
            digits = digits.replace(",", "")
        elif "," in digits:
            grouped = not self.comma and re.fullmatch(r"\d{1,3},\d{3}", digits)
            digits = digits.replace(",", "" if grouped else ".")
        whole, _, decimals = digits.partition(".")
        shift = int((match["exponent"] or match["power"] or "0").replace("−", "-"))
        scale = Fraction(10) ** shift
        sign = match["sign"] or ""
        # A dash with a space after it separates; only one that touches the number is its sign.
        value = (
            Fraction(digits if whole else "0" + digits)
            * scale
            * (-1 if sign and sign == sign.strip() else 1)
        )
        shown = len((whole + decimals).lstrip("0"))
        return Number(
            value=value,
            decimals=max(0, len(decimals) - shift),
            significant=shown,
            slack=scale / 10 ** len(decimals),
        )

    # -- tables

    def _table(self, rows: list[list[str]]) -> None:
        width = max((len(row) for row in rows), default=0)
        header: list[str] = next(
            (row for row in rows if len(row) > 1 and not any(map(self._cell, row))), []
        )
        if self._across(rows):
            return
        columns: dict[int, dict[str, Number]] = {}
        for row in rows:
            at = next((i for i in range(min(3, len(row))) if self.labels.cell(row[i])), None)
            if at is None:
                continue
            key = self.labels.cell(row[at]) or ""
            numbers = [
                (i, n) for i in range(at + 1, len(row)) if (n := self._cell(row[i])) is not None
            ]
            for i, number in numbers:
                columns.setdefault(i, {}).setdefault(key, number)
        several = sum(bool(_RUNS.search(cell)) for cell in header) > 1
        chosen = sorted(columns) if several else sorted(columns)[:1]
        for i in chosen if width < 40 else ():
            for key, number in columns[i].items():
                self._set(key, number, False)

    def _across(self, rows: list[list[str]]) -> bool:
        """A table whose columns are the rows' keys, one run in each line."""
        for at, row in enumerate(rows[:4]):
            keys = [self.labels.cell(cell) for cell in row]
            if sum(k is not None for k in keys) < max(2, self.count - 1) or any(
                map(self._cell, row)
            ):
                continue
            for line in rows[at + 1 :]:
                for key, cell in zip(keys, line, strict=False):
                    if key is not None and (number := self._cell(cell)) is not None:
                        self._set(key, number, False)
            return True
        return False

    def _cell(self, cell: str) -> Number | None:
        values = self._values(cell)
        return (
            values[0]
            if values and (values[0].decimals or re.fullmatch(r"\s*[\d,.]{2,}\s*", cell))
            else None
        )

    # -- runs

    def _all(self, numbers: list[Number]) -> None:
        for key, number in zip(self.labels.keys, numbers, strict=True):
            self._set(key, number, False)

    def _set(self, key: str, number: Number, prose: bool) -> None:
        if key in self.runs[-1]:
            self.runs.append({})
            if prose:
                self.prose.add(len(self.runs) - 1)
        self.runs[-1][key] = number


def _is_decimal(match: re.Match[str]) -> bool:
    return (
        "." in match["digits"]
        or "," in match["digits"]
        or bool(match["exponent"] or match["power"])
    )


def _is_code(line: str) -> bool:
    """Whether a line could be Python: what a program printed mostly is not."""
    if line.count("(") != line.count(")") or len(line) > 300:
        return True
    try:
        ast.parse(line.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return bool(re.search(r"\b(?:for|if|while|def|print|return)\b.*[(:\[]", line))
    return True


def _announced(line: str, start: int) -> bool:
    return line[:start].rstrip().endswith((":", "=", "|", "is", "of", "≈", "~"))


def _cells(line: str) -> list[str]:
    return line.strip().strip("|").split("|") if "|" in line else line.split("\t")
