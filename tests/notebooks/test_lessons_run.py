"""Every lesson runs away from the repository; solved it passes, and a blank is told apart from an answer."""

import nbformat
import pytest

from tests.notebooks.conftest import NOTEBOOKS, blank, checks, solution_of, solved, verdicts

pytestmark = pytest.mark.timeout(600)
every_lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@every_lesson
def test_a_solved_lesson_passes_and_its_blanks_do_not(path, execute):
    lesson = nbformat.read(path, as_version=4)
    cells = blank(lesson)
    # A blank is asked for in one cell and judged in the next code cell that checks it.
    asked = [index for index, cell in enumerate(cells) if solution_of(cell)]
    exercises = [cell for index in asked for cell in (cells[index], checks(cells[index + 1 :]))]

    lesson.cells = solved(lesson) + exercises
    shown = verdicts(execute(lesson))

    assert_right(shown[: len(asked)])
    assert_unanswered(shown[len(asked) :])
    assert len(shown) == 2 * len(asked)


@pytest.mark.nightly
@every_lesson
def test_a_blank_lesson_runs_to_its_end_and_once_more_in_the_same_kernel(path, execute):
    lesson = nbformat.read(path, as_version=4)
    asked = sum(1 for cell in lesson.cells if solution_of(cell))

    lesson.cells = blank(lesson) + solved(lesson)
    shown = verdicts(execute(lesson))

    assert_unanswered(shown[:asked])
    assert_right(shown[asked:])
    assert len(shown) == 2 * asked


def assert_right(shown: list[str]) -> None:
    assert all("\nRight:" in verdict for verdict in shown), shown


def assert_unanswered(shown: list[str]) -> None:
    assert all("Not answered yet" in verdict for verdict in shown), shown
