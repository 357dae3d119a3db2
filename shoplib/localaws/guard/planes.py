"""What kind of thing a request is for."""

from typing import Any

from shoplib.localaws.apigateway.addressing import locate, locate_function_url
from shoplib.localaws.request_scope import signature

# moto's dashboard and switches, and a metadata service that gives out credentials: none of them is an AWS API.
BESIDE_AWS = ("/moto-api", "/favicon.ico", "/latest/meta-data/", "/latest/api/")


def is_deployed(environ: dict[str, Any]) -> bool:
    """A deployed API or a function URL: served to anybody, by the rules that its owner declared."""
    return locate_function_url(environ) is not None or locate(environ) is not None


def is_beside_aws(environ: dict[str, Any]) -> bool:
    """What moto serves and AWS does not. Signed for S3, such a path is an object's."""
    return str(environ["PATH_INFO"]).startswith(BESIDE_AWS) and signature(environ) is None
