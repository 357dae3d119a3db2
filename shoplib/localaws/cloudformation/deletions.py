"""How a stack deletes what moto's own models create but cannot delete: by its service's API, as CloudFormation does."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from shoplib.localaws import clients

NOT_FOUND = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "ServiceNotActive")
Properties = Mapping[str, Any]
Arguments = dict[str, Any]


def _by(parameter: str) -> Callable[[str, Properties], Arguments]:
    return lambda physical_id, _: {parameter: physical_id}


def _by_list(parameter: str) -> Callable[[str, Properties], Arguments]:
    return lambda physical_id, _: {parameter: [physical_id]}


def _route(_: str, properties: Properties) -> Arguments:
    names = ("RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock")
    return {name: properties[name] for name in names if name in properties}


def _attachment(_: str, properties: Properties) -> Arguments:
    return {name: properties[name] for name in ("InternetGatewayId", "VpcId")}


def _ingress(_: str, properties: Properties) -> Arguments:
    """One rule, as a permission: from addresses or from another group."""
    names = ("IpProtocol", "FromPort", "ToPort")
    permission = {name: properties[name] for name in names if name in properties}
    if "CidrIp" in properties:
        permission["IpRanges"] = [{"CidrIp": properties["CidrIp"]}]
    if "SourceSecurityGroupId" in properties:
        permission["UserIdGroupPairs"] = [{"GroupId": properties["SourceSecurityGroupId"]}]
    return {"GroupId": properties["GroupId"], "IpPermissions": [permission]}


def _service(physical_id: str, properties: Properties) -> Arguments:
    return {"cluster": properties.get("Cluster", "default"), "service": physical_id, "force": True}


def _instance(physical_id: str, _: Properties) -> Arguments:
    return {"DBInstanceIdentifier": physical_id, "SkipFinalSnapshot": True}


# type -> service, operation, and the arguments by which it finds the resource
DELETIONS: dict[str, tuple[str, str, Callable[[str, Properties], Arguments]]] = {
    "AWS::EC2::EIP": ("ec2", "release_address", _by("PublicIp")),
    "AWS::EC2::FlowLog": ("ec2", "delete_flow_logs", _by_list("FlowLogIds")),
    "AWS::EC2::InternetGateway": ("ec2", "delete_internet_gateway", _by("InternetGatewayId")),
    "AWS::EC2::LaunchTemplate": ("ec2", "delete_launch_template", _by("LaunchTemplateId")),
    "AWS::EC2::NatGateway": ("ec2", "delete_nat_gateway", _by("NatGatewayId")),
    "AWS::EC2::NetworkInterface": ("ec2", "delete_network_interface", _by("NetworkInterfaceId")),
    "AWS::EC2::Route": ("ec2", "delete_route", _route),
    "AWS::EC2::RouteTable": ("ec2", "delete_route_table", _by("RouteTableId")),
    "AWS::EC2::SecurityGroupIngress": ("ec2", "revoke_security_group_ingress", _ingress),
    "AWS::EC2::SubnetRouteTableAssociation": ("ec2", "disassociate_route_table", _by("AssociationId")),
    "AWS::EC2::VPCEndpoint": ("ec2", "delete_vpc_endpoints", _by_list("VpcEndpointIds")),
    "AWS::EC2::VPCGatewayAttachment": ("ec2", "detach_internet_gateway", _attachment),
    "AWS::EC2::VPCPeeringConnection": ("ec2", "delete_vpc_peering_connection", _by("VpcPeeringConnectionId")),
    "AWS::EC2::Volume": ("ec2", "delete_volume", _by("VolumeId")),
    "AWS::ECR::Repository": ("ecr", "delete_repository", _by("repositoryName")),
    "AWS::ECS::Cluster": ("ecs", "delete_cluster", _by("cluster")),
    "AWS::ECS::Service": ("ecs", "delete_service", _service),
    "AWS::ECS::TaskDefinition": ("ecs", "deregister_task_definition", _by("taskDefinition")),
    "AWS::ElasticLoadBalancingV2::Listener": ("elbv2", "delete_listener", _by("ListenerArn")),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ("elbv2", "delete_rule", _by("RuleArn")),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("elbv2", "delete_load_balancer", _by("LoadBalancerArn")),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("elbv2", "delete_target_group", _by("TargetGroupArn")),
    "AWS::KMS::Alias": ("kms", "delete_alias", _by("AliasName")),
    "AWS::RDS::DBInstance": ("rds", "delete_db_instance", _instance),
    "AWS::RDS::DBSubnetGroup": ("rds", "delete_db_subnet_group", _by("DBSubnetGroupName")),
    "AWS::Route53::HealthCheck": ("route53", "delete_health_check", _by("HealthCheckId")),
    "AWS::Route53::HostedZone": ("route53", "delete_hosted_zone", _by("Id")),
}


def delete(type_name: str, physical_id: str, properties: Properties, account_id: str, region: str) -> None:
    """Something that has already gone is no error."""
    service, operation, arguments = DELETIONS[type_name]
    try:
        getattr(clients.client(service, account_id, region), operation)(**arguments(physical_id, properties))
    except ClientError as error:
        if not any(word in error.response["Error"]["Code"] for word in NOT_FOUND):
            raise
