"""Systems Manager: several parameters at once, and the customer's key of those that are encrypted."""

import re
from collections.abc import Iterator
from typing import Any

from shoplib.localaws.permissions.requests.accesses import ANY, Access, Call
from shoplib.localaws.permissions.requests.customer_keys import key_named
from shoplib.localaws.permissions.requests.encryption import of_key

SECURE = "SecureString"


def of_parameters(call: Call) -> list[Access]:
    """Names that begin with a slash have one in their ARN."""
    parameters = call.parameters
    names = parameters.get("Names") or [parameters.get("Name") or parameters.get("Path")]
    if call.operation.startswith("Describe") or not any(names):
        resource = parameters.get("ResourceId") if parameters.get("ResourceType") == "Parameter" else None
        names = [resource] if resource else []
    if "Document" in call.operation and names:
        return [call.access(call.operation, call.place.arn(f"document/{names[0]}"))]
    resources = [_arn(call, str(name)) for name in names] or [ANY]
    return [*(call.access(call.operation, each) for each in resources), *_of_keys(call)]


def _arn(call: Call, name: str) -> str:
    if name.startswith("arn:"):
        return name
    plain = re.sub(r":[^:/]+$", "", name)  # a version or a label
    return call.place.arn(f"parameter/{plain.lstrip('/')}")


def _of_keys(call: Call) -> Iterator[Access]:
    """What Systems Manager does with keys in the caller's name."""
    if call.operation == "PutParameter" and call.parameters.get("Type") == SECURE:
        yield from _use(call, "kms:Encrypt", call.parameters.get("KeyId"))
    elif call.parameters.get("WithDecryption"):
        for name in {each.keyid for each in _secure(call)}:
            yield from _use(call, "kms:Decrypt", name)


def _use(call: Call, action: str, name: Any) -> Iterator[Access]:
    key = key_named(str(name), call.place.account_id, call.place.region) if name else None
    if key:
        yield of_key(action, key, "ssm")


def _secure(call: Call) -> Iterator[Any]:
    """The newest versions of the encrypted parameters that are asked for."""
    from moto.ssm.models import ssm_backends

    path = call.parameters.get("Path")
    names = {_arn(call, str(name)) for name in call.parameters.get("Names") or [call.parameters.get("Name")]}
    for name, versions in ssm_backends[call.place.account_id][call.place.region]._parameters.items():
        is_asked = name.startswith(f"{str(path).rstrip('/')}/") if path else _arn(call, name) in names
        if is_asked and versions and versions[-1].parameter_type == SECURE:
            yield versions[-1]
