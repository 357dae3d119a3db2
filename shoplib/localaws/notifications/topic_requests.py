"""What AWS refuses of topics: in its words, and before anything is made."""

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.moto_patches import Method, before, wrap
from shoplib.localaws.notifications import delivery_policies
from shoplib.localaws.notifications.publications import invalid, require_arn

NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo")
ONLY_FIFO = {"ArchivePolicy", "ContentBasedDeduplication", "FifoThroughputScope"}
LOGGED = ("Application", "Firehose", "HTTP", "Lambda", "SQS")
LOG_ROLES = {f"{protocol}{outcome}FeedbackRoleArn" for protocol in LOGGED for outcome in ("Success", "Failure")}
LOG_RATES = {f"{protocol}SuccessFeedbackSampleRate" for protocol in LOGGED}
WITHOUT_EFFECT = {"ArchivePolicy", *LOG_ROLES}  # refused rather than kept and ignored
ATTRIBUTES = {
    *("DeliveryPolicy", "DisplayName", "FifoTopic", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig"),
    *ONLY_FIFO,
    *LOG_ROLES,
    *LOG_RATES,
}
LONGEST_DISPLAY_NAME = 100
OF_A_TOPIC = (
    *("get_topic_attributes", "set_topic_attributes", "delete_topic", "list_subscriptions_by_topic"),
    *("add_permission", "remove_permission", "subscribe"),
)
VALUES = {
    "FifoThroughputScope": {"Topic", "MessageGroup"},
    "SignatureVersion": {"1", "2"},
    "TracingConfig": {"Active", "PassThrough"},
}


def install() -> None:
    """Idempotent."""
    before(SNSResponse, "create_topic", _check_creation)
    before(SNSResponse, "create_platform_application", _refuse_push)
    wrap(SNSBackend, "create_topic", _create)
    before(SNSResponse, "set_topic_attributes", _check_attribute)
    for operation in OF_A_TOPIC:
        before(SNSResponse, operation, _require_here)


def _require_here(self: Any) -> None:
    """moto looks for a topic of another region in its own, and does not find it; AWS refuses its name."""
    arn = self._get_param("TopicArn")
    require_arn(arn, "TopicArn")
    if not is_arn(arn) or Arn.parse(arn).region != self.backend.region_name:
        raise invalid("TopicArn")


def require_effect(name: str, value: Any) -> None:
    if value and value != "{}":
        raise Refusal("NotImplemented", f"The local SNS does not implement {name}.", 501)


def _refuse_push(*_: Any) -> None:
    """Of mobile push: no device would get anything."""
    raise NotImplementedError("sns:CreatePlatformApplication")


def _check_creation(self: Any) -> None:
    require_effect("DataProtectionPolicy", self._get_param("DataProtectionPolicy"))


def _create(original: Method) -> Method:
    def create_topic(self: Any, name: str, attributes: Any = None, tags: Any = None) -> Any:
        attributes = dict(attributes or {})
        fifo = _text(attributes.get("FifoTopic")) == "true"
        if not (FIFO_NAME if fifo else NAME).fullmatch(name):
            raise invalid("Topic Name")
        for attribute, value in attributes.items():
            if not _is_known(attribute, fifo):
                raise invalid(f"Attributes Reason: Unknown attribute {attribute}")
            _check_value(attribute, value, "Attributes Reason: ")
        present = set(self.topics)
        topic = original(self, name, attributes, tags)
        if topic.arn in present:
            _require_same(topic, attributes, tags or {})
        return topic

    return create_topic


def _check_attribute(self: Any) -> None:
    name, value = self._get_param("AttributeName"), self._get_param("AttributeValue")
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    if name == "FifoTopic" or not _is_known(name, topic.arn.endswith(".fifo")):
        raise invalid("AttributeName")
    _check_value(name, value, "")


def _is_known(name: str, fifo: bool) -> bool:
    return name in ATTRIBUTES and (fifo or name not in ONLY_FIFO)


def _check_value(name: str, value: Any, where: str) -> None:
    if name == "DisplayName" and len(value or "") > LONGEST_DISPLAY_NAME:
        raise invalid(f"{where}DisplayName")
    if name in VALUES and value not in VALUES[name]:
        raise invalid(f"{where}{name}")
    if name in WITHOUT_EFFECT:
        require_effect(name, value)
    if name == "DeliveryPolicy":
        check_delivery_policy(value, where, topic=True)


def check_delivery_policy(value: Any, where: str, *, topic: bool) -> None:
    try:
        delivery_policies.check(value, topic=topic)
    except delivery_policies.InvalidDeliveryPolicy as error:
        raise invalid(f"{where}DeliveryPolicy: {error}") from None


def _require_same(topic: Any, attributes: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    present = {name: getattr(topic, camelcase_to_underscores(name), None) for name in attributes}
    if any(_text(present[name]) != _text(value) for name, value in attributes.items()):
        raise invalid("Attributes Reason: Topic already exists with different attributes")
    if any(topic._tags.get(key) != value for key, value in tags.items()):
        raise invalid("Tags Reason: Topic already exists with different tags")


def _text(value: Any) -> str:
    """The same for documents that differ in spaces alone, and for true and "true"."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return str(value).lower() if isinstance(value, bool) else str(value)
