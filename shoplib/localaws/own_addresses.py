"""Addresses that this machine answers: its own, and those of AWS for the APIs and function URLs that are here."""

import os
import re
from collections.abc import Iterator
from typing import Any

from shoplib.localaws.loopback import is_here

OF_AWS = re.compile(
    r"https?://([a-z0-9]+)\.(execute-api|lambda-url)\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)(?=[/?#]|$)",
    re.IGNORECASE,
)
ELSEWHERE = "is not on this machine; the local AWS sends nothing out"


def translated(url: str, endpoint: str = "") -> str:
    """Where the engine answers for AWS's address of an API or a function; any other address as it is."""
    of_aws, engine = OF_AWS.match(url), endpoint or os.environ.get("AWS_ENDPOINT_URL")
    if not of_aws or not engine:
        return url
    rest = url[of_aws.end() :]
    return f"{engine}/_aws/{of_aws[2].lower()}/{of_aws[1].lower()}{'' if rest.startswith('/') else '/'}{rest}"


def is_answered(url: str) -> bool:
    """Whether a request to this address stays here, and there is something that may answer it."""
    of_aws = OF_AWS.match(url)
    return _exists(of_aws[2].lower(), of_aws[1].lower()) if of_aws else is_here(url)


def rest_api(api_id: str) -> Any | None:
    """moto's REST API, in whatever account and region it is."""
    from moto.apigateway.models import apigateway_backends

    return next((each.apis[api_id] for each in _each(apigateway_backends) if api_id in each.apis), None)


def is_http_api(api_id: str) -> bool:
    from moto.apigatewayv2.models import apigatewayv2_backends

    return any(api_id in each.apis for each in _each(apigatewayv2_backends))


def _exists(kind: str, id: str) -> bool:
    return _is_function_url(id) if kind == "lambda-url" else rest_api(id) is not None or is_http_api(id)


def _is_function_url(id: str) -> bool:
    from moto.awslambda.models import lambda_backends

    functions = [function for backend in _each(lambda_backends) for function in list(backend.list_functions())]
    return any(id == url.id for each in functions for url in list(vars(each).get("url_configs", {}).values()))


def _each(backends: Any) -> Iterator[Any]:
    for regions in list(backends.values()):
        yield from list(regions.values())
