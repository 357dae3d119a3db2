"""IAM policy documents as far as API Gateway evaluates them: authorizer answers and API resource policies."""

import re
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any


class Verdict(Enum):
    ALLOW = "allow"
    IMPLICIT_DENY = "implicit"
    EXPLICIT_DENY = "explicit"


class InvalidPolicy(Exception):
    """The document is not a policy, or uses something that the lab does not evaluate; the text names it."""


@lru_cache(maxsize=4096)
def _pattern(wildcards: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in wildcards), re.DOTALL)


def fits(pattern: str, text: str) -> bool:
    """IAM wildcards: `*` any run of characters (slashes too), `?` any one."""
    return pattern == text or _pattern(pattern).fullmatch(text) is not None


def evaluate(document: Any, resource: str, facts: dict[str, str] | None = None) -> Verdict:
    """Verdict on execute-api:Invoke of `resource` (a method ARN). `facts` are condition keys, lower-case.

    Raises InvalidPolicy for a malformed document or an unsupported condition.
    """
    if not isinstance(document, dict) or "Statement" not in document:
        raise InvalidPolicy(f"{document!r:.120} is not a policy document with a Statement")
    verdict = Verdict.IMPLICIT_DENY
    for statement in listed(document["Statement"]):
        if not _applies(statement, resource, facts or {}):
            continue
        if str(statement["Effect"]).lower() == "deny":
            return Verdict.EXPLICIT_DENY
        verdict = Verdict.ALLOW
    return verdict


def _applies(statement: Any, resource: str, facts: dict[str, str]) -> bool:
    if not isinstance(statement, dict) or str(statement.get("Effect", "")).lower() not in ("allow", "deny"):
        raise InvalidPolicy(f"policy statement {statement!r:.120} needs an Effect of Allow or Deny")
    return (
        _named(statement, "Action", "execute-api:invoke", fold=True)
        and _named(statement, "Resource", resource)
        and all(_condition(test, keys, facts) for test, keys in (statement.get("Condition") or {}).items())
    )


def _named(statement: dict[str, Any], key: str, value: str, fold: bool = False) -> bool:
    if "Not" + key in statement:
        return not any(fits(pattern.lower() if fold else pattern, value) for pattern in listed(statement["Not" + key]))
    if key not in statement:
        raise InvalidPolicy(f"policy statement {statement!r:.120} has no {key}")
    return any(fits(pattern.lower() if fold else pattern, value) for pattern in listed(statement[key]))


def _condition(test: str, keys: dict[str, Any], facts: dict[str, str]) -> bool:
    compare = COMPARISONS.get(test)
    if compare is None:
        raise InvalidPolicy(f"condition operator {test} is not supported here; use one of {sorted(COMPARISONS)}")
    negated = "Not" in test
    for key, wanted in keys.items():
        actual = facts.get(key.lower())
        found = actual is not None and any(compare(str(value), actual) for value in listed(wanted))
        if found == negated:
            return False
    return True


def _in_network(network: str, address: str) -> bool:
    return ip_address(address) in ip_network(network, strict=False)


COMPARISONS = {
    "StringEquals": str.__eq__,
    "StringNotEquals": str.__eq__,
    "StringLike": fits,
    "StringNotLike": fits,
    "ArnLike": fits,
    "ArnEquals": fits,
    "ArnNotLike": fits,
    "IpAddress": _in_network,
    "NotIpAddress": _in_network,
}


def listed(value: Any) -> list[Any]:
    """A JSON policy writes one value or a list of values."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
