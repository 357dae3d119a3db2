"""Every lesson runs away from the repository; solved it passes, and a blank is told apart from an answer. By night each
cell of each lesson runs twice, by day those of one lesson."""

import random
from collections.abc import Callable
from functools import partial

import nbformat
import pytest

from shoplib import localaws
from tests.nightly import NIGHTLY, sized
from tests.notebooks.conftest import (
    NOTEBOOKS,
    answered,
    blank,
    code_cell,
    exercise_of,
    exercises,
    printed,
    reports,
    solved,
    verdicts,
)

pytestmark = pytest.mark.timeout(600)
# By day one lesson stands for all where a promise is the same in each of them, and two that take few seconds run. The
# experiments, pictures and tasks of the others have tests of their own.
ONE_LESSON = [path for path in NOTEBOOKS if path.stem == "01-synchronous-rest"]
ANOTHER = [path for path in NOTEBOOKS if path.stem == "09-security"]
TWICE = sized(NOTEBOOKS, ANOTHER)
every_lesson = pytest.mark.parametrize(
    "path",
    sized(NOTEBOOKS, ANOTHER),
    ids=lambda path: path.stem,
)
WRONG = "something else"
# What a lesson says in words -> how to count it at its end.
COUNTS = {
    "04": ("len(analytics.sessions(events))", "60"),
    "05": ("events.order_id.nunique() if path else 200", "200"),
}
# A cell -> what another lesson does to the lake after it.
OTHERS = {"f2667f0b": "replay.as_events(lab, source, count=230) if path else None\nlab.wait_until_drained()"}


@every_lesson
def test_a_solved_lesson_passes_and_its_exercises_once_more(path, execute, workplace):
    """As a learner who runs a cell again at once, and each exercise once more at the end: blank, then right."""
    lesson = nbformat.read(path, as_version=4)
    asked, runs = sum(1 for cell in lesson.cells if exercise_of(cell)), 2 if path in TWICE else 1
    count, expected = COUNTS.get(path.stem[:2], ("None", "None"))
    counted = code_cell(f"print({count})")
    later = [*exercises(blank(lesson)), *exercises(solved(lesson)), *(wrong(lesson) if NIGHTLY else [])]

    lesson.cells = [*(again for cell in solved(lesson) for again in repeated(cell, runs)), counted, *later]
    shown = verdicts(execute(lesson))
    assert len(reports(lesson)) >= runs
    assert [report for report in reports(lesson) if "\nMended: " not in report] == []

    first, shown = shown[: runs * asked], shown[runs * asked :]
    assert_right(first)
    assert_unanswered(shown[:asked])
    assert_right(shown[asked : 2 * asked])
    assert_helped(shown[2 * asked :])
    assert (len(first), len(shown)) == (runs * asked, (3 if NIGHTLY else 2) * asked)
    assert printed(counted) == expected
    assert not list(workplace.iterdir()), "a lesson leaves no files where it runs"


def repeated(cell: nbformat.NotebookNode, runs: int) -> list[nbformat.NotebookNode]:
    others = [code_cell(OTHERS[cell.id])] if cell.id in OTHERS else []
    copies = [nbformat.from_dict(dict(cell)) for _ in range(runs - 1)] if cell.cell_type == "code" else []
    return [cell, *copies, *others]


@pytest.mark.parametrize("path", sized(NOTEBOOKS, ONE_LESSON), ids=lambda path: path.stem)
def test_a_blank_lesson_runs_to_its_end_and_once_more_in_the_same_kernel(path, execute):
    lesson = nbformat.read(path, as_version=4)
    asked = sum(1 for cell in lesson.cells if exercise_of(cell))

    lesson.cells = blank(lesson) + solved(lesson)
    shown = verdicts(execute(lesson))

    assert_unanswered(shown[:asked])
    assert_right(shown[asked:])
    assert len(shown) == 2 * asked
    assert "\nMended: " in reports(lesson)[-1]


def wrong(lesson: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [answered(cell, WRONG) if exercise_of(cell) else cell for cell in exercises(blank(lesson))]


def assert_right(shown: list[str]) -> None:
    assert all("\nRight:" in verdict for verdict in shown), shown


def assert_unanswered(shown: list[str]) -> None:
    assert all("Not answered yet" in verdict for verdict in shown), shown


def assert_helped(shown: list[str]) -> None:
    assert all("\nNot yet:" in verdict and "\nHint:" in verdict for verdict in shown), shown
    assert not [verdict for verdict in shown if "What happened" in verdict]


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_solved_lessons_pass_in_any_order_on_one_engine(execute, state, monkeypatch):
    """Whatever other lessons have left there; and from where the lessons are, which is a second working directory."""
    home = NOTEBOOKS[0].parent
    before = sorted(home.iterdir())
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(state))
    localaws.up()
    try:
        for path in random.sample(NOTEBOOKS, len(NOTEBOOKS)):
            print(path.stem, flush=True)  # the order, if one fails
            assert_solved(nbformat.read(path, as_version=4), partial(execute, folder=home))
    finally:
        localaws.down()
    assert sorted(home.iterdir()) == before


def assert_solved(lesson: nbformat.NotebookNode, run: Callable) -> None:
    asked = sum(1 for cell in lesson.cells if exercise_of(cell))
    lesson.cells = solved(lesson)
    shown = verdicts(run(lesson))
    assert_right(shown)
    assert len(shown) == asked
    assert all("\nMended: " in report for report in reports(lesson))
