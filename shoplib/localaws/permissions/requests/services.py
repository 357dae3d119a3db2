"""Services whose resources take more than a row of a table, and which way each of them goes."""

import re
from collections.abc import Callable
from typing import Any

from shoplib.localaws.permissions.requests import configuration, messaging, parameters
from shoplib.localaws.permissions.requests.accesses import ANY, Access, Call, Facts

ROLE = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
SESSION = re.compile(r"[\w+=,.@-]*")
LONGEST_SESSION = 64


def of_catalog(call: Call) -> list[Access]:
    """Glue: a table is reached through its database and the catalog, and each must be allowed."""
    parameters = call.parameters
    table = parameters.get("TableName") or ("Table" in call.operation and parameters.get("Name"))
    table = table or (parameters.get("TableInput") or {}).get("Name")
    database = parameters.get("DatabaseName") or ("Database" in call.operation and parameters.get("Name"))
    database = database or (parameters.get("DatabaseInput") or {}).get("Name")
    for kind in ("Crawler", "Job", "Trigger", "Workflow", "Registry", "Connection"):
        if kind in call.operation and parameters.get("Name"):
            return [call.access(call.operation, call.place.arn(f"{kind.lower()}/{parameters['Name']}"))]
    resources = ["catalog"]
    if database:
        resources.append(f"database/{database}")
    if database and table:
        resources.append(f"table/{database}/{table}")
    elif database and call.operation in ("GetTables", "SearchTables"):
        resources.append(f"table/{database}/*")
    return [call.access(call.operation, call.place.arn(each)) for each in resources]


def of_queries(call: Call) -> list[Access]:
    """Athena: a query's work group, also of one that runs already."""
    from moto.athena.models import athena_backends

    backend = athena_backends[call.place.account_id][call.place.region]
    parameters = call.parameters
    execution = backend.executions.get(str(parameters.get("QueryExecutionId")))
    saved = backend.named_queries.get(str(parameters.get("NamedQueryId")))
    group = parameters.get("WorkGroup") or getattr(execution or saved, "workgroup", None) or "primary"
    name = getattr(group, "name", group)
    if call.operation in ("CreateWorkGroup", "GetWorkGroup", "DeleteWorkGroup", "UpdateWorkGroup"):
        name = parameters.get("Name") or name
    if call.operation.startswith("List") and call.operation.endswith(("WorkGroups", "DataCatalogs")):
        return [call.access(call.operation, ANY)]
    return [call.access(call.operation, call.place.arn(f"workgroup/{name}"))]


def of_stacks(call: Call) -> list[Access]:
    """CloudFormation's stacks have an id behind their name, which policies leave open."""
    name = call.parameters.get("StackName") or call.parameters.get("StackId")
    if not name:
        return [call.access(call.operation, ANY)]
    text = str(name)
    return [call.access(call.operation, text if text.startswith("arn:") else call.place.arn(f"stack/{text}/*"))]


def session_fault(role_arn: str, session: str) -> str:
    """Why STS refuses a request for a session, in its words; empty when it does not."""
    rules = (
        (len(session) > LONGEST_SESSION, f"have length less than or equal to {LONGEST_SESSION}"),
        (not SESSION.fullmatch(session), f"satisfy regular expression pattern: {SESSION.pattern}"),
    )
    for broken, rule in rules:
        if broken:
            words = f"Value '{session}' at 'roleSessionName' failed to satisfy constraint: Member must {rule}"
            return f"1 validation error detected: {words}"
    return "" if ROLE.fullmatch(role_arn) else f"{role_arn} is invalid"


def of_sessions(call: Call) -> list[Access]:
    """Nothing for what STS refuses before it asks whether it is allowed."""
    role, session = call.parameters.get("RoleArn"), call.parameters.get("RoleSessionName")
    if call.operation == "AssumeRole" and session_fault(str(role), str(session)):
        return []

    def facts() -> Facts:
        keys = {"sts:externalid": "ExternalId", "sts:rolesessionname": "RoleSessionName"}
        return {key: str(call.parameters[name]) for key, name in keys.items() if call.parameters.get(name)}

    return [call.access(call.operation, str(role) if role else ANY, facts)]


def of_identities(call: Call) -> list[Access]:
    """IAM: users, roles and groups by their names, whose paths are looked up."""
    from moto.iam.models import iam_backends

    backend = iam_backends[call.place.account_id][call.place.partition]
    roles = {role.name: role.arn for role in backend.roles.values()}
    parameters = call.parameters
    for name, known in (("RoleName", roles), ("UserName", backend.users), ("GroupName", backend.groups)):
        if value := parameters.get(name):
            entity: Any = known.get(str(value))
            kind = name.removesuffix("Name").lower()
            arn = f"arn:{call.place.partition}:iam::{call.place.account_id}:{kind}{_path(parameters)}{value}"
            return [call.access(call.operation, str(getattr(entity, "arn", entity) or arn))]
    for name in ("PolicyArn", "PolicySourceArn", "OpenIDConnectProviderArn", "SAMLProviderArn"):
        if value := parameters.get(name):
            return [call.access(call.operation, str(value))]
    if value := parameters.get("PolicyName"):
        arn = f"arn:{call.place.partition}:iam::{call.place.account_id}:policy{_path(parameters)}{value}"
        return [call.access(call.operation, arn)]
    return [call.access(call.operation, ANY)]


def _path(parameters: Any) -> str:
    return str(parameters.get("Path") or "/")


def of_apis(call: Call) -> list[Access]:
    """API Gateway has an action for each method of HTTP, on the path as the resource."""
    path = re.sub(r"^/v2(?=/)", "", str(call.environ["PATH_INFO"]))
    method = str(call.environ["REQUEST_METHOD"])
    return [call.access(method, f"arn:{call.place.partition}:apigateway:{call.place.region}::{path}")]


def of_zones(call: Call) -> list[Access]:
    zone = str(call.parameters.get("Id") or call.parameters.get("HostedZoneId") or "").rpartition("/")[2]
    resource = f"arn:{call.place.partition}:route53:::hostedzone/{zone}" if zone else ANY
    return [call.access(call.operation, resource)]


WAYS: dict[str, Callable[[Call], list[Access]]] = {
    "apigateway": of_apis,
    "athena": of_queries,
    "cloudformation": of_stacks,
    "events": messaging.of_events,
    "glue": of_catalog,
    "iam": of_identities,
    "kinesis": messaging.of_streams,
    "kms": configuration.of_keys,
    "logs": configuration.of_logs,
    "route53": of_zones,
    "secretsmanager": configuration.of_secrets,
    "sns": messaging.of_topics,
    "sqs": messaging.of_queues,
    "ssm": parameters.of_parameters,
    "sts": of_sessions,
}
