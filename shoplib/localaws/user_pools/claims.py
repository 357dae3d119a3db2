"""What a PreTokenGeneration function says of claims, scopes and groups, applied to one token.

Version 1 of the event means the ID token, and the groups of both; versions 2 and 3 mean each token by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.user_pools.settings import V1

BY_VERSION = {V1: "claimsOverrideDetails"}
BY_TOKEN = {"id": "idTokenGeneration", "access": "accessTokenGeneration"}
GROUP_CLAIMS = {
    "groupsToOverride": "cognito:groups",
    "iamRolesToOverride": "cognito:roles",
    "preferredRole": "cognito:preferred_role",
}
IN_BOTH = ("groupsToOverride",)
FIXED = {
    *("acr", "amr", "at_hash", "auth_time", "azp", "exp", "iat", "iss", "jti", "nbf", "nonce", "origin_jti"),
    *("sub", "token_use"),
}
FIXED_IN = {
    "id": {"aud", "cognito:username", "identities"},
    "access": {"client_id", "device_key", "event_id", "scope", "username", "version"},
}
LAST = 2**31


def member_of(version: str) -> str:
    """Where the function's answer has its changes."""
    return BY_VERSION.get(version, "claimsAndScopeOverrideDetails")


def group_configuration(user: Any) -> dict[str, Any]:
    groups = sorted(user.groups, key=lambda each: (_precedence(each), each.group_name))
    return {
        "groupsToOverride": [each.group_name for each in groups],
        "iamRolesToOverride": [each.role_arn for each in groups if each.role_arn],
        "preferredRole": _preferred_role(groups),
    }


def _preferred_role(groups: list[Any]) -> str | None:
    """The role of the first group; none when another role has the same precedence."""
    first = [each for each in groups if _precedence(each) == _precedence(groups[0])]
    roles = {each.role_arn for each in first if each.role_arn}
    return roles.pop() if len(roles) == 1 else None


def _precedence(group: Any) -> int:
    return LAST if group.precedence is None else int(group.precedence)


@dataclass(frozen=True)
class Changes:
    """`details` as the function answered; `token_use` is `id` or `access`."""

    token_use: str
    details: Mapping[str, Any]

    def applied(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        changed = {**claims, **self._added()}
        self._override_groups(changed)
        self._override_scopes(changed)
        suppressed = {name for name in self._own.get("claimsToSuppress") or () if self._is_free(name)}
        return {name: value for name, value in changed.items() if name not in suppressed}

    @property
    def _own(self) -> Mapping[str, Any]:
        """The part that is for this token."""
        is_separate = any(name in self.details for name in BY_TOKEN.values())
        if is_separate or self.token_use == "access":
            return self.details.get(BY_TOKEN[self.token_use]) or {}
        return self.details

    def _is_free(self, name: str) -> bool:
        return name not in FIXED | FIXED_IN[self.token_use]

    def _added(self) -> dict[str, Any]:
        """Groups have a member of their own."""
        additions = self._own.get("claimsToAddOrOverride") or {}
        return {
            name: value
            for name, value in additions.items()
            if self._is_free(name) and name not in GROUP_CLAIMS.values() and not name.startswith(("aws:", "dev:"))
        }

    def _override_groups(self, claims: dict[str, Any]) -> None:
        """An empty object takes the groups away; without one they stay."""
        if "groupOverrideDetails" not in self.details:
            return
        groups = self.details["groupOverrideDetails"] or {}
        for member, claim in GROUP_CLAIMS.items():
            claims.pop(claim, None)
            if groups.get(member) and (self.token_use == "id" or member in IN_BOTH):
                claims[claim] = groups[member]

    def _override_scopes(self, claims: dict[str, Any]) -> None:
        added, suppressed = self._own.get("scopesToAdd") or [], self._own.get("scopesToSuppress") or []
        if self.token_use == "access" and (added or suppressed):
            scopes = dict.fromkeys([*str(claims.get("scope", "")).split(), *added])
            claims["scope"] = " ".join(each for each in scopes if each not in suppressed)
