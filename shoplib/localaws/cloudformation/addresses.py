"""Addresses of APIs and public objects in a stack's outputs, and in what custom resources get, as clients reach them.

A template writes `https://${Api}.execute-api.${AWS::Region}.amazonaws.com/Prod`, which no machine but AWS answers:
whoever reads the output of a local stack gets the address at which the same API answers here. So with
`https://${Bucket}.s3.${AWS::Region}.amazonaws.com/index.html`: browsers find `${Bucket}.s3.localhost` on this machine,
and it is an origin of its own, which the engine's APIs do not share.
"""

import os
import re

from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.s3.models import s3_backends

API = re.compile(
    r"(?:http|(?P<socket>ws))s?://(?P<api>[a-z0-9]{8,12})\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com"
    r"(?![A-Za-z0-9.-])"
)
BUCKET = re.compile(r"https?://([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.s3\.[a-z0-9-]+\.amazonaws\.com(?=/)")


def on_this_machine(text: str, account_id: str) -> str:
    """`text` with the addresses of this account's APIs and buckets replaced; all others stay."""
    if "AWS_ENDPOINT_URL" not in os.environ:
        return text
    return _with_buckets(_with_apis(text, account_id), account_id)


def _with_apis(text: str, account_id: str) -> str:
    def local(match: re.Match[str]) -> str:
        backends = (apigateway_backends[account_id], apigatewayv2_backends[account_id])
        region, api = match["region"], match["api"]
        known = any(region in regions and api in regions[region].apis for regions in backends)
        endpoint = os.environ["AWS_ENDPOINT_URL"]
        endpoint = endpoint.replace("http", "ws", 1) if match["socket"] else endpoint
        return f"{endpoint}/_aws/execute-api/{api}" if known else match[0]

    return API.sub(local, text) if ".execute-api." in text else text


def _with_buckets(text: str, account_id: str) -> str:
    def local(match: re.Match[str]) -> str:
        place = s3_backends.bucket_accounts.get(match[1])
        port = os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2]
        return f"http://{match[1]}.s3.localhost:{port}" if place and place[1] == account_id else match[0]

    return BUCKET.sub(local, text) if ".s3." in text else text
