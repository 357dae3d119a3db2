"""Everything of moto's Lambda that is another here, in the order in which one change builds upon another."""

from typing import Protocol

from shoplib.localaws.functions import (
    alias_calls,
    alias_routing,
    api_requests,
    code_downloads,
    concurrency_calls,
    errors,
    event_invoke_config,
    layer_calls,
    moto_invoke,
    moto_model,
    named_functions,
    paging,
    permission_statements,
    policy_calls,
    published_versions,
    tag_calls,
    updates,
    url_configs,
)
from shoplib.localaws.functions.provisioned import ProvisionedConcurrency

BEFORE_PROVISIONING = (
    moto_model,
    api_requests,
    permission_statements,
    code_downloads,
    published_versions,
    updates,
    alias_routing,
    event_invoke_config,
    errors,
    paging,
    url_configs,
    alias_calls,
    policy_calls,
    concurrency_calls,
    layer_calls,
    tag_calls,
)


class Service(moto_invoke.Service, Protocol):
    """The part of LambdaService that is installed."""

    provisioned: ProvisionedConcurrency


def install(service: Service) -> None:
    """Idempotent; the last service wins."""
    for module in BEFORE_PROVISIONING:
        module.install()
    service.provisioned.install()
    moto_invoke.install(service)
    named_functions.install()
