"""Faults of API calls, at the engine's door: inside whatever records calls, outside of every service and fast path."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from shoplib.localaws import own_keys
from shoplib.localaws.fault_injection.api_errors import api_error
from shoplib.localaws.fault_injection.faults import Fault, Faults
from shoplib.localaws.fault_injection.principals import callers_of
from shoplib.localaws.fault_injection.targets import CalledOperation
from shoplib.localaws.ingress import faults as answers
from shoplib.localaws.ingress.aws_call import AwsCall, call_of
from shoplib.localaws.ingress.server import WSGI
from shoplib.localaws.request_scope import INJECTED, signature

Environ = dict[str, Any]
OWN_PATHS = "/_aws/"


class RequestFaults:
    """`is_deployed` says whether a request goes to a deployed API: that one answers for itself."""

    def __init__(self, faults: Faults, is_deployed: Callable[[Environ], bool]) -> None:
        self._faults = faults
        self._is_deployed = is_deployed

    def around(self, application: WSGI) -> WSGI:
        return partial(self._answer, application) if self._faults.of_requests else application

    def _answer(self, application: WSGI, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._is_deployed(environ):
            return self._to_api(application, environ, start_response)
        if environ["PATH_INFO"].startswith(OWN_PATHS) or _is_of_the_engine(environ):
            return application(environ, start_response)
        call = call_of(environ)
        services = frozenset({call.service, call.signer})
        if kind := self._strike(CalledOperation(services, call.operation, partial(callers_of, environ))):
            return _refuse(call, kind, start_response)
        return application(environ, start_response)

    def _to_api(self, application: WSGI, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        called = CalledOperation(frozenset({"execute-api"}), "Invoke", partial(callers_of, environ))
        if kind := self._strike(called):
            environ[INJECTED] = kind
        return application(environ, start_response)

    def _strike(self, called: CalledOperation) -> Any:
        """The kind of error to answer with; None when the call is to be carried out, now that it was delayed."""
        for fault in self._faults.striking("requests", lambda target: target.fits(called)):
            if kind := _wait_for(fault):
                return kind
        return None


def _wait_for(fault: Fault) -> Any:
    if fault.action.kind == "delay":
        fault.wait(fault.parameters["delayMilliseconds"])
        return None
    if fault.action.kind == "timeout":
        fault.wait(fault.parameters["holdMilliseconds"])
        return "unavailable"  # for a client that is more patient than that
    return fault.action.kind


def _is_of_the_engine(environ: Environ) -> bool:
    """CloudFormation and the like work for whoever called them, and have had their own fault."""
    signed = signature(environ)
    return signed is not None and signed.access_key == own_keys.KEY_ID


def _refuse(call: AwsCall, kind: Any, start_response: Callable[..., Any]) -> list[bytes]:
    call.environ[INJECTED] = kind
    return answers.answer(call.environ, start_response, api_error(kind, call))
