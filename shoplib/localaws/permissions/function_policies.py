"""The resource policy of a function, as its statements are kept."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.policies import listed


def as_policy(statement: Mapping[str, Any]) -> dict[str, Any]:
    """moto leaves a trailing colon on Resource, and only FunctionName says which alias CloudFormation meant.

    A statement on the unqualified function covers $LATEST, but no version and no alias.
    """
    resources_there = [*listed(statement.get("Resource", "*")), *listed(statement.get("FunctionName"))]
    resources = [str(each).rstrip(":").removesuffix(":$LATEST") for each in resources_there]
    return {"Effect": "Allow", **statement, "Resource": resources}
