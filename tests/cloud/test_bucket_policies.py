"""A bucket's policy is asked with its conditions and principals, as documented for S3."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

Aws = Callable[..., Any]
BUCKET = "policy-bucket"


@pytest.fixture
def s3(aws: Aws) -> Iterator[Any]:
    client = aws("s3")
    client.create_bucket(Bucket=BUCKET)
    yield client
    client.delete_bucket_policy(Bucket=BUCKET)
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    client.delete_bucket(Bucket=BUCKET)


def deny(s3: Any, action: str = "s3:*", **parts: Any) -> None:
    everything = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": everything, **parts}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as failed:
        call(Bucket=BUCKET, **arguments)
    return str(failed.value.response["Error"]["Code"])


def test_a_client_of_this_machine_counts_as_secure(s3: Any) -> None:
    """The policy that `sam deploy --resolve-s3` and `cdk bootstrap` put on their buckets."""
    deny(s3, Condition={"Bool": {"aws:SecureTransport": "false"}})
    s3.put_object(Bucket=BUCKET, Key="template.yaml", Body=b"Resources: {}")
    assert s3.get_object(Bucket=BUCKET, Key="template.yaml")["Body"].read() == b"Resources: {}"
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_conditions_see_the_request(s3: Any) -> None:
    deny(s3, "s3:PutObject", Condition={"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}})
    assert refused(s3.put_object, Key="plain", Body=b"") == "AccessDenied"
    s3.put_object(Bucket=BUCKET, Key="sealed", Body=b"", ServerSideEncryption="aws:kms")
    deny(s3, "s3:ListBucket", Condition={"StringLike": {"s3:prefix": "secret/*"}})
    assert refused(s3.list_objects_v2, Prefix="secret/1") == "AccessDenied"
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="open/")["KeyCount"] == 0


def test_a_deny_for_somebody_else_denies_nobody_here(s3: Any) -> None:
    deny(s3, Principal={"AWS": "999999999999"})
    s3.put_object(Bucket=BUCKET, Key="mine", Body=b"")
    deny(s3, "s3:DeleteObject", Principal={"AWS": "*"})
    assert refused(s3.delete_object, Key="mine") == "AccessDenied"
    assert (
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "mine"}]})["Errors"][0]["Code"] == "AccessDenied"
    )


def test_what_cannot_be_evaluated_is_refused_when_it_is_put(s3: Any) -> None:
    for condition in ({"Boolean": {"aws:SecureTransport": "false"}}, {"DateLessThan": {"aws:CurrentTime": "soon"}}):
        with pytest.raises(ClientError, match="MalformedPolicy"):
            deny(s3, Condition=condition)


def test_what_the_engine_does_with_buckets_itself_changes_no_answer(s3: Any, aws: Aws) -> None:
    """A stack's bucket is made by the engine's own client, which rewrites the paths of the operations it reads."""
    template = {"Resources": {"Own": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "policy-own"}}}}
    aws("cloudformation").create_stack(StackName="policy-stack", TemplateBody=json.dumps(template))
    assert refused(s3.get_object, Key="nothing") == "NoSuchKey"
    aws("cloudformation").delete_stack(StackName="policy-stack")
