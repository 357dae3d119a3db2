"""A line of the course's text as HTML: `code` and *emphasis* as in Markdown, everything else as it is."""

import re
from html import escape

CODE = re.compile(r"`([^`]+)`")
EMPHASIS = re.compile(r"(?<![\w*:])\*(\w[^*]*)\*(?![\w*])")


def to_html(text: str) -> str:
    parts = CODE.split(escape(text))  # every second one was within backticks
    return "".join(
        f"<code>{part}</code>" if place % 2 else EMPHASIS.sub(r"<em>\1</em>", part) for place, part in enumerate(parts)
    )
