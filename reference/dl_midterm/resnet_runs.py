"""Problem 8 by a run: loaders, network and training as they were seen while the program ran.

``run`` is what was seen: ``loaders``, ``network``, ``epochs``, ``updates``, ``learns``, ``printed``,
``ended``. The data set was a small one, so that an epoch has few updates: how many whole epochs
there are does not depend on that. What a small budget cannot show raises ValueError, or is not
certain. Sources: torchvision 0.20, transforms; `resnet_cifar`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import resnet_cifar
from ._judging import Judgement, judgement, numbers

MEAN, SPREAD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
NEAR = 0.001
CONVOLUTIONS = (17, 20)
"""Without and with the projections of the shortcuts."""
LEARNED_SHARE, LEARNED_LOSS = 0.3, 0.75
"""Accuracy of the last epoch, and share of the first loss, from which a network has learned."""


def crops(run: Mapping[str, Any], code: Mapping[str, Any] | None) -> Judgement:
    """Whether training images are cropped at random to 32x32 with a padding of 4.

    Args:
        run: what was seen.
        code: facts of the source; what stands there and was not seen is never certain.

    Raises:
        ValueError: no training loader was seen.

    >>> crop = {"name": "RandomCrop", "settings": {"size": [32, 32], "padding": 4}}
    >>> crops({"loaders": {"train": {"transforms": [crop]}}}, {})["credit"]
    '1'
    """
    transforms = _transforms(run)
    crop = _of(transforms, "RandomCrop")
    if crop is None:
        if _of(transforms, "CenterCrop", "Resize") is not None:
            said, mistake = "the crop always takes the same part", "crop-not-random"
        else:
            said, mistake = "no random crop is among the transforms", ""
        return judgement(0, said, mistake=mistake, certain=_is_all(run, code, "crop"))
    settings = crop["settings"]
    size, padding = _pair(settings.get("size")), settings.get("padding")
    before = _of(transforms, "Pad")
    if padding is None and before is not None:
        padding = before["settings"].get("padding")
    if size != [32, 32]:
        return judgement("1/2", f"the crop has size {size}", mistake="other-crop-settings")
    if padding is None:
        return judgement("1/2", "the crop has no padding", mistake="crop-without-padding")
    if _widths(padding) != [4]:
        return judgement("1/2", f"the padding is {padding}", mistake="other-crop-settings")
    return judgement(1, "the training images are cropped at random, to 32x32, padded by 4")


def flips(run: Mapping[str, Any], code: Mapping[str, Any] | None) -> Judgement:
    """Whether training images are flipped left and right with probability 0.5.

    Args:
        run: what was seen.
        code: as `crops`.

    Raises:
        ValueError: no training loader was seen.

    >>> flip = {"name": "RandomHorizontalFlip", "settings": {"p": 0.5}}
    >>> flips({"loaders": {"train": {"transforms": [flip]}}}, {})["credit"]
    '1'
    """
    transforms = _transforms(run)
    flip = _of(transforms, "RandomHorizontalFlip")
    if flip is None:
        vertical = _of(transforms, "RandomVerticalFlip") is not None
        mistake = "vertical-flip" if vertical else ""
        said = "no random horizontal flip is among the transforms"
        return judgement(0, said, mistake=mistake, certain=_is_all(run, code, "flip"))
    if flip["settings"].get("p") != 0.5:
        return judgement("1/2", "the flip has another probability", mistake="other-flip")
    return judgement(1, "the training images are flipped at random")


def normalises(run: Mapping[str, Any], code: Mapping[str, Any] | None) -> Judgement:
    """Whether each channel is normalised by the printed numbers; variances or their roots.

    Args:
        run: what was seen.
        code: as `crops`.

    Raises:
        ValueError: no training loader was seen.

    >>> own = {"mean": [0.4914, 0.4822, 0.4465], "std": [0.2023, 0.1994, 0.2010]}
    >>> normalises({"loaders": {"train": {"transforms": [{"name": "Normalize", "settings": own}]}}}, {})["credit"]
    '1'
    """
    normal = _of(_transforms(run), "Normalize")
    if normal is None:
        said = "no normalisation is among the transforms"
        return judgement(0, said, certain=_is_all(run, code, "normali|mean|std"))
    mean, std = (numbers(normal["settings"].get(name)) for name in ("mean", "std"))
    roots = [math.sqrt(one) for one in SPREAD]
    if _near(mean, MEAN) and (_near(std, SPREAD) or _near(std, roots)):
        return judgement(1, "each channel is normalised by the printed numbers")
    return judgement(0, "it is normalised by other numbers", mistake="other-normalisation")


def loads(run: Mapping[str, Any], sizes: Sequence[int], workers: int) -> Judgement:
    """Whether both sets are loaded in batches of the asked sizes by as many workers as asked.

    Args:
        run: what was seen.
        sizes: batch sizes for training and testing.
        workers: of each loader.

    Raises:
        ValueError: no loader was seen.
    """
    every = _loaders(run)
    train, test = run["loaders"]["train"], run["loaders"]["test"]
    checks = {
        "the training set": any(one["train"] is True for one in every),
        "the test set": any(one["train"] is False for one in every),
        "the training loader": _is_loader(train, sizes[0], workers),
        "the test loader": _is_loader(test, sizes[1], workers),
    }
    wrong = [name for name, right in checks.items() if not right]
    said = f"not as asked: {', '.join(wrong)}" if wrong else "both sets are loaded as asked"
    # a loader that is made behind the point where the program stops was never seen
    certain = not wrong or _went_through(run)
    return judgement(f"{len(checks) - len(wrong)}/{len(checks)}", said, certain=certain)


def trains(run: Mapping[str, Any]) -> Judgement:
    """Whether the program goes through the training loader and updates the network.

    Raises:
        ValueError: no update was seen, and the program stopped before it could make one.
    """
    updates = run["updates"]["count"]
    if updates >= 2:
        if run["network"] and run["network"]["unchanged"] and not _changed(run):
            return judgement(
                "1/2", "updates are made, and the network stays as it was", certain=False
            )
        return judgement(1, f"{updates} updates of the network were seen")
    if not _went_through(run):
        raise ValueError("the program stopped before an update")
    return judgement(0, "no update of the network was seen", certain=False)


def network(run: Mapping[str, Any], classes: int) -> Judgement:
    """Whether the network is a ResNet-18 with an output for each class.

    Raises:
        ValueError: no network was seen, or one whose outputs are not known.

    >>> seen = {"parameters": 11173962, "outputs": 10, "layers": []}
    >>> network({"network": seen}, 10)["credit"]
    '1'
    """
    own = run["network"]
    if own is None or own["outputs"] is None:
        raise ValueError("no network was seen at work")
    outputs, parameters = own["outputs"], own["parameters"]
    exact = {
        resnet_cifar.cifar_parameters(outputs),
        resnet_cifar.torchvision_parameters(outputs),
    }
    convolutions = sum(one["kind"] == "Conv2d" for one in own["layers"])
    residual = parameters in exact
    if not residual and convolutions not in CONVOLUTIONS:
        return judgement(
            0,
            f"this network has {convolutions} convolutions",
            mistake="other-network",
            certain=False,
        )
    said = f"{parameters:,} parameters, {outputs} outputs"
    if outputs != classes:
        return judgement("1/2", said, mistake="other-head", certain=residual)
    return judgement(1, said, certain=residual)


def epochs(run: Mapping[str, Any], code: Mapping[str, Any] | None, count: int) -> Judgement:
    """Whether there are as many epochs as asked, each over the whole training set.

    Args:
        run: what was seen.
        code: facts of the source; a loop that it can leave early makes whole epochs uncertain.
        count: epochs that are asked for.

    Raises:
        ValueError: it stopped, or was stopped, before that could be told.
    """
    seen = run["epochs"]
    if not run["updates"]["count"]:
        raise ValueError("no update was seen")
    if run.get("network") and not _changed(run):
        raise ValueError("the network stays as it was: these are no epochs of a training")
    if run["updates"]["networks"] > 1 or run["optimiser"]["count"] > 1:
        raise ValueError("several networks were trained, or one by several optimisers")
    leaves = not code or _LEAVES.search(str(code.get("source", ""))) is not None
    train = run["loaders"]["train"]
    leaves = leaves or train is None or train["share"]
    if not seen["unbroken"] and not _went_through(run):
        raise ValueError("an error ended it within an epoch")
    if not seen["unbroken"]:
        return judgement(0, "an epoch is left early", mistake="epochs-not-whole")
    if seen["at_least"] > count:
        said = f"it goes on after {count} epochs"
        return judgement(0, said, mistake="other-number-of-epochs")
    if seen["count"] is None or not _went_through(run):
        raise ValueError(f"it was seen for {seen['whole']} epochs, and then stopped")
    if seen["count"] == count:
        return judgement(1, f"{count} whole epochs were seen", certain=not leaves)
    said = f"{seen['count']} epochs were seen"
    return judgement(0, said, mistake="other-number-of-epochs")


def learns(run: Mapping[str, Any], code: Mapping[str, Any] | None) -> Judgement:
    """Whether the program ran and the network learned.

    That it does not learn within a small budget is never certain: a low rate takes longer.

    Args:
        run: what was seen.
        code: facts of the source and of what the hand-in shows that it printed.

    Raises:
        ValueError: no update was seen.
    """
    updates = run["updates"]
    if not updates["count"] and run["ended"]["type"] == "SystemExit" and _failed(code):
        return judgement(0, "the program ends before it trains, here as in the hand-in")
    if updates["count"] < 2:
        raise ValueError("no training was seen")
    if not _went_through(run) and not updates["stopped"]:
        raise ValueError("the program stopped in its training")
    if not run["loss"]["finite"]:
        return judgement(
            "1/2", "the loss is no finite number", mistake="chance-level", certain=False
        )
    losses = numbers(updates["losses"])
    shares = [
        right / size
        for right, size in zip(updates["right"], updates["sizes"], strict=False)
        if isinstance(right, int) and size
    ]
    last = sum(shares[-2:]) / len(shares[-2:]) if shares else 0.0
    if losses and losses[-1] < LEARNED_LOSS * losses[0] and last >= LEARNED_SHARE:
        said = (
            f"the loss fell from {losses[0]:.2f} to {losses[-1]:.2f}, and it classifies {last:.0%}"
        )
        return judgement(1, f"{said} of the last batches rightly")
    if run["learns"]["fits"] is False:
        said = "not even one small batch is learned"
        return judgement("1/2", said, mistake="chance-level", certain=False)
    return judgement(1, "it ran; whether it learns enough was not to be seen", certain=False)


def tells(run: Mapping[str, Any], what: str) -> Judgement:
    """Whether the loss, or the accuracy, of each minibatch is printed as it was seen.

    Args:
        run: what was seen.
        what: ``losses`` or ``accuracies``.

    Raises:
        ValueError: nothing of it was printed: it may be kept or drawn instead.
    """
    printed, epochs_ = run["printed"], run["epochs"]
    if not printed or not printed.get("of"):
        raise ValueError("no training was seen")
    told, of = printed[what], printed["of"]
    if told >= max(2, math.ceil(0.8 * of)):
        return judgement(1, f"it prints this of {told} of the {of} minibatches that were seen")
    if told > 0 and epochs_["whole"] and told <= epochs_["at_least"] + 1:
        return judgement("1/2", "it prints one number an epoch", certain=False)
    raise ValueError("it is not printed for each minibatch")


# -- what was seen


_LEAVES = re.compile(
    r"\bbreak\b|\bislice\b|\[\s*:\s*\d{3,}|\bSubset\b|\bcontinue\b"
    r"|\bif\s+\(?\s*(?:i|j|k|n|it|idx|step|batch\w*)\s*(?:[<>]=?|==)"
)
"""Words of code that may leave out some of a large training set, and none of a small one."""
_KNOWN = frozenset(
    {
        *("ToTensor", "PILToTensor", "ToImage", "ToDtype", "ConvertImageDtype", "Normalize"),
        *("RandomCrop", "CenterCrop", "RandomResizedCrop", "Resize", "Pad", "Grayscale"),
        *("RandomHorizontalFlip", "RandomVerticalFlip", "RandomRotation", "RandomAffine"),
        *("ColorJitter", "RandomErasing", "AutoAugment", "RandAugment", "TrivialAugmentWide"),
    }
)
"""Transforms of torchvision of which it is known what they do."""


def _is_all(run: Mapping[str, Any], code: Mapping[str, Any] | None, word: str) -> bool:
    """Whether nothing else than what was seen can be done to the images, as far as is known."""
    loader = run["loaders"]["train"]
    names = {one["name"] for one in loader["transforms"]}
    source = str(code.get("source", "")) if code else word
    elsewhere = re.search(word, source, re.IGNORECASE) is not None
    return loader["dataset"] == "CIFAR10" and names <= _KNOWN and not elsewhere


def _loaders(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    every: list[Mapping[str, Any]] = list(run["loaders"]["all"])
    if not every:
        raise ValueError("no loader was seen")
    return every


def _transforms(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    loader = run["loaders"]["train"]
    if loader is None:
        raise ValueError("no training loader was seen")
    found: list[Mapping[str, Any]] = list(loader["transforms"])
    return found


def _of(transforms: Sequence[Mapping[str, Any]], *names: str) -> Mapping[str, Any] | None:
    return next((one for one in transforms if one["name"] in names), None)


def _pair(size: Any) -> list[int]:
    row = [size] if isinstance(size, int) else list(size or [])
    return row * 2 if len(row) == 1 else row


def _widths(padding: Any) -> list[Any]:
    row = [padding] if isinstance(padding, int) else list(padding or [])
    return sorted(set(row))


def _near(row: Sequence[float], wanted: Sequence[float]) -> bool:
    return len(row) == len(wanted) and all(
        abs(a - b) <= NEAR for a, b in zip(row, wanted, strict=True)
    )


def _is_loader(loader: Mapping[str, Any] | None, size: int, workers: int) -> bool:
    return loader is not None and loader["batch_size"] == size and loader["num_workers"] == workers


def _went_through(run: Mapping[str, Any]) -> bool:
    return bool(run["ended"]["how"] == "done")


def _failed(code: Mapping[str, Any] | None) -> bool:
    """Whether the hand-in itself shows that the program failed."""
    log = code.get("log") if code else None
    return isinstance(log, Mapping) and bool(log.get("failed"))


def _changed(run: Mapping[str, Any]) -> bool:
    """Whether some trainable weight is another one than before."""
    layers = [one for one in run["network"]["layers"] if one["trainable"]]
    return len(run["network"]["unchanged"]) < len(layers)
