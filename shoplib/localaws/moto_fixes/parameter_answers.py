"""Parameter Store: moto 5.2.5 finds no secrets among several parameters and names them otherwise than they are asked
for, finds a parameter by no hierarchy that AWS would take, leaves the selector out, ignores allowed patterns, and keeps
a parameter without versions where a label was refused, which every later list stumbles over. It has words for what was
not found, and AWS has none.

https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
"""

import json
from typing import Any

from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.ssm.exceptions import (
    ParameterNotFound,
    ParameterVersionNotFound,
    SSMException,
    ValidationException,
)
from moto.ssm.models import ParameterDict, SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from shoplib.localaws.client_expressions import expression
from shoplib.localaws.moto_patches import Method, before, replace, wrap

SECRETS = "/aws/reference/secretsmanager/"
HIERARCHY = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of '
    "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 "
    "symbols .-_"
)
MOST_NAMES = 10


def install() -> None:
    before(SimpleSystemManagerResponse, "put_parameter", _require_pattern)
    wrap(ParameterNotFound, "__init__", _without_words)
    replace(ParameterNotFound, "__str__", lambda error: "")
    wrap(SimpleSystemManagerResponse, "get_parameter", _as_asked)
    before(SimpleSystemManagerResponse, "get_parameters", _require_hierarchies)
    wrap(SimpleSystemManagerResponse, "get_parameters", _all_as_asked)
    replace(SimpleSystemManagerBackend, "get_parameters", _find)
    for labelling in ("label_parameter_version", "unlabel_parameter_version"):
        before(SimpleSystemManagerBackend, labelling, _require_parameter)
    wrap(ParameterDict, "_get_secretsmanager_parameter", _as_references)


def _without_words(original: Method) -> Method:
    """AWS says no more than that a parameter was not found."""

    def init(error: Any, _: str = "") -> None:
        original(error, None)

    return init


def _require_pattern(response: Any) -> None:
    pattern, value = response._get_param("AllowedPattern"), response._get_param("Value")
    if pattern and not expression(pattern).is_in(str(value)):
        text = f"Parameter value, cannot be validated against allowedPattern: {pattern}"
        raise SSMException("ParameterPatternMismatchException", text)


def _require_parameter(backend: Any, name: str, *_: Any) -> None:
    if name not in backend._parameters:
        raise ParameterNotFound(f"Parameter {name} not found.")


def _require_hierarchy(name: str) -> None:
    own = name.partition(":")[0]
    if not name.startswith("arn:") and ("//" in own or ("/" in own and not own.startswith("/"))):
        raise ValidationException(HIERARCHY)


def _require_hierarchies(response: Any) -> None:
    for name in response._get_param("Names") or []:
        _require_hierarchy(name)


def _as_asked(original: Method) -> Method:
    def get_parameter(response: Any) -> Any:
        name = response._get_param("Name")
        _require_hierarchy(name)
        answer = original(response)
        answer.result["Parameter"] |= _by_its_name(name, answer.result["Parameter"])
        return answer

    return get_parameter


def _all_as_asked(original: Method) -> Method:
    def get_parameters(response: Any) -> Any:
        answer = original(response)
        by_name = {each["Name"]: each for each in answer.result["Parameters"]}
        for name in response._get_param("Names"):
            parameter = by_name.get(_own_name(name))
            if parameter is not None:
                parameter |= _by_its_name(name, parameter)
        return answer

    return get_parameters


def _own_name(name: str) -> str:
    """Without a selector; the slash before a name that is no path counts for nothing."""
    own = name.rpartition(":parameter")[2] if name.startswith("arn:") else name.partition(":")[0]
    return own.removeprefix("/") if "/" not in own[1:] else own


def _by_its_name(name: str, parameter: dict[str, Any]) -> dict[str, str]:
    own, colon, selector = ("", "", "") if name.startswith("arn:") else name.partition(":")
    by_slash = {"Name": own} if own == f"/{parameter['Name']}" else {}
    return by_slash | ({"Selector": f":{selector}"} if colon else {})


def _find(backend: Any, names: list[str]) -> dict[str, Any]:
    """Also secrets; what is not there is left out."""
    if len(names) > MOST_NAMES:
        listed = ", ".join(names)
        raise ValidationException(
            f"1 validation error detected: Value '[{listed}]' at 'names' failed to satisfy constraint: Member must "
            f"have length less than or equal to {MOST_NAMES}"
        )
    parameters = {name: _one(backend, name) for name in dict.fromkeys(names)}
    return {name: parameter for name, parameter in parameters.items() if parameter is not None}


def _one(backend: Any, name: str) -> Any:
    try:
        return backend.get_parameter(name)
    except (ParameterNotFound, ParameterVersionNotFound, SecretsManagerClientError):
        return None


def _as_references(original: Method) -> Method:
    """A secret is named as it is referred to, and its source is what Secrets Manager answers."""

    def parameters(store: Any, secret_name: str) -> list[Any]:
        of_secret: list[Any] = original(store, secret_name)
        for each in of_secret:
            secret, stages = json.loads(each.source_result), each.labels[1:]
            known = {"ARN": secret["ARN"], "name": secret["Name"], "versionId": each.labels[0]}
            each.source_result = json.dumps(known | {"versionStages": stages, "createdDate": secret["CreatedDate"]})
            each.name = f"{SECRETS}{secret_name}"
        return of_secret

    return parameters
