"""SNS filter policies: event patterns over a message's attributes, or over its body.

moto 5.2.5 has a language of its own for them: `$or`, null, cidr and equals-ignore-case are refused, never match, or
fail the publish; it makes the subscription before it refuses its policy, and keeps the scope that it had then.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from shoplib.localaws import event_patterns
from shoplib.localaws.event_patterns import Event, InvalidPattern, Pattern
from shoplib.localaws.json_text import compact
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.notifications.subscription_requests import parse_error

ATTRIBUTES, BODY = "MessageAttributes", "MessageBody"
MOST_KEYS, MOST_COMBINATIONS, MOST_BYTES = 5, 150, 256 * 1024
NO_FILTER = ("", "{}")
_original_set = SNSBackend.set_subscription_attributes
_original_subscribe = SNSResponse.subscribe


def install() -> None:
    """Take over moto's filter policies. Idempotent."""
    replace_methods(SNSBackend, set_subscription_attributes=_set)
    replace_methods(SNSResponse, subscribe=_subscribe)


class Filter:
    """In the place of moto's matcher: whether a subscription wants a message."""

    def __init__(self, subscription: Any, policy: Any) -> None:
        self._subscription, self._policy = subscription, policy
        self._pattern = event_patterns.compiled(policy)

    def __getstate__(self) -> tuple[Any, Any]:
        """What is saved; the pattern is made of functions, which no state can keep."""
        return self._subscription, self._policy

    def __setstate__(self, state: tuple[Any, Any]) -> None:
        self._subscription, self._policy = state
        self._pattern = event_patterns.compiled(self._policy)

    def matches(self, attributes: Mapping[str, Any] | None, message: str) -> bool:
        if self._subscription.attributes.get("FilterPolicyScope") == BODY:
            return _matches_body(self._pattern, message)
        return self._pattern.matches(Event(dict(_values(attributes or {}))))


def _matches_body(pattern: Pattern, message: str) -> bool:
    try:
        body = json.loads(message)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and pattern.matches(Event(body))


def _values(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Attributes as patterns see them; binary ones are not seen. moto names their parts as the protocol does."""
    for name, attribute in attributes.items():
        kind = str(attribute.get("type") or attribute.get("Type") or attribute.get("DataType"))
        value = next((attribute[key] for key in ("value", "Value", "StringValue") if key in attribute), None)
        if kind.startswith("Number"):
            yield name, _number(str(value))
        elif kind.startswith("String.Array"):
            yield name, _array(str(value))
        elif kind.startswith("String"):
            yield name, value


def _number(text: str) -> float | str:
    try:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text


def _array(text: str) -> Any:
    """A String.Array that is none is a text like any other."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, list) else text


def _set(self: SNSBackend, arn: str, name: str, value: Any) -> None:
    subscription = self.subscriptions.get(arn)
    scope = subscription.attributes.get("FilterPolicyScope") if subscription is not None else None
    if name == "FilterPolicyScope":
        _check_scope(value, "")
    if name != "FilterPolicy" or subscription is None:
        _original_set(self, arn, name, value)
        return
    pattern = _checked(value, scope, "")
    policy = subscription._filter_policy = json.loads(value) if pattern else None
    subscription._filter_policy_matcher = Filter(subscription, policy) if pattern else None  # type: ignore[assignment]
    subscription.attributes[name] = value
    if not value:
        del subscription.attributes[name]


def _subscribe(self: SNSResponse) -> Any:
    """An invalid policy is refused before there is a subscription."""
    attributes = self._get_attributes() or {}
    scope = attributes.get("FilterPolicyScope")
    if scope is not None:
        _check_scope(scope, "Attributes Reason: ")
    if "FilterPolicy" in attributes:
        _checked(attributes["FilterPolicy"], scope, "Attributes Reason: ")
    return _original_subscribe(self)


def _check_scope(scope: Any, where: str) -> None:
    if scope not in (ATTRIBUTES, BODY):
        raise SNSInvalidParameter(
            f"Invalid parameter: {where}FilterPolicyScope: Invalid value [{scope}]. "
            f"Please use either {BODY} or {ATTRIBUTES}"
        )


def _checked(text: str, scope: str | None, where: str) -> Pattern | None:
    """The policy's pattern, None for a policy that takes everything. Raises SNSInvalidParameter."""
    if text in NO_FILTER:
        return None
    try:
        pattern = _pattern(text)
    except InvalidPattern as error:
        raise SNSInvalidParameter(f"Invalid parameter: {where}FilterPolicy: {_explained(text, error)}") from None
    if pattern.is_nested and scope != BODY:
        raise SNSInvalidParameter(
            f"Invalid parameter: {where}Filter policy scope {ATTRIBUTES} does not support nested filter policy"
        )
    return pattern


def _explained(text: str, error: InvalidPattern) -> str:
    """The reason and its place, which SNS tells in the policy as it writes it: without spaces."""
    if error.placeless:
        return str(error)
    return event_patterns.explained(compact(json.loads(text)), error)


def _pattern(text: str) -> Pattern:
    if len(text.encode()) > MOST_BYTES:
        raise InvalidPattern(f"Filter policy can not have more than {MOST_BYTES} bytes", placeless=True)
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidPattern(f"failed to parse JSON. {parse_error(text)}".rstrip(), placeless=True) from None
    _refuse_what_eventbridge_says_otherwise(policy)
    pattern = event_patterns.compiled(policy)
    if len(policy) > MOST_KEYS:
        raise InvalidPattern(f"Filter policy can not have more than {MOST_KEYS} keys", placeless=True)
    if pattern.combinations() > MOST_COMBINATIONS:
        raise InvalidPattern("Filter policy is too complex", placeless=True)
    return pattern


def _refuse_what_eventbridge_says_otherwise(rule: Any) -> None:
    """SNS knows anything-but for values and prefixes, not for suffixes."""
    if isinstance(rule, list):
        for each in rule:
            _refuse_what_eventbridge_says_otherwise(each)
    elif isinstance(rule, dict):
        unwanted = rule.get("anything-but")
        if isinstance(unwanted, dict) and "suffix" in unwanted:
            raise InvalidPattern("Unsupported anything-but pattern: suffix", placeless=True)
        if isinstance(unwanted, dict) and not isinstance(unwanted.get("prefix", ""), str | list):
            raise InvalidPattern("prefix match pattern must be a string", placeless=True)
        for each in rule.values():
            _refuse_what_eventbridge_says_otherwise(each)
