"""How many examples a program trains on, in which minibatches and how often, by its own source.

Nothing is said where the source leaves it open: a subset, a repeated or joined set, a size that
is computed, or code that was cut off.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SETS = {
    "mnist": (60_000, 10_000),
    "fashionmnist": (60_000, 10_000),
    "kmnist": (60_000, 10_000),
    "cifar10": (50_000, 10_000),
    "cifar100": (50_000, 10_000),
    "svhn": (73_257, 26_032),
    "stl10": (5_000, 8_000),
}
"""Examples for training and for testing, as torchvision and Keras hand them out."""

_CHANGES = frozenset(
    [
        "Subset",
        "SubsetRandomSampler",
        "WeightedRandomSampler",
        "RandomSampler",
        "take",
        "skip",
        "repeat",
        "concatenate",
        "ConcatDataset",
        "ChainDataset",
        "vstack",
        "hstack",
        "concat",
        "append",
        "extend",
        "resample",
        "sample",
        "choice",
        "permutation",
        "flow",
        "ImageDataGenerator",
        "islice",
        "shard",
        "filter",
    ]
)
_SLICED = re.compile(
    r"\[\s*(?:\d+\s*)?:\s*(?:\d{3,}|[A-Za-z_]\w*)|\[\s*\d{3,}\s*:|\[\s*[a-z]\w*\s*:"
)
_SPLITS = 3
_BATCHES = 8
_LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes that the source allows; empty where it leaves them open."""

    whole: tuple[int, ...] = ()
    """Examples of the data set: for training, for testing."""
    parts: frozenset[int] = frozenset()
    """Sizes of all parts that the source makes of them."""
    splits: bool = False
    """Whether the source splits them by itself."""
    batches: frozenset[int] = frozenset()
    epochs: frozenset[int] = frozenset()

    def steps(self, sizes: Iterable[int]) -> set[int]:
        """Minibatches in an epoch over one of these sizes, the last one whole or not."""
        return {
            count
            for size in sizes
            for batch in self.batches
            for count in (size // batch, -(-size // batch))
        }


def training_sizes(code: Mapping[str, Any]) -> Sizes:
    """Return what the facts of a program say of its sizes.

    >>> call = {"name": "DataLoader", "kw": {"batch_size": 100}}
    >>> training_sizes({"calls": [{"name": "datasets.MNIST"}, call]}).steps([60_000])
    {600}
    """
    calls = [call for call in code.get("calls", ()) if isinstance(call, Mapping)]
    whole = _whole(calls)
    open_ = bool(code.get("unread")) or any(_changes(call) for call in calls)
    open_ = open_ or bool(_SLICED.search(str(code.get("source", ""))))
    parts, splits = _parts(calls, whole, cut=bool(code.get("repairs"))) if whole else (None, False)
    return Sizes(
        whole=whole if parts and not open_ else (),
        parts=frozenset(parts or ()) if not open_ else frozenset(),
        splits=splits,
        batches=_batches(calls),
        epochs=_epochs(calls, code),
    )


def _end(call: Mapping[str, Any]) -> str:
    return str(call.get("name", "")).rpartition(".")[2]


def _changes(call: Mapping[str, Any]) -> bool:
    """Whether a call may change how many examples there are; along channels it does not."""
    if call.get("kw", {}).get("axis") in (-1, 3):
        return False
    return _end(call) in _CHANGES or call.get("name") in ("np.append", "numpy.append")


def _whole(calls: list[Mapping[str, Any]]) -> tuple[int, ...]:
    """The sizes of the one known data set that is loaded."""
    found = set()
    for call in calls:
        name = str(call.get("name", ""))
        stem = name.removesuffix(".load_data").rpartition(".")[2].lower().replace("_", "")
        if stem in SETS and (
            name.endswith("load_data")
            or name.rpartition(".")[2].isupper()
            or stem in ("fashionmnist", "kmnist")
        ):
            found.add(SETS[stem])
    return next(iter(found)) if len(found) == 1 else ()


def _parts(
    calls: list[Mapping[str, Any]], whole: tuple[int, ...], *, cut: bool
) -> tuple[set[int] | None, bool]:
    """All sizes that splits can make of the whole; None where one is not known."""
    sizes, splits = set(whole), 0
    for call in calls:
        made = _made(call, sizes, cut=cut)
        if made is None:
            return None, True
        splits += made != sizes
        if splits > _SPLITS:
            return None, True
        sizes |= made
    return sizes, splits > 0


def _made(call: Mapping[str, Any], sizes: set[int], *, cut: bool) -> set[int] | None:
    kw, end = call.get("kw", {}), _end(call)
    if end == "train_test_split":
        share = kw.get("test_size", kw.get("train_size", None if cut else 0.25))
        return _shared(share, sizes)
    if end == "random_split":
        args = call.get("args", [])
        lengths = kw.get("lengths", args[1] if len(args) > 1 else None)
        return _lengths(lengths, sizes)
    if end == "fit" and "validation_split" in kw:
        share = kw["validation_split"]
        if not _is_share(share):
            return None
        kept = {math.floor(size * (1 - share)) for size in sizes}
        return sizes | kept | {size - k for size in sizes for k in kept if k < size}
    if end == "fit" and ({"steps_per_epoch", "initial_epoch"} & set(kw)):
        return None
    return sizes


def _shared(share: Any, sizes: set[int]) -> set[int] | None:
    """Both parts of a split, either of them rounded up."""
    if not (_is_share(share) or _is_count(share)):
        return None
    made = set(sizes)
    for size in sizes:
        part = share * size if isinstance(share, float) else share
        for count in (math.ceil(part - 1e-9), math.floor(part + 1e-9)):
            if count < size:
                made |= {count, size - count}
    return made


def _lengths(lengths: Any, sizes: set[int]) -> set[int] | None:
    if not isinstance(lengths, list) or not lengths:
        return None
    if all(_is_count(n) for n in lengths):
        return sizes | set(lengths)
    if not all(_is_share(n) for n in lengths):
        return None
    return sizes | {
        count for n in lengths for size in sizes for count in (int(n * size), int(n * size) + 1)
    }


def _batches(calls: list[Mapping[str, Any]]) -> frozenset[int]:
    found: set[int] = set()
    for call in calls:
        for value in _batch(call):
            if not _is_count(value):
                return frozenset()
            found.add(value)
    return frozenset(found) if len(found) <= _BATCHES else frozenset()


def _batch(call: Mapping[str, Any]) -> Iterator[Any]:
    kw, args, end = call.get("kw", {}), call.get("args", []), _end(call)
    if end == "DataLoader":
        yield kw.get("batch_size", args[1] if len(args) > 1 else 1)
    elif end in ("fit", "evaluate", "predict"):
        given = args[2] if len(args) > 2 else None
        yield kw.get("batch_size", given if _is_count(given) or (end == "fit" and given) else 32)
    elif end == "batch" and args:
        yield args[0]


def _epochs(calls: list[Mapping[str, Any]], code: Mapping[str, Any]) -> frozenset[int]:
    """How many epochs are asked for; empty where one of the numbers is not known."""
    found: set[int] = set()
    for call in calls:
        kw = call.get("kw", {})
        asked = [
            kw[k] for k in ("epochs", "n_epochs", "num_epochs", "max_epochs", "nb_epoch") if k in kw
        ]
        if _end(call) == "fit" and len(call.get("args", [])) > 3:
            asked.append(call["args"][3])
        if "initial_epoch" in kw or not all(_is_count(n) for n in asked):
            return frozenset()
        found.update(asked)
    for loop in code.get("loops", ()):
        if isinstance(loop, Mapping) and re.match(r"(?i)ep|e$", str(loop.get("target", ""))):
            if not _is_count(loop.get("times")):
                return frozenset()
            found.add(loop["times"])
    return frozenset(found)


def _is_share(value: Any) -> bool:
    return isinstance(value, float) and 0 < value < 1


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST
