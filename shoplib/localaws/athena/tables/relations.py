"""The tables of a query as views of DuckDB's over copies of their objects."""

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow.parquet as pq
from moto.s3.models import FakeKey

from shoplib.localaws.athena.objects import Location, Objects
from shoplib.localaws.athena.quoting import name, text
from shoplib.localaws.athena.tables import formats
from shoplib.localaws.athena.tables.catalog import Catalog, Table
from shoplib.localaws.athena.tables.copies import Copies, Files
from shoplib.localaws.athena.tables.formats.columns import nothing
from shoplib.localaws.athena.tables.partitions import Conditions, read_partitions

PATH, SIZE = "$path", "$file_size"
HIDDEN = (PATH, SIZE)


class Relations:
    """`scanned_bytes`: what the query reads, as Athena counts: of Parquet the columns it names, else whole objects."""

    def __init__(
        self, catalog: Catalog, objects: Objects, copies: Copies, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self._catalog, self._objects, self._copies, self._connection = catalog, objects, copies, connection
        self._number = 0
        self.scanned_bytes = 0

    def create_view(self, table: Table, references: Sequence[Conditions], used: set[str] | None, hidden: bool) -> str:
        """Its name. `used`: the columns that the query names, None for all; `hidden`: with "$path" and "$file_size"."""
        self._number += 1
        view, select = f"relation{self._number}", formats.reader(table)
        files = self._copy(table, references)
        self.scanned_bytes += sum(
            _scanned(path, each, used) for path, each in zip(files.paths, files.objects, strict=True)
        )
        statement = select(table, files, self._connection) if files.paths else nothing(table)
        if hidden:
            statement = self._with_places(statement, files)
        self._connection.execute(f"CREATE TEMP VIEW {view} AS {statement}")
        return view

    def _copy(self, table: Table, references: Sequence[Conditions]) -> Files:
        files = self._copies.files(self._number, table.partition_keys)
        is_text, is_orc = table.serde in formats.TEXTS, table.serde == "OrcSerde"
        for values, location in read_partitions(table, self._catalog, references, self._connection):
            for source in self._sources(table, Location.parse(location)):
                self._copies.add(files, values, source, is_text, is_orc)
        return files

    def _sources(self, table: Table, place: Location) -> Iterator[FakeKey]:
        for source in self._objects.below(place):
            if not table.is_symlinks:
                yield source
                continue
            for line in source.value.decode().splitlines():
                yield self._objects.find(Location.parse(line.strip()))

    def _with_places(self, statement: str, files: Files) -> str:
        if not files.paths:
            return statement.replace(
                " WHERE false", f", CAST(NULL AS VARCHAR) AS {name(PATH)}, 0 AS {name(SIZE)} WHERE false"
            )
        paths = ", ".join(
            f"({text(path.as_posix())}, {text(f's3://{source.bucket_name}/{source.name}')}, {source.contentsize})"
            for path, source in zip(files.paths, files.objects, strict=True)
        )
        places = f'(VALUES {paths}) AS places(copy, "$path", "$file_size")'
        return statement.replace(" FROM ", ", filename AS copy FROM ", 1).join(
            ("SELECT data.* EXCLUDE (copy), places.* EXCLUDE (copy) FROM (", f") AS data JOIN {places} USING (copy)")
        )


def _scanned(path: object, source: FakeKey, used: set[str] | None) -> int:
    if used is None or source.value[:4] != b"PAR1":
        return int(source.contentsize)
    footer = pq.read_metadata(path)
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    return sum(each.total_compressed_size for each in chunks if each.path_in_schema.partition(".")[0].lower() in used)
