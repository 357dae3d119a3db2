"""Find the resources whose code a saved file belongs to, and check its syntax. Pure: nothing is deployed here."""

import io
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

import shoplib
from shoplib.errors import LabError
from shoplib.provision.artifacts import NESTED, Source
from shoplib.provision.bundle import NOT_CODE
from shoplib.provision.closure import IMPORT_ROOT

# What editors write beside a file while it is open.
EDITORS_OWN = ("~", ".swp", ".swx", ".tmp", ".pyc")


def select_affected(sources: Iterable[Source], changed: Iterable[Path]) -> list[Source]:
    """Return the resources whose artifact may have changed after these files were written, renamed or deleted.

    A function of the shop may import any module of it tomorrow, so that each of them counts: whether its bundle did
    change, its digest says.
    """
    paths = [path for path in changed if not path.name.endswith(EDITORS_OWN)]
    return [source for source in sources if any(_belongs(path, source) for path in paths)]


def _belongs(path: Path, source: Source) -> bool:
    folder = code_folder(source)
    if path == folder or path in folder.parents:  # the whole folder came, or went
        return True
    if folder not in path.parents:
        return False
    if folder == IMPORT_ROOT / shoplib.__name__:
        return path.suffix == ".py"
    return not NOT_CODE.intersection(path.relative_to(folder).parts)


def code_folder(source: Source) -> Path:
    """Return the folder of a source's files (or its single file); the shop's code root also has non-code files.

    A nested template's code lies in its folder.
    """
    if source.type in NESTED:
        return source.root.parent
    return IMPORT_ROOT / shoplib.__name__ if source.root == IMPORT_ROOT.resolve() else source.root


def folders(templates: Iterable[Path], sources: Iterable[Source]) -> list[Path]:
    """Return the folders to watch, none nested in another: those of the templates and of all code."""
    to_watch = {path.resolve().parent for path in templates}
    to_watch |= {folder if folder.is_dir() else folder.parent for folder in map(code_folder, sources)}
    return sorted(folder for folder in to_watch if not to_watch.intersection(folder.parents))


def require_syntax(source: Source, before: bytes, after: bytes) -> None:
    """Raise LabError with file and line of the first new Python file in `after` (a zip) that does not compile."""
    if source.root.is_file():  # an archive that somebody else made
        return
    known = _checksums(before)
    with zipfile.ZipFile(io.BytesIO(after)) as bundle:
        for entry in bundle.infolist():
            if entry.filename.endswith(".py") and known.get(entry.filename) != entry.CRC:
                _compile(bundle.read(entry), source.root / entry.filename)


def _checksums(content: bytes) -> dict[str, int]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {entry.filename: entry.CRC for entry in bundle.infolist()}


def _compile(content: bytes, path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SyntaxWarnings are in the function's own log
            compile(content, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise LabError(f"{path}:{line}: {getattr(error, 'msg', error)}", f"fix line {line}") from None
