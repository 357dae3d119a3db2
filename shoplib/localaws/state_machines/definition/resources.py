"""What a Task's Resource means: a function, an activity, or a call of a service and how its end is waited for."""

import re
from dataclasses import dataclass

FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?")
ACTIVITY = re.compile(r"arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:activity:.+")
SERVICE = re.compile(
    r"arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:((?:aws-sdk:)?[a-z0-9-]+):([A-Za-z0-9]+)(?:\.(sync|sync:2|waitForTaskToken))?"
)


@dataclass(frozen=True)
class Resource:
    """`kind` is function, activity or service; `service` as in the ARN (`sqs`, `aws-sdk:s3`); `pattern` says how the
    end is waited for."""

    kind: str
    arn: str
    service: str = ""
    operation: str = ""
    pattern: str = ""

    @property
    def is_sdk(self) -> bool:
        return self.service.startswith("aws-sdk:")

    @property
    def name(self) -> str:
        """As histories have it: `sendMessage.waitForTaskToken`."""
        return f"{self.operation}.{self.pattern}" if self.pattern else self.operation


def resource_of(text: str) -> Resource | None:
    """None for what is no resource of a task."""
    if FUNCTION.fullmatch(text):
        return Resource("function", text)
    if ACTIVITY.fullmatch(text):
        return Resource("activity", text)
    if match := SERVICE.fullmatch(text):
        return Resource("service", text, match[1], match[2], match[3] or "")
    return None
