"""What a comparison costs: numbers, formulas, arrays, the cold start; beside float and math-verify.

Run: ``python tests/benchmarks/bench_compare.py``. The peers see the same inputs in the same run, in
turns; medians over rounds. math-verify is left out where it is not installed. ``right`` counts how
many of the hand-written cases each of them decides as they should be.
"""

import importlib.util
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from grader.compare import built, compare

ROUNDS = 7
NUMBERS: tuple[tuple[str, str, bool], ...] = (
    ("3.14", "3.14159", True),
    ("-3.14", "3.14159", False),
    ("3x10^8", "299792458", True),
    ("1.2×10⁻³", "0.0012", True),
    ("1,234.5", "1234.5", True),
    ("1 234", "1234", True),
    ("1 234", "235", False),
    ("2/3", "0.6667", True),
    ("66.7 %", "0.667", True),
    ("1e-7", "2e-7", False),
    ("10^-4", "0.0001", True),
    ("3.2M", "3200000", True),
    ("½", "0.5", True),
    ("−5", "-5", True),
    ("0.5", "0.6", False),
    ("12", "12.5", False),
)
"""Answer, truth, and whether it is right within one percent of the truth."""
FORMULAS: tuple[tuple[str, str, bool], ...] = (
    ("(x+1)^2", "x^2+2x+1", True),
    ("sin(x)^2+cos(x)^2", "1", True),
    ("x^2-1", "(x-1)(x+1)", True),
    ("e^(a+b)", "e^a*e^b", True),
    (r"\frac{1}{1+e^{-x}}", "e^x/(1+e^x)", True),
    ("x^2+1e-9*x", "x^2", False),
    ("abs(x)", "x", False),
    ("ln(x*y)", "ln(x)+ln(y)", True),
    ("sqrt(x^2)", "x", False),
    ("a/(b*c)", "a/b/c", True),
)


def by_float(text: str, truth: str) -> bool:
    """What many hand-written graders do."""
    try:
        return math.isclose(float(text), float(truth), rel_tol=0.01)
    except ValueError:
        return False


def median_of(work: Callable[[], Any], count: int) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) / count * 1e6


def peers() -> dict[str, Callable[[str, str], bool]]:
    """The checkers of numbers that are here."""
    number = built("number", {"relative": 0.01})
    found: dict[str, Callable[[str, str], bool]] = {
        "grader number": lambda text, truth: number.compare(text, truth).credit == 1,
        "float and isclose": by_float,
    }
    if importlib.util.find_spec("math_verify"):
        import math_verify

        def verified(text: str, truth: str) -> bool:
            gold, answer = math_verify.parse(f"${truth}$"), math_verify.parse(f"${text}$")
            return bool(math_verify.verify(gold, answer))

        found["math-verify"] = verified
    return found


def show(title: str, checkers: dict[str, Callable[[str, str], bool]], cases: Any) -> None:
    spent: dict[str, list[float]] = {name: [] for name in checkers}
    for _ in range(ROUNDS):
        for name, checker in checkers.items():
            turns = 1 if name == "math-verify" else 50

            def work(checker: Callable[[str, str], bool] = checker, turns: int = turns) -> None:
                for _ in range(turns):
                    for text, truth, _expected in cases:
                        checker(text, truth)

            spent[name].append(median_of(work, turns * len(cases)))
    print(title)
    for name, checker in checkers.items():
        right = sum(checker(text, truth) == expected for text, truth, expected in cases)
        low, high = min(spent[name]), max(spent[name])
        print(
            f"  {name:<20} {statistics.median(spent[name]):10.1f} µs ({low:.1f}-{high:.1f})"
            f"   right {right}/{len(cases)}"
        )


def show_formulas() -> None:
    options: dict[str, Any] = {}
    expression = built("expression", options)
    checkers: dict[str, Callable[[str, str], bool]] = {
        "grader expression": lambda text, truth: expression.compare(text, truth).credit == 1
    }
    numbers = peers()
    if "math-verify" in numbers:
        checkers["math-verify"] = numbers["math-verify"]
    show("A formula", checkers, FORMULAS)


def show_arrays() -> None:
    generator = np.random.default_rng(0)
    print("An array of a million elements")
    for dtype in ("float64", "float32", "int64"):
        truth = (generator.standard_normal((1000, 1000)) * 1000).astype(dtype)
        given = truth.copy()
        comparator = built("array", {"relative": 1e-6, "absolute": 1e-9})
        ours, plain = [], []
        for _ in range(ROUNDS):
            ours.append(median_of(lambda g=given, t=truth, c=comparator: c.compare(g, t), 1))
            plain.append(median_of(lambda g=given, t=truth: np.allclose(g, t, 1e-6, 1e-9), 1))
        print(
            f"  {dtype:<20} {statistics.median(ours) / 1000:10.2f} ms   numpy.allclose "
            f"{statistics.median(plain) / 1000:.2f} ms"
        )


def show_cold_start() -> None:
    code = {
        "python alone": "pass",
        "grader, one number": "from grader.compare import compare; compare('3.14', 3.1, relative=0.1)",
        "grader, one formula": "from grader.compare import compare; compare('x+x', '2x', 'expression')",
        "sympy alone": "import sympy",
    }
    spent: dict[str, list[float]] = {name: [] for name in code}
    for _ in range(ROUNDS):
        for name, program in code.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            spent[name].append((time.perf_counter() - start) * 1000)
    bare = statistics.median(spent["python alone"])
    print("A cold start, in a process of its own; less Python's own")
    for name, times in spent.items():
        median = statistics.median(times)
        print(f"  {name:<20} {median:8.0f} ms   {median - bare:+.0f}")


def main() -> None:
    """Print all of it."""
    compare("1", 1)
    show("A number", peers(), NUMBERS)
    show_formulas()
    show_arrays()
    show_cold_start()


if __name__ == "__main__":
    main()
