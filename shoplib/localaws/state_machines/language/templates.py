"""Payload templates of JSONPath states: a name that ends in `.$` gets what its path or intrinsic function leads to."""

import re
from typing import Any

from shoplib.localaws.state_machines.language import intrinsics, paths
from shoplib.localaws.state_machines.language.failures import runtime
from shoplib.localaws.state_machines.language.scope import Scope

COMPUTED = ".$"
OWN = re.compile(r"\$(?:[.\[]|$)")  # a path into the input, of which AWS's library makes nothing when it is null


def filled(template: Any, scope: Scope) -> Any:
    if isinstance(template, dict):
        return dict(_member(name, value, scope) for name, value in template.items())
    if isinstance(template, list):
        return [filled(each, scope) for each in template]
    return template


def expression(text: str, scope: Scope, field: str) -> Any:
    """The value of a path or of an intrinsic function."""
    if text.startswith("States."):
        return intrinsics.evaluate(text, scope)
    if scope.document is None and OWN.match(text):
        raise runtime("Unable to apply Path transformation to null or empty input.")
    return paths.value_at(text, scope, field)


def _member(name: str, value: Any, scope: Scope) -> tuple[str, Any]:
    if name.endswith(COMPUTED):
        return name.removesuffix(COMPUTED), expression(value, scope, name)
    return name, filled(value, scope)
