"""State that was saved elsewhere is loaded: what custom resources have written names the former engine.

Data stays as it was saved. But a static site's configuration that a custom resource wrote is right on the engine alone
on which it was written, so its function is asked to write it again.
"""

import threading
from collections.abc import Iterator

from moto.cloudformation.models import cloudformation_backends

from shoplib.localaws.cloudformation import registry, steps
from shoplib.localaws.cloudformation.stack import Resource, Stack

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


def tell_custom_resources() -> None:
    """In the background, as CloudFormation works: a function may take its time."""
    threading.Thread(target=_tell_all, daemon=True, name="custom-resources").start()


def _tell_all() -> None:
    for stack, resource in list(_custom_resources()):
        steps.tell_address(stack, resource)


def _custom_resources() -> Iterator[tuple[Stack, Resource]]:
    for account_id, regions in list(cloudformation_backends.items()):
        for region in list(regions):
            for stack in list(registry.stacks(account_id, region).values()):
                yield from ((stack, each) for each in stack.resources.values() if each.type.startswith(CUSTOM))
