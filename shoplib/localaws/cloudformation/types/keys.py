"""KMS keys. moto's own keeps the policy as it stands in the template, and then cannot describe the key."""

import json
from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, from_answer
from shoplib.localaws.cloudformation.resource_providers import Properties
from shoplib.localaws.cloudformation.types import tagging

LONGEST_DAYS = 30


def _key(properties: Properties) -> Properties:
    """PendingWindowInDays is for the deletion."""
    return {name: value for name, value in properties.items() if name != "PendingWindowInDays"}


def _describe(context: Context, _before: Properties) -> None:
    context.client().update_key_description(
        KeyId=context.ref, Description=str(context.properties.get("Description", ""))
    )


def _policy(context: Context, value: Any) -> None:
    if value is not None:
        text = value if isinstance(value, str) else json.dumps(value)
        context.client().put_key_policy(KeyId=context.ref, PolicyName="default", Policy=text)


def _enabled(context: Context, value: Any) -> None:
    client = context.client()
    act = client.disable_key if str(value).lower() == "false" else client.enable_key
    act(KeyId=context.ref)


def _rotation(context: Context, value: Any) -> None:
    client = context.client()
    act = client.enable_key_rotation if str(value).lower() == "true" else client.disable_key_rotation
    act(KeyId=context.ref)


def _schedule_deletion(context: Context) -> Properties:
    return {"KeyId": context.ref, "PendingWindowInDays": context.properties.get("PendingWindowInDays", LONGEST_DAYS)}


TYPES = {
    "AWS::KMS::Key": ApiType(
        service="kms",
        create_call="create_key",
        shape=_key,
        update_call=_describe,
        fixed=frozenset({"KeySpec", "KeyUsage", "MultiRegion", "Origin"}),
        ref=from_answer("KeyMetadata", "KeyId"),
        delete_call="schedule_key_deletion",
        key=_schedule_deletion,
        attributes={"Arn": from_answer("KeyMetadata", "Arn"), "KeyId": lambda context: context.ref},
        aspects=(
            Aspect("KeyPolicy", _policy),
            Aspect("EnableKeyRotation", _rotation),
            Aspect("Enabled", _enabled),
            tagging.KEY,
        ),
    )
}
