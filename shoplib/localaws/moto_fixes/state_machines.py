"""Step Functions: moto 5.2.5 takes any text for a state machine's definition. AWS takes bounded JSON with states.

Installed with the first request for Step Functions, not with the other corrections: moto's models of it are large.
"""

from inspect import signature
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.models import StepFunctionBackend

from shoplib.documents import DEEPEST, Unbounded, load_json
from shoplib.localaws.moto_patches import Method, wrap

LARGEST = 1024 * 1024  # bytes, as on AWS


class InvalidDefinition(JsonRESTError):
    code = 400

    def __init__(self, reason: str) -> None:
        super().__init__("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")


def install() -> None:
    wrap(StepFunctionBackend, "create_state_machine", _checking_first)
    wrap(StepFunctionBackend, "update_state_machine", _checking_first)


def _checking_first(original: Method) -> Method:
    takes = signature(original)

    def checked(*arguments: Any, **kwargs: Any) -> Any:
        if (definition := takes.bind(*arguments, **kwargs).arguments.get("definition")) is not None:
            require_definition(definition)
        return original(*arguments, **kwargs)

    return checked


def require_definition(text: str) -> None:
    """Raises InvalidDefinition."""
    if len(text.encode()) > LARGEST:
        raise InvalidDefinition(f"MAX_SIZE_EXCEEDED: more than {LARGEST} bytes")
    try:
        definition = load_json(text, DEEPEST)
    except Unbounded as error:
        raise InvalidDefinition(f"INVALID_JSON_DESCRIPTION: {error}") from None
    except ValueError as error:
        raise InvalidDefinition(f"INVALID_JSON_DESCRIPTION: malformed JSON, {error}") from None
    if (
        not isinstance(definition, dict)
        or not isinstance(definition.get("States"), dict)
        or "StartAt" not in definition
    ):
        raise InvalidDefinition("SCHEMA_VALIDATION_FAILED: StartAt and States are required")
