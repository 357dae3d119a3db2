"""Values of S3's headers in any case: moto 5.2.5 takes `replace` for `COPY`, drops a checksum by `sha256`, and fails on
an ACL that it does not know.

S3 takes the values of its published model in upper and lower case, and refuses what is none of them (InvalidArgument).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.core.utils import get_service_model
from moto.s3.exceptions import InvalidArgumentError
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import before
from shoplib.localaws.s3_errors import S3Error, invalid_argument

PREFIX = "HTTP_X_AMZ_"
UNSUPPORTED = "Checksum algorithm provided is unsupported. Please try again with any of the valid types:"
REFUSED_EMPTY = {"HTTP_X_AMZ_OBJECT_OWNERSHIP"}
NOT_TAKEN_HERE = {"outposts"}  # of the model, but of S3 on Outposts alone


def install() -> None:
    for name in ("_key_response", "_bucket_response"):
        before(S3Response, name, _write_in_the_models_case)


def _write_in_the_models_case(response: Any, request: Any, full_url: str) -> None:
    for key in [key for key in request.environ if key.startswith(PREFIX) and key in _enumerations()]:
        request.environ[key] = _canonical(key, request.environ[key])


def storage_class(value: str) -> str:
    """In the model's case, wherever it comes from."""
    return _canonical(f"{PREFIX}STORAGE_CLASS", value)


def _canonical(key: str, value: str) -> str:
    known = _enumerations()[key]
    parts = [known.get(part.strip().lower(), "") for part in value.split(",")]
    if all(parts) and value.lower() not in NOT_TAKEN_HERE:
        return ",".join(parts)
    if not value and key not in REFUSED_EMPTY:
        return value
    header = key.removeprefix("HTTP_").replace("_", "-").lower()
    if header == "x-amz-storage-class":
        text = "The storage class you specified is not valid"
        raise S3Error(400, "InvalidStorageClass", text, StorageClassRequested=value)
    if header == "x-amz-object-ownership":
        raise invalid_argument(f"Invalid {header} header: {value}", header)
    if header == "x-amz-checksum-algorithm":
        raise S3Error(400, "InvalidRequest", f"{UNSUPPORTED} [{', '.join(sorted(known.values()))}]")
    raise InvalidArgumentError("Argument is invalid", header, value)


@cache
def _enumerations() -> Mapping[str, Mapping[str, str]]:
    """The values of each header by their lower-case form, from all operations."""
    model, values = get_service_model("s3"), dict[str, dict[str, str]]()
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        for member in shape.members.values() if shape is not None else ():
            enum = getattr(member.member if member.type_name == "list" else member, "enum", None)
            if member.serialization.get("location") == "header" and enum:
                key = f"HTTP_{member.serialization['name'].upper().replace('-', '_')}"
                values.setdefault(key, {}).update({value.lower(): value for value in enum})
    return values
