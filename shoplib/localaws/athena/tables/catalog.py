"""Databases and tables of the Glue catalog, as a query sees them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.glue.exceptions import EntityNotFoundException
from moto.glue.models import GlueBackend, glue_backends

CATALOG = "awsdatacatalog"
VIEW_START, VIEW_END = "/* Presto View: ", " */"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str  # as Hive writes it
    comment: str = ""


@dataclass(frozen=True)
class Table:
    """A table or a view; `described` is Glue's own description."""

    database: str
    name: str
    described: Mapping[str, Any]

    @property
    def storage(self) -> Mapping[str, Any]:
        return self.described.get("StorageDescriptor") or {}

    @property
    def columns(self) -> list[Column]:
        return _columns(self.storage.get("Columns"))

    @property
    def partition_keys(self) -> list[Column]:
        return _columns(self.described.get("PartitionKeys"))

    @property
    def parameters(self) -> dict[str, str]:
        return dict(self.described.get("Parameters") or {})

    @property
    def serde(self) -> str:
        """Without its package."""
        return str((self.storage.get("SerdeInfo") or {}).get("SerializationLibrary") or "").rpartition(".")[2]

    @property
    def serde_parameters(self) -> dict[str, str]:
        return dict((self.storage.get("SerdeInfo") or {}).get("Parameters") or {})

    @property
    def location(self) -> str:
        return str(self.storage.get("Location") or "")

    @property
    def is_symlinks(self) -> bool:
        return str(self.storage.get("InputFormat") or "").endswith("SymlinkTextInputFormat")

    @property
    def view_text(self) -> str | None:
        """The statement of a view."""
        text = str(self.described.get("ViewOriginalText") or "")
        if self.described.get("TableType") != "VIRTUAL_VIEW":
            return None
        if text.startswith(VIEW_START):
            content = json.loads(base64.b64decode(text[len(VIEW_START) : -len(VIEW_END)]))
            return str(content["originalSql"])
        return text


class Catalog:
    """The Glue catalog of an account and a region. Names are lower case."""

    def __init__(self, account_id: str, region: str) -> None:
        self.glue: GlueBackend = glue_backends[account_id][region]

    def has_database(self, name: str) -> bool:
        # Athena's default database is there without having been made.
        return name.lower() == "default" or name.lower() in self.glue.databases

    def databases(self) -> list[str]:
        return sorted({"default", *self.glue.databases})

    def find(self, database: str, name: str) -> Table | None:
        try:
            described = self.glue.get_table(database.lower(), name.lower()).as_dict()
        except EntityNotFoundException:
            return None
        return Table(database.lower(), name.lower(), described)

    def tables(self, database: str) -> list[Table]:
        if database.lower() not in self.glue.databases:
            return []
        tables = self.glue.get_tables(database.lower(), None)
        return sorted((Table(database.lower(), each.name, each.as_dict()) for each in tables), key=lambda t: t.name)

    def partitions(self, table: Table) -> list[tuple[list[str], Mapping[str, Any]]]:
        """Values and storage of what is registered."""
        listed = self.glue.get_table(table.database, table.name).partitions.values()
        return [(list(each.values), each.partition_input.get("StorageDescriptor") or {}) for each in listed]


def presto_view(sql: str, database: str, columns: list[dict[str, str]]) -> str:
    """What Athena keeps of a view in Glue."""
    content = {"originalSql": sql, "catalog": CATALOG, "schema": database, "columns": columns}
    return VIEW_START + base64.b64encode(json.dumps(content).encode()).decode() + VIEW_END


def _columns(described: Any) -> list[Column]:
    return [
        Column(each["Name"].lower(), each.get("Type") or "string", each.get("Comment") or "")
        for each in described or []
    ]
