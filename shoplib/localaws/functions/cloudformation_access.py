"""AWS::Lambda::Permission, LayerVersionPermission, Url, EventInvokeConfig and EventSourceMapping."""

import json
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.core.common_models import CloudFormationModel

from shoplib.localaws.functions import event_invoke_config, layer_calls, policy_calls, url_configs
from shoplib.localaws.functions.stack_resource import Properties, StackResource, as_tags
from shoplib.localaws.functions.targets import LATEST, FunctionName


class Permission(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::Permission"

    def make(self) -> None:
        name = _parsed(self, "FunctionName")
        statement = {key: value for key, value in self.properties.items() if key != "FunctionName"}
        statement["StatementId"] = self.physical_resource_id
        self.backend.add_permission(name.name, name.qualifier, json.dumps(statement))
        self.attributes = {"Id": self.physical_resource_id}

    def remove(self) -> None:
        policy_calls.remove(
            _latest(self, "FunctionName"), _parsed(self, "FunctionName").qualifier, self.physical_resource_id
        )


class LayerVersionPermission(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::LayerVersionPermission"

    def make(self) -> None:
        statement = {key: value for key, value in self.properties.items() if key != "LayerVersionArn"}
        statement["StatementId"] = self.physical_resource_id
        self.backend.add_layer_version_permission(*self._layer(), json.dumps(statement))

    def remove(self) -> None:
        layer_calls.remove_statement(self.backend.get_layer_version(*self._layer()), self.physical_resource_id)

    def _layer(self) -> tuple[str, Any]:
        *_, name, version = self.properties["LayerVersionArn"].split(":")
        return name, int(version)


class Url(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::Url"
    FIXED = ("TargetFunctionArn", "Qualifier")

    def make(self) -> None:
        function = _latest(self, "TargetFunctionArn")
        described = url_configs.create(function, self._settings(self.properties), self._qualifier).to_dict()
        self.physical_resource_id = described["FunctionArn"]
        self.attributes = {name: described[name] for name in ("FunctionUrl", "FunctionArn")}

    def change(self, properties: Properties, name: str) -> None:
        if any(properties.get(key) != self.properties.get(key) for key in self.FIXED):
            super().change(properties, name)
            return
        self.properties = properties
        config = url_configs.get(_latest(self, "TargetFunctionArn"), self._qualifier)
        config.config = self._settings(properties) | {"Qualifier": self._qualifier}

    def remove(self) -> None:
        url_configs.delete(_latest(self, "TargetFunctionArn"), self._qualifier)

    @property
    def _qualifier(self) -> str:
        return str(self.properties.get("Qualifier") or _parsed(self, "TargetFunctionArn").qualifier or "")

    def _settings(self, properties: Properties) -> Properties:
        return {name: value for name, value in properties.items() if name not in self.FIXED}


class EventInvokeConfig(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::EventInvokeConfig"
    NUMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")

    def make(self) -> None:
        config: Properties = {name: int(self.properties[name]) for name in self.NUMBERS if name in self.properties}
        if "DestinationConfig" in self.properties:
            config["DestinationConfig"] = self.properties["DestinationConfig"]
        function = _latest(self, "FunctionName")
        event_invoke_config.put(function, self._qualifier, config)
        self.physical_resource_id = f"{function.function_name}|{self._qualifier}"

    def change(self, properties: Properties, name: str) -> None:
        self.remove()
        self.properties = properties
        self.make()

    def remove(self) -> None:
        event_invoke_config.configs(_latest(self, "FunctionName")).pop(self._qualifier, None)

    @property
    def _qualifier(self) -> str:
        return str(self.properties.get("Qualifier") or LATEST)


class EventSourceMapping(StackResource, CloudFormationModel):
    TYPE = "AWS::Lambda::EventSourceMapping"

    def make(self) -> None:
        mapping = self.backend.create_event_source_mapping(self._spec())
        self.physical_resource_id = mapping.uuid
        self.attributes = {"Id": mapping.uuid, "EventSourceMappingArn": mapping.arn}

    def change(self, properties: Properties, name: str) -> None:
        fixed = ("EventSourceArn", "StartingPosition", "StartingPositionTimestamp")
        if any(properties.get(key) != self.properties.get(key) for key in fixed):
            super().change(properties, name)
            return
        dropped = {key: None for key in self.properties if key not in properties}
        self.properties = properties
        self.backend.update_event_source_mapping(self.physical_resource_id, self._spec() | dropped)

    def remove(self) -> None:
        self.backend.delete_event_source_mapping(self.physical_resource_id)

    def _spec(self) -> Properties:
        renamed = {"KmsKeyArn": "KMSKeyArn"}  # as the API spells it
        spec = {renamed.get(name, name): value for name, value in self.properties.items()}
        return spec | {"Tags": as_tags(self.properties.get("Tags"))}


def _parsed(resource: StackResource, key: str) -> FunctionName:
    backend = resource.backend
    return FunctionName.parse(resource.properties[key], backend.region_name, backend.account_id)


def _latest(resource: StackResource, key: str) -> LambdaFunction | Any:
    return resource.backend.get_function(_parsed(resource, key).name)
