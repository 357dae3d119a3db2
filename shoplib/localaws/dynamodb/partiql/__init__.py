"""PartiQL in moto's place, whose parser knows a few forms of statements and overwrites what must not be there."""

from shoplib.localaws.dynamodb.partiql.execution import install

__all__ = ["install"]
