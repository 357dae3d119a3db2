"""The declared resource types, one module per family; `declare_all` adds them to the registry."""

from shoplib.localaws.cloudformation import custom, nested
from shoplib.localaws.cloudformation.resource_providers import declare
from shoplib.localaws.cloudformation.types import (
    cognito,
    containers,
    data_lake,
    dynamodb,
    events,
    iam,
    keys,
    mail,
    messaging,
    monitoring,
    networks,
    placeholders,
    policies,
    s3,
    scheduling,
    secrets,
    streams,
    workflows,
)

FAMILIES = (
    cognito,
    containers,
    data_lake,
    dynamodb,
    events,
    iam,
    keys,
    mail,
    messaging,
    monitoring,
    networks,
    placeholders,
    policies,
    s3,
    scheduling,
    secrets,
    streams,
    workflows,
)


def declare_all() -> None:
    custom.install()
    nested.install()
    for family in FAMILIES:
        for name, kind in family.TYPES.items():
            declare(name, kind)
