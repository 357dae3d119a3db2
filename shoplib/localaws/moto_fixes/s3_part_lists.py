"""Lists of parts: moto 5.2.5 leaves their checksums out, reads an empty marker as a number, and knows no parts of an
object that is complete.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
"""

from typing import Any

from moto.s3.responses import S3Response

from shoplib.localaws.checksums import compute
from shoplib.localaws.moto_fixes.s3_checksums import ALGORITHM, OF_PARTS, TYPE
from shoplib.localaws.moto_fixes.s3_object_parts import bounds
from shoplib.localaws.moto_patches import Method, before, wrap

PAGING = ("part-number-marker", "max-parts")
MOST = 1000
Result = dict[str, Any]


def install() -> None:
    before(S3Response, "list_parts", _drop_empty)
    wrap(S3Response, "serialized", _completed)


def _drop_empty(response: Any) -> None:
    for name in PAGING:
        if response.querystring.get(name) == [""]:
            del response.querystring[name]


def _completed(original: Method) -> Method:
    def serialized(response: Any, action_result: Any) -> Any:
        complete = ANSWERS.get(response.data.get("Action", ""))
        if complete is not None:
            complete(response, action_result.result)
        return original(response, action_result)

    return serialized


def _list_parts(response: Any, result: Result) -> None:
    upload = response.backend.get_bucket(response.bucket_name).multiparts[result["UploadId"]]
    algorithm = upload.metadata.get(ALGORITHM)
    if algorithm is None:
        return
    result["ChecksumAlgorithm"], result["ChecksumType"] = algorithm, upload.metadata.get(TYPE)
    for part in result["Parts"]:
        part[f"Checksum{algorithm}"] = compute(algorithm, upload.parts[part["PartNumber"]].value)


def _attributes(response: Any, result: Result) -> None:
    attributes = {name.strip() for name in response.headers.get("x-amz-object-attributes", "").split(",")}
    key, _ = response._get_key(validate_storage_class=False)
    if "ObjectParts" not in attributes or key.multipart is None:
        return
    numbers = key.multipart.partlist
    page = _page(response, key, numbers) if key.checksum_type == OF_PARTS else {}
    result["ObjectParts"] = {"TotalPartsCount": len(numbers), **page}


def _page(response: Any, key: Any, numbers: list[int]) -> Result:
    """S3 tells the parts only of objects whose checksum is one of parts."""
    marker = int(response.headers.get("x-amz-part-number-marker") or 0)
    most = min(int(response.headers.get("x-amz-max-parts") or MOST), MOST)
    following = [number for number in numbers if number > marker]
    page = {"Parts": [_part(key, number) for number in following[:most]]} if following else {}
    last = following[:most][-1] if following[:most] else 0
    paging = {"PartNumberMarker": marker, "NextPartNumberMarker": last, "MaxParts": most}
    return {**page, **paging, "IsTruncated": len(following) > most}


def _part(key: Any, number: int) -> Result:
    start, end = bounds(key, number)
    algorithm = key.checksum_algorithm
    checksum = compute(algorithm, key.value[start:end])
    return {"PartNumber": number, "Size": end - start, f"Checksum{algorithm}": checksum}


ANSWERS = {"ListParts": _list_parts, "GetObjectAttributes": _attributes}
