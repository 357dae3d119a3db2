"""Lists of REST APIs and their parts by pages: moto 5.2.5 passes over `limit` and `position`."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.apigateway.exceptions import BadRequestException

Handler = Callable[[Any], Any]
MOST = 500
LISTS = (
    *("get_api_keys", "get_authorizers", "get_base_path_mappings", "get_deployments", "get_domain_names"),
    *("get_gateway_responses", "get_models", "get_request_validators", "get_resources", "get_rest_apis"),
    *("get_usage_plan_keys", "get_usage_plans", "get_vpc_links"),
)


def paging(handler: Handler) -> Handler:
    """Around a handler that answers with all items."""

    @wraps(handler)
    def one_page(request: Any) -> Any:
        answer = handler(request)
        limit, position = request._get_param("limit"), request._get_param("position")
        if limit is None and position is None:
            return answer
        described = json.loads(answer if isinstance(answer, str) else answer[-1])
        start, end = _bounds(limit, position)
        items = described["item"]
        more = {"position": _token(end)} if end < len(items) else {}
        return json.dumps({**described, "item": items[start:end], **more})

    return one_page


def _bounds(limit: Any, position: Any) -> tuple[int, int]:
    if limit is not None and not (str(limit).isdigit() and 0 < int(limit) <= MOST):
        raise BadRequestException(f"Invalid limit parameter: it is between 1 and {MOST}")
    start = 0
    if position is not None:
        try:
            start = int(urlsafe_b64decode(str(position)))
        except ValueError:
            raise BadRequestException("Invalid position parameter") from None
    return start, start + int(limit or MOST)


def _token(start: int) -> str:
    return urlsafe_b64encode(str(start).encode()).decode()
