"""Request validators of REST APIs: required parameters and JSON bodies against models."""

from shoplib.documents import load_json
from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.parameters import request_parameter
from shoplib.localaws.apigateway.rest.body_faults import faults
from shoplib.localaws.apigateway.snapshots.rest import Method, RestSnapshot


def check(exchange: Exchange, method: Method, snapshot: RestSnapshot) -> None:
    """Raise BAD_REQUEST_PARAMETERS or BAD_REQUEST_BODY (400) when the method's validator says no."""
    if method.validator is None:
        return
    if method.validator.parameters:
        _check_parameters(exchange, method)
    if method.validator.body:
        _check_body(exchange, method, snapshot)


def _check_parameters(exchange: Exchange, method: Method) -> None:
    missing = []
    for parameter, required in sorted(method.request_parameters.items()):
        place = parameter.removeprefix("method.request.")
        if required and not request_parameter(place, exchange):
            missing.append(place.partition(".")[2])
    if missing:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        raise GatewayError("BAD_REQUEST_PARAMETERS", message, validation=message)


def _check_body(exchange: Exchange, method: Method, snapshot: RestSnapshot) -> None:
    models = method.request_models
    content_type = exchange.request.content_type or "application/json"
    model = models.get(content_type) or models.get("$default")
    if model is None or model not in snapshot.validators:
        return
    problem = _problem(exchange.request.body, model, snapshot)
    if problem:
        raise GatewayError("BAD_REQUEST_BODY", "Invalid request body", f"{model}: {problem}", validation=f"[{problem}]")


def _problem(body: bytes, model: str, snapshot: RestSnapshot) -> str:
    try:
        instance = load_json(body or b"{}")
    except ValueError as error:
        return f"not JSON: {error}"
    return ", ".join(faults(snapshot.validators[model], instance))
