"""The module ``_seen`` that every imported course has beside its tests; it imports nothing of ours."""

from __future__ import annotations

SOURCE = r'''"""What the steps of a test gave in a box, as plain values, and whether the test passes.

Values come with their types written out (``{"t": "tuple", "of": […]}``), and are made again here by
that alone: no code of a student runs here. What has a type that is not known is for a person.
"""

import collections
import contextlib
import doctest
import pathlib
import re
import unittest
import warnings

import numpy as np
from numpy import testing

_DTYPE = re.compile(r"[|<>=](?:[biuf][0-9]{1,2}|U[0-9]{1,6})")
_NOT_HERE = frozenset(
    "ModuleNotFoundError ImportError FileNotFoundError PermissionError OSError BlockingIOError"
    " MemoryError ConnectionError ConnectionRefusedError ConnectionResetError TimeoutError URLError"
    " HTTPError gaierror SSLError".split()
)
"""What may come from where the code was run, and not from the code."""


class Unread(Exception):
    """A value of a type that is not known here."""


class Stopped(Exception):
    """What a step raised; never a message, which may tell inputs."""

    def __init__(self, row):
        super().__init__(str(row.get("type", ""))[:60])
        self.row = row


def value_of(data, depth=0):
    """Make a value of what a box gave."""
    if depth and type(data) is float and data != data:
        raise Unread("a list with nan: whether it is in another rests on the object itself")
    if data is None or type(data) in (bool, int, float, str):
        return data
    if depth > 40 or type(data) is not dict:
        raise Unread("what is nested too deeply")
    kind, of = data.get("t"), data.get("of")
    if kind == "scalar" and _DTYPE.fullmatch(str(data.get("dtype"))):
        return np.array(of, dtype=data["dtype"])[()]
    if kind == "complex":
        return complex(*of)
    if kind == "ellipsis":
        return ...
    if kind == "range":
        return range(*of)
    if kind == "array":
        return _array(data, depth)
    if kind in ("series", "frame"):
        return _table(data, depth)
    if kind in ("Counter", "OrderedDict", "defaultdict"):
        pairs = {value_of(k, depth + 1): value_of(v, depth + 1) for k, v in of}
        make = getattr(collections, kind)
        return make(None, pairs) if kind == "defaultdict" else make(pairs)
    if kind == "dict":
        return {value_of(k, depth + 1): value_of(v, depth + 1) for k, v in of}
    makes = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
    if kind in makes:
        return makes[kind](value_of(item, depth + 1) for item in of)
    raise Unread(str(data.get("name", kind))[:60])


def _array(data, depth):
    shape = tuple(data["shape"])
    if data["dtype"] == "|O":
        made = np.empty(len(data["of"]), dtype=object)
        for at, item in enumerate(data["of"]):
            made[at] = value_of(item, depth + 1)
        return made.reshape(shape)
    if not _DTYPE.fullmatch(str(data["dtype"])):
        raise Unread("an array of another type")
    return np.array(data["of"], dtype=data["dtype"]).reshape(shape)


def _cell(data, depth):
    return data if type(data) is float else value_of(data, depth + 1)


def _table(data, depth):
    try:
        import pandas as pd
    except ImportError:
        raise Unread("a table; pandas is not installed here") from None
    index = [value_of(item, depth + 1) for item in data["index"]]
    if data["t"] == "series":
        of = [_cell(item, depth) for item in data["of"]]
        made = pd.Series(of, index=index, name=value_of(data["name"], depth + 1))
        if str(made.dtype) != data["dtype"]:
            raise Unread("a column of another type")
        return made
    columns = [value_of(item, depth + 1) for item in data["columns"]]
    of = [[_cell(item, depth) for item in column] for column in data["of"]]
    made = pd.DataFrame(dict(enumerate(of)), index=index)
    made.columns = columns
    if [str(one) for one in made.dtypes] != data["dtypes"]:
        raise Unread("a table with columns of another type")
    return made


class Steps:
    """The steps of one test."""

    def __init__(self, rows):
        self.rows = rows if isinstance(rows, list) else []

    def row(self, at):
        row = self.rows[at] if at < len(self.rows) else {}
        return row if isinstance(row, dict) else {}

    def done(self, at):
        """Raise what a step raised."""
        if self.row(at).get("ended") != "done":
            raise Stopped(self.row(at))

    passed = done

    def ask(self, at):
        """Return what a step gave."""
        self.done(at)
        return value_of(self.row(at).get("value"))

    def raises(self, at, *kinds):
        """Check that a step raised one of these exceptions, or one derived from them."""
        row = self.row(at)
        assert row.get("ended") == "raised", "it does not raise"
        bases = row.get("bases")
        assert isinstance(bases, list) and set(kinds) & set(bases), "it raises something else"

    def number(self, at):
        """Return what a step gave where it can be a number of points, else None."""
        try:
            return self.ask(at)
        except Unread:
            return None

    def shows(self, at, want, flags=0):
        """Check what a step showed."""
        self.done(at)
        alike(str(self.row(at).get("text")), want, flags)


def written(value, want, flags=0):
    """Check how a value that was worked out here is written."""
    alike("" if value is None else f"{value!r}\n", want, flags)


def alike(text, want, flags=0):
    """Hold what is shown against what should be, in whatever version of numpy it was written."""
    check = doctest.OutputChecker().check_output
    fine = check(want, text, flags) or check(f"{_plain(want)}\n", f"{_plain(text)}\n", flags)
    assert fine or (not want.strip() and not text.strip()), "it shows something else"


def _plain(text):
    text = re.sub(r"\b(?:np|numpy)\.(True|False)_\b", r"\1", text)
    text = re.sub(r"\b(?:np|numpy)\.(?:float|int|uint|str)\d*_?\(([^()]*)\)", r"\1", text)
    lines = [line.rstrip() for line in text.rstrip().split("\n")]
    return "\n".join(lines)


def solution_is_tried():
    """Whether the rubric names a solution: no batch begins where that fails a test."""
    here = pathlib.Path(__file__).resolve()
    try:
        text = (here.parents[2] / "rubrics" / f"{here.parent.name}.yaml").read_text("utf-8")
    except (OSError, ValueError, IndexError):
        return False
    return re.search(r"^solution:", text, re.MULTILINE) is not None


def judged(ran, tests, points=None):
    """Return the credit of tests that have to pass together, and why not.

    A test that decides beside the student's code is believed in its pass where that code is plain,
    and in its failure where the course's own solution passes it here.
    """
    asked = ran.get("tests") if isinstance(ran, dict) else None
    if not isinstance(asked, dict):
        return {"credit": 0, "certain": False, "reasons": ["the tests were not run"]}
    bound = ran.get("bound") if isinstance(ran.get("bound"), dict) else {}
    credit, certain, reasons = 1, True, []
    inside = False
    for name, test in tests:
        steps = Steps(asked.get(name))
        decides = any(
            isinstance(row, dict) and row.get("do") in ("test", "show", "doctest")
            for row in steps.rows
        )
        inside = inside or decides
        fine, sure, why, given = _one(steps, test)
        if not fine:
            credit, certain = 0, certain and sure
            reasons.append(f"the test {name} does not pass{why}")
            if decides and not solution_is_tried():
                certain = False
                reasons.append("the test ran beside the code, and no solution was tried")
        elif points is not None and given is not None:
            share = _share(given, points)
            if share is None:
                certain = False
                reasons.append("it says another number of points than there are")
            else:
                credit = share
        if name in bound:
            certain = False
            reasons.append(f"the test sets {str(bound[name])[:40]}, which the code reads")
    if credit and inside and ran.get("doubt"):
        certain = False
        reasons.append(str(ran["doubt"]))
    if not credit and ran.get("elsewhere"):
        certain = False
        reasons.append(str(ran["elsewhere"]))
    return {"credit": credit, "certain": certain, "reasons": reasons}


def _one(steps, test):
    """Whether a test passes, whether that is sure, why not, and the value it ends with."""
    unit = unittest.TestCase()
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.suppress(RecursionError):
        warnings.simplefilter("ignore")
        try:
            given = test(
                steps.ask, steps.done, steps.passed, steps.shows, written, steps.number,
                steps.raises, unit, testing,
            )
        except Unread as error:
            return False, False, f": a value of type {error} cannot be compared here", None
        except Stopped as error:
            kind = str(error)
            where = kind if kind.isidentifier() else "an error"
            sure = kind.isidentifier() and kind not in _NOT_HERE  # else the box told nothing of it
            return False, sure, f": it stops with {where}", None
        except Exception:
            return False, True, "", None
        return True, True, "", given
    return False, False, ": it is nested too deeply", None


def _share(value, points):
    """The share of the points that a number is: all for what is no number, None beyond them."""
    from fractions import Fraction

    if type(value) in (int, float) or isinstance(value, np.integer | np.floating):
        number = float(value)
        whole = float(Fraction(points))
        if not 0 <= number <= whole:
            return None
        return str(Fraction(str(number)) / Fraction(points)) if whole else 1
    return 1
'''
