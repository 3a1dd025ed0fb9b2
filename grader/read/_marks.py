"""Text without LaTeX, Markdown and look-alike signs; lines stay lines, spacing keeps its sense.

Unlike prose, formulas and shapes live on their spacing: ``3 x 3x3`` is three times 3x3. So
signs are replaced one by one here, and nothing is spaced out.
"""

from __future__ import annotations

import functools
import re

LONGEST = 8_000
"""What stands further in a text is not read."""

_STRUCK = re.compile(
    r"~~[^~\n]{1,400}~~|<(?:del|s|strike)>[^<]{0,400}</(?:del|s|strike)>"
    r"|\\(?:sout|st|cancel)\{[^{}\n]{0,200}\}",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\](?:\([^)\n]{0,400}\))?")
_TAG = re.compile(
    r"<br\s?/?>|</?(?:p|div|li|ul|ol|b|i|em|strong|sup|sub|u|span)\b[^<>\n]{0,80}>", re.IGNORECASE
)
_STYLED = re.compile(
    r"\\(?:text\w{0,8}|math(?:rm|bf|it|sf|tt)|emph|underline|operatorname\*?|mbox|boxed|fbox)"
    r"\s{0,2}\{([^{}]{0,600})\}"
)
_UNDER = re.compile(r"\\underbrace\s?\{([^{}]{0,200})\}_\{([^{}]{0,60})\}")
_FRACTION = re.compile(r"\\[dtc]?frac\s{0,2}\{([^{}]{0,120})\}\s{0,2}\{([^{}]{0,120})\}")
_SUBSCRIPTED = re.compile(r"_\{\s?([A-Za-z0-9]{1,10})\s?\}")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s?\{[^{}]{0,40}\}(?:\{[^{}]{0,60}\})?")
_ITEM = re.compile(r"\\item\b\s?(?:\[([^\]\n]{0,40})\])?")
_TIMES = re.compile(r"\\times(?![a-zA-Z])|[×✕✖⨯]")
_DOT = re.compile(r"\\cdot(?![a-zA-Z])|[⋅∙]")
_ASTERISK = re.compile(r"\\ast(?![a-zA-Z])|[∗＊]|\\\*")
_ARROW = re.compile(
    r"\\(?:long)?(?:right|R[i]ght|mapsto|to)(?:arrow)?(?![a-zA-Z])|\\Longrightarrow|\\(?:circ|implies)(?![a-zA-Z])"
    r"|-{1,2}>|={1,2}>|[→⇒⟶⟹➔➜↦▶►∘]|>>"
)
_SPACE = re.compile(
    r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|limits|hline)(?![a-zA-Z])|\\[,;:! ()\[\]]|\\q?quad|[$\u00a0\u2009\u202f\u2007\t]"
)
_COMMAND = re.compile(r"\\([a-zA-Z]{1,24})")
_NAMES = {
    "le": "<=",
    "leq": "<=",
    "ge": ">=",
    "geq": ">=",
    "approx": "≈",
    "sim": "≈",
    "ldots": "...",
    "dots": "...",
    "cdots": "...",
    "pm": "±",
    "lfloor": "(",
    "rfloor": ")",
    "lceil": "(",
    "rceil": ")",
    "div": "/",
}
_SQUARED = re.compile(r"(?<![A-Za-z])([A-Za-z])[ -]squared?(?![a-z])", re.IGNORECASE)
_STARRED = re.compile(r"^([ ]*)\*(?=[ ])", re.MULTILINE)
_WITH = re.compile(r"(?<![A-Za-z])w/(o?)(?=\s?[\w(])")
_BOLD = re.compile(r"(?<!\d)\*\*|\*\*(?!\d)|__|`+")
_ITALIC = re.compile(r"(?<![\w)*])\*(?=[^\s*\d])([^*\n]{1,200})(?<=[^\s*])\*(?![\w(*])")
_STAR = re.compile(r"(?<=[\d)\]])([ ]*)\*([ ]*)(?=[\d(\[])|(?<=\d)([ ]*)\*([ ]*)(?=[A-Za-z])")
_WIDE = re.compile(r"(?<=[^\s])[ ]{2,}")
_SUPERSCRIPT = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "▪": "•",
        "◦": "•",
        "‣": "•",
        "●": "•",
        "✓": " ",
        "☐": " ",
        "\r": "\n",
        "＝": "=",
        "，": ",",
    }
)


@functools.lru_cache(maxsize=256)
def unmarked(text: str) -> str:
    r"""Return the text in plain signs: ``x`` for a cross, ``→`` for any arrow, ``•`` for items.

    >>> unmarked(r"$\text{Conv}_{3\times 3} \to$ **5×5**").split()
    ['Conv_', '3x', '3', '→', '5x5']
    """
    text = _IMAGE.sub(" ", _STRUCK.sub(" ", text[:LONGEST]))
    text = _TAG.sub(_tag, text).translate(_SIGNS).translate(_SUBSCRIPT)
    text = _ASTERISK.sub("*", _DOT.sub("·", _TIMES.sub("x", text)))
    text = _ARROW.sub("→", text)
    if "\\" in text:
        text = _without_latex(text)
    text = _SPACE.sub(" ", text)
    text = _SUPERSCRIPT.sub(lambda found: "^" + found.group().translate(_DIGITS), text)
    text = _ITALIC.sub(r" \1 ", _STAR.sub(_starred, _BOLD.sub("", text)))
    text = _SQUARED.sub(r"\1^2", text)
    text = _STARRED.sub(r"\1•", text)
    text = _WITH.sub(lambda found: "without " if found[1] else "with ", text)
    return _WIDE.sub(" ", text.replace("{", " ").replace("}", " "))


def _tag(found: re.Match[str]) -> str:
    tag = found.group().lower()
    if tag.startswith("<sup"):
        return "^"
    if tag.startswith("<li"):
        return "\n• "
    return "\n" if tag.startswith(("<br", "</p", "</div", "</li", "<p", "<div")) else ""


def _starred(found: re.Match[str]) -> str:
    before, after = (found[1], found[2]) if found[1] is not None else (found[3], found[4])
    return f"{before}x{after}"


def _without_latex(text: str) -> str:
    for _ in range(3):
        text = _STYLED.sub(r"\1", _UNDER.sub(r"(\1) (\2)", text))
        text = _FRACTION.sub(r"(\1)/(\2)", _SUBSCRIPTED.sub(r"_\1", text))
    text = _ENVIRONMENT.sub("\n", _ITEM.sub(_itemised, text))
    text = (
        text.replace("\\\\", "\n")
        .replace("\\_", "_")
        .replace("\\%", "%")
        .replace("\\#", "#")
        .replace("\\&", "and")
    )
    text = _SPACE.sub(" ", text)
    return _COMMAND.sub(lambda found: _NAMES.get(found[1], f" {found[1]} "), text)


def _itemised(found: re.Match[str]) -> str:
    return f"\n{found[1]} " if found[1] else "\n• "
