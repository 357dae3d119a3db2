"""Named queries: moto creates, gets and lists them."""

import json
from typing import Any

from moto.athena.models import NamedQuery

from shoplib.localaws.athena.errors import InvalidRequest


def batch_get_named_query(request: Any) -> str:
    ids, present = request._get_param("NamedQueryIds"), request.athena_backend.named_queries
    missing = [
        {"NamedQueryId": id, "ErrorCode": "INVALID_INPUT", "ErrorMessage": _absent(id)}
        for id in ids
        if id not in present
    ]
    present_queries = [_described(present[id]) for id in ids if id in present]
    return json.dumps({"NamedQueries": present_queries, "UnprocessedNamedQueryIds": missing})


def get_named_query(request: Any) -> str:
    return json.dumps({"NamedQuery": _described(_find(request))})


def update_named_query(request: Any) -> str:
    query = _find(request)
    query.name, query.query_string = request._get_param("Name"), request._get_param("QueryString")
    query.description = request._get_param("Description") or query.description
    return json.dumps({})


def delete_named_query(request: Any) -> str:
    del request.athena_backend.named_queries[_find(request).id]
    return json.dumps({})


def _find(request: Any) -> NamedQuery:
    id = request._get_param("NamedQueryId")
    query: NamedQuery | None = request.athena_backend.named_queries.get(id)
    if query is None:
        raise InvalidRequest(_absent(id))
    return query


def _absent(id: str) -> str:
    return f"NamedQuery {id} was not found"


def _described(query: NamedQuery) -> dict[str, Any]:
    described = {
        "Name": query.name,
        "Database": query.database,
        "QueryString": query.query_string,
        "NamedQueryId": query.id,
        "Description": query.description,
        "WorkGroup": query.workgroup.name,
    }
    return {name: value for name, value in described.items() if value is not None}


METHODS = {
    each.__name__: each for each in (batch_get_named_query, get_named_query, update_named_query, delete_named_query)
}
