"""What a template asks for and would not get is refused by name, before anything is made."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from shoplib.localaws import Engine
from tests.cloud.stacks import Stacks, refusal

Aws = Callable[..., Any]
QUEUE = {"Type": "AWS::SQS::Queue"}
SAM = "AWS::Serverless-2016-10-31"
CODE = "def handler(event, context):\n    return {'arn': context.invoked_function_arn.rpartition(':')[2]}\n"
SAM_FUNCTION = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"Runtime": "python3.12", "Handler": "index.handler", "InlineCode": CODE},
}
DOCUMENT = {"Version": "2012-10-17"}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def refused(stacks: Stacks, resources: dict[str, Any], **sections: Any) -> str:
    """The refusal's text; the queue that stands first in the template was not made."""
    template = {"Resources": {"Queue": QUEUE, **resources}, **sections}
    before = len(stacks.cloudformation.list_stacks()["StackSummaries"])
    text = refusal(stacks.deploy, template=template)
    assert "nothing was created" in text
    assert len(stacks.cloudformation.list_stacks()["StackSummaries"]) == before
    return text


FUNCTION = {"Handler": "index.handler", "Role": "arn:aws:iam::123456789012:role/r", "Code": {"ZipFile": CODE}}


@pytest.mark.parametrize(
    ("kind", "properties", "path"),
    [
        ("AWS::Lambda::Function", {**FUNCTION, "DurableConfig": {"ExecutionTimeout": 60}}, "DurableConfig"),
        (
            "AWS::Lambda::Function",
            {**FUNCTION, "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}},
            "TenancyConfig",
        ),
        ("AWS::S3::Bucket", {"ReplicationConfiguration": {"Role": "r", "Rules": []}}, "ReplicationConfiguration"),
        ("AWS::SNS::Topic", {"ArchivePolicy": {"MessageRetentionPeriod": "7"}}, "ArchivePolicy"),
        ("AWS::Cognito::UserPool", {"LambdaConfig": {"KMSKeyID": "arn"}}, "LambdaConfig.KMSKeyID"),
        (
            "AWS::Events::Rule",
            {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": "b", "EcsParameters": {"x": 1}}]},
            "Targets.EcsParameters",
        ),
        (
            "AWS::KinesisFirehose::DeliveryStream",
            {"ExtendedS3DestinationConfiguration": {"DataFormatConversionConfiguration": {"Enabled": True}}},
            "ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration",
        ),
    ],
)
def test_a_property_that_would_be_dropped(stacks: Stacks, kind: str, properties: dict[str, Any], path: str) -> None:
    assert f"{path} of It ({kind})" in refused(stacks, {"It": resource(kind, **properties)})


def test_the_branch_of_a_condition_that_counts_decides(stacks: Stacks) -> None:
    chosen = {"Fn::If": ["Durable", {"Role": "r", "Rules": []}, {"Ref": "AWS::NoValue"}]}
    template = {
        "Parameters": {"Mode": {"Type": "String", "Default": "plain"}},
        "Conditions": {"Durable": {"Fn::Equals": [{"Ref": "Mode"}, "durable"]}},
        "Resources": {"It": resource("AWS::S3::Bucket", ReplicationConfiguration=chosen)},
    }
    durable = [{"ParameterKey": "Mode", "ParameterValue": "durable"}]
    assert "ReplicationConfiguration of It" in refusal(stacks.deploy, template=template, Parameters=durable)
    assert stacks.status(stacks.deploy(template)) == "CREATE_COMPLETE"


def test_a_property_of_a_sam_template(stacks: Stacks) -> None:
    function = {**SAM_FUNCTION, "Properties": {**SAM_FUNCTION["Properties"], "FileSystemConfigs": [{"Arn": "a"}]}}
    assert "FileSystemConfigs of It" in refused(stacks, {"It": function}, Transform=SAM)


@pytest.mark.parametrize("kind", ["AWS::RDS::DBInstance", "AWS::ECS::Service", "AWS::EC2::Instance"])
def test_a_type_behind_which_nothing_would_run(stacks: Stacks, kind: str) -> None:
    assert f"It ({kind})" in refused(stacks, {"It": resource(kind)})


def role(service: str = "lambda.amazonaws.com", action: Any = "sqs:SendMessage", **statement: Any) -> dict[str, Any]:
    allowed = {"Effect": "Allow", "Action": action, "Resource": "*", **statement}
    trust = {"Effect": "Allow", "Principal": {"Service": [service]}, "Action": "sts:AssumeRole"}
    return resource(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument={**DOCUMENT, "Statement": [trust]},
        Policies=[{"PolicyName": "p", "PolicyDocument": {**DOCUMENT, "Statement": [allowed]}}],
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (role(action=["s3:GetObject", "translate:TranslateText"]), "translate (action translate:TranslateText of It)"),
        (role(action="bedrock:InvokeModel"), "bedrock"),
        (role("transcribe.amazonaws.com"), "transcribe (principal transcribe.amazonaws.com of It)"),
        (
            resource(
                "AWS::StepFunctions::StateMachine",
                RoleArn="r",
                DefinitionString='{"Resource": "arn:aws:states:::aws-sdk:rekognition:detectLabels"}',
            ),
            "rekognition",
        ),
        (
            resource(
                "AWS::ApiGateway::Method",
                Integration={"Type": "AWS", "Uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:textract:action/X"}},
            ),
            "textract",
        ),
    ],
)
def test_a_service_that_is_not_here(stacks: Stacks, given: dict[str, Any], said: str) -> None:
    assert f"the service {said}" in refused(stacks, {"It": given})


RULE = {"EventPattern": {"source": ["shop"]}}
POLICY_OF_API = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}


def target(arn: Any) -> dict[str, Any]:
    return resource("AWS::Events::Rule", **RULE, Targets=[{"Id": "a", "Arn": arn}])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"It": target("arn:aws:batch:us-east-1:123456789012:job-queue/q")}, "It: the target arn:aws:batch"),
        (
            {"It": target("arn:aws:execute-api:us-east-1:123456789012:a/live")},
            "It: the target arn:aws:execute-api:us-east-1:123456789012:a/live is not supported",
        ),
        (
            {
                "It": resource(
                    "AWS::Lambda::EventSourceMapping",
                    FunctionName="f",
                    EventSourceArn="arn:aws:kafka:us-east-1:123456789012:cluster/c/1",
                )
            },
            "is no event source here",
        ),
        (
            {
                "It": resource(
                    "AWS::ApiGateway::RestApi",
                    Name="a",
                    Policy={
                        "Statement": [{**POLICY_OF_API, "Condition": {"StringSounds": {"aws:UserAgent": ["a"]}}}],
                    },
                )
            },
            "StringSounds is not a condition operator",
        ),
        (
            {"It": role(Condition={"DateGreaterThan": {"aws:CurrentTime": "soon"}})},
            "'soon' is not a value for DateGreaterThan of aws:CurrentTime",
        ),
        (
            {"It": resource("AWS::ApiGatewayV2::Api", Name="a", ProtocolType="WEBSOCKET")},
            "It: RouteSelectionExpression is required for WebSocket APIs",
        ),
        ({"It": resource("AWS::Lambda::Function", **FUNCTION, Runtime="java21")}, "It: the runtime java21 cannot run"),
        (
            {"It": resource("AWS::SNS::Topic", Subscription=[{"Protocol": "sms", "Endpoint": "+15555550100"}])},
            "It: nothing is delivered here by the protocol sms",
        ),
    ],
)
def test_what_a_service_would_refuse_on_the_way(stacks: Stacks, given: dict[str, Any], said: str) -> None:
    assert said in refused(stacks, given)


def test_the_rules_of_a_template_are_asserted(stacks: Stacks) -> None:
    size = {"Fn::Contains": [["small", "large"], {"Ref": "Size"}]}
    dear = {"Fn::Not": [{"Fn::Equals": [{"Ref": "Size"}, "large"]}]}
    template = {
        "Parameters": {"Size": {"Type": "String"}, "Stage": {"Type": "String", "Default": "test"}},
        "Rules": {
            "Known": {"Assertions": [{"Assert": size, "AssertDescription": "small or large"}]},
            "Cheap": {
                "RuleCondition": {"Fn::Equals": [{"Ref": "Stage"}, "test"]},
                "Assertions": [{"Assert": dear, "AssertDescription": "tests are small"}],
            },
        },
        "Resources": {"Queue": QUEUE},
    }

    def given(**values: str) -> list[dict[str, str]]:
        return [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]

    refused_for = {"huge": "Rule Known failed: small or large", "large": "Rule Cheap failed: tests are small"}
    for value, reason in refused_for.items():
        assert reason in refusal(stacks.deploy, template=template, Parameters=given(Size=value))
    assert stacks.status(stacks.deploy(template, Parameters=given(Size="large", Stage="live"))) == "CREATE_COMPLETE"
    hooks = {"Hooks": {"H": {"Type": "AWS::CodeDeploy::BlueGreen"}}}
    assert "Hooks" in refused(stacks, {}, **hooks)
    updated = {"Type": "AWS::SQS::Queue", "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {"ApplicationName": "a"}}}
    assert "It: UpdatePolicy is not supported" in refused(stacks, {"It": updated})


def test_policies_may_deny_or_name_what_is_here(stacks: Stacks) -> None:
    template = {"Resources": {"It": role("events.amazonaws.com", "translate:*", Effect="Deny")}}
    assert stacks.status(stacks.deploy(template)) == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("service", "call", "arguments", "name"),
    [
        (
            "translate",
            "translate_text",
            {"Text": "a", "SourceLanguageCode": "en", "TargetLanguageCode": "de"},
            "translate:TranslateText",
        ),
        ("bedrock-runtime", "invoke_model", {"modelId": "a", "body": b"{}"}, "bedrock"),
        ("transcribe", "list_transcription_jobs", {}, "transcribe:ListTranscriptionJobs"),
        ("pinpoint", "get_apps", {}, "pinpoint:GetApps"),
        ("rekognition", "detect_labels", {"Image": {"Bytes": b"a"}}, "rekognition:DetectLabels"),
        ("athena", "create_notebook", {"WorkGroup": "primary", "Name": "n"}, "athena:CreateNotebook"),
        ("ecs", "list_clusters", {}, "ecs:ListClusters"),
    ],
)
def test_a_call_of_what_is_not_here_names_it(
    aws: Aws, service: str, call: str, arguments: dict[str, Any], name: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(aws(service), call)(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == "NotImplemented"
    assert name in error["Message"]


def test_the_url_of_an_alias_runs_the_aliased_version(stacks: Stacks, engine: Engine) -> None:
    function = {
        **SAM_FUNCTION,
        "Properties": {
            **SAM_FUNCTION["Properties"],
            "AutoPublishAlias": "live",
            "FunctionUrlConfig": {"AuthType": "NONE"},
        },
    }
    template = {
        "Transform": SAM,
        "Resources": {"It": function},
        "Outputs": {"Url": {"Value": {"Fn::GetAtt": ["ItUrl", "FunctionUrl"]}}},
    }
    name = stacks.deploy(template)
    url = stacks.outputs(name)["Url"]
    assert url.startswith(engine.url)
    assert requests.get(url, timeout=10).json() == {"arn": "live"}
    assert stacks.delete(name) == "DELETE_COMPLETE"


def test_the_addresses_of_apis_in_outputs_can_be_called(stacks: Stacks, aws: Aws, engine: Engine) -> None:
    events = {
        "Rest": {"Type": "Api", "Properties": {"Path": "/x", "Method": "get"}},
        "Http": {"Type": "HttpApi", "Properties": {"Path": "/x", "Method": "get"}},
    }
    code = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"
    function = {**SAM_FUNCTION, "Properties": {**SAM_FUNCTION["Properties"], "InlineCode": code, "Events": events}}
    rest = "https://${ServerlessRestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/Prod/x"
    outputs = {
        "Rest": {"Value": {"Fn::Sub": rest}},
        "Http": {"Value": {"Fn::Sub": "${ServerlessHttpApi.ApiEndpoint}/x"}},
        "Elsewhere": {"Value": "https://abcdefghij.execute-api.us-east-1.amazonaws.com/Prod"},
    }
    name = stacks.deploy({"Transform": SAM, "Resources": {"It": function}, "Outputs": outputs})
    found = stacks.outputs(name)
    for key in ("Rest", "Http"):
        assert found[key].startswith(engine.url)
        assert requests.get(found[key], timeout=10).text == "hello"
    assert found["Elsewhere"].endswith("amazonaws.com/Prod")
    apis = aws("apigatewayv2").get_apis()["Items"]
    assert all(api["ApiEndpoint"].startswith(engine.url) for api in apis if api["ProtocolType"] == "HTTP")


def test_an_api_forgets_what_its_template_no_longer_says(stacks: Stacks, aws: Aws) -> None:
    policy = {"Version": "2012-10-17", "Statement": [POLICY_OF_API]}
    full = {"Policy": policy, "BinaryMediaTypes": ["image~1png"], "MinimumCompressionSize": 9, "Description": "d"}
    name = stacks.deploy({"Resources": {"Api": resource("AWS::ApiGateway::RestApi", Name="forgets", **full)}})
    where = {"restApiId": stacks.physical_ids(name)["Api"]}
    found = aws("apigateway").get_rest_api(**where)
    assert (found["binaryMediaTypes"], found["minimumCompressionSize"]) == (["image/png"], 9)
    stacks.update(name, {"Resources": {"Api": resource("AWS::ApiGateway::RestApi", Name="forgets")}})
    found = aws("apigateway").get_rest_api(**where)
    absent = ("binaryMediaTypes", "policy", "minimumCompressionSize")
    assert not [name for name in absent if name in found]


def test_a_deployment_describes_its_stage(stacks: Stacks, aws: Aws) -> None:
    about = {"LoggingLevel": "INFO", "ThrottlingRateLimit": 7, "Description": "made along", "Variables": {"a": "b"}}
    tags = [{"Key": "stage", "Value": "a"}]
    api = {"RestApiId": {"Ref": "Api"}}
    method = {"HttpMethod": "GET", "AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}
    root = {"ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}}
    resources = {
        "Api": resource("AWS::ApiGateway::RestApi", Name="described"),
        "Method": resource("AWS::ApiGateway::Method", **api, **root, **method),
        "Deployment": {
            **resource(
                "AWS::ApiGateway::Deployment", **api, StageName="live", StageDescription={**about, "Tags": tags}
            ),
            "DependsOn": "Method",
        },
    }
    name = stacks.deploy({"Resources": resources})
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    stage = aws("apigateway").get_stage(restApiId=stacks.physical_ids(name)["Api"], stageName="live")
    settings = stage["methodSettings"]["*/*"]
    assert (settings["loggingLevel"], settings["throttlingRateLimit"]) == ("INFO", 7)
    assert (stage["description"], stage["variables"], stage["tags"]) == ("made along", {"a": "b"}, {"stage": "a"})


def test_tags_follow_the_template(stacks: Stacks, aws: Aws) -> None:
    kinds = {
        "Topic": ("AWS::SNS::Topic", {}),
        "Stream": ("AWS::Kinesis::Stream", {"ShardCount": 1}),
        "Bus": ("AWS::Events::EventBus", {"Name": "tagged"}),
        "Group": ("AWS::Logs::LogGroup", {"LogGroupName": "/tagged"}),
        "Key": ("AWS::KMS::Key", {"KeyPolicy": {**DOCUMENT, "Statement": []}}),
        "Parameter": ("AWS::SSM::Parameter", {"Type": "String", "Value": "1", "Name": "tagged"}),
        "Http": ("AWS::ApiGatewayV2::Api", {"Name": "tagged", "ProtocolType": "HTTP"}),
        "ApiKey": ("AWS::ApiGateway::ApiKey", {"Name": "tagged", "Enabled": True}),
    }

    def template(**tags: str) -> dict[str, Any]:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        given = {name: tags if name in ("Parameter", "Http") else pairs for name in kinds}
        return {"Resources": {n: resource(kind, **own, Tags=given[n]) for n, (kind, own) in kinds.items()}}

    name = stacks.deploy(template(stage="a", old="1"))
    ids = stacks.physical_ids(name)
    stacks.update(name, template(stage="b"))
    assert (stacks.status(name), stacks.physical_ids(name)) == ("UPDATE_COMPLETE", ids), stacks.reasons(name)
    bus = aws("events").describe_event_bus(Name="tagged")["Arn"]
    found = (
        aws("sns").list_tags_for_resource(ResourceArn=ids["Topic"])["Tags"],
        aws("kinesis").list_tags_for_stream(StreamName=ids["Stream"])["Tags"],
        aws("events").list_tags_for_resource(ResourceARN=bus)["Tags"],
        aws("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId="tagged")["TagList"],
    )
    assert found == ([{"Key": "stage", "Value": "b"}],) * 4
    assert aws("apigatewayv2").get_api(ApiId=ids["Http"])["Tags"] == {"stage": "b"}
    assert aws("apigateway").get_api_key(apiKey=ids["ApiKey"])["tags"] == {"stage": "b"}
    assert aws("logs").list_tags_log_group(logGroupName="/tagged")["tags"] == {"stage": "b"}
    assert json.dumps(aws("kms").list_resource_tags(KeyId=ids["Key"])["Tags"]).count("stage") == 1
