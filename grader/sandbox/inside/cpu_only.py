"""A named repair: code that moves things to a graphics card runs where there is none.

``.cuda()`` and ``.to("cuda")`` leave things where they are, and the record says that they did.
"""

from __future__ import annotations

import functools
from typing import Any

from .record import Record

NAME, SPLIT, EAGER = "cuda-on-cpu", "split-in-shares", "not-compiled"
_WHOLE = (50_000, 60_000, 10_000)
"""Images in the whole sets."""


def allow(record: Record) -> None:
    """Let moves to a graphics card be moves to the processor."""
    import torch  # noqa: PLC0415  # it is there where training is graded

    def noted() -> None:
        if NAME not in record.repairs:
            record.repairs.append(NAME)

    for owner in (torch.Tensor, torch.nn.Module):
        owner.cuda = _stays(noted)  # type: ignore[method-assign]
        owner.to = _moved(owner.to, torch, noted)  # type: ignore[method-assign]
    for name in ("zeros", "ones", "randn", "rand", "tensor", "empty", "arange", "full", "eye"):
        setattr(torch, name, _made(getattr(torch, name), torch, noted))


def as_here(record: Record) -> None:
    """Let code be as it is where its data set is smaller and there is no compiler.

    ``random_split`` into the numbers of the whole set splits in the same shares, and
    ``torch.compile`` gives its network back as it is.
    """
    import torch  # noqa: PLC0415  # it is there where training is graded

    split = torch.utils.data.random_split

    @functools.wraps(split)
    def random_split(dataset: Any, lengths: Any, *args: Any, **kwargs: Any) -> Any:
        whole = [one for one in lengths if type(one) is int]
        count, total = len(dataset), sum(whole)
        if len(whole) == len(lengths) and total in _WHOLE and count != total:
            _note(record, SPLIT)
            lengths = [one * count // total for one in whole]
            lengths[0] += count - sum(lengths)
        return split(dataset, lengths, *args, **kwargs)

    def compile_(model: Any = None, *_: Any, **__: Any) -> Any:
        _note(record, EAGER)
        return model if model is not None else (lambda function: function)

    torch.utils.data.random_split = torch.utils.data.dataset.random_split = random_split
    torch.compile = compile_


def _note(record: Record, name: str) -> None:
    if name not in record.repairs:
        record.repairs.append(name)


def _stays(noted: Any) -> Any:
    def cuda(self: Any, *_: Any, **__: Any) -> Any:
        """Stay here: there is no graphics card."""
        noted()
        return self

    return cuda


def _is_card(value: Any, torch: Any) -> bool:
    if isinstance(value, str):
        return value.partition(":")[0] == "cuda"
    return isinstance(value, torch.device) and value.type == "cuda"


def _moved(moving: Any, torch: Any, noted: Any) -> Any:
    @functools.wraps(moving)
    def to(self: Any, *args: Any, **kwargs: Any) -> Any:
        if any(_is_card(one, torch) for one in (*args, *kwargs.values())):
            noted()
            args = tuple("cpu" if _is_card(one, torch) else one for one in args)
            kwargs = {k: "cpu" if _is_card(v, torch) else v for k, v in kwargs.items()}
        return moving(self, *args, **kwargs)

    return to


def _made(making: Any, torch: Any, noted: Any) -> Any:
    @functools.wraps(making)
    def make(*args: Any, **kwargs: Any) -> Any:
        if _is_card(kwargs.get("device"), torch):
            noted()
            kwargs["device"] = "cpu"
        return making(*args, **kwargs)

    return make
