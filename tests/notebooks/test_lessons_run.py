"""Every lesson runs away from the repository, each cell twice; solved it passes, and a blank is told apart from an
answer."""

import nbformat
import pytest

from tests.nightly import NIGHTLY, sized
from tests.notebooks.conftest import (
    NOTEBOOKS,
    blank,
    code_cell,
    exercises,
    filled,
    printed,
    solution_of,
    solved,
    verdicts,
)

pytestmark = pytest.mark.timeout(600)
every_lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
WRONG = "'something else'"
# What a lesson says in words -> how to count it at its end.
COUNTS = {
    "04": ("len(analytics.sessions(events))", "60"),
    "05": ("events.order_id.nunique() if path else 200", "200"),
}
# A cell -> what another lesson does to the lake after it. (Lesson 04's own cells, run twice, leave 120 visits there.)
OTHERS = {"f2667f0b": "replay.as_events(lab, source, count=230) if path else None\nlab.wait_until_drained()"}


@every_lesson
def test_each_cell_runs_twice_and_a_solved_lesson_passes(path, execute, workplace):
    """As a learner who runs each cell again at once, and each exercise once more at the end: blank, then right. By
    day the few slow cells run once."""
    lesson = nbformat.read(path, as_version=4)
    asked = sum(1 for cell in lesson.cells if solution_of(cell))
    count, expected = COUNTS.get(path.stem[:2], ("None", "None"))
    counted = code_cell(f"print({count})")
    later = [*exercises(blank(lesson)), *exercises(solved(lesson)), *(wrong(lesson) if NIGHTLY else [])]

    lesson.cells = [*(again for cell in solved(lesson) for again in repeated(cell)), counted, *later]
    shown = verdicts(execute(lesson))

    assert_right(shown[: 2 * asked])
    assert_unanswered(shown[2 * asked : 3 * asked])
    assert_right(shown[3 * asked : 4 * asked])
    assert_helped(shown[4 * asked :])
    assert len(shown) == (5 if NIGHTLY else 4) * asked
    assert printed(counted) == expected
    assert not list(workplace.iterdir()), "a lesson leaves no files where it runs"


def repeated(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    others = [code_cell(OTHERS[cell.id])] if cell.id in OTHERS else []
    if cell.cell_type != "code" or ("slow" in cell.metadata.get("tags", []) and not NIGHTLY):
        return [cell, *others]
    return [cell, nbformat.from_dict(dict(cell)), *others]


# By day the first lesson alone.
@pytest.mark.parametrize("path", sized(NOTEBOOKS, NOTEBOOKS[:1]), ids=lambda path: path.stem)
def test_a_blank_lesson_runs_to_its_end_and_once_more_in_the_same_kernel(path, execute):
    lesson = nbformat.read(path, as_version=4)
    asked = sum(1 for cell in lesson.cells if solution_of(cell))

    lesson.cells = blank(lesson) + solved(lesson)
    shown = verdicts(execute(lesson))

    assert_unanswered(shown[:asked])
    assert_right(shown[asked:])
    assert len(shown) == 2 * asked


def wrong(lesson: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [filled(cell, WRONG) if solution_of(cell) else cell for cell in exercises(blank(lesson))]


def assert_right(shown: list[str]) -> None:
    assert all("\nRight:" in verdict for verdict in shown), shown


def assert_unanswered(shown: list[str]) -> None:
    assert all("Not answered yet" in verdict for verdict in shown), shown


def assert_helped(shown: list[str]) -> None:
    assert all("\nNot yet:" in verdict and "\nFirst hint:" in verdict for verdict in shown), shown
    assert not [verdict for verdict in shown if "What happened" in verdict]
