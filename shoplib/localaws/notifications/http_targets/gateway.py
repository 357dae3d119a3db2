"""REST APIs as targets: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-gateway-target.html
"""

import os
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from requests.structures import CaseInsensitiveDict

from shoplib.localaws import role_sessions
from shoplib.localaws.arns import Arn
from shoplib.localaws.notifications.deliveries import Undeliverable
from shoplib.localaws.notifications.http_targets.parameters import HttpParameters
from shoplib.localaws.notifications.http_targets.requests_out import HttpRequest, require_success, send
from shoplib.localaws.own_addresses import rest_api

WHAT = "Unable to invoke API Gateway endpoint"
SERVICE = "execute-api"
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")


def request(arn: str, parameters: HttpParameters, text: str, role_arn: str, session: str) -> HttpRequest:
    """Signed as the role, if there is one: the API decides whether it needs that. Raises Undeliverable."""
    place = Arn.parse(arn)
    api_id, stage, method, path = (*place.resource.split("/", 3), "")[:4]
    if rest_api(api_id) is None:
        raise Undeliverable("NO_RESOURCE", f"the REST API of {arn} does not exist")
    url = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{api_id}/{quote(f'{stage}/{path}', safe='/%~*:@')}"
    headers = CaseInsensitiveDict({"Content-Type": "application/json"})
    headers.update(parameters.headers)
    call = AWSRequest(
        method=method if method in METHODS else "POST",
        url=parameters.address(url),
        data=text.encode(),
        headers=dict(headers),
    )
    if role_arn:
        credentials = role_sessions.credentials(role_arn, session, place.region)
        SigV4Auth(credentials, SERVICE, place.region).add_auth(call)
    signed = {str(name): str(value) for name, value in call.headers.items()}
    return HttpRequest(str(call.method), str(call.url), signed | {"Connection": "close"}, text.encode())


def deliver(call: HttpRequest) -> None:
    require_success(send(call, WHAT), WHAT, ())
