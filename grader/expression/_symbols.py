"""Spellings of signs: plain, Unicode and LaTeX twins of operators, relations and letters."""

from __future__ import annotations

from collections.abc import Mapping


def _spelled(table: Mapping[str, str]) -> dict[str, str]:
    """Return a mapping from each spelling to its canonical form."""
    return {spelling: sign for sign, row in table.items() for spelling in row.split()}


GREEK = _spelled(
    {
        "alpha": "α",
        "beta": "β",
        "gamma": "γ",
        "delta": "δ",
        "epsilon": "ε ϵ",
        "zeta": "ζ",
        "eta": "η",
        "theta": "θ",
        "kappa": "κ",
        "lambda": "λ",
        "mu": "μ µ",
        "nu": "ν",
        "xi": "ξ",
        "pi": "π",
        "rho": "ρ",
        "sigma": "σ",
        "tau": "τ",
        "phi": "φ ϕ",
        "chi": "χ",
        "psi": "ψ",
        "omega": "ω",
        "Sigma": "Σ",
        "Pi": "Π",
        "Delta": "Δ",
        "Omega": "Ω",
        "Phi": "Φ",
    }
)
GREEK_LETTERS = "Α-Ωα-ωϕϵµ"
"""A range of characters for regular expressions."""
LATEX_NAMES = frozenset({*GREEK.values(), "ell", "Pr"})

OPERATORS = _spelled(
    {
        "+": "+",
        "-": "- − – ‐ ‑ ﹣ －",
        "*": r"* × · ⋅ ∙ ∗ ＊ ✕ ✖ ⨯ \* \times \cdot \ast",
        "/": r"/ ÷ ∕ ⁄ \div",
        "^": r"^ ** \*\* \^",
    }
)
RELATIONS = _spelled(
    {
        "=": r"= == ≡ \equiv :=",
        "≈": r"≈ ≃ ≅ ~ ∼ ≒ \approx \simeq \cong \sim",
        "→": r"""→ ⇒ => -> --> ==> ⟹ ➔ ➜ ↦ ⟶ \to \implies \Rightarrow \rightarrow \Longrightarrow
                 \longrightarrow""",
        "∴": r"∴ \therefore",
        "<": r"< > ≤ ≥ ≠ <= >= != =/= ∝ ± \le \leq \ge \geq \ne \neq \lt \gt \propto \pm",
    }
)
"""What stands between two sides; "<" stands for every relation that is no equation."""

SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}
FUNCTION_SPELLINGS = {
    "lg": "log10",
    "sigm": "sigmoid",
    "logistic": "sigmoid",
    "expit": "sigmoid",
    "squareroot": "sqrt",
}
OPENING = {"(": "(", "{": "(", "[": "(", "⌊": "⌊", "⌈": "⌈"}
CLOSING = {")": ")", "}": ")", "]": ")", "⌋": "⌋", "⌉": "⌉"}
LATEX_OPENING = {r"\lfloor": "⌊", r"\lceil": "⌈", r"\lbrace": "("}
LATEX_CLOSING = {r"\rfloor": "⌋", r"\rceil": "⌉", r"\rbrace": ")"}
