"""What a browser (or a probe that waits for the engine) sees at the engine's root."""

from html import escape
from typing import Any

from shoplib.localaws.client_settings import PROFILE, as_profile, as_shell, variables

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The local AWS</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }}
code, pre {{ background: #8882; border-radius: 4px; padding: .1em .3em; }} pre {{ padding: 1em; overflow: auto; }}
:root {{ color-scheme: light dark; }}</style>
<h1>The local AWS is running</h1>
<p>An <strong>emulator</strong> at <code>{url}</code>, on this machine alone: nothing here reaches a real AWS account.
Account {account_id}, region {region}, process {pid}, since {started_at}.</p>
<h2>For any AWS client</h2>
<p>In its shell:</p>
<pre>{shell}
aws s3 ls</pre>
<p>Or for good, in <code>~/.aws/config</code>, for <code>aws --profile {profile_name} s3 ls</code>:</p>
<pre>{profile}</pre>
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
    settings = variables(health["url"], health["region"])
    shell, profile = as_shell(settings), as_profile(settings)
    if health["signed"]:  # its keys are its user's alone, and whoever reads this page may be another
        shell, profile = 'eval "$(shoplib env)"', "shoplib env --profile >> ~/.aws/config"
    fields = {name: escape(str(value)) for name, value in health.items()}
    return PAGE.format(shell=escape(shell), profile=escape(profile), profile_name=PROFILE, **fields).encode()
