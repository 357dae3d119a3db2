"""The transform AWS::LanguageExtensions, by cfn-lint: loops are unrolled; what needs values stays for deployment."""

import copy
from collections.abc import Mapping
from typing import Any

NAME = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach::"
MOST_NODES = 250_000


class Unresolved(Exception):
    """A loop that cannot be unrolled; `line` is where it is written, from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def unroll(body: dict[str, Any], values: Mapping[str, str], region: str) -> dict[str, Any]:
    """The template, as cfn-lint reads it, with `Fn::ForEach` resolved for these parameter values. Raises Unresolved."""
    _require_bounded(body, values)
    import cfnlint.template
    from cfnlint.template.transforms._language_extensions import language_extension

    written = cfnlint.template.Template("", _with_defaults(body, values), regions=[region])
    problems, unrolled = language_extension(written)
    if problems:
        message = problems[0].message.removeprefix("Error transforming template: ")
        raise Unresolved(message, problems[0].linenumber)
    result: dict[str, Any] = unrolled
    return result


def _require_bounded(body: dict[str, Any], values: Mapping[str, str]) -> None:
    """Loops within loops multiply; how often is known before they are unrolled."""
    if _size(body, body, values) > MOST_NODES:
        raise Unresolved(f"Fn::ForEach makes more than {MOST_NODES:,} nodes of this template", 1)


def _size(part: Any, body: dict[str, Any], values: Mapping[str, str]) -> int:
    if isinstance(part, list):
        return 1 + sum(_size(each, body, values) for each in part)
    if not isinstance(part, dict):
        return 1
    return 1 + sum(_size(value, body, values) * _times(key, value, body, values) for key, value in part.items())


def _times(key: Any, value: Any, body: dict[str, Any], values: Mapping[str, str]) -> int:
    """How often a loop repeats what is in it, at the most."""
    if not (isinstance(key, str) and key.startswith(LOOP) and isinstance(value, list) and len(value) > 1):
        return 1
    if isinstance(value[1], list):
        return len(value[1])
    name = value[1].get("Ref") if isinstance(value[1], dict) else None
    if name is None:
        return _longest(body.get("Mappings"))
    default = ((body.get("Parameters") or {}).get(name) or {}).get("Default", "")
    return str(values.get(name, default)).count(",") + 1


def _longest(part: Any) -> int:
    """Of the lists within, for a loop over one that is looked up."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return max([1, len(part) if isinstance(part, list) else 1, *(_longest(each) for each in inner)])


def _with_defaults(body: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """cfn-lint resolves a parameter by its default: that of this copy is the value of this deployment."""
    copied = copy.deepcopy(body)
    for name, spec in (copied.get("Parameters") or {}).items():
        if name in values:
            spec["Default"] = values[name]
            spec.pop("AllowedValues", None)
    return copied
