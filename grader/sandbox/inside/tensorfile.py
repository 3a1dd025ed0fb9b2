"""Tensors as safetensors: a length, a header in JSON, then raw numbers; nothing is executed.

Format: eight bytes of the header's length (little-endian), the header (name to dtype, shape and
offsets), the data (huggingface/safetensors, README, section "Format").
"""

from __future__ import annotations

import json
from typing import Any

_NAMES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}
_LONGEST_HEADER = 4_000_000


def written(tensors: dict[str, Any], torch: Any) -> bytes:
    """Return a file of these tensors.

    Raises:
        KeyError: for a dtype that the format has no name for.
    """
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    at = 0
    for name, tensor in tensors.items():
        whole = tensor.detach().to("cpu").contiguous()
        data = whole.view(-1).view(torch.uint8).numpy().tobytes() if whole.numel() else b""
        header[name] = {
            "dtype": _NAMES[str(whole.dtype).removeprefix("torch.")],
            "shape": list(whole.shape),
            "data_offsets": [at, at + len(data)],
        }
        parts.append(data)
        at += len(data)
    words = json.dumps(header).encode()
    words += b" " * (-len(words) % 8)
    return b"".join([len(words).to_bytes(8, "little"), words, *parts])


def read(data: bytes, torch: Any) -> dict[str, Any]:
    """Return the tensors of a file.

    Raises:
        ValueError: when it is damaged.
    """
    size = int.from_bytes(data[:8], "little")
    if size > min(_LONGEST_HEADER, len(data) - 8):
        raise ValueError("the header is longer than the file")
    header = json.loads(data[8 : 8 + size])
    body = memoryview(data)[8 + size :]
    kinds = {short: getattr(torch, name) for name, short in _NAMES.items()}
    found = {}
    for name, told in header.items():
        if name == "__metadata__":
            continue
        begin, end = told["data_offsets"]
        if not 0 <= begin <= end <= len(body):
            raise ValueError(f"{name} lies outside of the file")
        raw = torch.frombuffer(bytearray(body[begin:end]), dtype=torch.uint8)
        kind = kinds[told["dtype"]]
        found[name] = raw.view(kind).reshape(told["shape"]) if end > begin else torch.empty(0)
    return found
