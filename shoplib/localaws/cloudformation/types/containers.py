"""ECR repositories: what `cdk bootstrap` makes. Nobody pushes an image here; the repository's settings are kept."""

import json
from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, from_answer, prop, short
from shoplib.localaws.cloudformation.resource_providers import Properties, Request


def _name(request: Request) -> str:
    return short(256)(request).lower()


def _repository(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name != "EmptyOnDelete"}


def _lifecycle(context: Context, policy: Any) -> None:
    client, key = context.client(), {"repositoryName": context.ref}
    if policy:
        client.put_lifecycle_policy(**key, lifecyclePolicyText=policy["LifecyclePolicyText"])
    else:
        client.delete_lifecycle_policy(**key)


def _policy(context: Context, document: Any) -> None:
    client, key = context.client(), {"repositoryName": context.ref}
    if document:
        text = document if isinstance(document, str) else json.dumps(document)
        client.set_repository_policy(**key, policyText=text)
    else:
        client.delete_repository_policy(**key)


def _mutability(context: Context, value: Any) -> None:
    context.client().put_image_tag_mutability(repositoryName=context.ref, imageTagMutability=value or "MUTABLE")


def _scanning(context: Context, value: Any) -> None:
    scanning = {"scanOnPush": bool((value or {}).get("ScanOnPush", False))}
    context.client().put_image_scanning_configuration(repositoryName=context.ref, imageScanningConfiguration=scanning)


TYPES = {
    "AWS::ECR::Repository": ApiType(
        service="ecr",
        create_call="create_repository",
        shape=_repository,
        name="RepositoryName",
        generated=_name,
        fixed=frozenset({"EncryptionConfiguration"}),
        ref=prop("RepositoryName"),
        delete_call="delete_repository",
        key=by("repositoryName"),
        attributes={
            "Arn": from_answer("repository", "repositoryArn"),
            "RepositoryUri": from_answer("repository", "repositoryUri"),
        },
        aspects=(
            Aspect("LifecyclePolicy", _lifecycle),
            Aspect("RepositoryPolicyText", _policy),
            Aspect("ImageTagMutability", _mutability),
            Aspect("ImageScanningConfiguration", _scanning),
        ),
    )
}
