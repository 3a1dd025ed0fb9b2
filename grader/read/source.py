"""The source of a program and what it printed, as facts that a comparator can query.

The value is plain data: ``calls`` (name, arguments, line, in which loops), ``sets`` (assignments),
``loops`` (how often, over what), ``formulas`` (polynomials and what is added to them),
``functions``, ``imports``, ``undefined`` names, ``repairs`` that reading took, ``language``,
``source``, ``printed``, ``prose``, and ``log`` (see ``training_log``). No student code is executed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.model import Answer, Finding, Found, Missing, Piece
from grader.read import readers
from grader.read._facts import canonical, facts
from grader.read._log import log
from grader.read._python import MOST_SIGNS, is_statement, parse

_MOST_TEXT = 16_000
_CODE_LINE = re.compile(r"\s*(?:[-*•>]\s+|\(\w{1,12}\)\s*|\d{1,2}[.)]\s+)?(?P<code>[A-Za-z_][\w.\[\]'\",: ]{0,60}?\s?(?:[-+*/]?=[^=]|\().*)")
_INLINE = re.compile(r"`([^`\n]{4,300})`")
_R = re.compile(r"<-\s|\blibrary\(|\bset\.seed\(|\brnorm\(|\bfunction\s?\(")
_GIVES_UP = re.compile(
    r"\b(?:not (?:done|sure|answered|finished|attempted|completed|solved)|no (?:answer|idea|solution|time)|"
    r"(?:do not|don['’]?t|did not|didn['’]?t|could not|couldn['’]?t|can ?not|can['’]?t|was not able|unable)\b.{0,60}|"
    r"skip(?:ped)?|out of time|failed to)\b", re.IGNORECASE)


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
        told = log(f"{printed}\n{prose}"[:MOST_SIGNS])
        if not code and not printed.strip() and _says_nothing(prose, told):
            return _missing(answer, prose)
        source = "\n".join(code)
        doubt = "there is more code than is read" if len(source) > MOST_SIGNS else ""
        program = parse(code)
        language = "r" if _R.search(source) and not program.tree.body or len(_R.findall(source)) > 1 else "python"
        try:
            value = facts(program)
        except RecursionError:
            return Missing(why="the code could not be read", doubt="the code is nested too deeply to be read")
        value |= {"language": language, "repairs": list(program.repairs), "unread": list(program.unread[:20]),
                  "source": source[:_MOST_TEXT], "printed": printed[:_MOST_TEXT], "prose": prose[:_MOST_TEXT],
                  "log": told, "images": len(answer.of("image")) + len(answer.lost)}
        if self.canonical:
            value["canonical"] = canonical(program.tree)[:_MOST_TEXT]
        places = tuple(dict.fromkeys(p.place for p in answer.pieces if p.kind != "image"))
        return Found(value=value, where=places, quote=" ".join((source or printed or prose).split())[:160], doubt=doubt,
                     notes=program.repairs)


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
        return match["code"]
    return "\n".join(code for code in _INLINE.findall(line[:1_000]) if is_statement(code))


def _says_nothing(prose: str, told: dict[str, object]) -> bool:
    return not (told["epochs"] or told["params"] or told["errors"] or told["final"]) and len(prose.split()) < 400


def _missing(answer: Answer, prose: str) -> Finding:
    if answer.lost or answer.of("image"):
        return Missing(why="no code was found", doubt="the code or its output may stand in an image")
    words = len(prose.split())
    if words <= 16 and _GIVES_UP.search(prose) and not re.search(r"\d", prose):
        return Missing(why="there is no code and no output")
    return Missing(why="no code was found", doubt="there is text, but neither code nor output")
