"""Every signed call is asked here whether its signer may make it, before any service sees it."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from shoplib.localaws import own_keys, request_scope
from shoplib.localaws.accounts import account_of
from shoplib.localaws.permissions import denials, key_states
from shoplib.localaws.permissions.decisions import Denial, decide, decide_with
from shoplib.localaws.permissions.denying_policies import OF_POLICIES, DenyingPolicies
from shoplib.localaws.permissions.hidden_objects import hiding, listing_of
from shoplib.localaws.permissions.principals import Principal, Principals, administrator, is_administrator
from shoplib.localaws.permissions.requests import Access, accesses_of, service_of, with_keys
from shoplib.localaws.permissions.requests.accesses import Place
from shoplib.localaws.permissions.uses import Uses
from shoplib.localaws.policies import Policy

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
OWN_PATHS = "/_aws/"
ROLE = f"HTTP_{own_keys.ROLE_HEADER.upper().replace('-', '_')}"
CLOSED = denials.ServiceError(
    "AccessDeniedException", "AccessDenied", "The engine's own paths are open to the account's key alone.", 403
)
SEVERAL = "s3:DeleteObject"  # S3 answers for each object of many by itself


class Door:
    """`enforcing` refuses what is not allowed; without, it is only noted."""

    def __init__(self, principals: Principals, uses: Uses, *, enforcing: bool) -> None:
        self._principals = principals
        self._uses = uses
        self._enforcing = enforcing
        self._denying = DenyingPolicies()
        self.forget = self._denying.expect_anywhere

    def around(self, application: WSGI) -> WSGI:
        def checked(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            if self._is_closed(environ):
                return denials.send(environ, start_response, CLOSED)
            principal, accesses = self._request_of(environ)
            denial = self._first_denial(environ, principal, accesses) if principal else None
            if denial is not None:
                return denials.answer(environ, start_response, denial)
            if unusable := key_states.refusal(environ):
                return denials.send(environ, start_response, unusable)
            listing = listing_of(accesses) if self._enforcing else None
            if principal is None or listing is None:
                return application(environ, start_response)
            return hiding(application, partial(self._hide, environ, principal, listing))(environ, start_response)

        return checked

    def _hide(
        self, environ: Environ, principal: Principal, listing: Access, start_response: Callable[..., Any]
    ) -> Iterable[bytes] | None:
        decision = decide(principal, listing, lambda: _ambient(environ))
        denial = Denial(principal.arn, listing, decision)
        return None if decision.allowed else denials.answer(environ, start_response, denial)

    def refusal(self, environ: Environ, action: str, resource: str, policy: Policy | None = None) -> str:
        """The sentence of a denial, for who asks by himself: a deployed API with its `policy`, or a function's
        address. Empty when it is allowed."""
        signed = request_scope.signature(environ)
        principal = self._principal(environ, signed.access_key) if signed else None
        if principal is None:
            return ""
        access = Access(action, resource)
        rule = partial(decide_with, policy=policy) if policy else decide
        decision = rule(principal, access, lambda: _ambient(environ))
        self._uses.note(principal, access, decision.allowed)
        is_refused = self._enforcing and not decision.allowed
        return denials.message(Denial(principal.arn, access, decision)) if is_refused else ""

    def _is_closed(self, environ: Environ) -> bool:
        """An own path of the engine (mails, calls, faults), asked for with a key of a user, a role or a function."""
        signed = request_scope.signature(environ)
        if signed is None or not environ["PATH_INFO"].startswith(OWN_PATHS):
            return False
        return self._enforcing and self._principal(environ, signed.access_key) is not None

    def _request_of(self, environ: Environ) -> tuple[Principal | None, list[Access]]:
        """Who wants what; nobody where nothing is asked."""
        signed = request_scope.signature(environ)
        if signed is None or environ["PATH_INFO"].startswith(OWN_PATHS) or signed.service == "execute-api":
            return None, []
        service = service_of(signed.service)
        self._denying.note(service, environ)
        principal = self._principal(environ, signed.access_key) or self._administrator(signed.access_key, service)
        if principal is None:
            return None, []
        accesses = accesses_of(environ, Place(service, signed.region, principal.account_id))
        if is_administrator(principal):
            return principal, [each for each in accesses if each.action not in OF_POLICIES]
        return principal, with_keys(accesses, environ)

    def _administrator(self, key_id: str, service: str) -> Principal | None:
        """Whom not every role trusts, and whom policies of resources may deny something."""
        if own_keys.is_internal(key_id) or not (service == "sts" or service in self._denying):
            return None
        return administrator(account_of(key_id))

    def _principal(self, environ: Environ, key_id: str) -> Principal | None:
        if own_keys.is_internal(key_id):
            return self._principals.acting_as(environ[ROLE]) if ROLE in environ else None
        return self._principals.of(key_id)

    def _first_denial(self, environ: Environ, principal: Principal, accesses: list[Access]) -> Denial | None:
        denied: set[str] = set()
        several = len(accesses) > 1 and all(each.action.startswith(SEVERAL) for each in accesses)
        for access in accesses:
            decision = decide(principal, access, lambda: _ambient(environ))
            self._uses.note(principal, access, decision.allowed)
            if decision.allowed or not self._enforcing:
                continue
            if not several:
                return Denial(principal.arn, access, decision)
            denied.add(access.resource)
        environ[request_scope.DENIED_OBJECTS] = denied
        return None


def _ambient(environ: Environ) -> Mapping[str, Any]:
    """Condition keys that any request has."""
    signed = request_scope.signature(environ)
    sent = {"aws:useragent": environ.get("HTTP_USER_AGENT"), "aws:referer": environ.get("HTTP_REFERER")}
    return {
        "aws:sourceip": environ.get("REMOTE_ADDR") or "127.0.0.1",
        "aws:requestedregion": (signed.region if signed else "") or "us-east-1",
        **{name: value for name, value in sent.items() if value},
    }
