"""Operations that moto lacks, of resources that it can create: they are found, changed and deleted as on AWS."""

from collections.abc import Callable
from typing import Any

from tests.cloud.refusals import code_of

Aws = Callable[..., Any]


def test_query_definitions_are_kept_listed_by_name_and_deleted(aws: Aws):
    logs = aws("logs")
    first = logs.put_query_definition(name="types/errors", queryString="fields @message", logGroupNames=["/a"])
    second = logs.put_query_definition(name="types/slow", queryString="stats count()")["queryDefinitionId"]
    id = first["queryDefinitionId"]
    logs.put_query_definition(queryDefinitionId=id, name="types/errors", queryString="filter level = 'ERROR'")
    pages = [logs.describe_query_definitions(queryDefinitionNamePrefix="types/", maxResults=1)]
    pages.append(logs.describe_query_definitions(queryDefinitionNamePrefix="types/", nextToken=pages[0]["nextToken"]))
    texts = {each["name"]: each["queryString"] for page in pages for each in page["queryDefinitions"]}
    assert texts == {"types/errors": "filter level = 'ERROR'", "types/slow": "stats count()"}
    assert all(logs.delete_query_definition(queryDefinitionId=each)["success"] for each in (id, second))
    assert code_of(logs.delete_query_definition, queryDefinitionId=id) == "ResourceNotFoundException"
    assert not logs.describe_query_definitions(queryDefinitionNamePrefix="types/")["queryDefinitions"]


def test_resource_servers_are_changed_and_deleted(aws: Aws):
    cognito = aws("cognito-idp")
    pool = cognito.create_user_pool(PoolName="servers")["UserPool"]["Id"]
    server = {"UserPoolId": pool, "Identifier": "https://api.example"}
    cognito.create_resource_server(**server, Name="api")
    scopes = [{"ScopeName": "read", "ScopeDescription": "to read"}]
    changed = cognito.update_resource_server(**server, Name="the api", Scopes=scopes)["ResourceServer"]
    assert changed == cognito.describe_resource_server(**server)["ResourceServer"]
    assert changed == {**server, "Name": "the api", "Scopes": scopes}
    cognito.delete_resource_server(**server)
    assert code_of(cognito.describe_resource_server, **server) == "ResourceNotFoundException"
    assert code_of(cognito.delete_resource_server, **server) == "ResourceNotFoundException"


def test_data_catalogs_are_changed_and_deleted(aws: Aws):
    athena = aws("athena")
    athena.create_data_catalog(Name="types", Type="GLUE", Parameters={"catalog-id": "123456789012"})
    athena.update_data_catalog(Name="types", Type="HIVE", Description="ours", Parameters={"metadata-function": "f"})
    assert athena.get_data_catalog(Name="types")["DataCatalog"] == {
        "Name": "types",
        "Type": "HIVE",
        "Description": "ours",
        "Parameters": {"metadata-function": "f"},
    }
    athena.delete_data_catalog(Name="types")
    assert code_of(athena.get_data_catalog, Name="types") == "InvalidRequestException"
    assert code_of(athena.delete_data_catalog, Name="types") == "InvalidRequestException"


def test_an_endpoint_without_a_type_is_a_gateway_and_can_be_deleted(aws: Aws):
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    service = f"com.amazonaws.{ec2.meta.region_name}.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service)["VpcEndpoint"]
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])["Unsuccessful"] == []
