"""moto keeps a reference to every model object that ever existed, for its dashboard and its test reset.

Each SQS message, Kinesis record, S3 key and DynamoDB item, deleted ones and copies included, stays in
`instances_tracked` of its class until the process ends: an engine that runs for hours grows without bound.
"""

from typing import Any

from moto.core.common_models import BaseModel

from shoplib.localaws.moto_patches import replace


def install() -> None:
    replace(BaseModel, "__new__", staticmethod(_untracked))


def _untracked(cls: type[BaseModel], *args: Any, **kwargs: Any) -> BaseModel:
    return object.__new__(cls)
