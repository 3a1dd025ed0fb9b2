"""The source of a program and what it printed, as facts that a comparator can query.

The value is plain data: ``calls`` (name, arguments, line, in which loops), ``sets`` (assignments),
``loops`` (how often, over what), ``formulas`` (polynomials and what is added to them),
``functions``, ``imports``, ``undefined`` names, ``repairs`` that reading took, ``language``,
``source``, ``printed``, ``prose``, and ``log`` (see ``training_log``; its ``checks`` hold log and
source against each other). ``outside``, ``uncalled``, ``remade`` and ``left_behind`` are slips of
order and scope (see ``_slips``). No student code is executed.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from grader.model import Answer, Finding, Found, Missing, Piece
from grader.read import readers
from grader.read._facts import facts
from grader.read._log import log
from grader.read._log_checks import checks
from grader.read._names import canonical as one_spelling
from grader.read._python import MOST_SIGNS, apart, is_statement, parse

_MOST_TEXT = 16_000
_CODE_LINE = re.compile(
    r"\s*(?:[-*•>]\s+|\(\w{1,12}\)\s*|\d{1,2}[.)]\s+)?"
    r"(?P<code>[A-Za-z_][\w.\[\]'\",: ]{0,60}?\s?(?:[-+*/]?=[^=]|\().*)"
)
_INLINE = re.compile(r"`([^`\n]{4,300})`")
_R = re.compile(r"<-\s|\blibrary\(|\bset\.seed\(|\brnorm\(|\bfunction\s?\(")
_GIVES_UP = re.compile(
    r"\b(?:not (?:done|sure|answered|finished|attempted|completed|solved)|"
    r"no (?:answer|idea|solution|time)|(?:do not|don['’]?t|did not|didn['’]?t|could not|"
    r"couldn['’]?t|can ?not|can['’]?t|was not able|unable)\b.{0,60}|"
    r"skip(?:ped)?|out of time|failed to)\b",
    re.IGNORECASE,
)


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Options: whether ``canonical``, the source in one spelling, is kept as well.

    >>> from grader.model import Piece, Place
    >>> piece = Piece(kind="code", text="net = Net(4)", place=Place(file="a", start=1, end=1))
    >>> Source().read(Answer(pieces=(piece,))).value["calls"][0]["args"]
    [4]
    """

    canonical: bool = False

    def read(self, answer: Answer) -> Finding:
        """Return the facts of all code in the answer, and of what it printed."""
        code = list(_code(answer.pieces))
        printed = "\n".join(p.text for p in answer.pieces if p.kind in ("output", "table"))
        prose = "\n".join(p.text for p in answer.pieces if p.kind in ("prose", "heading", "math"))
        told = _told(f"{printed}\n{prose}"[:MOST_SIGNS])
        if not code and not printed.strip() and _says_nothing(told):
            return _missing(answer, prose)
        try:
            value, repairs = _facts(tuple(code), canonical=self.canonical)
        except RecursionError:
            return Missing(
                why="the code could not be read", doubt="the code is nested too deeply to be read"
            )
        source = value["source"]
        doubt = "there is more code than is read" if sum(map(len, code)) > MOST_SIGNS else ""
        value = {
            **value,
            "printed": printed[:_MOST_TEXT],
            "prose": prose[:_MOST_TEXT],
            "log": {
                **told,
                "checks": checks(
                    told, value, shown=_told(printed[:MOST_SIGNS]), prose=prose[:MOST_SIGNS]
                ),
            },
            "images": len(answer.of("image")) + len(answer.lost),
        }
        places = tuple(dict.fromkeys(p.place for p in answer.pieces if p.kind != "image"))
        quote = " ".join((source or printed or prose)[:400].split())[:160]
        return Found(value=value, where=places, quote=quote, doubt=doubt, notes=repairs)


_told = functools.lru_cache(maxsize=8)(log)


@functools.lru_cache(maxsize=8)
def _facts(code: tuple[str, ...], *, canonical: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Facts of code; kept for a while, since one cell may answer two parts. Not to be changed."""
    program = parse(code)
    source = "\n".join(code)
    signs = len(_R.findall(source[:MOST_SIGNS]))
    value = facts(program)
    value |= {
        "language": "r" if signs > 1 or (signs and not program.tree.body) else "python",
        "repairs": list(program.repairs),
        "unread": list(program.unread[:20]),
        "source": source[:_MOST_TEXT],
    }
    if canonical:
        value["canonical"] = one_spelling(program.tree)[:_MOST_TEXT]
    return value, program.repairs


def _code(pieces: tuple[Piece, ...]) -> list[str]:
    """Code cells, and lines of running text that are code."""
    found: list[str] = []
    for piece in pieces:
        if piece.kind == "code":
            found.append(piece.text)
        elif piece.kind == "prose" and ("=" in piece.text or "(" in piece.text):
            lines = [_statement(line) for line in piece.text.split("\n")[:400]]
            kept = [line for line in lines if line]
            if kept:
                found.append("\n".join(kept))
    return found


def _statement(line: str) -> str:
    match = _CODE_LINE.match(line[:400])
    if match and is_statement(match["code"]):
        return apart(match["code"])
    return "\n".join(code for code in _INLINE.findall(line[:1_000]) if is_statement(code))


def _says_nothing(told: dict[str, Any]) -> bool:
    return (
        not any(told[key] for key in ("epochs", "params", "errors", "final"))
        and not told["batches"]["count"]
    )


def _missing(answer: Answer, prose: str) -> Finding:
    if answer.lost or answer.of("image"):
        return Missing(
            why="no code was found", doubt="the code or its output may stand in an image"
        )
    words = len(prose.split())
    if words <= 16 and _GIVES_UP.search(prose) and not re.search(r"\d", prose):
        return Missing(why="there is no code and no output")
    return Missing(why="no code was found", doubt="there is text, but neither code nor output")
