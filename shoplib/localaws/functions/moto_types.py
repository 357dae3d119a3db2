"""moto's classes as the lab uses them: completed with attributes and methods that moto's own types do not know."""

from typing import Any

# moto.awslambda.models.LambdaFunction with what moto_model adds: revision_id, logging_config, kept, snap_start.
Function = Any
