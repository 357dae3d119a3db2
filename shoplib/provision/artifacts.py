"""Upload a template's local code and documents to S3 before deployment, as `sam deploy` does."""

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from shoplib import whole_files
from shoplib.errors import LabError
from shoplib.localaws.cloudformation.includes import REMOTE
from shoplib.provision import bundle
from shoplib.provision.refusals import code_of
from shoplib.provision.stack_waiter import Progress, silent
from shoplib.provision.target import Target
from shoplib.provision.template import Template, load, plain

# type -> the property that may name a local path
FUNCTIONS = {"AWS::Serverless::Function": "CodeUri", "AWS::Lambda::Function": "Code"}
LAYERS = {"AWS::Serverless::LayerVersion": "ContentUri", "AWS::Lambda::LayerVersion": "Content"}
STATE_MACHINES = {
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::StepFunctions::StateMachine": "DefinitionS3Location",
}
DOCUMENTS = {
    "AWS::Serverless::Api": "DefinitionUri",
    "AWS::Serverless::HttpApi": "DefinitionUri",
    **STATE_MACHINES,
    "AWS::ApiGateway::RestApi": "BodyS3Location",
    "AWS::ApiGatewayV2::Api": "BodyS3Location",
}
NESTED = {"AWS::Serverless::Application": "Location", "AWS::CloudFormation::Stack": "TemplateURL"}
PROPERTY = FUNCTIONS | LAYERS | DOCUMENTS | NESTED
DEEPEST_NESTING = 10
NOT_THERE = ("404", "NoSuchBucket", "NoSuchKey", "NotFound")


@dataclass(frozen=True)
class Artifact:
    """A file of one resource: the zip of its code, or a document. Its key is its content's hash."""

    logical_id: str
    type: str
    content: bytes
    suffix: str = ".zip"

    @property
    def key(self) -> str:
        return f"{bundle.digest(self.content)}{self.suffix}"


Place = Callable[[Artifact], Any]


@dataclass(frozen=True)
class Source:
    """The file or folder, named in the template, from which one resource's artifact is made."""

    logical_id: str
    root: Path
    where: str
    resource: dict[str, Any] = field(repr=False, compare=False)
    place: Place = field(default=attrgetter("key"), repr=False, compare=False)

    @property
    def type(self) -> str:
        return str(self.resource["Type"])

    def artifact(self) -> Artifact:
        """Build the artifact from the current files. LabError names the resource whose code is missing."""
        return self.artifacts()[-1]

    def artifacts(self) -> list[Artifact]:
        """Return the artifact, preceded by those that a nested template needs."""
        if self.type in NESTED:
            return _package_nested(self)
        return [_artifact(self.logical_id, self.resource, self.root, self.where)]


def sources(template: Template, place: Place = attrgetter("key")) -> list[Source]:
    """Return one source per resource that has a local path; `place` as for `packaged`."""
    paths = _local_paths(plain(copy.deepcopy(template.body)))
    return [_source(template, logical_id, resource, name, place) for logical_id, resource, name in paths]


def package(template: Template, place: Place, within: str = "") -> tuple[dict[str, Any], list[Artifact]]:
    """Return the template's body with each local path replaced by `place(artifact)`, and the artifacts.

    Nested templates are packaged too; `within` prefixes the names of their artifacts. LabError names the resource
    whose code is missing.
    """
    body = plain(copy.deepcopy(template.body))
    new_artifacts: list[Artifact] = []
    for logical_id, resource, name in _local_paths(body):
        new_artifacts += _source(template, within + logical_id, resource, name, place).artifacts()
        resource["Properties"][name] = place(new_artifacts[-1])
        _enable_source_maps(resource)
    return body, new_artifacts


def _enable_source_maps(resource: dict[str, Any]) -> None:
    """As SAM CLI does for a bundle with a source map."""
    metadata = resource.get("Metadata") or {}
    if metadata.get("BuildMethod") == "esbuild" and (metadata.get("BuildProperties") or {}).get("Sourcemap"):
        variables = resource["Properties"].setdefault("Environment", {}).setdefault("Variables", {})
        variables.setdefault("NODE_OPTIONS", "--enable-source-maps")


def _source(template: Template, logical_id: str, resource: dict[str, Any], name: str, place: Place) -> Source:
    root = (template.path.parent / resource["Properties"][name]).resolve()
    return Source(logical_id, root, f"{template.path}: {logical_id}", resource, place)


def _package_nested(source: Source) -> list[Artifact]:
    if source.logical_id.count(".") >= DEEPEST_NESTING:
        raise LabError(f"{source.where} nests templates more than {DEEPEST_NESTING} levels deep", "remove the cycle")
    body, artifacts = package(load(source.root), source.place, f"{source.logical_id}.")
    content = json.dumps(body, sort_keys=True).encode()
    return [*artifacts, Artifact(source.logical_id, source.type, content, ".template")]


def _local_paths(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    shared = body.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for logical_id, resource in body["Resources"].items():
        # In a nested template loops stay as they are.
        name = PROPERTY.get(resource["Type"]) if isinstance(resource, dict) else None
        if not name:
            continue
        properties = resource.setdefault("Properties", {})
        if name == "CodeUri" and _needs_code(body, properties):
            # Without any path the code lies beside the template, as SAM CLI takes it.
            properties[name] = shared or "."
        if isinstance(properties.get(name), str) and not properties[name].startswith(REMOTE):
            yield logical_id, _with_globals(body, resource), name


def _needs_code(body: dict[str, Any], properties: dict[str, Any]) -> bool:
    both = {**body.get("Globals", {}).get("Function", {}), **properties}
    return both.get("PackageType") != "Image" and not {"InlineCode", "ImageUri", "CodeUri"} & set(properties)


def _with_globals(body: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    """A resource that also knows, beside its own properties, those that SAM's Globals give to every function."""
    return {**resource, "Globals": body.get("Globals", {}).get("Function", {})}


def _artifact(logical_id: str, resource: dict[str, Any], root: Path, where: str) -> Artifact:
    kind = resource["Type"]
    if kind in FUNCTIONS:
        properties = resource["Globals"] | resource["Properties"]
        return Artifact(logical_id, kind, bundle.function(root, properties, where, resource.get("Metadata")))
    if kind in LAYERS:
        build_method = str(resource.get("Metadata", {}).get("BuildMethod", ""))
        return Artifact(logical_id, kind, bundle.layer(root, build_method, where))
    if not root.is_file():
        raise LabError(f"{where}: document not found: {root}", "correct its path; it is relative to the template")
    return Artifact(logical_id, kind, root.read_bytes(), root.suffix)


def bucket_name(target: Target) -> str:
    return f"shoplib-artifacts-{target.account_id}-{target.region}"


def in_bucket(target: Target) -> Place:
    """Return a function from artifact to its future bucket and key (a nested template: URL). Uploads nothing."""

    def place(artifact: Artifact) -> Any:
        if artifact.type in NESTED:
            return f"https://s3.{target.region}.amazonaws.com/{bucket_name(target)}/{artifact.key}"
        names = ("S3Bucket", "S3Key") if artifact.type.startswith("AWS::Lambda::") else ("Bucket", "Key")
        return dict(zip(names, (bucket_name(target), artifact.key), strict=True))

    return place


def upload(artifacts: Iterable[Artifact], target: Target, progress: Progress = silent) -> None:
    """Upload the artifacts that are not in the bucket yet; create the bucket if needed."""
    contents = {artifact.key: artifact.content for artifact in artifacts}
    if not contents:
        return
    s3, bucket = target.client("s3"), ensure_bucket(target)
    for done, (key, content) in enumerate(contents.items()):
        progress("uploading code", done, len(contents))
        if not _there(s3.head_object, Bucket=bucket, Key=key):
            s3.put_object(Bucket=bucket, Key=key, Body=content)


def ensure_bucket(target: Target) -> str:
    s3, bucket = target.client("s3"), bucket_name(target)
    # Somebody else's bucket of that name must never be given our code.
    owned = {"ExpectedBucketOwner": target.account_id} if target.is_real else {}
    if not _there(s3.head_bucket, Bucket=bucket, **owned):
        s3.create_bucket(Bucket=bucket, **_location(target.region))
    return bucket


def _location(region: str) -> dict[str, Any]:
    # us-east-1 is the one region that must not be named.
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _there(head: Callable[..., Any], **names: str) -> bool:
    try:
        head(**names)
    except ClientError as error:
        if code_of(error) in NOT_THERE:
            return False
        raise
    return True


def write(template: Template, directory: Path) -> Path:
    """Write zips and a template that points at them, for `sam deploy`; return the template's path."""
    import yaml

    def name(artifact: Artifact) -> str:
        return f"{artifact.logical_id}{artifact.suffix}"

    body, artifacts = package(template, name)
    out = directory / "template.yaml"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for artifact in artifacts:
            whole_files.write(directory / name(artifact), artifact.content)
        whole_files.write(out, yaml.safe_dump(body, sort_keys=False, width=120))
    except OSError as error:
        raise LabError(f"{directory} cannot be written: {error.strerror}", "choose another --output-dir") from None
    return out
