"""Tags of resources, for conditions on aws:ResourceTag."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shoplib.localaws.arns import Arn


def tags_of(resource: str) -> dict[str, str]:
    """Condition keys of the resource's tags; empty for what has none, or whose tags are not known here."""
    if not resource.startswith("arn:"):
        return {}
    arn = Arn.parse(resource)
    tags = READERS[arn.service](arn, resource) if arn.service in READERS else {}
    return {f"aws:resourcetag/{name.lower()}": value for name, value in tags.items()}


def request_tags(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Condition keys of the tags that a request gives: aws:RequestTag and aws:TagKeys."""
    tags = _pairs(parameters.get("Tags") or parameters.get("tags") or {})
    keys = [*tags, *(str(key) for key in parameters.get("TagKeys") or parameters.get("tagKeys") or ())]
    values = {f"aws:requesttag/{name.lower()}": value for name, value in tags.items()}
    return {**values, **({"aws:tagkeys": keys} if keys else {})}


def _pairs(tags: Any) -> dict[str, str]:
    """Services write tags as an object, or as a list of keys and values in one case or the other."""
    if isinstance(tags, Mapping):
        return {str(name): str(value) for name, value in tags.items()}
    if not isinstance(tags, Iterable) or isinstance(tags, str):
        return {}
    lower = [{name.lower().removeprefix("tag"): value for name, value in tag.items()} for tag in tags]
    return {str(tag["key"]): str(tag.get("value", "")) for tag in lower if "key" in tag}


def _of_table(arn: Arn, _: str) -> dict[str, str]:
    from moto.dynamodb.models import dynamodb_backends

    table = dynamodb_backends[arn.account_id][arn.region].tables.get(arn.resource.split("/")[1])
    return _pairs(getattr(table, "tags", None) or [])


def _of_queue(arn: Arn, _: str) -> dict[str, str]:
    from moto.sqs.models import sqs_backends

    queue = sqs_backends[arn.account_id][arn.region].queues.get(arn.resource)
    return _pairs(getattr(queue, "tags", None) or {})


def _of_topic(arn: Arn, resource: str) -> dict[str, str]:
    from moto.sns.models import sns_backends

    topic = sns_backends[arn.account_id][arn.region].topics.get(resource)
    return _pairs(getattr(topic, "_tags", None) or {})


def _of_function(arn: Arn, _: str) -> dict[str, str]:
    from moto.awslambda.models import lambda_backends

    parts = arn.resource.split(":")
    entry = lambda_backends[arn.account_id][arn.region]._lambdas._functions.get(parts[1]) if len(parts) > 1 else None
    return _pairs(getattr(entry["latest"], "tags", None) or {}) if entry else {}


def _of_stream(arn: Arn, _: str) -> dict[str, str]:
    from moto.kinesis.models import kinesis_backends

    stream = kinesis_backends[arn.account_id][arn.region].streams.get(arn.name)
    return _pairs(getattr(stream, "tags", None) or {})


def _of_secret(arn: Arn, resource: str) -> dict[str, str]:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets = secretsmanager_backends[arn.account_id][arn.region].secrets.values()
    entity = next((each for each in secrets if each.arn == resource), None)
    return _pairs(getattr(entity, "tags", None) or [])


def _of_key(arn: Arn, _: str) -> dict[str, str]:
    from moto.kms.models import kms_backends

    tagger = kms_backends[arn.account_id][arn.region].tagger
    return _pairs(tagger.list_tags_for_resource(arn.name).get("Tags", []))


def _of_role_or_user(arn: Arn, resource: str) -> dict[str, str]:
    from moto.iam.models import iam_backends

    backend = iam_backends[arn.account_id][arn.partition]
    entities: list[Any] = [*backend.roles.values(), *backend.users.values()]
    entity = next((each for each in entities if each.arn == resource), None)
    return _pairs(getattr(entity, "tags", None) or [])


READERS: dict[str, Callable[[Arn, str], dict[str, str]]] = {
    "dynamodb": _of_table,
    "sqs": _of_queue,
    "sns": _of_topic,
    "lambda": _of_function,
    "kinesis": _of_stream,
    "secretsmanager": _of_secret,
    "kms": _of_key,
    "iam": _of_role_or_user,
}
