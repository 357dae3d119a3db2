"""Where something is whose id is unique across accounts and regions."""

from collections.abc import Callable
from typing import Any

Location = tuple[str, str, Any]  # account id, region, moto's model of it
Get = Callable[[Any, str], Any]


class Directory:
    """`get` looks one backend up, by id. Where something was is looked at first, so that only new ids are searched."""

    def __init__(self, get: Get, *services: Any) -> None:
        self._get, self._services = get, services
        self._places: dict[str, tuple[Any, str, str]] = {}

    def find(self, id: str) -> Location | None:
        place = self._places.get(id)
        return (self._at(*place, id) if place else None) or self._search(id)

    def _at(self, service: Any, account_id: str, region: str, id: str) -> Location | None:
        model = self._get(service[account_id][region], id)
        return None if model is None else (account_id, region, model)

    def _search(self, id: str) -> Location | None:
        self._places.pop(id, None)
        for service in self._services:
            for account_id, regions in list(service.items()):
                for region in list(regions):
                    if location := self._at(service, account_id, region, id):
                        self._places[id] = service, account_id, region
                        return location
        return None
