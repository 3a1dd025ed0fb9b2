"""What the tests of the collectors share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.collect import Gathered, Plan, collectors
from grader.model import Finding, Found
from tests.collect.exam import EXAM


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan of the exam, without a paper."""
    return EXAM


@pytest.fixture(scope="session")
def read() -> Callable[..., Gathered]:
    """Gather what a hand-in's text holds."""

    def gather(text: str | bytes, kind: str = "document", paper: str = "") -> Gathered:
        data = text if isinstance(text, bytes) else text.encode()
        return collectors.build(kind, {}).gather(replace(EXAM, paper=paper), "a.md", data, {})

    return gather


@pytest.fixture(scope="session")
def said() -> Callable[[Finding | None], str]:
    """The text of a sure answer; what is wrong with any other finding."""

    def text(finding: Finding | None) -> str:
        if not isinstance(finding, Found):
            return repr(finding)
        return finding.doubt or finding.value.text

    return text
