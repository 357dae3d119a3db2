"""What the first client of a process reads, whatever its service: the table of endpoints, and which services there are.

Read once before workers are forked, it saves each of them half of that client's time. botocore's and boto3's own files
never change; what lies in other folders is read as ever.
"""

import os
from typing import Any

FILES = ("endpoints", "partitions", "sdk-default-configuration", "_retry")
KINDS = ("service-2", "endpoint-rule-set-1", "resources-1")


def read() -> None:
    import boto3
    from botocore.loaders import JSONFileLoader, Loader

    own = [Loader.BUILTIN_DATA_PATH, os.path.join(os.path.dirname(boto3.__file__), "data")]  # noqa: PTH118,PTH120
    _remember_files(JSONFileLoader, own[0])
    _remember_services(Loader, own)


def _remember_files(loader: Any, folder: str) -> None:
    original = loader.load_file
    paths = [os.path.join(folder, name) for name in FILES]  # noqa: PTH118 - as botocore writes them
    contents = {path: original(loader(), path) for path in paths}

    def load_file(self: Any, file_path: str) -> Any:
        return contents[file_path] if file_path in contents else original(self, file_path)

    loader.load_file = load_file


def _remember_services(loader: Any, own: list[str]) -> None:
    original = loader.list_available_services
    alone = {folder: loader(extra_search_paths=[folder], include_default_search_paths=False) for folder in own}
    known = {(folder, kind): original(alone[folder], kind) for folder in own for kind in KINDS}

    def list_available_services(self: Any, type_name: str) -> list[str]:
        folders = [path for path in self.search_paths if os.path.isdir(path)]  # noqa: PTH112
        if any((folder, type_name) not in known for folder in folders):
            services: list[str] = original(self, type_name)
            return services
        return sorted({service for folder in folders for service in known[folder, type_name]})

    loader.list_available_services = list_available_services
