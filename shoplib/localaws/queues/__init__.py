"""SQS as AWS answers it: see README.md."""

import moto.sqs.models as models
from moto.core.errors import ErrorLookupFactory
from moto.core.serialize import QueryJSONSerializer, SqsQuerySerializer
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from shoplib.localaws.moto_patches import before, replace, replace_methods, replace_property, wrap
from shoplib.localaws.queues import errors, lifetimes, owning, receiving, sending
from shoplib.localaws.queues.addresses import address_of, at_queue_addresses, with_older_names


def install() -> None:
    """Teach moto's SQS the rules, after `moto_fixes` corrected its queues."""
    _install_errors()
    _install_messages()
    _install_queues()


def _install_errors() -> None:
    wrap(ErrorLookupFactory, "_create_error_lut", errors.with_common_errors)
    wrap(QueryJSONSerializer, "get_serialized_name", with_older_names)
    wrap(SqsQuerySerializer, "_serialize_error_metadata", errors.with_empty_detail)


def _install_messages() -> None:
    replace_methods(
        SQSResponse,
        send_message=sending.send_message,
        send_message_batch=sending.send_message_batch,
        delete_message=receiving.delete_message,
        delete_message_batch=receiving.delete_message_batch,
        change_message_visibility=receiving.change_message_visibility,
        change_message_visibility_batch=receiving.change_message_visibility_batch,
        list_queue_tags=owning.list_queue_tags,
    )
    before(SQSResponse, "receive_message", receiving.check_request)
    wrap(models, "_filter_message_attributes", receiving.with_wildcard)
    replace(Message, "validate_attribute_name", staticmethod(_checked_already))


def _install_queues() -> None:
    wrap(SQSResponse, "create_queue", owning.creating)
    wrap(SQSResponse, "set_queue_attributes", owning.setting)
    wrap(SQSResponse, "get_queue_attributes", owning.getting)
    before(SQSResponse, "list_queues", owning.check_listing)
    wrap(SQSBackend, "remove_permission", owning.removing_permission)
    wrap(SQSBackend, "delete_queue", lifetimes.remembering)
    replace(SQSBackend, "purge_queue", lifetimes.purge_queue)
    replace(Queue, "BASE_ATTRIBUTES", owning.OFFERED)
    replace(Queue, "redrive_allow_policy", None)
    replace(Queue, "url", address_of)
    replace_property(Queue, "policy", owning.policy_of, owning.set_policy)


def _checked_already(name: str) -> None:
    """moto asks again, for the digest, and knows ASCII alone."""


__all__ = ["at_queue_addresses", "install"]
