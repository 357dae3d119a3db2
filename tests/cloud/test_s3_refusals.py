"""What S3 refuses, with the status, the code, the words and the details that it has for it."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from shoplib.localaws import Engine

Aws = Callable[..., Any]
KEY = "key"
NOBODY = "0" * 64
Refused = tuple[str, dict[str, Any], int, str, dict[str, str]]


@pytest.fixture(scope="module")
def s3(aws: Aws) -> Any:
    return aws("s3")


@pytest.fixture(scope="module")
def bucket(s3: Any) -> str:
    name = f"refusals-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key=KEY, Body=b"x")
    return name


def of_object(**more: Any) -> dict[str, Any]:
    return {"Key": KEY, **more}


def lifecycle(**rule: Any) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [{"ID": "x", "Status": "Enabled", **rule}]}}


def redirect(**target: str) -> dict[str, Any]:
    rule = {"Redirect": target}
    return {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}, "RoutingRules": [rule]}}


def by_key(algorithm: str, **default: str) -> dict[str, Any]:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **default}}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def tags(key: str, value: str = "") -> dict[str, Any]:
    return {"Tagging": {"TagSet": [{"Key": key, "Value": value}]}}


def of_lists() -> Iterator[Refused]:
    for call in ("list_objects", "list_objects_v2", "list_object_versions", "list_multipart_uploads"):
        yield call, {"EncodingType": "value"}, 400, "InvalidArgument", {"ArgumentName": "encoding-type"}
    marker = {"ArgumentName": "version-id-marker"}
    yield "list_object_versions", {"KeyMarker": "a", "VersionIdMarker": ""}, 400, "InvalidArgument", marker


def of_documents() -> Iterator[Refused]:
    yield "put_bucket_website", redirect(Protocol="ftp"), 400, "InvalidRequest", {"Message": "Invalid protocol, "}
    both = redirect(ReplaceKeyPrefixWith="a", ReplaceKeyWith="b")
    yield "put_bucket_website", both, 400, "InvalidRequest", {"Message": "You can only define ReplaceKeyPrefix or "}
    no_page = {"WebsiteConfiguration": {"ErrorDocument": {"Key": "error.html"}}}
    yield "put_bucket_website", no_page, 400, "InvalidArgument", {"ArgumentName": "IndexDocument"}
    yield "put_bucket_lifecycle_configuration", lifecycle(Filter={"Prefix": ""}), 400, "MalformedXML", {}
    encryption = by_key("AES256", KMSMasterKeyID="key")
    yield "put_bucket_encryption", encryption, 400, "InvalidArgument", {"Message": "a KMSMasterKeyID is not applicable"}
    versioning = {"VersioningConfiguration": {}}
    yield "put_bucket_versioning", versioning, 400, "IllegalVersioningConfigurationException", {}
    yield "put_bucket_tagging", tags("aws:x"), 400, "InvalidTag", {"TagKey": "aws:x", "Message": "System tags cannot"}
    yield "put_bucket_tagging", tags("a,b"), 400, "InvalidTag", {"TagKey": "a,b"}
    yield "put_object_tagging", of_object(**tags("aws:x")), 400, "InvalidTag", {"Message": "Your TagKey cannot be"}
    missing = {"Message": "The specified configuration does not exist."}
    yield "get_bucket_inventory_configuration", {"Id": "x"}, 404, "NoSuchConfiguration", missing
    absent = {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "nobody-s-logs", "TargetPrefix": ""}}}
    yield "put_bucket_logging", absent, 400, "InvalidTargetBucketForLogging", {"TargetBucket": "nobody-s-logs"}


def sharing(**changes: list[str]) -> dict[str, Any]:
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], **changes}
    return {"CORSConfiguration": {"CORSRules": [rule]}}


def of_sharing() -> Iterator[Refused]:
    yield "put_bucket_cors", {"CORSConfiguration": {"CORSRules": []}}, 400, "MalformedXML", {}
    yield "put_bucket_cors", sharing(AllowedOrigins=[]), 400, "MalformedXML", {}
    for changes, message in (
        (
            {"AllowedMethods": ["GET", "PATCH"]},
            "Found unsupported HTTP method in CORS config. Unsupported method is PATCH",
        ),
        ({"AllowedOrigins": ["*a*"]}, 'AllowedOrigin "*a*" can not have more than one wildcard.'),
        ({"AllowedHeaders": ["x-*-*"]}, 'AllowedHeader "x-*-*" can not have more than one wildcard.'),
        ({"ExposeHeaders": ["*"]}, 'ExposeHeader "*" contains wildcard. We currently do not support wildcard'),
    ):
        yield "put_bucket_cors", sharing(**changes), 400, "InvalidRequest", {"Message": message}


def of_objects() -> Iterator[Refused]:
    lost = {"Message": "Bucket is missing Object Lock Configuration"}
    yield "get_object_retention", of_object(), 400, "InvalidRequest", lost
    yield "get_object_legal_hold", of_object(), 400, "InvalidRequest", lost
    unknown = {"ArgumentName": "versionId", "ArgumentValue": "v", "Message": "Invalid version id specified"}
    for call in ("get_object", "delete_object"):
        yield call, of_object(VersionId="v"), 400, "InvalidArgument", unknown
    cold = {"StorageClassRequested": "COLD"}
    for call in ("put_object", "create_multipart_upload"):
        yield call, of_object(StorageClass="COLD"), 400, "InvalidStorageClass", cold
    yield "put_object", of_object(ContentMD5="MTIz"), 400, "InvalidDigest", {"Content-MD5": "MTIz"}
    no_key = {"Message": "Invalid keyId 'nobody'"}
    by_nobody = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "nobody"}
    yield "put_object", of_object(**by_nobody), 400, "KMS.NotFoundException", no_key


CASES = [*of_lists(), *of_documents(), *of_sharing(), *of_sharing(), *of_objects()]


@pytest.mark.parametrize(
    ("call", "parameters", "status", "code", "details"), CASES, ids=[f"{case[0]}-{i}" for i, case in enumerate(CASES)]
)
def test_refusals_have_their_status_code_and_details(
    s3: Any, bucket: str, call: str, parameters: dict[str, Any], status: int, code: str, details: dict[str, str]
) -> None:
    error = refusal_of(getattr(s3, call), Bucket=bucket, **parameters)
    assert (error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]) == (status, code)
    for name, value in details.items():
        said = str(error["Error"][name])
        assert said.startswith(value) if name == "Message" else said == value


def refusal_of(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return dict(caught.value.response)


def test_a_bucket_of_versions_says_what_is_left_in_it(s3: Any) -> None:
    name = f"versions-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key=KEY, Body=b"x")
    error = refusal_of(s3.delete_bucket, Bucket=name)["Error"]
    assert error["Message"].endswith("You must delete all versions in the bucket.") and error["BucketName"] == name


def test_a_granted_account_is_known_by_its_id(s3: Any, bucket: str) -> None:
    name = f"acls-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter")
    for grantee, argument in (("id=nobody", "id"), ("uri=http://nobody", "uri")):
        error = refusal_of(s3.put_bucket_acl, Bucket=name, GrantRead=grantee)["Error"]
        assert (error["Code"], error["ArgumentName"].lower().rpartition("/")[2]) == ("InvalidArgument", argument)
    both = refusal_of(s3.put_bucket_acl, Bucket=name, ACL="private", GrantRead=f"id={NOBODY}")["Error"]
    assert both["Code"] == "InvalidRequest"


def test_a_lock_is_shortened_by_those_who_may_bypass_it(s3: Any) -> None:
    from datetime import UTC, datetime, timedelta

    name = f"locks-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=name, Key=KEY, Body=b"x")
    now = datetime.now(UTC).replace(microsecond=0)
    later, sooner = ({"Mode": "GOVERNANCE", "RetainUntilDate": now + timedelta(days=days)} for days in (9, 1))
    s3.put_object_retention(Bucket=name, Key=KEY, Retention=later)
    shorter = {"Bucket": name, "Key": KEY, "Retention": sooner}
    assert refusal_of(s3.put_object_retention, **shorter)["Error"]["Code"] == "AccessDenied"
    s3.put_object_retention(**shorter, BypassGovernanceRetention=True)
    assert s3.get_object_retention(Bucket=name, Key=KEY)["Retention"] == sooner


def test_buckets_are_listed_by_get_alone(open_engine: Engine) -> None:
    scope = "Credential=any/20260101/us-east-1/s3/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    for method in ("POST", "PUT", "DELETE"):
        answer = requests.request(method, f"{open_engine.url}/", data={"key": "x"}, headers=headers, timeout=60)
        assert (answer.status_code, "<Code>MethodNotAllowed</Code>" in answer.text) == (405, True), answer.text
    assert "<ListAllMyBucketsResult" in requests.get(f"{open_engine.url}/", headers=headers, timeout=60).text
