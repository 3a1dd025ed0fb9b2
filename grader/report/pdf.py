"""Reports as PDF, made from the same page by WeasyPrint, which is an extra.

Nothing is fetched: a page holds all that it shows. The same page gives the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import re
from typing import Any

INSTALL = "pip install 'weasyprint>=68,<80'"
_SYMBOL = re.compile(r'<symbol id="(\w+)" viewBox="[\d. ]+">(.*?)</symbol>')
_USE = re.compile(r'<use href="#(\w+)"/>')
_LONG = re.compile(r"<style>.*?</style>|<[^>]*>|((?:[^\s<>&]|&#?\w{1,8};){60})", re.DOTALL)
_VARIABLE = re.compile(r"var\((--[a-z]+)\)")
_DEFINED = re.compile(r"(--[a-z]+): ([^;]+);")


def missing() -> str:
    """Return what is missing for PDF reports and how to get it, or "" where all is there."""
    try:
        _weasyprint()
    except ImportError:
        return f"--pdf needs WeasyPrint, which is not installed: {INSTALL}"
    except OSError as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        return f"--pdf needs Pango, a library of the system that WeasyPrint could not load: {what}"
    return ""


def from_page(html: str) -> bytes:
    """Return a report as PDF.

    Raises:
        Exception: whatever WeasyPrint raises on a page that it cannot lay out.
    """
    weasyprint = _weasyprint()
    fetcher = weasyprint.URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    page = weasyprint.HTML(string=_plain(html), url_fetcher=fetcher)
    identifier = hashlib.sha256(html.encode("utf-8", "replace")).digest()[:16]
    data = page.write_pdf(pdf_identifier=identifier, pdf_tags=True, optimize_images=False)
    if not isinstance(data, bytes):
        raise TypeError(f"WeasyPrint gave no bytes but {type(data).__name__}")
    return data


def _plain(html: str) -> str:
    """A page as WeasyPrint understands it: the signs of states drawn where they are used.

    Text of students holds no tag in a page, so that nothing of it can be taken for one here.
    """
    colours = dict(_DEFINED.findall(html.partition("}")[0]))
    symbols = {
        name: _VARIABLE.sub(lambda m: colours.get(m[1], "none"), drawing)
        for name, drawing in _SYMBOL.findall(html)
    }
    drawn = _USE.sub(lambda m: symbols.get(m[1], ""), html)
    # where a line may break is looked for in the whole word: long words are slow to lay out
    return _LONG.sub(lambda m: f"{m[0]}\u200b" if m[1] else m[0], drawn)


def _weasyprint() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        import weasyprint  # noqa: PLC0415  # an extra, and slow to import
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # it warns of CSS for screens
    return weasyprint
