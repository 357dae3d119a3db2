"""Layers of a function as folders: the lab's own packages for AWS-published layers, moto's content for all others."""

import threading
from pathlib import Path

from moto.awslambda.models import LayerVersion, lambda_backends
from moto.awslambda.utils import split_layer_arn

from shoplib.localaws.functions.contents import Contents, make_room_for_bytecode
from shoplib.localaws.functions.packages import link_distributions, published_layer
from shoplib.localaws.functions.runtimes import layer_folders


class Layers:
    """Finds or makes the folders that a layer adds to the module search path (its `python` folders)."""

    def __init__(self, folder: Path, contents: Contents) -> None:
        self._folder = folder
        self._contents = contents
        self._lock = threading.Lock()

    def search_path(self, arn: str, runtime: str) -> tuple[Path, ...]:
        """Existing folders only, in Lambda's order."""
        layer_name = split_layer_arn(arn).layer_name
        distributions = published_layer(layer_name)
        version = layer_version(arn)
        if version is None and distributions is not None:
            with self._lock:
                return (link_distributions(distributions, self._folder / layer_name / "python"),)
        if version is None or not version.code_bytes:
            return ()
        root = self._contents.unpack(version.code_bytes)
        folders = tuple(folder for folder in layer_folders(runtime, root) if folder.is_dir())
        for folder in folders:
            make_room_for_bytecode(folder)
        return folders


def layer_version(arn: str) -> LayerVersion | None:
    """The published version that `arn` names in any account of the lab; None when there is none."""
    parts = split_layer_arn(arn)
    backend = lambda_backends[parts.account][parts.region]
    return backend.layers_versions_by_arn(arn)
