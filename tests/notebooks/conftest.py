"""Runs a notebook as a learner would: fresh kernel, fresh engine, a working directory outside the repository."""

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
CELL_LIMIT_SECONDS = 240


def solution_of(cell: nbformat.NotebookNode) -> str | None:
    return cell.metadata.get("shoplib", {}).get("solution")


def blank(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Copies of the cells as the learner finds them."""
    return [nbformat.from_dict(dict(cell)) for cell in notebook.cells]


def solved(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells with every blank filled in from the one source of solutions, the exercise cell's own metadata."""
    cells = blank(notebook)
    for cell in cells:
        if solution_of(cell):
            cell.source = cell.source.replace("...", solution_of(cell), 1)
    return cells


def checks(cells: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """The next cell that judges a prediction."""
    return next(cell for cell in cells if cell.cell_type == "code" and "check(" in cell.source)


def verdicts(notebook: nbformat.NotebookNode) -> list[str]:
    """The text of every verdict that the run showed."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    texts = [output["data"].get("text/plain", "") for output in shown]
    return [text for text in texts if "\nRight:" in text or "\nNot answered yet" in text or "\nYou predicted" in text]


@pytest.fixture
def execute(tmp_path: Path) -> Callable[[nbformat.NotebookNode], nbformat.NotebookNode]:
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path / "state"), "IPYTHONDIR": str(tmp_path / "ipython")}
    workplace = tmp_path / "somewhere else"
    workplace.mkdir()

    def run(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        client = NotebookClient(
            notebook,
            timeout=CELL_LIMIT_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(workplace)}},
        )
        return client.execute(env=environment)

    return run
