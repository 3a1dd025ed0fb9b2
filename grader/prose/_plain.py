"""From LaTeX, Markdown and Unicode to plain lower-case words."""

from __future__ import annotations

import functools
import re
import unicodedata

LONGEST = 12_000
"""What stands further in a text is not read as prose."""

_WRAPPED = re.compile(
    r"\\(?:text\w{0,8}|math(?:rm|bf|it|sf|tt)|emph|underline|operatorname\*?|mbox|hat|bar|tilde"
    r"|widehat|overline|fbox|large|Large|bf|it)\s{0,2}\{([^{}]{0,400})\}"
)
_BOXED = re.compile(r"\\boxed\s{0,2}\{([^{}]{0,200})\}")
_FRACTION = re.compile(r"\\[dt]?frac\s{0,2}\{([^{}]{0,120})\}\s{0,2}\{([^{}]{0,120})\}")
_ROOT = re.compile(r"\\sqrt\s{0,2}\{([^{}]{0,120})\}")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s?\{[^{}]{0,40}\}(?:\{[^{}]{0,60}\})?")
_COMMAND = re.compile(r"\\([a-zA-Z]{1,24})\*?")
_COMMANDS = {
    "rightarrow": " => ", "Rightarrow": " => ", "to": " => ", "implies": " => ",
    "longrightarrow": " => ", "Longrightarrow": " => ", "therefore": " => ", "mapsto": " => ",
    "times": " x ", "cdot": " x ", "ast": " x ", "ne": " not equal ", "neq": " not equal ",
    "downarrow": " ↓ ", "Downarrow": " ↓ ", "searrow": " ↓ ", "uparrow": " ↑ ", "Uparrow": " ↑ ",
    "nearrow": " ↑ ", "item": "\n- ", "newline": "\n", "hline": "\n", "checkmark": " ✓ ",
    "varepsilon": " epsilon ", "approx": " ≈ ", "leq": " <= ", "geq": " >= ", "infty": " infinity ",
    "left": " ", "right": " ", "quad": " ; ", "qquad": " ; ", "big": " ", "Big": " ",
    "displaystyle": " ", "limits": " ", "because": " because ", "sqrt": " sqrt ", "log": " log ",
}  # fmt: skip
_SIGNS = str.maketrans({
    "−": "-", "–": " - ", "—": " - ", "‐": "-", "‑": "-", "×": " x ", "·": " x ", "∗": "*",
    "→": " => ", "⇒": " => ", "⟶": " => ", "⟹": " => ", "➔": " => ", "➜": " => ", "∴": " => ",
    "↘": " ↓ ", "⬇": " ↓ ", "⇓": " ↓ ", "↓": " ↓ ", "↗": " ↑ ", "⬆": " ↑ ", "⇑": " ↑ ", "↑": " ↑ ",
    "ε": " epsilon ", "ϵ": " epsilon ", "σ": " sigma ", "µ": " mu ", "μ": " mu ", "β": " beta ",
    "γ": " gamma ", "≠": " not equal ", "√": " sqrt ", "∞": " infinity ", "’": "'", "‘": "'",
    "“": '"', "”": '"', "•": "\n- ", "▪": "\n- ", "◦": "\n- ", "∅": " empty ",
})  # fmt: skip
_DELETED = re.compile(
    r"~~[^~\n]{1,400}~~|<(?:del|s|strike)>[^<]{1,400}</(?:del|s"
    r"|strike)>",
    re.IGNORECASE,
)
_IMAGE = re.compile(
    r"!\[[^\]\n]{0,200}\](?:\([^)\n]{0,400}\))?"
    r"|<img\b[^>\n]{0,400}>",
    re.IGNORECASE,
)
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\(([^)\n]{1,400})\)")
_BREAK = re.compile(r"<br\s?/?>|</?p>|</?div>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>\n]{0,80}>", re.IGNORECASE)
_MARKS = re.compile(
    r"\*{2,3}|_{2}|`{1,3}|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*(])|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)"
)


@functools.lru_cache(maxsize=512)
def plain(text: str) -> str:
    r"""Return the text without LaTeX, Markdown and HTML marks; lines stay lines.

    >>> plain("The **bias** is $\\text{Bias}^2 \\downarrow$, ~~no~~ yes").split()
    ['The', 'bias', 'is', 'Bias', '^2', '↓', ',', 'yes']
    """
    text = _DELETED.sub(" ", text[:LONGEST])
    text = _BREAK.sub("\n", _IMAGE.sub(" ", text))
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    if "\\" in text:
        text = _without_latex(text)
    text = _MARKS.sub("", text.translate(_SIGNS))
    return text.replace("$", " ")


def _without_latex(text: str) -> str:
    for _ in range(3):
        text = _WRAPPED.sub(r" \1 ", text)
        text = _BOXED.sub(r" => \1 ", text)
        text = _ROOT.sub(r" sqrt(\1) ", _FRACTION.sub(r" (\1)/(\2) ", text))
    rows = "\\begin{array" in text or "\\begin{tabular" in text or "\\begin{cases" in text
    text = _ENVIRONMENT.sub("\n", text)
    if rows:
        text = text.replace("&", " | ")
    text = text.replace("\\\\", "\n").replace("\\_", "_").replace("\\%", "%").replace("\\,", " ")
    text = _COMMAND.sub(lambda m: _COMMANDS.get(m.group(1), f" {m.group(1)} "), text)
    return text.replace("\\", " ").replace("{", " ").replace("}", " ")


_SHORT = re.compile(
    r"\b(do|does|did|is|are|was|were|ca|could|would|should|has|have|had|wo|must)n'?t\b"
)
_CONTRACTED = re.compile(r"'(s|re|ll|ve|d|m)\b")
_JOINED = re.compile(
    r"\b(over|under)[\s-]{1,2}(?=fit)|\bnon[\s-]{1,2}(?=[a-z]{3})|\bco[-](?=[a-z]{3})"
)
_RESPELLED = {
    "becuase": "because", "becouse": "because", "beacuse": "because", "bcz": "because",
    "bcoz": "because", "bc": "because", "cuz": "because", "coz": "because", "cannot": "can not",
    "w": "with", "btw": "between", "dont": "do not", "doesnt": "does not", "cant": "can not",
    "isnt": "is not", "arent": "are not", "its": "its", "wont": "will not", "didnt": "did not",
    "ca": "can", "wo": "will",
}  # fmt: skip
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_ARROW = re.compile(r"[-=]{1,4}>")
_PRODUCT = re.compile(r"(?<=\d)\s?[*x]\s?(?=\d)")
_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|[a-z]+|\d+(?:[.,]\d+)*|=>|<=|>=|[^\s\w]")


@functools.lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """Return the lower-case words and signs of a plain text, contractions written out.

    >>> words("It doesn't over-fit: error is non-zero (0.5).")
    ('it', 'does', 'not', 'overfit', ':', 'error', 'is', 'nonzero', '(', '0.5', ')', '.')
    """
    text = text.casefold()
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
        )
    text = _SHORT.sub(lambda m: f"{_RESPELLED.get(m.group(1), m.group(1))} not", text)
    text = _JOINED.sub(lambda m: m.group(0).rstrip(" -\n\t"), _CONTRACTED.sub(" ", text))
    text = _ARROW.sub(" => ", text)
    text = _PRODUCT.sub(" x ", _HYPHEN.sub(" ", text))
    found: list[str] = []
    for word in _TOKEN.findall(text):
        other = _RESPELLED.get(word)
        if other is None:
            found.append(word)
        else:
            found += other.split()
    return tuple(found)
