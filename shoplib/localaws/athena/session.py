"""What one query knows while it runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from shoplib.localaws.athena.objects import Location, Objects
from shoplib.localaws.athena.tables.catalog import Catalog


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """As ResultSetMetadata describes it."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0


Row = list[str | None]


@dataclass
class Outcome:
    """What a statement answers. `is_table`: with a header in a CSV file, else lines of text."""

    columns: list[ResultColumn] = field(default_factory=list)
    rows: Iterable[Row] = ()
    is_table: bool = False
    update_count: int | None = None
    output: str | None = None  # another place than that of results
    manifest: list[str] | None = None  # locations of the objects that it wrote


@dataclass
class Session:
    id: str
    text: str
    database: str
    output: Location | None  # the folder of results
    output_is_enforced: bool
    work_group: str
    account_id: str
    region: str
    now: float
    connection: duckdb.DuckDBPyConnection
    folder: Path
    bytes_limit: int | None = None
    scanned_bytes: int = 0

    def __post_init__(self) -> None:
        self.catalog = Catalog(self.account_id, self.region)
        self.objects = Objects(self.account_id, self.region)
