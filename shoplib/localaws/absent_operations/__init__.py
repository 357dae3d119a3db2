"""Operations that moto lacks: see README.md."""

from importlib import import_module

# moto's name of the service -> the module here with its operations
MODULES = {"cognitoidp": "cognito", "kms": "kms", "logs": "logs", "ssm": "systems_manager", "sts": "security_tokens"}


def install_for(service: str) -> None:
    if service in MODULES:
        import_module(f"{__name__}.{MODULES[service]}").install()
