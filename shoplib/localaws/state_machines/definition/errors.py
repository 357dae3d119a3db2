"""What is wrong with retriers and catchers."""

from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.state_machines.definition.faults import Fault, of_integer, required, schema, unsupported
from shoplib.localaws.state_machines.definition.values import of_fields

ALL = "States.ALL"
RETRIER = {
    *("ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"),
}
CATCHER = {"ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment"}
LIMITS = {"IntervalSeconds": (1, 99_999_999), "MaxAttempts": (0, 99_999_999), "MaxDelaySeconds": (1, 31_622_400)}
Fields = Mapping[str, Any]


def of_state(state: Fields, language: str, at: str) -> Iterator[Fault]:
    for name, known in (("Retry", RETRIER), ("Catch", CATCHER)):
        handlers = state.get(name, [])
        if not isinstance(handlers, list) or not all(isinstance(each, dict) for each in handlers):
            yield schema("Expected value of type Array of objects", f"{at}/{name}")
            continue
        for number, handler in enumerate(handlers):
            place = f"{at}/{name}[{number}]"
            yield from (unsupported(each, place) for each in handler if each not in known)
            yield from _errors(handler, number == len(handlers) - 1, place)
            yield from _of_retrier(handler, place) if name == "Retry" else _of_catcher(handler, language, place)


def _errors(handler: Fields, is_last: bool, at: str) -> Iterator[Fault]:
    names = handler.get("ErrorEquals")
    if names is None:
        yield required(["ErrorEquals"], at)
    elif not isinstance(names, list) or not names or not all(isinstance(each, str) for each in names):
        yield schema("Expected value of type Array of strings, not empty", f"{at}/ErrorEquals")
    elif ALL in names and len(names) > 1:
        yield schema(f"'{ALL}' must appear alone", f"{at}/ErrorEquals")
    elif ALL in names and not is_last:
        yield schema(f"'{ALL}' must be in the last element", f"{at}/ErrorEquals")


def _of_retrier(retrier: Fields, at: str) -> Iterator[Fault]:
    for name, (least, most) in LIMITS.items():
        yield from of_integer(retrier.get(name, least), least, most, f"{at}/{name}")
    rate = retrier.get("BackoffRate", 1)
    if not isinstance(rate, int | float) or isinstance(rate, bool):
        yield schema("Expected value of type Number", f"{at}/BackoffRate")
    elif rate < 1:
        yield schema("Minimum value is 1.0", f"{at}/BackoffRate")
    if retrier.get("JitterStrategy", "NONE") not in ("NONE", "FULL"):
        yield schema("The field should have one of these values: [FULL, NONE]", f"{at}/JitterStrategy")


def _of_catcher(catcher: Fields, language: str, at: str) -> Iterator[Fault]:
    if "Next" not in catcher:
        yield required(["Next"], at)
    name, other = ("ResultPath", "JSONPath") if language == "JSONata" else ("Output", "JSONata")
    if name in catcher:
        message = f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the '{other}'"
        yield schema(f"{message} QueryLanguage", at)
    yield from of_fields(catcher, language, at)
