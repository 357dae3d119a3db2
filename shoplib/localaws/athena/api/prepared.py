"""Prepared statements, per work group; moto keeps them by their names alone."""

import json
from datetime import datetime
from typing import Any

from moto.athena.models import PreparedStatement

from shoplib.localaws import engine_clock
from shoplib.localaws.athena.api import workgroups
from shoplib.localaws.athena.errors import InvalidRequest, NotThere


def create_prepared_statement(request: Any) -> str:
    name, backend = request._get_param("StatementName"), request.athena_backend
    if name in backend.prepared_statements:
        raise InvalidRequest(f"Prepared Statement {name} already exists in WorkGroup {request._get_param('WorkGroup')}")
    _put(request, workgroups.find(backend, request._get_param("WorkGroup")))
    return json.dumps({})


def update_prepared_statement(request: Any) -> str:
    _put(request, _find(request).workgroup)
    return json.dumps({})


def _put(request: Any, group: Any) -> None:
    name, text = request._get_param("StatementName"), request._get_param("QueryStatement")
    statement = PreparedStatement(name, group, text, request._get_param("Description"))
    statement.last_modified_time = datetime.fromtimestamp(engine_clock.now())
    request.athena_backend.prepared_statements[name] = statement


def get_prepared_statement(request: Any) -> str:
    return json.dumps({"PreparedStatement": _described(_find(request))})


def delete_prepared_statement(request: Any) -> str:
    del request.athena_backend.prepared_statements[_find(request).statement_name]
    return json.dumps({})


def list_prepared_statements(request: Any) -> str:
    group = request._get_param("WorkGroup")
    start, most = int(request._get_param("NextToken") or 0), int(request._get_param("MaxResults") or 50)
    statements = [each for each in request.athena_backend.prepared_statements.values() if each.workgroup.name == group]
    summaries = [
        {"StatementName": each.statement_name, "LastModifiedTime": each.last_modified_time.timestamp()}
        for each in statements
    ]
    more = {"NextToken": str(start + most)} if len(summaries) > start + most else {}
    return json.dumps({"PreparedStatements": summaries[start : start + most], **more})


def _find(request: Any) -> PreparedStatement:
    name, group = request._get_param("StatementName"), request._get_param("WorkGroup")
    statement: PreparedStatement | None = request.athena_backend.prepared_statements.get(name)
    if statement is None or statement.workgroup.name != group:
        raise NotThere(f"Prepared Statement {name} does not exist in WorkGroup {group}", name)
    return statement


def _described(statement: PreparedStatement) -> dict[str, Any]:
    described = {
        "StatementName": statement.statement_name,
        "QueryStatement": statement.query_statement,
        "WorkGroupName": statement.workgroup.name,
        "Description": statement.description,
        "LastModifiedTime": statement.last_modified_time.timestamp(),
    }
    return {name: value for name, value in described.items() if value is not None}


METHODS = {
    each.__name__: each
    for each in (
        create_prepared_statement, update_prepared_statement, get_prepared_statement, delete_prepared_statement,
        list_prepared_statements,
    )
}  # fmt: skip
