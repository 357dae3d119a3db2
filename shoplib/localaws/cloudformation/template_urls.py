"""Templates kept in S3, by URL."""

from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from shoplib.localaws.clients import client
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.loopback import is_loopback

UNSUPPORTED = "TemplateURL must be a supported URL."


def of_request(url: str, account_id: str, region: str) -> str:
    """As `read`; the API itself takes no address that is not one of S3's in HTTP."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        raise ValidationError(f"S3 error: Domain name specified in {parts.hostname} is not a valid S3 domain")
    if not is_of_s3(parts.hostname or ""):
        raise ValidationError(UNSUPPORTED)
    return read(url, account_id, region)


def is_of_s3(host: str) -> bool:
    """Of AWS, or of this machine, by whichever name it is called from a container."""
    of_aws = host.endswith((".amazonaws.com", ".amazonaws.com.cn")) and any(
        label.startswith("s3") for label in host.split(".")
    )
    return of_aws or is_loopback(host) or host.endswith((".localhost", ".internal")) or "." not in host


def read(url: str, account_id: str, region: str) -> str:
    """The text at an S3 URL, path-style or virtual-host-style; ValidationError when there is none."""
    bucket, key = located(url)
    if not bucket or not key:
        raise ValidationError(UNSUPPORTED)
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
