"""S3 buckets: each configuration of the template has an API call of its own, in S3's older spelling."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from shoplib.localaws.cloudformation.api_type import ApiType, Aspect, Context, by, prop
from shoplib.localaws.cloudformation.resource_providers import Properties, Request
from shoplib.localaws.cloudformation.shapes import arguments
from shoplib.localaws.cloudformation.types.s3_rules import lifecycle, notifications, website

CANNED = {
    "Private": "private",
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
    "AuthenticatedRead": "authenticated-read",
    "LogDeliveryWrite": "log-delivery-write",
    "BucketOwnerRead": "bucket-owner-read",
    "BucketOwnerFullControl": "bucket-owner-full-control",
    "AwsExecRead": "aws-exec-read",
}


def _bucket(properties: Properties) -> Properties:
    names = {"BucketName": "Bucket", "ObjectLockEnabled": "ObjectLockEnabledForBucket"}
    return {names.get(name, name): value for name, value in properties.items()}


def _exists(context: Context) -> bool:
    try:
        context.client().head_bucket(Bucket=context.properties["BucketName"])
    except ClientError:
        return False
    return True


def _name(request: Request) -> str:
    return request.name.lower()[-63:].lstrip("-.")


def _setting(
    property: str, put: str, argument: str, convert: Callable[[Any], Any] = lambda value: value, delete: str = ""
) -> Aspect:
    """A configuration of a bucket; when the template drops it, `delete` is called or an empty one put."""

    def apply(context: Context, value: Any) -> None:
        client = context.client()
        if value is None and delete:
            getattr(client, delete)(Bucket=context.ref)
            return
        values = {"Bucket": context.ref, argument: convert(value if value is not None else {})}
        getattr(client, put)(**arguments(client, put, values))

    return Aspect(property, apply)


def _versioning(context: Context, value: Any) -> None:
    status = (value or {"Status": "Suspended"})["Status"]
    context.client().put_bucket_versioning(Bucket=context.ref, VersioningConfiguration={"Status": status})


def _encryption(value: Any) -> Properties:
    rules = [
        {
            {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}.get(key, key): item
            for key, item in rule.items()
        }
        for rule in value.get("ServerSideEncryptionConfiguration", [])
    ]
    return {"Rules": rules}


def _cors(value: Any) -> Properties:
    names = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    return {
        "CORSRules": [{names.get(key, key): item for key, item in rule.items()} for rule in value.get("CorsRules", [])]
    }


def _logging(value: Any) -> Properties:
    if not value:
        return {}
    target = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": value.get("LogFilePrefix", "")}
    return {"LoggingEnabled": target}


def _acl(context: Context, value: Any) -> None:
    """Of a bucket that takes no ACLs, as new ones do, nothing but Private can be asked."""
    if value not in (None, "Private") or context.properties.get("OwnershipControls"):
        context.client().put_bucket_acl(Bucket=context.ref, ACL=CANNED[value or "Private"])


TYPES = {
    "AWS::S3::Bucket": ApiType(
        service="s3",
        create_call="create_bucket",
        shape=_bucket,
        name="BucketName",
        generated=_name,
        exists=_exists,
        fixed=frozenset({"ObjectLockEnabled"}),
        ref=prop("BucketName"),
        delete_call="delete_bucket",
        key=by("Bucket"),
        attributes={
            "Arn": lambda context: f"arn:aws:s3:::{context.ref}",
            "DomainName": lambda context: f"{context.ref}.s3.amazonaws.com",
            "DualStackDomainName": lambda context: f"{context.ref}.s3.dualstack.{context.request.region}.amazonaws.com",
            "RegionalDomainName": lambda context: f"{context.ref}.s3.{context.request.region}.amazonaws.com",
            "WebsiteURL": lambda context: f"http://{context.ref}.s3-website-{context.request.region}.amazonaws.com",
        },
        aspects=(
            Aspect("VersioningConfiguration", _versioning),
            _setting(
                "OwnershipControls",
                "put_bucket_ownership_controls",
                "OwnershipControls",
                delete="delete_bucket_ownership_controls",
            ),
            _setting(
                "PublicAccessBlockConfiguration",
                "put_public_access_block",
                "PublicAccessBlockConfiguration",
                delete="delete_public_access_block",
            ),
            Aspect("AccessControl", _acl),
            _setting(
                "LifecycleConfiguration",
                "put_bucket_lifecycle_configuration",
                "LifecycleConfiguration",
                lifecycle,
                "delete_bucket_lifecycle",
            ),
            _setting(
                "NotificationConfiguration",
                "put_bucket_notification_configuration",
                "NotificationConfiguration",
                notifications,
            ),
            _setting(
                "BucketEncryption",
                "put_bucket_encryption",
                "ServerSideEncryptionConfiguration",
                _encryption,
                "delete_bucket_encryption",
            ),
            _setting("CorsConfiguration", "put_bucket_cors", "CORSConfiguration", _cors, "delete_bucket_cors"),
            _setting(
                "WebsiteConfiguration", "put_bucket_website", "WebsiteConfiguration", website, "delete_bucket_website"
            ),
            _setting("LoggingConfiguration", "put_bucket_logging", "BucketLoggingStatus", _logging),
            _setting(
                "AccelerateConfiguration",
                "put_bucket_accelerate_configuration",
                "AccelerateConfiguration",
                lambda value: {"Status": value.get("AccelerationStatus", "Suspended")},
            ),
            _setting("ObjectLockConfiguration", "put_object_lock_configuration", "ObjectLockConfiguration"),
            _setting(
                "Tags", "put_bucket_tagging", "Tagging", lambda value: {"TagSet": value or []}, "delete_bucket_tagging"
            ),
        ),
    )
}
