"""Tables of layers: each row one stack, or one layer of the stack that its first cell names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.read._item_labels import index_of
from grader.read._layer_stack import places
from grader.read._layer_tokens import tokens
from grader.read._marks import unmarked

_RULE = re.compile(r"[\s|:+=-]*")
_SKIPPED = re.compile(
    r"recept|\brf\b|\bfield\b|result|param|comput|flop|\bmacs?\b|\boperations?|weights|why|reason|comment|remark|check"
    r"|size after|out(?:put)?\s*(?:size|shape|dim)|^\W*(?:out|output)\W*$",
    re.IGNORECASE,
)
_ROLES = (
    ("padding", re.compile(r"\bpad", re.IGNORECASE)),
    ("dilation", re.compile(r"dilat|\brate\b|^\W*d\W*$", re.IGNORECASE)),
    ("stride", re.compile(r"strid|^\W*s\W*$", re.IGNORECASE)),
    (
        "filters",
        re.compile(
            r"channel|(?:number|no\.?|#|num|n)\s*(?:of)?\s*(?:filter|kernel)s?|^\W*filters\W*$|\bdepth\b|\bout\b",
            re.IGNORECASE,
        ),
    ),
    (
        "count",
        re.compile(
            r"times|repeat|count|(?:number|no\.?|#|num|n)\s*(?:of)?\s*(?:conv\w*\s*)?(?:layers|convs?)|^\W*layers\W*$|^\W*n\W*$",
            re.IGNORECASE,
        ),
    ),
)
_KERNEL = re.compile(r"kernel|filter|conv|size|layer", re.IGNORECASE)
_LAYER = re.compile(r"^\W*(?:layer|conv\w*|step|order|position|stage)\b", re.IGNORECASE)
_MOST = 60
_NONE = re.compile(r"[-–—/\s]*|none|no|n/?a", re.IGNORECASE)


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table; ruled lines fall away."""
    found = []
    for line in text.split("\n"):
        if line.strip() and not _RULE.fullmatch(line):
            cut = line.strip().strip("|").split("|") if "|" in line else line.split("\t")
            found.append([cell.strip() for cell in cut])
    return found[:_MOST]


def described(text: str) -> list[tuple[str, str]] | None:
    """Return label and description of each stack in a table; None where it holds no stacks.

    >>> lines = ["# | kernel | n", "1 | 7x7 | 1", "2 | 3x3 | 3"]
    >>> described(chr(10).join(lines))
    [('1', '7x7'), ('2', '( 3x3 ) x3')]
    """
    table = rows(text)
    if len(table) < 2:
        return None
    header = [unmarked(cell) for cell in table[0]]
    if _holds(" ".join(header)):
        header, body = [""] * len(header), table
    else:
        body = table[1:]
    roles = [_role_of(column, title, body) for column, title in enumerate(header)]
    found: list[tuple[str, str]] = []
    names = _name_column(header, roles, body)
    for row in body:
        label = row[names].strip() if names is not None and names < len(row) else ""
        said = _row(row, roles, header, names)
        if found and _goes_on(label, found[-1][0], roles):
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{said}")
        else:
            found.append((label, said))
    full = [one for one in found if _holds(one[1])]
    return found if full and len(full) * 2 >= len(found) else None


def _holds(text: str) -> bool:
    return bool(places(tokens(text)))


def _role(title: str) -> str:
    if re.search(r"kernel|\blayers\b|\bconv|stack|structure", title, re.IGNORECASE) and re.search(
        r"[(,&+/]|\band\b", title
    ):
        return "content"
    for role, pattern in _ROLES:
        if pattern.search(title):
            return role
    if (
        _LAYER.match(title)
        and re.search(r"\d|\bno\b|#", title) is None
        and title.strip().lower() in ("layer", "step", "order", "stage")
    ):
        return "layer"
    return "skip" if _SKIPPED.search(title) else "content"


def _role_of(column: int, title: str, body: Sequence[Sequence[str]]) -> str:
    """The role by the title, unless the cells hold what "layers" or "filters" may be short for."""
    role = _role(title)
    if role not in ("count", "filters", "layer"):
        return role
    cells = [row[column] for row in body if column < len(row)]
    holding = sum(_holds(unmarked(cell)) for cell in cells)
    return "content" if holding * 2 > len(cells) else role


def _name_column(
    header: Sequence[str], roles: Sequence[str], body: Sequence[Sequence[str]]
) -> int | None:
    """The first column, unless it holds the layers itself."""
    if not roles or roles[0] not in ("content", "layer"):
        return None
    cells = [row[0] for row in body if row]
    holding = sum(_holds(unmarked(cell)) for cell in cells)
    others = any(
        _holds(unmarked(cell)) or _is_size(cell, title)
        for row in body
        for cell, title in zip(row[1:], header[1:], strict=False)
    )
    return 0 if not holding or (others and holding < len(cells)) else None


def _is_size(cell: str, title: str) -> bool:
    return bool(re.fullmatch(r"[\d\s,;&+→x-]+", cell.strip())) and bool(_KERNEL.search(title))


def _goes_on(label: str, before: str, roles: Sequence[str]) -> bool:
    if not label:
        return True
    return label == before and ("layer" in roles or index_of(label) is not None)


def _row(row: Sequence[str], roles: Sequence[str], header: Sequence[str], names: int | None) -> str:
    content: list[str] = []
    settings: list[str] = []
    count = ""
    for column, cell in enumerate(row):
        role = roles[column] if column < len(roles) else "content"
        text = unmarked(cell).strip()
        if column == names or not text or role in ("skip", "layer"):
            continue
        if role == "content":
            title = header[column] if column < len(header) else ""
            if not _NONE.fullmatch(text):
                content.append(
                    f"kernel size {text}" if _is_size(text, title) and not _holds(text) else text
                )
        elif role == "count":
            count = text if text.isdigit() and 1 < int(text) <= 12 else ""
        elif _NONE.fullmatch(text):
            settings += ["no padding"] if role == "padding" else []
        else:
            parts = {part.strip() for part in text.split(",")}
            text = parts.pop() if role == "filters" and len(parts) == 1 else text
            each = " each" if re.fullmatch(r"\d+", text) and role != "filters" else ""
            named = f"{role} {'= ' if role == 'filters' else ''}{text}{each}"
            settings.append(text if _speaks(role, text) else named)
    said = ", ".join(content)
    if count and len(places(tokens(said))) == 1:
        said = f"( {said} ) x{count}"
    return " ; ".join([said, *settings])


def _speaks(role: str, text: str) -> bool:
    """Whether a cell says itself what it sets."""
    return (
        re.search(
            role[:3] if role != "filters" else r"filter|channel|kernel|→", text, re.IGNORECASE
        )
        is not None
    )
