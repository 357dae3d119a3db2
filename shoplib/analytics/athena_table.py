"""The lake's table in Athena: runs statements on any target, and returns a DataFrame."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from shoplib.errors import LabError

# Between two looks at a query that runs; a second is what AWS's own clients wait.
FIRST_LOOK_S, LONGEST_LOOK_S = 0.05, 1.0
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
READ: Mapping[str, Callable[[str], Any]] = {
    "tinyint": int, "smallint": int, "integer": int, "bigint": int, "float": float, "double": float, "decimal": Decimal,
    "boolean": lambda text: text == "true",
}  # fmt: skip


@dataclass(frozen=True)
class AthenaTable:
    """A boto3 Athena client, the database with the table `events`, and the workgroup whose output location takes
    results.
    """

    client: Any = field(repr=False)
    database: str
    work_group: str

    def ask(self, statement: str) -> pd.DataFrame:
        """The results of a statement: numbers, Decimals, booleans, strings and None. LabError if the query fails."""
        started = self.client.start_query_execution(QueryString=statement, WorkGroup=self.work_group)
        id = started["QueryExecutionId"]
        status = self._wait(id)
        if status["State"] != "SUCCEEDED":
            reason = status.get("StateChangeReason", status["State"])
            raise LabError(f"the Athena query failed: {reason}", f"look at query {id} of {self.work_group}")
        return self._table(id)

    def _wait(self, id: str) -> dict[str, Any]:
        pause = FIRST_LOOK_S
        while True:
            status = self.client.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]
            if status["State"] in ENDED:
                return dict(status)
            time.sleep(pause)
            pause = min(LONGEST_LOOK_S, 2 * pause)

    def _table(self, id: str) -> pd.DataFrame:
        pages = list(self.client.get_paginator("get_query_results").paginate(QueryExecutionId=id))
        columns = pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]][1:]  # the first is the header
        read = [READ.get(column["Type"], str) for column in columns]
        values = [[_value(datum, each) for datum, each in zip(row, read, strict=True)] for row in rows]
        return pd.DataFrame(values, columns=[column["Name"] for column in columns], dtype=object)


def _value(datum: Mapping[str, str], read: Callable[[str], Any]) -> Any:
    text = datum.get("VarCharValue")
    return None if text is None else read(text)
