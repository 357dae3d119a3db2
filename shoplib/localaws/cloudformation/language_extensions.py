"""The transform AWS::LanguageExtensions, by cfn-lint: loops are unrolled; what needs values stays for deployment."""

import copy
from collections.abc import Mapping
from typing import Any

NAME = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach::"


class Unresolved(Exception):
    """A loop that cannot be unrolled; `line` is where it is written, from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def unroll(body: dict[str, Any], values: Mapping[str, str], region: str) -> dict[str, Any]:
    """The template, as cfn-lint reads it, with `Fn::ForEach` resolved for these parameter values. Raises Unresolved."""
    import cfnlint.template
    from cfnlint.template.transforms._language_extensions import language_extension

    written = cfnlint.template.Template("", _with_defaults(body, values), regions=[region])
    problems, unrolled = language_extension(written)
    if problems:
        message = problems[0].message.removeprefix("Error transforming template: ")
        raise Unresolved(message, problems[0].linenumber)
    result: dict[str, Any] = unrolled
    return result


def _with_defaults(body: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """cfn-lint resolves a parameter by its default: that of this copy is the value of this deployment."""
    copied = copy.deepcopy(body)
    for name, spec in (copied.get("Parameters") or {}).items():
        if name in values:
            spec["Default"] = values[name]
            spec.pop("AllowedValues", None)
    return copied
