"""Text from hand-ins stays text, whatever it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.report.text import JOINER, code, escaped, shortened, visible

ANY = st.text(st.characters(exclude_categories=()), max_size=200)
NASTY = st.text(
    st.sampled_from("`*_[]()<>!&|~#$^={}:/\\.@w \n-+1'\"\u202e\u2060\ud800ahtps"), max_size=80
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@given(ANY)
def test_nothing_unseen_is_left_and_doing_it_twice_changes_nothing(text: str) -> None:
    seen = visible(text)
    assert visible(seen) == seen
    assert not any(unicodedata.category(c) in {"Cs", "Zl", "Zp"} for c in seen)
    assert not any(unicodedata.bidirectional(c) in _OBEYED for c in seen)
    assert all(c in "\n\t" or unicodedata.category(c) != "Cc" for c in seen)
    seen.encode()


_OBEYED = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text(st.characters(max_codepoint=0x24FF, categories=("L", "N", "P", "S", "Zs"))))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    kept = text.replace("\u115f", "").replace("\u1160", "")
    assert visible(kept) == kept


def test_emoji_and_scripts_that_need_joiners_stay_whole() -> None:
    for text in ("👩‍🔬", "می‌خواهم", "नमस्ते", "e\u0301", "שלום", "α ≤ β²"):
        assert visible(text) == text


def test_a_pile_of_combining_marks_is_levelled() -> None:
    assert len(visible("z" + "\u0310" * 5000)) < 20


@given(ANY | NASTY)
def test_markdown_finds_only_text_in_escaped_text(text: str) -> None:
    source = f"- It says x{escaped(text)}x"
    tokens = MARKDOWN.parse(source)
    assert [t.type for t in tokens] == [t.type for t in MARKDOWN.parse("- It says x")]
    (inline,) = (t for t in tokens if t.type == "inline")
    assert {t.type for t in inline.children or ()} <= {"text", "text_special"}
    shown = "".join(t.content for t in inline.children or ()).replace(JOINER, "")
    assert shown == f"It says x{_line(text)}x"


@given(ANY | NASTY)
def test_markdown_finds_only_code_in_a_code_span(text: str) -> None:
    tokens = MARKDOWN.parse(f"Read: {code(text)}.")
    (inline,) = (t for t in tokens if t.type == "inline")
    before, span, after = inline.children or ()
    assert (before.content, span.type, after.content) == ("Read: ", "code_inline", ".")
    assert span.content.strip() == _line(text).strip()


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://evil.example", "://"),
        ("www.evil.example", "www."),
        ("WWW.evil.example", "WWW."),
        ("a@evil.example", "@evil"),
        ("javascript:alert(1)", "javascript:"),
        ("evil.example", "evil.example"),
    ],
)
def test_no_renderer_that_links_bare_addresses_finds_one(text: str, link: str) -> None:
    assert link not in escaped(text)


@given(ANY, st.integers(0, 60))
def test_cutting_keeps_the_start_and_says_how_much_is_left(text: str, most: int) -> None:
    short = shortened(text, most)
    if len(text) <= most:
        assert short == text
    else:
        assert short == f"{text[:most].rstrip()} … ({len(text) - most} more characters)"


def _line(text: str) -> str:
    out = ""
    for character in visible(text):
        if not character.isspace():
            out += character
        elif not out.endswith(" "):
            out += " "
    return out
