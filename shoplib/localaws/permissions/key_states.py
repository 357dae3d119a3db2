"""What a service encrypts under a key that is disabled, or waits for its deletion, can be neither read nor written.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html: "the service cannot use the key". That has
nothing to do with permissions: it meets the account's administrator, and a local AWS whose IAM is off, too.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from shoplib.localaws import request_scope
from shoplib.localaws.accounts import account_of
from shoplib.localaws.arns import Arn
from shoplib.localaws.permissions.denials import ServiceError
from shoplib.localaws.permissions.requests import Access, accesses_of, service_of, with_keys
from shoplib.localaws.permissions.requests.accesses import Place

Environ = dict[str, Any]
DISABLED, PENDING = "Disabled", "PendingDeletion"
WORDS = {DISABLED: "is disabled.", PENDING: "is pending deletion."}
# Each service's code of a disabled key and of one that waits for its deletion; SQS has others in the older protocol.
CODES = {
    "s3": ("KMS.DisabledException", "KMS.KMSInvalidStateException"),
    "sqs": ("KmsDisabled", "KmsInvalidState"),
    "sns": ("KMSDisabled", "KMSInvalidState"),
    "kinesis": ("KMSDisabledException", "KMSInvalidStateException"),
    "ssm": ("InvalidKeyId", "InvalidKeyId"),
    "secretsmanager": ("DecryptionFailure", "DecryptionFailure"),
    "dynamodb": ("AccessDeniedException", "AccessDeniedException"),
}
QUERY_CODES = {"sqs": ("KMS.DisabledException", "KMS.KMSInvalidStateException")}


def refusal(environ: Environ) -> ServiceError | None:
    """What the service answers to a signed request that needs a key which is not usable."""
    signed = request_scope.signature(environ) if any(_unusable()) else None
    service = service_of(signed.service) if signed else ""
    if signed is None or service not in CODES:
        return None
    place = Place(service, signed.region, account_of(signed.access_key))
    unusable = first_unusable(with_keys(accesses_of(environ, place), environ))
    return _error(service, unusable.resource, _state_of(unusable)) if unusable else None


def first_unusable(accesses: Iterable[Access]) -> Access | None:
    """The first of what somebody would do that needs a key which is not usable."""
    return next((each for each in accesses if _state_of(each)), None)


def _state_of(access: Access) -> str:
    """Why KMS does not do this with a key; empty where it does, and where the access is not to a key."""
    if not access.action.startswith("kms:"):
        return ""
    arn = Arn.parse(access.resource)
    key_id = arn.resource.removeprefix("key/")
    return next((key.key_state for key in _unusable() if (key.id, key.region) == (key_id, arn.region)), "")


def _unusable() -> Iterator[Any]:
    """Asked at every call: while nobody has made a key, moto's models of KMS are not even imported."""
    models = sys.modules.get("moto.kms.models")
    for account in models.kms_backends.values() if models else ():
        for backend in account.values():
            yield from (key for key in list(backend.keys.values()) if key.key_state in WORDS)


def _error(service: str, arn: str, state: str) -> ServiceError:
    codes, query_codes = CODES[service], QUERY_CODES.get(service, CODES[service])
    which = int(state == PENDING)
    return ServiceError(codes[which], query_codes[which], f"{arn} {WORDS[state]}", 400)
