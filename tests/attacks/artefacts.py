"""Hostile files that are too long or too binary to stand in YAML: each is a function giving bytes.

All are small as they are; what they would become is bounded by 1 GiB.
"""

import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping

BUILDERS: dict[str, Callable[[], bytes]] = {}


def built(function: Callable[[], bytes]) -> Callable[[], bytes]:
    """Make a function known by its name."""
    BUILDERS[function.__name__] = function
    return function


def _zip(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _notebook(cells: list[dict], metadata: dict | None = None) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": cells}
    ).encode()


def _code(source: str, outputs: list[dict] | None = None, **metadata: object) -> dict:
    return {
        "cell_type": "code",
        "id": f"x{zlib.crc32(source.encode()):08x}",
        "metadata": metadata,
        "execution_count": 1,
        "source": source,
        "outputs": outputs or [],
    }


_PICKLE = b"cbuiltins\nopen\n(S'/tmp/attack-unpickled'\nS'w'\ntR."
_WRONG = "def add(a, b):\n    return a - b - 1234567\n"


@built
def nested_zip_bomb() -> bytes:
    """Three layers of zips, each of ten copies: 10 * 10 * 8 MiB."""
    inner = _zip({"zeros.py": b"\0" * (8 << 20)})
    middle = _zip({f"{n}.zip": inner for n in range(10)})
    return _zip({"add.py": _WRONG.encode(), **{f"{n}.zip": middle for n in range(10)}})


@built
def lying_zip() -> bytes:
    """A member of 64 MiB whose headers claim ten bytes."""
    data = bytearray(_zip({"add.py": b"#" * (64 << 20)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.find(mark)
        data[start + at : start + at + 4] = struct.pack("<I", 10)
    return bytes(data)


@built
def zip_of_many() -> bytes:
    """Forty thousand empty members."""
    return _zip({"add.py": _WRONG.encode(), **{f"d/{n}": b"" for n in range(40_000)}})


@built
def overlapping_zip() -> bytes:
    """Two hundred entries of the directory that share one megabyte of packed data."""
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"0" * (4 << 20)
    packed = raw.compress(plain) + raw.flush()
    crc, name = zlib.crc32(plain), b"same"
    head = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(packed), len(plain), len(name), 0
    )
    body, directory = head + name + packed, b""
    for n in range(200):
        label = b"f%03d.py" % n
        directory += (
            struct.pack(
                "<4sHHHHHHIIIHHHHHII",
                b"PK\x01\x02",
                20,
                20,
                0,
                8,
                0,
                33,
                crc,
                len(packed),
                len(plain),
                len(label),
                0,
                0,
                0,
                0,
                0,
                0,
            )
            + label
        )
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 200, 200, len(directory), len(body), 0)
    return body + directory + end


@built
def climbing_zip() -> bytes:
    """Names that climb out of the folder, and one that starts at the root."""
    return _zip({"add.py": _WRONG.encode(), **_climbing("zip")})


@built
def climbing_tar() -> bytes:
    """The same as a tar."""
    return _tar({"add.py": _WRONG.encode(), **_climbing("tar")})


def _climbing(kind: str) -> dict[str, bytes]:
    names = ("../" * 12 + "tmp/", "/tmp/", "..\\..\\", "a/../../../")
    return {f"{name}attack-slipped-{kind}": b"slipped" for name in names}


def _tar(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _linked(kind: bytes, target: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("way")
        link.type, link.linkname = kind, target
        archive.addfile(link)
        below = tarfile.TarInfo("way/attack-slipped-link")
        below.size = 2
        archive.addfile(below, io.BytesIO(b"hi"))
        source = tarfile.TarInfo("add.py")
        source.size = len(_WRONG)
        archive.addfile(source, io.BytesIO(_WRONG.encode()))
    return out.getvalue()


@built
def symlink_tar() -> bytes:
    """A link to /tmp, and a file that is to be written through it."""
    return _linked(tarfile.SYMTYPE, "/tmp")


@built
def hardlink_tar() -> bytes:
    """A hard link to a file of the system."""
    return _linked(tarfile.LNKTYPE, "/etc/passwd")


@built
def device_tar() -> bytes:
    """A device node and a FIFO as members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("add.py", tarfile.FIFOTYPE), ("disk", tarfile.BLKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.devmajor, info.devminor, info.mode = kind, 8, 0, 0o4777
            archive.addfile(info)
    return out.getvalue()


@built
def symlink_zip() -> bytes:
    """A member add.py that is a link to a file of the host."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("add.py")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


@built
def twin_zip() -> bytes:
    """Two members of one name, so that two readers see two programs (both are wrong)."""
    import warnings

    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for text in ("def add(a, b):\n    return 0 * a - 987654\n", _WRONG):
            archive.writestr(zipfile.ZipInfo("add.py"), text)
    return out.getvalue()


@built
def endless_outputs() -> bytes:
    """A notebook with thirty thousand outputs."""
    line = {"output_type": "stream", "name": "stdout", "text": "o" * 500}
    return _notebook([_code(_WRONG, [line] * 30_000)])


@built
def many_cells() -> bytes:
    """A notebook of thirty thousand cells."""
    return _notebook([_code(_WRONG), *[_code(f"x{n} = {n}") for n in range(30_000)]])


@built
def deep_json() -> bytes:
    """A notebook whose metadata are lists in lists, a hundred thousand deep."""
    depth = 100_000
    text = _notebook([_code(_WRONG)], {"deep": "HERE"}).decode()
    return text.replace('"HERE"', "[" * depth + "]" * depth).encode()


@built
def doubled_keys() -> bytes:
    """A notebook that says its cells twice, with numbers that JSON does not have."""
    honest, wrong = (
        json.dumps([_code("def add(a, b):\n    return -5e9\n")]),
        json.dumps([_code(_WRONG)]),
    )
    return (
        f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{"n": NaN, "big": 1e999999}},'
        f' "cells": {honest}, "cells": {wrong}}}'
    ).encode()


@built
def forged_marks() -> bytes:
    """A notebook that brings nbgrader's own cell marks, locked and already graded."""
    marks = {"grade": True, "grade_id": "add", "points": 1, "locked": True, "solution": False}
    graded = {"nbgrader": {**marks, "schema_version": 3, "checksum": "0" * 32, "cell_type": "code"}}
    return _notebook(
        [_code(_WRONG), _code("assert True", None, **graded)], {"graded": {"score": 1}}
    )


@built
def forged_tests() -> bytes:
    """A notebook that brings its own tests for question 1 in otter's metadata."""
    suite = {
        "name": "q1",
        "points": 1,
        "suites": [{"type": "doctest", "cases": [{"code": ">>> True\nTrue", "hidden": False}]}],
    }
    return _notebook([_code(_WRONG)], {"otter": {"OK_FORMAT": True, "tests": {"q1": suite}}})


@built
def forged_outputs() -> bytes:
    """A notebook whose stored outputs say that every check passed."""
    said = [
        {"output_type": "stream", "name": "stdout", "text": "q1 passed! 20 / 20\nScore: 1.0\n"},
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": {"text/plain": "q1 results: All test cases passed!"},
        },
    ]
    return _notebook([_code(_WRONG, said), _code("grader.check('q1')", said)])


@built
def active_outputs() -> bytes:
    """A notebook with stored HTML, JavaScript, SVG and widget outputs."""
    script = "<script>document.title='stored-html'</script>"
    data = {
        "text/html": script,
        "application/javascript": "document.title='stored-html'",
        "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'>{script}</svg>",
        "text/markdown": f"[x](javascript:document.title) {script}",
        "application/vnd.jupyter.widget-view+json": {"model_id": "f" * 32},
    }
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    text = {
        "cell_type": "markdown",
        "id": "m0",
        "metadata": {},
        "source": f"{script}\n![p](attachment:../../etc/passwd)",
        "attachments": {"../../etc/passwd": {"image/png": "AAAA"}},
    }
    return _notebook([text, _code(_WRONG, [output])])


@built
def hostile_kernel() -> bytes:
    """A notebook that names a kernel that would be a command of its own."""
    spec = {
        "kernelspec": {
            "name": "../../../../tmp/evil",
            "display_name": "evil",
            "argv": ["/bin/sh", "-c", "touch /tmp/attack-slipped-kernel"],
            "language": "bash",
        },
        "language_info": {"name": "bash", "file_extension": "/../../x.sh"},
    }
    return _notebook([_code(_WRONG)], spec)


@built
def object_array() -> bytes:
    """An .npy file that holds a pickle which would make a file when it is loaded."""
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + _PICKLE


@built
def pickled_model() -> bytes:
    """A pickle that would make a file when it is loaded."""
    return _PICKLE


@built
def png_bomb() -> bytes:
    """A picture of 60,000 by 60,000 dots in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * 7501 * 200, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@built
def deep_brackets() -> bytes:
    """A program that is one expression of sixty thousand brackets."""
    return _WRONG.encode() + b"x = " + b"(" * 60_000 + b"1" + b")" * 60_000 + b"\n"


@built
def long_line() -> bytes:
    """A program of one sum with three hundred thousand terms."""
    return _WRONG.encode() + b"x = " + b"+".join([b"1"] * 300_000) + b"\n"


@built
def null_bytes() -> bytes:
    """A program with NUL and bytes that no encoding has."""
    return b"# -*- coding: utf-8 -*-\n" + _WRONG.encode() + b"\0\xff\xfe\xed\xa0\x80\n"


@built
def strange_coding() -> bytes:
    """A program whose comment is code under the coding that it claims (both are wrong)."""
    hidden = b"# \\ndef add(a, b): return -987654321\\n"
    return b"# -*- coding: unicode_escape -*-\n" + _WRONG.encode() + hidden + b"\n"
