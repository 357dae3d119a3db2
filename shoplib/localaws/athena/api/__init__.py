"""Athena's calls, as methods of moto's response class."""

from shoplib.localaws.athena.api import catalogs, named, prepared, queries, workgroups

METHODS = {**catalogs.METHODS, **named.METHODS, **prepared.METHODS, **queries.METHODS, **workgroups.METHODS}
