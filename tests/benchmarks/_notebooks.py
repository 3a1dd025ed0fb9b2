"""A class of twenty students and their notebooks, for the benchmark of boxes.

Four questions: cosine similarity, leave-one-out cross-validation (LOOCV) over polynomial degrees,
the forward pass of batch normalisation, a scikit-learn pipeline on iris. Students solve them in
different ways (so that they need 0.02 to 1.2 s of processor time), and some go wrong in known
places: the right scores are known beforehand, and whoever grades must find them.
"""

import json
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

QUESTIONS = ("q1", "q2", "q3", "q4")
DEGREES = range(1, 8)
POINTS = 50

SETUP = f"""\
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, LeaveOneOut, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

x = np.linspace(-1, 1, {POINTS})
y = np.sin(3 * x) + 0.2 * np.random.default_rng(7).normal(size=x.size)
degrees = list(range({DEGREES.start}, {DEGREES.stop}))
flowers, species = load_iris(return_X_y=True)
"""

TEXTS = {
    "q1": "Write `cosine_similarity(a, b)` for two vectors; a zero vector is similar to nothing (0).",
    "q2": "Set `errors`, the LOOCV mean squared error for each of `degrees`, and `best_degree`.",
    "q3": "Write `batch_norm(batch, gamma, beta, eps=1e-5)`, the forward pass of training.",
    "q4": "Set `accuracy` to the 5-fold accuracy of logistic regression on standardised flowers.",
}

COSINE = (
    """\
def cosine_similarity(a, b):
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float(np.dot(a, b) / size) if size else 0.0
""",
    """\
def cosine_similarity(a, b):
    dot = sum(p * q for p, q in zip(a, b))
    size = sum(p * p for p in a) ** 0.5 * sum(q * q for q in b) ** 0.5
    if size == 0:
        return 0.0
    return dot / size
""",
    """\
def cosine_similarity(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not a.any() or not b.any():
        return 0.0
    return (a / np.sqrt((a**2).sum())) @ (b / np.sqrt((b**2).sum()))
""",
)

LOOCV_LIGHT = (
    """\
errors = []
for degree in degrees:
    powers = np.vander(x, degree + 1)
    hat = powers @ np.linalg.pinv(powers)
    errors.append(np.mean(((y - hat @ y) / (1 - np.diag(hat))) ** 2))
best_degree = degrees[int(np.argmin(errors))]
print("best degree", best_degree)
""",
    """\
errors = []
for degree in degrees:
    squares = []
    for left_out in range(len(x)):
        keep = np.arange(len(x)) != left_out
        fit = np.polyfit(x[keep], y[keep], degree)
        squares.append((np.polyval(fit, x[left_out]) - y[left_out]) ** 2)
    errors.append(float(np.mean(squares)))
    print(degree, errors[-1])
best_degree = degrees[errors.index(min(errors))]
""",
)

LOOCV_HEAVY = (
    """\
errors = []
for degree in degrees:
    squares = []
    for train, test in LeaveOneOut().split(x):
        powers = PolynomialFeatures(degree)
        model = LinearRegression().fit(powers.fit_transform(x[train, None]), y[train])
        guess = model.predict(powers.transform(x[test, None]))
        squares.append((guess[0] - y[test][0]) ** 2)
    errors.append(np.mean(squares))
best_degree = degrees[np.argmin(errors)]
print(dict(zip(degrees, errors)))
""",
    """\
errors = []
for degree in degrees:
    model = make_pipeline(PolynomialFeatures(degree), LinearRegression())
    found = cross_val_score(
        model, x[:, None], y, cv=LeaveOneOut(), scoring="neg_mean_squared_error"
    )
    errors.append(-found.mean())
best_degree = degrees[int(np.argmin(errors))]
print("best", best_degree, "error", min(errors))
""",
)

BATCH_NORM = (
    """\
def batch_norm(batch, gamma, beta, eps=1e-5):
    mean = batch.mean(axis=0)
    variance = batch.var(axis=0)
    return gamma * (batch - mean) / np.sqrt(variance + eps) + beta
""",
    """\
def batch_norm(batch, gamma, beta, eps=1e-5):
    n, d = batch.shape
    out = np.zeros((n, d))
    for j in range(d):
        column = batch[:, j]
        mu = sum(column) / n
        var = sum((v - mu) ** 2 for v in column) / n
        out[:, j] = gamma[j] * (column - mu) / (var + eps) ** 0.5 + beta[j]
    return out
""",
)

PIPELINE_LIGHT = (
    """\
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
accuracy = cross_val_score(model, flowers, species, cv=5).mean()
print(f"accuracy {accuracy:.4f}")
""",
    """\
hits = []
for train, test in StratifiedKFold(5).split(flowers, species):
    scaler = StandardScaler().fit(flowers[train])
    model = LogisticRegression(max_iter=500).fit(scaler.transform(flowers[train]), species[train])
    hits.append(model.score(scaler.transform(flowers[test]), species[test]))
accuracy = float(np.mean(hits))
print(hits)
""",
)

PIPELINE_HEAVY = (
    """\
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
search = GridSearchCV(model, {"logisticregression__C": [0.01, 0.1, 1.0, 10.0, 100.0]}, cv=5)
search.fit(flowers, species)
accuracy = search.cv_results_["mean_test_score"][2]
print("accuracy with C=1:", accuracy, "best:", search.best_params_)
""",
)

WRONG = {
    "q1": (
        "def cosine_similarity(a, b):\n    return float(np.dot(a, b) / (np.dot(a, a) * np.dot(b, b)))\n",
        "def cosine_similarity(a, b):\n    return np.dot(a, b) / (lenght(a) * lenght(b))\n",
    ),
    "q2": (
        """\
errors = [np.mean((np.polyval(np.polyfit(x, y, d), x) - y) ** 2) for d in degrees]
best_degree = degrees[int(np.argmin(errors))]
""",
        """\
errors = []
for d in degrees:
    errors.append(loocv_error(x, y, d))
best_degree = degrees[np.argmin(errors)]
""",
    ),
    "q3": (
        BATCH_NORM[0].replace("axis=0", "axis=1, keepdims=True"),
        BATCH_NORM[0].replace("batch.var(axis=0)", "batch.var(axis=0, ddof=1)"),
    ),
    "q4": (
        PIPELINE_LIGHT[0].replace("max_iter=1000", "C=1e-4"),
        PIPELINE_LIGHT[0] + "accuracy = 1 - accuracy\n",
    ),
}
"""Mistakes: a slip in the formula, and a name that is not defined."""

REMARKS = (
    "# my solution",
    "# see lecture notes",
    "# TODO tidy up",
    "# checked by hand",
    "# works!",
)


@dataclass(frozen=True, slots=True)
class Student:
    """One hand-in: the answer to each question, and the score that each deserves."""

    name: str
    answers: dict[str, str]
    deserves: dict[str, float]

    @property
    def cells(self) -> tuple[str, ...]:
        """The code cells of the notebook, in order."""
        return (SETUP, *(self.answers[question] for question in QUESTIONS))


def students(count: int = 20, seed: int = 2024) -> list[Student]:
    """Make the class; the same seed gives the same class."""
    rng = random.Random(seed)
    kinds = ["heavy"] * (count // 2) + ["middle"] * (count // 5)
    kinds += ["light"] * (count - len(kinds))
    rng.shuffle(kinds)
    return [_student(f"student{n:02}", kind, rng) for n, kind in enumerate(kinds, 1)]


def _student(name: str, kind: str, rng: random.Random) -> Student:
    answers = {
        "q1": rng.choice(COSINE),
        "q2": rng.choice(LOOCV_HEAVY if kind == "heavy" else LOOCV_LIGHT),
        "q3": rng.choice(BATCH_NORM),
        "q4": rng.choice(PIPELINE_LIGHT if kind == "light" else PIPELINE_HEAVY),
    }
    mistaken = rng.sample(QUESTIONS, rng.choice((0, 0, 1, 1, 2)))
    # A wrong answer to a heavy question would make the student a light one.
    mistaken = [question for question in mistaken if kind == "light" or question in ("q1", "q3")]
    answers |= {question: rng.choice(WRONG[question]) for question in mistaken}
    return Student(
        name,
        {question: f"{rng.choice(REMARKS)}\n{code}" for question, code in answers.items()},
        {question: float(question not in mistaken) for question in QUESTIONS},
    )


def reference() -> Student:
    """Return the instructor's solution; it uses everything that students may use."""
    answers = {
        "q1": COSINE[0],
        "q2": LOOCV_HEAVY[0] + LOOCV_HEAVY[1],
        "q3": BATCH_NORM[0],
        "q4": PIPELINE_LIGHT[1] + PIPELINE_HEAVY[0],
    }
    return Student("reference", answers, dict.fromkeys(QUESTIONS, 1.0))


def loocv_errors() -> list[float]:
    """Return what ``errors`` must be, computed with a formula and without a fit left out."""
    x = np.linspace(-1, 1, POINTS)
    y = np.sin(3 * x) + 0.2 * np.random.default_rng(7).normal(size=x.size)
    errors = []
    for degree in DEGREES:
        q, _ = np.linalg.qr(np.vander(x, degree + 1))
        errors.append(float(np.mean(((y - q @ (q.T @ y)) / (1 - (q**2).sum(axis=1))) ** 2)))
    return errors


VECTORS = (([1.0, 2.0, 3.0], [4.0, -5.0, 6.0]), ([1.0, 0.0], [0.0, 2.0]), ([2.0, 2.0], [3.0, 3.0]))
COSINES = tuple(
    float(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b))) for a, b in map(np.array, VECTORS)
)
BATCH = np.array([[1.0, 2.0, -1.0], [0.0, 4.0, 3.0], [5.0, -2.0, 0.5], [2.0, 2.5, 1.0]])
GAMMA, BETA = np.array([1.0, 2.0, 0.5]), np.array([0.0, -1.0, 3.0])
NORMED = GAMMA * (BATCH - BATCH.mean(0)) / np.sqrt(BATCH.var(0) + 1e-5) + BETA
ACCURACY = 0.96


def checks() -> dict[str, list[str]]:
    """Return the tests of each question as statements, as an instructor would write them."""
    errors = [round(error, 9) for error in loocv_errors()]
    batch, gamma, beta, normed = (f"np.array({a.tolist()})" for a in (BATCH, GAMMA, BETA, NORMED))
    return {
        "q1": [
            f"assert abs(cosine_similarity(np.array({a}), np.array({b})) - {value!r}) < 1e-9"
            for (a, b), value in zip(VECTORS, COSINES, strict=True)
        ],
        "q2": [
            f"assert np.allclose(errors, {errors}, rtol=1e-4)",
            f"assert best_degree == {DEGREES[int(np.argmin(errors))]}",
        ],
        "q3": [
            f"normed = batch_norm({batch}, {gamma}, {beta})",
            f"assert np.allclose(normed, {normed}, atol=1e-9)",
        ],
        "q4": [f"assert abs(accuracy - {ACCURACY}) < 0.005"],
    }


CALLS = (
    *(
        ("q1", "cosine_similarity", vectors, value)
        for vectors, value in zip(VECTORS, COSINES, strict=True)
    ),
    ("q3", "batch_norm", (BATCH, GAMMA, BETA), NORMED),
)
"""The same tests for a grader that calls from outside: question, function, arguments, result."""


def values() -> tuple[tuple[str, str, Any, float], ...]:
    """Return what variables must hold: question, name, value, relative tolerance."""
    errors = loocv_errors()
    return (
        ("q2", "errors", errors, 1e-4),
        ("q2", "best_degree", DEGREES[int(np.argmin(errors))], 0.0),
        ("q4", "accuracy", ACCURACY, 0.005),
    )


def score_cell() -> str:
    """Return a cell that runs all tests and prints the scores as one line of JSON."""
    lines = ["import json", "scores = {}"]
    for question, statements in checks().items():
        lines += ["try:", *(f"    {s}" for s in statements), f"    scores[{question!r}] = 1.0"]
        lines += ["except Exception:", f"    scores[{question!r}] = 0.0"]
    return "\n".join([*lines, 'print("SCORES", json.dumps(scores))'])


def _cell(kind: str, name: str, source: str, **nbgrader: Any) -> dict[str, Any]:
    """Return a cell; with words for nbgrader it becomes one of its kinds."""
    metadata = {}
    if nbgrader:
        usual = {"grade": False, "solution": False, "locked": False, "task": False}
        metadata["nbgrader"] = usual | {"schema_version": 3, "grade_id": name} | nbgrader
    cell = {"cell_type": kind, "id": name, "metadata": metadata, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def plain(student: Student, *, scored: bool = False) -> str:
    """Return a hand-in as a notebook; ``scored`` adds the cell that prints the scores."""
    cells = [_cell("code", "setup", SETUP)]
    for question in QUESTIONS:
        cells.append(_cell("markdown", f"{question}-text", TEXTS[question]))
        cells.append(_cell("code", question, student.answers[question]))
    if scored:
        cells.append(_cell("code", "scores", score_cell()))
    return json.dumps(_notebook(cells))


def nbgrader_source() -> str:
    """Return the instructor's notebook: solutions between marks, tests that carry the points."""
    cells = [_cell("code", "setup", SETUP, locked=True)]
    for question, statements in checks().items():
        solution = f"### BEGIN SOLUTION\n{reference().answers[question]}### END SOLUTION"
        hidden = ["### BEGIN HIDDEN TESTS", *statements, "### END HIDDEN TESTS"]
        cells.append(_cell("markdown", f"{question}-text", TEXTS[question], locked=True))
        cells.append(_cell("code", question, solution, solution=True))
        tests = {"grade": True, "locked": True, "points": 1}
        cells.append(_cell("code", f"{question}-tests", "\n".join(hidden), **tests))
    return json.dumps(_notebook(cells))


def filled_in(released: str, student: Student) -> str:
    """Return a released notebook of nbgrader with the student's answers in it."""
    notebook = json.loads(released)
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in QUESTIONS:
            cell["source"] = student.answers[name]
    return json.dumps(notebook)


def otter_tests() -> dict[str, str]:
    """Return the test files of otter-grader, by their names."""
    files = {}
    for question, statements in checks().items():
        case = {"code": "\n".join(f">>> {s}" for s in statements), "hidden": False, "locked": False}
        suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": question, "points": 1, "suites": [suite]}
        files[f"{question}.py"] = f"OK_FORMAT = True\n\ntest = {test!r}\n"
    return files


TRAINING = """\
import torch

torch.manual_seed(0)
inputs = torch.randn(2048, 64)
targets = (inputs[:, :1] * inputs[:, 1:2] > 0).float()
net = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 1))
optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
losses = []
for step in range(60):
    optimiser.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(net(inputs), targets)
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
learned = losses[-1] < losses[0]
"""
"""A cell that trains a small network, for the memory of many boxes at once."""
