"""The analyses as Athena SQL, over the table that the `clickstream` template creates in the Glue Data Catalog.

The statements are in `sql/`. DuckDB runs them too; that is how tests prove that they equal the analyses in Python.
"""

import re
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from shoplib.analytics.lake import day
from shoplib.errors import LabError

TABLE = "events"
_READS = re.compile(r"^-- reads: (.+)$", re.MULTILINE)
_THEN = re.compile(r"^-- then: (.+)$", re.MULTILINE)


def athena_queries() -> list[str]:
    """Names of the analyses that `athena_sql` supports."""
    return sorted(file.name.removesuffix(".sql") for file in _folder().iterdir() if file.name.endswith(".sql"))


def athena_sql(name: str, database: str, start: date | str, end: date | str) -> str:
    """The Athena statement for the analysis `name`, over curated events of the days (UTC) from `start` to `end`
    inclusive. Other days are not read, so they cost nothing.

    `database` is the output LakeDatabaseName of the `clickstream` stack. Amounts are in minor units (columns
    `..._minor`). The comment at the top of each file in `shoplib/analytics/sql` is the definition. Athena's timestamps
    have milliseconds, so events within one are ordered by event_id. LabError for unknown names and invalid days.
    """
    if name not in (known := athena_queries()):
        raise LabError(f"query not found: {name}", f"queries: {', '.join(known)}")
    first, last = day(start), day(end)
    table = f'"{_name(database)}"."{TABLE}"'
    own = _folder().joinpath(f"{name}.sql").read_text(encoding="utf-8")
    steps = {"events": f"SELECT * FROM {table} WHERE dt BETWEEN '{first}' AND '{last}'"}
    _add_readings(own, steps)
    if then := _THEN.search(own):
        return _compose(steps | {"counted": own}, _part(then[1]))
    return _compose(steps, own)


def _add_readings(text: str, steps: dict[str, str]) -> None:
    """Adds the tables that `text` reads, before it and each once."""
    for needed in _readings(text):
        if needed not in steps:
            part = _part(needed)
            _add_readings(part, steps)
            steps[needed] = part


def _readings(text: str) -> list[str]:
    match = _READS.search(text)
    return match[1].split(", ") if match else []


def _compose(steps: dict[str, str], final: str) -> str:
    tables = ",\n".join(f"{name} AS (\n{text.strip()}\n)" for name, text in steps.items())
    # Within brackets it may begin with WITH itself.
    return f"WITH {tables}\nSELECT * FROM (\n{final.strip()}\n) AS answer\n"


def _part(name: str) -> str:
    return _folder().joinpath("parts", f"{name}.sql").read_text(encoding="utf-8")


def _folder() -> Traversable:
    return files("shoplib.analytics").joinpath("sql")


def _name(database: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]+", database):
        raise LabError(
            f"{database!r} is not a valid database name", "use the output LakeDatabaseName of the clickstream stack"
        )
    return database
