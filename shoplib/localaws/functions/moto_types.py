"""moto's classes as the lab uses them: completed with attributes and methods that moto's own types do not know."""

from collections.abc import Callable
from typing import Any

# moto.awslambda.models.LambdaFunction with what moto_model adds: revision_id, logging_config, kept, snap_start.
Function = Any


def replace_methods(owner: type, **methods: Callable[..., Any]) -> None:
    """Put `methods` in place of moto's methods of the same names."""
    for name, method in methods.items():
        setattr(owner, name, method)
