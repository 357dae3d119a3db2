"""The data plane of REST APIs: route, authorize, check keys, validate, integrate, answer."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from shoplib.localaws.apigateway.authorizers import iam, rest_lambda
from shoplib.localaws.apigateway.authorizers.cognito import authorize_user_pool
from shoplib.localaws.apigateway.errors import INJECTED_ERRORS, RESPONSE_TYPES, GatewayError
from shoplib.localaws.apigateway.event_v1 import extended_request_id
from shoplib.localaws.apigateway.exchange import Authorization, Exchange
from shoplib.localaws.apigateway.integrations.rest import Integrations
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.monitoring.observer import Observer
from shoplib.localaws.apigateway.parameters import context_lookup
from shoplib.localaws.apigateway.rest import api_keys, compression, gateway_responses, resource_policy, validation
from shoplib.localaws.apigateway.rest.caching import ResponseCaches
from shoplib.localaws.apigateway.snapshots.rest import Method, RestSnapshot
from shoplib.localaws.apigateway.throttling import Throttles

LOG = logging.getLogger(__name__)
PAYLOAD_LIMIT = 10 * 1024 * 1024


class RestDataPlane:
    """Serves deployed REST APIs; `throttles` hold the request counts that outlive one deployment."""

    def __init__(self, integrations: Integrations, throttles: Throttles, observer: Observer) -> None:
        self._integrations = integrations
        self._throttles = throttles
        self._observer = observer
        self._caches = ResponseCaches()

    def serve(self, exchange: Exchange, snapshot: RestSnapshot, api: Any, stage: Any) -> Response:
        exchange.endpoint_type = ((api.endpoint_configuration or {}).get("types") or ["EDGE"])[0]
        try:
            response = self._process(exchange, snapshot, stage)
        except GatewayError as error:
            response = self._refuse(exchange, snapshot, error)
        response.headers.append(("x-amzn-RequestId", exchange.request.request_id))
        response.headers.append(("x-amz-apigw-id", extended_request_id(exchange.request)))
        compression.compress(exchange.request, response, api.minimum_compression_size)
        self._observer.rest_api(exchange, stage, api.name, response)
        return response

    def try_out(self, exchange: Exchange, method: Method, snapshot: RestSnapshot) -> Response:
        """The method alone: nobody is asked for permission, and nothing is counted or kept."""
        try:
            validation.check(exchange, method, snapshot)
            return self._integrations.run(exchange, method, snapshot)
        except GatewayError as error:
            return self._refuse(exchange, snapshot, error)

    def _process(self, exchange: Exchange, snapshot: RestSnapshot, stage: Any) -> Response:
        method = route(exchange, snapshot)
        if injected := INJECTED_ERRORS.get(exchange.request.injected):
            raise GatewayError(injected[0], injected[2], "an injected fault", injected[1])
        if len(exchange.request.body) > PAYLOAD_LIMIT:
            raise GatewayError("REQUEST_TOO_LARGE", "Request Too Long")
        with authorization(exchange, "authorize") if snapshot.policy else nullcontext():
            resource_policy.check(exchange, method, snapshot.policy)
        if method.authorization != "NONE":
            kind = "authenticate" if method.authorization == "AWS_IAM" else "authorizer"
            with authorization(exchange, kind, method.authorizer.id if method.authorizer else ""):
                self._authorize(exchange, method, snapshot)
        api_keys.check(exchange, method, snapshot, self._throttles)
        self._throttles.check_method(exchange, stage)
        validation.check(exchange, method, snapshot)
        return self._caches.answer(exchange, method, stage, lambda: self._integrations.run(exchange, method, snapshot))

    def _authorize(self, exchange: Exchange, method: Method, snapshot: RestSnapshot) -> None:
        if method.authorization == "AWS_IAM":
            iam.authorize(exchange, resource_policy.policy_of(snapshot.policy, exchange))
        elif method.authorizer is None:
            raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, f"{method.authorization} without an authorizer")
        elif method.authorizer.type == "COGNITO_USER_POOLS":
            authorize_user_pool(exchange, method, method.authorizer)
        else:
            rest_lambda.authorize(exchange, method.authorizer, self._integrations.caller)

    def _refuse(self, exchange: Exchange, snapshot: RestSnapshot, error: GatewayError) -> Response:
        if error.reason:
            LOG.warning("%s %s of API %s: %s", exchange.request.method, exchange.full_path, exchange.api_id, error)
        exchange.error = {"message": error.message or "null", "responseType": error.type}
        exchange.error["validationErrorString"] = error.validation
        exchange.failure = error.reason
        return gateway_responses.render(error, exchange, snapshot.gateway_responses, context_lookup(exchange))


@contextmanager
def authorization(exchange: Exchange, kind: str, name: str = "") -> Iterator[None]:
    """Note who decided, how long it took, and how."""
    noted = exchange.authorization = Authorization(kind, name)
    started = time.perf_counter()
    try:
        yield
        noted.status = 200
    except GatewayError as error:
        noted.status = error.status or RESPONSE_TYPES[error.type][0]
        noted.error = error.message or "Internal server error"
        raise
    finally:
        noted.milliseconds = int((time.perf_counter() - started) * 1000)


def route(exchange: Exchange, snapshot: RestSnapshot) -> Method:
    """Method that fits the request; the resource is chosen before the method. Raises Missing Authentication Token."""
    request = exchange.request
    for resource, captured in snapshot.router.matches(request.path):
        method = resource.method(request.method)
        if not resource.methods:
            continue
        exchange.resource_id, exchange.resource_path = resource.id, resource.path
        exchange.path_parameters = dict(zip(resource.parameters, captured, strict=True))
        if method is None:
            break
        exchange.method = method.http_method
        return method
    raise GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")
