"""What the caller of an operation lets a template do: capabilities it acknowledges, and types it restricts it to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.cloudformation.errors import InsufficientCapabilities, ValidationError

IAM, NAMED_IAM, EXPANDS = "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"
# Types that need a capability, and the property that names one of them.
OF_IAM = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}
Resources = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Permitted:
    """`types` is empty when every type may be used; `everything` is for templates that were checked before."""

    capabilities: frozenset[str] = frozenset()
    types: tuple[str, ...] = field(default=())
    everything: bool = False

    @classmethod
    def of(cls, request: Any, expands: bool = False) -> "Permitted":
        """A change set shows what a macro makes of a template before anything is done: it needs no leave to expand."""
        stated = frozenset(request._get_param("Capabilities") or [])
        return cls(stated | ({EXPANDS} if expands else set()), tuple(request._get_param("ResourceTypes") or ()))

    def check_transforms(self, template: Mapping[str, Any]) -> None:
        if template.get("Transform") and not self.everything and EXPANDS not in self.capabilities:
            raise InsufficientCapabilities(f"Requires capabilities : [{EXPANDS}]")

    def check(self, resources: Resources) -> None:
        if self.everything:
            return
        needed = capability(resources)
        if needed and not self.capabilities & {needed, NAMED_IAM}:
            raise InsufficientCapabilities(f"Requires capabilities : [{needed}]")
        for kind in (each["Type"] for each in resources.values()):
            if self.types and not any(_covers(each, kind) for each in self.types):
                allowed = ", ".join(self.types)
                raise ValidationError(f"Resource type {kind} is not allowed by parameter ResourceTypes [{allowed}]")


EVERYTHING = Permitted(everything=True)


def types_of_iam(resources: Resources) -> list[str]:
    return sorted({each["Type"] for each in resources.values() if each["Type"] in OF_IAM})


def capability(resources: Resources) -> str:
    """Which one of IAM the resources need; nothing when they need none."""
    names = [each for each in resources.values() if (each.get("Properties") or {}).get(OF_IAM.get(each["Type"], ""))]
    return NAMED_IAM if names else IAM if types_of_iam(resources) else ""


def _covers(pattern: str, kind: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), kind)) and pattern.count("::") > 0
