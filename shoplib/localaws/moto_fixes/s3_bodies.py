"""What is sent to S3 is an object, whatever its content type says.

moto 5.2.5 reads a body of type `application/x-www-form-urlencoded` or `multipart/form-data` as a form: the object that
is stored is empty, and the form's fields count as the address's. curl sends the first type unless it is told another.
Only a page's POST of `multipart/form-data` is a form on AWS.
"""

from typing import Any

from moto.s3.responses import S3Response
from werkzeug.datastructures import ImmutableMultiDict

from shoplib.localaws.moto_patches import before


def install() -> None:
    before(S3Response, "setup_class", _read_as_it_is)


def _read_as_it_is(_response: Any, request: Any, *_rest: Any, **_more: Any) -> None:
    if request.method != "POST" or not request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        received = request.environ["wsgi.input"]  # in memory, and perhaps read as a form already
        received.seek(0)
        vars(request).update(_cached_data=received.read(), form=ImmutableMultiDict(), files=ImmutableMultiDict())
