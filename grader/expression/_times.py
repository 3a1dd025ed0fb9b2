"""An ``x`` that means times: 156 x 784, 5x5x6, HxWxC, but not the variable of 2x + 1."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.expression._token import Token, whole_number

_INDEXED = re.compile(r"[xX]_\d+")
_CHAIN = re.compile(r"([A-Z](?:x[A-Z])+)(?:x_(\d+))?")
_TAIL = re.compile(r"[A-Z](?:x[A-Z])*")


def with_times(tokens: list[Token], names: frozenset[str]) -> list[Token]:
    """Return the tokens with each ``x`` between factors as a multiplication sign.

    Args:
        tokens: the tokens of a text.
        names: variables that are known; an ``x`` among them stays one.
    """
    if not any(token.kind == "name" and "x" in token.text.lower() for token in tokens):
        return tokens
    variables = names | _sure_variables(tokens)
    result: list[Token] = []
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        result += _split(token, result[-1] if result else None, following, variables)
    return result


def _split(
    token: Token, last: Token | None, following: Token | None, variables: frozenset[str]
) -> Sequence[Token]:
    if token.kind != "name":
        return (token,)
    chain = _CHAIN.fullmatch(token.text)
    if chain is not None:
        return _chain(token, chain[1], chain[2])
    if last is None or token.text in variables or token.text[0] not in "xX":
        return (token,)
    rest = token.text[1:]
    sign = Token("operator", "*", token.start, token.start + 1, (), token.glued)
    if not rest:
        return (sign,) if _is_sign(token, last, following) else (token,)
    if last.kind not in ("number", "close"):
        return (token,)
    if _INDEXED.fullmatch(token.text) and token.end - token.start == len(rest):
        if _is_index(token, last, rest[1:]):
            return (token,)
        return (sign, whole_number(rest[1:], token.start + 1, token.end))
    if _TAIL.fullmatch(rest) and token.glued:
        return (sign, *_letters(rest, token.start + 1))
    return (token,)


def _is_index(token: Token, last: Token, digits: str) -> bool:
    """Whether 0.05x1 and 2 x1 mean a variable x1, where 5x5, 3 x3 and 2 x64 are products."""
    if len(digits) > 1:
        return False
    if not token.glued:
        return last.text != digits
    return last.kind == "number" and "." in last.text and digits in "123"


def _chain(token: Token, letters: str, digits: str | None) -> list[Token]:
    """Return the tokens of HxWxC and of HxWxCx49."""
    tokens = _letters(letters, token.start)
    if digits is not None:
        stop = token.end - len(digits)
        tokens.append(Token("operator", "*", stop - 1, stop, (), glued=True))
        tokens.append(whole_number(digits, stop, token.end))
    return tokens


def _is_sign(token: Token, last: Token, following: Token | None) -> bool:
    """Whether a lone x stands between two factors."""
    if following is None:
        return False
    letter = last.kind == "name" and len(last.text) == 1
    if last.kind not in ("number", "close") and not (letter and not token.glued):
        return False
    return following.kind in ("number", "open") or (
        following.kind == "name" and len(following.text) == 1
    )


def _sure_variables(tokens: Sequence[Token]) -> frozenset[str]:
    """All of x1, x2 … where one of them stands where only an operand can stand."""
    indexed = [t for t in tokens if t.kind == "name" and _INDEXED.fullmatch(t.text)]
    found = any(
        token.kind == "name" and _INDEXED.fullmatch(token.text) and _is_operand(tokens, index)
        for index, token in enumerate(tokens)
    )
    return frozenset(token.text for token in indexed) if found else frozenset()


def _is_operand(tokens: Sequence[Token], index: int) -> bool:
    before = tokens[index - 1] if index else None
    if before is None or before.kind in ("operator", "open", "relation", "break", "mark"):
        return True
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    more = following is not None and following.glued and following.kind == "name"
    return before.kind in ("close", "name") and not tokens[index].glued and not more


def _letters(text: str, start: int) -> list[Token]:
    """Return the tokens of CxCxK."""
    return [
        Token("operator", "*", start + i, start + i + 1, (), glued=True)
        if letter == "x"
        else Token("name", letter, start + i, start + i + 1, (), glued=True)
        for i, letter in enumerate(text)
    ]
