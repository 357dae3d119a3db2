"""The Rules of a template: what its parameters must be, together, before anything is made."""

from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.intrinsics import Scope, resolve, text

Values = list[str]


def check(template: Mapping[str, Any], scope: Scope) -> None:
    """ValidationError with the description of the first assertion that does not hold."""
    for name, rule in (template.get("Rules") or {}).items():
        if "RuleCondition" in rule and not _holds(rule["RuleCondition"], scope):
            continue
        for assertion in rule.get("Assertions") or []:
            if not _holds(assertion["Assert"], scope):
                description = assertion.get("AssertDescription") or "an assertion does not hold"
                raise ValidationError(f"Template validation error: Rule {name} failed: {description}")


def _holds(expression: Any, scope: Scope) -> bool:
    if not isinstance(expression, dict) or len(expression) != 1:
        raise ValidationError(f"Template format error: {expression!r:.120} is no expression of a rule")
    ((function, arguments),) = expression.items()
    if function in LOGIC:
        return LOGIC[function]([_holds(each, scope) for each in arguments])
    if function not in COMPARISONS:
        raise ValidationError(f"Template refused, nothing was created: {function} in Rules is not supported")
    return COMPARISONS[function](*(_values(resolve(each, scope)) for each in arguments))


def _values(value: Any) -> Values:
    """A list as it is; a list's parameter is its values, and so is one value."""
    return [text(each) for each in (value if isinstance(value, list) else [value])]


LOGIC: dict[str, Callable[[list[bool]], bool]] = {
    "Fn::And": all,
    "Fn::Or": any,
    "Fn::Not": lambda outcomes: not outcomes[0],
}
COMPARISONS: dict[str, Callable[[Values, Values], bool]] = {
    "Fn::Equals": lambda one, other: one == other,
    "Fn::Contains": lambda many, one: one[0] in many,
    "Fn::EachMemberEquals": lambda many, one: all(each == one[0] for each in many),
    "Fn::EachMemberIn": lambda many, allowed: all(each in allowed for each in many),
}
