"""Code of a template goes to S3 before the template can be deployed, as `sam deploy` does it."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision import bundle
from shoplib.provision.target import Target
from shoplib.provision.template import Template, plain

# type -> property that may name local code
CODE = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
}


@dataclass(frozen=True)
class Artifact:
    """The zip of one resource's code."""

    logical_id: str
    content: bytes

    @property
    def key(self) -> str:
        return f"{bundle.digest(self.content)}.zip"


def packaged(template: Template, place: Callable[[Artifact], Any]) -> dict[str, Any]:
    """The template's body with each local code path replaced by what `place` answers for its artifact."""
    body = plain(copy.deepcopy(template.body))
    for logical_id, properties, name in _local_code(body):
        root = (template.path.parent / properties[name]).resolve()
        where = f"{template.path}: {logical_id}"
        artifact = Artifact(logical_id, bundle.code(root, properties.get("Handler"), where))
        properties[name] = place(artifact)
    return body


def _local_code(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    shared = body.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for logical_id, resource in body["Resources"].items():
        name = CODE.get(resource["Type"])
        if not name:
            continue
        properties = resource.setdefault("Properties", {})
        if name == "CodeUri" and shared and not {"InlineCode", "ImageUri", "CodeUri"} & set(properties):
            properties[name] = shared
        if isinstance(properties.get(name), str) and not properties[name].startswith("s3://"):
            yield logical_id, properties, name


def bucket_name(target: Target) -> str:
    return f"shoplib-artifacts-{target.account_id}-{target.region}"


def uploader(target: Target, template: Template) -> Callable[[Artifact], Any]:
    """Uploads each artifact once (its key is its content's hash) and answers the property for it."""
    s3, bucket = target.client("s3"), bucket_name(target)
    ensure_bucket(target)

    def place(artifact: Artifact) -> dict[str, str]:
        if not _exists(s3, bucket, artifact.key):
            s3.put_object(Bucket=bucket, Key=artifact.key, Body=artifact.content)
        names = ("Bucket", "Key")
        if template.resources[artifact.logical_id]["Type"].startswith("AWS::Lambda::"):
            names = ("S3Bucket", "S3Key")
        return dict(zip(names, (bucket, artifact.key), strict=True))

    return place


def ensure_bucket(target: Target) -> None:
    s3, bucket = target.client("s3"), bucket_name(target)
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise LabError(
                f"the artifacts bucket {bucket} cannot be used: {error}", "check your rights on S3"
            ) from None
        s3.create_bucket(Bucket=bucket, **_location(target.region))


def _location(region: str) -> dict[str, Any]:
    # us-east-1 is the one region that must not be named.
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _exists(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        return False
    return True


def write(template: Template, directory: Path) -> Path:
    """Write zips and a template that points at them, for `sam deploy`; answers the template's path."""
    import yaml

    directory.mkdir(parents=True, exist_ok=True)

    def place(artifact: Artifact) -> str:
        (directory / f"{artifact.logical_id}.zip").write_bytes(artifact.content)
        return f"{artifact.logical_id}.zip"

    body = packaged(template, place)
    out = directory / "template.yaml"
    out.write_text(yaml.safe_dump(body, sort_keys=False, width=120), encoding="utf-8")
    return out
