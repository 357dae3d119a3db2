"""One JSONata expression, `{% $states.input.price * 2 %}`, evaluated within bounds of time and depth."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.state_machines.language import jsonata_regex, jsonata_sizes, jsonata_text
from shoplib.localaws.state_machines.language.failures import QUERY, EvaluationFailure
from shoplib.localaws.state_machines.language.jsonata_failures import reason
from shoplib.localaws.state_machines.language.jsonata_functions import functions
from shoplib.localaws.state_machines.language.jsonata_nulls import is_json, plain, with_nulls
from shoplib.localaws.state_machines.language.jsonata_references import wrong_references

EXPRESSION = re.compile(r"\{%(.*)%\}", re.DOTALL)
LONGEST_MS = 1_000  # AWS ends an expression after one second
DEEPEST = 300  # evaluations within each other
INVALID, UNSUPPORTED = "INVALID_JSONATA_EXPRESSION", "UNSUPPORTED_JSONATA_EXPRESSION"


def is_expression(value: Any) -> bool:
    return isinstance(value, str) and EXPRESSION.fullmatch(value) is not None


def inner(value: str) -> str:
    """The expression without its delimiters; what is none stays as it is."""
    match = EXPRESSION.fullmatch(value)
    return match[1].strip() if match else value


def is_function(name: str) -> bool:
    """Whether the name is that of a function which every expression knows."""
    from jsonata import Jsonata

    return name in functions() or Jsonata.static_frame.lookup(name) is not None


def faults_of(value: str, has_error: bool = False) -> Iterator[tuple[str, str]]:
    """What AWS refuses of an expression, each with its code. `has_error` says whether there is an error to read."""
    from jsonata import Jsonata
    from jsonata.jexception import JException

    try:
        tree = Jsonata.jsonata(inner(value)).ast
        yield from ((UNSUPPORTED, wrong) for wrong in wrong_references(tree, has_error))
    except JException as error:
        yield INVALID, str(error)
    except RecursionError:
        yield INVALID, "the expression is nested too deeply"


def evaluate(value: Any, bindings: Mapping[str, Any], location: str) -> Any:
    """`value` with all expressions in it evaluated; what is none stays as it is. Raises EvaluationFailure."""
    if isinstance(value, dict):
        return {name: evaluate(each, bindings, f"{location}/{name}") for name, each in value.items()}
    if isinstance(value, list):
        return [evaluate(each, bindings, f"{location}[{number}]") for number, each in enumerate(value)]
    return _evaluated(inner(value), bindings, location) if is_expression(value) else value


def _evaluated(text: str, bindings: Mapping[str, Any], location: str) -> Any:
    from jsonata.utils import Utils

    what = f"The JSONata expression '{text}' specified for the field '{location}'"
    try:
        value = _run(text, {name: with_nulls(each) for name, each in bindings.items()})
    except Exception as error:  # noqa: BLE001 - the library raises Python's errors for what an expression does
        raise EvaluationFailure(QUERY, f"{what} threw an error during evaluation{reason(error)}", location) from None
    if value is None:
        raise EvaluationFailure(QUERY, f"{what} returned nothing (undefined).", location)
    if Utils.is_function(value) or not is_json(value):
        raise EvaluationFailure(QUERY, f"{what} returned an unsupported result type.", location)
    return plain(value)


def _run(text: str, bindings: dict[str, Any]) -> Any:
    from jsonata import Jsonata

    jsonata_text.install()
    jsonata_sizes.install()
    expression = Jsonata.jsonata(text, jsonata_regex.compiled, timeout=LONGEST_MS, stack=DEEPEST)
    expression.set_output_convert_nulls(False)
    expression.set_validate_input(False)
    for name, function in functions().items():
        expression.register_lambda(name, function)
    return expression.evaluate(None, bindings)
