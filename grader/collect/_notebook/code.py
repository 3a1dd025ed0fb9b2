"""What a code cell really holds: code, or an answer that was typed into it as text."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from grader.collect import _labels as labels
from grader.collect import _signs as signs
from grader.collect._labels import Tree, components

_COMMENT = re.compile(r"\s*#+!?\s?(.*)$")
_BLANK_FORM = re.compile(
    r"\b(?:your (?:code|answer|solution)|(?:type|write|enter|put|insert|add|fill) (?:in )?(?:your|the|code)|to-?do|begin (?:solution|tests?)|end (?:solution|tests?)|replace (?:this|with))\b",
    re.IGNORECASE,
)
_MAGIC = re.compile(r"\s*(?:%|!|\?)|[\w.]{1,60}\?{1,2}\s*$")
_TITLE = re.compile(r"#\s?@(?:title|markdown)\s?(?P<text>[^{]{0,300})")
_STAFF = re.compile(r"\s*(?:grader\.(?:check|check_all|export)|ok\.(?:grade|submit))\s?\(")
_VARIABLE = re.compile(
    r"(?:answer|ans|question|problem|part|q)_?(?P<id>\d{1,2}(?:_?(?:\d{1,2}|[a-h])){0,2})\s{0,9}(?::[^=]{1,60})?=(?!=)\s{0,9}"
    r"""(?P<text>[rf]?(?:"[^"\\]{1,2000}"|'[^'\\]{1,2000}')|-?[\d_]{1,40}(?:\.\d{0,40})?(?:[eE]-?\d{1,3})?|True|False)\s{0,9}(?:#.*)?$""",
    re.IGNORECASE,
)
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>markdown|latex|html|writefile|script|bash|sh)\b")
_MAX_PARSED = 60_000
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of one kind within a code cell: ``code``, or ``prose`` that is shown as it stands."""

    kind: str
    lines: tuple[str, ...]


def is_staff(lines: Sequence[str]) -> bool:
    """Whether a cell only calls the course's own checks, as otter and ok put them."""
    full = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return bool(full) and len(full) < 3 and all(_STAFF.match(line) for line in full)


def stretches(lines: Sequence[str], tree: Tree, *, ran: bool) -> list[Stretch]:
    r"""Return what a code cell holds; ``ran`` says that it gave a result.

    >>> stretches(["# 2.1: Green", "# since 5 is near"], Tree([]), ran=False)
    [Stretch(kind='prose', lines=('2.1: Green', 'since 5 is near'))]
    """
    magic = next((hit["name"] for line in lines[:5] if (hit := _CELL_MAGIC.match(line))), "")
    if magic in {"markdown", "latex"}:
        return [Stretch("prose", tuple(line for line in lines if not _CELL_MAGIC.match(line)))]
    told = _titles(lines)
    prose = _commented(lines)
    if prose is None and not magic and _typed(lines, ran=ran):
        prose = [_unquoted(line) for line in lines] if len(lines) == 1 else list(lines)
    if prose is not None:
        return [*told, Stretch("prose", tuple(prose))]
    return [*told, *_split(lines, tree)]


def _titles(lines: Sequence[str]) -> list[Stretch]:
    """What an online service shows as the title of a cell: ``#@title 7.1``."""
    found = [hit["text"].strip() for line in lines[:5] if (hit := _TITLE.match(line))]
    return [Stretch("prose", tuple(f"### {text}" for text in found if text))] if any(found) else []


def _commented(lines: Sequence[str]) -> list[str] | None:
    """The text of a cell that holds comments only, if that is text and neither code nor a form."""
    full = [line for line in lines if line.strip()]
    if not full or not all(line.lstrip().startswith("#") for line in full):
        return None
    text = [
        hit[1] if (hit := _COMMENT.match(line)) else "" for line in lines if not _TITLE.match(line)
    ]
    words = " ".join(text)
    if _BLANK_FORM.search(words) and len(words.split()) <= _SHORT:
        return None
    strong, _, _, total = signs.count(text)
    return None if total == 0 or 2 * strong > total else text


def _typed(lines: Sequence[str], *, ran: bool) -> bool:
    """Whether a cell is text that was typed where code belongs."""
    body = "\n".join("" if _MAGIC.match(line) else line for line in lines)
    if not body.strip() or len(body) > _MAX_PARSED:
        return False
    if any(_MAGIC.match(line) and line.strip() for line in lines):
        return False
    tree = _parsed(body)
    if tree is None:
        strong, _, logged, total = signs.count(lines)
        return 5 * (strong + _calls(lines)) <= total + logged
    return not ran and bool(tree.body) and all(_is_word(one) for one in tree.body)


def _calls(lines: Sequence[str]) -> int:
    """Lines that can only be code though they look weak: assignments, calls, block heads."""
    sure = re.compile(
        r"\s*(?:[a-z_][\w.\[\]]{0,60}\s?[-+*/]?=\s?\S|(?:if|for|while|def|else|elif|try|with)\b.{0,200}:\s*$|return\b|[\w.]{1,60}\([^()]{0,200}\)\s*$)"
    )
    return sum(sure.match(line) is not None for line in lines)


def _parsed(body: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_word(node: ast.stmt) -> bool:
    """Whether a statement is a mere word, number or text: an answer, and no program."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value.operand if isinstance(node.value, ast.UnaryOp) else node.value
    items = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(isinstance(item, ast.Constant | ast.Name) for item in items)


def _unquoted(line: str) -> str:
    bare = line.strip()
    return bare[1:-1] if len(bare) > 2 and bare[0] == bare[-1] and bare[0] in "\"'" else line


def _split(lines: Sequence[str], tree: Tree) -> list[Stretch]:
    """Code, cut where a comment names a part by its id, with answers in variables told before."""
    made: list[Stretch] = []
    own: list[str] = []
    for line in lines:
        label = _names_part(line, tree)
        if label:
            made += [Stretch("code", tuple(own))] if any(s.strip() for s in own) else []
            made.append(Stretch("prose", (label,)))
            own = []
        own.append(line)
    made += [Stretch("code", tuple(own))] if any(s.strip() for s in own) else []
    said = [text for line in lines if (text := _assigned(line, tree))]
    return [Stretch("prose", tuple(said)), *made] if said else made


def _names_part(line: str, tree: Tree) -> str:
    """The label and the text of a comment such as ``# 7.2: LOOCV`` that names a part in full."""
    if not line.startswith("#"):
        return ""
    text = line.lstrip("#! ").rstrip()
    label = labels.read(text)
    if label is None or len(label.path) < 2 or label.bare or label.doubtful:
        return ""
    known = tree.part(label.path)
    if known is None or known[1] != 1.0:
        return ""
    rest = text[label.end :].strip()
    return f"**Question {tree.ids[known[0]]}**" + (f": {rest}" if rest else "")


def _assigned(line: str, tree: Tree) -> str:
    """The answer of ``q2_2 = "Green"`` in words, where the name means exactly one part."""
    hit = _VARIABLE.match(line)
    part = part_of(hit["id"], tree) if hit else None
    return (
        f"**Question {tree.ids[part]}**: {_unquoted(hit['text'].lstrip('rfRF') if hit['text'][-1] in QUOTES else hit['text'])}"
        if hit and part is not None
        else ""
    )


QUOTES = "\"'"
_ID = re.compile(
    r"(?P<word>q|question|part|p|problem|prob|exercise|ex|task|answer|ans|sol|solution)?[-_ .]?"
    r"(?P<id>\d{1,2}(?:[-_.]?(?:\d{1,2}|[a-h])){0,2})(?:[-_.](?:answer|solution|ans|sol|code|text|written|manual|response))?",
    re.IGNORECASE,
)


def part_of(written: str, tree: Tree) -> int | None:
    """Return the only part that an id of a cell or a variable can mean, or None.

    >>> from grader.collect import PartPlan
    >>> tree = Tree([PartPlan(id="2.1"), PartPlan(id="3.2")])
    >>> part_of("q2_1", tree), part_of("part-3-2", tree), part_of("cell-4f2e1", tree)
    (0, 1, None)
    """
    hit = _ID.fullmatch(written[:80])
    if hit is None:
        return None
    path = components(hit["id"])
    known = tree.part(path) if path and (len(path) > 1 or hit["word"]) else None
    return known[0] if known is not None and known[1] == 1.0 else None
