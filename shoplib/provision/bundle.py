"""Code as a zip, reproducible: the same files give the same bytes at any time."""

import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from pathlib import Path
from typing import Any

from shoplib.errors import LabError
from shoplib.provision import node_bundle
from shoplib.provision.closure import IMPORT_ROOT, import_closure

NOT_CODE = {".git", ".venv", "venv", "__pycache__", ".aws-sam", "node_modules", ".pytest_cache", ".mypy_cache"}
# The oldest moment that a zip can hold: a date of today would change the bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
# Everything may be executed: a custom runtime's `bootstrap` must be, and Windows cannot say which file is.
REGULAR_FILE_MODE = 0o100755 << 16
UNIX = 3
LARGEST_BYTES = 250 * 1024 * 1024
INSTALL_LIMIT_SECONDS = 600


def make_zip(files: dict[str, bytes]) -> bytes:
    """Return a zip of `files` (name -> content), sorted and without dates."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = UNIX, REGULAR_FILE_MODE
            out.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return archive.getvalue()


# Functions of one service import the same files.
@lru_cache(maxsize=32)
def _shared_zip(files: tuple[tuple[str, bytes], ...]) -> bytes:
    return make_zip(dict(files))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def function(root: Path, properties: dict[str, Any], where: str, metadata: Mapping[str, Any] | None = None) -> bytes:
    """Return the zip of a function whose CodeUri is `root`; an archive is used as is. `where` names it in errors, and
    `metadata` is its template's, which may say how it is built.

    LabError when there is no code, too much of it, or not the module that Handler names.
    """
    _require(root, where)
    if root.is_file():
        return root.read_bytes()
    handler = properties.get("Handler")
    # The shop's own code root also holds the tools and tests: of it, only what the handler imports is its code.
    if root.resolve() == IMPORT_ROOT.resolve() and isinstance(handler, str):
        return _shared_zip(tuple(sorted(import_closure(handler, where).items())))
    _require_build(metadata or {}, where)
    if node_bundle.is_esbuild(metadata or {}):
        options = (metadata or {}).get("BuildProperties") or {}
        return make_zip(node_bundle.bundle(root, str(handler), options, where, lambda path: _read_files(path, where)))
    files = _directory(root, where) | _requirements(root, where)
    if str(properties.get("Runtime")).startswith("nodejs") and node_bundle.has_dependencies(root):
        files |= node_bundle.node_modules(root, where, _read_folder)
    _require_handler(files, properties, where)
    return make_zip(files)


def layer(root: Path, build_method: str, where: str) -> bytes:
    """Return the zip of a layer whose ContentUri is `root`; SAM builds go into `python/` or `nodejs/`."""
    _require(root, where)
    if root.is_file():
        return root.read_bytes()
    _require_build({"BuildMethod": build_method}, where)
    files = _directory(root, where)
    if build_method.startswith("nodejs"):
        modules = node_bundle.node_modules(root, where, _read_folder) if node_bundle.has_dependencies(root) else {}
        return make_zip({f"nodejs/{name}": content for name, content in (files | modules).items()})
    if not build_method.startswith("python"):
        return make_zip(files)
    return make_zip({f"python/{name}": content for name, content in (files | _requirements(root, where)).items()})


def _require_build(metadata: Mapping[str, Any], where: str) -> None:
    """What SAM CLI would build and we do not is refused: its source is not what runs."""
    method = str(metadata.get("BuildMethod") or "")
    if method and not method.startswith(("python", "nodejs", "esbuild")):
        raise LabError(
            f"{where}: Metadata asks for BuildMethod {method}, which is not supported",
            "run `sam build`, and deploy .aws-sam/build/template.yaml",
        )


def _require(root: Path, where: str) -> None:
    if not root.exists():
        raise LabError(f"{where}: code not found: {root}", "correct its path; it is relative to the template")


def _read_folder(root: Path) -> dict[str, bytes]:
    return _read_files(root, str(root))


def _read_files(root: Path, where: str) -> dict[str, bytes]:
    """All files: what lies in `node_modules` may have any name."""
    return _directory(root, where, frozenset())


def _directory(root: Path, where: str, without: Set[str] = NOT_CODE) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    for path in _list_files(root, without):
        try:
            size += path.stat().st_size
            if size > LARGEST_BYTES:
                limit = f"Lambda takes at most {LARGEST_BYTES // 1024**2} MB"
                raise LabError(f"{where}: {root} is too large for a function; {limit}", "is its path right?")
            files[path.relative_to(root).as_posix()] = path.read_bytes()
        except OSError as error:
            raise LabError(f"{where}: {path} cannot be read: {error.strerror}", "its code needs it") from None
    return files


def _list_files(root: Path, without: Set[str]) -> Iterator[Path]:
    """Files below `root`, sorted, not entering what is no code."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - without)
        yield from (path for name in sorted(names) if (path := Path(folder, name)).is_file() or path.is_symlink())


def _require_handler(files: dict[str, bytes], properties: dict[str, Any], where: str) -> None:
    handler, runtime = properties.get("Handler"), str(properties.get("Runtime", ""))
    if isinstance(handler, str) and runtime.startswith("nodejs"):
        _require_javascript(files, handler, where)
    # A layer may bring the module; another language names its handler in its own way.
    if not isinstance(handler, str) or not runtime.startswith("python") or properties.get("Layers"):
        return
    module = handler.rpartition(".")[0].replace(".", "/")
    if not any(name.startswith((f"{module}.", f"{module}/__init__.")) for name in files):
        raise LabError(f"{where}: handler {handler} needs {module}.py, which is not in its code", "correct Handler")


def _require_javascript(files: dict[str, bytes], handler: str, where: str) -> None:
    module = handler.rpartition(".")[0]
    scripts = {f"{module}{suffix}" for suffix in (".js", ".mjs", ".cjs")}
    if f"{module}.ts" in files and not scripts & set(files):
        raise LabError(
            f"{where}: handler {handler} is TypeScript ({module}.ts), which Node.js cannot run directly",
            "add `Metadata: {BuildMethod: esbuild}` to the function, or compile it first",
        )


def _requirements(root: Path, where: str) -> dict[str, bytes]:
    requirements = root / "requirements.txt"
    if not requirements.is_file() or not _names_a_package(requirements):
        return {}
    text = requirements.read_text(encoding="utf-8")
    # What lies in local files may be another thing next time, although the list is the same.
    local = any(line.strip().startswith((".", "/", "-", "file:")) or " @ " in line for line in text.splitlines())
    return dict(
        _install_requirements.__wrapped__(root, text, where) if local else _install_requirements(root, text, where)
    )


# An edit of the handler alone must not wait for its packages to be installed again.
@lru_cache(maxsize=8)
def _install_requirements(root: Path, _text: str, where: str) -> dict[str, bytes]:
    requirements = root / "requirements.txt"
    with tempfile.TemporaryDirectory() as target:
        command = [*_installer(where), "-r", str(requirements), "--target", target]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=INSTALL_LIMIT_SECONDS, cwd=root
        )
        if done.returncode:
            output = done.stderr.strip()[-500:]
            raise LabError(f"{where}: {requirements} could not be installed: {output}", "is the network up?")
        return _directory(Path(target), where)


def _names_a_package(requirements: Path) -> bool:
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return any(line.strip() and not line.strip().startswith("#") for line in lines)


def _installer(where: str) -> list[str]:
    """pip of this environment, or uv, which makes environments without pip."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    beside = str(Path(sys.prefix).parent / ".uv" / "bin")
    uv = shutil.which("uv") or shutil.which("uv", path=beside)
    if uv:
        return [uv, "pip", "install", "--quiet", "--no-progress", "--python", sys.executable]
    raise LabError(f"{where}: its requirements.txt needs pip or uv, and neither is installed", "python -m ensurepip")
