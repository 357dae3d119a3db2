"""The transform AWS::LanguageExtensions: loops are unrolled here; what needs values stays for CloudFormation."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shoplib.errors import LabError
from shoplib.provision.template import LANGUAGE_EXTENSIONS, Template


def unroll(template: Template, values: Mapping[str, str], region: str) -> Template:
    """The template with `Fn::ForEach` and mappings resolved for these parameter values; itself when it has none.

    LabError names the line of a loop that cannot be resolved.
    """
    if LANGUAGE_EXTENSIONS not in template.transforms:
        return template
    import cfnlint.template
    from cfnlint.template.transforms._language_extensions import language_extension

    body = _with_defaults(template.body, values)
    problems, unrolled = language_extension(cfnlint.template.Template(str(template.path), body, regions=[region]))
    if problems:
        problem = problems[0]
        what = problem.message.removeprefix("Error transforming template: ")
        where = f"{template.path}:{problem.linenumber}"
        raise LabError(f"{where}: transform {LANGUAGE_EXTENSIONS}: {what}", f"fix line {problem.linenumber}")
    return replace(template, body=unrolled)


def _with_defaults(body: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """cfn-lint resolves a parameter by its default: that of this copy is the value of this deployment."""
    copied = copy.deepcopy(body)
    for name, spec in (copied.get("Parameters") or {}).items():
        if name in values:
            spec["Default"] = values[name]
            spec.pop("AllowedValues", None)
    return copied
