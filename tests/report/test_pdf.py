"""Reports as PDF: the same bytes for the same page, nothing fetched, nothing needed without it."""

import builtins
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from grader.report import pdf, render
from tests.report import sample

made = pytest.mark.skipif(bool(pdf.missing()), reason=f"not run: {pdf.missing()}")


def written(folder: Path) -> Path:
    parts = sample.paper(12)
    why = render.student(
        sample.rubric(parts),
        sample.result(parts),
        sample.evidence(parts),
        folder,
        "report",
        hand_in=sample.hand_in(parts),
        as_pdf=True,
    )
    assert why == ""
    return folder / "report.pdf"


@made
def test_a_pdf_says_what_the_page_says_and_holds_its_pictures(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument(written(tmp_path))
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    for words in (
        "Statistics, midterm",
        "Known mistake",
        "Your hand-in",
        "Cell 3",
        "means = x.mean",
    ):
        assert words in text
    pictures = [o for page in document for o in page.get_objects() if o.type == 3]
    assert len(pictures) == 2


@made
def test_another_process_makes_the_same_bytes(tmp_path: Path) -> None:
    here = written(tmp_path).read_bytes()
    code = (
        "import sys; from pathlib import Path; from grader.report import pdf; sys.stdout.buffer.write("
        "pdf.from_page(Path(sys.argv[1]).read_text('utf-8')))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "report.html")]
    again = subprocess.run(command, capture_output=True, check=True, timeout=100).stdout
    assert again == here


@made
def test_nothing_is_fetched_but_data(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(sample.png())
    html = "<p>x<img src='{}'></p>"
    for source in (secret.as_uri(), "http://127.0.0.1:9/a.png", "//127.0.0.1:9/a.png"):
        page = pypdfium2.PdfDocument(pdf.from_page(html.format(source)))[0]
        assert not [o for o in page.get_objects() if o.type == 3]


@pytest.mark.parametrize("word", ["W" * 200, "&lt;" * 200])
def test_words_of_any_length_can_be_broken_and_tags_stay_whole(word: str) -> None:
    tag = f"<img src='data:{'A' * 200}'>"
    style = f"<style>{'a' * 200}</style>"
    plain = pdf._plain(f"{style}{tag}{word}")
    assert plain.replace("\u200b", "") == f"{style}{tag}{word}"
    assert plain.count("\u200b") == 3
    assert style + tag in plain


def test_a_page_that_cannot_be_laid_out_costs_only_its_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(html: str) -> bytes:
        raise ValueError("no room")

    monkeypatch.setattr(pdf, "from_page", fail)
    parts = sample.paper(2)
    arguments = (sample.rubric(parts), sample.result(parts), sample.evidence(parts), tmp_path, "r")
    (tmp_path / "r.pdf").write_bytes(b"of an earlier run")
    assert render.student(*arguments, as_pdf=True) == "no PDF report was made: ValueError: no room"
    assert (tmp_path / "r.html").exists()
    assert not (tmp_path / "r.pdf").exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("no module"), "pip install 'weasyprint"),
        (OSError("cannot load library 'libpango'\nmore"), "cannot load library 'libpango'"),
    ],
)
def test_what_is_missing_is_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "weasyprint":
            raise error
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert said in pdf.missing()
    assert "\n" not in pdf.missing()
