"""Cross-checks of a training log: with itself, and with the source that is said to have made it.

Each check that finds something gives ``{"check": name, "says": words, "values": numbers}``. A
check is silent where anything it rests on is not known, so what it says can be relied on.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from grader.read._training_sizes import Sizes, training_sizes

BASES = {
    "VGG16 without its dense layers": 14_714_688,
    "VGG19 without its dense layers": 20_024_384,
    "VGG16": 138_357_544,
    "VGG19": 143_667_240,
    "ResNet-18": 11_689_512,
    "ResNet-18 without its last layer": 11_176_512,
    "ResNet-34": 21_797_672,
    "ResNet-34 without its last layer": 21_284_672,
    "ResNet-50": 25_557_032,
    "ResNet-50 without its last layer": 23_508_032,
}
"""Parameters of networks that come ready-made (torchvision; the convolutions of VGG in Keras too)."""

_JUMP = 0.6
_MANY_ROWS = 1_000
_LEAST_CLAIM = 0.2
_CLAIM_SLACK = 0.01
_SLACK = 0.98
_CLAIM = re.compile(
    r"\bacc(?:uracy|uracies)?\s(?:of|is|was|reached|reaches|at|=|:)\s?(?:about |around |~ ?)?"
    r"(?P<number>\d{1,3}(?:\.\d{1,6})?)\s?(?P<percent>\\?%|percent)?(?!\s?(?:\\?%|percent|\d|/))",
    re.IGNORECASE,
)
_CATEGORICAL = re.compile(r"categorical_?crossentropy", re.IGNORECASE)
_OTHER_LOSS = re.compile(r"binary_?crossentropy|focal|\bmse\b|mean_squared|hinge", re.IGNORECASE)
_FREEZES = re.compile(r"\.(?:trainable|requires_grad)\Z")


def checks(
    told: Mapping[str, Any],
    code: Mapping[str, Any] | None = None,
    *,
    shown: Mapping[str, Any] | None = None,
    prose: str = "",
) -> list[dict[str, Any]]:
    """Return what does not fit together, as plain data.

    Args:
        told: the log, see ``_log.log``.
        code: facts of the source, see ``_facts.facts``; None or empty where there is none.
        shown: the log of what was printed alone, which ``prose`` is held against.
        prose: running text that may claim an accuracy.

    >>> from grader.read._log import log
    >>> [one["check"] for one in checks(log("SystemExit: 2"))]
    ['never-ran']
    """
    code = code or {}
    sizes = training_sizes(code)
    found = [
        *_failed(told),
        *_numbers(told),
        *_shares(told),
        *_course(told),
        *_times(told),
        *_parameters(told, code),
        *_steps(told, sizes),
        *_splits(told, sizes),
        *_epochs(told, sizes),
        *_loss_bound(told, code),
        *_claims(shown or {}, prose),
    ]
    return [{"check": name, "says": says, "values": values} for name, says, values in found]


_Checks = Iterator[tuple[str, str, dict[str, Any]]]


def _failed(told: Mapping[str, Any]) -> _Checks:
    failed = told["failed"]
    if not failed:
        return
    named = next((name for name in failed if name not in ("usage", "Traceback")), failed[0])
    if not told["last_epoch"] and not told["batches"]["count"]:
        yield (
            "never-ran",
            f"the output ends with {named}, and no epoch or minibatch is printed: nothing was trained",
            {"error": named},
        )
    else:
        yield (
            "stopped-by-an-error",
            f"the output tells of {named} beside a training",
            {"error": named, "last_epoch": told["last_epoch"]},
        )


def _numbers(told: Mapping[str, Any]) -> _Checks:
    lost = told["lost"]
    odd = [value for value in lost if not value.startswith("-") or "n" in value]
    if odd:
        yield (
            "loss-not-finite",
            f"a loss of {odd[0]} is printed: the training diverged",
            {"loss": odd[0]},
        )
    elif lost:
        yield (
            "loss-negative",
            f"a loss of {lost[0]} is printed; a cross entropy is never below zero",
            {"loss": lost[0]},
        )
    if told["beyond"]:
        value = told["beyond"][0]
        yield (
            "accuracy-above-all",
            f"an accuracy of {value:g} is printed: a count that was not divided, or divided by too few",
            {"accuracy": value},
        )


def _shares(told: Mapping[str, Any]) -> _Checks:
    for share, slack, right, of in told["shares"]:
        if of and right <= of and abs(share - right / of) > slack * 1.02 + 1e-9:
            yield (
                "share-unlike-count",
                f"an accuracy of {share:.4g} is printed beside {right} of {of}",
                {"share": share, "right": right, "of": of},
            )
            return


def _course(told: Mapping[str, Any]) -> _Checks:
    epochs = told["epochs"]
    for before, after in pairwise(epochs[1:]):
        a, b = before.get("accuracy"), after.get("accuracy")
        if a is not None and b is not None and abs(a - b) > _JUMP:
            yield (
                "accuracy-jumps",
                f"the training accuracy goes from {a:.4g} to {b:.4g} in one epoch",
                {"epoch": after["epoch"], "before": a, "after": b},
            )
            break
    metrics = [
        {k: v for k, v in epoch.items() if k.endswith(("loss", "accuracy"))} for epoch in epochs
    ]
    if len(metrics) > 2 and len(metrics[0]) > 1 and all(one == metrics[0] for one in metrics):
        yield (
            "epochs-alike",
            f"all {len(metrics)} epochs print the same loss and accuracy to the last digit",
            {"epochs": len(metrics)},
        )


def _times(told: Mapping[str, Any]) -> _Checks:
    for steps, seconds, each in told["times"]:
        needed = steps * max(0.0, each - 0.5) / 1_000
        if seconds + 1 < 0.75 * needed:
            yield (
                "time-unlike-steps",
                f"{steps} steps of {each} ms each do not fit into the {seconds} s that are printed",
                {"steps": steps, "seconds": seconds, "each": each},
            )
            return


def _parameters(told: Mapping[str, Any], code: Mapping[str, Any]) -> _Checks:
    for summary in told["summaries"]:
        total, trained, frozen = (summary.get(k) for k in ("total", "trainable", "non_trainable"))
        if total is None or trained is None or frozen is None:
            continue
        if total not in (trained + frozen, trained + frozen + summary.get("optimizer", 0)):
            yield (
                "parameters-do-not-add-up",
                f"{trained:,} trainable and {frozen:,} others are printed, but {total:,} in total",
                {"total": total, "trainable": trained, "non_trainable": frozen},
            )
            break
    params = told["params"]
    trained, frozen = params.get("trainable"), params.get("non_trainable")
    named = next((name for name, count in BASES.items() if count == frozen), None)
    if named:
        yield (
            "whole-base-frozen",
            f"exactly the {frozen:,} parameters of {named} are printed as not trainable: all of it is frozen",
            {"non_trainable": frozen, "trainable": trained},
        )
    least = min(BASES.values())
    if frozen == 0 and trained is not None and trained >= least:
        yield (
            "nothing-frozen",
            f"all {trained:,} parameters are printed as trainable: nothing is frozen",
            {"trainable": trained, "non_trainable": 0},
        )
        freezing = [
            s
            for s in code.get("sets", ())
            if _FREEZES.search(str(s.get("target", ""))) and s.get("value") is False
        ]
        if freezing and not any(s.get("non_trainable") for s in told["summaries"]):
            yield (
                "frozen-unlike-source",
                "the source freezes layers, yet what is printed has no parameter that is not trainable",
                {"line": freezing[0].get("line"), "trainable": trained},
            )


def _printed_steps(told: Mapping[str, Any]) -> int | None:
    """The steps of most epochs."""
    counts = Counter(e["steps"] for e in told["epochs"] if "steps" in e)
    if not counts and len(told["steps"]) == 1:
        return int(told["steps"][0])
    return counts.most_common(1)[0][0] if counts else None


def _steps(told: Mapping[str, Any], sizes: Sizes) -> _Checks:
    steps = _printed_steps(told)
    if steps is None or not sizes.batches:
        return
    if sizes.parts and steps not in sizes.steps(sizes.parts):
        least = min(sizes.batches)
        yield (
            "steps-per-epoch",
            (
                f"{steps} steps an epoch are printed; the data set, its split and the batch size in the "
                "source do not give that number"
            ),
            {
                "steps": steps,
                "batches": sorted(sizes.batches),
                "sizes": sorted(sizes.parts)[:12],
                "examples": steps * least,
            },
        )
    rows = {s[0] for s in told["shapes"] if len(s) in (3, 4) and s[0] >= _MANY_ROWS}
    if rows and steps not in sizes.steps(rows | sizes.parts):
        yield (
            "steps-unlike-shapes",
            (
                f"{steps} steps an epoch are printed, which no printed shape gives with the batch size "
                "in the source"
            ),
            {"steps": steps, "batches": sorted(sizes.batches), "rows": sorted(rows)[:12]},
        )


def _splits(told: Mapping[str, Any], sizes: Sizes) -> _Checks:
    if not (sizes.parts and sizes.splits):
        return
    rows = list(dict.fromkeys(s[0] for s in told["shapes"] if s))
    for one, other in ((a, b) for a in rows for b in rows if a >= b):
        if one + other in sizes.whole and not {one, other} & sizes.parts:
            yield (
                "shapes-of-another-split",
                (
                    f"shapes of {one:,} and {other:,} are printed: a split of {one + other:,}, but not the "
                    "one that the source makes"
                ),
                {
                    "printed": [one, other],
                    "whole": one + other,
                    "share": round(other / (one + other), 4),
                },
            )
            break
    for samples in told["samples"]:
        odd = [count for count in samples if count not in sizes.parts]
        if odd:
            yield (
                "samples-of-another-split",
                f"{odd[0]:,} samples are printed, which the split in the source does not give",
                {"printed": samples, "sizes": sorted(sizes.parts)[:12]},
            )
            break


def _epochs(told: Mapping[str, Any], sizes: Sizes) -> _Checks:
    asked = sizes.epochs
    if not asked or not told["last_epoch"]:
        return
    printed = {e["of"] for e in told["epochs"] if "of" in e}
    wrong = sorted(printed - asked)
    if wrong or told["last_epoch"] > max(asked):
        count = wrong[-1] if wrong else told["last_epoch"]
        yield (
            "epochs-unlike-source",
            f"{count} epochs are printed; the source asks for another number",
            {"printed": count, "asked": sorted(asked)},
        )


def _loss_bound(told: Mapping[str, Any], code: Mapping[str, Any]) -> _Checks:
    """An example that is taken for another class costs at least ln 2.

    Its own class then has at most half of the probability. So a mean cross entropy is at least
    ln 2 times the share of wrong ones, where both are means over the same examples.
    """
    source = str(code.get("source", ""))
    if not _CATEGORICAL.search(source) or _OTHER_LOSS.search(source):
        return
    for epoch in told["epochs"]:
        loss, accuracy = epoch.get("val_loss"), epoch.get("val_accuracy")
        if loss is None or accuracy is None:
            continue
        if loss < _SLACK * math.log(2) * (1 - accuracy) - 5e-4:
            yield (
                "loss-too-small",
                (
                    f"a loss of {loss:g} is too small for an accuracy of {accuracy:.4g}: each wrong "
                    "answer alone costs at least 0.69"
                ),
                {"epoch": epoch["epoch"], "loss": loss, "accuracy": accuracy},
            )
            return


def _claims(shown: Mapping[str, Any], prose: str) -> _Checks:
    printed = [
        value
        for one in (*shown.get("epochs", ()), shown.get("final", {}))
        for key, value in one.items()
        if key.endswith("accuracy")
    ]
    if not printed:
        return
    for match in _CLAIM.finditer(prose[:20_000]):
        number = float(match["number"])
        share = number / 100 if match["percent"] or number > 1 else number
        if not _LEAST_CLAIM <= share <= 1:
            continue
        if all(abs(share - value) > _CLAIM_SLACK for value in printed):
            yield (
                "claimed-accuracy",
                f"the text claims an accuracy of {share:.4g}, and nothing that is printed comes near",
                {"claimed": share, "printed": [min(printed), max(printed)]},
            )
            return
