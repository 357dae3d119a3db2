"""JupyterLab on the first lesson, with the local AWS ready."""

import os
import signal
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from shoplib import localaws, whole_files
from shoplib.errors import LabError
from shoplib.localaws.state import state_directory

FIRST = "00*.ipynb"
COPIES = "shoplib-lessons"
FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


def notebooks(folder: Path | None = None) -> Path:
    """Copies of the lessons, made once: they are the learner's to change, and a checkout stays as it is. In `folder`,
    or in the user's home."""
    folder = (folder or _home_of_copies()).resolve()
    with whole_files.naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for lesson in _originals().glob("*.ipynb"):
        if not (folder / lesson.name).exists():
            whole_files.write(folder / lesson.name, lesson.read_bytes())
    return folder


def _home_of_copies() -> Path:
    return Path.home() / COPIES if _can_write(Path.home()) else _own_folder("lessons")


def _originals() -> Path:
    """Those of an installed package, or of a checkout."""
    packaged, checkout = Path(str(files("shoplib") / "_notebooks")), Path(__file__).parents[1] / "notebooks"
    return packaged if packaged.is_dir() else checkout


def open_jupyterlab(browser: bool, folder: Path | None = None) -> int:
    """Run JupyterLab until the user ends it; answers its exit code. The local AWS lives as long."""
    folder = notebooks(folder)
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
        "FileCheckpoints.checkpoint_dir": _own_folder("checkpoints"),
    }
    if zmq.has("curve"):
        options["KernelManager.transport_encryption"] = "auto"  # other users cannot listen, and no kernel warns of it
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    command += [] if browser else ["--no-browser"]
    # Jupyter refuses root for fear of the network; this one listens on 127.0.0.1 and asks for a token.
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        return _wait(subprocess.Popen(command, env=_environment()))
    finally:
        localaws.leave()


def _own_folder(name: str) -> Path:
    """Beside the local AWS's own files, so that nothing appears among the lessons."""
    return state_directory().path.resolve() / "jupyter" / name


def _environment() -> dict[str, str]:
    """The user's own, with no news to click away before the first lesson; where nothing can be written at home,
    Jupyter's and IPython's files go elsewhere."""
    settings = [str(files("shoplib") / "lessons" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    quiet = {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings))}
    if _can_write(Path.home()):
        return os.environ | quiet
    folders = {name: str(_own_folder(name.lower())) for name in FOLDERS}
    return folders | os.environ | quiet


def _can_write(folder: Path) -> bool:
    """By trying: root is told yes for file systems that nobody can write to."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for its end. Ctrl-C reaches JupyterLab too, which ends its kernels; killing it would leave them. Who ends
    this process alone ends JupyterLab, too."""
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
