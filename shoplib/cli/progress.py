"""Progress of long work on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def stages() -> Iterator[Any]:
    """Progress bars on a terminal, one line per stage elsewhere; both on stderr, so that --json stays clean."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, emoji=False)
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bars:

        @contextmanager
        def stage(what: str) -> Iterator[Any]:
            task = bars.add_task(what, total=None)
            if bars.disable:
                console.print(what, highlight=False)

            def show(detail: str, done: int, of: int) -> None:
                text = f"{what}: {detail}" if detail else what
                bars.update(task, description=text, completed=done, total=of or None)

            yield show
            finished = bars.tasks[task].total or 1
            bars.update(task, description=what, total=finished, completed=finished)

        yield stage
