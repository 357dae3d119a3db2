"""The course as static pages: every lesson executed and rendered, with its date, and an index."""

import os
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from shoplib import whole_files
from shoplib.errors import LabError
from shoplib.teaching import handouts, lesson_files, pages
from shoplib.teaching.lesson_files import Lesson

FOLDER = Path("course")
CELL_SECONDS = 300
OWN_FOLDERS = {"SHOPLIB_STATE_DIR": "state", "SHOPLIB_LESSONS": "lessons", "IPYTHONDIR": "ipython"}
LESSONS_OF_A_LEARNER = "~/shoplib-lessons"
LESSON_LINK = re.compile(r'href="(\d\d-[-a-z]+)\.ipynb"')
TASK_LINK = re.compile(r'<a href="tasks/[^"]+">([^<]+)</a>')  # to a file that a page does not have beside it
# What a page does not show: progress bars, which JupyterLab takes away when they are full, and the names of widgets.
BAR, WIDGET, WIDGETS_NAME = "━", "application/vnd.jupyter.widget-view+json", re.compile(r"\w+\(\w+=")
# Nothing is fetched from elsewhere when a page is opened.
OFFLINE = {"mathjax_url": "", "require_js_url": "", "jquery_url": "", "mermaid_js_url": "", "widget_renderer_url": ""}


def write(folder: Path = FOLDER, lessons: Path = lesson_files.FOLDER) -> Path:
    """All pages; answers the index. LabError names each lesson that fails, when the others are written."""
    folder.mkdir(parents=True, exist_ok=True)
    now, failures = datetime.now(UTC), []
    for path in sorted(lessons.glob("[0-9][0-9]-*.ipynb")):
        try:
            _page(path, folder, now)
        except LabError as error:
            failures.append(error.what)
    sheets = handouts.write(folder / "handouts")
    there = [lesson for lesson in lesson_files.lessons(lessons) if (folder / f"{lesson.name}.html").exists()]
    whole_files.write(folder / "index.html", index(there, sheets, now).encode())
    if failures:
        raise LabError("; ".join(failures), "run it in `shoplib lab`: the cell that fails")
    return folder / "index.html"


def _page(path: Path, folder: Path, now: datetime) -> Path:
    print(f"{path.stem} ...", flush=True)
    (folder / f"{path.stem}.html").unlink(missing_ok=True)  # of another time
    begin = time.monotonic()
    notebook = _executed(nbformat.read(path, as_version=4), path)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(_note(now, time.monotonic() - begin)))
    body, _ = HTMLExporter(**OFFLINE).from_notebook_node(notebook, {"metadata": {"name": path.stem}})
    return whole_files.write(folder / f"{path.stem}.html", _linked(body).encode())


def _linked(body: str) -> str:
    """A page leads to pages alone."""
    return TASK_LINK.sub(r"<code>\1</code>", LESSON_LINK.sub(r'href="\1.html"', body))


def _note(now: datetime, seconds: float) -> str:
    return (
        f"[The course](index.html) · *Executed on {now:%Y-%m-%d %H:%M} UTC, in {seconds:.0f} seconds. This page shows "
        "what the lesson showed then; nothing on it runs.*"
    )


def _executed(notebook: nbformat.NotebookNode, path: Path) -> nbformat.NotebookNode:
    """As the learner gets it, its questions open; on an engine of its own, away from the user's and the lessons."""
    with TemporaryDirectory() as home:
        resources = {"metadata": {"path": home}}
        client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3", resources=resources)
        # With their state widgets would ask a server elsewhere for the code that draws them.
        client.store_widget_state = False
        # Its stand-in for output widgets sends on the socket that it waits on (nbclient issue 312).
        client.widget_registry = {}
        folders = {name: str(Path(home) / folder) for name, folder in OWN_FOLDERS.items()}
        return _tidied(_execute(client, path, folders), folders["SHOPLIB_LESSONS"])


def _tidied(notebook: nbformat.NotebookNode, lessons: str) -> nbformat.NotebookNode:
    """Without what was there only while it ran: bars, widgets, and the name of a temporary folder."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _passes(output)]
    return nbformat.reads(nbformat.writes(notebook).replace(lessons, LESSONS_OF_A_LEARNER), as_version=4)


def _passes(output: nbformat.NotebookNode) -> bool:
    data = output.get("data", {})
    text = data.get("text/plain", "")
    return BAR in text or (WIDGET in data and bool(WIDGETS_NAME.match(text)))


def _execute(client: NotebookClient, path: Path, folders: dict[str, str]) -> nbformat.NotebookNode:
    try:
        return client.execute(env={**os.environ, **folders})
    except CellExecutionError as error:
        what = f"{path.stem} cannot be rendered: {error.ename}: {error.evalue}"
        raise LabError(what, "run it in `shoplib lab`: the cell that fails") from None


def index(lessons: Iterable[Lesson], sheets: Iterable[Path], now: datetime) -> str:
    """The list of pages, as HTML."""
    names = [sheet.stem for sheet in sheets]
    return pages.render("index.html.j2", lessons=list(lessons), sheets=names, date=f"{now:%Y-%m-%d %H:%M} UTC")
