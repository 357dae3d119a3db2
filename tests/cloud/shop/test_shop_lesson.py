"""The first lesson passes on the whole shop as `make demo ARGS=--keep` leaves it: totals there include shipping."""

import os
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.conftest import NOTEBOOKS, execute, solved, verdicts, workplace

__all__ = ["execute", "workplace"]  # fixtures of the notebooks' tests


@pytest.fixture
def state(shop) -> Path:
    return Path(os.environ["SHOPLIB_STATE_DIR"])


@pytest.mark.timeout(300)
def test_the_first_lesson_passes_on_the_whole_shop(execute):
    lesson = nbformat.read(NOTEBOOKS[0], as_version=4)
    lesson.cells = solved(lesson)
    [shown] = verdicts(execute(lesson))
    assert "\nRight: " in shown
