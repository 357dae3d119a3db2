"""Codes, which serve once, and the key in KMS, which never leaves it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from shoplib.core import clock, config, ids
from shoplib.services.identity.config import Config, KeyConfig
from shoplib.services.identity.domain import Code, Person, Wish


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).codes_table_name)


@cache
def kms() -> Any:
    return boto3.client("kms")


def add(code: Code) -> None:
    """Keeps a code by its fingerprint."""
    item = {
        "code": ids.fingerprint(code.secret),
        "wish": json.dumps(asdict(code.wish)),
        "person": json.dumps(asdict(code.person)),
        "expires_at": clock.epoch_seconds(code.expires_at),
    }
    table().put_item(Item=item)


def take(secret: str) -> Code | None:
    """A code, which is gone with that."""
    answer = table().delete_item(Key={"code": ids.fingerprint(secret)}, ReturnValues="ALL_OLD")
    item = answer.get("Attributes")
    if not item:
        return None
    expires_at = datetime.fromtimestamp(int(item["expires_at"]), UTC)
    return Code(secret, Wish(**json.loads(item["wish"])), Person(**json.loads(item["person"])), expires_at)


def key_id() -> str:
    """The name of the key."""
    return config.load(KeyConfig).signing_key_id


@cache
def public_key() -> bytes:
    """The key's public half, in DER."""
    return bytes(kms().get_public_key(KeyId=key_id())["PublicKey"])


def sign(text: str) -> bytes:
    """The RS256 signature of a text."""
    answer = kms().sign(
        KeyId=key_id(), Message=text.encode(), MessageType="RAW", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256"
    )
    return bytes(answer["Signature"])
