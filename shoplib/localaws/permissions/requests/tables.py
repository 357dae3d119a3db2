"""Which parameter of an operation names the resource, and how that resource is called: one row per service.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws import task_tokens
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.permissions.requests.accesses import ANY, Access, Call

TOKEN = "taskToken"  # which says whose task it is
# service -> (parameter, resource) in the order in which they are looked for. `{}` is the parameter's value, other names
# are other parameters. A parameter that is an ARN is the resource, whatever its form here.
RESOURCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "acm": (("CertificateArn", "{}"),),
    "athena": (
        ("WorkGroup", "workgroup/{}"),
        ("ResourceARN", "{}"),
        ("NamedQueryId", "workgroup/primary"),
        ("QueryExecutionId", "workgroup/primary"),
        ("CatalogName", "datacatalog/{}"),
    ),
    "cloudwatch": (
        ("AlarmName", "alarm:{}"),
        ("AlarmNames", "alarm:{}"),
        ("DashboardName", "dashboard/{}"),
        ("ResourceARN", "{}"),
    ),
    "cognito-identity": (("IdentityPoolId", "identitypool/{}"), ("ResourceArn", "{}")),
    "cognito-idp": (("UserPoolId", "userpool/{}"), ("ResourceArn", "{}")),
    "ecr": (("repositoryName", "repository/{}"), ("resourceArn", "{}")),
    "firehose": (
        ("DeliveryStreamName", "deliverystream/{}"),
        ("DeliveryStreamARN", "{}"),
    ),
    "kinesis": (
        ("ConsumerARN", "{}"),
        ("StreamARN", "{}"),
        ("ResourceARN", "{}"),
        ("StreamName", "stream/{}"),
    ),
    "resource-groups": (("Group", "group/{}"), ("GroupName", "group/{}"), ("Name", "group/{}"), ("Arn", "{}")),
    "scheduler": (
        ("ResourceArn", "{}"),
        ("Name", "schedule/{GroupName:default}/{}"),
        ("GroupName", "schedule/{}/*"),
    ),
    "schemas": (
        ("SchemaName", "schema/{RegistryName:default}/{}"),
        ("DiscovererId", "discoverer/{}"),
        ("RegistryName", "registry/{}"),
    ),
    "ses": (
        ("FromEmailAddressIdentityArn", "{}"),
        ("FromEmailAddress", "identity/{}"),
        ("EmailIdentity", "identity/{}"),
    ),
    "sns": (
        ("TopicArn", "{}"),
        ("TargetArn", "{}"),
        ("ResourceArn", "{}"),
        ("SubscriptionArn", "{}"),
        ("Name", "{}"),
        ("PlatformApplicationArn", "{}"),
        ("EndpointArn", "{}"),
    ),
    "ssm": (),
    "states": (
        ("stateMachineArn", "{}"),
        ("stateMachineVersionArn", "{}"),
        ("stateMachineAliasArn", "{}"),
        ("executionArn", "{}"),
        ("mapRunArn", "{}"),
        ("activityArn", "{}"),
        ("resourceArn", "{}"),
        (TOKEN, "{}"),
        ("name", "stateMachine:{}"),
    ),
}
# Operations that IAM checks for no resource of their own: listing all there are, above all.
OF_NONE = frozenset({"cloudwatch:ListDashboards", "sns:CheckIfPhoneNumberIsOptedOut"})
BY_OPERATION: Mapping[str, str] = {
    "states:CreateActivity": "activity:{name}",
    "states:ListStateMachines": ANY,
    "scheduler:CreateScheduleGroup": "schedule-group/{Name}",
    "scheduler:DeleteScheduleGroup": "schedule-group/{Name}",
    "scheduler:GetScheduleGroup": "schedule-group/{Name}",
    "scheduler:ListSchedules": "schedule/{GroupName:*}/*",
    "cloudwatch:PutDashboard": "dashboard/{DashboardName}",
}
# An operation that needs another action than its own name.
ACTIONS: Mapping[str, str] = {
    "sns:PublishBatch": "Publish",
    "kinesis:ListTagsForResource": "ListTagsForResource",
    "states:RedriveExecution": "RedriveExecution",
}
# Regions that an ARN does not say.
GLOBAL = {"cloudwatch": ("dashboard/",)}


def accesses(call: Call) -> list[Access]:
    name = f"{call.place.service}:{call.operation}"
    action = ACTIONS.get(name, call.operation)
    return [call.access(action, resource) for resource in _resources(name, call)]


def _resources(name: str, call: Call) -> list[str]:
    if name in BY_OPERATION:
        filled = _filled(BY_OPERATION[name], "", call.parameters)
        return [filled if filled == ANY else _arn(call, filled)]
    for parameter, form in RESOURCES.get(call.place.service, ()) if name not in OF_NONE else ():
        value = call.parameters.get(parameter)
        if value:
            if parameter == TOKEN:
                return [task_tokens.resource_of(str(value)) or ANY]
            values = value if isinstance(value, list) else [value]
            return [_resource(call, str(each), form) for each in values]
    return [ANY]


def _resource(call: Call, value: str, form: str) -> str:
    if value.startswith("arn:"):
        return topic_of(value) if call.place.service == "sns" else value
    return _arn(call, _filled(form, value, call.parameters))


def _arn(call: Call, resource: str) -> str:
    arn = call.place.arn(resource)
    is_global = resource.startswith(GLOBAL.get(call.place.service, ("\0",)))
    return arn.replace(f":{call.place.region}:", "::", 1) if is_global else arn


def topic_of(arn: str) -> str:
    """The topic of a subscription's ARN, which ends with an id; any other ARN as it is."""
    _, _, subscription = Arn.parse(arn).resource.partition(":") if is_arn(arn) else ("", "", "")
    return arn.removesuffix(f":{subscription}") if subscription else arn


def _filled(form: str, value: str, parameters: Mapping[str, Any]) -> str:
    """`{}` is `value`, `{Name:default}` a parameter."""
    filled = form.replace("{}", value)
    while "{" in filled:
        before, _, rest = filled.partition("{")
        inside, _, after = rest.partition("}")
        name, _, default = inside.partition(":")
        filled = f"{before}{parameters.get(name) or default}{after}"
    return filled
