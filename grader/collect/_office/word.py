"""Walks through the body of a Word document and writes it out as lines of Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.collect import _signs as signs
from grader.collect._office.formulas import M, Node, W, linear
from grader.collect._office.styles import Lists, Styles, is_on, monospaced, value

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VML = "{urn:schemas-microsoft-com:vml}"
_OLE = "{urn:schemas-microsoft-com:office:office}OLEObject"
_ORDINAL = re.compile(r"\s*(?:st|nd|rd|th)\b")
_LONG_CELL = 6
"""Paragraphs from which on a cell is a frame around an answer, and no cell of a table."""
_MOST_MONO = 0.8
"""Share of paragraphs in a code font from which on the font means nothing."""
_PASSED = frozenset(
    f"{W}{tag}"
    for tag in ("ins", "moveTo", "hyperlink", "smartTag", "fldSimple", "sdtContent", "sdt")
)
_LEFT_OUT = frozenset(f"{W}{tag}" for tag in ("del", "moveFrom"))
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
DELETED = "holds tracked changes; it was read as if they were accepted"
HIDDEN = "holds hidden text, which was not read"
OBJECT = (
    "holds an embedded object (an old equation, a chart or a sheet); a person has to look at it"
)

Style = tuple[str, bool, bool, bool]
"""Script, whether it stands out, whether it is struck through, whether it is code."""
_PLAIN: Style = ("", False, False, False)
NameOf = Callable[[str], str | None]
"""The name of the picture that a relation of the document leads to."""


@dataclass(slots=True)
class Paragraph:
    """What one paragraph says: pieces of text with their style, pictures, boxes within it."""

    texts: list[tuple[str, Style]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    boxes: list[Node] = field(default_factory=list)
    formula: bool = False

    def add(self, text: str, style: Style) -> None:
        """Add text; what has the style of the text before it goes on with that."""
        if self.texts and self.texts[-1][1] == style:
            self.texts[-1] = (self.texts[-1][0] + text, style)
        elif text:
            self.texts.append((text, style))

    @property
    def plain(self) -> str:
        """The text without any style."""
        return "".join(text for text, _ in self.texts)

    @property
    def is_code(self) -> bool:
        """Whether all that can be seen stands in a code font."""
        return bool(self.plain.strip()) and all(
            style[3] for text, style in self.texts if text.strip()
        )

    def markdown(self) -> str:
        """The text with its styles, as one or more lines."""
        return "".join(_styled(text, style) for text, style in self.texts).strip()


@dataclass(slots=True)
class Walk:
    """Writes a body out; ``said`` collects what could not be, ``lines`` what could."""

    styles: Styles
    lists: Lists
    name_of: NameOf
    lines: list[str] = field(default_factory=list)
    said: dict[str, None] = field(default_factory=dict)
    _code: list[str] = field(default_factory=list)
    _ignore_fonts: bool = False

    def document(self, body: Node) -> None:
        """Write a whole body out."""
        self._ignore_fonts = self._mostly_mono(body)
        self._blocks(body)
        self._close_code()

    def _mostly_mono(self, body: Node) -> bool:
        written = [p for p in body.iter(f"{W}p") if any(t.text for t in p.iter(f"{W}t"))]
        mono = sum(self.read(p).is_code for p in written)
        self.said.clear()
        return len(written) > 5 and mono > _MOST_MONO * len(written)

    def _blocks(self, holder: Node) -> None:
        for node in holder:
            if node.tag == f"{W}p":
                self._paragraph(node)
            elif node.tag == f"{W}tbl":
                self._table(node)
            elif node.tag in _PASSED:
                self._blocks(node)
            elif node.tag == f"{_MC}AlternateContent":
                for choice in list(node)[:1]:
                    self._blocks(choice)
            elif node.tag in _LEFT_OUT:
                self.said[DELETED] = None

    # -- paragraphs

    def _paragraph(self, node: Node) -> None:
        properties = node.find(f"{W}pPr")
        read = self.read(node)
        if read.is_code and not self.styles.heading(properties):
            self._code += read.plain.split("\n")
        elif not read.plain.strip() and not read.pictures:
            (self._code or self.lines).append("")
        else:
            self._close_code()
            self._written(properties, read)
        for name in read.pictures:
            self._close_code()
            self.lines += ["", f"![picture]({name})", ""]
        for box in read.boxes:
            self._blocks(box)

    def _written(self, properties: Node | None, read: Paragraph) -> None:
        text = read.markdown()
        level = self.styles.heading(properties)
        listed = self.styles.list_of(properties)
        label = self.lists.label(*listed) if listed and text else ""
        if not text:
            return
        if level:
            bare = " ".join(read.plain.split())
            before = f"{label} " if label not in ("", "-") else ""
            self.lines += ["", f"{'#' * level} {before}{bare}", ""]
        elif label and listed:
            indent = "  " * listed[1]
            first, *more = text.split("\n")
            self.lines += [f"{indent}{label} {first}", *(f"{indent}  {line}" for line in more)]
        else:
            self.lines += ["", *text.split("\n"), ""]

    def _close_code(self) -> None:
        """Write the code that was gathered, in a fence that says so where it surely is code."""
        while self._code and not self._code[-1].strip():
            self._code.pop()
        if self._code:
            sure = signs.count(self._code)[0] > 0
            ticks = "`" * max(3, 1 + max(line.count("`") for line in self._code))
            self.lines += ["", f"{ticks}{'python' if sure else ''}", *self._code, ticks, ""]
        self._code = []

    def read(self, node: Node) -> Paragraph:
        """Return what a paragraph says."""
        properties = node.find(f"{W}pPr")
        code = not self._ignore_fonts and self.styles.is_code(value(properties, "pStyle"))
        made = Paragraph()
        self._inline(node, made, code)
        return made

    def _inline(self, holder: Node, made: Paragraph, code: bool) -> None:
        for node in holder:
            tag = node.tag
            if tag == f"{W}r":
                self._run(node, made, code)
            elif tag == f"{M}oMath":
                made.add(linear(node), _PLAIN)
            elif tag == f"{M}oMathPara":
                made.add("\n".join(linear(one) for one in node.findall(f"{M}oMath")), _PLAIN)
            elif tag in _PASSED:
                self._inline(node, made, code)
            elif tag in _LEFT_OUT:
                self.said[DELETED] = None
            elif tag == f"{_MC}AlternateContent":
                for choice in list(node)[:1]:
                    self._inline(choice, made, code)

    def _run(self, node: Node, made: Paragraph, code: bool) -> None:
        properties = node.find(f"{W}rPr")
        if is_on(properties, "vanish"):
            self.said[HIDDEN] = None
            return
        style = self._style(properties, code)
        for child in node:
            tag = child.tag
            if tag == f"{W}t":
                made.add(child.text or "", style)
            elif isinstance(tag, str) and tag.removeprefix(W) in _SIGNS:
                made.add(_SIGNS[tag.removeprefix(W)], style)
            elif tag == f"{W}sym":
                made.add(_symbol(child), style)
            elif tag in (f"{W}drawing", f"{W}pict", f"{W}object", f"{_MC}AlternateContent"):
                self._drawn(child, made)

    def _style(self, properties: Node | None, code: bool) -> Style:
        script = {"superscript": "^", "subscript": "_"}.get(
            value(properties, "vertAlign") or "", ""
        )
        marked = value(properties, "highlight") not in (None, "none")
        underlined = value(properties, "u") not in (None, "none")
        mono = None if self._ignore_fonts else monospaced(properties)
        if not self._ignore_fonts and self.styles.is_code(value(properties, "rStyle")):
            mono = True
        return (
            script,
            is_on(properties, "b") or marked or underlined,
            is_on(properties, "strike") or is_on(properties, "dstrike"),
            code if mono is None else mono,
        )

    def _drawn(self, node: Node, made: Paragraph) -> None:
        """Pictures, objects and boxes of text in a drawing; of alternatives the first."""
        if node.tag == f"{_MC}AlternateContent":
            node = next(iter(node), node)
        if node.find(f".//{_OLE}") is not None:
            self.said[OBJECT] = None
        blips = (b.get(f"{_R}embed") for b in node.iter(f"{_A}blip"))
        images = (i.get(f"{_R}id") for i in node.iter(f"{_VML}imagedata"))
        for relation in (*blips, *images):
            name = self.name_of(relation) if relation else None
            made.pictures.append(name or "a picture that the file does not hold")
        made.boxes += node.iter(f"{W}txbxContent")

    # -- tables

    def _table(self, table: Node) -> None:
        self._close_code()
        rows = [[*_cells(row)] for row in table.iter(f"{W}tr") if _within(row, table)]
        widest = max((sum(span for _, span in row) for row in rows), default=0)
        held = [node for row in rows for node, _ in row if node is not None]
        if widest < 2 or any(self._frames(node) for node in held):
            for node in held:
                self._blocks(node)
                self._close_code()
            return
        self.lines.append("")
        for place, row in enumerate(rows):
            written = [t for node, span in row for t in (self._cell(node), *[""] * (span - 1))]
            self.lines.append(f"| {' | '.join(written + [''] * (widest - len(written)))} |")
            if place == 0:
                self.lines.append("|" + "---|" * widest)
        self.lines.append("")

    def _frames(self, cell: Node) -> bool:
        """Whether a cell holds more than fits into a cell of Markdown."""
        paragraphs = [self.read(p) for p in cell.iter(f"{W}p")]
        written = [p for p in paragraphs if p.plain.strip()]
        code = sum(p.is_code for p in written)
        return (
            len(written) > _LONG_CELL
            or code > 1
            or any(p.pictures for p in paragraphs)
            or cell.find(f".//{W}tbl") is not None
        )

    def _cell(self, cell: Node | None) -> str:
        texts: list[str] = []
        for node in cell.iter(f"{W}p") if cell is not None else ():
            listed = self.styles.list_of(node.find(f"{W}pPr"))
            text = self.read(node).markdown()
            label = self.lists.label(*listed) if listed and text else ""
            texts.append(f"{label} {text}" if label not in ("", "-") else text)
        return " ".join(" ".join(texts).split()).replace("|", "∣")


def _cells(row: Node) -> Iterator[tuple[Node | None, int]]:
    """The cells of a row with their widths; None for one that goes on from the row above."""
    for node in row.iter(f"{W}tc"):
        if not _within(node, row):
            continue
        properties = node.find(f"{W}tcPr")
        merged = properties.find(f"{W}vMerge") if properties is not None else None
        span = value(properties, "gridSpan") or "1"
        goes_on = merged is not None and merged.get(f"{W}val") != "restart"
        yield None if goes_on else node, min(int(span), 60) if span.isdigit() else 1


def _within(node: Node, holder: Node) -> bool:
    """Whether a row or cell is the holder's own, and not that of a table within it."""
    above = node.getparent()
    while above is not None and above is not holder and above.tag != f"{W}tbl":
        if above.tag == node.tag:
            return False
        above = above.getparent()
    return above is holder


def _symbol(node: Node) -> str:
    """A sign of a symbol font; those of the font Symbol have Greek letters in Latin places."""
    code = node.get(f"{W}char") or ""
    place = int(code, 16) & 0xFF if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code) else 0
    letters = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
    at = place - ord("a")
    greek = (node.get(f"{W}font") or "").lower() == "symbol"
    return letters[at] if greek and 0 <= at < len(letters) else "□"


def _styled(text: str, style: Style) -> str:
    """Text with the marks of its style around what can be seen of it."""
    script, stands_out, struck, code = style
    bare = text.strip()
    if not bare or style == _PLAIN or "\n" in bare:
        return text
    before, after = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
    if script:
        plain = script == "^" and _ORDINAL.fullmatch(bare)
        return text if plain else f"{before}{script}{{{bare}}}{after}"
    if code and "`" not in bare:
        bare = f"`{bare}`"
    elif stands_out:
        bare = f"**{bare}**"
    return f"{before}~~{bare}~~{after}" if struck else f"{before}{bare}{after}"


def tidied(lines: Sequence[str]) -> list[str]:
    """Return lines without runs of blank ones, and none at the ends."""
    kept: list[str] = []
    fenced = False
    for line in lines:
        fenced ^= line.startswith("```")
        if fenced or line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
