"""Mails and SMS end in the mailbox; what SES would do and we do not is refused."""

import json
import uuid
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from shoplib import localaws, provision
from tests.cloud.refusals import code_and_message, code_of
from tests.commands import Command

Aws = Callable[..., Any]
Read = Callable[[str], list[Any]]
SHOP = "shop@example.com"
SIMPLE = {
    "Subject": {"Data": "Grüße"},
    "Body": {"Text": {"Data": "Hello ✓"}, "Html": {"Data": "<b>Hello</b>"}},
}


@pytest.fixture(scope="module")
def read(engine: localaws.Engine) -> Read:
    """The messages to somebody, without what is new each time."""
    fields = ("channel", "source", "to", "subject", "text", "html")
    target = provision.local()
    return lambda to: [{name: message[name] for name in fields} for message in provision.mailbox(to, target)]


@pytest.fixture(scope="module", autouse=True)
def sender(aws: Aws) -> None:
    aws("sesv2").create_email_identity(EmailIdentity=SHOP)
    aws("ses").verify_domain_identity(Domain="shop.example")


@pytest.fixture
def somebody() -> str:
    return f"{uuid.uuid4().hex}@example.com"


def mail(source: str, *to: str, text: str, **more: Any) -> dict[str, Any]:
    empty = {"channel": "email", "source": source, "to": list(to), "subject": None, "text": text, "html": None}
    return empty | more


def test_a_mail_has_both_its_bodies_and_all_its_receivers(aws: Aws, read: Read, somebody: str) -> None:
    to = {"ToAddresses": [f"Ada <{somebody}>"], "BccAddresses": ["boss@example.com"]}
    sent = aws("sesv2").send_email(FromEmailAddress=f"Shop <{SHOP}>", Destination=to, Content={"Simple": SIMPLE})
    expected = mail(
        f"Shop <{SHOP}>", somebody, "boss@example.com", text="Hello ✓", subject="Grüße", html="<b>Hello</b>"
    )
    assert read(somebody) == read(somebody.upper()) == [expected]
    assert sent["MessageId"] in [each["message_id"] for each in provision.mailbox(None, provision.local())]


def test_version_1_sends_to_the_same_mailbox(aws: Aws, read: Read, somebody: str) -> None:
    body = {"Subject": {"Data": "Hi"}, "Body": {"Html": {"Data": "<p>1</p>"}}}
    aws("ses").send_email(Source="x@shop.example", Destination={"ToAddresses": [somebody]}, Message=body)
    assert read(somebody) == [mail("x@shop.example", somebody, text="", subject="Hi", html="<p>1</p>")]


@pytest.mark.parametrize("version", [1, 2])
def test_a_raw_mail_is_read(aws: Aws, read: Read, somebody: str, version: int) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SHOP, f"Ada Lovelace <{somebody}>", "Ünïcode"
    message.set_content("plain ✓\n")
    message.add_alternative("<p>rich</p>", subtype="html")
    if version == 1:
        aws("ses").send_raw_email(RawMessage={"Data": message.as_bytes()})
    else:
        aws("sesv2").send_email(Content={"Raw": {"Data": message.as_bytes()}})
    [got] = read(somebody)
    assert (got["subject"], got["text"].strip(), got["html"].strip()) == ("Ünïcode", "plain ✓", "<p>rich</p>")


def test_nobody_sends_from_an_address_that_is_no_identity(aws: Aws, read: Read, somebody: str) -> None:
    send = aws("sesv2").send_email
    request = {"Destination": {"ToAddresses": [somebody]}, "Content": {"Simple": SIMPLE}}
    code, text = code_and_message(send, FromEmailAddress="eve@example.org", **request)
    assert code == "MessageRejected"
    assert text.startswith("Email address is not verified.") and text.endswith("US-EAST-1: eve@example.org")
    assert read(somebody) == []


@pytest.mark.parametrize(
    "more",
    [
        {"ConfigurationSetName": "x"},
        {"ListManagementOptions": {"ContactListName": "x"}},
        {"Content": {"Template": {"TemplateName": "x", "TemplateData": "{}"}}},
        {"Content": {"Simple": {**SIMPLE, "Headers": [{"Name": "X-A", "Value": "b"}]}}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_would_be_ignored_is_refused(aws: Aws, read: Read, somebody: str, more: dict[str, Any]) -> None:
    request = {"FromEmailAddress": SHOP, "Destination": {"ToAddresses": [somebody]}, "Content": {"Simple": SIMPLE}}
    assert code_of(aws("sesv2").send_email, **{**request, **more}) == "NotImplemented"
    assert read(somebody) == []


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sesv2", "create_configuration_set", {"ConfigurationSetName": "x"}),
        ("sesv2", "create_contact_list", {"ContactListName": "x"}),
        ("ses", "create_template", {"Template": {"TemplateName": "x"}}),
        ("ses", "create_receipt_rule_set", {"RuleSetName": "x"}),
    ],
)
def test_other_operations_are_refused_by_name(aws: Aws, service: str, operation: str, parameters: Any) -> None:
    assert code_of(getattr(aws(service), operation), **parameters) == "NotImplemented"


def test_sms_and_mails_of_topics_arrive(aws: Aws, read: Read, somebody: str) -> None:
    sns, phone = aws("sns"), f"+4917{uuid.uuid4().int % 10**8:08}"
    sns.publish(PhoneNumber=phone, Message="one")
    topic = sns.create_topic(Name=f"news-{uuid.uuid4().hex[:6]}")["TopicArn"]
    for protocol, endpoint in (("email", somebody), ("sms", phone), ("email-json", f"json-{somebody}")):
        policy = json.dumps({"kind": ["news"]})
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes={"FilterPolicy": policy})
    asked, asked_in_json = (read(each)[0]["text"] for each in (somebody, f"json-{somebody}"))
    for address in (asked.splitlines()[-1], json.loads(asked_in_json)["SubscribeURL"]):
        assert requests.get(address, timeout=5).status_code == 200
    for kind in ("news", "noise"):
        attribute = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=topic, Message=kind, Subject="Hear", MessageAttributes=attribute)
    assert [(each["channel"], each["text"]) for each in read(phone)] == [("sms", "one"), ("sms", "news")]
    confirmation = ("AWS Notification - Subscription Confirmation", asked)
    assert [(each["subject"], each["text"]) for each in read(somebody)] == [confirmation, ("Hear", "news")]
    assert json.loads(read(f"json-{somebody}")[1]["text"])["Message"] == "news"


def test_the_command_shows_it(aws: Aws, somebody: str, command: Command) -> None:
    to = {"ToAddresses": [somebody]}
    aws("sesv2").send_email(FromEmailAddress=SHOP, Destination=to, Content={"Simple": SIMPLE})
    shown = command("mailbox", somebody)
    assert shown.code == 0 and f"email from {SHOP} to {somebody}\nGrüße\n\nHello ✓" in shown.out
    assert json.loads(command("mailbox", somebody, "--json").out)["html"] == "<b>Hello</b>"
