"""Athena: moto 5.2.5 creates data catalogs, and neither changes nor deletes them; one that does not exist is null."""

import json
from typing import Any

from moto.athena.models import AthenaBackend, DataCatalog
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from shoplib.localaws.moto_patches import before, replace_methods


class NoCatalog(JsonRESTError):
    code = 400

    def __init__(self, name: str) -> None:
        super().__init__("InvalidRequestException", f"Catalog {name} does not exist")


def install() -> None:
    replace_methods(AthenaResponse, update_data_catalog=_update, delete_data_catalog=_delete)
    before(AthenaBackend, "get_data_catalog", _catalog)


def _update(request: Any) -> str:
    catalog = _catalog(request.athena_backend, request._get_param("Name"))
    catalog.type = request._get_param("Type")
    catalog.description = request._get_param("Description")
    catalog.parameters = request._get_param("Parameters")
    return json.dumps({})


def _delete(request: Any) -> str:
    name = request._get_param("Name")
    _catalog(request.athena_backend, name)
    del request.athena_backend.data_catalogs[name]
    return json.dumps({})


def _catalog(backend: AthenaBackend, name: str) -> DataCatalog:
    if name not in backend.data_catalogs:
        raise NoCatalog(name)
    return backend.data_catalogs[name]
