"""YAML of which nothing is believed but texts, lists and tables; every tag is ignored."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import BaseConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode


class NotYaml(ValueError):
    """A text that is no YAML: where it breaks off."""


MOST_NODES = 1_000_000
"""Texts, lists and tables of one document; one that names itself again and again has more."""


def scalars(text: str) -> Any:
    r"""Return a document with every scalar as its text, and the colons of Ruby's symbols taken off.

    >>> scalars("submission_1:\n  :submitters:\n  - :sid: 007\n  :created_at: !ruby/x 2024-01-01\n")
    {'submission_1': {'submitters': [{'sid': '007'}], 'created_at': '2024-01-01'}}

    Raises:
        NotYaml: when it is none.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = BaseConstructor
    try:
        return _plain(yaml.compose(text), 0, count())
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml(f"line {mark.line + 1}" if mark else type(error).__name__) from error
    except RecursionError as error:
        raise NotYaml("it is nested too deeply") from error


def _plain(node: Any, depth: int, nodes: Iterator[int]) -> Any:
    if depth > 12 or next(nodes) > MOST_NODES:
        raise NotYaml("it is nested too deeply, or names itself again and again")
    if isinstance(node, MappingNode):
        return {
            key.value.removeprefix(":"): _plain(value, depth + 1, nodes)
            for key, value in node.value
            if isinstance(key, ScalarNode)
        }
    if isinstance(node, SequenceNode):
        return [_plain(one, depth + 1, nodes) for one in node.value]
    return node.value if isinstance(node, ScalarNode) else None
