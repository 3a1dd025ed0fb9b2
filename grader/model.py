"""The words of the engine as frozen data: what was handed in, what was found, what it earned.

Nothing here reads a file, a clock or another module of ours. Points and credit are exact
fractions; they are rounded once, where a result is written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np

PieceKind: TypeAlias = Literal["heading", "prose", "math", "code", "output", "table", "image"]
Why: TypeAlias = Literal[
    "key",
    "figure",
    "conversion",
    "conflict",
    "text",
    "unread",
    "not-run",
    "stopped",
    "unfinished",
    "undecided",
    "ours",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in a hand-in: lines, cells or pages, counted from 1.

    >>> str(Place(file="a.md", start=12, end=15))
    'a.md:12-15'
    >>> str(Place(file="b.ipynb", start=4, end=4, unit="cell"))
    'b.ipynb#cell4'
    >>> str(Place(file="c.pdf", start=3, end=4, unit="page"))
    'c.pdf#p3-4'
    """

    file: str
    start: int
    end: int
    unit: Literal["line", "cell", "page", "entry"] = "line"
    line: int = 0
    """Line of the file's transcript where it begins, for links; 0 where ``start`` is that line."""

    def __str__(self) -> str:
        if self.unit == "entry":
            return self.file
        if self.unit == "line":
            span = str(self.start) if self.start == self.end else f"{self.start}-{self.end}"
            return f"{self.file}:{span}"
        letter = {"cell": "cell", "page": "p"}[self.unit]
        more = "" if self.start == self.end else f"-{self.end}"
        return f"{self.file}#{letter}{self.start}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Who handed in which files; the bytes are those received."""

    student: str
    assignment: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of lines of one kind: a paragraph, a table, a block of code, what code printed."""

    kind: PieceKind
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The pieces of a submission that answer one part, in order, prompts taken away.

    ``lost`` says what a conversion swallowed inside this answer (an image, a cut line).
    """

    pieces: tuple[Piece, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All pieces as one text, joined by blank lines."""
        return "\n\n".join(piece.text for piece in self.pieces)

    def of(self, *kinds: PieceKind) -> tuple[Piece, ...]:
        """Return the pieces of the given kinds, in order."""
        return tuple(piece for piece in self.pieces if piece.kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a student's program, and the names that it binds and needs.

    ``number`` counts the cells of the whole program from 1; ``place`` is where it stands in the
    hand-in. ``uses`` are names that it needs when it runs, ``later`` those that its functions need
    when they are called, ``changes`` those that it alters without binding them (``x.append(1)``).
    ``imports`` gives for each name that it imports the statement that does so; ``error`` says why
    it is no Python, if it is none.
    """

    number: int
    place: Place
    text: str
    printed: str = ""
    """What it printed in the hand-in."""
    parts: tuple[str, ...] = ()
    """Parts whose answer holds it."""
    defines: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as written: its value and how it was given.

    ``value`` is exact where the text is (decimals, fractions, products), a float where it is
    not (roots, exponentials). ``decimals`` and ``significant`` count the digits shown and are
    None for expressions. ``slack`` is the unit of the last digit shown, in the value's scale
    (3.2M: 100000), or None where all is exact.

    >>> Number(value=Fraction("3.16"), decimals=2, significant=3, slack=Fraction(1, 100)).approx
    False
    """

    value: Fraction | float
    decimals: int | None = None
    significant: int | None = None
    slack: Fraction | None = None
    approx: bool = False
    percent: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value that was found, where, and how sure the reading is.

    ``others`` are readings that compete with this one and were not withdrawn by the student;
    ``doubt`` says in words why a person should look, and is empty for a sure reading.
    """

    value: Any
    where: tuple[Place, ...] = ()
    quote: str = ""
    doubt: str = ""
    others: tuple[Found, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Not there, by the student's doing. ``doubt`` is set where it may be there unread.

    ``cause`` tells what a person has to look at where code was run and gave nothing certain.
    """

    why: str
    doubt: str = ""
    cause: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Ours, or lost in conversion: it never costs the student points."""

    why: str
    cause: Why = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A file of a hand-in as people are shown it: lines of Markdown, or of one program.

    ``numbers`` gives each line's cell or page where ``unit`` says that it has one; ``left`` counts
    the lines that are not shown.
    """

    file: str
    unit: Literal["line", "cell", "page"] = "line"
    code: bool = False
    lines: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a hand-in, encoded anew: which file shows it under which name, and its hash."""

    file: str
    name: str
    type: Literal["png", "jpeg"]
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """A value of student code that is not taken out of its box, and why.

    ``type`` is the name of its class as the code gives it; ``why`` says what is the matter (no
    plain value, too large, too deep, in itself). It stands in the place of that value.
    """

    type: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tensor:
    """A tensor without its library: ``array`` has its shape and is read-only.

    ``dtype`` is the library's name (``float32``); the elements of ``bfloat16`` and ``float16``
    stand in a ``float32`` array, which holds them exactly. ``device`` is where it was.
    """

    array: np.ndarray[Any, Any]
    dtype: str
    device: str = "cpu"
    requires_grad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A table without its library: labels of n columns and m rows, and each column's m values.

    ``index`` and each of ``data`` is an array of shape (m,) or a list of m values, or Opaque where
    its elements have a type of their own.
    """

    columns: tuple[Any, ...]
    index: Any
    data: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One column without its library: ``index`` and ``data`` as in a Frame."""

    name: Any
    index: Any
    data: Any


Finding: TypeAlias = Found | Missing | Broken
Evidence: TypeAlias = Mapping[str, Mapping[str, Finding]]
"""Part id -> name of a reading -> what was found; the name ``answer`` holds the Answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a comparison says: credit in [0, 1], a reason in words, and whether it is certain.

    ``each`` holds the credit per element where the value has elements, in the truth's order.
    Reasons tell what was read and what is wrong with it, never the value that was expected.
    ``invalid`` says that the answer is not of the kind that is asked for (no number, a bracket
    too few), which is not the same as wrong: the reason then says how to write it; ``unread`` that
    some of its elements are not, while others are; ``unusable`` that the expected value is not of
    that kind, which is the rubric's fault. ``read`` is what the answer was taken for, written canonically. ``miss`` names the kind of a wrong answer
    where that is certain: one of ``MISSES``.
    """

    credit: Fraction
    reason: str
    certain: bool = True
    each: tuple[Fraction, ...] = ()
    mistakes: tuple[str, ...] = ()
    invalid: bool = False
    unread: bool = False
    unusable: bool = False
    read: str = ""
    miss: str = ""

    def __post_init__(self) -> None:
        """Refuse credit outside [0, 1]: that would be a bug of a comparator."""
        if not all(0 <= credit <= 1 for credit in (self.credit, *self.each)):
            raise ValueError(f"credit must lie in [0, 1], got {self.credit} and {self.each}")


def full(reason: str) -> Verdict:
    """Return the verdict for a right value."""
    return Verdict(credit=Fraction(1), reason=reason)


def wrong(reason: str) -> Verdict:
    """Return the verdict for a value that is certainly not right."""
    return Verdict(credit=Fraction(0), reason=reason)


MISSES: Mapping[str, str] = {
    "sign": "the sign is the other one",
    "factor-ten": "it is off by a power of ten",
    "factor-hundred": "it is off by a factor of a hundred, as when percent are taken for a fraction",
    "reciprocal": "it is upside down (the reciprocal)",
    "degrees": "degrees are taken for radians, or the other way round",
    "off-by-one": "it is one off",
    "transposed-digits": "two digits are exchanged",
    "squared": "it is squared where it should not be",
    "rooted": "a root is taken where there should be none",
    "too-few-digits": "it is right as far as it goes, but shows too few digits",
    "too-many-digits": "it is right, but shows more digits than are asked for",
    "unreduced": "it has the right value, but is not in lowest terms",
    "form": "it has the right value, but not the form that is asked for",
    "order-reversed": "the order is the other way round",
    "order": "the elements are right, but not their order",
    "repeated": "elements are repeated, or not repeated, where they should be",
    "shape": "the shape is another one",
    "shape-transposed": "rows and columns are exchanged",
    "bounds": "the ends are right, but not whether they belong to it",
    "factor-constant": "it is a multiple of what is asked for",
    "constant": "it differs by a constant",
    "unit-missing": "the unit is missing",
    "unit": "the unit is another one",
    "dimension": "the unit measures something else",
    "prefix": "the prefix of the unit is another one",
    "case": "capital and small letters differ",
    "spelling": "the spelling differs",
    "dtype": "the type of the elements is another one",
    "permuted": "the elements are right, but not where they stand",
}
"""Kinds of wrong answers that comparators tell where they are certain, and words for them."""


def invalid(hint: str, read: str = "") -> Verdict:
    """Return the verdict for an answer that is not of the kind asked for; the hint says why."""
    return Verdict(credit=Fraction(0), reason=hint, invalid=True, read=read)


def unusable(reason: str) -> Verdict:
    """Return the open verdict where the expected value is none that can be compared with."""
    return Verdict(credit=Fraction(0), reason=reason, certain=False, unusable=True)


def unsure(reason: str, credit: Fraction | int = 0) -> Verdict:
    """Return a proposal: the credit suggested to the person who has to look."""
    return Verdict(credit=Fraction(credit), reason=reason, certain=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Points for one criterion. While a person has to look, ``earned`` is None."""

    id: str
    possible: Fraction
    earned: Fraction | None
    proposed: Fraction | None
    reason: str
    why: Why | None = None
    detail: str = ""
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeSeen:
    """A known wrong way that was recognised: its id, and the words for the student."""

    id: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """All marks of one part, and what they rest on."""

    id: str
    possible: Fraction
    earned: Fraction | None
    proposed: Fraction | None
    verdict: Literal["right", "wrong", "partly", "missing", "open"]
    why: Why | None
    detail: str
    read: str
    where: tuple[Place, ...]
    reasons: tuple[str, ...]
    mistakes: tuple[MistakeSeen, ...]
    marks: tuple[Mark, ...]

    @property
    def review(self) -> bool:
        """Whether a person has to look at this part."""
        return self.earned is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All marks of one submission, and hashes of what they were made from."""

    student: str
    claims: str | None
    files: tuple[tuple[str, str], ...]
    isolation: str
    made_from: Mapping[str, str]
    parts: tuple[PartResult, ...]

    @property
    def possible(self) -> Fraction:
        """Points that can be earned in all."""
        return sum((part.possible for part in self.parts), Fraction(0))

    @property
    def open(self) -> tuple[str, ...]:
        """Ids of the parts that wait for a person, in rubric order."""
        return tuple(part.id for part in self.parts if part.review)

    @property
    def earned(self) -> Fraction | None:
        """The total, or None while any part is open."""
        if self.open:
            return None
        return sum((part.earned or Fraction(0) for part in self.parts), Fraction(0))

    @property
    def proposed(self) -> Fraction | None:
        """Marks and proposals together, or None where a part has neither."""
        shown = [part.earned if part.earned is not None else part.proposed for part in self.parts]
        if any(points is None for points in shown):
            return None
        return sum((points for points in shown if points is not None), Fraction(0))
