"""IAM decides: users, roles and functions do what their policies and those of the resources allow, and nothing else."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.lambda_room import Room
from tests.cloud.refusals import code_of
from tests.cloud.roles import allow, assumable, document, role, trust
from tests.commands import Command, assert_refused

Aws = Callable[..., Any]
ACCOUNT, REGION = "123456789012", "us-east-1"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def new(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True)
class Account:
    """The administrator's clients, and those of whoever has other keys."""

    engine: localaws.Engine
    aws: Aws

    def keyed(self, key_id: str, secret: str, token: str | None = None) -> Aws:
        session = boto3.Session(key_id, secret, token, region_name=REGION)
        config = Config(retries={"total_max_attempts": 1})
        return lambda service: session.client(service, endpoint_url=self.engine.url, config=config)

    def session(self, *statements: dict[str, Any], role_parts: Any = None, **parts: Any) -> Aws:
        """Clients of a session of a new role with these statements."""
        return self.assume(assumable(self.aws, new("role"), *statements, **(role_parts or {})), **parts)

    def assume(self, role_arn: str, aws: Aws | None = None, **parts: Any) -> Aws:
        answer = (aws or self.aws)("sts").assume_role(RoleArn=role_arn, RoleSessionName="me", **parts)
        keys = answer["Credentials"]
        return self.keyed(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def user(self, *statements: dict[str, Any], name: str = "") -> Aws:
        iam, name = self.aws("iam"), name or new("user")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return self.keyed(key["AccessKeyId"], key["SecretAccessKey"])

    def table(self) -> str:
        name = new("table")
        self.aws("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name


@pytest.fixture(scope="module")
def account(engine: localaws.Engine, aws: Aws) -> Account:
    return Account(engine, aws)


@pytest.fixture(scope="module")
def table(account: Account) -> str:
    return account.table()


def refusal(call: Callable[..., Any], **parameters: Any) -> ClientError:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value


def code(call: Callable[..., Any], **parameters: Any) -> str:
    return str(refusal(call, **parameters).response["Error"]["Code"])


def item(key: str) -> dict[str, Any]:
    return {"id": {"S": key}}


TOPIC, FUNCTION, OBJECT = arn("sns", "t"), arn("lambda", "function:f"), '"arn:aws:s3:::some/k"'
USER, APIS = f"arn:aws:iam::{ACCOUNT}:user/u", f"arn:aws:apigateway:{REGION}::/restapis"


@pytest.mark.parametrize(
    ("service", "call", "parameters", "error", "status", "action", "resource"),
    [
        ("dynamodb", "list_tables", {}, "AccessDeniedException", 400, "dynamodb:ListTables", "*"),
        ("sqs", "list_queues", {}, "AccessDenied", 403, "sqs:ListQueues", "*"),
        ("sns", "publish", {"TopicArn": TOPIC, "Message": "m"}, "AuthorizationError", 403, "SNS:Publish", TOPIC),
        ("s3", "get_object", {"Bucket": "some", "Key": "k"}, "AccessDenied", 403, "s3:GetObject", OBJECT),
        ("lambda", "invoke", {"FunctionName": "f"}, "AccessDeniedException", 403, "lambda:InvokeFunction", FUNCTION),
        ("kinesis", "list_streams", {}, "AccessDeniedException", 400, "kinesis:ListStreams", "*"),
        ("events", "list_rules", {}, "AccessDeniedException", 400, "events:ListRules", "*"),
        ("iam", "create_user", {"UserName": "u"}, "AccessDenied", 403, "iam:CreateUser", USER),
        ("cloudwatch", "list_metrics", {}, "AccessDenied", 403, "cloudwatch:ListMetrics", "*"),
        ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", 403, "ec2:DescribeVpcs", "*"),
        ("apigateway", "get_rest_apis", {}, "AccessDeniedException", 403, "apigateway:GET", APIS),
    ],
)
def test_a_denial_is_the_services_own(
    nobody: Aws, service: str, call: str, parameters: Any, error: str, status: int, action: str, resource: str
) -> None:
    answer = refusal(getattr(nobody(service), call), **parameters).response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (error, status)
    who = nobody("sts").get_caller_identity()["Arn"]
    assert answer["Error"]["Message"] == (
        f"User: {who} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )


@pytest.fixture(scope="module")
def nobody(account: Account) -> Aws:
    return account.user()


REST_CALLS = [
    ("sesv2", "send_email", {"FromEmailAddress": "a@example.com", "Content": {"Template": {}}}),
    ("sesv2", "list_email_identities", {}),
    ("batch", "describe_job_queues", {}),
    ("efs", "describe_file_systems", {}),
    ("appconfig", "list_applications", {}),
    ("iot", "list_things", {}),
    ("eks", "list_clusters", {}),
    ("mq", "list_brokers", {}),
    ("pipes", "list_pipes", {}),
    ("glacier", "list_vaults", {}),
]


@pytest.mark.parametrize(("service", "operation", "parameters"), REST_CALLS)
def test_a_call_without_a_form_needs_its_action_too(
    account: Account, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    nobody = account.session(allow("sqs:ListQueues"))
    with pytest.raises(ClientError) as error:
        getattr(nobody(service), operation)(**parameters)
    assert "AccessDenied" in error.value.response["Error"]["Code"], error.value


def test_a_mail_is_sent_by_who_may_send_from_its_address(account: Account) -> None:
    for address in ("shop@example.com", "boss@example.com"):
        account.aws("sesv2").create_email_identity(EmailIdentity=address)
    shop = account.session(allow("ses:SendEmail", arn("ses", "identity/shop@example.com")))
    mail = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "World"}}}}
    to = {"ToAddresses": ["ada@example.com"]}
    sent = shop("sesv2").send_email(FromEmailAddress="shop@example.com", Destination=to, Content=mail)
    assert sent["MessageId"]
    boss = {"FromEmailAddress": "boss@example.com", "Destination": to, "Content": mail}
    assert code_of(shop("sesv2").send_email, **boss) == "AccessDeniedException"


def test_policies_are_inline_managed_awss_own_and_those_of_groups(account: Account, table: str) -> None:
    iam, name = account.aws("iam"), new("user")
    ann = account.user(allow("dynamodb:GetItem", arn("dynamodb", f"table/{table}")), name=name)
    ann("dynamodb").get_item(TableName=table, Key=item("1"))
    managed = iam.create_policy(PolicyName=new("p"), PolicyDocument=document(allow("dynamodb:PutItem")))["Policy"][
        "Arn"
    ]
    iam.attach_user_policy(UserName=name, PolicyArn=managed)
    ann("dynamodb").put_item(TableName=table, Item=item("1"))
    iam.create_policy_version(PolicyArn=managed, PolicyDocument=document(allow("sqs:ListQueues")), SetAsDefault=True)
    assert code(ann("dynamodb").put_item, TableName=table, Item=item("1")) == "AccessDeniedException"
    ann("sqs").list_queues()
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSNSReadOnlyAccess")
    ann("sns").list_topics()
    group = new("group")
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="g", PolicyDocument=document(allow("kinesis:ListStreams")))
    assert code(ann("kinesis").list_streams) == "AccessDeniedException"
    iam.add_user_to_group(GroupName=group, UserName=name)
    ann("kinesis").list_streams()
    iam.remove_user_from_group(GroupName=group, UserName=name)
    assert code(ann("kinesis").list_streams) == "AccessDeniedException"


def test_boundary_and_session_policy_limit_and_a_deny_wins(account: Account, table: str) -> None:
    boundary = account.aws("iam").create_policy(
        PolicyName=new("limit"), PolicyDocument=document(allow("dynamodb:Get*"))
    )["Policy"]["Arn"]
    limited = account.session(role_parts={"PermissionsBoundary": boundary})
    limited("dynamodb").get_item(TableName=table, Key=item("1"))
    assert "no permissions boundary allows" in str(
        refusal(limited("dynamodb").put_item, TableName=table, Item=item("1"))
    )
    narrow = account.session(allow(), Policy=document(allow("dynamodb:GetItem")))
    narrow("dynamodb").get_item(TableName=table, Key=item("1"))
    assert "no session policy allows" in str(refusal(narrow("sqs").list_queues))
    arns = [{"arn": "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"}]
    reader = account.session(allow(), PolicyArns=arns)
    reader("sqs").list_queues()
    assert code(reader("sns").list_topics) == "AuthorizationError"
    denied = account.session(allow(), allow("sqs:List*", Effect="Deny"))
    assert "with an explicit deny in an identity-based policy" in str(refusal(denied("sqs").list_queues))


def test_conditions_variables_and_tags(account: Account, table: str) -> None:
    name = new("user")
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:username}-*"]}}
    ann = account.user(allow("dynamodb:*Item", arn("dynamodb", f"table/{table}"), Condition=own), name=name)("dynamodb")
    ann.put_item(TableName=table, Item=item(f"{name}-1"))
    assert code(ann.put_item, TableName=table, Item=item("bob-1")) == "AccessDeniedException"
    ann.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item(f"{name}-2")}}]})
    assert code(
        ann.transact_write_items,
        TransactItems=[{"Put": {"TableName": table, "Item": item(each)}} for each in (f"{name}-1", "bob-1")],
    )
    tagged = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    team = account.session(allow("sqs:*", Condition=tagged), role_parts={"Tags": [{"Key": "team", "Value": "a"}]})
    sqs = account.aws("sqs")
    mine, other = (sqs.create_queue(QueueName=new("q"), tags={"team": each})["QueueUrl"] for each in ("a", "b"))
    team("sqs").send_message(QueueUrl=mine, MessageBody="m")
    assert code(team("sqs").send_message, QueueUrl=other, MessageBody="m") == "AccessDenied"
    foreign = {"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}
    not_ours = account.session(allow("sqs:SendMessage", Condition=foreign))
    assert code(not_ours("sqs").send_message, QueueUrl=mine, MessageBody="m") == "AccessDenied"
    elsewhere = account.session(allow("sqs:*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))
    assert code(elsewhere("sqs").list_queues) == "AccessDenied"
    s3, bucket = account.aws("s3"), new("bucket")
    s3.create_bucket(Bucket=bucket)
    owned_by = {  # as CDK's role for publishing files has it
        owner: account.session(allow("s3:*", Condition={"StringEquals": {"aws:ResourceAccount": owner}}))("s3")
        for owner in (ACCOUNT, "210987654321")
    }
    owned_by[ACCOUNT].get_bucket_location(Bucket=bucket)
    assert code(owned_by["210987654321"].get_bucket_location, Bucket=bucket) == "AccessDenied"


def test_s3_knows_buckets_objects_and_what_a_copy_reads(account: Account) -> None:
    s3, bucket = account.aws("s3"), new("bucket")
    s3.create_bucket(Bucket=bucket)
    for key in ("in/1", "in/2", "secret/1"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    here = f"arn:aws:s3:::{bucket}"
    listing = allow("s3:ListBucket", here, Condition={"StringLike": {"s3:prefix": "in/*"}})
    me = account.session(listing, allow("s3:*Object", f"{here}/in/*"), allow("s3:PutObject", f"{here}/out/*"))("s3")
    assert me.list_objects_v2(Bucket=bucket, Prefix="in/")["KeyCount"] == 2
    assert code(me.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert refusal(me.head_object, Bucket=bucket, Key="secret/1").response["Error"]["Code"] == "403"
    missing = refusal(me.get_object, Bucket=bucket, Key="in/3")
    assert "s3:ListBucket" in str(missing)  # whoever may not list learns not what is missing
    assert code(s3.get_object, Bucket=bucket, Key="in/3") == "NoSuchKey"
    me.copy_object(Bucket=bucket, Key="out/1", CopySource=f"{bucket}/in/1")
    assert code(me.copy_object, Bucket=bucket, Key="out/2", CopySource=f"{bucket}/secret/1") == "AccessDenied"
    answer = me.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "in/1"}, {"Key": "secret/1"}]})
    assert [each["Key"] for each in answer["Deleted"]] == ["in/1"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("secret/1", "AccessDenied")]
    assert s3.head_object(Bucket=bucket, Key="secret/1")


def test_a_resources_own_policy(account: Account) -> None:
    name, iam = new("user"), account.aws("iam")
    ann = account.user(name=name)
    s3, bucket = account.aws("s3"), new("bucket")
    s3.create_bucket(Bucket=bucket)
    user = iam.get_user(UserName=name)["User"]["Arn"]
    policy = allow("s3:PutObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": user})
    s3.put_bucket_policy(Bucket=bucket, Policy=document(policy))
    ann("s3").put_object(Bucket=bucket, Key="k", Body=b"")
    assert code(ann("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied"
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document(allow("s3:*")))
    s3.put_bucket_policy(Bucket=bucket, Policy=document({**policy, "Effect": "Deny", "Principal": "*"}))
    denied = refusal(ann("s3").put_object, Bucket=bucket, Key="k", Body=b"")
    assert "with an explicit deny in a resource-based policy" in str(denied)
    account.aws("s3").delete_bucket_policy(Bucket=bucket)
    key = account.aws("kms").create_key(
        Policy=document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/{new('other')}"}))
    )["KeyMetadata"]["KeyId"]
    all_keys = account.session(allow("kms:*"))("kms")
    assert "no resource-based policy allows" in str(refusal(all_keys.encrypt, KeyId=key, Plaintext=b"x"))
    usual = account.aws("kms").create_key()["KeyMetadata"]["KeyId"]
    sealed = all_keys.encrypt(KeyId=usual, Plaintext=b"x")["CiphertextBlob"]
    assert all_keys.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"
    assert code(ann("kms").decrypt, CiphertextBlob=sealed) == "AccessDeniedException"


def test_a_role_is_assumed_by_whom_it_trusts(account: Account) -> None:
    iam = account.aws("iam")
    of_lambda = role(account.aws, new("role"), services=("lambda",))
    assert "sts:AssumeRole" in str(refusal(account.aws("sts").assume_role, RoleArn=of_lambda, RoleSessionName="me"))
    missing = f"arn:aws:iam::{ACCOUNT}:role/{new('role')}"
    assert code(account.aws("sts").assume_role, RoleArn=missing, RoleSessionName="me") == "AccessDenied"
    open_to_account = assumable(account.aws, new("role"), allow("sqs:ListQueues"))
    ann = account.user()
    assert code(ann("sts").assume_role, RoleArn=open_to_account, RoleSessionName="me") == "AccessDenied"
    name = new("user")
    bob = account.user(allow("sts:AssumeRole", open_to_account), name=name)
    chained = account.assume(open_to_account, bob)
    chained("sqs").list_queues()
    assert chained("sts").get_caller_identity()["Arn"].endswith(f":assumed-role/{open_to_account.split('/')[-1]}/me")
    condition = {"StringEquals": {"sts:ExternalId": "word"}}
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"}
    of_user = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    keyed = new("role")
    iam.create_role(RoleName=keyed, AssumeRolePolicyDocument=document({**of_user, "Condition": condition}))
    where = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{keyed}", "RoleSessionName": "me"}
    assert code(bob("sts").assume_role, **where) == "AccessDenied"
    assert bob("sts").assume_role(**where, ExternalId="word")["Credentials"]


def test_a_session_of_a_user_is_the_user_and_ends_with_it(account: Account) -> None:
    name = new("user")
    ann = account.user(allow("sqs:ListQueues"), name=name)
    first, second = (ann("sts").get_session_token()["Credentials"] for _ in range(2))
    assert first["AccessKeyId"].startswith("ASIA") and first["AccessKeyId"] != second["AccessKeyId"]
    session = account.keyed(first["AccessKeyId"], first["SecretAccessKey"], first["SessionToken"])
    session("sqs").list_queues()
    assert code(session("sns").list_topics) == "AuthorizationError"
    assert session("sts").get_caller_identity()["Arn"].endswith(f":user/{name}")
    for secret, token in ((first["SecretAccessKey"], "other"), ("other", first["SessionToken"])):
        with pytest.raises(ClientError):
            account.keyed(first["AccessKeyId"], secret, token)("sqs").list_queues()
    iam = account.aws("iam")
    (lasting,) = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    iam.delete_access_key(UserName=name, AccessKeyId=lasting["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="own")
    iam.delete_user(UserName=name)
    with pytest.raises(ClientError):
        session("sqs").list_queues()
    assert code(account.session(allow("*"))("sts").get_session_token) == "AccessDenied"
    own = account.aws("sts").get_session_token(DurationSeconds=900)["Credentials"]
    account.keyed(own["AccessKeyId"], own["SecretAccessKey"], own["SessionToken"])("sns").list_topics()
    assert "GetFederationToken" in str(refusal(account.aws("sts").get_federation_token, Name="fed"))


def test_a_function_does_what_its_role_allows(account: Account, table: str) -> None:
    room = Room(account.aws)
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    who = boto3.client('sts').get_caller_identity()['Arn']\n"
        "    table = boto3.client('dynamodb')\n"
        "    table.put_item(TableName=event['table'], Item={'id': {'S': '1'}})\n"
        "    try:\n"
        "        table.delete_item(TableName=event['table'], Key={'id': {'S': '1'}})\n"
        "    except table.exceptions.ClientError as error:\n"
        "        return [who, error.response['Error']]\n"
    )
    name = new("writer")
    of_writer = role(account.aws, name, allow("dynamodb:PutItem", arn("dynamodb", f"table/{table}")))
    function = room.function(source, Role=of_writer)
    who, error = room.invoke(function, {"table": table}).payload
    assert who == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{function}"
    assert error == {
        "Code": "AccessDeniedException",
        "Message": f"User: {who} is not authorized to perform: dynamodb:DeleteItem on resource: "
        f"{arn('dynamodb', f'table/{table}')} because no identity-based policy allows the dynamodb:DeleteItem action",
    }


def test_what_lambda_cannot_do_with_a_role_is_refused_when_it_is_asked_for(account: Account) -> None:
    room = Room(account.aws)
    foreign = role(account.aws, new("role"), services=("ec2",))
    of_another = new("role")
    condition = {"ArnLike": {"aws:SourceArn": arn("lambda", "function:another")}}
    statement = trust("lambda")["Statement"][0] | {"Condition": condition}
    account.aws("iam").create_role(RoleName=of_another, AssumeRolePolicyDocument=document(statement))
    roles = (f"arn:aws:iam::{ACCOUNT}:role/{each}" for each in (new("role"), of_another))
    for bad in (*roles, foreign):
        with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
            room.function("def handler(event, context): pass", Role=bad)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    poor = room.function("def handler(event, context): pass", Role=role(account.aws, new("role"), allow("sqs:Send*")))
    url, queue = room.queue()
    with pytest.raises(ClientError, match="not have permissions to call ReceiveMessage on SQS") as refused:
        account.aws("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=poor)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    stream = new("stream")
    account.aws("kinesis").create_stream(StreamName=stream, ShardCount=1)
    with pytest.raises(ClientError, match="Cannot access stream"):
        account.aws("lambda").create_event_source_mapping(
            EventSourceArn=arn("kinesis", f"stream/{stream}"), FunctionName=poor, StartingPosition="LATEST"
        )
    topic = account.aws("sns").create_topic(Name=new("topic"))["TopicArn"]
    with pytest.raises(ClientError, match="does not have permissions to call Publish on"):
        account.aws("lambda").put_function_event_invoke_config(
            FunctionName=poor, DestinationConfig={"OnFailure": {"Destination": topic}}
        )


def test_keys_of_users_are_verified_also_where_any_key_is_taken(open_engine: localaws.Engine) -> None:
    administrator = boto3.Session("any", "any", region_name=REGION)
    account = Account(open_engine, lambda service: administrator.client(service, endpoint_url=open_engine.url))
    iam = account.aws("iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = account.keyed(key["AccessKeyId"], key["SecretAccessKey"])
    assert ann("sts").get_caller_identity()["Arn"].endswith(":user/ann")
    assert code(ann("sqs").list_queues) == "AccessDenied"
    assert code(account.keyed(key["AccessKeyId"], "wrong")("sqs").list_queues) == "InvalidSignatureException"
    iam.update_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert code(ann("sqs").list_queues) == "UnrecognizedClientException"


def decisions(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"]) for each in answer["EvaluationResults"]
    ]


def test_simulations_answer_as_the_door_would(account: Account) -> None:
    iam, bucket = account.aws("iam"), "arn:aws:s3:::reports/*"
    custom = iam.simulate_custom_policy(
        PolicyInputList=[document(allow("s3:*", bucket)), document(allow("s3:Delete*", Effect="Deny"))],
        ActionNames=["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"],
        ResourceArns=["arn:aws:s3:::reports/1"],
    )
    assert [each[2] for each in decisions(custom)] == ["allowed", "explicitDeny", "implicitDeny"]
    assert custom["EvaluationResults"][1]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.2"
    secure = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
    limit = iam.create_policy(PolicyName=new("limit"), PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    made = assumable(account.aws, new("role"), allow(Condition=secure), PermissionsBoundary=limit)
    asked = {"PolicySourceArn": made, "ActionNames": ["s3:PutObject", "sqs:SendMessage"]}
    (without, _) = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    assert (without["EvalDecision"], without["MissingContextValues"]) == ("implicitDeny", ["aws:PrincipalTag/team"])
    team = {"ContextKeyName": "aws:PrincipalTag/team", "ContextKeyValues": ["a"], "ContextKeyType": "string"}
    limited = iam.simulate_principal_policy(**asked, ContextEntries=[team])
    assert decisions(limited) == [("s3:PutObject", "*", "allowed"), ("sqs:SendMessage", "*", "implicitDeny")]
    boundary = limited["EvaluationResults"][1]["PermissionsBoundaryDecisionDetail"]
    assert boundary == {"AllowedByPermissionsBoundary": False}
    assert iam.get_context_keys_for_principal_policy(PolicySourceArn=made)["ContextKeyNames"] == [
        "aws:PrincipalTag/team"
    ]
    missing = f"arn:aws:iam::{ACCOUNT}:role/{new('role')}"
    assert code(iam.simulate_principal_policy, PolicySourceArn=missing, ActionNames=["s3:GetObject"]) == "NoSuchEntity"
    assert code(iam.simulate_custom_policy, PolicyInputList=["{}"], ActionNames=["s3:GetObject"]) == "InvalidInput"


def signed_get(address: str, client: Any, service: str) -> requests.Response:
    """A GET, signed with the client's keys."""
    request = AWSRequest("GET", address)
    SigV4Auth(client._request_signer._credentials, service, REGION).add_auth(request)
    return requests.get(address, headers=dict(request.headers), timeout=30)


def protected_api(account: Account) -> str:
    """A REST API that answers whoever IAM lets in; its id."""
    gateway = account.aws("apigateway")
    api = gateway.create_rest_api(name=new("api"))
    where = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="AWS_IAM")
    gateway.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**where, statusCode="200")
    gateway.put_integration_response(**where, statusCode="200")
    gateway.create_deployment(restApiId=api["id"], stageName="live")
    return str(api["id"])


def test_an_api_asks_iam_who_may_call_it(account: Account) -> None:
    api = protected_api(account)
    address = f"{account.engine.url}/_aws/execute-api/{api}/live/"
    assert signed_get(address, account.aws("sqs"), "execute-api").status_code == 200
    name = new("user")
    ann = account.user(name=name)
    denied = signed_get(address, ann("sqs"), "execute-api")
    assert denied.status_code == 403
    assert f":user/{name} is not authorized to perform: execute-api:Invoke on resource: " in denied.json()["Message"]
    caller = account.session(allow("execute-api:Invoke", arn("execute-api", f"{api}/live/GET/*")))
    assert signed_get(address, caller("sqs"), "execute-api").status_code == 200
    statement = allow("execute-api:Invoke", "execute-api:/*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"})
    change = {"op": "replace", "path": "/policy", "value": document(statement)}
    account.aws("apigateway").update_rest_api(restApiId=api, patchOperations=[change])
    account.aws("apigateway").create_deployment(restApiId=api, stageName="live")
    assert signed_get(address, ann("sqs"), "execute-api").status_code == 200


def test_a_functions_address_asks_iam_who_may_call_it(account: Account) -> None:
    name = Room(account.aws).function("def handler(event, context):\n    return 'in'")
    address = account.aws("lambda").create_function_url_config(FunctionName=name, AuthType="AWS_IAM")["FunctionUrl"]
    may = account.session(allow("lambda:InvokeFunctionUrl", arn("lambda", f"function:{name}")))
    assert signed_get(address, account.user()("sqs"), "lambda").status_code == 403
    assert signed_get(address, may("sqs"), "lambda").text == "in"


def test_a_resources_policy_may_deny_the_administrator(account: Account) -> None:
    sqs, url = account.aws("sqs"), account.aws("sqs").create_queue(QueueName=new("q"))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="m")
    deny = document(allow("sqs:SendMessage", "*", Effect="Deny", Principal="*"))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": deny})
    assert "explicit deny in a resource-based policy" in str(refusal(sqs.send_message, QueueUrl=url, MessageBody="m"))
    assert sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    sqs.send_message(QueueUrl=url, MessageBody="m")


def test_documents_that_nobody_could_evaluate_are_refused(account: Account) -> None:
    iam, name = account.aws("iam"), new("user")
    iam.create_user(UserName=name)
    unknown = document(allow(Condition={"StringEqual": {"aws:username": "ann"}}))
    assert code(iam.put_user_policy, UserName=name, PolicyName="p", PolicyDocument=unknown) == "MalformedPolicyDocument"
    assert code(iam.create_policy, PolicyName=new("p"), PolicyDocument=unknown) == "MalformedPolicyDocument"
    assert code(iam.create_role, RoleName=new("role"), AssumeRolePolicyDocument="{}") == "MalformedPolicyDocument"
    of_repository = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "ecr:BatchGetImage"}
    repository = new("repository")
    account.aws("ecr").create_repository(repositoryName=repository)
    account.aws("ecr").set_repository_policy(repositoryName=repository, policyText=document(of_repository))


def test_iam_may_be_off(tmp_path: Path, command: Command) -> None:
    assert_refused(command("up", "--iam", "perhaps"), "--iam perhaps is neither on nor off", "--iam off")
    serve = [sys.executable, "-m", "shoplib", "serve", "--json", "--iam", "off"]
    environment = {**os.environ, "SHOPLIB_STATE_DIR": str(tmp_path)}
    with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        engine = localaws.Engine(**json.loads(served.stdout.readline()))
        assert engine.iam == "off"
        administrator = boto3.Session("any", "any", region_name=REGION)
        account = Account(engine, lambda service: administrator.client(service, endpoint_url=engine.url))
        nobody = account.user()
        nobody("sqs").list_queues()
        assert ":user/" in nobody("sts").get_caller_identity()["Arn"]
        served.terminate()
