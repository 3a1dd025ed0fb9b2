"""Laws of a regrade over changes of a rubric that nobody thought of."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.gradebook import open_book
from grader.gradebook.results import exact, holding
from grader.gradebook.runs import undo
from grader.pipeline import load_assignment, regrade
from grader.pipeline.executors import executor
from grader.pipeline.tasks import Tasks
from grader.report.changes import changes_json
from tests.conftest import RUBRIC

shares = st.integers(0, 8).map(lambda eighths: eighths / 8)
points = st.integers(0, 8).map(lambda quarters: quarters / 4)


def changed(credit: float, most: float, last: float) -> str:
    """Return the rubric with other credit for the mistake and other points for parts 1 and 2."""
    text = RUBRIC.replace("credit: 0.5", f"credit: {credit}")
    text = text.replace("points: 2\n", f"points: {most + 1}\n")
    return text.replace("points: 1.5", f"points: {last + 1}")


def marked(book: Any, loaded: Any, *, never: bool) -> tuple[Any, Any]:
    doing = regrade.todo(book, loaded, ())
    pool = executor("pool", lambda: Tasks(assignment=loaded, files=book.store.folder), 1)
    return doing, regrade.mark_again(book, loaded, doing, pool, never_lower=never)


def standing(book: Any) -> dict[int, int]:
    return book.read(lambda connection: holding(connection, list(range(1, 10))))


def earned(book: Any) -> dict[int, dict[str, Fraction | None]]:
    now = standing(book)
    by_result = book.read(lambda connection: exact(connection, sorted(now.values())))
    return {of: by_result[result] for of, result in now.items()}


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(credit=shares, most=points, last=points, never=st.booleans())
def test_a_kept_mark_never_falls_looking_twice_is_the_same_and_undo_is_the_way_back(
    graded: Path, credit: float, most: float, last: float, never: bool
) -> None:
    (graded / "rubrics/sums.yaml").write_text(changed(credit, most, last), "utf-8")
    loaded = load_assignment(graded, "sums")
    book = open_book(graded / ".grader", None)
    try:
        before, held = earned(book), standing(book)
        doing, made = marked(book, loaded, never=never)
        shown = changes_json(regrade.shown(book, loaded, made))
        assert standing(book) == held, "a preview lets nothing hold"
        _, again = marked(book, loaded, never=never)
        assert changes_json(regrade.shown(book, loaded, again)) == shown
        if not doing.tasks:
            return
        regrade.apply(book, loaded, made)
        after = earned(book)
        possible = {part.id: part.points for part in loaded.rubric.parts}
        for of, parts in before.items():
            for part, points_before in parts.items():
                if never and points_before is not None:
                    # a part that is worth less now cannot give more than it is worth
                    assert after[of][part] >= min(points_before, possible[part])
        assert not marked(book, loaded, never=never)[0].tasks, "all is up to date"
        undo(book, "sums")
        assert (standing(book), earned(book)) == (held, before)
    finally:
        book.close()
