"""GetExport of REST APIs and ExportApi of HTTP APIs, which moto has only a sketch of, or not at all."""

from datetime import UTC, datetime
from typing import Any

from moto.apigateway.exceptions import BadRequestException, StageNotFoundException
from moto.apigatewayv2.exceptions import BadRequestException as HttpBadRequestException

from shoplib.localaws.apigateway.openapi import describe_http, describe_rest, export
from shoplib.localaws.apigateway.snapshots.deployments import http_deployments

JSON, YAML = "application/json", "application/yaml"
SENT_AS = {JSON: "application/octet-stream"}  # JSON, which SDKs ask for by themselves, comes as a file
Reply = tuple[int, dict[str, str], bytes]


def get_export(response: Any) -> Reply:
    """Of the deployment that the stage serves, not of what was changed since."""
    _, _, api_id, _, stage_name, _, kind = response.path.split("?")[0].split("/")
    api = response.backend.get_rest_api(api_id)
    stage = api.stages.get(stage_name)
    if stage is None:
        raise StageNotFoundException
    if kind not in ("oas30", "swagger"):
        raise BadRequestException(f"No API exporter for type '{kind}'")
    deployment = api.deployments.get(stage.deployment_id)
    description = getattr(deployment, "description_of_api", None) or describe_rest.describe(api)
    host, base_path = _address(response, api_id, stage_name)
    document = export.openapi(_dated(description), f"http://{host}{base_path}", _extensions(response))
    if kind == "swagger":
        document = export.swagger(document, host, base_path, "http")
    media_type = YAML if "yaml" in response.headers.get("Accept", "") else JSON
    name = f"{kind}_{document['info']['version']}.{media_type.rpartition('/')[2]}"
    headers = {
        "Content-Type": SENT_AS.get(media_type, media_type),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return 200, headers, export.write(document, media_type)


def _extensions(response: Any) -> tuple[str, ...]:
    """`?extensions=integrations,authorizers`; the SDK sends each parameter of GetExport as one of the query."""
    names = [name.strip() for name in str(response._get_param("extensions") or "").split(",")]
    if unknown := [name for name in names if name not in export.EXTENSIONS]:
        known = ", ".join(name for name in export.EXTENSIONS if name)
        raise BadRequestException(f"The extensions {', '.join(unknown)} cannot be exported here; use {known}")
    return tuple(dict.fromkeys(each for name in names for each in export.EXTENSIONS[name]))


def _dated(description: dict[str, Any]) -> dict[str, Any]:
    version = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**description, "info": {**description["info"], "version": description["info"].get("version") or version}}


def _address(response: Any, api_id: str, stage: str) -> tuple[str, str]:
    """Where the API is called here; AWS's own address of it would lead elsewhere."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return headers["host"], f"/_aws/execute-api/{api_id}" + ("" if stage == "$default" else f"/{stage}")


def export_api(response: Any) -> Reply:
    """ExportApi, of a stage's deployment or, without a stage, of the API as it is now."""
    _, _, _, api_id, _, specification = response.path.split("?")[0].split("/")
    api = response.apigatewayv2_backend.get_api(api_id)
    if specification != "OAS30":
        raise HttpBadRequestException(f"The specification {specification} is not supported: use OAS30")
    if response._get_param("exportVersion", "1.0") != "1.0":
        raise HttpBadRequestException("The only export version is 1.0")
    kind = response._get_param("outputType")
    if kind not in ("JSON", "YAML"):
        raise HttpBadRequestException("The outputType must be JSON or YAML")
    stage = response._get_param("stageName")
    host, base_path = _address(response, api_id, stage or "$default")
    everything = str(response._get_param("includeExtensions", "true")).lower() == "true"
    extensions = export.EXTENSIONS["apigateway" if everything else ""]
    document = export.openapi(_described(api, stage), f"http://{host}{base_path}", extensions)
    media_type = YAML if kind == "YAML" else JSON
    return 200, {"Content-Type": media_type}, export.write(document, media_type)


def _described(api: Any, stage_name: str | None) -> dict[str, Any]:
    if stage_name is None:
        return describe_http.describe(api)
    stage = api.get_stage(stage_name)
    deployment = None if stage.auto_deploy else http_deployments(api).get(stage.config.get("deploymentId"))
    return deployment.description_of_api if deployment else describe_http.describe(api)
