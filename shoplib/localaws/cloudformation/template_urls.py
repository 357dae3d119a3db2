"""Templates kept in S3, by URL."""

from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from shoplib.localaws.clients import client
from shoplib.localaws.cloudformation.errors import ValidationError


def read(url: str, account_id: str, region: str) -> str:
    """The text at an S3 URL, path-style or virtual-host-style; ValidationError when there is none."""
    bucket, key = located(url)
    if not bucket or not key:
        raise ValidationError(f"TemplateURL must be a supported URL: {url}")
    try:
        body = client("s3", account_id, region).get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        raise ValidationError(f"S3 error: {error.response['Error'].get('Message', error)} ({url})") from None
    return str(body.decode("utf-8"))


def located(url: str) -> tuple[str, str]:
    """Bucket and key."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
    if parts.scheme == "s3":
        return host, path
    bucket, dot, _ = host.partition(".s3")
    if dot and not host.startswith("s3"):
        return bucket, path
    bucket, _, key = path.partition("/")
    return bucket, key
