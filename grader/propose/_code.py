"""Code as it is compared: names of its own are numbered; comments and layout are left out."""

from __future__ import annotations

import io
import keyword
import tokenize
import warnings
from collections.abc import Sequence
from itertools import pairwise

LONGEST = 100_000
_SKIPPED = frozenset(
    (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.TYPE_COMMENT)
)
_LAYOUT = {tokenize.INDENT: "{", tokenize.DEDENT: "}", tokenize.NEWLINE: "\n"}
_ASSIGNS = frozenset(
    ["=", ":=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "&=", "|=", "^=", ">>=", "<<="]
)
_HEADS = frozenset(
    [
        "for",
        "while",
        "if",
        "elif",
        "else",
        "try",
        "except",
        "finally",
        "with",
        "def",
        "class",
        "async",
    ]
)
Token = tuple[int, str]


def key(text: str) -> tuple[str, ...]:
    r"""Return the tokens of code with its own names numbered in the order in which they come.

    Names that the code binds are its own: variables and arguments. Names of functions and
    classes, attributes, numbers and strings stay as they are.
    Code that is not Python is taken line by line.

    >>> key("def f(a):\n  return a+1  # one more") == key("def f(x):\n    return x + 1")
    True
    >>> key("def f(a, b): return a - b") == key("def f(a, b): return b - a")
    False
    >>> key("np.sum(a, axis=0)") == key("np.sum(a, axis=1)")
    False
    """
    found = _tokens(text)
    if found is None:
        return tuple(line.rstrip() for line in text.splitlines() if line.strip())
    found = _without_docstrings(found)
    own = _own(found)
    numbers: dict[str, str] = {}
    out: list[str] = []
    for at, (kind, word) in enumerate(found):
        plain = kind == tokenize.NAME and word in own and not _fixed(found, at)
        out.append(numbers.setdefault(word, f"\0{len(numbers)}") if plain else word)
    return tuple(out)


def _tokens(text: str) -> list[Token] | None:
    """The tokens, or None where the text does not come apart as Python."""
    if len(text) > LONGEST:
        return None
    found: list[Token] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type == tokenize.ERRORTOKEN and token.string.strip():
                    return None
                if token.type not in _SKIPPED:
                    found.append((token.type, _LAYOUT.get(token.type, token.string)))
    except (tokenize.TokenError, SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return found


def _without_docstrings(found: list[Token]) -> list[Token]:
    """Strings that stand alone on a line say nothing to Python."""
    out: list[Token] = []
    for at, token in enumerate(found):
        before = found[at - 1][1] if at else "\n"
        after = found[at + 1][1] if at + 1 < len(found) else "\n"
        alone = token[0] == tokenize.STRING and before in "{}\n" and after == "\n"
        out.append((token[0], "''") if alone else token)
    return [t for at, t in enumerate(out) if not _is_rest(out, at)]


def _is_rest(found: Sequence[Token], at: int) -> bool:
    """A string alone, or its line's end. It stays where it is a block's only line."""
    kind, word = found[at]
    start = at - 1 if (kind == tokenize.NEWLINE and at) else at
    if found[start] != (tokenize.STRING, "''"):
        return False
    before = found[start - 1][1] if start else "\n"
    after = found[start + 2][1] if start + 2 < len(found) else "\n"
    return before in "{}\n" and word in ("''", "\n") and not (before == "{" and after == "}")


def _own(found: Sequence[Token]) -> frozenset[str]:
    """The names that the code binds, but for those of functions and classes."""
    own: set[str] = set()
    depth, header, line = 0, False, 0
    for at, (kind, word) in enumerate(found):
        before = found[at - 1][1] if at else "\n"
        after = found[at + 1][1] if at + 1 < len(found) else "\n"
        if kind in _LAYOUT or (word == ";" and kind == tokenize.OP):
            line, header = at + 1, False
        elif kind == tokenize.OP:
            depth += (word in "([{") - (word in ")]}")
            if word == ":" and depth == 0 and found[line][1] in _HEADS:
                line = at + 1
            if word == ":=":
                own |= _targets(found[at - 1 : at])
            elif word in _ASSIGNS and depth == 0:
                own |= _targets(found[line:at])
        elif kind == tokenize.NAME:
            header = header or word in ("def", "lambda")
            if word == "for":
                end = next((i for i in range(at, len(found)) if found[i][1] == "in"), at)
                own |= _targets(found[at + 1 : end])
            argument = header and before in ("(", ",", "*", "**", "lambda")
            declared = after == ":" and depth == 0 and at == line
            if (argument or before == "as" or declared) and not keyword.iskeyword(word):
                own.add(word)
    named = {w for (_, b), (_, w) in pairwise(found) if b in ("def", "class")}
    return frozenset(own - named)


def _targets(found: Sequence[Token]) -> set[str]:
    """The plain names left of an assignment: no attribute, call or index."""
    names: set[str] = set()
    inside: list[bool] = []
    for at, (kind, word) in enumerate(found):
        before = found[at - 1] if at else (tokenize.OP, "")
        after = found[at + 1][1] if at + 1 < len(found) else ""
        if kind == tokenize.OP and word in "([{":
            inside.append(before[0] == tokenize.NAME or before[1] in (")", "]"))
        elif kind == tokenize.OP and word in ")]}" and inside:
            inside.pop()
        if word == ":" and not inside:
            break
        if kind != tokenize.NAME or keyword.iskeyword(word) or any(inside):
            continue
        if before[1] != "." and after not in (".", "(", "["):
            names.add(word)
    return names


def _fixed(found: Sequence[Token], at: int) -> bool:
    """Whether a name stands where it belongs to something else."""
    before = found[at - 1][1] if at else "\n"
    after = found[at + 1][1] if at + 1 < len(found) else "\n"
    named = before in ("(", ",") and after == "="
    return before == "." or (named and not _in_header(found, at))


def _in_header(found: Sequence[Token], at: int) -> bool:
    for i in range(at, -1, -1):
        if found[i][1] in ("def", "lambda"):
            return True
        if found[i][0] == tokenize.NEWLINE:
            return False
    return False
