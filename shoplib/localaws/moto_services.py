"""What moto's services do wrong or lack is put right with the first request for a service."""

from shoplib.localaws import absent_operations, moto_fixes

SERVICES = tuple(dict.fromkeys((*moto_fixes.LATE, *absent_operations.MODULES)))


def complete(service: str) -> None:
    moto_fixes.install_for(service)
    absent_operations.install_for(service)
