"""Lists of uploads and buckets: moto 5.2.5 gives all at once, whatever page, delimiter or marker is asked for.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes.s3_answers import check_encoding, encoded, parameter
from shoplib.localaws.moto_fixes.s3_checksums import ALGORITHM, TYPE
from shoplib.localaws.moto_patches import after, replace
from shoplib.localaws.s3_errors import NOT_ALLOWED, S3Error, invalid_argument

OWNER = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "DisplayName": "webfile"}
MOST_UPLOADS, MOST_BUCKETS = 1000, 10_000
BEGUN = "lab_begun"


def install() -> None:
    from moto.s3.models import S3Backend

    after(S3Backend, "create_multipart_upload", _note_begin)
    replace(S3Response, "list_multipart_uploads", _list_uploads)
    replace(S3Response, "all_buckets", _list_buckets)


def _note_begin(upload: Any, *_: Any, **__: Any) -> None:
    from moto.core.utils import utcnow

    upload.__dict__[BEGUN] = f"{utcnow().isoformat(timespec='milliseconds')}Z"


def _number(response: Any, name: str, most: int) -> int:
    stated = parameter(response, name)
    if not stated:
        return most
    if not stated.isdecimal() or int(stated) > 2**31 - 1:
        raise invalid_argument(f"Argument {name} must be an integer between 0 and {2**31 - 1}", name, stated)
    return min(int(stated), most)


def _list_uploads(response: Any) -> Any:
    check_encoding(response)
    most = _number(response, "max-uploads", MOST_UPLOADS)
    rows = _rows(response)
    page = rows[:most]
    uploads, folders = [each for each in page if not isinstance(each, str)], [e for e in page if isinstance(e, str)]
    last = uploads[-1] if uploads else None
    result = {
        "Bucket": response.bucket_name,
        "KeyMarker": encoded(parameter(response, "key-marker"), response) or "",
        "UploadIdMarker": parameter(response, "upload-id-marker") or "",
        "NextKeyMarker": encoded(last.key_name, response) if last else "",
        "NextUploadIdMarker": last.id if last else "",
        "MaxUploads": most,
        "IsTruncated": len(rows) > most,
        "Delimiter": encoded(parameter(response, "delimiter"), response) or None,
        "EncodingType": parameter(response, "encoding-type"),
        "Prefix": encoded(parameter(response, "prefix"), response) or _empty_prefix(response),
        "Uploads": [_described(response, each) for each in uploads],
        "CommonPrefixes": [{"Prefix": encoded(each, response)} for each in folders],
    }
    response.data["Action"] = "ListMultipartUploads"
    return response.serialized(ActionResult({name: each for name, each in result.items() if each is not None}))


def _empty_prefix(response: Any) -> str | None:
    """A list with a delimiter says that it has no prefix."""
    return "" if parameter(response, "delimiter") else None


def _rows(response: Any) -> list[Any]:
    """Uploads, and common prefixes as texts, in order behind the marker."""
    prefix, delimiter = parameter(response, "prefix") or "", parameter(response, "delimiter")
    key, upload_id = parameter(response, "key-marker") or "", parameter(response, "upload-id-marker")
    uploads = response.backend.get_bucket(response.bucket_name).multiparts.values()
    rows: list[Any] = []
    for each in sorted(uploads, key=lambda upload: (upload.key_name, upload.__dict__.get(BEGUN, ""))):
        head, end, _ = each.key_name.removeprefix(prefix).partition(delimiter) if delimiter else ("", "", "")
        row: Any = f"{prefix}{head}{end}" if end else each
        name = row if end else each.key_name
        behind = name > key or (name == key and upload_id is not None and each.id > upload_id and not end)
        if each.key_name.startswith(prefix) and behind and row not in rows:
            rows.append(row)
    return rows


def _described(response: Any, upload: Any) -> dict[str, Any]:
    described = {
        "Key": encoded(upload.key_name, response),
        "UploadId": upload.id,
        "Initiator": OWNER,
        "Owner": OWNER,
        "StorageClass": upload.storage or "STANDARD",
        "Initiated": upload.__dict__.get(BEGUN, "2010-11-10T20:48:33.000Z"),
        "ChecksumAlgorithm": upload.metadata.get(ALGORITHM),
        "ChecksumType": upload.metadata.get(TYPE),
    }
    return {name: each for name, each in described.items() if each is not None}


def _list_buckets(response: Any) -> Any:
    """GET alone: moto answers every method with the list."""
    if response.method not in ("GET", "HEAD"):
        raise S3Error(405, "MethodNotAllowed", NOT_ALLOWED, Method=response.method, ResourceType="SERVICE")
    response.data["Action"] = "ListAllMyBuckets"
    response._authenticate_and_authorize_s3_action()
    most, region = _number(response, "max-buckets", MOST_BUCKETS), parameter(response, "bucket-region")
    if region and region not in get_service_model("s3").shape_for("BucketLocationConstraint").enum + ["us-east-1"]:
        raise invalid_argument(f"Argument value {region} is not a valid AWS Region", "bucket-region")
    prefix, start = parameter(response, "prefix"), _behind(parameter(response, "continuation-token"))
    all_of_them = response.backend.list_buckets(prefix=prefix, bucket_region=region, max_buckets=None)
    buckets = [each for each in sorted(all_of_them, key=lambda bucket: str(bucket.name)) if each.name > start]
    paged = any(parameter(response, name) for name in ("max-buckets", "prefix", "bucket-region", "continuation-token"))
    result = {
        "Owner": OWNER,
        "Buckets": [_bucket(each, paged) for each in buckets[:most]],
        "Prefix": prefix,
        "ContinuationToken": _token(buckets[most - 1].name) if len(buckets) > most else None,
    }
    response.data["Action"] = "ListBuckets"
    return response.serialized(ActionResult({name: each for name, each in result.items() if each is not None}))


def _bucket(bucket: Any, paged: bool) -> dict[str, str]:
    described = {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601}
    return described | ({"BucketRegion": bucket.region_name} if paged else {})


def _token(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode()


def _behind(token: str | None) -> str:
    try:
        return urlsafe_b64decode(token or "").decode()
    except ValueError:
        raise invalid_argument("The continuation token provided is incorrect", "continuation-token") from None
