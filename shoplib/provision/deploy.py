"""Execute a plan: CloudFormation does the work; this module waits for it and verifies the result."""

import json
from dataclasses import replace

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision import artifacts, bundle, stack_waiter
from shoplib.provision.planning import Plan
from shoplib.provision.refusals import explain_errors
from shoplib.provision.stack import Stack, read
from shoplib.provision.stack_waiter import Progress, silent
from shoplib.provision.verify import verify

# CloudFormation takes larger templates from S3 only.
LARGEST_BODY = 51_200
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def apply(plan: Plan, progress: Progress = silent) -> Stack:
    """Create or update the stack, wait for it, and verify that each resource exists.

    LabError names the resource that failed and why; AWS has rolled back by then, and what a failed creation leaves
    (a stack without resources) is removed by the next deployment.
    """
    with explain_errors(plan.target.banner):
        if not plan.is_empty:
            artifacts.upload(plan.artifacts, plan.target, progress)
            _remove_failed(plan, progress)
            progress(f"{plan.stack_name}: submitted", 0, len(plan.body["Resources"]))
            stack_id = _submit(plan)
            if stack_id:
                _wait(plan, stack_id, progress)
        stack = read(plan.stack_name, plan.target)
        return replace(stack, unverified=verify(stack, plan.body, plan.parameters, plan.target))


def _remove_failed(plan: Plan, progress: Progress) -> None:
    if plan.follows_failure:
        plan.target.client("cloudformation").delete_stack(StackName=plan.stack_name)
        status = stack_waiter.wait_until_settled(plan.stack_name, plan.stack_name, plan.target, progress=progress)
        if status != stack_waiter.DELETED:
            raise LabError(f"the failed {plan.stack_name} cannot be removed: {status}", "check the stack's events")


def _submit(plan: Plan) -> str | None:
    """The stack's id; None when CloudFormation finds nothing to do."""
    cloudformation = plan.target.client("cloudformation")
    act = cloudformation.update_stack if plan.is_update else cloudformation.create_stack
    try:
        answer = act(
            StackName=plan.stack_name,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in plan.parameters.items()],
            Capabilities=CAPABILITIES,
            **_template_argument(plan),
        )
    except ClientError as error:
        message = error.response["Error"]["Message"]
        if "No updates are to be performed" in message:
            return None
        if error.response["Error"]["Code"] == "ValidationError":
            raise LabError(f"{plan.template.path}: {message}", "nothing was changed; fix the template") from None
        raise
    return str(answer["StackId"])


def _template_argument(plan: Plan) -> dict[str, str]:
    body = json.dumps(plan.body)
    if len(body.encode()) <= LARGEST_BODY:
        return {"TemplateBody": body}
    s3, bucket = plan.target.client("s3"), artifacts.ensure_bucket(plan.target)
    key = f"{bundle.digest(body.encode())}.template"
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
    # CloudFormation reads it with the caller's rights: only the address is wanted, not the signature.
    return {"TemplateURL": s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}).split("?")[0]}


def _wait(plan: Plan, stack_id: str, progress: Progress) -> None:
    status = stack_waiter.wait_until_settled(
        stack_id, plan.stack_name, plan.target, len(plan.body["Resources"]), progress
    )
    if status not in DONE:
        why = stack_waiter.reason(stack_id, plan.target)
        raise LabError(f"{plan.stack_name} ended as {status}: {why}", "fix it and deploy again")
