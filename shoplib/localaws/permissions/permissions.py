"""The room as a whole: who may do what, for whoever composes the engine."""

import os

from shoplib.localaws.permissions.door import Door
from shoplib.localaws.permissions.identities import Changes
from shoplib.localaws.permissions.principals import Principals
from shoplib.localaws.permissions.uses import Uses

SWITCH = "SHOPLIB_IAM"


def is_enforced() -> bool:
    return os.environ.get(SWITCH, "off") != "off"


class Permissions:
    def __init__(self) -> None:
        changes = Changes()
        changes.install()
        self.uses = Uses()
        self.around = Door(Principals(changes), self.uses, enforcing=is_enforced()).around
