"""Errors of S3 whose status or code no model of S3 has, so that moto's own exceptions cannot say them."""

from typing import Any
from xml.sax.saxutils import escape

from werkzeug.exceptions import HTTPException


class S3Error(HTTPException):
    """An answer in S3's words: an HTTP status, an error code and a message."""

    def __init__(self, status: int, name: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.code, self._name, self._text, self._headers = status, name, text, headers or {}

    def get_body(self, *_: Any) -> str:
        return f"<Error><Code>{self._name}</Code><Message>{escape(self._text)}</Message></Error>"

    def get_headers(self, *_: Any) -> list[tuple[str, str]]:
        return [("Content-Type", "application/xml"), *self._headers.items()]
