"""How much memory a learner needs: JupyterLab, a kernel and the local AWS, while lessons run. `make bench-learner`.

Proportional set sizes, so that what processes share counts once."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from shoplib import localaws

LESSONS = ("00", "01", "02", "03")
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
MB = 1024 * 1024
PAUSE_SECONDS = 0.5
READY = "http://127.0.0.1"


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["SHOPLIB_STATE_DIR"] = f"{home}/state"
        with _lab(Path(home)), _Sampling() as sampling:
            print(f"JupyterLab and the local AWS, before a lesson: {_used():.0f} MB", flush=True)
            for path in (path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.stem[:2] in LESSONS):
                sampling.peak = 0
                _run(path, Path(home))
                print(f"{path.stem}: at most {sampling.peak:.0f} MB, {_used():.0f} MB after it", flush=True)
        localaws.down()


@contextmanager
def _lab(home: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "shoplib", "lab", "--no-browser", "--folder", str(home / "lessons")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if READY in line)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield
        process.terminate()


def _run(path: Path, folder: Path) -> None:
    """In a kernel of its own, which is counted, too."""
    client = NotebookClient(
        nbformat.read(path, as_version=4),
        timeout=240,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        allow_errors=True,  # a question that is left open may be one
    )
    client.widget_registry = {}
    client.execute()


def _used() -> float:
    """Megabytes of this process's children and of the engine with its functions; not of the measuring itself."""
    engine = localaws.status()
    roots = [*psutil.Process().children(), *([psutil.Process(engine.pid)] if engine else [])]
    processes = {each.pid: each for root in roots for each in _tree(root)}
    return sum(_pss(each) for each in processes.values()) / MB


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


class _Sampling:
    """Looks twice a second, and keeps the most that it saw."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            self.peak = max(self.peak, _used())

    def __enter__(self) -> "_Sampling":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


if __name__ == "__main__":
    main()
