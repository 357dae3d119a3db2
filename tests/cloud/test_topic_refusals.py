"""SNS refuses in AWS's words and codes, before it makes or sends anything."""

import dataclasses
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shoplib import localaws
from tests.cloud.conftest import clients

Aws = Callable[..., Any]
QUEUE = "arn:aws:sqs:us-east-1:123456789012:refusals"
STANDARD = "InvalidParameter"
TYPES = "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    assert set(error) == {"Code", "Message", "Type"}, "AWS tells the message once"
    return error["Code"], error["Message"]


@pytest.fixture
def topic(aws: Aws) -> str:
    return str(aws("sns").create_topic(Name=f"refusals-{uuid.uuid4().hex[:8]}")["TopicArn"])


@pytest.fixture
def fifo_topic(aws: Aws) -> str:
    name = f"refusals-{uuid.uuid4().hex[:8]}.fifo"
    return str(aws("sns").create_topic(Name=name, Attributes={"FifoTopic": "true"})["TopicArn"])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Message": ""}, "Empty message"),
        ({"Message": " \n"}, "Empty message"),
        ({"Subject": ""}, "Subject"),
        ({"Subject": "x" * 101}, "Subject"),
        ({"Subject": "two\nlines"}, "Subject"),
        ({"Message": "x" * (256 * 1024 + 1)}, "Message too long"),
        ({"TopicArn": "randomstring"}, "TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ({"TopicArn": ""}, "TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ({"MessageStructure": "json"}, "Message Structure - JSON message body failed to parse"),
        (
            {"MessageStructure": "json", "Message": '{"sqs": "x"}'},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"MessageStructure": "json", "Message": '{"default": {"a": 1}}'},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"MessageDeduplicationId": "d"},
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid "
            "for this topic type",
        ),
    ],
)
def test_a_message(aws: Aws, topic: str, fields: dict[str, Any], said: str) -> None:
    message = {"TopicArn": topic, "Message": "m", **fields}
    assert refusal(aws("sns").publish, **message) == (STANDARD, f"Invalid parameter: {said}")


def test_where_a_message_goes(aws: Aws, topic: str) -> None:
    sns, endpoint = aws("sns"), "arn:aws:sns:us-east-1:123456789012:endpoint/APNS/none/0f776670"
    assert refusal(sns.publish, TopicArn=f"{topic}x", Message="m") == ("NotFound", "Topic does not exist")
    assert refusal(sns.publish, TargetArn=endpoint, Message="m") == (
        STANDARD,
        "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified",
    )
    assert refusal(sns.publish, Message="m")[0] == STANDARD
    assert sns.publish(TargetArn=topic, Message="m")["MessageId"]


@pytest.mark.parametrize(
    ("name", "attribute", "said"),
    [
        (
            "a",
            {"DataType": "String", "StringValue": ""},
            "The message attribute 'a' must contain non-empty message attribute value for message attribute type "
            "'String'.",
        ),
        (
            "a",
            {"DataType": "Binary"},
            "The message attribute 'a' must contain non-empty message attribute value for message attribute type "
            "'Binary'.",
        ),
        (
            "a",
            {"DataType": "Number", "BinaryValue": b"1"},
            "The message attribute 'a' with type 'Number' must use field 'String'.",
        ),
        (
            "a",
            {"DataType": "Binary", "StringValue": "1"},
            "The message attribute 'a' with type 'Binary' must use field 'Binary'.",
        ),
        ("a", {"DataType": "Stringlike", "StringValue": "1"}, f"The message attribute 'a' {TYPES}"),
        ("a", {"DataType": "Number", "StringValue": "x"}, "Could not cast message attribute 'a' value to number."),
        (
            "a^",
            {"DataType": "String", "StringValue": "1"},
            "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include "
            "alphanumeric characters, hyphens, underscores, or dots.",
        ),
        (
            ".a",
            {"DataType": "String", "StringValue": "1"},
            "Invalid message attribute name starting with character '.' was found.",
        ),
        (
            "a.",
            {"DataType": "String", "StringValue": "1"},
            "Invalid message attribute name ending with character '.' was found.",
        ),
        (
            "a..b",
            {"DataType": "String", "StringValue": "1"},
            "Message attribute name can not have successive '.' character.",
        ),
        (
            "a" * 256,
            {"DataType": "String", "StringValue": "1"},
            "Length of message attribute name must be less than 256 bytes.",
        ),
    ],
)
def test_an_attribute_alone_and_in_a_batch(
    aws: Aws, topic: str, name: str, attribute: dict[str, Any], said: str
) -> None:
    message: dict[str, Any] = {"Message": "m", "MessageAttributes": {name: attribute}}
    sns = aws("sns")
    assert refusal(sns.publish, TopicArn=topic, **message) == ("ParameterValueInvalid", said)
    entries = [{"Id": "1", **message}]
    assert refusal(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries)[1] == said


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(number)} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "1"}, {"Id": "1"}], "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b"}], "InvalidBatchEntryId"),
        ([{"Id": "1", "Message": "x" * 140_000}, {"Id": "2", "Message": "x" * 140_000}], "BatchRequestTooLong"),
    ],
)
def test_a_batch(aws: Aws, topic: str, entries: list[dict[str, Any]], code: str) -> None:
    batch = [{"Message": "m", **each} for each in entries]
    assert refusal(aws("sns").publish_batch, TopicArn=topic, PublishBatchRequestEntries=batch)[0] == code


def test_a_fifo_topic(aws: Aws, fifo_topic: str) -> None:
    sns, group = aws("sns"), {"TopicArn": fifo_topic, "Message": "m", "MessageGroupId": "g"}
    assert refusal(sns.publish, TopicArn=fifo_topic, Message="m") == (
        STANDARD,
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
    )
    assert refusal(sns.publish, **group) == (
        STANDARD,
        "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly",
    )
    numbers = [sns.publish(**group, MessageDeduplicationId=str(each))["SequenceNumber"] for each in range(3)]
    entry = {"Id": "1", "Message": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    (sent,) = sns.publish_batch(TopicArn=fifo_topic, PublishBatchRequestEntries=[entry])["Successful"]
    numbers.append(sent["SequenceNumber"])
    assert numbers == sorted(numbers)
    assert {len(each) for each in numbers} == {20}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Protocol": "test-protocol"}, "Amazon SNS does not support this protocol string: test-protocol"),
        ({"Endpoint": "http://127.0.0.1/queue"}, "SQS endpoint ARN"),
        ({"Protocol": "http", "Endpoint": "https://127.0.0.1"}, "Endpoint must match the specified protocol"),
        (
            {"Attributes": {"RawMessageDelivery": "wrongvalue"}},
            "Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false.",
        ),
        ({"Attributes": {"Foo": "x"}}, "Attributes Reason: AttributeName"),
    ],
)
def test_a_subscription(aws: Aws, topic: str, fields: dict[str, Any], said: str) -> None:
    sns, asked = aws("sns"), {"TopicArn": topic, "Protocol": "sqs", "Endpoint": QUEUE, **fields}
    assert refusal(sns.subscribe, **asked) == (STANDARD, f"Invalid parameter: {said}")
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_the_same_subscription_again(aws: Aws, topic: str) -> None:
    sns, asked = aws("sns"), {"TopicArn": topic, "Protocol": "sqs", "Endpoint": QUEUE}
    arn = sns.subscribe(**asked, Attributes={"RawMessageDelivery": "true"})["SubscriptionArn"]
    for attributes in ({}, {"RawMessageDelivery": "true"}):
        assert sns.subscribe(**asked, Attributes=attributes)["SubscriptionArn"] == arn
    assert refusal(sns.subscribe, **asked, Attributes={"RawMessageDelivery": "false"}) == (
        STANDARD,
        "Invalid parameter: Attributes Reason: Subscription already exists with different attributes",
    )


def test_attributes_of_a_subscription(aws: Aws, topic: str) -> None:
    sns = aws("sns")
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)["SubscriptionArn"]

    def said(name: str, value: str) -> str:
        return refusal(sns.set_subscription_attributes, SubscriptionArn=arn, AttributeName=name, AttributeValue=value)[
            1
        ].removeprefix("Invalid parameter: ")

    slip = (
        "failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to start field name\n"
        " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]"
    )
    assert said("Fake", "x") == "AttributeName"
    assert said("RawMessageDelivery", "ValUe") == "RawMessageDelivery: Invalid value [ValUe]. Must be true or false."
    assert said("RawMessageDelivery", "") == "RawMessageDelivery: Invalid value []. Must be true or false."
    assert said("RedrivePolicy", '{"deadLetterTargetArn": "fake"}') == (
        "RedrivePolicy: deadLetterTargetArn is an invalid arn"
    )
    assert said("RedrivePolicy", "{invalidjson}") == f"RedrivePolicy: {slip}"
    assert said("FilterPolicy", "{invalidjson}") == f"FilterPolicy: {slip}"
    assert said("FilterPolicy", "invalid") == (
        "FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON String, Number, Array, "
        "Object or token 'null', 'true' or 'false')\n at [Source: REDACTED "
        "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 8]"
    )
    sns.unsubscribe(SubscriptionArn=arn)
    assert said("RawMessageDelivery", "true") == "Subscription does not exist"
    sns.unsubscribe(SubscriptionArn=arn)


def test_unsubscribe_and_confirm(aws: Aws, topic: str) -> None:
    sns = aws("sns")
    assert refusal(sns.unsubscribe, SubscriptionArn="randomstring")[1] == (
        "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"
    )
    for operation in (sns.unsubscribe, sns.get_subscription_attributes):
        assert refusal(operation, SubscriptionArn=f"{topic}:id")[1] == "Invalid parameter: SubscriptionId"
    assert refusal(sns.get_subscription_attributes, SubscriptionArn="PendingConfirmation")[1].endswith("not 1")
    assert refusal(sns.confirm_subscription, TopicArn=topic, Token="x")[1] == "Invalid token"
    assert refusal(sns.confirm_subscription, TopicArn=topic, Token="51b2ff" * 40)[1] == "Invalid parameter: Token"


def test_tags(aws: Aws, topic: str) -> None:
    sns, name = aws("sns"), topic.rsplit(":", 1)[-1]
    twice = [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]
    for call, of_what in ((sns.tag_resource, {"ResourceArn": topic}), (sns.create_topic, {"Name": "twice"})):
        assert refusal(call, **of_what, Tags=twice)[1] == "Invalid parameter: Duplicated keys are not allowed."
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "k", "Value": "1"}])
    for tags in ([], [{"Key": "k", "Value": "1"}]):
        assert sns.create_topic(Name=name, Tags=tags)["TopicArn"] == topic
    assert refusal(sns.create_topic, Name=name, Tags=[{"Key": "other", "Value": "1"}])[1] == (
        "Invalid parameter: Tags Reason: Topic already exists with different tags"
    )


@pytest.mark.parametrize(
    ("name", "attributes", "said"),
    [
        ("no spaces", {}, "Topic Name"),
        ("n" * 257, {}, "Topic Name"),
        ("standard.fifo", {}, "Topic Name"),
        ("standard.fifo", {"FifoTopic": "false"}, "Topic Name"),
        ("fifo", {"FifoTopic": "true"}, "Topic Name"),
        ("topic", {"Unheard": "of"}, "Attributes Reason: Unknown attribute Unheard"),
        (
            "topic",
            {"ContentBasedDeduplication": "true"},
            "Attributes Reason: Unknown attribute ContentBasedDeduplication",
        ),
        ("topic", {"DisplayName": "d" * 101}, "Attributes Reason: DisplayName"),
        ("topic", {"TracingConfig": "Off"}, "Attributes Reason: TracingConfig"),
    ],
)
def test_a_topic(aws: Aws, name: str, attributes: dict[str, str], said: str) -> None:
    sns = aws("sns")
    assert refusal(sns.create_topic, Name=name, Attributes=attributes) == (STANDARD, f"Invalid parameter: {said}")
    assert not any(each["TopicArn"].endswith(f":{name}") for each in sns.list_topics()["Topics"])


def test_the_same_topic_again(aws: Aws, topic: str, fifo_topic: str) -> None:
    sns, name = aws("sns"), topic.rsplit(":", 1)[-1]
    for attributes in ({}, {"FifoTopic": "false"}, {"DisplayName": ""}):
        assert sns.create_topic(Name=name, Attributes=attributes)["TopicArn"] == topic
    assert refusal(sns.create_topic, Name=name, Attributes={"DisplayName": "other"})[1] == (
        "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
    )
    policy = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    assert sns.create_topic(Name=name, Attributes={"Policy": policy.replace(",", " , ")})["TopicArn"] == topic
    fifo_name = fifo_topic.rsplit(":", 1)[-1]
    assert sns.create_topic(Name=fifo_name, Attributes={"FifoTopic": "true"})["TopicArn"] == fifo_topic


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Unheard", "of", "AttributeName"),
        ("FifoTopic", "true", "AttributeName"),
        ("HTTPSSuccessFeedbackRoleArn", "arn:aws:iam::123456789012:role/r", "AttributeName"),
        ("ContentBasedDeduplication", "true", "AttributeName"),
        ("DisplayName", "d" * 101, "DisplayName"),
        ("SignatureVersion", "3", "SignatureVersion"),
    ],
)
def test_an_attribute_of_a_topic(aws: Aws, topic: str, name: str, value: str, said: str) -> None:
    refused = refusal(aws("sns").set_topic_attributes, TopicArn=topic, AttributeName=name, AttributeValue=value)
    assert refused == (STANDARD, f"Invalid parameter: {said}")


@pytest.mark.parametrize(
    ("policy", "reason", "column"),
    [
        ('{"key":[["value"]]}', "Match value must be String, number, true, false, or null", 10),
        ('{"key":[{"wrong-operator":true}]}', "Unrecognized match type wrong-operator", 31),
        ('{"key":[{"suffix":"value","prefix":"value2"}]}', "Only one key allowed in match expression", 37),
        ('{"key":[{"suffix":100}]}', "suffix match pattern must be a string", 22),
        ('{"key":[{"suffix":null}]}', "suffix match pattern must be a string", 23),
        ('{"key":[{"suffix":[]}]}', "suffix match pattern must be a string", 20),
        ('{"key":[{"suffix":["test","test2"]}]}', "suffix match pattern must be a string", 20),
        ('{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19),
        ('{"key":{"suffix":"value","prefix":"value"}}', '"suffix" must be an object or an array', 19),
        ('{"key_a":"value_one"}', '"key_a" must be an object or an array', 11),
        ('{"key":[{"numeric":[]}]}', "Invalid member in numeric match: ]", 22),
        ('{"key":[{"numeric":["operator"]}]}', "Unrecognized numeric range operator: operator", 32),
        ('{"key":[{"numeric":[1,"<="]}]}', "Invalid member in numeric match: 1", 22),
        ('{"key":[{"numeric":["=","000"]}]}', "Value of equals must be numeric", 26),
        ('{"key":[{"numeric":[">="]}]}', "Value of >= must be numeric", 26),
        ('{"key":[{"numeric":["<",100,">",10]}]}', "Too many elements in numeric expression", 30),
        ('{"key":[{"numeric":[">=",1,">",2]}]}', "Bad numeric range operator: >", 31),
        ('{"key":[{"numeric":[">",3,"<",1]}]}', "Bottom must be less than top", 33),
        ('{"key":[{"numeric":[">",20,"<="]}]}', "Value of <= must be numeric", 33),
        ('{"key":[{"numeric":[">",20,30]}]}', "Bad value in numeric range: 30", 30),
        ('{"key":[{"numeric":[">",20,"test"]}]}', "Bad numeric range operator: test", 34),
        ('{"key":[{"numeric":[">","20","<","30"]}]}', "Value of > must be numeric", 26),
        ('{"key":[{"numeric":[">",20,"<","30"]}]}', "Value of < must be numeric", 33),
        ('{"key":[{"numeric":[">",20,"<",30,"<",50]}]}', "Too many terms in numeric range expression", 36),
        ('{"key":[{"exists":null}]}', "exists match pattern must be either true or false.", 23),
        ('{"key":[{"exists":"no"}]}', "exists match pattern must be either true or false.", 20),
    ],
)
def test_a_filter_policy_is_refused_with_the_place_in_its_shortest_text(
    aws: Aws, topic: str, policy: str, reason: str, column: int
) -> None:
    with_spaces = {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(json.loads(policy), indent=1)}
    queue = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": QUEUE}
    assert refusal(aws("sns").subscribe, **queue, Attributes=with_spaces)[1] == (
        f"Invalid parameter: Attributes Reason: FilterPolicy: {reason}"
        f'\n at [Source: (String)"{policy}"; line: 1, column: {column}]'
    )


def test_what_would_have_no_effect_is_refused_by_name(aws: Aws, topic: str, fifo_topic: str) -> None:
    sns, archive, role = aws("sns"), '{"MessageRetentionPeriod": 7}', "arn:aws:iam::123456789012:role/r"
    queue = {"TopicArn": fifo_topic, "Protocol": "sqs", "Endpoint": f"{QUEUE}.fifo"}
    for name, call in {
        "ArchivePolicy": lambda: refusal(
            sns.set_topic_attributes, TopicArn=fifo_topic, AttributeName="ArchivePolicy", AttributeValue=archive
        ),
        "SQSFailureFeedbackRoleArn": lambda: refusal(
            sns.set_topic_attributes, TopicArn=topic, AttributeName="SQSFailureFeedbackRoleArn", AttributeValue=role
        ),
        "DataProtectionPolicy": lambda: refusal(
            sns.create_topic, Name="protected", DataProtectionPolicy='{"Name": "p"}'
        ),
        "ReplayPolicy": lambda: refusal(
            sns.subscribe, **queue, Attributes={"ReplayPolicy": '{"PointType": "Timestamp"}'}
        ),
    }.items():
        assert call() == ("NotImplemented", f"The local SNS does not implement {name}.")


def test_a_topic_of_another_region(aws: Aws, engine: localaws.Engine, topic: str) -> None:
    elsewhere = clients(dataclasses.replace(engine, region="eu-west-3"))("sns")
    entries = [{"Id": "1", "Message": "m"}]
    for call in (
        lambda: refusal(elsewhere.publish, TopicArn=topic, Message="m"),
        lambda: refusal(elsewhere.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries),
        lambda: refusal(elsewhere.get_topic_attributes, TopicArn=topic),
        lambda: refusal(
            elsewhere.set_topic_attributes, TopicArn=topic, AttributeName="DisplayName", AttributeValue="x"
        ),
        lambda: refusal(elsewhere.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=QUEUE),
        lambda: refusal(elsewhere.list_subscriptions_by_topic, TopicArn=topic),
        lambda: refusal(elsewhere.remove_permission, TopicArn=topic, Label="x"),
        lambda: refusal(elsewhere.delete_topic, TopicArn=topic),
    ):
        assert call() == (STANDARD, "Invalid parameter: TopicArn")
    sns = aws("sns")
    for operation in (sns.get_topic_attributes, sns.list_subscriptions_by_topic, sns.delete_topic):
        assert refusal(operation, TopicArn="arn:aws:sns:us-east-1:random") == (
            STANDARD,
            "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 5",
        )
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"] == topic


RETRIES = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    **dict.fromkeys(("numMaxDelayRetries", "numNoDelayRetries", "numMinDelayRetries"), 0),
    "backoffFunction": "linear",
}
PLAIN = {"headerContentType": "text/plain; charset=UTF-8"}
IN_JSON = {"headerContentType": "application/json"}
QUICK = {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}


@pytest.mark.parametrize(
    ("chosen", "shown", "retries", "request_policy"),
    [
        (None, None, RETRIES, PLAIN),
        ({"defaultRequestPolicy": IN_JSON}, {"defaultRequestPolicy": IN_JSON}, RETRIES, IN_JSON),
        ({"defaultHealthyRetryPolicy": QUICK}, {"defaultHealthyRetryPolicy": QUICK}, RETRIES | QUICK, PLAIN),
        ({"defaultHealthyRetryPolicy": None}, {}, RETRIES, PLAIN),
    ],
)
def test_the_delivery_policy_in_effect(
    aws: Aws, topic: str, chosen: Any, shown: Any, retries: dict[str, Any], request_policy: dict[str, Any]
) -> None:
    sns, overrides = aws("sns"), {"disableSubscriptionOverrides": False}
    text = json.dumps({"http": chosen}) if chosen is not None else ""
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy", AttributeValue=text)
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert json.loads(attributes["EffectiveDeliveryPolicy"]) == {
        "http": {"defaultHealthyRetryPolicy": retries, **overrides, "defaultRequestPolicy": request_policy}
    }
    own = attributes.get("DeliveryPolicy")
    assert own == (None if shown is None else own)
    assert own is None or json.loads(own) == {"http": {**overrides, **shown}}


def test_the_delivery_policy_of_a_subscription(aws: Aws, topic: str) -> None:
    sns, text = aws("sns"), json.dumps({"requestPolicy": {"headerContentType": "text/csv"}})
    http = {"TopicArn": topic, "Protocol": "http", "Endpoint": "http://127.0.0.1:9/"}
    arn = sns.subscribe(**http, Attributes={"DeliveryPolicy": text}, ReturnSubscriptionArn=True)["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    nothing = {"sicklyRetryPolicy": None, "throttlePolicy": None, "guaranteed": False}
    own = {"healthyRetryPolicy": None, "requestPolicy": {"headerContentType": "text/csv"}, **nothing}
    assert json.loads(attributes["DeliveryPolicy"]) == own
    assert json.loads(attributes["EffectiveDeliveryPolicy"]) == {**own, "healthyRetryPolicy": RETRIES}


def test_settings_of_text_messages(aws: Aws) -> None:
    sns = aws("sns")
    assert sns.get_sms_attributes()["attributes"]["MonthlySpendLimit"] == "1"
    for name, value, said in (
        ("DefaultSMSType", "Urgent", "DefaultSMSType is invalid"),
        ("DefaultSmsType", "Promotional", "DefaultSmsType is not a valid attribute"),
    ):
        assert refusal(sns.set_sms_attributes, attributes={name: value}) == ("InvalidParameter", said)
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Transactional", "DefaultSenderID": "shop"})
    wished = ["MonthlySpendLimit", "DefaultSMSType"]
    assert sns.get_sms_attributes(attributes=wished)["attributes"] == {
        "MonthlySpendLimit": "1",
        "DefaultSMSType": "Transactional",
    }


def test_nobody_has_opted_out(aws: Aws) -> None:
    sns = aws("sns")
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == []
    assert sns.check_if_phone_number_is_opted_out(phoneNumber="+15551234599")["isOptedOut"] is False
