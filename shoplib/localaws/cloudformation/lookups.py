"""Values that a template takes from elsewhere: exports of other stacks, SSM parameters, secrets."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from shoplib.localaws.clients import client
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.registry import exports


def exported_value(account_id: str, region: str, imported: set[str]) -> Callable[[str], str]:
    """Looks exports up and notes in `imported` which ones were used."""

    def value(name: str) -> str:
        imported.add(name)
        export = exports(account_id, region).get(name)
        if export is None:
            raise ValidationError(f"No export named {name} found.")
        return export.value

    return value


def ssm_parameter(account_id: str, region: str) -> Callable[[str], str]:
    def value(name: str) -> str:
        return _read_ssm(name, account_id, region)

    return value


def dynamic_reference(account_id: str, region: str) -> Callable[[str, str], str]:
    """`{{resolve:<service>:<reference>}}` -> its value."""

    def value(service: str, reference: str) -> str:
        if service == "secretsmanager":
            return _read_secret(reference, account_id, region)
        return _read_ssm(reference, account_id, region)

    return value


def as_written(service: str, reference: str) -> str:
    """A dynamic reference where its value is not to be read."""
    return "{{resolve:" + service + ":" + reference + "}}"


def _read_ssm(name: str, account_id: str, region: str) -> str:
    try:
        answer = client("ssm", account_id, region).get_parameter(Name=name, WithDecryption=True)
    except ClientError:
        raise ValidationError(f"Unable to fetch parameters [{name}] from parameter store for this account.") from None
    return str(answer["Parameter"]["Value"])


def _read_secret(reference: str, account_id: str, region: str) -> str:
    """`id[:SecretString[:json-key[:version-stage[:version-id]]]]`; the id may be an ARN with colons of its own."""
    secret_id, _, rest = reference.partition(":SecretString")
    parts = [*rest.removeprefix(":").split(":"), "", "", ""]
    chosen = {"VersionStage": parts[1], "VersionId": parts[2]}
    try:
        answer: dict[str, Any] = client("secretsmanager", account_id, region).get_secret_value(
            SecretId=secret_id, **{name: value for name, value in chosen.items() if value}
        )
    except ClientError as error:
        reason = error.response["Error"].get("Message", "")
        raise ValidationError(f"Could not resolve the secret {secret_id}: {reason}") from None
    text = str(answer["SecretString"])
    if not parts[0]:
        return text
    try:
        return str(json.loads(text)[parts[0]])
    except (ValueError, KeyError):
        raise ValidationError(f"Could not find a value associated with JSONKey {parts[0]} in SecretString") from None
