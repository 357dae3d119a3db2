"""The policies that resources have: of buckets, queues, topics, functions, keys, secrets, buses, streams and tables."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.permissions.function_policies import as_policy
from shoplib.localaws.permissions.identities import UNREADABLE
from shoplib.localaws.permissions.principals import find_role
from shoplib.localaws.policies import InvalidPolicy, Policy, Statement, statements_of, validate


def policy_of(resource: str) -> Policy | None:
    """None for a resource that has none, or that cannot have one."""
    service = resource.split(":", 3)[2] if resource.startswith("arn:") else ""
    text = TEXTS[service](Arn.parse(resource)) if service in TEXTS else None
    return compiled(text) if text else None


def trust_of(role_arn: str) -> Policy | None:
    role = find_role(role_arn)
    return compiled(str(role.assume_role_policy_document), of_trust=True) if role is not None else None


@lru_cache(maxsize=2048)
def compiled(text: str, *, of_trust: bool = False) -> Policy:
    """A document that nobody can evaluate denies all."""
    try:
        validate(json.loads(text), of_trust=of_trust)
        return Policy(statements_of(json.loads(text), of_trust=of_trust))
    except (ValueError, InvalidPolicy):
        return Policy([Statement({**UNREADABLE, "Principal": "*"})])


def bucket_owner(arn: Arn) -> str:
    """The account of a bucket, which its ARN does not say."""
    place = s3_backends.bucket_accounts.get(arn.resource.partition("/")[0])
    return str(place[1]) if place else ""


def _of_bucket(arn: Arn) -> str | None:
    name = arn.resource.partition("/")[0]
    place = s3_backends.bucket_accounts.get(name)
    bucket = s3_backends[place[1]][place[0]].buckets.get(name) if place else None
    policy = getattr(bucket, "policy", None)
    return policy.decode() if isinstance(policy, bytes) else policy


def _of_queue(arn: Arn) -> str | None:
    queue = sqs_backends[arn.account_id][arn.region].queues.get(arn.resource)
    policy: Any = getattr(queue, "policy", None)
    return str(policy) if policy else None


def _of_topic(arn: Arn) -> str | None:
    topics = sns_backends[arn.account_id][arn.region].topics
    topic = topics.get(f"arn:{arn.partition}:sns:{arn.region}:{arn.account_id}:{arn.resource}")
    return topic.policy if topic is not None else None


def _of_function(arn: Arn) -> str | None:
    parts = arn.resource.split(":")
    if parts[0] != "function":
        return None
    backend = lambda_backends[arn.account_id][arn.region]
    entry = backend._lambdas._functions.get(parts[1])
    latest = entry["latest"] if entry else None
    statements = latest.policy.statements if latest is not None and latest.policy else []
    return json.dumps({"Statement": [as_policy(each) for each in statements]}) if statements else None


def _of_key(arn: Arn) -> str | None:
    from moto.kms.models import kms_backends

    key = kms_backends[arn.account_id][arn.region].keys.get(arn.name)
    return key.policy if key is not None else None


def _of_secret(arn: Arn) -> str | None:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets = secretsmanager_backends[arn.account_id][arn.region].secrets.values()
    full = f"arn:{arn.partition}:secretsmanager:{arn.region}:{arn.account_id}:{arn.resource}"
    entry = next((each for each in secrets if each.arn == full), None)
    return getattr(entry, "policy", None)


def _of_bus(arn: Arn) -> str | None:
    from moto.events.models import events_backends

    if not arn.resource.startswith("event-bus/"):
        return None
    bus = events_backends[arn.account_id][arn.region].event_buses.get(arn.name)
    return bus.policy if bus is not None else None


def _of_stream(arn: Arn) -> str | None:
    from moto.kinesis.models import kinesis_backends

    policies = kinesis_backends[arn.account_id][arn.region].resource_policies
    return policies.get(f"arn:{arn.partition}:kinesis:{arn.region}:{arn.account_id}:{arn.resource}")


def _of_table(arn: Arn) -> str | None:
    from moto.dynamodb.models import dynamodb_backends

    table = "/".join(arn.resource.split("/")[:2])
    policies = dynamodb_backends[arn.account_id][arn.region].resource_policies
    entry = policies.get(f"arn:{arn.partition}:dynamodb:{arn.region}:{arn.account_id}:{table}")
    return entry.policy_doc if entry is not None else None


TEXTS: dict[str, Callable[[Arn], str | None]] = {
    "s3": _of_bucket,
    "sqs": _of_queue,
    "sns": _of_topic,
    "lambda": _of_function,
    "kms": _of_key,
    "secretsmanager": _of_secret,
    "events": _of_bus,
    "kinesis": _of_stream,
    "dynamodb": _of_table,
}
