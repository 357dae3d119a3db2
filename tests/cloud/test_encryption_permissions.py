"""What is encrypted with a customer's key is read and written by who may use the key, too; services as well."""

import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import allow, assumable, document, open_to_services, role

Aws = Callable[..., Any]
ACCOUNT, REGION = "123456789012", "us-east-1"
USING = ("kms:Decrypt", "kms:GenerateDataKey")


def new(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def key(aws: Aws) -> str:
    return str(aws("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def session(engine: localaws.Engine, aws: Aws) -> Callable[..., Aws]:
    """Clients of a new role that may do these actions with everything."""

    def of(*statements: dict[str, Any]) -> Aws:
        arn = assumable(aws, new("role"), *statements)
        keys = aws("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
        own = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION)
        return lambda service: own.client(service, endpoint_url=engine.url)

    return of


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def queue(aws: Aws, name: str, **attributes: str) -> str:
    return str(aws("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def encrypted_table(aws: Aws, name: str, key: str) -> None:
    aws("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )


def arn_of(url: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{url.rpartition('/')[2]}"


def test_a_queue_asks_for_its_key(aws: Aws, key: str, session: Callable[..., Aws]) -> None:
    url = queue(aws, new("own"), KmsMasterKeyId=key)
    code, message = refusal(session(allow("sqs:*"))("sqs").send_message, QueueUrl=url, MessageBody="m")
    assert code == "KMS.AccessDeniedException"
    assert f"is not authorized to perform: kms:GenerateDataKey on resource: {key} because" in message
    sender = session(allow("sqs:*"), allow(USING, key))("sqs")
    sender.send_message(QueueUrl=url, MessageBody="m")
    writer = session(allow("sqs:*"), allow("kms:GenerateDataKey", key))("sqs")
    assert "kms:Decrypt" in refusal(writer.receive_message, QueueUrl=url)[1]
    assert sender.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "m"
    assert aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["KmsMasterKeyId"] == key


def test_awss_own_key_asks_nothing_and_an_alias_is_its_key(aws: Aws, key: str, session: Callable[..., Aws]) -> None:
    plain = session(allow("sqs:*"))("sqs")
    plain.send_message(QueueUrl=queue(aws, new("aws"), KmsMasterKeyId="alias/aws/sqs"), MessageBody="m")
    alias = f"alias/{new('mine')}"
    aws("kms").create_alias(AliasName=alias, TargetKeyId=key)
    by_alias = queue(aws, new("alias"), KmsMasterKeyId=alias)
    assert key in refusal(plain.send_message, QueueUrl=by_alias, MessageBody="m")[1]


def test_a_bucket_and_an_object_ask_for_their_keys(aws: Aws, key: str, session: Callable[..., Aws]) -> None:
    s3, name = aws("s3"), new("bucket")
    s3.create_bucket(Bucket=name)
    reader = session(allow("s3:*"))("s3")
    reader.put_object(Bucket=name, Key="plain", Body=b"x")
    chosen = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    code, message = refusal(reader.put_object, Bucket=name, Key="k", Body=b"x", **chosen)
    assert (code, "kms:GenerateDataKey" in message) == ("AccessDenied", True)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert refusal(reader.put_object, Bucket=name, Key="k", Body=b"x")[0] == "AccessDenied"
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    assert f"kms:Decrypt on resource: {key}" in refusal(reader.get_object, Bucket=name, Key="k")[1]
    assert reader.get_object(Bucket=name, Key="plain")["Body"].read() == b"x"
    allowed = session(allow("s3:*"), allow(USING, key))("s3")
    assert allowed.get_object(Bucket=name, Key="k")["Body"].read() == b"x"


def test_tables_secrets_and_parameters_ask_for_their_keys(aws: Aws, key: str, session: Callable[..., Aws]) -> None:
    name = new("kept")
    encrypted_table(aws, name, key)
    aws("secretsmanager").create_secret(Name=name, SecretString="s", KmsKeyId=key)
    aws("ssm").put_parameter(Name=f"/{name}/p", Value="v", Type="SecureString", KeyId=key)
    without = session(allow(["dynamodb:*", "secretsmanager:*", "ssm:*"]))
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("dynamodb", "get_item", {"TableName": name, "Key": {"id": {"S": "1"}}}),
        ("secretsmanager", "get_secret_value", {"SecretId": name}),
        ("ssm", "get_parameter", {"Name": f"/{name}/p", "WithDecryption": True}),
        ("ssm", "get_parameters_by_path", {"Path": f"/{name}", "WithDecryption": True}),
        ("ssm", "put_parameter", {"Name": f"/{name}/q", "Value": "v", "Type": "SecureString", "KeyId": key}),
    ]
    within = session(allow(["dynamodb:*", "secretsmanager:*", "ssm:*"]), allow([*USING, "kms:Encrypt"], key))
    for service, operation, parameters in calls:
        code, message = refusal(getattr(without(service), operation), **parameters)
        assert (code, "kms:" in message) == ("AccessDeniedException", True), operation
        getattr(within(service), operation)(**parameters)
    assert without("ssm").get_parameter(Name=f"/{name}/p")["Parameter"]["Value"] != "v"


def test_a_keys_policy_says_through_which_service(aws: Aws, session: Callable[..., Aws]) -> None:
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    via = {"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}}
    administration = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
    policy = document(allow(administration, Principal=root), allow("kms:*", Principal=root, Condition=via))
    key = aws("kms").create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    clients = session(allow(["sqs:*", "kms:*"]))
    clients("sqs").send_message(QueueUrl=queue(aws, new("via"), KmsMasterKeyId=key), MessageBody="m")
    assert refusal(clients("kms").encrypt, KeyId=key, Plaintext=b"m")[0] == "AccessDeniedException"


def test_a_service_reaches_an_encrypted_queue_when_the_key_lets_it(aws: Aws) -> None:
    sns, topic = aws("sns"), aws("sns").create_topic(Name=new("news"))["TopicArn"]
    policy = open_to_services("sqs:SendMessage")
    sns_may = allow(USING, Principal={"Service": "sns.amazonaws.com"})
    everything = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    keys = {
        "closed": aws("kms").create_key()["KeyMetadata"]["Arn"],
        "aws": "alias/aws/sqs",
        "open": aws("kms").create_key(Policy=document(everything, sns_may))["KeyMetadata"]["Arn"],
    }
    urls = {name: queue(aws, new(name), KmsMasterKeyId=arn, Policy=policy) for name, arn in keys.items()}
    for url in urls.values():
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(url))
    sns.publish(TopicArn=topic, Message="m")

    def received(name: str) -> list[Any]:
        return list(aws("sqs").receive_message(QueueUrl=urls[name], WaitTimeSeconds=2).get("Messages", []))

    assert len(received("open")) == 1
    assert not received("closed")
    assert not received("aws")


def test_a_function_has_logs_when_its_role_may_write_them(aws: Aws) -> None:
    room = Room(aws)
    source = "def handler(event, context):\n    print('a line')\n"
    silent = room.function(source, Role=role(aws, new("silent"), allow("sqs:*")))
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:*"
    loud = room.function(source, Role=role(aws, new("loud"), allow("logs:*", group)))
    for name in (silent, loud):
        assert room.invoke(name, {}).error is None
    groups = {
        name: aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
        for name in (silent, loud)
    }
    assert {name: len(own) for name, own in groups.items()} == {silent: 0, loud: 1}


def test_a_mapping_reads_an_encrypted_queue_when_its_role_may_use_the_key(aws: Aws, key: str) -> None:
    room, reader = Room(aws), new("reader")
    reading = allow(["sqs:*", "logs:*"])
    source = "import json\ndef handler(event, context):\n    print('SEEN', json.dumps(event))\n"
    name = room.function(source, Role=role(aws, reader, reading))
    closed, plain = queue(aws, new("closed"), KmsMasterKeyId=key), queue(aws, new("plain"))
    for url in (closed, plain):
        aws("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn_of(url))
        aws("sqs").send_message(QueueUrl=url, MessageBody=url)

    def bodies() -> list[str]:
        return [record["body"] for event in room.seen(name) for record in event["Records"]]

    assert eventually(lambda: bodies() == [plain])
    policy = document(reading, allow("kms:Decrypt", key))
    aws("iam").put_role_policy(RoleName=reader, PolicyName="own", PolicyDocument=policy)
    assert eventually(lambda: bodies() == [plain, closed])


def encrypted(aws: Aws, key: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Something under the key in each service that encrypts, and the calls that read or write it."""
    name = new("under")
    bucket = {"Bucket": name, "Key": "k"}
    aws("s3").create_bucket(Bucket=name)
    aws("s3").put_object(**bucket, Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    topic = aws("sns").create_topic(Name=name, Attributes={"KmsMasterKeyId": key})["TopicArn"]
    aws("secretsmanager").create_secret(Name=name, SecretString="s", KmsKeyId=key)
    aws("ssm").put_parameter(Name=name, Value="v", Type="SecureString", KeyId=key)
    encrypted_table(aws, name, key)
    aws("kinesis").create_stream(StreamName=name, ShardCount=1)
    aws("kinesis").start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=key)
    return [
        ("s3", "get_object", bucket),
        ("sqs", "send_message", {"QueueUrl": queue(aws, name, KmsMasterKeyId=key), "MessageBody": "m"}),
        ("sns", "publish", {"TopicArn": topic, "Message": "m"}),
        ("secretsmanager", "get_secret_value", {"SecretId": name}),
        ("ssm", "get_parameter", {"Name": name, "WithDecryption": True}),
        ("dynamodb", "get_item", {"TableName": name, "Key": {"id": {"S": "1"}}}),
        ("kinesis", "put_record", {"StreamName": name, "Data": b"x", "PartitionKey": "p"}),
    ]


def test_what_a_disabled_key_encrypts_is_out_of_reach_of_everybody(aws: Aws) -> None:
    kms, key = aws("kms"), aws("kms").create_key()["KeyMetadata"]["Arn"]
    calls = encrypted(aws, key)
    kms.disable_key(KeyId=key)
    refused = {service: refusal(getattr(aws(service), name), **parameters) for service, name, parameters in calls}
    assert {text for _, text in refused.values()} == {f"{key} is disabled."}
    assert {service: code for service, (code, _) in refused.items()} == {
        "s3": "KMS.DisabledException",
        "sqs": "KMS.DisabledException",
        "sns": "KMSDisabled",
        "secretsmanager": "DecryptionFailure",
        "ssm": "InvalidKeyId",
        "dynamodb": "AccessDeniedException",
        "kinesis": "KMSDisabledException",
    }
    kms.enable_key(KeyId=key)
    for service, name, parameters in calls:
        getattr(aws(service), name)(**parameters)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert refusal(aws("sqs").send_message, **calls[1][2]) == (
        "KMS.KMSInvalidStateException",
        f"{key} is pending deletion.",
    )
    assert aws("s3").list_objects_v2(Bucket=calls[0][2]["Bucket"])["KeyCount"] == 1, "names are not encrypted"


def test_no_service_delivers_into_a_queue_whose_key_is_disabled(aws: Aws) -> None:
    everything = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    sns_may = allow(USING, Principal={"Service": "sns.amazonaws.com"})
    key = aws("kms").create_key(Policy=document(everything, sns_may))["KeyMetadata"]["Arn"]
    url = queue(aws, new("closing"), KmsMasterKeyId=key, Policy=open_to_services("sqs:SendMessage"))
    topic = aws("sns").create_topic(Name=new("news"))["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(url))
    aws("kms").disable_key(KeyId=key)
    aws("sns").publish(TopicArn=topic, Message="lost")
    aws("kms").enable_key(KeyId=key)
    aws("sns").publish(TopicArn=topic, Message="delivered")
    received = aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=2, MaxNumberOfMessages=10)["Messages"]
    assert ["lost" in each["Body"] for each in received] == [False]


def stream(aws: Aws, key: str | None) -> str:
    name = new("stream")
    aws("kinesis").create_stream(StreamName=name, ShardCount=1)
    if key:
        aws("kinesis").start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=key)
    return name


def start_of(aws: Aws, name: str) -> str:
    asked = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    return str(aws("kinesis").get_shard_iterator(**asked)["ShardIterator"])


def test_a_record_stays_under_the_key_that_it_was_written_under(aws: Aws) -> None:
    kinesis, kms = aws("kinesis"), aws("kms")
    first, second = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    name = stream(aws, None)
    record: dict[str, Any] = {"StreamName": name, "PartitionKey": "p"}
    assert "EncryptionType" not in kinesis.put_record(**record, Data=b"plain")
    for key in (first, second):
        kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=key)
        assert kinesis.put_record(**record, Data=key.encode())["EncryptionType"] == "KMS"
    several = kinesis.put_records(StreamName=name, Records=[{"Data": b"x", "PartitionKey": "p"}])
    assert several["EncryptionType"] == "KMS"
    kms.disable_key(KeyId=first)
    iterator = start_of(aws, name)
    plain = kinesis.get_records(ShardIterator=iterator, Limit=1)
    assert [each.get("EncryptionType") for each in plain["Records"]] == [None]
    following = plain["NextShardIterator"]
    assert refusal(kinesis.get_records, ShardIterator=following) == ("KMSDisabledException", f"{first} is disabled.")
    kinesis.put_record(**record, Data=b"under the second")
    kinesis.stop_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=second)
    assert refusal(kinesis.get_records, ShardIterator=iterator)[0] == "KMSDisabledException", "it is encrypted still"
    kms.schedule_key_deletion(KeyId=first, PendingWindowInDays=7)
    assert refusal(kinesis.get_records, ShardIterator=iterator)[0] == "KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=first)
    kms.enable_key(KeyId=first)
    found = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert [each.get("EncryptionType") for each in found] == [None, "KMS", "KMS", "KMS", "KMS"]


def test_which_keys_a_stream_takes(aws: Aws) -> None:
    kinesis, kms, name = aws("kinesis"), aws("kms"), stream(aws, None)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key)

    def said(key_id: str, kind: str = "KMS", stream_name: str = name) -> tuple[str, str]:
        asked = {"StreamName": stream_name, "EncryptionType": kind, "KeyId": key_id}
        return refusal(kinesis.start_stream_encryption, **asked)

    assert said(key) == ("KMSDisabledException", f"{key} is disabled.")
    missing = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/missing"
    assert said("alias/missing") == ("KMSNotFoundException", f"Alias {missing} is not found.")
    assert said("missing")[0] == "KMSNotFoundException"
    assert said(key, "NONE")[0] == "InvalidArgumentException"
    assert said(key, stream_name="missing")[0] == "ResourceNotFoundException"
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert summary["EncryptionType"] == "NONE", "nothing was changed"
    kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    assert kinesis.put_record(StreamName=name, Data=b"x", PartitionKey="p")["EncryptionType"] == "KMS"


def test_a_stream_asks_for_its_key(aws: Aws, key: str, session: Callable[..., Aws]) -> None:
    name = stream(aws, key)
    record: dict[str, Any] = {"StreamName": name, "Data": b"x", "PartitionKey": "p"}
    code, message = refusal(session(allow("kinesis:*"))("kinesis").put_record, **record)
    assert code == "KMSAccessDeniedException"
    assert f"is not authorized to perform: kms:GenerateDataKey on resource: {key} because" in message
    writer = session(allow("kinesis:*"), allow("kms:GenerateDataKey", key))("kinesis")
    writer.put_record(**record)
    iterator = start_of(aws, name)
    assert "kms:Decrypt" in refusal(writer.get_records, ShardIterator=iterator)[1]
    reader = session(allow("kinesis:*"), allow("kms:Decrypt", key))("kinesis")
    assert len(reader.get_records(ShardIterator=iterator)["Records"]) == 1
