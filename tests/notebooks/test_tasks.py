"""Every task of the lessons: as given it runs and is not mended, mended it passes, and passes once more."""

from pathlib import Path

import pytest

from shoplib import lab, lessons
from shoplib.errors import LabError
from shoplib.lessons.task_sources import FOLDER, task_names, task_source
from tests.nightly import sized

pytestmark = pytest.mark.timeout(300)
every_task = pytest.mark.parametrize("name", task_names())
# By day two stand for all, one that is mended in its template and one in its code: each lesson, solved, mends its own.
AS_GIVEN = pytest.mark.parametrize("name", sized(task_names(), ("02-redrive", "04-funnel")))


@pytest.fixture
def place(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> lab.Lab:
    """A learner's lab, his lessons in a folder of his own."""
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(course))
    monkeypatch.setenv("SHOPLIB_LESSONS", str(tmp_path / "lessons"))
    return lab.start()


@AS_GIVEN
def test_a_task_is_failed_as_given_and_passed_when_it_is_mended(name, place):
    task = place.task(name).reset()
    with pytest.raises(LabError, match="is not deployed") as caught:
        task.logs("Anything")
    assert "task.check()" in caught.value.next
    first = task.check()
    assert first.steps[0].ok, f"what is given must deploy: {first}"
    assert not first
    assert first.hint

    shown = task.solution()
    assert task.source.because in repr(shown)
    files = {file: (task.folder / file).read_bytes() for file in task.source.start}
    assert files == task.source.start, "to look at the solution writes nothing"
    task.solution(write=True)
    for again in (task, place.task(name)):  # once more, and as after a restart of the kernel
        report = again.check()
        assert report, report
    assert name in lessons.progress(name[:2]).passed
    task.reset()


@every_task
def test_a_task_is_whole(name):
    source = task_source(name)
    assert {"template.yaml"} <= set(source.start)
    assert "src/app.py" not in source.start, "a tab of JupyterLab has a file's name, and each task one of its own"
    assert source.solution
    assert set(source.solution) <= set(source.start) or "template.yaml" in source.solution
    assert all(source.differences()), "the solution changes each of its files"
    assert all((source.title, source.ask.strip(), source.because, source.minutes))
    text = (FOLDER / name / "judge.py").read_text(encoding="utf-8")
    assert "read_text" not in text, "a judge asks what runs, not the files"


def test_what_cannot_be_deployed_is_a_step_that_failed(place):
    """A mistake in a template or in code is the learner's to mend, and no traceback."""
    task = place.task("04-funnel")
    (task.folder / "src" / "funnel.py").write_text("def handler(event, context):\n    return {'view_item' 1}\n")
    report = task.check()
    assert not report
    assert "funnel.py" in report.steps[-1].seen
    task.reset()
    (task.folder / "template.yaml").write_text("Resources: {A: {Type: AWS::Nothing::Here}}")
    assert not task.check()
    assert task.reset().check().steps[0].ok
    assert task.logs("FunnelFunction")
    task.reset()


def test_a_task_that_no_lesson_has_names_those_that_there_are(place):
    with pytest.raises(LabError, match="did you mean 04-funnel"):
        place.task("04-funel")


def test_what_is_broken_in_a_task_keeps_no_lesson_waiting(place):
    task = place.task("02-redrive")
    task.check()
    queue = task.outputs["ParcelsQueueUrl"]
    task.client("sqs").send_message(QueueUrl=queue, MessageBody="poison")
    name = queue.rsplit("/", 1)[-1]
    assert not [source for source in place.pending() if source.endswith(name)]
    task.reset()
