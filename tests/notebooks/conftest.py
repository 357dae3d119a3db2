"""Runs a notebook as a learner would: in a fresh kernel and a working directory outside the repository. By day the
course shares one engine, as in `shoplib lab`; by night each lesson has its own, and finds nothing there."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from shoplib import localaws
from shoplib.lessons.exercises import Exercise, every_exercise
from tests.nightly import NIGHTLY

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
CELL_LIMIT_SECONDS = 240
VERDICT = re.compile(r"\n(Right: |Not answered yet|Not yet: )")


def exercise_of(cell: nbformat.NotebookNode) -> Exercise | None:
    """What an exercise cell asks, from the one source of its lesson."""
    asked = (
        re.search(r'predict\(("(?:[^"\\]|\\.)*")', cell.source) if "exercise" in cell.metadata.get("tags", []) else None
    )
    return every_exercise()[json.loads(asked[1])] if asked else None


def blank(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Copies of the cells as the learner finds them."""
    return [nbformat.from_dict(dict(cell)) for cell in notebook.cells]


def solved(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells with every question answered, and every task mended before it is checked."""
    return [mended(each) if "task.check()" in each.source else answered_right(each) for each in blank(notebook)]


def answered_right(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    asked = exercise_of(cell)
    return answered(cell, asked.answer) if asked else cell


def answered(cell: nbformat.NotebookNode, answer: str) -> nbformat.NotebookNode:
    """The exercise cell with an answer passed, as one without widgets does it."""
    typed = nbformat.from_dict(dict(cell))
    typed.source = cell.source.replace('")\n', f'", {answer!r})\n', 1)
    return typed


def mended(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    typed = nbformat.from_dict(dict(cell))
    typed.source = f"task.solution(write=True)\n{cell.source}"
    return typed


def checks(cells: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """The next cell that judges a prediction."""
    return next(cell for cell in cells if cell.cell_type == "code" and ".check(" in cell.source)


def exercises(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The two cells of each exercise: where it is asked, and where it is judged."""
    asked = [index for index, cell in enumerate(cells) if exercise_of(cell)]
    return [cell for index in asked for cell in (cells[index], checks(cells[index + 1 :]))]


def verdicts(notebook: nbformat.NotebookNode) -> list[str]:
    """The text of every verdict that the run showed."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    texts = [output["data"].get("text/plain", "") for output in shown]
    return [text for text in texts if VERDICT.search(text)]


def reports(notebook: nbformat.NotebookNode) -> list[str]:
    """The text of every report on a task that the run showed."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    return [
        text for text in (each["data"].get("text/plain", "") for each in shown) if "your folder is deployed" in text
    ]


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell wrote to its standard output."""
    return "".join(output["text"] for output in cell.outputs if output.get("name") == "stdout").strip()


def code_cell(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """The lesson's working folder."""
    made = tmp_path / "somewhere else"
    made.mkdir()
    return made


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state directory of an engine that stays up for all lessons."""
    folder = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(folder))
        localaws.up()
    yield folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPLIB_STATE_DIR", str(folder))
        localaws.down()


@pytest.fixture
def state(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Where the lesson's engine keeps its state."""
    return tmp_path / "state" if NIGHTLY else request.getfixturevalue("course")


@pytest.fixture
def execute(tmp_path: Path, workplace: Path, state: Path) -> Callable[..., nbformat.NotebookNode]:
    """Runs a lesson in `workplace`, or in the folder that is given."""
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(state), "IPYTHONDIR": str(tmp_path / "ipython")}
    environment |= {"SHOPLIB_LESSONS": str(tmp_path / "lessons")}

    def run(notebook: nbformat.NotebookNode, folder: Path = workplace) -> nbformat.NotebookNode:
        client = NotebookClient(
            notebook,
            timeout=CELL_LIMIT_SECONDS,
            startup_timeout=CELL_LIMIT_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        # Its stand-in for output widgets sends on the very socket that it waits on, which may lose the kernel's answer
        # until the cell's limit is over (nbclient issue 312).
        client.widget_registry = {}
        return client.execute(env=environment)

    return run
