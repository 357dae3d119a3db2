"""Which variables each state of a definition reads, as DescribeStateMachine tells them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.state_machines.definition.check import machines_within
from shoplib.localaws.state_machines.language import intrinsic_syntax
from shoplib.localaws.state_machines.language.jsonata_expressions import is_expression, is_function
from shoplib.localaws.state_machines.language.paths import VARIABLE

TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")
WITHIN = ("Branches", "ItemProcessor", "Iterator", "Result")  # of their own states, or no expression
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'|/\*.*?\*/", re.DOTALL)
NAME = re.compile(r"\$([^\W\d]\w*)(\s*(?:\(|:=))?")
PARAMETERS = re.compile(r"(?:function|λ)\s*\(([^)]*)\)")
Fields = Mapping[str, Any]


def variable_references(definition: Fields) -> dict[str, list[str]]:
    """The names by state, in order; states that read none are left out."""
    known = _by_state(definition, definition.get("QueryLanguage", "JSONPath"))
    return {state: sorted(names) for state, names in known if names}


def _by_state(machine: Fields, language: str) -> Iterator[tuple[str, set[str]]]:
    for name, state in machine["States"].items():
        own = {each: value for each, value in state.items() if each not in WITHIN}
        is_jsonata = state.get("QueryLanguage", language) == "JSONata"
        yield name, set(_of_expressions(own) if is_jsonata else _of_paths(own))
        for inner, _, _ in machines_within(state, ""):
            yield from _by_state(inner, language)


def _of_paths(fields: Any) -> Iterator[str]:
    """Of a state, a rule or a catcher."""
    if isinstance(fields, list):
        for each in fields:
            yield from _of_paths(each)
    for name, value in fields.items() if isinstance(fields, dict) else ():
        if name in TEMPLATES:
            yield from _of_template(value)
        elif isinstance(value, str) and (name == "Variable" or name.endswith("Path")):
            yield from _of_path(value)
        else:
            yield from _of_paths(value)


def _of_template(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _of_template(each)
    for name, each in value.items() if isinstance(value, dict) else ():
        yield from _of_path(each) if name.endswith(".$") and isinstance(each, str) else _of_template(each)


def _of_path(text: str) -> Iterator[str]:
    if text.startswith("States."):
        yield from _of_call(intrinsic_syntax.parse(text))
    elif match := VARIABLE.match(text):
        yield match[1]


def _of_call(call: intrinsic_syntax.Call) -> Iterator[str]:
    for each in call.arguments:
        if isinstance(each, intrinsic_syntax.Call):
            yield from _of_call(each)
        elif isinstance(each, intrinsic_syntax.Path):
            yield from _of_path(each.text)


def _of_expressions(value: Any) -> Iterator[str]:
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _of_expressions(each)
    if is_expression(value):
        yield from _of_expression(TEXT.sub("", value))


def _of_expression(text: str) -> set[str]:
    """What the expression itself does not bind, and what is no function."""
    signs = [(match[1], (match[2] or "").strip()) for match in NAME.finditer(text)]
    bound = {name for name, sign in signs if sign == ":="} | set(re.findall(r"\w+", " ".join(PARAMETERS.findall(text))))
    free = {name for name, sign in signs if not sign} - bound - {"states"}
    return {name for name in free if not is_function(name)}
