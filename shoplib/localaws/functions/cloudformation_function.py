"""AWS::Lambda::Function, Version, Alias and LayerVersion with all of their properties.

moto 5.2.5 keeps seven properties of a function, no tag, no layer; it knows no alias and cannot delete a version.
"""

import base64
import io
import zipfile
from typing import Any

from moto.awslambda.exceptions import FunctionAlreadyExists, InvalidParameterValueException
from moto.awslambda.models import LambdaFunction
from moto.core.common_models import CloudFormationModel

from shoplib.localaws.functions import constraints
from shoplib.localaws.functions.stack_resource import Properties, StackResource, as_tags
from shoplib.localaws.functions.targets import FunctionName

NUMBERS = ("MemorySize", "Timeout", "ReservedConcurrentExecutions")
DEFAULTS: Properties = {
    "Description": "",
    "MemorySize": 128,
    "Timeout": 3,
    "Environment": {},
    "Layers": [],
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
    "DeadLetterConfig": {},
    "FileSystemConfigs": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "SnapStart": {"ApplyOn": "None"},
    "KMSKeyArn": "",
}


class Function(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::Function"
    NAME_PROPERTY = "FunctionName"

    def make(self) -> None:
        name = self.physical_resource_id
        if name in self.backend._lambdas._functions:
            raise FunctionAlreadyExists(name)
        spec = _api_spec(self.properties) | {"FunctionName": name}
        constraints.check("CreateFunction", spec)
        function = self.backend.create_function(spec)
        self.attributes = {"Arn": function.function_arn}

    def change(self, properties: Properties, name: str) -> None:
        if name != self.physical_resource_id:
            super().change(properties, name)
            return
        spec = _api_spec(properties)
        constraints.check("UpdateFunctionConfiguration", spec | {"FunctionName": name})
        function = self.backend.get_function(name)
        function.update_configuration(DEFAULTS | {key: value for key, value in spec.items() if key != "Code"})
        if properties.get("Code") != self.properties.get("Code"):
            self.backend.update_function_code(name, None, dict(spec["Code"]))
        function.reserved_concurrency = spec.get("ReservedConcurrentExecutions")
        function.tags = spec["Tags"]
        self.properties = properties

    def remove(self) -> None:
        self.backend.delete_function(self.physical_resource_id)


class Version(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::Version"

    def make(self) -> None:
        name = _function_name(self)
        self._require_code(self.backend.get_function(name))
        function = self.backend.publish_version(name, self.properties.get("Description", ""))
        self.physical_resource_id = function.function_arn
        self.attributes = {"Version": str(function.version), "FunctionArn": function.function_arn}
        _provision(self, str(function.version))

    def remove(self) -> None:
        self.backend.provisioned_concurrency().delete(
            self.backend, _function_name(self), self.physical_resource_id.split(":")[-1]
        )
        self.backend.delete_function(_function_name(self), self.physical_resource_id.split(":")[-1])

    def _require_code(self, function: Any) -> None:
        expected = self.properties.get("CodeSha256")
        if expected and expected != function.code_sha_256:
            raise InvalidParameterValueException(
                f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({function.code_sha_256}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )


class Alias(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::Alias"

    def make(self) -> None:
        alias = self.backend.create_alias(**self._arguments())
        self.physical_resource_id = alias.arn
        self.attributes = {"AliasArn": alias.arn}
        _provision(self, self.properties["Name"])

    def change(self, properties: Properties, name: str) -> None:
        same = all(properties.get(key) == self.properties.get(key) for key in ("Name", "FunctionName"))
        if not same:
            super().change(properties, name)
            return
        self.properties = properties
        self.backend.update_alias(**self._arguments())
        _provision(self, self.properties["Name"])

    def remove(self) -> None:
        self.backend.delete_alias(self.properties["Name"], _function_name(self))

    def _arguments(self) -> dict[str, Any]:
        weights = (self.properties.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or []
        routing = {entry["FunctionVersion"]: float(entry["FunctionWeight"]) for entry in weights}
        return {
            "name": self.properties["Name"],
            "function_name": _function_name(self),
            "function_version": str(self.properties["FunctionVersion"]),
            "description": self.properties.get("Description", ""),
            "routing_config": {"AdditionalVersionWeights": routing},
        }


class LayerVersion(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::LayerVersion"
    NAME_PROPERTY = "LayerName"

    def make(self) -> None:
        layer = self.backend.publish_layer_version(self.properties | {"LayerName": self.physical_resource_id})
        self.physical_resource_id = layer.arn
        self.attributes = {"LayerVersionArn": layer.arn}

    def remove(self) -> None:
        *_, name, version = self.physical_resource_id.split(":")
        self.backend.delete_layer_version(name, version)


def _provision(resource: StackResource, qualifier: str) -> None:
    """As the template's ProvisionedConcurrencyConfig says; none without one."""
    concurrency = (resource.properties.get("ProvisionedConcurrencyConfig") or {}).get("ProvisionedConcurrentExecutions")
    provisioned, name = resource.backend.provisioned_concurrency(), _function_name(resource)
    if concurrency:
        provisioned.put(resource.backend, name, qualifier, int(concurrency))
    else:
        provisioned.delete(resource.backend, name, qualifier)


def _function_name(resource: StackResource) -> str:
    backend = resource.backend
    return FunctionName.parse(resource.properties["FunctionName"], backend.region_name, backend.account_id).name


def _api_spec(properties: Properties) -> Properties:
    """The template's properties as CreateFunction takes them."""
    spec = {key: value for key, value in properties.items() if key != "Tags"}
    spec |= {key: int(properties[key]) for key in NUMBERS if properties.get(key) is not None}
    if "Size" in (spec.get("EphemeralStorage") or {}):
        spec["EphemeralStorage"] = {"Size": int(spec["EphemeralStorage"]["Size"])}
    if variables := (spec.get("Environment") or {}).get("Variables"):
        spec["Environment"] = {"Variables": {key: _as_text(value) for key, value in variables.items()}}
    if "KmsKeyArn" in spec:
        spec["KMSKeyArn"] = spec.pop("KmsKeyArn")  # as the API spells it
    return spec | {"Code": _code(properties), "Tags": as_tags(properties.get("Tags"))}


def _code(properties: Properties) -> Properties:
    """Inline code becomes a zip with one file named index and, as on AWS, a cfnresponse module for Python."""
    code = properties.get("Code") or {}
    if "ZipFile" not in code:
        return dict(code)
    if "nodejs" in str(properties.get("Runtime")):
        zipped = _zip_of("index.js", code["ZipFile"])
    else:
        zipped = LambdaFunction._create_zipfile_from_plaintext_code(code["ZipFile"])
    return {"ZipFile": base64.b64encode(zipped).decode()}


def _zip_of(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
