"""Addresses of APIs in a stack's outputs, as its clients can reach them.

A template writes `https://${Api}.execute-api.${AWS::Region}.amazonaws.com/Prod`, which no machine but AWS answers:
whoever reads the output of a local stack gets the address at which the same API answers here.
"""

import os
import re

from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.models import apigatewayv2_backends

API = re.compile(r"https?://([a-z0-9]{8,12})\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?![A-Za-z0-9.-])")


def on_this_machine(text: str, account_id: str) -> str:
    """`text` with the addresses of this account's APIs replaced; all others stay."""

    def local(match: re.Match[str]) -> str:
        api_id, region = match.groups()
        backends = (apigateway_backends[account_id], apigatewayv2_backends[account_id])
        known = any(region in regions and api_id in regions[region].apis for regions in backends)
        return f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{api_id}" if known else match[0]

    return API.sub(local, text) if ".execute-api." in text and "AWS_ENDPOINT_URL" in os.environ else text
