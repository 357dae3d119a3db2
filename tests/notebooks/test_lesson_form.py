"""What every lesson keeps to before it is run: form, size, no outputs, alternative text."""

import inspect
import re

import nbformat
import pytest

from shoplib import experiments
from shoplib.lessons.generation import KEY, answer_key
from shoplib.lessons.generation import lesson as lesson_text
from tests.notebooks.conftest import NOTEBOOKS, exercise_of

MOST_CELLS, MOST_CODE_LINES = 40, 14
HEADINGS = (
    "## What you will learn",
    "## Before you start",
    "## Why a shop cares",
    "## Mend ",
    "## Quiz",
    "## Recap",
    "## Further reading",
)


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
    assert [cell for cell in code(lesson) if exercise_of(cell)]


def test_a_lesson_ends_with_something_to_mend_and_how_far_the_learner_is(lesson):
    sources = [cell.source for cell in code(lesson)]
    tasks = [re.search(r'^task = lab.task\("(.+)"\)\ntask$', source) for source in sources]
    assert [match[1] for match in tasks if match]
    assert "task.check()" in sources
    assert re.fullmatch(r'progress\((?:"\d\d")?\)', sources[-1])


def test_neither_hint_nor_solution_stands_in_a_cell(lesson):
    for each in filter(None, map(exercise_of, code(lesson))):
        said = [*each.hints, *each.remarks.values(), each.because, "hints=", "<summary>Solution"]
        assert not [text for text in said for cell in lesson.cells if text in cell.source]


def test_pictures_have_alternative_text(lesson):
    assert not re.search(r"!\[\]\(|<img(?![^>]*alt=)", prose(lesson))


def test_links_to_other_lessons_lead_there(lesson):
    linked = re.findall(r"\]\(([^):]+\.ipynb)\)", prose(lesson))
    assert {path.name for path in NOTEBOOKS} >= set(linked)


def test_the_first_lesson_leads_to_each_of_the_others():
    first = prose(nbformat.read(NOTEBOOKS[0], as_version=4))
    assert not [path.name for path in NOTEBOOKS[1:] if f"]({path.name})" not in first]


def test_lessons_and_answer_key_are_as_their_sources_say():
    """`python -m shoplib.lessons` writes them."""
    checkout = NOTEBOOKS[0].parents[1]
    assert {path.name: lesson_text(path) for path in NOTEBOOKS} == {path.name: path.read_text() for path in NOTEBOOKS}
    assert answer_key() == (checkout / KEY).read_text(encoding="utf-8")


def test_each_experiment_is_run_by_a_lesson_and_asserted_by_a_test():
    parts = [getattr(experiments, name) for name in experiments.__all__]
    names = [part.__name__ for part in parts if inspect.isfunction(part) and _observes(part)]
    ran = "\n".join(cell.source for path in NOTEBOOKS for cell in code(nbformat.read(path, as_version=4)))
    asserted = (NOTEBOOKS[0].parents[1] / "tests" / "cloud" / "test_experiments.py").read_text(encoding="utf-8")
    assert len(names) > 20
    assert not [(name, text[:9]) for name in names for text in (ran, asserted) if f"experiments.{name}(" not in text]


def _observes(function) -> bool:
    return inspect.signature(function).return_annotation is experiments.Observation
