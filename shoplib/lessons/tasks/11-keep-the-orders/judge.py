"""Brings up a copy of the learner's stack, fills it, takes it down, and looks what is left."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from shoplib.lessons import Step, Trial


def judge(trial: Trial) -> Iterator[Step]:
    tables = _fill_and_delete_a_copy(trial)
    tried = {name: _count(trial, table) for name, table in tables.items()}
    for table in tables.values():
        if table in _all(trial):
            trial.client("dynamodb").delete_table(TableName=table)

    yield Step(
        "the stack has both tables, and their names are outputs",
        set(tables) == {"OrdersTableName", "SessionsTableName"},
        ", ".join(tables),
        "The check finds the tables by the outputs OrdersTableName and SessionsTableName: leave them there.",
    )
    yield Step(
        "the table of orders is there after the stack is gone",
        tried["OrdersTableName"] is not None,
        "it is gone" if tried["OrdersTableName"] is None else "it is there",
        "A resource goes with its stack, unless DeletionPolicy says otherwise: beside Type, not within Properties.",
    )
    yield Step(
        "with the order in it",
        tried["OrdersTableName"] == 1,
        f"{tried['OrdersTableName']} of 1 orders",
        "The table itself has to stay; a snapshot or a new one is not the same.",
    )
    yield Step(
        "the table of sessions is gone",
        tried["SessionsTableName"] is None,
        "it is gone" if tried["SessionsTableName"] is None else "it is there",
        "Only the orders are to be kept: a DeletionPolicy is one resource's own.",
    )


def _fill_and_delete_a_copy(trial: Trial) -> dict[str, str]:
    """The tables of a copy of the stack that is gone by now, by output."""
    stacks, name = trial.client("cloudformation"), f"{trial.stack.name}-copy-{uuid.uuid4().hex[:6]}"
    body: Any = stacks.get_template(StackName=trial.stack.name)["TemplateBody"]
    stacks.create_stack(StackName=name, TemplateBody=body if isinstance(body, str) else json.dumps(body))
    trial.wait_for(lambda: _status(trial, name).endswith("_COMPLETE"))
    outputs = stacks.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
    tables = {each["OutputKey"]: each["OutputValue"] for each in outputs}
    for table in tables.values():
        trial.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "the only one"}})
    stacks.delete_stack(StackName=name)
    trial.wait_for(lambda: _status(trial, name) == "DELETE_COMPLETE")
    return tables


def _status(trial: Trial, name: str) -> str:
    """Of a stack by name; one that is deleted has none any more."""
    pages = trial.client("cloudformation").get_paginator("list_stacks").paginate()
    stacks = [stack for page in pages for stack in page["StackSummaries"] if stack["StackName"] == name]
    return str(stacks[0]["StackStatus"]) if stacks else "DELETE_COMPLETE"


def _all(trial: Trial) -> list[str]:
    pages = trial.client("dynamodb").get_paginator("list_tables").paginate()
    return [table for page in pages for table in page["TableNames"]]


def _count(trial: Trial, table: str) -> int | None:
    """Its items; None when it is gone."""
    return int(trial.client("dynamodb").scan(TableName=table)["Count"]) if table in _all(trial) else None
