"""Where a lake is: in a lab, in a bucket, or in a folder, all with the same interface once opened."""

import io
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as pafs

from shoplib.analytics.athena_table import AthenaTable
from shoplib.analytics.folders import Folder
from shoplib.core.lake.objects import Bucket, Missing, Objects
from shoplib.errors import LabError

if TYPE_CHECKING:
    from shoplib.lab import Lab

# A smaller object is fetched at one go: a second request would take longer than its bytes.
SMALL = 1 << 20
CONNECTIONS = 32
PARQUET = ds.ParquetFileFormat(default_fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=True))


@dataclass(frozen=True)
class Lake:
    """An open lake: `filesystem` and `root` for Arrow, `objects` for listings, manifests and compaction."""

    filesystem: pafs.FileSystem = field(repr=False)
    root: str
    objects: Objects = field(repr=False)
    athena: AthenaTable | None = None

    def fragment(self, key: str, size: int, holds: ds.Expression | None = None) -> ds.Fragment:
        """A Parquet file of the lake for a dataset; `holds` is known to be true for all its rows."""
        if isinstance(self.filesystem, pafs.PyFileSystem):
            self.filesystem.handler.sizes[key] = size
        path = f"{self.root}/{key}" if self.root else key
        return PARQUET.make_fragment(path, self.filesystem, holds, file_size=size)

    @property
    def is_local(self) -> bool:
        """Whether the lake is a folder on this machine."""
        return isinstance(self.filesystem, pafs.LocalFileSystem)

    def __str__(self) -> str:
        return str(self.objects)


Place: TypeAlias = "Lab | Lake | str | Path"


def open_lake(place: Place) -> Lake:
    """The lake of a lab with `clickstream` deployed, of "s3://bucket" or "s3://bucket/folder", or of a local folder.

    "s3://..." is read with the user's own AWS credentials, as boto3 finds them; a lab uses only its target. LabError if
    the place does not exist.
    """
    if isinstance(place, Lake):
        return place
    if isinstance(place, str) and place.startswith("s3://"):
        return _of_address(place)
    if isinstance(place, str | Path):
        return _of_folder(Path(place))
    outputs = place.outputs("clickstream")
    athena = AthenaTable(place.client("athena"), outputs["LakeDatabaseName"], outputs["LakeWorkGroupName"])
    return replace(of_bucket(place.client("s3"), outputs["LakeBucketName"]), athena=athena)


def of_bucket(s3: Any, bucket: str, prefix: str = "") -> Lake:
    """The lake in a bucket, read with a boto3 S3 client of any account or endpoint."""
    objects = Bucket(s3, bucket, prefix)
    return Lake(pafs.PyFileSystem(ObjectFiles(objects)), "", objects)


def _of_folder(path: Path) -> Lake:
    if not path.is_dir():
        raise LabError(f"folder not found: {path}", "pass the folder that contains raw/, s3://bucket, or a lab")
    return Lake(pafs.LocalFileSystem(), path.resolve().as_posix(), Folder(path.resolve()))


def _of_address(address: str) -> Lake:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    parts = urlsplit(address)
    if not parts.netloc:
        raise LabError(f"{address} has no bucket name", "use s3://bucket or s3://bucket/folder")
    folder = parts.path.strip("/")
    try:
        session = boto3.Session()
        if not session.get_credentials():
            raise LabError(f"{address} cannot be read: there are no AWS credentials", "run `aws configure`")
        s3 = session.client("s3", config=Config(max_pool_connections=CONNECTIONS))
        lake = of_bucket(s3, parts.netloc, f"{folder}/" if folder else "")
        lake.objects.folders("raw/")  # whoever may not list it, or mistyped it, hears so now
        return lake
    except (BotoCoreError, ClientError) as error:
        raise LabError(f"{address} cannot be read: {error}", "check its name and your AWS profile") from None


def _refuse_writing(*_: Any, **__: Any) -> NoReturn:
    raise NotImplementedError("the lake is read through it, not written")


class ObjectFiles(pafs.FileSystemHandler):
    """Objects as files for Arrow. Reads only the ranges that Arrow requests, unless an object is small."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        # Objects of a lake never change; what a listing said need not be asked again.
        self.sizes: dict[str, int] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectFiles) and other._objects == self._objects

    def __hash__(self) -> int:
        return hash(str(self._objects))

    def get_type_name(self) -> str:
        return "objects"

    def normalize_path(self, path: str) -> str:
        return path

    def get_file_info(self, paths: list[str]) -> list[pafs.FileInfo]:
        return [self._info(path) for path in paths]

    def _info(self, path: str) -> pafs.FileInfo:
        if path not in self.sizes:
            self.sizes |= {entry.key: entry.size for entry in self._objects.entries(path) if entry.key == path}
        if path not in self.sizes:
            return pafs.FileInfo(path, pafs.FileType.NotFound)
        return pafs.FileInfo(path, pafs.FileType.File, size=self.sizes[path])

    def open_input_file(self, path: str) -> pa.NativeFile:
        info = self._info(path)
        if info.type == pafs.FileType.NotFound:
            raise FileNotFoundError(path)
        if info.size <= SMALL:
            return pa.BufferReader(self._objects.read(path))
        return pa.PythonFile(_Ranges(self._objects, path, info.size), mode="r")

    open_input_stream = open_input_file
    get_file_info_selector = create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = _refuse_writing
    delete_file = move = copy_file = open_output_stream = open_append_stream = _refuse_writing


class _Ranges(io.RawIOBase):
    """A file; each read is one request."""

    def __init__(self, objects: Objects, key: str, size: int) -> None:
        self._objects, self._key, self._size, self._at = objects, key, size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        remaining = self._size - self._at
        length = remaining if size is None or size < 0 else min(size, remaining)
        if length <= 0:
            return b""
        try:
            content = self._objects.read_range(self._key, self._at, length)
        except Missing as error:
            raise FileNotFoundError(str(error)) from None
        self._at += len(content)
        return content
