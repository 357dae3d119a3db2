"""The engine is isolated from the user's AWS set-up: no profile, key, endpoint or certificate of theirs reaches it."""

import os
from collections.abc import MutableMapping

from shoplib.localaws import own_keys

FOREIGN_PREFIXES = ("AWS_", "BOTO_", "MOTO_", "TEST_SERVER_MODE", "TEST_PROXY_MODE", "INITIAL_NO_AUTH_ACTION_COUNT")
HERE = ("127.0.0.1", "localhost")


def isolate(environment: MutableMapping[str, str], port: int) -> None:
    """Rewrite the variables of this process before boto3 and moto read them; `port` is the engine's own."""
    for name in [name for name in environment if name.upper().startswith(FOREIGN_PREFIXES)]:
        del environment[name]
    environment.update(
        AWS_ACCESS_KEY_ID=own_keys.KEY_ID,
        AWS_SECRET_ACCESS_KEY=own_keys.secret(),
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
        AWS_DISABLE_HOST_PREFIX_INJECTION="true",
        MOTO_PORT=str(port),
        MOTO_DISABLE_GLOBAL_CORS="true",
        MOTO_LAMBDA_CONCURRENCY_QUOTA="1000",
        MOTO_IAM_LOAD_MANAGED_POLICIES="true",
        MOTO_EC2_LOAD_DEFAULT_AMIS="false",
    )
    for name in ("NO_PROXY", "no_proxy"):
        present = [part for part in environment.get(name, "").split(",") if part]
        environment[name] = ",".join(dict.fromkeys([*present, *HERE]))
