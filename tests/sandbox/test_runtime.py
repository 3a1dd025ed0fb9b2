"""What a box is shown of an installation: never the folder that we happen to stand in."""

import sys
from pathlib import Path

import pytest

from grader.sandbox.host import runtime as runtimes
from grader.sandbox.host.runtime import NoRuntime, runtime


def test_a_folder_on_our_own_path_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    course = str(Path(sys.prefix) / "course-below-the-prefix")
    monkeypatch.setattr(sys, "path", ["", course, *sys.path])
    runtimes._own.cache_clear()
    try:
        shown = runtime("bare")
    finally:
        runtimes._own.cache_clear()
    assert course not in shown.path
    assert "" not in shown.path
    assert not any(course.startswith(f"{bind}/") or course == bind for bind in shown.binds)


def test_a_hidden_folder_below_a_bind_is_covered() -> None:
    inside = str(Path(sys.prefix) / "lib" / "course")
    assert inside in runtime("bare", hidden=[inside]).masks
    assert inside in runtime("reading", hidden=[inside]).masks


def test_the_parsers_of_ours_are_shown_to_readers_alone() -> None:
    own = str(Path(runtimes.__file__).parents[2])
    assert own in runtime("reading").binds
    assert own not in runtime("science").binds


def test_an_unknown_runtime_is_named_with_those_there_are() -> None:
    with pytest.raises(NoRuntime, match="bare, science, training, reading"):
        runtime("gaming")
