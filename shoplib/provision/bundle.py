"""A function's code as a zip: the same files make the same bytes, whenever and wherever it is made."""

import ast
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import shoplib
from shoplib.errors import LabError

IMPORT_ROOT = Path(shoplib.__file__).parents[1]
NOT_CODE = {".git", ".venv", "venv", "__pycache__", ".aws-sam", "node_modules", ".pytest_cache", ".mypy_cache"}
# The oldest moment that a zip can hold: a date of today would change the bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of `files` (name -> content), sorted, undated."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            out.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def code(root: Path, handler: str | None, where: str) -> bytes:
    """The zip of a function whose CodeUri is `root`. `where` names it in errors."""
    if root.is_file():
        return root.read_bytes()
    if not root.is_dir():
        raise LabError(f"{where}: there is no code at {root}", "correct CodeUri; it is relative to the template")
    # The shop's own code root also holds the tools and tests: of it, only what the handler imports is its code.
    if root.resolve() == IMPORT_ROOT.resolve() and handler:
        return zipped(_import_closure(handler, where))
    return zipped(_directory(root) | _requirements(root, where))


def _directory(root: Path) -> dict[str, bytes]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    relative = ((path.relative_to(root), path) for path in files)
    return {name.as_posix(): path.read_bytes() for name, path in relative if not NOT_CODE.intersection(name.parts)}


def _requirements(root: Path, where: str) -> dict[str, bytes]:
    wanted = root / "requirements.txt"
    if not wanted.is_file() or not _names_a_package(wanted):
        return {}
    with tempfile.TemporaryDirectory() as target:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "-r", str(wanted), "-t", target]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(
                f"{where}: {wanted} could not be installed: {done.stderr.strip()[-500:]}", "is the network up?"
            )
        return _directory(Path(target))


def _names_a_package(requirements: Path) -> bool:
    return any(line.strip() and not line.strip().startswith("#") for line in requirements.read_text().splitlines())


def _import_closure(handler: str, where: str) -> dict[str, bytes]:
    module = handler.rpartition(".")[0]
    if not _file(module):
        raise LabError(f"{where}: handler {handler} names no module of {IMPORT_ROOT}", "correct Handler")
    found: dict[str, bytes] = {}
    waiting = [module]
    while waiting:
        for name in _with_parents(waiting.pop()):
            path = _file(name)
            if path and (key := path.relative_to(IMPORT_ROOT).as_posix()) not in found:
                found[key] = path.read_bytes()
                waiting += _imports(path)
    return found


def _with_parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _file(module: str) -> Path | None:
    base = IMPORT_ROOT.joinpath(*module.split("."))
    return next((path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None)


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Modules of our own package that a file imports, wherever in the file it does."""
    nodes = ast.walk(ast.parse(path.read_bytes()))
    names: Iterable[str] = (name for node in nodes for name in _imported(node))
    return tuple(name for name in names if name.split(".")[0] == shoplib.__name__)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []
