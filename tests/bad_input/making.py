"""Files of every kind, sound and bad, made in code: nothing of them lies in the repository."""

from __future__ import annotations

import gzip
import io
import json
import stat
import struct
import tarfile
import zipfile
from collections.abc import Mapping, Sequence

ANSWERS = "Problem 1: 7\n\nProblem 2: 14\n\nProblem 3: 5\n"
"""Right answers to the small course; the third has no key there."""


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), data, method)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A tar of files, links and a device where asked for."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return out.getvalue()


def tar_gz(files: Mapping[str, bytes]) -> bytes:
    """A gzipped tar of files."""
    return gzip.compress(tarred(files), mtime=0)


def zip_with_link(name: str, target: str) -> bytes:
    """A zip that holds a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, target)
    return out.getvalue()


def encrypted_zip(files: Mapping[str, bytes]) -> bytes:
    """A zip whose entries say that they are encrypted."""
    data = bytearray(zipped(files, zipfile.ZIP_STORED))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(sign)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(sign, place + 4)
    return bytes(data)


def overlapping_zip(copies: int, size: int) -> bytes:
    """Many entries of one directory that all lead to the same packed bytes."""
    one = zipped({"a.md": b"0" * size})
    at = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry = one[at:end]
    tail = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, copies, copies, len(entry) * copies, at, 0
    )
    return one[:at] + entry * copies + tail


def notebook(cells: Sequence[tuple[str, str]]) -> bytes:
    """A notebook of cells: their kind and source."""
    made = []
    for kind, source in cells:
        cell = {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        made.append(cell)
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}).encode()


def pdf(pages: Sequence[str], extra: bytes = b"") -> bytes:
    """A PDF with one page for each text; ``extra`` goes into its trailer."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects.append(font)
    kids = []
    for text in pages:
        lines = b"".join(
            b"(%s) Tj 0 -16 Td " % line.replace("(", "").replace(")", "").encode("latin-1")
            for line in text.split("\n")
        )
        stream = b"BT /F1 12 Tf 72 720 Td " + lines + b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return _assembled(objects, extra)


def _assembled(objects: Sequence[bytes], extra: bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, extra)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password."""
    lock = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"3f" * 32, b"a7" * 32)
    return pdf([ANSWERS], b"/Encrypt %s /ID [<%s> <%s>]" % (lock, b"00" * 16, b"00" * 16))


def docx(paragraphs: Sequence[str], code: Sequence[str] = ()) -> bytes:
    """A Word document of paragraphs, some of them in a code font."""
    import docx as library

    made = library.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    for text in code:
        made.add_paragraph().add_run(text).font.name = "Courier New"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def docx_with(parts: Mapping[str, bytes], base: bytes | None = None) -> bytes:
    """A Word document of which some parts are others."""
    base = base or docx(ANSWERS.split("\n\n"))
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**held, **parts})


def docm() -> bytes:
    """A Word document that holds macros."""
    base = docx(ANSWERS.split("\n\n"))
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        types = archive.read("[Content_Types].xml")
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = types.replace(plain, b"application/vnd.ms-word.document.macroEnabled.main+xml")
    return docx_with({"[Content_Types].xml": types, "word/vbaProject.bin": b"Sub Evil()"}, base)


def xml_of(body: str, head: str = "") -> bytes:
    """The main part of a Word document."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return (
        f'<?xml version="1.0"?>{head}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    ).encode()


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


def png(side: int = 24) -> bytes:
    """A picture."""
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).save(out, "PNG")
    return out.getvalue()
