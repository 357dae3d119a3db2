"""The teacher's pages: the table of lessons is true, links lead somewhere, handouts and pages say what they must."""

import re
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from shoplib import architecture
from shoplib.errors import LabError
from shoplib.gameday import CAUSES
from shoplib.teaching import course_pages, handouts, lesson_files, overview

PAGES = [overview.FILE, overview.FILE.with_name("paper-coverage.md")]


def test_the_table_of_lessons_is_what_the_lessons_say() -> None:
    page = overview.FILE.read_text(encoding="utf-8")
    assert page == overview.text(page), f"docs/teaching.md is not up to date: run `{overview.COMMAND}`"


def test_every_lesson_says_its_minutes_and_what_it_teaches() -> None:
    lessons = lesson_files.lessons()
    assert lessons
    assert all(lesson.minutes and lesson.learn for lesson in lessons)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")) if "://" not in link]
    assert links
    assert not [link for link in links if not (page.parent / link).exists()]


def test_the_game_days_sheet_names_every_cause() -> None:
    rows = re.findall(r"^\| (.+?) \| `(\w+)` \|", overview.FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {cause: text for text, cause in rows} == CAUSES


@pytest.mark.parametrize("pattern", architecture.patterns())
def test_a_handout_has_the_picture_every_step_and_the_alarms(pattern: str) -> None:
    page, model = handouts.page(pattern), architecture.from_patterns(pattern).model
    assert page.count("<svg") == 1
    steps = max(architecture.from_patterns(pattern).edges.step)
    assert all(f">{step}</text>" in page for step in range(1, steps + 1))
    alarms = [badge.text for node in model.nodes for badge in node.badges if badge.kind == "alarm"]
    assert all(alarm in page for alarm in alarms)
    assert "a month on AWS without any traffic" in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """A course of one small lesson."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    head = "# 00 · Small\n\n## What you will learn\n- to add\n\n## Before you start\nNothing. About 5 minutes."
    head += "\n\nRead [this](00-small.ipynb)."
    source = "import ipywidgets\nprint(6 * 7)\nipywidgets.Text('a field')"
    bar = (
        "import rich.progress\nwith rich.progress.Progress(transient=True) as bars:\n    bars.add_task('busy', total=1)"
    )
    task = "import os\nfrom IPython.display import HTML\nprint(os.environ['SHOPLIB_LESSONS'])\n"
    task += "HTML('<a href=\"tasks/00-sign/src/app.py\">src/app.py</a>')"
    cells = [nbformat.v4.new_markdown_cell(head), *map(nbformat.v4.new_code_cell, (source, bar, task))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "00-small.ipynb")
    return folder


def test_a_course_is_executed_and_says_when(lessons: Path, tmp_path: Path) -> None:
    index = course_pages.write(tmp_path / "course", lessons)
    page = (tmp_path / "course" / "00-small.html").read_text(encoding="utf-8")
    assert ">42\n" in page
    assert re.search(rf"Executed on {datetime.now(UTC):%Y-%m-%d} \d\d:\d\d UTC, in \d+ seconds", page)
    assert '<a href="00-small.html">this</a>' in page, "a page leads to pages, not to notebooks"
    assert ">~/shoplib-lessons\n" in page
    assert "<code>src/app.py</code>" in page, "it has no files of tasks beside it"
    assert "━" not in page, "a bar that is full is taken away"
    assert not re.search(r"<(script|link)[^>]+(src|href)=\"https?:", page), "it fetches something from elsewhere"
    assert "unpkg.com" not in page and "Text(value=" not in page
    listed = index.read_text(encoding="utf-8")
    assert '<a href="00-small.html">00 · Small</a></td><td>5 min' in listed
    assert all((tmp_path / "course" / link).is_file() for link in re.findall(r'href="([^"]+)"', listed))


def test_a_lesson_that_fails_is_named_and_the_others_are_there(lessons: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(lessons / "00-small.ipynb", as_version=4)
    notebook.cells[1].source = "print('well')"
    nbformat.write(notebook, lessons / "01-good.ipynb")
    notebook.cells[1].source = "1 / 0"
    nbformat.write(notebook, lessons / "00-small.ipynb")
    with pytest.raises(LabError, match="00-small cannot be rendered: ZeroDivisionError"):
        course_pages.write(tmp_path / "course", lessons)
    listed = (tmp_path / "course" / "index.html").read_text(encoding="utf-8")
    assert "01-good.html" in listed
    assert "00-small.html" not in listed
