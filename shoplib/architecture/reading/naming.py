"""Resources that a template calls by name, where it could refer to them: `arn:${AWS::Partition}:s3:::uploads/*`, the
address of a queue, `"TableName": "orders"` in a document; and what the names of others' resources say of them."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from shoplib.architecture.resource_types import SERVICE_OF_TYPE, TYPE_OF_SERVICE, type_by_name

NAME_PROPERTY = {
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::Kinesis::Stream": "Name",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
LEAVES = {"Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::ImportValue", "Fn::FindInMap", "Fn::Select"}
# What AWS's SDK calls services, where policies call them otherwise.
SDK_NAMES = {"sfn": "states", "eventbridge": "events", "cloudwatchlogs": "logs"}
RANDOM = "X" * 12
ANYTHING, EVERYTHING = "*", "*:*"
DEFAULT_BUS = "events:default"
EVERY = {"stream/*", "deliverystream/*", "event-bus/*", "rule/*", "parameter/*", "key/*"}  # all of a type
LOGS_OF_FUNCTION = "/aws/lambda/"
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_ARN = re.compile(r"arn:(?:\$\{[^}]*\}|[\w*-]*):([\w-]+):((?:\$\{[^}]*\}|[^\s\"'\\,|<>^`])*)")
_QUEUE = re.compile(r"https://(?:sqs\.[^/\s]+|[^/\s]*queue\.[^/\s]+)/((?:\$\{[^}]*\}|[^/\s])+/(?:\$\{[^}]*\}|[\w.-])+)")
_MEMBER = re.compile(r'"(\w+)"\s*:\s*"([^"]+)"')


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Texts and references within `value`, each with the word that says what it is: its key, or the path's end."""
    if isinstance(value, str) or (isinstance(value, dict) and len(value) == 1 and set(value) & LEAVES):
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif isinstance(value, dict):
        for word, inner in _members(value, key):
            yield from leaves(inner, word)


def _members(value: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    if "Fn::If" in value:
        yield key, value["Fn::If"][1:]
    elif {"Name", "Value"} <= set(value):  # a dimension, a variable of a container
        yield str(value["Name"]), value["Value"]
    else:
        for name, inner in value.items():
            yield (f"{key}{name.title()}" if name in ("name", "arn", "id") else name), inner


def spell(value: Any, parameters: Mapping[str, Any] = MappingProxyType({})) -> str:
    """`value` as text, with `${Name}` for what only deploying tells. Empty for what is no text at all."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    (function, inner), *_ = value.items()
    if function == "Ref":
        return str(parameters.get(inner) or _variable(inner))
    if function == "Fn::ImportValue":
        return spell(inner, parameters)
    if function == "Fn::GetAtt":
        return _variable(inner if isinstance(inner, str) else ".".join(map(str, inner)))
    if function == "Fn::Sub":
        text, variables = inner if isinstance(inner, list) else (inner, {})
        return _VARIABLE.sub(lambda match: _substitute(match, variables, parameters), str(text))
    if function == "Fn::Join" and isinstance(inner, list) and isinstance(inner[1], list):
        return str(inner[0]).join(spell(part, parameters) for part in inner[1])
    return ""


def _substitute(match: re.Match[str], variables: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    if match[1] in variables:
        return spell(variables[match[1]], parameters) or _variable("?")
    return str(parameters.get(match[1]) or _variable(match[1]))


def _variable(name: str) -> str:
    """Without the colons of AWS::Region, which would be read as those of an ARN."""
    return f"${{{name.replace('::', '.')}}}"


def arns(text: str) -> Iterator[tuple[str, str]]:
    """Service and rest of each ARN in `text`; of an API's integration, the service that it calls."""
    for part in re.split(r"(?=\barn:)", text):
        if match := _ARN.match(part):
            service, rest = match.groups()
            if service == "states" and rest.startswith("::"):
                continue  # an action of a task, and no resource
            if service == "apigateway" and ":action/" in rest:
                yield rest.split(":")[1], ANYTHING
            else:
                yield (rest.split(":")[1] if service == "apigateway" and rest.count(":") > 1 else service), rest
    yield from (("sqs", queue) for queue in _QUEUE.findall(text))
    if text.startswith(LOGS_OF_FUNCTION):
        yield "lambda", text.removeprefix(LOGS_OF_FUNCTION)


class OwnNames:
    """The names that resources are given in their own template."""

    def __init__(self, own: Mapping[str, tuple[str, str]]) -> None:
        """`own` has type and spelled name by id; CloudFormation makes a name where none is given."""
        services = {id: SERVICE_OF_TYPE.get(kind, "") for id, (kind, _) in own.items()}
        self._own = [(id, services[id], name) for id, (_, name) in own.items() if name]
        self._generated = [
            (id, services[id], f"${{AWS.StackName}}-{id}-{RANDOM}") for id, (_, name) in own.items() if not name
        ]

    def names_in(self, text: str, key: str) -> list[str]:
        """Ids of those whose name, as a whole word, stands in an ARN or address in `text`, or that are named by a key
        which says what they are. A pattern (`orders*`) is no name."""
        ids = [id for service, rest in arns(text) for id in self._in(service, rest)]
        members = [(key, text), *(_MEMBER.findall(text) if "{" in text else ())]
        ids += [id for word, name in members for id in self._ids_by_name(word, name)]
        return list(dict.fromkeys(ids))

    def matching(self, service: str, pattern: str) -> list[str]:
        """Ids of those of a service whose name fits a pattern, such as `orders-*`."""
        expression = _fitting(pattern)
        return [
            id for id, owner, name in (*self._own, *self._generated) if owner == service and expression.fullmatch(name)
        ]

    def _in(self, service: str, rest: str) -> Iterator[str]:
        for id, owner, name in self._own:
            if owner == service and name in rest and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.*-])", rest):
                yield id

    def _ids_by_name(self, word: str, name: str) -> Iterator[str]:
        """By a plain name: where the word beside it says the type, or the name is spelled with the same variables."""
        service = SERVICE_OF_TYPE.get(type_by_name(camel(word)) or "")
        for id, owner, own in self._own:
            if own == name and (owner == service or (service is None and "${" in name)):
                yield id


def _fitting(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"([*?])", pattern)
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts))


def camel(word: str) -> str:
    """ORDERS_TABLE_NAME -> OrdersTableName; a word in camel case stays."""
    return "".join(part.title() for part in word.split("_")) if word.isupper() else word[:1].upper() + word[1:]


def external_ids(value: Any, parameters: Mapping[str, Any]) -> list[str]:
    """Ids for resources that the template does not make, by the ARNs and addresses in `value`: sqs:orders."""
    names = [(service, plain(name_of(service, rest))) for service, rest in arns(spell(value, parameters))]
    return list(dict.fromkeys(f"{service}:{name or '*'}" for service, name in names if service in TYPE_OF_SERVICE))


def unnamed(service: str) -> str:
    """What a call that names no resource acts upon."""
    return DEFAULT_BUS if service == "events" else f"{service}:{ANYTHING}"


def plain(name: str) -> str:
    """A name with * for what only deploying tells."""
    return _VARIABLE.sub("*", name)


def name_of(service: str, rest: str) -> str:
    """The resource's own name in the end of an ARN: without the objects of a bucket, the indexes of a table, the
    qualifier of a function."""
    rest = rest.split(":", 2)[-1] if rest.count(":") > 1 else rest
    if service == "s3":
        return rest.partition("/")[0].lstrip(":")
    if service == "lambda":
        return rest.rpartition("function:")[2].partition(":")[0].partition("/")[0]
    if service == "dynamodb":
        return rest.removeprefix("table/").partition("/")[0]
    name = rest.rpartition(":")[2]
    return ANYTHING if name in EVERY else name.removesuffix("/*").rpartition("/")[2]
