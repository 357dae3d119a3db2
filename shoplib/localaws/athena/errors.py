"""Why a query fails or a call is refused, in Athena's words."""

import json

from moto.core.exceptions import JsonRESTError

SYSTEM, USER, OTHER = 1, 2, 3


class QueryFailed(Exception):
    """A query that began and failed; the text is its StateChangeReason."""

    def __init__(self, reason: str, category: int = USER, state: str = "FAILED") -> None:
        super().__init__(reason)
        self.reason, self.category, self.state = reason, category, state


class QueryCancelled(QueryFailed):
    def __init__(self, reason: str = "Query cancelled by user") -> None:
        super().__init__(reason, OTHER, "CANCELLED")


class InvalidRequest(JsonRESTError):
    """`athena_code` is the AthenaErrorCode that the answer carries."""

    code = 400

    def __init__(self, message: str, athena_code: str = "INVALID_INPUT") -> None:
        super().__init__("InvalidRequestException", message)
        self.athena_code = athena_code
        content = {"__type": "InvalidRequestException", "AthenaErrorCode": athena_code, "Message": message}
        self.description = json.dumps(content)


class NotThere(JsonRESTError):
    code = 400

    def __init__(self, message: str, resource: str) -> None:
        super().__init__("ResourceNotFoundException", message)
        self.description = json.dumps(
            {"__type": "ResourceNotFoundException", "Message": message, "ResourceName": resource}
        )


class MetadataError(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("MetadataException", message)


def at(line: int, column: int, text: str, kind: str) -> QueryFailed:
    return QueryFailed(f"{kind}: line {line}:{column}: {text}")
