"""What every lesson keeps to before it is run: form, size, no outputs, alternative text."""

import re

import nbformat
import pytest

from tests.notebooks.conftest import NOTEBOOKS, solution_of

MOST_CELLS, MOST_CODE_LINES = 40, 14
HEADINGS = ("## What you will learn", "## Before you start", "## Recap")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def code(lesson: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def prose(lesson: nbformat.NotebookNode) -> str:
    return "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")


def test_the_course_is_complete():
    numbers = [path.stem[:2] for path in NOTEBOOKS]
    assert len(numbers) >= 7
    assert numbers == [f"{number:02}" for number in range(len(numbers))]


def test_no_outputs_are_committed(lesson):
    assert not [cell for cell in code(lesson) if cell.outputs or cell.execution_count is not None]


def test_a_lesson_is_short(lesson):
    assert len(lesson.cells) <= MOST_CELLS
    long = [cell.source for cell in code(lesson) if len(cell.source.splitlines()) > MOST_CODE_LINES]
    assert not long, f"a lesson has no logic of its own; move this into the library:\n{long}"


def test_a_lesson_says_what_it_teaches_and_how_long_it_takes(lesson):
    assert all(heading in prose(lesson) for heading in HEADINGS)
    assert re.search(r"\d+ minutes", prose(lesson))


def test_a_lesson_asks_before_it_shows(lesson):
    exercises = [cell for cell in code(lesson) if solution_of(cell)]
    assert exercises
    assert all(cell.source.count("...") == 1 for cell in exercises)


def test_hints_stand_in_no_cell(lesson):
    assert not [cell.source for cell in lesson.cells if "hints=" in cell.source]


def test_the_folded_solution_is_the_one_that_is_tested(lesson):
    folded = prose(lesson)
    assert all(f"<code>{solution_of(cell)}</code>" in folded for cell in code(lesson) if solution_of(cell))


def test_pictures_have_alternative_text(lesson):
    assert not re.search(r"!\[\]\(|<img(?![^>]*alt=)", prose(lesson))
