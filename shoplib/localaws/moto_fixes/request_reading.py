"""What a call means stands where its protocol puts it, and nowhere else.

moto 5.2.5 looks for `Action` and parameters in the address, then in any body as if it were a form, then in all headers,
and only then where the protocol has them: a secret `a&Name=b` is stored as that of `b`, an event with `&Action=` in a
link fails, and a header `Action: ListUsers` is a call. A call's region it takes from the host or the user agent, where
they name one, though AWS goes by the signature.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, after, wrap
from shoplib.localaws.request_scope import signature

FORM = "application/x-www-form-urlencoded"


def install() -> None:
    wrap(BaseResponse, "_get_action", _as_the_protocol_says)
    wrap(BaseResponse, "get_region_from_url", _as_it_is_signed)
    after(BaseResponse, "setup_class", _forget_the_rest)


def _as_the_protocol_says(original: Method) -> Method:
    def action(response: Any) -> Any:
        if isinstance(response, S3Response):
            return original(response)
        if _is_rest(response.boto3_service_name):
            return response._get_action_from_method_and_request_uri(response.normalized_request)
        if target := response.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        _forget_the_rest(None, response)  # moto asks while it still reads the request
        return original(response)

    return action


def _forget_the_rest(_: Any, response: Any, *_arguments: Any, **_options: Any) -> None:
    if not isinstance(response, S3Response):
        response.querystring = response.data = _parameters(response)


def _parameters(response: Any) -> dict[str, list[str]]:
    request = response.normalized_request
    if request.headers.get("x-amz-target"):
        return {}
    form = request.form.to_dict(flat=False) if request.mimetype == FORM else {}
    return {**parse_qs(response.parsed_url.query, keep_blank_values=True), **form}


@lru_cache(maxsize=256)
def _is_rest(service: str) -> bool:
    return str(get_service_model(service).protocol).startswith("rest")


def _as_it_is_signed(original: Method) -> Method:
    def region(response: Any, request: Any, full_url: str) -> str:
        signed = signature(request.environ)
        return signed.region if signed and signed.region else original(response, request, full_url)

    return region
