"""The files of our own package that a handler needs: those imported directly or indirectly, and the `assets/` folders
next to them."""

import ast
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import shoplib
from shoplib.errors import LabError

# The folder that holds `shoplib/`: a checkout, or site-packages.
IMPORT_ROOT = Path(shoplib.__file__).parents[1]
ASSETS = "assets"


def import_closure(handler: str, where: str) -> dict[str, bytes]:
    """Name in the zip -> content, of the handler's module, all that it imports of `shoplib`, their packages and assets.

    LabError, naming `where`, when there is no such module or one cannot be parsed.
    """
    module = handler.rpartition(".")[0]
    if not module or not _file(module):
        raise LabError(f"{where}: handler {handler} is not a module of {IMPORT_ROOT}", "correct Handler")
    files: dict[str, bytes] = {}
    waiting, seen = [module], set[str]()
    while waiting:
        for name in _with_parents(waiting.pop()):
            path = None if name in seen else _file(name)
            seen.add(name)
            if path:
                key = path.relative_to(IMPORT_ROOT).as_posix()
                files[key] = path.read_bytes()
                files |= _assets(path)
                waiting += _own_modules(files[key], name, path)
    return files


def _assets(path: Path) -> dict[str, bytes]:
    """The data of a package, by their names in the zip."""
    paths = path.parent.joinpath(ASSETS).rglob("*") if path.name == "__init__.py" else ()
    return {each.relative_to(IMPORT_ROOT).as_posix(): each.read_bytes() for each in paths if each.is_file()}


def _with_parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _file(module: str) -> Path | None:
    base = os.path.join(IMPORT_ROOT, *module.split("."))  # noqa: PTH118 - a Path for each try costs more than the try
    return next((Path(path) for path in (f"{base}/__init__.py", f"{base}.py") if os.path.isfile(path)), None)  # noqa: PTH113


def _own_modules(content: bytes, module: str, path: Path) -> list[str]:
    """Modules of our own package that a file imports, wherever in the file it does."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return [name for name in _imports(content, package, path) if name.split(".")[0] == shoplib.__name__]


# By content, so that an edit is seen at once: the functions of a template share most of their files.
@lru_cache(maxsize=512)
def _imports(content: bytes, package: str, path: Path) -> tuple[str, ...]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise LabError(f"{path}:{line}: {getattr(error, 'msg', error)}", f"fix line {line}") from None
    return tuple(name for node in ast.walk(tree) for name in _imported_names(node, package))


def _imported_names(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    module = ".".join([*above, *([node.module] if node.module else [])])
    return [module, *(f"{module}.{alias.name}" for alias in node.names)]
