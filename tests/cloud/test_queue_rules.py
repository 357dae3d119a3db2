"""What SQS refuses, in its codes and words, and which fields its answers have: in both of its protocols."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.query_protocol import query_client

Aws = Callable[..., Any]
ANOTHER_TYPE = "The request include parameter that is not valid for this queue type."
PUNCTUATION = "can only include alphanumeric and punctuation characters. 1 to 128 in length."
ENTRY_ID = (
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long."
)


@pytest.fixture(scope="module")
def older(engine: localaws.Engine, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return query_client(engine, tmp_path_factory.mktemp("query"))


@pytest.fixture(params=["json", "query"])
def sqs(request: pytest.FixtureRequest, aws: Aws, older: Any) -> Any:
    return aws("sqs") if request.param == "json" else older


@pytest.fixture
def queue(sqs: Any) -> str:
    return made(sqs)


@pytest.fixture
def fifo(sqs: Any) -> str:
    return made(sqs, FifoQueue="true")


def made(sqs: Any, **attributes: str) -> str:
    suffix = ".fifo" if "FifoQueue" in attributes else ""
    name = f"rules-{uuid.uuid4().hex[:10]}{suffix}"
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Code and message."""
    with pytest.raises(ClientError) as failed:
        call(**arguments)
    error = failed.value.response["Error"]
    assert error["Type"] == "Sender"
    return error["Code"], error["Message"]


def bodies(sqs: Any, url: str, **options: Any) -> list[str]:
    answer = sqs.receive_message(QueueUrl=url, **{"MaxNumberOfMessages": 10, **options})
    return [message["Body"] for message in answer.get("Messages", [])]


def attribute(text: str, data_type: str = "String") -> dict[str, Any]:
    return {"DataType": data_type, "StringValue": text}


INVALID = "InvalidParameterValue"
MESSAGES = {
    "empty body": ({"MessageBody": ""}, "MissingParameter", "The request must contain the parameter MessageBody."),
    "character": ({"MessageBody": "a\x08"}, "InvalidMessageContents", "Invalid binary character '#x8' was found"),
    "delay": ({"DelaySeconds": 901}, INVALID, "Reason: DelaySeconds must be >= 0 and <= 900."),
    "deduplication": (
        {"MessageDeduplicationId": "1"},
        INVALID,
        f"Value 1 for parameter MessageDeduplicationId is invalid. Reason: {ANOTHER_TYPE}",
    ),
    "group": (
        {"MessageGroupId": "a b"},
        INVALID,
        f"Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId {PUNCTUATION}",
    ),
    "long group": ({"MessageGroupId": "a" * 129}, INVALID, f"Reason: MessageGroupId {PUNCTUATION}"),
    "empty attribute": (
        {"MessageAttributes": {"a": attribute("")}},
        INVALID,
        "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
    ),
    "attribute type": ({"MessageAttributes": {"a": attribute("x", "Text")}}, INVALID, "supported type prefixes"),
    "long type": ({"MessageAttributes": {"a": attribute("1", f"Number.{'L' * 256}")}}, INVALID, "256 bytes"),
    "no number": (
        {"MessageAttributes": {"a": attribute("x", "Number")}},
        INVALID,
        "Can't cast the value of message (user) attribute 'a' to a number.",
    ),
    "reserved name": ({"MessageAttributes": {"aWs.x": attribute("x")}}, INVALID, "reserved for internal use"),
    "name": ({"MessageAttributes": {"a?": attribute("x")}}, INVALID, "non-alphanumeric character '#x3F'"),
    "name's end": ({"MessageAttributes": {"a.": attribute("x")}}, INVALID, "must not end with character '.'"),
    "long name": ({"MessageAttributes": {"L" * 257: attribute("x")}}, INVALID, "shorter than 256 bytes"),
    "attribute's character": ({"MessageAttributes": {"a": attribute("\x0b")}}, INVALID, "Invalid binary character"),
    "eleven": (
        {"MessageAttributes": {str(number): attribute("x") for number in range(11)}},
        INVALID,
        "Number of message attributes [11] exceeds the allowed maximum [10].",
    ),
    "system attribute": (
        {"MessageSystemAttributes": {"Other": attribute("x")}},
        INVALID,
        "Message system attribute name 'Other' is invalid.",
    ),
}


@pytest.mark.parametrize(("given", "code", "message"), MESSAGES.values(), ids=MESSAGES)
def test_messages_that_are_refused(sqs: Any, queue: str, given: dict[str, Any], code: str, message: str) -> None:
    said = refusal(sqs.send_message, QueueUrl=queue, **{"MessageBody": "body", **given})
    assert said[0] == code and message in said[1]
    assert bodies(sqs, queue) == []


def test_names_in_other_alphabets_and_both_digests(sqs: Any, queue: str) -> None:
    trace = attribute("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
    sent = sqs.send_message(
        QueueUrl=queue,
        MessageBody="body",
        MessageAttributes={"attr.1øßä": attribute("Valid")},
        MessageSystemAttributes={"AWSTraceHeader": trace},
    )
    assert sent["MD5OfMessageSystemAttributes"] == "5ae4d5d7636402d80f4eb6d213245a88"
    received = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["*"])["Messages"][0]
    assert received["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]


def test_sizes_count_attributes(sqs: Any, queue: str) -> None:
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"MaximumMessageSize": "1024"})
    attributes = {"k": attribute("x")}  # eight bytes
    fits, too_long = "a" * 1016, "a" * 1017
    sqs.send_message(QueueUrl=queue, MessageBody=fits, MessageAttributes=attributes)
    shorter = "Reason: Message must be shorter than 1024 bytes."
    said = refusal(sqs.send_message, QueueUrl=queue, MessageBody=too_long, MessageAttributes=attributes)
    assert said == (INVALID, f"One or more parameters are invalid. {shorter}")
    entries = [{"Id": "1", "MessageBody": "a"}, {"Id": "2", "MessageBody": "a" * 1025}]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["1"]
    failure = {"Id": "2", "Code": INVALID, "SenderFault": True}
    assert answer["Failed"] == [{**failure, "Message": f"One or more parameters cannot be validated. {shorter}"}]


def test_a_whole_batch_has_a_size(sqs: Any, queue: str) -> None:
    entries = [{"Id": "1", "MessageBody": "a" * 1_048_576}, {"Id": "2", "MessageBody": "a"}]
    assert refusal(sqs.send_message_batch, QueueUrl=queue, Entries=entries) == (
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
    )


SQS = "AWS.SimpleQueueService"
BATCHES = {
    "id": (["a:b"], f"{SQS}.InvalidBatchEntryId", ENTRY_ID),
    "long id": (["a" * 81], f"{SQS}.InvalidBatchEntryId", ENTRY_ID),
    "twice": (["a", "a"], f"{SQS}.BatchEntryIdsNotDistinct", "Id a repeated."),
    "many": (
        [str(number) for number in range(11)],
        f"{SQS}.TooManyEntriesInBatchRequest",
        "Maximum number of entries per request are 10. You have sent 11.",
    ),
}


@pytest.mark.parametrize(("ids", "code", "message"), BATCHES.values(), ids=BATCHES)
def test_batches_that_are_refused(sqs: Any, queue: str, ids: list[str], code: str, message: str) -> None:
    for call, rest in (
        (sqs.send_message_batch, {"MessageBody": "body"}),
        (sqs.delete_message_batch, {"ReceiptHandle": "x"}),
        (sqs.change_message_visibility_batch, {"ReceiptHandle": "x", "VisibilityTimeout": 1}),
    ):
        assert refusal(call, QueueUrl=queue, Entries=[{"Id": each, **rest} for each in ids]) == (code, message)


def test_a_batch_without_failures_has_no_list_of_them(sqs: Any, queue: str) -> None:
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "a"}])
    assert set(sent) == {"Successful", "ResponseMetadata"}
    handle = sqs.receive_message(QueueUrl=queue)["Messages"][0]["ReceiptHandle"]
    gone = sqs.delete_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "ReceiptHandle": handle}])
    assert gone["Successful"] == [{"Id": "1"}] and "Failed" not in gone
    wrong = sqs.delete_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "ReceiptHandle": "garbage"}])
    assert "Successful" not in wrong and wrong["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
    mixed = [{"Id": "1", "MessageBody": "a"}, {"Id": "2", "MessageBody": "\x01"}]
    failed = sqs.send_message_batch(QueueUrl=queue, Entries=mixed)["Failed"]
    assert [(each["Id"], each["Code"]) for each in failed] == [("2", "InvalidMessageContents")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"MaxNumberOfMessages": 11},
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1",
        ),
        ({"WaitTimeSeconds": 21}, "WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."),
        ({"WaitTimeSeconds": -1}, "Value -1 for parameter WaitTimeSeconds is invalid."),
        (
            {"VisibilityTimeout": 43_201},
            "VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.",
        ),
    ],
    ids=str,
)
def test_what_receive_takes(sqs: Any, queue: str, given: dict[str, int], message: str) -> None:
    code, said = refusal(sqs.receive_message, QueueUrl=queue, **given)
    assert code == INVALID and message in said


def test_how_many_queues_are_listed_at_once(sqs: Any) -> None:
    text = "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000."
    assert refusal(sqs.list_queues, MaxResults=1001) == (INVALID, text)


def test_handles(sqs: Any, queue: str) -> None:
    garbage = ("ReceiptHandleIsInvalid", 'The input receipt handle "garbage" is not a valid receipt handle.')
    assert refusal(sqs.delete_message, QueueUrl=queue, ReceiptHandle="garbage") == garbage
    change = {"QueueUrl": queue, "VisibilityTimeout": 9}
    assert refusal(sqs.change_message_visibility, **change, ReceiptHandle="garbage") == garbage
    sqs.send_message(QueueUrl=queue, MessageBody="body")
    handle = sqs.receive_message(QueueUrl=queue)["Messages"][0]["ReceiptHandle"]
    for _ in range(2):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    code, said = refusal(sqs.change_message_visibility, **change, ReceiptHandle=handle)
    assert code == INVALID and said.endswith("does not exist or is not available for visibility timeout change.")


def test_a_fifo_queue_wants_ids_and_no_delay_of_a_message(sqs: Any, fifo: str) -> None:
    message = {"QueueUrl": fifo, "MessageBody": "body"}
    either = (
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )
    group = "The request must contain the parameter MessageGroupId."
    assert refusal(sqs.send_message, **message, MessageGroupId="1") == (INVALID, either)
    assert refusal(sqs.send_message, **message, MessageDeduplicationId="1") == ("MissingParameter", group)
    both = {**message, "MessageGroupId": "1", "MessageDeduplicationId": "1"}
    delayed = f"Value 2 for parameter DelaySeconds is invalid. Reason: {ANOTHER_TYPE}"
    assert refusal(sqs.send_message, **both, DelaySeconds=2) == (INVALID, delayed)
    assert PUNCTUATION in refusal(sqs.send_message, **{**both, "MessageDeduplicationId": "a b"})[1]
    entries = [
        {"Id": "1", "MessageBody": "a", "MessageGroupId": "g", "MessageDeduplicationId": "1"},
        {"Id": "2", "MessageBody": "b", "MessageDeduplicationId": "2"},
    ]
    assert refusal(sqs.send_message_batch, QueueUrl=fifo, Entries=entries) == (INVALID, group)
    assert bodies(sqs, fifo) == []


def sent_in_groups(sqs: Any, url: str, *names: str) -> None:
    for name in names:
        sqs.send_message(QueueUrl=url, MessageBody=name, MessageGroupId=name[:2], MessageDeduplicationId=name)


def test_groups_take_turns(sqs: Any, fifo: str) -> None:
    sent_in_groups(sqs, fifo, "g1-1", "g2-1", "g2-2", "g3-1", "g1-2")
    assert bodies(sqs, fifo, MaxNumberOfMessages=3, VisibilityTimeout=0) == ["g1-1", "g1-2", "g2-1"]
    assert bodies(sqs, fifo) == ["g3-1", "g1-1", "g1-2", "g2-1", "g2-2"]


def test_a_message_that_is_let_go_comes_again_before_those_in_flight(sqs: Any, fifo: str) -> None:
    sent_in_groups(sqs, fifo, "g1-1", "g1-2", "g1-3", "g2-1")
    received = sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=2)["Messages"]
    handle = received[0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=handle, VisibilityTimeout=0)
    assert bodies(sqs, fifo) == ["g2-1", "g1-1"]
    code, said = refusal(sqs.delete_message, QueueUrl=fifo, ReceiptHandle=handle)
    assert code == INVALID and said.endswith("Reason: The receipt handle has expired.")


def test_a_purge_forgets_ids_and_is_one_a_minute(sqs: Any, fifo: str) -> None:
    same = {"QueueUrl": fifo, "MessageGroupId": "1", "MessageDeduplicationId": "1"}
    sqs.send_message(**same, MessageBody="first")
    sqs.purge_queue(QueueUrl=fifo)
    sqs.send_message(**same, MessageBody="second")
    assert bodies(sqs, fifo) == ["second"]
    with pytest.raises(ClientError) as failed:
        sqs.purge_queue(QueueUrl=fifo)
    name = fifo.rsplit("/", 1)[1]
    assert failed.value.response["Error"]["Code"] == f"{SQS}.PurgeQueueInProgress"
    assert f"Only one PurgeQueue operation on {name} is allowed every 60 seconds." in str(failed.value)
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_scope_of_deduplication_is_the_first_one(sqs: Any, fifo: str) -> None:
    message = {"QueueUrl": fifo, "MessageDeduplicationId": "1"}
    sqs.send_message(**message, MessageBody="1", MessageGroupId="1")
    per_group = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes=per_group)
    sqs.send_message(**message, MessageBody="2", MessageGroupId="2")
    assert bodies(sqs, fifo) == ["1"]


NAMES = {
    "FifoQueue": ("true", "Unknown Attribute FifoQueue."),
    "ContentBasedDeduplication": ("true", "Unknown Attribute ContentBasedDeduplication."),
    "DeduplicationScope": ("queue", "You can specify the DeduplicationScope only when FifoQueue is set to true."),
    "FifoThroughputLimit": ("perQueue", "You can specify the FifoThroughputLimit only when FifoQueue is set to true."),
    "Foobar": ("1", "Unknown Attribute Foobar."),
}


@pytest.mark.parametrize("name", NAMES)
def test_attributes_that_a_standard_queue_does_not_have(sqs: Any, queue: str, name: str) -> None:
    value, message = NAMES[name]
    wanted = ("InvalidAttributeName", message)
    assert refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes={name: value}) == wanted
    if name != "FifoQueue":
        assert refusal(made, sqs=sqs, **{name: value}) == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [("DelaySeconds", "901"), ("MaximumMessageSize", "1023"), ("VisibilityTimeout", " 2"), ("Policy", "[]")],
)
def test_values_that_an_attribute_does_not_take(sqs: Any, queue: str, name: str, value: str) -> None:
    wanted = ("InvalidAttributeValue", f"Invalid value for the parameter {name}.")
    assert refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes={name: value}) == wanted


def test_types_of_queues(sqs: Any, fifo: str) -> None:
    name = f"type-{uuid.uuid4().hex[:8]}"
    assert refusal(sqs.create_queue, QueueName=f"{name}.fifo")[0] == INVALID
    assert refusal(sqs.create_queue, QueueName=f"{name}/x")[0] == INVALID
    assert ".fifo suffix" in refusal(sqs.create_queue, QueueName=name, Attributes={"FifoQueue": "true"})[1]
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoQueue": "true"})
    assert refusal(sqs.set_queue_attributes, QueueUrl=fifo, Attributes={"FifoQueue": "false"}) == (
        "InvalidAttributeValue",
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    )


def test_encryption_is_of_one_kind(sqs: Any, queue: str) -> None:
    both = {"KmsMasterKeyId": "key", "SqsManagedSseEnabled": "true"}
    code, said = refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes=both)
    assert code == "InvalidAttributeName" and "one type of server-side encryption (SSE) at one time" in said
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"KmsMasterKeyId": "key"})
    names = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    assert found == dict(zip(names, ("key", "300", "false"), strict=True))
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"SqsManagedSseEnabled": "true"})
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    assert found == {"SqsManagedSseEnabled": "true"}, "the one takes the place of the other"


def test_a_queue_is_made_again_as_it_is_or_not_at_all(sqs: Any) -> None:
    name = f"again-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "1"})["QueueUrl"]
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url
    assert sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "1"})["QueueUrl"] == url
    different = "A queue already exists with the same name and a different value for attribute DelaySeconds"
    with pytest.raises(sqs.exceptions.QueueNameExists, match=different):
        sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "2"})
    sqs.delete_queue(QueueUrl=url)
    code, said = refusal(sqs.create_queue, QueueName=name)
    assert code == f"{SQS}.QueueDeletedRecently" and "You must wait 60 seconds after deleting a queue" in said


def test_where_the_dead_may_go(sqs: Any, queue: str, fifo: str) -> None:
    def arn(url: str) -> str:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def said(policy: Any) -> str:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        return refusal(sqs.set_queue_attributes, QueueUrl=queue, Attributes={"RedrivePolicy": text})[1]

    assert "not a valid JSON map" in said("nonsense")
    assert "mandatory attribute: maxReceiveCount" in said({"deadLetterTargetArn": arn(queue)})
    assert "Invalid value for deadLetterTargetArn." in said({"deadLetterTargetArn": "dummy", "maxReceiveCount": 42})
    assert "valid values are from 1 to 1000" in said({"deadLetterTargetArn": arn(queue), "maxReceiveCount": "x"})
    assert "same type of queue" in said({"deadLetterTargetArn": arn(fifo), "maxReceiveCount": 1})
    assert "does not exist" in said({"deadLetterTargetArn": f"{arn(queue)}-not", "maxReceiveCount": 1})
    deny = {"RedriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})}
    other = made(sqs)
    sqs.set_queue_attributes(QueueUrl=other, Attributes=deny)
    shown = sqs.get_queue_attributes(QueueUrl=other, AttributeNames=["RedriveAllowPolicy"])["Attributes"]
    assert shown == deny
    assert "redrive allow policy" in said({"deadLetterTargetArn": arn(other), "maxReceiveCount": 1})


def test_permissions_and_tags(sqs: Any, queue: str) -> None:
    sqs.add_permission(QueueUrl=queue, Label="one", AWSAccountIds=["668614515564"], Actions=["ReceiveMessage"])
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "0"})
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]
    assert json.loads(found["Policy"])["Version"] == "2008-10-17"
    sqs.remove_permission(QueueUrl=queue, Label="one")
    assert refusal(sqs.remove_permission, QueueUrl=queue, Label="one")[1].endswith("Reason: can't find label.")
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=queue)


def test_a_queue_that_is_not_there(aws: Aws, older: Any) -> None:
    code, said = refusal(aws("sqs").get_queue_url, QueueName="missing")
    assert (code, said) == (f"{SQS}.NonExistentQueue", "The specified queue does not exist.")
    code, said = refusal(older.get_queue_url, QueueName="missing")
    assert said == "The specified queue does not exist for this wsdl version."


def test_codes_of_both_protocols_in_one_answer(aws: Aws) -> None:
    sqs = aws("sqs")
    url = made(sqs)
    for given, code in (("", "MissingRequiredParameterException"), ("\x01", "InvalidMessageContents")):
        with pytest.raises(ClientError) as failed:
            sqs.send_message(QueueUrl=url, MessageBody=given)
        assert failed.value.response["Error"]["QueryErrorCode"] == code
    with pytest.raises(ClientError) as failed:
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=11)
    assert failed.value.response["Error"]["QueryErrorCode"] == "InvalidParameterValueException"


@pytest.fixture
def abroad(aws: Aws) -> Iterator[tuple[Any, str]]:
    sqs = aws("sqs", region_name="eu-north-1")
    url = sqs.create_queue(QueueName=f"abroad-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    yield sqs, url
    sqs.delete_queue(QueueUrl=url)


def test_addresses_say_their_region(aws: Aws, engine: localaws.Engine, abroad: tuple[Any, str]) -> None:
    sqs, url = abroad
    here = aws("sqs").create_queue(QueueName=url.rsplit("/", 1)[1])["QueueUrl"]
    assert "eu-north-1" in url and here != url
    assert url in sqs.list_queues()["QueueUrls"] and here not in sqs.list_queues()["QueueUrls"]
    status, text = called(engine, f"{url}?Action=SendMessage&MessageBody=abroad", "eu-north-1")
    assert status == 200 and "<MD5OfMessageBody>" in text, text
    assert "abroad" not in called(engine, f"{here}?Action=ReceiveMessage", "us-east-1")[1]
    assert bodies(sqs, url) == ["abroad"]


def test_calls_to_an_address(engine: localaws.Engine, aws: Aws) -> None:
    url = made(aws("sqs"))
    for action in ("FooBar", "CreateQueue&QueueName=x", "ListQueues"):
        status, text = called(engine, f"{url}?Action={action}")
        assert status == 400 and "<Code>InvalidAction</Code>" in text
        assert f"The action {action.partition('&')[0]} is not valid for this endpoint." in text
    assert called(engine, url)[0] == 404 and "<UnknownOperationException" in called(engine, url)[1]
    text = called(engine, f"{url}?Action=SendMessage")[1]
    assert "<Code>MissingParameter</Code>" in text and "parameter MessageBody." in text
    listed = called(engine, f"{engine.url}/?Action=ListQueues", Accept="application/json")[1]
    assert url in json.loads(listed)["ListQueuesResponse"]["ListQueuesResult"]["QueueUrls"]
    asked = f"{url}?Action=GetQueueAttributes&AttributeName.1=DelaySeconds"
    found = json.loads(called(engine, asked, Accept="application/json")[1])["GetQueueAttributesResponse"]
    assert found["GetQueueAttributesResult"]["Attributes"] == [{"Name": "DelaySeconds", "Value": "0"}]
    for name in ("MessageAttribute", "MessageAttributes"):  # AWS takes both
        value = f"{name}.1.Value.DataType=String&{name}.1.Value.StringValue=red"
        assert called(engine, f"{url}?Action=SendMessage&MessageBody=x&{name}.1.Name=colour&{value}")[0] == 200
        [message] = aws("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
        assert message["MessageAttributes"] == {"colour": {"DataType": "String", "StringValue": "red"}}
    status, text = called(engine, f"{url}?Action=ListQueues", Accept="application/json")
    assert (status, json.loads(text)["Error"]["Code"]) == (400, "InvalidAction")


def called(engine: localaws.Engine, url: str, region: str = "us-east-1", **headers: str) -> tuple[int, str]:
    """A signed GET."""
    request = AWSRequest("GET", url, headers=headers)
    SigV4Auth(Credentials(engine.key_id, engine.secret), "sqs", region).add_auth(request)
    answer = requests.get(url, headers=dict(request.headers), timeout=10)
    return answer.status_code, answer.text
