"""A task: a folder of the learner with something to fix, and a judge that checks the running system."""

from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from shoplib import provision, whole_files
from shoplib.errors import LabError
from shoplib.lessons import copies, progress_file
from shoplib.lessons.folders import lessons_folder
from shoplib.lessons.reports import Difference, Report
from shoplib.lessons.task_sources import TaskSource, task_source
from shoplib.lessons.trials import Step, Trial

# Of its own, so that what is broken in a task reaches no lesson.
REGION = "eu-west-1"
TEMPLATE = "template.yaml"


class Task:
    """The learner edits `folder`; `check` deploys it and checks what it does."""

    def __init__(self, source: TaskSource, target: provision.Target) -> None:
        self.source, self.target = source, target
        self.folder = lessons_folder() / "tasks" / source.name
        self.stack_name = f"task-{source.name}"
        self._follower: provision.Follower | None = None
        copies.refresh(source.start, self.folder)

    def check(self) -> Report:
        """Deploy the current files and judge them. Truthy if the task is solved."""
        steps = list(self._steps())
        report = Report(self.source, tuple(steps))
        if report:
            progress_file.record(self.source.name)
        return report

    def solution(self, write: bool = False) -> Difference:
        """Show one solution as a difference to the start. With `write`, it replaces your files."""
        if write:
            self._write(self.source.solution)
        return Difference(self.source.because, "".join(self.source.differences()))

    def reset(self) -> "Task":
        """Restore the folder's original files, and delete its stack."""
        self._write(self.source.start)
        if self._is_deployed():
            provision.destroy(self.stack_name, self.target, empty_buckets=True)
        self._follower = None
        return self

    def client(self, service: str, **options: Any) -> Any:
        """Return a boto3 client for the task's region."""
        return self.target.client(service, **options)

    @property
    def outputs(self) -> dict[str, str]:
        """Return the outputs of the task's stack."""
        stack = self._stack()
        return {name: self.target.reachable(value) for name, value in stack.outputs.items()}

    def logs(self, function: str) -> list[str]:
        """Return the log lines of a function of the task, by its logical id."""
        stack = self._stack()
        logger = provision.Function(stack.physical_id(function), function)
        return [line.text for line in provision.log_lines([logger], self.target)]

    def _is_deployed(self) -> bool:
        return self.stack_name in provision.stack_names(self.target)

    def _stack(self) -> provision.Stack:
        if not self._is_deployed():
            raise LabError(f"the task {self.source.name} is not deployed", "run task.check(): it deploys the folder")
        return provision.read(self.stack_name, self.target)

    def _steps(self) -> Iterator[Step]:
        """Until the first that fails. What is refused or raises an error fails, too."""
        text = "your folder is deployed"
        try:
            stack = self._bring_up()
            yield Step(text, True, f"{len(stack.resources)} resources")
            text = "it works"
            for step in self.source.judge(Trial(self.target, stack)):
                yield step
                if not step.ok:
                    return
        except LabError as error:
            yield Step(text, False, error.what, error.next)

    def _bring_up(self) -> provision.Stack:
        """By hot reload; the first time, by a deployment."""
        if not self._follower:
            self._follower = self._deploy()
        elif self._follower.template_changed():
            self._follower.deploy_again()
        elif changed := self._follower.select_changed(self._follower.sources):
            self._follower.update(changed)
        return self._follower.stack

    def _deploy(self) -> provision.Follower:
        plan = partial(provision.plan_one, str(self.folder / TEMPLATE), self.target, stack=self.stack_name)
        planned = plan()
        follower = provision.Follower(planned, provision.apply(planned), plan)
        follower.catch_up()
        return follower

    def _write(self, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            whole_files.write(self.folder / name, content)

    def _links(self) -> list[tuple[str, Path]]:
        return [(name, self.folder / name) for name in self.source.start]

    def __repr__(self) -> str:
        files = "\n".join(f"  {path}" for _, path in self._links())
        return f"{self.source.title}\n{self.source.ask.strip()}\nYour files:\n{files}"

    def _repr_html_(self) -> str:
        links = " · ".join(f'<a href="tasks/{escape(self.source.name)}/{name}">{name}</a>' for name, _ in self._links())
        paragraphs = "".join(f"<p>{escape(text)}</p>" for text in self.source.ask.strip().split("\n\n"))
        return (
            '<div style="border-left:4px solid #1565c0;padding:.4em 1em;margin:.3em 0">'
            f"<b>{escape(self.source.title)}</b>{paragraphs}Edit, save, then run <code>check()</code>: {links}<br>"
            f"<small>{escape(str(self.folder))}</small></div>"
        )


def open_task(name: str, target: provision.Target) -> Task:
    """Open the learner's folder of a task, creating it if needed; it is deployed in a separate region. LabError for
    any target but the local AWS: deliberately broken stacks belong on a laptop."""
    source = task_source(name)
    if target.name != "local":
        raise LabError(f"tasks run on the local AWS only, and this is {target.banner}", "lab = shoplib.lab.start()")
    return Task(source, provision.local(REGION))
