"""Secrets Manager and the SSM parameter store."""

import json
from typing import Any

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, from_answer, prop
from shoplib.localaws.cloudformation.resource_providers import Properties
from shoplib.localaws.cloudformation.shapes import arguments
from shoplib.localaws.cloudformation.types import tagging


def _generate(context: Context, settings: Any) -> None:
    """A random password, alone or put into a JSON template under a key."""
    if settings is None:
        return
    client = context.client()
    template, key = settings.get("SecretStringTemplate"), settings.get("GenerateStringKey")
    rules = {
        name: value for name, value in settings.items() if name not in ("SecretStringTemplate", "GenerateStringKey")
    }
    password = client.get_random_password(**arguments(client, "get_random_password", rules))["RandomPassword"]
    text = json.dumps({**json.loads(template), key: password}) if template and key else password
    client.put_secret_value(SecretId=context.ref, SecretString=text)


def _update(context: Context, before: Properties) -> None:
    names = ("Description", "KmsKeyId", "SecretString")
    changed = {name: value for name, value in context.properties.items() if name in names and before.get(name) != value}
    if changed:
        context.client().update_secret(SecretId=context.ref, **changed)


def _tag(context: Context, tags: Any) -> None:
    client = context.client()
    present = [tag["Key"] for tag in client.describe_secret(SecretId=context.ref).get("Tags", [])]
    if present:
        client.untag_resource(SecretId=context.ref, TagKeys=present)
    if tags:
        client.tag_resource(SecretId=context.ref, Tags=tags)


def _overwrite(context: Context, before: Properties) -> None:
    client = context.client()
    values = {name: value for name, value in context.properties.items() if name != "Tags"}
    client.put_parameter(**arguments(client, "put_parameter", {**values, "Overwrite": True}))


TYPES = {
    "AWS::SecretsManager::Secret": ApiType(
        service="secretsmanager",
        create_call="create_secret",
        update_call=_update,
        name="Name",
        ref=from_answer("ARN"),
        delete_call="delete_secret",
        key=lambda context: {"SecretId": context.ref, "ForceDeleteWithoutRecovery": True},
        attributes={"Id": lambda context: context.ref},
        aspects=(Aspect("GenerateSecretString", _generate), Aspect("Tags", _tag)),
    ),
    "AWS::SSM::Parameter": ApiType(
        service="ssm",
        create_call="put_parameter",
        update_call=_overwrite,
        name="Name",
        fixed=frozenset({"DataType"}),
        ref=prop("Name"),
        delete_call="delete_parameter",
        key=by("Name"),
        attributes={"Type": prop("Type"), "Value": prop("Value")},
        aspects=(tagging.PARAMETER,),
    ),
}
