"""Resource types: each is created as its service's own API shows it, changed in place where AWS does, and deleted."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.stacks import Stacks

Aws = Callable[..., Any]
STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}
SENDS = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
SENDING = {"PolicyName": "sends", "PolicyDocument": {"Version": "2012-10-17", "Statement": [SENDS]}}
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def open_queue(service: str) -> dict[str, Any]:
    """The policy of the template's queue, to which a service sends."""
    statement = SENDS | {"Principal": {"Service": service}}
    return resource(
        "AWS::SQS::QueuePolicy",
        Queues=[ref("Queue")],
        PolicyDocument={"Version": "2012-10-17", "Statement": [statement]},
    )


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def att(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def deployed(stacks: Stacks, resources: dict[str, Any], **outputs: Any) -> tuple[str, dict[str, str], dict[str, str]]:
    """Stack name, physical ids and outputs of a stack that was created."""
    template = {"Resources": resources, "Outputs": {key: {"Value": value} for key, value in outputs.items()}}
    name = stacks.deploy(template if outputs else {"Resources": resources})
    assert stacks.status(name) == "CREATE_COMPLETE", stacks.reasons(name)
    return name, stacks.physical_ids(name), stacks.outputs(name)


def updated(stacks: Stacks, name: str, resources: dict[str, Any]) -> dict[str, str]:
    stacks.update(name, {"Resources": resources}, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert stacks.status(name) == "UPDATE_COMPLETE", stacks.reasons(name)
    return stacks.physical_ids(name)


def deleted(stacks: Stacks, name: str) -> None:
    stack_id = stacks.describe(name)["StackId"]
    assert stacks.delete(name) == "DELETE_COMPLETE", stacks.reasons(stack_id)


def test_dynamodb_table(stacks: Stacks, aws: Aws) -> None:
    table = resource(
        "AWS::DynamoDB::Table",
        **TABLE,
        TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
        Tags=[{"Key": "team", "Value": "shop"}],
    )
    name, ids, outputs = deployed(stacks, {"Table": table}, Arn=att("Table", "Arn"), Stream=att("Table", "StreamArn"))
    dynamodb, key = aws("dynamodb"), {"TableName": ids["Table"]}
    described = dynamodb.describe_table(**key)["Table"]
    assert (described["TableArn"], described["LatestStreamArn"]) == (outputs["Arn"], outputs["Stream"])
    assert dynamodb.describe_time_to_live(**key)["TimeToLiveDescription"]["AttributeName"] == "expires"
    backups = dynamodb.describe_continuous_backups(**key)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.list_tags_of_resource(ResourceArn=outputs["Arn"])["Tags"] == [{"Key": "team", "Value": "shop"}]
    dynamodb.put_item(**key, Item={"id": {"S": "kept"}})

    index = {
        "IndexName": "by-owner",
        "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    attributes = [*TABLE["AttributeDefinitions"], {"AttributeName": "owner", "AttributeType": "S"}]
    changed = resource(
        "AWS::DynamoDB::Table", **{**TABLE, "AttributeDefinitions": attributes}, GlobalSecondaryIndexes=[index]
    )
    assert updated(stacks, name, {"Table": changed}) == ids
    assert [each["IndexName"] for each in dynamodb.describe_table(**key)["Table"]["GlobalSecondaryIndexes"]] == [
        "by-owner"
    ]
    assert dynamodb.describe_time_to_live(**key)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
    assert dynamodb.get_item(**key, Key={"id": {"S": "kept"}})["Item"]
    deleted(stacks, name)
    assert ids["Table"] not in dynamodb.list_tables()["TableNames"]


def test_global_table_of_one_replica(stacks: Stacks, aws: Aws) -> None:
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    table = resource("AWS::DynamoDB::GlobalTable", **TABLE, Replicas=[{"Region": ref("AWS::Region"), **recovery}])
    name, ids, _ = deployed(stacks, {"Table": table}, Arn=att("Table", "Arn"))
    backups = aws("dynamodb").describe_continuous_backups(TableName=ids["Table"])["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    deleted(stacks, name)
    elsewhere = resource("AWS::DynamoDB::GlobalTable", **TABLE, Replicas=[{"Region": "eu-west-1"}])
    failed = stacks.deploy({"Resources": {"Table": elsewhere}})
    assert "one of the Replicas has to be in the stack's region, us-east-1" in stacks.reasons(failed)["Table"]


def test_global_table_of_two_regions(stacks: Stacks, aws: Aws, engine: localaws.Engine) -> None:
    session = boto3.Session(engine.key_id, engine.secret, region_name="eu-west-1")
    away = session.client("dynamodb", endpoint_url=engine.url)
    stream = {"StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"}}
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    regions = [
        {"Region": ref("AWS::Region")},
        {"Region": "eu-west-1", "Tags": [{"Key": "a", "Value": "b"}], **recovery},
    ]
    table = resource("AWS::DynamoDB::GlobalTable", **TABLE, **stream, Replicas=regions)
    name, ids, _ = deployed(stacks, {"Table": table}, Stream=att("Table", "StreamArn"))
    replica = away.describe_table(TableName=ids["Table"])["Table"]
    assert replica["Replicas"] == [{"RegionName": "us-east-1", "ReplicaStatus": "ACTIVE"}]
    assert away.list_tags_of_resource(ResourceArn=replica["TableArn"])["Tags"] == [{"Key": "a", "Value": "b"}]
    backups = away.describe_continuous_backups(TableName=ids["Table"])["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    table = resource("AWS::DynamoDB::GlobalTable", **TABLE, **stream, Replicas=regions[:1])
    assert updated(stacks, name, {"Table": table}) == ids
    assert ids["Table"] not in away.list_tables()["TableNames"]
    table = resource("AWS::DynamoDB::GlobalTable", **TABLE, **stream, Replicas=regions)
    assert updated(stacks, name, {"Table": table}) == ids
    deleted(stacks, name)
    for client in (away, aws("dynamodb")):
        assert ids["Table"] not in client.list_tables()["TableNames"]


def test_s3_bucket_and_policy(stacks: Stacks, aws: Aws) -> None:
    rule = {"Id": "old", "Status": "Enabled", "ExpirationInDays": "30", "Prefix": "tmp/"}
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    resources = {
        "Bucket": resource(
            "AWS::S3::Bucket",
            VersioningConfiguration={"Status": "Enabled"},
            LifecycleConfiguration={"Rules": [rule]},
            BucketEncryption={"ServerSideEncryptionConfiguration": [encryption]},
            NotificationConfiguration={
                "QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": att("Queue", "Arn")}]
            },
            PublicAccessBlockConfiguration={"BlockPublicAcls": True},
            CorsConfiguration={"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 60}]},
            Tags=[{"Key": "team", "Value": "shop"}],
        )
        | {"DependsOn": "QueuePolicy"},
        "Queue": resource("AWS::SQS::Queue"),
        "QueuePolicy": open_queue("s3.amazonaws.com"),
        "Policy": resource("AWS::S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=POLICY),
    }
    name, ids, _ = deployed(stacks, resources)
    s3, bucket = aws("s3"), {"Bucket": ids["Bucket"]}
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    assert s3.get_bucket_lifecycle_configuration(**bucket)["Rules"][0]["Expiration"] == {"Days": 30}
    assert s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert s3.get_bucket_notification_configuration(**bucket)["QueueConfigurations"][0]["Events"]
    assert s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
    assert s3.get_bucket_cors(**bucket)["CORSRules"][0]["MaxAgeSeconds"] == 60
    assert s3.get_bucket_tagging(**bucket)["TagSet"] == [{"Key": "team", "Value": "shop"}]
    assert json.loads(s3.get_bucket_policy(**bucket)["Policy"]) == POLICY
    changed = resource("AWS::S3::Bucket", VersioningConfiguration={"Status": "Suspended"})
    assert updated(stacks, name, {"Bucket": changed})["Bucket"] == ids["Bucket"]
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Suspended"
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(**bucket)
    deleted(stacks, name)
    assert ids["Bucket"] not in {each["Name"] for each in s3.list_buckets()["Buckets"]}


def test_queues_topics_subscriptions_and_their_policies(stacks: Stacks, aws: Aws) -> None:
    redrive = {"deadLetterTargetArn": att("Dead", "Arn"), "maxReceiveCount": 3}
    resources = {
        "Dead": resource("AWS::SQS::Queue"),
        "Queue": resource("AWS::SQS::Queue", VisibilityTimeout=60, RedrivePolicy=redrive),
        "Fifo": resource("AWS::SQS::Queue", FifoQueue=True, ContentBasedDeduplication=True),
        "QueuePolicy": resource("AWS::SQS::QueuePolicy", Queues=[ref("Queue")], PolicyDocument=POLICY),
        "Topic": resource("AWS::SNS::Topic", DisplayName="News"),
        "TopicPolicy": resource("AWS::SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=POLICY),
        "Subscription": resource(
            "AWS::SNS::Subscription",
            TopicArn=ref("Topic"),
            Protocol="sqs",
            Endpoint=att("Queue", "Arn"),
            RawMessageDelivery=True,
            FilterPolicy={"kind": ["order"]},
        ),
    }
    name, ids, _ = deployed(stacks, resources)
    sqs, sns = aws("sqs"), aws("sns")
    assert ids["Fifo"].endswith(".fifo")
    attributes = sqs.get_queue_attributes(QueueUrl=ids["Queue"], AttributeNames=["All"])["Attributes"]
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 3
    assert json.loads(attributes["Policy"])["Statement"]
    kind = {"kind": {"DataType": "String", "StringValue": "order"}}
    sns.publish(TopicArn=ids["Topic"], Message="other")
    sns.publish(TopicArn=ids["Topic"], Message="wanted", MessageAttributes=kind)
    received = sqs.receive_message(QueueUrl=ids["Queue"], MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in received] == ["wanted"]
    del resources["QueuePolicy"]
    updated(stacks, name, resources)
    attributes = sqs.get_queue_attributes(QueueUrl=ids["Queue"], AttributeNames=["All"])["Attributes"]
    assert "Policy" not in attributes
    deleted(stacks, name)
    assert ids["Topic"] not in {each["TopicArn"] for each in sns.list_topics()["Topics"]}
    assert ids["Subscription"] not in {each["SubscriptionArn"] for each in sns.list_subscriptions()["Subscriptions"]}


def test_logs_and_alarms(stacks: Stacks, aws: Aws) -> None:
    transformation = {"MetricName": "Errors", "MetricNamespace": "Shop", "MetricValue": "1"}
    alarm = {
        "Namespace": "Shop",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": "60",
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    resources = {
        "Group": resource("AWS::Logs::LogGroup", RetentionInDays=7),
        "Filter": resource(
            "AWS::Logs::MetricFilter",
            LogGroupName=ref("Group"),
            FilterPattern="ERROR",
            MetricTransformations=[transformation],
        ),
        "Stream": resource("AWS::Kinesis::Stream", ShardCount=1),
        "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST),
        "Subscription": resource(
            "AWS::Logs::SubscriptionFilter",
            LogGroupName=ref("Group"),
            FilterPattern="",
            DestinationArn=att("Stream", "Arn"),
            RoleArn=att("Role", "Arn"),
        ),
        "Alarm": resource("AWS::CloudWatch::Alarm", **alarm, Threshold="1.5"),
        "Board": resource("AWS::CloudWatch::Dashboard", DashboardBody='{"widgets": []}'),
    }
    name, ids, outputs = deployed(stacks, resources, Alarm=att("Alarm", "Arn"), Group=att("Group", "Arn"))
    logs, cloudwatch = aws("logs"), aws("cloudwatch")
    group = {"logGroupName": ids["Group"]}
    assert logs.describe_log_groups(logGroupNamePrefix=ids["Group"])["logGroups"][0]["retentionInDays"] == 7
    assert [each["filterName"] for each in logs.describe_metric_filters(**group)["metricFilters"]] == [ids["Filter"]]
    assert logs.describe_subscription_filters(**group)["subscriptionFilters"][0]["filterName"] == ids["Subscription"]
    (found,) = cloudwatch.describe_alarms(AlarmNames=[ids["Alarm"]])["MetricAlarms"]
    assert (found["AlarmArn"], found["Threshold"], found["Period"]) == (outputs["Alarm"], 1.5, 60)
    assert outputs["Group"].endswith(":*")
    resources["Alarm"] = resource("AWS::CloudWatch::Alarm", **alarm, Threshold=9)
    assert updated(stacks, name, resources)["Alarm"] == ids["Alarm"]
    (found,) = cloudwatch.describe_alarms(AlarmNames=[ids["Alarm"]])["MetricAlarms"]
    assert found["Threshold"] == 9
    deleted(stacks, name)
    assert not cloudwatch.describe_alarms(AlarmNames=[ids["Alarm"]])["MetricAlarms"]
    assert not logs.describe_log_groups(logGroupNamePrefix=ids["Group"])["logGroups"]


def test_roles_with_the_policies_of_aws(stacks: Stacks, aws: Aws) -> None:
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    inline = {"PolicyName": "inline", "PolicyDocument": {"Statement": [{**STATEMENT, "Principal": "*"}]}}
    inline["PolicyDocument"]["Statement"][0].pop("Principal")
    resources = {
        "Role": resource(
            "AWS::IAM::Role", AssumeRolePolicyDocument=TRUST, ManagedPolicyArns=[basic], Policies=[inline]
        ),
        "Managed": resource(
            "AWS::IAM::ManagedPolicy",
            Roles=[ref("Role")],
            PolicyDocument={"Version": "2012-10-17", "Statement": inline["PolicyDocument"]["Statement"]},
        ),
    }
    name, ids, outputs = deployed(stacks, resources, Arn=att("Role", "Arn"))
    iam, role = aws("iam"), {"RoleName": ids["Role"]}
    assert iam.get_role(**role)["Role"]["Arn"] == outputs["Arn"]
    attached = {each["PolicyArn"] for each in iam.list_attached_role_policies(**role)["AttachedPolicies"]}
    assert attached == {basic, ids["Managed"]}
    assert iam.list_role_policies(**role)["PolicyNames"] == ["inline"]
    deleted(stacks, name)
    assert ids["Role"] not in {each["RoleName"] for each in iam.list_roles()["Roles"]}


def test_secrets_and_parameters(stacks: Stacks, aws: Aws) -> None:
    generate = {"SecretStringTemplate": '{"user": "me"}', "GenerateStringKey": "password", "PasswordLength": "24"}
    resources = {
        "Secret": resource("AWS::SecretsManager::Secret", GenerateSecretString=generate),
        "Parameter": resource("AWS::SSM::Parameter", Type="String", Value="one"),
    }
    name, ids, _ = deployed(stacks, resources)
    secrets, ssm = aws("secretsmanager"), aws("ssm")
    value = json.loads(secrets.get_secret_value(SecretId=ids["Secret"])["SecretString"])
    assert value["user"] == "me"
    assert len(value["password"]) == 24
    resources["Parameter"] = resource("AWS::SSM::Parameter", Type="String", Value="two")
    assert updated(stacks, name, resources) == ids
    assert ssm.get_parameter(Name=ids["Parameter"])["Parameter"]["Value"] == "two"
    assert json.loads(secrets.get_secret_value(SecretId=ids["Secret"])["SecretString"]) == value
    deleted(stacks, name)
    assert not [each for each in secrets.list_secrets()["SecretList"] if each["ARN"] == ids["Secret"]]


def test_glue_athena_and_streams(stacks: Stacks, aws: Aws) -> None:
    columns = {"Columns": [{"Name": "id", "Type": "string"}], "Location": "s3://lake/events/"}
    resources = {
        "Database": resource(
            "AWS::Glue::Database", CatalogId=ref("AWS::AccountId"), DatabaseInput={"Name": "types_lake"}
        ),
        "Table": resource(
            "AWS::Glue::Table",
            CatalogId=ref("AWS::AccountId"),
            DatabaseName=ref("Database"),
            TableInput={"Name": "events", "StorageDescriptor": columns},
        ),
        "Group": resource(
            "AWS::Athena::WorkGroup",
            Name="types-group",
            WorkGroupConfiguration={"ResultConfiguration": {"OutputLocation": "s3://lake/results/"}},
        ),
        "Query": resource("AWS::Athena::NamedQuery", Database=ref("Database"), QueryString="SELECT 1"),
        "Stream": resource("AWS::Kinesis::Stream", ShardCount="2", RetentionPeriodHours=48),
    }
    name, ids, _ = deployed(stacks, resources)
    glue, athena, kinesis = aws("glue"), aws("athena"), aws("kinesis")
    assert glue.get_table(DatabaseName="types_lake", Name="events")["Table"]["StorageDescriptor"]["Location"]
    assert athena.get_work_group(WorkGroup="types-group")["WorkGroup"]["Configuration"]["ResultConfiguration"]
    stream = kinesis.describe_stream_summary(StreamName=ids["Stream"])["StreamDescriptionSummary"]
    assert (stream["OpenShardCount"], stream["RetentionPeriodHours"]) == (2, 48)
    resources["Stream"] = resource("AWS::Kinesis::Stream", ShardCount=4)
    assert updated(stacks, name, resources) == ids
    stream = kinesis.describe_stream_summary(StreamName=ids["Stream"])["StreamDescriptionSummary"]
    assert (stream["OpenShardCount"], stream["RetentionPeriodHours"]) == (4, 24)
    deleted(stacks, name)
    assert "types_lake" not in {each["Name"] for each in glue.get_databases()["DatabaseList"]}
    assert ids["Stream"] not in kinesis.list_streams()["StreamNames"]


def test_cognito(stacks: Stacks, aws: Aws) -> None:
    resources = {
        "Pool": resource("AWS::Cognito::UserPool", AutoVerifiedAttributes=["email"]),
        "Client": resource(
            "AWS::Cognito::UserPoolClient",
            UserPoolId=ref("Pool"),
            GenerateSecret=True,
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        ),
        "Group": resource("AWS::Cognito::UserPoolGroup", UserPoolId=ref("Pool"), GroupName="admins"),
    }
    outputs = {"Arn": att("Pool", "Arn"), "Url": att("Pool", "ProviderURL"), "Secret": att("Client", "ClientSecret")}
    name, ids, found = deployed(stacks, resources, **outputs)
    cognito = aws("cognito-idp")
    assert cognito.describe_user_pool(UserPoolId=ids["Pool"])["UserPool"]["Arn"] == found["Arn"]
    assert found["Url"].endswith(ids["Pool"])
    client = cognito.describe_user_pool_client(UserPoolId=ids["Pool"], ClientId=ids["Client"])["UserPoolClient"]
    assert client["ClientSecret"] == found["Secret"]
    assert cognito.list_groups(UserPoolId=ids["Pool"])["Groups"][0]["GroupName"] == "admins"
    deleted(stacks, name)
    assert ids["Pool"] not in {each["Id"] for each in cognito.list_user_pools(MaxResults=50)["UserPools"]}


def test_rules_schedules_and_workflows(stacks: Stacks, aws: Aws) -> None:
    definition = json.dumps({"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": "${word}", "End": True}}})
    resources = {
        "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST, Policies=[SENDING]),
        "Queue": resource("AWS::SQS::Queue"),
        "QueuePolicy": open_queue("events.amazonaws.com"),
        "Bus": resource("AWS::Events::EventBus", Name="types-bus"),
        "Rule": resource(
            "AWS::Events::Rule",
            EventBusName=ref("Bus"),
            EventPattern={"source": ["shop"]},
            Targets=[{"Id": "queue", "Arn": att("Queue", "Arn")}],
        ),
        "Schedule": resource(
            "AWS::Scheduler::Schedule",
            ScheduleExpression="rate(5 minutes)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": att("Queue", "Arn"), "RoleArn": att("Role", "Arn"), "Input": "due"},
        ),
        "Machine": resource(
            "AWS::StepFunctions::StateMachine",
            RoleArn=att("Role", "Arn"),
            DefinitionString=definition,
            DefinitionSubstitutions={"word": "hello"},
        ),
    }
    name, ids, found = deployed(stacks, resources, Rule=att("Rule", "Arn"), Machine=att("Machine", "Name"))
    events, sqs = aws("events"), aws("sqs")
    assert found["Rule"].endswith(f"rule/types-bus/{ids['Rule'].split('|')[1]}")
    entry = {"Source": "shop", "DetailType": "sold", "Detail": "{}", "EventBusName": "types-bus"}
    (due,) = sqs.receive_message(QueueUrl=ids["Queue"], WaitTimeSeconds=5)["Messages"]
    assert due["Body"] == "due"  # a rate begins with its schedule
    events.put_events(Entries=[entry])
    assert "sold" in sqs.receive_message(QueueUrl=ids["Queue"], WaitTimeSeconds=5)["Messages"][0]["Body"]
    assert aws("scheduler").get_schedule(Name=ids["Schedule"])["ScheduleExpression"] == "rate(5 minutes)"
    machine = aws("stepfunctions").describe_state_machine(stateMachineArn=ids["Machine"])
    assert (machine["name"], "hello" in machine["definition"]) == (found["Machine"], True)
    deleted(stacks, name)
    assert "types-bus" not in {each["Name"] for each in events.list_event_buses()["EventBuses"]}


def test_a_definition_in_s3_may_be_yaml(stacks: Stacks, aws: Aws) -> None:
    """Variables are put in before it is read: a number stays one."""
    text = "StartAt: Rest\nStates:\n  Rest: {Type: Wait, Seconds: ${Pause}, Comment: 2024-01-01, End: true}\n"
    aws("s3").create_bucket(Bucket="types-definitions")
    aws("s3").put_object(Bucket="types-definitions", Key="rest.asl.yaml", Body=text.encode())
    machine = resource(
        "AWS::StepFunctions::StateMachine",
        RoleArn=att("Role", "Arn"),
        DefinitionS3Location={"Bucket": "types-definitions", "Key": "rest.asl.yaml"},
        DefinitionSubstitutions={"Pause": 3},
    )
    own = resource("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST)
    name, ids, _ = deployed(stacks, {"Role": own, "Machine": machine})
    described = aws("stepfunctions").describe_state_machine(stateMachineArn=ids["Machine"])
    state = json.loads(described["definition"])["States"]["Rest"]
    assert state == {"Type": "Wait", "Seconds": 3, "Comment": "2024-01-01", "End": True}
    deleted(stacks, name)


def test_an_unknown_property_fails_by_name(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match=r"unsupported property Table \(AWS::DynamoDB::Table\): Colour"):
        stacks.deploy({"Resources": {"Table": resource("AWS::DynamoDB::Table", **TABLE, Colour="blue")}})


def test_what_moto_only_creates_is_deleted_by_its_own_api(stacks: Stacks, aws: Aws) -> None:
    network = {
        "Net": resource("AWS::EC2::VPC", CidrBlock="10.7.0.0/16"),
        "Gate": resource("AWS::EC2::InternetGateway"),
        "Attached": resource("AWS::EC2::VPCGatewayAttachment", VpcId=ref("Net"), InternetGatewayId=ref("Gate")),
        "Left": resource("AWS::EC2::Subnet", VpcId=ref("Net"), CidrBlock="10.7.0.0/24"),
        "Right": resource("AWS::EC2::Subnet", VpcId=ref("Net"), CidrBlock="10.7.1.0/24"),
        "Table": resource("AWS::EC2::RouteTable", VpcId=ref("Net")),
        "Out": resource(
            "AWS::EC2::Route", RouteTableId=ref("Table"), DestinationCidrBlock="0.0.0.0/0", GatewayId=ref("Gate")
        ),
        "Joined": resource("AWS::EC2::SubnetRouteTableAssociation", RouteTableId=ref("Table"), SubnetId=ref("Left")),
        "Address": resource("AWS::EC2::EIP", Domain="vpc"),
    }
    network["Out"]["DependsOn"] = "Attached"
    others = {
        "Zone": resource("AWS::Route53::HostedZone", Name="types.example"),
        "Health": resource(
            "AWS::Route53::HealthCheck",
            HealthCheckConfig={"Type": "HTTP", "IPAddress": "127.0.0.1", "Port": 80, "ResourcePath": "/"},
        ),
        "Key": resource("AWS::KMS::Key", KeyPolicy=POLICY),
        "Alias": resource("AWS::KMS::Alias", AliasName="alias/types", TargetKeyId=ref("Key")),
    }
    name, made, _ = deployed(stacks, {**network, **others})
    assert stacks.delete(name) == "DELETE_COMPLETE"
    assert made["Gate"] not in str(aws("ec2").describe_internet_gateways()["InternetGateways"])
    assert made["Zone"] not in str(aws("route53").list_hosted_zones()["HostedZones"])
