"""Options that several commands share, as one argument of each."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any

Command = Callable[..., None]


def takes(argument: str, options: type) -> Callable[[Command], Command]:
    """The command as typer reads it: with the fields of the dataclass `options` in the place of its `argument`."""
    shared = list(signature(options).parameters.values())

    def decorate(command: Command) -> Command:
        @wraps(command)
        def run(**kwargs: Any) -> None:
            values = options(**{each.name: kwargs.pop(each.name) for each in shared})
            command(**{argument: values}, **kwargs)

        every: list[Parameter] = []
        for name, each in signature(command).parameters.items():
            every += shared if name == argument else [each]
        run.__dict__["__signature__"] = Signature([each.replace(kind=each.KEYWORD_ONLY) for each in every])
        run.__annotations__ = {each.name: each.annotation for each in every}
        return run

    return decorate
