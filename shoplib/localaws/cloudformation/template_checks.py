"""What a template states and its services would refuse only while it is being created: found before."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shoplib.localaws import policies
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.functions import runtimes
from shoplib.localaws.notifications import OF_SCHEDULES, SERVICES, refusal

Resources = Mapping[str, dict[str, Any]]
# The ARN by which a rule or schedule reaches a resource of this type; whatever is not here tells nothing.
ARNS = {
    "AWS::ApiGateway::RestApi": "execute-api:{}:x/prod/GET/",
    "AWS::ApiGatewayV2::Api": "execute-api:{}:x/prod/GET/",
    "AWS::Events::ApiDestination": "events:{}:api-destination/x/1",
    "AWS::Events::EventBus": "events:{}:event-bus/x",
    "AWS::Kinesis::Stream": "kinesis:{}:stream/x",
    "AWS::KinesisFirehose::DeliveryStream": "firehose:{}:deliverystream/x",
    "AWS::Lambda::Alias": "lambda:{}:function:x:live",
    "AWS::Lambda::Function": "lambda:{}:function:x",
    "AWS::Logs::LogGroup": "logs:{}:log-group:x",
    "AWS::SNS::Topic": "sns:{}:x",
    "AWS::SQS::Queue": "sqs:{}:x",
    "AWS::StepFunctions::StateMachine": "states:{}:stateMachine:x",
}
PLACE = "us-east-1:123456789012"
EVENT_SOURCES = ("sqs", "kinesis", "dynamodb")
# Mail waits for a confirmation, here for ever; these would be delivered at once.
AT_ONCE = "ALL_AT_ONCE"
UNDELIVERED = ("application", "firehose", "sms")


def objections(resources: Resources) -> list[str]:
    """One text for each fault."""
    return [text for name, resource in resources.items() for text in _of(name, resource, resources)]


def _of(name: str, resource: Mapping[str, Any], resources: Resources) -> Iterator[str]:
    properties = resource["Properties"]
    yield from (f"{name}: {text}" for text in _conditions(properties))
    yield from (f"{name}: {each} is not supported" for each in ("CreationPolicy", "UpdatePolicy") if resource.get(each))
    value_check = VALUE_CHECKS.get(resource["Type"])
    if value_check and (reason := value_check(properties)):
        yield f"{name}: {reason}"
    if resource["Type"] == "AWS::Events::Rule":
        for target in _list(properties.get("Targets")):
            yield from _target(name, target.get("Arn"), resources)
    elif resource["Type"] == "AWS::Scheduler::Schedule" and isinstance(properties.get("Target"), dict):
        yield from _target(name, properties["Target"].get("Arn"), resources, OF_SCHEDULES)
    elif resource["Type"] == "AWS::Lambda::EventSourceMapping":
        source = properties.get("EventSourceArn")
        if isinstance(source, str) and is_arn(source) and Arn.parse(source).service not in EVENT_SOURCES:
            yield f"{name}: {source} is no event source here; those of {', '.join(EVENT_SOURCES)} are"


def _function(properties: Mapping[str, Any]) -> str | None:
    runtime = properties.get("Runtime")
    if properties.get("PackageType") == "Image":
        return "PackageType Image cannot run here, for containers need Docker"
    return runtimes.refusal(runtime) if isinstance(runtime, str) else None


def _api(properties: Mapping[str, Any]) -> str | None:
    protocol = properties.get("ProtocolType", "HTTP")
    if protocol == "WEBSOCKET" and "RouteSelectionExpression" not in properties:
        return "RouteSelectionExpression is required for WebSocket APIs"
    is_known = not isinstance(protocol, str) or protocol in ("HTTP", "WEBSOCKET")
    return None if is_known else f"ProtocolType {protocol} is not supported"


def _subscription(properties: Mapping[str, Any]) -> str | None:
    protocol = properties.get("Protocol")
    return f"nothing is delivered here by the protocol {protocol}" if protocol in UNDELIVERED else None


def _topic(properties: Mapping[str, Any]) -> str | None:
    inline = (each for each in _list(properties.get("Subscription")) if isinstance(each, dict))
    return next((reason for each in inline if (reason := _subscription(each))), None)


def _machine(properties: Mapping[str, Any]) -> str | None:
    from shoplib.localaws.state_machines import missing_from_text  # a room that few templates need

    missing = missing_from_text(json.dumps(properties, default=str))
    return f"the local AWS does not run {missing}" if missing else None


def _alias(properties: Mapping[str, Any]) -> str | None:
    kind = (properties.get("DeploymentPreference") or {}).get("Type", AT_ONCE)
    return f"DeploymentPreference {kind} is not supported, {AT_ONCE} is" if kind != AT_ONCE else None


VALUE_CHECKS: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::Lambda::Function": _function,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::StepFunctions::StateMachine": _machine,
    "AWS::StepFunctions::StateMachineAlias": _alias,
}


def _target(name: str, value: Any, resources: Resources, services: Sequence[str] = SERVICES) -> Iterator[str]:
    arn = _arn(value, resources)
    reason = refusal(arn, services) if arn and ":::aws-sdk:" not in arn else None
    if reason:
        yield f"{name}: the target {arn if isinstance(value, str) else name_in(value)} is not supported: {reason}"


def _arn(value: Any, resources: Resources) -> str | None:
    if isinstance(value, str):
        return value if value.startswith("arn:") else None
    kind = resources.get(name_in(value), {}).get("Type", "")
    return f"arn:aws:{ARNS[kind].format(PLACE)}" if kind in ARNS else None


def name_in(value: Any) -> str:
    """The logical id that a Ref or Fn::GetAtt means; "" for anything else."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    ((function, argument),) = value.items()
    if function == "Ref":
        return str(argument)
    if function != "Fn::GetAtt":
        return ""
    return str(argument[0] if isinstance(argument, list) else argument.partition(".")[0])


def _conditions(value: Any) -> Iterator[str]:
    """Faults of the Condition blocks of policy statements; values that are not known yet are left out."""
    if isinstance(value, list):
        for item in value:
            yield from _conditions(item)
    elif isinstance(value, dict):
        if "Effect" in value and isinstance(value.get("Condition"), dict):
            yield from _condition(value["Condition"])
        for item in value.values():
            yield from _conditions(item)


def _condition(block: Mapping[str, Any]) -> Iterator[str]:
    written = {name: _plain(keys) for name, keys in block.items() if isinstance(keys, dict)}
    try:
        policies.validate_condition(written)
    except policies.InvalidCondition as error:
        yield f"policy condition: {error}"


def _plain(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: values for key, values in keys.items() if all(not isinstance(each, dict) for each in _list(values))}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
