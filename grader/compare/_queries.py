r"""Queries over the facts of a program: mappings that a rubric writes, as data.

A query has one head and its conditions::

    {call: RandomCrop, args: {"size|0": 32}}                    a call, by its name's end or "*"
    {set: "net.fc", value: {call: Linear}}                      an assignment, by its target
    {loop: "range.*", times: 5}                                 a loop, by what it runs over
    {formula: {"1": 1, "2": -2}, plus: {call: normal}}          a polynomial, and what is added
    {function: forward, params: [Z, gamma]}                     a definition
    {undefined: "X|inputs"}  {imports: "torch.*"}               names
    {source: regex}  {printed: regex}  {prose: regex}           text
    {at: log.last_epoch, is: {min: 5}}                          anything, by its path
    {order: [ToTensor, Normalize], within: [Compose]}           arguments in this order
    {before: [query, query]}                                    the first stands above the second
    {other: query}                                              of the facts that the truth holds
    {all: […]}  {any: […]}  {not: …}

A pattern is a literal, a list of patterns (element by element), or one of ``{in: […]}``,
``{min: …, max: …}``, ``{near: …, by: …}``, ``{matches: regex}``, ``{contains: pattern}``,
``{call: name}``, ``{text: true}`` (not known), ``{absent: true}``, ``{number: true}``,
``{terms: …, plus: true}``, ``{first: pattern}``, ``{not: pattern}``, ``{truth: key}``. Any other
mapping asks for the keys that it names: ``{contains: {check: steps-per-epoch}}``.
Keys of ``args`` are keywords and positions: ``"padding|1"``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.compare._code_facts import MOST_SEEN, CodeFacts, Hit, few
from grader.compare._patterns import (
    ABSENT,
    DEEPEST,
    compiled,
    full,
    items,
)

HEADS = frozenset(
    {
        "all",
        "any",
        "not",
        "call",
        "set",
        "loop",
        "formula",
        "function",
        "undefined",
        "unimported",
        "imports",
        "source",
        "printed",
        "prose",
        "canonical",
        "at",
        "order",
        "before",
        "other",
    }
)


class QueryError(ValueError):
    """A query that a rubric wrote wrongly: the instructor's to mend."""


def check(query: Any, depth: int = 0) -> None:
    """Refuse what is no query, so that a rubric's slip is found when it is loaded.

    Raises:
        QueryError: with what is wrong.
    """
    if not isinstance(query, Mapping):
        raise QueryError(f"a query is a mapping such as {{call: name}}, not {query!r}")
    heads = [head for head in query if head in HEADS]
    if depth > DEEPEST or not heads:
        raise QueryError(
            f"a query needs one of {', '.join(sorted(HEADS))}; got {sorted(map(str, query))}"
        )
    for head in ("all", "any"):
        if head in query:
            for inner in query[head]:
                check(inner, depth + 1)
    for inner in query.get("before", ()):
        check(inner, depth + 1)
    if "other" in query:
        check(query["other"], depth + 1)
    if "not" in query and "call" not in query:
        check(query["not"], depth + 1)
    for key in (
        "source",
        "printed",
        "prose",
        "canonical",
        "undefined",
        "imports",
        "set",
        "text",
        "when",
        "over",
        "on",
    ):
        if isinstance(query.get(key), str):
            try:
                re.compile(query[key])
            except re.error as error:
                raise QueryError(f"'{query[key]}' is no regular expression: {error}") from error


def ask(facts: Any, query: Mapping[str, Any], truth: Any = None) -> Hit:
    """Return whether a query holds of facts; never raises on any facts."""
    return _Asker(facts if isinstance(facts, Mapping) else {}, truth).ask(query, 0)


class _Asker(CodeFacts):
    def ask(self, query: Any, depth: int) -> Hit:
        if not isinstance(query, Mapping) or depth > DEEPEST:
            return Hit(False)
        if "all" in query:
            return self._all([self.ask(inner, depth + 1) for inner in query["all"]])
        if "any" in query:
            return self._any([self.ask(inner, depth + 1) for inner in query["any"]])
        if "call" in query:
            return self.calls(query, depth)
        if "not" in query:
            inner = self.ask(query["not"], depth + 1)
            return Hit(not inner.holds, (), inner.seen if inner.holds else ())
        if "other" in query:
            held = self.truth.get("other") if isinstance(self.truth, Mapping) else None
            return (
                replace(ask(held, query["other"]), seen=())
                if isinstance(held, Mapping)
                else Hit(False)
            )
        if "before" in query:
            return self._before(*(self.ask(inner, depth + 1) for inner in query["before"][:2]))
        if "formula" in query:
            return self.formulas(query, depth)
        for head, answer in (
            ("set", self.sets),
            ("loop", self.loops),
            ("function", self.functions),
            ("order", self.order),
        ):
            if head in query:
                return answer(query)
        if "at" in query:
            return self._at(query)
        for head in ("undefined", "unimported", "imports"):
            if head in query:
                return self._names(head, query[head])
        return next(
            (
                self._text(head, query[head])
                for head in ("source", "printed", "prose", "canonical")
                if head in query
            ),
            Hit(False),
        )

    @staticmethod
    def _all(hits: Sequence[Hit]) -> Hit:
        if all(hit.holds for hit in hits):
            return Hit(True, few(line for hit in hits for line in hit.seen))
        return Hit(False, (), few(line for hit in hits if not hit.holds for line in hit.near))

    @staticmethod
    def _any(hits: Sequence[Hit]) -> Hit:
        held = next((hit for hit in hits if hit.holds), None)
        return held or Hit(False, (), few(line for hit in hits for line in hit.near))

    @staticmethod
    def _before(one: Hit, other: Hit) -> Hit:
        if one.holds and other.holds and 0 < one.first < other.first:
            return Hit(True, few((*one.seen[:1], *other.seen[:1])))
        return Hit(False)

    # -- names, text, paths

    def _names(self, head: str, wanted: Any) -> Hit:
        names = [name for name in items(self.facts.get(head)) if isinstance(name, str)]
        fits = [
            name
            for name in names
            if wanted is True or (isinstance(wanted, str) and full(wanted, name))
        ]
        return Hit(bool(fits), tuple(fits[:MOST_SEEN]))

    def _text(self, head: str, wanted: Any) -> Hit:
        text = self.facts.get(head, "")
        if not isinstance(text, str) or not isinstance(wanted, str):
            return Hit(False)
        found = compiled(wanted).search(text)
        return Hit(True, (_around(text, found),)) if found else Hit(False)

    def _at(self, query: Mapping[str, Any]) -> Hit:
        value: Any = self.facts
        for step in str(query["at"]).split("."):
            if isinstance(value, Mapping):
                value = value.get(step, ABSENT)
            elif (
                isinstance(value, list | tuple)
                and step.lstrip("-").isdigit()
                and -len(value) <= int(step) < len(value)
            ):
                value = value[int(step)]
            else:
                value = ABSENT
        wanted = query.get("is", {"not": {"absent": True}})
        held = self.fits(value, wanted)
        if held and (said := self._said(value, wanted)):
            return Hit(True, said)
        simple = isinstance(value, str | int | float) and not isinstance(value, bool)
        note = (f"{_last_name(str(query['at']))}: {value}"[:120],) if simple else ()
        return Hit(held, note if held else (), () if held else note)

    def _said(self, value: Any, wanted: Any) -> tuple[str, ...]:
        """What the checks say that a pattern picks from a list of them."""
        if not (isinstance(wanted, Mapping) and "contains" in wanted):
            return ()
        picked = [one for one in items(value) if self.fits(one, wanted["contains"])]
        return few(
            str(one["says"])[:300] for one in picked if isinstance(one, Mapping) and "says" in one
        )


def _last_name(path: str) -> str:
    """The last step of a path that is no position: ``log.failed.0`` tells of what failed."""
    names = [step for step in path.split(".") if not step.lstrip("-").isdigit()]
    return names[-1].replace("_", " ") if names else path


def _around(text: str, found: re.Match[str]) -> str:
    start = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    shown = " ".join(text[start : end if end >= 0 else len(text)].split())
    return shown if len(shown) <= 120 else shown[:119] + "…"
