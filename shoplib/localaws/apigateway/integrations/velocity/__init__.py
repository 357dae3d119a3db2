"""Velocity as far as API Gateway's mapping templates go: parse once (`compile_template`), render often (`render`).

Knows #set #if #elseif #else #foreach #break #stop #macro #define, comments, literals, references with properties,
indexes and the everyday methods of Java's strings, lists and maps. Whatever else a template uses raises VelocityError
naming it.
"""

from shoplib.localaws.apigateway.integrations.velocity.errors import VelocityError
from shoplib.localaws.apigateway.integrations.velocity.render import render
from shoplib.localaws.apigateway.integrations.velocity.templates import compile_template

__all__ = ["VelocityError", "compile_template", "render"]
