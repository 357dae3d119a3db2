"""S3: the action depends on the method, on what of the bucket or object is meant, and on what else the request says."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.permissions.requests.accesses import ANY, Access, Facts, partition_of
from shoplib.localaws.request_scope import path_of

Environ = Mapping[str, Any]
# Parts of a bucket: what reading one needs, what writing one does, and what deleting one does.
OF_BUCKET = {
    "acl": ("GetBucketAcl", "PutBucketAcl", ""),
    "policy": ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "policyStatus": ("GetBucketPolicyStatus", "", ""),
    "cors": ("GetBucketCORS", "PutBucketCORS", "PutBucketCORS"),
    "lifecycle": ("GetLifecycleConfiguration", "PutLifecycleConfiguration", "PutLifecycleConfiguration"),
    "location": ("GetBucketLocation", "", ""),
    "logging": ("GetBucketLogging", "PutBucketLogging", ""),
    "notification": ("GetBucketNotification", "PutBucketNotification", ""),
    "versioning": ("GetBucketVersioning", "PutBucketVersioning", ""),
    "versions": ("ListBucketVersions", "", ""),
    "uploads": ("ListBucketMultipartUploads", "", ""),
    "tagging": ("GetBucketTagging", "PutBucketTagging", "PutBucketTagging"),
    "website": ("GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
    "encryption": ("GetEncryptionConfiguration", "PutEncryptionConfiguration", "PutEncryptionConfiguration"),
    "replication": ("GetReplicationConfiguration", "PutReplicationConfiguration", "PutReplicationConfiguration"),
    "publicAccessBlock": (
        "GetBucketPublicAccessBlock",
        "PutBucketPublicAccessBlock",
        "PutBucketPublicAccessBlock",
    ),
    "ownershipControls": (
        "GetBucketOwnershipControls",
        "PutBucketOwnershipControls",
        "PutBucketOwnershipControls",
    ),
    "accelerate": ("GetAccelerateConfiguration", "PutAccelerateConfiguration", ""),
    "requestPayment": ("GetBucketRequestPayment", "PutBucketRequestPayment", ""),
    "object-lock": ("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", ""),
    "analytics": ("GetAnalyticsConfiguration", "PutAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    "inventory": ("GetInventoryConfiguration", "PutInventoryConfiguration", "PutInventoryConfiguration"),
    "metrics": ("GetMetricsConfiguration", "PutMetricsConfiguration", "PutMetricsConfiguration"),
    "intelligent-tiering": (
        "GetIntelligentTieringConfiguration",
        "PutIntelligentTieringConfiguration",
        "PutIntelligentTieringConfiguration",
    ),
}
OF_OBJECT = {
    "acl": ("GetObjectAcl", "PutObjectAcl", ""),
    "tagging": ("GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"),
    "retention": ("GetObjectRetention", "PutObjectRetention", ""),
    "legal-hold": ("GetObjectLegalHold", "PutObjectLegalHold", ""),
    "torrent": ("GetObjectTorrent", "", ""),
    "attributes": ("GetObjectAttributes", "", ""),
}
WITH_VERSION = {
    "GetObject": "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes",
}
COLUMN = {"GET": 0, "HEAD": 0, "PUT": 1, "DELETE": 2}
LISTING = {"prefix", "delimiter", "max-keys"}


def accesses(environ: Environ, region: str) -> list[Access]:
    return list(_accesses(environ, f"arn:{partition_of(region or 'us-east-1')}:s3:::"))


def _accesses(environ: Environ, prefix: str) -> Iterator[Access]:
    method, query = environ["REQUEST_METHOD"], dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    bucket, _, key = path_of(environ, "s3").lstrip("/").partition("/")

    def facts() -> Facts:
        return _facts(environ, query)

    if not bucket:
        yield Access("s3:ListAllMyBuckets", ANY, facts)
    elif method == "POST" and not key and "delete" in query:
        yield from _deletions(environ, f"{prefix}{bucket}/", facts)
    elif not key:
        action = _of_bucket(method, query)
        yield Access(f"s3:{action}", f"{prefix}{bucket}" + ("/*" if action == "PutObject" else ""), facts)
    else:
        resource = f"{prefix}{bucket}/{unquote(key)}"
        for action in _of_object(environ, method, query):
            yield Access(f"s3:{action}", resource, facts)
        if copied := environ.get("HTTP_X_AMZ_COPY_SOURCE", ""):
            yield _source(unquote(copied), prefix)


def _of_bucket(method: str, query: Mapping[str, str]) -> str:
    part = next((OF_BUCKET[name] for name in query if name in OF_BUCKET), None)
    if part is not None and method in COLUMN:
        return part[COLUMN[method]] or part[0]
    return {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "POST": "PutObject"}.get(method, "ListBucket")


def _of_object(environ: Environ, method: str, query: Mapping[str, str]) -> Iterator[str]:
    part = next((OF_OBJECT[name] for name in query if name in OF_OBJECT), None)
    if part is not None and method in COLUMN:
        action = part[COLUMN[method]] or part[0]
        yield WITH_VERSION.get(action, action) if "versionId" in query else action
        if action == "GetObjectAttributes":
            yield "GetObjectVersion" if "versionId" in query else "GetObject"
        return
    yield from _of_whole(environ, method, query)


def _of_whole(environ: Environ, method: str, query: Mapping[str, str]) -> Iterator[str]:
    if "uploadId" in query and method in ("GET", "DELETE"):
        yield "ListMultipartUploadParts" if method == "GET" else "AbortMultipartUpload"
    elif method in ("GET", "HEAD"):
        yield "GetObjectVersion" if "versionId" in query else "GetObject"
    elif method == "DELETE":
        yield "DeleteObjectVersion" if "versionId" in query else "DeleteObject"
    elif "restore" in query:
        yield "RestoreObject"
    elif "select" in query:
        yield "GetObject"
    else:
        yield "PutObject"
        if any(name == "HTTP_X_AMZ_ACL" or name.startswith("HTTP_X_AMZ_GRANT_") for name in environ):
            yield "PutObjectAcl"
        if "HTTP_X_AMZ_TAGGING" in environ:
            yield "PutObjectTagging"


def _source(copied: str, prefix: str) -> Access:
    path, _, version = copied.lstrip("/").partition("?versionId=")
    return Access("s3:GetObjectVersion" if version else "s3:GetObject", prefix + path)


def _deletions(environ: Environ, prefix: str, facts: Any) -> Iterator[Access]:
    try:
        root = ElementTree.fromstring(environ.get(BODY, b""))
    except ElementTree.ParseError:
        return  # malformed, which S3 refuses
    for item in root.iter():
        if item.tag.rpartition("}")[2] == "Object":
            parts = {child.tag.rpartition("}")[2]: child.text or "" for child in item}
            action = "DeleteObjectVersion" if parts.get("VersionId") else "DeleteObject"
            yield Access(f"s3:{action}", prefix + parts.get("Key", ""), facts)


def _facts(environ: Environ, query: Mapping[str, str]) -> Facts:
    sent = {
        f"s3:{name[5:].replace('_', '-').lower()}": value
        for name, value in environ.items()
        if name.startswith("HTTP_X_AMZ_")
    }
    listing = {f"s3:{name}": query[name] for name in LISTING if name in query}
    version = {"s3:versionid": query["versionId"]} if query.get("versionId") else {}
    tags = {
        f"s3:requestobjecttag/{name.lower()}": value
        for name, value in parse_qsl(environ.get("HTTP_X_AMZ_TAGGING", ""), keep_blank_values=True)
    }
    return sent | listing | version | tags
