"""What AWS itself answers without a signature."""

import re
from typing import Any

from shoplib.localaws.guard.pages import READS
from shoplib.localaws.guard.s3_pages import bucket_of
from shoplib.localaws.request_scope import path_of

Environ = dict[str, Any]
# The landing page, the probe, and what verifies a user pool's tokens.
OPEN = re.compile(r"/|/_aws/health|/[^/]+/\.well-known/(jwks\.json|openid-configuration)")
POOLS = {"AWSCognitoIdentityProviderService": "cognito-idp", "AWSCognitoIdentityService": "cognito-identity"}
# What the envelope of a notification names: its certificate, the way in, and the way out.
CERTIFICATE = re.compile(r"/SimpleNotificationService-\w+\.pem")
SUBSCRIPTION = re.compile(
    r"Action=Unsubscribe&SubscriptionArn=arn(:|%3A)[\w%:.-]+"
    r"|Action=ConfirmSubscription&TopicArn=arn(:|%3A)[\w%:.-]+&Token=\w+"
)
# Parameters of a GET that read the object itself.
OF_OBJECT = re.compile(r"(response-[\w-]+|versionId|partNumber|x-id)(=|$)")


# Where a custom resource answers, and where a function's package is fetched: unguessable, as AWS's presigned
# addresses are.
PRESIGNED = ("/_aws/custom-resource/", "/_aws/lambda-code/")


def is_open(environ: Environ) -> bool:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return _is_unsigned_operation(*target.partition(".")[::2])
    if environ["PATH_INFO"].startswith(PRESIGNED):
        return True
    return _only_reads(environ) and (_is_of_a_notification(environ) or _is_public(environ))


def is_open_path(environ: Environ) -> bool:
    plain = "HTTP_X_AMZ_TARGET" not in environ and not environ.get("QUERY_STRING")
    # At a bucket's own host, "/" is the list of what it holds.
    return plain and _only_reads(environ) and OPEN.fullmatch(path_of(environ, "s3")) is not None


def _only_reads(environ: Environ) -> bool:
    """Without a body: a form in it may mean another service than the path does."""
    bodiless = environ.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" not in environ
    return bodiless and environ["REQUEST_METHOD"] in READS


def _is_unsigned_operation(service: str, operation: str) -> bool:
    """Signing up and in at a user pool, for instance: botocore's model of the service says which."""
    if not (name := POOLS.get(service)):
        return False
    from moto.core.utils import get_service_model

    model = get_service_model(name)
    return operation in model.operation_names and model.operation_model(operation).auth_type == "none"


def _is_of_a_notification(environ: Environ) -> bool:
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if path == "/":
        return SUBSCRIPTION.fullmatch(query) is not None
    return not query and CERTIFICATE.fullmatch(path) is not None


def _is_public(environ: Environ) -> bool:
    """An object or a list of objects that the bucket's policy, or the object's ACL, gives to everybody."""
    bucket = bucket_of(environ)
    key = path_of(environ, "s3").lstrip("/").partition("/")[2]
    parameters = [part for part in environ.get("QUERY_STRING", "").split("&") if part]
    if bucket is None or (key and not all(map(OF_OBJECT.match, parameters))):
        return False
    action, resource = ("s3:GetObject", f"/{key}") if key else ("s3:ListBucket", "")
    return _by_policy(bucket, action, f"{bucket.arn}{resource}") or bool(key and _by_acl(bucket, key))


def _by_policy(bucket: Any, action: str, resource: str) -> bool:
    from moto.iam.access_control import PermissionResult
    from moto.s3.utils import bucket_policy_is_public

    restricted = bucket.public_access_block is not None and bucket.public_access_block.restrict_public_buckets
    public = not restricted and bucket.policy is not None and bucket_policy_is_public(bucket.policy)
    return public and bucket.get_permission(action, resource) == PermissionResult.PERMITTED


def _by_acl(bucket: Any, key: str) -> bool:
    ignored = bucket.public_access_block is not None and bucket.public_access_block.ignore_public_acls
    item = bucket.keys.get(key)
    disabled = ignored or bucket.ownership_rule == "BucketOwnerEnforced"
    return not disabled and item is not None and bool(item.acl and item.acl.public_read)
