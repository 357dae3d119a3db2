"""DuckDB, locked: statements are what users send, and reach nothing but the copies of a query's objects."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from shoplib.localaws.athena.quoting import text
from shoplib.localaws.work_folder import new_work_folder

MEMORY, SPILL, THREADS = "400MB", "8GB", 2


@contextmanager
def sandbox() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A connection, and the one folder that it may read and write; both are gone afterwards."""
    folder = new_work_folder("athena").resolve()
    try:
        with duckdb.connect() as connection:
            for setting in _settings(folder):
                connection.execute(f"SET {setting}")
            yield connection, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path) -> list[str]:
    place = folder.as_posix()
    return [
        f"memory_limit = '{MEMORY}'",
        f"threads = {THREADS}",
        f"temp_directory = {text(place + '/spill')}",
        f"max_temp_directory_size = '{SPILL}'",
        "timezone = 'UTC'",
        f"allowed_directories = [{text(place + '/')}]",
        "python_enable_replacements = false",
        "autoload_known_extensions = false",
        "autoinstall_known_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ]
