"""Secrets Manager: moto 5.2.5 takes any name, answers 404 where AWS answers 400, repeats in a message what every client
puts around it, lists versions without their keys and with invented times, and has no word of who read a secret when.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.secretsmanager import exceptions, models
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
    SecretHasNoValueException,
    SecretNotFoundException,
    SecretStageVersionMismatchException,
    ValidationException,
)
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_patches import Method, after, before, replace, wrap

NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
INVALID_NAME = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
)
SCHEDULED = "You can't create this secret because a secret with this name is already scheduled for deletion."
DELETED = "You can't perform this operation on the secret because it was marked for deletion."
BOTH = "You can't specify both a binary secret value and a string secret value in the same secret."
TWO_FREQUENCIES = "You cannot specify both rotation frequency and schedule expression together."
NO_VALUE = "Secrets Manager can't find the specified secret value for"
SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
DAY = 86_400
AROUND = re.compile(r"^(\w+: )?An error occurred \(\w+\)\s+when calling the \w+ operation: ")
NOT_FOUND = (
    ResourceNotFoundException,
    SecretNotFoundException,
    SecretHasNoValueException,
    SecretStageVersionMismatchException,
)
OPERATIONS = [
    name for name, each in vars(SecretsManagerResponse).items() if not name.startswith("_") and callable(each)
]


def install() -> None:
    for kind in NOT_FOUND:
        after(kind, "__init__", _as_a_bad_request)
    after(exceptions.SecretsManagerClientError, "__init__", _in_plain_words)
    replace(SecretsManagerResponse, "list_secret_version_ids", _list_versions)
    replace(models, "get_secret_name_from_partial_arn", _name_in)
    for name in OPERATIONS:
        before(SecretsManagerResponse, name, _require_name)
    for name in ("create_secret", "put_secret_value", "update_secret"):
        before(SecretsManagerResponse, name, _require_one_value)
    before(SecretsManagerBackend, "create_secret", _require_unscheduled)
    before(SecretsManagerBackend, "get_secret_value", _require_version)
    before(SecretsManagerBackend, "put_secret_value", _require_present)
    wrap(SecretsManagerBackend, "rotate_secret", _rotating_as_before)
    after(SecretsManagerBackend, "get_secret_value", _note_access)
    wrap(FakeSecret, "to_dict", _with_access)


def _as_a_bad_request(_: None, error: Any, *__: Any, **___: Any) -> None:
    error.code = 400


def _in_plain_words(_: None, error: Any, *__: Any, **___: Any) -> None:
    """Members of modelled errors begin with a capital here."""
    error.message = " ".join(AROUND.sub("", error.message).split())
    if "marked deleted" in error.message:
        error.message = DELETED
    member = "message" if isinstance(error, ValidationException) else "Message"
    error.description = json.dumps({"__type": error.error_type, member: error.message})


def _name_in(secret_id: str) -> str:
    """What ends as a whole ARN does is one, of a secret that is there no more."""
    name = secret_id.rpartition(":secret:")[2] if secret_id.startswith("arn:") else secret_id
    return secret_id if secret_id.startswith("arn:") and SUFFIX.search(name) else name


def _require_name(response: Any) -> None:
    for parameter in ("Name", "SecretId"):
        name = response._get_param(parameter)
        if isinstance(name, str) and not name.startswith("arn:") and not NAME.fullmatch(name):
            raise ValidationException(INVALID_NAME)


def _require_one_value(response: Any) -> None:
    if response._get_param("SecretString") and response._get_param("SecretBinary"):
        raise InvalidParameterException(BOTH)


def _require_unscheduled(backend: Any, *arguments: Any, **kwargs: Any) -> None:
    name = kwargs["name"] if "name" in kwargs else arguments[0]
    if name in backend.secrets and backend.secrets[name].is_deleted():
        raise InvalidRequestException(SCHEDULED)


def _require_present(backend: Any, secret_id: str, *_: Any, **__: Any) -> None:
    if secret_id in backend.secrets and backend.secrets[secret_id].is_deleted():
        raise InvalidRequestException(DELETED)


def _rotating_as_before(original: Method) -> Method:
    """By the function that did it before, unless another one is named. moto forgets it, and takes what nobody rotates
    for rotated."""

    def rotate_secret(backend: Any, secret_id: str, *arguments: Any, **parameters: Any) -> Any:
        _require_present(backend, secret_id)
        _require_one_frequency(parameters.get("rotation_rules") or {})
        secret = backend.secrets.get(secret_id)
        function = parameters.get("rotation_lambda_arn") or getattr(secret, "rotation_lambda_arn", "")
        if isinstance(secret, FakeSecret) and not function:
            raise InvalidRequestException("No Lambda rotation function ARN is associated with this secret.")
        return original(backend, secret_id, *arguments, **parameters | {"rotation_lambda_arn": function})

    return rotate_secret


def _require_one_frequency(rules: Mapping[str, Any]) -> None:
    if rules.get("AutomaticallyAfterDays") and rules.get("ScheduleExpression"):
        raise InvalidParameterException(TWO_FREQUENCIES)


def _require_version(backend: Any, secret_id: str, version_id: str | None, version_stage: str | None) -> None:
    if secret_id not in backend.secrets:
        return
    secret = backend.secrets[secret_id]
    if secret.is_deleted():
        raise InvalidRequestException(DELETED)
    stage = version_stage or ("" if version_id else "AWSCURRENT")
    if version_id and version_id not in secret.versions:
        raise ResourceNotFoundException(f"{NO_VALUE} VersionId: {version_id}")
    if not version_id and not any(stage in each["version_stages"] for each in secret.versions.values()):
        raise ResourceNotFoundException(f"{NO_VALUE} staging label: {stage}")


def _note_access(value: dict[str, Any], backend: Any, *_: Any, **__: Any) -> None:
    """AWS notes the day alone."""
    secret, day = backend.secrets[value["ARN"]], _today()
    secret.accessed = secret.versions[value["VersionId"]]["accessed"] = day


def _today() -> int:
    return int(engine_clock.now() // DAY * DAY)


def _with_access(original: Method) -> Method:
    def to_dict(secret: Any) -> dict[str, Any]:
        described: dict[str, Any] = original(secret)
        accessed = getattr(secret, "accessed", None)
        return {**described, "LastAccessedDate": accessed} if accessed else described

    return to_dict


def _list_versions(response: Any) -> str:
    secret_id, backend = response._get_param("SecretId"), response.backend
    if secret_id not in backend.secrets:
        raise SecretNotFoundException
    secret, deprecated = backend.secrets[secret_id], response._get_param("IncludeDeprecated")
    versions = [
        _version(secret, version_id, each)
        for version_id, each in secret.versions.items()
        if deprecated or each["version_stages"]
    ]
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": versions})


def _version(secret: Any, version_id: str, each: dict[str, Any]) -> dict[str, Any]:
    version = {
        "VersionId": version_id,
        "VersionStages": each["version_stages"] or None,
        "CreatedDate": each["createdate"],
        "LastAccessedDate": each.get("accessed"),
        "KmsKeyIds": [secret.kms_key_id or "DefaultEncryptionKey"],
    }
    return {name: value for name, value in version.items() if value is not None}
