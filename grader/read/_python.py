"""Python as it stands in a hand-in: parsed, and repaired where a conversion tore it.

Repairs are the smallest evident ones: pieces joined, brackets and strings closed where a line
was cut, indentation restored, lost underscores, ``print`` without brackets. What cannot be read
is left out and counted. Nothing is executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_LINES = 1_500
MOST_SIGNS = 80_000
_LONGEST_LINE = 1_000
_LONGEST_STATEMENT = 80
_MOST_UNREAD = 60

_MAGIC = re.compile(r"\s*(?:%{1,2}[a-z]\w+(?:\s|$)|![\w ]|\?|\w[\w.]*\?\s*$)")
_PROMPT = re.compile(r"\s*(?:In\s?\[[\s\d*]{0,6}\]\s?:?\s?|>>>\s|\.\.\.\s(?=\S))")
_IMAGE = re.compile(r"\s*!\[[^\]]{0,200}\]")
_SIGN = re.compile(r"'''|\"\"\"|['\"#]|[([{]|[)\]}]|\\.")
_STATEMENT = re.compile(
    r"\s*(?:(?:async\s+)?def\s+\w+\s*\(|class\s+\w+|import\s+\w|from\s+[\w.]+\s+import\b|return\b(?!\s*$)|@\w"
    r"|(?:for|while|if|elif|with|else|try|except|finally)\b.*:\s*(?:#.*)?$|print\s*\()"
)
_ASSIGNS = re.compile(r"(\s*)[A-Za-z_][\w.\[\]'\", ]{0,80} [-+*/]?= (?=\S)(?!.*,\s*$)")
_HEADER = re.compile(
    r"(?:(?:async\s+)?(?:def|for|with)|class|while|if|elif|else|try|except|finally)\b"
)
_FOLLOWERS = {
    "elif": ("if", "elif"),
    "else": ("if", "elif", "for", "while", "except", "try"),
    "except": ("try", "except"),
    "finally": ("try", "except", "else"),
}
_WORD = re.compile(r"[A-Za-z_]\w*")
_PRINT = re.compile(r"(\s*)print\s+(?![=(])(.+?)\s*$", re.DOTALL)
_LOST_UNDERSCORE = re.compile(r"\b([A-Za-z]\w*) ([A-Za-z]\w*)(?=\s?[=(])")
_NEXT_ASSIGNS = re.compile(r"\s*,\s*(?=[A-Za-z_]\w*\s?=(?!=))")
_CUT_ARGUMENT = re.compile(r",[^,()\[\]=]*([)\]}]+)$")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_SIGNS = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "−": "-", " ": " ", "\t": "    ", "\f": ""}
)


@dataclass(frozen=True, slots=True)
class Program:
    """What was parsed, which repairs it took, and which lines could not be read."""

    tree: ast.Module
    source: tuple[str, ...]
    """The lines that the tree was parsed from, repaired."""
    numbers: tuple[int, ...] = ()
    """For each line of the source its line in the hand-in; empty where nothing was repaired."""
    repairs: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class _Statement:
    """A logical line: all physical lines up to where its brackets close."""

    indent: int
    text: str
    line: int
    depth: int = 0

    @property
    def word(self) -> str:
        """The keyword or name that it starts with."""
        found = _WORD.match(self.text)
        return found[0] if found else ""

    @property
    def opens(self) -> bool:
        """Whether a block has to follow."""
        return bool(_HEADER.match(self.text)) and _bare(self.text).endswith(":")


@dataclass(slots=True)
class _Repair:
    done: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        if what not in self.done:
            self.done.append(what)


def parse(pieces: Sequence[str]) -> Program:
    r"""Return the program that pieces of code make together; never raises.

    >>> program = parse(["for i in range(3):\nprint(f(i", "x = 'a"])
    >>> ast.unparse(program.tree).splitlines()
    ['for i in range(3):', '    print(f(i))', "    x = 'a'"]
    >>> len(program.repairs)
    3
    """
    lines = _clean(pieces)
    tree = _parsed("\n".join(lines))
    if tree is not None:
        return Program(tree=tree, source=tuple(lines))
    repair = _Repair()
    statements = _statements(lines, repair)
    _indent(statements, repair)
    source, numbers = _written(statements)
    tree = _parsed("\n".join(source))
    if tree is None:
        statements = _readable(statements, repair)
        _indent(statements, repair)
        source, numbers = _written(statements)
        tree = _parsed("\n".join(source))
    if tree is None:
        source, numbers = _side_by_side(statements)
        tree = _parsed("\n".join(source)) or ast.Module(body=[], type_ignores=[])
    return Program(
        tree=tree,
        source=tuple(source),
        numbers=tuple(numbers),
        repairs=tuple(repair.done),
        unread=tuple(repair.unread),
    )


def is_statement(text: str) -> bool:
    """Whether a line of running text is Python that does something: assigns or calls.

    >>> [is_statement(t) for t in ("mu = Z.mean(axis=0)", "mean = 0.5", "see f(x)", "cached")]
    [True, False, False, False]
    """
    if "=" not in text and "(" not in text:
        return False
    tree = _parsed(apart(text.strip()))
    if tree is None or not tree.body:
        return False
    acts = (ast.Assign, ast.AugAssign, ast.Expr, ast.For)
    rich = (ast.Call, ast.Subscript, ast.Attribute, ast.BinOp)
    return (
        all(isinstance(node, acts) for node in tree.body)
        and any(isinstance(node, rich) for node in ast.walk(tree))
        and not _is_sum(tree)
    )


def apart(text: str) -> str:
    """Assignments that a comma joins on one line, as people write, made two statements.

    >>> apart("m = c['m'], v = f(c, k=1)"), apart("a, b = 1, 2")
    ("m = c['m']; v = f(c, k=1)", 'a, b = 1, 2')
    """
    out, begin = "", 0
    for found in _NEXT_ASSIGNS.finditer(text):
        before = text[begin : found.start()]
        if " = " in before and all(before.count(o) == before.count(c) for o, c in _CLOSERS.items()):
            out += before + "; "
            begin = found.end()
    return out + text[begin:]


def _is_sum(tree: ast.Module) -> bool:
    """A sum of literals, such as ``= (3 + 4)``, is arithmetic, not a program."""
    return not any(
        isinstance(node, ast.Call | ast.Subscript | ast.Attribute | ast.Assign)
        for node in ast.walk(tree)
    )


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _clean(pieces: Sequence[str]) -> list[str]:
    lines: list[str] = []
    size = 0
    for piece in pieces:
        for raw in piece.split("\n"):
            line = raw[:_LONGEST_LINE].translate(_SIGNS).rstrip()
            if _MAGIC.match(line) or _IMAGE.match(line):
                line = ""
            line = _PROMPT.sub("", line, count=1).replace("\\_", "_")
            size += len(line)
            if len(lines) >= MOST_LINES or size > MOST_SIGNS:
                return lines
            lines.append(line)
    return lines


# -- logical lines


def _statements(lines: list[str], repair: _Repair) -> list[_Statement]:
    made: list[_Statement] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        end, text = _logical(lines, at, repair)
        indent = len(lines[at]) - len(lines[at].lstrip())
        made.append(_Statement(indent, text.strip(), at + 1))
        at = end
    return made


def _logical(lines: list[str], at: int, repair: _Repair) -> tuple[int, str]:
    """Where the statement that starts here ends, and its text with cuts closed."""
    brackets: list[str] = []
    parts: list[str] = []
    triple = ""
    indent = len(lines[at]) - len(lines[at].lstrip())
    here = at
    while here < len(lines) and here - at < _LONGEST_STATEMENT:
        line = lines[here]
        if here > at and not triple and begins(line, indent):
            break
        line, triple = _scan(
            line, brackets, triple, lines[here + 1] if here + 1 < len(lines) else "", repair
        )
        parts.append(line)
        here += 1
        if not brackets and not triple and not line.endswith("\\"):
            return here, "\n".join(parts)
    text = "\n".join(parts).rstrip("\n\\ ")
    if triple:
        text += "\n" + triple
    if brackets:
        repair.note("a bracket that was left open is closed")
        text = text.rstrip(",") + "".join(_CLOSERS[b] for b in reversed(brackets))
    return here, text


def begins(line: str, indent: int) -> bool:
    """Whether a line inside open brackets is in truth the next statement."""
    if _STATEMENT.match(line):
        return True
    found = _ASSIGNS.match(line)
    return found is not None and len(found[1]) <= indent


def _scan(
    line: str, brackets: list[str], triple: str, following: str, repair: _Repair
) -> tuple[str, str]:
    """Follow brackets and strings through a line; close a string that the line's end cut."""
    at = 0
    if triple:
        end = line.find(triple)
        if end < 0:
            return line, triple
        at = end + 3
    for _ in range(len(line)):
        found = _SIGN.search(line, at)
        if found is None:
            break
        sign, at = found[0], found.end()
        if sign == "#":
            return line[: found.start()].rstrip(), ""
        if len(sign) == 3:
            end = line.find(sign, at)
            if end < 0:
                return line, sign
            at = end + 3
        elif sign in "'\"":
            end = string_end(line, at, sign)
            if end < 0:
                repair.note("a string that was cut at the line's end is closed")
                goes_on = brackets and following.strip() and following.strip()[0] not in ")]},%+.*"
                return line.rstrip(":,") + sign + ("," if goes_on else ""), ""
            at = end
        elif sign in _CLOSERS:
            brackets.append(sign)
        elif sign in ")]}" and brackets:
            brackets.pop()
    return line, ""


def string_end(line: str, at: int, quote: str) -> int:
    """Return where a string ends that begins before ``at``, or -1."""
    while at < len(line):
        if line[at] == "\\":
            at += 2
            continue
        if line[at] == quote:
            return at + 1
        at += 1
    return -1


def _bare(text: str) -> str:
    """The text without a comment behind it."""
    last = text.rsplit("\n", 1)[-1]
    cut = last.rfind(" #")
    return (text[: len(text) - len(last) + cut] if cut >= 0 else text).rstrip()


# -- indentation


def _indent(statements: list[_Statement], repair: _Repair) -> None:
    """Set each statement's depth: as indented where that makes sense, else as the words demand."""
    stack: list[
        tuple[int, str, bool]
    ] = []  # indent of the block's lines, its header, indentation lost
    header: _Statement | None = None
    for statement in statements:
        word = statement.word
        if header is not None:
            lost = statement.indent <= header.indent
            if lost:
                repair.note("lost indentation is restored")
            stack.append((statement.indent, header.word, lost))
        elif stack and word not in _FOLLOWERS:
            while stack and statement.indent < stack[-1][0]:
                stack.pop()
            if word in ("def", "class"):
                while stack and stack[-1][2] and stack[-1][1] != "class":
                    stack.pop()
        if word in _FOLLOWERS:
            _follow(stack, statement, _FOLLOWERS[word])
        statement.depth = len(stack)
        header = statement if statement.opens else None
        if word == "return" and stack and stack[-1][2]:
            _leave(stack, "def")


def _follow(
    stack: list[tuple[int, str, bool]], statement: _Statement, owners: tuple[str, ...]
) -> None:
    fits = [i for i, (_, word, _) in enumerate(stack) if word in owners]
    exact = [i for i in fits if not stack[i][2] and stack[i][0] > statement.indent]
    lost = [i for i in fits if stack[i][2]]
    chosen = min(exact) if exact and not lost else lost[-1] if lost else fits[-1] if fits else None
    if chosen is not None:
        outer = [i for i in exact if (stack[i - 1][0] if i else 0) == statement.indent]
        del stack[(outer[-1] if outer else chosen) :]


def _leave(stack: list[tuple[int, str, bool]], word: str) -> None:
    inside = [i for i, (_, header, _) in enumerate(stack) if header == word]
    branch = stack[-1][1] in ("if", "elif", "for", "while")
    if inside and not branch:
        del stack[inside[-1] :]


def _written(statements: list[_Statement]) -> tuple[list[str], list[int]]:
    out: list[str] = []
    numbers: list[int] = []
    for index, statement in enumerate(statements):
        pad = "    " * statement.depth
        lines = (pad + statement.text).split("\n")
        following = statements[index + 1] if index + 1 < len(statements) else None
        if statement.opens and (following is None or following.depth <= statement.depth):
            lines.append(pad + "    pass")
        out += lines
        numbers += [statement.line + i for i in range(len(lines))]
    return out, numbers


# -- what stays broken


def _readable(statements: list[_Statement], repair: _Repair) -> list[_Statement]:
    kept = []
    for statement in statements:
        text = _mended(statement) if len(repair.unread) < _MOST_UNREAD else None
        if text is None:
            repair.unread.append(statement.text[:120])
            continue
        if text != statement.text:
            repair.note("a damaged line is mended")
        statement.text = text
        kept.append(statement)
    return kept


def _mended(statement: _Statement) -> str | None:
    text = statement.text
    for candidate in dict.fromkeys(_candidates(text)):
        if _parsed(_framed(candidate, statement)) is not None:
            return candidate
    return None


def _candidates(text: str) -> list[str]:
    flat = _LOST_UNDERSCORE.sub(r"\1_\2", text)
    return [
        text,
        _PRINT.sub(r"\1print(\2)", text),
        flat,
        _LOST_UNDERSCORE.sub(r"\1_\2", flat),
        apart(text),
        _CUT_ARGUMENT.sub(r"\1", text),
        text + ":" if _HEADER.match(text) else text,
        text.rstrip(")]} "),
        re.sub(r"\)(\d)$", r")**\1", text),
    ]


def _framed(text: str, statement: _Statement) -> str:
    body = text + (" pass" if _HEADER.match(text) and _bare(text).endswith(":") else "")
    word = statement.word
    if word in ("elif", "else"):
        return "if 1: pass\n" + body
    if word in ("except", "finally"):
        return "try: pass\n" + body
    return body + "\ndef f(): pass" if text.startswith("@") else body


def _side_by_side(statements: list[_Statement]) -> tuple[list[str], list[int]]:
    """All statements that parse alone, one after the other, none inside another."""
    out: list[str] = []
    numbers: list[int] = []
    for statement in statements:
        lines = _framed(statement.text, statement).split("\n")
        out += lines
        numbers += [statement.line] * len(lines)
    return out, numbers
