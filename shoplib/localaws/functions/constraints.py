"""What AWS refuses before it looks any further: values out of the ranges, patterns and lists of its service model.

moto 5.2.5 checks none of them and botocore only the minima, so that a template with a timeout of 901 seconds would
deploy here and fail on AWS.
"""

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.core.utils import get_service_model

from shoplib.localaws import retired_runtimes
from shoplib.localaws.json_text import compact
from shoplib.localaws.model_constraints import NOT_NULL, OF_MEMBERS, Manner, breaches

MANNER = Manner(
    orders=(
        ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"),
        ("RESPONSE_STREAM", "BUFFERED"),
        ("PublishedVersions", "None"),
    ),
    # The model's maxima are those of capacity providers; ordinary functions have less.
    maxima={"Timeout": 900, "MemorySize": 10_240, "EphemeralStorageSize": 10_240},
    of_members=f"{{}} must satisfy constraint: [{{}}, {NOT_NULL}]",
    of_members_of={"CompatibleArchitectures": OF_MEMBERS, "CompatibleRuntimes": "{1}"},
    last=("CompatibleArchitectures",),
)
LONGEST_NAME = 64
# Accepting these and running the function without them would be a silent difference from AWS.
UNSUPPORTED = ("CapacityProviderConfig", "CodeSigningConfigArn", "DurableConfig", "FileSystemConfigs", "TenancyConfig")
ENVIRONMENT_BYTES = 4096


def check(operation: str, parameters: dict[str, Any]) -> None:
    """Raises ValidationException, or InvalidParameterValueException for what Lambda does not find in its model."""
    lacking = [name for name in UNSUPPORTED if parameters.get(name)]
    if lacking:
        raise InvalidParameterValueException(f"{', '.join(lacking)} is not supported by the local AWS")
    modelled = {name: value for name, value in parameters.items() if name != "Runtime"}
    if objection := breaches("lambda", operation, modelled, MANNER):
        raise LambdaClientError("ValidationException", objection)
    _check_name(operation, str(parameters.get("FunctionName", "")))
    _check_runtime(parameters.get("Runtime"))
    _check_environment((parameters.get("Environment") or {}).get("Variables") or {})


def _check_name(operation: str, name: str) -> None:
    if operation == "CreateFunction" and ":" not in name and len(name) > LONGEST_NAME:
        raise InvalidParameterValueException(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_NAME}"
        )


def _check_runtime(runtime: Any) -> None:
    """Of a runtime that is not in its model Lambda says something else than of other values."""
    if not isinstance(runtime, str):
        return
    known = get_service_model("lambda").shape_for("Runtime").enum
    if runtime not in known:
        raise InvalidParameterValueException(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(known)}] or be a valid ARN"
        )
    if objection := retired_runtimes.objection(runtime):
        raise InvalidParameterValueException(objection)


def _check_environment(variables: dict[str, str]) -> None:
    text = compact(variables)
    if len(text.encode()) > ENVIRONMENT_BYTES:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {text}"
        )
