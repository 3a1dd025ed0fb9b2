"""One hand-in, written as students write them: Markdown, plain text, a notebook, a PDF.

Nothing here knows how any of them is read.
"""

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

_FENCE = re.compile(r"```(\w*)\s*$")
STYLE = """
body { font: 11pt Georgia, serif; }
pre, code { font: 9.5pt "DejaVu Sans Mono", monospace; }
table { border-collapse: collapse; } td, th { border: 1px solid #999; padding: 2pt 7pt; }
"""


def blocks(markdown: str) -> list[tuple[str, str]]:
    """Prose, code and output of a hand-in, in order."""
    found: list[tuple[str, str]] = []
    lines, at, prose = markdown.split("\n"), 0, []
    while at < len(lines):
        opened = _FENCE.match(lines[at])
        if not opened:
            prose.append(lines[at])
            at += 1
            continue
        end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("```")), len(lines))
        if any(line.strip() for line in prose):
            found.append(("prose", "\n".join(prose).strip("\n")))
        prose = []
        kind = "code" if opened.group(1) in ("python", "py") else "output"
        found.append((kind, "\n".join(lines[at + 1 : end])))
        at = end + 1
    return [*found, ("prose", "\n".join(prose).strip("\n"))] if any(prose) else found


def as_text(markdown: str) -> str:
    """The hand-in without signs of Markdown: tables by tabs, code as it is."""
    written = []
    for kind, text in blocks(markdown):
        if kind == "prose":
            lines = [
                _plain(line)
                for line in text.split("\n")
                if not re.fullmatch(r"[|\s:-]+", line) or not line.strip()
            ]
            written.append("\n".join(lines))
        else:
            written.append(text)
    return "\n\n".join(written)


def _plain(line: str) -> str:
    if line.startswith("|"):
        return "\t".join(cell.strip() for cell in line.strip().strip("|").split("|"))
    return re.sub(r"^#+ ", "", line).replace("**", "")


def as_notebook(markdown: str) -> str:
    """The hand-in as cells, all metadata lost."""
    cells: list[dict[str, object]] = []
    runs = 0
    for kind, text in blocks(markdown):
        source = text.splitlines(keepends=True)
        last = cells[-1] if cells else {}
        if kind == "code":
            runs += 1
            cells.append(
                {
                    "cell_type": "code",
                    "metadata": {},
                    "source": source,
                    "execution_count": runs,
                    "outputs": [],
                }
            )
        elif kind == "output" and last.get("cell_type") == "code":
            last["outputs"] = [{"output_type": "stream", "name": "stdout", "text": source}]
        else:
            cells.extend(
                _markdown(part) for part in re.split(r"(?m)^(?=#+ )", text) if part.strip()
            )
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})


def _markdown(text: str) -> dict[str, object]:
    source = text.strip("\n").splitlines(keepends=True)
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def as_html(markdown: str, style: str = "") -> str:
    """The hand-in as a page; formulas stay as they are typed."""
    formulas: list[str] = []

    def kept(match: re.Match[str]) -> str:
        formulas.append(match.group())
        return f"FORMULA{len(formulas) - 1}END"

    safe = re.sub(r"\$\$.+?\$\$|\$[^$\n]+\$", kept, markdown, flags=re.DOTALL)
    body = MarkdownIt("commonmark").enable("table").render(safe)
    body = re.sub(r"FORMULA(\d+)END", lambda m: html.escape(formulas[int(m.group(1))]), body)
    return f"<!doctype html><meta charset=utf-8><title>midterm</title><style>{STYLE}{style}</style>{body}"


def browser() -> str | None:
    """Where a Chromium is, if there is one."""
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


def as_pdf(markdown: str, style: str = "") -> bytes:
    """The hand-in as a browser prints it."""
    found = browser()
    assert found is not None
    with tempfile.TemporaryDirectory() as folder:
        page, target = Path(folder, "midterm.html"), Path(folder, "midterm.pdf")
        page.write_text(as_html(markdown, style), "utf-8")
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ]
        subprocess.run(
            [
                found,
                *flags,
                f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={target}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return target.read_bytes()
