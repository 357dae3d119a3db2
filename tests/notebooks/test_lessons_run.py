"""Every lesson runs: alone, twice in one kernel, away from the repository; solved it passes, blank it does not."""

import nbformat
import pytest

from tests.notebooks.conftest import NOTEBOOKS, solution_of, solved, verdicts

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_blank_lesson_runs_twice_and_passes_only_when_solved(path, execute):
    lesson = nbformat.read(path, as_version=4)
    asked = sum(1 for cell in lesson.cells if solution_of(cell))
    blank = [nbformat.from_dict(dict(cell)) for cell in lesson.cells]

    lesson.cells = blank + solved(lesson)
    shown = verdicts(execute(lesson))

    assert len(shown) == 2 * asked
    assert all("Not answered yet" in verdict for verdict in shown[:asked])
    assert all("\nRight:" in verdict for verdict in shown[asked:]), shown[asked:]
