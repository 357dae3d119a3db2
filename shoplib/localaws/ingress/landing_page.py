"""What a browser (or a probe that waits for the engine) sees at the engine's root."""

from html import escape
from typing import Any

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The local AWS</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }}
code, pre {{ background: #8882; border-radius: 4px; padding: .1em .3em; }} pre {{ padding: 1em; overflow: auto; }}
:root {{ color-scheme: light dark; }}</style>
<h1>The local AWS is running</h1>
<p>An <strong>emulator</strong> on this machine alone: nothing here reaches a real AWS account.
Account {account_id}, region {region}, process {pid}, since {started_at}.</p>
<p>Point any AWS client at <code>{url}</code>:</p>
<pre>{export}
aws s3 ls</pre>
<p>State as JSON: <a href="/_aws/health"><code>/_aws/health</code></a>; what queues and streams still hold for
functions: <a href="/_aws/event-sources"><code>/_aws/event-sources</code></a>.</p></html>
"""


def is_visit(environ: dict[str, Any]) -> bool:
    """An unsigned GET of the engine's own root; AWS clients sign, or name a bucket in the host."""
    return (
        environ["PATH_INFO"] == "/"
        and environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not environ.get("QUERY_STRING")
        and "HTTP_AUTHORIZATION" not in environ
        and environ.get("HTTP_HOST") in [f"{name}:{environ['SERVER_PORT']}" for name in ("127.0.0.1", "localhost")]
    )


def page(health: dict[str, Any]) -> bytes:
    open_to_all = f"export AWS_ENDPOINT_URL={health['url']} AWS_REGION={health['region']} "
    open_to_all += "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"
    export = 'eval "$(shoplib env)"' if health["signed"] else open_to_all
    return PAGE.format(export=export, **{name: escape(str(value)) for name, value in health.items()}).encode()
