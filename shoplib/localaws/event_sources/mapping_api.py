"""The event source mapping API over moto's store.

moto 5.2.5 invokes the function within the producer's request, once per message, and drops half of a mapping's
properties. Here its backend only stores mappings; pollers do the rest. `lambda_event_source_mappings` of queues,
streams and tables stay empty, so that moto does not invoke functions itself.
"""

import json
from typing import Any, Protocol

from moto.awslambda.exceptions import GenericResourcNotFound, InvalidParameterValueException, UnknownFunctionException
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse

from shoplib.localaws.event_sources import mapping_rules
from shoplib.localaws.event_sources.mapping import Mapping, clean
from shoplib.localaws.functions import pages
from shoplib.localaws.functions.targets import FunctionName, Target, resolve
from shoplib.localaws.moto_patches import replace_methods

Answer = tuple[int, dict[str, Any], str]


class Pollers(Protocol):
    """What the mapping API needs from the pollers."""

    def begin(self, mapping: Mapping) -> None: ...

    def end(self, mapping: Mapping) -> None: ...


def install(pollers: Pollers) -> None:
    """Replace moto's mapping backend and responses. Idempotent; the last `pollers` installed are used."""

    def create(self: LambdaBackend, spec: dict[str, Any]) -> Mapping:
        mapping = _new(self, spec)
        _mappings(self)[mapping.uuid] = mapping
        pollers.begin(mapping)
        return mapping

    def update(self: LambdaBackend, uuid: str, spec: dict[str, Any]) -> Mapping:
        mapping = _existing(self, uuid)
        before = _poller_shape(mapping)
        _change(mapping, spec)
        # Other properties are read for each batch.
        if _poller_shape(mapping) != before:
            pollers.end(mapping)
            pollers.begin(mapping)
        return mapping

    def delete(self: LambdaBackend, uuid: str) -> Mapping:
        mapping = _existing(self, uuid)
        del _mappings(self)[uuid]
        mapping.enabled = False
        pollers.end(mapping)
        return mapping

    replace_methods(
        LambdaBackend,
        create_event_source_mapping=create,
        update_event_source_mapping=update,
        delete_event_source_mapping=delete,
        list_event_source_mappings=_list,
    )
    replace_methods(
        LambdaResponse,
        create_event_source_mapping=_answer_create,
        update_event_source_mapping=_answer_update,
        delete_event_source_mapping=_answer_delete,
        get_event_source_mapping=_answer_get,
        list_event_source_mappings=_answer_list,
    )


def _new(backend: LambdaBackend, spec: dict[str, Any]) -> Mapping:
    if not spec.get("EventSourceArn"):
        raise InvalidParameterValueException("Unrecognized event source.")
    target = _target(backend, spec["FunctionName"])
    mapping = Mapping(backend.account_id, backend.region_name, target.invoked_arn, spec)
    mapping_rules.check(mapping.properties, mapping.event_source_arn, target)
    for other in _list(backend, mapping.event_source_arn, ""):
        if other.function_arn == mapping.function_arn:
            raise mapping_rules.mapping_exists(mapping.event_source_arn, mapping.function_name, other.uuid)
    return mapping


def _change(mapping: Mapping, spec: dict[str, Any]) -> None:
    name = FunctionName.parse(spec.get("FunctionName") or mapping.function_arn, mapping.region, mapping.account_id)
    target = resolve(name)
    mapping_rules.check(mapping.properties | clean(spec), mapping.event_source_arn, target)
    mapping.update(target.invoked_arn, spec)


def _poller_shape(mapping: Mapping) -> tuple[Any, ...]:
    return mapping.enabled, mapping.properties.get("ParallelizationFactor")


def _target(backend: LambdaBackend, function: str) -> Target:
    try:
        return resolve(FunctionName.parse(function, backend.region_name, backend.account_id))
    except UnknownFunctionException:
        raise InvalidParameterValueException("Function does not exist") from None


def _mappings(backend: LambdaBackend) -> dict[str, Any]:
    return backend._event_source_mappings


def _existing(backend: LambdaBackend, uuid: str) -> Mapping:
    mapping = _mappings(backend).get(uuid)
    if mapping is None:
        raise GenericResourcNotFound()
    return mapping


def _list(self: LambdaBackend, event_source_arn: str | None, function_name: str | None) -> list[Mapping]:
    mappings = list(_mappings(self).values())
    if event_source_arn:
        mappings = [mapping for mapping in mappings if mapping.event_source_arn == event_source_arn]
    if function_name:
        name = FunctionName.parse(function_name, self.region_name, self.account_id)
        mappings = [mapping for mapping in mappings if mapping.function_name == name.name]
    return mappings


def _uuid(request: LambdaResponse) -> str:
    return request.path.rstrip("/").split("/")[-1]


def _answer_create(self: LambdaResponse) -> Answer:
    mapping: Any = self.backend.create_event_source_mapping(self.json_body)
    return 202, {"status": 202}, json.dumps(mapping.get_configuration("Creating" if mapping.enabled else None))


def _answer_update(self: LambdaResponse) -> Answer:
    before = _existing(self.backend, _uuid(self)).enabled
    mapping: Any = self.backend.update_event_source_mapping(_uuid(self), self.json_body)
    state = "Updating" if before == mapping.enabled else "Enabling" if mapping.enabled else "Disabling"
    return 202, {"status": 202}, json.dumps(mapping.get_configuration(state))


def _answer_delete(self: LambdaResponse) -> Answer:
    mapping: Any = self.backend.delete_event_source_mapping(_uuid(self))
    return 202, {"status": 202}, json.dumps(mapping.get_configuration("Deleting"))


def _answer_list(self: LambdaResponse) -> str:
    source, function = (self.querystring.get(name, [None])[0] for name in ("EventSourceArn", "FunctionName"))
    there = [mapping.get_configuration() for mapping in _list(self.backend, source, function)]
    return json.dumps(pages.page("EventSourceMappings", there, self.querystring, lambda each: [each["UUID"]]))


def _answer_get(self: LambdaResponse) -> Answer:
    return 200, {}, json.dumps(_existing(self.backend, _uuid(self)).get_configuration())
