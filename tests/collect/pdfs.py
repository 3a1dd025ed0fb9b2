"""PDFs for tests: printed by a browser, and written by hand."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from fpdf import FPDF
from markdown_it import MarkdownIt
from PIL import Image, ImageDraw

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
STYLE = (
    "<style>body{font:14px/1.5 sans-serif}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:6px 13px}"
    "pre{background:#f6f8fa;padding:16px;white-space:pre-wrap;font-size:85%}</style>"
)


def printed(markdown: str, folder: Path, style: str = "") -> bytes:
    """What a browser's print dialog makes of a Markdown text; skips where there is none."""
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("there is no Chromium here: no PDF can be printed from a browser")
    body = MarkdownIt("commonmark").enable("table").render(markdown)
    page, made = folder / "page.html", folder / "page.pdf"
    page.write_text(f"<!doctype html><meta charset=utf-8><title>Mine</title>{style}{body}", "utf-8")
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={made}"]
    subprocess.run([*command, str(page)], capture_output=True, timeout=90, check=True)
    return made.read_bytes()


def empty(**options: object) -> FPDF:
    pdf = FPDF(format="A4", **options)
    pdf.set_auto_page_break(True, 20)
    pdf.add_page()
    pdf.set_font("Times", size=12)
    return pdf


def lines(*texts: str, pdf: FPDF | None = None) -> FPDF:
    """A page with each text on a line of its own."""
    pdf = pdf or empty()
    for text in texts:
        pdf.cell(0, 6, text)
        pdf.ln(6)
    return pdf


def written(pdf: FPDF) -> bytes:
    return bytes(pdf.output())


def drawing(width: int = 600, height: int = 800) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).line((0, 0, width, height), fill="black", width=9)
    return image


def scan(pages: int = 2) -> bytes:
    """Pages that hold a picture and nothing else."""
    pdf = FPDF(format="A4")
    for _ in range(pages):
        pdf.add_page()
        pdf.image(drawing(), 0, 0, 210, 297)
    return written(pdf)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def raw(*pages: str, count: int | None = None, box: str = "0 0 595 842") -> bytes:
    """A PDF of the given content streams, byte by byte; the last is repeated up to ``count``."""
    total = count or len(pages)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + n} 0 R" for n in range(total))
    objects.append(f"<</Type/Pages/Count {total}/Kids[{kids}]>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    first = 4 + total
    for n in range(total):
        stream = first + min(n, len(pages) - 1)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {stream} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
    objects += [f"<</Length {len(p)}>>stream\n{p}\nendstream".encode() for p in pages]
    out, places = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{n} 0 obj".encode() + body + b"endobj\n"
    table = "".join(f"{at:010} 00000 n \n" for at in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return out + (head + tail).encode()
