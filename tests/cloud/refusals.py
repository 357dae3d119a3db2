"""What a client reads of a call that is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Call = Callable[..., Any]


def code_of(call: Call, *arguments: Any, **parameters: Any) -> str:
    return code_and_message(call, *arguments, **parameters)[0]


def code_and_message(call: Call, *arguments: Any, **parameters: Any) -> tuple[str, str]:
    error = _answer(call, *arguments, **parameters)["Error"]
    return error["Code"], error["Message"]


def status_and_code(call: Call, *arguments: Any, **parameters: Any) -> tuple[int, str]:
    answer = _answer(call, *arguments, **parameters)
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def _answer(call: Call, *arguments: Any, **parameters: Any) -> Any:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    return caught.value.response
