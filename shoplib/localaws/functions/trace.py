"""The X-Ray trace header that every invocation carries."""

import secrets
import time


def trace_header(given: str | None) -> str:
    """The caller's header, completed with a parent; a new trace that is not sampled when there is none."""
    header = given or f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    if "Parent=" not in header:
        header += f";Parent={secrets.token_hex(8)}"
    return header if "Sampled=" in header else f"{header};Sampled=0"
