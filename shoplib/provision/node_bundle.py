"""Node.js code with packages: npm installs them, esbuild bundles where the template asks for it, as SAM CLI does."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from shoplib.errors import LabError

INSTALL_LIMIT_SECONDS = 600
MANIFESTS = ("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc")
INSTALL_OPTIONS = ("--no-audit", "--no-fund", "--no-progress", "--loglevel=error", "--install-links")
SOURCES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
LISTS = {"External": "external", "Loader": "loader", "OutExtension": "out-extension", "Inject": "inject"}
TEXTS = {"Format": "format", "Target": "target", "TsConfig": "tsconfig", "SourcesContent": "sources-content"}
FLAGS = {"Minify": "minify", "Sourcemap": "sourcemap", "KeepNames": "keep-names"}
DEFAULTS = {"Format": "cjs", "Target": "es2020", "Minify": True}
FIX = "correct Handler, or EntryPoints"
Files = dict[str, bytes]
ReadFolder = Callable[[Path], Files]


def is_esbuild(metadata: Mapping[str, Any]) -> bool:
    return metadata.get("BuildMethod") == "esbuild"


def has_dependencies(root: Path, kinds: tuple[str, ...] = ("dependencies", "optionalDependencies")) -> bool:
    manifest = root / "package.json"
    return manifest.is_file() and any(_manifest(manifest).get(kind) for kind in kinds)


def node_modules(root: Path, where: str, read: ReadFolder) -> Files:
    """Return `node_modules` for a function's or layer's package.json, without devDependencies."""
    if not shutil.which("npm"):
        return _present_modules(root, where, read)
    manifests = {name: (root / name).read_bytes() for name in MANIFESTS if (root / name).is_file()}
    return _install_modules(tuple(_absolute(root, manifests).items()), where, read)


def _absolute(root: Path, manifests: dict[str, bytes]) -> dict[str, bytes]:
    """Packages of this machine (`file:../shared`) by their whole path: npm runs in a folder of its own."""
    manifest = _manifest(root / "package.json")
    local = {
        kind: {
            name: f"file:{(root / version.removeprefix('file:')).resolve()}"
            for name, version in (manifest.get(kind) or {}).items()
            if str(version).startswith("file:")
        }
        for kind in ("dependencies", "optionalDependencies")
    }
    if not any(local.values()):
        return manifests
    for kind, packages in local.items():
        manifest[kind] = {**(manifest.get(kind) or {}), **packages}
    unlocked = {name: content for name, content in manifests.items() if "lock" not in name and "shrinkwrap" not in name}
    return {**unlocked, "package.json": json.dumps(manifest).encode()}


def bundle(root: Path, handler: str, properties: Mapping[str, Any], where: str, read: ReadFolder) -> Files:
    """Return esbuild's output: of the entry points, each by its path below the folder that they have in common; by
    default of the handler's file."""
    npm = _npm(where, root)
    with tempfile.TemporaryDirectory() as folder:
        copy, out = Path(folder, "source"), Path(folder, "out")
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns("node_modules", ".git", ".aws-sam"))
        if has_dependencies(root, ("dependencies", "devDependencies")):
            _run([npm, *_install_command(copy), *INSTALL_OPTIONS], copy, where)
        entries = [str(each) for each in properties.get("EntryPoints") or []]
        base = [] if entries else ["--outbase=."]
        entries = entries or _entry(copy, handler, where)
        own = copy / "node_modules" / ".bin" / "esbuild"
        esbuild = [str(own)] if own.exists() else [npm, "exec", "--yes", "--", "esbuild"]
        _run([*esbuild, *entries, f"--outdir={out}", *base, *_options(properties)], copy, where)
        return _with_handler(read(out), handler, where)


def _with_handler(files: Files, handler: str, where: str) -> Files:
    """esbuild leaves out the folders that all entry points have in common, which a handler must not name, then."""
    module = handler.rpartition(".")[0]
    if not any(name in files for name in (f"{module}.js", f"{module}.mjs", f"{module}.cjs")):
        output = ", ".join(sorted(name for name in files if not name.endswith(".map")))
        raise LabError(f"{where}: handler {handler} is in nothing that esbuild makes of its EntryPoints: {output}", FIX)
    return files


def _options(properties: Mapping[str, Any]) -> Iterator[str]:
    settings = {**DEFAULTS, **properties}
    yield from ("--bundle", "--platform=node")
    yield from (f"--{option}" for name, option in FLAGS.items() if _is_true(settings.get(name)))
    for name, option in TEXTS.items():
        if settings.get(name) is not None:
            yield f"--{option}={str(settings[name]).lower() if isinstance(settings[name], bool) else settings[name]}"
    for name, option in LISTS.items():
        yield from (f"--{option}:{value}" for value in settings.get(name) or [])
    if settings.get("MainFields"):
        fields = settings["MainFields"]
        yield f"--main-fields={fields if isinstance(fields, str) else ','.join(fields)}"


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _entry(root: Path, handler: str, where: str) -> list[str]:
    module = handler.rpartition(".")[0]
    for suffix in SOURCES:
        if (root / f"{module}{suffix}").is_file():
            return [f"{module}{suffix}"]
    raise LabError(f"{where}: handler {handler} needs {module}.ts or {module}.js", FIX)


def _present_modules(root: Path, where: str, read: ReadFolder) -> Files:
    """Somebody ran npm before: their packages go along as they are."""
    modules = root / "node_modules"
    if not modules.is_dir():
        _npm(where, root)
    return {f"node_modules/{name}": content for name, content in read(modules).items()}


# An edit of the handler alone must not wait for its packages to be installed again.
@lru_cache(maxsize=16)
def _install_modules(manifests: tuple[tuple[str, bytes], ...], where: str, read: ReadFolder) -> Files:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in manifests:
            (root / name).write_bytes(content)
        _run(["npm", *_install_command(root), "--omit=dev", *INSTALL_OPTIONS], root, where)
        modules = root / "node_modules"
        files = read(modules) if modules.is_dir() else {}
        return {f"node_modules/{name}": content for name, content in files.items()}


def _install_command(root: Path) -> list[str]:
    """`ci` takes what the lock says, and nothing else."""
    locked = (root / "package-lock.json").is_file() or (root / "npm-shrinkwrap.json").is_file()
    return ["ci"] if locked else ["install", "--no-package-lock"]


def _run(command: list[str], folder: Path, where: str) -> None:
    program = Path(command[0]).name
    try:
        done = subprocess.run(
            [shutil.which(command[0]) or command[0], *command[1:]],
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_LIMIT_SECONDS,
            cwd=folder,
        )
    except subprocess.TimeoutExpired:
        raise LabError(f"{where}: {program} took longer than {INSTALL_LIMIT_SECONDS} s", "is the network up?") from None
    if done.returncode:
        output = (done.stderr or done.stdout).strip()[-800:]
        raise LabError(f"{where}: {program} {command[1]} failed: {output}", "correct package.json; is the network up?")


def _npm(where: str, root: Path) -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise LabError(
            f"{where}: {root / 'package.json'} needs npm, which is not installed",
            "install Node.js (https://nodejs.org), or run `npm install` there on another machine and copy node_modules",
        )
    return npm


def _manifest(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LabError(f"{path} is not JSON: {error}", "correct it") from None
    return content if isinstance(content, dict) else {}
