"""Assertions that are calls, and those that something raises: numpy.testing, nose, unittest, pytest.

Each is written as a line of the reference that has the same meaning; what it asks of the student's
code is split off.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.convert import _names as names
from grader.convert._split import Known, Split, StaysInside

_NUMPY = (
    *("assert_allclose", "assert_almost_equal", "assert_approx_equal", "assert_array_almost_equal"),
    *("assert_array_equal", "assert_equal", "assert_array_less", "assert_array_max_ulp"),
)
_TESTS = {
    "assert_equal": "assertEqual",
    "assert_equals": "assertEqual",
    "eq_": "assertEqual",
    "assert_not_equal": "assertNotEqual",
    "assert_almost_equal": "assertAlmostEqual",
    "assert_almost_equals": "assertAlmostEqual",
    "assert_not_almost_equal": "assertNotAlmostEqual",
    "assert_true": "assertTrue",
    "ok_": "assertTrue",
    "assert_false": "assertFalse",
    "assert_in": "assertIn",
    "assert_not_in": "assertNotIn",
    "assert_is_none": "assertIsNone",
    "assert_is_not_none": "assertIsNotNone",
    "assert_greater": "assertGreater",
    "assert_greater_equal": "assertGreaterEqual",
    "assert_less": "assertLess",
    "assert_less_equal": "assertLessEqual",
    "assert_list_equal": "assertListEqual",
    "assert_dict_equal": "assertDictEqual",
    "assert_set_equal": "assertSetEqual",
    "assert_tuple_equal": "assertTupleEqual",
    "assert_sequence_equal": "assertSequenceEqual",
    "assert_count_equal": "assertCountEqual",
    "assert_is_instance": "assertIsInstance",
}
_CAMEL = frozenset(_TESTS.values())
_RAISES = ("assert_raises", "assertRaises", "raises", "assert_raises_regex")


def shim(module: str, alias: ast.alias) -> str:
    """Return what binds a function of nose in a box, where nose is not installed; else ""."""
    known = _TESTS.get(alias.name) or ("assertRaises" if alias.name == "assert_raises" else "")
    if module != "nose.tools" or not known:
        return ""
    return f"{alias.asname or alias.name} = __import__('unittest').TestCase().{known}"


def line_of(node: ast.Call, known: Known, split: Split) -> str | None:
    """Return the line for outside of a call that is an assertion, None where it is none.

    Raises:
        StaysInside: when it is one that cannot be told outside.
    """
    path = known.path(node.func)
    last = (path or names.dotted(node.func)).rpartition(".")[2]
    if last in _RAISES and path.startswith(names.TESTING):
        return _raises(node, split)
    if path.startswith("numpy.testing.") and last in _NUMPY:
        return _call(f"testing.{last}", node, split)
    if path.startswith("nose.tools.") and last in _TESTS:
        return _call(f"unit.{_TESTS[last]}", node, split)
    dotted = names.dotted(node.func)
    if dotted.count(".") == 1 and last in _CAMEL and _is_test_case(dotted, known):
        return _call(f"unit.{last}", node, split)
    return None


def _is_test_case(dotted: str, known: Known) -> bool:
    """``tc.assertEqual``, where ``tc`` is ``unittest.TestCase()`` of the test or the notebook."""
    head = dotted.partition(".")[0]
    return not known.is_outside(head) or known.modules.get(head, "").startswith("unittest")


def _call(name: str, node: ast.Call, split: Split) -> str:
    if any(isinstance(one, ast.Starred) for one in node.args):
        raise StaysInside("it spreads its arguments")
    words = [ast.unparse(ast.fix_missing_locations(split.outside(one))) for one in node.args]
    for keyword in node.keywords:
        if keyword.arg in ("msg", "err_msg", "verbose"):
            continue
        value = ast.unparse(ast.fix_missing_locations(split.outside(keyword.value)))
        words.append(f"{keyword.arg}={value}" if keyword.arg else f"**{value}")
    return f"{name}({', '.join(words)})"


def _raises(node: ast.Call, split: Split) -> str:
    kinds = kinds_of(node.args[0]) if node.args else None
    if kinds is None or len(node.args) < 2:
        raise StaysInside("it asks for an exception of a class of its own")
    call = ast.Call(func=node.args[1], args=list(node.args[2:]), keywords=node.keywords)
    if isinstance(node.args[1], ast.Lambda):
        call_: ast.expr = node.args[1].body
    else:
        call_ = call
    at = split.ask(ast.fix_missing_locations(call_))
    return f"raises({at}, {', '.join(repr(kind) for kind in kinds)})"


def kinds_of(node: ast.expr | None) -> list[str] | None:
    """Return the names of Python's own exceptions that are listed; None where one is not."""
    if node is None:
        return ["BaseException"]
    listed = node.elts if isinstance(node, ast.Tuple) else [node]
    found = [names.dotted(one).rpartition(".")[2] for one in listed]
    return found if all(found) else None


def raising(node: ast.Try) -> tuple[Sequence[ast.stmt], ast.expr, list[str]] | None:
    """Return what is done before, what has to raise, and which exceptions, of a ``try`` that asks.

    It asks where its last statement has to raise: behind it, or in ``else``, stands what fails.
    """
    body = list(node.body)
    failing = bool(node.orelse) and _fails(node.orelse)
    within = bool(body) and _fails(body[-1:])
    if failing == within or not body or (node.orelse and not failing):
        return None
    if within:
        body = body[:-1]
    if not body or not all(_is_silent(handler.body) for handler in node.handlers):
        return None
    if any(names.has_assert(one) for one in body):
        return None
    kinds: list[str] = []
    for handler in node.handlers:
        own = kinds_of(handler.type)
        if own is None:
            return None
        kinds += own
    if within and any(k in ("AssertionError", "Exception", "BaseException") for k in kinds):
        return None  # its own failure would be caught as well
    last = body[-1]
    if not isinstance(last, ast.Expr | ast.Assign) or not kinds:
        return None
    return body[:-1], last.value, kinds


def _fails(body: Sequence[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Raise):
        return last.exc is not None
    if not isinstance(last, ast.Assert) or not isinstance(last.test, ast.Constant):
        return False
    return not last.test.value


def _is_silent(body: Sequence[ast.stmt]) -> bool:
    """Whether a handler does nothing that could fail."""
    return all(
        isinstance(one, ast.Pass)
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        or (
            isinstance(one, ast.Expr)
            and isinstance(one.value, ast.Call)
            and names.dotted(one.value.func) == "print"
        )
        or (
            isinstance(one, ast.Assert)
            and isinstance(one.test, ast.Constant)
            and bool(one.test.value)
        )
        for one in body
    )


def raising_with(node: ast.With, known: Known) -> list[str] | None:
    """Return the exceptions that ``with pytest.raises(…):`` asks for; None where it does not."""
    if len(node.items) != 1 or not isinstance(node.items[0].context_expr, ast.Call):
        return None
    call = node.items[0].context_expr
    path = known.path(call.func) or names.dotted(call.func)
    if path.rpartition(".")[2] not in _RAISES or len(call.args) != 1 or call.keywords:
        return None
    if node.items[0].optional_vars is not None:
        return None
    return kinds_of(call.args[0])
