"""A student's file as a page: cleaned of all that runs or loads, and shown in a sandboxed frame.

Nothing of it comes into our own pages. The frame has an origin of its own (``sandbox`` without a
word), and its document a policy under which nothing runs and nothing is asked from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.gradebook.store import Lost, Store
from grader.gradebook.submissions import Received
from grader.pipeline.records import Record

POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""The style is ours and stands in the page; those of students are taken out."""
_HTML = (".html", ".htm", ".xhtml")
_BYTES = 500_000
_FIRST_FILE = 1_000
"""Numbers from here on are files as received, those before it transcripts."""
_TAGS = (
    *(
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
    ),
    *("figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd"),
    *("li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "sup"),
    *("summary", "u", "ul", "var"),
    *("caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
)
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "img": {"alt", "src", "width", "height"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:1rem;color:#1b2025;background:#fff;"
    "overflow-wrap:anywhere}pre,code{font-family:ui-monospace,monospace;white-space:pre-wrap}"
    "pre{background:#f3f2ed;padding:.5rem .75rem}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.2rem .5rem}img{max-width:100%}"
)


def pages(record: Record, files: Sequence[Received]) -> tuple[tuple[int, str], ...]:
    """Return the number and name of what can be shown as a page: prose, and files of HTML."""
    prose = [
        (number, shown.file)
        for number, shown in enumerate(record.shown[:_FIRST_FILE])
        if not shown.code and shown.lines
    ]
    html = [
        (_FIRST_FILE + number, file.name)
        for number, file in enumerate(files)
        if file.sha256 and file.name.lower().endswith(_HTML)
    ]
    return (*prose, *html)


def framed(
    record: Record | None, files: Sequence[Received], store: Store, number: int
) -> str | None:
    """Return one of those pages as a whole document; None where there is none of this number."""
    if number >= _FIRST_FILE:
        text = _received(files, store, number - _FIRST_FILE)
        return None if text is None else _document(text)
    if record is None or not 0 <= number < len(record.shown) or record.shown[number].code:
        return None
    from markdown_it import MarkdownIt  # noqa: PLC0415  # few pages need it

    lines = "\n".join(record.shown[number].lines)[:_BYTES]
    return _document(MarkdownIt("commonmark", {"html": True}).enable("table").render(lines))


def clean(text: str) -> str:
    """Return HTML without anything that runs, loads or leads elsewhere.

    >>> clean("<b onclick=x()>a</b><script>x()</script><a href=javascript:x()>c</a>")
    '<b>a</b><a>c</a>'
    >>> clean("<img src=http://evil.example/x.png alt=a><form><input></form>")
    '<img alt="a">'
    >>> clean("<img src=//evil.example/x.png alt=b>")
    '<img alt="b">'
    """
    import nh3  # noqa: PLC0415  # few pages need it

    return nh3.clean(
        text,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_held,
        url_schemes={"data"},
        link_rel=None,
        clean_content_tags={"script", "style", "iframe", "object", "svg", "math", "template"},
    )


def _held(tag: str, name: str, value: str) -> str | None:
    """An attribute's value, None where it would load something: a picture has to be in the page."""
    loads = name == "src" and not value.lower().startswith("data:image/")
    return None if tag == "img" and loads else value


def _received(files: Sequence[Received], store: Store, number: int) -> str | None:
    if not 0 <= number < len(files) or not files[number].name.lower().endswith(_HTML):
        return None
    try:
        return store.get(files[number].sha256)[:_BYTES].decode("utf-8", "replace")
    except Lost:
        return None


def _document(text: str) -> str:
    head = '<meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    title = "<title>A file as handed in</title>"
    body = clean(text)
    return f'<!doctype html><html lang="und"><head>{head}{title}<style>{_STYLE}</style></head><body>{body}</body></html>'
