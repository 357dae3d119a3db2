"""Resource policies: a document put onto resources that exist, taken off again when the stack goes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from shoplib.localaws.arns import Arn
from shoplib.localaws.cloudformation.api_type import NOT_FOUND, Context
from shoplib.localaws.cloudformation.errors import ResourceFailed
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties, Request

SNS_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)


def _attribute(type_name: str, ref: str, name: str) -> str:
    if name == "Id":
        return ref
    raise ResourceFailed(f"{type_name} does not support attribute {name} in Fn::GetAtt")


@dataclass(frozen=True)
class PolicyOf:
    """`put(client, target, document)`; a document of None takes the policy off. `targets` names the property."""

    service: str
    targets: str
    put: Callable[[Any, str, str | None], None]
    document: str = "PolicyDocument"

    def create(self, request: Request) -> PhysicalResource:
        targets = self._targets(request.properties)
        self._put(request, targets, self._document(request))
        ref = targets[0] if isinstance(request.properties[self.targets], str) else request.name

        return PhysicalResource(ref, partial(_attribute, request.type, ref))

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        dropped = [each for each in self._targets(old) if each not in self._targets(request.properties)]
        self._put(request, self._targets(request.properties), self._document(request))
        self._put(request, dropped, None)
        return current

    def delete(self, current: PhysicalResource, request: Request) -> None:
        self._put(request, self._targets(request.properties), None)

    def _targets(self, properties: Properties) -> list[str]:
        target = properties[self.targets]
        return [target] if isinstance(target, str) else list(target)

    def _document(self, request: Request) -> str:
        document = request.properties[self.document]
        return document if isinstance(document, str) else json.dumps(document)

    def _put(self, request: Request, targets: list[str], document: str | None) -> None:
        client = Context(request.type, self.service, request, request.properties).client()
        for target in targets:
            try:
                self.put(client, target, document)
            except ClientError as error:
                missing = any(word in error.response["Error"]["Code"] for word in NOT_FOUND)
                if document is not None or not missing:
                    raise


def _on_queue(client: Any, url: str, document: str | None) -> None:
    client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document or ""})


def _on_topic(client: Any, arn: str, document: str | None) -> None:
    policy = document or json.dumps(_default_topic_policy(arn))
    client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def _default_topic_policy(arn: str) -> dict[str, Any]:
    """What a topic has before anybody sets a policy: its owner may do everything."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in SNS_ACTIONS],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": Arn.parse(arn).account_id}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


def _on_bucket(client: Any, bucket: str, document: str | None) -> None:
    if document is None:
        client.delete_bucket_policy(Bucket=bucket)
    else:
        client.put_bucket_policy(Bucket=bucket, Policy=document)


def _on_secret(client: Any, secret: str, document: str | None) -> None:
    if document is None:
        client.delete_resource_policy(SecretId=secret)
    else:
        client.put_resource_policy(SecretId=secret, ResourcePolicy=document)


TYPES = {
    "AWS::SQS::QueuePolicy": PolicyOf("sqs", "Queues", _on_queue),
    "AWS::SQS::QueueInlinePolicy": PolicyOf("sqs", "Queue", _on_queue),
    "AWS::SNS::TopicPolicy": PolicyOf("sns", "Topics", _on_topic),
    "AWS::SNS::TopicInlinePolicy": PolicyOf("sns", "TopicArn", _on_topic),
    "AWS::S3::BucketPolicy": PolicyOf("s3", "Bucket", _on_bucket),
    "AWS::SecretsManager::ResourcePolicy": PolicyOf("secretsmanager", "SecretId", _on_secret, "ResourcePolicy"),
}
