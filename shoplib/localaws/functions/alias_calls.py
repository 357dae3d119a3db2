"""The calls of the Lambda API on aliases.

moto 5.2.5 answers 201 to all of them, knows no RevisionId, lists all aliases whatever version and page are asked for,
and shows a routing configuration that routes nothing.
"""

import json
import uuid
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import UnknownAliasException, UnknownFunctionException
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.functions import pages
from shoplib.localaws.functions.errors import ResourceNotFound
from shoplib.localaws.functions.requested_function import latest_of, name_of
from shoplib.localaws.functions.updates import require_revision
from shoplib.localaws.moto_patches import replace_methods

Answer = tuple[int, dict[str, Any], str]
SETTINGS = ("description", "function_version", "routing_config")


def install() -> None:
    """Idempotent."""
    replace_methods(
        LambdaResponse,
        create_alias=_create,
        get_alias=_get,
        update_alias=_update,
        delete_alias=_delete,
        list_aliases=_list,
    )


def find(request: LambdaResponse, alias: str) -> Any:
    """The alias of the function that the request names. Raises moto's UnknownAliasException."""
    return alias_of(request.backend, name_of(request).name, alias)


def alias_of(backend: LambdaBackend, function: str, alias: str) -> Any:
    """Raises moto's UnknownAliasException, also without the function."""
    try:
        return backend.get_alias(name=alias, function_name=function)
    except UnknownFunctionException as error:
        raise UnknownAliasException(f"{error.message.removeprefix('Function not found: ')}:{alias}") from None


def _described(alias: Any) -> dict[str, Any]:
    routing = alias.routing_config if (alias.routing_config or {}).get("AdditionalVersionWeights") else None
    description = alias.to_json() | {"Description": alias.description or "", "RoutingConfig": routing}
    return {name: value for name, value in description.items() if value is not None}


def _alias_name(request: LambdaResponse) -> str:
    return unquote(request.path.rstrip("/").rsplit("/", 1)[-1])


def _settings(body: dict[str, Any]) -> dict[str, Any]:
    names = ("Description", "FunctionVersion", "RoutingConfig")
    return dict(zip(SETTINGS, map(body.get, names), strict=True))


def _create(self: LambdaResponse) -> Answer:
    body, name = self.json_body, name_of(self)
    alias = self.backend.create_alias(name=body["Name"], function_name=name.name, **_settings(body))
    return 201, {"status": 201}, json.dumps(_described(alias))


def _get(self: LambdaResponse) -> str:
    return json.dumps(_described(find(self, _alias_name(self))))


def _update(self: LambdaResponse) -> str:
    body, name = self.json_body, name_of(self)
    try:
        require_revision(body.get("RevisionId"), find(self, _alias_name(self)).revision_id)
    except UnknownAliasException as error:
        raise ResourceNotFound(error.message.replace("Cannot find alias arn", "Alias not found")) from None
    alias = self.backend.update_alias(name=_alias_name(self), function_name=name.name, **_settings(body))
    alias.revision_id = str(uuid.uuid4())
    return json.dumps(_described(alias))


def _delete(self: LambdaResponse) -> Answer:
    self.backend.delete_alias(name=_alias_name(self), function_name=name_of(self).name)
    return 204, {"status": 204}, ""


def _list(self: LambdaResponse) -> str:
    version = self.querystring.get("FunctionVersion", [None])[0]
    aliases = [_described(alias) for alias in self.backend.list_aliases(latest_of(self).function_name)]
    of_version = [alias for alias in aliases if version in (None, alias["FunctionVersion"])]
    return json.dumps(pages.page("Aliases", of_version, self.querystring, lambda alias: [alias["Name"]]))
