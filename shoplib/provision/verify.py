"""CREATE_COMPLETE is a claim. Each resource is asked of its own service before it is believed."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision.stack import Resource, Stack
from shoplib.provision.target import Target

Client = Callable[[str], Any]
Ask = Callable[[Client, str], object]


def _log_group(client: Client, name: str) -> object:
    groups = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return [group for group in groups if group["logGroupName"] == name]


def _alarm(client: Client, name: str) -> object:
    found = client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return found["MetricAlarms"] or found["CompositeAlarms"]


def _table(client: Client, name: str) -> object:
    return client("dynamodb").describe_table(TableName=name)


def _topic(client: Client, arn: str) -> object:
    return client("sns").get_topic_attributes(TopicArn=arn)


def _rule(client: Client, name: str) -> object:
    bus, _, rule = name.rpartition("|")
    return client("events").describe_rule(Name=rule, **({"EventBusName": bus} if bus else {}))


def _machine(client: Client, arn: str) -> object:
    return client("stepfunctions").describe_state_machine(stateMachineArn=arn)


# type -> the call that fails, or answers with nothing, when the resource is not there
ASK: dict[str, Ask] = {
    "AWS::ApiGateway::RestApi": lambda client, name: client("apigateway").get_rest_api(restApiId=name),
    "AWS::ApiGatewayV2::Api": lambda client, name: client("apigatewayv2").get_api(ApiId=name),
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::Rule": _rule,
    "AWS::IAM::Role": lambda client, name: client("iam").get_role(RoleName=name),
    "AWS::Kinesis::Stream": lambda client, name: client("kinesis").describe_stream_summary(StreamName=name),
    "AWS::Lambda::EventSourceMapping": lambda client, name: client("lambda").get_event_source_mapping(UUID=name),
    "AWS::Lambda::Function": lambda client, name: client("lambda").get_function(FunctionName=name),
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": lambda client, name: client("s3").head_bucket(Bucket=name),
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": lambda client, url: client("sqs").get_queue_attributes(QueueUrl=url),
    "AWS::StepFunctions::StateMachine": _machine,
}


def verify(stack: Stack, target: Target, expected: set[str]) -> tuple[Resource, ...]:
    """Ask for every resource; answers those whose type has no check (CloudFormation's word is all there is).

    LabError names what CloudFormation says exists and its service does not know.
    """
    listed = {resource.logical_id for resource in stack.resources}
    gone = sorted(expected - listed) + [
        r.logical_id for r in stack.resources if r.type in ASK and not _there(r, target)
    ]
    if gone:
        raise LabError(
            f"{stack.name} says it is complete, but does not have {', '.join(gone)}", "destroy and deploy again"
        )
    return tuple(resource for resource in stack.resources if resource.type not in ASK)


def _there(resource: Resource, target: Target) -> bool:
    try:
        return bool(ASK[resource.type](target.client, resource.physical_id))
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404):
            return False
        raise
