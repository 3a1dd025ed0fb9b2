"""What a Word document says about paragraphs by their style: headings, lists with numbers, code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.collect._office.formulas import Node, W

_MONO = re.compile(
    r"courier|consolas|\bmono|monaco|menlo|code\b|inconsolata|lucida console|typewriter|terminal",
    re.IGNORECASE,
)
_CODE_STYLE = re.compile(r"code|verbatim|preformatted|source|listing|plain ?text", re.IGNORECASE)
_HEADING = re.compile(r"heading ?(\d)|(title)$", re.IGNORECASE)
_PLACE = re.compile(r"%([1-9])")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LONGEST_CHAIN = 20
_LEVELS = 9


def value(node: Node | None, path: str) -> str | None:
    """Return the ``w:val`` of what lies below a node, None where there is no such thing."""
    found = (
        node.find("/".join(f"{W}{step}" for step in path.split("/"))) if node is not None else None
    )
    return found.get(f"{W}val") if found is not None else None


def is_on(properties: Node | None, tag: str) -> bool:
    """Whether a property that is on or off is on."""
    found = properties.find(f"{W}{tag}") if properties is not None else None
    return found is not None and found.get(f"{W}val") not in ("0", "false", "off", "none")


def monospaced(properties: Node | None) -> bool | None:
    """Whether run properties name a font in which all signs are as wide; None: they name none."""
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    names = [fonts.get(f"{W}{kind}") for kind in ("ascii", "hAnsi")] if fonts is not None else []
    named = [name for name in names if name]
    return bool(_MONO.search(named[0])) if named else None


class Styles:
    """The styles of a document, with what they take over from one another."""

    def __init__(self, root: Node | None) -> None:
        """Take the root of the part that holds the styles."""
        nodes = root.findall(f"{W}style") if root is not None else []
        self._by_id = {node.get(f"{W}styleId"): node for node in nodes}
        plain = next((n for n in nodes if value(n, "name") == "Normal"), None)
        self._plain_mono = bool(monospaced(plain.find(f"{W}rPr"))) if plain is not None else False

    def chain(self, style: str | None) -> list[Node]:
        """Return a style and those that it is based on."""
        found: list[Node] = []
        while style in self._by_id and len(found) < _LONGEST_CHAIN:
            found.append(self._by_id[style])
            style = value(found[-1], "basedOn")
        return found

    def heading(self, paragraph: Node | None) -> int:
        """Return the level of the heading that paragraph properties make, or 0."""
        outline = value(paragraph, "outlineLvl")
        for node in self.chain(value(paragraph, "pStyle")):
            outline = outline or value(node, "pPr/outlineLvl")
            named = _HEADING.match(value(node, "name") or "")
            if named:
                return min(int(named.group(1) or 1), 6)
        return min(int(outline) + 1, 6) if outline and outline.isdigit() and int(outline) < 9 else 0

    def is_code(self, style: str | None) -> bool:
        """Whether a style of paragraphs or of runs is one for code."""
        if self._plain_mono:
            return False
        chain = self.chain(style)
        return any(
            _CODE_STYLE.search(value(node, "name") or "") or monospaced(node.find(f"{W}rPr"))
            for node in chain
        )

    def list_of(self, paragraph: Node | None) -> tuple[str, int] | None:
        """Return the list and the level that paragraph properties, or their style, name."""
        places = [paragraph] if paragraph is not None else []
        places += [n.find(f"{W}pPr") for n in self.chain(value(paragraph, "pStyle"))]
        level = next((v for p in places if (v := value(p, "numPr/ilvl")) is not None), "0")
        number = next((v for p in places if (v := value(p, "numPr/numId")) is not None), None)
        if number is None or number == "0":
            return None
        return number, min(int(level), _LEVELS - 1) if level.isdigit() else 0


@dataclass(slots=True)
class Lists:
    """Counts the items of numbered lists as Word does, and says what stands before each."""

    root: Node | None
    _abstract: dict[str, Node] = field(init=False)
    _nums: dict[str, Node] = field(init=False)
    _counts: dict[str, list[int]] = field(init=False, default_factory=dict)
    _seen: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        """Look the lists up by their numbers."""
        nodes = list(self.root) if self.root is not None else []
        self._abstract = {
            n.get(f"{W}abstractNumId"): n for n in nodes if n.tag == f"{W}abstractNum"
        }
        self._nums = {n.get(f"{W}numId"): n for n in nodes if n.tag == f"{W}num"}

    def label(self, number: str, level: int) -> str:
        """Return what stands before the next item of a list: ``-``, ``3.``, ``(b)``."""
        num = self._nums.get(number)
        abstract = value(num, "abstractNumId") or number
        levels = self._levels(abstract)
        counts = self._counts.setdefault(abstract, [0] * _LEVELS)
        if number not in self._seen:
            self._seen.add(number)
            self._restart(num, counts)
        start = value(levels.get(level), "start") or "1"
        counts[level] = counts[level] + 1 if counts[level] else int(start) if start.isdigit() else 1
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        return self._written(levels, counts, level)

    def _levels(self, abstract: str) -> dict[int, Node]:
        node = self._abstract.get(abstract)
        found = node.findall(f"{W}lvl") if node is not None else []
        return {int(n.get(f"{W}ilvl")): n for n in found if str(n.get(f"{W}ilvl")).isdigit()}

    def _restart(self, num: Node | None, counts: list[int]) -> None:
        """A list may share its counts with another, and begin anew all the same."""
        for override in num.findall(f"{W}lvlOverride") if num is not None else []:
            start, at = value(override, "startOverride"), str(override.get(f"{W}ilvl"))
            if start is not None and start.isdigit() and at.isdigit() and int(at) < _LEVELS:
                counts[int(at)] = int(start) - 1

    def _written(self, levels: dict[int, Node], counts: list[int], level: int) -> str:
        pattern = value(levels.get(level), "lvlText")
        if value(levels.get(level), "numFmt") in ("bullet", None) or pattern is None:
            return "-"
        kinds = {n: value(node, "numFmt") or "decimal" for n, node in levels.items()}

        def one(hit: re.Match[str]) -> str:
            at = int(hit.group(1)) - 1
            return counted(max(counts[at], 1), kinds.get(at, "decimal"))

        return _PLACE.sub(one, pattern).strip()


def counted(number: int, kind: str) -> str:
    """Return a number of a list as its kind writes it.

    >>> [counted(n, k) for n, k in ((3, "decimal"), (2, "lowerLetter"), (14, "upperRoman"))]
    ['3', 'b', 'XIV']
    """
    if kind.endswith("Letter"):
        text = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 5)
    elif kind.endswith("Roman") and number < 40:
        text, left = "", number
        for worth, sign in _ROMAN:
            text, left = text + sign * (left // worth), left % worth
    elif kind == "none":
        return ""
    else:
        return str(number)
    return text.upper() if kind.startswith("upper") else text
