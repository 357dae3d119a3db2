"""Amazon Resource Names, taken apart in one place."""

import re
from typing import NamedTuple


class Arn(NamedTuple):
    partition: str
    service: str
    region: str
    account_id: str
    resource: str  # all behind the account: `orders`, `stream/orders`, `function:orders:live`

    @classmethod
    def parse(cls, text: str) -> "Arn":
        """ValueError for what is no ARN."""
        if not is_arn(text):
            raise ValueError(f"{text!r} is not an ARN")
        return cls(*text.split(":", 5)[1:])

    @property
    def name(self) -> str:
        """The resource without its type: `orders` of `stream/orders`, `orders:live` of `function:orders:live`."""
        return re.split("[:/]", self.resource, maxsplit=1)[-1]


def is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= 5
