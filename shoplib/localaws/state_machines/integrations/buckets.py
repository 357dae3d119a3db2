"""Objects that a Map in mode DISTRIBUTED reads and writes, as the role of its machine."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from shoplib.localaws.state_machines.integrations.work import Caller, Partners

T = TypeVar("T")


class ObjectFailure(Exception):
    """Amazon S3 did not answer as it was asked to."""


class Buckets:
    def __init__(self, partners: Partners, caller: Caller) -> None:
        self._partners, self._caller = partners, caller

    async def get_object(self, parameters: dict[str, Any]) -> bytes:
        """Raises ObjectFailure."""
        return await self._call(lambda s3: bytes(s3.get_object(**parameters)["Body"].read()))

    async def list_objects(self, parameters: dict[str, Any], most: int | None) -> list[dict[str, Any]]:
        """Of all pages, at most so many. Raises ObjectFailure."""
        return await self._call(lambda s3: _listed(s3, parameters, most))

    async def put_object(self, bucket: str, key: str, body: bytes) -> None:
        """Raises ObjectFailure."""
        await self._call(lambda s3: s3.put_object(Bucket=bucket, Key=key, Body=body))

    async def _call(self, call: Callable[[Any], T]) -> T:
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._partners.threads, context.run, self._blocking, call
        )

    def _blocking(self, call: Callable[[Any], T]) -> T:
        caller = self._caller
        s3 = self._partners.clients.client("s3", caller.machine_arn, caller.role_arn, caller.region)
        try:
            return call(s3)
        except ClientError as error:
            raise ObjectFailure(error.response["Error"].get("Message", "")) from None
        except BotoCoreError as error:
            raise ObjectFailure(" ".join(str(error).split())) from None


def _listed(s3: Any, parameters: dict[str, Any], most: int | None) -> list[dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(**parameters, PaginationConfig={"MaxItems": most})
    return [entry for page in pages for entry in page.get("Contents", [])]
