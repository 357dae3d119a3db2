"""`shoplib lab` works on copies: what a learner does to them stays, and the lessons stay as they are."""

import json
from datetime import date
from pathlib import Path

import pytest

from shoplib import course
from shoplib.lessons import copies, progress, progress_file
from shoplib.lessons.exercises import every_exercise

LESSONS = {path.name: path.read_bytes() for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("SHOPLIB_LESSONS", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_copies_are_made_once_in_the_users_home(home: Path):
    folder = course.notebooks()
    assert folder == home / "shoplib-lessons"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == LESSONS
    first, second, *_ = sorted(folder.iterdir())
    first.write_text("mine")
    second.unlink()
    course.notebooks()
    assert (first.read_text(), second.read_bytes()) == ("mine", LESSONS[second.name])


def test_where_nothing_can_be_written_at_home_they_are_beside_the_local_awss_own_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", "/proc")  # which takes no files, not even root's
    assert course.notebooks() == tmp_path / "state" / "jupyter" / "lessons"


def test_a_folder_that_is_named_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert course.notebooks(Path("mine")) == tmp_path / "mine"
    assert len(list((tmp_path / "mine").iterdir())) == len(LESSONS)


def test_the_lessons_themselves_are_not_copied():
    folder = Path(__file__).parents[2] / "notebooks"
    assert course.notebooks(folder) == folder
    assert not copies._file().exists()


def notebook(*sources: str, output: str = "") -> bytes:
    cells = [{"cell_type": "code", "source": source, "outputs": [{"text": output}]} for source in sources]
    return json.dumps({"cells": cells}).encode()


def test_a_new_version_replaces_a_lesson_that_was_only_run(tmp_path: Path):
    copies.refresh({"a.ipynb": notebook("1 + 1")}, tmp_path)
    (tmp_path / "a.ipynb").write_bytes(notebook("1 + 1", output="2"))
    assert copies.refresh({"a.ipynb": notebook("1 + 1")}, tmp_path) == []
    assert (tmp_path / "a.ipynb").read_bytes() == notebook("1 + 1", output="2"), "no new version: outputs stay"
    assert copies.refresh({"a.ipynb": notebook("1 + 2")}, tmp_path) == []
    assert (tmp_path / "a.ipynb").read_bytes() == notebook("1 + 2")


def test_what_the_learner_changed_is_put_beside_a_new_version(tmp_path: Path):
    copies.refresh({"a.ipynb": notebook("1 + 1")}, tmp_path)
    (tmp_path / "a.ipynb").write_bytes(notebook("mine"))
    assert copies.refresh({"a.ipynb": notebook("1 + 1")}, tmp_path) == [], "no new version"
    (aside,) = copies.refresh({"a.ipynb": notebook("1 + 2")}, tmp_path)
    assert aside == tmp_path / f"a.mine-{date.today()}.ipynb"
    assert (aside.read_bytes(), (tmp_path / "a.ipynb").read_bytes()) == (notebook("mine"), notebook("1 + 2"))
    (tmp_path / "a.ipynb").write_bytes(notebook("mine again"))
    assert copies.refresh({"a.ipynb": notebook("1 + 3")}, tmp_path) == [tmp_path / f"a.mine-{date.today()}-2.ipynb"]


def test_copies_of_a_version_that_remembered_nothing_are_not_lost(tmp_path: Path):
    (tmp_path / "a.ipynb").write_bytes(notebook("old"))
    (aside,) = copies.refresh({"a.ipynb": notebook("new")}, tmp_path)
    assert (aside.read_bytes(), (tmp_path / "a.ipynb").read_bytes()) == (notebook("old"), notebook("new"))


def test_fresh_begins_again_and_loses_nothing(capsys: pytest.CaptureFixture[str]):
    folder = course.notebooks()
    lesson = sorted(folder.iterdir())[0]
    lesson.write_text("mine")
    (folder / "tasks" / "02-redrive").mkdir(parents=True)
    question = next(iter(every_exercise()))
    progress_file.record(question)
    progress_file.record("a question of my own")
    assert progress().passed == {question}

    course.notebooks(fresh=True)

    assert not progress().passed
    assert lesson.read_bytes() == LESSONS[lesson.name]
    before = folder / f"before-{date.today()}"
    assert (before / lesson.name).read_text() == "mine"
    assert (before / "tasks" / "02-redrive").is_dir()
    assert not (folder / "tasks").exists()
    assert str(before) in capsys.readouterr().err


def test_progress_is_shown_by_lesson_and_for_all():
    asked = next(each for each in every_exercise().values() if each.lesson == "01")
    progress_file.record(asked.question)
    done, total = progress().of("01")
    assert (done, total > 1) == (1, True)
    assert f"1 of {total}" in repr(progress("01"))
    assert "lesson 02" not in repr(progress("01"))
    assert f'<progress value="1" max="{total}"' in progress()._repr_html_()
    assert "<td>lesson 01</td>" in progress()._repr_html_()
    course.notebooks()
    assert '<a href="01-synchronous-rest.ipynb">01-synchronous-rest</a>' in progress()._repr_html_()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"passed": 1}'])
def test_a_progress_file_that_is_broken_is_one_of_a_beginner(content: str):
    path = progress_file._file()
    path.parent.mkdir(parents=True)
    path.write_text(content)
    assert not progress().passed
