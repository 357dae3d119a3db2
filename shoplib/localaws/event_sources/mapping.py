"""An event source mapping: the properties that AWS stores and returns, its state, and its checkpoints."""

import time
import uuid
from collections.abc import Mapping as MappingType
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.awslambda.utils import make_event_source_mapping_arn

from shoplib.localaws.arns import Arn, is_arn

SQS, KINESIS, DYNAMODB = "sqs", "kinesis", "dynamodb"
SQS_DEFAULTS: MappingType[str, Any] = {
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}
STREAM_DEFAULTS: MappingType[str, Any] = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}
PROPERTIES = (
    *STREAM_DEFAULTS,
    "StartingPosition",
    "StartingPositionTimestamp",
    "FilterCriteria",
    "ScalingConfig",
    "KMSKeyArn",
    "MetricsConfig",
    "ProvisionedPollerConfig",
)
BOOLEAN = ("BisectBatchOnFunctionError",)
NUMBERS = (
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "ParallelizationFactor",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
)


def service_of(source_arn: str) -> str:
    """The ARN's service: sqs, kinesis, dynamodb or another."""
    return Arn.parse(source_arn).service if is_arn(source_arn) else ""


class Mapping:
    """One mapping. `checkpoints` maps a shard to the last sequence number that its pollers have finished."""

    def __init__(self, account_id: str, region: str, function_arn: str, spec: MappingType[str, Any]) -> None:
        self.uuid = str(uuid.uuid4())
        self.account_id = account_id
        self.region = region
        self.arn: str = make_event_source_mapping_arn(region, account_id, self.uuid)
        self.function_arn = function_arn
        self.event_source_arn = str(spec["EventSourceArn"])
        self.enabled = as_bool(spec.get("Enabled", True))
        self.tags: dict[str, str] = dict(spec.get("Tags") or {})
        self.properties = dict(self._defaults()) | clean(spec)
        self.last_result = "No records processed"
        self.checkpoints: dict[str, int] = {}
        self._modified = time.time()

    def _defaults(self) -> MappingType[str, Any]:
        return SQS_DEFAULTS if service_of(self.event_source_arn) == SQS else STREAM_DEFAULTS

    @property
    def function_name(self) -> str:
        return Arn.parse(self.function_arn).name.split(":")[0]

    @property
    def physical_resource_id(self) -> str:
        return self.uuid

    @property
    def exists(self) -> bool:
        """False once the mapping is deleted, or moto's state is reset."""
        return lambda_backends[self.account_id][self.region]._event_source_mappings.get(self.uuid) is self

    def update(self, function_arn: str, spec: MappingType[str, Any]) -> None:
        """Apply an UpdateEventSourceMapping request that is already validated."""
        self.function_arn = function_arn
        self.properties = self.properties | clean(spec)
        if spec.get("Enabled") is not None:
            self.enabled = as_bool(spec["Enabled"])
        self._modified = time.time()

    def get_configuration(self, state: str | None = None) -> dict[str, Any]:
        """The API's response; `state` overrides the stable state during a transition (Creating, Updating...)."""
        is_queue = service_of(self.event_source_arn) == SQS
        result = {} if is_queue else {"LastProcessingResult": self.last_result}  # AWS returns none for queues
        return {
            "UUID": self.uuid,
            "EventSourceArn": self.event_source_arn,
            "EventSourceMappingArn": self.arn,
            "FunctionArn": self.function_arn,
            "LastModified": self._modified,
            **result,
            "State": state or ("Enabled" if self.enabled else "Disabled"),
            "StateTransitionReason": "USER_INITIATED" if is_queue else "User action",
            **self.properties,
        }


def clean(spec: MappingType[str, Any]) -> dict[str, Any]:
    """The stored properties, with the API's types: CloudFormation templates may have numbers as text."""
    properties = {name: spec[name] for name in PROPERTIES if spec.get(name) is not None}
    for name in NUMBERS:
        if name in properties:
            properties[name] = int(properties[name])
    for name in BOOLEAN:
        if name in properties:
            properties[name] = as_bool(properties[name])
    return properties


def as_bool(value: Any) -> bool:
    return value.lower() == "true" if isinstance(value, str) else bool(value)
