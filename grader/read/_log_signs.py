"""What a log tells beside epochs and metrics: samples, steps, times, models, files, odd numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_MOST = 60
_SAMPLES = re.compile(
    r"\btrain(?:ing)? on (\d{1,9}) samples(?:,? validat\w+ on (\d{1,9}) samples)?", re.IGNORECASE
)
_COUNTED = re.compile(r"\W{0,3}(\d{1,7})\s?/\s?(\d{1,7})\b")
_TIMED = re.compile(r"(?<![\d/.])(\d{1,7})/\1\s.{0,60}?\b(\d{1,6})s\s(\d{1,5})ms/step")
_MODEL = re.compile(
    r"^\W{0,3}Model: [\"“”'](?P<kind>[a-z]\w{0,40}?)(?:_(?P<number>\d{1,4}))?[\"“”']"
)
_SAVED = re.compile(r"\bsaving model to (\S{1,120})")
_LOSS = re.compile(
    r"\b(?:\w+[ _])?loss\b[\s:=|]{0,4}(?P<value>-\s?\d[\d.]{0,12}|[-+]?(?:nan|inf)\b)",
    re.IGNORECASE,
)
_HIGH = re.compile(
    r"\bacc(?:uracy)?\b[\s:=|]{0,4}(?P<value>\d{2,9}(?:\.\d{1,9})?)\s?(?P<percent>\\?%)?",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\bacc(?:uracy)?\b[\s:=|]{0,4}(?P<value>\d{1,3}(?:\.\d{1,9})?)\s?(?P<percent>\\?%)?"
    r"\s?\(\s?(?P<right>\d{1,8})\s?/\s?(?P<of>\d{1,8})\s?\)",
    re.IGNORECASE,
)


def signs(lines: Iterable[str]) -> dict[str, Any]:
    r"""Return these facts as plain data.

    ``steps`` are the totals of counted steps, ``samples`` pairs of training and validation size,
    ``times`` triples of steps, seconds and milliseconds a step, ``models`` names with their
    number in the session, ``saved`` files, ``lost`` losses that are not finite or negative, as
    they are written, ``beyond`` accuracies above all, ``shares`` a printed share with its counts.

    >>> signs(["Train on 900 samples, validate on 100 samples", "loss: nan"])["samples"]
    [[900, 100]]
    """
    found: dict[str, list[Any]] = {
        name: []
        for name in ("steps", "samples", "times", "models", "saved", "lost", "beyond", "shares")
    }
    for line in lines:
        for name, value in _signs(line):
            if value not in found[name] and len(found[name]) < _MOST:
                found[name].append(value)
    return found


def _signs(line: str) -> Iterable[tuple[str, Any]]:
    if (counted := _COUNTED.match(line)) and 0 < int(counted[1]) <= int(counted[2]) > 200:
        yield "steps", int(counted[2])
    if "amples" in line and (samples := _SAMPLES.search(line)):
        yield "samples", [int(n) for n in samples.groups() if n]
    if "ms/step" in line and (timed := _TIMED.search(line)):
        yield "times", [int(n) for n in timed.groups()]
    if "odel: " in line and (model := _MODEL.match(line)):
        yield "models", {"kind": model["kind"], "number": int(model["number"] or 0)}
    if "saving model" in line and (saved := _SAVED.search(line)):
        yield "saved", saved[1].rstrip(".,;")
    low = line.lower()
    if "loss" in low:
        for match in _LOSS.finditer(line):
            yield "lost", match["value"].replace(" ", "").lower()
    if "acc" in low:
        for match in _HIGH.finditer(line):
            if float(match["value"]) > 100:
                yield "beyond", float(match["value"])
        for match in _SHARE.finditer(line):
            yield "shares", _printed(match)


def _printed(match: re.Match[str]) -> list[float]:
    """Share, half a unit of its last digit, right ones and all of them."""
    value = match["value"]
    scale = 100 if match["percent"] or float(value) > 1 else 1
    decimals = len(value.partition(".")[2])
    return [float(value) / scale, 0.5 / 10**decimals / scale, int(match["right"]), int(match["of"])]
