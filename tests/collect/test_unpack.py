"""Archives of any make: what is whole comes out under harmless names, the rest is said."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from grader.collect import _unpack as u
from tests.bad_input import making as m

FILES = {"a.md": b"one", "b/c.py": b"two"}


def names(data: bytes, name: str = "x.zip") -> tuple[dict[str, bytes], list[str], list[str]]:
    out = u.unpack({name: data})
    files = {path.removeprefix(f"{name}/"): content for path, content in out.files.items()}
    return files, [what for _, what in out.problems], out.unread


def plain_tar(change: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(change, io.BytesIO(b"x" * 100))
    return out.getvalue()


def with_size(data: bytes, digits: bytes) -> bytes:
    """A tar whose first entry claims another size, with a sum that fits."""
    head = bytearray(data[:512])
    head[124:136] = digits
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\x00 " % sum(head)
    return bytes(head) + data[512:]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.zip", m.zipped(FILES)),
        ("x.zip", m.zipped(FILES, zipfile.ZIP_STORED)),
        ("x.zip", m.zipped(FILES, zipfile.ZIP_LZMA)),
        ("x.tar", m.tarred(FILES)),
    ],
)
def test_all_files_come_out(name: str, data: bytes) -> None:
    assert names(data, name) == (FILES, [], [])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_tars_come_out(pack: object) -> None:
    found = u.unpack({"x.tgz": pack(m.tarred(FILES))})  # type: ignore[operator]
    assert list(found.files) == ["x.tgz/x.tar/a.md", "x.tgz/x.tar/b/c.py"]
    assert found.problems == []


def test_nested_archives_come_out() -> None:
    found = u.unpack({"x.zip": m.zipped({"y.zip": m.zipped({"z.tar.gz": m.tar_gz(FILES)})})})
    assert set(found.files) == {f"x.zip/y.zip/z.tar.gz/z.tar/{name}" for name in FILES}


@pytest.mark.parametrize("cut", [40, 60, 100])
def test_of_a_broken_off_zip_the_whole_entries_come_out(cut: int) -> None:
    data = m.zipped({**FILES, "d.txt": bytes(range(256)) * 40}, zipfile.ZIP_STORED)
    files, said, unread = names(data[: len(data) - 600 - cut])
    assert (files, len(said), unread) == (FILES, 1, ["x.zip"])


def test_of_a_broken_off_zip_an_entry_with_a_wrong_sum_does_not_come_out() -> None:
    data = bytearray(m.zipped(FILES, zipfile.ZIP_STORED))
    data[data.index(b"two")] = ord("T")
    files, said, _ = names(bytes(data[: data.index(b"PK\x01\x02")]))
    assert (files, len(said)) == ({"a.md": b"one"}, 1)


def test_of_a_broken_off_streamed_zip_the_whole_entries_come_out() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.got = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.got += data  # type: ignore[operator]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in FILES.items():
            archive.writestr(name, content)
    data = bytes(pipe.got)
    assert names(data[: data.index(b"PK\x01\x02")])[0] == FILES


def test_one_damaged_entry_takes_no_other_along() -> None:
    data = bytearray(m.zipped(FILES, zipfile.ZIP_STORED))
    data[data.index(b"one")] = ord("O")
    files, said, unread = names(bytes(data))
    assert (files, unread) == ({"b/c.py": b"two"}, ["x.zip/a.md"])
    assert len(said) == 1


def test_a_file_that_is_too_large_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(u, "LARGEST", 1_000)
    files, said, unread = names(m.zipped({"data.bin": bytes(2_000), **FILES}))
    assert (files, unread) == (FILES, ["x.zip/data.bin"])
    assert len(said) == 1


def test_what_is_unpacked_in_vain_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(u, "MOST_BYTES", 5_000)
    noise = {f"{n}.md": bytes(range(256)) * 8 for n in range(9)}
    files, said, _ = names(m.zipped(noise))
    assert len(files) == 2
    assert len(said) == 1


def test_too_many_files_are_said_once_and_kinds_that_are_read_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(u, "MOST_FILES", 3)
    files, said, _ = names(m.zipped({**{f"d/{n}.dat": b"" for n in range(50)}, **FILES}))
    assert set(FILES) < set(files)
    assert len(said) == 1


def test_files_of_one_name_are_both_kept_with_their_ending() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.md", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.md", "two")
    assert names(out.getvalue())[0] == {"a.md": b"one", "a~2.md": b"two"}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a\u202efdp.md", "afdp.md"),
        ("a\x00.md", "a.md"),
        ("\\\\host\\share\\a.md", "host/share/a.md"),
        ("...", "..."),
        ("..", "file"),
        ("x" * 300 + ".ipynb", "x" * 74 + ".ipynb"),
        ("a\ud800b.md", "ab.md"),
        ("/".join("abcdefghijkl"), "e/f/g/h/i/j/k/l"),
        ("a\u2028b.md", "ab.md"),
    ],
)
def test_names_are_harmless(name: str, safe: str) -> None:
    assert u.safe_path(name) == safe


@pytest.mark.parametrize(
    "digits", [b"77777777777\x00", b"\x80" + bytes(6) + b"\x7f" * 5, b"\xff" * 12]
)
def test_absurd_sizes_in_a_tar_are_damage(digits: bytes) -> None:
    data = with_size(m.tarred({"a.md": b"x"}), digits)
    files, said, unread = names(data, "x.tar")
    assert (files, unread) == ({}, ["x.tar"])
    assert len(said) == 1


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_named(kind: bytes) -> None:
    entry = tarfile.TarInfo("a.md")
    entry.type, entry.linkname = kind, "/etc/passwd"
    files, said, unread = names(plain_tar(entry), "x.tar")
    assert (files, unread) == ({}, ["x.tar/a.md"])
    assert said == ["is a link or a device, and those are not followed"]


def test_a_file_with_holes_is_not_blown_up() -> None:
    entry = tarfile.TarInfo("a.md")
    entry.type = tarfile.GNUTYPE_SPARSE
    files, said, _ = names(plain_tar(entry), "x.tar")
    assert (files, len(said)) == ({}, 1)


def test_a_tar_of_before_the_sign_was_made_comes_out() -> None:
    data = bytearray(m.tarred({"a.md": b"one"}))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\x00 " % sum(data[:512])
    assert names(bytes(data), "x.tar")[0] == {"a.md": b"one"}


@pytest.mark.parametrize("cut", [600, 1_600, 2_100])
def test_of_a_broken_off_tar_the_whole_entries_come_out_and_it_is_said(cut: int) -> None:
    files, said, unread = names(m.tarred({"a.md": b"one", "b.md": b"two" * 300})[:cut], "x.tar")
    assert set(files) <= {"a.md", "b.md"}
    assert files.get("b.md", b"two" * 300) == b"two" * 300
    assert (len(said), unread) == (1, ["x.tar"])


def test_what_systems_leave_behind_is_no_file_of_the_students() -> None:
    files, said, _ = names(
        m.zipped({"__MACOSX/a.md": b"", ".git/b": b"", "venv/site-packages/c.py": b"", "a.md": b""})
    )
    assert (list(files), said) == (["a.md"], [])


def test_many_refusals_are_a_page_and_no_more() -> None:
    out = u.unpack({"x.zip": m.encrypted_zip({f"{n}.md": b"x" for n in range(400)})})
    assert len(out.problems) == u.MOST_LINES + 1
    assert out.problems[-1] == ("x.zip", "holds more that was not unpacked")
