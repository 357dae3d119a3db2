"""The page on which a person says who it is."""

from collections.abc import Mapping
from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in with the stand-in provider</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 26rem; margin: 3rem auto; padding: 0 1rem; }}
label {{ display: block; margin-top: 1rem; }}
input, button {{ font: inherit; width: 100%; padding: .5rem; box-sizing: border-box; }}
button {{ margin-top: 1.5rem; }}
</style></head>
<body><main>
<h1>Sign in</h1>
<p>This page stands for Google, Apple and the like. It believes whoever you say you are, and knows no password.</p>
<form method="post">
{hidden}
<label>Email <input name="email" type="email" required autocomplete="email"></label>
<label>Name <input name="name" required autocomplete="name"></label>
<button>Continue</button>
</form></main></body></html>
"""


def sign_in(query: Mapping[str, Any]) -> str:
    """The form, which carries the client's wish."""
    hidden = [
        f'<input type="hidden" name="{escape(name)}" value="{escape(str(value))}">' for name, value in query.items()
    ]
    return _PAGE.format(hidden="\n".join(hidden))
