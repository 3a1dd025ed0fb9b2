"""What a student's value becomes on its way out of a box, into evidence, and back."""

import dataclasses
import json
import math
import subprocess
import sys
import threading
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import codec
from grader.model import Broken, Found, Frame, Missing, Number, Opaque, Place, Series, Tensor
from grader.sandbox.inside.encode import Limit, decode_args, encode

MOST = 8_000_000
ROOT = Path(__file__).parents[2]

keys = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
plain = st.recursive(
    keys | st.complex_numbers() | st.integers(-(10**60), 10**60),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.just("$"), inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=20,
)
dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(endianness="?", sizes=(64, 128))
    | hnp.unicode_string_dtypes(endianness="?", max_len=5)
    | hnp.byte_string_dtypes(max_len=5)
    | st.sampled_from(["<M8[ns]", ">M8[D]", "<M8[25us]", "<m8[s]", ">m8"]).map(np.dtype)
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))


def out_of_a_box(value, **limits):
    """What the trusted side holds of a value, by way of real bytes."""
    sent = json.dumps(encode(value, limit=Limit(**limits)), separators=(",", ":")).encode()
    return codec.from_wire(sent, most=MOST)


def kept(value):
    """What evidence on disk gives back."""
    return codec.loads(codec.dumps(value))


def same(one, other):
    """Whether two values are the same by exact type and by every bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and one.dtype != object:
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, np.generic):
        return (one.dtype, one.tobytes()) == (other.dtype, other.tobytes())
    if isinstance(one, (list, tuple, np.ndarray)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        order = [sorted(values.items(), key=repr) for values in (one, other)]
        return same([list(pair) for pair in order[0]], [list(pair) for pair in order[1]])
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or one.hex() == other.hex()
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, (Tensor, Frame, Series)):
        names = [field.name for field in dataclasses.fields(one)]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return one == other


# -- what comes out is what was there


@given(plain)
def test_plain_values_come_out_and_are_kept_as_they_are(value):
    got = out_of_a_box(value)
    assert same(got, value)
    assert same(kept(got), value)


@given(arrays)
def test_arrays_come_out_bit_by_bit_and_read_only(array):
    got = out_of_a_box(array)
    assert same(got, np.ascontiguousarray(array).reshape(array.shape))
    assert not got.flags.writeable
    assert same(kept([got]), [got])


@given(arrays.filter(lambda array: array.size))
def test_numbers_of_numpy_stay_numbers_of_numpy(array):
    number = array.flat[0]
    assert same(out_of_a_box(number), number)
    assert same(kept((number,)), (number,))


@given(plain | arrays)
def test_inputs_made_outside_arrive_in_the_box(value):
    sent = json.loads(json.dumps(codec.to_wire(value)))
    assert same(decode_args(sent), value)


def test_each_call_gets_arrays_of_its_own():
    sent = codec.to_wire([np.zeros(3)])
    first = decode_args(sent)[0]
    first += 1
    assert decode_args(sent)[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12).reshape(3, 4).T,
        np.arange(10)[::-2],
        np.broadcast_to(np.float32(1), (3, 2)),
        np.asfortranarray(np.eye(3)),
        np.array(2.5, dtype=">f8"),
        np.zeros((0, 3, 0)),
        np.frombuffer(bytes.fromhex("010000000000f87f020000000000f0ff"), "<f8"),
    ],
    ids=[
        "turned",
        "backwards",
        "broadcast",
        "columns first",
        "no side",
        "empty",
        "payloads of nan",
    ],
)
def test_arrays_of_any_layout(array):
    got = out_of_a_box(array)
    assert (got.shape, got.dtype, got.tobytes()) == (array.shape, array.dtype, array.tobytes())


def test_an_array_of_objects_is_a_list_of_values():
    made = np.empty(3, dtype=object)
    made[:] = [None, "x", (1, 2)]
    got = out_of_a_box(made)
    assert same(got, made)
    assert same(kept(got), made)
    assert same(decode_args(codec.to_wire(made)), made)


@pytest.mark.parametrize("value", [-0.0, 5e-324, 2**53 - 1, 2**53, -(2**53), 10**4300 - 1, True])
def test_numbers_at_the_edges(value):
    assert same(out_of_a_box([value]), [value])
    assert same(kept([value]), [value])


def test_a_lone_surrogate_is_a_text():
    assert out_of_a_box("a\ud800") == "a\ud800"
    assert kept("a\ud800") == "a\ud800"


# -- tables and tensors


def test_a_table_comes_out_without_its_library():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(
        {"n": [1, 2], "text": ["x", None], "kind": pd.Categorical(["u", "v"]), 7: [0.5, math.nan]}
    )
    got = out_of_a_box(table)
    assert got.columns == ("n", "text", "kind", 7)
    assert got.index.tolist() == [0, 1]
    assert got.data[0].tolist() == [1, 2]
    assert got.data[1][0] == "x"
    assert got.data[2] == ["u", "v"]
    assert same(kept(got), got)
    again = decode_args(codec.to_wire(got))
    assert list(again.columns) == ["n", "text", "kind", 7]
    assert again["n"].tolist() == [1, 2]


def test_a_column_comes_out_with_its_labels():
    pd = pytest.importorskip("pandas")
    column = pd.Series([1.5, 2.5], index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), name="q")
    got = out_of_a_box(column)
    assert (got.name, got.index, got.data.tolist()) == ("q", [("a", 1), ("b", 2)], [1.5, 2.5])
    assert same(kept(got), got)
    assert decode_args(codec.to_wire(got)).equals(column)


def test_a_column_of_times_with_a_zone_says_what_it_is():
    pd = pytest.importorskip("pandas")
    got = out_of_a_box(pd.Series(pd.to_datetime(["2020-01-01"]).tz_localize("UTC")))
    assert got.data.why.startswith("its elements are datetime64")


def test_a_table_of_other_classes_is_left_out_without_running_them():
    pd = pytest.importorskip("pandas")

    class Table(pd.DataFrame):
        shape = columns = index = property(ran)

    class Labels(pd.Index):
        to_numpy = dtype = property(ran)

    assert type(out_of_a_box(Table({"a": [1]}))) is Opaque
    table = pd.DataFrame({"a": [1]})
    table._mgr.axes[1] = object.__new__(Labels)
    assert type(out_of_a_box(table)) is Opaque or out_of_a_box(table).index.why


def test_a_table_in_the_deepest_place_is_read():
    pd = pytest.importorskip("pandas")
    deep = pd.DataFrame({"a": [1j], ("b", 1): ["x"]})
    for _ in range(65):
        deep = [deep]
    got = codec.from_wire(json.dumps({"value": {"args": [encode(deep)]}}).encode(), most=MOST)
    assert kept({"evidence": {"1": {"a": Found(value=got)}}})
    assert '"frame"' in json.dumps(encode(deep))


def test_empty_tables():
    pd = pytest.importorskip("pandas")
    assert out_of_a_box(pd.DataFrame()).data == ()
    assert out_of_a_box(pd.DataFrame({"a": []})).data[0].shape == (0,)


@pytest.mark.parametrize(
    "name", ["float64", "float32", "float16", "bfloat16", "int64", "uint8", "bool", "complex64"]
)
def test_tensors_come_out_and_go_in(name):
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([[0, 1], [1, 0], [1, 1]]).to(getattr(torch, name)).T
    got = out_of_a_box(tensor)
    assert (got.dtype, got.device, got.requires_grad) == (name, "cpu", False)
    assert got.array.tolist() == tensor.tolist()
    assert same(kept(got), got)
    again = decode_args(codec.to_wire(got))
    assert again.dtype == tensor.dtype
    assert torch.equal(again, tensor)


def test_tensors_of_a_model():
    torch = pytest.importorskip("torch")
    got = out_of_a_box({"w": torch.nn.Parameter(torch.ones(2)), "c": torch.tensor([1 + 2j]).conj()})
    assert got["w"].requires_grad
    assert got["c"].array.tolist() == [1 - 2j]
    assert decode_args(codec.to_wire(got["w"])).requires_grad


def test_tensors_that_are_no_array_say_so():
    torch = pytest.importorskip("torch")
    for tensor in (
        torch.ones(2, device="meta"),
        torch.eye(2).to_sparse(),
        torch.ones(1).expand(10**12),
        torch.empty(0, 10**12),
    ):
        assert type(out_of_a_box(tensor)) is Opaque


def test_a_mode_left_switched_on_changes_no_tensor():
    torch = pytest.importorskip("torch")

    class Lying(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return torch.zeros(1)

    made = torch.ones(2)
    with Lying():
        sent = encode(made)
    assert codec.decode(sent).array.tolist() == [1, 1]


# -- values that lie


class Ran(Exception):
    """Code of the student has run."""


def ran(*args, **kwargs):
    raise Ran


def trapped(base):
    """A value whose every question, also those to its class, runs code."""
    meta = type("Trap", (type,), {})
    kind = meta("Lie", (base,), {})
    value = base.__new__(kind, *[1] * (base is np.ndarray))
    for name in (
        *("__eq__", "__hash__", "__iter__", "__len__", "__getitem__", "__repr__", "__str__"),
        *("__float__", "__int__", "__index__", "__bool__", "__reduce_ex__", "__getattribute__"),
        *("__array__", "__array_function__", "__array_ufunc__", "__format__", "items", "tobytes"),
    ):
        setattr(kind, name, ran)
    for name in ("__hash__", "__eq__", "__instancecheck__", "__subclasscheck__", "__repr__"):
        setattr(meta, name, ran)
    meta.__name__, meta.__module__ = "Trap", property(ran)
    meta.__getattribute__ = ran
    return value


@pytest.mark.parametrize("base", [object, int, float, str, bytes, list, tuple, dict, np.ndarray])
def test_a_subclass_is_no_plain_value_and_none_of_its_code_runs(base):
    value = trapped(base)
    got = out_of_a_box([value, {"a": value}, (value,)])
    assert all(type(item) is Opaque for item in (got[0], got[1]["a"], got[2][0]))
    assert got[0].type == f"{__name__}.Lie"


def test_a_class_with_a_made_up_name_has_no_name():
    class Name(str):
        __slots__ = ()
        __getitem__ = __format__ = ran

    kind = type("X", (), {"__module__": Name("y"), "__class__": property(lambda self: float)})
    kind.__qualname__ = Name("float")
    assert out_of_a_box(kind()) == Opaque(type="?.?", why="its type is no plain one")


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        frozenset(),
        range(3),
        bytearray(b"x"),
        (i for i in range(3)),
        Fraction(1, 2),
        len,
        type,
        np.eye(2).view(np.matrix),
        np.ma.array([1, 2], mask=[True, False]),
        np.zeros(2, dtype=[("a", int)]),
        np.zeros((2, 2), dtype=object),
        np.zeros(1, dtype=np.longdouble),
        np.array([2], dtype=np.uint8).view(bool),
        np.array([0x110000], dtype="<u4").view("<U1"),
        np.broadcast_to(np.uint8(0), (10**15,)),
        np.empty((0, 10**12)),
        {object(): 1},
        {frozenset(): 1},
        {(1, object()): 1},
        {10**4300: 1},
        {(2**61 - 1) * k: k for k in range(200)},
        10**4300,
        10**1_000_000,
        "x" * 8_000_000,
        b"x" * 6_000_000,
        [None] * 200_001,
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_other_values_are_a_finding_that_says_so(value):
    got = out_of_a_box(value)
    assert type(got) is Opaque
    assert got.why
    assert kept(got) == got


def test_a_generator_is_not_started():
    started = []

    def generator():
        started.append(1)
        yield 1

    out_of_a_box([generator()])
    assert not started


def test_a_value_in_itself():
    loop = [1]
    loop.append({"again": loop})
    assert out_of_a_box(loop) == [1, {"again": Opaque(type="builtins.list", why="contains itself")}]
    objects = np.empty(1, dtype=object)
    objects[0] = objects
    assert out_of_a_box(objects)[0].why == "contains itself"


def test_the_same_value_twice_is_no_loop():
    row = [1]
    assert out_of_a_box([row, row]) == [[1], [1]]


def test_a_value_of_200000_levels():
    deep = []
    for _ in range(200_000):
        deep = [deep]
    got, levels = out_of_a_box(deep), 0
    while type(got) is list:
        got, levels = got[0], levels + 1
    assert (levels, got.why) == (65, "nested deeper than 64 levels")


@pytest.mark.parametrize("make", [lambda x: (x,), lambda x: {"a": x}, lambda x: {1: x}])
def test_the_deepest_value_that_is_sent_is_read_and_kept(make):
    deep = [1j, {(1, 2): np.zeros(1)}]
    for _ in range(62):
        deep = make(deep)
    frame = {"ended": "done", "value": {"args": [encode(deep)]}}
    got = codec.from_wire(json.dumps(frame).encode(), most=MOST)
    assert '"array"' in json.dumps(frame)
    assert '"other"' not in json.dumps(frame)
    assert kept({"evidence": {"1": {"a": Found(value=got)}}})["evidence"]["1"]["a"]


def test_a_small_value_that_unfolds_to_2_to_the_60_items():
    folded = [[]]
    for _ in range(60):
        folded = [folded, folded]
    assert out_of_a_box(folded).why == "too large: too many items"


def test_a_dict_that_changes_while_it_is_read():
    changing, stop = {}, threading.Event()

    def change():
        number = 0
        while not stop.is_set():
            number += 1
            changing[number % 5000] = changing.pop((number - 2000) % 5000, None)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        results = [encode(changing)["$"] for _ in range(30)]
    finally:
        stop.set()
        thread.join(timeout=60)
    assert set(results) <= {"dict", "other"}


def test_any_error_while_reading_is_a_finding(monkeypatch):
    for error in (RecursionError, MemoryError, KeyboardInterrupt, SystemExit):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr("grader.sandbox.inside.encode.Walk.plain", fail)
        assert encode([1])["why"] == f"could not be read: builtins.{error.__name__}"


def test_a_module_in_place_of_a_library_breaks_nothing(monkeypatch):
    class Fake:
        def __getattr__(self, name):
            raise Ran

    monkeypatch.setitem(sys.modules, "numpy", Fake())
    assert encode([1, "x", {"a": 2.5}]) == [1, "x", {"a": 2.5}]
    assert encode(object())["$"] == "other"


def test_libraries_are_looked_up_and_never_imported():
    code = (
        "import sys; from grader.sandbox.inside.encode import encode; import grader.model;"
        "encode([object(), {1: 2}, 1j]);"
        "print([n for n in ('numpy', 'pandas', 'torch') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


@given(plain | arrays)
def test_what_a_value_takes_is_counted_in_full(value):
    limit = Limit()
    sent = json.dumps(encode(value, limit=limit))
    assert len(sent) <= Limit().text_bytes - limit.text_bytes
    signs = sum(map(sent.count, ",[{"))
    assert signs <= 6 * (Limit().items - limit.items)


def test_values_of_one_answer_share_a_limit():
    limit = Limit(items=10)
    assert encode([1, 2, 3], limit=limit) == [1, 2, 3]
    assert encode([0] * 7, limit=limit)["why"] == "too large: too many items"
    assert encode([4], limit=limit) == [4]


# -- evidence


def test_tuples_of_readings_are_lists_and_those_of_code_stay_tuples():
    found = Found(value=(1, (2,)), where=(Place(file="a.py", start=1, end=1),))
    assert codec.from_plain(codec.to_plain(found)).value == [1, [2]]
    assert codec.from_plain(codec.to_plain(found)).where == found.where
    assert kept(found) == found


def test_evidence_of_earlier_versions_reads_as_before():
    stored = (
        b'{\n"a": {\n"b": {"$": "Found", "value": [1, {"x": {"$": "float", "of": "nan"}}], "where": '
        b'[{"$": "Place", "end": 2, "file": "f", "start": 1}]}\n},\n"n": {"$": "Number", "value": '
        b'{"$": "Fraction", "of": "-7/3"}},\n"z": 123456789012345678901234567890\n}\n'
    )
    got = codec.loads(stored)
    assert got["a"]["b"].where == (Place(file="f", start=1, end=2),)
    assert math.isnan(got["a"]["b"].value[1]["x"])
    assert got["z"] == 123456789012345678901234567890
    plain_number = {"$": "Number", "value": {"$": "Fraction", "of": "-7/3"}}
    assert codec.to_plain(Number(value=Fraction(-7, 3))) == plain_number
    assert codec.from_plain(codec.to_plain(2**200)) == codec.to_plain(2**200) == 2**200


def test_a_dict_with_the_sign_of_words_is_no_word():
    hostile = {"$": "Broken", "why": "x"}
    assert kept(Found(value=hostile)) == Found(value=hostile)
    assert codec.from_plain(codec.to_plain([hostile])) == [hostile]


def test_a_found_array_is_kept():
    found = kept(Found(value=np.arange(3), quote="w"))
    assert found.quote == "w"
    assert same(found.value, np.arange(3))


@pytest.mark.parametrize(
    "value",
    [{1}, object(), np.eye(2).view(np.matrix), [10**4300], {"a": len}, float, {frozenset(): 1}],
)
def test_evidence_refuses_what_it_cannot_hold(value):
    with pytest.raises(codec.NotPlain):
        codec.dumps(value)


def test_a_message_to_a_box_has_no_findings_of_ours():
    with pytest.raises(codec.NotPlain):
        codec.to_wire([Missing(why="x")])


def test_evidence_too_deep_to_keep_is_refused():
    deep = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(codec.NotPlain):
        codec.dumps(deep)
    with pytest.raises(codec.NotPlain):
        codec.loads(b"[" * 100_000)


@pytest.mark.parametrize(
    "stored",
    [
        b'{"$": "Fraction", "of": "1/0"}',
        b'{"$": "Fraction", "of": "1e999999999"}',
        b'{"$": "Fraction"}',
        b'{"$": "Found"}',
        b'{"$": "Found", "value": 1, "where": 3}',
        b'{"$": ["Found"]}',
        b'{"$": "os.system"}',
        b"NaN",
        b"1e999",
        b"\xff",
        b"",
    ],
)
def test_damaged_evidence_is_refused(stored):
    with pytest.raises(codec.NotPlain):
        codec.loads(stored)


# -- hostile messages

BOMB = '{"$": "array", "dtype": "|u1", "shape": [%s], "of": "%s"}'


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("", "not JSON"),
        ("[1", "not JSON"),
        ("\ufeff1", "not JSON"),
        ('"\n"', "not JSON"),
        ("1 2", "not JSON"),
        ("nan", "not JSON"),
        ("NaN", "bare NaN"),
        ("[-Infinity]", "bare -Infinity"),
        ("1e999", "too large"),
        ("9" * 4301, "not JSON"),
        (str(2**53), "too large to stand bare"),
        ("[" * 1000 + "]" * 1000, "nested deeper"),
        ("[" * 3_000_000, "nested deeper|more than"),
        ('{"a":' * 200 + "1" + "}" * 200, "nested deeper"),
        ("[" + "[]," * 1_300_000 + "1]", "more than"),
        ('{"a": 1, "a": 2}', "same key twice"),
        ('{"$": "Found", "value": 1}', "unknown word 'Found'"),
        ('{"$": "Fraction", "of": "1/2"}', "unknown word"),
        ('{"$": null}', "unknown word"),
        ('{"$": {}}', "unknown word"),
        ('{"$": "int", "of": "٣"}', "whole number"),
        ('{"$": "int", "of": "1e3"}', "whole number"),
        ('{"$": "int", "of": " 1"}', "whole number"),
        ('{"$": "int", "of": "%s"}' % ("9" * 4301), "whole number"),
        ('{"$": "int", "of": "1", "more": 2}', "wrong fields"),
        ('{"$": "float", "of": "infinity"}', "not finite"),
        ('{"$": "bytes", "of": "QQ="}', "not base64"),
        ('{"$": "bytes", "of": "QQ==QQ=="}', "not base64"),
        ('{"$": "bytes", "of": "Q Q="}', "not base64"),
        ('{"$": "bytes", "of": "é"}', "not base64"),
        ('{"$": "bytes", "of": 3}', "base64"),
        ('{"$": "tuple", "of": "ab"}', "list"),
        ('{"$": "complex", "of": [1, 2]}', "two parts"),
        ('{"$": "dict", "of": [[1, 2, 3]]}', "pairs"),
        ('{"$": "dict", "of": [[[], 2]]}', "no plain value"),
        ('{"$": "dict", "of": [[1, 2], [true, 3]]}', "same key twice"),
        ('{"$": "other", "type": 3, "why": ""}', "another type"),
        ('{"$": "objects", "shape": [3], "of": [1]}', "another number"),
        (BOMB % ("-1", ""), "no size"),
        (BOMB % ("true", "AA=="), "no size"),
        (BOMB % ("1.0", "AA=="), "no size"),
        (BOMB % ("99999999999", "AA=="), "number of bytes"),
        (BOMB % ("4294967296, 4294967296", ""), "number of bytes"),
        (BOMB % (", ".join(["9007199254740991"] * 32), ""), "number of bytes"),
        (BOMB % ("0, 9007199254740991", ""), "empty array"),
        (BOMB % (", ".join(["1"] * 33), "AA=="), "at most 32"),
        (BOMB % ("1", "AAA="), "bytes"),
        (BOMB.replace("|u1", "|O") % ("1", "AA=="), "element type"),
        (BOMB.replace("|u1", "<f8, <f8") % ("1", "AA=="), "element type"),
        (BOMB.replace("|u1", "|V1") % ("1", "AA=="), "element type"),
        (BOMB.replace("|u1", "<U0") % ("9999", ""), "element type"),
        (BOMB.replace("|u1", "<U99999999") % ("1", ""), "number of bytes"),
        (BOMB.replace("|u1", "|b1") % ("1", "Ag=="), "truth values"),
        (BOMB.replace("|u1", "<U1") % ("1", "AAARAA=="), "does not exist"),
        (BOMB.replace("|u1", "<M8") % ("0", ""), "element type"),
        ('{"$": "frame", "columns": [1], "index": [], "data": []}', "more or fewer"),
        ('{"$": "frame", "columns": [1], "index": [1, 2], "data": [[1]]}', "different lengths"),
        ('{"$": "frame", "columns": [1], "index": "a", "data": ["b"]}', "column"),
        ('{"$": "series", "name": 1, "index": [1], "data": []}', "different lengths"),
    ],
    ids=lambda text: text[:40],
)
def test_a_hostile_message_is_refused_in_words(message, why):
    with pytest.raises(codec.NotPlain, match=why):
        codec.from_wire(message.encode(), most=MOST)


@pytest.mark.parametrize("message", [b"\xff", b"\x00", '"ü"'.encode("utf-16"), b'"\xed\xa0\x80"'])
def test_a_message_is_utf_8(message):
    with pytest.raises(codec.NotPlain):
        codec.from_wire(message, most=MOST)


def test_a_message_longer_than_agreed_is_not_looked_at():
    with pytest.raises(codec.NotPlain, match="longer than 3"):
        codec.from_wire(b'"aa"', most=3)


def test_keys_that_are_made_to_collide():
    pairs = [[{"$": "int", "of": str((2**61 - 1) * k)}, 0] for k in range(20_000)]
    message = json.dumps({"$": "dict", "of": pairs}).encode()
    with pytest.raises(codec.NotPlain, match="collide"):
        codec.from_wire(message, most=MOST)


@pytest.mark.parametrize(
    "message",
    [
        "[" + ",".join(["[]"] * 200_000) + "]",
        '"' + '\\"' * 3_900_000,
        '"' * 7_000_000,
        "\\" * 7_000_000,
        '"' + "a" * 7_000_000 + '"',
        "[" + "0." + "1" * 7_000_000 + "]",
        "1" * 7_000_000,
        BOMB % ("7000000", "A" * 9_333_336),
        "{" + ",".join(f'"{n}":{{}}' for n in range(100_000)) + "}",
    ],
    ids=lambda text: text[:9],
)
def test_memory_and_steps_are_linear_in_a_message(message):
    data = message.encode()

    def read():
        try:
            codec.from_wire(data, most=10_000_000)
        except codec.NotPlain:
            return

    tracemalloc.start()
    read()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 64 * len(data)
    assert _calls(read) < 2 * len(data) + 1000


def test_a_broken_answer_of_ours_is_still_a_finding():
    assert kept(Found(value=Broken(why="x"))).value == Broken(why="x")


def _calls(act):
    count = 0

    def see(_, event, __):
        nonlocal count
        count += event == "call"

    sys.setprofile(see)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count
