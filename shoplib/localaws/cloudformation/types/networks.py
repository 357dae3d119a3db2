"""Networks: moto's own types, with the properties that they pass over put by calls of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.ec2 import models as _models  # noqa: F401 - importing makes moto's types known

from shoplib.localaws import clients
from shoplib.localaws.cloudformation.resource_providers import (
    MotoModel,
    PhysicalResource,
    Properties,
    Request,
    moto_model,
)

Put = Callable[[Any, str, Any], None]


@dataclass(frozen=True)
class Completed:
    """A type of moto's and what it lacks: property -> the call that puts it. `id` names the resource in those calls."""

    puts: dict[str, Put]
    id: str = ""

    def create(self, request: Request) -> PhysicalResource:
        model = self._model(request)
        resource = model.create(request)
        try:
            self._put(resource, request, request.properties)
        except Exception:
            model.delete(resource, request)
            raise
        return resource

    def update(self, current: PhysicalResource, old: Properties, request: Request) -> PhysicalResource | None:
        changed = {name for name in {*old, *request.properties} if old.get(name) != request.properties.get(name)}
        if not changed <= set(self.puts) or not changed <= set(request.properties):
            return self._model(request).update(current, old, request)
        self._put(current, request, {name: request.properties[name] for name in changed})
        return current

    def delete(self, current: PhysicalResource, request: Request) -> None:
        self._model(request).delete(current, request)

    def _model(self, request: Request) -> MotoModel:
        return MotoModel(moto_model(request.type))

    def _put(self, resource: PhysicalResource, request: Request, properties: Properties) -> None:
        ec2 = clients.client("ec2", request.account_id, request.region)
        resource_id = str(resource.attribute(self.id)) if self.id else resource.physical_id
        for name, put in self.puts.items():
            if properties.get(name) is not None:
                put(ec2, resource_id, properties[name])


def _tags(ec2: Any, id: str, tags: Any) -> None:
    ec2.create_tags(Resources=[id], Tags=[{"Key": tag["Key"], "Value": str(tag["Value"])} for tag in tags])


def _vpc(attribute: str) -> Put:
    return lambda ec2, id, value: ec2.modify_vpc_attribute(VpcId=id, **{attribute: {"Value": bool(value)}})


def _public_addresses(ec2: Any, id: str, value: Any) -> None:
    ec2.modify_subnet_attribute(SubnetId=id, MapPublicIpOnLaunch={"Value": bool(value)})


def _egress(ec2: Any, id: str, rules: Any) -> None:
    """The template's rules in the place of the one that lets everything out."""
    present = ec2.describe_security_groups(GroupIds=[id])["SecurityGroups"][0]["IpPermissionsEgress"]
    if present:
        ec2.revoke_security_group_egress(GroupId=id, IpPermissions=present)
    if rules:
        ec2.authorize_security_group_egress(GroupId=id, IpPermissions=[_permission(rule) for rule in rules])


def _permission(rule: Properties) -> Properties:
    ports: Properties = {name: rule[name] for name in ("FromPort", "ToPort") if name in rule}
    description = {"Description": rule["Description"]} if "Description" in rule else {}
    ranges: Properties = {}
    if "CidrIp" in rule:
        ranges["IpRanges"] = [{"CidrIp": rule["CidrIp"], **description}]
    if "CidrIpv6" in rule:
        ranges["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **description}]
    if "DestinationSecurityGroupId" in rule:
        ranges["UserIdGroupPairs"] = [{"GroupId": rule["DestinationSecurityGroupId"], **description}]
    if "DestinationPrefixListId" in rule:
        ranges["PrefixListIds"] = [{"PrefixListId": rule["DestinationPrefixListId"], **description}]
    return {"IpProtocol": str(rule["IpProtocol"]), **ports, **ranges}


TAGGED = ("InternetGateway", "NatGateway", "RouteTable", "VPCEndpoint", "VPCPeeringConnection")
TYPES = {
    **{f"AWS::EC2::{name}": Completed({"Tags": _tags}) for name in TAGGED},
    "AWS::EC2::EIP": Completed({"Tags": _tags}, id="AllocationId"),
    "AWS::EC2::VPC": Completed(
        {"Tags": _tags, "EnableDnsHostnames": _vpc("EnableDnsHostnames"), "EnableDnsSupport": _vpc("EnableDnsSupport")}
    ),
    "AWS::EC2::Subnet": Completed({"Tags": _tags, "MapPublicIpOnLaunch": _public_addresses}),
    "AWS::EC2::SecurityGroup": Completed({"Tags": _tags, "SecurityGroupEgress": _egress}),
}
