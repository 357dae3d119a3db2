"""JupyterLab on the first lesson, with the local AWS ready."""

import os
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from shoplib import localaws
from shoplib.errors import LabError
from shoplib.lessons import copies, progress_file
from shoplib.lessons.folders import CHOSEN, can_write, lessons_folder, own_folder

FIRST = "00*.ipynb"
FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
BEFORE = "before"


def notebooks(folder: Path | None = None, fresh: bool = False) -> Path:
    """Copies of the lessons, in `folder` or in the user's home: they are the learner's to change, a checkout stays as
    it is, and a new version refreshes those that nobody has changed. `fresh` begins the course again."""
    folder = (folder or lessons_folder()).resolve()
    if folder == _originals():
        return folder
    if fresh:
        _begin_again(folder)
    for copy in copies.refresh({path.name: path.read_bytes() for path in _originals().glob("*.ipynb")}, folder):
        print(f"a lesson has a new version; yours is {copy}", file=sys.stderr)
    return folder


def _begin_again(folder: Path) -> None:
    """Nothing is passed any more, and what there was to edit is put aside."""
    progress_file.forget()
    edited_files = [path for path in (*folder.glob("[0-9][0-9]-*.ipynb"), folder / "tasks") if path.exists()]
    if edited_files:
        aside = copies.make_folder_aside(folder / BEFORE)
        for path in edited_files:
            path.rename(aside / path.name)
        print(f"the course begins again; your lessons and tasks until now are in {aside}", file=sys.stderr)


def _originals() -> Path:
    """Those of an installed package, or of a checkout."""
    packaged, checkout = Path(str(files("shoplib") / "_notebooks")), Path(__file__).parents[1] / "notebooks"
    return (packaged if packaged.is_dir() else checkout).resolve()


def open_jupyterlab(browser: bool, folder: Path | None = None, fresh: bool = False) -> int:
    """Run JupyterLab until the user ends it; answers its exit code. The local AWS lives as long."""
    folder = notebooks(folder, fresh)
    first = next(iter(sorted(folder.glob(FIRST))), None)
    if not first:
        raise LabError(f"there is no first lesson in {folder}", "check out the repository again")
    import zmq

    print(f"lessons: {folder}, yours to change; one that you delete comes anew", file=sys.stderr)
    localaws.start()
    options = {
        "ServerApp.root_dir": folder,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.answer_yes": True,  # Ctrl-C ends it, without a question
        "Application.log_level": "WARN",  # its address, and what is wrong
        "LabApp.default_url": f"/lab/tree/{first.name}",
        "FileCheckpoints.checkpoint_dir": own_folder("jupyter") / "checkpoints",
    }
    if zmq.has("curve"):
        options["KernelManager.transport_encryption"] = "auto"  # other users cannot listen, and no kernel warns of it
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    command += [] if browser else ["--no-browser"]
    # Jupyter refuses root for fear of the network; this one listens on 127.0.0.1 and asks for a token.
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        return _wait(subprocess.Popen(command, env=_environment() | {CHOSEN: str(folder)}))
    finally:
        localaws.leave()


def _environment() -> dict[str, str]:
    """The user's own, with no news to click away before the first lesson; where nothing can be written at home,
    Jupyter's and IPython's files go elsewhere."""
    settings = [str(files("shoplib") / "lessons" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    quiet = {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings))}
    if can_write(Path.home()):
        return os.environ | quiet
    folders = {name: str(own_folder("jupyter") / name.lower()) for name in FOLDERS}
    return folders | os.environ | quiet


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for its end. Ctrl-C reaches JupyterLab too, which ends its kernels; killing it would leave them. Who ends
    this process alone ends JupyterLab, too."""
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
