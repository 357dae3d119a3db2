"""Resources that a template calls by the name that it gives them, where a reference would be a circle:
`arn:${AWS::Partition}:s3:::uploads-${AWS::AccountId}/*`."""

import re
from typing import Any

from shoplib.architecture.reading.world import World
from shoplib.architecture.resource_types import SERVICE_OF_TYPE

NAME_PROPERTY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::Kinesis::Stream": "Name",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
_SERVICE = re.compile(r"arn:(?:\$\{[^}]*\}|[^:]*):([^:]*):")
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def named_in(world: World, value: Any) -> list[str]:
    """Ids of the drawn resources whose own name, as a whole word, stands in the ARN `value`; a pattern (`orders*`) is
    no name."""
    arn = spelled(value)
    service = match[1] if (match := _SERVICE.match(arn)) else ""
    alike = (it for it in world.drawn if it.type in NAME_PROPERTY and SERVICE_OF_TYPE.get(it.type) == service)
    names = ((it.id, spelled(it.properties.get(NAME_PROPERTY[it.type]))) for it in alike)
    return [id for id, name in names if name and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.*-])", arn)]


def spelled(value: Any) -> str:
    """`value` as text, with `${Name}` for what only deploying tells. Empty for what is no text at all."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    (function, inner), *_ = value.items()
    if function == "Ref":
        return f"${{{inner}}}"
    if function == "Fn::Sub":
        text, variables = inner if isinstance(inner, list) else (inner, {})
        return _VARIABLE.sub(lambda match: _substituted(match, variables), str(text))
    if function == "Fn::Join" and isinstance(inner, list) and isinstance(inner[1], list):
        return str(inner[0]).join(map(spelled, inner[1]))
    return ""


def _substituted(match: re.Match[str], variables: dict[str, Any]) -> str:
    return spelled(variables[match[1]]) if match[1] in variables else match[0]
