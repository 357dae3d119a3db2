"""The calls of API Gateway's own API that need the data plane: trials of methods and authorizers, usage of plans."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.apigateway.models import apigateway_backends

from shoplib.localaws.accounts import account_of
from shoplib.localaws.apigateway import trials
from shoplib.localaws.apigateway.directory import Location
from shoplib.localaws.apigateway.lambda_functions import LambdaCaller
from shoplib.localaws.apigateway.rest.data_plane import RestDataPlane
from shoplib.localaws.apigateway.throttling import Throttles
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.request_scope import signature

METHOD = re.compile(r"/restapis/([^/]+)/resources/([^/]+)/methods/([^/]+)")
AUTHORIZER = re.compile(r"/restapis/([^/]+)/authorizers/([^/]+)")
USAGE = re.compile(r"/usageplans/([^/]+)/usage")
KEY_USAGE = re.compile(r"/usageplans/([^/]+)/keys/([^/]+)/usage")
MOST_DAYS = 90
Environ = dict[str, Any]
Answer = dict[str, Any]


class LiveCalls:
    """A WSGI application."""

    def __init__(self, plane: RestDataPlane, caller: LambdaCaller, throttles: Throttles) -> None:
        self._plane = plane
        self._caller = caller
        self._throttles = throttles
        self._routes: tuple[tuple[str, re.Pattern[str], Callable[..., Answer]], ...] = (
            ("POST", METHOD, self._try_method),
            ("POST", AUTHORIZER, self._try_authorizer),
            ("GET", USAGE, self._usage),
            ("PATCH", KEY_USAGE, self._change_usage),
        )

    def matches(self, environ: Environ) -> bool:
        signed = signature(environ)
        return signed is not None and signed.service == "apigateway" and self._route(environ) is not None

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        chosen = self._route(environ)
        assert chosen is not None
        answer, match = chosen
        body = json.dumps(answer(environ, *map(unquote, match.groups()))).encode()
        status = HTTPStatus.OK
        start_response(
            f"{int(status)} {status.phrase}",
            [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
        )
        return [body]

    def _route(self, environ: Environ) -> tuple[Callable[..., Answer], re.Match[str]] | None:
        for method, path, answer in self._routes:
            if environ["REQUEST_METHOD"] == method and (match := path.fullmatch(environ["PATH_INFO"].rstrip("/"))):
                return answer, match
        return None

    def _try_method(self, environ: Environ, api_id: str, resource_id: str, http_method: str) -> Answer:
        location = _api(environ, api_id, "Invalid Resource identifier specified")
        return trials.try_method(self._plane, location, resource_id, http_method, _wish(environ))

    def _try_authorizer(self, environ: Environ, api_id: str, authorizer_id: str) -> Answer:
        return trials.try_authorizer(self._caller, _api(environ, api_id), authorizer_id, _wish(environ))

    def _usage(self, environ: Environ, plan_id: str) -> Answer:
        query = {name: values[-1] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        backend, plan = _plan(environ, plan_id)
        days = _days(query.get("startDate"), query.get("endDate"))
        keys = [each for each in backend.usage_plan_keys.get(plan_id, {}) if query.get("keyId") in (None, each)]
        values = {key: self._rows(plan, key, days) for key in keys} if plan.quota else {}
        return _described(plan_id, days, values)

    def _rows(self, plan: Any, key_id: str, days: list[date]) -> list[list[int]]:
        return self._throttles.daily_usage(("quota", plan.id, key_id), int(plan.quota["limit"]), days)

    def _change_usage(self, environ: Environ, plan_id: str, key_id: str) -> Answer:
        backend, plan = _plan(environ, plan_id)
        if key_id not in backend.usage_plan_keys.get(plan_id, {}) or not plan.quota:
            raise Refusal("NotFoundException", "Invalid Usage Plan ID or API Key ID specified", 404)
        for operation in _wish(environ).get("patchOperations") or []:
            if (operation.get("op"), operation.get("path")) != ("replace", "/remaining"):
                raise Refusal("BadRequestException", f"Invalid patch path  '{operation.get('path')}' specified")
            limit, period = int(plan.quota["limit"]), str(plan.quota.get("period", "MONTH"))
            self._throttles.set_remaining(("quota", plan_id, key_id), limit, period, int(operation["value"]))
        today = [datetime.now(UTC).date()]
        return _described(plan_id, today, {key_id: self._rows(plan, key_id, today)})


def _described(plan_id: str, days: list[date], values: dict[str, Any]) -> Answer:
    return {"usagePlanId": plan_id, "startDate": f"{days[0]}", "endDate": f"{days[-1]}", "values": values}


def _wish(environ: Environ) -> Answer:
    wish = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
    return wish if isinstance(wish, dict) else {}


def _place(environ: Environ) -> tuple[str, str]:
    signed = signature(environ)
    assert signed is not None
    return account_of(signed.access_key), signed.region


def _api(environ: Environ, api_id: str, refusal: str = "") -> Location:
    account_id, region = _place(environ)
    api = apigateway_backends[account_id][region].apis.get(api_id)
    if api is None:
        refusal = refusal or f"Invalid API identifier specified {account_id}:{api_id}"
        raise Refusal("NotFoundException", refusal, 404)
    return account_id, region, api


def _plan(environ: Environ, plan_id: str) -> tuple[Any, Any]:
    account_id, region = _place(environ)
    backend = apigateway_backends[account_id][region]
    if plan_id not in backend.usage_plans:
        raise Refusal("NotFoundException", "Invalid Usage Plan ID specified", 404)
    return backend, backend.usage_plans[plan_id]


def _days(start: str | None, end: str | None) -> list[date]:
    try:
        first, last = date.fromisoformat(start or ""), date.fromisoformat(end or "")
    except ValueError:
        raise Refusal("BadRequestException", "startDate and endDate must be dates, such as 2026-01-31") from None
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Refusal("BadRequestException", f"endDate must be from 0 to {MOST_DAYS} days after startDate")
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]
