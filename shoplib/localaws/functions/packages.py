"""Python packages of the lab's own environment, offered to workers as folders: AWS's runtime and published layers.

A folder holds links to chosen packages and nothing else, so that a worker sees exactly these. Windows without the
right to make links gets copies.
"""

import shutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path

from shoplib.errors import LabError

# What AWS's managed Python runtime has, with what these packages need.
RUNTIME_DISTRIBUTIONS = (
    "awslambdaric",
    "simplejson",
    "snapshot-restore-py",
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "python-dateutil",
    "urllib3",
    "six",
)
# With the extras that AWS builds into the layer: tracing, parsing, validation.
POWERTOOLS = (
    "aws-lambda-powertools",
    "jmespath",
    "typing-extensions",
    "aws-xray-sdk",
    "wrapt",
    "pydantic",
    "pydantic-core",
    "annotated-types",
    "typing-inspection",
    "fastjsonschema",
)
SDK_PANDAS = ("pandas", "numpy", "pyarrow", "python-dateutil", "six", "tzdata", "boto3", "botocore", "s3transfer")
# Layers that AWS publishes in its own accounts, by the start of the layer's name.
PUBLISHED_LAYERS = {"AWSLambdaPowertoolsPython": POWERTOOLS, "AWSSDKPandas-Python": SDK_PANDAS}


def published_layer(name: str) -> tuple[str, ...] | None:
    """The distributions of the AWS-published layer `name`; None when AWS publishes no such layer that we know."""
    return next((names for start, names in PUBLISHED_LAYERS.items() if name.startswith(start)), None)


def link_distributions(names: Iterable[str], folder: Path) -> Path:
    """Make `folder` with links to the top-level files of the named distributions (those that are installed)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        for source in _top_level(name):
            target = folder / source.name
            if not target.exists():
                _link(source, target)
                _link_bytecode(source, target)
    return folder


def require_bootstrap() -> None:
    """LabError when AWS's bootstrap is not installed: then no function can run."""
    try:
        distribution("awslambdaric")
    except PackageNotFoundError as error:
        raise LabError(
            "AWS's Python runtime client (awslambdaric) is not installed, so Lambda functions cannot run.",
            next="Install it with: python -m pip install awslambdaric",
        ) from error


@cache  # reading the list of a distribution's files takes milliseconds, and every start of a function asks
def _top_level(name: str) -> tuple[Path, ...]:
    """Top-level packages and modules; a distribution that this platform does not need may be missing."""
    try:
        package: Distribution = distribution(name)
    except PackageNotFoundError:
        return ()
    tops = {file.parts[0] for file in package.files or () if file.parts[0] not in ("..", "__pycache__")}
    paths = (Path(str(package.locate_file(top))) for top in sorted(tops))
    return tuple(path for path in paths if path.exists())


def _link_bytecode(source: Path, target: Path) -> None:
    """Of a module that is one file: workers look for it beside the link, where they cannot write it."""
    if source.suffix != ".py" or not target.is_symlink():
        return
    compiled, beside = (Path(cache_from_source(str(path))) for path in (source, target))
    beside.parent.mkdir(exist_ok=True)
    beside.symlink_to(compiled)


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
