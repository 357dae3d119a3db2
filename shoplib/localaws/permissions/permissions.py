"""The room as a whole, for whoever composes the engine."""

from shoplib.localaws.iam_switch import is_enforced
from shoplib.localaws.permissions import documents, sessions, simulation
from shoplib.localaws.permissions.callers import changes, principals
from shoplib.localaws.permissions.door import Door
from shoplib.localaws.permissions.endpoint import PermissionsEndpoint
from shoplib.localaws.permissions.uses import Uses


class Permissions:
    def __init__(self) -> None:
        changes().install()
        documents.install()
        sessions.install()
        simulation.install()
        self._uses = Uses()
        self.principals = principals()
        self.endpoint = PermissionsEndpoint(self._uses)
        door = Door(self.principals, self._uses, enforcing=is_enforced())
        self.around, self.refusal = door.around, door.refusal
        self._forget = door.forget

    def state(self) -> Uses:
        return self._uses

    def restore(self, state: Uses) -> None:
        self._uses.replace(state)
        changes().note()
        self._forget()
