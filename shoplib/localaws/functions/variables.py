"""The environment variables of a worker: Lambda's own, the function's, and nothing of the user's."""

import os
import sys
from pathlib import Path

from shoplib.localaws.functions import runtimes
from shoplib.localaws.functions.blueprint import Blueprint
from shoplib.localaws.state import state_directory

# Names a function may not set, from AWS's list of reserved environment variables.
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
# An interpreter reads these once, when it starts.
READ_AT_START = {"LANG": "en_US.UTF-8", "TZ": ":UTC" if os.name == "posix" else "UTC", "PYTHONUTF8": "1"}
NO_DAEMON = "127.0.0.1:2000"  # where X-Ray's daemon listens by default
# Without these a process cannot start or open a socket on Windows.
WINDOWS_NEEDS = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT")


def worker_variables(
    blueprint: Blueprint, endpoint_url: str, credentials: dict[str, str], runtime: Path, daemon_address: str = NO_DAEMON
) -> dict[str, str]:
    """Everything except what differs between two environments of one function (API address, stream, folders)."""
    variables = {name: os.environ[name] for name in WINDOWS_NEEDS if name in os.environ}
    variables |= _system(blueprint, runtime, daemon_address) | _connection(endpoint_url) | dict(blueprint.variables)
    return variables | _reserved(blueprint, runtime) | credentials


def _system(blueprint: Blueprint, runtime: Path, daemon_address: str) -> dict[str, str]:
    return {
        "PATH": os.defpath if os.name == "posix" else os.environ.get("PATH", ""),
        **READ_AT_START,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": daemon_address,
        "LAB_TMP_MB": str(blueprint.tmp_mb),
        "LAB_HIDDEN": os.pathsep.join(_hidden()),
        # A worker starts without `site` and does not know its virtual environment, to which the runtime's links lead.
        "LAB_PACKAGES": sys.prefix,
        **_module_search(blueprint, runtime),
    }


def _hidden() -> list[str]:
    """The user's home, unless that is all there is, and the engine's key and log."""
    home = Path.home()
    return [str(path) for path in (home, state_directory().path.absolute()) if path.parent != path]


def _module_search(blueprint: Blueprint, runtime: Path) -> dict[str, str]:
    if runtimes.is_node(blueprint.runtime):
        return {"NODE_PATH": runtimes.node_path(blueprint.layers), "LAB_SEARCH_PATH": str(blueprint.code)}
    return {"LAB_SEARCH_PATH": os.pathsep.join(map(str, (blueprint.code, *blueprint.layers, runtime)))}


def _connection(endpoint_url: str) -> dict[str, str]:
    """How the handler's SDK finds the lab, and never the user's profiles, proxies or the instance metadata."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        # The SDK would call hosts named after the account, or after an operation, which only AWS answers.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _reserved(blueprint: Blueprint, runtime: Path) -> dict[str, str]:
    variables = {
        "_HANDLER": blueprint.handler,
        "AWS_REGION": blueprint.region,
        "AWS_DEFAULT_REGION": blueprint.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{blueprint.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": blueprint.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(blueprint.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": blueprint.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": blueprint.initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": blueprint.log_group,
        "LAMBDA_RUNTIME_DIR": str(runtime),
        "LAMBDA_TASK_ROOT": str(blueprint.code),
    }
    if blueprint.log_format == "JSON":
        variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
    if blueprint.application_log_level:
        variables["AWS_LAMBDA_LOG_LEVEL"] = blueprint.application_log_level
    return variables
