"""A named repair: code that moves things to a graphics card runs where there is none.

``.cuda()`` and ``.to("cuda")`` leave things where they are, and the record says that they did.
"""

from __future__ import annotations

import functools
from typing import Any

from .record import Record

NAME = "cuda-on-cpu"


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
