"""The shop's templates as the contract tests see them: as written, expanded offline, and their functions one by one."""

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import Any

from shoplib.provision import artifacts, load, parameters, pattern_names, template_path
from shoplib.provision.artifacts import Artifact
from shoplib.provision.template import Template, expand

REGION = "us-east-1"


@dataclass(frozen=True)
class Function:
    """A function of a pattern: its expanded resource, and the files of its zip."""

    pattern: str
    logical_id: str
    properties: dict[str, Any]
    files: dict[str, bytes]

    def __str__(self) -> str:
        return f"{self.pattern}-{self.logical_id}"

    @property
    def module(self) -> str:
        return str(self.properties["Handler"]).rpartition(".")[0]

    @property
    def context(self) -> str:
        """The service that it belongs to: shoplib.services.<context>.handler."""
        return self.module.split(".")[2]

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.properties["Environment"]["Variables"])


@cache
def template(pattern: str) -> Template:
    return load(template_path(pattern))


@cache
def _packaged(pattern: str) -> tuple[dict[str, Any], list[Artifact]]:
    def place(artifact: Artifact) -> dict[str, str]:
        return {"Bucket": "code-of-the-shop", "Key": artifact.key}

    return artifacts.package(template(pattern), place)


@cache
def expanded(pattern: str) -> dict[str, Any]:
    return expand(template(pattern), _packaged(pattern)[0], parameters.values(template(pattern), {}), REGION)


def resources(pattern: str, kind: str) -> dict[str, dict[str, Any]]:
    return {name: spec for name, spec in expanded(pattern)["Resources"].items() if spec["Type"] == kind}


def names() -> list[tuple[str, str]]:
    """Pattern and logical id of each function, as the templates have them: nothing is packaged for it."""
    return [
        (pattern, name)
        for pattern in pattern_names()
        for name, spec in template(pattern).resources.items()
        if spec["Type"] == "AWS::Serverless::Function"
    ]


@cache
def function(pattern: str, name: str) -> Function:
    content = next(artifact.content for artifact in _packaged(pattern)[1] if artifact.logical_id == name)
    return Function(pattern, name, resources(pattern, "AWS::Lambda::Function")[name]["Properties"], _unzipped(content))


def _unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
