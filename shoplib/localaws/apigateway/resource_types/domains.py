"""CloudFormation types of custom domain names, for REST APIs and HTTP APIs."""

from typing import Any

from moto.core.common_models import CloudFormationModel

from shoplib.localaws.apigateway.resource_types.model import Definition, Properties, Where, lower_keys, tags_of


class DomainName(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::DomainName"
    ID_ATTRIBUTES = (
        "DistributionDomainName",
        "DistributionHostedZoneId",
        "RegionalDomainName",
        "RegionalHostedZoneId",
        "DomainNameArn",
    )

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        unset = dict.fromkeys(
            ("certificate_name", "certificate_body", "certificate_private_key", "certificate_chain"), None
        )
        where.rest.create_domain_name(
            domain_name=properties["DomainName"],
            tags=tags_of(properties),
            certificate_arn=properties.get("CertificateArn"),
            regional_certificate_name=None,
            regional_certificate_arn=properties.get("RegionalCertificateArn"),
            endpoint_configuration=lower_keys(properties.get("EndpointConfiguration")),
            security_policy=properties.get("SecurityPolicy"),
            **unset,
        )
        return str(properties["DomainName"])

    def remove(self) -> None:
        self.where.rest.domain_names.pop(self.physical_resource_id, None)

    def attribute(self, name: str) -> str:
        domain = self.where.rest.get_domain_name(self.physical_resource_id)
        known = {
            "DistributionDomainName": domain.distribution_domain_name,
            "DistributionHostedZoneId": domain.distribution_hosted_zone_id,
            "RegionalDomainName": domain.regional_domain_name,
            "RegionalHostedZoneId": domain.regional_hosted_zone_id,
            "DomainNameArn": f"arn:aws:apigateway:{self.where.region}::/domainnames/{self.physical_resource_id}",
        }
        return str(known[name]) if name in known else super().attribute(name)


class BasePathMapping(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGateway::BasePathMapping"

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        base_path = properties.get("BasePath", "")
        mapping = where.rest.create_base_path_mapping(
            properties["DomainName"], properties["RestApiId"], base_path, properties.get("Stage")
        )
        return f"{properties['DomainName']}|{mapping.base_path}"

    def remove(self) -> None:
        domain, _, base_path = self.physical_resource_id.partition("|")
        self.where.rest.base_path_mappings.get(domain, {}).pop(base_path, None)


class HttpDomainName(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::DomainName"
    ID_ATTRIBUTES = ("RegionalDomainName", "RegionalHostedZoneId", "DomainNameArn")

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        configurations: list[Any] = properties.get("DomainNameConfigurations") or []
        where.http.create_domain_name(
            properties["DomainName"],
            [lower_keys(configuration) for configuration in configurations],
            lower_keys(properties.get("MutualTlsAuthentication")) or {},
            tags_of(properties),
        )
        return str(properties["DomainName"])

    def remove(self) -> None:
        self.where.http.domain_names.pop(self.physical_resource_id, None)

    def attribute(self, name: str) -> str:
        domain, region = self.physical_resource_id, self.where.region
        known = {
            "RegionalDomainName": f"d-{domain.replace('.', '-')}.execute-api.{region}.amazonaws.com",
            "RegionalHostedZoneId": "Z2FDTNDATAQYW2",
            "DomainNameArn": f"arn:aws:apigateway:{region}::/domainnames/{domain}",
        }
        return known[name] if name in known else super().attribute(name)


class ApiMapping(Definition, CloudFormationModel):
    TYPE = "AWS::ApiGatewayV2::ApiMapping"
    ID_ATTRIBUTES = ("ApiMappingId",)

    @classmethod
    def define(cls, properties: Properties, where: Where, name: str) -> str:
        key, domain = properties.get("ApiMappingKey", ""), properties["DomainName"]
        mapping = where.http.create_api_mapping(properties["ApiId"], key, domain, properties["Stage"])
        return str(mapping.api_mapping_id)

    def remove(self) -> None:
        self.where.http.api_mappings.pop(self.physical_resource_id, None)
