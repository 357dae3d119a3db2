"""Compare what each function of a stack may do with the calls it made: the least that its role needs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from shoplib.errors import LabError
from shoplib.provision.functions import Function, functions_of
from shoplib.provision.lambda_needs import Use, needs_of
from shoplib.provision.least_privilege import Comparison, Grant, compare
from shoplib.provision.refusals import explain_errors
from shoplib.provision.target import Target

PATH = "/_aws/permissions"
CALLS = "/_aws/observed"
OCCASIONAL = "Occasional"
AWS_OWN = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True)
class FunctionPermissions:
    """A function with its role, and what to add to and remove from its policies. Nothing is compared for a function
    that was not called."""

    function: Function
    role: str
    was_called: bool
    comparison: Comparison


def permissions_of(stack: str, target: Target) -> list[FunctionPermissions]:
    """Compare each function of the stack. LabError if calls are not recorded, or the stack has no functions."""
    answer = target.ask(PATH)
    if answer is None:
        raise LabError(
            f"{target.banner} does not record what functions did", "compare on the local AWS, which records every call"
        )
    functions = functions_of(stack, target)
    if not functions:
        raise LabError(f"{stack} has no functions", "name a stack that has functions")
    with explain_errors(target.banner):
        called = _called_functions(target)
        return [_of_function(each, answer["uses"], each.name in called, target) for each in functions]


def _called_functions(target: Target) -> set[str]:
    rows = (target.ask(CALLS) or {"connections": []})["connections"]
    return {row["resource"] for row in rows if row["operation"] == "InvokeFunction"}


def _of_function(
    function: Function, rows: list[dict[str, Any]], was_called: bool, target: Target
) -> FunctionPermissions:
    configuration = target.client("lambda").get_function_configuration(FunctionName=function.name)
    role = configuration["Role"]
    session = f":assumed-role/{role.rpartition('/')[2]}/{function.name}"
    observed = [
        Use(row["action"], row["resource"], refused=not row["allowed"])
        for row in rows
        if row["principal"].endswith(session)
    ]
    grants = list(_grants(role.rpartition("/")[2], target))
    comparison = compare(grants, observed, list(needs_of(configuration, target)))
    return FunctionPermissions(function, role, was_called or bool(observed), comparison)


def _grants(role: str, target: Target) -> Iterator[Grant]:
    iam = target.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        yield from _grants_in(document, name)
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = policy["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        yield from _grants_in(document, arn, as_a_whole=arn.startswith(AWS_OWN))


def _grants_in(document: Any, source: str, *, as_a_whole: bool = False) -> Iterator[Grant]:
    read = json.loads(unquote(document)) if isinstance(document, str) else document
    for statement in _listed(read["Statement"]):
        occasional = str(statement.get("Sid", "")).startswith(OCCASIONAL)
        if statement["Effect"] == "Allow" and "Action" in statement and "Resource" in statement:
            for action in _listed(statement["Action"]):
                for resource in _listed(statement["Resource"]):
                    yield Grant(str(action), str(resource), source, as_a_whole, occasional)


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]
