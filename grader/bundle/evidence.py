"""Evidence that bundles without a key left in their results, taken home to be marked.

It is read from a ``results.json``, or from ``submission_metadata.yml`` of Gradescope's export of
submissions, whose keys are Ruby's symbols and whose times may have a tag of Ruby's.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from grader import codec
from grader.bundle._keyless import EVIDENCE
from grader.bundle.settings import Unfit
from grader.pipeline import Record, safe_name
from grader.pipeline.files import write

_UNPACKED = 64_000_000
"""Bytes of the largest evidence that is unpacked."""
_FILE = 500_000_000


def records(path: Path) -> Iterator[tuple[str, Record]]:
    """Yield the records in a file, each with the name of its submission.

    Raises:
        Unfit: when the file is of neither kind, or something in it is damaged.
    """
    if path.stat().st_size > _FILE:
        raise Unfit(f"{path.name}: larger than {_FILE // 1_000_000} MB")
    text = path.read_text("utf-8", "replace")
    if path.suffix == ".json":
        yield path.stem, record(_json(path, text))
        return
    for name, told in _submissions(path, text):
        results = _at(told, "results")
        if isinstance(results, Mapping):
            try:
                yield name, record(results)
            except Unfit as error:
                raise Unfit(f"{path.name}: {name}: {error}") from error


def record(results: Mapping[str, Any]) -> Record:
    """Return the record that results of a bundle without a key carry.

    Raises:
        Unfit: when they carry none, or it is damaged.
    """
    packed = _at(_at(results, "extra_data"), EVIDENCE)
    if not isinstance(packed, str):
        raise Unfit("no evidence of a bundle without a key is in these results")
    try:
        data = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), _UNPACKED)
        return Record.from_bytes(data)  # what was longer is cut off, and then is no record
    except (ValueError, zlib.error, codec.NotPlain) as error:
        raise Unfit(f"the evidence in these results is damaged ({error})") from error


def take_home(paths: list[Path], out: Path, assignment: str) -> list[str]:
    """Write the evidence in files below ``out`` as ``grader grade --from`` reads it.

    Returns the students' ids.

    Raises:
        Unfit: when a file holds none, is of another assignment, or two are of one student.
    """
    found: dict[str, Record] = {}
    for path in paths:
        before = len(found)
        for name, one in records(path):
            if one.assignment != assignment:
                raise Unfit(f"{path.name}: {name} is of '{one.assignment}', not '{assignment}'")
            if one.student in found:
                raise Unfit(f"{path.name}: {name} is a second submission of {one.student}")
            found[one.student] = one
        if len(found) == before:
            raise Unfit(f"{path.name}: holds no evidence of a bundle without a key")
    for student, one in found.items():
        write(out / "evidence" / f"{safe_name(student)}.json", one.to_bytes())
    return sorted(found)


def _json(path: Path, text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unfit(f"{path.name}: no JSON ({error})") from error
    if not isinstance(data, dict):
        raise Unfit(f"{path.name}: no results")
    return data


class _Plain(SafeConstructor):
    """Takes what has a tag that it does not know for what it looks like."""


def _untagged(made: SafeConstructor, node: Node) -> Any:
    if isinstance(node, MappingNode):
        return made.construct_mapping(node, deep=True)
    if isinstance(node, SequenceNode):
        return made.construct_sequence(node, deep=True)
    return str(node.value)


_Plain.add_constructor(None, _untagged)


def _submissions(path: Path, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _Plain
    try:
        data = reader.load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise Unfit(f"{path.name}: no YAML ({str(error).splitlines()[0]})") from error
    if not isinstance(data, dict):
        raise Unfit(f"{path.name}: no metadata of submissions")
    for name, told in data.items():
        if isinstance(told, dict):
            yield str(name), told


def _at(data: Any, key: str) -> Any:
    """What a mapping has under a key, which may be written as a symbol of Ruby's."""
    if not isinstance(data, Mapping):
        return None
    return data.get(key, data.get(f":{key}"))
