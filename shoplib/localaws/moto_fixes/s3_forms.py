"""The answer to a form that uploads an object: moto 5.2.5 says nothing of the object, and takes any status.

On AWS the answer has the object's ETag and address, the redirect its ETag, too, a 201 says all of it in XML, and a
status other than 200, 201 and 204 is 204.
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, wrap

STATUS = "success_action_status"
STATUSES = ("200", "201", "204")


def install() -> None:
    wrap(S3Response, "_bucket_response_post", _with_the_object)


def _with_the_object(original: Method) -> Method:
    def respond(response: Any, request: Any, bucket_name: str) -> Any:
        if response.querystring.get(STATUS, ["204"])[0] not in STATUSES:
            response.querystring[STATUS] = ["204"]
        answer = original(response, request, bucket_name)
        name = response.querystring.get("key", [""])[0]
        key = response.backend.get_object(bucket_name, name) if response.data.get("Action") == "PutObject" else None
        return answer if key is None else _described(answer, request, bucket_name, key)

    return respond


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
