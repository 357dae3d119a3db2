"""The engine corrects moto from inside, so it knows exactly one version of it."""

from importlib.metadata import PackageNotFoundError, version

from shoplib.errors import LabError

KNOWN = "5.2.5"


def require_known_moto() -> None:
    """LabError when the installed moto is another one: its internals may have moved under our corrections."""
    try:
        installed = version("moto")
    except PackageNotFoundError:
        installed = "none"
    if installed != KNOWN:
        raise LabError(
            f"the local AWS works with moto {KNOWN}, but moto {installed} is installed",
            f'pip install "moto[server]=={KNOWN}"',
        )
