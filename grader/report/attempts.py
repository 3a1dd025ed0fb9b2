"""On top of a report: whether this attempt is the one that counts, or which one is.

That may change with any later hand-in or mark, when the report itself is not written again; so the
words are put into reports that are there already, and put anew where they are others now.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from grader.report import pdf
from grader.report.text import escaped
from grader.report.writing import written

_PAGE = re.compile(r'(<p class="who">.*?</p>\n)(?:<p class="attempt">[^\n]*</p>\n)?', re.DOTALL)
_TEXT = re.compile(r"\A(# [^\n]*\n\n)(?:\*This is attempt [^\n]*\*\n\n)?")


def with_attempt(page: str, words: str) -> str:
    """Return a report as HTML with these words below the student's name, instead of earlier ones."""
    line = f'<p class="attempt">{html.escape(words)}</p>\n'
    return _PAGE.sub(lambda found: found[1] + line, page, count=1)


def put_attempt(folder: Path, name: str, words: str) -> None:
    """Put words into a student's report, in each form in which it is there.

    Args:
        folder: where reports are.
        name: of the report's files, without extension.
        words: as ``attempt_words`` says them.

    Raises:
        OSError: when a file cannot be written.
    """
    _put_text(folder / f"{name}.md", words)
    path = folder / f"{name}.html"
    page = _read(path)
    told = with_attempt(page, words)
    if told == page:
        return
    _write(path, told)
    paper = folder / f"{name}.pdf"
    if paper.exists():
        paper.unlink()  # an earlier one would say something else
        _write_pdf(paper, told)


def _put_text(path: Path, words: str) -> None:
    text = _read(path)
    told = _TEXT.sub(lambda found: f"{found[1]}*{escaped(words)}*\n\n", text, count=1)
    if told != text:
        _write(path, told)


def _read(path: Path) -> str:
    """What a file holds; "" where it is not there, or is no text of ours."""
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _write(path: Path, text: str) -> None:
    with written(path) as file:
        file.write(text)


def _write_pdf(path: Path, page: str) -> None:
    try:
        data = pdf.from_page(page)
    except Exception:  # noqa: BLE001  # a page that cannot be laid out costs only its PDF
        return
    path.write_bytes(data)
