"""Run Logs Insights queries and wait for their results."""

import time
from collections.abc import Sequence
from typing import Any

from shoplib.errors import LabError
from shoplib.provision.functions import Function, log_group
from shoplib.provision.refusals import explain_errors
from shoplib.provision.target import Target

WITHIN_S = 60.0
LOOK_AGAIN_S = 0.1
Row = dict[str, str]


def query_logs(functions: Sequence[Function], query: str, target: Target, since: int) -> list[Row]:
    """Return the rows of a query over the logs of functions from `since` (milliseconds since 1970) until now."""
    logs = target.client("logs")
    with explain_errors(target.banner):
        groups = [group for each in functions if _exists(logs, group := log_group(each, target))]
        return run_log_query(logs, groups, query, since // 1000, int(time.time()) + 1) if groups else []


def run_log_query(logs: Any, groups: Sequence[str], query: str, start: int, end: int) -> list[Row]:
    """Return the rows from `start` to `end` (seconds since 1970), without their @ptr fields."""
    id = logs.start_query(logGroupNames=list(groups), startTime=start, endTime=end, queryString=query)["queryId"]
    until = time.monotonic() + WITHIN_S
    while (answer := logs.get_query_results(queryId=id))["status"] in ("Scheduled", "Running"):
        if time.monotonic() > until:
            raise LabError(f"the log query did not finish within {WITHIN_S:.0f} s: {query}", "query fewer logs")
        time.sleep(LOOK_AGAIN_S)
    if answer["status"] != "Complete":
        raise LabError(f"the log query ended as {answer['status']}: {query}", "is it a valid Logs Insights query?")
    return [{cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"} for row in answer["results"]]


def _exists(logs: Any, group: str) -> bool:
    """A group is made by the first call of its function."""
    groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return group in [each["logGroupName"] for each in groups]
