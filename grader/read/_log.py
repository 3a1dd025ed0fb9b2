"""What a training program printed: epochs, minibatches, metrics, parameter counts, failures."""

from __future__ import annotations

import itertools
import re
from typing import Any

from grader.read._log_signs import signs

_MOST_LINES = 3_000
_LONGEST_LINE = 600
_METRICS = ("loss", "accuracy", "val_loss", "val_accuracy", "acc", "val_acc")
_EPOCH = re.compile(
    r"\W{0,4}\b(?:train(?:ing)?\s+)?ep(?:och)?s?\.?\s?[:=#\[(]?\s?(\d{1,4})\b(?:\s?(?:/|of)\s?(\d{1,4}))?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\W{0,3}(\d{1,6})\s?/\s?(\d{1,6})\b")
_ROW = re.compile(
    r"[\s|]{0,20}[\[(]?(\d{1,6})[\])]?\s?[:,|]?\s{1,20}"
    r"(-?\d{1,9}\.\d{1,18}(?:e-?\d{1,3})?\s?%?(?:[\s,|]{1,20}-?\d{1,9}(?:\.\d{1,18})?(?:e-?\d{1,3})?\s?%?){0,6})[\s|]*$"
)
_INDEX = re.compile(r"[\s\[(]{0,8}(\d{1,6})\b(?!\s?/|\.\d|\s?%)")
_BATCH = re.compile(
    r"\b(?:mini-?\s?batch|batch|step|iter(?:ation)?|mb)\s?(?:id[x]?|no\.?|number)?\s?[:=#\[(]?\s?(\d{1,7})\b",
    re.IGNORECASE,
)
_BAR = re.compile(r"\d+/\d+\s\[?[=>.━#\s-]{5,}|ms/step|s/step|\bETA:", re.IGNORECASE)
_STEPS = re.compile(r"(?<![\d/.])(\d{1,7})/(\d{1,7})\s\[?[=━]")
_METRIC = re.compile(
    r"(?P<set>\bval(?:id(?:ation)?)?|\btrain(?:ing)?|\btest(?:ing)?|\bdev)?[\s_-]{0,2}(?:set\s)?(?P<mean>mean|avg|average|running)?[\s_-]?"
    r"(?P<what>loss|acc(?:uracy)?)\b(?:\s(?:is|was|of|=))?[\s:=|~≈(]{0,4}"
    r"(?P<number>\d{1,5}(?:\.\d{1,18})?(?:e[+-]?\d{1,2})?)\s?(?P<percent>\\?%)?",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?P<set>val(?:idation)?|train(?:ing)?|test)\s?[:=]?\s(?P<number>\d{1,3}(?:\.\d+)?)\s?\\?%",
    re.IGNORECASE,
)
_PARAMS = re.compile(
    r"\b(?P<which>total|trainable|non[-\s]?trainable|optimizer)\s+param(?:eter)?s?\s*[:=]?\s*(?P<number>\d[\d,.'\s]{0,16}\d|\d)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:^|\s)(?P<name>(?:[A-Z]\w*(?:Error|Exception)|SystemExit|KeyboardInterrupt|StopIteration))\b(?::\s?(?P<what>.{0,160}))?"
)
_USAGE = re.compile(
    r"^usage:\s|error: (?:unrecognized|the following) arguments|^Traceback \(most recent",
    re.IGNORECASE,
)
_WARNING = re.compile(r"\b(?:WARNING\b|\w*Warning:)\s?:?(?P<what>.{0,200})")
_SHAPE = re.compile(r"(?:\(|torch\.Size\(\[)(\d{1,9}(?:,\s?\d{1,9}){0,6}),?\]?\)")
_MOST = 200
_WORTH = re.compile(
    r"^\W{0,20}\d|loss|acc|ep(?:och|\s|\d)|param|batch|step|iter|%|Error|Exception|SystemExit|Interrupt|arning|WARN"
    r"|usage|error:|Traceback|Size\(",
    re.IGNORECASE,
)
"""Lines without any of these tell nothing: a quick way past printed models and prose."""
_FAILS = re.compile(
    r"Error|Exception|SystemExit|Interrupt|StopIteration|arning:|WARNING|^usage|error:|^Traceback",
    re.IGNORECASE,
)
_MEASURES = re.compile(r"loss|acc|%", re.IGNORECASE)


def log(text: str) -> dict[str, Any]:
    r"""Return what the lines of a log tell, as plain data.

    ``epochs`` holds per epoch its number and the last metrics that were printed for it,
    ``batches`` how many lines tell of single minibatches, and of which metrics.

    >>> log("Epoch 1/2 - loss: 0.5 - accuracy: 81%\nEpoch 2/2 - loss: 0.4")["epochs"][0]
    {'epoch': 1, 'of': 2, 'loss': 0.5, 'accuracy': 0.81}
    """
    scan = _Scan()
    lines = _joined(
        [line.replace("\\_", "_")[:_LONGEST_LINE] for line in text.split("\n")[:_MOST_LINES]]
    )
    for line in lines:
        if _WORTH.search(line):
            scan.line(line)
    return scan.found() | signs(lines)


def _joined(lines: list[str]) -> list[str]:
    """Names of metrics that a page's edge cut in two are made whole."""
    out: list[str] = []
    for line in lines:
        last = re.search(r"([a-z_]+)\s*$", out[-1]) if out else None
        first = re.match(r"([a-z_]+)(?=:)", line)
        if last and first and last[1] + first[1] in _METRICS and last[1] not in _METRICS:
            out[-1] = out[-1].rstrip() + line
        else:
            out.append(line)
    return out


class _Scan:
    def __init__(self) -> None:
        self.epochs: list[dict[str, Any]] = []
        self.batches = {"count": 0, "loss": 0, "accuracy": 0}
        self.rows: list[list[float]] = []
        self.told: list[tuple[int, dict[str, float]]] = []
        self.params: dict[str, int] = {}
        self.summaries: list[dict[str, int]] = []
        self.errors: list[dict[str, str]] = []
        self.warnings: list[str] = []
        self.shapes: list[list[int]] = []
        self.loose: dict[str, float] = {}

    def line(self, line: str) -> None:
        metrics = _metrics(line)
        batch = not _BAR.search(line) and (_BATCH.search(line) or _of_many(line))
        epoch = _epoch(line, metrics)
        if batch and (metrics or _ROW.match(line)):
            self._batch(metrics)
        elif epoch:
            self._start(epoch)
        elif not metrics:
            self._row(line)
        elif not self.epochs and (index := _INDEX.match(line)):
            self.told.append((int(index[1]), metrics))
            return
        self._steps(line)
        if metrics and (not batch or _is_last(line)):
            (self.epochs[-1] if self.epochs else self.loose).update(metrics)
        self._parameters(line)
        self._failures(line)
        shape = _SHAPE.fullmatch(line.strip())
        if shape and len(self.shapes) < _MOST:
            self.shapes.append([int(n) for n in shape[1].split(",")])

    def _batch(self, metrics: dict[str, float]) -> None:
        self.batches["count"] += 1
        for name in ("loss", "accuracy"):
            self.batches[name] += any(key.removeprefix("train_") == name for key in metrics)

    def _start(self, epoch: tuple[int, int | None]) -> None:
        number, of = epoch
        if self.epochs and self.epochs[-1]["epoch"] == number:
            return
        if len(self.epochs) < _MOST:
            self.epochs.append({"epoch": number, **({"of": of} if of else {})})

    def _row(self, line: str) -> None:
        found = _ROW.match(line)
        if found and len(self.rows) < _MOST:
            numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", found[2])
            self.rows.append([float(found[1]), *(float(n) for n in numbers[:6])])

    def _steps(self, line: str) -> None:
        found = _STEPS.search(line)
        if found and self.epochs:
            self.epochs[-1]["steps"] = int(found[2])

    def _parameters(self, line: str) -> None:
        for found in _PARAMS.finditer(line) if "aram" in line else ():
            which = re.sub(r"[-\s]", "_", found["which"].lower())
            digits = re.sub(r"\D", "", found["number"])[:15]
            if which == "total" and self.params:
                self.params = {}
            if which in self.params:
                continue
            if not self.params:
                self.summaries.append(self.params)
            self.params[which] = int(digits)

    def _failures(self, line: str) -> None:
        if not _FAILS.search(line):
            return
        found = _ERROR.search(line)
        warned = _WARNING.search(line)
        if warned:
            what = warned["what"].strip()
            if what and what not in self.warnings and len(self.warnings) < 20:
                self.warnings.append(what)
        elif found and len(self.errors) < 20:
            self.errors.append({"name": found["name"], "what": (found["what"] or "").strip()})
        elif _USAGE.search(line) and len(self.errors) < 20:
            self.errors.append(
                {
                    "name": "usage"
                    if "usage" in line.lower() or "argument" in line
                    else "Traceback",
                    "what": line.strip()[:160],
                }
            )

    def found(self) -> dict[str, Any]:
        failed = [e["name"] for e in self.errors if e["name"] != "KeyboardInterrupt"]
        if self.told:
            self._told_as_epochs()
        if not self.epochs and self.rows:
            self._rows_as_epochs()
        last = self.epochs[-1] if self.epochs else self.loose
        final = {
            key: value
            for key, value in (self.loose | last).items()
            if "loss" in key or "accuracy" in key
        }
        accuracies = [
            v for e in (*self.epochs, self.loose) for k, v in e.items() if k.endswith("accuracy")
        ]
        losses = [v for e in (*self.epochs, self.loose) for k, v in e.items() if k.endswith("loss")]
        return {
            "epochs": self.epochs,
            "last_epoch": max((e["epoch"] for e in self.epochs), default=0),
            "batches": self.batches,
            "rows": self.rows[:_MOST],
            "params": self.params,
            "summaries": self.summaries[:8],
            "errors": self.errors,
            "failed": failed,
            "warnings": self.warnings,
            "shapes": self.shapes,
            "final": final,
            "best_accuracy": max(accuracies, default=None),
            "lowest_loss": min(losses, default=None),
        }

    def _told_as_epochs(self) -> None:
        """Lines that begin with a count and tell metrics: minibatches where there are many."""
        if self.epochs or _are_batches([index for index, _ in self.told]):
            for _, metrics in self.told:
                self._batch(metrics)
            return
        for index, metrics in self.told[:_MOST]:
            self.epochs.append({"epoch": index + (1 - min(1, self.told[0][0])), **metrics})

    def _rows_as_epochs(self) -> None:
        """Rows such as ``0 1.842`` that count up are epochs where few, minibatches where many."""
        indices = [int(row[0]) for row in self.rows]
        if indices[0] not in (0, 1) or any(b <= a for a, b in itertools.pairwise(indices)):
            return
        if _are_batches(indices):
            self.batches["count"] += len(self.rows)
            self.batches["loss"] += len(self.rows)
            self.batches["accuracy"] += sum(len(row) > 2 for row in self.rows)
            return
        shares = all(0 < row[1] < 1 for row in self.rows) and all(
            len(row) == 2 for row in self.rows
        )
        for row in self.rows:
            metrics = {"accuracy": row[1]} if shares else {"loss": row[1]}
            if len(row) > 2 and 0 <= row[2] <= 100:
                metrics["accuracy"] = _share(row[2], percent=False)
            self.epochs.append({"epoch": int(row[0]) + (1 - indices[0]), **metrics})


def _are_batches(indices: list[int]) -> bool:
    """Whether counts go on like minibatches: far, or with gaps."""
    return max(indices) > 60 or max(indices) - min(indices) > 3 * len(indices)


def _is_last(line: str) -> bool:
    """Whether a line tells of the last minibatch of all: what it says is the epoch's."""
    counted = _COUNTED.match(line)
    return counted is not None and counted[1] == counted[2]


def _of_many(line: str) -> bool:
    """``17/391`` at the start counts minibatches; ``3/10`` counts epochs."""
    found = _COUNTED.match(line)
    return found is not None and int(found[2]) > 200


def _epoch(line: str, metrics: dict[str, float]) -> tuple[int, int | None] | None:
    found = _EPOCH.match(line)
    if found:
        return int(found[1]), int(found[2]) if found[2] else None
    counted = _COUNTED.match(line)
    if (
        counted
        and metrics
        and not _BAR.search(line)
        and 0 < int(counted[1]) <= int(counted[2]) <= 200
    ):
        return int(counted[1]), int(counted[2])
    return None


def _metrics(line: str) -> dict[str, float]:
    found: dict[str, float] = {}
    if not _MEASURES.search(line):
        return found
    for match in _METRIC.finditer(line):
        name = "loss" if match["what"].lower() == "loss" else "accuracy"
        number = float(match["number"])
        if name == "accuracy":
            number = _share(number, percent=bool(match["percent"]))
            if number > 1:
                continue
        found.setdefault(_prefix(match["set"]) + name, number)
    if not any(key.endswith("accuracy") for key in found):
        for match in _SHARE.finditer(line):
            found.setdefault(
                _prefix(match["set"]) + "accuracy", _share(float(match["number"]), percent=True)
            )
    return found


def _prefix(name: str | None) -> str:
    short = (name or "").lower()[:3]
    return {"val": "val_", "dev": "val_", "tes": "test_"}.get(short, "")


def _share(number: float, *, percent: bool) -> float:
    return round(number / 100, 8) if percent or number > 1.5 else number
