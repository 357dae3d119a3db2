"""KMS: signatures of messages and digests, RSA that a public key can encrypt for, and refusals in its own words."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from tests.cloud.refusals import code_and_message, code_of

Aws = Callable[..., Any]
NOBODYS = "134f2428-cec1-4b25-a1ae-9048164dba47"
OF_NOBODY = f"arn:aws:kms:us-east-1:123456789012:key/{NOBODYS}"
MESSAGE = b"a message of some length"
INVALID = "ValidationException"
WRONG_USE = "InvalidKeyUsageException"


@pytest.fixture(scope="module")
def kms(aws: Aws) -> Any:
    """A client that leaves it to KMS to check parameters."""
    return aws("kms", config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))


@pytest.fixture(scope="module")
def keys(kms: Any) -> dict[str, Any]:
    """A key of each kind, by its spec."""
    uses = {"ECC_NIST_P256": "SIGN_VERIFY", "HMAC_256": "GENERATE_VERIFY_MAC", "RSA_2048": "ENCRYPT_DECRYPT"}
    made = {spec: kms.create_key(KeySpec=spec, KeyUsage=use)["KeyMetadata"] for spec, use in uses.items()}
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    return {**made, "RSA_2048 for signing": signing, "symmetric": kms.create_key()["KeyMetadata"]}


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("ECC_NIST_P256", "ECDSA_SHA_256"),
        ("RSA_2048 for signing", "RSASSA_PSS_SHA_384"),
        ("RSA_2048 for signing", "RSASSA_PKCS1_V1_5_SHA_512"),
    ],
)
def test_a_digest_is_signed_as_it_is(kms: Any, keys: dict[str, Any], kind: str, algorithm: str) -> None:
    by = {"KeyId": keys[kind]["KeyId"], "SigningAlgorithm": algorithm}
    digest = hashlib.new(f"sha{algorithm[-3:]}", MESSAGE).digest()
    of_message = kms.sign(**by, Message=MESSAGE)["Signature"]
    of_digest = kms.sign(**by, Message=digest, MessageType="DIGEST")["Signature"]
    assert kms.verify(**by, Message=MESSAGE, Signature=of_digest)["SignatureValid"]
    assert kms.verify(**by, Message=digest, MessageType="DIGEST", Signature=of_message)["SignatureValid"]
    other = code_and_message(kms.verify, **by, Message=b"another", Signature=of_message)
    assert other == ("KMSInvalidSignatureException", "")
    short = code_and_message(kms.sign, **by, Message=b"short", MessageType="DIGEST")
    assert short == (INVALID, f"Digest is invalid length for algorithm {algorithm}.")


def test_what_is_encrypted_with_a_public_key_is_decrypted_by_its_key(kms: Any, keys: dict[str, Any]) -> None:
    key = {"KeyId": keys["RSA_2048"]["KeyId"]}
    public: Any = load_der_public_key(kms.get_public_key(**key)["PublicKey"])
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    by = {**key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert kms.decrypt(**by, CiphertextBlob=public.encrypt(b"text", oaep))["Plaintext"] == b"text"
    assert (
        kms.decrypt(**by, CiphertextBlob=kms.encrypt(**by, Plaintext=b"text")["CiphertextBlob"])["Plaintext"] == b"text"
    )
    too_long = "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes."
    assert code_and_message(kms.encrypt, **by, Plaintext=b"x" * 191) == (INVALID, too_long)
    assert code_of(kms.encrypt, **key, Plaintext=b"text") == WRONG_USE


def test_a_key_of_many_regions_decrypts_and_has_replicas(kms: Any, aws: Aws) -> None:
    key = kms.create_key(MultiRegion=True, Description="first")["KeyMetadata"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"
    replica = kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]
    assert (replica["Description"], replica["MultiRegionConfiguration"]["MultiRegionKeyType"]) == ("", "REPLICA")
    primary = kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]
    assert (primary["Description"], primary["MultiRegionConfiguration"]["MultiRegionKeyType"]) == ("first", "PRIMARY")


def test_a_key_without_material_is_not_used(kms: Any) -> None:
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
    assert (key["KeyState"], key["Enabled"], key["MultiRegion"]) == ("PendingImport", False, False)
    waiting = ("KMSInvalidStateException", f"{key['Arn']} is pending import.")
    assert code_and_message(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"text") == waiting


@pytest.mark.parametrize(
    ("operation", "parameters", "answer"),
    [
        ("describe_key", {"KeyId": NOBODYS}, ("NotFoundException", f"Key '{OF_NOBODY}' does not exist")),
        ("describe_key", {"KeyId": "no-id"}, ("NotFoundException", "Invalid keyId 'no-id'")),
        (
            "describe_key",
            {"KeyId": OF_NOBODY.replace("us-east-1", "eu-west-1")},
            ("NotFoundException", "Invalid arn eu-west-1"),
        ),
        ("generate_random", {}, (INVALID, "NumberOfBytes is required.")),
        (
            "generate_random",
            {"NumberOfBytes": 0},
            (
                INVALID,
                "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must "
                "have value greater than or equal to 1",
            ),
        ),
        (
            "create_key",
            {"KeySpec": "HMAC_256"},
            (INVALID, "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."),
        ),
        (
            "create_alias",
            {"AliasName": "unprefixed", "TargetKeyId": NOBODYS},
            (
                INVALID,
                'Alias must start with the prefix "alias/". Please see '
                "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
            ),
        ),
        (
            "encrypt",
            {"KeyId": "symmetric", "Plaintext": b"x" * 4097},
            (
                INVALID,
                "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have "
                "length less than or equal to 4096",
            ),
        ),
        (
            "sign",
            {"KeyId": "ECC_NIST_P256", "Message": MESSAGE, "SigningAlgorithm": "ECDSA_SHA_384"},
            (WRONG_USE, "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256."),
        ),
        (
            "generate_mac",
            {"KeyId": "HMAC_256", "Message": MESSAGE, "MacAlgorithm": "HMAC_SHA_512"},
            (WRONG_USE, "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256."),
        ),
    ],
)
def test_kms_refuses_in_its_own_words(
    kms: Any, keys: dict[str, Any], operation: str, parameters: dict[str, Any], answer: tuple[str, str]
) -> None:
    named = {**parameters, **({"KeyId": keys[key]["KeyId"]} if (key := parameters.get("KeyId")) in keys else {})}
    assert code_and_message(getattr(kms, operation), **named) == answer


def test_a_ciphertext_is_decrypted_by_the_key_it_is_of(kms: Any, keys: dict[str, Any]) -> None:
    blob = kms.encrypt(KeyId=keys["symmetric"]["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    wrong = "The key ID in the request does not identify a CMK that can perform this operation."
    another = kms.create_key()["KeyMetadata"]["KeyId"]
    for key_id in (another, keys["HMAC_256"]["KeyId"]):
        answer = code_and_message(kms.decrypt, KeyId=key_id, CiphertextBlob=blob)
        assert answer == ("IncorrectKeyException", wrong)


def test_answers_name_keys_by_their_arns(kms: Any, keys: dict[str, Any]) -> None:
    hmac = keys["HMAC_256"]
    assert (hmac["MacAlgorithms"], "SigningAlgorithms" in hmac) == (["HMAC_SHA_256"], False)
    made = kms.generate_mac(KeyId=hmac["KeyId"], Message=MESSAGE, MacAlgorithm="HMAC_SHA_256")
    assert made["KeyId"] == hmac["Arn"]
    key = kms.create_key()["KeyMetadata"]
    gone = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert (gone["KeyId"], gone["KeyState"], gone["PendingWindowInDays"]) == (key["Arn"], "PendingDeletion", 7)
    assert kms.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_a_pair_of_data_keys(kms: Any, keys: dict[str, Any], spec: str) -> None:
    key = {"KeyId": keys["symmetric"]["KeyId"]}
    context = {"EncryptionContext": {"of": "test"}}
    pair = kms.generate_data_key_pair(**key, **context, KeyPairSpec=spec)
    private = load_der_private_key(pair["PrivateKeyPlaintext"], password=None)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert (pair["PublicKey"], pair["KeyPairSpec"], pair["KeyId"]) == (public, spec, keys["symmetric"]["Arn"])
    plaintext = kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"], **context)["Plaintext"]
    assert plaintext == pair["PrivateKeyPlaintext"]
    assert "PrivateKeyPlaintext" not in kms.generate_data_key_pair_without_plaintext(**key, KeyPairSpec=spec)
    with_rsa = code_of(kms.generate_data_key_pair, KeyId=keys["RSA_2048"]["KeyId"], KeyPairSpec=spec)
    assert with_rsa == "InvalidKeyUsageException"
