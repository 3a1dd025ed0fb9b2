"""One bad file harms nobody: it is said in one line, nothing is lost, and no zero is certain."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from tests.bad_input import making as m
from tests.conftest import REFERENCE, RUBRIC

GOOD = {"answers": {"1": "7", "2": "14"}}


@dataclass(frozen=True, slots=True)
class Case:
    """Bad files, what has to be said of them, and what the first part earns all the same."""

    files: dict[str, bytes]
    says: tuple[str, ...]
    first: float | None = None
    whole: bool = False
    """Whether all was read, so that what is not answered is a certain zero."""


def one(
    name: str, data: bytes, *says: str, first: float | None = None, whole: bool | None = None
) -> Case:
    return Case({name: data}, says, first, first is not None if whole is None else whole)


def random_bytes(size: int) -> bytes:
    return random.Random(5).randbytes(size)


def nested(depth: int) -> bytes:
    data = m.ANSWERS.encode()
    name = "a.md"
    for level in range(depth):
        data, name = m.zipped({name: data}), f"{level}.zip"
    return data


def laughing() -> bytes:
    return m.docx_with({"word/document.xml": m.xml_of("<w:p/>&i;", m.LAUGHS)})


RIGHT = m.ANSWERS.encode()
TURNED = "Problem 1: 7\u202e\n\nProblem 2: 14\n".encode()
CASES: dict[str, Callable[[], Case]] = {
    "empty": lambda: one("a.md", b"", "is empty", whole=True),
    "empty-notebook": lambda: one("a.ipynb", b"", "empty"),
    "empty-pdf": lambda: one("a.pdf", b"", ""),
    "empty-docx": lambda: one("a.docx", b"", ""),
    "empty-zip": lambda: one("a.zip", b"", "is empty"),
    "binary": lambda: one("a.md", random_bytes(20_000), "is not text"),
    "binary-notebook": lambda: one("a.ipynb", random_bytes(20_000), ""),
    "program": lambda: one("a.exe", b"MZ" + random_bytes(2_000), "is a program"),
    "utf-16-no-mark": lambda: one("a.md", m.ANSWERS.encode("utf-16-le"), "UTF-16", first=2),
    "latin-1": lambda: one(
        "a.md", f"Gr\u00fc\u00dfe\n{m.ANSWERS}".encode("latin-1"), "Latin-1", first=2
    ),
    "nul": lambda: one("a.md", RIGHT.replace(b"7", b"7\x00"), "NUL", first=2),
    "bidi": lambda: one("a.md", TURNED, "direction", first=2),
    "truncated-zip": lambda: one(
        "a.zip",
        m.zipped({"a.md": RIGHT, "b.txt": random_bytes(9_000)})[:3_000],
        "damaged",
        first=2,
        whole=False,
    ),
    "truncated-gz": lambda: one(
        "a.tar.gz",
        m.tar_gz({"a.md": RIGHT, "b.txt": random_bytes(99_000)})[:9_000],
        "damaged",
        first=2,
        whole=False,
    ),
    "not-a-zip": lambda: one("a.zip", b"hello", "is no archive"),
    "zip-slip": lambda: one("a.zip", m.zipped({"../../../evil.md": RIGHT}), "leads out", first=2),
    "tar-slip": lambda: one("a.tar", m.tarred({"/etc/evil.md": RIGHT}), "leads out", first=2),
    "bomb": lambda: one("a.zip", m.zipped({"a.md": bytes(40_000_000)}), "as a bomb does"),
    "bomb-in-bomb": lambda: one(
        "a.zip", m.zipped({"b.zip": m.zipped({"a.md": bytes(40_000_000)})}), "as a bomb does"
    ),
    "overlapping": lambda: one("a.zip", m.overlapping_zip(2_000, 900_000), "overlap"),
    "gz-bomb": lambda: one("a.md.gz", gzip.compress(bytes(60_000_000)), "as a bomb does"),
    "many-entries": lambda: one(
        "a.zip",
        m.zipped({f"{n}.md": b"" for n in range(100_000)}, zipfile.ZIP_STORED),
        "20000 entries",
    ),
    "deep-zip": lambda: one("a.zip", nested(12), "archives deep"),
    "link-in-tar": lambda: one(
        "a.tar",
        m.tarred({"a.md": b"Problem 1: 7\n"}, {"b.md": "/etc/passwd"}),
        "link",
        first=2,
        whole=False,
    ),
    "link-in-zip": lambda: one("a.zip", m.zip_with_link("b.md", "/etc/passwd"), "link"),
    "encrypted-zip": lambda: one("a.zip", m.encrypted_zip({"a.md": RIGHT}), "encrypted"),
    "empty-archive": lambda: one("a.zip", m.zipped({}), "holds no file"),
    "gz-of-gz": lambda: one("a.md.gz", gzip.compress(gzip.compress(RIGHT)), "in truth", first=2),
    "encrypted-pdf": lambda: one("a.pdf", m.encrypted_pdf(), "password"),
    "long-pdf": lambda: one("a.pdf", m.pdf([f"page {n}" for n in range(2_000)]), "pages"),
    "cut-pdf": lambda: one("a.pdf", m.pdf([m.ANSWERS])[:60], ""),
    "no-json": lambda: one("a.ipynb", b"{'cells': [", ""),
    "huge-notebook": lambda: one(
        "a.ipynb", m.notebook([("markdown", "x" * 100_000_000)]), "larger than"
    ),
    "long-cell": lambda: one(
        "a.ipynb", m.notebook([("markdown", "Problem 1: 7"), ("code", "x = 1\n" * 1_000_000)]), ""
    ),
    "deep-notebook": lambda: one("a.ipynb", b'{"cells": ' + b"[" * 200_000, ""),
    "many-numbers": lambda: one(
        "a.md", b"Problem 1: " + b" ".join(b"%d" % n for n in range(100_000)), "only the first"
    ),
    "many-lines": lambda: one(
        "a.md", b"Problem 1:\n" + b"\n".join(b"%d" % n for n in range(100_000)), "only the first"
    ),
    "long-number": lambda: one("a.md", b"Problem 1: " + b"7" * 1_000_000, "only the first"),
    "long-number-in-json": lambda: one(
        "answers.json", b'{"answers": {"1": ' + b"7" * 1_000_000 + b"}}", ""
    ),
    "deep-json": lambda: one("answers.json", b'{"answers": {"1": ' + b"[" * 100_000, ""),
    "macros": lambda: one("a.docm", m.docm(), "macros", first=2),
    "laughs": lambda: one("a.docx", laughing(), "entities"),
    "large-xml": lambda: one(
        "a.docx", m.docx_with({"word/document.xml": m.xml_of("<w:p/>" * 3_000_000)}), "MB of text"
    ),
    "deep-docx": lambda: one(
        "a.docx", m.docx_with({"word/document.xml": m.xml_of("<w:ins>" * 5_000)}), "damaged"
    ),
    "cut-docx": lambda: one("a.docx", m.docx([m.ANSWERS])[:9_000], "damaged"),
    "workbook": lambda: one(
        "a.xlsx", m.zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "Excel"
    ),
    "slides": lambda: one(
        "a.pptx", m.zipped({"[Content_Types].xml": b"<x/>", "ppt/a.xml": b"<x/>"}), "PowerPoint"
    ),
    "odt": lambda: one(
        "a.odt",
        m.zipped(
            {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""},
            zipfile.ZIP_STORED,
        ),
        "OpenDocument",
    ),
    "old-word": lambda: one("a.doc", b"\xd0\xcf\x11\xe0" + random_bytes(3_000), "old Office"),
    "rich-text": lambda: one("a.rtf", b"{\\rtf1 7}", "rich text"),
    "rar": lambda: one("a.rar", b"Rar!" + random_bytes(300), "RAR"),
    "zip-as-docx": lambda: one("a.docx", m.zipped({"a.md": RIGHT}), "in truth", first=2),
    "docx-as-zip": lambda: one("a.zip", m.docx(m.ANSWERS.split("\n\n")), "in truth", first=2),
    "pdf-as-md": lambda: one("a.md", m.pdf([m.ANSWERS]), "in truth a PDF", first=2),
    "png-as-notebook": lambda: one("a.ipynb", m.png(), "in truth", "picture"),
    "text-as-pdf": lambda: one("a.pdf", RIGHT, ""),
    "text-as-docx": lambda: one("a.docx", RIGHT, ""),
    "photograph": lambda: one("a.png", m.png(), "picture"),
    "heic": lambda: one("a.heic", b"\x00\x00\x00\x18ftypheic" + random_bytes(900), "HEIC"),
    "huge-picture": lambda: one(
        "a.png",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x0f\xff\xff\x00\x0f\xff\xff\x08\x02\x00\x00\x00",
        "picture",
    ),
    "two-bad": lambda: Case(
        {"a.exe": b"MZ\x00", "b.pdf": b"%PDF-1.4 cut", "c.md": b"Problem 1: 7\n"},
        ("program", ""),
        2,
    ),
    "odd-name": lambda: one("a\u202efdp.md", random_bytes(900), "is not text"),
}


@dataclass(frozen=True, slots=True)
class Graded:
    """What a run over all cases, and one good hand-in between them, left."""

    results: dict[str, dict[str, Any]]
    problems: list[dict[str, str]]
    cases: dict[str, Case]
    out: Path
    seconds: float

    def said(self, student: str) -> list[str]:
        """What is said of one hand-in."""
        return [p["what"] for p in self.problems if p["path"].split("/", 1)[0] == student]


def _course(home: Path) -> Path:
    for folder in ("rubrics", "reference/sums", "submissions/sums"):
        (home / folder).mkdir(parents=True)
    (home / "rubrics/sums.yaml").write_text(RUBRIC, "utf-8")
    (home / "reference/sums/__init__.py").write_text('"""Sums."""\n', "utf-8")
    (home / "reference/sums/sums.py").write_text(REFERENCE, "utf-8")
    return home


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """One run over every bad hand-in, with a good one first, last and in the middle."""
    course = _course(tmp_path_factory.mktemp("bad"))
    cases = {name: make() for name, make in CASES.items()}
    for name, case in cases.items():
        _write(course / "submissions/sums" / name, case.files)
    for name in ("aaa", "lll", "zzz"):
        _write(course / "submissions/sums" / name, {"answers.json": json.dumps(GOOD).encode()})
    begun = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course)
        with pytest.raises(SystemExit) as end:
            main(["grade", "sums", "--out", str(course / "out")])
    assert end.value.code == 1
    seconds = time.monotonic() - begun
    found = json.loads((course / "out/results.json").read_text("utf-8"))
    results = {r["student"]: {p["id"]: p for p in r["parts"]} for r in found["results"]}
    return Graded(results, found["problems"], cases, course / "out", seconds)


@pytest.mark.parametrize("name", CASES)
def test_it_is_said_in_one_clear_line(graded: Graded, name: str) -> None:
    said, says = graded.said(name), graded.cases[name].says
    assert len(said) == len(says), said
    for line in said:
        assert line.isprintable()
        assert 5 < len(line) < 400
        assert "Traceback" not in line
        assert "Error" not in line
    assert all(any(word in line for line in said) for word in says), said


@pytest.mark.parametrize("name", CASES)
def test_no_zero_is_certain_where_something_was_not_read(graded: Graded, name: str) -> None:
    case = graded.cases[name]
    parts = graded.results[name]
    wanted = 0 if case.whole and case.first is None else case.first
    # an answer beside a document that nothing was read of is kept, and shown to a person
    beside = name in ("truncated-zip", "truncated-gz", "link-in-tar", "two-bad")
    assert parts["1"]["earned"] == (None if beside else wanted)
    assert not beside or parts["1"]["proposed"] == wanted
    assert case.whole or all(part["earned"] != 0 for part in parts.values())


@pytest.mark.parametrize("name", CASES)
def test_the_bytes_are_kept_as_they_were_received(graded: Graded, name: str) -> None:
    for data in graded.cases[name].files.values():
        digest = hashlib.sha256(data).hexdigest()
        kept = graded.out / "evidence/received" / digest
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == digest


def test_the_good_hand_ins_are_marked_as_ever(graded: Graded) -> None:
    for name in ("aaa", "lll", "zzz"):
        assert [graded.results[name][part]["earned"] for part in "12"] == [2, 1.5]
        assert graded.said(name) == []


def test_time_and_memory_are_bounded(graded: Graded) -> None:
    assert graded.seconds < 240
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest < 2_500_000


def test_links_on_disk_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = _course(tmp_path / "course")
    secret = tmp_path / "secret.md"
    secret.write_bytes(RIGHT)
    (course / "submissions/sums/bob").mkdir()
    (course / "submissions/sums/bob/a.md").symlink_to(secret)
    _write(course / "submissions/sums/ada", {"answers.json": json.dumps(GOOD).encode()})
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit):
        main(["grade", "sums", "--out", str(course / "out")])
    found = json.loads((course / "out/results.json").read_text("utf-8"))
    ada, bob = ({p["id"]: p["earned"] for p in r["parts"]} for r in found["results"])
    assert (ada["1"], bob["1"]) == (2, None)
    assert [p["path"] for p in found["problems"]] == ["bob/a.md"]
