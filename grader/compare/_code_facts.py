"""Facts of code held against queries on calls, assignments, loops, formulas and definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.compare._patterns import (
    ABSENT,
    DEEPEST,
    Patterns,
    argument,
    ends_with,
    full,
    indices,
    items,
    matches,
    same_terms,
    strings,
)

MOST_SEEN = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """Whether a query holds, the lines that show it, and lines that come near."""

    holds: bool
    seen: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    first: int = 0
    """The first line that shows it, where lines are known."""


class CodeFacts(Patterns):
    """Answers queries on what code does; each answer is a ``Hit``."""

    def calls(self, query: Mapping[str, Any], depth: int) -> Hit:
        """A call, by the end of its name."""
        names = strings(query["call"])
        named = [
            (i, call)
            for i, call in self.candidates(names)
            if "*" in names or ends_with(call.get("name"), names)
        ]
        fits = [call for i, call in named if self._call_fits(i, call, query, depth)]
        least = query.get("least", 1)
        if len(fits) >= least:
            return Hit(True, few(_line(call) for call in fits), (), _first(fits))
        return Hit(
            False,
            (),
            few(_line(call) for _, call in named if call not in fits) if "*" not in names else (),
        )

    def _call_fits(
        self, index: int, call: Mapping[str, Any], query: Mapping[str, Any], depth: int
    ) -> bool:
        arguments = query.get("args", {})
        if not all(self.fits(argument(call, key), pattern) for key, pattern in arguments.items()):
            return False
        for key in ("on", "text"):
            if key in query and not matches(query[key], call.get(key, "")):
                return False
        if not self._around(call, query):
            return False
        inside = [c for i in self._reached(call) for c in self.facts_of("calls")[i : i + 1]]
        for wanted in query.get("holding", ()):
            if not self._one_of(inside, wanted, depth):
                return False
        for unwanted in query.get("lacking", ()):
            if self._one_of(inside, unwanted, depth):
                return False
        if "inside" in query:
            return any(
                index in self._reached(outer)
                for outer in self.facts_of("calls")
                if ends_with(outer.get("name"), strings(query["inside"]))
            )
        return True

    def _one_of(self, calls: list[Mapping[str, Any]], query: Any, depth: int) -> bool:
        """Whether one of these calls answers a query on calls."""
        if not isinstance(query, Mapping) or depth > DEEPEST:
            return False
        names = strings(query.get("call", ()))
        return any(
            ends_with(call.get("name"), names) and self._call_fits(-1, call, query, depth + 1)
            for call in calls
        )

    def _around(self, fact: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
        """Conditions on the loops, branches and function that a fact stands in."""
        loops = [
            self.facts_of("loops")[i]
            for i in fact.get("loops", ())
            if isinstance(i, int) and 0 <= i < len(self.facts_of("loops"))
        ]
        if "in_loop" in query:
            wanted = query["in_loop"]
            if isinstance(wanted, bool):
                if wanted != bool(loops):
                    return False
            elif not any(self._loop_fits(loop, wanted) for loop in loops):
                return False
        if "deep" in query and len(loops) < query["deep"]:
            return False
        if "when" in query and not any(
            matches(query["when"], test) for test in fact.get("when", ())
        ):
            return False
        if "not_when" in query and any(
            matches(query["not_when"], test) for test in fact.get("when", ())
        ):
            return False
        return "in" not in query or matches(query["in"], fact.get("in", ""))

    def _reached(self, call: Mapping[str, Any]) -> set[int]:
        """Indices of all calls whose results go into a call, through names and lists."""
        calls = self.facts_of("calls")
        found: set[int] = set()
        todo = [
            i
            for value in (*items(call.get("args")), *items(call.get("kw")))
            for i in indices(value)
        ]
        while todo:
            index = todo.pop()
            if index in found or not 0 <= index < len(calls):
                continue
            found.add(index)
            inner = calls[index]
            todo += [
                i
                for value in (*items(inner.get("args")), *items(inner.get("kw")))
                for i in indices(value)
            ]
        return found

    def order(self, query: Mapping[str, Any]) -> Hit:
        """Arguments of a call in an order."""
        wanted = strings(query["order"])
        calls = self.facts_of("calls")
        near: list[str] = []
        for call in calls:
            if not ends_with(call.get("name"), strings(query.get("within", ()))):
                continue
            listed = [
                calls[i].get("name")
                for value in items(call.get("args"))
                for i in indices(value)
                if i < len(calls)
            ]
            places = [
                next((k for k, name in enumerate(listed) if ends_with(name, (one,))), -1)
                for one in wanted
            ]
            if -1 not in places and places == sorted(places):
                return Hit(True, (_line(call),))
            near.append(_line(call))
        return Hit(False, (), few(near))

    # -- assignments, loops, formulas, definitions

    def sets(self, query: Mapping[str, Any]) -> Hit:
        """An assignment, by its target."""
        named = [s for s in self.facts_of("sets") if full(query["set"], s.get("target", ""))]
        fits = [s for s in named if self._set_fits(s, query)]
        if fits:
            return Hit(True, few(_line(s) for s in fits), (), _first(fits))
        return Hit(False, (), few(_line(s) for s in named))

    def _set_fits(self, fact: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
        if "value" in query and not self.fits(fact.get("value", []), query["value"]):
            return False
        if "text" in query and not matches(query["text"], fact.get("text", "")):
            return False
        if "made_by" in query and not any(
            ends_with(name, strings(query["made_by"])) for name in items(fact.get("calls"))
        ):
            return False
        if "over" in query:
            loops = self.facts_of("loops")
            overs = [
                loops[i].get("over", "")
                for i in fact.get("loops", ())
                if isinstance(i, int) and 0 <= i < len(loops)
            ]
            if not any(matches(query["over"], over) for over in overs):
                return False
        return self._around(fact, query)

    def loops(self, query: Mapping[str, Any]) -> Hit:
        """A loop, by what it runs over."""
        loops = self.facts_of("loops")
        fits = [loop for loop in loops if self._loop_fits(loop, query)]
        if fits:
            return Hit(True, few(_loop_line(loop) for loop in fits))
        return Hit(
            False,
            (),
            few(_loop_line(loop) for loop in loops if matches(query["loop"], loop.get("over", ""))),
        )

    def _loop_fits(self, loop: Mapping[str, Any], query: Any) -> bool:
        if isinstance(query, str):
            query = {"loop": query}
        if not isinstance(query, Mapping):
            return False
        if isinstance(query.get("loop"), str) and not matches(query["loop"], loop.get("over", "")):
            return False
        if "times" in query and not self.fits(loop.get("times", ABSENT), query["times"]):
            return False
        if "breaks" in query and bool(loop.get("breaks")) is not query["breaks"]:
            return False
        if "kind" in query and loop.get("kind") != query["kind"]:
            return False
        if "values" in query and not self.fits(loop.get("values", ABSENT), query["values"]):
            return False
        return "target" not in query or matches(query["target"], loop.get("target", ""))

    def formulas(self, query: Mapping[str, Any], depth: int) -> Hit:
        """A polynomial, and what is added to it."""
        wanted = query["formula"]
        seen, near = [], []
        for formula in [*self.facts_of("formulas"), *_formulas_in_calls(self.facts_of("calls"))]:
            terms = formula.get("terms", {})
            same = not isinstance(wanted, Mapping) or (
                isinstance(terms, Mapping) and same_terms(terms, wanted)
            )
            line = _line(formula) if "text" in formula else f"line {formula.get('line', '?')}"
            if same and self._formula_fits(formula, query, depth):
                seen.append(line)
            else:
                near.append(line)
        return Hit(True, few(seen)) if seen else Hit(False, (), few(near))

    def _formula_fits(
        self, formula: Mapping[str, Any], query: Mapping[str, Any], depth: int
    ) -> bool:
        calls = self.facts_of("calls")
        plus = [
            calls[i] for i in formula.get("plus", ()) if isinstance(i, int) and 0 <= i < len(calls)
        ]
        if "plus" in query:
            wanted = query["plus"]
            if wanted is None or wanted is False:
                if plus:
                    return False
            elif not any(
                self._one_of(plus, one, depth)
                for one in (wanted if isinstance(wanted, list | tuple) else [wanted])
            ):
                return False
        if "from" in query and not any(
            ends_with(name, strings(query["from"])) for name in items(formula.get("from"))
        ):
            return False
        return "target" not in query or full(query["target"], formula.get("target", ""))

    def functions(self, query: Mapping[str, Any]) -> Hit:
        """A definition, by its name."""
        for function in self.facts_of("functions"):
            if full(query["function"], function.get("name", "")) and (
                "params" not in query or self.fits(function.get("params", []), query["params"])
            ):
                return Hit(True, (f"line {function.get('line', '?')}: {function.get('name')}",))
        return Hit(False)


def _formulas_in_calls(calls: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for call in calls:
        for value in (*items(call.get("args")), *items(call.get("kw"))):
            if isinstance(value, Mapping) and "terms" in value:
                yield {**value, "line": call.get("line"), "text": call.get("text", "")}


def _line(fact: Mapping[str, Any]) -> str:
    text = str(fact.get("text", fact.get("name", "")))
    return f"line {fact.get('line', '?')}: {text if len(text) <= 90 else text[:89] + '…'}"


def _loop_line(loop: Mapping[str, Any]) -> str:
    word = "while" if loop.get("kind") == "while" else f"for {loop.get('target', '')} in"
    return f"line {loop.get('line', '?')}: {word} {str(loop.get('over', ''))[:70]}"


def _first(facts: Iterable[Mapping[str, Any]]) -> int:
    lines = [fact.get("line") for fact in facts]
    return min((line for line in lines if isinstance(line, int)), default=0)


def few(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))[:MOST_SEEN]
