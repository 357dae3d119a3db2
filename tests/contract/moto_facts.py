"""Run by the canaries in a process of its own: what moto does without the lab's corrections. Prints JSON."""

import contextlib
import copy
import json
import sys
import threading
import time
import warnings
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws
from moto.awslambda.models import LambdaFunction
from moto.cognitoidp.exceptions import InvalidParameterException
from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUserPoolClient
from moto.core import DEFAULT_ACCOUNT_ID, responses
from moto.core.common_models import BaseModel
from moto.core.exceptions import JsonRESTError
from moto.core.parse import QueryParser
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined]
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.iam.access_control import PermissionResult
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from moto.kinesis.models import KinesisBackend, Shard, kinesis_backends
from moto.logs.models import logs_backends
from moto.s3.models import FakeKey, S3Backend, s3_backends
from moto.s3.responses import S3Response
from moto.sns.models import sns_backends
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends
from moto.utilities.tagging_service import TaggingService

from shoplib.localaws import startup
from tests.contract import moto_s3_facts
from tests.contract.moto_s3_facts import bucket_of

REGION = "us-east-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
STREAMED = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
MANY, FEW = 3000, 30


def kinesis_loses_records() -> bool:
    backend: KinesisBackend = kinesis_backends[DEFAULT_ACCOUNT_ID][REGION]
    for attempt in range(5):
        stream = backend.create_stream(f"threads-{attempt}", 1, stream_mode={"StreamMode": "ON_DEMAND"})
        in_threads(partial(stream.put_record, "key", "", "YQ=="), each=500)
        if sum(len(shard.records) for shard in stream.shards.values()) < 8 * 500:
            return True
    return False


def kinesis_put_is_slow_behind_many() -> bool:
    def put(count: int) -> float:
        shard = Shard(0, 0, 2**128)
        for _ in range(count):
            shard.put_record("key", "YQ==", "")
        return timed(lambda: shard.put_record("key", "YQ==", ""), rounds=50)  # each takes microseconds

    return put(4 * MANY) > 5 * put(FEW)


def kinesis_writes_to_closed_shards() -> bool:
    stream = kinesis_backends[DEFAULT_ACCOUNT_ID][REGION].create_stream("split", 1)
    parent = next(iter(stream.shards))
    stream.split_shard(parent, str(2**127))
    return stream.put_record("key", "", "YQ==")[1] == parent


def kinesis_shards_take_any_amount() -> bool:
    backend: KinesisBackend = kinesis_backends[DEFAULT_ACCOUNT_ID][REGION]
    backend.create_stream("flood", 1)
    # Five seconds' worth of bytes at once: however slow the machine is, the shard does not refill within the call.
    records = [{"PartitionKey": "key", "Data": b64encode(bytes(1_000_000)).decode()}] * 5
    return not backend.put_records("", "flood", records)["FailedRecordCount"]


def sqs_is_slow_behind_many() -> bool:
    backend: SQSBackend = sqs_backends[DEFAULT_ACCOUNT_ID][REGION]

    def send(count: int) -> float:
        backend.create_queue(f"queue-{count}")
        for _ in range(count):
            Queue.add_message(backend.queues[f"queue-{count}"], message())
        return timed(lambda: backend.send_message(f"queue-{count}", "body"))

    return send(MANY) > 5 * send(FEW)


def sqs_spells_attributes_anew() -> bool:
    queue = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].create_queue("spelling", {})
    spelled = []

    def watch(frame: Any, *_: Any) -> None:
        if frame.f_code is camelcase_to_underscores.__code__:
            spelled.append(frame)

    queue.attributes  # noqa: B018 - a property that may remember
    sys.setprofile(watch)
    try:
        queue.attributes  # noqa: B018
    finally:
        sys.setprofile(None)
    return bool(spelled)


def sqs_forgets_deduplication_ids() -> bool:
    backend: SQSBackend = sqs_backends[DEFAULT_ACCOUNT_ID][REGION]
    backend.create_queue("ids.fifo", FifoQueue="true")

    def send_and_receive() -> list[Any]:
        backend.send_message("ids.fifo", "body", deduplication_id="same", group_id="group")
        return backend.receive_message("ids.fifo", 10, 0, 30)

    for received in send_and_receive():
        backend.delete_message("ids.fifo", received.receipt_handle)
    return bool(send_and_receive())


def dynamodb_query_is_slow_in_large_tables() -> bool:
    def query(count: int) -> float:
        backend, name = table(count)
        return timed(lambda: backend.query(name, {"S": "h1"}, None, [], 10, None, True, None))

    return query(MANY) > 5 * query(FEW)


def dynamodb_scan_is_slow_in_large_tables() -> bool:
    def scan(count: int) -> float:
        backend, name = table(count)
        return timed(lambda: backend.scan(name, {}, 10, None, None, {}, {}, None, False, None, (None, None)))

    return scan(MANY) > 5 * scan(FEW)


def s3_listing_is_slow_in_large_buckets() -> bool:
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]

    def listing(count: int) -> float:
        bucket = backend.create_bucket(f"bucket-{count}", REGION)
        for number in range(count):
            backend.put_object(bucket.name, f"{number:09}", b"")
        return timed(lambda: backend.list_objects_v2(bucket, None, None, None, None, 10))

    return listing(MANY) > 5 * listing(FEW)


def dynamodb_transaction_is_slow_in_large_tables() -> bool:
    def write(count: int) -> float:
        backend, name = table(count)
        put = {"Put": {"TableName": name, "Item": {"h": {"S": "new"}}}}
        return timed(lambda: backend.transact_write_items([put]))

    return write(MANY) > 5 * write(FEW)


def dynamodb_reads_an_update_anew_each_time() -> bool:
    text = "SET counted = counted + :one"
    return UpdateExpressionParser.make(text) is not UpdateExpressionParser.make(text)


def answers_members_are_worked_out_anew_each_time() -> bool:
    shape = get_service_model("dynamodb").operation_model("GetItem").output_shape.members["Item"]
    context = AttributePickerContext({}, "Item", shape, service_model=get_service_model("dynamodb"))
    first, second = (XFormedAttributePicker().get_possible_keys(context) for _ in range(2))
    return first is not second


def all_methods_are_listed_for_each_call() -> bool:
    return isinstance(responses.method_names_from_class(responses.BaseResponse), list)


def dynamodb_lets_two_conditional_writes_win() -> bool:
    backend, name = table(0)
    for attempt in range(300):
        won: list[int] = []
        in_threads(partial(_put_new, backend, name, str(attempt), won), each=1)
        if len(won) > 1:
            return True
    return False


def _put_new(backend: DynamoDBBackend, name: str, key: str, won: list[int]) -> None:
    try:
        backend.put_item(name, {"h": {"S": key}}, condition_expression="attribute_not_exists(h)")
    except ConditionalCheckFailed:
        return
    won.append(1)


def dynamodb_tells_a_new_item_twice() -> bool:
    backend, name = table(0, STREAMED)
    backend.update_item(name, {"h": {"S": "1"}}, "SET a = :a", {}, {":a": {"S": "x"}})
    return len(backend.tables[name].stream_shard.items) == 2


def dynamodb_tells_of_no_change() -> bool:
    backend, name = table(0, STREAMED)
    for _ in range(2):
        backend.tables[name].put_item({"h": {"S": "1"}})
    return len(backend.tables[name].stream_shard.items) == 2


def dynamodb_asserts_that_a_shard_is_there() -> bool:
    backend, name = table(0, STREAMED)
    streams = dynamodbstreams_backends[DEFAULT_ACCOUNT_ID][REGION]
    arn = f"{backend.tables[name].table_arn}/stream/{backend.tables[name].latest_stream_label}"
    try:
        streams.get_shard_iterator(arn, "shard-nowhere", "LATEST")
    except AssertionError:
        return True
    except JsonRESTError:
        return False
    return False


def s3_lets_two_conditional_writes_win() -> bool:
    """Each write waits for another one that has looked, too: both go on when moto lets them."""
    both, write, let_go_on = threading.Barrier(2), S3Backend.put_object, list[int]()

    def after_both(*given: Any, **options: Any) -> Any:
        let_go_on.append(1)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=2)
        return write(*given, **options)

    with mock_aws(), mock.patch.object(S3Backend, "put_object", after_both):
        s3 = boto3.client("s3", REGION, aws_access_key_id="key", aws_secret_access_key="key")
        s3.create_bucket(Bucket="races")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: _put_new_object(s3), range(2)))
    return len(let_go_on) > 1


def _put_new_object(s3: Any) -> None:
    # ValueError: moto closes the file of an object that is replaced while it answers the first writer.
    with contextlib.suppress(s3.exceptions.ClientError, ValueError):
        s3.put_object(Bucket="races", Key="key", Body=b"", IfNoneMatch="*")


def iam_refuses_documents_without_version() -> bool:
    document = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    try:
        IAMPolicyDocumentValidator(json.dumps(document)).validate()
    except MalformedPolicyDocument:
        return True
    return False


def cognitos_id_tokens_have_no_address() -> bool:
    client = CognitoIdpUserPoolClient("pool", False, {})
    return "email" not in client.get_readable_fields()


def cognitos_clients_take_any_flow() -> bool:
    backend = CognitoIdpBackend(REGION, DEFAULT_ACCOUNT_ID)
    pool = backend.create_user_pool("flows", {})
    client = backend.create_user_pool_client(pool.id, False, {"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]})
    backend.admin_create_user(pool.id, "ann", "SUPPRESS", "Sesame-8", [])
    try:
        backend.initiate_auth(client.id, "USER_PASSWORD_AUTH", {"USERNAME": "ann", "PASSWORD": "Sesame-8"})
    except InvalidParameterException:
        return False
    return True


def s3_takes_every_condition_for_met() -> bool:
    backend = S3Backend(REGION, DEFAULT_ACCOUNT_ID)
    bucket = backend.create_bucket("conditions", REGION)
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    bucket.policy = json.dumps({"Statement": {**statement, "Condition": condition}}).encode()
    return bool(bucket.get_permission("s3:GetObject", "arn:aws:s3:::conditions/key") == PermissionResult.DENIED)


def s3_reads_an_object_as_a_form() -> bool:
    with bucket_of("forms") as s3:
        s3.put_object(Bucket="forms", Key="key", Body=b"x=1&y", ContentType="application/x-www-form-urlencoded")
        return bool(s3.head_object(Bucket="forms", Key="key")["ContentLength"] != 5)


def s3_copies_over_what_must_not_be_there() -> bool:
    with bucket_of("copies") as s3:
        for key in ("source", "there"):
            s3.put_object(Bucket="copies", Key=key, Body=b"")
        try:
            s3.copy_object(Bucket="copies", Key="there", CopySource="copies/source", IfNoneMatch="*")
        except s3.exceptions.ClientError:
            return False
    return True


def s3_takes_parts_in_any_order() -> bool:
    with bucket_of("parts") as s3:
        upload = {"Bucket": "parts", "Key": "key"}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        parts = [{"PartNumber": n, "ETag": s3.upload_part(**upload, PartNumber=n)["ETag"]} for n in (1, 2)]
        try:
            s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts[::-1]})
        except s3.exceptions.ClientError as error:
            return bool(error.response["Error"]["Code"] != "InvalidPartOrder")
    return True


def s3_deletes_objects_with_other_etags() -> bool:
    with bucket_of("deletions") as s3:
        s3.put_object(Bucket="deletions", Key="key", Body=b"")
        asked = {"Objects": [{"Key": "key", "ETag": '"other"'}]}
        return "Errors" not in s3.delete_objects(Bucket="deletions", Delete=asked)


def s3_copies_metadata_that_shall_be_replaced() -> bool:
    with bucket_of("metadata") as s3:
        s3.put_object(Bucket="metadata", Key="key", Body=b"", Metadata={"a": "1"})
        new = {"Metadata": {"b": "2"}, "MetadataDirective": "replace"}
        s3.copy_object(Bucket="metadata", Key="copy", CopySource="metadata/key", **new)
        return bool(s3.head_object(Bucket="metadata", Key="copy")["Metadata"] != {"b": "2"})


def s3_keeps_values_that_are_not_in_the_model() -> bool:
    with bucket_of("versioning") as s3, contextlib.suppress(s3.exceptions.ClientError):
        s3.put_bucket_versioning(Bucket="versioning", VersioningConfiguration={"Status": "enabled"})
        return "Status" in s3.get_bucket_versioning(Bucket="versioning")
    return False


def s3_takes_keys_of_any_length() -> bool:
    with bucket_of("lengths") as s3, contextlib.suppress(s3.exceptions.ClientError):
        s3.put_object(Bucket="lengths", Key="k" * 1025, Body=b"")
        return True
    return False


def s3_reads_all_of_an_object_for_a_part() -> bool:
    with bucket_of("by-part") as s3:
        upload = {"Bucket": "by-part", "Key": "key"}
        number = {"PartNumber": 1}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        parts = [{**number, "ETag": s3.upload_part(**upload, **number, Body=b"part")["ETag"]}]
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        return "PartsCount" not in s3.get_object(Bucket="by-part", Key="key", **number)


def s3_makes_buckets_without_a_public_access_block() -> bool:
    with bucket_of("defaults") as s3:
        try:
            return not s3.get_public_access_block(Bucket="defaults")["PublicAccessBlockConfiguration"][
                "BlockPublicAcls"
            ]
        except s3.exceptions.ClientError:
            return True


def s3_says_nothing_of_a_delete_marker() -> bool:
    with bucket_of("markers") as s3:
        s3.put_bucket_versioning(Bucket="markers", VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket="markers", Key="key", Body=b"")
        s3.delete_object(Bucket="markers", Key="key")
        try:
            s3.get_object(Bucket="markers", Key="key")
        except s3.exceptions.ClientError as error:
            return "x-amz-delete-marker" not in error.response["ResponseMetadata"]["HTTPHeaders"]
    return False


def s3_deletes_a_bucket_for_one_of_its_metrics() -> bool:
    with bucket_of("metrics") as s3:
        with contextlib.suppress(s3.exceptions.ClientError, NotImplementedError):
            s3.delete_bucket_metrics_configuration(Bucket="metrics", Id="x")
        return not s3.list_buckets()["Buckets"]


def s3_says_nothing_of_an_object_that_a_form_uploads() -> bool:
    request = mock.Mock(
        headers={"Content-Length": "1"}, method="POST", full_path="/forms?", url_root="http://localhost/"
    )
    allowed = mock.patch.object(S3Response, "_authenticate_and_authorize_s3_action", lambda *_, **__: None)
    with bucket_of("forms"), allowed:
        response = S3Response()
        response.querystring = {"key": ["key"], "success_action_status": ["201"]}
        response.data, response.form_data, response.body = {}, {}, b"x"
        response.current_account, response.region = DEFAULT_ACCOUNT_ID, REGION
        return not response._bucket_response_post(request, "forms")[2]


def s3_warns_of_keys_that_nobody_disposes_of() -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        FakeKey("dropped", b"", DEFAULT_ACCOUNT_ID, REGION)
        FakeKey.instances_tracked.clear()
    return bool(caught)


def models_are_kept_for_ever() -> bool:
    return "instances_tracked" in BaseModel.__new__.__code__.co_names


def published_messages_are_kept_for_ever() -> bool:
    topic = sns_backends[DEFAULT_ACCOUNT_ID][REGION].create_topic("kept")
    topic.publish("message")
    return bool(topic.sent_notifications)


def untagged_objects_leave_tags_behind() -> bool:
    tagging = TaggingService()
    tagging.tag_resource("arn", [])
    return tagging.has_tags("arn")


def table(items: int, streams: dict[str, Any] | None = None) -> tuple[DynamoDBBackend, str]:
    backend: DynamoDBBackend = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION]
    name = f"table-{len(backend.tables)}"
    schema, attributes = [{"AttributeName": "h", "KeyType": "HASH"}], [{"AttributeName": "h", "AttributeType": "S"}]
    made: Table = backend.create_table(
        name, schema, None, attributes, [], [], streams, "PAY_PER_REQUEST", None, [], False, None
    )
    for number in range(items):
        made.put_item({"h": {"S": f"h{number}"}})
    return backend, name


def message() -> Message:
    made = Message("id", "body")
    made.mark_sent()
    return made


def in_threads(action: Callable[[], Any], each: int) -> None:
    def run() -> None:
        for _ in range(each):
            action()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def timed(action: Callable[[], Any], rounds: int = 5) -> float:
    """Seconds of the fastest round."""
    durations = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        durations.append(time.perf_counter() - started)
    return min(durations)


def ec2_reads_the_offers_of_all_regions() -> bool:
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

    with mock_aws():
        offers = boto3.client("ec2", REGION).describe_instance_type_offerings()["InstanceTypeOfferings"]
    assert {offer["LocationType"] for offer in offers} == {"region"} and len(offers) > 500
    return all(isinstance(regions, dict) for regions in INSTANCE_TYPE_OFFERINGS.values())


def ec2_cannot_delete_an_endpoint_without_a_type() -> bool:
    with mock_aws():
        ec2 = boto3.client("ec2", REGION)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        service = f"com.amazonaws.{REGION}.s3"
        endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service)["VpcEndpoint"]["VpcEndpointId"]
        try:
            ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
        except AttributeError:
            return True
        return False


def s3_loses_versions_when_versioning_is_suspended() -> bool:
    with bucket_of("suspended") as s3:
        for status in ("Enabled", "Suspended"):
            s3.put_bucket_versioning(Bucket="suspended", VersioningConfiguration={"Status": status})
            s3.put_object(Bucket="suspended", Key="key", Body=b"")
        return len(s3.list_object_versions(Bucket="suspended")["Versions"]) < 2


def s3_ignores_the_owner_that_is_expected() -> bool:
    with bucket_of("owners") as s3:
        try:
            s3.list_objects_v2(Bucket="owners", ExpectedBucketOwner="1" * 12)
        except s3.exceptions.ClientError:
            return False
        return True


def logs_count_rejections_from_the_wrong_end() -> bool:
    with mock_aws():
        logs, where = boto3.client("logs", REGION), {"logGroupName": "g", "logStreamName": "s"}
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(**where)
        old = [{"timestamp": 1, "message": "x"}]
        rejected = logs.put_log_events(**where, logEvents=old)["rejectedLogEventsInfo"]
        return bool(rejected["tooOldLogEventEndIndex"] != 1)


def logs_take_any_identifier_for_the_last_group() -> bool:
    with mock_aws():
        logs = boto3.client("logs", REGION)
        for name in ("first", "last"):
            logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName="last", logStreamName="s")
        return bool(logs.describe_log_streams(logGroupIdentifier="first")["logStreams"])


def logs_know_no_scope_of_a_policy() -> bool:
    with mock_aws():
        policy = {"policyName": "p", "policyDocument": "{}"}
        return "policyScope" not in boto3.client("logs", REGION).put_resource_policy(**policy)["resourcePolicy"]


def logs_page_is_slow_in_a_long_stream() -> bool:
    def page(count: int) -> float:
        backend, name = logs_backends[DEFAULT_ACCOUNT_ID][REGION], f"g{count}"
        backend.create_log_group(name, {})
        backend.create_log_stream(name, "s")
        now = int(time.time() * 1000)
        backend.put_log_events(name, "s", [{"timestamp": now, "message": "x"} for _ in range(count)])
        stream = backend.groups[name].streams["s"]
        return timed(lambda: stream.get_log_events(None, None, 10, None, False))

    return page(MANY) > 5 * page(FEW)


def kms_encrypts_with_a_disabled_key() -> bool:
    with mock_aws():
        kms = boto3.client("kms", REGION)
        key = {"KeyId": kms.create_key()["KeyMetadata"]["KeyId"]}
        kms.disable_key(**key)
        try:
            kms.encrypt(**key, Plaintext=b"text")
        except kms.exceptions.DisabledException:
            return False
        return True


def functions_are_copied_with_all_logs() -> bool:
    logs, function = logs_backends[DEFAULT_ACCOUNT_ID][REGION], object.__new__(LambdaFunction)
    function.logs_backend = logs
    return copy.deepcopy(function).logs_backend is not logs


def iam_makes_every_partition_to_find_a_key() -> bool:
    from moto.iam import models

    with mock_aws():
        partitions = models.iam_backends["123456789012"]
        partitions.clear()
        boto3.client("iam", REGION).list_users()
        models.get_account_id_from("AKIANOBODY")
        return len(partitions) > 1


def iam_forgets_what_an_update_does_not_speak_of() -> bool:
    with mock_aws():
        iam = boto3.client("iam", REGION)
        role = {"RoleName": "any"}
        iam.create_role(**role, AssumeRolePolicyDocument=json.dumps(TRUST), MaxSessionDuration=7200)
        iam.update_role(**role, Description="of anybody")
        return bool(iam.get_role(**role)["Role"]["MaxSessionDuration"] != 7200)


def iam_takes_the_keys_of_a_policys_tags_for_the_same_in_any_case() -> bool:
    with mock_aws():
        iam = boto3.client("iam", REGION)
        document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
        tags = [{"Key": key, "Value": "v"} for key in ("k", "K")]
        try:
            iam.create_policy(PolicyName="any", PolicyDocument=json.dumps(document), Tags=tags)
        except iam.exceptions.InvalidInputException:
            return True
        return False


def iam_takes_any_name() -> bool:
    with mock_aws():
        iam = boto3.client("iam", REGION)
        try:
            iam.create_user(UserName="x:root")
        except iam.exceptions.ClientError:
            return False
        return True


def text_in_json_is_read_as_a_form() -> bool:
    with mock_aws():
        parameters = boto3.client("ssm", REGION)
        parameters.put_parameter(Name="mine", Value="x&Name=other&y", Type="String")
        return bool(parameters.describe_parameters()["Parameters"][0]["Name"] == "other")


def kms_signs_a_digest_as_if_it_were_the_message() -> bool:
    with mock_aws():
        kms = boto3.client("kms", REGION)
        key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
        digest = {"KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256", "Message": b"short", "MessageType": "DIGEST"}
        with contextlib.suppress(kms.exceptions.ClientError):
            return bool(kms.sign(**digest)["Signature"])
    return False


def kms_has_ids_that_are_too_long_for_its_ciphertexts() -> bool:
    with mock_aws():
        kms = boto3.client("kms", REGION)
        return len(kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]) != 36


def secrets_take_any_name() -> bool:
    with mock_aws():
        secrets = boto3.client("secretsmanager", REGION)
        try:
            secrets.create_secret(Name="any name?", SecretString="s")
        except secrets.exceptions.ClientError:
            return False
        return True


def parameters_ignore_their_pattern() -> bool:
    with mock_aws():
        ssm = boto3.client("ssm", REGION)
        try:
            ssm.put_parameter(Name="p", Type="String", Value="1", AllowedPattern="[a-z]")
        except ssm.exceptions.ClientError:
            return False
        return True


def a_list_of_one_without_its_number_is_left_out_of_a_query() -> bool:
    model = get_service_model("sqs").operation_model("ReceiveMessage")
    values = {"Action": "ReceiveMessage", "QueueUrl": "q", "AttributeName": "All"}
    return "AttributeNames" not in QueryParser(model).parse({"values": values})


def a_map_under_its_members_name_is_left_out_of_a_query() -> bool:
    model = get_service_model("sqs").operation_model("SendMessage")
    attribute = {"Name": "a", "Value.DataType": "String", "Value.StringValue": "b"}
    values = {f"MessageAttributes.1.{name}": value for name, value in attribute.items()}
    return "MessageAttributes" not in QueryParser(model).parse({"values": values})


FACTS = (
    a_map_under_its_members_name_is_left_out_of_a_query,
    a_list_of_one_without_its_number_is_left_out_of_a_query,
    iam_takes_any_name,
    text_in_json_is_read_as_a_form,
    s3_loses_versions_when_versioning_is_suspended,
    s3_ignores_the_owner_that_is_expected,
    logs_count_rejections_from_the_wrong_end,
    logs_take_any_identifier_for_the_last_group,
    logs_know_no_scope_of_a_policy,
    logs_page_is_slow_in_a_long_stream,
    kms_encrypts_with_a_disabled_key,
    secrets_take_any_name,
    parameters_ignore_their_pattern,
    kms_signs_a_digest_as_if_it_were_the_message,
    kms_has_ids_that_are_too_long_for_its_ciphertexts,
    ec2_reads_the_offers_of_all_regions,
    ec2_cannot_delete_an_endpoint_without_a_type,
    kinesis_loses_records,
    kinesis_put_is_slow_behind_many,
    kinesis_writes_to_closed_shards,
    kinesis_shards_take_any_amount,
    sqs_is_slow_behind_many,
    sqs_spells_attributes_anew,
    sqs_forgets_deduplication_ids,
    dynamodb_query_is_slow_in_large_tables,
    dynamodb_scan_is_slow_in_large_tables,
    s3_listing_is_slow_in_large_buckets,
    dynamodb_transaction_is_slow_in_large_tables,
    dynamodb_reads_an_update_anew_each_time,
    answers_members_are_worked_out_anew_each_time,
    all_methods_are_listed_for_each_call,
    dynamodb_lets_two_conditional_writes_win,
    dynamodb_tells_a_new_item_twice,
    dynamodb_tells_of_no_change,
    dynamodb_asserts_that_a_shard_is_there,
    s3_lets_two_conditional_writes_win,
    functions_are_copied_with_all_logs,
    iam_makes_every_partition_to_find_a_key,
    cognitos_id_tokens_have_no_address,
    cognitos_clients_take_any_flow,
    iam_refuses_documents_without_version,
    iam_forgets_what_an_update_does_not_speak_of,
    iam_takes_the_keys_of_a_policys_tags_for_the_same_in_any_case,
    s3_takes_every_condition_for_met,
    s3_copies_over_what_must_not_be_there,
    s3_reads_an_object_as_a_form,
    s3_takes_parts_in_any_order,
    s3_deletes_objects_with_other_etags,
    s3_copies_metadata_that_shall_be_replaced,
    s3_keeps_values_that_are_not_in_the_model,
    s3_takes_keys_of_any_length,
    s3_reads_all_of_an_object_for_a_part,
    s3_makes_buckets_without_a_public_access_block,
    s3_says_nothing_of_a_delete_marker,
    s3_deletes_a_bucket_for_one_of_its_metrics,
    s3_says_nothing_of_an_object_that_a_form_uploads,
    s3_warns_of_keys_that_nobody_disposes_of,
    models_are_kept_for_ever,
    published_messages_are_kept_for_ever,
    untagged_objects_leave_tags_behind,
    *moto_s3_facts.FACTS,
)

if __name__ == "__main__":
    startup.read_once()
    sys.setswitchinterval(1e-6)
    if "corrected" in sys.argv:
        from shoplib.localaws import moto_fixes

        moto_fixes.install_all()
        moto_fixes.install_for("ssm")
    print(json.dumps({fact.__name__: fact() for fact in FACTS}))
