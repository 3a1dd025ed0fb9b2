"""Calls that a page's edge cut: what an argument may have said, and which one is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from grader.collect._mend.model import Fix
from grader.collect._mend.source import fault, says_nothing, scan, tree

KIND = "call"
_SPLITTERS = frozenset({
    "KFold", "StratifiedKFold", "GroupKFold", "RepeatedKFold", "RepeatedStratifiedKFold",
    "LeaveOneOut", "LeavePOut", "LeaveOneGroupOut", "ShuffleSplit", "StratifiedShuffleSplit",
    "TimeSeriesSplit", "PredefinedSplit",
})  # fmt: skip
_SEARCHES = frozenset({
    "cross_val_score", "cross_validate", "cross_val_predict", "GridSearchCV", "RandomizedSearchCV",
    "learning_curve", "validation_curve", "permutation_test_score", "RFECV",
    "SequentialFeatureSelector", "LogisticRegressionCV",
})  # fmt: skip
_OPTIMIZERS = frozenset({"SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta"})
_DATA_SETS = frozenset(
    {"CIFAR10", "CIFAR100", "MNIST", "FashionMNIST", "KMNIST", "SVHN", "ImageFolder"}
)
_RANDOM = frozenset({
    "train_test_split", "KFold", "StratifiedKFold", "ShuffleSplit", "KMeans", "PCA", "TSNE",
    "RandomForestClassifier", "RandomForestRegressor", "DecisionTreeClassifier",
    "DecisionTreeRegressor", "GradientBoostingClassifier", "GradientBoostingRegressor",
    "LogisticRegression", "MLPClassifier", "MLPRegressor", "make_classification", "make_blobs",
    "make_moons", "make_regression", "resample", "shuffle",
})  # fmt: skip
_TAKES = {
    "cv": _SEARCHES | {"LassoCV", "RidgeCV", "ElasticNetCV", "CalibratedClassifierCV"},
    "scoring": _SEARCHES,
    "random_state": _RANDOM,
    "test_size": frozenset({"train_test_split", "ShuffleSplit", "StratifiedShuffleSplit"}),
    "stratify": frozenset({"train_test_split"}),
    "n_splits": _SPLITTERS,
    "n_clusters": frozenset({"KMeans", "AgglomerativeClustering", "SpectralClustering"}),
    "n_neighbors": frozenset({"KNeighborsClassifier", "KNeighborsRegressor"}),
    "lr": _OPTIMIZERS,
    "momentum": frozenset({"SGD", "RMSprop"}),
    "weight_decay": _OPTIMIZERS,
    "transform": _DATA_SETS,
    "batch_size": frozenset({"DataLoader", "fit"}),
    "epochs": frozenset({"fit"}),
    "callbacks": frozenset({"fit"}),
    "validation_data": frozenset({"fit"}),
}
_ROLES = {
    **dict.fromkeys(_SPLITTERS, "cv"),
    "make_scorer": "scoring",
    "RandomState": "random_state",
    "Compose": "transform",
}
"""What a value of a class is passed as."""
_SAME = {
    "learning_rate": "lr",
    "seed": "random_state",
    "num_epochs": "epochs",
    "n_epochs": "epochs",
}

SCORERS = (
    "accuracy", "neg_mean_squared_error", "neg_mean_absolute_error", "neg_root_mean_squared_error",
    "neg_mean_squared_log_error", "neg_mean_absolute_percentage_error",
    "neg_median_absolute_error", "neg_log_loss", "neg_brier_score", "r2", "roc_auc", "roc_auc_ovr",
    "roc_auc_ovo", "f1", "f1_macro", "f1_micro", "f1_weighted", "precision", "precision_macro",
    "precision_micro", "precision_weighted", "recall", "recall_macro", "recall_micro",
    "recall_weighted", "average_precision", "balanced_accuracy", "explained_variance", "max_error",
)  # fmt: skip
"""Commoner ones first: of two that fit, the first is the likelier."""
VALUES = (
    "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy",
    "mean_squared_error", "mean_absolute_error", "kullback_leibler_divergence", "val_loss",
    "val_accuracy", "softmax", "sigmoid", "kaiming_normal", "glorot_uniform", "he_normal",
    "euclidean", "manhattan", "minkowski", "chebyshev", "distance", "uniform", "k-means++",
    "saga", "liblinear", "newton-cg", "lbfgs", "balanced", "elasticnet", "multinomial",
    "most_frequent", "stratified", "entropy", "log_loss", "squared_error", "absolute_error",
    "columns", "records", "reflect", "bilinear", "nearest", "viridis", "dashed", "dotted",
    "upper right", "upper left", "lower right", "lower left", "equal", "scatter", "linear",
)  # fmt: skip
_SHORTEST = 3
_CALLEE = re.compile(r"([A-Za-z_]\w*)\s*\($")
_KEYWORD = re.compile(r"(\w+)\s*=\s*[rbuRBU]?$")
_DEFINED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)\s*(.*)$")
_MADE = re.compile(r"(?:\w+\.)*([A-Za-z_]\w*)\s*\(")
_CONSTANT = re.compile(r"[-+\d._e]+\s*$|['\"\[({]")


def completions(text: str, before: str) -> list[str]:
    """Return the known values that a cut string may have had, likeliest first.

    ``before`` is the code in front of it.

    >>> completions("neg_mean_squa:", "cross_val_score(m, X, y, scoring=")
    ['neg_mean_squared_error', 'neg_mean_squared_log_error']
    """
    start = text.rstrip().rstrip(":….-\\").rstrip()
    if len(start) < _SHORTEST:
        return []
    keyword = _KEYWORD.search(before)
    known = SCORERS if keyword and keyword[1] == "scoring" else VALUES
    return [value for value in known if value.startswith(start) and value != start][:_SHORTEST]


def missing(
    lines: Sequence[str], at: int, column: int, others: Sequence[Sequence[str]]
) -> list[str]:
    """Return keyword arguments that the innermost call open at a place may have lost.

    Each passes a name that the cell defines and never uses, where its class or its name fits.
    """
    state = scan(lines)
    text = state.bare[at][:column] if at < len(state.bare) else ""
    depth: list[tuple[int, int]] = [(number, col) for _, number, col in state.open[at]]
    for col, sign in enumerate(text):
        if sign in "([{":
            depth.append((at, col))
        elif sign in ")]}" and depth:
            depth.pop()
    if not depth:
        return []
    number, col = depth[-1]
    callee = _CALLEE.search(state.bare[number][: col + 1])
    if callee is None:
        return []
    said = "\n".join([state.bare[number][col:], *state.bare[number + 1 : at + 12]])
    given = set(re.findall(r"(\w+)\s*=(?!=)", said.split(")\n", 1)[0]))
    return _fitting(callee[1], given, _unused(lines, others))


def _fitting(callee: str, given: set[str], unused: dict[str, str]) -> list[str]:
    out = []
    for name, value in unused.items():
        made = _MADE.match(value)
        role = _ROLES.get(made[1]) if made else None
        if role is None and (made is None or name in _TAKES):
            role = _SAME.get(name, name)
        if role and role not in given and callee in _TAKES.get(role, ()):
            out.append(f"{role}={name}")
    return out[:3]


def _unused(lines: Sequence[str], others: Sequence[Sequence[str]]) -> dict[str, str]:
    """Names that a cell defines and nobody uses, with how they are made."""
    state = scan(lines)
    defined: dict[str, str] = {}
    for at, bare in enumerate(state.bare):
        hit = _DEFINED.match(bare) if state.starts(at) and not says_nothing(lines[at]) else None
        if hit:
            defined[hit[1]] = hit[2] or "_"
    used = _used(state.bare)
    for other in others:
        plain = scan(other).bare
        own = {hit[1] for line in plain if (hit := _DEFINED.match(line))}
        used |= _used(plain) - own
    return {name: value for name, value in defined.items() if name not in used}


def _used(bare: Sequence[str]) -> set[str]:
    """Names that stand anywhere but before an assignment's or a keyword's sign."""
    found: set[str] = set()
    for line in bare:
        found |= set(re.findall(r"(?<![\w.])([A-Za-z_]\w*)(?!\w|\s*=(?!=))", line))
    return found


def passed(lines: Sequence[str], others: Sequence[Sequence[str]]) -> list[Fix]:
    """Return a cell that runs with a name that it never uses passed to a call that takes it."""
    module = tree(lines)
    unused = _unused(lines, others) if module is not None else {}
    if module is None or not unused:
        return []
    out: list[Fix] = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not (node.args or node.keywords):
            continue
        callee = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        callee = node.func.id if isinstance(node.func, ast.Name) else callee
        given = {keyword.arg or "" for keyword in node.keywords}
        for extra in _fitting(callee, given, unused):
            changed = _inserted(lines, node, extra)
            if changed is not None:
                out.append(Fix(changed, KIND, passes(extra), sure=False))
    return out


def passes(extra: str) -> str:
    """Say that an argument was passed."""
    name = extra.partition("=")[2]
    return f"'{extra}' was passed to a call: the cell defines '{name}' and never uses it"


def _inserted(lines: Sequence[str], node: ast.Call, extra: str) -> tuple[str, ...] | None:
    last = max(
        [*node.args, *(keyword.value for keyword in node.keywords)],
        key=lambda one: (one.end_lineno or 0, one.end_col_offset or 0),
    )
    number, offset = (last.end_lineno or 1) - 1, last.end_col_offset or 0
    raw = lines[number].encode(errors="surrogatepass")
    head, tail = (part.decode(errors="replace") for part in (raw[:offset], raw[offset:]))
    # an argument may stand in brackets of its own
    opened = len(re.match(r"[\s)]*", tail)[0].rstrip()) if tail else 0  # type: ignore[index]
    for skip in range(opened + 1):
        changed = [*lines]
        changed[number] = f"{head}{tail[:skip]}, {extra}{tail[skip:]}"
        if fault(changed) is None:
            return tuple(changed)
    return None


def valued(lines: Sequence[str], message: str) -> list[Fix]:
    """Return a cell with a string that an error names completed to a value that it begins."""
    out: list[Fix] = []
    for cut in re.findall(r"'([\w-]{3,60})'", message[:1000])[:4]:
        hits = [n for n, line in enumerate(lines) if f"'{cut}'" in line or f'"{cut}"' in line]
        for number in hits[:1]:
            before = re.split(rf"['\"]{re.escape(cut)}['\"]", lines[number], maxsplit=1)[0]
            for value in completions(cut, before):
                changed = [*lines]
                changed[number] = re.sub(
                    rf"(['\"]){re.escape(cut)}\1", rf"\g<1>{value}\g<1>", lines[number], count=1
                )
                says = f"the string '{cut}', which a cut shortened, was completed to '{value}'"
                if fault(changed) is None:
                    out.append(Fix(tuple(changed), "cut", says, sure=False))
    return out
