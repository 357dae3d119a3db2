"""Evaluates the Condition block of a statement with IAM's operators.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

from shoplib.localaws import engine_clock
from shoplib.localaws.policies.wildcards import arn_fits, fits, listed

Facts = Mapping[str, str | Sequence[str]]  # condition keys in lower case
Compare = Callable[[str, str], bool]  # (value in the policy, value in the request)
NAME = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?")
VARIABLE = re.compile(r"\$\{([^}]*)\}")


class InvalidCondition(ValueError):
    """An operator or a value that IAM does not support; the message names it."""


class AbsentVariable(Exception):
    """A policy variable has no value, so the statement does not apply."""


def _relate(read: Callable[[str], Any], relation: Callable[[Any, Any], bool]) -> Compare:
    return lambda expected, actual: relation(read(actual), read(expected))


def _date(text: str) -> float:
    """Seconds since 1970, from such a number or an ISO 8601 date."""
    if re.fullmatch(r"\d{5,}(\.\d+)?", text):
        return float(text)
    date = datetime.fromisoformat(text)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _in_network(network: str, address: str) -> bool:
    return ip_address(address) in ip_network(network, strict=False)


RELATIONS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
OPERATORS: dict[str, Compare] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": _relate(str.casefold, operator.eq),
    "StringLike": fits,
    "BinaryEquals": operator.eq,
    "Bool": _relate(_boolean, operator.eq),
    "IpAddress": _in_network,
    "ArnEquals": arn_fits,
    "ArnLike": arn_fits,
    **{f"Numeric{name}": _relate(Decimal, relation) for name, relation in RELATIONS.items()},
    **{f"Date{name}": _relate(_date, relation) for name, relation in RELATIONS.items()},
}
NEGATIONS = {
    **{f"{kind}Not{name}": f"{kind}{name}" for kind in ("String", "Arn") for name in ("Equals", "Like")},
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
# A sample value per type, to check that a policy's value can be parsed.
SAMPLES = {"Numeric": "0", "Date": "2026-01-01", "Bool": "true", "IpAddress": "127.0.0.1"}
AMBIENT: dict[str, Callable[[], str]] = {
    "aws:securetransport": lambda: "true",  # traffic does not leave this machine
    "aws:currenttime": lambda: f"{datetime.fromtimestamp(engine_clock.now(), UTC):%Y-%m-%dT%H:%M:%SZ}",
    "aws:epochtime": lambda: f"{engine_clock.now():.0f}",
}


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    compare: Compare | None  # None: Null, which checks whether the key exists
    negated: bool
    quantifier: str
    if_exists: bool

    def holds(self, expected: Sequence[str], actual: Sequence[str]) -> bool:
        if self.compare is None:
            return any(_boolean(value) != bool(actual) for value in expected)
        if not actual:
            return self._holds_without_key()
        passes = [self._passes(expected, value) for value in actual]
        every = self.quantifier == "ForAllValues" or (self.negated and not self.quantifier)
        return all(passes) if every else any(passes)

    def _holds_without_key(self) -> bool:
        if self.quantifier:
            return self.quantifier == "ForAllValues"
        return self.negated or self.if_exists

    def _passes(self, expected: Sequence[str], actual: str) -> bool:
        return any(self._compares(value, actual) for value in expected) != self.negated

    def _compares(self, expected: str, actual: str) -> bool:
        assert self.compare is not None
        try:
            return self.compare(expected, actual)
        except (ValueError, KeyError, InvalidOperation):
            return False  # the request's value is not a number, date or address


@cache
def operator_of(text: str) -> Operator:
    """The operator of a name. Raises InvalidCondition for a name that IAM does not support."""
    match = NAME.fullmatch(text)
    quantifier, name, if_exists = match.groups() if match else ("", text, "")
    if name == "Null" and not if_exists:
        return Operator(name, None, False, "", False)
    positive = NEGATIONS.get(name, name)
    if positive not in OPERATORS:
        raise InvalidCondition(f"{text} is not a condition operator")
    return Operator(positive, OPERATORS[positive], name in NEGATIONS, quantifier or "", bool(if_exists))


def validate(block: Any) -> None:
    """Raises InvalidCondition for a block that `hold` cannot evaluate."""
    if not isinstance(block, Mapping):
        raise InvalidCondition(f"Condition {block!r:.120} is not an object")
    for name, keys in block.items():
        if keys == {}:
            continue  # asks nothing, whatever its name
        known = operator_of(name)
        if not isinstance(keys, Mapping):
            raise InvalidCondition(f"{name} {keys!r:.120} is not an object of condition keys")
        for key, expected in keys.items():
            for value in map(_text, listed(expected)):
                _require_readable(known, f"{name} of {key}", value)


def _require_readable(known: Operator, where: str, value: str) -> None:
    sample = next((text for kind, text in SAMPLES.items() if known.name.startswith(kind)), None)
    try:
        if known.compare is None:
            _boolean(value)
        elif sample is not None and not VARIABLE.search(value):
            known.compare(value, sample)
    except (ValueError, KeyError, InvalidOperation):
        raise InvalidCondition(f"{value!r} is not a value for {where}") from None


def hold(block: Mapping[str, Mapping[str, Any]], facts: Facts) -> bool:
    """Whether all conditions of a block are met. Raises InvalidCondition, AbsentVariable."""
    return all(_holds(operator_of(name), keys, facts) for name, keys in block.items() if keys)


def _holds(known: Operator, keys: Mapping[str, Any], facts: Facts) -> bool:
    for key, expected in keys.items():
        values = [substitute(_text(value), facts) for value in listed(expected)]
        if not known.holds(values, values_of(key, facts)):
            return False
    return True


def values_of(key: str, facts: Facts) -> list[str]:
    """The values of a condition key; empty if it is absent."""
    name = key.lower()
    value = facts.get(name)
    if value is None and name in AMBIENT:
        return [AMBIENT[name]()]
    return listed(value)


def substitute(text: str, facts: Facts) -> str:
    """Replaces policy variables: `${aws:SourceIp}`, or `${aws:username, 'nobody'}` with a default."""
    return VARIABLE.sub(lambda match: _value(match[1], facts), text) if "${" in text else text


def _value(variable: str, facts: Facts) -> str:
    name, _, default = (part.strip() for part in variable.partition(","))
    if name in ("*", "?", "$"):
        return name
    if values := values_of(name, facts):
        return values[0]
    if not default:
        raise AbsentVariable(name)
    return default.strip("'")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
