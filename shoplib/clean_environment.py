"""The variables that an engine starts with: those that it needs. Whatever else the user exported, keys above all, stays
out of a process that runs other code as the user."""

import os
import sys
from collections.abc import Mapping

NAMES = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    }
)
OF_WINDOWS = frozenset(
    {
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "APPDATA",
        "LOCALAPPDATA",
        "USERPROFILE",
        "PROGRAMDATA",
    }
)
PREFIXES = ("LC_", "XDG_", "PYTHON", "SHOPLIB_", "DYLD_")
NOT_DUMPABLE = (4, 0)  # PR_SET_DUMPABLE


def cleaned(environment: Mapping[str, str]) -> dict[str, str]:
    """Of `environment`, what is allowed."""
    return {name: value for name, value in environment.items() if _is_allowed(name.upper())}


def _is_allowed(name: str) -> bool:
    return name in NAMES or name in OF_WINDOWS or name.startswith(PREFIXES)


def start_again_cleaned(variables: Mapping[str, str]) -> None:
    """Replace this process by itself with allowed variables alone; options of its command line that `variables` names
    (`{"--secret": "SHOPLIB_SECRET"}`) are handed on as those.

    /proc shows the variables and the command line that a process began with, whatever it deletes later; elsewhere
    nothing shows them.
    """
    command, options = _split(sys.orig_argv, variables)
    allowed = cleaned(os.environ) | options
    if sys.platform == "linux" and allowed != dict(os.environ):
        os.execve(sys.executable, command, allowed)


def _split(command: list[str], variables: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """A command without the options that `variables` names, and their values by variable."""
    remaining, values, words = list[str](), dict[str, str](), iter(command)
    for word in words:
        option, equals, value = word.partition("=")
        if option in variables:
            values[variables[option]] = value if equals else next(words, "")
        else:
            remaining.append(word)
    return remaining, values


def close_to_other_processes() -> None:
    """No process of the same user may look into this one's memory or variables, or trace it; Linux only."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(*NOT_DUMPABLE, 0, 0, 0)
