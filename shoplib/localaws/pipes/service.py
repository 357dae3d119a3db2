"""Pipes that are RUNNING poll, others do not; moto keeps what they are."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from moto.pipes.exceptions import ConflictException, ValidationException
from moto.pipes.models import EventBridgePipesBackend, Pipe, pipes_backends

from shoplib.localaws.event_sources import Answer, Delivery, EventSources, Mapping, OnFailure
from shoplib.localaws.functions import LambdaService
from shoplib.localaws.moto_patches import replace, replace_methods
from shoplib.localaws.pipes import checks
from shoplib.localaws.pipes.batches import PipeDelivery
from shoplib.localaws.pipes.pipe_mapping import PipeMapping

_original_create = EventBridgePipesBackend.create_pipe
_original_update = EventBridgePipesBackend.update_pipe

RUNNING, STOPPED = "RUNNING", "STOPPED"


class PipeFailures(OnFailure):
    """The record of what a pipe gives up; where Lambda says which function, Pipes says which pipe."""

    def _text(self, *parts: Any) -> dict[str, Any]:
        text = super()._text(*parts)
        return {"context": text.pop("requestContext"), **text}

    def _context(self, condition: str, invoke_count: int, answer: Answer | None) -> dict[str, Any]:
        return {"partnerResourceArn": self._mapping.arn, "condition": condition}


class Pipes(EventSources):
    """The pollers of all pipes. `sources` are those of functions: what wakes them wakes these, too."""

    def __init__(self, lambdas: LambdaService, sources: EventSources) -> None:
        super().__init__(lambdas)
        self.wakeups = sources.wakeups

    def install(self) -> None:
        """moto's pipes begin and end to poll; the last `install` wins."""

        def create(backend: EventBridgePipesBackend, name: str, **parts: Any) -> Pipe:
            pipe = _create(backend, name, parts)
            self.begin(PipeMapping(pipe))
            return pipe

        def update(backend: EventBridgePipesBackend, name: str, **parts: Any) -> Pipe:
            return self._begin_anew(_update(backend, name, parts))

        def started(backend: EventBridgePipesBackend, name: str) -> Pipe:
            return self._begin_anew(_wish(backend, name, RUNNING))

        def stopped(backend: EventBridgePipesBackend, name: str) -> Pipe:
            return self._begin_anew(_wish(backend, name, STOPPED))

        def delete(backend: EventBridgePipesBackend, name: str) -> Pipe:
            pipe = backend.describe_pipe(name)
            del backend.pipes[name]
            pipe.desired_state, pipe.status = "DELETED", "DELETING"
            return self._begin_anew(pipe)

        replace_methods(
            EventBridgePipesBackend,
            create_pipe=create,
            update_pipe=update,
            start_pipe=started,
            stop_pipe=stopped,
            delete_pipe=delete,
        )
        replace(Pipe, "advance", _settle)  # moto's walks from STOPPED to RUNNING by itself

    def mappings(self) -> Iterator[Mapping]:
        for account in pipes_backends.values():
            for backend in account.values():
                yield from map(PipeMapping, list(backend.pipes.values()))

    def delivery(self, mapping: Mapping) -> Delivery:
        return PipeDelivery(self._lambdas, mapping, partial(self.role_of, mapping))

    def on_failure(self, mapping: Mapping, info_name: str) -> OnFailure:
        return PipeFailures(mapping, self._lambdas.destinations, info_name, partial(self.role_of, mapping))

    def role_of(self, mapping: Mapping) -> str:
        return str(mapping.pipe.role_arn) if isinstance(mapping, PipeMapping) else ""

    def state(self) -> None:
        """All of it is moto's."""

    def restore(self, state: None) -> None:
        """What there is now is begun when the engine goes on."""

    def _begin_anew(self, pipe: Pipe) -> Pipe:
        mapping = PipeMapping(pipe)
        self.end(mapping)
        if mapping.exists:
            self.begin(mapping)
        return pipe


def _create(backend: EventBridgePipesBackend, name: str, parts: dict[str, Any]) -> Pipe:
    if name in backend.pipes:
        raise ConflictException(f"Pipe {name} already exists.")
    pipe = _original_create(backend, name=name, **parts)
    try:
        checks.check(pipe)
    except ValidationException:
        del backend.pipes[name]
        raise
    return pipe


def _update(backend: EventBridgePipesBackend, name: str, parts: dict[str, Any]) -> Pipe:
    before = dict(backend.describe_pipe(name).__dict__)
    pipe = _original_update(backend, name=name, **parts)
    try:
        checks.check(pipe)
    except ValidationException:
        pipe.__dict__.update(before)
        raise
    return pipe


def _wish(backend: EventBridgePipesBackend, name: str, state: str) -> Pipe:
    pipe = backend.describe_pipe(name)
    pipe.desired_state, pipe.status = state, "STARTING" if state == RUNNING else "STOPPING"
    return pipe


def _settle(pipe: Any) -> None:
    if pipe.status != "DELETING":
        pipe.status = pipe.desired_state
