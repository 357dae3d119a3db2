"""Tells the others what happens in executions: logs, figures, and events on the account's default bus."""

import logging
from collections.abc import Callable
from typing import Any

from shoplib.localaws.notifications import service_event
from shoplib.localaws.state_machines.executions import Execution
from shoplib.localaws.state_machines.interpreter.history import Event
from shoplib.localaws.state_machines.monitoring import figures, logs, tracing

LOG = logging.getLogger(__name__)
Put = Callable[[str, str, dict[str, Any]], None]
CHANGE = "Step Functions Execution Status Change"
# What the event has without a value, where DescribeExecution leaves it out.
EMPTY = dict.fromkeys(
    (
        *("stopDate", "output", "outputDetails", "error", "cause", "stateMachineVersionArn", "stateMachineAliasArn"),
        *("redriveDate", "redriveStatusReason"),
    )
)


class Monitor:
    """`put` gives an event of a service to an account's default bus, `trace` a segment to X-Ray."""

    def __init__(self, put: Put, trace: Put) -> None:
        self._put, self._trace = put, trace

    def happened(self, execution: Execution, event: Event) -> None:
        try:
            logs.write(execution, event)
            figures.count_call(execution, event)
        except Exception:  # who watches must not stop what is watched
            LOG.exception("Event %s of %s could not be told", event["id"], execution.arn)

    def changed(self, execution: Execution) -> None:
        try:
            figures.count_execution(execution)
            if segment := tracing.segment(execution):
                self._trace(execution.account_id, execution.region, segment)
            if not execution.origin.is_express:
                self._put(execution.account_id, execution.region, _event(execution))
        except Exception:
            LOG.exception("The status of %s could not be told", execution.arn)


def _event(execution: Execution) -> dict[str, Any]:
    described = {**EMPTY, **execution.described()}
    described.pop("traceHeader", None)
    detail = {
        name: round(value * 1000) if name.endswith("Date") and value is not None else value
        for name, value in described.items()
    }
    place = (execution.account_id, execution.region)
    return service_event("aws.states", CHANGE, *place, resources=[execution.arn], detail=detail)
