"""Every task of the lessons: as given it runs and is not mended, mended it passes, and passes once more."""

from pathlib import Path

import pytest

from shoplib import lab, lessons
from shoplib.lessons.task_sources import FOLDER, task_names, task_source

pytestmark = pytest.mark.timeout(300)
every_task = pytest.mark.parametrize("name", task_names())


@pytest.fixture
def place(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> lab.Lab:
    """A learner's lab, his lessons in a folder of his own."""
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(course))
    monkeypatch.setenv("SHOPLIB_LESSONS", str(tmp_path / "lessons"))
    return lab.start()


@every_task
def test_a_task_is_failed_as_given_and_passed_when_it_is_mended(name, place):
    task = place.task(name)
    first = task.check()
    assert first.steps[0].ok, f"what is given must deploy: {first}"
    assert not first
    assert first.hint

    shown = task.solution()
    assert task.source.because in repr(shown)
    files = {file: (task.folder / file).read_bytes() for file in task.source.start}
    assert files == task.source.start, "to look at the solution writes nothing"
    task.solution(write=True)
    for _ in range(2):
        report = task.check()
        assert report, report
    assert name in lessons.progress(name[:2]).passed
    task.reset()


@every_task
def test_a_task_is_whole(name):
    source = task_source(name)
    assert {"template.yaml"} <= set(source.start)
    assert source.solution
    assert set(source.solution) <= set(source.start) or "template.yaml" in source.solution
    assert all(source.differences()), "the solution changes each of its files"
    assert all((source.title, source.ask.strip(), source.because, source.minutes))
    text = (FOLDER / name / "judge.py").read_text(encoding="utf-8")
    assert "read_text" not in text, "a judge asks what runs, not the files"
