"""The calls of the Lambda API on layers.

moto 5.2.5 says `Cannot find layer` of all that is missing, deletes with an error what is not there, lists all layers
whatever is asked for, and leaves out what AWS answers empty.
"""

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    UnknownLayerException,
    UnknownPolicyException,
)
from moto.awslambda.models import LambdaBackend, LayerVersion
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.utils import make_layer_ver_arn

from shoplib.localaws.functions import pages
from shoplib.localaws.functions.errors import PreconditionFailed, ResourceNotFound
from shoplib.localaws.moto_patches import replace_methods, wrap

Answer = tuple[int, dict[str, Any], str]
STATED = ("CompatibleRuntimes", "CompatibleArchitectures")  # are answered when they are stated, though empty


def install() -> None:
    """Idempotent."""
    wrap(LayerVersion, "get_layer_version", _described)
    replace_methods(
        LambdaResponse,
        get_layer_version=_get,
        get_layer_version_by_arn=_get_by_arn,
        delete_layer_version=_delete,
        list_layers=_list,
        list_layer_versions=_list_versions,
        add_layer_version_permission=_add_permission,
        get_layer_version_policy=_get_policy,
        remove_layer_version_permission=_remove_permission,
    )


def remove_statement(version: LayerVersion, statement_id: str) -> None:
    """Raises ResourceNotFound when there is no such statement."""
    statement = next((each for each in version.policy.statements if each.get("Sid") == statement_id), None)
    if statement is None:
        raise ResourceNotFound(f"Statement {statement_id} is not found in resource policy.")
    version.policy.statements.remove(statement)


def _described(original: Any) -> Any:
    def get_layer_version(version: LayerVersion) -> dict[str, Any]:
        answer = original(version) | {"Description": version.description}
        if not answer["LicenseInfo"]:
            del answer["LicenseInfo"]
        stated = getattr(version, "spec", {})
        return answer | {name: stated[name] for name in STATED if stated.get(name) is not None}

    return get_layer_version


def _place(request: LambdaResponse) -> tuple[str, int]:
    """The layer and the number that a path names."""
    parts = request.path.split("/layers/")[1].split("/")
    name, number = unquote(parts[0]), int(parts[2])
    if number < 1:
        raise InvalidParameterValueException("Layer Version Cannot be less than 1")
    return name, number


def _find(backend: LambdaBackend, name: str, number: int) -> LayerVersion | None:
    try:
        return backend.get_layer_version(name, str(number))
    except UnknownLayerException:
        return None


def _answer(version: LayerVersion | None) -> str:
    if version is None:
        raise ResourceNotFound
    return json.dumps(version.get_layer_version())


def _get(self: LambdaResponse) -> str:
    return _answer(_find(self.backend, *_place(self)))


def _get_by_arn(self: LambdaResponse) -> str:
    *_, name, number = self.querystring["Arn"][0].split(":")
    return _answer(_find(self.backend, name, int(number)))


def _delete(self: LambdaResponse) -> Answer:
    name, number = _place(self)
    if _find(self.backend, name, number) is not None:
        self.backend.delete_layer_version(name, str(number))
    return 204, {"status": 204}, ""


def _list(self: LambdaResponse) -> str:
    layers = [_matching(self, list(layer.layer_versions.values())) for layer in self.backend._layers._layers.values()]
    latest = [max(versions, key=lambda each: each.version) for versions in layers if versions]
    answers = [_latest(version) for version in latest]
    return json.dumps(pages.page("Layers", answers, self.querystring, lambda each: [each["LayerName"]]))


def _latest(version: LayerVersion) -> dict[str, Any]:
    answer = version.get_layer_version()
    arn = answer.pop("LayerArn")
    del answer["Content"]
    return {"LayerName": version.name, "LayerArn": arn, "LatestMatchingVersion": answer}


def _matching(request: LambdaResponse, versions: list[LayerVersion]) -> list[LayerVersion]:
    runtime = request.querystring.get("CompatibleRuntime", [None])[0]
    architecture = request.querystring.get("CompatibleArchitecture", [None])[0]
    criteria = ((runtime, "compatible_runtimes"), (architecture, "compatible_architectures"))
    return [each for each in versions if all(value is None or value in getattr(each, key) for value, key in criteria)]


def _list_versions(self: LambdaResponse) -> str:
    name = unquote(self.path.split("/layers/")[1].split("/")[0])
    answers = [version.get_layer_version() for version in _matching(self, list(self.backend.list_layer_versions(name)))]
    items = [{key: each[key] for key in each if key not in ("Content", "LayerArn")} for each in answers]
    return json.dumps(pages.page("LayerVersions", items, self.querystring, lambda each: [-each["Version"]]))


def _version(request: LambdaResponse) -> LayerVersion:
    name, number = _place(request)
    version = _find(request.backend, name, number)
    if version is None:
        arn = make_layer_ver_arn(request.region, request.current_account, name, number)
        raise ResourceNotFound(f"Layer version {arn} does not exist.")
    return version


def _require_revision(request: LambdaResponse, version: LayerVersion) -> None:
    stated = request.querystring.get("RevisionId", [None])[0]
    if stated and stated != version.policy.revision:
        raise PreconditionFailed("GetLayerPolicy")


def _add_permission(self: LambdaResponse) -> Answer:
    version = _version(self)
    _require_revision(self, version)
    statement, revision = version.policy.add_statement(json.dumps(self.json_body))
    return 201, {"status": 201}, json.dumps({"Statement": json.dumps(statement), "RevisionId": revision})


def _get_policy(self: LambdaResponse) -> str:
    version = _version(self)
    if not version.policy.statements:
        raise UnknownPolicyException
    return version.policy.wire_format()


def _remove_permission(self: LambdaResponse) -> Answer:
    version = _version(self)
    _require_revision(self, version)
    remove_statement(version, unquote(self.path.rstrip("/").rsplit("/", 1)[-1]))
    return 204, {"status": 204}, ""
