"""Which API or function URL does a request mean? Several addresses lead to the same one."""

import re
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.apigateway.messages import encoded_path

EXECUTE_API_HOST = re.compile(r"^([a-z0-9]{8,12})\.execute-api\.([a-z0-9-]+)(?:\.|:|$)")
EXECUTE_API_PREFIX = "/_aws/execute-api/"
CONNECTIONS_PREFIX = "/@connections/"
FUNCTION_URL_HOST = re.compile(r"^([a-z0-9]+)\.lambda-url\.")
FUNCTION_URL_PREFIX = "/_aws/lambda-url/"
ADDRESS, FUNCTION_URL = "shoplib.api_address", "shoplib.function_url"  # where a request keeps them
USER_REQUEST = re.compile(r"^/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?$")


@dataclass(frozen=True, slots=True)
class Address:
    """`path` starts with "/" and still holds the stage, as on `https://{api_id}.execute-api...{path}`."""

    api_id: str
    path: str
    base_path: str = ""  # of a custom domain's mapping


def locate(environ: dict[str, Any]) -> Address | None:
    """Address meant by a WSGI request, or None when the request is not for a deployed API. Read once per request.

    - `/_aws/execute-api/{api}/{stage}/path` (an API with a `$default` stage may leave the stage out)
    - `/restapis/{api}/{stage}/_user_request_/path`
    - `/@connections/{connection}` of the engine itself, as clients send it that have its address alone: the API is ""
    - any path when the Host is `{api}.execute-api.<anything>`; the port is ignored
    """
    if ADDRESS not in environ:
        environ[ADDRESS] = _address(environ)
    address: Address | None = environ[ADDRESS]
    return address


def _address(environ: dict[str, Any]) -> Address | None:
    path = environ.get("PATH_INFO", "")
    if path.startswith(EXECUTE_API_PREFIX):
        api_id, _, rest = encoded_path(environ)[len(EXECUTE_API_PREFIX) :].partition("/")
        return Address(api_id.lower(), "/" + rest)
    if "/_user_request_" in path and (user_request := USER_REQUEST.match(encoded_path(environ))):
        api_id, stage, rest = user_request.groups(default="")
        return Address(api_id.lower(), f"/{stage}{rest}")
    host = environ.get("HTTP_HOST", "").lower()
    if path.startswith(CONNECTIONS_PREFIX) and ".execute-api." not in host:
        return Address("", encoded_path(environ))
    if ".execute-api." in host and (match := EXECUTE_API_HOST.match(host)):
        return Address(match.group(1), encoded_path(environ))
    return None


def locate_function_url(environ: dict[str, Any]) -> tuple[str, str] | None:
    """Id and path of the function URL that a request means: `/_aws/lambda-url/{url id}/path`, or any path when the Host
    is `{url id}.lambda-url.<anything>`. Read once per request."""
    if FUNCTION_URL not in environ:
        environ[FUNCTION_URL] = _function_url(environ)
    url: tuple[str, str] | None = environ[FUNCTION_URL]
    return url


def _function_url(environ: dict[str, Any]) -> tuple[str, str] | None:
    if environ.get("PATH_INFO", "").startswith(FUNCTION_URL_PREFIX):
        url_id, _, rest = encoded_path(environ)[len(FUNCTION_URL_PREFIX) :].partition("/")
        return url_id.lower(), "/" + rest
    host = environ.get("HTTP_HOST", "").lower()
    match = FUNCTION_URL_HOST.match(host) if ".lambda-url." in host else None
    return (match[1], encoded_path(environ)) if match else None


def split_stage(path: str) -> tuple[str, str]:
    """("prod", "/items/1") for "/prod/items/1"."""
    stage, slash, rest = path[1:].partition("/")
    return stage, "/" + rest if slash else "/"
