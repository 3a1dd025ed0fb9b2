"""Messages that were damaged or forged: each is a plain value or refused in words."""

import json
import random
import re
from collections import Counter

import numpy as np
import pytest

from grader import codec
from grader.model import Frame, Opaque, Series, Tensor
from grader.sandbox.inside.encode import encode

MOST = 20_000
PLAIN = (str, bool, int, float, complex, bytes, type(None))
NUMBERS = (
    *("-1", "0", "-0", "1", "2", "3", "1.0", "1e3", "1e400", "-1e-400", "true", "null", '""', "[]"),
    *("4294967296", "9007199254740991", "9007199254740992", "18446744073709551616", "9" * 5000),
)
SCRAPS = (
    *('"$"', '{"$": ', '"of": ', '"shape": [', "[[", "]]", "}}", ",", '"', "\\", "\x00", "\ud800"),
    *('"Found"', '"tuple"', '"dict"', '"array"', '"tensor"', '"frame"', '"objects"', '"other"'),
    *(
        '"|u1"',
        '"<f8"',
        '">M8[ns]"',
        '"<U3"',
        '"|S2"',
        '"|b1"',
        '"|O"',
        '"<U0"',
        "NaN",
        "=",
        "AAAA",
    ),
)


def seeds():
    """Messages of every kind of value."""
    values = [
        [1, -2.5, "text \u00e9", None, True, b"bytes", 2**70, float("inf"), 1 - 2j, (1, (2,), [3])],
        {"a": {"b": [{}]}, "$": 1, "c": {(1, "k"): 2.0, b"x": {None: 3}, 4: np.int8(1)}},
        [np.arange(6).reshape(2, 3), np.ones((2, 0)), np.array(1 + 2j), np.array(["ab", "c"])],
        [np.array([b"q", b"rs"]), np.array([True, False]), np.array([1, 2], dtype=">u2")],
        [np.array(["2020-01-01"], dtype="M8[D]"), np.array([1, None, "x"], dtype=object)],
        [np.float32(1.5), np.str_("sign"), np.datetime64("2020-01-01T00:00"), object(), {1, 2}],
    ]
    words = [
        Frame(columns=("n", ("t", 1)), index=np.arange(2), data=(np.ones(2), ["x", None])),
        Series(name="s", index=["a", "b"], data=np.zeros(2, dtype=np.float32)),
        Tensor(array=np.ones((2, 2), dtype=np.float32), dtype="bfloat16", requires_grad=True),
        [Opaque(type="m.C", why="its type is no plain one")],
    ]
    sent = [encode(value) for value in values] + [codec.to_wire(word) for word in words]
    frames = [
        {"ended": "done", "value": {"result": one}, "raised": None, "why": ""} for one in sent
    ]
    return [json.dumps(frame, ensure_ascii=at % 2 == 0).encode() for at, frame in enumerate(frames)]


def flip(chance, data, _):
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def cut(chance, data, _):
    first, last = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:first] + data[last:] if chance.random() < 0.8 else data[first:last]


def splice(chance, data, other):
    at, first = chance.randrange(len(data)), chance.randrange(len(other))
    return data[:at] + other[first : first + chance.randrange(1, 60)] + data[at:]


def repeat(chance, data, _):
    first = chance.randrange(len(data))
    piece = data[first : first + chance.choice((1, 1, 2, 8, 40))]
    return data[:first] + piece * chance.choice((2, 3, 80, 300)) + data[first:]


def renumber(chance, data, _):
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", data))
    if not found:
        return data
    one = chance.choice(found)
    return data[: one.start()] + chance.choice(NUMBERS).encode() + data[one.end() :]


def rename(chance, data, other):
    """One text for another: a tag, a type of elements, a name of a field, bytes."""
    found, texts = (list(re.finditer(rb'"[^"]*"', one)) for one in (data, other))
    if not found or not texts:
        return data
    one = chance.choice(found)
    scrap = chance.choice(SCRAPS).encode("utf-8", "surrogatepass")
    new = scrap if chance.random() < 0.3 else chance.choice(texts)[0]
    return data[: one.start()] + new + data[one.end() :]


def graft(chance, data, other):
    """One value for a value of another message: well-formed where both are."""
    try:
        tree, branch = json.loads(data), json.loads(other)
    except (ValueError, RecursionError):
        return data
    for _ in range(chance.randrange(1, 8)):
        inner = list(branch.values()) if isinstance(branch, dict) else branch
        if not isinstance(inner, list) or not inner:
            break
        branch = chance.choice(inner)
    place = tree
    while isinstance(place, (dict, list)) and place:
        key = (
            chance.choice(list(place)) if isinstance(place, dict) else chance.randrange(len(place))
        )
        if chance.random() < 0.3 or not isinstance(place[key], (dict, list)):
            place[key] = branch
            break
        place = place[key]
    return json.dumps(tree).encode("utf-8", "surrogatepass")


WAYS = (flip, cut, splice, repeat, renumber, rename, graft, graft)


def check(value, depth=0):
    """Fail unless a value is made of plain values alone, and can be used without a surprise."""
    assert depth < 100
    kind = type(value)
    if kind in PLAIN:
        return
    if kind in (list, tuple):
        inner = value
    elif kind is dict:
        inner = [*value, *value.values()]
    elif kind is Frame:
        assert len(value.columns) == len(value.data)
        inner = [value.columns, value.index, value.data]
    elif kind is Series:
        inner = [value.name, value.index, value.data]
    elif kind is Tensor:
        inner = [value.array, value.dtype, value.device, value.requires_grad]
    elif kind is Opaque:
        inner = [value.type, value.why]
    else:
        assert kind is np.ndarray or issubclass(kind, np.generic), kind
        assert kind is not np.ndarray or not value.flags.writeable
        assert value.nbytes <= MOST
        inner = value.tolist() if value.dtype == object else []
        value.tolist()
        repr(value)
    for item in inner:
        check(item, depth + 1)


def run(count, seed):
    """Damage messages so often; return how they were taken."""
    chance, whole, taken = random.Random(seed), seeds(), Counter()
    for _ in range(count):
        data = chance.choice(whole)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            if data:
                data = chance.choice(WAYS)(chance, data, chance.choice(whole))
        try:
            value = codec.from_wire(data, most=MOST)
        except codec.NotPlain as error:
            taken[re.sub(r"[\d\[].*", "", str(error))[:30]] += 1
            continue
        taken["read"] += 1
        check(value)
        stored = codec.dumps(value)
        assert codec.dumps(codec.loads(stored)) == stored
    return taken


def test_whole_messages_are_read():
    for data in seeds():
        check(codec.from_wire(data, most=MOST))


def test_2000_damaged_messages_are_read_or_refused():
    taken = run(2000, seed=1)
    assert taken["read"] > 200
    assert len(taken) > 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_100000_damaged_messages_are_read_or_refused(seed):
    taken = run(25_000, seed=100 + seed)
    assert taken["read"] > 2500
    assert len(taken) > 25


def test_damaged_evidence_is_read_or_refused():
    chance = random.Random(7)
    stored = [codec.dumps(codec.from_wire(data, most=MOST)) for data in seeds()]
    stored.append(b'{"$": "Found", "value": {"$": "Fraction", "of": "1/3"}, "where": []}')
    ends: Counter[str] = Counter()
    for _ in range(2000):
        data = chance.choice(WAYS)(chance, chance.choice(stored), chance.choice(stored))
        try:
            codec.loads(data)
        except codec.NotPlain:
            ends["refused"] += 1
        else:
            ends["read"] += 1
    assert min(ends["read"], ends["refused"]) > 100, ends
