"""Compare grants with uses: granted but unused, used but not granted, and the least-privilege policy."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from shoplib.provision.lambda_needs import Use


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource, possibly with wildcards. An AWS managed policy is kept or dropped `as_a_whole`;
    `occasional` is what its template says to be used now and then, by a Sid that begins with Occasional."""

    action: str
    resource: str
    source: str
    as_a_whole: bool = False
    occasional: bool = False

    def allows(self, use: Use) -> bool:
        return _fits(self.action.lower(), use.action.lower()) and _fits(self.resource, use.resource)


@dataclass(frozen=True)
class Comparison:
    """`add` and `take_away` are empty where the role has exactly what it needs; `unseen` are occasional grants that
    nobody has seen used. `policy` is what the function itself needs; what Lambda needs of the role beside it comes from
    the policies of AWS's that stay attached."""

    add: list[Use]
    take_away: list[Grant]
    unseen: list[Grant]
    policy: dict[str, Any]


def compare(grants: list[Grant], observed: list[Use], by_lambda: list[Use]) -> Comparison:
    """`by_lambda` is what Lambda does as the role before and after the function: it counts as used."""
    uses = [*observed, *by_lambda]
    add = [use for use in observed if not any(grant.allows(use) for grant in grants)]
    unused = _unused(grants, uses)
    unseen = [grant for grant in unused if grant.occasional]
    take_away = [grant for grant in unused if not grant.occasional]
    return Comparison(sorted(add), take_away, unseen, _policy(grants, uses, add))


def _unused(grants: list[Grant], uses: list[Use]) -> list[Grant]:
    needed = {grant.source for grant in grants if grant.as_a_whole and any(map(grant.allows, uses))}
    unused = [grant for grant in grants if not grant.as_a_whole and not any(map(grant.allows, uses))]
    idle = {grant.source for grant in grants if grant.as_a_whole} - needed
    return sorted([*unused, *(Grant("*", "*", source, as_a_whole=True) for source in idle)])


def _policy(grants: list[Grant], uses: list[Use], add: list[Use]) -> dict[str, Any]:
    """Resources as the grants write them, actions as they were used."""
    actions: dict[str, set[str]] = {}
    for grant in grants:
        if not grant.as_a_whole:
            names = {use.action for use in filter(grant.allows, uses)} or (
                {grant.action} if grant.occasional else set()
            )
            if names:
                actions.setdefault(grant.resource, set()).update(names)
    for use in add:
        actions.setdefault(use.resource, set()).add(use.action)
    statements = [
        {"Effect": "Allow", "Action": sorted(names), "Resource": resource}
        for resource, names in sorted(actions.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _fits(pattern: str, text: str) -> bool:
    return pattern == text or fnmatchcase(text, pattern.replace("[", "[[]"))
