"""Small images that can be learnt, made by a seed: colours and textures, and drawn digits.

Both kinds can be told apart by a linear classifier and, in a few steps, by a small network. The
classes are fixed, so that sets of different seeds show different images of the same ten classes.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Path2 = tuple[tuple[float, float], ...]

_CLASSES = 10
_CHUNK = 128


def balanced(count: int, numbers: np.random.Generator) -> NDArray[np.int64]:
    """Return ``count`` labels in random order; no two classes differ by more than one."""
    return numbers.permutation(np.arange(count, dtype=np.int64) % _CLASSES)


# -- coloured textures

_SIDE = 32
_GREY, _COLOUR, _HUE, _WAVE, _LIGHT, _NOISE = 128.0, 60.0, 5.0, 26.0, 12.0, 12.0
_WAVES = ((0, 3), (3, 0), (2, 2), (0, 6), (6, 0), (4, 4), (2, 6), (6, 2), (1, 4), (4, 1))
"""Waves across and down each class's image: with free phases, neither a flip nor a shift matters."""


def _colours() -> Floats:
    """Return ten hues, (10, 3), on a circle around grey: a darker image keeps its hue."""
    turn = np.arange(_CLASSES)[:, None] * (2 * math.pi / _CLASSES)
    first, second = np.array([2, -1, -1]) / math.sqrt(6), np.array([0, 1, -1]) / math.sqrt(2)
    hues: Floats = (np.cos(turn) * first + np.sin(turn) * second).astype(np.float32)
    return hues


def textures(labels: NDArray[np.int64], numbers: np.random.Generator) -> NDArray[np.uint8]:
    """Return coloured textures, (n, 32, 32, 3): each class has a mean colour and a wave of its own."""
    out = np.empty((len(labels), _SIDE, _SIDE, 3), np.uint8)
    colours, waves = _colours(), np.array(_WAVES, np.float32)
    at = np.arange(_SIDE, dtype=np.float32) * np.float32(2 * math.pi / _SIDE)
    for first in range(0, len(labels), _CHUNK):
        own = labels[first : first + _CHUNK]
        phase = numbers.random((2, len(own), 1), np.float32) * np.float32(2 * math.pi)
        across = np.cos(waves[own, :1] * at + phase[0])[:, None, :, None]
        down = np.cos(waves[own, 1:] * at + phase[1])[:, :, None, None]
        light = numbers.standard_normal((len(own), 1, 1, 1), np.float32) * _LIGHT
        noise = numbers.standard_normal((len(own), _SIDE, _SIDE, 3), np.float32) * _NOISE
        tint = numbers.standard_normal((len(own), 1, 1, 3), np.float32) * _HUE
        mean = _GREY + _COLOUR * colours[own][:, None, None, :] + tint
        image = mean + light + _WAVE * across * down + noise
        out[first : first + _CHUNK] = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    return out


# -- drawn digits

_HEIGHT = 28
_PEN = 1.1
"""Half a stroke's width, in pixels."""
_TURN, _GROW, _SHIFT, _SPECK = 0.12, 0.08, 1.0, 6.0


def _arc(x: float, y: float, wide: float, high: float, begin: float, end: float) -> Path2:
    """Return points of an ellipse's arc; angles in quarter turns, clockwise from the right."""
    steps = max(3, round(abs(end - begin) * 3))
    angles = [(begin + (end - begin) * step / steps) * math.pi / 2 for step in range(steps + 1)]
    return tuple((x + wide * math.cos(a), y + high * math.sin(a)) for a in angles)


_DIGITS: tuple[tuple[Path2, ...], ...] = (
    (_arc(0, 0, 0.6, 1, 0, 4),),
    (((-0.35, -0.65), (0.05, -1), (0.05, 1)),),
    ((*_arc(0, -0.5, 0.6, 0.5, -2.1, 0.4), (-0.6, 1), (0.65, 1)),),
    (_arc(0, -0.5, 0.55, 0.5, -2, 1), _arc(0, 0.5, 0.6, 0.5, -1, 2)),
    (((0.25, 1), (0.25, -1), (-0.65, 0.35), (0.65, 0.35)),),
    (((0.6, -1), (-0.5, -1), (-0.55, -0.1)), _arc(0, 0.4, 0.6, 0.6, -1.5, 1.6)),
    (((0.35, -1), (-0.3, -0.4), (-0.6, 0.4)), _arc(0, 0.4, 0.6, 0.6, -2, 2)),
    (((-0.65, -1), (0.65, -1), (-0.15, 1)),),
    (_arc(0, -0.5, 0.5, 0.5, 1, 5), _arc(0, 0.5, 0.6, 0.5, -1, 3)),
    (_arc(0, -0.4, 0.6, 0.6, 0, 4), ((0.6, -0.4), (0.45, 1))),
)
"""Each digit's strokes; right and down are positive, a digit is about 2 high."""


def _strokes(digit: int) -> Floats:
    """Return a digit's straight pieces, (pieces, 2 ends, 2 coordinates)."""
    paths = _DIGITS[digit]
    return np.array([pair for path in paths for pair in itertools.pairwise(path)], "f4")


def _distances(ends: Floats) -> Floats:
    """Return each pixel's distance from the nearest piece: (n, pieces, 2, 2) to (n, 28, 28)."""
    rows, columns = np.mgrid[0:_HEIGHT, 0:_HEIGHT].astype(np.float32) - (_HEIGHT - 1) / 2
    start, along = ends[:, :, 0, :, None, None], (ends[:, :, 1] - ends[:, :, 0])[..., None, None]
    x, y = columns - start[:, :, 0], rows - start[:, :, 1]
    length = (along**2).sum(2) + np.float32(1e-6)
    share = np.clip((x * along[:, :, 0] + y * along[:, :, 1]) / length, 0, 1)
    apart = (x - share * along[:, :, 0]) ** 2 + (y - share * along[:, :, 1]) ** 2
    nearest: Floats = np.sqrt(apart.min(1))
    return nearest


def digits(labels: NDArray[np.int64], numbers: np.random.Generator) -> NDArray[np.uint8]:
    """Return drawn digits, (n, 28, 28), light on black: each turned, sized and moved a little."""
    out = np.empty((len(labels), _HEIGHT, _HEIGHT), np.uint8)
    strokes = [_strokes(digit) for digit in range(_CLASSES)]
    for first in range(0, len(labels), _CHUNK):
        own = labels[first : first + _CHUNK]
        turn, wide, high, thick = numbers.standard_normal((4, len(own)), np.float32).clip(-2, 2)
        shift = numbers.standard_normal((len(own), 1, 1, 2), np.float32).clip(-2, 2) * _SHIFT
        noise = numbers.random((len(own), _HEIGHT, _HEIGHT), np.float32) * _SPECK
        cos, sin = np.cos(turn * _TURN), np.sin(turn * _TURN)
        size = 8.5 * (1 + _GROW * np.stack((wide, high), 1))
        matrix = np.stack((cos, -sin, sin, cos), 1).reshape(-1, 2, 2) * size[:, None, :]
        pen = _PEN * (1 + 0.2 * thick)
        for digit in range(_CLASSES):
            chosen = np.flatnonzero(own == digit)
            ends = np.einsum("nij,pej->npei", matrix[chosen], strokes[digit]) + shift[chosen]
            ink = np.clip(1.5 + pen[chosen, None, None] - _distances(ends), 0, 1.5) / 1.5
            image = np.clip(np.rint(ink * (255 - _SPECK) + noise[chosen] * (ink > 0)), 0, 255)
            out[first + chosen] = image.astype(np.uint8)
    return out
