"""Athena: see README.md."""

from moto.athena.responses import AthenaResponse

from shoplib.localaws.athena import api
from shoplib.localaws.athena.api import catalogs, queries, workgroups
from shoplib.localaws.athena.executions import Runner
from shoplib.localaws.moto_patches import replace_methods


class Athena:
    """Runs queries until it is closed."""

    def __init__(self) -> None:
        self._runner = Runner()

    def install(self) -> None:
        catalogs.install()
        workgroups.install()
        queries.install(self._runner)
        replace_methods(AthenaResponse, **api.METHODS)

    def close(self) -> None:
        self._runner.close()


__all__ = ["Athena"]
