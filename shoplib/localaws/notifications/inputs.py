"""What a rule's target gets of an event: all of it, a part, constant text, or a template filled in."""

import json
import re
from collections.abc import Mapping
from typing import Any

from shoplib.localaws import jsonpath
from shoplib.localaws.json_text import compact

VARIABLE = re.compile(r"<([A-Za-z0-9_.\-]+)>")
NOTHING = jsonpath.MISSING
NAME_IN_BRACKETS = re.compile(r"""\[\s*['"]""")
DECODER = json.JSONDecoder()
WHOLE_EVENT = "aws.events.event.json"
PREDEFINED = {
    *("aws.events.rule-arn", "aws.events.rule-name", "aws.events.event", WHOLE_EVENT),
    "aws.events.event.ingestion-time",
}


class InvalidPath(ValueError):
    """The text is not a path that can be followed here."""


class InvalidInput(ValueError):
    """What a target is to get is said twice, or names what is not there; the message is AWS's."""


def text_for(target: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, str]) -> str:
    """The text that `target` gets of `event`. `rule` has the rule's `arn` and `name`."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputTransformer"):
        transformer = target["InputTransformer"]
        return filled_in(transformer["InputTemplate"], _variables(transformer.get("InputPathsMap") or {}, event, rule))
    if target.get("InputPath"):
        return compact(at_path(event, target["InputPath"]))
    return compact(event)


def check(target: Mapping[str, Any]) -> None:
    """InvalidPath when a path of the target cannot be read, InvalidInput when its input makes no sense."""
    if sum(bool(target.get(name)) for name in ("Input", "InputPath", "InputTransformer")) > 1:
        raise InvalidInput(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}."
        )
    _require_json(target)
    transformer = target.get("InputTransformer") or {}
    paths = transformer.get("InputPathsMap") or {}
    if transformer:
        _require_template(target["Id"], transformer.get("InputTemplate", ""), paths)
    for path in [*paths.values(), *_of_request(target), *([target["InputPath"]] if target.get("InputPath") else [])]:
        _require_path(target["Id"], path)


def is_path(text: str) -> bool:
    """Whether a value of HttpParameters is found in the event."""
    return text.startswith("$.")


def _of_request(target: Mapping[str, Any]) -> list[str]:
    parameters = target.get("HttpParameters") or {}
    maps = [parameters.get(kind) or {} for kind in ("HeaderParameters", "QueryStringParameters")]
    values = [*(parameters.get("PathParameterValues") or ()), *(value for each in maps for value in each.values())]
    return [each for each in values if is_path(each)]


def filled_in(template: str, variables: Mapping[str, Any], names: re.Pattern[str] = VARIABLE) -> str:
    """The template with `<name>` (what `names` finds) replaced: as JSON outside of quotes, as bare text within them.

    A variable without a value leaves "" outside of quotes and nothing within them.
    """
    parts: list[str] = []
    done, quoted = 0, False
    for match in names.finditer(template):
        before = template[done : match.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', before)) % 2 == 1
        parts += [before, _written(variables.get(match[1], NOTHING), quoted)]
        done = match.end()
    return "".join([*parts, template[done:]])


def at_path(event: Any, path: str) -> Any:
    """The value at a path such as `$.detail.items[0]`; None where there is none."""
    value = jsonpath.find(event, path)
    return None if value is NOTHING else value


def _require_json(target: Mapping[str, Any]) -> None:
    """Constant input is JSON: targets may rely on it."""
    try:
        json.loads(target.get("Input") or "null")
    except (ValueError, RecursionError) as error:
        place = _place(target["Input"], error).removesuffix(".")
        raise InvalidInput(f"JSON syntax error in input for target {target['Id']}: {place}") from None


def _place(text: str, error: Exception) -> str:
    line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
    return f'[Source: (String)"{text}"; line: {line}, column: {column}].'


def _require_template(target_id: str, template: str, paths: Mapping[str, str]) -> None:
    names = VARIABLE.findall(template)
    for name in names:
        if name not in paths and name not in PREDEFINED:
            raise InvalidInput(f"InputTemplate for target {target_id} contains invalid placeholder {name}.")
    if WHOLE_EVENT in names and not template.lstrip().startswith("{"):
        text = f"contains placeholder {WHOLE_EVENT} valid only for JSON template."
        raise InvalidInput(f"InputTemplate for target {target_id} {text}")
    try:
        _read_values(filled_in(template, dict.fromkeys(names, 0)))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"Invalid InputTemplate for target {target_id} : {_place(template, error)}") from None


def _read_values(text: str) -> None:
    """Of a template with its variables filled in: one JSON value or several, as strings on lines of their own are."""
    rest = text.strip()
    while rest:
        _, end = DECODER.raw_decode(rest)
        rest = rest[end:].lstrip()


def _require_path(target_id: str, path: str) -> None:
    """AWS follows dots and numbers, not names in brackets."""
    if not path.startswith("$") or NAME_IN_BRACKETS.search(path):
        raise InvalidInput(f"InputPath for target {target_id} is invalid.")
    _require_followed(path)


def _require_followed(path: str) -> None:
    try:
        jsonpath.steps(path)
    except jsonpath.UnsupportedPath as error:
        raise InvalidPath(str(error)) from None


def _variables(paths: Mapping[str, str], event: Mapping[str, Any], rule: Mapping[str, str]) -> dict[str, Any]:
    from_paths = {name: jsonpath.find(event, path) for name, path in paths.items()}
    # AWS writes the event without its detail, and with one name as its own code has it.
    without_detail = {
        "detailType" if key == "detail-type" else key: value for key, value in event.items() if key != "detail"
    }
    predefined = {
        "aws.events.rule-arn": rule["arn"],
        "aws.events.rule-name": rule["name"],
        "aws.events.event.ingestion-time": event.get("time"),
        "aws.events.event": without_detail,
        "aws.events.event.json": dict(event),
    }
    return {**predefined, **from_paths}


def _written(value: Any, quoted: bool) -> str:
    if value is NOTHING or value is None:
        return "" if quoted else '""'
    if not quoted:
        return compact(value)
    text = value if isinstance(value, str) else compact(value)
    return compact(text)[1:-1]
