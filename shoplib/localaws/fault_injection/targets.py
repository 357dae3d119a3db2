"""Upon what a fault acts: a function, or operations of a service; for whoever calls, or for one principal."""

from collections.abc import Callable
from dataclasses import dataclass

from shoplib.errors import with_suggestion
from shoplib.localaws.fault_injection.principals import names_of
from shoplib.localaws.functions.targets import FunctionName, resolve
from shoplib.localaws.ingress.aws_call import operations_of
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.policies import fits

EVERY = "*"
# Requests to deployed APIs have no published model.
INVOKE = {"execute-api": frozenset({"Invoke"})}
# `shoplib fault remove` must get through, and asks this of an engine that is not the user's own.
IDENTITY = "GetCallerIdentity"


@dataclass(frozen=True)
class FunctionTarget:
    """One function, or with `*` each of its account and region; with a qualifier only what is called by it."""

    account_id: str
    region: str
    name: str
    qualifier: str | None

    def fits(self, invoked_arn: str) -> bool:
        called = FunctionName.parse(invoked_arn, "", "")
        return (
            (called.account_id, called.region) == (self.account_id, self.region)
            and self.name in (EVERY, called.name)
            and self.qualifier in (None, called.qualifier)
        )


@dataclass(frozen=True)
class CalledOperation:
    """One request. `services` are the names of its service's model and in its signature; `callers` all names of whoever
    sent it, asked for when they matter."""

    services: frozenset[str]
    operation: str
    callers: Callable[[], frozenset[str]]


@dataclass(frozen=True)
class OperationTarget:
    """Operations of one service, each with wildcards; `principal` is empty for every caller."""

    service: str
    operations: tuple[str, ...]
    principal: str = ""

    def fits(self, called: CalledOperation) -> bool:
        return (
            self.service in called.services
            and any(fits(pattern, called.operation) for pattern in self.operations)
            and (not self.principal or self.principal in called.callers())
        )


def function_target(text: str, principal: str, account_id: str, region: str) -> FunctionTarget:
    """A name or an ARN, with or without a qualifier. The function must exist: a fault on nothing would be silent."""
    if principal:
        raise Refusal("ValidationException", "A fault of a function has no principal: it acts for whoever invokes it")
    if text == EVERY:
        return FunctionTarget(account_id, region, EVERY, None)
    name = FunctionName.parse(text, region, account_id)
    try:
        resolve(name)
    except Exception as error:  # moto has several words for it
        raise Refusal("ResourceNotFoundException", f"There is no function {text} in {region}") from error
    return FunctionTarget(name.account_id, name.region, name.name, name.qualifier)


def operation_target(text: str, principal: str, account_id: str) -> OperationTarget:
    """`dynamodb`, `dynamodb:PutItem`, `dynamodb:Get*,Query`. Refuses what does not exist by its name."""
    service, _, names = text.partition(":")
    operations = tuple(each.strip() for each in names.split(",")) if names else (EVERY,)
    known = INVOKE.get(service) or operations_of(service)
    if not known:
        raise Refusal("ValidationException", f"{service!r} is not a service; for example dynamodb:PutItem")
    for pattern in operations:
        _require_operation(service, pattern, known)
    if service == "sts" and not principal and any(fits(pattern, IDENTITY) for pattern in operations):
        raise Refusal("ValidationException", f"sts:{IDENTITY} must go on working for you: name a principal")
    if principal and not names_of(principal, account_id):
        raise Refusal("ResourceNotFoundException", f"There is no role and no function {principal}")
    return OperationTarget(service, operations, principal)


def _require_operation(service: str, pattern: str, known: frozenset[str]) -> None:
    if any(fits(pattern, each) for each in known):
        return
    raise Refusal("ValidationException", with_suggestion(f"{service} has no operation {pattern}", pattern, known, 3))
