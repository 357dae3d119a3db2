"""Errors of S3 whose status, code or details no model of S3 has, so that moto's own exceptions cannot say them."""

from typing import Any
from xml.sax.saxutils import escape

from werkzeug.exceptions import HTTPException

NOT_ALLOWED = "The specified method is not allowed against this resource."
MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


class S3Error(HTTPException):
    """An answer in S3's words: an HTTP status, an error code, a message, and further elements."""

    def __init__(
        self, status: int, name: str, text: str, headers: dict[str, str] | None = None, /, **details: object
    ) -> None:
        super().__init__(text)
        self.code, self._name, self._text, self._headers = status, name, text, headers or {}
        self._details = details

    def get_body(self, *_: Any) -> str:
        members = {"Code": self._name, "Message": self._text, **self._details}
        return f"<Error>{''.join(f'<{name}>{escape(str(each))}</{name}>' for name, each in members.items())}</Error>"

    def get_headers(self, *_: Any) -> list[tuple[str, str]]:
        return [("Content-Type", "application/xml"), *self._headers.items()]


def invalid_argument(text: str, name: str, value: object = None) -> S3Error:
    """Without a value when S3 does not repeat it."""
    details = {} if value is None else {"ArgumentValue": value}
    return S3Error(400, "InvalidArgument", text, ArgumentName=name, **details)


def malformed_xml(code: str = "MalformedXML") -> S3Error:
    return S3Error(400, code, MALFORMED)


def is_delete_marker(method: str, version_id: object = "") -> S3Error:
    """What is refused of a delete marker."""
    headers = {"x-amz-delete-marker": "true", "Allow": "DELETE"} | (
        {"x-amz-version-id": str(version_id)} if version_id else {}
    )
    return S3Error(405, "MethodNotAllowed", NOT_ALLOWED, headers, Method=method, ResourceType="DeleteMarker")
