"""Keys that are disabled, wait to be deleted, or are made for another use: moto 5.2.5 encrypts with all of them,
a key has no usage when nobody says one, and some operations find it by its id alone.

On AWS each operation asks the key's state (DisabledException, KMSInvalidStateException) and its usage
(InvalidKeyUsageException) first. https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

import json
import re
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms import responses
from moto.kms.exceptions import NotFoundException, ValidationException
from moto.kms.models import KmsBackend

from shoplib.localaws.moto_patches import Method, after, before, wrap

Check = Callable[..., None]
ENCRYPTION, SIGNING, MACS = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC"
KEY_ID = re.compile(r"(mrk-[0-9a-f]{32})|([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
USAGES = {
    "encrypt": ENCRYPTION,
    "generate_data_key": ENCRYPTION,
    "sign": SIGNING,
    "verify": SIGNING,
    "generate_mac": MACS,
    "verify_mac": MACS,
}
OF_ENABLED_KEYS = ("enable_key_rotation", "create_grant", "get_public_key")
# moto looks these up by id alone, and does not find a key by its ARN.
BY_ID_ALONE = ("enable_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion")
PENDING = "PendingDeletion"
WINDOW_DAYS = range(7, 31)


def install() -> None:
    after(KmsBackend, "create_key", _set_usage)
    for name in USAGES:
        before(KmsBackend, name, _check_use(name))
    for name in OF_ENABLED_KEYS:
        before(KmsBackend, name, _check_enabled)
    for name in ("enable_key", "disable_key"):
        before(KmsBackend, name, _check_not_pending)
    before(KmsBackend, "schedule_key_deletion", _check_schedule)
    before(KmsBackend, "cancel_key_deletion", _check_pending)
    wrap(KmsBackend, "decrypt", _with_an_enabled_key)
    for name in BY_ID_ALONE:
        wrap(KmsBackend, name, _by_arn_too)
    wrap(responses, "_assert_default_policy", _unless_unnamed)
    wrap(responses.KmsResponse, "get_key_policy", _with_its_name)


def _set_usage(key: Any, *_: Any, **__: Any) -> None:
    key.key_usage = key.key_usage or ENCRYPTION


def require_use(key: Any, operation: str) -> None:
    """That the key is enabled, and made for what the operation does."""
    require_enabled(key)
    if key.key_usage != USAGES[operation]:
        name = "".join(part.capitalize() for part in operation.split("_"))
        text = f"{key.arn} key usage is {key.key_usage} which is not valid for {name}."
        raise JsonRESTError("InvalidKeyUsageException", text)


def _check_use(operation: str) -> Check:
    def check_use(backend: Any, *arguments: Any, **kwargs: Any) -> None:
        require_use(key_of(backend, arguments, kwargs), operation)

    check_use.__qualname__ = f"check_{operation}"
    return check_use


def _check_enabled(backend: Any, *arguments: Any, **kwargs: Any) -> None:
    require_enabled(key_of(backend, arguments, kwargs))


def _check_not_pending(backend: Any, *arguments: Any, **kwargs: Any) -> None:
    key = key_of(backend, arguments, kwargs)
    if key.key_state == PENDING:
        raise _pending(key)


def _check_schedule(backend: Any, *arguments: Any, **kwargs: Any) -> None:
    _check_not_pending(backend, *arguments, **kwargs)
    days = kwargs.get("pending_window_in_days", arguments[-1] if arguments else None)
    if days not in WINDOW_DAYS:
        raise ValidationException("Pending window must be between 7 and 30 days, inclusive")


def _check_pending(backend: Any, *arguments: Any, **kwargs: Any) -> None:
    key = key_of(backend, arguments, kwargs)
    if key.key_state != PENDING:
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")


def _with_an_enabled_key(original: Method) -> Method:
    """Which key it was encrypted with is known by decrypting it."""

    def decrypt(backend: Any, *arguments: Any, **kwargs: Any) -> Any:
        plaintext, arn = original(backend, *arguments, **kwargs)
        require_enabled(backend.describe_key(arn))
        return plaintext, arn

    return decrypt


def _by_arn_too(original: Method) -> Method:
    def find(backend: Any, *arguments: Any, **kwargs: Any) -> Any:
        key_id = key_of(backend, arguments, kwargs).id
        if "key_id" in kwargs:
            return original(backend, **kwargs | {"key_id": key_id})
        return original(backend, key_id, *arguments[1:], **kwargs)

    return find


def _unless_unnamed(original: Method) -> Method:
    """A key has one policy, `default`, and need not be told its name."""
    return lambda name: original(name or "default")


def _with_its_name(original: Method) -> Method:
    return lambda response: json.dumps(json.loads(original(response)) | {"PolicyName": "default"})


def key_of(backend: Any, arguments: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    identifier = kwargs["key_id"] if "key_id" in kwargs else arguments[0]
    alias = backend.get_alias_name(identifier)
    is_alias = alias.startswith("alias/")
    key_id = backend.get_key_id_from_alias(alias) if is_alias else backend.get_key_id(identifier)
    if key_id not in backend.keys:
        raise _missing(backend, alias if is_alias else key_id)
    return backend.keys[key_id]


def _missing(backend: Any, name: str) -> NotFoundException:
    place = f"arn:aws:kms:{backend.region_name}:{backend.account_id}"
    if name.startswith("alias/"):
        return NotFoundException(f"Alias {place}:{name} is not found.")
    known = KEY_ID.fullmatch(name)
    return NotFoundException(f"Key '{place}:key/{name}' does not exist" if known else f"Invalid keyId '{name}'")


def require_enabled(key: Any) -> None:
    if key.key_state == "Disabled":
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state == PENDING:
        raise _pending(key)
    if key.key_state == "PendingImport":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending import.")


def _pending(key: Any) -> JsonRESTError:
    return JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
