"""Papers: the questions with one student's numbers in them, as Markdown, a notebook, or a page.

The template is Markdown with Jinja2 in it: the numbers by name, ``title``, ``variant``,
``student``, ``questions``, and ``part("1.1")``, which writes the heading of a part and tells where
it begins. Templates run in Jinja2's sandbox, and a name that is not there is an error.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.rubric import Rubric, written
from grader.variants.draw import Variant

DEFAULT = """\
# {{ title }}
{% if variant %}

Variant {{ variant }}
{% endif %}
{% for one in questions %}

{{ part(one.id) }}

{{ one.ask }}
{% endfor %}
"""
"""The paper of an assignment that has none of its own: what each part asks."""
NAME = "answer-to-"
"""With the part's id behind it, the name of the cell that an answer goes into."""
_MARK = "\x1e"
_MARKED = re.compile(f"{_MARK}([^{_MARK}]*){_MARK}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+.!|~$&-])")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a paper: the part that it asks, "" for what stands above the first."""

    part: str
    text: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A written paper."""

    title: str
    variant: str
    assignment: str
    blocks: tuple[Block, ...]

    @property
    def markdown(self) -> str:
        """The whole paper as Markdown."""
        return "\n\n".join(block.text.strip("\n") for block in self.blocks) + "\n"


def compose(rubric: Rubric, template: str, variant: Variant | None, student: str = "") -> Paper:
    """Return a paper.

    Args:
        rubric: filled with the numbers of the variant.
        template: Markdown with Jinja2; "" for what the parts ask.
        variant: the student's numbers, None where none vary.
        student: the name on the paper.

    Raises:
        ValueError: when the template cannot be written; the message says where and why.
    """
    ids = [part.id for part in rubric.parts]

    def part(id_: str) -> str:
        if id_ not in ids:
            raise LookupError(f"part('{id_}'): there is no such part; there are: {', '.join(ids)}")
        return f"{_MARK}{id_}{_MARK}## Question {id_}"

    text = written(
        template or DEFAULT,
        variant.numbers if variant else {},
        title=rubric.title,
        variant=variant.id if variant else "",
        student=_inert(student),
        questions=[{"id": one.id, "ask": one.ask} for one in rubric.parts],
        part=part,
    )
    return Paper(
        title=rubric.title,
        variant=variant.id if variant else "",
        assignment=rubric.assignment,
        blocks=tuple(_blocks(text, ids)),
    )


def _inert(name: str) -> str:
    """A name with nothing in it that Markdown would obey, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(name.split()))


def _blocks(text: str, ids: list[str]) -> Iterator[Block]:
    if _MARK not in text:
        text = _found(text, ids)
    first, *rest = _MARKED.split(text)
    if first.strip():
        yield Block("", first)
    for at in range(0, len(rest), 2):
        yield Block(rest[at], rest[at + 1])


def _found(text: str, ids: list[str]) -> str:
    """A paper whose template tells no parts: its headings do, by their ids."""
    lines, left = text.split("\n"), list(ids)
    for at, line in enumerate(lines):
        words = re.findall(r"[\w.]*\w", line) if line.startswith("#") else []
        own = next((id_ for id_ in left if id_ in words), None)
        if own is not None:
            left.remove(own)
            lines[at] = f"{_MARK}{own}{_MARK}{line}"
    return "\n".join(lines)


def notebook(paper: Paper) -> str:
    """Return a paper as a notebook (nbformat 4.5): a cell that asks, and one to answer in.

    The cells to answer in carry names by which they are recognised, whatever is written in them.
    """
    cells = []
    for at, block in enumerate(paper.blocks):
        own = {"editable": False, "deletable": False}
        cells.append(_cell(f"question-{at}", block.text.strip("\n"), own))
        if block.part:
            name = {"name": NAME + block.part, "deletable": False}
            cells.append(_cell(f"answer-{at}", "", name))
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    told = {"assignment": paper.assignment, "variant": paper.variant}
    metadata = {"kernelspec": spec, "grader": told}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _cell(id_: str, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    return {"cell_type": "markdown", "id": id_, "metadata": metadata, "source": lines}


_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 22mm 20mm; @bottom-right {{ content: counter(page) " / " counter(pages);
  font: 9pt sans-serif }} @bottom-left {{ content: "{foot}"; font: 9pt sans-serif }} }}
body {{ font: 11pt/1.45 sans-serif; color: #111 }}
h1 {{ font-size: 18pt }} h2 {{ font-size: 13pt; break-after: avoid; margin-top: 1.6em }}
pre, code {{ font-family: monospace; font-size: 10pt }}
pre {{ background: #f3f3f3; padding: 3mm; white-space: pre-wrap }}
table {{ border-collapse: collapse }} td, th {{ border: 0.5pt solid #777; padding: 1mm 2mm }}
</style></head><body>
{body}</body></html>
"""


def page(paper: Paper) -> str:
    """Return a paper as an HTML page that is to be printed; it fetches nothing."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  # only for paper

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    foot = f"Variant {paper.variant}" if paper.variant else ""
    body = made.render(paper.markdown)
    return _PAGE.format(title=html.escape(paper.title), foot=foot, body=body)
