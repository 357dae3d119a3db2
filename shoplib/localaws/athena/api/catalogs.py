"""Data catalogs, and the databases and tables of the Glue catalog as Athena describes them."""

import fnmatch
import json
from typing import Any

from moto.athena.models import AthenaBackend, DataCatalog

from shoplib.localaws.athena.errors import InvalidRequest, MetadataError
from shoplib.localaws.athena.tables.catalog import CATALOG, Catalog, Column, Table
from shoplib.localaws.moto_patches import before

LARGEST_LIST = 50


def install() -> None:
    """A catalog that does not exist is null to moto."""
    before(AthenaBackend, "get_data_catalog", _find)


def update_data_catalog(request: Any) -> str:
    catalog = _find(request.athena_backend, request._get_param("Name"))
    catalog.type = request._get_param("Type")
    catalog.description = request._get_param("Description")
    catalog.parameters = request._get_param("Parameters")
    return json.dumps({})


def delete_data_catalog(request: Any) -> str:
    name = request._get_param("Name")
    _find(request.athena_backend, name)
    del request.athena_backend.data_catalogs[name]
    return json.dumps({})


def _find(backend: AthenaBackend, name: str) -> DataCatalog:
    if name not in backend.data_catalogs:
        raise InvalidRequest(f"Catalog {name} does not exist")
    return backend.data_catalogs[name]


def get_database(request: Any) -> str:
    name, catalog = request._get_param("DatabaseName"), _catalog(request)
    if not catalog.has_database(name):
        raise MetadataError(f"Database {name} not found.")
    return json.dumps({"Database": _database(catalog, name.lower())})


def list_databases(request: Any) -> str:
    catalog = _catalog(request)
    return json.dumps(_listed(request, "DatabaseList", [_database(catalog, name) for name in catalog.databases()]))


def get_table_metadata(request: Any) -> str:
    database, name = request._get_param("DatabaseName"), request._get_param("TableName")
    table = _catalog(request).find(database, name)
    if table is None:
        raise MetadataError(f"EntityNotFoundException: Table {name} not found.")
    return json.dumps({"TableMetadata": _table(table)})


def list_table_metadata(request: Any) -> str:
    pattern = (request._get_param("Expression") or "*").replace(".*", "*")
    tables = _catalog(request).tables(request._get_param("DatabaseName"))
    described = [_table(each) for each in tables if fnmatch.fnmatchcase(each.name, pattern)]
    return json.dumps(_listed(request, "TableMetadataList", described))


def _catalog(request: Any) -> Catalog:
    name = request._get_param("CatalogName") or CATALOG
    if name.lower() != CATALOG:
        raise MetadataError(f"the local AWS supports only the catalog AwsDataCatalog, not {name}")
    return Catalog(request.current_account, request.region)


def _listed(request: Any, name: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    start, most = int(request._get_param("NextToken") or 0), int(request._get_param("MaxResults") or LARGEST_LIST)
    more = {"NextToken": str(start + most)} if len(values) > start + most else {}
    return {name: values[start : start + most], **more}


def _database(catalog: Catalog, name: str) -> dict[str, Any]:
    described = catalog.glue.databases[name].input if name in catalog.glue.databases else {}
    return {"Name": name} | {key: described[key] for key in ("Description", "Parameters") if described.get(key)}


def _table(table: Table) -> dict[str, Any]:
    storage, parameters = table.storage, dict(table.parameters)
    serde = storage.get("SerdeInfo") or {}
    parameters |= {"location": table.location, "inputformat": str(storage.get("InputFormat") or "")}
    parameters |= {"outputformat": str(storage.get("OutputFormat") or "")}
    parameters |= {"serde.serialization.lib": str(serde.get("SerializationLibrary") or "")}
    return {
        "Name": table.name,
        "CreateTime": table.described["CreateTime"].timestamp(),
        "TableType": table.described.get("TableType") or "EXTERNAL_TABLE",
        "Columns": [_column(each) for each in table.columns],
        "PartitionKeys": [_column(each) for each in table.partition_keys],
        "Parameters": parameters,
    }


def _column(column: Column) -> dict[str, str]:
    return {"Name": column.name, "Type": column.type} | ({"Comment": column.comment} if column.comment else {})


METHODS = {
    each.__name__: each
    for each in (
        update_data_catalog, delete_data_catalog, get_database, list_databases, get_table_metadata, list_table_metadata,
    )
}  # fmt: skip
