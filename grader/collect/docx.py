"""Word documents, through python-docx: written out as Markdown; nothing in them is run or fetched."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from grader.collect import Files, Gathered, Plan, Transcript, collectors
from grader.collect._gather import transcribed
from grader.collect._lines import MAX_LINE, MAX_LINES, split
from grader.collect._office.formulas import Node
from grader.collect._office.package import Unfit, office, packed, parts
from grader.collect._office.styles import Lists, Styles
from grader.collect._office.word import OBJECT, Walk, tidied

_TYPES = "[Content_Types].xml"
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHERS = (
    b"application/vnd.ms-word.document.macroEnabled.main+xml",
    b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
_MACROS = "holds macros; they were not run, and its text was read"
_NOTES = "holds footnotes, which were not read"
_MISSING = "is a Word document; install grader[docx] to read it, or hand in a .pdf"
_DAMAGED = "is damaged and could not be read as a Word document"


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Docx:
    """Reads the text, lists, tables, formulas, code and pictures of a ``.docx`` or ``.docm``."""

    suffixes: ClassVar[tuple[str, ...]] = (".docx", ".docm", ".dotx")
    rank: ClassVar[int] = 3

    def fits(self, data: bytes) -> bool:
        """Return whether the bytes are an archive with the parts of a Word document."""
        return office(data) == "docx"

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return the answers that a document holds; never raises on any bytes."""
        return transcribed(plan, file, transcript(data), beside)


def transcript(data: bytes) -> Transcript:
    """Return a Word document as lines of Markdown, or why it could not be read."""
    if not installed():
        return _unread(_MISSING)
    try:
        return _written(parts(data))
    except Unfit as error:
        return _unread(str(error))
    except RecursionError:
        return _unread("is nested too deeply to be read")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # python-docx raises whatever it likes on what is damaged
        return _unread(_DAMAGED)


def installed() -> bool:
    """Return whether the extra that reads Word documents is installed."""
    return importlib.util.find_spec("docx") is not None


def _unread(why: str) -> Transcript:
    return Transcript(lines=(), problems=(why,), unread=True)


def _written(held: Mapping[str, bytes]) -> Transcript:
    import docx  # noqa: PLC0415  # an extra, and slow to import

    kept, macros = _kept(held)
    main = docx.Document(io.BytesIO(packed(kept))).part
    roots = {_kind(rel): _root(rel) for rel in main.rels.values() if not rel.is_external}
    names, pictures = _pictures(main.rels.values())
    walk = Walk(Styles(roots.get("styles")), Lists(roots.get("numbering")), names.get)
    body: Any = main.element.body
    walk.document(body)
    lines, cut = _bounded(tidied(walk.lines))
    said = [*walk.said, *([_MACROS] if macros else []), *([cut] if cut else [])]
    if _has_notes(roots.get("footnotes")):
        said.append(_NOTES)
    unread = bool(cut) or OBJECT in said or _NOTES in said
    problem = ("; ".join(said),) if said else ()
    return Transcript(lines=lines, pictures=pictures, problems=problem, unread=unread, cut=cut)


def _kept(held: Mapping[str, bytes]) -> tuple[dict[str, bytes], bool]:
    """The parts without macros and without relations to parts that are lost."""
    kept = {name: data for name, data in held.items() if "vbaproject" not in name.lower()}
    macros = len(kept) < len(held)
    types = kept.get(_TYPES, b"")
    for other in _OTHERS:
        types = types.replace(other, _MAIN)
    kept[_TYPES] = types
    for name in [name for name in kept if name.endswith(".rels")]:
        kept[name] = _relations(name, kept)
    return kept, macros


def _relations(name: str, kept: Mapping[str, bytes]) -> bytes:
    """The relations of a part without those that lead out of the file or to what is not there."""
    from docx.opc.packuri import PackURI  # noqa: PLC0415
    from docx.oxml import parse_xml  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    folder = name.rpartition("_rels/")[0].rstrip("/")
    root: Any = parse_xml(kept[name])
    for relation in list(root):
        target = str(relation.get("Target", ""))
        external = relation.get("TargetMode") == "External"
        here = not external and bool(target) and target.upper() != "NULL"
        if not here or PackURI.from_rel_ref(f"/{folder}", target).membername not in kept:
            root.remove(relation)
    return bytes(etree.tostring(root))


def _kind(relation: Any) -> str:
    return str(relation.reltype).rpartition("/")[2]


def _root(relation: Any) -> Node | None:
    """The tree of the part that a relation leads to, None where it is none."""
    from docx.oxml import parse_xml  # noqa: PLC0415

    part = relation.target_part
    if not str(part.content_type).endswith("+xml"):
        return None
    try:
        return parse_xml(part.blob)
    except Exception:  # noqa: BLE001  # what it tells (styles, numbers of lists) is done without
        return None


def _has_notes(root: Node | None) -> bool:
    """Whether there are footnotes beside those that draw the line above them."""
    if root is None:
        return False
    return any(not any(key.endswith("}type") for key in note.keys()) for note in root)  # noqa: SIM118


def _pictures(relations: Any) -> tuple[dict[str, str], dict[str, bytes]]:
    """The names of pictures by the relation that leads to them, and their bytes by name."""
    names, pictures = {}, {}
    for relation in relations:
        if not relation.is_external and _kind(relation) == "image":
            part = relation.target_part
            name = str(part.partname).rpartition("/")[2]
            names[relation.rId], pictures[name] = name, bytes(part.blob)
    return names, pictures


def _bounded(lines: list[str]) -> tuple[list[str], str]:
    """Lines within limits, and what was left out, in words."""
    lines = [piece for line in lines for piece in split(line)]
    longest = max(map(len, lines), default=0)
    if len(lines) <= MAX_LINES and longest <= MAX_LINE:
        return lines, ""
    cut = f"only its first {MAX_LINES} lines and {MAX_LINE} characters of each were read"
    return [line[:MAX_LINE] for line in lines[:MAX_LINES]], cut
