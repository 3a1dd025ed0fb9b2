"""A rubric, results and evidence made by hand: what the report is shown and tested on.

The course is invented (a statistics paper of 36 parts). Every state that a part can have occurs.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from grader.model import (
    Answer,
    Broken,
    Evidence,
    Finding,
    Found,
    Mark,
    Missing,
    MistakeSeen,
    PartResult,
    Picture,
    Piece,
    Place,
    Result,
    Shown,
    Why,
)
from grader.report import Problem
from grader.report.batch import Batch
from grader.report.handed_in import HandedIn
from grader.report.summary import summary
from grader.rubric import Rubric, Spec

MADE_WITH = {"version": "0.1.0", "rubric": "5f0c", "reference": "91ab", "keys": "77de"}
NOT_RUN = "the code was not run; this proposal rests on its source and on what it printed"
EXACT = Spec(kind="exact", options={}, built=None)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One part: what the rubric says, what was found, and the marks."""

    rubric: dict[str, Any]
    result: PartResult
    findings: dict[str, Finding]


def line(text: str, at: int, kind: Any = "prose", file: str = "answers.md") -> Piece:
    return Piece(kind=kind, text=text, place=Place(file=file, start=at, end=at + text.count("\n")))


def mark(
    id_: str,
    possible: str,
    earned: str | None,
    reason: str,
    *,
    proposed: str | None = None,
    why: Why | None = None,
    detail: str = "",
    mistakes: Sequence[str] = (),
) -> Mark:
    known = Fraction(earned) if earned is not None else None
    return Mark(
        id=id_,
        possible=Fraction(possible),
        earned=known,
        reason=reason,
        why=why,
        detail=detail,
        proposed=Fraction(proposed) if proposed is not None else known,
        mistakes=tuple(mistakes),
    )


def part(
    id_: str,
    ask: str,
    marks: Sequence[Mark],
    pieces: Sequence[Piece] = (),
    *,
    read: str = "",
    says: Sequence[str] = (),
    seen: Sequence[tuple[str, str]] = (),
    reasons: Sequence[str] = (),
    points: str | None = None,
    answer: Finding | None = None,
    lost: Sequence[str] = (),
    attempts: dict[str, list[dict[str, Any]]] | None = None,
) -> Sample:
    """Return a part whose sums, verdict and places follow from its marks and pieces."""
    possible = sum((m.possible for m in marks), Fraction(0))
    each = [m.earned if m.earned is not None else m.proposed for m in marks]
    known = (
        None
        if None in each
        else Fraction(points)
        if points
        else sum(filter(None, each), Fraction(0))
    )
    opened = next((m for m in marks if m.why), None)
    verdict: Any = (
        "open"
        if known is None
        else "right"
        if known == possible
        else "partly"
        if known
        else "wrong"
    )
    found = answer or Found(
        value=Answer(pieces=tuple(pieces), lost=tuple(lost)),
        where=tuple(p.place for p in pieces),
        quote=read,
    )
    if isinstance(found, Missing):
        verdict = "missing"
    criteria: list[dict[str, Any]] = [
        {"id": m.id, "points": str(m.possible), "says": words, "compare": EXACT}
        for m, words in zip(marks, [*says, *[""] * len(marks)], strict=False)
    ]
    criteria[0].update(attempts or {})
    quotes = read.split("; ") if read.count("; ") == len(marks) - 1 else [read] * len(marks)
    return Sample(
        rubric={"id": id_, "points": str(possible), "ask": ask, "criteria": criteria},
        result=PartResult(
            id=id_,
            possible=possible,
            earned=None if opened else known,
            proposed=known,
            verdict=verdict,
            why=opened.why if opened else None,
            detail=opened.detail if opened else "",
            read=read,
            where=found.where if isinstance(found, Found) else (),
            reasons=(*(m.reason for m in marks), *reasons),
            mistakes=tuple(MistakeSeen(id=i, says=w) for i, w in seen),
            marks=tuple(marks),
        ),
        findings={
            "answer": found,
            **{m.id: Found(value=q, quote=q) for m, q in zip(marks, quotes, strict=True)},
        },
    )


def states() -> list[Sample]:
    """Return twelve parts: one of every state, with long and short words."""
    return [
        part(
            "1.1",
            "A sketch of the sampling distribution for n = 5, 30 and 200, all on one pair of axes",
            [
                mark(
                    "axes",
                    "0.5",
                    None,
                    "the drawing could not be looked at",
                    why="figure",
                    detail="an image is mentioned at answers.md:4, and no image was handed in",
                ),
                mark(
                    "widths",
                    "1.5",
                    None,
                    "the drawing could not be looked at",
                    why="figure",
                    detail="an image is mentioned at answers.md:4, and no image was handed in",
                ),
            ],
            [line("Drawing attached on page 1.", 4)],
            lost=["an image at answers.md:4"],
        ),
        part(
            "1.2",
            "Why the mean of many draws varies less than one draw",
            [
                mark("direction", "0.5", "0.5", "says that the spread falls as n grows"),
                mark(
                    "reason",
                    "1",
                    None,
                    "no sentence was recognised as a reason",
                    proposed="0.5",
                    why="text",
                    detail="“as big values cancel small ones” may be a reason in other words",
                ),
            ],
            [
                line(
                    "The spread gets smaller with n, as big values cancel small ones\n"
                    "and the average is pulled to the middle.",
                    8,
                )
            ],
            read="The spread gets smaller with n, as big values cancel small ones and the average "
            "is pulled to the middle.",
            says=["Direction of the change", "A reason for it"],
        ),
        part(
            "2.1",
            "Sample standard deviations of the four groups in the table",
            [
                mark(
                    "values",
                    "2",
                    "1",
                    "4 values were read; 2 of them (groups A and C) are not right",
                    mistakes=["population"],
                )
            ],
            [
                line(
                    "| group | s |\n|---|---|\n| A | 1.41 |\n| B | 0.50 |\n"
                    "| C | 2.83 |\n| D | 0.91 |",
                    14,
                    "table",
                )
            ],
            read="1.41; 0.50; 2.83; 0.91",
            attempts={
                "mistakes": [{"id": "population", "credit": "1/2", "says": "You divided by n."}]
            },
            seen=[
                (
                    "population",
                    (
                        "You divided by n, which gives the spread of a whole population; "
                        "for a sample one degree of freedom is used up by the mean."
                    ),
                )
            ],
        ),
        part(
            "2.2",
            "Which group varies most",
            [mark("label", "1", "1", "agrees with your own values in 2.1", mistakes=["own"])],
            [line("**Group C**, it has the largest s.", 23)],
            read="C",
            attempts={"follow": [{"id": "own", "says": "Right for your own values of part 2.1."}]},
            seen=[("own", "Right for your own values of part 2.1.")],
        ),
        part(
            "3.1",
            "The log-odds form solved for the probability",
            [mark("form", "1", "1", "equivalent to the asked form")],
            [line("p = 1 / (1 + e^{-(b0 + b1 x)})", 27, "math")],
            read="p = 1 / (1 + e^{-(b0 + b1 x)})",
        ),
        part(
            "3.2",
            "The probability for x = 12",
            [
                mark("method", "1", "1", "the coefficients are put into the right form"),
                mark("value", "1", "0", "0.377 was read; it does not follow from your own line 31"),
            ],
            [line("p = 1/(1+exp(-(-1.2 + 0.04*12)))\n  = 0.377", 31, "math")],
            read="0.377",
            says=["Method", "Value"],
        ),
        part(
            "4.1",
            "Decay rate of each panel A–D",
            [
                mark(
                    "letters",
                    "2",
                    None,
                    "waits for the instructor's key",
                    why="key",
                    detail="no key was given for this part",
                )
            ],
            [line("A: 0.1\nB: 0.01\nC: 0.001\nD: 0.0001", 36)],
            read="A: 0.1, B: 0.01, C: 0.001, D: 0.0001",
        ),
        part(
            "4.2",
            "Stopping time of each run",
            [mark("times", "3", "0", "no answer found")],
            answer=Missing(why="no answer found"),
        ),
        part(
            "5",
            "Order of the four estimators by bias, then by variance, from the printed table",
            [
                mark("bias", "2.5", "2.5", "DBAC was read"),
                mark("variance", "2.5", "1.25", "ADCB was read; the last two are exchanged"),
            ],
            [line("bias: D < B < A < C", 44), line("variance: A, D, C, B", 46)],
            read="DBAC; ADCB",
            says=["By bias", "By variance"],
        ),
        part(
            "7.1",
            "Code that draws 500 samples and plots their means against the theoretical curve",
            [
                mark(
                    "draws",
                    "0.5",
                    None,
                    "500 draws of size 30 by `rng.normal`",
                    proposed="0.5",
                    why="not-run",
                    detail=NOT_RUN,
                ),
                mark(
                    "means",
                    "0.5",
                    None,
                    "means along axis 0, not over each sample",
                    proposed="0",
                    why="not-run",
                    detail=NOT_RUN,
                ),
                mark(
                    "plot",
                    "1",
                    None,
                    "histogram and curve on one axis",
                    proposed="1",
                    why="not-run",
                    detail=NOT_RUN,
                ),
            ],
            [
                line("The code:", 50),
                line(
                    "import numpy as np\nrng = np.random.default_rng(3)\n"
                    "x = rng.normal(2, 1.5, size=(500, 30))\nmeans = x.mean(axis=0)\n"
                    "plt.hist(means, bins=40, density=True); plt.plot(grid, "
                    "normal_density(grid, 2, 1.5 / np.sqrt(30)), color='black', linewidth=2)",
                    52,
                    "code",
                ),
                line("(30,)\n1.994 0.071", 58, "output"),
            ],
            read="rng.normal(2, 1.5, size=(500, 30)); x.mean(axis=0); plt.hist, plt.plot",
            says=["500 samples", "Their means", "Histogram and curve"],
        ),
        part(
            "7.2",
            "Largest and smallest of the means, and whether that was to be expected",
            [
                mark(
                    "range",
                    "1",
                    None,
                    "two values compete",
                    proposed="0",
                    why="conflict",
                    detail="two readings compete: “1.71 to 2.33” and “1.17 to 2.33”",
                )
            ],
            [
                line("They lie from 1.71 to 2.33.", 63),
                line("So 1.17 to 2.33 is what I expected.", 71),
            ],
            read="1.71 to 2.33",
        ),
        part(
            "12.1",
            "Five designs with equal power, each with its number of subjects",
            [
                mark(
                    "designs",
                    "8",
                    "6",
                    "four of five designs have the power asked for; the third has less",
                )
            ],
            [
                line(
                    "1) two groups of 64\n2) crossover with 34\n3) three groups of 20\n"
                    "4) paired, 34\n5) cluster: 8 x 16",
                    80,
                )
            ],
            read="64+64; 34; 20+20+20; 34; 8x16",
            points="4",
            reasons=["two of the designs are the same one: 2) and 4)"],
            attempts=None,
            seen=[("twice", "A design that is written twice counts once.")],
        ),
    ]


def paper(length: int = 36) -> list[Sample]:
    """Return a paper: every state first, then plain parts up to the length."""
    parts = states()[:length]
    for number in range(length - len(parts)):
        right = number % 5 != 3
        at = 100 + 6 * number
        ways = (number + 2) * (number + 7)
        text = f"From the definition, {number + 2} * {number + 7} = {ways}, so it is {ways}."
        parts.append(
            part(
                f"{13 + number // 4}.{number % 4 + 1}",
                f"Number of ways to choose step {number + 1} of the procedure",
                [
                    mark("method", "0.5", "0.5", "the product rule is used"),
                    mark(
                        "value",
                        "1.5",
                        "1.5" if right else "0",
                        f"{ways} was read{'' if right else '; it is not what was asked'}",
                    ),
                ],
                [line(text, at)],
                read=str(ways),
                says=["Method", "Value"],
            )
        )
    return parts


def rubric(parts: Sequence[Sample], title: str = "Statistics, midterm") -> Rubric:
    return Rubric.model_validate(
        {"assignment": "stats_midterm", "title": title, "parts": [p.rubric for p in parts]}
    )


def result(parts: Sequence[Sample], student: str = "ada") -> Result:
    return Result(
        student=student,
        claims=None,
        files=(("answers.md", "3b1f" * 16),),
        isolation="process",
        made_from={**MADE_WITH, "evidence": "c0de"},
        parts=tuple(p.result for p in parts),
    )


def evidence(parts: Sequence[Sample]) -> Evidence:
    return {p.result.id: p.findings for p in parts}


def png(side: int = 40, colour: bytes = b"\x1d\x4d\x8f") -> bytes:
    """Return a square picture of one colour."""
    rows = (b"\x00" + colour * side) * side
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def picture(file: str, name: str, data: bytes) -> Picture:
    digest = hashlib.sha256(data).hexdigest()
    return Picture(file=file, name=name, type="png", width=40, height=40, sha256=digest)


NOTEBOOK = (
    (1, "# Statistics, by Ada"),
    (2, "![means of 500 samples](img/Means.PNG)"),
    (3, "```python"),
    (3, "means = x.mean(axis=1)"),
    (3, "```"),
    (3, "```output"),
    (3, "(500,)"),
    (3, "```"),
    (4, ""),
    (5, "| a | b |"),
    (5, "|---|---|"),
    (5, "again ![](img/Means.PNG) here"),
)


def hand_in(parts: Sequence[Sample]) -> HandedIn:
    """Return a hand-in: a document in which the answers of the parts stand, a notebook, a scan."""
    lines = ["some line"] * 400
    for sample in parts:
        answer = sample.findings["answer"]
        for piece in answer.value.pieces if isinstance(answer, Found) else ():
            text = piece.text.split("\n")
            lines[piece.place.start - 1 : piece.place.start - 1 + len(text)] = text
    numbers, cells = zip(*NOTEBOOK, strict=True)
    drawn, scanned = png(), png(30, b"\xa1\x26\x2d")
    return HandedIn(
        files=(
            Shown(file="answers.md", lines=tuple(lines)),
            Shown(file="work/b.ipynb", unit="cell", lines=cells, numbers=numbers),
            Shown(
                file="scan.pdf",
                unit="page",
                lines=("![page 1](p1)", "words"),
                numbers=(1, 2),
                left=3,
            ),
        ),
        pictures=(
            picture("work/b.ipynb", "img/Means.PNG", drawn),
            picture("scan.pdf", "p1", scanned),
        ),
        blobs={hashlib.sha256(data).hexdigest(): data for data in (drawn, scanned)},
    )


def drawn(sample: Sample) -> Sample:
    """Return a part whose answer is a picture in a notebook's cell and the code that made it."""
    places = (
        Place(file="work/b.ipynb", start=2, end=2, unit="cell", line=2),
        Place(file="work/b.ipynb", start=3, end=3, unit="cell", line=3),
    )
    answer = Answer(
        pieces=(
            Piece(kind="image", text="![means of 500 samples](img/Means.PNG)", place=places[0]),
            Piece(kind="code", text="means = x.mean(axis=1)", place=places[1]),
        )
    )
    found = Found(value=answer, where=places, quote="x.mean(axis=1)")
    read = Found(value="x.mean", where=places[1:], quote="x.mean(axis=1)")
    criteria = dict.fromkeys((m.id for m in sample.result.marks), read)
    return replace(
        sample,
        result=replace(sample.result, where=places, read="x.mean(axis=1)"),
        findings={"answer": found, **criteria},
    )


def settled(parts: Sequence[Sample]) -> list[Sample]:
    """Return the parts with every proposal accepted, and nothing earned where there is none."""
    out = []
    for sample in parts:
        given = tuple(
            replace(
                m,
                earned=m.proposed or Fraction(0),
                proposed=m.proposed or Fraction(0),
                why=None,
                detail="",
            )
            for m in sample.result.marks
        )
        points = sample.result.proposed or Fraction(0)
        verdict: Any = (
            "right" if points == sample.result.possible else "partly" if points else "wrong"
        )
        out.append(
            replace(
                sample,
                result=replace(
                    sample.result,
                    earned=points,
                    proposed=points,
                    why=None,
                    detail="",
                    verdict=verdict,
                    marks=given,
                ),
            )
        )
    return out


def broken(
    parts: Sequence[Sample], why: str = "reading this hand-in stopped: more than 30 seconds"
) -> list[Sample]:
    """Return the parts of a hand-in that could not be read."""
    out = []
    for sample in parts:
        marks = tuple(
            Mark(
                id=m.id,
                possible=m.possible,
                earned=None,
                proposed=None,
                reason=why,
                why="ours",
                detail=why,
            )
            for m in sample.result.marks
        )
        bad = Broken(why=why)
        out.append(
            Sample(
                rubric=sample.rubric,
                findings={"answer": bad, **{m.id: bad for m in marks}},
                result=replace(
                    sample.result,
                    earned=None,
                    proposed=None,
                    verdict="open",
                    why="ours",
                    detail=why,
                    read="",
                    where=(),
                    reasons=(why,),
                    mistakes=(),
                    marks=marks,
                ),
            )
        )
    return out


def batch(parts: Sequence[Sample]) -> Batch:
    """Return a class of eight."""
    done = Batch(rubric=rubric(parts), made_with=MADE_WITH)
    for student in ("ada", "grace", "emmy-noether-1882", "sofia"):
        done.results.append(summary(result(parts, student)))
    for student in ("hypatia", "maryam"):
        done.results.append(summary(result(settled(parts), student)))
    lost = Problem(path="zu/answers.md", what="cannot be read: not UTF-8 from byte 812")
    done.results.append(summary(result(broken(parts), "zu"), [lost], unreadable=True))
    twin = Problem(path="ada~2", what="two hand-ins have this student's id; both are kept")
    done.results.append(summary(result(parts, "ada~2"), [twin]))
    return done
