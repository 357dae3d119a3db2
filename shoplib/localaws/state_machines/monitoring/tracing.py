"""The segment of an execution whose machine is traced, as X-Ray has it: what the machine calls is within it."""

from typing import Any

from shoplib.localaws.request_context import is_sampled, trace_parent, trace_root
from shoplib.localaws.state_machines.executions import ABORTED, SUCCEEDED, Execution

Segment = dict[str, Any]


def begin(execution: Execution, trace: str) -> str:
    """The X-Amzn-Trace-Id of what the execution calls. A traced machine samples what nobody has decided upon yet."""
    if not execution.origin.revision.tracing.get("enabled") or is_sampled(trace) is False:
        return trace
    execution.segment_trace = trace
    return f"Root={trace_root(trace)};Parent={execution.segment_id};Sampled=1"


def segment(execution: Execution) -> Segment | None:
    """Of an execution that is over; None where it is not, or is not traced."""
    trace = execution.segment_trace
    if execution.stopped is None or not trace:
        return None
    parent = trace_parent(trace)
    return {
        "id": execution.segment_id,
        "name": execution.origin.machine_name,
        "trace_id": trace_root(trace),
        "start_time": execution.redriven or execution.started,
        "end_time": execution.stopped or execution.started,
        "origin": "AWS::StepFunctions::StateMachine",
        "resource_arn": execution.origin.owner_arn,
        "aws": {"execution_arn": execution.arn, "account_id": execution.account_id},
        **({"parent_id": parent} if parent else {}),
        **({} if execution.status in (SUCCEEDED, ABORTED) else _fault(execution)),
    }


def _fault(execution: Execution) -> Segment:
    about = {"type": execution.error or execution.status, "message": execution.cause or ""}
    return {"fault": True, "cause": {"exceptions": [{"id": execution.segment_id, **about}]}}
