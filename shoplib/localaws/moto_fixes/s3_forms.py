"""A form that uploads an object: moto 5.2.5 says nothing of the object, takes any status, and drops tags and class.

On AWS the answer has the object's ETag and address, the redirect its ETag, too, a 201 says all of it in XML, and a
status other than 200, 201 and 204 is 204.
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes import s3_enumerations, s3_tags
from shoplib.localaws.moto_patches import Method, wrap
from shoplib.localaws.s3_errors import S3Error

STATUS = "success_action_status"
STATUSES = ("200", "201", "204")
CLASS, TAGGING, ENCRYPTION = "x-amz-storage-class", "tagging", "x-amz-server-side-encryption"
OF_SIGNATURES = ("algorithm", "credential", "date", "security-token", "signature")
HONOURED = (CLASS, "x-amz-website-redirect-location", *(f"x-amz-{name}" for name in OF_SIGNATURES))
Fields = dict[str, str]


def install() -> None:
    wrap(S3Response, "_bucket_response_post", _with_the_object)


def _with_the_object(original: Method) -> Method:
    def respond(response: Any, request: Any, bucket_name: str) -> Any:
        if response.querystring.get(STATUS, ["204"])[0] not in STATUSES:
            response.querystring[STATUS] = ["204"]
        fields = _fields(response)
        tags = s3_tags.of_form(fields[TAGGING]) if TAGGING in fields else None
        answer = original(response, request, bucket_name)
        name = response.querystring.get("key", [""])[0]
        key = response.backend.get_object(bucket_name, name) if response.data.get("Action") == "PutObject" else None
        if key is None:
            return answer
        if CLASS in fields:
            key.set_storage_class(fields[CLASS])
        if tags is not None:
            response.backend.put_object_tagging(key, tags)
        return _described(answer, request, bucket_name, key)

    return respond


def _fields(response: Any) -> Fields:
    """By their names in lower case, as AWS reads them; what is not honoured is refused by name."""
    fields = {str(name).lower(): str(value) for name, value in dict(response.form_data or {}).items()}
    for name, value in fields.items():
        if name.startswith("x-amz-") and not _is_honoured(name, value):
            raise S3Error(
                501, "NotImplemented", f"The local AWS does not honour the field {name} of a form.", Header=name
            )
    return fields | ({CLASS: s3_enumerations.storage_class(fields[CLASS])} if CLASS in fields else {})


def _is_honoured(name: str, value: str) -> bool:
    if name == ENCRYPTION:
        return value == "AES256"  # as every object is
    return name in HONOURED or name.startswith(("x-amz-meta-", "x-amz-ignore-"))


def _described(answer: Any, request: Any, bucket_name: str, key: Any) -> Any:
    status, headers, body = int(answer[0]), dict(answer[1]), answer[2]
    headers["ETag"] = key.etag
    if "Location" in headers:
        headers["Location"] += f"&{urlencode({'etag': key.etag})}"
    else:
        headers["Location"] = f"{request.url_root.rstrip('/')}/{bucket_name}/{quote(key.name)}"
    if status == 201:
        headers["Content-Type"] = "application/xml"
        created = {"Location": headers["Location"], "Bucket": bucket_name, "Key": key.name, "ETag": key.etag}
        members = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in created.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{members}</PostResponse>'
    return status, headers, body
