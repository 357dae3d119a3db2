"""KMS keys are used only as their state and their usage allow."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.refusals import code_and_message

Aws = Callable[..., Any]


@pytest.fixture(scope="module")
def kms(aws: Aws) -> Any:
    return aws("kms")


@pytest.fixture
def key(kms: Any) -> Any:
    return kms.create_key()["KeyMetadata"]


def test_a_disabled_key_does_nothing_until_it_is_enabled(kms: Any, key: Any) -> None:
    of_key = {"KeyId": key["KeyId"]}
    kms.create_alias(AliasName="alias/states", TargetKeyId=key["KeyId"])
    secret = kms.encrypt(**of_key, Plaintext=b"text")["CiphertextBlob"]
    kms.disable_key(**of_key)
    disabled = ("DisabledException", f"{key['Arn']} is disabled.")
    for name in (key["KeyId"], key["Arn"], "alias/states"):
        assert code_and_message(kms.encrypt, KeyId=name, Plaintext=b"text") == disabled
    assert code_and_message(kms.decrypt, CiphertextBlob=secret) == disabled
    assert code_and_message(kms.re_encrypt, CiphertextBlob=secret, DestinationKeyId=key["Arn"]) == disabled
    assert code_and_message(kms.generate_data_key, **of_key, KeySpec="AES_256") == disabled
    assert code_and_message(kms.generate_data_key_without_plaintext, **of_key, KeySpec="AES_256") == disabled
    kms.enable_key(**of_key)
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"text"


def test_a_key_that_waits_to_be_deleted_is_neither_used_nor_enabled(kms: Any, key: Any) -> None:
    of_key = {"KeyId": key["KeyId"]}
    pending = ("KMSInvalidStateException", f"{key['Arn']} is pending deletion.")
    assert code_and_message(kms.cancel_key_deletion, **of_key)[0] == "KMSInvalidStateException"
    assert code_and_message(kms.schedule_key_deletion, **of_key, PendingWindowInDays=3)[0] == "ValidationException"
    kms.schedule_key_deletion(**of_key, PendingWindowInDays=7)
    assert code_and_message(kms.encrypt, **of_key, Plaintext=b"text") == pending
    assert code_and_message(kms.enable_key, **of_key) == pending
    assert code_and_message(kms.schedule_key_deletion, **of_key) == pending
    kms.cancel_key_deletion(**of_key)
    assert kms.describe_key(**of_key)["KeyMetadata"]["KeyState"] == "Disabled"


def test_a_key_is_named_by_its_arn_wherever_it_is_named_by_its_id(kms: Any, key: Any) -> None:
    by_arn = {"KeyId": key["Arn"]}
    kms.disable_key(**by_arn)
    kms.enable_key(**by_arn)
    kms.enable_key_rotation(**by_arn)
    assert kms.get_key_rotation_status(**by_arn)["KeyRotationEnabled"]
    kms.disable_key_rotation(**by_arn)
    kms.update_key_description(**by_arn, Description="mine")
    kms.tag_resource(**by_arn, Tags=[{"TagKey": "team", "TagValue": "shop"}])
    assert kms.list_resource_tags(**by_arn)["Tags"] == [{"TagKey": "team", "TagValue": "shop"}]
    policy = kms.get_key_policy(**by_arn)
    assert policy["PolicyName"] == "default"
    kms.put_key_policy(**by_arn, Policy=policy["Policy"])
    grant = kms.create_grant(**by_arn, GranteePrincipal="arn:aws:iam::123456789012:root", Operations=["Decrypt"])
    assert [each["GrantId"] for each in kms.list_grants(**by_arn)["Grants"]] == [grant["GrantId"]]
    kms.revoke_grant(**by_arn, GrantId=grant["GrantId"])
    kms.create_alias(AliasName="alias/by-arn", TargetKeyId=key["Arn"])
    assert [each["AliasName"] for each in kms.list_aliases(**by_arn)["Aliases"]] == ["alias/by-arn"]
    kms.schedule_key_deletion(**by_arn, PendingWindowInDays=7)
    kms.cancel_key_deletion(**by_arn)
    assert kms.describe_key(**by_arn)["KeyMetadata"]["KeyState"] == "Disabled"


def test_a_key_is_used_for_what_it_is_made_for(kms: Any, key: Any) -> None:
    assert key["KeyUsage"] == "ENCRYPT_DECRYPT"
    signs = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]
    text = f"{signs['Arn']} key usage is SIGN_VERIFY which is not valid for Encrypt."
    assert code_and_message(kms.encrypt, KeyId=signs["KeyId"], Plaintext=b"text") == ("InvalidKeyUsageException", text)
    with_other = code_and_message(kms.sign, KeyId=key["KeyId"], Message=b"m", SigningAlgorithm="ECDSA_SHA_256")
    assert with_other[0] == "InvalidKeyUsageException"
    signature = kms.sign(KeyId=signs["KeyId"], Message=b"m", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    sent = {"KeyId": signs["KeyId"], "Message": b"m", "Signature": signature, "SigningAlgorithm": "ECDSA_SHA_256"}
    assert kms.verify(**sent)["SignatureValid"]


def test_a_key_that_is_not_there_is_named(kms: Any) -> None:
    missing = {"GranteePrincipal": "arn:aws:iam::123456789012:role/r", "Operations": ["Decrypt"]}
    assert code_and_message(kms.create_grant, KeyId="missing", **missing)[0] == "NotFoundException"
    assert code_and_message(kms.create_grant, KeyId="alias/missing", **missing)[0] == "NotFoundException"
