"""Step Functions: moto 5.2.5 takes any text for a definition, and an execution that it starts is RUNNING for ever.

Here a definition is refused for AWS's reasons, and an execution by name: nothing runs state machines.

Installed with the first request for Step Functions, not with the other corrections: moto's models of it are large.
"""

from inspect import signature
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.models import StepFunctionBackend

from shoplib.documents import DEEPEST, Unbounded, load_json
from shoplib.localaws.moto_fixes.state_machine_definitions import faults
from shoplib.localaws.moto_patches import Method, replace_methods, wrap

LARGEST = 1024 * 1024  # bytes, as on AWS


class InvalidDefinition(JsonRESTError):
    code = 400

    def __init__(self, reason: str) -> None:
        super().__init__("InvalidDefinition", f"Invalid State Machine Definition: '{reason}'")


class NothingRuns(JsonRESTError):
    code = 501

    def __init__(self, arn: str) -> None:
        super().__init__("NotImplemented", f"The local AWS does not run state machines: {arn} is kept, not executed.")


def install() -> None:
    wrap(StepFunctionBackend, "create_state_machine", _checking_first)
    wrap(StepFunctionBackend, "update_state_machine", _checking_first)
    replace_methods(StepFunctionBackend, start_execution=_start_execution)


def _start_execution(self: StepFunctionBackend, state_machine_arn: str, name: str, execution_input: str) -> Any:
    raise NothingRuns(self.describe_state_machine(state_machine_arn).arn)


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
    if errors := faults(definition):
        raise InvalidDefinition(", ".join(errors))
