"""How functions, letters, fractions and raised digits are spelled: tables only."""

from __future__ import annotations

_CIRCULAR = ("sin", "cos", "tan", "cot", "sec", "csc")
_HYPERBOLIC = ("sinh", "cosh", "tanh", "coth", "sech", "csch")

INVERSE: dict[str, str] = {name: f"a{name}" for name in (*_CIRCULAR, *_HYPERBOLIC)}
"""The inverse of a function, as in sin^-1."""
TRIGONOMETRIC = frozenset(_CIRCULAR)
"""Functions that are taken of angles."""
ANGLES = frozenset(INVERSE[name] for name in _CIRCULAR)
"""Functions that give angles."""
ARGUMENTS: dict[str, tuple[int, int]] = {
    "log": (1, 2),
    "log10": (1, 2),
    "atan2": (2, 2),
    "root": (2, 2),
    "binomial": (2, 2),
    "min": (1, 100),
    "max": (1, 100),
    "gcd": (1, 100),
    "lcm": (1, 100),
}
"""How many arguments functions have at least and at most; all others have one."""

_ONE = (
    *INVERSE,
    *INVERSE.values(),
    *("exp", "ln", "sqrt", "cbrt", "abs", "floor", "ceil", "sign", "factorial", "conj"),
)
FUNCTIONS: dict[str, str] = {
    **{name: name for name in (*_ONE, *ARGUMENTS)},
    **{f"arc{name}": f"a{name}" for name in (*_CIRCULAR, *_HYPERBOLIC)},
    **{f"ar{name}": f"a{name}" for name in _HYPERBOLIC},
    "tg": "tan",
    "ctg": "cot",
    "cotg": "cot",
    "cotan": "cot",
    "cosec": "csc",
    "arccosec": "acsc",
    "cosech": "csch",
    "fact": "factorial",
    "conjugate": "conj",
    "arcosech": "acsch",
    "arccosech": "acsch",
    "tgh": "tanh",
    "ctgh": "coth",
    "cotgh": "coth",
    "arccotg": "acot",
    "arccotan": "acot",
    "arctan2": "atan2",
    "arctg": "atan",
    "arcctg": "acot",
    "sgn": "sign",
    "signum": "sign",
    "ceiling": "ceil",
    "binom": "binomial",
    "choose": "binomial",
    "ncr": "binomial",
    "lg": "log10",
    "log10": "log10",
    "log2": "log2",
}
"""Spellings of known functions. ``log10`` and ``log2`` become ``log`` with a base."""
BASES = {"log10": 10, "log2": 2}

_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]
_CODES = [code for code in range(0x3B1, 0x3CA) if code != 0x3C2]  # 0x3C2 is the final sigma
GREEK: dict[str, str] = {
    **{chr(code): name for code, name in zip(_CODES, _GREEK, strict=True)},
    **{chr(code - 32): name.title() for code, name in zip(_CODES, _GREEK, strict=True)},
    "ς": "sigma",
    "ϕ": "phi",
    "ϑ": "theta",
    "ϵ": "epsilon",
    "ϱ": "rho",
    "ϖ": "pi",
    "µ": "mu",
    "∆": "Delta",
    "Ω": "Omega",
}
"""Greek letters with their names; π is the constant unless it is a known name."""
GREEK_NAMES = frozenset(GREEK.values())
INFINITE = frozenset(("inf", "infinity", "infty", "oo"))

VULGAR: dict[str, tuple[int, int]] = {
    "½": (1, 2),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅕": (1, 5),
    "⅖": (2, 5),
    "⅗": (3, 5),
    "⅘": (4, 5),
    "⅙": (1, 6),
    "⅚": (5, 6),
    "⅐": (1, 7),
    "⅛": (1, 8),
    "⅜": (3, 8),
    "⅝": (5, 8),
    "⅞": (7, 8),
    "⅑": (1, 9),
    "⅒": (1, 10),
}
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱˣ", "0123456789+-nix", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉ₙᵢⱼₖₘₓ", "0123456789nijkmx", strict=True))

OPERATORS: dict[str, str] = {
    **dict.fromkeys("+＋⁺", "+"),
    **dict.fromkeys("-−–—‐‑‒﹣", "-"),
    **dict.fromkeys("*×·⋅∙•∗✕✖⨯", "*"),
    **dict.fromkeys("/÷∕⁄:", "/"),
    "^": "^",
    "ˆ": "^",
}
RELATIONS: dict[str, str] = {
    **dict.fromkeys(("=", "=="), "="),
    **dict.fromkeys(("<=", "=<", "≤", "⩽"), "<="),
    **dict.fromkeys((">=", "=>", "≥", "⩾"), ">="),
    **dict.fromkeys(("!=", "<>", "≠"), "!="),
    "<": "<",
    ">": ">",
}
OPENING = {"(": "(", "[": "[", "{": "{", "⌊": "⌊", "⌈": "⌈"}
CLOSING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉", "|": "|"}
