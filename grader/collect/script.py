"""Python files: the source answers the parts whose names it defines; comments answer others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from grader.collect import Files, Gathered, PartPlan, Plan, Transcript, _nouns, collectors
from grader.collect._finding import finding, is_empty
from grader.collect._labels import Tree, components
from grader.collect._lines import decode
from grader.collect._sections import head, left_over, sections
from grader.model import Finding, Found, Piece, Place

_NOUN = rf"(?:my\s+)?(?:{_nouns.ANSWERS})?(?:{_nouns.pattern(_nouns.PROBLEM, _nouns.PIECE)})?"
_COMMENT = re.compile(
    rf"#+\s*(?:{_NOUN}\.?\s*(?:n[or]\.\s*|#)?\s*)?"
    r"(?P<id>\d{1,2}(?:[.\-_(\s]{0,2}\(?(?:\d{1,2}|[a-h])\)?){0,2}|[a-z]\w*)"
    r"\s*\)?\s*[:=]\s*(?P<text>\S.*)$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(
    r"(?:answer|ans|q|question|problem|part|task|exercise|aufgabe|frage|teil|antwort|solution)_?"
    r"(?P<id>\d{1,2}(?:_?(?:\d{1,2}|[a-h]))*)\s*(?::[^=]{1,60})?=(?!=)\s*(?P<text>\S.*)$",
    re.IGNORECASE,
)
_MORE = re.compile(r"\s*#\s?(?P<text>.*)$")
_DEFINED = (
    r"^(?:async\s+def\s+{0}\s*\(|def\s+{0}\s*\(|class\s+{0}\b|{0}\s*(?::[^=]{{1,60}})?=(?!=))"
)
_INNER = r"^[ \t]+(?:async\s+)?def\s+{0}\s*\("
"""A definition within a class or a function: what is asked for, though not as it is asked."""


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Reads one ``.py`` file as text; nothing of it is run or imported."""

    suffixes: ClassVar[tuple[str, ...]] = (".py",)
    rank: ClassVar[int] = 1

    def fits(self, data: bytes) -> bool:
        """Return False: a program begins with anything."""
        del data
        return False

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return the answers of a script; never raises on any bytes."""
        del beside
        decoded = decode(data, file)
        tree = Tree(plan.parts)
        answers: dict[str, Finding] = {}
        source = "\n".join(line.rstrip() for line in decoded.lines).strip("\n")
        whole = Piece(
            kind="code",
            text=source,
            place=Place(file=file, start=1, end=max(1, len(decoded.lines))),
        )
        for part in plan.parts:
            if source and _defines(part, source):
                answers[part.id] = finding([whole])
        for id_, piece in _written(decoded.lines, file, tree):
            if id_ not in answers and not is_empty(piece.text):
                answers[id_] = finding([piece])
            elif id_ in answers and not is_empty(piece.text) and _differs(answers[id_], piece):
                answers[id_] = finding([piece], doubt="answered twice, differently")
        for part in plan.parts:
            if part.id not in answers and _defines(part, source, _INNER):
                answers[part.id] = finding([whole])
        names = [name for part in plan.parts if part.id in answers for name in part.defines]
        starts = [n for n, line in enumerate(decoded.lines) if _starts(plan, line)]
        for part_, pieces in sections(decoded.lines, file, tree, starts):
            if tree.ids[part_] not in answers:
                answers[tree.ids[part_]] = finding(pieces)
        if not answers and source and len(plan.parts) == 1:
            answers[plan.parts[0].id] = finding([whole])
        ordered = {part.id: answers[part.id] for part in plan.parts if part.id in answers}
        return Gathered(
            answers=ordered,
            problems=decoded.problems,
            unread=decoded.unread,
            cut=decoded.cut,
            transcript=Transcript(lines=decoded.lines, code=True),
            loose=_loose(decoded.lines, file, ordered, names, tree) if ordered else (),
        )


def _starts(plan: Plan, line: str) -> bool:
    return any(_defines(part, line) for part in plan.parts)


def _loose(
    lines: Sequence[str],
    file: str,
    answers: Mapping[str, Finding],
    names: Sequence[str],
    tree: Tree,
) -> tuple[Place, ...]:
    """Where the file holds what no answer uses; the whole of it answers what it defines."""
    ranges = [place for f in answers.values() if isinstance(f, Found) for place in f.where]
    whole = {(1, max(1, len(lines)))} if names else set()
    answered = {
        n for p in ranges if (p.start, p.end) not in whole for n in range(p.start, p.end + 1)
    }
    heads = {n for n, line in enumerate(lines, 1) if head(line, tree) is not None}
    left = left_over("\n".join(lines), names, answered | heads)
    return (Place(file=file, start=left[0], end=left[-1]),) if left else ()


def _defines(part: PartPlan, source: str, pattern: str = _DEFINED) -> bool:
    names = (name for name in part.defines if name.isidentifier())
    return any(re.search(pattern.format(re.escape(name)), source, re.MULTILINE) for name in names)


def _written(lines: Sequence[str], file: str, tree: Tree) -> list[tuple[str, Piece]]:
    """Answers written beside the code: ``# 2: 42`` and ``answer_2 = 42``."""
    found: list[tuple[str, Piece]] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        start = at
        at += 1
        hit = (_COMMENT.match(line) if "#" in line else None) or _VARIABLE.match(line)
        part = _meant(tree, hit.group("id")) if hit else None
        if hit is None or part is None:
            continue
        texts = [hit.group("text").strip()]
        if hit.re is _COMMENT:
            while (
                at < len(lines)
                and lines[at].lstrip().startswith("#")
                and not _starts_other(lines[at], tree)
            ):
                more = _MORE.match(lines[at])
                texts.append(more.group("text").rstrip() if more else "")
                at += 1
        else:
            texts = [_literal(texts[0])]
        place = Place(file=file, start=start + 1, end=at)
        found.append(
            (tree.ids[part], Piece(kind="prose", text="\n".join(texts).strip(), place=place))
        )
    return found


def _starts_other(line: str, tree: Tree) -> bool:
    hit = _COMMENT.match(line)
    return hit is not None and _meant(tree, hit.group("id")) is not None


def _meant(tree: Tree, written: str) -> int | None:
    if written in tree.ids:
        return tree.ids.index(written)
    path = components(written)
    known = tree.part(path) if path and path[0].isdigit() else None
    return known[0] if known and known[1] == 1.0 else None


def _literal(text: str) -> str:
    """The value of an assignment without its comment and the quotes of a plain string."""
    text = re.sub(r"\s+#.*$", "", text).strip()
    quoted = re.fullmatch(r"""[rf]?(["'])((?:(?!\1).)*)\1""", text)
    return quoted.group(2) if quoted else text


def _differs(known: Finding, piece: Piece) -> bool:
    if not isinstance(known, Found) or known.value.of("code"):
        return False
    return " ".join(known.value.text.split()) != " ".join(piece.text.split())
