"""`shoplib lab` works on copies: what a learner does to them stays, and the lessons stay as they are."""

from pathlib import Path

import pytest

from shoplib import course

LESSONS = {path.name: path.read_bytes() for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}


def test_copies_are_made_once_in_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = course.notebooks()
    assert folder == tmp_path / "shoplib-lessons"
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
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path))
    assert course.notebooks() == tmp_path / "jupyter" / "lessons"


def test_a_folder_that_is_named_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert course.notebooks(Path("mine")) == tmp_path / "mine"
    assert len(list((tmp_path / "mine").iterdir())) == len(LESSONS)
