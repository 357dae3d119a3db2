"""JSON as AWS's services write it into messages: without spaces, other alphabets as they are."""

import json
from typing import Any


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
