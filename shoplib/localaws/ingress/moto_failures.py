"""What it means that moto's code failed with one of Python's own errors: what was named is not there, or moto cannot.

A KeyError over a value that the client sent is a look-up that failed; AWS's model of the operation says what that is
called. Whatever else breaks inside moto is something that moto does not do for this input.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath
from types import TracebackType
from typing import Any

from shoplib.localaws.arns import is_arn
from shoplib.localaws.ingress.aws_call import AwsCall
from shoplib.localaws.ingress.refusals import Refusal

# Errors of code that did not expect its input. Others (of threads, files, memory) are failures of the engine.
UNEXPECTED = (LookupError, TypeError, AttributeError, ValueError, AssertionError, StopIteration, UnboundLocalError)
SHOPLIB, MOTO = "shoplib", "moto"
_NOT_FOUND = re.compile(r"NotFound|NoSuch|NotExist|NonExistent|Nonexistent")
_ARN_MEMBER = re.compile(r"A(rn|RN)s?$")
_CLOSED_FILE = "closed file"  # of an object that another thread replaced: to be tried again


def refusal_of(call: AwsCall, error: Exception) -> Refusal | None:
    """None for what is the engine's own failure."""
    if not (isinstance(error, UNEXPECTED) or type(error) is Exception) or _CLOSED_FILE in str(error):
        return None
    parameters = call.parameters() if call.model.input_shape is not None else {}
    if unreadable := _unreadable(call, parameters, error):
        return unreadable
    if not _is_within_moto(error.__traceback__):
        return None
    if name := _missing(parameters, error):
        return _not_found(call, name)
    return _malformed_arn(call, parameters) or _not_implemented(call, error)


def _is_within_moto(trace: TracebackType | None) -> bool:
    """Whether the innermost code that is ours or moto's is moto's."""
    innermost = ""
    while trace is not None:
        parts = PurePath(trace.tb_frame.f_code.co_filename).parts
        innermost = next((room for room in (SHOPLIB, MOTO) if room in parts), innermost)
        trace = trace.tb_next
    return innermost == MOTO


def _missing(parameters: Any, error: Exception) -> str:
    """The value of the client's that was looked up in vain."""
    key = error.args[0] if isinstance(error, KeyError) and error.args else None
    return key if isinstance(key, str) and key and key in _texts(parameters) else ""


def _unreadable(call: AwsCall, parameters: Any, error: Exception) -> Refusal | None:
    """A text of the client's that is not what it should be, such as the token of a page."""
    for name, value in _members(parameters):
        if isinstance(error, ValueError) and value and repr(value) in str(error):
            return Refusal(call.invalid, f"Invalid parameter: {name}")
    return None


def _malformed_arn(call: AwsCall, parameters: Any) -> Refusal | None:
    for name, value in _members(parameters):
        if _ARN_MEMBER.search(name) and not is_arn(value):
            elements = f"An ARN must have at least 6 elements, not {len(value.split(':'))}"
            return Refusal(call.invalid, f"Invalid parameter: {name} Reason: {elements}")
    return None


def _members(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each text within, and the member that it is of."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _members(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each, name)
    elif isinstance(value, str):
        yield name, value


def _texts(value: Any) -> list[str]:
    return [text for _, text in _members(value)]


def _not_found(call: AwsCall, name: str) -> Refusal:
    for shape in call.model.error_shapes:
        if _NOT_FOUND.search(shape.name):
            error_trait = shape.metadata.get("error", {})
            return Refusal(
                error_trait.get("code", shape.name), f"{name} does not exist.", error_trait.get("httpStatusCode", 404)
            )
    return Refusal(call.invalid, f"{name} does not exist.")


def _not_implemented(call: AwsCall, error: Exception) -> Refusal:
    lacking = error.args[0] if isinstance(error, KeyError) and error.args else None
    members = call.model.input_shape.members if call.model.input_shape is not None else {}
    what = f"{call.name} without {lacking}" if lacking in members else f"{call.name} for this input"
    return Refusal("NotImplemented", f"The local AWS does not implement {what}.", 501)
