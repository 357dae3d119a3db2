"""EventBridge Scheduler and Application Auto Scaling."""

from shoplib.localaws.cloudformation.api_type import ApiType, Context, by, from_answer, prop, short
from shoplib.localaws.cloudformation.resource_providers import Properties


def _schedule_key(context: Context) -> Properties:
    group = context.properties.get("GroupName")
    return {"Name": context.ref, **({"GroupName": group} if group else {})}


def _scalable_key(context: Context) -> Properties:
    return {name: context.properties[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}


def _scalable_ref(context: Context) -> str:
    return "|".join(context.properties[name] for name in ("ResourceId", "ScalableDimension", "ServiceNamespace"))


def _of_target(properties: Properties) -> Properties:
    """A scaling policy may name its target by the target's Ref."""
    values = {name: value for name, value in properties.items() if name != "ScalingTargetId"}
    if "ScalingTargetId" in properties:
        names = ("ResourceId", "ScalableDimension", "ServiceNamespace")
        values |= dict(zip(names, properties["ScalingTargetId"].split("|"), strict=True))
    return values


def _policy_key(context: Context) -> Properties:
    values = _of_target(context.properties)
    names = ("PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension")
    return {name: values[name] for name in names}


TYPES = {
    "AWS::Scheduler::Schedule": ApiType(
        service="scheduler",
        create_call="create_schedule",
        update_call="update_schedule",
        name="Name",
        generated=short(64),
        fixed=frozenset({"GroupName"}),
        ref=prop("Name"),
        delete_call="delete_schedule",
        key=_schedule_key,
        attributes={"Arn": from_answer("ScheduleArn")},
    ),
    "AWS::Scheduler::ScheduleGroup": ApiType(
        service="scheduler",
        create_call="create_schedule_group",
        name="Name",
        generated=short(64),
        ref=prop("Name"),
        delete_call="delete_schedule_group",
        key=by("Name"),
        attributes={"Arn": from_answer("ScheduleGroupArn")},
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": ApiType(
        service="application-autoscaling",
        create_call="register_scalable_target",
        update_call="register_scalable_target",
        fixed=frozenset({"ServiceNamespace", "ResourceId", "ScalableDimension"}),
        ref=_scalable_ref,
        delete_call="deregister_scalable_target",
        key=_scalable_key,
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ApiType(
        service="application-autoscaling",
        create_call="put_scaling_policy",
        update_call="put_scaling_policy",
        shape=_of_target,
        fixed=frozenset({"PolicyName"}),
        ref=from_answer("PolicyARN"),
        delete_call="delete_scaling_policy",
        key=_policy_key,
        attributes={"Arn": lambda context: context.ref},
    ),
}
